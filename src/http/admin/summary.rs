//! `/__admin/summary`: counts of the entries that match a query: values of each filter, actors, a time line.

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::extract::Session;
use crate::app_state::AppState;
use crate::contract::{Parameter, query};
use crate::http::problem::Problem;
use crate::http::{blocking, gzip};

/// Lists only values that contain this text, and more of them.
const CONTAINS: &str = "contains";

/// Time range and filters have the same syntax as in the operation; there are no pages. The web UI
/// asks for it with each change of the view, and it is long and repetitive: a client that accepts gzip gets a fifth of the bytes.
pub async fn get(State(state): State<AppState>, parts: Parts) -> Result<Response, Problem> {
    let paging = [Parameter::Page, Parameter::PageSize];
    let known: Vec<&str> =
        Parameter::ALL.into_iter().filter(|known| !paging.contains(known)).map(Parameter::name).collect();
    let (Session { world, .. }, mut values) = Session::with_parameters_and_lists(&parts, &state, &[CONTAINS], &known)?;
    let contains = values.remove(CONTAINS);
    world.catch_up();
    let raw = parts.uri.query().unwrap_or_default();
    let is_of_api = |pair: &&str| ["session", CONTAINS].iter().all(|own| query::first_value(pair, own).is_none());
    let asked = raw.split('&').filter(is_of_api).collect::<Vec<_>>().join("&");
    let settings = world.settings();
    let parsed = query::parse(&asked, &world.store.vocabulary(), settings.strict.into(), settings.offsets)
        .map_err(|rejected| Problem::BadRequest { issues: rejected.errors })?;
    let is_compressed = gzip::is_accepted(&parts.headers);
    let body = move || {
        let summary = match contains {
            Some(text) => world.summary_containing(&parsed.query, &text),
            None => world.summary(&parsed.query),
        };
        let json = serde_json::to_vec(&summary).expect("a summary has string keys only");
        if is_compressed { gzip::compress(&json) } else { json }
    };
    let body = blocking::run(&state.work_limits().short_work, body).await?;
    let mut response = ([(CONTENT_TYPE, "application/json"), (VARY, "Accept-Encoding")], body).into_response();
    if is_compressed {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}
