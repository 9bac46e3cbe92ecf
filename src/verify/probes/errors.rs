//! Probes of the form of errors.

use std::rc::Rc;

use serde_json::Value;
use ureq::http::header::RETRY_AFTER;

use crate::verify::client::RateLimitResponse;
use crate::verify::context::ProbeContext;
use crate::verify::probe_result::{ProbeFailure, ProbeResult, inconclusive, mismatch_in};
use crate::verify::request::{Credentials, ProbeRequest};
use crate::verify::response::ProbeResponse;

type Errors = Vec<(ProbeRequest, Rc<ProbeResponse>)>;

/// Every error so far, after asking for 400, 401, and with a second key 403.
fn errors(p: &mut ProbeContext<'_>) -> Result<Errors, ProbeFailure> {
    let wrong = ProbeRequest::logs(format!("{}&pageSize=0", p.first_page()));
    let mut requests = vec![wrong];
    requests.extend([Credentials::Missing, Credentials::UnknownToken].map(|c| p.minimal_request().with_credentials(c)));
    if p.client().has_no_permission_token() {
        requests.push(p.minimal_request().with_credentials(Credentials::NoPermission));
    }
    for request in &requests {
        p.ask(request)?;
    }
    let errors = p.client().responses.iter().filter(|(_, response)| matches!(response.status(), 400 | 401 | 403));
    Ok(errors.cloned().collect())
}

/// Every error whose body is a JSON object.
fn readable_errors(p: &mut ProbeContext<'_>) -> Result<Errors, ProbeFailure> {
    let mut errors = errors(p)?;
    if errors.is_empty() {
        return inconclusive("nothing that is wrong is refused");
    }
    errors.retain(|(_, response)| response.body.is_some());
    if errors.is_empty() { inconclusive("errors are no JSON, see ERR-SHAPE") } else { Ok(errors) }
}

pub fn shape(p: &mut ProbeContext<'_>) -> ProbeResult {
    let errors = errors(p)?;
    for (request, response) in &errors {
        if let Some(expected) = expected_shape(response) {
            let answered = format!("{}, {}", response.content_type(), p.client().describe(response));
            return mismatch_in(request, expected, answered);
        }
    }
    if errors.is_empty() {
        return inconclusive("nothing that is wrong is refused");
    }
    Ok(format!("{} errors are application/json with type and message", errors.len()))
}

/// The first thing that an error should have and does not have.
fn expected_shape(response: &ProbeResponse) -> Option<String> {
    if response.media_type() != "application/json" {
        return Some("application/json".to_owned());
    }
    if response.body.is_none() {
        return Some("a JSON object".to_owned());
    }
    let is_text = |value: Option<&Value>| value.is_some_and(Value::is_string);
    let is_optional_text = |value: Option<&Value>| value.is_none_or(|value| value.is_string() || value.is_null());
    let wrong_required = ["type", "message"].into_iter().find(|field| !is_text(response.get(field)));
    let wrong_optional = || ["details", "requestId"].into_iter().find(|field| !is_optional_text(response.get(field)));
    if let Some(field) = wrong_required.or_else(wrong_optional) {
        return Some(format!("a text as \"{field}\""));
    }
    // The published schema does not require it.
    let status = response.get("httpStatus").filter(|status| !status.is_null());
    if status.is_some_and(|status| status.as_u64() != Some(response.status().into())) {
        return Some(format!("\"httpStatus\":{}", response.status()));
    }
    let kind = match response.status() {
        400 => "BAD_REQUEST",
        403 => "FORBIDDEN",
        _ => return None,
    };
    (response.text("type") != Some(kind)).then(|| format!("\"type\":\"{kind}\""))
}

pub fn printed(p: &mut ProbeContext<'_>) -> ProbeResult {
    let errors = readable_errors(p)?;
    for (request, response) in &errors {
        for field in ["message", "details", "requestId"] {
            // An error without a message is checked by ERR-SHAPE.
            let Some(text) = response.text(field).or((field != "message").then_some("")) else { continue };
            if text.is_empty() || text.contains(['[', ']']) {
                return p.mismatch(request, format!("\"{field}\" that is filled, without square brackets"), response);
            }
        }
    }
    Ok(format!("message, details and requestId are filled in {} errors", errors.len()))
}

