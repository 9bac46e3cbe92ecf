//! The command `healthcheck`.

use insta::assert_snapshot;

use super::port_in_use;
use crate::support::process::{Server, binary};

// Health

#[test]
fn healthcheck_succeeds_against_a_running_server() {
    let server = Server::start(&[]);
    assert_eq!(binary(["healthcheck", "--listen", server.address()]).run().succeeded(), "");
    let from_environment = binary(["healthcheck"]).env("CORTEX_MOCK_LISTEN", server.address()).run();
    assert_eq!(from_environment.succeeded(), "");
}

#[test]
fn healthcheck_of_all_addresses_uses_loopback() {
    let server = Server::start(&[]);
    let (_, port) = server.address().rsplit_once(':').unwrap();
    assert_eq!(binary(["healthcheck", "--listen", &format!("0.0.0.0:{port}")]).run().succeeded(), "");
}

#[test]
fn healthcheck_fails_against_a_stopped_server() {
    let server = Server::start(&[]);
    let address = server.address().to_owned();
    server.stop();
    let ended = binary(["healthcheck", "--listen", &address]).run();
    assert_snapshot!(ended.failed(1).replace(&address, "ADDRESS"), @"error: no answer from http://ADDRESS/__admin/health: Connection refused (os error 111)");
}

#[test]
fn healthcheck_fails_against_something_that_is_not_http() {
    use std::io::Write;
    let (listener, address) = port_in_use();
    let other = std::thread::spawn(move || listener.accept().unwrap().0.write_all(b"SSH-2.0-other\r\n"));
    let ended = binary(["healthcheck", "--listen", &address]).run();
    other.join().unwrap().unwrap();
    let message = ended.failed(1).replace(&address, "ADDRESS");
    assert!(message.starts_with("error: no answer from http://ADDRESS/__admin/health: "), "{message}");
}
