//! Asking: below the rate limit, never more than [`MAX_REQUESTS`] times, and the same question only once.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use super::request::{Credentials, ProbeRequest};
use super::response::ProbeResponse;
use super::{Event, MAX_REQUESTS};
use crate::remote::{Connection, GetRequest, RequestError, RequestPacer, TimeSource, Token, backoff};
use crate::text::is_control;

/// Why a question has no answer.
#[derive(Debug)]
pub struct RequestFailed(pub String);

/// A 429 that was met.
#[derive(Debug)]
pub struct RateLimited {
    pub request: ProbeRequest,
    pub answer: Rc<ProbeResponse>,
    /// So many requests had been sent.
    pub requests: usize,
    /// How often this request had been refused already, and the wait been kept.
    pub again: u32,
}

/// Asks a server.
pub struct ProbeClient<'a> {
    connection: Connection,
    second: Option<Token>,
    time: TimeSource,
    pace: RequestPacer,
    tell: &'a dyn Fn(Event<'_>),
    requests: usize,
    reached: bool,
    waited: Duration,
    /// Since the last 429, so many were answered.
    admitted: u32,
    /// What a server that admits only a few wants between two.
    spacing: Duration,
    /// Why nothing is asked any more.
    gave_up: Option<String>,
    known: HashMap<ProbeRequest, Rc<ProbeResponse>>,
    /// Every answer, in the order in which they came.
    pub responses: Vec<(ProbeRequest, Rc<ProbeResponse>)>,
    pub rate_limited: Vec<RateLimited>,
}

impl<'a> ProbeClient<'a> {
    /// How often one question is asked when the server fails.
    const ATTEMPTS: u32 = 3;
    /// How often in a row a question may be refused with a 429.
    const REFUSALS: u32 = 4;
    /// Of all waits together.
    const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
    /// However soon a server says.
    const SHORTEST_WAIT: Duration = Duration::from_secs(1);