pub fn words(p: &mut ProbeContext<'_>) -> ProbeResult {
    let errors = readable_errors(p)?;
    for (request, response) in &errors {
        let phrase = reason_phrase(response);
        let message = response.text("message").unwrap_or_default().replace(['[', ']'], "");
        if !message.is_empty() && message != phrase {
            return p.mismatch(request, format!("\"message\":\"{phrase}\""), response);
        }
        if response.text("details") == Some(phrase) {
            return p.mismatch(request, "\"details\" that explain", response);
        }
        // The three fields that are printed are checked by ERR-PRINTED.
        let is_null = |(name, value): (&String, &Value)| {
            value.is_null() && !["message", "details", "requestId"].contains(&name.as_str())
        };
        if response.body.iter().flatten().any(is_null) {
            return p.mismatch(request, "no null members", response);
        }
    }
    Ok(format!("message is the reason phrase in {} errors, details explain", errors.len()))
}

fn reason_phrase(response: &ProbeResponse) -> &'static str {
    response.reply.status.canonical_reason().unwrap_or_default()
}

/// The text of an error, apart from its reason phrase.
pub fn explanation(response: &ProbeResponse) -> Option<&str> {
    let mut texts = ["details", "detail", "message"].into_iter().filter_map(|field| response.text(field));
    texts.find(|text| !text.is_empty() && *text != reason_phrase(response))
}

pub fn too_many(p: &mut ProbeContext<'_>) -> ProbeResult {
    for limit in &p.client().rate_limit_responses {
        if let Some(expected) = expected_limit(limit) {
            let response = &limit.response;
            let after = response.reply.header(RETRY_AFTER).unwrap_or("none");
            let body = p.client().describe(response);
            let answered = format!("{}, Retry-After: {after}, {body}", response.content_type());
            return mismatch_in(&limit.request, expected, answered);
        }
    }
    rate_limits_met(p)
}

/// The first thing that a 429 should have and does not have.
fn expected_limit(limit: &RateLimitResponse) -> Option<String> {
    let response = &limit.response;
    if response.media_type() != "application/problem+json" {
        return Some("application/problem+json".to_owned());
    }
    if let Some(field) = ["type", "title"].into_iter().find(|field| response.text(field).is_none()) {
        return Some(format!("a text as \"{field}\""));
    }
    if response.number("status") != Some(429) {
        return Some("\"status\":429".to_owned());
    }
    let Some(header) = response.reply.header(RETRY_AFTER) else { return Some("a header Retry-After".to_owned()) };
    // A header that is not a whole number is checked by ERR-RETRY-AFTER.
    let seconds = header.parse::<u64>().ok()?;
    if response.get("retryAfter").is_some_and(|member| member.as_u64() != Some(seconds)) {
        return Some(format!("\"retryAfter\":{seconds}, as the header Retry-After"));
    }
    (limit.earlier >= 2 && seconds > 0).then(|| "no 429 after the wait that Retry-After asked for".to_owned())
}

pub fn retry_after(p: &mut ProbeContext<'_>) -> ProbeResult {
    let limits = &p.client().rate_limit_responses;
    let headers = limits.iter().filter_map(|limit| Some((limit, limit.response.reply.header(RETRY_AFTER)?)));
    for (limit, header) in headers.clone() {
        if !header.parse::<u64>().is_ok_and(|seconds| seconds > 0) {
            return mismatch_in(&limit.request, "a whole number of at least 1", format!("Retry-After: {header}"));
        }
    }
    if headers.count() == 0 && !limits.is_empty() {
        return inconclusive("there is no Retry-After, see ERR-429");
    }
    rate_limits_met(p)
}

fn rate_limits_met(p: &ProbeContext<'_>) -> ProbeResult {
    match p.client().rate_limit_responses.len() {
        0 => inconclusive("no 429 was met, and none is provoked"),
        1 => Ok("1 was met, and waited for".to_owned()),
        count => Ok(format!("{count} were met, and waited for")),
    }
}
