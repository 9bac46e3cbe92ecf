//! The command line: output, exit codes and messages.

use std::net::TcpListener;
use std::process::Command;

use cortex_audit_mock::MockServer;
use cortex_audit_mock::contract::RULES;
use cortex_audit_mock::fault::{Effect, FaultRule};
use cortex_audit_mock::internal::verify::Outcome;
use cortex_audit_mock::world::JournalFilter;
use insta::assert_snapshot;
use serde_json::Value;

use super::deviating_server::{DeviatingServer, Deviation, responds};
use super::verified;
use crate::remote::{http_response, one_shot_server, own_time};
use crate::support::NOW;
use crate::support::external_tools;
use crate::support::process::{BINARY, Finished, binary};

/// Runs the command with the key `mock-admin`, and with `mock-no-audit` in the variable `OTHER`.
fn run_verify(url: &str, args: &[&str]) -> Finished {
    let args = ["verify", "--url", url].into_iter().chain(args.iter().copied());
    binary(args).env("CORTEX_API_KEY", "mock-admin").env("OTHER", "mock-no-audit").run()
}

const ONE_PAGE_OF_NOTHING: Deviation = responds("RES-TOTALS", "nothing is one page", |_, _, response| {
    if response.is_page() && response.body["total"] == 0 {
        response.set("totalPages", 1);
    }
});

#[test]
fn table_has_a_line_for_each_rule_and_a_sum() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let table = verified(&server.uri(), own_time()).unwrap().to_string().replace(&server.uri(), "URL");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), RULES.len() + 1);
    for (line, rule) in lines.iter().zip(RULES.iter()) {
        assert!(line.starts_with(&format!("{} ", rule.id)) && line.contains(rule.source.as_str()), "{line}");
    }
    assert_snapshot!(lines[lines.len() - 1], @"39 agree, 0 differ, 10 cannot be told; 90 requests to URL/api/v1/audit-logs");
    assert_snapshot!(lines[8], @"TIME-RANGE               assumed              agrees       startTime=endTime=2025-05-20T10:56:37.967Z has what happened then; the reverse range has nothing");
}

/// `script` makes a terminal.
#[test]
fn table_fits_80_columns_of_a_terminal() {
    let server = MockServer::builder().now(NOW).rate_limit("off").start_blocking();
    let table = run_verify(&server.uri(), &[]).succeeded().to_owned();
    let command = format!("CORTEX_API_KEY=mock-admin {BINARY} verify --url {}", server.uri());
    let output = Command::new("script").args(["-qec", &command, "/dev/null"]).output();
    let output = output.map_err(|error| format!("script, which makes a terminal: {error}"));
    if let Some(output) = external_tools::require("script", &output) {
        let shown = String::from_utf8_lossy(&output.stdout).into_owned();
        for line in shown.lines() {
            assert!(line.chars().count() <= 80 || !line.trim().contains(' '), "{line}");
        }
        let first_words = shown.lines().filter(|line| !line.starts_with(' ')).count();
        assert_eq!(first_words, table.lines().count(), "a rule begins a line, what follows is indented");
    }
}

#[test]
fn json_has_every_rule_and_the_sums() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let report = serde_json::to_value(verified(&server.uri(), own_time()).unwrap()).unwrap();
    assert_eq!(report["url"], format!("{}/api/v1/audit-logs", server.uri()));
    assert_eq!(report["requests"], server.world().journal().count(&JournalFilter::default()));
    let rules = report["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule["rule"].as_str().unwrap()).collect();
    assert_eq!(ids, RULES.iter().map(|rule| rule.id).collect::<Vec<_>>());
    for (sum, outcome, reason) in [("agrees", "agrees", "evidence"), ("cannotTell", "cannot tell", "why")] {
        let matching: Vec<&Value> = rules.iter().filter(|rule| rule["outcome"] == outcome).collect();
        assert_eq!(report[sum], matching.len());
        assert!(matching.iter().all(|rule| rule[reason].as_str().is_some_and(|text| !text.is_empty())));
    }
    for (rule, outcome) in RULES.iter().zip(rules) {
        assert_eq!(outcome.get("doubt").and_then(Value::as_str), rule.doubt.as_deref(), "{}", rule.id);
    }
    assert_eq!((&report["agrees"], &report["differs"]), (&Value::from(39), &Value::from(0)));
}

