//! Standard error that is closed, full or not read: it changes no exit code, and nobody waits for it.

use std::fs::{File, read_to_string};
use std::io::{BufRead, BufReader, PipeReader, PipeWriter, Read, pipe};
use std::process::Stdio;

use cortex_audit_mock::MockServer;

use super::{folder, path, port_in_use};
use crate::support::NOW;
use crate::support::process::{Server, Signal, binary};

/// A pipe whose reader is gone.
fn closed_pipe() -> PipeWriter {
    pipe().unwrap().1
}

/// A device whose every write fails.
fn full_device() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

/// F10
#[test]
fn closed_or_full_standard_error_changes_no_exit_code() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let (_taken, address) = port_in_use();
    let files = folder(&[]);
    let url = server.uri();
    let (out, none) = (path(&files, "out.json"), path(&files, "none"));
    for (code, args) in [
        (1, &["validate", &none][..]),
        (0, &["generate", "3", "--out", &out]),
        (1, &["generate", "3", "--out", "/none/none"]),
        (2, &["generate", "3", "--to", "2999-01-01T00:00:00Z"]),
        (0, &["record", "--url", &url, "--to", NOW, "--pseudonymize", "--seed", "1"]),
        (1, &["record", "--url", &url, "--token-env", "REVOKED"]),
        (2, &["record", "--url", "nowhere"]),
        (2, &["verify", "--url", &url, "--token-env", "REVOKED"]),
        (2, &["verify", "--url", "http://127.0.0.1:1"]),
        (1, &["healthcheck", "--listen", "127.0.0.1:1"]),
        (1, &["serve", "--listen", &address]),
        (1, &["--fixtures", &none]),
        (2, &["--listen", "8080"]),
        (2, &["--tls-name", "a"]),
        (0, &["--help"]),
    ] {
        for stderr in [Stdio::from(closed_pipe()), Stdio::from(full_device())] {
            let launch =
                binary(args.iter().copied()).env("CORTEX_API_KEY", "mock-admin").env("REVOKED", "mock-revoked");
            let ended = launch.stderr(stderr).run();
            assert_eq!(ended.code, Some(code), "{args:?}");
        }
    }
    let failed_log = binary([]).env("RUST_LOG", "verbose").stderr(full_device()).run();
    assert_eq!(failed_log.code, Some(1));
}

/// F10
#[test]
fn report_is_written_with_a_closed_or_full_standard_error() {
    for stderr in [Stdio::from(closed_pipe()), Stdio::from(full_device())] {
        let files = folder(&[]);
        let report = path(&files, "report.txt");
        let server = binary(["--listen", "127.0.0.1:0", "--report", &report]).stderr(stderr).serve();
        assert_eq!(server.get_as("none", "/api/v1/audit-logs").status, 401);
        server.logs("");
        server.signal(Signal::TERM);
        assert_eq!(server.end().code, Some(0));
        assert!(read_to_string(&report).unwrap().contains("1 request was refused with 401"));
    }
}

/// A server that logs to a pipe, which nobody reads before the test does.
fn server_with_log() -> (Server, PipeReader) {
    let (reader, writer) = pipe().unwrap();
    (binary(["--listen", "127.0.0.1:0"]).stderr(writer).serve(), reader)
}

/// Sends this many requests, each of which is a line of the log with ten thousand letters.
fn send_long_paths(server: &Server, count: usize) {
    let path = format!("/{}", "a".repeat(10_000));
    let mut connection = server.connect();
    for _ in 0..count {
        assert_eq!(connection.get_as("mock-admin", &path).status, 404);
    }
}

/// M5: the pipe holds 64 KiB.
#[test]
fn requests_and_sigterm_do_not_wait_for_a_log_that_nobody_reads() {
    let (server, _reader) = server_with_log();
    send_long_paths(&server, 600);
    server.signal(Signal::TERM);
    assert_eq!(server.end().code, Some(0));
}

/// M5
#[test]
fn lines_for_which_there_was_no_room_are_counted_when_the_log_is_read() {
    let (server, reader) = server_with_log();
    send_long_paths(&server, 600);
    let (mut requests, mut dropped) = (0, 0);
    let mut lines = BufReader::new(reader).lines();
    // Each line is there or counted.
    while requests + dropped < 600 {
        let line = lines.next().unwrap().unwrap();
        match line.split_once(" lines of the log were dropped here") {
            Some((start, _)) => dropped += start.rsplit(' ').next().unwrap().parse::<usize>().unwrap(),
            None => requests += usize::from(line.contains("404 GET /aaa")),
        }
    }
    assert!(dropped > 0 && requests > 50 && requests + dropped == 600, "{dropped} {requests}");
    server.stop();
}

#[test]
fn log_is_whole_and_in_order() {
    let (server, mut reader) = server_with_log();
    let reading = std::thread::spawn(move || {
        let mut log = String::new();
        reader.read_to_string(&mut log).unwrap();
        log
    });
    let mut connection = server.connect();
    for number in 0..300 {
        assert_eq!(connection.get_as("mock-admin", &format!("/n{number}/")).status, 404);
    }
    server.stop();
    let log = reading.join().unwrap();
    let numbers: Vec<usize> =
        log.split("404 GET /n").skip(1).map(|rest| rest[..rest.find('/').unwrap()].parse().unwrap()).collect();
    assert_eq!(numbers, (0..300).collect::<Vec<_>>());
}
