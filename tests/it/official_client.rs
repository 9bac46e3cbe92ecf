//! Cortex's own command-line client against the built binary.
//!
//! The client is installed from its registry into a virtual environment once. Where that cannot be done the tests say
//! why and pass, except in CI (the environment variable `CI`), where they fail.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use cortex_audit_mock::EntrySource;
use cortex_audit_mock::contract::{Action, ActorType, Entry, Timestamp};
use cortex_audit_mock::generate::{Generator, Recipe};
use cortex_audit_mock::internal::fixture;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::external_tools::{self, run};
use crate::support::process::{Server, binary, head};
use crate::support::{NOW, time};

/// The release that the contract was read from.
pub const CLIENT: &str = "cortexapps-cli==1.52.0";

/// The folder of the client's programs; `None`, with a message, where it cannot be had.
pub fn installed() -> Option<&'static Path> {
    static INSTALLED: LazyLock<Result<PathBuf, String>> = LazyLock::new(install);
    external_tools::require("the official client", &INSTALLED).map(PathBuf::as_path)
}

fn install() -> Result<PathBuf, String> {
    let home = external_tools::installed(CLIENT, |home| {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(home))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", CLIENT];
        run(Command::new(home.join("bin/python")).args(pip))
    })?;
    Ok(home.join("bin"))
}

/// The client of one user, with a home of their own.
struct Client {
    programs: &'static Path,
    home: TempDir,
}

impl Client {
    fn new() -> Option<Self> {
        Some(Self { programs: installed()?, home: tempfile::tempdir().unwrap() })
    }

    /// A program of the virtual environment that finds nothing of the tester's own configuration.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("CORTEX_")) {
                command.env_remove(name);
            }
        }
        // Wide enough that no line of its output is broken.
        command.env("HOME", self.home.path()).env("COLUMNS", "400").stdin(Stdio::null());
        command
    }

    /// `cortex audit-logs get` with these flags.
    fn run(&self, server: &Server, key: &str, flags: &[&str]) -> Output {
        let mut command = self.program("cortex");
        command.env("CORTEX_BASE_URL", server.url()).env("CORTEX_API_KEY", key);
        command.args(["audit-logs", "get"]).args(flags).output().unwrap()
    }

    /// What it prints when it succeeds.
    #[track_caller]
    fn prints(&self, server: &Server, flags: &[&str]) -> String {
        let output = self.run(server, "mock-admin", flags);
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{flags:?}: {stdout}{stderr}");
        stdout
    }

    /// What it prints as JSON.
    #[track_caller]
    fn page(&self, server: &Server, flags: &[&str]) -> Value {
        serde_json::from_str(&self.prints(server, flags)).unwrap()
    }

    /// The entries of the page that it prints.
    #[track_caller]
    fn logs(&self, server: &Server, flags: &[&str]) -> Vec<Value> {
        self.page(server, flags)["logs"].as_array().unwrap().clone()
    }

    /// What it prints when it fails, on one line.
    #[track_caller]
    fn complains(&self, server: &Server, key: &str, flags: &[&str]) -> String {
        let output = self.run(server, key, flags);
        assert_eq!(output.status.code(), Some(1));
        text(&output.stdout).trim().to_owned()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A server at [`NOW`], so that the story's entries have known times.
fn at_a_known_time() -> Server {
    Server::start(&["--now", NOW])
}

/// The story at [`NOW`], newest first.
fn story() -> Vec<Entry> {
    let mut entries = fixture::load(&[EntrySource::BuiltIn], time(NOW)).unwrap().entries;
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.timestamp));
    entries
}

/// As sets, because a test may not know the order of the same instant.
fn set(entries: &[Value]) -> BTreeSet<String> {
    entries.iter().map(Value::to_string).collect()
}

/// That a filter gives what it means, entry by entry, newest first.
#[track_caller]
fn gives(client: &Client, server: &Server, flags: &[&str], meaning: impl Fn(&Entry) -> bool) {
    let expected: Vec<Value> = story().iter().filter(|entry| meaning(entry)).map(|entry| json!(entry)).collect();
    let found = client.logs(server, flags);
    assert!(!expected.is_empty(), "{flags:?} match something");
    assert_eq!(found.len(), expected.len(), "{flags:?}");
    assert_eq!(set(&found), set(&expected), "{flags:?}");
    let times = found.iter().map(|entry| time(entry["timestamp"].as_str().unwrap()));
    assert!(times.is_sorted_by(|newer, older| newer >= older), "{flags:?}");
}

