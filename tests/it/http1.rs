//! HTTP/1.1 over sockets, and how signals stop the built binary.

use crate::support::process::{Server, Signal, head};

const LOGS: &str = "/api/v1/audit-logs";
const ADMIN: &str = "Authorization: Bearer mock-admin\r\n";

// Stopping

#[test]
fn sigterm_and_sigint_stop_it_within_a_second_despite_connections() {
    for signal in [Signal::TERM, Signal::INT] {
        let server = Server::start(&[]);
        let mut idle = server.connect();
        idle.get_as("mock-admin", LOGS).ok();
        let mut silent = server.connect();
        let mut half_a_head = server.connect();
        half_a_head.send("GET /api/v1/audit-logs HTTP/1.1\r\nHost:");
        let mut half_a_second_head = server.connect();
        half_a_second_head.get_as("mock-admin", LOGS).ok();
        half_a_second_head.send("GET /api/v1");
        server.stop_with(signal);
        for connection in [&mut idle, &mut silent] {
            assert_eq!(connection.read_to_close().as_deref(), Some(&b""[..]));
        }
    }
}

#[test]
fn a_request_that_was_sent_before_the_signal_is_answered() {
    let server = Server::start(&[]);
    let mut first = server.connect();
    let mut second = server.connect();
    second.get_as("mock-admin", LOGS).ok();
    for connection in [&mut first, &mut second] {
        connection.send(head("GET", LOGS, ADMIN));
    }
    server.stop();
    for mut connection in [first, second] {
        assert_eq!(connection.answer().ok()["total"], 640);
        assert_eq!(connection.read_to_close().as_deref(), Some(&b""[..]), "then the connection is closed");
    }
}

#[test]
fn a_request_whose_body_is_still_arriving_at_the_signal_is_answered() {
    let server = Server::start(&[]);
    let mut idle = server.connect();
    idle.get_as("mock-admin", LOGS).ok();
    let mut in_flight = server.connect();
    in_flight.send(head("GET", LOGS, &format!("{ADMIN}Content-Length: 4\r\nExpect: 100-continue\r\n")));
    assert_eq!(in_flight.read_head().status.as_u16(), 100, "the head has been read");
    server.signal(Signal::TERM);
    assert_eq!(idle.read_to_close().as_deref(), Some(&b""[..]), "the server is stopping");
    in_flight.send("body");
    assert_eq!(in_flight.answer().ok()["total"], 640);
    assert_eq!(server.end().code, Some(0));
}

// Sockets

#[test]
fn a_too_long_path_is_a_414_and_the_connection_stays_open() {
    let server = Server::start(&[]);
    let mut connection = server.connect();
    let answer = connection.get_as("mock-admin", &format!("{LOGS}?objectIdentifiers={}", "x".repeat(17 * 1024)));
    answer.details(414);
    connection.get_as("mock-admin", LOGS).ok();
    assert!(!server.stop().contains("panic"));
}

#[test]
fn too_large_headers_are_a_431() {
    let server = Server::start(&[]);
    let mut connection = server.connect();
    connection.send(head("GET", LOGS, &format!("{ADMIN}X-Long: {}\r\n", "x".repeat(33 * 1024))));
    connection.answer().details(431);
    connection.get_as("mock-admin", LOGS).ok();
    let mut many = server.connect();
    many.send(head("GET", LOGS, &format!("{ADMIN}{}", "X-Many: x\r\n".repeat(300))));
    many.answer().details(431);
    let mut long = server.connect();
    long.send(head("GET", LOGS, &format!("{ADMIN}X-Long: {}\r\n", "x".repeat(200 * 1024))));
    long.answer().details(431);
    server.logs("");
    assert!(!server.stop().contains("panic"));
}

#[test]
fn a_too_large_body_is_a_413_with_or_without_a_length() {
    let server = Server::start(&[]);
    let mut announced = server.connect();
    announced.send(head("GET", LOGS, &format!("{ADMIN}Content-Length: {}\r\n", 2 * 1024 * 1024 + 1)));
    announced.answer().details(413);
    let mut chunked = server.connect();
    chunked.send(head("GET", LOGS, &format!("{ADMIN}Transfer-Encoding: chunked\r\n")));
    chunked.send(format!("{:x}\r\n{}", 2 * 1024 * 1024 + 1, "x".repeat(2 * 1024 * 1024 + 1)));
    chunked.answer().details(413);
    server.logs("");
    assert!(!server.stop().contains("panic"));
}

#[test]
fn pipelined_requests_are_answered_in_their_order() {
    let server = Server::start(&[]);
    let mut connection = server.connect();
    let sizes = [3, 1, 2];
    connection.send(sizes.map(|size| head("GET", &format!("{LOGS}?pageSize={size}"), ADMIN)).concat());
    for size in sizes {
        assert_eq!(connection.answer().identifiers().len(), size);
    }
}

#[test]
fn head_has_the_content_length_of_get() {
    let server = Server::start(&["--now", "2025-05-20T12:00:00Z"]);
    let mut connection = server.connect();
    for path in [LOGS, "/api/v1/audit-logs?page=-1", "/openapi.json", "/nothing"] {
        connection.send(head("HEAD", path, ADMIN));
        let without_body = connection.answer_to_head();
        let with_body = connection.get_as("mock-admin", path);
        assert_eq!(without_body.status, with_body.status, "{path}");
        assert_eq!(without_body.header("content-length"), with_body.header("content-length"), "{path}");
    }
}

/// ERR-SHAPE: the reason is in the response and in the log.
#[test]
fn bytes_that_are_not_http_get_an_error_and_the_server_continues() {
    let server = Server::start(&[]);
    for nonsense in [
        "\0\0\0\0\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/1.1\r\nBad Header: x\r\n\r\n",
        "GET /api/v1/audit-logs?startTime=\"2025-05-20T06:51:43Z\" HTTP/1.1\r\n\r\n",
        "GET /api/v1/audit-logs?objectIdentifiers=a b HTTP/1.1\r\n\r\n",
        // The beginning of a TLS handshake, from a client with a https:// URL.
        "\x16\x03\x01\x02\0\x01\0\x01\x7f",
    ] {
        let mut connection = server.connect();
        connection.send(nonsense);
        let details = connection.answer().details(400);
        assert!(details.contains("%22") && details.contains("https"), "{nonsense:?}: {details}");
        assert_eq!(connection.read_to_close().as_deref(), Some(&b""[..]), "then the connection is closed");
    }
    server.logs("");
    assert_eq!(server.stop().matches("is not valid HTTP").count(), 6);
}

/// ERR-SHAPE: even if hyper refuses the request before the service gets it.
#[test]
fn errors_made_by_hyper_have_the_common_format() {
    let server = Server::start(&[]);
    let mut long = server.connect();
    long.get_as("mock-admin", &format!("{LOGS}?objectIdentifiers={}", "x".repeat(70_000))).details(414);
    let mut many = server.connect();
    many.send(head("GET", LOGS, &"X-Filler: x\r\n".repeat(2500)));
    many.answer().details(431);
    server.logs("");
}
