//! How long a client may take over each part of a connection, and how much hyper takes of it.
//!
//! A limit that a request itself is answered for (its length, its body's time) is one of `http`; here are those of
//! connections, which are closed in silence: there is nobody to tell.

use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto;

/// From the connection to its first byte and, over TLS, to the end of the handshake.
pub const OPENING: Duration = Duration::from_secs(30);
/// For a request line and headers, waiting for them included: so also how long a connection may idle.
const HEAD: Duration = Duration::from_secs(30);
/// How long a connection of HTTP/2 may open no stream; those that are open are finished.
pub const IDLE: Duration = Duration::from_secs(60);
/// Between two pings of HTTP/2, and for the answer to one: whoever has gone in silence is found out.
const PING: Duration = Duration::from_secs(20);
/// How long a client may take none of what is sent to it.
pub const UNREAD: Duration = Duration::from_secs(60);
/// How long a client that has asked nothing is listened to once the server is asked to stop.
pub const LAST_CALL: Duration = Duration::from_millis(100);
/// How long a client that has asked nothing is left alone when there is no room for another.
pub const FIRST_WORD: Duration = Duration::from_secs(1);

/// What hyper keeps of a request's head; above the limits that the service itself reports.
const HEAD_BUFFER: usize = 1024 * 1024;
/// The same for HTTP/2, where it is memory of each stream.
const HEADER_LIST: u32 = 256 * 1024;
/// More header fields than this are refused by hyper itself.
const MAX_HEADER_FIELDS: usize = 2000;

/// How hyper speaks with a client, in either version of HTTP.
pub fn protocol() -> auto::Builder<TokioExecutor> {
    let mut protocol = auto::Builder::new(TokioExecutor::new());
    protocol
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BUFFER)
        .max_headers(MAX_HEADER_FIELDS);
    protocol
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .max_header_list_size(HEADER_LIST);
    protocol
}
