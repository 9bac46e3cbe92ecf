//! Which world a call of the control plane is about, and the text of its body.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;

use crate::app_state::AppState;
use crate::http::limits;
use crate::http::problem::Problem;
use crate::http::redact::{REDACTED, contains_own_token};
use crate::text::nearest;
use crate::world::{SessionName, World};

/// The world of `?session=NAME`, opened if it is not; without it, the unnamed one. No other parameter is known.
#[derive(Debug)]
pub struct Session {
    pub name: Option<SessionName>,
    pub world: Arc<World>,
}

impl FromRequestParts<AppState> for Session {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, mock: &AppState) -> Result<Self, Problem> {
        Self::with_parameters(parts, mock, &[]).map(|(session, _)| session)
    }
}

impl Session {
    /// The session, and the values of the other parameters that a call knows.
    pub fn with_parameters(
        parts: &Parts,
        mock: &AppState,
        known: &[&str],
    ) -> Result<(Self, BTreeMap<String, String>), Problem> {
        let (name, values) = named_and_others(parts, mock, known)?;
        Ok((Self::of(name, mock), values))
    }

    /// The session and the values of other parameters, beside lists, which can be repeated and are read by the call.
    pub fn beside_lists(
        parts: &Parts,
        mock: &AppState,
        known: &[&str],
        lists: &[&str],
    ) -> Result<(Self, BTreeMap<String, String>), Problem> {
        let mut all = given(parts, mock, &[known, lists].concat())?;
        all.retain(|(name, _)| !lists.contains(&name.as_str()));
        let (name, values) = each_once(all, mock)?;
        Ok((Self::of(name, mock), values))
    }

    /// The session, where the other parameters that a call knows can be repeated, and are read by the call.
    pub fn beside_repeated(parts: &Parts, mock: &AppState, known: &[&str]) -> Result<Self, Problem> {
        let mut names = given(parts, mock, known)?.into_iter().filter(|(name, _)| name == SESSION);
        let name = names.next().map(|(_, value)| value);
        if names.next().is_some() {
            return Err(twice(SESSION));
        }
        Ok(Self::of(name_of(name, mock)?, mock))
    }

    fn of(name: Option<SessionName>, mock: &AppState) -> Self {
        let world = mock.sessions().world(name.as_ref());
        Self { name, world }
    }
}

/// For a call about all sessions: its parameters are right, and none of them opens a session.
#[derive(Debug)]
pub struct AllSessions;

impl FromRequestParts<AppState> for AllSessions {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, mock: &AppState) -> Result<Self, Problem> {
        named_and_others(parts, mock, &[]).map(|_| Self)
    }
}

/// The session that is named, and the values of the other parameters.
fn named_and_others(
    parts: &Parts,
    mock: &AppState,
    known: &[&str],
) -> Result<(Option<SessionName>, BTreeMap<String, String>), Problem> {
    each_once(given(parts, mock, known)?, mock)
}

fn each_once(
    pairs: Vec<(String, String)>,
    mock: &AppState,
) -> Result<(Option<SessionName>, BTreeMap<String, String>), Problem> {
    let mut values = BTreeMap::new();
    for (name, value) in pairs {
        if values.insert(name.clone(), value).is_some() {
            return Err(twice(&name));
        }
    }
    let name = name_of(values.remove(SESSION), mock)?;
    Ok((name, values))
}

fn name_of(given: Option<String>, mock: &AppState) -> Result<Option<SessionName>, Problem> {
    match given {
        None => Ok(None),
        // Most likely a whole token, which is no word for a message.
        Some(text) if text.contains('~') || contains_own_token(mock, &text) => Err(wrong(
            "session: takes what stands behind the ~ of a token KEY~SESSION, and no ~, such as test-17.".to_owned(),
        )),
        Some(text) => text.parse().map(Some).map_err(|error| wrong(format!("session=\"{text}\": {error}."))),
    }
}

const SESSION: &str = "session";

/// The parameters of a call, all of which it knows.
fn given(parts: &Parts, mock: &AppState, known: &[&str]) -> Result<Vec<(String, String)>, Problem> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
        .map_err(|error| wrong(format!("The query string cannot be read: {error}.")))?;
    let known: Vec<&str> = std::iter::once(SESSION).chain(known.iter().copied()).collect();
    for (name, _) in &pairs {
        if !known.contains(&name.as_str()) {
            let meant = nearest(name, known.iter().copied());
            let meant = meant.map(|word| format!(" Did you mean \"{word}\"?")).unwrap_or_default();
            let accepted = known.join(", ");
            let name = if contains_own_token(mock, name) { REDACTED } else { name };
            return Err(wrong(format!("\"{name}\" is not a parameter of this call; accepted: {accepted}.{meant}")));
        }
    }
    Ok(pairs)
}

fn twice(name: &str) -> Problem {
    wrong(format!("\"{name}\" is given twice."))
}

fn wrong(details: String) -> Problem {
    Problem::BadControl { details }
}

/// A body of at most 32 MiB that arrives within 30 s, as text.
#[derive(Debug)]
pub struct Text(pub String);

/// The largest body that the control plane takes, in bytes.
const MOST: usize = 32 * 1024 * 1024;
/// How long a client may take to send it.
const PATIENCE: Duration = Duration::from_secs(30);

impl<S: Sync> FromRequest<S> for Text {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let bytes = limits::read(request.into_body(), MOST, PATIENCE).await?;
        let text = String::from_utf8(bytes.into());
        text.map(Self).map_err(|_| Problem::BadControl { details: "The body is not UTF-8.".to_owned() })
    }
}
