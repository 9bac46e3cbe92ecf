//! Size limits of a request to the API, enforced before its handler runs: 414, 431, 413; 408 for a body that takes too
//! long, and 400 for one that breaks off. Extractors of the control plane read their bodies with [`read_body`].

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use http_body_util::LengthLimitError;
use tokio::time::timeout;

use super::problem::Problem;

/// Longest path and query, in bytes: the next power of two above the usual limit of gateways.
pub const MAX_URI_BYTES: usize = 16 * 1024;
/// Largest header section, names and values, in bytes.
const MAX_HEADER_BYTES: usize = 32 * 1024;
/// Largest number of header fields.
const MAX_HEADER_FIELDS: usize = 100;
/// Largest request body, in bytes (REQ-BODY).
const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;
/// How long a client may take to send a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// The problem of a path and query beyond [`MAX_URI_BYTES`].
const URI_TOO_LONG: Problem = Problem::UriTooLong { max: MAX_URI_BYTES };
/// The problem of headers beyond [`MAX_HEADER_BYTES`] or [`MAX_HEADER_FIELDS`].
const HEADERS_TOO_LARGE: Problem = Problem::HeadersTooLarge { bytes: MAX_HEADER_BYTES, fields: MAX_HEADER_FIELDS };

/// Checks a request against the limits, and receives its whole body.
pub async fn check(request: &mut Request) -> Result<(), Problem> {
    let uri = request.uri().path_and_query().map_or(0, |uri| uri.as_str().len());
    if uri > MAX_URI_BYTES {
        return Err(URI_TOO_LONG);
    }
    let headers = request.headers();
    if headers.len() > MAX_HEADER_FIELDS || size_of(headers) > MAX_HEADER_BYTES {
        return Err(HEADERS_TOO_LARGE);
    }
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_BODY_BYTES as u64) {
        return Err(Problem::BodyTooLarge { max: MAX_BODY_BYTES });
    }
    if request.body().is_end_stream() {
        return Ok(());
    }
    // A body without an announced length is measured by receiving it. Rare: boxed to keep the common future small.
    let body = std::mem::take(request.body_mut());
    *request.body_mut() = Body::from(Box::pin(read_body(body, MAX_BODY_BYTES, BODY_TIMEOUT)).await?);
    Ok(())
}

/// Receives a body of at most `max` bytes within `deadline`: else 413, 408, or 400 when it breaks off.
pub async fn read_body(body: Body, max: usize, deadline: Duration) -> Result<Bytes, Problem> {
    match timeout(deadline, to_bytes(body, max)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) if is_too_long(&error) => Err(Problem::BodyTooLarge { max }),
        Ok(Err(_)) => Err(Problem::BrokenBody),
        Err(_) => Err(Problem::SlowBody { seconds: deadline.as_secs() }),
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
