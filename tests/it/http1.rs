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
        let mut half_an_unread_body = server.connect();
        half_an_unread_body.send(head("POST", "/", "Content-Length: 2\r\n") + "x");
        half_an_unread_body.answer().details(405);
        let mut follower = server.connect();
        follower.send(head("GET", "/__admin/changes", "Accept: text/event-stream\r\n"));
        assert_eq!(follower.read_head().status.as_u16(), 200);
        server.stop_with(signal);
        for connection in [&mut idle, &mut silent, &mut half_an_unread_body] {
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
    let mut control = server.connect();
    control.send(head("POST", "/__admin/faults", &format!("Content-Length: {}\r\n", 32 * 1024 * 1024 + 1)));
    assert!(control.answer().details(413).contains("32 MB"));
    for length in [u64::MAX / 2, u64::MAX - 2, u64::MAX - 1, u64::MAX] {
        let mut endless = server.connect();
        endless.send(head("GET", LOGS, &format!("{ADMIN}Content-Length: {length}\r\n")));
        endless.answer().details(413);
    }
    // Only there.
    let filter = "objectIdentifiers=18446744073709551615";
    server.logs(filter);
    let query = server.get("/__admin/requests?status=200").ok()["requests"][0]["query"].clone();
    assert_eq!(query, filter);
    for invalid in ["18446744073709551616", "184467440737095516150", "-1", "1e3", "0x10", ""] {
        let mut connection = server.connect();
        connection.send(head("GET", LOGS, &format!("{ADMIN}Content-Length: {invalid}\r\n")));
        assert_eq!(connection.read_head().status, 400, "{invalid}");
    }
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

/// hyper responds with a bare status; the log has the reason.
#[test]
fn bytes_that_are_not_http_get_a_bare_400_and_the_server_continues() {
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
        assert_eq!(connection.read_head().status, 400, "{nonsense:?}");
        assert_eq!(connection.read_to_close().as_deref(), Some(&b""[..]), "then the connection is closed");
    }
    server.logs("");
    let log = server.stop();
    assert_eq!(log.matches("--tls-self-signed, or use http://").count(), 6, "{log}");
}

/// The app refuses a head above its limits, hyper one far above them.
#[test]
fn a_head_that_hyper_does_not_read_gets_a_bare_status() {
    let server = Server::start(&[]);
    let filters = |length: usize| format!("{LOGS}?objectIdentifiers={}", "x".repeat(length));
    for (request, status) in [
        (head("GET", &filters(70_000), ADMIN), 414),
        (head("GET", LOGS, &"X-Filler: x\r\n".repeat(2500)), 431),
        (head("GET", LOGS, &format!("X-Long: {}\r\n", "x".repeat(200 * 1024))), 431),
    ] {
        let mut connection = server.connect();
        // The server may close the connection before it has read everything.
        let _ = connection.try_send(request);
        assert_eq!(connection.read_head().status, status);
    }
    server.logs("");
}

// Targets

/// RFC 9112, section 3.2: as every gateway does.
#[test]
fn a_request_without_one_valid_host_is_refused() {
    let server = Server::start(&[]);
    let get = |version: &str, headers: &str| format!("GET {LOGS} HTTP/{version}\r\n{ADMIN}{headers}\r\n");
    for (request, reason) in [
        (get("1.1", ""), "has no header Host"),
        (get("1.1", "Host: a\r\nHost: a\r\n"), "more than one header Host"),
        (get("1.0", "Host: a\r\nHost: b\r\n"), "more than one header Host"),
        (get("1.1", "Host:\r\n"), "is no host name"),
        (get("1.1", "Host: a b\r\n"), "is no host name"),
        (get("1.1", "Host: http://a/\r\n"), "is no host name"),
        (get("1.1", "Host: user@a\r\n"), "is no host name"),
        (get("1.1", "Host: a:port\r\n"), "is no host name"),
        ("POST /__admin/reset HTTP/1.1\r\nContent-Length: 0\r\n\r\n".to_owned(), "has no header Host"),
    ] {
        let mut connection = server.connect();
        connection.send(&request);
        let details = connection.answer().details(400);
        assert!(details.contains(reason) && details.contains("Host: localhost:8080"), "{request}: {details}");
    }
    let refused = server.get("/__admin/requests").ok()["requests"].as_array().unwrap().len();
    assert_eq!(refused, 9, "each is in the journal");
    for headers in ["Host: a", "Host: a:80", "Host: A.example:", "Host: [::1]:8080", "Host: 127.0.0.1"] {
        let mut connection = server.connect();
        connection.send(get("1.1", &format!("{headers}\r\n")));
        connection.answer().ok();
    }
    let mut old = server.connect();
    old.send(get("1.0", ""));
    old.answer().ok();
}

