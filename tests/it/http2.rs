//! HTTP/2 (RFC 9113) without TLS, with prior knowledge: the same responses as over HTTP/1.1.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::Request;
use cortex_audit_mock::MockServer;
use cortex_audit_mock::fault::{Delay, Effect, FaultRule};
use cortex_audit_mock::world::JournalFilter;
use futures_util::stream;
use http_body_util::{Full, StreamBody};
use hyper::body::Frame;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::h2_client::HttpClient;
use crate::support::process::{Server, Signal};
use crate::support::{NOW, size};

const LOGS: &str = "/api/v1/audit-logs";

fn address(server: &MockServer) -> String {
    server.uri().trim_start_matches("http://").to_owned()
}

async fn connect(address: &str) -> HttpClient {
    HttpClient::http2(TcpStream::connect(address).await.unwrap()).await
}

#[tokio::test]
async fn responses_equal_those_over_http_1() {
    let server = MockServer::builder().now(NOW).start().await;
    let mut newer = connect(&address(&server)).await;
    let mut older = HttpClient::http1(TcpStream::connect(address(&server)).await.unwrap()).await;
    for path in ["?pageSize=3", "?objectTypes=SERVICE&page=1", "?page=-1", "/nothing", "/%00"] {
        let url = format!("{}{LOGS}{path}", server.uri());
        let [two, one] = [newer.get(&url).await, older.get(&format!("{LOGS}{path}")).await];
        assert_eq!(two.status, one.status, "{path}");
        if one.status == 200 {
            assert_eq!(two.body, one.body, "{path}");
        } else {
            assert_eq!(two.json()["details"], one.json()["details"], "{path}");
        }
    }
    let recorded = server.world().journal().list(&JournalFilter::default());
    assert_eq!(recorded.len(), 10);
    assert!(recorded.chunks(2).all(|pair| (&pair[0].path, &pair[0].query) == (&pair[1].path, &pair[1].query)));
}

#[tokio::test]
async fn streams_of_one_connection_are_answered_side_by_side() {
    let server = MockServer::builder().now(NOW).start().await;
    let delay = Effect::Delay(Delay::Fixed(Duration::from_secs(600)));
    server.world().faults().add(FaultRule { times: Some(1), ..delay.into() });
    let HttpClient::Http2(sender) = connect(&address(&server)).await else { unreachable!() };
    let delayed = tokio::spawn({
        let mut speaking = HttpClient::Http2(sender.clone());
        let url = format!("{}{LOGS}", server.uri());
        async move { speaking.get(&url).await }
    });
    let fired = || server.world().faults().list().iter().any(|listed| listed.fired > 0);
    while !fired() {
        tokio::task::yield_now().await;
    }
    let mut others = tokio::task::JoinSet::new();
    for size in 1..=100 {
        let mut speaking = HttpClient::Http2(sender.clone());
        let url = format!("{}{LOGS}?pageSize={size}", server.uri());
        others.spawn(async move { speaking.get(&url).await.identifiers().len() == size });
    }
    assert!(others.join_all().await.into_iter().all(|right| right));
    assert!(!delayed.is_finished());
    delayed.abort();
}

#[tokio::test]
async fn the_control_plane_checks_the_authority() {
    let server = MockServer::start().await;
    let mut speaking = connect(&address(&server)).await;
    let mut asked = async |host: &str, origin: Option<&str>| {
        let request = Request::get(format!("http://{host}/__admin/clock"));
        let request = origin.into_iter().fold(request, |request, origin| request.header("Origin", origin));
        speaking.send(request).await.unwrap().status.as_u16()
    };
    let own = address(&server);
    assert_eq!(asked(&own, Some(&server.uri())).await, 200);
    assert_eq!(asked(&own, Some("http://elsewhere.example")).await, 403);
    assert_eq!(asked("rebound.example", Some("http://rebound.example")).await, 403);
    assert_eq!(asked("rebound.example:8080", None).await, 403);
    assert_eq!(asked("Mock.Svc.:8080", None).await, 200);
}

#[tokio::test]
async fn too_large_headers_are_a_431_with_a_body() {
    let server = MockServer::start().await;
    let mut speaking = connect(&address(&server)).await;
    let request = Request::get(server.uri() + LOGS).header("X-Long", "x".repeat(40 * 1024));
    let details = speaking.send(request).await.unwrap().details(431);
    assert!(details.contains("32768 bytes"), "{details}");
    speaking.get(&(server.uri() + LOGS)).await.ok();
}

// Faults

#[tokio::test]
async fn a_fault_of_the_response_breaks_only_its_stream() {
    let server = MockServer::builder().now(NOW).start().await;
    let url = server.uri() + LOGS;
    let mut speaking = connect(&address(&server)).await;
    server.world().faults().add(FaultRule { times: Some(1), ..Effect::status(503, None).into() });
    assert_eq!(speaking.get(&url).await.status, 503);
    server.world().faults().add(FaultRule { times: Some(1), ..Effect::Truncate { bytes: 100 }.into() });
    let request = || Request::get(&url).header("Authorization", "Bearer mock-admin");
    speaking.send(request()).await.unwrap_err();
    speaking.get(&url).await.ok();
}

#[tokio::test]
async fn a_fault_of_the_connection_ends_it_with_all_its_streams() {
    for (effect, ends_with) in [(Effect::Reset, Err(ErrorKind::ConnectionReset)), (Effect::Empty, Ok(()))] {
        let server = MockServer::start().await;
        server.world().faults().add(FaultRule { times: Some(1), ..effect.into() });
        let mut stream = TcpStream::connect(address(&server)).await.unwrap();
        stream.write_all(&preface_and_get()).await.unwrap();
        let ended = stream.read_to_end(&mut Vec::new()).await;
        assert_eq!(ended.map(|_| ()).map_err(|error| error.kind()), ends_with);
    }
}

