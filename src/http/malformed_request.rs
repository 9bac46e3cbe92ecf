//! Responses to bytes that are no request: the server writes them itself, since no request reaches the app.

use std::net::SocketAddr;

use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};

use super::problem::Problem;
use super::request_id::RequestId;
use super::size_limits;

/// Headers and body for a request that hyper refuses with this status. Logs it.
pub fn refusal(status: u16, peer: SocketAddr) -> (HeaderMap, Vec<u8>) {
    let problem = match status {
        414 => size_limits::URI_TOO_LONG,
        431 => size_limits::HEADERS_TOO_LARGE,
        _ => Problem::Unreadable,
    };
    respond(&problem, peer)
}

/// Headers and body for plain HTTP on a TLS port. Logs it.
pub fn clear_text_refusal(peer: SocketAddr) -> (HeaderMap, Vec<u8>) {
    respond(&Problem::InClearText, peer)
}

fn respond(problem: &Problem, peer: SocketAddr) -> (HeaderMap, Vec<u8>) {
    let id = RequestId::new();
    tracing::info!(client = %peer, request = %id, "{} {problem}", problem.status().as_u16());
    let body = problem.body(id);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, problem.content_type());
    headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    id.add_header(&mut headers);
    (headers, body)
}
