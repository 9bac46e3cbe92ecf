//! The command line: what it prints, how it ends, and that it keeps the tokens to itself.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use cortex_audit_mock::MockServer;
use cortex_audit_mock::contract::RULES;
use cortex_audit_mock::fault::{Effect, FaultRule};
use cortex_audit_mock::world::JournalFilter;
use insta::assert_snapshot;
use serde_json::Value;

use super::other::{Other, answered};
use super::{own_time, verified};
use crate::support::NOW;
use crate::support::process::{Finished, binary};

/// The command line with the key `mock-admin`, and `mock-no-audit` in the variable `OTHER`.
fn verify(url: &str, args: &[&str]) -> Finished {
    let args = ["verify", "--url", url].into_iter().chain(args.iter().copied());
    binary(args).env("CORTEX_API_KEY", "mock-admin").env("OTHER", "mock-no-audit").run()
}

const WITH_BOTH: [&str; 2] = ["--no-permission-token-env", "OTHER"];

#[test]
fn the_table_has_a_line_a_rule_and_a_sum() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let ended = verify(&server.uri(), &WITH_BOTH);
    let table = ended.succeeded().replace(&server.uri(), "URL");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), RULES.len() + 1);
    for (line, rule) in lines.iter().zip(RULES) {
        assert!(line.starts_with(&format!("{} ", rule.id)) && line.contains(rule.source.as_str()), "{line}");
    }
    assert_snapshot!(lines[lines.len() - 1], @"36 agree, 0 differ, 8 cannot be told; 89 requests to URL/api/v1/audit-logs");
    assert_snapshot!(lines[7], @"TIME-RANGE               assumed             agrees       startTime=endTime=2025-05-20T10:36:40.823Z has what happened then; the reverse range has nothing");
}

#[test]
fn the_json_is_for_programs() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let ended = verify(&server.uri(), &["--no-permission-token-env", "OTHER", "--format", "json"]);
    let report: Value = serde_json::from_str(ended.succeeded()).unwrap();
    assert_eq!(report["url"], format!("{}/api/v1/audit-logs", server.uri()));
    assert_eq!(report["requests"], server.world().journal().count(&JournalFilter::default()));
    let rules = report["rules"].as_array().unwrap();
    let ids: Vec<&str> = rules.iter().map(|rule| rule["rule"].as_str().unwrap()).collect();
    assert_eq!(ids, RULES.iter().map(|rule| rule.id).collect::<Vec<_>>());
    for (field, outcome, said) in [("agrees", "agrees", "evidence"), ("cannotTell", "cannot tell", "why")] {
        let told: Vec<&Value> = rules.iter().filter(|rule| rule["outcome"] == outcome).collect();
        assert_eq!(report[field], told.len());
        assert!(told.iter().all(|rule| rule[said].as_str().is_some_and(|text| !text.is_empty())));
    }
    assert_eq!((&report["agrees"], &report["differs"]), (&Value::from(36), &Value::from(0)));
}