/// The preface, no settings, and a request of one HEADERS frame.
pub fn preface_and_get() -> Vec<u8> {
    let mut sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    // `GET`, `http`, the authority and the path, literally.
    let mut block = vec![0x82, 0x86, 0x01, 1, b'x', 0x04, LOGS.len().try_into().unwrap()];
    block.extend_from_slice(LOGS.as_bytes());
    // `authorization` is number 23 of the static table (RFC 7541, appendix A).
    block.extend_from_slice(b"\x0f\x08\x11Bearer mock-admin");
    sent.extend([0, 0, block.len().try_into().unwrap(), 1, 5, 0, 0, 0, 1]);
    sent.extend(block);
    sent
}

// Targets

#[tokio::test]
async fn a_request_without_one_valid_host_is_refused() {
    let server = MockServer::start().await;
    let mut speaking = connect(&address(&server)).await;
    let mut details = async |url: &str, hosts: &[&str]| {
        let request = Request::get(url).header("Authorization", "Bearer mock-admin");
        let request = hosts.iter().fold(request, |request, host| request.header("Host", *host));
        let answer = speaking.send(request).await.unwrap();
        if answer.status == 200 { String::new() } else { answer.details(400) }
    };
    let url = format!("http://mock.test:8080{LOGS}");
    assert_eq!(details(&url, &["Mock.test:8080"]).await, "");
    assert!(details(&url, &["other.test"]).await.contains("another host than :authority"));
    assert!(details(&url, &["mock.test:8080", "mock.test:8080"]).await.contains("more than one"));
    assert!(details(&format!("http://user@mock.test{LOGS}"), &[]).await.contains("no host name"));
}

#[tokio::test]
async fn a_request_to_a_proxy_is_told_that_this_is_none() {
    let server = MockServer::start().await;
    let mut speaking = connect(&address(&server)).await;
    let details = speaking.send(Request::connect("example.com:443")).await.unwrap().details(421);
    assert!(details.contains("is no proxy") && details.contains("example.com"), "{details}");
}

// Bodies

/// Sends a request with this body, without a key; returns the status.
async fn send_body(sender: &http2::SendRequest<Full<Bytes>>, url: &str, body: Bytes) -> u16 {
    let request = Request::get(url).body(Full::new(body)).unwrap();
    sender.clone().send_request(request).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn bodies_of_the_operation_are_not_kept() {
    let server = Server::start(&["--rate-limit", "off"]);
    let stream = TcpStream::connect(server.address()).await.unwrap();
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let url = format!("{}{LOGS}", server.url());
    assert_eq!(send_body(&sender, &url, vec![b'x'; (2 << 20) + 1].into()).await, 413);
    let before = server.resident_bytes();
    let mut responses = tokio::task::JoinSet::new();
    let body = Bytes::from(vec![b'x'; 2 << 20]);
    for _ in 0..size(200, 40) {
        let (sender, url, body) = (sender.clone(), url.clone(), body.clone());
        responses.spawn(async move { send_body(&sender, &url, body).await });
    }
    let statuses = responses.join_all().await;
    assert!(statuses.iter().all(|status| [401, 408].contains(status)), "{statuses:?}");
    let grown = server.resident_bytes().saturating_sub(before);
    assert!(grown < 16 << 20, "{grown} bytes");
}

/// The h2 crate reads no more digits, so such a request does not reach the app.
#[tokio::test]
async fn a_length_of_twenty_digits_resets_its_stream_and_a_shorter_one_is_a_413() {
    let server = MockServer::start().await;
    let stream = TcpStream::connect(address(&server)).await.unwrap();
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    for (length, expected) in [(u64::MAX, None), (u64::MAX / 2, Some(413))] {
        let request = Request::get(server.uri() + LOGS).header("Content-Length", length);
        let body = StreamBody::new(stream::pending::<Result<Frame<Bytes>, Infallible>>());
        let response = sender.send_request(request.body(body).unwrap()).await;
        assert_eq!(response.ok().map(|response| response.status().as_u16()), expected);
    }
}

// Stopping

/// A client that keeps a connection in a pool reads it again only for its next request.
#[test]
fn an_idle_connection_of_a_client_that_answers_no_ping_does_not_delay_the_stop() {
    let server = Server::start(&[]);
    let mut pooled = server.connect();
    pooled.send(preface_and_get());
    while server.get("/__admin/requests/count").json()["count"] == 0 {}
    server.stop();
    let received = pooled.read_to_close().expect("closed in order");
    // A frame without flags, of stream 0, with the last stream and no error.
    let goaway = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0];
    assert!(received.windows(goaway.len()).any(|frame| frame == goaway), "{received:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_in_progress_at_the_signal_is_finished() {
    let server = Server::start(&[]);
    let rule = r#"{"type": "delay", "fixed": "300ms", "times": 1}"#;
    let post = format!("POST /__admin/faults HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{rule}", rule.len());
    let mut control = server.connect();
    control.send(post);
    assert_eq!(control.answer().status, 201);
    let mut speaking = connect(server.address()).await;
    let url = format!("{}{LOGS}", server.url());
    let asked = tokio::spawn(async move { speaking.get(&url).await });
    while server.get("/__admin/requests/count").json()["count"] == 0 {}
    server.signal(Signal::TERM);
    assert_eq!(asked.await.unwrap().ok()["total"], 640);
    assert_eq!(server.end().code, Some(0));
}

#[test]
fn an_idle_connection_does_not_delay_the_stop() {
    let server = Server::start(&[]);
    let mut silent = server.connect();
    silent.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
    server.stop();
}
