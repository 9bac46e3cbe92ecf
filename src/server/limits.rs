//! Limits of a connection: how long a client may take over each part of it, and how much hyper buffers of it.
//!
//! A connection beyond its limit of time is closed without a response: no request is in progress to respond to. The limits
//! of a request, which gets a response, are in `http::size_limits`.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto;

/// From the connection to the head of its first request, with the TLS handshake.
pub const OPENING_TIMEOUT: Duration = Duration::from_secs(30);
/// From the end of a response to the head of the next request. Clients that poll do so every minute or more often.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(75);
/// The header that tells a client of HTTP/1.1 how long it may leave the connection idle.
pub const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
/// The value of [`KEEP_ALIVE`]: less than [`IDLE_TIMEOUT`], so that the client closes an idle connection before
/// the server does. Otherwise it may send a request just as the server closes.
pub const KEEP_ALIVE_HINT: HeaderValue = HeaderValue::from_static("timeout=70");
/// How long a client may read nothing of a response.
pub const UNREAD_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a client that has closed its sending side may wait for a response. One that has closed the connection looks the
/// same, until something is sent to it.
pub const HALF_CLOSED_TIMEOUT: Duration = Duration::from_secs(1);
/// How long the rest of a body is received that the app does not read.
pub const DISCARD_TIMEOUT: Duration = Duration::from_secs(5);
/// Between two pings of HTTP/2, and for the response to one: finds clients that vanished without closing the connection.
const PING_INTERVAL: Duration = Duration::from_secs(20);

/// How long a connection that is to end waits for a request that may be on its way.
pub const ENDING_TIMEOUT: Duration = Duration::from_millis(100);
/// In place of [`OPENING_TIMEOUT`] when there is no file descriptor for another connection.
pub const OPENING_TIMEOUT_WHEN_FULL: Duration = Duration::from_secs(1);
/// In place of [`IDLE_TIMEOUT`] when there is no file descriptor for another connection.
pub const IDLE_TIMEOUT_WHEN_FULL: Duration = Duration::from_secs(10);

/// Buffer of a request's head over HTTP/1, in bytes; above the limits that the app responds to.
const HEAD_BUFFER_BYTES: usize = 128 * 1024;
/// Largest header section over HTTP/2, in bytes; each stream has its own.
const HEADER_LIST_BYTES: u32 = 128 * 1024;
/// Largest number of header fields that hyper parses.
const MAX_HEADER_FIELDS: usize = 2000;
/// How much of a request's body hyper buffers for each stream of HTTP/2, in bytes.
const STREAM_WINDOW_BYTES: u32 = 64 * 1024;

/// hyper's configuration for both versions of HTTP.
pub fn protocol() -> auto::Builder<TokioExecutor> {
    let mut protocol = auto::Builder::new(TokioExecutor::new());
    protocol.http1().header_read_timeout(None).max_buf_size(HEAD_BUFFER_BYTES).max_headers(MAX_HEADER_FIELDS);
    protocol
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_INTERVAL)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .max_header_list_size(HEADER_LIST_BYTES);
    protocol
}
