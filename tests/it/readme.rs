//! The README and the documents under `docs/` are kept true: their tables are what the code says, their commands run and
//! print what is shown, their files load.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use cortex_audit_mock::contract::{RULES, Rule, Source, Timestamp};
use cortex_audit_mock::fault::{self, Delay};
use cortex_audit_mock::fixture;
use cortex_audit_mock::generate::Story;
use cortex_audit_mock::keys::{self, KeySource};
use cortex_audit_mock::world::verdict::{Bug, Expectation};
use cortex_audit_mock::world::{Journal, Live, Scenario, Sessions};
use serde_json::Value;
use tempfile::TempDir;

use crate::official_client;
use crate::support::process::{BINARY, Server, binary, head};
use crate::support::tool;

const FIDELITY_START: &str =
    "<!-- fidelity table: generated from contract::RULES; UPDATE_README=1 cargo test readme rewrites it -->\n";
const FIDELITY_END: &str = "<!-- end of the fidelity table -->\n";

/// The commands that a test cannot run: they build, measure, need an engine, or install.
const NOT_RUN: [&str; 5] = ["cargo test", "cargo bench", "benches/", "docker ", "pip install"];

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn file(name: &str) -> String {
    fs::read_to_string(repository().join(name)).unwrap()
}

/// A fenced block.
struct Block {
    /// What stands behind the fence: a language and, of a file, its name.
    info: String,
    text: String,
}

impl Block {
    fn file_name(&self) -> Option<&str> {
        self.info.split_once(' ').map(|(_, name)| name)
    }

    /// Its command lines, continued ones joined; none when it is no shell.
    fn commands(&self) -> Vec<String> {
        let joined = self.text.replace("\\\n", "");
        let lines = joined.lines().filter(|line| !line.is_empty());
        match self.info.as_str() {
            "sh" => lines.map(String::from).collect(),
            "console" => lines.filter_map(|line| line.strip_prefix("$ ")).map(String::from).collect(),
            _ => Vec::new(),
        }
    }

