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
