//! Timeouts of connections and requests. Tokio's time is paused: it advances to the next timer when all tasks wait.

use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::Request;
use cortex_audit_mock::Config;
use cortex_audit_mock::fault::{Delay, Effect, FaultRule};
use cortex_audit_mock::internal::{AppState, http};
use cortex_audit_mock::server;
use cortex_audit_mock::server::Tls;
use cortex_audit_mock::world::{JournalFilter, RequestOutcome};
use futures_util::stream;
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper::body::Frame;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use crate::http2::preface_and_get;
use crate::support::h2_client::{HttpClient, TlsClient};
use crate::support::process::head;

const LOGS: &str = "/api/v1/audit-logs";
const ADMIN: &str = "Authorization: Bearer mock-admin\r\n";
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

fn mock() -> AppState {
    AppState::load(&Config { rate_limit: "off".parse().unwrap(), ..Config::default() }).unwrap()
}

/// Serves in the same runtime, which has the same clock.
async fn serve(mock: AppState, tls: Option<Tls>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = http::app(mock);
    tokio::spawn(server::serve(listener, tls, move |request, peer| app.respond(request, peer), pending()));
    // The paused clock advances to the next timer even while bytes are on their way through the system. So that it does not
    // run ahead of them, it goes in small steps, each of which takes a millisecond.
    tokio::spawn(async {
        loop {
            sleep(Duration::from_millis(250)).await;
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    address
}

/// Connects to a new server.
async fn connected(tls: Option<Tls>) -> TcpStream {
    TcpStream::connect(serve(mock(), tls).await).await.unwrap()
}

/// Reads until the connection is closed; returns what was received, and after how many seconds it was closed.
async fn closed(mut stream: TcpStream, since: Instant) -> (String, u64) {
    let mut received = Vec::new();
    // A reset counts as closed.
    let _ = stream.read_to_end(&mut received).await;
    (String::from_utf8_lossy(&received).into_owned(), since.elapsed().as_secs())
}

/// Sends bytes over a new connection and reads until it is closed, as [`closed`] does.
async fn closed_after(tls: Option<Tls>, sent: &[u8]) -> (String, u64) {
    let mut stream = connected(tls).await;
    let since = Instant::now();
    stream.write_all(sent).await.unwrap();
    closed(stream, since).await
}

#[tokio::test(start_paused = true)]
async fn a_silent_client_is_closed_after_thirty_seconds() {
    for start in ["", "G", "GET /api/v1/audit-logs HTTP/1.1\r\nHost: x\r\nX-Half"] {
        assert_eq!(closed_after(None, start.as_bytes()).await, (String::new(), 30), "{start:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_headers_byte_by_byte_is_closed_after_thirty_seconds() {
    let (mut reading, mut writing) = connected(None).await.into_split();
    let since = Instant::now();
    let dripping = tokio::spawn(async move {
        for byte in head("GET", LOGS, ADMIN).bytes() {
            if writing.write_all(&[byte]).await.is_err() {
                return;
            }
            sleep(Duration::from_secs(2)).await;
        }
    });
    let mut received = Vec::new();
    let _ = reading.read_to_end(&mut received).await;
    assert_eq!((received.len(), since.elapsed().as_secs()), (0, 30));
    dripping.abort();
}

#[tokio::test(start_paused = true)]
async fn an_idle_client_is_closed_after_75_seconds() {
    let stream = connected(None).await;
    let mut speaking = HttpClient::http1(stream).await;
    for _ in 0..3 {
        speaking.get(LOGS).await.ok();
        sleep(Duration::from_secs(70)).await;
    }
    for next in ["", "GET /api/v1/audit-logs HTTP/1.1\r\nHost: x\r\nX-Half"] {
        let (received, seconds) = closed_after(None, (head("GET", LOGS, ADMIN) + next).as_bytes()).await;
        assert!(received.starts_with("HTTP/1.1 200"), "{received}");
        assert_eq!(seconds, 75, "{next}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_finish_its_handshake_is_closed_after_thirty_seconds() {
    let tls = || Some(Tls::self_signed([]).unwrap());
    for start in [&b""[..], b"\x16", b"\x16\x03\x01\x02\0\x01\0"] {
        assert_eq!(closed_after(tls(), start).await, (String::new(), 30), "{start:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_in_time_is_a_408() {
    for unfinished in ["Content-Length: 4\r\n\r\nbod", "Transfer-Encoding: chunked\r\n\r\n4\r\nbo"] {
        let get = format!("GET {LOGS} HTTP/1.1\r\nHost: x\r\n{ADMIN}{unfinished}");
        let post = format!("POST /__admin/faults HTTP/1.1\r\nHost: x\r\n{unfinished}");
        for (request, seconds) in [(get, 5), (post, 30)] {
            let (received, closed) = closed_after(None, request.as_bytes()).await;
            assert!(received.starts_with("HTTP/1.1 408"), "{received}");
            assert!(received.contains(&format!("within {seconds} s")), "{received}");
            // The rest is received for 5 s more.
            assert_eq!(closed, seconds + 5, "{request}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_the_app_does_not_read_is_received_for_five_seconds() {
    for unfinished in ["Content-Length: 4\r\n\r\nbod", "Transfer-Encoding: chunked\r\n\r\n4\r\nbo"] {
        let request = format!("POST / HTTP/1.1\r\nHost: x\r\n{unfinished}");
        let (received, seconds) = closed_after(None, request.as_bytes()).await;
        assert!(received.starts_with("HTTP/1.1 405"), "{received}");
        assert_eq!(seconds, 5, "{unfinished}");
    }
}

/// Sends requests without reading until all buffers between client and server are full, and then until the connection is closed.
/// Returns how many were sent, and after how many seconds it was closed.
async fn closed_unread(mut stream: impl AsyncWrite + Unpin) -> (usize, u64) {
    let since = Instant::now();
    let request = head("GET", &format!("{LOGS}?pageSize=1000"), ADMIN);
    let mut sent = 0;
    while let Ok(Ok(())) = tokio::time::timeout(Duration::from_secs(120), stream.write_all(request.as_bytes())).await {
        sent += 1;
    }
    (sent, since.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_is_closed_after_a_minute() {
    let (sent, seconds) = closed_unread(connected(None).await).await;
    assert!(sent > 100);
    assert_eq!(seconds, 60);
    let tls = Tls::self_signed([]).unwrap();
    let client = TlsClient::new(tls.certificate());
    let address = serve(mock(), Some(tls)).await.to_string();
    let (sent, seconds) = closed_unread(client.connect(&address, "localhost").await.unwrap()).await;
    assert!(sent > 100);
    assert!((60..66).contains(&seconds), "{seconds}");
}

/// A client that closes the connection closes its sending side first.
#[tokio::test(start_paused = true)]
async fn a_client_that_closes_its_sending_side_waits_a_second_for_a_response() {
    let mock = mock();
    let address = serve(mock.clone(), None).await;
    for (delay, response) in [(900, "HTTP/1.1 200"), (1100, "")] {
        let delay = Effect::Delay(Delay::Fixed(Duration::from_millis(delay)));
        mock.world().faults().add(FaultRule { times: Some(1), ..delay.into() });
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(head("GET", LOGS, ADMIN).as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let (received, _) = closed(stream, Instant::now()).await;
        assert_eq!(received.get(..response.len()), Some(response));
        assert_eq!(received.is_empty(), response.is_empty());
    }
    let outcomes = mock.world().journal().list(&JournalFilter::default());
    let outcomes: Vec<_> = outcomes.iter().map(|record| record.outcome).collect();
    assert_eq!(outcomes, [RequestOutcome::ClientDisconnected, RequestOutcome::Status(200)]);
}

/// The large ones together take 56 MiB of memory, which the first two hold for 30 s.
#[tokio::test(start_paused = true)]
async fn a_large_body_waits_ten_seconds_for_memory_and_a_small_one_does_not() {
    let address = serve(mock(), None).await;
    let since = Instant::now();
    let (rule, large) = (r#"{"type": "empty", "times": 1}"#, "x".repeat(200_000));
    let length = |length: usize| format!("Content-Length: {length}\r\n");
    let [announced, chunked] = [length(rule.len()), "Transfer-Encoding: chunked\r\n".to_owned()];
    let mut clients = Vec::new();
    for (path, headers, body, status, seconds) in [
        ("faults", length(32 << 20), String::new(), 408, 30),
        ("audit-logs", length(24 << 20), large.clone(), 408, 30),
        ("faults", length(large.len()), String::new(), 503, 10),
        ("audit-logs", chunked.clone(), format!("{:x}\r\n{large}\r\n", large.len()), 503, 10),
        ("verdict/delivered", chunked.clone(), String::new(), 503, 10),
        ("verdict/delivered", length(2) + "Connection: close\r\n", "[]".to_owned(), 200, 0),
        ("faults", announced + "Connection: close\r\n", rule.to_owned(), 201, 0),
        ("faults", chunked + "Connection: close\r\n", format!("{:x}\r\n{rule}\r\n0\r\n\r\n", rule.len()), 201, 0),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = head("POST", &format!("/__admin/{path}"), &headers) + &body;
        stream.write_all(request.as_bytes()).await.unwrap();
        // So that they come in this order.
        sleep(Duration::from_millis(10)).await;
        clients.push((tokio::spawn(closed(stream, since)), status, seconds));
    }
    for (client, status, expected) in clients {
        let (received, seconds) = client.await.unwrap();
        assert!(received.starts_with(&format!("HTTP/1.1 {status}")), "{received}");
        assert!(status != 503 || received.contains("64 MB, the limit of all together"), "{received}");
        // The rest of a body that is refused is received for 5 s.
        assert!(seconds == expected || seconds == expected + 5, "{status}: {seconds}");
    }
}

/// What they announce would be twice what small bodies have.
#[tokio::test(start_paused = true)]
async fn idle_small_bodies_do_not_take_the_memory_of_others() {
    let address = serve(mock(), None).await;
    let since = Instant::now();
    let mut idle = Vec::new();
    for headers in ["Transfer-Encoding: chunked\r\n", "Content-Length: 131072\r\n"] {
        for _ in 0..64 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all((head("POST", "/__admin/faults", headers) + "1\r\n{\r\n").as_bytes()).await.unwrap();
            idle.push(stream);
        }
    }
    sleep(Duration::from_secs(1)).await;
    let rule = format!("{{\"type\": \"empty\", \"times\": 1}}{}", " ".repeat(100_000));
    let mut stream = TcpStream::connect(address).await.unwrap();
    let headers = "Transfer-Encoding: chunked\r\nConnection: close\r\n";
    let request = head("POST", "/__admin/faults", headers) + &format!("{:x}\r\n{rule}\r\n0\r\n\r\n", rule.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    let (received, seconds) = closed(stream, since).await;
    assert!(received.starts_with("HTTP/1.1 201") && seconds < 5, "{seconds}: {received}");
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_announces_more_than_its_limit_is_refused_at_once() {
    let address = serve(mock(), None).await;
    for length in ["1073741825", "18446744073709551613"] {
        let since = Instant::now();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = head("POST", "/__admin/verdict/delivered", &format!("Content-Length: {length}\r\n"));
        stream.write_all(request.as_bytes()).await.unwrap();
        let (received, seconds) = closed(stream, since).await;
        assert!(received.starts_with("HTTP/1.1 413") && seconds <= 5, "{length}, {seconds}: {received}");
    }
}

// HTTP/2

#[tokio::test(start_paused = true)]
async fn an_http_2_client_that_answers_no_ping_is_closed() {
    let (_, seconds) = closed_after(None, &preface_and_get()).await;
    assert_eq!(seconds, 40);
}

#[tokio::test(start_paused = true)]
async fn an_http_2_client_without_a_request_is_closed_after_thirty_seconds() {
    let (_, seconds) = closed_after(None, PREFACE).await;
    assert_eq!(seconds, 30);
}

/// It answers pings, as any client library does.
#[tokio::test(start_paused = true)]
async fn an_http_2_client_that_leaves_no_room_in_the_window_is_closed_after_a_minute() {
    for window in [0, 1000] {
        let stream = connected(None).await;
        let url = format!("http://{}{LOGS}", stream.peer_addr().unwrap());
        let mut client = http2::Builder::new(TokioExecutor::new());
        client.timer(TokioTimer::new()).initial_stream_window_size(window);
        let (mut sender, connection) = client.handshake::<_, Empty<Bytes>>(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let since = Instant::now();
        let request = Request::get(url).header("Authorization", "Bearer mock-admin").body(Empty::new()).unwrap();
        let response = sender.send_request(request).await.unwrap();
        assert_eq!(response.status(), 200);
        while !sender.is_closed() {
            sleep(Duration::from_secs(1)).await;
        }
        assert!((60..62).contains(&since.elapsed().as_secs()), "{:?}", since.elapsed());
        // Not read until now.
        drop(response);
    }
}

#[tokio::test(start_paused = true)]
async fn streams_that_are_read_do_not_excuse_one_that_is_not() {
    let stream = connected(None).await;
    let server = format!("http://{}", stream.peer_addr().unwrap());
    let mut client = http2::Builder::new(TokioExecutor::new());
    client.timer(TokioTimer::new()).initial_stream_window_size(1000);
    let (mut sender, connection) = client.handshake::<_, Empty<Bytes>>(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut get = async |path: &str| {
        let request = Request::get(format!("{server}{path}")).header("Authorization", "Bearer mock-admin");
        sender.send_request(request.body(Empty::new()).unwrap()).await
    };
    let since = Instant::now();
    let mut unread = Vec::new();
    while let Ok(response) = get(LOGS).await {
        unread.push(response);
        let Ok(small) = get("/__admin/health").await else { break };
        small.into_body().collect().await.unwrap();
        sleep(Duration::from_secs(5)).await;
    }
    assert!((60..66).contains(&since.elapsed().as_secs()), "{:?}", since.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_the_app_does_not_read_is_received_over_http_2_for_five_seconds() {
    let stream = connected(None).await;
    let url = format!("http://{}/", stream.peer_addr().unwrap());
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let since = Instant::now();
    let (guard, dropped) = oneshot::channel::<Infallible>();
    let never = stream::once(async move {
        let _guard = guard;
        pending::<Result<Frame<Bytes>, Infallible>>().await
    });
    let request = Request::post(url).body(StreamBody::new(Box::pin(never))).unwrap();
    assert_eq!(sender.send_request(request).await.unwrap().status(), 405);
    dropped.await.unwrap_err();
    assert_eq!(since.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn an_idle_http_2_client_gets_a_goaway_after_75_seconds() {
    let stream = connected(None).await;
    let address = stream.peer_addr().unwrap();
    let mut speaking = HttpClient::http2(stream).await;
    let url = format!("http://{address}{LOGS}");
    for _ in 0..5 {
        speaking.get(&url).await.ok();
        sleep(Duration::from_secs(70)).await;
    }
    speaking.get(&url).await.ok();
    let since = Instant::now();
    let HttpClient::Http2(sender) = &speaking else { unreachable!() };
    while !sender.is_closed() {
        sleep(Duration::from_secs(1)).await;
    }
    let seconds = since.elapsed().as_secs();
    assert!((75..77).contains(&seconds), "{seconds}");
}