    pub fn new(connection: Connection, second: Option<Token>, time: TimeSource, tell: &'a dyn Fn(Event<'_>)) -> Self {
        Self {
            connection,
            second,
            pace: RequestPacer::new(time.clone()),
            time,
            tell,
            requests: 0,
            reached: false,
            waited: Duration::ZERO,
            admitted: u32::MAX,
            spacing: Duration::ZERO,
            gave_up: None,
            known: HashMap::new(),
            responses: Vec::new(),
            rate_limited: Vec::new(),
        }
    }

    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    pub fn requests(&self) -> usize {
        self.requests
    }

    pub fn has_second_key(&self) -> bool {
        self.second.is_some()
    }

    /// A text as it may be shown: on one line, without any token.
    pub fn shown(&self, text: &str) -> String {
        let text = self.connection.token().redact(text);
        let text = self.second.as_ref().map_or(text.clone(), |second| second.redact(&text));
        text.chars().map(|char| if is_control(char) { ' ' } else { char }).collect()
    }

    /// An answer as it may be shown.
    pub fn told(&self, answer: &ProbeResponse) -> String {
        // Hidden before it is cut: half a token is one too much.
        answer.told(&self.shown(&String::from_utf8_lossy(&answer.reply.body)))
    }

    /// The answer to a question; the one that is known already if it was asked before.
    pub fn request(&mut self, request: &ProbeRequest) -> Result<Rc<ProbeResponse>, RequestFailed> {
        match self.known.get(request) {
            Some(answer) => Ok(Rc::clone(answer)),
            None => self.request_again(request),
        }
    }

    /// Forgets the answers that may be out of date.
    pub fn forget(&mut self) {
        self.known.clear();
    }

    /// The answer that a question has now.
    pub fn request_again(&mut self, request: &ProbeRequest) -> Result<Rc<ProbeResponse>, RequestFailed> {
        if let Some(why) = &self.gave_up {
            return Err(RequestFailed(why.clone()));
        }
        if !self.spacing.is_zero() {
            self.wait(self.spacing, "the server admits a request at a time")?;
        }
        let (mut failures, mut refusals) = (0, 0);
        loop {
            let answer = match self.send(request)? {
                Ok(reply) => Rc::new(ProbeResponse::new(reply)),
                Err(RequestError::Permanent(why)) => return Err(RequestFailed(why)),
                Err(RequestError::Unreachable(why)) if !self.reached => return Err(RequestFailed(why)),
                Err(RequestError::Unreachable(why) | RequestError::Retryable { why, .. }) => {
                    failures += 1;
                    if failures == Self::ATTEMPTS {
                        return Err(self.give_up(why));
                    }
                    self.wait(backoff(failures), &why)?;
                    continue;
                }
            };
            self.reached = true;
            let status = answer.status();
            if status == 429 {
                let (request, met) = (request.clone(), Rc::clone(&answer));
                self.rate_limited.push(RateLimited { request, answer: met, requests: self.requests, again: refusals });
                refusals += 1;
                self.refused(&answer, refusals)?;
            } else if matches!(status, 408 | 500 | 502..=504) && failures + 1 < Self::ATTEMPTS {
                failures += 1;
                let wait = answer.reply.retry_after().unwrap_or_else(|| backoff(failures));
                self.wait(wait, &format!("the server answers {status}"))?;
            } else {
                self.admitted = self.admitted.saturating_add(1);
                self.known.insert(request.clone(), Rc::clone(&answer));
                self.responses.push((request.clone(), Rc::clone(&answer)));
                return Ok(answer);
            }
        }
    }

    fn send(&mut self, request: &ProbeRequest) -> Result<Result<crate::remote::Reply, RequestError>, RequestFailed> {
        if self.requests == MAX_REQUESTS {
            return Err(RequestFailed(format!("the {MAX_REQUESTS} requests that it asks at most were used up")));
        }
        self.pace.wait();
        self.requests += 1;
        let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
        let address = self.connection.url().at(&format!("{}{query}", request.path));
        let authorization = self.authorization(request.by);
        let call = GetRequest {
            address: &address,
            authorization: authorization.as_deref(),
            content_type: request.content_type,
        };
        Ok(self.connection.call(call))
    }

    fn authorization(&self, by: Credentials) -> Option<String> {
        let token = self.connection.token();
        match by {
            Credentials::Token => Some(token.header()),
            Credentials::LowerCase => Some(token.header().replacen("Bearer", "bearer", 1)),
            Credentials::WithoutPermission => self.second.as_ref().map(Token::header),
            Credentials::Nobody => None,
            Credentials::Unknown => Some("Bearer no-key-has-this-token".to_owned()),
            Credentials::Malformed => Some("Basic bm8ta2V5OmhhcyB0aGlz".to_owned()),
        }
    }

    /// Keeps the wait of a 429. A server that admits a few at a time is asked at its own pace from then on, so that
    /// not every second request is wasted.
    fn refused(&mut self, answer: &ProbeResponse, refusals: u32) -> Result<(), RequestFailed> {
        if refusals == Self::REFUSALS {
            return Err(
                self.give_up(format!("the server answers 429, {refusals} times in a row though it was waited for"))
            );
        }
        let wait = answer.reply.retry_after().unwrap_or_else(|| backoff(refusals)).max(Self::SHORTEST_WAIT);
        self.wait(wait, "the server answers 429")?;
        if self.admitted <= 3 {
            self.spacing = wait.max(self.spacing);
        }
        self.admitted = 0;
        Ok(())
    }

    /// What went wrong would go wrong at every further question.
    fn give_up(&mut self, why: String) -> RequestFailed {
        self.gave_up = Some(why.clone());
        RequestFailed(why)
    }

    fn wait(&mut self, wait: Duration, why: &str) -> Result<(), RequestFailed> {
        if self.waited + wait > Self::LONGEST_WAIT {
            let longest = crate::duration::format(Self::LONGEST_WAIT);
            return Err(self.give_up(format!("{why}, and wants more than {longest} of patience in all")));
        }
        self.waited += wait;
        (self.tell)(Event::Waiting { wait, why, requests: self.requests });
        self.time.sleep(wait);
        Ok(())
    }
}
