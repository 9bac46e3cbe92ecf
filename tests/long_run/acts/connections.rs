//! Connections that are kept without a request, left in the middle of one, or closed without waiting for the answer.

use std::io::Write;
use std::net::TcpStream;

use crate::Result;
use crate::http::Connection;
use crate::tester::Tester;

/// How many a tester keeps at most.
const MOST_IDLE: usize = 20;

pub fn drop_one(tester: &mut Tester<'_>) -> Result<()> {
    match tester.chance.below(4) {
        0 => {
            if tester.idle.len() >= MOST_IDLE {
                let oldest = tester.chance.below(MOST_IDLE / 2);
                tester.idle.drain(..=oldest);
            }
            tester.idle.push(Connection::open(tester.address)?);
        }
        1 => {
            // Gone before it says what it wants.
            TcpStream::connect(tester.address)?.write_all(b"GET /api/v1/audit-logs HTTP/1.1\r\nHost: mo")?;
        }
        2 => {
            // Gone before the answer.
            let mut connection = Connection::open(tester.address)?;
            tester.book.request();
            connection.send("GET", "/api/v1/audit-logs?page=0&pageSize=1000", "mock-admin~dropped", "")?;
        }
        _ => {
            // Gone in the middle of a body that it announced.
            let head =
                "POST /__admin/audit-logs?session=dropped HTTP/1.1\r\nHost: mock\r\nContent-Length: 100000\r\n\r\n[";
            tester.book.request();
            TcpStream::connect(tester.address)?.write_all(head.as_bytes())?;
        }
    }
    // What is kept of it is bounded, like that of every session.
    if tester.number == 0 && tester.chance.percent(2) {
        tester.steer("POST", "/reset?session=dropped", "")?;
    }
    Ok(())
}
