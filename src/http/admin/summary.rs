//! `/__admin/summary`: counts of the entries that match a query: values of each filter, actors, a time line.

use axum::Json;
use axum::extract::State;
use axum::http::request::Parts;

use super::extract::Session;
use crate::app_state::AppState;
use crate::contract::{Parameter, query};
use crate::http::blocking;
use crate::http::problem::Problem;
use crate::store::Summary;

/// Time range and filters have the same syntax as in the operation; there are no pages.
pub async fn get(State(state): State<AppState>, parts: Parts) -> Result<Json<Summary>, Problem> {
    let paging = [Parameter::Page, Parameter::PageSize];
    let known: Vec<&str> =
        Parameter::ALL.into_iter().filter(|known| !paging.contains(known)).map(Parameter::name).collect();
    let Session { world, .. } = Session::with_lists(&parts, &state, &known)?;
    world.catch_up();
    let raw = parts.uri.query().unwrap_or_default();
    let is_ours = |pair: &&str| query::first_value(pair, "session").is_none();
    let asked = raw.split('&').filter(is_ours).collect::<Vec<_>>().join("&");
    let settings = world.settings();
    let parsed = query::parse(&asked, &world.store.vocabulary(), settings.strict.into(), settings.offsets)
        .map_err(|rejected| Problem::BadRequest { issues: rejected.errors })?;
    blocking::run(&state.work_limits().short_work, move || world.summary(&parsed.query)).await.map(Json)
}
