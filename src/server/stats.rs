//! Statistics of a connection: its requests, and whether it waits for the client or for the server.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use bytes::Buf;
use futures_util::task::AtomicWaker;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::Notify;
use tokio::time::Instant;

/// Statistics of one connection, shared by its requests, its responses and its stream.
#[derive(Debug)]
pub struct ConnectionStats {
    opened_at: Instant,
    requests: AtomicU64,
    /// Requests without a response.
    unanswered: AtomicUsize,
    /// Requests without a response, and responses whose body is not complete.
    open: AtomicUsize,
    /// Parts of response bodies that the client has not taken.
    unsent: AtomicUsize,
    /// Milliseconds from `opened_at` to the last end of a response, or byte of a body that the client took.
    last_progress: AtomicU64,
    /// Notified when a fault closes the connection.
    aborted: Notify,
    /// Whether the stream shall tell hyper that the client sends no more.
    input_ended: AtomicBool,
    /// The task that has read the end of the client's bytes while requests were open.
    reader: AtomicWaker,
}

/// What a connection waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    FirstRequest,
    NextRequest,
    /// For the client to read a response.
    Reading,
    /// For the server to respond.
    Response,
}

impl ConnectionStats {
    pub fn new(opened_at: Instant) -> Self {
        Self {
            opened_at,
            requests: AtomicU64::new(0),
            unanswered: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            unsent: AtomicUsize::new(0),
            last_progress: AtomicU64::new(0),
            aborted: Notify::new(),
            input_ended: AtomicBool::new(false),
            reader: AtomicWaker::new(),
        }
    }

    /// The number of requests received.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// What the connection waits for, and since when.
    pub fn waiting(&self) -> (Waiting, Instant) {
        let waiting = if self.unsent.load(Ordering::Relaxed) > 0 {
            Waiting::Reading
        } else if self.open.load(Ordering::Relaxed) > 0 {
            Waiting::Response
        } else if self.requests() > 0 {
            Waiting::NextRequest
        } else {
            Waiting::FirstRequest
        };
        (waiting, self.opened_at + Duration::from_millis(self.last_progress.load(Ordering::Relaxed)))
    }

    /// Whether responses are to be sent to a client that sends no more; `in_time` is whether it may wait for one.
    pub fn has_open_responses(&self, in_time: bool) -> bool {
        let [open, unanswered] = [&self.open, &self.unanswered].map(|count| count.load(Ordering::Relaxed));
        open > if in_time { 0 } else { unanswered } || self.unsent.load(Ordering::Relaxed) > 0
    }

    /// Closes the connection without a further byte.
    pub fn abort(&self) {
        self.aborted.notify_one();
    }

    /// Completes when the connection is to be closed without a further byte.
    pub async fn aborted(&self) {
        self.aborted.notified().await;
    }

    /// Lets hyper read the end of the client's bytes, which makes it end the connection in order.
    pub fn end_input(&self) {
        self.input_ended.store(true, Ordering::Relaxed);
    }

    pub fn is_input_ended(&self) -> bool {
        self.input_ended.load(Ordering::Relaxed)
    }

    /// Wakes this task when there may be no open response any more.
    pub fn register_reader(&self, cx: &Context<'_>) {
        self.reader.register(cx.waker());
    }

    fn record_progress(&self) {
        let elapsed = u64::try_from(self.opened_at.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_progress.store(elapsed, Ordering::Relaxed);
    }
}

/// A request from its head to the end of its response's body.
#[derive(Debug)]
pub struct OpenRequest(Arc<ConnectionStats>);

impl OpenRequest {
    /// Counts a request that has been received.
    pub fn new(stats: &Arc<ConnectionStats>) -> (Self, UnansweredRequest) {
        stats.requests.fetch_add(1, Ordering::Relaxed);
        stats.open.fetch_add(1, Ordering::Relaxed);
        stats.unanswered.fetch_add(1, Ordering::Relaxed);
        (Self(Arc::clone(stats)), UnansweredRequest(Arc::clone(stats)))
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        self.0.record_progress();
        self.0.open.fetch_sub(1, Ordering::Relaxed);
        self.0.reader.wake();
    }
}

/// A request from its head to the head of its response.
#[derive(Debug)]
pub struct UnansweredRequest(Arc<ConnectionStats>);

impl Drop for UnansweredRequest {
    fn drop(&mut self) {
        self.0.unanswered.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The body of a response, which counts as open until it is complete.
#[derive(Debug)]
pub struct ResponseBody {
    body: Body,
    request: OpenRequest,
}

impl ResponseBody {
    pub fn new(body: Body, request: OpenRequest) -> Self {
        Self { body, request }
    }
}

impl HttpBody for ResponseBody {
    type Data = UnsentBytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<UnsentBytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        frame.map_ok(|frame| frame.map_data(|bytes| UnsentBytes::new(bytes, &self.request.0)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A part of a response's body, which hyper drops when all of it is written to the client. Over HTTP/2 that is the only sign
/// that the client reads: the connection is writable even if the client leaves no room in the window of a stream.
#[derive(Debug)]
pub struct UnsentBytes {
    bytes: Bytes,
    stats: Arc<ConnectionStats>,
}

impl UnsentBytes {
    fn new(bytes: Bytes, stats: &Arc<ConnectionStats>) -> Self {
        stats.record_progress();
        stats.unsent.fetch_add(1, Ordering::Relaxed);
        Self { bytes, stats: Arc::clone(stats) }
    }
}

impl Buf for UnsentBytes {
    fn remaining(&self) -> usize {
        self.bytes.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.bytes.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.stats.record_progress();
        self.bytes.advance(count);
    }
}

impl Drop for UnsentBytes {
    fn drop(&mut self) {
        self.stats.unsent.fetch_sub(1, Ordering::Relaxed);
        self.stats.reader.wake();
    }
}
