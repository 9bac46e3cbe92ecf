//! A client's visit: its token tells which key and which world.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use super::problem::Unauthorized;
use crate::contract::Timestamp;
use crate::contract::query::without_secrets;
use crate::keys::Key;
use crate::mock::Mock;
use crate::world::{SessionName, World};

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

impl Visit {
    /// A token is `KEY` or `KEY~SESSION`; a whole token that is itself a key wins.
    pub fn of(mock: &Mock, request: &Request) -> Self {
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
