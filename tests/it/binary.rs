//! The built binary: flags and their messages, exit codes, log.

mod environment;
mod healthcheck;
mod help;
mod inputs;
mod listen;
mod named_files;
mod reload;
mod report;
mod standard_error;
mod terminal;
mod validate;

use std::net::TcpListener;
use std::path::Path;

use cortex_audit_mock::contract::Timestamp;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::process::{Finished, Server, Signal, binary, folder, head, path};

const LOGS: &str = "/api/v1/audit-logs";

fn entry(identifier: &str) -> String {
    json!({"action": "CREATE", "objectIdentifier": identifier, "objectType": "TEAM", "timestamp": "now-5m"}).to_string()
}

fn keys(token: &str) -> String {
    let admin = json!({"type": "DEFAULT", "role": "ADMIN"});
    json!({"keys": [{"token": token, "name": "Test", "roles": [admin]}]}).to_string()
}

fn identifiers(server: &Server) -> Vec<String> {
    let page = server.logs("");
    let logs = page["logs"].as_array().unwrap();
    logs.iter().map(|entry| entry["objectIdentifier"].as_str().unwrap().to_owned()).collect()
}

/// A port in use, with its listener.
fn port_in_use() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// Requires an error in the command line (exit code 2); returns standard error.
fn refused(args: &[&str]) -> String {
    binary(args.iter().copied()).run().failed(2).to_owned()
}

// Starting

#[test]
fn the_start_line_as_json_has_the_port() {
    let server = Server::start(&[]);
    let line: Value = serde_json::from_str(&server.start_line).unwrap();
    assert_eq!(line, json!({"event": "listening", "url": server.url(), "listen": server.address(), "entries": 640}));
    assert_ne!(server.address(), "127.0.0.1:0");
    assert_eq!(server.get("/__admin/health").ok()["status"], "ok");
}

#[test]
fn the_start_line_as_text_has_the_port() {
    let server = binary(["--listen", "127.0.0.1:0"]).serve();
    let message = format!("cortex-audit-mock listening on {} with 640 entries\n", server.url());
    assert_eq!(server.start_line, message);
}

#[test]
fn serve_is_the_default_command() {
    let server = binary(["serve", "--listen", "127.0.0.1:0"]).serve();
    assert_eq!(server.logs("")["total"], 640);
}

#[test]
fn nothing_else_is_written_to_standard_output() {
    let server = Server::start(&[]);
    server.logs("unknown=1");
    server.signal(Signal::TERM);
    assert_eq!(server.end().stdout, "");
}

// Flags and environment variables

#[test]
fn listen_can_come_from_the_environment_and_the_flag_wins() {
    let from_environment = binary([]).env("CORTEX_MOCK_LISTEN", "127.0.0.1:0").serve();
    from_environment.logs("");
    let (_taken, address) = port_in_use();
    let flag_wins = binary(["--listen", "127.0.0.1:0"]).env("CORTEX_MOCK_LISTEN", &address).serve();
    flag_wins.logs("");
}

#[test]
fn log_can_come_from_the_environment_and_the_flag_wins() {
    let from_environment = binary(["--listen", "127.0.0.1:0"]).env("CORTEX_MOCK_LOG", "json").serve();
    assert!(from_environment.start_line.starts_with('{'));
    let flag_wins = binary(["--listen", "127.0.0.1:0", "--log", "text"]).env("CORTEX_MOCK_LOG", "json").serve();
    assert!(flag_wins.start_line.starts_with("cortex-audit-mock"));
}

#[test]
fn fixtures_can_come_from_the_environment_and_the_flag_wins() {
    let files = folder(&[("a.json", &entry("a")), ("b.json", &entry("b"))]);
    let start = |args: &[&str]| {
        let args = ["--listen", "127.0.0.1:0"].iter().chain(args).copied();
        binary(args).env("CORTEX_MOCK_FIXTURES", &path(&files, "a.json")).serve()
    };
    assert_eq!(identifiers(&start(&[])), ["a"]);
    assert_eq!(identifiers(&start(&["--fixtures", &path(&files, "b.json")])), ["b"]);
}

