//! Malformed and oversized requests.

use std::fmt::Write;

use crate::support::process::{Server, head};
use crate::support::size;

const LOGS: &str = "/api/v1/audit-logs";
const ADMIN: &str = "Authorization: Bearer mock-admin\r\n";

/// Sends these bytes and a last request. Returns the statuses of the responses, and how the connection ended. Every response
/// has a request id, but for the bare status of a head that hyper cannot read.
fn outcome_of(server: &Server, sent: impl AsRef<[u8]>) -> String {
    let mut connection = server.connect();
    connection.send(sent);
    connection.send(head("GET", "/__admin/health", "X-Last: x\r\nConnection: close\r\n"));
    let rest = connection.read_to_close();
    let text = String::from_utf8_lossy(rest.as_deref().unwrap_or_default()).into_owned();
    let mut outcome = String::new();
    for answer in text.split("HTTP/1.").skip(1) {
        // After the minor version.
        let status = &answer[2..5];
        let is_bare = status != "100" && !answer.to_lowercase().contains("x-request-id: ");
        assert!(!is_bare || answer.contains("content-length: 0\r\n"), "{answer}");
        write!(outcome, "{status}{} ", if is_bare { " bare" } else { "" }).unwrap();
    }
    outcome += if rest.is_some() { "end" } else { "reset" };
    outcome
}

#[test]
fn each_gets_a_clear_response_or_a_closed_connection() {
    let server = Server::start(&[]);
    let get = |target: &str, headers: &str| format!("GET {target} HTTP/1.1\r\nHost: x\r\n{ADMIN}{headers}\r\n");
    let body = |headers: &str, body: &str| format!("GET {LOGS} HTTP/1.1\r\nHost: x\r\n{ADMIN}{headers}\r\n{body}");
    let cases = [
        // Targets
        ("percent-encoding cut off", get(&format!("{LOGS}?page=%"), "")),
        ("percent-encoding of no hex", get(&format!("{LOGS}?objectIdentifiers=%zz"), "")),
        ("UTF-8 that is none, encoded", get(&format!("{LOGS}?objectIdentifiers=%ff%fe"), "")),
        ("a NUL, encoded", get(&format!("{LOGS}?objectIdentifiers=%00"), "")),
        ("thousands of parameters", get(&format!("{LOGS}?{}", "a&".repeat(8000)), "")),
        ("thousands of the same", get(&format!("{LOGS}?{}", "page=0&".repeat(2000)), "")),
        ("only separators", get(&format!("{LOGS}?{}", "&=".repeat(4000)), "")),
        ("absolute form", get(&format!("http://anything.example{LOGS}"), "")),
        ("absolute form of another scheme", get(&format!("ftp://anything.example{LOGS}"), "")),
        ("a path that climbs", get("/../../etc/passwd", "")),
        ("a path that climbs, encoded", get("/%2e%2e/%2e%2e/etc/passwd", "")),
        ("two slashes", get("//api/v1/audit-logs", "")),
        ("a fragment", get(&format!("{LOGS}#x"), "")),
        ("asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n".to_owned()),
        // Methods
        ("TRACE", format!("TRACE {LOGS} HTTP/1.1\r\nHost: x\r\n\r\n")),
        ("CONNECT", "CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n".to_owned()),
        ("a method of its own", format!("FROBNICATE {LOGS} HTTP/1.1\r\nHost: x\r\n\r\n")),
        ("small letters", format!("get {LOGS} HTTP/1.1\r\nHost: x\r\n{ADMIN}\r\n")),
        // Versions
        ("HTTP/1.0", format!("GET {LOGS} HTTP/1.0\r\n{ADMIN}\r\n")),
        ("HTTP/0.9", format!("GET {LOGS}\r\n")),
        ("HTTP/3.0", format!("GET {LOGS} HTTP/3.0\r\nHost: x\r\n\r\n")),
        // Headers
        ("no Host", format!("GET {LOGS} HTTP/1.1\r\n{ADMIN}\r\n")),
        ("two of Authorization", get(LOGS, "Authorization: Bearer mock-auditor\r\n")),
        ("a line that is continued", get(LOGS, "X-Long: a\r\n b\r\n")),
        ("a blank before the colon", get(LOGS, "X-Blank : a\r\n")),
        ("a NUL in a value", get(LOGS, "X-Nul: a\0b\r\n")),
        ("bytes beyond ASCII", get(LOGS, "X-Umlaut: \u{e4}\r\n")),
        ("lines that end in LF", format!("GET {LOGS} HTTP/1.1\nHost: x\n{}\n", ADMIN.replace('\r', ""))),
        ("an expectation of its own", get(LOGS, "Expect: miracles\r\n")),
        ("an upgrade", get(LOGS, "Connection: upgrade\r\nUpgrade: h2c\r\n")),
        // Bodies
        ("a body", body("Content-Length: 4\r\n", "body")),
        ("a body in chunks", body("Transfer-Encoding: chunked\r\n", "4\r\nbody\r\n0\r\n\r\n")),
        ("a chunk extension", body("Transfer-Encoding: chunked\r\n", "4;a=b\r\nbody\r\n0\r\n\r\n")),
        ("a size of no hex", body("Transfer-Encoding: chunked\r\n", "zz\r\nbody\r\n0\r\n\r\n")),
        ("a size beyond numbers", body("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n")),
        ("a negative length", body("Content-Length: -1\r\n", "")),
        ("two lengths", body("Content-Length: 4\r\nContent-Length: 5\r\n", "body")),
        ("a length and chunks", body("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
        ("another encoding", body("Transfer-Encoding: gzip\r\n", "")),
    ];
    let outcomes: Vec<String> =
        cases.iter().map(|(name, sent)| format!("{name}: {}", outcome_of(&server, sent))).collect();
    insta::assert_snapshot!(outcomes.join("\n"));
    server.logs("");
    assert!(!server.stop().contains("panic"));
}

#[test]
fn endless_chunked_bodies_do_not_fill_the_memory() {
    let server = Server::start(&[]);
    let tiny = "1\r\nx\r\n".repeat(size(600_000, 60_000));
    for endless in [
        format!("4;{}", "a=b;".repeat(100_000)),
        format!("0\r\n{}", "X-Trailer: x\r\n".repeat(50_000)),
        // Then larger ones, so that the body exceeds its limit of 2 MB: otherwise the server waits 5 s for its end.
        tiny + &format!("10000\r\n{}\r\n", "x".repeat(0x10000)).repeat(33),
    ] {
        let mut connection = server.connect();
        connection.send(head("GET", LOGS, &format!("{ADMIN}Transfer-Encoding: chunked\r\n")));
        // It may be closed before all of it is sent.
        let _ = connection.try_send(&endless);
        let received = connection.read_to_close();
        let text = String::from_utf8_lossy(received.as_deref().unwrap_or_default()).into_owned();
        assert!(text.is_empty() || text.starts_with("HTTP/1.1 4"), "{text}");
    }
    server.logs("");
    assert!(server.resident_bytes() < 64 << 20, "{}", server.resident_bytes());
}

#[test]
fn a_thousand_pipelined_requests_are_answered_in_order() {
    let server = Server::start(&["--rate-limit", "off"]);
    let mut connection = server.connect();
    let all: String = (0..1000).map(|n| head("GET", &format!("{LOGS}?pageSize=1&page={}", n % 640), ADMIN)).collect();
    connection.send(all);
    for n in 0..1000 {
        assert_eq!(connection.answer().ok()["page"], n % 640);
    }
}
