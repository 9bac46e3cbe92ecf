//! Statistics of a connection: its requests, and whether it waits for the client or for the server.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use bytes::Buf;
use futures_util::task::AtomicWaker;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Statistics of one connection, shared by its requests, its responses and its stream.
#[derive(Debug)]
pub struct ConnectionStats {
    progress: Mutex<Progress>,
    /// Notified when a fault closes the connection.
    aborted: Notify,
    /// Whether the connection ends with an RST.
    is_reset: AtomicBool,
    /// Whether the stream shall tell hyper that the client sends no more.
    input_ended: AtomicBool,
    /// The task that has read the end of the client's bytes while requests were open.
    reader: AtomicWaker,
}

#[derive(Debug)]
struct Progress {
    has_request: bool,
    /// Requests whose response has not begun, or whose body is not complete.
    open: usize,
    /// Those of them whose response has begun.
    responding: usize,
    /// For each part of a response's body that is being sent, when the client last took a byte of it; `None` is a free place.
    unsent: Vec<Option<Instant>>,
    /// When the connection was opened, or a response ended last.
    idle_since: Instant,
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
        let progress =
            Progress { has_request: false, open: 0, responding: 0, unsent: Vec::new(), idle_since: opened_at };
        Self {
            progress: Mutex::new(progress),
            aborted: Notify::new(),
            is_reset: AtomicBool::new(false),
            input_ended: AtomicBool::new(false),
            reader: AtomicWaker::new(),
        }
    }

    /// What the connection waits for, and since when.
    pub fn waiting(&self) -> (Waiting, Instant) {
        let progress = self.progress.lock();
        // Each part by itself: streams that are read do not excuse one that is not.
        if let Some(since) = progress.unsent.iter().flatten().min() {
            return (Waiting::Reading, *since);
        }
        let waiting = match *progress {
            Progress { open: 1.., .. } => Waiting::Response,
            Progress { has_request: true, .. } => Waiting::NextRequest,
            Progress { has_request: false, .. } => Waiting::FirstRequest,
        };
        (waiting, progress.idle_since)
    }

    /// Whether a request has no complete response.
    pub fn has_open_request(&self) -> bool {
        self.progress.lock().open > 0
    }

    /// Whether a response has begun, and the client has not taken all of it.
    pub fn has_unsent_response(&self) -> bool {
        let progress = self.progress.lock();
        progress.responding > 0 || progress.unsent.iter().any(Option::is_some)
    }

    /// Closes the connection without a further byte.
    pub fn abort(&self) {
        self.aborted.notify_one();
    }

    /// Closes the connection with an RST.
    pub fn reset(&self) {
        self.is_reset.store(true, Ordering::Relaxed);
        self.abort();
    }

    pub fn is_reset(&self) -> bool {
        self.is_reset.load(Ordering::Relaxed)
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
}

/// A request from its head to the end of its response's body.
#[derive(Debug)]
pub struct OpenRequest(Arc<ConnectionStats>);

impl OpenRequest {
    /// Counts a request that has been received.
    pub fn new(stats: Arc<ConnectionStats>) -> Self {
        let mut progress = stats.progress.lock();
        progress.has_request = true;
        progress.open += 1;
        drop(progress);
        Self(stats)
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        let mut progress = self.0.progress.lock();
        progress.idle_since = Instant::now();
        progress.open -= 1;
        drop(progress);
        self.0.reader.wake();
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
        request.0.progress.lock().responding += 1;
        Self { body, request }
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        self.request.0.progress.lock().responding -= 1;
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
    /// Its place in `Progress::unsent`.
    place: usize,
}

impl UnsentBytes {
    fn new(bytes: Bytes, stats: &Arc<ConnectionStats>) -> Self {
        let mut progress = stats.progress.lock();
        let free = progress.unsent.iter().position(Option::is_none);
        let place = free.unwrap_or_else(|| {
            progress.unsent.push(None);
            progress.unsent.len() - 1
        });
        progress.unsent[place] = Some(Instant::now());
        drop(progress);
        Self { bytes, stats: Arc::clone(stats), place }
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
        self.stats.progress.lock().unsent[self.place] = Some(Instant::now());
        self.bytes.advance(count);
    }
}

impl Drop for UnsentBytes {
    fn drop(&mut self) {
        self.stats.progress.lock().unsent[self.place] = None;
        self.stats.reader.wake();
    }
}