#[test]
fn a_request_to_a_proxy_is_told_that_this_is_none() {
    let server = Server::start(&[]);
    for request in [
        "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n".to_owned(),
        format!("GET http://example.com{LOGS} HTTP/1.1\r\nHost: example.com\r\n{ADMIN}\r\n"),
        "GET http://example.com/ HTTP/1.0\r\n\r\n".to_owned(),
    ] {
        let mut connection = server.connect();
        connection.send(&request);
        let details = connection.answer().details(421);
        for part in ["is no proxy", "example.com", "HTTPS_PROXY, HTTP_PROXY"] {
            assert!(details.contains(part), "{details}");
        }
    }
    let records = server.get("/__admin/requests").ok();
    let paths: Vec<&str> =
        records["requests"].as_array().unwrap().iter().map(|record| record["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["/", LOGS, "example.com:443"]);
    for host in [server.address(), "localhost", "[::1]:80"] {
        let mut connection = server.connect();
        connection.send(head("GET", &format!("http://{host}{LOGS}"), ADMIN));
        connection.answer().ok();
    }
    let mut confused = server.connect();
    confused.send(head("CONNECT", "mock-admin:443", ADMIN));
    confused.answer().details(421);
    let log = server.stop();
    assert!(log.contains("421 CONNECT (hidden) ") && !log.contains("mock-admin:"), "{log}");
    assert!(log.contains("421 CONNECT example.com:443 This server is no proxy"), "{log}");
}

// Connections

#[test]
fn a_response_tells_how_long_the_connection_stays_open() {
    let server = Server::start(&[]);
    let hint = |request: String| {
        let mut connection = server.connect();
        connection.send(request);
        connection.read_head().header("keep-alive").map(str::to_owned)
    };
    for path in [LOGS, "/", "/nothing", "/__admin/health"] {
        assert_eq!(hint(head("GET", path, ADMIN)).as_deref(), Some("timeout=70"), "{path}");
    }
    assert_eq!(hint(head("GET", LOGS, &format!("{ADMIN}Connection: x, Close\r\n"))), None);
}

/// Such as `nc -N`.
#[test]
fn a_client_that_closes_its_sending_side_is_answered() {
    let server = Server::start(&["--rate-limit", "off"]);
    let delay = r#"{"type": "delay", "fixed": "100ms", "after": 200}"#;
    let mut control = server.connect();
    control.send(head("POST", "/__admin/faults", &format!("Content-Length: {}\r\n", delay.len())) + delay);
    control.answer().created();
    let clients = 203;
    for number in 0..clients {
        let mut connection = server.connect();
        connection.send(head("GET", &format!("{LOGS}?pageSize={}", [1, 1000][number % 2]), ADMIN));
        connection.shutdown_write();
        connection.answer().ok();
        assert_eq!(connection.read_to_close().as_deref(), Some(&b""[..]), "then the connection is closed");
    }
    assert_eq!(server.get("/__admin/requests/count?status=200").ok()["count"], clients);
}

#[test]
fn pipelined_requests_of_a_client_that_has_closed_its_sending_side_are_answered() {
    let server = Server::start(&[]);
    let mut connection = server.connect();
    connection.send(head("GET", &format!("{LOGS}?pageSize=1"), ADMIN).repeat(20));
    connection.shutdown_write();
    for _ in 0..20 {
        connection.answer().ok();
    }
    assert_eq!(connection.read_to_close().as_deref(), Some(&b""[..]));
}
