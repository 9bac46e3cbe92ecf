//! `/__admin/summary`: what the entries of a query have in common, counted.

use axum::Json;
use axum::extract::State;
use axum::http::request::Parts;

use super::session::Session;
use crate::app_state::AppState;
use crate::contract::{Parameter, query};
use crate::http::problem::Problem;
use crate::store::Summary;

/// The range and the filters are read as the operation reads them; a page of them is not asked for.
pub async fn get(State(mock): State<AppState>, parts: Parts) -> Result<Json<Summary>, Problem> {
    let paging = [Parameter::Page, Parameter::PageSize];
    let known: Vec<&str> =
        Parameter::ALL.into_iter().filter(|known| !paging.contains(known)).map(Parameter::name).collect();
    let Session { world, .. } = Session::beside_repeated(&parts, &mock, &known)?;
    world.catch_up();
    let raw = parts.uri.query().unwrap_or_default();
    let is_ours = |pair: &&str| query::first_value(pair, "session").is_none();
    let asked = raw.split('&').filter(is_ours).collect::<Vec<_>>().join("&");
    let parsed = query::parse(&asked, &world.store.vocabulary(), world.settings().strict)
        .map_err(|rejected| Problem::BadRequest { problems: rejected.problems })?;
    Ok(Json(world.summary(&parsed.query)))
}
