//! What stands between a context and the operation, in this order: a forced answer, the limiter, the key, the faults.

use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};

use super::caller::Caller;
use super::context::RequestContext;
use super::fault_injection::{BodyFault, ConnectionFault};
use super::problem::Problem;
use super::request_id::RequestId;
use crate::fault::Effect;
use crate::world::{AnsweredBy, RateLimitKey, RequestFacts};

const PREFER: HeaderName = HeaderName::from_static("prefer");

/// What a request meets on its way to the operation.
pub struct InjectedFault {
    delay: Duration,
    /// What happens to it, and whose doing that is, in words.
    effect: Option<(Effect, String)>,
}

/// Lets a request pass, or answers in place of the operation.
pub fn check(id: RequestId, request: &Request, context: RequestContext) -> Result<(Caller, InjectedFault), Problem> {
    let preference = preferred(request.headers());
    if let Ok(Some(status)) = preference {
        context.told.answered_by(AnsweredBy::Prefer);
        return Err(forced(status, None, "the header Prefer", request));
    }

    let settings = context.world.settings();
    let (client, limit) = match (&context.refused, &context.key) {
        (None, Some((index, key))) => (RateLimitKey::Key(*index), key.rate_limit.unwrap_or(settings.rate_limit)),
        _ => (RateLimitKey::for_address(context.address), settings.rate_limit),
    };
    let (limit, squeezed) = context.world.scenario.limit(limit);
    if let Err(wait) = context.world.limiter.admit(&client, limit) {
        context.told.answered_by(AnsweredBy::Limit);
        if squeezed && !context.from_page {
            context.world.scenario.count_refusal();
        }
        return Err(Problem::TooManyRequests { wait, instance: request.uri().path().to_owned() });
    }
    let RequestContext { world, query, from_page, told, key, refused, .. } = context;
    let key = match (refused, key) {
        (None, Some((_, key))) => key,
        (Some(why), _) => return Err(Problem::Unauthorized(why)),
        (None, None) => return Err(Problem::Internal),
    };
    preference?;

    let subject = RequestFacts { key: &key.name, query: request.uri().query().unwrap_or_default() };
    let plan = world.faults.plan(&subject);
    // As with faults, one behind another that decides does not count the request; nor is that of the page counted, so
    // that what meets a client does not depend on who looks.
    let of_scenario = if plan.effect.is_none() && !from_page { world.scenario.failure(&key.name) } else { None };
    let effect = match (plan.effect, of_scenario) {
        (None, None) => None,
        (Some(effect), _) => Some((effect, in_words(&plan.fired))),
        (None, Some(effect)) => Some((effect, "the scenario".to_owned())),
    };
    if !plan.fired.is_empty() {
        told.answered_by(AnsweredBy::Faults(plan.fired));
    } else if of_scenario.is_some() {
        told.answered_by(AnsweredBy::Scenario);
    }
    let caller = Caller { request: id, key, world, query, from_page, told };
    Ok((caller, InjectedFault { delay: plan.delay, effect }))
}

impl InjectedFault {
    /// Lets it happen to a request, and to the answer that it gets if it goes on.
    pub async fn apply<'a, F: Future<Output = Response>>(
        self,
        request: &'a mut Request,
        go_on: impl FnOnce(&'a mut Request) -> F,
    ) -> Response {
        // Sleeping holds nothing but this request.
        if !self.delay.is_zero() {
            Box::pin(tokio::time::sleep(self.delay)).await;
        }
        match self.effect {
            None => go_on(request).await,
            // Seldom; in a box, so that not every request carries along what is kept for it.
            Some((effect, by)) => Box::pin(inject(effect, by, request, go_on)).await,
        }
    }
}

fn in_words(fired: &[u64]) -> String {
    let numbers: Vec<String> = fired.iter().map(u64::to_string).collect();
    format!("fault {}", numbers.join(", "))
}

/// Answers with the effect of a fault; `by` is whose it is, in words.
async fn inject<'a, F: Future<Output = Response>>(
    effect: Effect,
    by: String,
    request: &'a mut Request,
    go_on: impl FnOnce(&'a mut Request) -> F,
) -> Response {
    match effect {
        Effect::Delay(_) => go_on(request).await,
        Effect::Status { status, retry_after } => forced(status, retry_after, &by, request).into_response(),
        Effect::Reset => ConnectionFault::Reset.into_response(),
        Effect::Empty => ConnectionFault::Empty.into_response(),
        Effect::Truncate { bytes } => changed(BodyFault::Truncate { bytes }, go_on(request).await),
        Effect::Malformed => changed(BodyFault::Malformed, go_on(request).await),
        Effect::Drip { bytes, every } => changed(BodyFault::Drip { bytes, every }, go_on(request).await),
    }
}

fn forced(status: u16, retry_after: Option<u64>, by: &str, request: &Request) -> Problem {
    let instance = request.uri().path().to_owned();
    Problem::Forced { status, retry_after, by: by.to_owned(), instance }
}

fn changed(change: BodyFault, mut response: Response) -> Response {
    response.extensions_mut().insert(change);
    response
}

/// The status that `Prefer: code=…` asks for, as in Prism (RFC 7240 for the header).
fn preferred(headers: &HeaderMap) -> Result<Option<u16>, Problem> {
    for value in headers.get_all(PREFER) {
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
