//! Requests to one API, one at a time: paced, and sent again after a failure that may pass.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use super::connection::{Connection, GetRequest};
use super::error::{RequestError, Retryable};
use super::pacer::{RequestPacer, TimeSource};
use super::reply::Reply;

/// A pause before the next request.
#[derive(Debug, Clone, Copy)]
pub struct RetryWait<'a> {
    /// Length of the pause.
    pub length: Duration,
    /// What went wrong, for a person.
    pub reason: &'a str,
    /// Number of requests sent so far.
    pub requests: usize,
}

/// Client of one API.
pub struct ApiClient<'a> {
    connection: Connection,
    pacer: RequestPacer,
    on_wait: Box<dyn Fn(RetryWait<'_>) + 'a>,
    max_requests: usize,
    requests: usize,
    /// Whether the server was ever reached: before, a network error means a wrong address.
    is_reached: bool,
}

impl<'a> ApiClient<'a> {
    /// A client that sends at most `max_requests` and calls `on_wait` before each pause.
    pub fn new(
        connection: Connection,
        time: TimeSource,
        max_requests: usize,
        on_wait: impl Fn(RetryWait<'_>) + 'a,
    ) -> Self {
        let pacer = RequestPacer::new(time);
        Self { connection, pacer, on_wait: Box::new(on_wait), max_requests, requests: 0, is_reached: false }
    }

    /// Connection to the server.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Number of requests sent so far, counting repeated ones.
    pub fn requests(&self) -> usize {
        self.requests
    }

    /// Sends a request until `read` accepts a response. After a failure that may pass, `next_wait` gets it and the number
    /// of requests sent so far, and returns how long to wait, or the error with which to give up.
    pub fn send<T>(
        &mut self,
        request: &GetRequest,
        mut read: impl FnMut(&Connection, Reply) -> Result<T, RequestError>,
        mut next_wait: impl FnMut(&mut Retryable, usize) -> Result<Duration, RequestError>,
    ) -> Result<T, RequestError> {
        loop {
            if self.requests == self.max_requests {
                let reason = format!("the {} requests that it asks at most were used up", self.max_requests);
                return Err(RequestError::Permanent(reason));
            }
            self.pacer.wait();
            self.requests += 1;
            let reply = self.connection.get(request);
            self.is_reached |= !matches!(reply, Err(RequestError::Unreachable(_)));
            let mut failure = match reply.and_then(|reply| read(&self.connection, reply)) {
                Ok(response) => return Ok(response),
                Err(RequestError::Retryable(failure)) => failure,
                Err(RequestError::Unreachable(reason)) if self.is_reached => reason.into(),
                Err(error @ (RequestError::Unreachable(_) | RequestError::Permanent(_))) => return Err(error),
            };
            let length = next_wait(&mut failure, self.requests)?;
            self.pause(length, &failure.reason);
        }
    }

    /// Waits, and reports it to `on_wait`.
    pub fn pause(&self, length: Duration, reason: &str) {
        (self.on_wait)(RetryWait { length, reason, requests: self.requests });
        self.pacer.sleep(length);
    }
}

/// Wait before an attempt when the server names none: doubles each time, up to half a minute, with a random part so that
/// two clients do not stay in step.
pub fn backoff(failures: u32) -> Duration {
    let longest = Duration::from_millis(500).saturating_mul(1 << failures.min(6)).min(Duration::from_secs(30));
    let thousandths = u32::try_from(RandomState::new().hash_one(failures) % 1000).unwrap_or_default();
    longest / 2 + longest / 2 * thousandths / 1000
}