    /// What a console shows besides the commands, which may be shortened with `…`.
    fn output(&self) -> String {
        let lines = self.text.lines().filter(|line| self.info == "console" && !line.starts_with("$ "));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The README and every document, by name.
fn documents() -> Vec<String> {
    let files = fs::read_dir(repository().join("docs")).unwrap().map(|file| file.unwrap().path());
    let documents = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let names = documents.map(|path| format!("docs/{}", path.file_name().unwrap().to_str().unwrap()));
    std::iter::once("README.md".to_owned()).chain(names).collect()
}

fn blocks(document: &str) -> Vec<Block> {
    let text = file(document);
    let parts: Vec<&str> = text.split("```").collect();
    assert_eq!(parts.len() % 2, 1, "every fence of {document} is closed");
    let fenced = parts.iter().skip(1).step_by(2);
    fenced
        .map(|part| part.split_once('\n').expect("a fence ends its line"))
        .map(|(info, text)| Block { info: info.to_owned(), text: text.to_owned() })
        .collect()
}

fn all_commands() -> Vec<String> {
    documents().iter().flat_map(|document| blocks(document)).flat_map(|block| block.commands()).collect()
}

/// The cells of each row of the first table below a heading, the header left out.
fn table(document: &str, heading: &str) -> Vec<Vec<String>> {
    let text = file(document);
    let (_, section) = text.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    let rows = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    rows.skip(2)
        .map(|row| row.trim_matches('|').split(" | ").map(|cell| cell.trim().replace('`', "")).collect())
        .collect()
}

/// What `--help` tells of a flag: its name with its value, its environment variable, its default.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Flag {
    name: String,
    environment: String,
    default: Option<String>,
}

fn flags_of_help() -> Vec<Flag> {
    let help = binary(["--help"]).run().succeeded().to_owned();
    let between = |text: &str, start: &str| {
        text.split_once(start).and_then(|(_, rest)| rest.split_once(']')).map(|(found, _)| found.trim().to_owned())
    };
    help.split("\n      --")
        .skip(1)
        .map(|part| Flag {
            name: format!("--{}", part.lines().next().unwrap().replace(['<', '>'], "")),
            environment: between(part, "[env: ").unwrap().trim_end_matches('=').to_owned(),
            default: between(part, "[default: "),
        })
        .collect()
}

#[test]
fn the_fidelity_table_is_that_of_the_code() {
    let mut right = String::from("| identifier | rule | source |\n| --- | --- | --- |\n");
    for rule in RULES {
        let check = if is_assumed(rule) { "; [check it](docs/verify.md#the-assumed-rules) with `verify`" } else { "" };
        let text = rule.text.replace('|', "\\|");
        writeln!(right, "| {} | {text} | {}{check} |", rule.id, rule.source.as_str()).unwrap();
    }
    let readme = file("README.md");
    let (before, rest) = readme.split_once(FIDELITY_START).expect("the table has its start");
    let (table, after) = rest.split_once(FIDELITY_END).expect("the table has its end");
    if std::env::var_os("UPDATE_README").is_some() {
        let written = format!("{before}{FIDELITY_START}{right}{FIDELITY_END}{after}");
        fs::write(repository().join("README.md"), written).unwrap();
        return;
    }
    assert!(table == right, "UPDATE_README=1 cargo test readme writes the right table:\n{right}");
}

fn is_assumed(rule: &Rule) -> bool {
    matches!(rule.source, Source::Assumed | Source::ClientAndAssumed)
}

#[test]
fn every_assumed_rule_has_a_way_to_check_it() {
    let rows = table("docs/verify.md", "The assumed rules");
    let told: Vec<&str> = rows.iter().map(|cells| cells[0].as_str()).collect();
    let assumed: Vec<&str> = RULES.iter().filter(|rule| is_assumed(rule)).map(|rule| rule.id).collect();
    assert_eq!(told, assumed);
}

#[test]
fn the_flags_are_those_of_the_help() {
    let written: Vec<Flag> = table("README.md", "Flags")
        .into_iter()
        .map(|cells| Flag {
            name: cells[0].clone(),
            environment: cells[1].clone(),
            default: (cells[3] != "off").then(|| cells[3].clone()),
        })
        .collect();
    assert_eq!(written, flags_of_help());
}

#[test]
fn the_keys_are_the_built_in_ones() {
    let built_in: Value = serde_json::from_str(&file("fixtures/keys.json")).unwrap();
    let tokens: Vec<&str> =
        built_in["keys"].as_array().unwrap().iter().map(|key| key["token"].as_str().unwrap()).collect();
    let rows = table("README.md", "Keys");
    assert_eq!(rows.iter().map(|cells| cells[0].as_str()).collect::<Vec<_>>(), tokens);
    let server = Server::start(&[]);
    for cells in rows {
        let status = server.get_as(&cells[0], "/api/v1/audit-logs").status;
        assert!(cells[1].starts_with(status.as_str()), "{}: {status}", cells[0]);
    }
}

/// What the router has under `/__admin`, by the source of its one screen.
fn control_plane_paths() -> BTreeSet<String> {
    let source = file("src/http.rs");
    let (_, control_plane) = source.split_once("let control_plane = ").unwrap();
    let (control_plane, _) = control_plane.split_once(';').unwrap();
    let routes = control_plane.split(".route(\"").skip(1);
    routes.map(|route| format!("/__admin{}", route.split('"').next().unwrap())).collect()
}

#[test]
fn the_control_plane_is_that_of_the_router() {
    let rows = table("README.md", "Control plane");
    let paths: BTreeSet<String> = rows.iter().map(|cells| cells[0].clone()).collect();
    assert_eq!(paths, control_plane_paths());
    let server = Server::start(&[]);
    for cells in rows {
        let path = cells[0].replace("{id}", "1").replace("{name}", "one");
        let mut connection = server.connect();
        connection.send(head("BREW", &path, ""));
        let answer = connection.answer();
        assert_eq!(answer.status, 405, "{path}");
        let allowed: BTreeSet<&str> =
            answer.header("allow").unwrap().split(',').filter(|method| *method != "HEAD").collect();
        assert_eq!(cells[1].split(", ").collect::<BTreeSet<_>>(), allowed, "{path}");
    }
}

#[test]
fn the_types_of_faults_are_those_of_the_code() {
    let error = fault::read_all("rule", r#"{"type": "none of them"}"#).unwrap_err().to_string();
    let (_, accepted) = error.split_once("is not one of ").unwrap();
    let rows = table("docs/control-plane.md", "Faults");
    assert_eq!(rows.iter().map(|cells| cells[0].as_str()).collect::<BTreeSet<_>>(), accepted.split(", ").collect());
}

#[test]
fn the_expectations_and_findings_are_those_of_the_code() {
    let names: Vec<String> = table("docs/verdict.md", "Expectations").iter().map(|row| row[0].clone()).collect();
    assert_eq!(names, Expectation::ALL.map(|expectation| expectation.to_string()));
    for row in table("docs/verdict.md", "Findings") {
        let bug = Bug::ALL.into_iter().find(|bug| bug.as_str() == row[0]).unwrap_or_else(|| panic!("{}", row[0]));
        let breaks = bug.breaks().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        assert_eq!(row[2].replace('`', ""), breaks, "{}", row[0]);
    }
    assert_eq!(table("docs/verdict.md", "Findings").len(), Bug::ALL.len());
}

#[test]
fn the_scenarios_are_those_of_the_code() {
    let names: Vec<String> = table("docs/verdict.md", "Scenarios").iter().map(|row| row[0].clone()).collect();
    assert_eq!(names, Scenario::ALL.map(|scenario| scenario.to_string()));
}

#[test]
fn the_stories_are_those_of_the_code() {
    let written = table("docs/generated-data.md", "Stories");
    let quoted = |cell: &str| cell.replace('`', "");
    let right = Story::ALL.map(|story| [story.as_str().to_owned(), story.clue().to_owned(), story.whole().join(", ")]);
    assert_eq!(written.iter().map(|row| [row[0].clone(), row[2].clone(), quoted(&row[3])]).collect::<Vec<_>>(), right);
}

#[test]
fn the_limits_are_those_of_the_code() {
    let rows = table("docs/control-plane.md", "Limits");
    let written: Vec<String> = rows.iter().map(|cells| cells[1].replace(',', "")).collect();
    let minutes = Delay::LONGEST.as_secs() / 60;
    let right = [
        Sessions::MOST.to_string(),
        Journal::CAPACITY.to_string(),
        "32 MiB".to_owned(),
        Live::MOST_AT_ONCE.to_string(),
        format!("{minutes} minutes"),
    ];
    assert_eq!(written, right);
}

#[test]
fn every_file_loads_without_a_note() {
    let mut names = BTreeSet::new();
    for block in documents().iter().flat_map(|document| blocks(document)) {
        let Some(name) = block.file_name() else { continue };
        let now = Timestamp::system();
        match name {
            "keys.json" => {
                keys::load(&KeySource::Text(block.text.clone()), now).unwrap_or_else(|errors| panic!("{errors}"));
            }
            "faults.json" => {
                fault::read_all(name, &block.text).unwrap_or_else(|errors| panic!("{errors}"));
            }
            _ => {
                let loaded = fixture::read(name, &block.text, now).unwrap_or_else(|errors| panic!("{errors}"));
                assert!(loaded.ignored_fields.is_empty(), "{:?}", loaded.ignored_fields);
            }
        }
        names.insert(name.to_owned());
    }
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["faults.json", "keys.json", "my-logs.json"]);
}

#[test]
fn every_command_runs() {
    for document in documents() {
        let folder = tempfile::tempdir().unwrap();
        let blocks = blocks(&document);
        for block in &blocks {
            if let Some(name) = block.file_name() {
                fs::write(folder.path().join(name), &block.text).unwrap();
            }
        }
        for block in &blocks {
            let Some(printed) = run(block.commands(), &folder) else { continue };
            let mut rest = lasting(&printed);
            for part in lasting(&block.output()).split('…') {
                let at = rest.find(part).unwrap_or_else(|| panic!("{part}\nis not printed:\n{printed}"));
                rest.drain(..at + part.len());
            }
        }
    }
}

/// The job that a team can copy passes for a client that reads everything, and ends with reasons and report for another.
#[test]
fn the_job_for_ci_is_a_gate() {
    if Command::new("curl").output().is_err() {
        return tool::skipped("curl");
    }
    let blocks = blocks("README.md");
    let job = &blocks.iter().find(|block| block.text.contains("?expect=complete")).unwrap().text;
    let path = format!("{}:{}", Path::new(BINARY).parent().unwrap().display(), std::env::var("PATH").unwrap());
    for (page_size, code, told, failures) in
        [(1000, 0, "\"findings\":[]", "failures=\"0\""), (100, 22, "were never served", "<failure")]
    {
        let folder = tempfile::tempdir().unwrap();
        let script = job.replace("pageSize=1000", &format!("pageSize={page_size}"));
        let mut shell = Command::new("sh");
        let output = shell.args(["-c", &script]).current_dir(folder.path()).env("PATH", &path).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{printed}");
        assert!(printed.contains(told), "{printed}");
        let report = fs::read_to_string(folder.path().join("verdict.xml")).unwrap();
        assert!(report.contains(failures), "{report}");
    }
}

/// A text without what differs from run to run, which is times and identifiers: digits, points,
/// `a` to `f`, line breaks.
fn lasting(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '0'..='9' | '.' | 'a'..='f')).collect()
}

