//! A response body in several chunks that are in memory already: sent one after the other, not copied together.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec::IntoIter;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

/// The chunks that are not sent yet.
#[derive(Debug)]
pub struct ChunkedBody(IntoIter<Bytes>);

impl ChunkedBody {
    /// The body of these chunks. One chunk alone is a plain body, which needs no box.
    pub fn from_chunks(chunks: Vec<Bytes>) -> Body {
        match <[Bytes; 1]>::try_from(chunks) {
            Ok([only]) => Body::from(only),
            Err(chunks) => Body::new(Self(chunks.into_iter())),
        }
    }
}

impl HttpBody for ChunkedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.next().map(|chunk| Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.len() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_slice().iter().map(|chunk| chunk.len() as u64).sum())
    }
}