#[test]
fn keys_can_come_from_the_environment_and_the_flag_wins() {
    let files = folder(&[("a.json", &keys("key-a")), ("b.json", &keys("key-b"))]);
    let start = |args: &[&str]| {
        let args = ["--listen", "127.0.0.1:0"].iter().chain(args).copied();
        binary(args).env("CORTEX_MOCK_KEYS", &path(&files, "a.json")).serve()
    };
    let answers =
        |server: &Server| ["key-a", "key-b", "mock-admin"].map(|key| server.get_as(key, LOGS).status.as_u16());
    assert_eq!(answers(&start(&[])), [200, 401, 401]);
    assert_eq!(answers(&start(&["--keys", &path(&files, "b.json")])), [401, 200, 401]);
}

#[test]
fn now_can_come_from_the_environment_and_the_flag_wins() {
    let newest = |args: &[&str]| {
        let args = ["--listen", "127.0.0.1:0", "--fixtures", "-"].iter().chain(args).copied();
        let server = binary(args).env("CORTEX_MOCK_NOW", "2025-05-20T12:00:00Z").input(entry("a")).serve();
        server.logs("")["logs"][0]["timestamp"].as_str().unwrap().to_owned()
    };
    assert_eq!(newest(&[]), "2025-05-20T11:55:00Z");
    assert_eq!(newest(&["--now", "2024-02-29T00:00:00Z"]), "2024-02-28T23:55:00Z");
}

#[test]
fn rate_limit_can_come_from_the_environment_and_the_flag_wins() {
    let second_answer = |args: &[&str]| {
        let server = binary(["--listen", "127.0.0.1:0"].iter().chain(args).copied())
            .env("CORTEX_MOCK_RATE_LIMIT", "1/d")
            .serve();
        server.get(LOGS);
        server.get(LOGS).status.as_u16()
    };
    assert_eq!(second_answer(&[]), 429);
    assert_eq!(second_answer(&["--rate-limit", "off"]), 200);
}

#[test]
fn strict_can_come_from_the_environment_and_the_flag_wins() {
    let answer = |environment: &str, args: &[&str]| {
        let args = ["--listen", "127.0.0.1:0"].iter().chain(args).copied();
        let server = binary(args).env("CORTEX_MOCK_STRICT", environment).serve();
        server.get("/api/v1/audit-logs?unknown=1").status.as_u16()
    };
    assert_eq!(answer("false", &[]), 200);
    assert_eq!(answer("true", &[]), 400);
    assert_eq!(answer("false", &["--strict"]), 400);
}

#[test]
fn offsets_can_be_ignored_or_refused_by_flag_and_variable() {
    let answer = |environment: &str, args: &[&str]| {
        let args = ["--listen", "127.0.0.1:0", "--now", "2025-05-20T12:00:00Z"].iter().chain(args).copied();
        let server = binary(args).env("CORTEX_MOCK_OFFSETS", environment).serve();
        let response = server.get("/api/v1/audit-logs?startTime=2025-05-20T12:00:00%2B14:00");
        (response.status.as_u16(), response.json()["total"].as_u64().unwrap_or_default() > 0)
    };
    assert_eq!(answer("", &[]), (200, true));
    assert_eq!(answer("ignored", &[]), (200, false));
    assert_eq!(answer("ignored", &["--offsets", "refused"]), (400, false));
}

// Object types

#[test]
fn object_types_of_a_file_are_known() {
    for text in
        ["NEW_TYPE\nOTHER_TYPE\n", "\u{feff}\r\n  OTHER_TYPE \r\nNEW_TYPE", "[\"NEW_TYPE\", \"SERVICE\"]", "NEW_TYPE"]
    {
        let files = folder(&[("types", text)]);
        let server = binary(["--listen", "127.0.0.1:0", "--strict"])
            .env("CORTEX_MOCK_OBJECT_TYPES", &path(&files, "types"))
            .serve();
        assert_eq!(server.get("/api/v1/audit-logs?objectTypes=NEW_TYPE").status, 200, "{text}");
        assert_eq!(server.get("/api/v1/audit-logs?objectTypes=NEWER_TYPE").status, 400, "{text}");
    }
}

