//! `/__admin/requests`: the journal of a world, filtered and counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::{Value, json};

use super::faults::name_of;
use super::session::Session;
use crate::app_state::AppState;
use crate::contract::{RULES, query};
use crate::fixture::Moment;
use crate::http::problem::Problem;
use crate::http::redact::contains_own_token;
use crate::text::nearest;
use crate::world::{AnsweredBy, AnsweredByKind, JournalFilter, JournalRecord, StatusFilter, World};

/// Which records of which world are wanted, and how many at most.
#[derive(Debug)]
pub struct Wanted {
    world: Arc<World>,
    filter: JournalFilter,
    limit: usize,
}

const PARAMETERS: [&str; 10] =
    ["method", "path", "key", "status", "answeredBy", "rule", "since", "until", "fromPage", "limit"];

pub async fn list(wanted: Wanted) -> Json<Value> {
    let Wanted { world, filter, limit } = wanted;
    let records = world.journal.list(&filter);
    let shown: Vec<Value> = records.iter().take(limit).map(|record| show(record, &world)).collect();
    Json(json!({"requests": shown, "count": records.len(), "dropped": world.journal.dropped()}))
}

pub async fn count(wanted: Wanted) -> Json<Value> {
    let Wanted { world, filter, .. } = wanted;
    Json(json!({"count": world.journal.count(&filter), "dropped": world.journal.dropped()}))
}

pub async fn clear(session: Session) -> Json<Value> {
    Json(json!({"removed": session.world.journal.clear()}))
}

/// The query is parsed when somebody looks, not when it is answered.
fn show(record: &JournalRecord, world: &World) -> Value {
    let parsed = query::parse(&record.query, &world.store.vocabulary(), false).ok().map(|parsed| parsed.query);
    let faults = match record.answered_by() {
        Some(AnsweredBy::Faults(numbers)) => numbers.as_slice(),
        _ => &[],
    };
    json!({
        "id": record.id.to_string(),
        "time": record.time,
        "method": record.method,
        "path": record.path,
        "query": *record.query,
        "parsedQuery": parsed,
        "key": record.key.as_ref().map(|key| json!({"name": key.name, "lastFour": key.last_four})),
        "status": record.outcome.status_or_zero(),
        "durationMicroseconds": u64::try_from(record.duration.as_micros()).unwrap_or(u64::MAX),
        "findings": record.findings(),
        "problem": record.problem(),
        "answeredBy": record.answered_by().map(AnsweredBy::kind),
        "faults": faults,
        "fromPage": record.from_page,
    })
}

impl FromRequestParts<AppState> for Wanted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, mock: &AppState) -> Result<Self, Problem> {
        let (session, mut values) = Session::with_parameters(parts, mock, &PARAMETERS)?;
        let now = session.world.clock.now();
        let moment = |text: &str| Moment::read(text, now);
        let number = |text: &str| text.parse().map_err(|_| format!("\"{text}\" is not a whole number"));
        let answered_by = |text: &str| {
            let accepted = || AnsweredByKind::WORDS.join(", ");
            text.parse().map_err(|_| format!("\"{text}\" is not known; accepted: {}", accepted()))
        };
        let from_page =
            |text: &str| text.parse().map_err(|_| format!("\"{text}\" is not known; accepted: true, false"));
        Ok(Self {
            world: session.world,
            filter: JournalFilter {
                status: take(mock, &mut values, "status", status)?,
                answered_by: take(mock, &mut values, "answeredBy", answered_by)?,
                since: take(mock, &mut values, "since", moment)?,
                until: take(mock, &mut values, "until", moment)?,
                from_page: take(mock, &mut values, "fromPage", from_page)?,
                method: values.remove("method"),
                path: values.remove("path"),
                key: take(mock, &mut values, "key", |text| name_of(mock, text))?,
                rule: take(mock, &mut values, "rule", rule)?,
            },
            limit: take(mock, &mut values, "limit", number)?.unwrap_or(usize::MAX),
        })
    }
}

/// A status, or the class of one, such as `4xx`.
fn status(text: &str) -> Result<StatusFilter, String> {
    let unreadable = || format!("\"{text}\" is not a status, such as 429, or 4xx for all of a class");
    if let Some(class @ ("1" | "2" | "3" | "4" | "5")) = text.strip_suffix("xx") {
        return class.parse().map(StatusFilter::Class).map_err(|_| unreadable());
    }
    match text.parse() {
        Ok(0) => Ok(StatusFilter::NoResponse),
        Ok(code) => Ok(StatusFilter::Code(code)),
        Err(_) => Err(unreadable()),
    }
}

/// An identifier of the fidelity table.
fn rule(text: &str) -> Result<String, String> {
    if RULES.iter().any(|rule| rule.id == text) {
        return Ok(text.to_owned());
    }
    let meant = nearest(text, RULES.iter().map(|rule| rule.id)).map(|id| format!("; did you mean {id}?"));
    Err(format!("\"{text}\" is not a rule of the fidelity table{}", meant.unwrap_or_default()))
}

/// The value of a parameter, if it was given.
fn take<T>(
    mock: &AppState,
    values: &mut BTreeMap<String, String>,
    name: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, Problem> {
    let Some(text) = values.remove(name) else { return Ok(None) };
    read(&text).map(Some).map_err(|reason| {
        // Only a key is named by its token, and then it is not told back.
        let reason = if contains_own_token(mock, &text) && name != "key" { "is a token".to_owned() } else { reason };
        Problem::BadControl { details: format!("{name}: {reason}.") }
    })
}