#[test]
fn a_difference_ends_with_1_and_shows_both_answers() {
    let other = Other::start(
        answered("RES-TOTALS", "nothing is one page", |_, _, answer| {
            if answer.is_page() && answer.body["total"] == 0 {
                answer.set("totalPages", 1);
            }
        }),
        "off",
    );
    let table = verify(&other.uri, &WITH_BOTH);
    assert_eq!((table.code, table.stderr.as_str()), (Some(1), ""));
    let from = table.stdout.find("RES-TOTALS").unwrap();
    let shown: Vec<&str> = table.stdout[from..].lines().take(4).collect();
    assert_snapshot!(shown.join("\n"), @r#"
RES-TOTALS               documented, client  differs      `total` counts all matches, `totalPages` is `total / pageSize` rounded up, 0 when nothing matches; a page past the end is empty with the true totals
    request:  GET /api/v1/audit-logs?startTime=2025-05-20T08:48:39Z&endTime=2025-05-20T11:57:17Z&objectIdentifiers=cortex-audit-mock-verify-nobody&page=0&pageSize=1000
    expected: "total":0,"totalPages":0
    answered: "total":0,"totalPages":1
"#);
    let report = verified(&other.uri, own_time()).unwrap();
    let differing = report.mismatches().next().unwrap();
    assert_snapshot!(serde_json::to_string_pretty(differing).unwrap(), @r#"
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

// Nothing can be verified

/// What it says when it ends with 2.
fn refused(url: &str, args: &[&str]) -> String {
    verify(url, args).failed(2).replace(url, "URL")
}

#[test]
fn a_token_that_cannot_be_used_is_told() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let url = server.uri();
    assert_snapshot!(refused(&url, &["--token-env", "NOT_SET"]), @"error: the environment variable NOT_SET is not set; --token-env takes the name of the variable that holds the token");
    assert_snapshot!(refused(&url, &["--no-permission-token-env", "s3cret-t0ken"]), @"error: the environment variable that --no-permission-token-env names is not set; --no-permission-token-env takes the name of the variable that holds the token");
    assert_eq!(server.world().journal().count(&JournalFilter::default()), 0);
    assert_snapshot!(refused(&url, &["--token-env", "OTHER"]), @r#"error: the token in OTHER may not read audit logs (403), which takes the permission "View audit logs": The key No audit (…udit) is valid, but none of its roles grants the permission "View audit logs". Ask with a key whose role grants it."#);
    let revoked = binary(["verify", "--url", &url]).env("CORTEX_API_KEY", "mock-revoked").run();
    assert_snapshot!(revoked.failed(2), @"error: the server does not accept the token in CORTEX_API_KEY (401): The key Revoked (…oked) is revoked.");
    assert_eq!(server.world().journal().count(&JournalFilter::default()), 2);
}

#[test]
fn a_server_that_is_no_cortex_api_is_told() {
    let json = "Content-Type: application/json\r\n";
    let http = |status: &str, headers: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
    };
    let refused_by = |answer: String| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let told = refused(&url, &[]);
        server.join().unwrap();
        told
    };
    assert_snapshot!(refused_by(http("200 OK", "Content-Type: text/html\r\n", "<!DOCTYPE html><p>Hello")), @"error: URL/api/v1/audit-logs is not a Cortex API: it answers text/html");
    assert_snapshot!(refused_by(http("200 OK", json, "[]")), @"error: URL/api/v1/audit-logs is not a Cortex API: its answer is no JSON object");
    assert_snapshot!(refused_by(http("200 OK", json, r#"{"items": []}"#)), @r#"error: URL/api/v1/audit-logs is not a Cortex API: its JSON is no page of audit logs, which has a list of entries in "logs""#);
    assert_snapshot!(refused_by(http("404 Not Found", json, r#"{"message": "Nothing here"}"#)), @"error: URL/api/v1/audit-logs is not a Cortex API: it has no such path (404): Nothing here");
    assert_snapshot!(refused_by(http("302 Found", "Location: https://elsewhere.example/?t=mock-admin\r\n", "")), @"error: URL/api/v1/audit-logs is not a Cortex API: it redirects (302) to https://elsewhere.example/?t=[token], where the token was not sent");
    assert_snapshot!(refused_by("SSH-2.0-OpenSSH_9.2\r\n".to_owned()), @"error: URL/api/v1/audit-logs is not a Cortex API: it does not speak HTTP (protocol: http parse fail: invalid HTTP version)");
}

#[test]
fn a_server_that_cannot_be_reached_or_stays_broken_is_told() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let told = refused(&format!("http://{free}"), &[]);
    assert!(told.starts_with("error: cannot reach URL/api/v1/audit-logs: Connection refused"), "{told}");
    let server = MockServer::builder().now(NOW).start_blocking();
    server.world().faults().add(FaultRule::from(Effect::Status { status: 503, retry_after: Some(0) }));
    assert_snapshot!(refused(&server.uri(), &[]), @"error: the server answers 503: This 503 was asked for by fault 3.");
}

#[test]
fn wrong_flags_are_told_with_what_is_accepted() {
    assert_snapshot!(refused("127.0.0.1:1", &[]), @r#"error: --url "URL" is not a URL that begins with https:// or http://; accepted: a base URL such as https://api.getcortexapp.com or http://127.0.0.1:8080"#);
    assert_snapshot!(refused("http://127.0.0.1:1", &["--format", "xml"]), @"
error: invalid value 'xml' for '--format <FORMAT>'
  [possible values: table, json]

For more information, try '--help'.
");
    assert_snapshot!(binary(["verify"]).run().failed(2), @"
error: the following required arguments were not provided:
  --url <URL>

Usage: cortex-audit-mock verify --url <URL>

For more information, try '--help'.
");
}

/// Every flag of the help has its row, in the same order.
#[test]
fn the_document_has_every_flag() {
    let document = include_str!("../../../docs/verify.md");
    let help = binary(["verify", "--help"]).run().succeeded().to_owned();
    let word = |text: &str| text.split([' ', '`', '\n']).next().unwrap().to_owned();
    let of_help: Vec<String> = help.split("\n      --").skip(1).map(word).collect();
    let of_table: Vec<String> = document.split("\n| `--").skip(1).map(word).collect();
    assert_eq!(of_table, of_help);
}
