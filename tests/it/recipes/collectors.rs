//! `recipes/collectors`: the runner finds what a collector does wrong, and the collector in plain Python survives what the runner
//! cannot do to it. `.ci/run` runs the other collectors.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{file, repository};
use crate::official_client;
use crate::python_package::python;
use crate::support::process::{BINARY, Server, head};

const PLAIN: &str = "recipes/collectors/plain-python/collect";
const PAGE: &str = "docs/collectors.md";

/// A command that finds nothing of the tester's own configuration.
fn program(path: &str) -> Command {
    let mut command = Command::new(repository(path));
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CORTEX_")) {
            command.env_remove(name);
        }
    }
    command.env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::null());
    command
}

/// What a program has printed, and whether it succeeded.
struct Outcome {
    succeeded: bool,
    stdout: String,
    stderr: String,
}

impl Outcome {
    fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { succeeded: output.status.success(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    #[track_caller]
    fn succeeds(&self) {
        assert!(self.succeeded, "{}{}", self.stdout, self.stderr);
    }

    #[track_caller]
    fn fails(&self, message: &str) {
        assert!(!self.succeeded && self.stderr.contains(message), "{}{}", self.stdout, self.stderr);
    }
}

/// Runs the runner with these arguments; what it makes goes into the folder.
fn judge(folder: &TempDir, arguments: &[&str]) -> Outcome {
    Outcome::of(&mut runner(folder, arguments))
}

fn runner(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = program("recipes/collectors/run");
    command.arg("--dir").arg(folder.path()).args(arguments);
    command.current_dir(folder.path()).env("CORTEX_AUDIT_MOCK_BINARY", BINARY);
    command
}

/// The cells of a row in a table: those of each situation, by its name in the head.
#[track_caller]
fn cell<'a>(table: &'a str, row: &str, column: &str) -> &'a str {
    let cells = |line: &'a str| line.trim_matches(['|', ' ']).split(" | ").collect::<Vec<_>>();
    let lines: Vec<_> = table.lines().filter(|line| line.starts_with('|')).map(cells).collect();
    let at = lines[0].iter().position(|cell| *cell == column).unwrap();
    lines.iter().find(|line| line[0] == row).unwrap_or_else(|| panic!("{table} has no row {row}"))[at]
}

/// `docs/collectors.md` with another result of plain Python.
fn page_that_differs() -> String {
    let (right, wrong) = ("| plain-python | exactly once | kept |", "| plain-python | exactly once | loses |");
    let page = file(PAGE);
    assert!(page.contains(right), "{PAGE} has {right}");
    page.replacen(right, wrong, 1)
}

#[test]
fn the_collector_in_plain_python_keeps_everything_and_the_runner_writes_it_into_the_page() {
    if python().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("page.md"), page_that_differs()).unwrap();
    judge(&folder, &["--page", "page.md", "--update", "plain-python"]).succeeds();
    assert_eq!(fs::read_to_string(folder.path().join("page.md")).unwrap(), file(PAGE));
}

