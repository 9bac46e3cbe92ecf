//! What hyper refuses by itself, told in the API's own words.
//!
//! hyper answers a request whose head it cannot read with a bare status, before any service sees it, and lets nobody
//! change that. So its answer is changed on its way to the socket. It is told from ours by what it lacks: every answer
//! of ours has an `X-Request-Id`.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::http::HeaderMap;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::http::{self, refusal};

/// A stream to a client that tells it why it is refused.
#[derive(Debug)]
pub struct TellingStream<S> {
    stream: S,
    peer: SocketAddr,
    /// Whether HTTP/1 is spoken: in HTTP/2 there are no such heads.
    tells: bool,
    /// What goes out in place of a bare head, and how much of it has gone.
    told: Option<(Vec<u8>, usize)>,
}

impl<S> TellingStream<S> {
    pub fn new(stream: S, peer: SocketAddr, tells: bool) -> Self {
        Self { stream, peer, tells, told: None }
    }

    fn bare_status(&self, bytes: &[u8]) -> Option<u16> {
        if self.tells { bare_status(bytes) } else { None }
    }
}

/// The whole answer to HTTP where only TLS is spoken.
pub fn in_clear_text(peer: SocketAddr) -> Vec<u8> {
    let (headers, body) = http::clear_text_refusal(peer);
    whole(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n", &headers, &body)
}

/// The status of a head that is hyper's own, if these bytes are one.
fn bare_status(bytes: &[u8]) -> Option<u16> {
    let rest = bytes.strip_prefix(b"HTTP/1.1 ")?;
    let status = std::str::from_utf8(rest.get(..3)?).ok()?.parse().ok()?;
    let bare = matches!(status, 400 | 414 | 431)
        && bytes.ends_with(b"\r\n\r\n")
        && !bytes.windows(13).any(|word| word == b"x-request-id:");
    bare.then_some(status)
}

/// A bare head with a body, and with the headers that belong to one.
fn with_words(head: &[u8], status: u16, peer: SocketAddr) -> Vec<u8> {
    let (headers, body) = refusal(status, peer);
    let lines = head.strip_suffix(b"\r\n\r\n").unwrap_or(head).split(|byte| *byte == b'\n');
    let kept = lines.map(<[u8]>::trim_ascii_end).filter(|line| !line.starts_with(b"content-length:"));
    let mut first = Vec::new();
    for line in kept {
        first.extend_from_slice(line);
        first.extend_from_slice(b"\r\n");
    }
    whole(&first, &headers, &body)
}

/// An answer whose first lines are there.
fn whole(first: &[u8], headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let mut whole = first.to_vec();
    for (name, value) in headers {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            whole.extend_from_slice(part);
        }
    }
    whole.extend_from_slice(b"\r\n");
    whole.extend_from_slice(body);
    whole
}

impl<S: AsyncRead + Unpin> AsyncRead for TellingStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TellingStream<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.told.is_none() {
            this.told = this.bare_status(buf).map(|status| (with_words(buf, status, this.peer), 0));
        }
        let Some((whole, sent)) = &mut this.told else {
            return Pin::new(&mut this.stream).poll_write(cx, buf);
        };
        while *sent < whole.len() {
            match ready!(Pin::new(&mut this.stream).poll_write(cx, &whole[*sent..]))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                more => *sent += more,
            }
        }
        this.told = None;
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match parts.iter().find(|part| !part.is_empty()) {
            Some(first) if self.told.is_some() || self.bare_status(first).is_some() => self.poll_write(cx, first),
            _ => Pin::new(&mut self.stream).poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
