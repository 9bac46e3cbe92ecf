//! Attacks on the memory of the server: each sends the worst input of one kind, at a fixed rate.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::common::client::{self, Client};
use crate::common::{PATH, Result};

/// The kinds of worst input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attack {
    UnknownValues,
    LongQueries,
    Bodies,
    Verdicts,
    UnreadLog,
    Sessions,
    RefusedSessions,
}

impl Attack {
    pub const ALL: [Self; 7] = [
        Self::UnknownValues,
        Self::LongQueries,
        Self::Bodies,
        Self::Verdicts,
        Self::UnreadLog,
        Self::Sessions,
        Self::RefusedSessions,
    ];

    /// The first column of the table.
    pub fn description(self) -> &'static str {
        match self {
            Self::UnknownValues => "2,900 unknown values of a filter in each request, 50 a second",
            Self::LongQueries => "queries of 16 KB without a key, 2000 a second",
            Self::Bodies => "200 bodies of 2 MB at once over one HTTP/2 connection, every 5 seconds",
            Self::Verdicts => "four verdicts at once, over 100,000 requests",
            Self::UnreadLog => "requests without a key, 1000 a second, a log that nobody reads",
            Self::Sessions => "a new session in each request, 1000 a second",
            Self::RefusedSessions => "a revoked key with a new session in each request, 1000 a second",
        }
    }

    /// Attacks until a time; returns the number of requests. `requests` is how many a verdict is over.
    pub fn run(self, address: &str, until: Instant, requests: u64) -> Result<u64> {
        let values: Vec<String> = (0..2_900).map(|number| format!("S{number}")).collect();
        let values = values.join(",");
        let letters = "x".repeat(16_200);
        // Each query is another: equal ones of two requests in a row are kept once.
        let unknown_values = |number: u64| format!("{PATH}?page={number}&objectTypes={values}");
        let long_query = |number: u64| format!("{PATH}?foo={number}{letters}");
        let get = |target: &str, token: &str| client::get(address, target, token);
        match self {
            Self::UnknownValues => paced(address, until, 50, |number| get(&unknown_values(number), "mock-admin")),
            Self::LongQueries => paced(address, until, 2000, |number| get(&long_query(number), "nobody")),
            Self::Bodies => send_bodies(address, until),
            Self::Verdicts => ask_for_verdicts(address, until, requests),
            Self::UnreadLog => paced(address, until, 1000, |_| get(PATH, "nobody")),
            Self::Sessions => paced(address, until, 1000, |number| {
                get(&format!("{PATH}?pageSize=1"), &format!("mock-admin~s{number}"))
            }),
            Self::RefusedSessions => {
                paced(address, until, 1000, |number| get(PATH, &format!("mock-revoked~r{number}")))
            }
        }
    }
}

/// Sends this many requests a second over four connections, as far as the server keeps up.
fn paced(address: &str, until: Instant, per_second: u32, request: impl Fn(u64) -> Vec<u8> + Sync) -> Result<u64> {
    const CONNECTIONS: u32 = 4;

    let (sent, started, interval) = (AtomicU64::new(0), Instant::now(), Duration::from_secs(1) / per_second);
    let send_all = &|connection: u32| -> Result<()> {
        let mut client = Client::connect(address)?;
        let mut next = started + interval * connection;
        while next < until {
            thread::sleep(next.saturating_duration_since(Instant::now()));
            next = Instant::now().max(next + interval * CONNECTIONS);
            client.send(&request(sent.fetch_add(1, Ordering::Relaxed)))?;
            client.receive_any()?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..CONNECTIONS).map(|connection| scope.spawn(move || send_all(connection))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread panicked")?)
    })?;
    Ok(sent.into_inner())
}

/// Sends as many requests as a verdict judges at most, then asks for four verdicts at a time.
fn ask_for_verdicts(address: &str, until: Instant, requests: u64) -> Result<u64> {
    let started = Instant::now();
    let mut client = Client::connect(address)?;
    for page in 0..requests {
        client.request(&client::get(address, &format!("{PATH}?pageSize=1&page={}", page % 640), "mock-admin"))?;
    }
    // The verdicts have all of the time.
    let until = until + started.elapsed();
    let asked = AtomicU64::new(0);
    let ask_all = || -> Result<()> {
        let mut client = Client::connect(address)?;
        while Instant::now() < until {
            asked.fetch_add(1, Ordering::Relaxed);
            client.request(&client::get(address, "/__admin/verdict", "mock-admin"))?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask_all)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread panicked")?)
    })?;
    Ok(asked.into_inner())
}

/// Sends 200 bodies at a time as streams of one connection.
fn send_bodies(address: &str, until: Instant) -> Result<u64> {
    const STREAMS: u32 = 200;
    const EVERY: Duration = Duration::from_secs(5);

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let body = Bytes::from(vec![b'x'; 2 << 20]);
        let mut sent = 0;
        while Instant::now() < until {
            let next = Instant::now() + EVERY;
            let stream = TcpStream::connect(address).await?;
            let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
            let connection = tokio::spawn(connection);
            let mut streams = JoinSet::new();
            for _ in 0..STREAMS {
                let mut sender = sender.clone();
                let request = Request::post(format!("http://{address}{PATH}")).body(Full::new(body.clone()))?;
                streams.spawn(async move {
                    sender.ready().await?;
                    // The server may refuse the stream.
                    sender.send_request(request).await?.into_body().collect().await
                });
            }
            while streams.join_next().await.is_some() {
                sent += 1;
            }
            drop(sender);
            connection.abort();
            tokio::time::sleep_until(next.min(until).into()).await;
        }
        Ok(sent)
    })
}