/// Proves RES-PAGE, RES-TOTALS, RES-ENTRY, RES-ORDER, REQ-LENIENT.
#[test]
fn without_flags_it_reads_every_page() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    let page = client.page(&server, &[]);
    assert_eq!((&page["total"], &page["page"], &page["totalPages"]), (&json!(640), &json!(0), &json!(1)));
    let paged: Vec<Value> =
        (0..3).flat_map(|page| server.logs(&format!("page={page}"))["logs"].as_array().unwrap().clone()).collect();
    assert_eq!(page["logs"], json!(paged));
}

/// Proves RES-TOTALS: twenty pages that concatenate.
#[test]
fn it_reads_a_generated_workspace_whole() {
    let Some(client) = Client::new() else { return };
    let server = Server::start(&["--generate", "5000", "--now", NOW]);
    let found = client.logs(&server, &[]);
    let recipe = Recipe::new(5000, time(NOW));
    let mut expected: Vec<Value> = Generator::new(&recipe).unwrap().map(|entry| json!(entry)).collect();
    expected.reverse();
    assert_eq!(found, expected);
    let actors: BTreeSet<&str> = found.iter().filter_map(|entry| entry["actorIdentifier"].as_str()).collect();
    assert!(actors.iter().filter(|actor| actor.contains('@')).count() > 36, "{actors:?}");
    assert!(["ci-deploy", "terraform-sync", "vault-rotator"].iter().all(|key| actors.contains(key)), "{actors:?}");
}

/// What docs/verdict.md says of it.
#[test]
fn its_date_times_without_an_offset_keep_the_contract() {
    let Some(client) = Client::new() else { return };
    let server = Server::start(&["--generate", "2000", "--now", NOW]);
    client.page(&server, &[]);
    let clean = "/__admin/verdict?expect=complete,no-duplicates,no-gaps,polite,contract";
    assert_eq!(server.get(clean).ok()["clients"][0]["paging"]["finished"], 1);
    client.page(&server, &["-s", "2025-05-19T00:00:00", "-e", "2025-05-20T00:00:00"]);
    server.get("/__admin/verdict?expect=contract").ok();
}

/// Proves PAGE-BOUNDS, RES-TOTALS.
#[test]
fn it_reads_one_page_of_any_size() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    let first = client.page(&server, &["-p", "0", "-z", "1"]);
    assert_eq!(first, server.logs("page=0&pageSize=1"));
    assert_eq!((&first["total"], &first["totalPages"]), (&json!(640), &json!(640)));
    let past_the_end = client.page(&server, &["-p", "640", "-z", "1"]);
    assert_eq!(past_the_end, json!({"logs": [], "page": 640, "total": 640, "totalPages": 640}));
}

/// Proves TIME-ZONELESS, TIME-RANGE: what the client's own tests ask for.
#[test]
fn from_yesterday_to_today_it_finds_entries_all_of_them_in_range() {
    let Some(client) = Client::new() else { return };
    let server = Server::start(&[]);
    let days = chrono::TimeDelta::days;
    let zoneless = |at: Timestamp| at.to_string()[..19].to_owned();
    let now = Timestamp::now();
    let (start, end) = (zoneless(now.checked_add(days(-1)).unwrap()), zoneless(now));
    let found = client.logs(&server, &["-s", &start, "-e", &end]);
    assert!(!found.is_empty());
    for entry in &found {
        let at = time(entry["timestamp"].as_str().unwrap());
        assert!((time(&start)..=time(&end)).contains(&at), "{at} is not from {start} to {end}");
    }
    assert_eq!(json!(found), server.logs(&format!("pageSize=1000&startTime={start}Z&endTime={end}Z"))["logs"]);
}

/// Proves LIST-ACTIONS, LIST-FORMS, FILTER-LOGIC.
#[test]
fn actions_filter() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    gives(&client, &server, &["-a", "DELETE"], |entry| entry.action == Action::Delete);
    gives(&client, &server, &["-a", "DELETE", "-a", "CREATE"], |entry| entry.action != Action::Update);
}

/// Proves LIST-OBJECT-TYPES, LIST-OBJECT-TYPES-KNOWN, LIST-SEVERAL, LIST-FORMS.
#[test]
fn object_types_filter() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    gives(&client, &server, &["-ot", "SCORECARD"], |entry| entry.object_type == "SCORECARD");
    gives(&client, &server, &["-ot", "WORKFLOW", "-ot", "TEAM"], |entry| {
        ["WORKFLOW", "TEAM"].contains(&&*entry.object_type)
    });
}

