//! Authentication: from a bearer token to a key and the world of a session.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;

use super::header_values::header_values;
use super::redact::Secrets;
use crate::app_state::AppState;
use crate::keys::{Key, KeyError};
use crate::world::{ClockReading, SessionName, SessionNameError, World};

/// The key of a request, and whether it may be used.
#[derive(Debug, Clone)]
pub enum Authentication {
    /// A valid key.
    Accepted { key: Arc<Key> },
    /// No usable key; `key` is set when the token is that of a revoked or expired one.
    Refused { key: Option<Arc<Key>>, reason: Unauthorized },
}

impl Authentication {
    /// The key of the token, valid or not.
    pub fn key(&self) -> Option<&Arc<Key>> {
        match self {
            Self::Accepted { key } => Some(key),
            Self::Refused { key, .. } => key.as_ref(),
        }
    }
}

/// Why a request has no valid key (ERR-401).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unauthorized {
    /// No `Authorization` header.
    Missing,
    /// More than one `Authorization` header.
    Repeated,
    /// Another scheme than `Bearer`, or none.
    Scheme,
    /// A known key, but the text behind its `~` is no session name.
    Session(SessionNameError),
    /// A known key, but the text behind its `~` is or contains a token. Sessions are listed by their names.
    SessionWithToken,
    /// `Bearer` without a token.
    NoToken,
    /// `Bearer` with a text that cannot be a token.
    Malformed,
    /// A token that no key has, or whose key may not be used.
    Key(KeyError),
}

/// The message of the 401.
impl fmt::Display for Unauthorized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SEND: &str = "Send the header \"Authorization: Bearer KEY\"";
        match self {
            Self::Missing => write!(f, "No Authorization header. {SEND}."),
            Self::Repeated => write!(f, "More than one Authorization header. {SEND} once."),
            Self::Scheme => write!(f, "The Authorization header does not use the scheme Bearer. {SEND}."),
            Self::NoToken => write!(f, "The Authorization header has no token. {SEND}."),
            Self::Malformed => {
                write!(
                    f,
                    "The token in the Authorization header contains a space or a character that is not ASCII. {SEND}."
                )
            }
            Self::Session(error) => write!(f, "The key is known, but {error}; a token is KEY or KEY~SESSION."),
            Self::SessionWithToken => {
                f.write_str("The key is known, but the session name behind its ~ contains a token. Send another name.")
            }
            Self::Key(KeyError::Unknown { built_in: true, .. }) => {
                f.write_str("None of the built-in keys has this token. One that works is mock-admin.")
            }
            Self::Key(KeyError::Unknown { source, .. }) => write!(f, "No key in {source} has this token."),
            Self::Key(KeyError::Revoked { key }) => write!(f, "The key {key} is revoked."),
            Self::Key(KeyError::Expired { key, since }) => write!(f, "The key {key} expired at {since}."),
        }
    }
}

/// The result of [`authenticate`].
pub struct Authenticated {
    /// The world of the session that the token names if it exists, else of the default session.
    pub world: Arc<World>,
    /// The clock of that world when the request was received.
    pub clock: ClockReading,
    pub authentication: Authentication,
    /// The session that a refused token names, if it does not exist.
    pub absent_session: Option<SessionName>,
}

/// Looks up the key and the session of a token.
///
/// Only the token of a valid key opens a session: others could end those in use, of which there is a limited number. A
/// refused token selects the session that it names if that exists, else the default session, like none.
pub fn authenticate(
    state: &AppState,
    secrets: &Secrets,
    token: Result<&str, Unauthorized>,
    received_at: Instant,
) -> Authenticated {
    let named = token.as_ref().ok().copied().and_then(session_name);
    let found = token.and_then(|token| find_key(secrets, token));
    // The token of a key may contain a tilde.
    let session = found.as_ref().map_or(named, |(_, session)| session.clone());
    let existing = match &session {
        Some(session) => state.sessions().existing(session),
        None => Some(state.world()),
    };
    let authentication = match found {
        Ok((key, _)) => {
            let clock = existing.as_ref().map_or_else(|| state.sessions().initial_clock(), |world| world.clock.clone());
            match key.check_usable(clock.read_at(received_at).now) {
                Ok(()) => Authentication::Accepted { key: Arc::clone(key) },
                Err(error) => Authentication::Refused { key: Some(Arc::clone(key)), reason: Unauthorized::Key(error) },
            }
        }
        Err(reason) => Authentication::Refused { key: None, reason },
    };
    let (world, absent_session) = match (&authentication, session, existing) {
        (Authentication::Accepted { .. }, Some(session), _) => (state.session(&session), None),
        (_, _, Some(world)) => (world, None),
        (_, session, None) => (state.world(), session),
    };
    Authenticated { clock: world.clock.read_at(received_at), world, authentication, absent_session }
}

/// The session that a token names behind its last `~`.
fn session_name(token: &str) -> Option<SessionName> {
    token.rsplit_once('~')?.1.parse().ok()
}

/// The key and the session of a token, which is `KEY` or `KEY~SESSION`. A whole token that is itself a key comes first.
fn find_key<'a>(secrets: &'a Secrets, token: &str) -> Result<(&'a Arc<Key>, Option<SessionName>), Unauthorized> {
    let keys = secrets.keys();
    if let Some(key) = keys.find(token) {
        return Ok((key, None));
    }
    let with_session = token.rsplit_once('~').and_then(|(key, name)| Some((keys.find(key)?, name)));
    let (key, name) = with_session.ok_or_else(|| Unauthorized::Key(keys.unknown_token()))?;
    let session = name.parse().map_err(Unauthorized::Session)?;
    if secrets.are_in_session_name(name) {
        return Err(Unauthorized::SessionWithToken);
    }
    Ok((key, Some(session)))
}

/// The token of `Authorization: Bearer <token>`, the scheme in any case (REQ-LENIENT, RFC 6750 section 2.1).
pub fn bearer_token(headers: &HeaderMap) -> Result<&str, Unauthorized> {
    let mut values = header_values(headers, AUTHORIZATION);
    let value = values.next().ok_or(Unauthorized::Missing)?;
    if values.next().is_some() {
        return Err(Unauthorized::Repeated);
    }
    let mut words = value.to_str().map_err(|_| Unauthorized::Malformed)?.split_ascii_whitespace();
    if !words.next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer")) {
        return Err(Unauthorized::Scheme);
    }
    match (words.next(), words.next()) {
        (None, _) => Err(Unauthorized::NoToken),
        (Some(token), None) => Ok(token),
        (Some(_), Some(_)) => Err(Unauthorized::Malformed),
    }
}
