//! The token, which is sent to the server and shown nowhere.

use std::fs;

use cortex_audit_mock::MockServer;
use insta::assert_snapshot;

use super::{entries_until, normalize, path, run_record, waiting_record};
use crate::remote::{http_response, one_shot_server};
use crate::support::process::binary;
use crate::support::{NOW, time};

#[cfg(target_os = "linux")]
#[test]
fn token_is_not_in_files_output_or_process_list() {
    use std::os::unix::fs::PermissionsExt;

    const TOKEN: &str = "s3cret-t0ken";
    let keys = r#"{"keys": [{"token": "s3cret-t0ken", "name": "A", "roles": [{"type": "DEFAULT", "role": "ADMIN"}]}]}"#;
    let server = MockServer::builder().entries("[]").keys(keys).now(NOW).start_blocking();
    server.world().append(entries_until(9000, time(NOW)));
    let folder = tempfile::tempdir().unwrap();
    let out = path(&folder, "logs.json");
    let checkpoint = format!("{out}.part");
    let args = ["--to", NOW, "--out", &out];

    let (mut child, fault) = waiting_record(&server, TOKEN, &args, 3);
    let command_line = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(fs::metadata(&checkpoint).unwrap().permissions().mode() & 0o777, 0o600);
    let saved = fs::read(&checkpoint).unwrap();
    assert!(saved.len() > 100_000, "{}", saved.len());

    server.world().faults().remove(fault);
    let url = server.uri();
    let args = ["record", "--url", &url, "--token-env", "OTHER"].into_iter().chain(args);
    let finished = binary(args).env("OTHER", TOKEN).run();
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    for text in [command_line, saved, fs::read(&out).unwrap(), finished.stdout.into(), finished.stderr.into()] {
        assert!(!String::from_utf8(text).unwrap().contains("s3cret"));
    }
}

#[test]
fn token_in_a_response_is_redacted() {
    let folder = tempfile::tempdir().unwrap();
    let (url, server) = one_shot_server(http_response(
        "401 Unauthorized",
        "Content-Type: application/json\r\n",
        r#"{"details": "no such key: mock-admin"}"#,
    ));
    let finished = run_record(&url, &[]);
    assert_snapshot!(normalize(finished.failed(1), &url, folder.path()), @"error: the server does not accept the token in CORTEX_API_KEY (401): no such key: [token]");
    let request = String::from_utf8(server.join().unwrap()).unwrap();
    assert!(
        request.contains("mock-admin") && request.to_lowercase().contains("user-agent: cortex-audit-mock/"),
        "{request}"
    );
    let (url, server) =
        one_shot_server(http_response("302 Found", "Location: https://evil.example/?t=mock-admin\r\n", ""));
    assert_snapshot!(normalize(run_record(&url, &[]).failed(1), &url, folder.path()), @"error: URL/api/v1/audit-logs is not a Cortex API: it redirects (302) to https://evil.example/?t=[token], where the token was not sent");
    server.join().unwrap();
}

/// Names of fields, and values in errors of JSON.
#[test]
fn foreign_text_is_printed_without_token_and_control_characters() {
    let folder = tempfile::tempdir().unwrap();
    let json = "Content-Type: application/json\r\n";
    let entry = r#"{"action": "CREATE", "objectType": "TEAM", "objectIdentifier": "a", "timestamp": "2025-05-20T06:51:43Z", "\u001b[31mred": 1, "x-mock-admin": 2, "a%6dock-admin": 3, "mock%252Dadmin": 4}"#;
    let page = format!(r#"{{"logs": [{entry}], "page": 0, "total": 1, "totalPages": 1}}"#);
    let (url, server) = one_shot_server(http_response("200 OK", json, &page));
    let finished = run_record(&url, &["--to", NOW, "--out", &path(&folder, "logs.json")]);
    server.join().unwrap();
    assert_snapshot!(finished.stderr, @r#"
note: not recorded, because the API is not known to have them: [31mred, (hidden), x-[token]
recorded 1 entry from 2025-05-20T06:51:43Z to 2025-05-20T12:00:00Z in 1 request
"#);
    let page = r#"{"logs": [], "page": "mock-admin\u001b[31m", "total": 1, "totalPages": 1}"#;
    let (url, server) = one_shot_server(http_response("200 OK", json, page));
    assert_snapshot!(normalize(run_record(&url, &[]).failed(1), &url, folder.path()), @r#"error: URL/api/v1/audit-logs is not a Cortex API: its JSON is no page of audit logs (invalid type: string "[token]\u{1b}[31m", expected usize at line 1 column 43)"#);
    server.join().unwrap();
}