/// Proves LIST-STRINGS, LIST-FORMS, FILTER-LOGIC.
#[test]
fn object_identifiers_filter_even_with_spaces() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    gives(&client, &server, &["-oi", "Privacy Maturity"], |entry| entry.object_identifier == "Privacy Maturity");
    gives(&client, &server, &["-oi", "Privacy Maturity", "-oi", "create-on-call-shift"], |entry| {
        ["Privacy Maturity", "create-on-call-shift"].contains(&&*entry.object_identifier)
    });
}

/// Proves LIST-STRINGS, LIST-FORMS, RES-ACTOR.
#[test]
fn actor_emails_filter() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    let (one, other) = ("collin.brekke@brightwave.example", "karl-heinz.engel@brightwave.example");
    gives(&client, &server, &["-ae", one], |entry| entry.actor.email.as_deref() == Some(one));
    gives(&client, &server, &["-ae", one, "-ae", other], |entry| {
        [Some(one), Some(other)].contains(&entry.actor.email.as_deref())
    });
}

/// Proves LIST-STRINGS, LIST-FORMS.
#[test]
fn actor_ip_addresses_filter() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    let (four, six) = ("192.0.2.14", "2001:db8:41:11::4842");
    gives(&client, &server, &["-ai", four], |entry| entry.ip_address.as_deref() == Some(four));
    gives(&client, &server, &["-ai", four, "-ai", six], |entry| {
        [Some(four), Some(six)].contains(&entry.ip_address.as_deref())
    });
}

/// Proves LIST-STRINGS, LIST-FORMS, RES-ACTOR.
#[test]
fn actor_api_key_identifiers_filter() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    let (one, other) = ("ci-deploy", "karl-heinz-automation");
    gives(&client, &server, &["-ak", one], |entry| entry.actor.api_key_identifier.as_deref() == Some(one));
    gives(&client, &server, &["-ak", one, "-ak", other], |entry| {
        [Some(one), Some(other)].contains(&entry.actor.api_key_identifier.as_deref())
    });
}

/// Proves LIST-REQUEST-TYPES, LIST-SEVERAL, LIST-FORMS.
#[test]
fn actor_request_types_filter() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    for kind in ["API_KEY_ENTITY", "ATLASSIAN_WEBHOOK", "SCORECARD_BADGES", "SLACK_COMMAND"] {
        gives(&client, &server, &["-ar", kind], |entry| entry.actor.request_type.as_deref() == Some(kind));
    }
    gives(&client, &server, &["-ar", "SLACK_COMMAND", "-ar", "SCORECARD_BADGES"], |entry| {
        [Some("SLACK_COMMAND"), Some("SCORECARD_BADGES")].contains(&entry.actor.request_type.as_deref())
    });
}

/// Proves LIST-ACTOR-TYPES, LIST-FORMS.
#[test]
fn actor_types_filter() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    for kind in ActorType::ALL {
        gives(&client, &server, &["-at", kind.as_str()], |entry| entry.actor.kind == kind);
    }
    gives(&client, &server, &["-at", "BACKSTAGE", "-at", "ANONYMOUS"], |entry| {
        [ActorType::Backstage, ActorType::Anonymous].contains(&entry.actor.kind)
    });
}

/// Proves FILTER-LOGIC.
#[test]
fn filters_of_several_flags_combine() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    let flags =
        ["-a", "UPDATE", "-ot", "SERVICE", "-at", "API_KEY", "-s", "2025-05-10T00:00", "-e", "2025-05-18T00:00"];
    let range = time("2025-05-10T00:00:00Z")..=time("2025-05-18T00:00:00Z");
    gives(&client, &server, &flags, |entry| {
        entry.action == Action::Update
            && entry.object_type == "SERVICE"
            && entry.actor.kind == ActorType::ApiKey
            && range.contains(&entry.timestamp)
    });
}

/// Proves RES-ENTRY, RES-PAGE.
#[test]
fn csv_has_a_line_for_each_entry() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    let csv = client.prints(&server, &["--csv", "-ot", "SCORECARD"]);
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("Action,ObjectType,ActorIdentifier,ObjectIdentifier,IpAddress,Timestamp"));
    let logs = client.logs(&server, &["-ot", "SCORECARD"]);
    let field = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    let names = ["action", "objectType", "actorIdentifier", "objectIdentifier", "ipAddress", "timestamp"];
    let expected: Vec<String> = logs.iter().map(|entry| names.map(|name| field(entry, name)).join(",")).collect();
    assert_eq!(lines.collect::<Vec<_>>(), expected);
}

