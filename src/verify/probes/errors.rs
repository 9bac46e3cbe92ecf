//! Rules about the form of errors.

use std::rc::Rc;

use serde_json::Value;
use ureq::http::header::{CONTENT_TYPE, RETRY_AFTER};

use super::super::client::RateLimited;
use super::super::context::ProbeContext;
use super::super::probe_result::{ProbeFailure, ProbeResult, inconclusive, mismatch_in};
use super::super::request::{Credentials, ProbeRequest};
use super::super::response::ProbeResponse;

/// Why nothing can be told of a 429.
const NOT_MET: &str = "no 429 was met, and none is provoked";

/// Every error that was asked for: 400, 401, and 403 when there is a second key.
fn errors(p: &mut ProbeContext<'_>) -> Result<Vec<(ProbeRequest, Rc<ProbeResponse>)>, ProbeFailure> {
    let wrong = ProbeRequest::logs(format!("{}&pageSize=0", p.first_page()));
    let mut requests =
        vec![wrong, p.minimal_request().by(Credentials::Nobody), p.minimal_request().by(Credentials::Unknown)];
    if p.client().has_second_key() {
        requests.push(p.minimal_request().by(Credentials::WithoutPermission));
    }
    for request in &requests {
        p.ask(request)?;
    }
    let is_error = |answer: &ProbeResponse| matches!(answer.status(), 400 | 401 | 403);
    let heard = p.client().responses.iter().filter(|(_, answer)| is_error(answer));
    Ok(heard.map(|(request, answer)| (request.clone(), Rc::clone(answer))).collect())
}

pub fn shape(p: &mut ProbeContext<'_>) -> ProbeResult {
    let errors = errors(p)?;
    for (request, answer) in &errors {
        if let Some(wrong) = wrong_shape(answer) {
            let kind = answer.reply.header(CONTENT_TYPE).unwrap_or("no content type").to_owned();
            return mismatch_in(request, wrong, format!("{kind}, {}", p.client().told(answer)));
        }
    }
    some(&errors)?;
    Ok(format!("{} errors are application/json with type and message", errors.len()))
}

/// What an error should have and has not.
fn wrong_shape(answer: &ProbeResponse) -> Option<String> {
    let kind = answer.reply.header(CONTENT_TYPE).unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some("application/json") {
        return Some("application/json".to_owned());
    }
    let Some(body) = &answer.body else { return Some("a JSON object".to_owned()) };
    if let Some(field) = ["type", "message"].into_iter().find(|field| !body.get(*field).is_some_and(Value::is_string)) {
        return Some(format!("a text as \"{field}\""));
    }
    let is_text = |value: &Value| value.is_string() || value.is_null();
    if let Some(field) = ["details", "requestId"].into_iter().find(|field| !body.get(*field).is_none_or(is_text)) {
        return Some(format!("a text as \"{field}\""));
    }
    // The published schema does not require it.
    let status = body.get("httpStatus").filter(|status| !status.is_null());
    if status.is_some_and(|status| status.as_u64() != Some(answer.status().into())) {
        return Some(format!("\"httpStatus\":{}", answer.status()));
    }
    let named = match answer.status() {
        400 => "BAD_REQUEST",
        403 => "FORBIDDEN",
        _ => return None,
    };
    (answer.text("type") != Some(named)).then(|| format!("\"type\":\"{named}\""))
}

pub fn printed(p: &mut ProbeContext<'_>) -> ProbeResult {
    let errors = errors(p)?;
    for (request, answer) in errors.iter().filter(|(_, answer)| answer.body.is_some()) {
        for field in ["message", "details", "requestId"] {
            // Without a message, an error has not its shape.
            let Some(text) = answer.text(field).or((field != "message").then_some("")) else { continue };
            if text.is_empty() || text.contains(['[', ']']) {
                return p.mismatch(request, format!("\"{field}\" that is filled, without square brackets"), answer);
            }
        }
    }
    readable(&errors)?;
    Ok(format!("message, details and requestId are filled in {} errors", errors.len()))
}

