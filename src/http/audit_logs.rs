//! `GET /api/v1/audit-logs`: the mission.

use axum::Extension;
use axum::body::Bytes;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::caller::Caller;
use super::chunked_body::ChunkedBody;
use super::journal_entry::Noticed;
use super::problem::Problem;
use crate::contract::{ParsedQuery, QueryIssue, QueryRejection, query};
use crate::keys::VIEW_AUDIT_LOGS;
use crate::store::Answer;
use crate::world::verdict::Given;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

pub async fn get(caller: Caller) -> Response {
    answer(&caller)
}

/// The page that a caller asks for, or why there is none.
pub fn answer(caller: &Caller) -> Response {
    allowed(caller).unwrap_or_else(IntoResponse::into_response)
}

fn allowed(caller: &Caller) -> Result<Response, Problem> {
    caller.require_permission(VIEW_AUDIT_LOGS)?;
    let world = &caller.world;
    world.catch_up();
    let (answer, mut noticed) = match parsed(caller) {
        Ok(parsed) => {
            log(caller, &parsed.notes);
            if !caller.from_page {
                world.before_page(&parsed.query);
            }
            let Answer { body, entries, total_pages, arrivals } = world.store.answer(&parsed.query);
            if !caller.from_page {
                world.after_page(&parsed.query, parsed.query.page as usize + 1 >= total_pages);
            }
            caller.told.given(Given::new(arrivals, entries, total_pages));
            (page(body), parsed.notes)
        }
        Err(rejected) => {
            log(caller, &rejected.notes);
            let noticed = [rejected.problems.clone(), rejected.notes].concat();
            (Problem::BadRequest { problems: rejected.problems }.into_response(), noticed)
        }
    };
    if noticed.is_empty() {
        return Ok(answer);
    }
    noticed.truncate(MOST_NOTICED);
    Ok((Extension(Noticed(noticed)), answer).into_response())
}

/// The answer of a page. Made by hand, for what makes one of parts puts a header there to replace it.
fn page(body: Vec<Bytes>) -> Response {
    let length = body.iter().map(Bytes::len).sum::<usize>();
    let mut response = Response::new(ChunkedBody::from_chunks(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(CONTENT_LENGTH, length.into());
    response
}

/// What a query means, with what was noticed in words that hold no token.
fn parsed(caller: &Caller) -> Result<ParsedQuery, QueryRejection> {
    let (vocabulary, strict) = (caller.world.store.vocabulary(), caller.world.settings().strict);
    let meant = query::parse(caller.query.for_parsing(), &vocabulary, strict);
    if !caller.query.differs_for_display() {
        return meant;
    }
    let told = query::parse(caller.query.for_display(), &vocabulary, strict);
    match meant {
        Ok(meant) => {
            let (Ok(ParsedQuery { notes, .. }) | Err(QueryRejection { notes, .. })) = told;
            Ok(ParsedQuery { notes, ..meant })
        }
        Err(meant) => Err(told.err().unwrap_or(meant)),
    }
}

/// Tells the developer at the terminal why a client gets less, or more, than it seems to ask for.
fn log(caller: &Caller, notes: &[QueryIssue]) {
    for note in notes.iter().take(MOST_NOTICED) {
        tracing::warn!(rule = note.rule, key = %caller, request = %caller.request, "{note}");
    }
    if notes.len() > MOST_NOTICED {
        tracing::warn!(key = %caller, request = %caller.request, "and {} more", notes.len() - MOST_NOTICED);
    }
}

/// A request can hold thousands of things to notice; nobody reads more, and log and journal stay bounded.
const MOST_NOTICED: usize = 20;
