//! Probes of the form of errors.

use std::rc::Rc;

use serde_json::Value;
use ureq::http::header::RETRY_AFTER;

use crate::text::plural;
use crate::verify::client::RateLimitResponse;
use crate::verify::context::{
    Credentials, ProbeContext, ProbeRequest, ProbeResponse, ProbeResult, mismatch_in, require,
};

/// Every error so far, after asking for 400, 401, and with a second key 403.
fn errors(p: &mut ProbeContext<'_>) -> ProbeResult<Vec<Rc<ProbeResponse>>> {
    p.ask(ProbeRequest::logs(format!("{}&pageSize=0", p.first_page())))?;
    p.ask(p.request_as(Credentials::Missing))?;
    p.ask(p.request_as(Credentials::UnknownToken))?;
    if p.client.second_token.is_some() {
        p.ask(p.request_as(Credentials::NoPermission))?;
    }
    let is_error = |response: &&Rc<ProbeResponse>| matches!(response.status(), 400 | 401 | 403);
    Ok(p.client.responses.iter().filter(is_error).cloned().collect())
}

/// Every error whose body is a JSON object.
fn readable_errors(p: &mut ProbeContext<'_>) -> ProbeResult<Vec<Rc<ProbeResponse>>> {
    let mut errors = errors(p)?;
    require(!errors.is_empty(), "nothing that is wrong is refused")?;
    errors.retain(|response| response.body.is_some());
    require(!errors.is_empty(), "errors are no JSON, see ERR-SHAPE")?;
    Ok(errors)
}

pub fn shape(p: &mut ProbeContext<'_>) -> ProbeResult {
    let errors = errors(p)?;
    require(!errors.is_empty(), "nothing that is wrong is refused")?;
    for response in &errors {
        let expect =
            |condition: bool, expected: &str| p.expect_header(response, response.content_type(), condition, expected);
        expect(response.media_type() == "application/json", "application/json")?;
        expect(response.body.is_some(), "a JSON object")?;
        for field in ["type", "message"] {
            expect(response.text(field).is_some(), &format!("a text as \"{field}\""))?;
        }
        for field in ["details", "requestId"] {
            let is_text = response.get(field).is_none_or(|value| value.is_string() || value.is_null());
            expect(is_text, &format!("a text as \"{field}\""))?;
        }
        // The published schema does not require it.
        let status = u64::from(response.status());
        let is_right = |value: &Value| value.is_null() || value.as_u64() == Some(status);
        expect(response.get("httpStatus").is_none_or(is_right), &format!("\"httpStatus\":{status}"))?;
        let kind = match status {
            400 => "BAD_REQUEST",
            403 => "FORBIDDEN",
            _ => continue,
        };
        expect(response.text("type") == Some(kind), &format!("\"type\":\"{kind}\""))?;
    }
    Ok(format!("{} errors are application/json with type and message", errors.len()))
}

pub fn printed(p: &mut ProbeContext<'_>) -> ProbeResult {
    let errors = readable_errors(p)?;
    for response in &errors {
        for field in ["message", "details", "requestId"] {
            // An error without a message is checked by ERR-SHAPE.
            let Some(text) = response.text(field).or((field != "message").then_some("")) else { continue };
            let is_filled = !text.is_empty() && !text.contains(['[', ']']);
            p.expect(response, is_filled, format!("\"{field}\" that is filled, without square brackets"))?;
        }
    }
    Ok(format!("message, details and requestId are filled in {} errors", errors.len()))
}

pub fn words(p: &mut ProbeContext<'_>) -> ProbeResult {
    let errors = readable_errors(p)?;
    for response in &errors {
        let phrase = reason_phrase(response);
        let message = response.text("message").unwrap_or_default().replace(['[', ']'], "");
        p.expect(response, message.is_empty() || message == phrase, format!("\"message\":\"{phrase}\""))?;
        p.expect(response, response.text("details") != Some(phrase), "\"details\" that explain")?;
        // The three fields that are printed are checked by ERR-PRINTED.
        let is_null = |(name, value): (&String, &Value)| {
            value.is_null() && !["message", "details", "requestId"].contains(&name.as_str())
        };
        p.expect(response, !response.body.iter().flatten().any(is_null), "no null members")?;
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
    for RateLimitResponse { response, requests: _, earlier } in &p.client.rate_limit_responses {
        let header = response.reply.header(RETRY_AFTER);
        let headers = format!("{}, Retry-After: {}", response.content_type(), header.unwrap_or("none"));
        let expect = |condition: bool, expected: &str| p.expect_header(response, &headers, condition, expected);
        expect(response.media_type() == "application/problem+json", "application/problem+json")?;
        for field in ["type", "title"] {
            expect(response.text(field).is_some(), &format!("a text as \"{field}\""))?;
        }
        expect(response.number("status") == Some(429), "\"status\":429")?;
        expect(header.is_some(), "a header Retry-After")?;
        // A header that is not a whole number is checked by ERR-RETRY-AFTER.
        let Some(Ok(seconds)) = header.map(str::parse::<u64>) else { continue };
        let is_same = response.get("retryAfter").is_none_or(|member| member.as_u64() == Some(seconds));
        expect(is_same, &format!("\"retryAfter\":{seconds}, as the header Retry-After"))?;
        expect(*earlier < 2 || seconds == 0, "no 429 after the wait that Retry-After asked for")?;
    }
    rate_limits_met(p)
}

pub fn retry_after(p: &mut ProbeContext<'_>) -> ProbeResult {
    let limits = &p.client.rate_limit_responses;
    let headers = limits.iter().filter_map(|limit| Some((limit, limit.response.reply.header(RETRY_AFTER)?)));
    for (limit, header) in headers.clone() {
        if !header.parse::<u64>().is_ok_and(|seconds| seconds > 0) {
            return mismatch_in(&limit.response, "a whole number of at least 1", format!("Retry-After: {header}"));
        }
    }
    require(limits.is_empty() || headers.count() > 0, "there is no Retry-After, see ERR-429")?;
    rate_limits_met(p)
}

fn rate_limits_met(p: &ProbeContext<'_>) -> ProbeResult {
    let count = p.client.rate_limit_responses.len();
    require(count > 0, "no 429 was met, and none is provoked")?;
    Ok(format!("{count} {} met, and waited for", plural(count, "was", "were")))
}
