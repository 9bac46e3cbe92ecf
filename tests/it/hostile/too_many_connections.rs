//! More connections than the limit of open files allows.

use std::time::{Duration, Instant};

use crate::support::process::{Launch, Server};
use crate::support::size;

const LOGS: &str = "/api/v1/audit-logs?pageSize=5";

#[test]
fn silent_connections_are_closed_to_accept_new_ones() {
    let server = Launch::with_open_files(64, &["--listen", "127.0.0.1:0", "--log", "text"]).serve();
    let mut first = server.connect();
    first.get_as("mock-admin", LOGS).ok();
    let crowd: Vec<_> = (0..size(200, 80)).map(|_| server.connect()).collect();
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
fn the_server_raises_its_limit_of_open_files_to_the_maximum() {
    let server = Server::start(&[]);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let [soft, hard] = [3, 4].map(|column| line.split_whitespace().nth(column).unwrap());
    assert_eq!(soft, hard, "{line}");
}