#[test]
fn mismatch_is_shown_with_request_expectation_and_answer() {
    let server = DeviatingServer::start(ONE_PAGE_OF_NOTHING, "off");
    let report = verified(&server.uri, own_time()).unwrap();
    let table = report.to_string();
    let lines: Vec<&str> = table[table.find("RES-TOTALS").unwrap()..].lines().take(4).collect();
    assert_snapshot!(lines.join("\n"), @r#"
RES-TOTALS               documented, client   differs      `total` counts all matches, `totalPages` is `total / pageSize` rounded up, 0 when nothing matches; a page past the end is empty with the true totals
    request:  GET /api/v1/audit-logs?startTime=2025-05-20T08:48:39Z&endTime=2025-05-20T11:57:17Z&objectIdentifiers=cortex-audit-mock-verify-nobody&page=0&pageSize=1000
    expected: "total":0,"totalPages":0
    answered: "total":0,"totalPages":1
"#);
    let mismatch = report.rules.iter().find(|rule| matches!(rule.outcome, Outcome::Mismatch(_)));
    assert_snapshot!(serde_json::to_string_pretty(&mismatch).unwrap(), @r#"
{
  "rule": "RES-TOTALS",
  "source": "documented, client",
  "outcome": "differs",
  "request": "GET /api/v1/audit-logs?startTime=2025-05-20T08:48:39Z&endTime=2025-05-20T11:57:17Z&objectIdentifiers=cortex-audit-mock-verify-nobody&page=0&pageSize=1000",
  "expected": "\"total\":0,\"totalPages\":0",
  "answered": "\"total\":0,\"totalPages\":1"
}
"#);
}

/// At servers without entries, which take so few requests that the command hardly has to pace them.
#[test]
fn exit_code_is_1_when_something_differs() {
    let table = ["--no-permission-token-env", "OTHER"];
    let no_entries = Value::Array(vec![]);
    let server = MockServer::builder().now(NOW).entries("[]").start_blocking();
    let finished = run_verify(&server.uri(), &table);
    let sum = finished.succeeded().lines().last().unwrap().replace(&server.uri(), "URL");
    assert_snapshot!(sum, @"12 agree, 0 differ, 37 cannot be told; 55 requests to URL/api/v1/audit-logs");
    let report: Value = serde_json::from_str(run_verify(&server.uri(), &["--format", "json"]).succeeded()).unwrap();
    assert_eq!(report["differs"], 0);

    let server = DeviatingServer::over(&no_entries, ONE_PAGE_OF_NOTHING, "off");
    let finished = run_verify(&server.uri, &table);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(1), ""));
    assert!(finished.stdout.contains("1 differs"), "{}", finished.stdout);
}

