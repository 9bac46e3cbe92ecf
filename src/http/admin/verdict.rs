//! `/__admin/verdict`: judges the clients of a world, and checks expectations.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read};
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequestParts, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Buf;
use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::extract::{Session, refuse_encoded_body, repeated_values};
use crate::app_state::AppState;
use crate::contract::query::{self, Offsets, Strictness};
use crate::contract::{FilterField, Filters, Timestamp};
use crate::duration;
use crate::fixture::Moment;
use crate::http::blocking;
use crate::http::problem::Problem;
use crate::http::redact::Secrets;
use crate::http::size_limits::{CONTROL_BODY_TIMEOUT, reserve_body_memory};
use crate::text::{sentence, suggestion};
use crate::world::ended_sessions::{EndedSession, SessionEnd};
use crate::world::verdict::{Delivered, Expectation, ExpectationVerdict, Scope};
use crate::world::{SessionName, World};

/// Parts of a sink that are received before they are compared.
const CHUNKS: usize = 8;
/// The most that hyper hands over of a body at once.
const MAX_CHUNK_BYTES: usize = 128 * 1024;

/// Parameters of a call: the world, the entries over which its clients are judged, the expectations, the format.
#[derive(Debug)]
pub struct VerdictQuery {
    world: Arc<World>,
    scope: Scope,
    expected: Vec<Expectation>,
    secrets: Secrets,
    as_text: bool,
}

pub async fn get(State(state): State<AppState>, query: VerdictQuery) -> Result<Response, Problem> {
    let VerdictQuery { world, scope, expected, secrets: _, as_text } = query;
    let judgement = blocking::run(&state.work_limits().verdicts, move || world.verdict(&scope)).await?;
    if expected.contains(&Expectation::Delivered) && judgement.delivered.is_none() {
        let details = "expect: nothing was delivered yet; send what the client has to POST /__admin/verdict/delivered.";
        return Err(Problem::BadControlRequest { details: details.to_owned() });
    }
    let reasons: Vec<String> = expected.iter().filter_map(|expected| judgement.failure_message(*expected)).collect();
    if as_text {
        let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
        return Ok((status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], judgement.to_string()).into_response());
    }
    if reasons.is_empty() {
        Ok(Json(judgement).into_response())
    } else {
        Err(Problem::ExpectationsNotMet { reasons, expectations: judgement.expectations })
    }
}

/// Judges a session that is about to end, for the report of the server, if there will be one. When the client does not wait, the
/// session does not end, and is judged with the others.
pub async fn keep_verdict(
    state: &AppState,
    name: Option<&SessionName>,
    world: &Arc<World>,
    end: SessionEnd,
) -> Result<(), Problem> {
    if !state.sessions().keeps_verdicts() || world.is_unused() {
        return Ok(());
    }
    let judged = Arc::clone(world);
    let judgement = blocking::run(&state.work_limits().verdicts, move || judged.verdict(&Scope::default())).await?;
    state.sessions().add_ended(EndedSession { name: name.map(SessionName::to_string), end, judgement });
    Ok(())
}

/// Compares a client's sink, which is read as it comes in: it may have a million records.
pub async fn delivered(
    State(state): State<AppState>,
    query: VerdictQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    refuse_encoded_body(&headers)?;
    if query.expected.iter().any(|expected| *expected != Expectation::Delivered) {
        let details =
            "expect: only delivered can be expected here; ask GET /__admin/verdict for the others.".to_owned();
        return Err(Problem::BadControlRequest { details });
    }
    if body.size_hint().lower() > Delivered::MAX_BYTES as u64 {
        return Err(Problem::BodyTooLarge { max: Delivered::MAX_BYTES });
    }
    let length = body.size_hint().exact().and_then(|length| usize::try_from(length).ok());
    let most = CHUNKS * MAX_CHUNK_BYTES;
    let _memory = reserve_body_memory(&state, length.map_or(most, |length| length.min(most))).await?;
    let (sender, receiver) = mpsc::channel(CHUNKS);
    let VerdictQuery { world, scope, expected, secrets, as_text: _ } = query;
    let compare = move || {
        let sink = BodyReader { receiver, rest: Bytes::new() };
        world.delivered_redacted(sink, &scope, |text| secrets.redact_string(text))
    };
    let comparing = blocking::run(&state.work_limits().comparisons, compare);
    let sending = async move {
        let mut body = body.into_data_stream();
        loop {
            let chunk = match timeout(CONTROL_BODY_TIMEOUT, body.next()).await {
                Ok(Some(chunk)) => chunk.map_err(io::Error::other),
                Ok(None) => return,
                Err(_) => Err(io::Error::new(ErrorKind::TimedOut, "nothing of the body arrived for 30 s")),
            };
            let is_last = chunk.is_err();
            // The comparison stops listening at the first error.
            if sender.send(chunk).await.is_err() || is_last {
                return;
            }
        }
    };
    let (compared, ()) = tokio::join!(comparing, sending);
    let delivered = compared?.map_err(|error| Problem::BadControlRequest { details: error.to_string() })?;
    let reasons = delivered.reasons();
    if expected.is_empty() || reasons.is_empty() {
        return Ok(Json(delivered).into_response());
    }
    let verdict = ExpectationVerdict { kept: false, reasons };
    let told = format!("not delivered: {}", verdict.reasons.join("; "));
    Err(Problem::ExpectationsNotMet {
        reasons: vec![told],
        expectations: BTreeMap::from([(Expectation::Delivered, verdict)]),
    })
}

