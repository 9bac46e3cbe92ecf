//! Extractors of the control plane: the session of a call, and its body or that it has none.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_ENCODING;
use axum::http::request::Parts;
use tokio::sync::OwnedSemaphorePermit;

use crate::app_state::AppState;
use crate::control::BODY;
use crate::http::problem::Problem;
use crate::http::redact::Secrets;
use crate::http::size_limits;
use crate::json_file::{FileErrors, decode};
use crate::text::suggestion;
use crate::world::{SessionName, World};

/// The session of `?session=NAME`, opened on first use; without the parameter, the default one. As an extractor it refuses
/// every other parameter.
#[derive(Debug)]
pub struct Session {
    pub name: Option<SessionName>,
    pub world: Arc<World>,
}

impl FromRequestParts<AppState> for Session {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        Self::with_parameters(parts, state, &[]).map(|(session, _)| session)
    }
}

impl Session {
    /// The session, and the values of the other parameters; `known` are their names.
    pub fn with_parameters(
        parts: &Parts,
        state: &AppState,
        known: &[&str],
    ) -> Result<(Self, BTreeMap<String, String>), Problem> {
        let (name, values) = session_and_parameters(parts, state, known)?;
        Ok((Self::new(name, state), values))
    }

    /// The session, and the values of the other parameters; those named in `lists` may be repeated and are left to the caller.
    pub fn with_parameters_and_lists(
        parts: &Parts,
        state: &AppState,
        known: &[&str],
        lists: &[&str],
    ) -> Result<(Self, BTreeMap<String, String>), Problem> {
        let mut all = parameters(parts, &[known, lists].concat())?;
        all.retain(|(name, _)| !lists.contains(&name.as_str()));
        let (name, values) = single_values(all, parts, state)?;
        Ok((Self::new(name, state), values))
    }

    fn new(name: Option<SessionName>, state: &AppState) -> Self {
        let world = state.sessions().world(name.as_ref());
        Self { name, world }
    }
}

/// Extractor for a call that is about no single session. Like [`Session`] it accepts `session` and refuses every other
/// parameter, but it ignores the name and opens no session.
#[derive(Debug)]
pub struct IgnoredSession;

impl FromRequestParts<AppState> for IgnoredSession {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        session_and_parameters(parts, state, &[]).map(|_| Self)
    }
}

/// The session name and the values of the other parameters.
fn session_and_parameters(
    parts: &Parts,
    state: &AppState,
    known: &[&str],
) -> Result<(Option<SessionName>, BTreeMap<String, String>), Problem> {
    single_values(parameters(parts, known)?, parts, state)
}

/// The session name and the other values of parameters that may not be repeated.
fn single_values(
    pairs: Vec<(String, String)>,
    parts: &Parts,
    state: &AppState,
) -> Result<(Option<SessionName>, BTreeMap<String, String>), Problem> {
    let mut values = BTreeMap::new();
    for (name, value) in pairs {
        if values.insert(name.clone(), value).is_some() {
            return Err(twice(&name));
        }
    }
    let name = session_name(values.remove(SESSION), parts, state)?;
    Ok((name, values))
}

fn session_name(given: Option<String>, parts: &Parts, state: &AppState) -> Result<Option<SessionName>, Problem> {
    match given {
        None => Ok(None),
        // Probably a whole token, which the list of sessions must not have.
        Some(text) if text.contains('~') || Secrets::new(state, &parts.headers).are_in_session_name(&text) => {
            Err(wrong(
                "session: takes what stands behind the ~ of a token KEY~SESSION, and no ~, such as test-17.".to_owned(),
            ))
        }
        Some(text) => text.parse().map(Some).map_err(|error| wrong(format!("session=\"{text}\": {error}."))),
    }
}

const SESSION: &str = "session";

/// The parameters of a call, in the order received; an unknown one is refused.
fn parameters(parts: &Parts, known: &[&str]) -> Result<Vec<(String, String)>, Problem> {
    let pairs = decoded_pairs(parts)?;
    let known: Vec<&str> = std::iter::once(SESSION).chain(known.iter().copied()).collect();
    for (name, _) in &pairs {
        if !known.contains(&name.as_str()) {
            let meant = suggestion(name, known.iter().copied());
            let accepted = known.join(", ");
            return Err(wrong(format!("\"{name}\" is not a parameter of this call; accepted: {accepted}.{meant}")));
        }
    }
    Ok(pairs)
}

/// The values of a parameter that may be repeated, in the order received.
pub fn repeated_values(parts: &Parts, name: &str) -> Result<Vec<String>, Problem> {
    let pairs = decoded_pairs(parts)?.into_iter();
    Ok(pairs.filter(|(given, _)| given == name).map(|(_, value)| value).collect())
}

fn decoded_pairs(parts: &Parts) -> Result<Vec<(String, String)>, Problem> {
    let pairs = Query::try_from_uri(&parts.uri).map(|Query(pairs)| pairs);
    pairs.map_err(|error| wrong(format!("The query string cannot be read: {error}.")))
}

fn twice(name: &str) -> Problem {
    wrong(format!("\"{name}\" is given twice."))
}

fn wrong(details: String) -> Problem {
    Problem::BadControlRequest { details }
}

/// Refuses a compressed body, which nothing here decodes (RFC 9110, section 15.5.16).
pub fn refuse_encoded_body(headers: &HeaderMap) -> Result<(), Problem> {
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    match encodings.find(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        Some(encoding) => Err(Problem::EncodedBody { encoding: String::from_utf8_lossy(encoding.as_bytes()).into() }),
        None => Ok(()),
    }
}

/// The body as text, at most 32 MiB and received within 30 s, and the memory that is reserved for it.
#[derive(Debug)]
pub struct Text(pub String, pub OwnedSemaphorePermit);

impl FromRequest<AppState> for Text {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        refuse_encoded_body(request.headers())?;
        let (bytes, memory) = size_limits::receive_control_body(request.into_body(), state).await?;
        let text = decode(BODY, bytes).map_err(|error| Problem::BadBody(FileErrors(vec![error])))?;
        Ok(Self(text, memory))
    }
}

/// Extractor for a call that takes no body. It refuses one, because the call would do more than the body asks for: without the
/// refusal, a reset with `{"session": "one"}` resets the default session.
#[derive(Debug)]
pub struct NoBody;

impl FromRequest<AppState> for NoBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Problem> {
        if size_limits::is_empty(request.into_body()).await {
            return Ok(Self);
        }
        Err(wrong(
            "This call takes no body: its path and parameters such as session=NAME say what it is for.".to_owned(),
        ))
    }
}