#[test]
fn a_wrong_file_of_object_types_is_refused_with_every_error() {
    let wrong = [
        ("lines", "SERVICE\nmy type\n\nTEAM,DOMAIN\n# new\n"),
        ("array", "[\"SERVICE\",\n 7, null, \"\", \"my-type\"]"),
        ("object", "{\"objectTypes\": []}"),
        ("broken", "[\"SERVICE\","),
        ("empty", "\n"),
        ("none", "[]"),
    ];
    let files = folder(&wrong);
    let mut messages = Vec::new();
    for (name, _) in wrong {
        let ended = binary(["--listen", "127.0.0.1:0", "--object-types", &path(&files, name)]).run();
        messages.push(without_folder(ended.failed(1), files.path()));
    }
    messages.push(refused_files(&["--object-types", "/nowhere/types"]).failed(1).to_owned());
    assert_snapshot!(messages.concat());
}

// Wrong values

#[test]
fn an_invalid_time_error_says_what_is_accepted() {
    assert_snapshot!(refused(&["--now", "yesterday"]), @r#"
    error: invalid value 'yesterday' for '--now <TIME>': it is not a date-time; accepted: RFC 3339 such as "2025-05-20T06:51:43.235Z", or relative such as "now-5m"

    For more information, try 'cortex-audit-mock serve -h'.
    "#);
    assert_snapshot!(refused(&["validate", "--now", "2025-05-20"]), @r#"
    error: invalid value '2025-05-20' for '--now <TIME>': it is a day without a time; accepted: RFC 3339 such as "2025-05-20T06:51:43.235Z", or relative such as "now-5m"

    For more information, try '--help'.
    "#);
}

#[test]
fn an_invalid_rate_error_says_what_is_accepted() {
    assert_snapshot!(refused(&["--rate-limit", "many"]), @r"
    error: invalid value 'many' for '--rate-limit <RATE>': expected COUNT/UNIT with a count from 1 to 1000000000 and a unit of s, min, h or d, such as 1000/min, or off

    For more information, try 'cortex-audit-mock serve -h'.
    ");
    assert_snapshot!(refused(&["--rate-limit", "0/s"]), @r"
    error: invalid value '0/s' for '--rate-limit <RATE>': expected COUNT/UNIT with a count from 1 to 1000000000 and a unit of s, min, h or d, such as 1000/min, or off

    For more information, try 'cortex-audit-mock serve -h'.
    ");
}

#[test]
fn an_invalid_log_format_error_says_what_is_accepted() {
    assert_snapshot!(refused(&["--log", "xml"]), @r"
    error: invalid value 'xml' for '--log <FORMAT>'
      [possible values: text, json, off]

    For more information, try 'cortex-audit-mock serve -h'.
    ");
}

#[test]
fn an_unknown_flag_error_suggests_the_nearest() {
    assert_snapshot!(refused(&["--fixture", "logs.json"]), @r"
    error: unexpected argument '--fixture' found

      tip: a similar argument exists: '--fixtures'

    For more information, try 'cortex-audit-mock serve -h'.
    ");
    let tip = |args: &[&str]| {
        let refused = refused(args);
        refused.lines().find_map(|line| line.strip_prefix("  tip: ")).map(String::from)
    };
    for (args, expected) in [
        (["--cert", "a"].as_slice(), Some("some similar arguments exist: '--tls-cert', '--tls-write-cert'")),
        (&["run", "--log-level", "debug", "--", "sh"], Some("a similar argument exists: '--log'")),
        (&["record", "--token", "T"], Some("a similar argument exists: '--token-env'")),
        (&["--versoin"], Some("a similar argument exists: '--version'")),
        (&["--verbose"], Some("the variable RUST_LOG sets the level of the log: RUST_LOG=debug logs every request")),
        // Flags that only sound alike.
        (&["record", "--verbose"], None),
        (&["--config", "a"], None),
    ] {
        assert_eq!(tip(args).as_deref(), expected, "{args:?}");
    }
}

#[test]
fn a_word_too_many_error_says_what_is_probably_meant() {
    assert_snapshot!(refused(&["run", "true"]), @r"
    error: unexpected argument 'true' found

      tip: put -- before the command: run -- true

    Usage: cortex-audit-mock run [OPTIONS] -- <COMMAND>...

    For more information, try '--help'.
    ");
    assert_snapshot!(refused(&["generate", "--count", "9"]), @r"
    error: unexpected argument '--count' found

      tip: the number is an argument: generate 5000

    Usage: cortex-audit-mock generate [OPTIONS] <N>

    For more information, try '--help'.
    ");
    assert!(!refused(&["generate", "9", "--entires"]).contains("tip:"));
}

#[test]
fn an_unknown_command_error_suggests_the_nearest() {
    assert_snapshot!(refused(&["sevre"]), @r"
    error: unrecognized subcommand 'sevre'

      tip: a similar subcommand exists: 'serve'

    Usage: cortex-audit-mock [OPTIONS]
           cortex-audit-mock <COMMAND>

    For more information, try '--help'.
    ");
}

#[test]
fn an_invalid_environment_variable_is_reported_like_its_flag() {
    let from_environment = |name: &str| binary([]).env(name, "perhaps").run().failed(2).to_owned();
    let from_flag = |flag: &str| refused(&[flag, "perhaps"]);
    assert_snapshot!(from_environment("CORTEX_MOCK_STRICT"), @r"
    error: invalid value 'perhaps' for 'CORTEX_MOCK_STRICT (--strict)': accepted: true or false

    For more information, try 'cortex-audit-mock serve -h'.
    ");
    for (variable, flag, value) in [
        ("CORTEX_MOCK_LISTEN", "--listen", "--listen <ADDR>"),
        ("CORTEX_MOCK_NOW", "--now", "--now <TIME>"),
        ("CORTEX_MOCK_RATE_LIMIT", "--rate-limit", "--rate-limit <RATE>"),
        ("CORTEX_MOCK_LOG", "--log", "--log <FORMAT>"),
    ] {
        assert_eq!(from_environment(variable).replace(&format!("{variable} ({value})"), value), from_flag(flag));
        assert!(from_environment(variable).contains(variable));
    }
}

#[test]
fn an_invalid_rust_log_error_says_what_is_accepted() {
    assert_snapshot!(binary([]).env("RUST_LOG", "a=b=c").run().failed(1), @r#"error: RUST_LOG="a=b=c" cannot be read; accepted: such as info, debug, off or cortex_audit_mock=debug"#);
    assert_snapshot!(binary([]).env("RUST_LOG", "verbose").run().failed(1), @r#"error: RUST_LOG="verbose" cannot be read; accepted: such as info, debug, off or cortex_audit_mock=debug"#);
}

#[test]
fn a_port_in_use_is_one_clear_sentence() {
    let (taken, address) = port_in_use();
    let port = taken.local_addr().unwrap().port();
    let ended = binary(["--listen", &address]).run();
    let message = ended.failed(1).replace(&address, "ADDRESS").replace(&port.to_string(), "PORT");
    let next = format!("127.0.0.1:{}", port.checked_add(1).unwrap_or(8080));
    assert_snapshot!(message.replace(&next, "NEXT"), @"error: cannot listen on ADDRESS (--listen): another program has port PORT, maybe an earlier run of this one (lsof -i :PORT shows it): stop it, or take another port, such as --listen NEXT, or --listen 127.0.0.1:0 for any free one");
}

/// RFC 5737: no machine has an address of this net.
#[test]
fn an_address_of_another_machine_says_what_to_try() {
    assert_snapshot!(binary(["--listen", "192.0.2.1:8080"]).run().failed(1), @"error: cannot listen on 192.0.2.1:8080 (--listen): no interface of this machine has the address 192.0.2.1: take 127.0.0.1:8080, or :8080 for all addresses");
}

#[test]
fn the_flags_for_port_and_address_of_other_servers_name_the_one_of_this() {
    assert_snapshot!(refused(&["--port", "80"]), @r"
    error: unexpected argument '--port' found

      tip: port and address are one flag: --listen 127.0.0.1:80, or --listen :80 for all addresses

    For more information, try 'cortex-audit-mock serve -h'.
    ");
    for (args, tip) in [
        (&["--port=9000"][..], "--listen 127.0.0.1:9000"),
        (&["run", "-p", "9000", "--", "true"], "--listen 127.0.0.1:9000"),
        (&["serve", "--host", "0.0.0.0"], "--listen :8080"),
    ] {
        assert!(refused(args).contains(tip), "{args:?}");
    }
}

/// What docs/container.md says of replicas.
#[test]
fn replicas_with_one_seed_and_time_serve_the_same_bytes_and_share_nothing_else() {
    let arguments = ["--now", "2025-06-01T00:00:00Z", "--generate", "300", "--seed", "7", "--rate-limit", "2/min"];
    let [one, other] = [(); 2].map(|()| Server::start(&arguments));
    let page = "/api/v1/audit-logs?pageSize=300";
    assert_eq!(one.get(page).text(), other.get(page).text());
    one.get(page).ok();
    assert_eq!((one.get(page).status.as_u16(), other.get(page).status.as_u16()), (429, 200), "the rate limit");
    let requests = |server: &Server| server.get("/__admin/requests/count").ok()["count"].clone();
    assert_eq!((requests(&one), requests(&other)), (json!(3), json!(2)), "the journal");
}

#[test]
fn the_header_date_is_the_time_of_the_machine_and_not_of_the_world() {
    let server = Server::start(&["--now", "2001-01-01T00:00:00Z"]);
    let mut connection = server.connect();
    connection.send(head("GET", LOGS, "Authorization: Bearer mock-admin\r\n"));
    let response = connection.read_head();
    let date = chrono::DateTime::parse_from_rfc2822(response.header("date").unwrap()).unwrap();
    let distance = (chrono::Utc::now() - date.to_utc()).num_seconds().abs();
    assert!(distance < 60, "{date}");
}

#[test]
fn the_clock_can_start_at_a_time_relative_to_now() {
    let server = Server::start(&["--now", "now-1d"]);
    let clock = server.get("/__admin/clock").ok();
    let shown: Timestamp = clock["now"].as_str().unwrap().parse().unwrap();
    let ago = Timestamp::now().since(shown).as_secs();
    assert!(clock["frozen"] == true && (86_400..86_460).contains(&ago), "{clock}");
}

// Files

fn refused_files(args: &[&str]) -> Finished {
    binary(["--listen", "127.0.0.1:0"].iter().chain(args).copied()).run()
}

#[test]
fn every_error_of_every_file_is_reported() {
    let files = folder(&[
        ("a.json", r#"[{"action": "CREATED", "objectIdentifier": 1, "objectType": "TEAM", "timestamp": "now"}]"#),
        ("b.json", r#"[{"action": "CREATE", "objectIdentifier": "b", "timestamp": "yesterday"}]"#),
        ("keys.json", r#"{"keys": [{"token": "key-a", "name": "A", "roles": [{"type": "DEFAULT", "role": "BOSS"}]}]}"#),
    ]);
    let ended = refused_files(&[
        "--fixtures",
        &path(&files, "a.json"),
        "--fixtures",
        &path(&files, "b.json"),
        "--keys",
        &path(&files, "keys.json"),
    ]);
    assert_snapshot!(without_folder(ended.failed(1), files.path()), @r#"
    error: cannot start: 5 problems (--fixtures, --keys)
    FOLDER/keys.json:1:81: key 1, role: "BOSS" is not one of READ_ONLY, USER, MANAGER, ADMIN
    FOLDER/a.json:1:13: entry 1, action: "CREATED" is not one of CREATE, UPDATE, DELETE; did you mean "CREATE"?
    FOLDER/a.json:1:44: entry 1, objectIdentifier: expected a string, found a number
    FOLDER/b.json:1:2: entry 1, objectType: is required and missing
    FOLDER/b.json:1:61: entry 1, timestamp: "yesterday" is not a date-time; accepted: RFC 3339 such as "2025-05-20T06:51:43.235Z", or relative such as "now-5m"
    "#);
}

#[test]
fn an_unreadable_file_is_reported() {
    let files = folder(&[]);
    let ended = refused_files(&["--fixtures", &path(&files, "missing.json"), "--keys", &path(&files, "none.json")]);
    assert_snapshot!(without_folder(ended.failed(1), files.path()), @r"
    error: cannot start: 2 problems (--fixtures, --keys)
    FOLDER/none.json: cannot be read: No such file or directory (os error 2)
    FOLDER/missing.json: cannot be read: No such file or directory (os error 2)
    ");
}

#[test]
fn everything_that_prevents_the_start_is_one_message() {
    let files = folder(&[("a.json", "[1]")]);
    let (_taken, address) = port_in_use();
    let args = ["--listen", &address, "--fixtures", &path(&files, "a.json"), "--keys", &path(&files, "none.json")];
    let rest = ["--report", &path(&files, "none/report.xml"), "--tls-cert", &path(&files, "c"), "--tls-key", "k"];
    let ended = binary(args.into_iter().chain(rest)).run();
    let message = without_folder(ended.failed(1), files.path());
    // What to try is that of the message about the port alone.
    let message = message.split(" has port ").next().unwrap();
    assert_snapshot!(message.replace(&address, "ADDRESS"), @r"
    error: cannot start: 5 problems (--fixtures, --keys)
    FOLDER/none.json: cannot be read: No such file or directory (os error 2)
    FOLDER/a.json:1:2: entry 1: expected an object, found a number
    cannot read FOLDER/c (--tls-cert): No such file or directory (os error 2)
    cannot write FOLDER/none/report.xml (--report): No such file or directory (os error 2)
    cannot listen on ADDRESS (--listen): another program
    ");
}

fn without_folder(text: &str, folder: &Path) -> String {
    text.replace(folder.to_str().unwrap(), "FOLDER")
}

#[test]
fn fixtures_are_a_file_a_folder_or_standard_input_and_repeatable() {
    let files = folder(&[("a.json", &entry("a")), ("b.ndjson", &entry("b")), ("notes.txt", "not read")]);
    let more = folder(&[("c.jsonl", &entry("c"))]);
    let args = ["--listen", "127.0.0.1:0", "--fixtures", files.path().to_str().unwrap(), "--fixtures", "-"];
    let server = binary(args.into_iter().chain(["--fixtures", &path(&more, "c.jsonl")])).input(entry("d")).serve();
    assert_eq!(identifiers(&server).len(), 4);
    let mut sorted = identifiers(&server);
    sorted.sort();
    assert_eq!(sorted, ["a", "b", "c", "d"]);
}

#[test]
fn a_response_of_the_server_is_a_valid_fixture() {
    let saved = Server::start(&[]).get("/api/v1/audit-logs?pageSize=3");
    let server = binary(["--listen", "127.0.0.1:0", "--fixtures", "-"]).input(saved.body.clone()).serve();
    assert_eq!(server.logs("")["logs"], saved.ok()["logs"]);
}

#[test]
fn variables_of_serve_do_not_affect_other_commands() {
    let ended = binary(["validate"]).env("CORTEX_MOCK_STRICT", "maybe").env("CORTEX_MOCK_LISTEN", "nowhere").run();
    assert!(ended.succeeded().starts_with("640 entries, all valid"));
}

#[test]
fn a_token_of_a_control_plane_that_is_left_out_is_refused() {
    let ended = binary(["--no-admin"]).env("CORTEX_MOCK_ADMIN_TOKEN", "s3cret").run();
    assert_snapshot!(ended.failed(2), @"error: --no-admin leaves out the control plane, which CORTEX_MOCK_ADMIN_TOKEN guards: give one of the two");
    assert!(!refused(&["--no-admin", "--admin-token", "s3cret"]).contains("s3cret"));
    let server = binary(["--listen", "127.0.0.1:0", "--no-admin"]).env("CORTEX_MOCK_ADMIN_TOKEN", "").serve();
    assert_eq!(server.get("/__admin/version").status.as_u16(), 404);
    let server = binary(["--listen", "127.0.0.1:0", "--admin-token", "t"]).env("CORTEX_MOCK_NO_ADMIN", "false").serve();
    assert_eq!(server.get("/__admin/version").status.as_u16(), 401);
}

#[test]
fn an_invalid_seed_or_rate_error_names_its_flag_and_what_is_accepted() {
    for (flag, value, accepted) in [
        ("--seed", "-1", "accepted: a whole number from 0 to 18446744073709551615"),
        ("--seed", "x", "accepted: a whole number"),
        ("--rate-limit", "-1/s", "expected COUNT/UNIT"),
        ("--live", "-6/min", "expected COUNT/UNIT"),
        ("--live", "100001/s", "it is above 100000/s, the most that live activity adds"),
        ("--live", "6000001/min", "it is above 100000/s"),
    ] {
        let ended = binary([flag, value]).run();
        let message = ended.failed(2);
        assert!(message.contains(&format!("'{value}' for '{flag}")) && message.contains(accepted), "{message}");
    }
}

#[test]
fn an_admin_token_invalid_in_a_header_is_refused_without_echo() {
    for token in ["a b", " abc ", "tök", ""] {
        let ended = binary(["--admin-token", token]).run();
        let message = ended.failed(2);
        assert!(message.contains("--admin-token"), "{message}");
    }
}

#[test]
fn useless_combinations_of_settings_log_a_warning() {
    let keys = folder(&[("keys.json", r#"{"keys": []}"#)]);
    let empty = binary(["--listen", "127.0.0.1:0", "--fixtures", "-", "--keys", &path(&keys, "keys.json")]);
    let log = empty.input("[]").serve().stop();
    assert!(log.contains("there are no entries: every answer is empty until some are added"), "{log}");
    assert!(log.contains("no key may view audit logs: every answer is a 401 or 403"), "{log}");
    let odd = binary(["--listen", "127.0.0.1:0", "--fixtures", "-"]);
    let log = odd.input(entry("a").replace('{', r#"{"tenant": "acme", "#)).serve().stop();
    assert!(log.contains(r#"a field "tenant" that this version does not know"#), "{log}");
}

#[test]
fn a_refused_request_is_logged_with_the_words_of_its_response() {
    let server = Server::start(&[]);
    server.get_as("mock-revoked", LOGS);
    server.get_as("mock-admin", "/api/v1/audit-logs?page=x");
    server.get_as("mock-admin", "/api/v1/audit-log");
    let log = server.stop();
    for message in [
        "401 GET /api/v1/audit-logs",
        "The key Revoked (…oked) is revoked.",
        "400 GET /api/v1/audit-logs?page=x",
        "is not an integer",
        "404 GET /api/v1/audit-log",
    ] {
        assert!(log.contains(message), "{message}: {log}");
    }
}

// The log

fn lines(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// Proves PARAM-UNKNOWN.
#[test]
fn the_log_warns_of_an_ignored_parameter_with_the_nearest_name() {
    let server = Server::start(&[]);
    let id = server.get("/api/v1/audit-logs?objectType=TEAM").header("x-request-id").unwrap().to_owned();
    let log = lines(&server.stop());
    let [line] = log.as_slice() else { panic!("one line: {log:?}") };
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["fields"]["rule"], "PARAM-UNKNOWN");
    assert_eq!(line["fields"]["request"], id);
    assert_snapshot!(line["fields"]["message"].as_str().unwrap(), @r#"objectType="TEAM" is not a parameter of this operation and was ignored. Did you mean "objectTypes"?"#);
}

#[test]
fn the_log_never_contains_a_token() {
    let token = "secret-4f9a7c21d0";
    let files = folder(&[("keys.json", &keys(token))]);
    let args = ["--listen", "127.0.0.1:0", "--log", "json", "--keys", &path(&files, "keys.json")];
    let server = binary(args).env("RUST_LOG", "trace").serve();
    assert_eq!(server.get_as(token, "/api/v1/audit-logs?unknown=1&page=-1").status.as_u16(), 400);
    assert_eq!(server.get_as("wrong-b81e55d3", LOGS).status.as_u16(), 401);
    let log = server.stop();
    assert!(log.contains("Test (…21d0)"), "a key goes by its name: {log}");
    assert!(!log.contains(token) && !log.contains("b81e55d3"), "{log}");
}

#[test]
fn rust_log_sets_the_level_and_log_off_silences_it() {
    let asked = |log: &str, level: &str| {
        let server = binary(["--listen", "127.0.0.1:0", "--log", log]).env("RUST_LOG", level).serve();
        server.get("/api/v1/audit-logs?unknown=1");
        server.stop()
    };
    assert!(asked("text", "error").is_empty());
    assert!(asked("off", "debug").is_empty());
    let log = asked("text", "cortex_audit_mock=debug");
    assert!(log.contains("GET /api/v1/audit-logs?unknown=1") && log.contains(" WARN "), "{log}");
}
