//! Sends the requests of probes: at most [`MAX_REQUESTS`], each of them once, and at the pace that the server asks for.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use ureq::http::StatusCode;

use super::request::{Credentials, ProbeRequest};
use super::response::ProbeResponse;
use crate::duration;
use crate::remote::{
    ApiClient, Connection, GetRequest, Reply, RequestError, RetryWait, Retryable, TimeSource, Token, backoff,
};
use crate::text::{counted, truncate};

/// Limit of requests of a verification.
pub const MAX_REQUESTS: usize = 100;

/// A response 429.
#[derive(Debug)]
pub struct RateLimitResponse {
    pub response: ProbeResponse,
    /// Number of requests sent so far.
    pub requests: usize,
    /// How often this request was answered 429 before, each time waiting as long as the server asked.
    pub earlier: u32,
}

/// Waits between requests.
struct Patience {
    /// Length of all waits so far.
    waited: Duration,
    /// Number of requests that were admitted since the last 429.
    admitted: u32,
    /// Wait before each request, of a server that admits only a few at a time.
    spacing: Duration,
}

/// Client that remembers responses.
pub struct ProbeClient<'a> {
    client: ApiClient<'a>,
    /// Token of a valid key without the permission.
    pub second_token: Option<Token>,
    patience: Patience,
    /// Reason why no more requests are sent.
    gave_up: Option<String>,
    cache: HashMap<ProbeRequest, Rc<ProbeResponse>>,
    /// Every response, in the order of arrival.
    pub responses: Vec<Rc<ProbeResponse>>,
    pub rate_limit_responses: Vec<RateLimitResponse>,
}

impl<'a> ProbeClient<'a> {
    /// Limit of attempts to send a request while the server fails.
    const MAX_ATTEMPTS: u32 = 3;
    /// Limit of responses 429 to one request.
    const MAX_RATE_LIMITED: u32 = 4;
    /// Shortest wait after a 429, whatever the server asks for.
    const MIN_RATE_LIMIT_WAIT: Duration = Duration::from_secs(1);

