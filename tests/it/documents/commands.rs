//! Every command of the documents runs and prints the documented output.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::documents;
use super::markdown::blocks;
use crate::official_client;
use crate::support::external_tools;
use crate::support::process::{BINARY, Server, binary, head};

/// The beginnings of commands that a test cannot run: they measure, or need a container engine.
const NOT_RUN: [&str; 4] = ["cargo bench", "cargo test --release", "benches/", "docker "];

/// The address in the documents, which the tests replace by that of their server.
const DEFAULT_ADDRESS: &str = "127.0.0.1:8080";

const NO_CURL: &str = "commands of the documents; curl is not installed";

#[test]
fn every_command_runs() {
    let mut shared = None;
    for document in documents() {
        let folder = tempfile::tempdir().unwrap();
        let blocks = blocks(&document);
        for block in &blocks {
            if let Some(name) = block.file_name() {
                fs::write(folder.path().join(name), &block.text).unwrap();
            }
        }
        for block in &blocks {
            let Some(printed) = run(block.commands(), &folder, &mut shared) else { continue };
            let mut rest = without_variable_parts(&printed);
            for part in without_variable_parts(&block.output()).split('…') {
                let at = rest.find(part).unwrap_or_else(|| panic!("{part}\nis not printed:\n{printed}"));
                rest.drain(..at + part.len());
            }
        }
    }
}

/// The documented CI job passes for a client that reads everything, and fails with reasons and a report for another.
#[test]
fn the_documented_ci_job_fails_for_an_incomplete_read() {
    if Command::new("curl").output().is_err() {
        return external_tools::report_skipped(NO_CURL);
    }
    let blocks = blocks("README.md");
    let job = &blocks.iter().find(|block| block.text.contains(" --expect complete")).unwrap().text;
    let path = format!("{}:{}", Path::new(BINARY).parent().unwrap().display(), std::env::var("PATH").unwrap());
    for (page_size, code, message, failures) in
        [(1000, 0, "complete: yes", "failures=\"0\""), (100, 1, "were never served", "<failure")]
    {
        let folder = tempfile::tempdir().unwrap();
        let script = job.replace("pageSize=1000", &format!("pageSize={page_size}"));
        let mut shell = Command::new("sh");
        let output = shell.args(["-c", &script]).current_dir(folder.path()).env("PATH", &path).output().unwrap();
        let printed = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{printed}");
        assert!(printed.contains(message), "{printed}");
        let report = fs::read_to_string(folder.path().join("verdict.xml")).unwrap();
        assert!(report.contains(failures), "{report}");
    }
}

/// Removes what differs between runs (times, identifiers): digits, points, `a` to `f`, white space.
fn without_variable_parts(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '0'..='9' | '.' | 'a'..='f')).collect()
}

/// Runs the commands of a block in one shell, against the server that they start or, if they name its address, the shared
/// one with the default settings. Returns what they print; `None` if a program is missing.
fn run(commands: Vec<String>, folder: &TempDir, shared: &mut Option<Server>) -> Option<String> {
    if commands.is_empty() {
        return None;
    }
    let mut started = None;
    let mut script = String::from("set -e\nexec 2>&1\n");
    for command in commands {
        if let Some((variables, arguments)) = split_cargo_run(&command) {
            started = cargo_run(&variables, arguments.trim_start().trim_start_matches("-- "), folder).or(started);
        } else if !NOT_RUN.iter().any(|start| command.starts_with(start)) {
            script += &(command + "\n");
        }
    }
    let client = script.contains("cortex ").then(official_client::installed);
    if client == Some(None) {
        return None;
    }
    if script.contains("curl ") && Command::new("curl").output().is_err() {
        external_tools::report_skipped(NO_CURL);
        return None;
    }
    if started.is_none() && script.contains(DEFAULT_ADDRESS) {
        reset(shared.get_or_insert_with(|| Server::start(&[])));
    }
    let programs = client.flatten().map(|folder| folder.to_str().unwrap()).unwrap_or_default();
    let own = Path::new(BINARY).parent().unwrap().display();
    let path = format!("{programs}:{own}:{}", std::env::var("PATH").unwrap());
    let script = match started.as_ref().or(shared.as_ref()) {
        Some(server) => script.replace(DEFAULT_ADDRESS, server.address()),
        None => script,
    };
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder.path())
        .env("PATH", path)
        .env("HOME", folder.path())
        .output()
        .unwrap();
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{script}{stdout}{stderr}");
    Some(stdout)
}

/// Removes all sessions, and resets the default one.
fn reset(server: &Server) {
    let mut connection = server.connect();
    let mut admin = |method: &str, path: &str| {
        connection.send(head(method, &format!("/__admin{path}"), ""));
        connection.answer().ok()
    };
    for name in admin("GET", "/sessions")["sessions"].as_array().unwrap() {
        admin("DELETE", &format!("/sessions/{}", name.as_str().unwrap()));
    }
    admin("POST", "/reset");
}

/// The variables before `cargo run`, such as `NAME=value`, and what follows it.
fn split_cargo_run(command: &str) -> Option<(Vec<(&str, &str)>, &str)> {
    let (variables, arguments) = command.split_once("cargo run")?;
    let variables = variables.split_whitespace().map(|word| word.split_once('=')).collect::<Option<_>>()?;
    Some((variables, arguments))
}

/// Runs the binary with the arguments after `cargo run --`: starts a server, or runs a command that must succeed.
fn cargo_run(variables: &[(&str, &str)], arguments: &str, folder: &TempDir) -> Option<Server> {
    let launch = binary(arguments.split_whitespace()).env("CORTEX_MOCK_LISTEN", "127.0.0.1:0").folder(folder.path());
    let launch = variables.iter().fold(launch, |launch, (name, value)| launch.env(name, value));
    if arguments.is_empty() || arguments.starts_with("--") {
        return Some(launch.serve());
    }
    launch.run().succeeded();
    None
}