pub fn words(p: &mut ProbeContext<'_>) -> ProbeResult {
    let errors = errors(p)?;
    for (request, answer) in errors.iter().filter(|(_, answer)| answer.body.is_some()) {
        let phrase = answer.reply.status.canonical_reason().unwrap_or_default();
        let message = answer.text("message").map(|message| message.replace(['[', ']'], "")).unwrap_or_default();
        if !message.is_empty() && message != phrase {
            return p.mismatch(request, format!("\"message\":\"{phrase}\""), answer);
        }
        if answer.text("details").is_some_and(|details| details == phrase) {
            return p.mismatch(request, "\"details\" that explain", answer);
        }
        // The three that are printed are for ERR-PRINTED to tell.
        let mut members = answer
            .body
            .iter()
            .flatten()
            .filter(|(name, _)| !["message", "details", "requestId"].contains(&name.as_str()));
        if members.any(|(_, value)| value.is_null()) {
            return p.mismatch(request, "no null members", answer);
        }
    }
    readable(&errors)?;
    Ok(format!("message is the reason phrase in {} errors, details explain", errors.len()))
}

fn some(errors: &[(ProbeRequest, Rc<ProbeResponse>)]) -> Result<(), ProbeFailure> {
    if errors.is_empty() { inconclusive("nothing that is wrong is refused") } else { Ok(()) }
}

fn readable(errors: &[(ProbeRequest, Rc<ProbeResponse>)]) -> Result<(), ProbeFailure> {
    some(errors)?;
    if errors.iter().any(|(_, answer)| answer.body.is_some()) {
        return Ok(());
    }
    inconclusive("errors are no JSON, see ERR-SHAPE")
}

/// What an error says besides its reason phrase.
pub fn explanation(answer: &ProbeResponse) -> Option<&str> {
    let phrase = answer.reply.status.canonical_reason().unwrap_or_default();
    let texts = ["details", "detail", "message"].into_iter().filter_map(|field| answer.text(field));
    texts.into_iter().find(|text| !text.is_empty() && *text != phrase)
}

pub fn too_many(p: &mut ProbeContext<'_>) -> ProbeResult {
    for limited in &p.client().rate_limited {
        if let Some(wrong) = wrong_limit(limited) {
            let (answer, reply) = (&limited.answer, &limited.answer.reply);
            let kind = reply.header(CONTENT_TYPE).unwrap_or("no content type");
            let after = reply.header(RETRY_AFTER).unwrap_or("none");
            let answered = format!("{kind}, Retry-After: {after}, {}", p.client().told(answer));
            return mismatch_in(&limited.request, wrong, answered);
        }
    }
    met(p)
}

/// What a 429 should have and has not.
fn wrong_limit(limited: &RateLimited) -> Option<String> {
    let answer = &limited.answer;
    let kind = answer.reply.header(CONTENT_TYPE).unwrap_or_default();
    if kind.split(';').next().map(str::trim) != Some("application/problem+json") {
        return Some("application/problem+json".to_owned());
    }
    if let Some(field) = ["type", "title"].into_iter().find(|field| answer.text(field).is_none()) {
        return Some(format!("a text as \"{field}\""));
    }
    if answer.number("status") != Some(429) {
        return Some("\"status\":429".to_owned());
    }
    let Some(header) = answer.reply.header(RETRY_AFTER) else { return Some("a header Retry-After".to_owned()) };
    // What is no whole number is for ERR-RETRY-AFTER to tell.
    let said = answer.body.as_ref().and_then(|body| body.get("retryAfter"));
    if let (Ok(seconds), Some(said)) = (header.parse::<u64>(), said)
        && said.as_u64() != Some(seconds)
    {
        return Some(format!("\"retryAfter\":{seconds}, as the header Retry-After"));
    }
    (limited.again >= 2 && header.parse::<u64>().is_ok_and(|seconds| seconds > 0))
        .then(|| "no 429 after the wait that Retry-After asked for".to_owned())
}

pub fn retry_after(p: &mut ProbeContext<'_>) -> ProbeResult {
    for limited in &p.client().rate_limited {
        let header = limited.answer.reply.header(RETRY_AFTER);
        if let Some(text) = header.filter(|text| !text.parse::<u64>().is_ok_and(|seconds| seconds > 0)) {
            return mismatch_in(&limited.request, "a whole number of at least 1", format!("Retry-After: {text}"));
        }
    }
    if p.client().rate_limited.iter().all(|limited| limited.answer.reply.header(RETRY_AFTER).is_none()) {
        let met = !p.client().rate_limited.is_empty();
        return inconclusive(if met { "there is no Retry-After, see ERR-429" } else { NOT_MET });
    }
    met(p)
}

fn met(p: &ProbeContext<'_>) -> ProbeResult {
    match p.client().rate_limited.len() {
        0 => inconclusive(NOT_MET),
        1 => Ok("1 was met, and waited for".to_owned()),
        count => Ok(format!("{count} were met, and waited for")),
    }
}
