//! A client's context: its token tells which key and which world.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::Request;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderName};

use super::problem::Unauthorized;
use super::redact::{RedactedQuery, redact_path};
use crate::app_state::AppState;
use crate::keys::Key;
use crate::world::verdict::Given;
use crate::world::{AnsweredBy, ClockReading, SessionName, World};

/// Who comes, and to which world.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// The session's world; the unnamed one when the token names none.
    pub world: Arc<World>,
    /// The key of the token and its place in the list of keys, whatever its state.
    pub key: Option<(usize, Arc<Key>)>,
    /// Why the token is not accepted, if it is not.
    pub refused: Option<Unauthorized>,
    /// The path without any secret.
    pub path: Cow<'static, str>,
    /// The raw query string without secrets.
    pub query: RedactedQuery,
    /// When it came.
    pub arrived: Instant,
    /// The same by the clock of the world.
    pub came: ClockReading,
    /// From where.
    pub address: IpAddr,
    /// Whether the page of this server asks: it is answered as anyone, and nothing is said of a client for it.
    pub from_page: bool,
    /// What is told to the journal.
    pub told: Arc<Told>,
}

/// What those say who answer a request: the journal hears it even if the client goes before the answer.
#[derive(Debug, Default)]
pub struct Told {
    answered_by: OnceLock<AnsweredBy>,
    given: OnceLock<Given>,
}

impl RequestContext {
    /// A token is `KEY` or `KEY~SESSION`; a whole token that is itself a key wins.
    pub fn from_request(mock: &AppState, request: &Request, address: IpAddr) -> Self {
        let arrived = Instant::now();
        let token = bearer_token(request.headers());
        let is_secret = |text: &str| token == Ok(text) || mock.is_token(text);
        let path = redact_path(request.uri().path(), is_secret);
        let raw = request.uri().query().unwrap_or_default();
        let shortest = token.as_ref().map_or(usize::MAX, |token| token.len()).min(mock.shortest_token());
        let query = RedactedQuery::new(raw, shortest, is_secret);
        let world = mock.world();
        let context = Self {
            came: world.clock.read_at(arrived),
            arrived,
            world,
            key: None,
            refused: None,
            path,
            query,
            address,
            from_page: is_from_page(request.headers()),
            told: Arc::default(),
        };
        match token {
            Ok(token) => context.with_token(mock, token),
            Err(why) => context.refused(why),
        }
    }

    fn with_token(self, mock: &AppState, token: &str) -> Self {
        if let Some(grant) = mock.keys().find(token) {
            return self.with_key(grant.index, grant.key);
        }
        let with_session = token.rsplit_once('~').and_then(|(key, name)| Some((mock.keys().find(key)?, name)));
        match with_session.map(|(grant, name)| (grant, name.parse::<SessionName>())) {
            Some((grant, Ok(name))) => self.in_world(mock.session(&name)).with_key(grant.index, grant.key),
            Some((_, Err(error))) => self.refused(Unauthorized::Session(error)),
            None => self.refused(Unauthorized::Refused(mock.keys().unknown_token())),
        }
    }

    fn in_world(self, world: Arc<World>) -> Self {
        Self { came: world.clock.read_at(self.arrived), world, ..self }
    }

    fn with_key(self, index: usize, key: &Arc<Key>) -> Self {
        let refused = key.check_usable(self.came.now).err().map(Unauthorized::Refused);
        Self { key: Some((index, Arc::clone(key))), refused, ..self }
    }

    fn refused(self, why: Unauthorized) -> Self {
        Self { refused: Some(why), ..self }
    }
}

impl Told {
    /// What answers in place of the operation, or changes its answer.
    pub fn answered_by(&self, by: AnsweredBy) {
        // Said once a request.
        let _ = self.answered_by.set(by);
    }

    /// What was said to answer.
    pub fn answerer(&self) -> Option<AnsweredBy> {
        self.answered_by.get().cloned()
    }

    /// The operation answers with this page.
    pub fn given(&self, page: Given) {
        // Once a request.
        let _ = self.given.set(page);
    }

    /// The page that the operation answered with.
    pub fn page(&self) -> Option<Given> {
        self.given.get().copied()
    }
}

const PAGE_MARK: HeaderName = HeaderName::from_static("x-cortex-mock-page");

/// The page marks its requests, `X-Cortex-Mock-Page: true`.
fn is_from_page(headers: &HeaderMap) -> bool {
    headers.get(PAGE_MARK).is_some_and(|value| value == "true")
}

/// The token of `Authorization: Bearer <token>`, the scheme in any case (REQ-LENIENT, RFC 6750 section 2.1).
pub fn bearer_token(headers: &HeaderMap) -> Result<&str, Unauthorized> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(Unauthorized::Missing)?;
    if values.next().is_some() {
        return Err(Unauthorized::Repeated);
    }
    let value = value.to_str().map_err(|_| Unauthorized::Malformed)?.trim();
    let (scheme, token) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Unauthorized::Scheme);
    }
    match token.trim_start() {
        "" => Err(Unauthorized::NoToken),
        token if token.contains(char::is_whitespace) => Err(Unauthorized::Malformed),
        token => Ok(token),
    }
}