/// Proves RES-ENTRY, RES-PAGE.
#[test]
fn the_table_has_a_row_for_each_entry() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    let table = client.prints(&server, &["--table", "-ot", "SCORECARD"]);
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with('│')).collect();
    let logs = client.logs(&server, &["-ot", "SCORECARD"]);
    assert_eq!(rows.len(), logs.len());
    for (row, entry) in rows.iter().zip(&logs) {
        for value in entry.as_object().unwrap().values() {
            assert!(row.contains(value.as_str().unwrap()), "{value} in {row}");
        }
    }
}

/// Checks that the client prints message, details and request id of an error.
#[track_caller]
fn prints_completely(printed: &str, status: u16, answer: &Value) {
    let start =
        format!("HTTP Error {status}: {} - {} (Request ID: ", answer["message"].as_str().unwrap(), details(answer));
    let id = printed.strip_prefix(&start).and_then(|rest| rest.strip_suffix(')'));
    assert!(id.is_some_and(|id| uuid::Uuid::parse_str(id).is_ok()), "{printed}\n{start}");
}

fn details(answer: &Value) -> &str {
    answer["details"].as_str().unwrap()
}

/// Proves ERR-401, ERR-SHAPE, ERR-PRINTED, ERR-WORDS.
#[test]
fn an_invalid_key_error_is_printed_completely() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    for key in ["mock-wrong", "mock-expired", "mock-revoked"] {
        let answer = server.get_as(key, "/api/v1/audit-logs").json();
        prints_completely(&client.complains(&server, key, &[]), 401, &answer);
    }
}

/// Proves ERR-403, REQ-PERMISSION, KEY-DEFAULT-ROLES, ERR-PRINTED, ERR-WORDS.
#[test]
fn a_missing_permission_error_is_printed_completely() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    let answer = server.get_as("mock-no-audit", "/api/v1/audit-logs").json();
    prints_completely(&client.complains(&server, "mock-no-audit", &[]), 403, &answer);
}

/// Proves PAGE-BOUNDS, PARAM-INVALID, ERR-PRINTED, ERR-WORDS.
#[test]
fn an_invalid_page_error_is_printed_completely() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    let answer = server.get("/api/v1/audit-logs?page=-1&pageSize=0").json();
    assert!(details(&answer).contains("pageSize"), "it names both");
    prints_completely(&client.complains(&server, "mock-admin", &["-p", "-1", "-z", "0"]), 400, &answer);
}

/// Proves ERR-429, ERR-RETRY-AFTER, REQ-RATE.
#[test]
fn it_waits_after_a_429_and_continues() {
    let Some(client) = Client::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys.json");
    let admin = json!({"type": "DEFAULT", "role": "ADMIN"});
    let key = json!({"token": "slow-key", "name": "Slow", "roles": [admin], "rateLimit": "1/s"});
    fs::write(&keys, json!({"keys": [key]}).to_string()).unwrap();
    let server = binary(["--listen", "127.0.0.1:0", "--log", "json", "--keys", keys.to_str().unwrap()])
        .env("RUST_LOG", "debug")
        .serve();
    let asked = Instant::now();
    let output = client.run(&server, "slow-key", &[]);
    let page: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(page["total"], 640);
    assert!(asked.elapsed() >= Duration::from_secs(2), "three pages at one a second");
    let log = server.stop();
    let count = |status: u16| log.matches(&format!("\"message\":\"{status} GET ")).count();
    assert_eq!(count(200), 3, "{log}");
    assert!((1..=2).contains(&count(429)), "one refusal at most for each wait: {log}");
}

/// Sends a call to the control plane, which accepts it.
#[track_caller]
fn control(server: &Server, method: &str, path: &str, body: &str) {
    let mut connection = server.connect();
    connection.send(head(method, path, &format!("Content-Length: {}\r\n", body.len())) + body);
    let answer = connection.answer();
    assert!(answer.status.is_success(), "{}", answer.text());
}

/// The statuses in the journal of a session, oldest first.
fn statuses(server: &Server, session: &str) -> Vec<u64> {
    let journal = server.get(&format!("/__admin/requests?session={session}")).ok();
    journal["requests"].as_array().unwrap().iter().rev().map(|record| record["status"].as_u64().unwrap()).collect()
}

/// The output of the client with this key, which must succeed.
#[track_caller]
fn reads(client: &Client, server: &Server, key: &str, flags: &[&str]) -> Value {
    let output = client.run(server, key, flags);
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Proves ERR-RETRY-AFTER.
#[test]
fn it_retries_a_key_that_fails_twice_before_each_success() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    let page = reads(&client, &server, "mock-flaky~run", &["-p", "0", "-z", "1"]);
    assert_eq!(page, server.logs("page=0&pageSize=1"));
    assert_eq!(statuses(&server, "run"), [503, 503, 200]);
}

