//! The stream that hyper uses: TCP, or TLS over it.

use std::fmt;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, ready};

use memchr::memmem;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};
use tokio_rustls::server::TlsStream;

use super::limits::{HALF_CLOSED_TIMEOUT, UNREAD_TIMEOUT};
use super::stats::ConnectionStats;

/// TCP, or TLS over it.
pub trait Transport: AsyncRead + AsyncWrite + Send + Unpin {
    fn tcp(&self) -> &TcpStream;
}

impl Transport for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Transport for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// The stream that hyper uses. It decides when hyper learns that the client sends no more: hyper then drops every request that
/// is open, though the client may have closed only its sending side.
pub struct HttpStream {
    transport: Box<dyn Transport>,
    stats: Arc<ConnectionStats>,
    /// Runs from the end of the client's bytes.
    half_closed: Option<Pin<Box<Sleep>>>,
    /// Runs while the client takes nothing of what is sent to it.
    unread: Option<Pin<Box<Sleep>>>,
}

impl HttpStream {
    pub fn new(transport: Box<dyn Transport>, stats: Arc<ConnectionStats>) -> Self {
        Self { transport, stats, half_closed: None, unread: None }
    }

    /// The result of a write; an error when the client has taken nothing for too long.
    fn limit_write<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_pending() {
            let unread = self.unread.get_or_insert_with(|| Box::pin(sleep(UNREAD_TIMEOUT)));
            return unread.as_mut().poll(cx).map(|()| Err(ErrorKind::TimedOut.into()));
        }
        if self.unread.take().is_some() && self.half_closed.is_some() {
            // hyper reads again only when it is woken.
            cx.waker().wake_by_ref();
        }
        written
    }
}

impl Drop for HttpStream {
    fn drop(&mut self) {
        if self.stats.is_reset()
            && let Err(error) = self.transport.tcp().set_zero_linger()
        {
            tracing::debug!("cannot reset a connection: {error}");
        }
    }
}

impl fmt::Debug for HttpStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpStream").field("stats", &self.stats).finish_non_exhaustive()
    }
}

impl AsyncRead for HttpStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.stats.is_input_ended() {
            return Poll::Ready(Ok(()));
        }
        let half_closed = match &mut this.half_closed {
            Some(half_closed) => half_closed,
            half_closed @ None => {
                let filled = buf.filled().len();
                match ready!(Pin::new(&mut this.transport).poll_read(cx, buf)) {
                    Ok(()) if buf.filled().len() > filled => {
                        if !this.stats.has_open_request() {
                            lower_huge_length(&mut buf.filled_mut()[filled..]);
                        }
                        return Poll::Ready(Ok(()));
                    }
                    // TLS reports a client that closes without a closing message; many do.
                    Err(error) if error.kind() != ErrorKind::UnexpectedEof => return Poll::Ready(Err(error)),
                    Ok(()) | Err(_) => half_closed.insert(Box::pin(sleep(HALF_CLOSED_TIMEOUT))),
                }
            }
        };
        this.stats.register_reader(cx);
        let may_wait = half_closed.as_mut().poll(cx).is_pending() && this.stats.has_open_request();
        if may_wait || this.unread.is_some() || this.stats.has_unsent_response() {
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }
}

/// Lowers a `Content-Length` of 2^64 - 1 or 2^64 - 2 in the head of a request over HTTP/1 to 2^64 - 3, so that the app refuses
/// the body as too large. hyper uses the two numbers for bodies of unknown length, and would refuse the head with a 431.
fn lower_huge_length(head: &mut [u8]) {
    const DIGITS: &[u8] = b"1844674407370955161";
    // To build it takes longer than to search a head.
    static FINDER: LazyLock<memmem::Finder<'_>> = LazyLock::new(|| memmem::Finder::new(DIGITS));
    const NAME: &[u8] = b"\ncontent-length:";

    // A head begins with a method.
    if !head.first().is_some_and(u8::is_ascii_alphabetic) {
        return;
    }
    let Some(at) = FINDER.find(head) else { return };
    let (before, last) = (head[..at].trim_ascii_end(), at + DIGITS.len());
    let name = before.last_chunk::<{ NAME.len() }>();
    let is_length =
        name.is_some_and(|name| name.eq_ignore_ascii_case(NAME)) && memmem::find(before, b"\r\n\r\n").is_none();
    if is_length && [b"4\r", b"5\r"].iter().any(|end| head[last..].starts_with(*end)) {
        head[last] = b'3';
    }
}

impl AsyncWrite for HttpStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.transport).poll_write(cx, buf);
        self.limit_write(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.transport).poll_flush(cx);
        self.limit_write(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut_down = Pin::new(&mut self.transport).poll_shutdown(cx);
        self.limit_write(cx, shut_down)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.transport).poll_write_vectored(cx, parts);
        self.limit_write(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.transport.is_write_vectored()
    }
}
