//! Every command of the documents runs and prints the documented output.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::markdown::blocks;
use super::{documents, repository};
use crate::official_client;
use crate::support::external_tools;
use crate::support::process::{BINARY, Server, binary, head};

/// The beginnings of commands that no test here runs: they measure, need a container engine, or build a release, which
/// `.ci/nightly installation` does.
const NOT_RUN: [&str; 5] = ["cargo bench", "cargo install", "cargo test --release", "benches/", "docker "];

/// A folder of programs that stand in for those of a reader: `pytest` is a client that reads one page.
const STAND_INS: &str = "tests/it/documents/stand_ins";

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
    for (page_size, code, message, failures) in
        [("1000", 0, "complete: yes", "failures=\"0\""), ("100", 1, "were never served", "<failure")]
    {
        let folder = tempfile::tempdir().unwrap();
        let mut shell = Command::new("sh");
        let shell = shell.args(["-c", job]).current_dir(folder.path()).env("PATH", path()).env("PAGE_SIZE", page_size);
        let output = shell.output().unwrap();
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
        if let Some((variables, flags)) = split_start(&command) {
            started = Some(start(&variables, flags, folder));
        } else if !NOT_RUN.iter().any(|start| command.starts_with(start)) {
            script += &(command + "\n");
        }
    }
    let client = script.contains("cortex ").then(official_client::installed);
    if client == Some(None) {
        return None;
    }
    if ["curl ", "pytest"].iter().any(|name| script.contains(name)) && Command::new("curl").output().is_err() {
        external_tools::report_skipped(NO_CURL);
        return None;
    }
    if started.is_none() && script.contains(DEFAULT_ADDRESS) {
        reset(shared.get_or_insert_with(|| Server::start(&[])));
    }
    let programs = client.flatten().map(|folder| folder.to_str().unwrap()).unwrap_or_default();
    let path = format!("{programs}:{}", path());
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

/// The search path of a reader who has installed the binary.
fn path() -> String {
    let stand_ins = repository().join(STAND_INS);
    let own = Path::new(BINARY).parent().unwrap();
    format!("{}:{}:{}", stand_ins.display(), own.display(), std::env::var("PATH").unwrap())
}

/// The variables, such as `NAME=value`, and the flags of a command that starts a server. `None` for what the shell runs
/// itself: another program, another command of the binary, a server whose output is redirected.
fn split_start(command: &str) -> Option<(Vec<(&str, &str)>, &str)> {
    let (variables, flags) = command.split_once("cortex-audit-mock")?;
    let variables = variables.split_whitespace().map(|word| word.split_once('=')).collect::<Option<_>>()?;
    let flags = flags.trim_start();
    let starts = (flags.is_empty() || flags.starts_with("--")) && !flags.contains('>');
    starts.then_some((variables, flags))
}

/// Starts a server with these variables and flags, on a free port.
fn start(variables: &[(&str, &str)], flags: &str, folder: &TempDir) -> Server {
    let launch = binary(flags.split_whitespace()).env("CORTEX_MOCK_LISTEN", "127.0.0.1:0").folder(folder.path());
    variables.iter().fold(launch, |launch, (name, value)| launch.env(name, value)).serve()
}
