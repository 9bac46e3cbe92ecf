//! An HTTP/1.1 client that returns every response as it was received, incomplete ones too.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::Result;

/// Longer than any response takes, one delayed by a fault included.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
    /// Whether the body has the announced length.
    pub complete: bool,
}

impl Response {
    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).map_err(|error| format!("{error}: {}", self.excerpt()).into())
    }

    pub fn excerpt(&self) -> String {
        String::from_utf8_lossy(&self.body).chars().take(500).collect()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(':'));
        headers.find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// A keep-alive connection.
pub struct Connection {
    address: String,
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(READ_TIMEOUT))?;
        stream.set_nodelay(true)?;
        Ok(Self { address: address.to_owned(), stream: BufReader::new(stream) })
    }

    pub fn send(&mut self, method: &str, target: &str, token: &str, body: &str) -> Result<()> {
        let Self { address, stream } = self;
        let authorization = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
        let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        let request = format!("{method} {target} HTTP/1.1\r\nHost: {address}\r\n{authorization}{length}\r\n{body}");
        Ok(stream.get_mut().write_all(request.as_bytes())?)
    }

    /// Reads the next response; `None` if the connection was closed or reset before the end of its head.
    pub fn receive(&mut self) -> Result<Option<Response>> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            match self.stream.read_line(&mut head) {
                Ok(0) => return Ok(None),
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
        let status =
            head.get(9..12).and_then(|status| status.parse().ok()).ok_or_else(|| format!("answered {head:?}"))?;
        let mut response = Response { status, head, body: Vec::new(), complete: false };
        let length: u64 = response.header("content-length").ok_or("no Content-Length")?.parse()?;
        let read = self.stream.by_ref().take(length).read_to_end(&mut response.body);
        response.complete = read.is_ok() && response.body.len() as u64 == length;
        Ok(Some(response))
    }
}
