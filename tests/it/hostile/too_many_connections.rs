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
fn the_server_sets_its_limit_of_open_files_to_the_maximum_but_no_more_than_16_384() {
    let soft_limit = |server: &Server| {
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
        let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
        let [soft, hard] = [3, 4].map(|column| line.split_whitespace().nth(column).unwrap().to_owned());
        (soft, hard)
    };
    let (soft, hard) = soft_limit(&Server::start(&[]));
    let most = hard.parse::<u64>().map_or(16_384, |hard| hard.min(16_384));
    assert_eq!(soft, most.to_string(), "of {hard}");
    let (soft, hard) = soft_limit(&Launch::with_open_files(64, &["--listen", "127.0.0.1:0"]).serve());
    assert_eq!((soft.as_str(), hard.as_str()), ("64", "64"));
}
