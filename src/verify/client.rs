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

/// Reason why the attempts to send a request end.
enum Stop {
    Failed(RequestError),
    /// Further requests would fail too.
    GaveUp(String),
    /// The server still fails: its response is the result.
    LastReply(Reply),
}

impl From<RequestError> for Stop {
    fn from(error: RequestError) -> Self {
        Self::Failed(error)
    }
}

/// Client that remembers responses.
pub struct ProbeClient<'a> {
    client: ApiClient<'a>,
    no_permission_token: Option<Token>,
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
        no_permission_token: Option<Token>,
        time: TimeSource,
        on_wait: impl Fn(RetryWait<'_>) + 'a,
    ) -> Self {
        Self {
            client: ApiClient::new(connection, time, MAX_REQUESTS, on_wait),
            no_permission_token,
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

    pub fn has_no_permission_token(&self) -> bool {
        self.no_permission_token.is_some()
    }

    /// The text on one line, without any token.
    pub fn redact(&self, text: &str) -> String {
        let text = self.connection().token().redact(text);
        self.no_permission_token.as_ref().map_or(text.clone(), |token| token.redact(&text))
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
        let reply = match self.send(request) {
            Ok(reply) | Err(Stop::LastReply(reply)) => reply,
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::GaveUp(reason)) => return Err(RequestError::Permanent(self.gave_up.insert(reason).clone())),
        };
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
            Credentials::NoPermission => self.no_permission_token.as_ref().map(Token::header),
            Credentials::Missing => None,
            Credentials::UnknownToken => Some("Bearer no-key-has-this-token".to_owned()),
            Credentials::OtherScheme => Some("Basic bm8ta2V5OmhhcyB0aGlz".to_owned()),
        }
    }

    fn send(&mut self, request: &ProbeRequest) -> Result<Reply, Stop> {
        let authorization = self.authorization(request.credentials);
        let get = GetRequest { path: request.target(), authorization, content_type: request.content_type };
        let Self { patience, rate_limit_responses, .. } = self;
        if !patience.spacing.is_zero() {
            let reason = "the server admits a request at a time";
            patience.spend(patience.spacing, reason)?;
            self.client.pause(patience.spacing, reason);
        }
        let (mut failures, mut rate_limited) = (0, 0);
        let next_wait = |failure: &mut Retryable, requests| {
            let wait = match failure.reply.take() {
                Some(reply) if reply.status == StatusCode::TOO_MANY_REQUESTS => {
                    let response = ProbeResponse::new(request.clone(), reply);
                    rate_limit_responses.push(RateLimitResponse { response, requests, earlier: rate_limited });
                    rate_limited += 1;
                    if rate_limited == Self::MAX_RATE_LIMITED {
                        return Err(Stop::GaveUp(format!(
                            "the server answers 429, {rate_limited} times in a row though it was waited for"
                        )));
                    }
                    let wait = failure.retry_after.unwrap_or_else(|| backoff(rate_limited));
                    let wait = wait.max(Self::MIN_RATE_LIMIT_WAIT);
                    patience.note_rate_limit(wait);
                    wait
                }
                reply => {
                    failures += 1;
                    if failures == Self::MAX_ATTEMPTS {
                        return Err(reply.map_or_else(|| Stop::GaveUp(failure.reason.clone()), Stop::LastReply));
                    }
                    failure.retry_after.unwrap_or_else(|| backoff(failures))
                }
            };
            patience.spend(wait, &failure.reason)?;
            Ok(wait)
        };
        self.client.send(&get, accept, next_wait)
    }
}

/// Accepts every response but those that may be another one next time.
fn accept(_: &Connection, reply: Reply) -> Result<Reply, RequestError> {
    match reply.status.as_u16() {
        status @ (408 | 429 | 500 | 502..=504) => Err(RequestError::Retryable(Retryable {
            reason: format!("the server answers {status}"),
            retry_after: reply.retry_after(),
            reply: Some(reply),
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
    fn spend(&mut self, wait: Duration, reason: &str) -> Result<(), Stop> {
        if self.waited + wait > Self::MAX_WAIT {
            let limit = duration::format(Self::MAX_WAIT);
            return Err(Stop::GaveUp(format!("{reason}, and wants more than {limit} of patience in all")));
        }
        self.waited += wait;
        Ok(())
    }

    fn note_rate_limit(&mut self, wait: Duration) {
        if self.admitted <= Self::FEW_REQUESTS {
            self.spacing = self.spacing.max(wait);
        }
        self.admitted = 0;
    }
}
