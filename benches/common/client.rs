//! A minimal HTTP/1.1 client: its CPU time is lost to the servers on the same machine.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::ops::Range;
use std::time::Duration;

use super::Result;

/// How long a response may take.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// The initial size of the buffer for a response.
const BUFFER_BYTES: usize = 64 * 1024;

/// A keep-alive connection with at most one request in progress.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    /// Connects to a `HOST:PORT`.
    pub fn connect(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(READ_TIMEOUT))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; BUFFER_BYTES] })
    }

    /// Sends a request and returns the body of its 200 or 201; another status is an error.
    pub fn request(&mut self, request: &[u8]) -> Result<&[u8]> {
        self.send(request)?;
        self.receive()
    }

    /// Sends a request whose response [`Client::receive`] reads.
    pub fn send(&mut self, request: &[u8]) -> Result<()> {
        Ok(self.stream.write_all(request)?)
    }

    /// Reads the response to the last request.
    pub fn receive(&mut self) -> Result<&[u8]> {
        let body = self.receive_any()?;
        let status = std::str::from_utf8(&self.buffer[..body.start])?.lines().next().unwrap_or_default();
        if !["HTTP/1.1 200 ", "HTTP/1.1 201 "].iter().any(|accepted| status.starts_with(accepted)) {
            return Err(format!("answered {status:?}").into());
        }
        Ok(&self.buffer[body])
    }

    /// Reads a response of any status; returns where its body is in the buffer.
    pub fn receive_any(&mut self) -> Result<Range<usize>> {
        let mut filled = 0;
        let start = loop {
            filled += self.read(filled)?;
            if let Some(end) = self.buffer[..filled].windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let end = start + length(std::str::from_utf8(&self.buffer[..start])?)?;
        while filled < end {
            filled += self.read(filled)?;
        }
        if filled > end {
            return Err(format!("{} bytes more than Content-Length", filled - end).into());
        }
        Ok(start..end)
    }

    fn read(&mut self, filled: usize) -> Result<usize> {
        if filled == self.buffer.len() {
            self.buffer.resize(2 * filled, 0);
        }
        match self.stream.read(&mut self.buffer[filled..])? {
            0 => Err("the connection was closed before the end of the response".into()),
            count => Ok(count),
        }
    }
}

/// The `Content-Length` of a head.
fn length(head: &str) -> Result<usize> {
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = fields.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let (_, length) = lengths.next().ok_or("no Content-Length")?;
    Ok(length.trim().parse()?)
}

/// The bytes of a GET with a token.
pub fn get(address: &str, target: &str, token: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n").into_bytes()
}