#[test]
fn junit_has_a_test_case_for_each_rule() {
    let server = DeviatingServer::over(&Value::Array(vec![]), ONE_PAGE_OF_NOTHING, "off");
    let finished = run_verify(&server.uri, &["--format", "junit"]);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(1), ""));
    let junit = finished.stdout;
    assert_eq!(junit.matches("<testcase ").count(), RULES.len());
    let case = |rule: &str| {
        let start = junit.find(&format!("name=\"{rule}\"")).unwrap_or_else(|| panic!("{rule}: {junit}"));
        junit[start..].lines().take(2).collect::<Vec<_>>().join("\n")
    };
    assert!(junit.lines().nth(1).unwrap().contains(" failures=\"1\" "), "{junit}");
    assert_snapshot!(case("RES-TOTALS"), @r#"
name="RES-TOTALS" time="0.000">
    <failure message="`total` counts all matches, `totalPages` is `total / pageSize` rounded up, 0 when nothing matches; a page past the end is empty with the true totals">`total` counts all matches, `totalPages` is `total / pageSize` rounded up, 0 when nothing matches; a page past the end is empty with the true totals&#10;request: GET /api/v1/audit-logs?page=0&amp;pageSize=1&#10;expected: &quot;total&quot;:0,&quot;totalPages&quot;:0&#10;answered: &quot;total&quot;:0,&quot;totalPages&quot;:1</failure>
"#);
    assert_snapshot!(case("REQ-RATE"), @r#"
name="REQ-RATE" time="0.000">
    <skipped message="it would take more than 1000 requests in a minute, which this does not send"/>
"#);
    assert!(case("RES-PAGE").starts_with("name=\"RES-PAGE\" time=\"0.000\"/>"), "{junit}");
}

// Nothing can be verified

/// The message of a command that fails with 2.
fn error_of(url: &str, args: &[&str]) -> String {
    run_verify(url, args).failed(2).replace(url, "URL")
}

#[test]
fn unusable_token_is_an_error() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let url = server.uri();
    assert_snapshot!(error_of(&url, &["--token-env", "NOT_SET"]), @"error: the environment variable NOT_SET is not set; --token-env takes the name of the variable that holds the token");
    assert_snapshot!(error_of(&url, &["--no-permission-token-env", "s3cret-t0ken"]), @"error: the environment variable that --no-permission-token-env names is not set; --no-permission-token-env takes the name of the variable that holds the token");
    assert_eq!(server.world().journal().count(&JournalFilter::default()), 0);
    assert_snapshot!(error_of(&url, &["--token-env", "OTHER"]), @r#"error: the token in OTHER may not read audit logs (403), which takes the permission "View audit logs": The key No audit (…udit) is valid, but none of its roles grants the permission "View audit logs". Ask with a key whose role grants it."#);
    let revoked = binary(["verify", "--url", &url]).env("CORTEX_API_KEY", "mock-revoked").run();
    assert_snapshot!(revoked.failed(2), @"error: the server does not accept the token in CORTEX_API_KEY (401): The key Revoked (…oked) is revoked.");
    assert_eq!(server.world().journal().count(&JournalFilter::default()), 2);
}

#[test]
fn server_that_is_not_cortex_is_an_error() {
    let json = "Content-Type: application/json\r\n";
    let error_for = |response: String| {
        let (url, server) = one_shot_server(response);
        let message = error_of(&url, &[]);
        server.join().unwrap();
        message
    };
    assert_snapshot!(error_for(http_response("200 OK", "Content-Type: text/html\r\n", "<!DOCTYPE html><p>Hello")), @"error: URL/api/v1/audit-logs is not a Cortex API: it answers text/html");
    assert_snapshot!(error_for(http_response("200 OK", json, "[]")), @"error: URL/api/v1/audit-logs is not a Cortex API: its answer is no JSON object");
    assert_snapshot!(error_for(http_response("200 OK", json, r#"{"items": []}"#)), @r#"error: URL/api/v1/audit-logs is not a Cortex API: its JSON is no page of audit logs, which has a list of entries in "logs""#);
    assert_snapshot!(error_for(http_response("404 Not Found", json, r#"{"message": "Nothing here"}"#)), @"error: URL/api/v1/audit-logs is not a Cortex API: it has no such path (404): Nothing here");
    assert_snapshot!(error_for(http_response("302 Found", "Location: https://elsewhere.example/?t=mock-admin\r\n", "")), @"error: URL/api/v1/audit-logs is not a Cortex API: it redirects (302) to https://elsewhere.example/?t=[token], where the token was not sent");
    assert_snapshot!(error_for(http_response("200 OK", &format!("{json}Content-Encoding: gzip\r\n"), "\u{1f}")), @r#"error: URL/api/v1/audit-logs answers with "Content-Encoding: gzip" though it was asked for "identity"; if a proxy compresses the answers, call the API without it"#);
    assert_snapshot!(error_for("SSH-2.0-OpenSSH_9.2\r\n".to_owned()), @"error: URL/api/v1/audit-logs is not a Cortex API: it does not speak HTTP (protocol: http parse fail: invalid HTTP version)");
    let gzip =
        [http_response("200 OK", json, "12345678").trim_end_matches("12345678").as_bytes(), b"\x1f\x8b\x08\0\0\0\0\0"]
            .concat();
    let (url, server) = one_shot_server(gzip);
    assert_snapshot!(error_of(&url, &[]), @"error: the answer of URL/api/v1/audit-logs is compressed with gzip, without a header that says so; if a proxy changes the answers, call the API without it");
    server.join().unwrap();
}

#[test]
fn unreachable_or_broken_server_is_an_error() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let message = error_of(&format!("http://{free}"), &[]);
    assert!(message.starts_with("error: cannot reach URL/api/v1/audit-logs: Connection refused"), "{message}");
    let server = MockServer::builder().now(NOW).start_blocking();
    server.world().faults().add(FaultRule::from(Effect::status(503, Some(0))));
    assert_snapshot!(error_of(&server.uri(), &[]), @"error: the server answers 503: 503 injected by fault 3.");
}

#[test]
fn wrong_flags_are_errors_that_say_what_is_accepted() {
    assert_snapshot!(error_of("127.0.0.1:1", &[]), @"error: --url is not a URL that begins with https:// or http://; accepted: a base URL such as https://api.getcortexapp.com or http://127.0.0.1:8080");
    assert!(
        error_of("http://127.0.0.1:1/mock-admin", &[])
            .starts_with("error: --url contains the token of CORTEX_API_KEY,")
    );
    assert_snapshot!(error_of("http://127.0.0.1:1", &["--format", "xml"]), @"
error: invalid value 'xml' for '--format <FORMAT>'
  [possible values: table, json, junit]

For more information, try '--help'.
");
    assert_snapshot!(binary(["verify"]).run().failed(2), @"
error: the following required arguments were not provided:
  <--url <URL>|--document <FILE|URL>>

Usage: cortex-audit-mock verify <--url <URL>|--document <FILE|URL>>

For more information, try '--help'.
");
}

/// In the order of the help.
#[test]
fn document_has_every_flag() {
    let document = include_str!("../../../docs/verify.md");
    let help = binary(["verify", "--help"]).run().succeeded().to_owned();
    let word = |text: &str| text.split([' ', '`', '\n']).next().unwrap().to_owned();
    let of_help: Vec<String> = help.split("\n      --").skip(1).map(word).collect();
    let of_table: Vec<String> = document.split("\n| `--").skip(1).map(word).collect();
    assert_eq!(of_table, of_help);
}
