//! The client of `record` and `verify`: URL, token and rate of requests. Their retries are tested with each command.

use std::cell::{Cell, RefCell};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::rc::Rc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use cortex_audit_mock::internal::record::{RecordRange, RecordingEvent, record};
use cortex_audit_mock::internal::remote::{ApiUrl, Connection, RequestPacer, TimeSource, Token};

use crate::support::{NOW, time};

/// A connection to a server on this machine.
pub fn connection(url: &str, token: &str) -> Connection {
    Connection::new(ApiUrl::parse(url).unwrap(), Token::new("KEY", token).unwrap()).unwrap()
}

/// A clock of its own, which only waits move.
pub fn own_time() -> TimeSource {
    let now = Rc::new(Cell::new(Duration::ZERO));
    let (read, moved) = (Rc::clone(&now), now);
    TimeSource::new(move || read.get(), move |length| moved.set(moved.get() + length))
}

/// A server that sends these bytes to its only client. The thread returns the request.
pub fn one_shot_server(response: impl Into<Vec<u8>>) -> (String, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let response = response.into();
    let thread = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            let length = stream.read(&mut buffer).unwrap();
            request.extend_from_slice(&buffer[..length]);
            // The first bytes of TLS are one packet.
            if length == 0 || !request.starts_with(b"GET") || request.ends_with(b"\r\n\r\n") {
                break;
            }
        }
        stream.write_all(&response).unwrap();
        request
    });
    (url, thread)
}

/// A server that answers each request with the page of its parameter `page`, or with `of_range` if the request has a start; it
/// serves as long as the tests run.
pub fn server_of_pages(pages: Vec<String>, of_range: Option<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap();
            let request = String::from_utf8_lossy(&request[..length]);
            let (_, number) = request.split_once("&page=").expect("one packet");
            let number: usize = number[..number.find('&').unwrap()].parse().unwrap();
            let of_range = of_range.as_ref().filter(|_| request.contains("&startTime="));
            stream.write_all(of_range.unwrap_or(&pages[number]).as_bytes()).unwrap();
        }
    });
    url
}

/// A response with this status line, these headers and this body.
pub fn http_response(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

#[test]
fn url_may_end_in_a_slash_or_in_the_path_of_the_operation() {
    for text in ["http://h:1", "http://h:1/", "http://h:1/api/v1/audit-logs", "http://h:1/api/v1/audit-logs/"] {
        assert_eq!(ApiUrl::parse(text).unwrap().to_string(), "http://h:1/api/v1/audit-logs");
    }
    assert_eq!(ApiUrl::parse("https://h/cortex/").unwrap().to_string(), "https://h/cortex/api/v1/audit-logs");
}

#[test]
fn wrong_url_is_refused_without_printing_a_password() {
    for text in ["", "h", "h:1", "ftp://h", "/api", "http://", "https://u:p4ss@h", "http://h?a=p4ss", "http://h#p4ss"] {
        let message = ApiUrl::parse(text).unwrap_err().to_string();
        assert!(!message.contains("p4ss") && message.contains("accepted"), "{message}");
    }
}

#[test]
fn token_is_exposed_over_plain_http_to_another_machine() {
    for text in ["http://127.0.0.1:8080", "http://[::1]:1", "http://localhost", "https://example.com"] {
        assert!(!ApiUrl::parse(text).unwrap().exposes_token(), "{text}");
    }
    for text in ["http://example.com", "http://192.0.2.1", "http://localhost.example.com"] {
        assert!(ApiUrl::parse(text).unwrap().exposes_token(), "{text}");
    }
}

#[test]
fn text_of_a_server_is_printed_without_the_token_on_one_line() {
    let token = Token::new("KEY", "s3cret").unwrap();
    assert_eq!(token.excerpt("no s3cret\r\n\x1b[31m here: s3crets3cret"), "no [token] [31m here: [token][token]");
    assert_eq!(token.excerpt(&"é".repeat(1000)).chars().count(), 301);
    assert_eq!(format!("{token:?}"), "Token { name: \"KEY\", .. }");
}

#[test]
fn token_that_a_header_cannot_carry_is_refused() {
    for text in ["", "two words", "line\n", "é"] {
        assert!(Token::new("KEY", text).is_none(), "{text}");
    }
}

/// REQ-RATE
#[test]
fn no_minute_has_a_thousand_requests() {
    const MINUTE: Duration = Duration::from_secs(60);

    // Only waits move the clock: no client can be faster.
    let now = Rc::new(Cell::new(Duration::ZERO));
    let (read, moved) = (Rc::clone(&now), Rc::clone(&now));
    let pacer = RequestPacer::new(TimeSource::new(move || read.get(), move |length| moved.set(moved.get() + length)));
    let mut times = Vec::new();
    for request in 0..5000 {
        // After a pause, there is a part of the burst again.
        if request % 1700 == 0 {
            now.set(now.get() + MINUTE / 10);
        }
        pacer.wait();
        times.push(now.get());
    }
    let shortest = times.windows(951).map(|window| window[950].saturating_sub(window[0])).min().unwrap();
    assert!(shortest >= MINUTE, "951 requests in {shortest:?}");
    assert!(times[49] == times[0] && times[50] > times[0], "a burst of fifty");
    assert!(*times.last().unwrap() < Duration::from_secs(5000 / 15 + 60), "it is not slower than necessary");
}

/// The length of the first wait after a 503 with this header.
fn wait_after(headers: &str) -> Duration {
    let (url, server) = one_shot_server(http_response("503 Service Unavailable", headers, ""));
    let waits = RefCell::new(Vec::new());
    let on_event = |event: RecordingEvent<'_>| {
        if let RecordingEvent::Waiting(wait) = event {
            waits.borrow_mut().push(wait.length);
        }
    };
    let range = RecordRange { start: None, end: time(NOW) };
    // Nobody listens any more when it tries again.
    record(connection(&url, "token"), range, own_time(), None, &on_event).unwrap_err();
    server.join().unwrap();
    waits.into_inner()[0]
}

#[test]
fn retry_after_is_a_number_of_seconds_or_a_date() {
    let date = "Date: Tue, 20 May 2025 12:00:00 GMT\r\n";
    let seconds = Duration::from_secs;
    assert_eq!(wait_after("Retry-After: 7\r\n"), seconds(7));
    assert_eq!(wait_after(&format!("{date}Retry-After: Tue, 20 May 2025 12:00:30 GMT\r\n")), seconds(31));
    assert_eq!(wait_after(&format!("{date}Retry-After: Tue, 20 May 2025 11:00:00 GMT\r\n")), seconds(1));
    for odd in ["", "-1", "1.5", "soon", "+3"] {
        let wait = wait_after(&format!("Retry-After: {odd}\r\n"));
        assert!((seconds(1) / 2..=seconds(1)).contains(&wait), "{odd}: {wait:?}");
    }
}
