//! Connections kept idle, closed within a request, or closed before the response.

use std::io::Write;
use std::net::TcpStream;

use rand::RngExt;

use crate::Result;
use crate::http::Connection;
use crate::worker::Worker;

/// Idle connections that a worker keeps.
const MAX_IDLE: usize = 20;

pub fn abandon(worker: &mut Worker<'_>) -> Result<()> {
    match worker.rng.random_range(0..4) {
        0 => {
            if worker.idle.len() >= MAX_IDLE {
                let last = worker.rng.random_range(0..MAX_IDLE / 2);
                worker.idle.drain(..=last);
            }
            worker.idle.push(Connection::open(worker.address)?);
        }
        1 => {
            // Closed within the head.
            TcpStream::connect(worker.address)?.write_all(b"GET /api/v1/audit-logs HTTP/1.1\r\nHost: mo")?;
        }
        2 => {
            // Closed before the response.
            let mut connection = Connection::open(worker.address)?;
            worker.statistics.count_request();
            connection.send("GET", "/api/v1/audit-logs?page=0&pageSize=1000", "mock-admin~dropped", "")?;
        }
        _ => {
            // Closed within the body.
            let head =
                "POST /__admin/audit-logs?session=dropped HTTP/1.1\r\nHost: mock\r\nContent-Length: 100000\r\n\r\n[";
            worker.statistics.count_request();
            TcpStream::connect(worker.address)?.write_all(head.as_bytes())?;
        }
    }
    // Bounds the journal of this session, as that of the others.
    if worker.number == 0 && worker.percent(2) {
        worker.admin("POST", "/reset?session=dropped", "")?;
    }
    Ok(())
}
