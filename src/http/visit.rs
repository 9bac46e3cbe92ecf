//! A client's visit: its token tells which key and which world, and the world's journal keeps what came of it.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;

use super::effect::Abort;
use super::problem::{Problem, Unauthorized};
use super::request_id::RequestId;
use crate::contract::query::without_secrets;
use crate::contract::{Finding, Timestamp};
use crate::keys::Key;
use crate::mock::Mock;
use crate::world::{AnsweredBy, Record, SessionName, World};

/// Who comes, and to which world.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The session's world; the unnamed one when the token names none.
    pub world: Arc<World>,
    /// The key of the token and its place in the list of keys, whatever its state.
    pub key: Option<(usize, Arc<Key>)>,
    /// Why the token is not accepted, if it is not.
    pub refused: Option<Unauthorized>,
    /// The raw query string without any secret: all that is looked at from here on.
    pub query: Arc<str>,
}

/// What a handler noticed about the request; it travels to the journal with the response.
#[derive(Debug, Clone)]
pub struct Noticed(pub Vec<Finding>);

/// Opens and closes the journal's record around everything that a client can ask.
pub async fn record(State(mock): State<Mock>, mut request: Request, next: Next) -> Response {
    let arrived = Instant::now();
    let visit = Visit::of(&mock, &request);
    let (world, query) = (Arc::clone(&visit.world), Arc::clone(&visit.query));
    let mut record = Record {
        id: RequestId::of(&request).uuid(),
        time: world.clock.now(),
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: Arc::clone(&query),
        key: visit.key.as_ref().map(|(_, key)| Arc::clone(key)),
        status: 0,
        duration: std::time::Duration::ZERO,
        findings: Vec::new(),
        answered_by: None,
    };
    request.extensions_mut().insert(visit);

    let mut response = next.run(request).await;
    if response.extensions().get::<Abort>().is_none() {
        record.status = response.status().as_u16();
    }
    record.findings = response.extensions_mut().remove::<Noticed>().map(|noticed| noticed.0).unwrap_or_default();
    record.answered_by = response.extensions_mut().remove::<AnsweredBy>();
    record.duration = arrived.elapsed();
    log(&record, response.extensions().get::<Problem>());
    world.journal.add(record);
    response
}

impl Visit {
    /// A token is `KEY` or `KEY~SESSION`; a whole token that is itself a key wins.
    fn of(mock: &Mock, request: &Request) -> Self {
        let token = bearer_token(request.headers());
        let raw = request.uri().query().unwrap_or_default();
        let query = without_secrets(raw, |text| token == Ok(text) || is_token(mock, text)).into();
        let refused = |why, query| Self { world: mock.world(), key: None, refused: Some(why), query };
        let token = match token {
            Ok(token) => token,
            Err(why) => return refused(why, query),
        };
        if let Some(grant) = mock.keys().find(token) {
            return Self::with_key(mock.world(), grant.index, grant.key, query);
        }
        let with_session = token.rsplit_once('~').and_then(|(key, name)| Some((mock.keys().find(key)?, name)));
        match with_session.map(|(grant, name)| (grant, name.parse::<SessionName>())) {
            Some((grant, Ok(name))) => Self::with_key(mock.session(&name), grant.index, grant.key, query),
            Some((_, Err(error))) => refused(Unauthorized::Session(error), query),
            None => refused(Unauthorized::Refused(mock.keys().unknown()), query),
        }
    }

    fn with_key(world: Arc<World>, index: usize, key: &Arc<Key>, query: Arc<str>) -> Self {
        let now: Timestamp = world.clock.now();
        let refused = key.usable(now).err().map(Unauthorized::Refused);
        Self { world, key: Some((index, Arc::clone(key))), refused, query }
    }
}

/// Whether a text is a token, alone, with a session, or behind the word Bearer.
fn is_token(mock: &Mock, text: &str) -> bool {
    let last = text.rsplit(char::is_whitespace).next().unwrap_or(text);
    let key = last.rsplit_once('~').map(|(key, _)| key);
    std::iter::once(last).chain(key).any(|token| mock.keys().find(token).is_some())
}

/// A request that was not answered with what it asked for is told at the terminal, in the words of its answer; any
/// other is a line for whoever looks closer.
fn log(record: &Record, problem: Option<&Problem>) {
    let Record { id, method, path, query, status, .. } = record;
    let mark = if query.is_empty() { "" } else { "?" };
    let query = shortened(query);
    let key = record.key.as_ref().map(ToString::to_string).unwrap_or_default();
    let microseconds = u64::try_from(record.duration.as_micros()).unwrap_or(u64::MAX);
    let line = format_args!("{status} {method} {path}{mark}{query}");
    if let Some(problem) = problem {
        let words = problem.to_string();
        tracing::info!(key, request = %id, "{line} {}", shortened(&words));
    } else {
        tracing::debug!(key, microseconds, request = %id, "{line}");
    }
}

fn shortened(text: &str) -> &str {
    text.char_indices().nth(LONGEST_LOGGED).map_or(text, |(end, _)| &text[..end])
}

/// Characters of a query, or of a message, in a line of the log.
const LONGEST_LOGGED: usize = 500;

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
