//! What stands between a visit and the operation, in this order: a forced answer, the limiter, the key, the faults.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::caller::Caller;
use super::effect::{Abort, Change};
use super::problem::Problem;
use super::visit::Visit;
use crate::fault::Effect;
use crate::world::{AnsweredBy, Client, Subject};

/// Lets a request pass to the operation, or answers in its place.
pub async fn pass(mut request: Request, next: Next) -> Response {
    // `record::keep` is around this.
    let Some(visit) = request.extensions_mut().remove::<Visit>() else {
        return Problem::Internal.into_response();
    };
    let preference = preferred(request.headers());
    if let Ok(Some(status)) = preference {
        visit.answered_by(AnsweredBy::Prefer);
        return forced(status, None, "the header Prefer", &request);
    }

    let settings = visit.world.settings();
    let (client, limit) = match (&visit.refused, &visit.key) {
        (None, Some((index, key))) => (Client::Key(*index), key.rate_limit.unwrap_or(settings.rate_limit)),
        _ => (Client::at(address(&request)), settings.rate_limit),
    };
    let (limit, squeezed) = visit.world.scenario.limit(limit);
    if let Err(wait) = visit.world.limiter.admit(&client, limit) {
        visit.answered_by(AnsweredBy::Limit);
        if squeezed {
            visit.world.scenario.count_refusal();
        }
        return Problem::TooManyRequests { wait, instance: request.uri().path().to_owned() }.into_response();
    }
    let key = match (&visit.refused, &visit.key) {
        (None, Some((_, key))) => Arc::clone(key),
        (Some(why), _) => return Problem::Unauthorized(why.clone()).into_response(),
        (None, None) => return Problem::Internal.into_response(),
    };

    if let Err(problem) = preference {
        return problem.into_response();
    }

    let subject = Subject { key: &key.name, query: request.uri().query().unwrap_or_default() };
    let plan = visit.world.faults.plan(&subject);
    if !plan.fired.is_empty() {
        visit.answered_by(AnsweredBy::Faults(plan.fired.clone()));
    }
    // As with faults, one behind another that decides does not count the request.
    let of_scenario = if plan.effect.is_none() { visit.world.scenario.failure(&key.name) } else { None };
    if of_scenario.is_some() {
        visit.answered_by(AnsweredBy::Scenario);
    }
    request.extensions_mut().insert(Caller { key, world: visit.world, query: visit.query, shown: visit.shown });
    // Sleeping holds nothing but this request.
    if !plan.delay.is_zero() {
        Box::pin(tokio::time::sleep(plan.delay)).await;
    }
    let (effect, by) = match (plan.effect, of_scenario) {
        (None, None) => return next.run(request).await,
        (Some(effect), _) => (effect, told(&plan.fired)),
        (None, Some(effect)) => (effect, "the scenario".to_owned()),
    };
    // Seldom; in a box, so that not every request carries along what is kept for it.
    Box::pin(suffer(effect, by, request, next)).await
}

fn told(fired: &[u64]) -> String {
    let numbers: Vec<String> = fired.iter().map(u64::to_string).collect();
    format!("fault {}", numbers.join(", "))
}

/// Answers with the effect of a fault; `by` is whose it is, in words.
async fn suffer(effect: Effect, by: String, request: Request, next: Next) -> Response {
    match effect {
        Effect::Delay(_) => next.run(request).await,
        Effect::Status { status, retry_after } => forced(status, retry_after, &by, &request),
        Effect::Reset => Abort::Reset.into_response(),
        Effect::Empty => Abort::Empty.into_response(),
        Effect::Truncate { bytes } => changed(Change::Truncate { bytes }, next.run(request).await),
        Effect::Malformed => changed(Change::Malformed, next.run(request).await),
        Effect::Drip { bytes, every } => changed(Change::Drip { bytes, every }, next.run(request).await),
    }
}

fn forced(status: u16, retry_after: Option<u64>, by: &str, request: &Request) -> Response {
    let instance = request.uri().path().to_owned();
    Problem::Forced { status, retry_after, by: by.to_owned(), instance }.into_response()
}

fn changed(change: Change, mut response: Response) -> Response {
    response.extensions_mut().insert(change);
    response
}

/// The status that `Prefer: code=…` asks for, as in Prism (RFC 7240 for the header).
fn preferred(headers: &HeaderMap) -> Result<Option<u16>, Problem> {
    for value in headers.get_all("prefer") {
        let text = value.to_str().unwrap_or_default();
        for preference in text.split([',', ';']).map(str::trim) {
            let Some((name, code)) = preference.split_once('=') else { continue };
            if !name.trim().eq_ignore_ascii_case("code") {
                continue;
            }
            return match code.trim().trim_matches('"').parse::<u16>() {
                Ok(200) => Ok(None),
                Ok(status @ 400..=599) => Ok(Some(status)),
                _ => Err(Problem::BadPreference { code: code.trim().to_owned() }),
            };
        }
    }
    Ok(None)
}

fn address(request: &Request) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(peer)| peer.ip())
}
