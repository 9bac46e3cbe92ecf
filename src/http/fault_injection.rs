//! Fault injection: carries out the effect of a fault rule or a scenario on one request.
//!
//! [`FaultInjection::apply`] stands around the handler. It waits for a delay, answers in place of the handler with a status
//! or a [`ConnectionFault`], or attaches a [`BodyFault`] to the handler's response. The outermost middleware carries out a
//! `BodyFault` with [`apply_body_fault`], because it is where the body of an error response is made. `server` carries out a
//! `ConnectionFault`, because it has the connection.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::problem::{ForcedResponse, Problem};
use crate::fault::Effect;
use crate::world::verdict::Delivery;

/// What the fault rules and the scenario inject into one request: a delay, an effect, both, or nothing.
pub struct FaultInjection {
    /// The sum of all delays.
    delay: Duration,
    /// The effect that is no delay, and its cause, such as `fault 3`.
    effect: Option<(Effect, String)>,
    path: Cow<'static, str>,
}

impl FaultInjection {
    pub fn new(delay: Duration, effect: Option<(Effect, String)>, path: Cow<'static, str>) -> Self {
        Self { delay, effect, path }
    }

    /// The response of `next` with the fault, or the fault's response in place of it.
    pub async fn apply<F: Future<Output = Response>>(self, next: impl FnOnce() -> F) -> Response {
        if self.delay > Duration::ZERO {
            Box::pin(tokio::time::sleep(self.delay)).await;
        }
        match self.effect {
            None => next().await,
            // Rare: boxed to keep the common future small.
            Some((effect, cause)) => Box::pin(inject(effect, cause, self.path, next)).await,
        }
    }
}

async fn inject<F: Future<Output = Response>>(
    effect: Effect,
    cause: String,
    path: Cow<'static, str>,
    next: impl FnOnce() -> F,
) -> Response {
    match effect {
        // Not reached: delays are in `FaultInjection::delay`, where those of several rules add up.
        Effect::Delay(_) => next().await,
        Effect::Status { status, retry_after, retry_after_date, message, body } => {
            let instance = path.into_owned();
            let forced = ForcedResponse { status, retry_after, retry_after_date, message, body, by: cause, instance };
            Problem::Forced(Box::new(forced)).into_response()
        }
        Effect::Reset => ConnectionFault::Reset.into_response(),
        Effect::Empty => ConnectionFault::Empty.into_response(),
        Effect::Truncate { bytes } => BodyFault::Truncate { bytes }.attach_to(next().await),
        Effect::Malformed => BodyFault::FirstHalf.attach_to(next().await),
        Effect::Drip { bytes, every } => {
            BodyFault::Drip { bytes, every, delivery: Delivery::default() }.attach_to(next().await)
        }
    }
}

/// A connection that is closed without a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionFault {
    /// Closed with a TCP RST.
    Reset,
    /// Closed in an orderly way, before any byte of a response.
    Empty,
}

/// The error that the server returns to hyper, which then drops the connection.
impl fmt::Display for ConnectionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("closed by a fault, without an answer")
    }
}

impl std::error::Error for ConnectionFault {}

/// An empty 500 with the fault as an extension. The server closes the connection in place of sending it; only a caller
/// in-process receives the 500.
impl IntoResponse for ConnectionFault {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.extensions_mut().insert(self);
        response
    }
}

/// A change of the bytes of a response's body, or of how they are sent. The fault is attached to the response as an
/// extension until [`apply_body_fault`] carries it out, which then sets `Content-Length`. A response to `HEAD` has no body,
/// and stays as it is.
#[derive(Debug, Clone)]
pub enum BodyFault {
    /// The connection, over HTTP/2 the stream, is closed after this many bytes. A shorter body is sent whole.
    Truncate { bytes: usize },
    /// The first half is sent as if it were all.
    FirstHalf,
    /// Sent in parts with a pause between them. `delivery` is completed with the last part.
    Drip { bytes: usize, every: Duration, delivery: Delivery },
}

impl BodyFault {
    fn attach_to(self, mut response: Response) -> Response {
        response.extensions_mut().insert(self);
        response
    }

    /// Whether the client receives all of a body of this length; `None` is an unknown length.
    pub fn delivers_whole(&self, length: Option<u64>) -> bool {
        match self {
            Self::Drip { .. } => true,
            Self::Truncate { bytes } => length.is_some_and(|length| length <= *bytes as u64),
            Self::FirstHalf => false,
        }
    }
}

/// Changes the body of a response to which a [`BodyFault`] is attached.
pub async fn apply_body_fault(mut response: Response) -> Response {
    match response.extensions_mut().remove::<BodyFault>() {
        None => response,
        // Rare: boxed to keep the common future small.
        Some(fault) => Box::pin(with_fault(response, fault)).await,
    }
}

async fn with_fault(response: Response, fault: BodyFault) -> Response {
    let (mut parts, body) = response.into_parts();
    // Cannot fail: bodies of this server are in memory.
    let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let mut announced = whole.len();
    let body = match fault {
        BodyFault::FirstHalf => {
            announced = whole.len() / 2;
            Body::from(whole.slice(..announced))
        }
        BodyFault::Truncate { bytes } if bytes < whole.len() => truncated(whole.slice(..bytes)),
        BodyFault::Truncate { .. } => Body::from(whole),
        BodyFault::Drip { bytes, every, delivery } => dripping(whole, bytes, every, delivery),
    };
    parts.headers.insert(CONTENT_LENGTH, announced.into());
    Response::from_parts(parts, body)
}

/// A body that breaks off with an error after these bytes.
fn truncated(bytes: Bytes) -> Body {
    /// Time for the bytes to leave the machine. At the error that follows, hyper drops the connection, and with it what it
    /// has not written yet.
    const DELAY_BEFORE_ERROR: Duration = Duration::from_millis(20);

    Body::from_stream(stream::unfold(Some(bytes), |bytes| async {
        if let Some(bytes) = bytes
            && !bytes.is_empty()
        {
            return Some((Ok(bytes), None));
        }
        tokio::time::sleep(DELAY_BEFORE_ERROR).await;
        Some((Err(io::Error::from(io::ErrorKind::ConnectionAborted)), None))
    }))
}

/// A body in parts of this many bytes with a pause between them.
fn dripping(whole: Bytes, bytes: usize, every: Duration, delivery: Delivery) -> Body {
    Body::from_stream(stream::unfold((whole, false, delivery), move |(mut rest, pause, delivery)| async move {
        if rest.is_empty() {
            return None;
        }
        if pause {
            tokio::time::sleep(every).await;
        }
        let part = rest.split_to(bytes.clamp(1, rest.len()));
        if rest.is_empty() {
            delivery.completed();
        }
        Some((Ok::<_, Infallible>(part), (rest, true, delivery)))
    }))
}
