//! Errors after which trying again is of no use.

use std::net::TcpListener;

use cortex_audit_mock::world::JournalFilter;
use insta::assert_snapshot;

use super::{file_names, normalize, path, run_record, server_with};
use crate::remote::{http_response, one_shot_server};
use crate::support::NOW;
use crate::support::process::binary;

/// The message of a recording that fails with this exit code and leaves no file.
#[track_caller]
fn error_of(url: &str, args: &[&str], code: i32) -> String {
    let folder = tempfile::tempdir().unwrap();
    let out = path(&folder, "logs.json");
    let args: Vec<&str> = args.iter().copied().chain(["--out", &out]).collect();
    let finished = run_record(url, &args);
    assert_eq!(file_names(&folder), Vec::<String>::new());
    normalize(finished.failed(code), url, folder.path())
}

#[test]
fn rejected_token_is_an_error_at_once() {
    let server = server_with(10);
    let error_with_key = |key: &str| {
        let folder = tempfile::tempdir().unwrap();
        let out = path(&folder, "logs.json");
        let args = ["record", "--url", &server.uri(), "--out", &out, "--token-env", "MY_TOKEN"];
        let finished = binary(args).env("MY_TOKEN", key).run();
        assert_eq!(file_names(&folder), Vec::<String>::new());
        normalize(finished.failed(1), &server.uri(), folder.path())
    };
    assert_snapshot!(error_with_key("mock-revoked"), @"error: the server does not accept the token in MY_TOKEN (401): The key Revoked (…oked) is revoked.");
    assert_snapshot!(error_with_key("mock-no-audit"), @r#"error: the token in MY_TOKEN may not read audit logs (403), which takes the permission "View audit logs": The key No audit (…udit) is valid, but none of its roles grants the permission "View audit logs". Ask with a key whose role grants it."#);
    assert_eq!(server.world().journal().count(&JournalFilter::default()), 2);
}

#[test]
fn server_that_is_not_cortex_is_an_error_at_once() {
    let json = "Content-Type: application/json\r\n";
    let error_for = |answer: String| {
        let (url, server) = one_shot_server(answer);
        let message = error_of(&url, &[], 1);
        server.join().unwrap();
        message
    };
    assert_snapshot!(error_for(http_response("200 OK", "Content-Type: text/html\r\n", "<!DOCTYPE html><p>Hello")), @"error: URL/api/v1/audit-logs is not a Cortex API: it answers text/html");
    assert_snapshot!(error_for(http_response("404 Not Found", "Content-Type: text/html\r\n", "<!DOCTYPE html><p>Nothing here")), @"error: URL/api/v1/audit-logs is not a Cortex API: it has no such path (404)");
    assert_snapshot!(error_for(http_response("200 OK", json, r#"{"items": []}"#)), @"error: URL/api/v1/audit-logs is not a Cortex API: its JSON is no page of audit logs (missing field `logs` at line 1 column 13)");
    assert_snapshot!(error_for(http_response("200 OK", json, r#"{"logs": "none", "page": 0, "total": 1, "totalPages": 1}"#)), @r#"error: URL/api/v1/audit-logs is not a Cortex API: its JSON is no page of audit logs ("logs": invalid type: string "none", expected a sequence at line 1 column 6)"#);
    assert_snapshot!(error_for(http_response("400 Bad Request", json, r#"{"type": "BAD_REQUEST", "message": "Bad Request", "details": "Unknown endTime."}"#)), @"error: URL/api/v1/audit-logs refuses the request (400): Unknown endTime.");
    assert_snapshot!(error_for("SSH-2.0-OpenSSH_9.2\r\n".to_owned()), @"error: URL/api/v1/audit-logs is not a Cortex API: it does not speak HTTP (protocol: http parse fail: invalid HTTP version)");
    let odd = r#"{"logs": [{"action": "RENAME", "objectType": "TEAM", "objectIdentifier": "a", "timestamp": "2025-05-20T06:51:43Z"}], "page": 0, "total": 1, "totalPages": 1}"#;
    assert_snapshot!(error_for(http_response("200 OK", json, odd)), @r#"error: URL/api/v1/audit-logs answered an entry that cannot be recorded: page 0, entry 1, action: "RENAME" is not one of CREATE, UPDATE, DELETE"#);
}

/// H1
#[test]
fn lasting_faults_are_errors_at_once() {
    let json = "Content-Type: application/json\r\n";
    let error_for = |answer: String| {
        let (url, server) = one_shot_server(answer);
        let message = error_of(&url, &[], 1);
        (message, String::from_utf8(server.join().unwrap()).unwrap())
    };
    let (message, request) = error_for(http_response("200 OK", &format!("{json}Content-Encoding: gzip\r\n"), "\u{1f}"));
    assert_snapshot!(message, @r#"error: URL/api/v1/audit-logs answers with "Content-Encoding: gzip" though it was asked for "identity"; if a proxy compresses the answers, call the API without it"#);
    assert!(request.to_lowercase().contains("\r\naccept-encoding: identity\r\n"), "{request}");
    let page = |page: u8, pages: u8| format!(r#"{{"logs": [], "page": {page}, "total": 2500, "totalPages": {pages}}}"#);
    let messages = [
        ("200 OK", "<!DOCTYPE html><p>Log in as mock-admin"),
        ("200 OK", "\u{1f}\u{1b}[31m"),
        ("200 OK", "[]"),
        ("200 OK", &page(7, 3)),
        ("200 OK", &page(0, 10)),
        ("511 Network Authentication Required", "<!DOCTYPE html><p>Log in"),
    ]
    .map(|(status, body)| error_for(http_response(status, json, body)).0);
    assert_snapshot!(messages.join("\n"), @r#"
error: URL/api/v1/audit-logs is not a Cortex API: it answers application/json that is no JSON object: <!DOCTYPE html><p>Log in as [token]

error: URL/api/v1/audit-logs is not a Cortex API: it answers application/json that is no JSON object: [31m

error: URL/api/v1/audit-logs is not a Cortex API: it answers application/json that is no JSON object: []

error: asked for page 0, the server answered page 7

error: asked for page 0 of 1000 entries each, the server answered page 0 with 0 entries of 2500

error: URL/api/v1/audit-logs refuses the request (511)
"#);
}

/// What a proxy or a file server does that names no coding.
#[test]
fn answer_in_another_form_than_its_headers_say_is_an_error_at_once() {
    let json = "Content-Type: application/json\r\n";
    let error_for = |body: &[u8]| {
        let head = http_response("200 OK", json, "").replace("Length: 0", &format!("Length: {}", body.len()));
        let (url, server) = one_shot_server([head.as_bytes(), body].concat());
        let message = error_of(&url, &[], 1);
        server.join().unwrap();
        message
    };
    let utf16: Vec<u8> = "{\"logs\": []}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let messages = [&b"\x1f\x8b\x08\0\0\0\0\0"[..], &utf16, b"", b" \r\n"].map(error_for);
    assert_snapshot!(messages.join("\n"), @"
error: the answer of URL/api/v1/audit-logs is compressed with gzip, without a header that says so; if a proxy changes the answers, call the API without it

error: the answer of URL/api/v1/audit-logs is text in UTF-16LE, without a header that says so; if a proxy changes the answers, call the API without it

error: URL/api/v1/audit-logs is not a Cortex API: it answers 200 without a body

error: URL/api/v1/audit-logs is not a Cortex API: it answers 200 without a body
");
}

/// As a proxy on Windows may add it.
#[test]
fn byte_order_mark_is_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let page = "\u{feff}{\"logs\": [], \"page\": 0, \"total\": 0, \"totalPages\": 0}";
    let (url, server) = one_shot_server(http_response("200 OK", "Content-Type: application/json\r\n", page));
    let finished = run_record(&url, &["--to", NOW, "--out", &path(&folder, "logs.json")]);
    server.join().unwrap();
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
}

/// H1: what a 401 explains cannot be read, and what it means is known.
#[test]
fn compressed_refusal_is_told_by_its_status() {
    let (url, server) = one_shot_server(http_response("401 Unauthorized", "Content-Encoding: br\r\n", "\u{1}"));
    assert_snapshot!(error_of(&url, &[], 1), @"error: the server does not accept the token in CORTEX_API_KEY (401)");
    server.join().unwrap();
}

#[test]
fn unreachable_server_is_an_error_at_once() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let message = error_of(&format!("http://{free}"), &[], 1);
    assert!(message.starts_with("error: cannot reach URL/api/v1/audit-logs: Connection refused"), "{message}");
}

#[test]
fn server_without_tls_is_an_error_at_once() {
    let (url, server) = one_shot_server("HTTP/1.1 400 Bad Request\r\n\r\n");
    let url = url.replace("http:", "https:");
    assert_snapshot!(error_of(&url, &[], 1), @"error: cannot speak TLS with URL/api/v1/audit-logs: received corrupt message of type InvalidContentType; SSL_CERT_FILE can name certificate authorities of your own");
    server.join().unwrap();
}

#[test]
fn unwritable_output_is_an_error_before_any_request() {
    let server = server_with(10);
    let folder = tempfile::tempdir().unwrap();
    let error_with_output = |out: &str| {
        let finished = run_record(&server.uri(), &["--out", out]);
        normalize(finished.failed(1), &server.uri(), folder.path())
    };
    assert_snapshot!(error_with_output(&path(&folder, "missing/logs.json")), @"error: cannot write FOLDER/missing/logs.json.part (--out): No such file or directory (os error 2)");
    assert_snapshot!(error_with_output(folder.path().to_str().unwrap()), @"error: cannot write FOLDER (--out): it is a folder");
    assert_eq!(server.world().journal().count(&JournalFilter::default()), 0);
    assert_eq!(file_names(&folder), Vec::<String>::new());
}

#[test]
fn wrong_flags_are_errors_that_say_what_is_accepted() {
    let url = "http://127.0.0.1:1";
    assert_snapshot!(error_of(url, &["--from", "2025-05-21T00:00:00Z", "--to", "2025-05-20T00:00:00Z"], 2), @"error: --from (2025-05-21T00:00:00Z) is after --to (2025-05-20T00:00:00Z), so there is nothing to record");
    assert_snapshot!(error_of(url, &["--from", "yesterday"], 2), @r#"
error: invalid value 'yesterday' for '--from <T>': it is not a date-time; accepted: RFC 3339 such as "2025-05-20T06:51:43.235Z", or relative such as "now-5m"

For more information, try '--help'.
"#);
    assert_snapshot!(error_of(url, &["--to", "now-9999999d"], 2), @"error: --to now-9999999d: it is outside the years 0 to 9999");
    assert_snapshot!(error_of(url, &["--token-env", "NOT_SET"], 2), @"error: the environment variable NOT_SET is not set; --token-env takes the name of the variable that holds the token");
    assert_snapshot!(error_of(url, &["--token-env", "s3cret-token"], 2), @"error: the environment variable that --token-env names is not set; --token-env takes the name of the variable that holds the token");
    assert_snapshot!(error_of("https://me:s3cret@127.0.0.1:1", &[], 2), @"error: --url has a user or password in it, which belong nowhere; accepted: a base URL such as https://api.getcortexapp.com or http://127.0.0.1:8080");
    assert_snapshot!(error_of("127.0.0.1:1", &[], 2), @"error: --url is not a URL that begins with https:// or http://; accepted: a base URL such as https://api.getcortexapp.com or http://127.0.0.1:8080");
    for url in [
        "https://me:s3cret%40127.0.0.1:1",
        "s3cret",
        "ftp://s3cret",
        "http://[s3cret",
        "https://127.0.0.1:1?token=s3cret",
    ] {
        let message = error_of(url, &[], 2);
        assert!(message.starts_with("error: --url ") && !message.contains("s3cret"), "{message}");
    }
    assert_snapshot!(error_of("http://127.0.0.1:1/mock%2Dadmin", &[], 2), @"error: --url contains the token of CORTEX_API_KEY, which is sent in a header; accepted: a base URL without it");
    assert!(error_of(url, &["--from", "2999-01-01T00:00:00Z"], 2).contains("is after now, where the range ends"));
    let empty = binary(["record", "--url", url]).env("CORTEX_API_KEY", "").run();
    assert_snapshot!(empty.failed(2), @"error: the environment variable CORTEX_API_KEY is not set; --token-env takes the name of the variable that holds the token");
}
