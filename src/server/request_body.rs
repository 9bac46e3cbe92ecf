//! The body of a request, of which the client can send more than the app reads.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{Version, header};
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::limits::DISCARD_TIMEOUT;

/// Gives a request a body whose rest is received in the background, and discarded, when the app drops it before its end.
///
/// Otherwise hyper closes the connection, or resets the stream of HTTP/2, while the client sends. Many clients then never read
/// the response that told them why.
pub fn discard_unread_body(request: Request<Incoming>) -> Request {
    let is_held_back = request.version() == Version::HTTP_11 && request.headers().contains_key(header::EXPECT);
    // Most have none, and an empty one takes no memory.
    let wrap = |body| Body::new(RequestBody { body: Some(body), is_held_back });
    request.map(|body| if body.is_end_stream() { Body::empty() } else { wrap(body) })
}

/// The body of a request.
#[derive(Debug)]
struct RequestBody {
    /// `None` only when it has been dropped.
    body: Option<Incoming>,
    /// Whether the client sends the body only after a `100 Continue`, which hyper sends when the body is polled.
    is_held_back: bool,
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        self.is_held_back = false;
        self.body.as_mut().map_or(Poll::Ready(None), |body| Pin::new(body).poll_frame(cx))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, Incoming::size_hint)
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        if self.is_held_back || self.is_end_stream() {
            return;
        }
        // A server that stops has no runtime any more.
        if let (Some(mut body), Ok(runtime)) = (self.body.take(), Handle::try_current()) {
            runtime.spawn(timeout(DISCARD_TIMEOUT, async move { while let Some(Ok(_)) = body.frame().await {} }));
        }
    }
}
