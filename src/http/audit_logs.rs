//! `GET /api/v1/audit-logs`: the operation that this server is for.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::admitted_request::AdmittedRequest;
use super::blocking;
use super::chunked_body::ChunkedBody;
use super::context::RequestContext;
use super::pending_record::MAX_ISSUES;
use super::problem::Problem;
use crate::app_state::AppState;
use crate::contract::{ParsedQuery, QueryIssue, QueryRejection, query};
use crate::keys::VIEW_AUDIT_LOGS;
use crate::store::RenderedPage;
use crate::world::verdict::PageSummary;

pub async fn get(State(state): State<AppState>, admitted: AdmittedRequest) -> Response {
    respond(&state, admitted).await
}

/// Responds with the page that the query asks for, or with the problem.
pub async fn respond(state: &AppState, admitted: AdmittedRequest) -> Response {
    /// A query with thousands of values takes milliseconds, so a longer query is for a blocking thread: meanwhile others are
    /// answered.
    const MAX_QUERY_BYTES: usize = 2048;

    let is_short = admitted.context.query.for_parser().len() <= MAX_QUERY_BYTES;
    let respond = move || try_respond(&admitted).unwrap_or_else(IntoResponse::into_response);
    if is_short {
        return respond();
    }
    blocking::run(&state.work_limits().long_queries, respond).await.unwrap_or_else(IntoResponse::into_response)
}

fn try_respond(admitted: &AdmittedRequest) -> Result<Response, Problem> {
    admitted.require_permission(VIEW_AUDIT_LOGS)?;
    let (world, is_client) = (&admitted.context.world, !admitted.context.from_ui);
    world.catch_up();
    match parse(admitted) {
        Ok(ParsedQuery { query, warnings }) => {
            log_warnings(admitted, &warnings);
            if is_client {
                world.scenario.before_page(&query, &world.clock, &world.store);
            }
            let RenderedPage { body, entries, total_pages, arrivals } = world.store.render_page(&query);
            if is_client {
                let last = query.page as usize + 1 >= total_pages;
                world.scenario.after_page(&query, last, &world.clock, &world.store);
            }
            admitted.record.set_page(PageSummary::new(arrivals, entries, total_pages));
            admitted.record.set_issues(&warnings);
            Ok(page(body))
        }
        Err(QueryRejection { errors, warnings }) => {
            log_warnings(admitted, &warnings);
            admitted.record.set_issues(errors.iter().chain(&warnings));
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

/// Parses the query. No issue repeats a token.
fn parse(admitted: &AdmittedRequest) -> Result<ParsedQuery, QueryRejection> {
    let RequestContext { world, query, secrets, settings, .. } = &*admitted.context;
    let mut parsed =
        query::parse(query.for_parser(), &world.store.vocabulary(), settings.strict.into(), settings.offsets);
    if query.has_token() {
        let (warnings, errors) = match &mut parsed {
            Ok(ParsedQuery { query: _, warnings }) => (warnings, None),
            Err(QueryRejection { errors, warnings }) => (warnings, Some(errors)),
        };
        let issues = warnings.iter_mut().chain(errors.into_iter().flatten());
        issues.for_each(|issue| secrets.redact_issue(issue));
    }
    parsed
}

/// Logs the issues that do not refuse the request: they are why a client gets less, or more, than it seems to ask for.
fn log_warnings(admitted: &AdmittedRequest, warnings: &[QueryIssue]) {
    let request = admitted.context.id;
    for warning in warnings.iter().take(MAX_ISSUES) {
        tracing::warn!(rule = warning.rule, key = %admitted, request = %request, "{warning}");
    }
    if warnings.len() > MAX_ISSUES {
        tracing::warn!(key = %admitted, request = %request, "and {} more", warnings.len() - MAX_ISSUES);
    }
}