/// What the commands of a block print, run in one shell against a server of their own or the one that they start;
/// `None` when a program that they need is missing.
fn run(commands: Vec<String>, folder: &TempDir) -> Option<String> {
    let mut started = None;
    let mut script = String::from("set -e\nexec 2>&1\n");
    for command in commands {
        if let Some(arguments) = command.strip_prefix("cargo run") {
            started = cargo_run(arguments.trim_start().trim_start_matches("-- "), folder).or(started);
        } else if !NOT_RUN.iter().any(|start| command.starts_with(start)) {
            script += &(command + "\n");
        }
    }
    let client = script.contains("cortex ").then(official_client::installed);
    let tools_missing = client == Some(None) || (script.contains("curl ") && Command::new("curl").output().is_err());
    if tools_missing {
        tool::skipped(&script);
        return None;
    }
    let server = started.unwrap_or_else(|| Server::start(&[]));
    let programs = client.flatten().map(|folder| folder.to_str().unwrap()).unwrap_or_default();
    let own = Path::new(BINARY).parent().unwrap().display();
    let path = format!("{programs}:{own}:{}", std::env::var("PATH").unwrap());
    let script = script.replace("127.0.0.1:8080", server.address());
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

/// The binary with what follows `cargo run --`: a server, or a command that succeeds.
fn cargo_run(arguments: &str, folder: &TempDir) -> Option<Server> {
    let launch = binary(arguments.split_whitespace()).env("CORTEX_MOCK_LISTEN", "127.0.0.1:0").folder(folder.path());
    if arguments.is_empty() || arguments.starts_with("--") {
        return Some(launch.serve());
    }
    launch.run().succeeded();
    None
}

#[test]
fn the_docker_commands_use_what_the_image_and_the_binary_have() {
    let dockerfile = file("Dockerfile");
    let port = dockerfile.lines().find_map(|line| line.strip_prefix("EXPOSE ")).unwrap();
    assert!(dockerfile.contains(&format!("ENV CORTEX_MOCK_LISTEN=0.0.0.0:{port}\n")));
    let flags: Vec<String> =
        flags_of_help().iter().map(|flag| flag.name.split(' ').next().unwrap().to_owned()).collect();
    let runs: Vec<String> = all_commands().into_iter().filter(|command| command.starts_with("docker run")).collect();
    assert!(!runs.is_empty());
    for command in runs {
        let (options, arguments) = command.split_once(" cortex-audit-mock").expect("the image has the binary's name");
        assert!(options.contains(&format!("-p 8080:{port}")), "{command}");
        for flag in arguments.split_whitespace().filter(|word| word.starts_with("--")) {
            assert!(flags.iter().any(|known| known == flag), "{flag} in {command}");
        }
    }
}

#[test]
fn the_image_runs_the_binary_as_nobody_with_its_own_healthcheck() {
    let dockerfile = file("Dockerfile");
    let (_, image) = dockerfile.split_once("\nFROM scratch\n").expect("the last stage starts empty");
    let server = Server::start(&[]);
    let check = image.lines().find(|line| line.starts_with("HEALTHCHECK ")).unwrap();
    let (_, command) = check.split_once("CMD ").unwrap();
    let command: Vec<String> = serde_json::from_str(command).unwrap();
    assert_eq!(command[0], "/cortex-audit-mock");
    let arguments = command[1..].iter().map(String::as_str);
    binary(arguments).env("CORTEX_MOCK_LISTEN", server.address()).run().succeeded();
    let user = image.lines().find_map(|line| line.strip_prefix("USER ")).unwrap();
    assert!(user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)), "{user}");
    assert!(image.contains("\nENTRYPOINT [\"/cortex-audit-mock\"]\n"));
}
