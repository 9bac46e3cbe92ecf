//! How large a request may be, told in the API's own words before any handler sees it.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use http_body_util::LengthLimitError;
use tokio::time::timeout;

use super::problem::Problem;

/// Longest path and query in bytes; the next power of two above what gateways commonly take.
const MAX_URI: usize = 16 * 1024;
/// Longest header section in bytes, names and values.
const MAX_HEADERS: usize = 32 * 1024;
/// Most header fields.
const MAX_HEADER_FIELDS: usize = 100;
/// How long a client may take to send its body.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest request body in bytes (REQ-BODY).
const MAX_BODY: usize = 2 * 1024 * 1024;

/// What is said of a path and query beyond [`MAX_URI`].
pub const URI_TOO_LONG: Problem = Problem::UriTooLong { most: MAX_URI };
/// What is said of headers beyond [`MAX_HEADERS`] or [`MAX_HEADER_FIELDS`].
pub const HEADERS_TOO_LARGE: Problem = Problem::HeadersTooLarge { bytes: MAX_HEADERS, fields: MAX_HEADER_FIELDS };

/// Lets a request through whose body has arrived whole, and refuses what is too large: 414, 431 or 413.
pub async fn guard(request: &mut Request) -> Result<(), Problem> {
    let uri = request.uri().path_and_query().map_or(0, |uri| uri.as_str().len());
    if uri > MAX_URI {
        return Err(URI_TOO_LONG);
    }
    let headers = request.headers();
    if headers.len() > MAX_HEADER_FIELDS || size_of(headers) > MAX_HEADERS {
        return Err(HEADERS_TOO_LARGE);
    }
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(Problem::BodyTooLarge { most: MAX_BODY });
    }
    if request.body().is_end_stream() {
        return Ok(());
    }
    // Seldom; in a box, so that not every request carries along what is kept for it. One without an announced length is
    // measured by reading it.
    let body = std::mem::take(request.body_mut());
    *request.body_mut() = Body::from(Box::pin(read(body, MAX_BODY, BODY_TIMEOUT)).await?);
    Ok(())
}

/// A body of at most so many bytes that arrives within this time; or 413, 400 when it breaks off, 408.
pub async fn read(body: Body, most: usize, patience: Duration) -> Result<Bytes, Problem> {
    match timeout(patience, to_bytes(body, most)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) if is_too_long(&error) => Err(Problem::BodyTooLarge { most }),
        Ok(Err(_)) => Err(Problem::BrokenBody),
        Err(_) => Err(Problem::SlowBody { seconds: patience.as_secs() }),
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn size_of(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}
