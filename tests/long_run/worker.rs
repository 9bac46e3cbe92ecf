//! A simulated client: sends random requests, the same at every run, and knows their expected responses.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::Value;

use crate::Result;
use crate::http::{Connection, Response};
use crate::model::Model;
use crate::operations::live::LiveSession;
use crate::operations::{self, OPERATIONS, TrackedSession};
use crate::statistics::Statistics;

pub struct Worker<'a> {
    pub number: u32,
    pub address: &'a str,
    /// The content of every session at its start.
    pub initial: Arc<Model>,
    pub statistics: &'a Statistics,
    pub rng: ChaCha8Rng,
    /// Sessions that only this worker changes.
    pub sessions: Vec<TrackedSession>,
    /// A session with live activity.
    pub live: Option<LiveSession>,
    /// Connections kept open without a request.
    pub idle: Vec<Connection>,
    names: u64,
    connection: Option<Connection>,
    requests: u32,
}

impl<'a> Worker<'a> {
    pub fn new(number: u32, address: &'a str, initial: Arc<Model>, statistics: &'a Statistics) -> Self {
        let mut worker = Self {
            number,
            address,
            initial,
            statistics,
            rng: ChaCha8Rng::seed_from_u64(number.into()),
            sessions: Vec::new(),
            live: None,
            idle: Vec::new(),
            names: 0,
            connection: None,
            requests: 0,
        };
        for _ in 0..operations::TRACKED_SESSIONS {
            let session = TrackedSession::new(&mut worker);
            worker.sessions.push(session);
        }
        worker
    }

    /// Runs random operations at a rate of requests a second, until then or until the first failure of any worker.
    pub fn work_until(&mut self, until: Instant, rate: f64) {
        let mut pacer = Pacer::new(rate);
        while Instant::now() < until && self.statistics.failure().is_none() {
            let (_, operation) =
                OPERATIONS.choose_weighted(&mut self.rng, |(weight, _)| *weight).expect("a positive weight");
            self.requests = 0;
            if let Err(error) = operation(self) {
                let requests = self.statistics.requests();
                self.statistics.fail(format!("worker {} after {requests} requests: {error}", self.number));
            }
            pacer.wait(self.requests.max(1));
        }
    }

    /// A session name that no worker has used.
    pub fn new_name(&mut self, kind: &str) -> String {
        self.names += 1;
        format!("{kind}-{}-{}", self.number, self.names)
    }

    /// Returns true with a probability in percent.
    pub fn percent(&mut self, probability: u32) -> bool {
        self.rng.random_ratio(probability, 100)
    }

    /// Sends a request that must get a complete response.
    pub fn request(&mut self, method: &str, target: &str, token: &str, body: &str) -> Result<Response> {
        let response = self.try_request(method, target, token, body)?;
        response.filter(|response| response.complete).ok_or_else(|| format!("{method} {target}: incomplete").into())
    }

    /// Sends a request over the worker's connection; `None` if the server closed it before the end of the head.
    pub fn try_request(&mut self, method: &str, target: &str, token: &str, body: &str) -> Result<Option<Response>> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(self.address)?,
        };
        self.requests += 1;
        self.statistics.count_request();
        let response = connection.send(method, target, token, body).and_then(|()| connection.receive());
        let response = response.map_err(|error| format!("{method} {target}: {error}"))?;
        let keep_alive = response
            .as_ref()
            .is_some_and(|response| response.complete && response.header("connection") != Some("close"));
        self.connection = keep_alive.then_some(connection);
        Ok(response)
    }

    /// Calls the control plane, which must succeed.
    pub fn admin(&mut self, method: &str, path: &str, body: &str) -> Result<Value> {
        let response = self.request(method, &format!("/__admin{path}"), "", body)?;
        match response.status {
            200 | 201 => response.json(),
            status => Err(format!("{method} {path} {body}: {status} {}", response.excerpt()).into()),
        }
    }

    /// Gets audit logs of a session with the key `mock-admin`; returns the body of a 200.
    pub fn logs(&mut self, session: &str, query: &str) -> Result<Vec<u8>> {
        let target = format!("/api/v1/audit-logs?{query}");
        let response = self.request("GET", &target, &format!("mock-admin~{session}"), "")?;
        match response.status {
            200 => Ok(response.body),
            status => Err(format!("{session}: {query}: {status} {}", response.excerpt()).into()),
        }
    }
}

/// A random element.
pub fn pick<'a, T>(rng: &mut ChaCha8Rng, items: &'a [T]) -> &'a T {
    items.choose(rng).expect("at least one item")
}

/// Limits the rate of requests by sleeping.
struct Pacer {
    interval: Duration,
    next: Instant,
}

impl Pacer {
    fn new(rate: f64) -> Self {
        Self { interval: Duration::from_secs_f64(1.0 / rate), next: Instant::now() }
    }

    /// Sleeps until the previous requests are over at this rate, and counts further ones.
    fn wait(&mut self, requests: u32) {
        let now = Instant::now();
        thread::sleep(self.next.saturating_duration_since(now));
        // After a delay, the lost time is not made up for by a burst.
        self.next = self.next.max(now) + self.interval * requests;
    }
}
