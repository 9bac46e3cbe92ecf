//! Probes of a request as a whole.

use crate::verify::context::ProbeContext;
use crate::verify::probe_result::{ProbeFailure, ProbeResult, inconclusive};
use crate::verify::request::{Credentials, ProbeRequest};
use crate::verify::survey;

/// Reason why a rule about the permission cannot be checked.
const NO_SECOND_KEY: &str = "it takes a second key, without the permission (--no-permission-token-env)";

pub fn operation(p: &mut ProbeContext<'_>) -> ProbeResult {
    // Whether the parameters are required, as they are published, is checked by PAGE-BOUNDS.
    if p.ask(&survey::newest())?.status() != 200 {
        p.expect_status(&survey::widest(), 200)?;
    }
    for credentials in [Credentials::Missing, Credentials::UnknownToken, Credentials::OtherScheme] {
        let request = p.minimal_request().with_credentials(credentials);
        let response = p.ask(&request)?;
        if response.status() == 200 {
            return p.mismatch(&request, "no success: it takes the token of a key", &response);
        }
    }
    Ok("it is answered with the token, and not without".to_owned())
}

pub fn permission(p: &mut ProbeContext<'_>) -> ProbeResult {
    let request = second_key_request(p)?;
    let response = p.ask(&request)?;
    if response.status() == 200 {
        return p.mismatch(&request, "403, if the second key does lack the permission", &response);
    }
    Ok(format!("the key without the permission is answered {}", response.status()))
}

/// A request of the second key, which must be valid.
pub fn second_key_request(p: &mut ProbeContext<'_>) -> Result<ProbeRequest, ProbeFailure> {
    if !p.client().has_no_permission_token() {
        return inconclusive(NO_SECOND_KEY);
    }
    let request = p.minimal_request().with_credentials(Credentials::NoPermission);
    // The catalog needs no permission: a 401 of both means that the key itself is wrong.
    let catalog = catalog_request().with_credentials(Credentials::NoPermission);
    if p.ask(&request)?.status() == 401 && p.ask(&catalog)?.status() == 401 {
        return inconclusive("the second key is not accepted (401)");
    }
    Ok(request)
}

/// The shortest request for the catalog.
pub fn catalog_request() -> ProbeRequest {
    ProbeRequest::logs("page=0&pageSize=1").with_path("/api/v1/catalog")
}

pub fn rate(p: &mut ProbeContext<'_>) -> ProbeResult {
    match p.client().rate_limit_responses.first() {
        Some(limit) => inconclusive(format!(
            "a 429 came at request {}, but others may use the same key; the limit itself is not tried",
            limit.requests
        )),
        None => inconclusive("it would take more than 1000 requests in a minute, which this does not send"),
    }
}

pub fn lenient(p: &mut ProbeContext<'_>) -> ProbeResult {
    p.expect_page(&p.minimal_request().with_path("/api/v1/audit-logs/"))?;
    p.expect_page(&p.minimal_request().with_credentials(Credentials::LowercaseScheme))?;
    p.expect_page(&ProbeRequest { content_type: Some("application/yaml"), ..p.minimal_request() })?;
    Ok("a trailing slash, \"bearer\" and \"Content-Type: application/yaml\" are accepted".to_owned())
}

pub fn order(p: &mut ProbeContext<'_>) -> ProbeResult {
    let wrong = ProbeRequest::logs("page=abc&pageSize=1");
    if p.ask(&wrong)?.status() != 400 {
        return inconclusive("a wrong parameter is not a 400, see PARAM-INVALID");
    }
    let unknown = p.minimal_request().with_credentials(Credentials::UnknownToken);
    let token = p.ask(&unknown)?.status();
    if token == 200 {
        return inconclusive("it takes no token, see REQ-OPERATION");
    }
    p.expect_status(&wrong.clone().with_credentials(Credentials::UnknownToken), token)?;
    if !p.client().has_no_permission_token() {
        let why = format!("the token is checked before the parameters; for the permission {NO_SECOND_KEY}");
        return inconclusive(why);
    }
    let request = second_key_request(p)?;
    let permission = p.ask(&request)?.status();
    if permission == 200 {
        return inconclusive("the permission is not asked for, see REQ-PERMISSION");
    }
    p.expect_status(&wrong.with_credentials(Credentials::NoPermission), permission)?;
    Ok(format!("with a wrong parameter, an unknown token is a {token}, a lacking permission a {permission}"))
}
