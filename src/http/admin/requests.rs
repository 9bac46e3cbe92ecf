//! `/__admin/requests`: lists, counts and clears the journal of a world.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use serde_json::{Value, json};

use super::blocking;
use super::extract::Session;
use super::faults::key_name;
use crate::app_state::AppState;
use crate::contract::{RULES, query, query::Strictness};
use crate::fixture::Moment;
use crate::http::problem::Problem;
use crate::text::nearest;
use crate::world::{Intervention, InterventionKind, JournalFilter, JournalRecord, StatusFilter, World};

/// Parameters of a listing: the world, the filter, the largest number of records.
#[derive(Debug)]
pub struct Listing {
    world: Arc<World>,
    filter: JournalFilter,
    limit: usize,
}

const PARAMETERS: [&str; 10] =
    ["method", "path", "key", "status", "answeredBy", "rule", "since", "until", "fromPage", "limit"];

pub async fn list(State(state): State<AppState>, listing: Listing) -> Result<Json<Value>, Problem> {
    let Listing { world, filter, limit } = listing;
    let list = move || {
        let records = world.journal.list(&filter);
        let listed: Vec<Value> = records.iter().take(limit).map(|record| to_json(record, &world)).collect();
        json!({"requests": listed, "count": records.len(), "dropped": world.journal.dropped()})
    };
    blocking::run(&state.work_limits().short_work, list).await.map(Json)
}

pub async fn count(listing: Listing) -> Json<Value> {
    let Listing { world, filter, .. } = listing;
    Json(json!({"count": world.journal.count(&filter), "dropped": world.journal.dropped()}))
}

pub async fn clear(session: Session) -> Json<Value> {
    Json(json!({"removed": session.world.journal.clear()}))
}

/// A record as JSON. Its query is parsed again here, so that answering a request does not pay for it.
fn to_json(record: &JournalRecord, world: &World) -> Value {
    let parsed =
        query::parse(&record.query, &world.store.vocabulary(), Strictness::Lenient).ok().map(|parsed| parsed.query);
    let faults = match record.intervention() {
        Some(Intervention::Faults(numbers)) => numbers.as_slice(),
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
        "findings": record.issues(),
        "problem": record.problem(),
        "answeredBy": record.intervention().map(Intervention::kind),
        "faults": faults,
        "fromPage": record.from_ui,
    })
}

impl FromRequestParts<AppState> for Listing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let (session, mut values) = Session::with_parameters(parts, state, &PARAMETERS)?;
        let now = session.world.clock.now();
        let moment = |text: &str| Moment::read(text, now);
        let number = |text: &str| text.parse().map_err(|_| format!("\"{text}\" is not a whole number"));
        let intervention = |text: &str| {
            let accepted = || InterventionKind::WORDS.join(", ");
            text.parse().map_err(|_| format!("\"{text}\" is not known; accepted: {}", accepted()))
        };
        let from_ui = |text: &str| text.parse().map_err(|_| format!("\"{text}\" is not known; accepted: true, false"));
        Ok(Self {
            world: session.world,
            filter: JournalFilter {
                status: take(&mut values, "status", status)?,
                intervention: take(&mut values, "answeredBy", intervention)?,
                since: take(&mut values, "since", moment)?,
                until: take(&mut values, "until", moment)?,
                from_ui: take(&mut values, "fromPage", from_ui)?,
                method: values.remove("method"),
                path: values.remove("path"),
                key: take(&mut values, "key", |text| key_name(state, text))?,
                rule: take(&mut values, "rule", rule)?,
            },
            limit: take(&mut values, "limit", number)?.unwrap_or(usize::MAX),
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
        Ok(code @ 100..=599) => Ok(StatusFilter::Code(code)),
        Ok(_) | Err(_) => Err(unreadable()),
    }
}

/// The identifier of a rule in the fidelity table.
fn rule(text: &str) -> Result<String, String> {
    if RULES.iter().any(|rule| rule.id == text) {
        return Ok(text.to_owned());
    }
    let meant = nearest(text, RULES.iter().map(|rule| rule.id)).map(|id| format!("; did you mean \"{id}\"?"));
    Err(format!("\"{text}\" is not a rule of the fidelity table{}", meant.unwrap_or_default()))
}

/// The value of a parameter, if it was given.
fn take<T>(
    values: &mut BTreeMap<String, String>,
    name: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, Problem> {
    let read = |text: String| {
        read(&text).map_err(|reason| Problem::BadControlRequest { details: format!("{name}: {reason}.") })
    };
    values.remove(name).map(read).transpose()
}