    pub fn new(
        connection: Connection,
        second_token: Option<Token>,
        time: TimeSource,
        on_wait: impl Fn(RetryWait<'_>) + 'a,
    ) -> Self {
        Self {
            client: ApiClient::new(connection, time, MAX_REQUESTS, on_wait),
            second_token,
            patience: Patience { waited: Duration::ZERO, admitted: u32::MAX, spacing: Duration::ZERO },
            gave_up: None,
            cache: HashMap::new(),
            responses: Vec::new(),
            rate_limit_responses: Vec::new(),
        }
    }

    pub fn connection(&self) -> &Connection {
        self.client.connection()
    }

    /// Number of requests sent so far.
    pub fn requests(&self) -> usize {
        self.client.requests()
    }

    /// The text on one line, without any token.
    pub fn redact(&self, text: &str) -> String {
        let text = self.connection().token().redact(text);
        self.second_token.as_ref().map_or(text.clone(), |token| token.redact(&text))
    }

    /// A response for a person: status, number of entries and the start of the body.
    pub fn describe(&self, response: &ProbeResponse) -> String {
        const MAX_CHARS: usize = 200;

        let entries = response.page().map(|page| format!(" with {}", counted(page.len(), "entry", "entries")));
        // Redacted before it is truncated, which could leave half of a token.
        let body = self.redact(&String::from_utf8_lossy(&response.reply.body));
        let separator = if body.is_empty() { "" } else { ": " };
        format!("{}{}{separator}{}", response.status(), entries.unwrap_or_default(), truncate(&body, MAX_CHARS))
    }

    /// Sends a request, unless its response is known.
    pub fn request(&mut self, request: &ProbeRequest) -> Result<Rc<ProbeResponse>, RequestError> {
        match self.cache.get(request) {
            Some(response) => Ok(Rc::clone(response)),
            None => self.request_again(request),
        }
    }

    /// Drops the known responses, which may be out of date.
    pub fn clear_cache(&mut self) {
        self.cache.clear();
    }

    /// Sends a request, whether or not its response is known.
    pub fn request_again(&mut self, request: &ProbeRequest) -> Result<Rc<ProbeResponse>, RequestError> {
        if let Some(reason) = &self.gave_up {
            return Err(RequestError::Permanent(reason.clone()));
        }
        let result = self.send(request);
        self.gave_up = result.as_ref().err().map(ToString::to_string);
        let reply = result?;
        self.patience.admitted = self.patience.admitted.saturating_add(1);
        let response = Rc::new(ProbeResponse::new(request.clone(), reply));
        self.cache.insert(request.clone(), Rc::clone(&response));
        self.responses.push(Rc::clone(&response));
        Ok(response)
    }

    fn authorization(&self, credentials: Credentials) -> Option<String> {
        let header = self.connection().token().header();
        match credentials {
            Credentials::Token => Some(header),
            Credentials::LowercaseScheme => Some(header.replacen("Bearer", "bearer", 1)),
            Credentials::NoPermission => self.second_token.as_ref().map(Token::header),
            Credentials::Missing => None,
            Credentials::UnknownToken => Some("Bearer no-key-has-this-token".to_owned()),
            Credentials::OtherScheme => Some("Basic bm8ta2V5OmhhcyB0aGlz".to_owned()),
        }
    }

    fn send(&mut self, request: &ProbeRequest) -> Result<Reply, RequestError> {
        let authorization = self.authorization(request.credentials);
        let get = GetRequest { path: request.target(), authorization, content_type: request.content_type };
        let Self { patience, rate_limit_responses, .. } = self;
        if !patience.spacing.is_zero() {
            let reason = "the server admits a request at a time";
            patience.spend(patience.spacing, reason)?;
            self.client.pause(patience.spacing, reason);
        }
        let (mut failures, mut rate_limited, mut last_reply) = (0, 0, None);
        let next_wait = |failure: &mut Retryable, requests| {
            let wait = match failure.reply.take() {
                Some(reply) if reply.status == StatusCode::TOO_MANY_REQUESTS => {
                    let response = ProbeResponse::new(request.clone(), *reply);
                    rate_limit_responses.push(RateLimitResponse { response, requests, earlier: rate_limited });
                    rate_limited += 1;
                    if rate_limited == Self::MAX_RATE_LIMITED {
                        return Err(RequestError::Permanent(format!(
                            "the server answers 429, {rate_limited} times in a row though it was waited for"
                        )));
                    }
                    let wait = failure.retry_after.unwrap_or_else(|| backoff(rate_limited));
                    let wait = wait.max(Self::MIN_RATE_LIMIT_WAIT);
                    if patience.admitted <= Patience::FEW_REQUESTS {
                        patience.spacing = patience.spacing.max(wait);
                    }
                    patience.admitted = 0;
                    wait
                }
                reply => {
                    failures += 1;
                    if failures == Self::MAX_ATTEMPTS {
                        last_reply = reply;
                        return Err(RequestError::Permanent(failure.reason.clone()));
                    }
                    failure.retry_after.unwrap_or_else(|| backoff(failures))
                }
            };
            patience.spend(wait, &failure.reason)?;
            Ok(wait)
        };
        let result = self.client.send(&get, accept, next_wait);
        // A server that still fails has answered, too.
        last_reply.map_or(result, |reply| Ok(*reply))
    }
}

/// Accepts every response but those that may be another one next time.
fn accept(_: &Connection, reply: Reply) -> Result<Reply, RequestError> {
    match reply.status.as_u16() {
        status @ (408 | 429 | 500 | 502..=504) => Err(RequestError::Retryable(Retryable {
            reason: format!("the server answers {status}"),
            retry_after: reply.retry_after(),
            reply: Some(Box::new(reply)),
        })),
        _ => Ok(reply),
    }
}

impl Patience {
    /// Limit of all waits together.
    const MAX_WAIT: Duration = Duration::from_secs(15 * 60);
    /// A server that admits no more requests between two 429 gets one at a time.
    const FEW_REQUESTS: u32 = 3;

    /// Counts a wait, unless all waits together would be too long.
    fn spend(&mut self, wait: Duration, reason: &str) -> Result<(), RequestError> {
        if self.waited + wait > Self::MAX_WAIT {
            let limit = duration::format(Self::MAX_WAIT);
            let error = format!("{reason}, and wants more than {limit} of patience in all");
            return Err(RequestError::Permanent(error));
        }
        self.waited += wait;
        Ok(())
    }
}