/// What docs/fidelity.md and the README say of a page that breaks; the documents' own test compares no numbers.
#[test]
fn it_takes_a_page_whose_json_is_broken_for_the_end() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    let fault = r#"{"type": "malformed", "times": 1, "match": {"page": 1}}"#;
    control(&server, "POST", "/__admin/faults?session=run", fault);
    let page = reads(&client, &server, "mock-admin~run", &[]);
    assert_eq!((page["logs"].as_array().unwrap().len(), &page["total"]), (250, &json!(250)));
    assert_eq!(statuses(&server, "run"), [200, 200]);
}

/// Likewise of four 429 in a row, of which the first three are retried.
#[test]
fn the_fourth_429_in_a_row_ends_it_with_a_traceback() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    control(&server, "POST", "/__admin/faults?session=run", r#"{"type": "status", "status": 429, "times": 4}"#);
    let output = client.run(&server, "mock-admin~run", &[]);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""));
    assert!(text(&output.stderr).contains("too many 429 error responses"), "{}", text(&output.stderr));
    assert_eq!(statuses(&server, "run"), [429; 4]);
}

/// ERR-WORDS: it prints `message`, of which its markup takes no square brackets around capital letters.
#[test]
fn it_prints_the_message_of_a_product_that_is_not_part_of_the_plan() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    let fault = r#"{"type": "status", "status": 403, "message": "Product access to [AUDIT_LOGS] not permitted"}"#;
    control(&server, "POST", "/__admin/faults?session=run", fault);
    let printed = client.complains(&server, "mock-admin~run", &[]);
    assert!(
        printed.starts_with("HTTP Error 403: Product access to [AUDIT_LOGS] not permitted - 403 injected"),
        "{printed}"
    );
}

#[test]
fn it_retries_after_a_connection_reset() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    control(&server, "POST", "/__admin/faults?session=run", r#"{"type": "reset", "times": 1}"#);
    let page = reads(&client, &server, "mock-admin~run", &["-p", "0", "-z", "1"]);
    assert_eq!(page, server.logs("page=0&pageSize=1"));
    assert_eq!(statuses(&server, "run"), [0, 200]);
}

#[test]
fn two_runs_with_sessions_of_their_own_do_not_see_each_other() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    control(&server, "DELETE", "/__admin/audit-logs?session=one", "");
    let total = |session: &str| {
        let key = format!("mock-admin~{session}");
        reads(&client, &server, &key, &["-p", "0", "-z", "1"])["total"].clone()
    };
    assert_eq!((total("one"), total("other")), (json!(0), json!(640)));
    assert_eq!((statuses(&server, "one").len(), statuses(&server, "other").len()), (1, 1));
}

/// Proves RES-ENTRY.
#[test]
fn an_appended_entry_is_the_first_that_it_reads() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    let entry = json!({
        "action": "CREATE", "actorIdentifier": "ada@example.com", "ipAddress": "192.0.2.7",
        "objectIdentifier": "sre", "objectType": "TEAM", "timestamp": NOW,
    });
    control(&server, "POST", "/__admin/audit-logs?session=run", &entry.to_string());
    let page = reads(&client, &server, "mock-admin~run", &["-p", "0", "-z", "1"]);
    assert_eq!((&page["logs"][0], &page["total"]), (&entry, &json!(641)));
}

/// Proves CATALOG-EMPTY.
#[test]
fn login_accepts_a_valid_key_and_no_other() {
    let Some(client) = Client::new() else { return };
    let server = at_a_known_time();
    let login = |key: &str| {
        // Without a terminal it reads the key from standard input.
        let alone = "import os, sys; os.setsid(); os.execv(sys.argv[1], sys.argv[1:])";
        let mut command = client.program("python");
        command.args(["-c", alone]).arg(client.programs.join("cortex")).args(["login", "--no-open-browser", "--force"]);
        let streams = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = streams.spawn().unwrap();
        write!(child.stdin.take().unwrap(), "default\n{}\n{key}\n", server.url()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    };
    let (code, output) = login("mock-wrong");
    assert_eq!(code, Some(1), "{output}");
    assert!(output.contains("API key was not accepted (HTTP 401)"), "{output}");
    let (code, output) = login("mock-auditor");
    assert_eq!(code, Some(0), "{output}");
    assert!(output.contains("Validating API key... OK."), "{output}");
    // From here on the client needs no environment.
    let output = client.program("cortex").args(["audit-logs", "get", "-p", "0", "-z", "1"]).output().unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["total"], 640);
}
