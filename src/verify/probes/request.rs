//! Rules about a request as a whole.

use super::super::context::ProbeContext;
use super::super::probe_result::{ProbeFailure, ProbeResult, inconclusive};
use super::super::request::{Credentials, ProbeRequest};
use super::super::survey;
use crate::contract::AUDIT_LOGS;

/// Why nothing can be told without the second key.
pub const NO_SECOND_KEY: &str = "it takes a second key, without the permission (--no-permission-token-env)";

pub fn operation(p: &mut ProbeContext<'_>) -> ProbeResult {
    // Parameters that are published as required may be so: that is for PAGE-BOUNDS to tell.
    if p.ask(&survey::newest())?.status() != 200 {
        p.expect_status(&survey::widest(), 200)?;
    }
    for by in [Credentials::Nobody, Credentials::Unknown, Credentials::Malformed] {
        let request = p.minimal_request().by(by);
        let answer = p.ask(&request)?;
        if answer.status() == 200 {
            return p.mismatch(&request, "no success: it takes the token of a key", &answer);
        }
    }
    Ok("it is answered with the token, and not without".to_owned())
}

pub fn permission(p: &mut ProbeContext<'_>) -> ProbeResult {
    let request = second_key(p)?;
    let answer = p.ask(&request)?;
    if answer.status() == 200 {
        return p.mismatch(&request, "403, if the second key does lack the permission", &answer);
    }
    Ok(format!("the key without the permission is answered {}", answer.status()))
}

/// The question of a second key that is valid.
pub fn second_key(p: &mut ProbeContext<'_>) -> Result<ProbeRequest, ProbeFailure> {
    if !p.client().has_second_key() {
        return inconclusive(NO_SECOND_KEY);
    }
    let request = p.minimal_request().by(Credentials::WithoutPermission);
    if p.ask(&request)?.status() == 401 {
        // A path that takes no permission tells a wrong key from one that may not.
        let catalog = super::unauthorized::short_catalog().by(Credentials::WithoutPermission);
        if p.ask(&catalog)?.status() == 401 {
            return inconclusive("the second key is not accepted (401)");
        }
    }
    Ok(request)
}

pub fn rate(p: &mut ProbeContext<'_>) -> ProbeResult {
    let met = p.client().rate_limited.first().map(|limited| limited.requests);
    match met {
        Some(requests) => inconclusive(format!(
            "a 429 came at request {requests}, but others may use the same key; the limit itself is not tried"
        )),
        None => inconclusive("it would take more than 1000 requests in a minute, which this does not send"),
    }
}

pub fn body(_: &mut ProbeContext<'_>) -> ProbeResult {
    inconclusive("it would take a GET with a body of more than 2 MB, which this does not send")
}

pub fn lenient(p: &mut ProbeContext<'_>) -> ProbeResult {
    const WITH_SLASH: &str = "/api/v1/audit-logs/";

    debug_assert_eq!(WITH_SLASH.trim_end_matches('/'), AUDIT_LOGS);
    p.expect_page(&p.minimal_request().at(WITH_SLASH))?;
    p.expect_page(&p.minimal_request().by(Credentials::LowerCase))?;
    p.expect_page(&ProbeRequest { content_type: Some("application/yaml"), ..p.minimal_request() })?;
    Ok("a trailing slash, \"bearer\" and \"Content-Type: application/yaml\" are accepted".to_owned())
}

pub fn order(p: &mut ProbeContext<'_>) -> ProbeResult {
    let wrong = ProbeRequest::logs("page=abc&pageSize=1");
    if p.ask(&wrong)?.status() != 400 {
        return inconclusive("a wrong parameter is not a 400, see PARAM-INVALID");
    }
    let token = p.ask(&p.minimal_request().by(Credentials::Unknown))?.status();
    if token == 200 {
        return inconclusive("it takes no token, see REQ-OPERATION");
    }
    p.expect_status(&wrong.clone().by(Credentials::Unknown), token)?;
    if !p.client().has_second_key() {
        return inconclusive(format!("the token is checked before the parameters; for the permission {NO_SECOND_KEY}"));
    }
    let request = second_key(p)?;
    let permission = p.ask(&request)?.status();
    if permission == 200 {
        return inconclusive("the permission is not asked for, see REQ-PERMISSION");
    }
    p.expect_status(&wrong.by(Credentials::WithoutPermission), permission)?;
    Ok(format!("with a wrong parameter, an unknown token is a {token}, a lacking permission a {permission}"))
}
