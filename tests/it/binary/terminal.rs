//! What a person sees on a terminal: the first steps after the start, and the progress of long work.

use std::io::Write;
use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use cortex_audit_mock::MockServer;
use cortex_audit_mock::fault::{Effect, FaultRule};
use insta::assert_snapshot;

use super::{entry, folder, keys, path};
use crate::support::external_tools;
use crate::support::process::binary;

/// The lines that a server prints on a terminal, without its log, and what its curl prints.
fn first_steps(args: &[&str]) -> (String, Option<String>) {
    let mut server = binary(args.iter().copied().chain(["--log", "off"])).on_terminal();
    let printed = server.read_until("pageSize=10'\n").to_owned();
    let curl = printed.lines().last().unwrap().strip_prefix("try it: ").unwrap();
    let curl = curl.replace("curl", "curl -s");
    let Ok(output) = Command::new("sh").args(["-c", &curl]).output() else { panic!("no shell") };
    if output.status.code() == Some(127) {
        external_tools::report_skipped("the curl of the start; curl is not installed");
        return (printed, None);
    }
    assert!(output.status.success(), "{curl}: {output:?}");
    (printed, Some(String::from_utf8(output.stdout).unwrap()))
}

/// The same with the port of the server as 8080.
#[track_caller]
fn first_steps_that_work(args: &[&str]) -> String {
    let (printed, page) = first_steps(args);
    if let Some(page) = page {
        assert!(page.contains(r#""logs":[{"#), "{page}");
    }
    let port = printed.lines().next().unwrap().rsplit_once(" with ").unwrap().0.rsplit(':').next().unwrap();
    printed.replace(port.split('/').next().unwrap(), "8080")
}

#[test]
fn the_start_prints_the_address_the_web_ui_and_a_curl_that_works() {
    assert_snapshot!(first_steps_that_work(&["--listen", "127.0.0.1:0"]), @r"
    cortex-audit-mock listening on http://127.0.0.1:8080 with 640 entries
    web UI: http://127.0.0.1:8080/
    try it: curl -H 'Authorization: Bearer mock-admin' 'http://127.0.0.1:8080/api/v1/audit-logs?page=0&pageSize=10'
    ");
}

#[test]
fn the_curl_fits_base_path_and_a_control_plane_that_is_off() {
    let args = ["--listen", "127.0.0.1:0", "--base-path", "/cortex", "--no-admin"];
    assert_snapshot!(first_steps_that_work(&args), @r"
    cortex-audit-mock listening on http://127.0.0.1:8080/cortex with 640 entries
    web UI: http://127.0.0.1:8080/cortex/
    try it: curl -H 'Authorization: Bearer mock-admin' 'http://127.0.0.1:8080/cortex/api/v1/audit-logs?page=0&pageSize=10'
    ");
}

#[test]
fn the_curl_accepts_the_certificate_of_the_server() {
    let args = ["--listen", "127.0.0.1:0", "--tls-self-signed"];
    assert_snapshot!(first_steps_that_work(&args), @r"
    cortex-audit-mock listening on https://127.0.0.1:8080 with 640 entries
    web UI: https://127.0.0.1:8080/
    try it: curl -k -H 'Authorization: Bearer mock-admin' 'https://127.0.0.1:8080/api/v1/audit-logs?page=0&pageSize=10'
    ");
    let files = folder(&[]);
    let certificate = path(&files, "it's mock.pem");
    let printed = first_steps_that_work(&[&args[..], &["--tls-write-cert", &certificate]].concat());
    let file = certificate.replace('\'', r"'\''");
    assert!(printed.contains(&format!("curl --cacert '{file}' -H 'Authorization: Bearer mock-admin'")), "{printed}");
}

#[test]
fn the_curl_has_an_address_of_ipv6() {
    if TcpListener::bind("[::1]:0").is_err() {
        return external_tools::report_skipped("the curl of the start with IPv6; this machine has none");
    }
    assert_snapshot!(first_steps_that_work(&["--listen", "[::1]:0"]), @r"
    cortex-audit-mock listening on http://[::1]:8080 with 640 entries
    web UI: http://[::1]:8080/
    try it: curl -H 'Authorization: Bearer mock-admin' 'http://[::1]:8080/api/v1/audit-logs?page=0&pageSize=10'
    ");
}

#[test]
fn the_curl_has_the_first_token_that_may_view_audit_logs() {
    let files = folder(&[("keys.json", &keys(r#"it's-$HOME-"`id`"#))]);
    let printed = first_steps_that_work(&["--listen", "127.0.0.1:0", "--keys", &path(&files, "keys.json")]);
    assert!(printed.contains(r#"-H 'Authorization: Bearer it'\''s-$HOME-"`id`'"#), "{printed}");
}

#[test]
fn a_server_without_a_key_that_may_view_audit_logs_says_so_in_place_of_the_curl() {
    let files = folder(&[("keys.json", r#"{"keys": []}"#)]);
    let keys = path(&files, "keys.json");
    let mut server = binary(["--listen", "127.0.0.1:0", "--log", "off", "--keys", &keys]).on_terminal();
    let printed = server.read_until("audit logs\n");
    assert!(printed.ends_with("\nevery request is refused: no key of --keys may view audit logs\n"), "{printed}");
}

#[test]
fn a_line_of_json_has_nothing_beside_it_on_a_terminal() {
    let mut server = binary(["--listen", "127.0.0.1:0", "--log", "json"]).on_terminal();
    server.read_until("}\n");
    let printed = server.read_for(Duration::from_millis(20));
    assert!(printed.starts_with(r#"{"event":"listening","#) && printed.lines().count() == 1, "{printed}");
}

#[test]
fn a_pipe_that_is_read_for_long_shows_its_entries_and_the_line_is_removed() {
    let mut validate = binary(["validate", "-"]).on_terminal();
    let lines = format!("{}\n", entry("a")).repeat(16);
    let mut sent = 0;
    while !validate.read_for(Duration::from_millis(50)).contains("reading standard input  ") {
        validate.stdin.as_ref().unwrap().write_all(lines.as_bytes()).unwrap();
        sent += 16;
    }
    let (code, printed) = validate.end();
    let (progress, summary) = printed.rsplit_once("\x1b[K").unwrap();
    assert_eq!(code, Some(0));
    assert!(progress.starts_with("reading standard input  ") && progress.contains(" entries\x1b[K\r"), "{progress:?}");
    assert!(summary.starts_with(&format!("{sent} entries, all valid\n")), "{summary}");
}

#[test]
fn short_work_shows_no_progress() {
    let files = folder(&[]);
    let (code, printed) = binary(["generate", "50", "--out", &path(&files, "logs.json")]).on_terminal().end();
    assert_eq!(code, Some(0));
    assert!(printed.starts_with("50 entries from ") && !printed.contains('\x1b'), "{printed:?}");
}

#[test]
fn generating_shows_how_far_it_is() {
    let files = folder(&[]);
    let out = path(&files, "logs.json");
    for args in [&["generate", "5_000_000", "--out", &out][..], &["--generate", "5_000_000", "--listen", "127.0.0.1:0"]]
    {
        let mut process = binary(args.iter().copied()).on_terminal();
        let printed = process.read_until(" %  ");
        assert!(printed.starts_with("generating  "), "{printed}");
    }
}

#[test]
fn a_recording_shows_what_it_waits_for() {
    let server = MockServer::start_blocking();
    server.world().faults().add(FaultRule { times: Some(1), ..Effect::status(429, Some(1)).into() });
    let files = folder(&[]);
    let out = path(&files, "logs.json");
    let record = binary(["record", "--url", &server.uri(), "--out", &out]).env("CORTEX_API_KEY", "mock-admin");
    let (code, printed) = record.on_terminal().end();
    assert_eq!(code, Some(0), "{printed}");
    assert!(
        printed.contains("recording  waiting 1s: ") && printed.contains("\x1b[Krecorded 640 entries"),
        "{printed:?}"
    );
}
