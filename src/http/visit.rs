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
}

/// What a handler noticed about the request; it travels to the journal with the response.
#[derive(Debug, Clone)]
pub struct Noticed(pub Vec<Finding>);

/// Opens and closes the journal's record around everything that a client can ask.
pub async fn record(State(mock): State<Mock>, mut request: Request, next: Next) -> Response {
    let arrived = Instant::now();
    let visit = Visit::of(&mock, request.headers());
    let record = Record {
        id: RequestId::of(&request).uuid(),
        time: visit.world.clock.now(),
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: without_secrets(request.uri().query().unwrap_or_default()).into_owned(),
        key: visit.key.as_ref().map(|(_, key)| Arc::clone(key)),
        status: 0,
        duration: std::time::Duration::ZERO,
        findings: Vec::new(),
        problem: None,
        answered_by: None,
    };
    let mut open = Open { arrived, world: Arc::clone(&visit.world), record: Some(record) };
    request.extensions_mut().insert(visit);

    let mut response = next.run(request).await;
    if let Some(record) = &mut open.record {
        if response.extensions().get::<Abort>().is_none() {
            record.status = response.status().as_u16();
        }
        record.findings = response.extensions_mut().remove::<Noticed>().map(|noticed| noticed.0).unwrap_or_default();
        if record.findings.is_empty() {
            record.problem = response.extensions().get().map(Problem::details);
        }
        record.answered_by = response.extensions_mut().remove::<AnsweredBy>();
    }
    response
}

/// A record until its request ends: with an answer, or because the client went before it.
struct Open {
    arrived: Instant,
    world: Arc<World>,
    record: Option<Record>,
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(mut record) = self.record.take() {
            if std::thread::panicking() {
                record.status = 500;
            }
            record.duration = self.arrived.elapsed();
            self.world.journal.add(record);
        }
    }
}

impl Visit {
    /// A token is `KEY` or `KEY~SESSION`; a whole token that is itself a key wins.
    fn of(mock: &Mock, headers: &HeaderMap) -> Self {
        let refused = |why| Self { world: mock.world(), key: None, refused: Some(why) };
        let token = match bearer_token(headers) {
            Ok(token) => token,
            Err(why) => return refused(why),
        };
        if let Some(grant) = mock.keys().find(token) {
            return Self::with_key(mock.world(), grant.index, grant.key);
        }
        let with_session = token.rsplit_once('~').and_then(|(key, name)| Some((mock.keys().find(key)?, name)));
        match with_session.map(|(grant, name)| (grant, name.parse::<SessionName>())) {
            Some((grant, Ok(name))) => Self::with_key(mock.session(&name), grant.index, grant.key),
            Some((_, Err(error))) => refused(Unauthorized::Session(error)),
            None => refused(Unauthorized::Refused(mock.keys().unknown())),
        }
    }

    fn with_key(world: Arc<World>, index: usize, key: &Arc<Key>) -> Self {
        let now: Timestamp = world.clock.now();
        let refused = key.usable(now).err().map(Unauthorized::Refused);
        Self { world, key: Some((index, Arc::clone(key))), refused }
    }
}

/// The token of `Authorization: Bearer <token>`, the scheme in any case (REQ-LENIENT, RFC 6750 section 2.1).
pub fn bearer_token(headers: &HeaderMap) -> Result<&str, Unauthorized> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(Unauthorized::Missing)?;
    if values.next().is_some() {
        return Err(Unauthorized::Repeated);
    }
    let value = value.to_str().map_err(|_| Unauthorized::Malformed)?.trim();
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Unauthorized::Scheme);
    }
    let token = token.trim_start();
    if token.is_empty() || token.contains(char::is_whitespace) {
        return Err(Unauthorized::Malformed);
    }
    Ok(token)
}
