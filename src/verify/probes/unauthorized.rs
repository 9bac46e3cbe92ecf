//! Rules about tokens that are not accepted, and the other path that takes one.

use serde_json::Value;
use ureq::http::header::WWW_AUTHENTICATE;

use super::super::context::ProbeContext;
use super::super::probe_result::{ProbeResult, inconclusive, mismatch_in};
use super::super::request::{Credentials, ProbeRequest};
use super::super::response::ProbeResponse;
use super::request::second_key;

pub fn unauthorized(p: &mut ProbeContext<'_>) -> ProbeResult {
    let mut refused = 0;
    for by in [Credentials::Nobody, Credentials::Malformed, Credentials::Unknown] {
        let request = p.minimal_request().by(by);
        let answer = p.ask(&request)?;
        if answer.status() == 200 {
            p.add_gap("a token is not needed, see REQ-OPERATION");
            continue;
        }
        refused += 1;
        if let Some(wrong) = wrong_refusal(&answer, by) {
            let challenge = answer.reply.header(WWW_AUTHENTICATE).unwrap_or("none").to_owned();
            let answered = format!("WWW-Authenticate: {challenge}, {}", p.client().told(&answer));
            return mismatch_in(&request, wrong, answered);
        }
    }
    Ok(format!("{refused} requests without a token, with a malformed and an unknown one are 401"))
}

/// What a 401 should have and has not.
fn wrong_refusal(answer: &ProbeResponse, by: Credentials) -> Option<String> {
    if answer.status() != 401 {
        return Some("401".to_owned());
    }
    let challenge = answer.reply.header(WWW_AUTHENTICATE).unwrap_or_default();
    let scheme = challenge.split([' ', ',']).next().unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Some("401 with WWW-Authenticate: Bearer".to_owned());
    }
    if by == Credentials::Unknown && !challenge.contains("error=\"invalid_token\"") {
        return Some("401 with WWW-Authenticate: Bearer error=\"invalid_token\"".to_owned());
    }
    // Without a type, an error has not its shape (ERR-SHAPE).
    answer.text("type").filter(|kind| *kind != "UNCATEGORIZED").map(|_| "\"type\":\"UNCATEGORIZED\"".to_owned())
}

pub fn forbidden(p: &mut ProbeContext<'_>) -> ProbeResult {
    let request = second_key(p)?;
    if p.ask(&request)?.status() == 200 {
        return inconclusive("the permission is not asked for, see REQ-PERMISSION");
    }
    p.expect_status(&request, 403)?;
    Ok("the key without the permission is answered 403".to_owned())
}

/// The smallest question for the catalog.
pub fn short_catalog() -> ProbeRequest {
    ProbeRequest::logs("page=0&pageSize=1").at("/api/v1/catalog")
}

/// A real catalog holds what it holds; the client needs no more than that there is one.
pub fn catalog(p: &mut ProbeContext<'_>) -> ProbeResult {
    let request = short_catalog();
    let answer = p.ask(&request)?;
    if answer.status() == 403 {
        return inconclusive("the key may not read the catalog (403)");
    }
    let entities = answer.body.as_ref().and_then(|body| body.get("entities")).and_then(Value::as_array);
    let Some(entities) = entities.filter(|_| answer.status() == 200) else {
        return p.mismatch(&request, "200 with \"entities\"", &answer);
    };
    let held =
        if entities.is_empty() { "an empty page" } else { "a page that is not empty, which cortex login accepts" };
    if p.ask(&p.minimal_request().by(Credentials::Unknown))?.status() == 401 {
        p.expect_status(&request.by(Credentials::Unknown), 401)?;
    } else {
        p.add_gap("an unknown token is not a 401, see ERR-401");
    }
    Ok(format!("the token is answered {held}, an unknown one 401"))
}
