//! A client as small as can be: what it costs is time that the servers do not get.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::Result;

/// How long a server may take to answer before a bench gives up on it.
const PATIENCE: Duration = Duration::from_secs(60);
/// What a server sends at once, more or less.
const ROOM: usize = 64 * 1024;

/// A keep-alive connection with at most one request under way.
pub struct Client {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Client {
    /// Connects to a `HOST:PORT`.
    pub fn connect(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: vec![0; ROOM] })
    }

    /// Sends a request and reads its answer: the body of a 200 or 201; anything else is an error.
    pub fn ask(&mut self, request: &[u8]) -> Result<&[u8]> {
        self.send(request)?;
        self.receive()
    }

    /// Sends a request whose answer [`Client::receive`] reads.
    pub fn send(&mut self, request: &[u8]) -> Result<()> {
        Ok(self.stream.write_all(request)?)
    }

    /// Reads the answer to the request that was sent last.
    pub fn receive(&mut self) -> Result<&[u8]> {
        let mut filled = 0;
        let start = loop {
            filled += self.read(filled)?;
            if let Some(end) = self.answer[..filled].windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let end = start + length(std::str::from_utf8(&self.answer[..start])?)?;
        while filled < end {
            filled += self.read(filled)?;
        }
        if filled > end {
            return Err(format!("{} bytes more than Content-Length", filled - end).into());
        }
        Ok(&self.answer[start..end])
    }

    fn read(&mut self, filled: usize) -> Result<usize> {
        if filled == self.answer.len() {
            self.answer.resize(2 * filled, 0);
        }
        match self.stream.read(&mut self.answer[filled..])? {
            0 => Err("the connection was closed before the answer was whole".into()),
            count => Ok(count),
        }
    }
}

/// The `Content-Length` of a head.
fn length(head: &str) -> Result<usize> {
    let mut lines = head.lines();
    let status = lines.next().unwrap_or_default();
    if !["HTTP/1.1 200 ", "HTTP/1.1 201 "].iter().any(|accepted| status.starts_with(accepted)) {
        return Err(format!("answered {status:?}").into());
    }
    let fields = lines.filter_map(|line| line.split_once(':'));
    let mut lengths = fields.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let (_, length) = lengths.next().ok_or("no Content-Length")?;
    Ok(length.trim().parse()?)
}

/// A GET with a token, ready to be sent.
pub fn get(address: &str, target: &str, token: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n").into_bytes()
}
