//! A body in several pieces that were there before: sent one behind the other, without being copied together.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::vec::IntoIter;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

/// What of them is still to be sent.
#[derive(Debug)]
pub struct ChunkedBody(IntoIter<Bytes>);

impl ChunkedBody {
    /// A body of these.
    pub fn from_chunks(mut pieces: Vec<Bytes>) -> Body {
        match pieces.pop() {
            None => Body::empty(),
            Some(only) if pieces.is_empty() => Body::from(only),
            Some(last) => {
                pieces.push(last);
                Body::new(Self(pieces.into_iter()))
            }
        }
    }
}

impl HttpBody for ChunkedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.next().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.len() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_slice().iter().map(|piece| piece.len() as u64).sum())
    }
}
