//! The response to plain HTTP on a TLS port. The server writes it as bytes, since no request reaches the app.

use std::net::SocketAddr;

use super::problem::Problem;
use super::request_id::RequestId;

/// The whole response, with its head. Logs it.
pub fn response_to_plain_http(peer: SocketAddr) -> Vec<u8> {
    let (id, problem) = (RequestId::new(), Problem::PlainHttp);
    tracing::info!(client = %peer, request = %id, "400 {problem}");
    let body = problem.body(id);
    let length = body.len();
    let head = format!(
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         x-request-id: {id}\r\nconnection: close\r\n\r\n"
    );
    [head.into_bytes(), body].concat()
}
