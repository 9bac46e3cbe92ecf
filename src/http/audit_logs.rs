//! `GET /api/v1/audit-logs`: the operation that this server is for.

use axum::body::Bytes;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::caller::Caller;
use super::chunked_body::ChunkedBody;
use super::problem::Problem;
use crate::contract::{ParsedQuery, QueryIssue, QueryRejection, query};
use crate::keys::VIEW_AUDIT_LOGS;
use crate::store::Answer;
use crate::world::verdict::Given;

/// The most issues of one request that are logged, and that its journal entry has: a request can have thousands.
const MAX_ISSUES: usize = 20;

pub async fn get(caller: Caller) -> Response {
    respond(&caller)
}

/// Responds with the page that the query asks for, or with the problem.
pub fn respond(caller: &Caller) -> Response {
    try_respond(caller).unwrap_or_else(IntoResponse::into_response)
}

fn try_respond(caller: &Caller) -> Result<Response, Problem> {
    caller.require_permission(VIEW_AUDIT_LOGS)?;
    let (world, is_client) = (&caller.context.world, !caller.context.from_ui);
    world.catch_up();
    match parse(caller) {
        Ok(ParsedQuery { query, warnings }) => {
            log_warnings(caller, &warnings);
            if is_client {
                world.before_page(&query);
            }
            let Answer { body, entries, total_pages, arrivals } = world.store.answer(&query);
            if is_client {
                world.after_page(&query, query.page as usize + 1 >= total_pages);
            }
            caller.journal.set_page(Given::new(arrivals, entries, total_pages));
            record_issues(caller, warnings);
            Ok(page(body))
        }
        Err(QueryRejection { errors, warnings }) => {
            log_warnings(caller, &warnings);
            record_issues(caller, [errors.clone(), warnings].concat());
            Err(Problem::BadRequest { issues: errors })
        }
    }
}

/// The response with a page. Built by hand: as a tuple of headers and body, `Content-Type` would be set twice.
fn page(chunks: Vec<Bytes>) -> Response {
    const JSON: HeaderValue = HeaderValue::from_static("application/json");

    let length = chunks.iter().map(Bytes::len).sum::<usize>();
    let mut response = Response::new(ChunkedBody::from_chunks(chunks));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(CONTENT_LENGTH, length.into());
    response
}

/// Parses the query. When it contains a token, the issues come from parsing its redacted form, so that no message repeats
/// the token.
fn parse(caller: &Caller) -> Result<ParsedQuery, QueryRejection> {
    let (world, query) = (&caller.context.world, &caller.context.query);
    let (vocabulary, strict) = (world.store.vocabulary(), world.settings().strict);
    let parsed = query::parse(query.for_parsing(), &vocabulary, strict.into());
    if !query.differs_for_display() {
        return parsed;
    }
    let displayed = query::parse(query.for_display(), &vocabulary, strict.into());
    match parsed {
        Ok(parsed) => {
            let (Ok(ParsedQuery { warnings, .. }) | Err(QueryRejection { warnings, .. })) = displayed;
            Ok(ParsedQuery { warnings, ..parsed })
        }
        Err(rejection) => Err(displayed.err().unwrap_or(rejection)),
    }
}

/// Logs the issues that do not refuse the request: they are why a client gets less, or more, than it seems to ask for.
fn log_warnings(caller: &Caller, warnings: &[QueryIssue]) {
    let request = caller.context.id;
    for warning in warnings.iter().take(MAX_ISSUES) {
        tracing::warn!(rule = warning.rule, key = %caller, request = %request, "{warning}");
    }
    if warnings.len() > MAX_ISSUES {
        tracing::warn!(key = %caller, request = %request, "and {} more", warnings.len() - MAX_ISSUES);
    }
}

/// Adds issues to the journal entry.
fn record_issues(caller: &Caller, mut issues: Vec<QueryIssue>) {
    issues.truncate(MAX_ISSUES);
    if !issues.is_empty() {
        caller.journal.set_issues(issues);
    }
}