/// A body that is read on another thread than it is received on.
struct BodyReader {
    receiver: mpsc::Receiver<io::Result<Bytes>>,
    rest: Bytes,
}

impl Read for BodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.receiver.blocking_recv() {
                Some(chunk) => self.rest = chunk?,
                None => return Ok(0),
            }
        }
        let count = self.rest.len().min(buffer.len());
        self.rest.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}

impl FromRequestParts<AppState> for VerdictQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let known = ["from", "to", "overlap"];
        let lists = [&["expect"], &FilterField::IN_PUBLISHED_ORDER.map(FilterField::as_str)[..]].concat();
        let (Session { world, .. }, mut values) = Session::with_parameters_and_lists(parts, state, &known, &lists)?;
        let now = world.clock.now();
        let mut moment = |name: &str| {
            let read = |text: String| {
                let wrong = |reason| Problem::BadControlRequest { details: sentence(&format!("{name}: {reason}")) };
                read_moment(&text, now).map_err(wrong)
            };
            values.remove(name).map(read).transpose()
        };
        let (from, to) = (moment("from")?, moment("to")?);
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            let details = format!("from is {from}, after to, which is {to}. Did you mean them the other way round?");
            return Err(Problem::BadControlRequest { details });
        }
        let overlap = values.remove("overlap").map(|text| read_overlap(&text)).transpose()?;
        let mut expected = Vec::new();
        for text in repeated_values(parts, "expect")? {
            expected.extend(expectations(&text)?);
        }
        if overlap.is_none() && expected.contains(&Expectation::NoRereads) {
            let details = "expect: no-rereads needs the parameter overlap, which says how far back a client means to read \
                           again, such as overlap=2m, or overlap=0s for not at all.";
            return Err(Problem::BadControlRequest { details: details.to_owned() });
        }
        let secrets = Secrets::new(state, &parts.headers);
        let filters = filters(parts.uri.query().unwrap_or_default(), &world, &secrets)?;
        let accepted = parts.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let scope = Scope { from, to, overlap, filters };
        Ok(Self { world, scope, expected, secrets, as_text: prefers_text(accepted) })
    }
}

/// Whether an `Accept` header names text before JSON (RFC 9110, section 12.5.1; weights are ignored).
fn prefers_text(accepted: &str) -> bool {
    let mut ranges = accepted.split(',').map(|range| range.split(';').next().unwrap_or_default().trim());
    let known = ["text/plain", "text/*", "application/json", "application/*", "*/*"];
    let first = ranges.find_map(|range| known.into_iter().find(|known| known.eq_ignore_ascii_case(range)));
    first.is_some_and(|first| first.starts_with("text/"))
}

/// Parses an instant. A plus sign that is not percent-encoded arrives as a space; the operation forgives that too (TIME-FORMS).
fn read_moment(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let as_it_is = Moment::read(text, now);
    as_it_is.or_else(|wrong| Moment::read(&text.replace(' ', "+"), now).map_err(|_| wrong))
}

fn read_overlap(text: &str) -> Result<Duration, Problem> {
    duration::parse(text).map_err(|_| {
        let details = format!("overlap: \"{text}\" is not a length of time; accepted: such as 2m, 90s or 0s.");
        Problem::BadControlRequest { details }
    })
}

/// Parses a list of expectations. An empty one is an error: an unset variable in a CI script would pass whatever the clients did.
fn expectations(text: &str) -> Result<Vec<Expectation>, Problem> {
    let names = Expectation::WORDS;
    let each = text.split(',').map(|name| {
        name.parse().map_err(|_| {
            let meant = suggestion(name, names);
            let details = format!("expect: \"{name}\" is not known; accepted: {}.{meant}", names.join(", "));
            Problem::BadControlRequest { details }
        })
    });
    each.collect()
}

/// Parses the filters like the operation, but strictly: with a misspelt value nothing would be judged. Refuses a token,
/// because the verdict and the report list the filters.
fn filters(raw: &str, world: &World, secrets: &Secrets) -> Result<Filters, Problem> {
    let of_filters = |pair: &&str| FilterField::WORDS.into_iter().any(|name| query::has_name(pair, name));
    let raw = raw.split('&').filter(of_filters).collect::<Vec<_>>().join("&");
    let parsed = query::parse(&raw, &world.store.vocabulary(), Strictness::Strict, Offsets::Honoured);
    let filters = parsed.map_err(|rejected| Problem::BadRequest { issues: rejected.errors })?.query.filters;
    let has_token = |(_, values): &(FilterField, &[String])| values.iter().any(|value| secrets.are_in(value));
    if let Some((field, _)) = filters.iter().find(has_token) {
        let details = format!("{field}: is or contains a token, which no verdict may show.");
        return Err(Problem::BadControlRequest { details });
    }
    Ok(filters)
}
