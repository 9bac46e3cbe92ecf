//! Admission of a request to the operation, in this order: a status that `Prefer` forces, rate limit, key, an invalid
//! `Prefer`, fault plan. Each but the last can refuse the request. The fault plan refuses nothing: it returns the
//! [`FaultInjection`] that the middleware then applies.
//!
//! The order is part of the API's behaviour: a wrong key counts for the rate limit, and only a valid key meets faults and
//! gets an error for an invalid `Prefer`.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName};

use super::admitted_request::AdmittedRequest;
use super::auth::Authentication;
use super::context::{RequestContext, meets_faults};
use super::fault_injection::FaultInjection;
use super::header_values::header_values;
use super::pending_record::PendingRecord;
use super::problem::{ForcedResponse, Problem};
use crate::keys::Key;
use crate::world::Intervention;
use crate::world::faults::{FaultPlan, RequestFacts, RuleSelection};
use crate::world::limiter::RateLimitKey;

/// Admits a request and returns its fault injection, or the problem that refuses it.
pub fn check(
    request: &Request,
    context: Arc<RequestContext>,
    record: PendingRecord,
) -> Result<(AdmittedRequest, FaultInjection), Problem> {
    let preferred = preferred_status(request.headers());
    if let Ok(Some(status)) = preferred {
        record.set_intervention(Intervention::Prefer);
        let (by, instance) = ("the header Prefer".to_owned(), context.path.to_string());
        let forced = ForcedResponse {
            status,
            retry_after: None,
            retry_after_date: false,
            message: None,
            body: None,
            by,
            instance,
        };
        return Err(Problem::Forced(Box::new(forced)));
    }
    check_rate_limit(&context, &record)?;
    let key = match &context.authentication {
        Authentication::Accepted { key } => Arc::clone(key),
        Authentication::Refused { reason, .. } => return Err(Problem::Unauthorized(reason.clone())),
    };
    // A status that cannot be forced is an error only with a valid key.
    preferred?;
    let fault = plan_fault(request, &context, &key, &record);
    Ok((AdmittedRequest { context, key, record }, fault))
}

/// Counts the request against the limit of its key, or of its network address without a valid key.
fn check_rate_limit(context: &RequestContext, record: &PendingRecord) -> Result<(), Problem> {
    let RequestContext { world, settings, .. } = context;
    let default_limit = settings.rate_limit;
    let (client, limit) = match &context.authentication {
        Authentication::Accepted { key } => {
            (RateLimitKey::Key(key.limiter_id()), key.rate_limit.unwrap_or(default_limit))
        }
        Authentication::Refused { .. } => (RateLimitKey::for_address(context.address), default_limit),
    };
    let (limit, lowered_by_scenario) = world.scenario.limit(limit);
    world.limiter.admit(&client, limit).map_err(|wait| {
        record.set_intervention(Intervention::Limit);
        if lowered_by_scenario && !context.from_ui {
            world.scenario.count_refusal();
        }
        Problem::TooManyRequests { wait, instance: context.path.to_string() }
    })
}

/// What the fault rules of the world, or else its scenario, inject into the request.
fn plan_fault(request: &Request, context: &RequestContext, key: &Key, record: &PendingRecord) -> FaultInjection {
    let world = &context.world;
    // A rule that is to fire once is there for the client under test, so the web UI meets those of its key alone, unless its
    // user asks for all.
    let rules =
        if context.from_ui && !meets_faults(request.headers()) { RuleSelection::OfKeys } else { RuleSelection::All };
    let facts = RequestFacts { key: &key.name, query: request.uri().query().unwrap_or_default(), rules };
    let FaultPlan { delay, effect, fired } = world.faults.fire(&facts);
    // The scenario counts a request only if no fault has decided it, and never one of the web UI: otherwise opening the UI
    // would change what a client gets.
    let scenario_failure = if effect.is_none() && !context.from_ui { world.scenario.failure(&key.name) } else { None };
    let from_scenario = scenario_failure.is_some();
    let effect = match (effect, scenario_failure) {
        (Some(effect), _) => {
            let numbers: Vec<String> = fired.iter().map(u64::to_string).collect();
            Some((effect, format!("fault {}", numbers.join(", "))))
        }
        (None, Some(effect)) => Some((effect, "the scenario".to_owned())),
        (None, None) => None,
    };
    if !fired.is_empty() {
        record.set_intervention(Intervention::Faults(fired));
    } else if from_scenario {
        record.set_intervention(Intervention::Scenario);
    }
    FaultInjection::new(delay, effect, context.path.clone())
}

/// The status that `Prefer: code=…` asks for, as in Prism (RFC 7240 for the header). `code=200` asks for the normal answer.
fn preferred_status(headers: &HeaderMap) -> Result<Option<u16>, Problem> {
    const PREFER: HeaderName = HeaderName::from_static("prefer");

    let texts = header_values(headers, PREFER).map(|value| value.to_str().unwrap_or_default());
    let mut preferences =
        texts.flat_map(|text| text.split([',', ';'])).filter_map(|preference| preference.split_once('='));
    let Some((_, code)) = preferences.find(|(name, _)| name.trim().eq_ignore_ascii_case("code")) else {
        return Ok(None);
    };
    match code.trim().trim_matches('"').parse::<u16>() {
        Ok(200) => Ok(None),
        Ok(status @ 400..=599) => Ok(Some(status)),
        _ => Err(Problem::BadPreference { code: code.trim().to_owned() }),
    }
}