#[test]
fn the_runner_fails_for_a_collector_with_mistakes_and_for_a_page_that_differs() {
    if python().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut script = file(PLAIN);
    for (right, wrong) in [
        // Late entries move others to the next page, or are never read.
        (r#"os.environ.get("LAG", 60)"#, "0"),
        ("if total not in (None, page[\"total\"]):", "if False:"),
        ("        return int(value)\n", "        return 1\n"),
        (
            "        sink.truncate(length)\n",
            "        sink.write(json.dumps(entries[0]).encode() + b\"\\n\" if entries else b\"\")\n",
        ),
    ] {
        assert!(script.contains(right), "{PLAIN} has {right}");
        script = script.replacen(right, wrong, 1);
    }
    let mistaken = folder.path().join("mistaken");
    fs::create_dir(&mistaken).unwrap();
    fs::copy(repository(PLAIN), mistaken.join("collect")).unwrap();
    fs::write(mistaken.join("collect"), script).unwrap();
    fs::write(folder.path().join("page.md"), page_that_differs()).unwrap();

    let outcome = judge(&folder, &["--page", "page.md", "./mistaken", "plain-python"]);
    outcome.fails("- plain-python | exactly once | loses | kept");
    for message in ["+ plain-python | exactly once | kept | kept", "- mistaken | exactly once | kept | kept"] {
        outcome.fails(message);
    }
    let found = |row, column| cell(&outcome.stdout, row, column);
    assert_eq!(found("mistaken", "calm"), "doubles");
    assert_eq!(found("mistaken", "late-arrivals"), "doubles, loses");
    assert_eq!(found("mistaken", "quota-squeeze"), "doubles, never killed, rude");
    assert_eq!(found("plain-python", "flaky"), "kept");
    // What the collector has printed.
    outcome.fails("entries up to ");
}

#[test]
fn the_runner_says_what_is_missing() {
    if python().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    judge(&folder, &["plain-pithon"]).fails("plain-pithon has no program `collect`; collectors of this folder: ");
    let mut command = program("recipes/collectors/run");
    command.arg("plain-python").env("CARGO_TARGET_DIR", folder.path()).env("PATH", "/usr/bin:/bin");
    Outcome::of(&mut command).fails("there is no cortex-audit-mock: name it in CORTEX_AUDIT_MOCK_BINARY");
}

#[test]
fn a_runner_that_is_stopped_ends_its_collectors() {
    if python().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let collect = folder.path().join("hanging/collect");
    fs::create_dir(collect.parent().unwrap()).unwrap();
    fs::write(&collect, "#!/bin/sh\necho $$ >\"$STATE/pid.new\"\nmv \"$STATE/pid.new\" \"$STATE/pid\"\nsleep 600\n")
        .unwrap();
    fs::set_permissions(&collect, fs::metadata(repository(PLAIN)).unwrap().permissions()).unwrap();
    let mut command = runner(&folder, &["./hanging"]);
    let mut runner = command.stdout(Stdio::null()).spawn().unwrap();
    let process_id = folder.path().join("runs/hanging-proven-calm-1/state/pid");
    while !process_id.exists() {
        assert!(runner.try_wait().unwrap().is_none(), "the runner ended");
        std::thread::yield_now();
    }
    let process_id = fs::read_to_string(process_id).unwrap().trim().parse().unwrap();
    let exists = || test_kill_process(Pid::from_raw(process_id).unwrap()).is_ok();
    assert!(exists());
    kill_process(Pid::from_child(&runner), Signal::TERM).unwrap();
    assert_eq!(runner.wait().unwrap().code(), Some(130));
    assert!(!exists(), "process {process_id} is left");
}

/// Syncs of plain Python, one after the other, in a session of its own.
struct PlainPython<'a> {
    server: &'a Server,
    session: &'a str,
    folder: TempDir,
}

impl<'a> PlainPython<'a> {
    /// A collector in a session that has only these entries: names with their times.
    fn new(server: &'a Server, session: &'a str, entries: &[(&str, &str)]) -> Self {
        let collector = Self { server, session, folder: tempfile::tempdir().unwrap() };
        let entry = |&(name, time): &(&str, &str)| json!({"action": "UPDATE", "objectType": "TEAM", "objectIdentifier": name, "timestamp": time});
        collector.admin("DELETE", "audit-logs?", "");
        collector.admin("POST", "audit-logs?", &Value::from_iter(entries.iter().map(entry)).to_string());
        collector
    }

    fn command(&self) -> Command {
        let mut command = program(PLAIN);
        command.env("CORTEX_BASE_URL", self.server.url()).env("CORTEX_API_KEY", format!("mock-admin~{}", self.session));
        command.env("SINK", self.path("sink")).env("STATE", self.path("state"));
        command
    }

