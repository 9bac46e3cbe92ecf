//! Bodies that the app does not read to their end: the client sends them, and reads the response all the same.

use std::convert::Infallible;
use std::fs;
use std::process::Command;

use axum::body::Bytes;
use axum::http::Request;
use futures_util::{StreamExt, stream};
use http_body_util::StreamBody;
use hyper::body::Frame;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::support::external_tools;
use crate::support::h2_client::TlsClient;
use crate::support::process::{Server, head};

const MB: usize = 1 << 20;

/// Requests that are answered before all of their body is read: method, path, length of the body, status.
const UNREAD: [(&str, &str, usize, u16); 6] = [
    ("GET", "/api/v1/audit-logs", 3 * MB, 413),
    ("POST", "/nothing", 3 * MB, 413),
    ("POST", "/", 3 * MB, 405),
    ("POST", "/__admin/nothing", 3 * MB, 404),
    ("POST", "/__admin/verdict/delivered", 3 * MB, 400),
    ("POST", "/__admin/faults", 33 * MB, 413),
];

/// As many libraries do, such as Python's.
#[test]
fn a_client_that_reads_only_after_its_whole_body_is_sent_gets_the_response() {
    let server = Server::start(&[]);
    for (method, path, length, status) in UNREAD {
        let body = vec![b'x'; length];
        let mut connection = server.connect();
        connection.send(head(method, path, &format!("Content-Length: {length}\r\n")));
        connection.send(&body);
        connection.answer().details(status);
        connection.send(head(method, path, "Transfer-Encoding: chunked\r\n"));
        connection.send(format!("{length:x}\r\n"));
        connection.send(&body);
        connection.send("\r\n0\r\n\r\n");
        connection.answer().details(status);
        connection.get_as("mock-admin", "/__admin/health").ok();
    }
    let tls = Server::start(&["--tls-self-signed"]);
    let mut connection = tls.connect();
    connection.send(head("POST", "/", &format!("Content-Length: {}\r\n", 3 * MB)));
    connection.send(vec![b'x'; 3 * MB]);
    assert!(connection.answer().details(400).contains("TLS only"));
}

/// Sends these requests over HTTP/2, each with a body that must not be cut off.
async fn are_answered_over_http_2(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, url: &str) {
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    for (method, path, length, status) in UNREAD {
        let (sent_all, all_is_sent) = oneshot::channel();
        let parts = stream::iter(vec![Bytes::from(vec![b'x'; MB]); length / MB]);
        let end = stream::once(async move {
            sent_all.send(()).unwrap();
            Bytes::new()
        });
        let body = parts.chain(end).map(|part| Ok::<_, Infallible>(Frame::data(part)));
        let request = Request::builder().method(method).uri(format!("{url}{path}"));
        let response = sender.send_request(request.body(StreamBody::new(Box::pin(body))).unwrap()).await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        all_is_sent.await.unwrap_or_else(|_| panic!("the stream of {path} was reset"));
    }
}

#[tokio::test]
async fn a_stream_is_not_reset_while_the_client_sends() {
    let server = Server::start(&[]);
    let stream = TcpStream::connect(server.address()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    are_answered_over_http_2(stream, server.url()).await;
}

#[tokio::test]
async fn a_stream_over_tls_is_not_reset_while_the_client_sends() {
    let folder = tempfile::tempdir().unwrap();
    let pem = folder.path().join("certificate.pem");
    let server = Server::start(&["--tls-self-signed", "--tls-write-cert", pem.to_str().unwrap()]);
    let mut trusting = TlsClient::new(&fs::read_to_string(&pem).unwrap());
    trusting.alpn = &["h2"];
    let stream = trusting.connect(server.address(), "localhost").await.unwrap();
    stream.get_ref().0.set_nodelay(true).unwrap();
    are_answered_over_http_2(stream, server.url()).await;
}

#[test]
fn other_clients_get_the_response() {
    let folder = tempfile::tempdir().unwrap();
    let body = folder.path().join("body");
    let body = body.to_str().unwrap();
    let [plain, tls] = [&[][..], &["--tls-self-signed"]].map(Server::start);
    fs::write(body, vec![b'x'; 3 * MB]).unwrap();
    let data = format!("@{body}");
    let curl = ["-sSk", "-o", "-", "-H", "Expect:", "--data-binary", &data];
    let python = format!(
        "import http.client\n\
         connection = http.client.HTTPConnection({:?})\n\
         connection.request('POST', '/', b'x' * {})\n\
         print(connection.getresponse().read().decode())",
        plain.address(),
        3 * MB
    );
    for (program, args) in [
        ("curl", [&["--http1.1", plain.url()], &curl[..]].concat()),
        ("curl", [&["--http2-prior-knowledge", plain.url()], &curl[..]].concat()),
        ("curl", [&["--http1.1", tls.url()], &curl[..]].concat()),
        ("curl", [&["--http2", tls.url()], &curl[..]].concat()),
        ("python3", vec!["-c", &python]),
    ] {
        let output = Command::new(program).args(&args).output().map_err(|error| format!("{program}: {error}"));
        let Some(output) = external_tools::require(program, &output) else { continue };
        let [answer, error] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
        assert!(answer.contains("does not accept POST"), "{program} {args:?}: {error}{answer}");
    }
}

/// The client sends its body only after `100 Continue`.
#[test]
fn a_client_that_waits_for_a_100_gets_the_error_instead() {
    let server = Server::start(&[]);
    for (method, path, length, status) in UNREAD.into_iter().filter(|unread| unread.3 != 400) {
        let mut connection = server.connect();
        connection.send(head(method, path, &format!("Content-Length: {length}\r\nExpect: 100-continue\r\n")));
        connection.answer().details(status);
        assert_eq!(connection.read_to_close().as_deref(), Some(&b""[..]), "then the connection is closed");
    }
}
