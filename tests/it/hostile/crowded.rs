//! More connections than the process may have open files.

use std::time::{Duration, Instant};

use crate::support::process::{Launch, Server};

const LOGS: &str = "/api/v1/audit-logs?pageSize=5";

#[test]
fn those_that_ask_nothing_make_room_and_nobody_is_refused() {
    let server = Launch::with_open_files(64, &["--listen", "127.0.0.1:0", "--log", "text"]).serve();
    let mut first = server.connect();
    first.get_as("mock-admin", LOGS).ok();
    let crowd: Vec<_> = (0..200).map(|_| server.connect()).collect();
    let since = Instant::now();
    first.get_as("mock-admin", LOGS).ok();
    server.get(LOGS).ok();
    assert!(since.elapsed() < Duration::from_secs(15), "{:?}", since.elapsed());
    first.get_as("mock-admin", LOGS).ok();
    drop(crowd);
    let log = server.stop();
    assert!(log.contains("cannot accept a connection: Too many open files (os error 24)"), "{log}");
    assert!(log.lines().count() < 50, "{log}");
}

#[test]
fn the_server_takes_as_many_open_files_as_it_is_allowed_to() {
    let server = Server::start(&[]);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let [soft, hard] = [3, 4].map(|column| line.split_whitespace().nth(column).unwrap());
    assert_eq!(soft, hard, "{line}");
}