    /// A sync that reads up to so many seconds ago.
    fn sync(&self, lag: u32) -> Outcome {
        Outcome::of(self.command().env("LAG", lag.to_string()))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn sink(&self) -> String {
        fs::read_to_string(self.path("sink")).unwrap()
    }

    /// The names of the entries in the sink.
    fn names(&self) -> Vec<String> {
        let name =
            |line: &str| serde_json::from_str::<Value>(line).unwrap()["objectIdentifier"].as_str().unwrap().to_owned();
        self.sink().lines().map(name).collect()
    }

    #[track_caller]
    fn admin(&self, method: &str, path: &str, body: &str) -> Value {
        let mut connection = self.server.connect();
        let length = format!("Content-Length: {}\r\n", body.len());
        connection.send(head(method, &format!("/__admin/{path}session={}", self.session), &length) + body);
        let answer = connection.answer();
        assert!(answer.status.is_success(), "{}", answer.text());
        answer.json()
    }
}

#[test]
fn what_a_killed_sync_wrote_is_cut_off_and_a_rotated_sink_starts_anew() {
    if python().is_none() {
        return;
    }
    let server = Server::start(&[]);
    let collector = PlainPython::new(&server, "killed", &[("first", "now-2d"), ("second", "now-1d")]);
    collector.sync(240).succeeds();
    assert_eq!(collector.names(), ["first", "second"]);
    let before = collector.sink();

    // Killed after some lines, before the state was written.
    collector.write("sink", &format!("{before}{before}{}", &before[..20]));
    collector.sync(180).succeeds();
    assert_eq!(collector.sink(), before);

    fs::rename(collector.path("sink"), collector.path("sink.1")).unwrap();
    collector.sync(120).succeeds();
    assert_eq!(collector.sink(), "");
    collector.write("sink", &before[..20]);
    collector.sync(60).succeeds();
    assert_eq!(collector.sink(), "");
}

#[test]
fn lines_of_others_stay_and_a_sink_that_has_lost_some_is_refused() {
    if python().is_none() {
        return;
    }
    let server = Server::start(&[]);
    let collector = PlainPython::new(&server, "others", &[("only", "now-1d")]);
    collector.write("sink", "{\"objectIdentifier\": \"of another program\"}\n");
    collector.sync(120).succeeds();
    assert_eq!(collector.names(), ["of another program", "only"]);
    collector.write("sink", "{}\n");
    collector.sync(60).fails("is shorter than after the last sync");
    assert_eq!(collector.sink(), "{}\n");
}

#[test]
fn an_entry_at_the_end_of_a_range_is_written_once() {
    if python().is_none() {
        return;
    }
    let server = Server::start(&[]);
    let times = [
        ("before", "2026-01-01T11:59:59.999Z"),
        ("at", "2026-01-01T12:00:00Z"),
        ("after", "2026-01-01T12:00:00.000001Z"),
        ("later", "2026-01-01T12:00:00.100Z"),
    ];
    let collector = PlainPython::new(&server, "boundary", &times);
    collector.write("state/state.json", r#"{"until": "2026-01-01T12:00:00Z", "length": 0}"#);
    collector.sync(60).succeeds();
    assert_eq!(collector.names(), ["after", "later"]);
}

#[test]
fn it_waits_until_a_date_and_stops_at_a_refused_key() {
    if python().is_none() {
        return;
    }
    let server = Server::start(&[]);
    let collector = PlainPython::new(&server, "date", &[("only", "now-1d")]);
    let fault = json!({"type": "status", "status": 503, "retryAfter": 2, "retryAfterDate": true, "times": 1});
    collector.admin("POST", "faults?", &fault.to_string());
    collector.sync(60).succeeds();
    assert_eq!(collector.names(), ["only"]);
    collector.admin("GET", "verdict?expect=complete,polite,contract&", "");

    let refused = |token: &str| Outcome::of(collector.command().env("CORTEX_API_KEY", token));
    refused("mock-revoked~refused").fails("the API key is refused, or may not view audit logs: 401");
    refused("mock-no-audit~refused").fails("the API key is refused, or may not view audit logs: 403");
    let requests = server.get("/__admin/requests/count?session=refused&status=403").ok();
    assert_eq!(requests["count"], 1);
}

#[test]
fn a_second_sync_at_the_same_time_is_refused() {
    if python().is_none() {
        return;
    }
    let server = Server::start(&[]);
    let collector = PlainPython::new(&server, "twice", &[("only", "now-1d")]);
    collector.admin("POST", "faults?", r#"{"type": "delay", "fixed": "10m"}"#);
    let mut first = collector.command().spawn().unwrap();
    // The first one has the lock once its request has arrived.
    while collector.admin("GET", "faults?", "")["faults"].to_string().matches("\"fired\":1").count() == 0 {
        std::thread::yield_now();
    }
    collector.sync(60).fails("another sync is running");
    first.kill().unwrap();
    first.wait().unwrap();
    collector.admin("DELETE", "faults?", "");
    collector.sync(60).succeeds();
    assert_eq!(collector.names(), ["only"]);
}

/// `official_client` tests this version.
#[test]
fn the_collector_with_the_official_client_has_its_version() {
    assert_eq!(file("recipes/collectors/cortex-client/requirements.txt").trim(), official_client::CLIENT);
}
