//! How large a request may be, told in the API's own words before any handler sees it.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

/// Longest path and query in bytes; the next power of two above what gateways commonly take.
const MAX_URI: usize = 16 * 1024;
/// Longest header section in bytes, names and values.
const MAX_HEADERS: usize = 32 * 1024;
/// Longest request body in bytes (REQ-BODY).
const MAX_BODY: usize = 2 * 1024 * 1024;

/// Refuses what is too large: 414, 431 or 413.
pub async fn guard(request: Request, next: Next) -> Response {
    let uri = request.uri().path_and_query().map_or(0, |uri| uri.as_str().len());
    if uri > MAX_URI {
        return Problem::UriTooLong { most: MAX_URI }.into_response();
    }
    if size_of(request.headers()) > MAX_HEADERS {
        return Problem::HeadersTooLarge { most: MAX_HEADERS }.into_response();
    }
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_BODY as u64) {
        return Problem::BodyTooLarge { most: MAX_BODY }.into_response();
    }
    let (parts, body) = request.into_parts();
    // A body without an announced length is measured by reading it.
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return Problem::BodyTooLarge { most: MAX_BODY }.into_response();
    };
    next.run(Request::from_parts(parts, Body::from(body))).await
}

fn size_of(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}
