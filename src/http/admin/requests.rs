//! `/__admin/requests`: lists, counts and clears the journal of a world.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use serde_json::{Value, json};

use super::extract::{NoBody, Session};
use crate::app_state::AppState;
use crate::contract::{Parameter, RULES, query, query::Strictness};
use crate::fixture::Moment;
use crate::http::blocking;
use crate::http::problem::Problem;
use crate::text::{nearest, sentence};
use crate::world::{Intervention, InterventionKind, JournalFilter, JournalRecord, QueryFilter, StatusFilter, World};

/// Parameters of a listing: the world, the filter, the largest number of records.
#[derive(Debug)]
pub struct Listing {
    world: Arc<World>,
    filter: JournalFilter,
    limit: usize,
}

/// The parameters beside those of the operation.
const PARAMETERS: [&str; 12] = [
    "method",
    "path",
    "key",
    "status",
    "answeredBy",
    "rule",
    "since",
    "until",
    "fromPage",
    "userAgent",
    "traceparent",
    "limit",
];

pub async fn list(State(state): State<AppState>, listing: Listing) -> Result<Json<Value>, Problem> {
    let Listing { world, filter, limit } = listing;
    let list = move || {
        let records = world.journal.list(&filter);
        let listed: Vec<Value> = records.iter().take(limit).map(|record| to_json(record, &world)).collect();
        json!({"requests": listed, "count": records.len(), "dropped": world.journal.dropped()})
    };
    blocking::run(&state.work_limits().short_work, list).await.map(Json)
}

pub async fn count(State(state): State<AppState>, listing: Listing) -> Result<Json<Value>, Problem> {
    let Listing { world, filter, limit: _ } = listing;
    let count = move || json!({"count": world.journal.count(&filter), "dropped": world.journal.dropped()});
    blocking::run(&state.work_limits().short_work, count).await.map(Json)
}

pub async fn clear(session: Session, _: NoBody) -> Json<Value> {
    Json(json!({"removed": session.world.journal.clear()}))
}

/// A record as JSON. Its query is parsed again here, so that answering a request does not pay for it; the beginning of one would
/// show defaults in place of what was cut off.
fn to_json(record: &JournalRecord, world: &World) -> Value {
    let parse = || query::parse(&record.query, &world.store.vocabulary(), Strictness::Lenient, record.offsets()).ok();
    let parsed = if record.query_truncated { None } else { parse().map(|parsed| parsed.query) };
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
        "address": record.head.address,
        "httpVersion": record.head.http_version,
        "headers": record.head.headers().map(|(header, value)| (header.as_str(), value)).collect::<BTreeMap<_, _>>(),
        "key": record.key.as_ref().map(|key| json!({"name": key.name, "lastFour": key.last_four})),
        "status": record.outcome.status_or_zero(),
        "durationMicroseconds": u64::try_from(record.duration.as_micros()).unwrap_or(u64::MAX),
        "responseBytes": record.response_bytes,
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
        let of_operation = Parameter::ALL.map(Parameter::name);
        let (session, mut values) = Session::with_parameters_and_lists(parts, state, &PARAMETERS, &of_operation)?;
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
                key: take(&mut values, "key", |text| {
                    state.keys().resolve_name(text).map_err(|error| error.to_string())
                })?,
                rule: take(&mut values, "rule", rule)?,
                user_agent: values.remove("userAgent"),
                traceparent: values.remove("traceparent"),
                query: query_filter(parts.uri.query().unwrap_or_default())?,
            },
            limit: take(&mut values, "limit", number)?.unwrap_or(usize::MAX),
        })
    }
}

/// The filter for the parameters of the operation in the query of the call, if there are any.
fn query_filter(raw: &str) -> Result<Option<QueryFilter>, Problem> {
    let is_of_operation = |pair: &&str| Parameter::ALL.iter().any(|known| query::has_name(pair, known.name()));
    let raw = raw.split('&').filter(is_of_operation).collect::<Vec<_>>().join("&");
    if raw.is_empty() {
        return Ok(None);
    }
    let filter = QueryFilter::parse(&raw);
    filter.map(Some).map_err(|rejection| Problem::BadRequest { issues: rejection.errors })
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
        read(&text).map_err(|reason| Problem::BadControlRequest { details: sentence(&format!("{name}: {reason}")) })
    };
    values.remove(name).map(read).transpose()
}
