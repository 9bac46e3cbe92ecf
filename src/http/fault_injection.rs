//! What a fault does to an answer that is already there, or to the connection in its place.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::world::verdict::Arrival;

/// The connection is closed without an answer; carried out by the server, which has the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionFault {
    /// With a TCP RST.
    Reset,
    /// With an orderly end, and not a byte before it.
    Empty,
}

/// What the server tells hyper, which then drops the connection.
impl fmt::Display for ConnectionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("closed by a fault, without an answer")
    }
}

impl std::error::Error for ConnectionFault {}

/// Stands for no answer at all. Whoever calls the router in-process sees it as an extension of an empty 500.
impl IntoResponse for ConnectionFault {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.headers_mut().insert(CONTENT_TYPE, axum::http::HeaderValue::from_static("application/json"));
        response.extensions_mut().insert(self);
        response
    }
}

/// What becomes of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyFault {
    /// Only so many bytes of it arrive, then the connection breaks.
    Truncate { bytes: usize },
    /// Half of it is sent as if it were all.
    Malformed,
    /// It is sent in small parts with pauses.
    Drip { bytes: usize, every: Duration },
}

/// Between the last byte that arrives and the break, so that the bytes are on their way when it comes.
const BEFORE_THE_BREAK: Duration = Duration::from_millis(20);

/// Changes the body of a response that a fault met; leaves every other response alone, and those to `HEAD`, which have
/// none.
pub async fn apply(mut response: Response, head: bool) -> Response {
    match response.extensions_mut().remove::<BodyFault>() {
        // Seldom; in a box, so that not every request carries along what is kept for it.
        Some(change) if !head => Box::pin(changed(response, change)).await,
        _ => response,
    }
}

async fn changed(mut response: Response, change: BodyFault) -> Response {
    let arrival = response.extensions_mut().remove::<Arrival>();
    let (mut parts, body) = response.into_parts();
    // Our own bodies are in memory already: reading one does not fail.
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let length = if change == BodyFault::Malformed { whole.len() / 2 } else { whole.len() };
    parts.headers.insert(CONTENT_LENGTH, length.into());
    let body = match change {
        BodyFault::Malformed => Body::from(whole.slice(..length)),
        BodyFault::Truncate { bytes } if bytes < whole.len() => truncated(whole.slice(..bytes)),
        BodyFault::Truncate { .. } => Body::from(whole),
        BodyFault::Drip { bytes, every } => dripping(whole, bytes, every, arrival),
    };
    Response::from_parts(parts, body)
}

fn truncated(head: Bytes) -> Body {
    Body::from_stream(stream::unfold(Some(head), |head| async {
        if let Some(head) = head
            && !head.is_empty()
        {
            return Some((Ok(head), None));
        }
        tokio::time::sleep(BEFORE_THE_BREAK).await;
        Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), None))
    }))
}

/// Says when the last part was sent.
fn dripping(whole: Bytes, bytes: usize, every: Duration, arrival: Option<Arrival>) -> Body {
    Body::from_stream(stream::unfold((whole, false, arrival), move |(mut rest, pause, arrival)| async move {
        if rest.is_empty() {
            return None;
        }
        if pause {
            tokio::time::sleep(every).await;
        }
        let part = rest.split_to(bytes.clamp(1, rest.len()));
        if let Some(arrival) = arrival.as_ref().filter(|_| rest.is_empty()) {
            arrival.completed();
        }
        Some((Ok::<_, Infallible>(part), (rest, true, arrival)))
    }))
}
