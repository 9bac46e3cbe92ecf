//! Probes of tokens that are not accepted, and of the catalog, which accepts a token without a permission.

use serde_json::Value;
use ureq::http::header::WWW_AUTHENTICATE;

use super::request::{catalog_request, second_key_request};
use crate::verify::context::ProbeContext;
use crate::verify::probe_result::{ProbeResult, inconclusive, mismatch_in};
use crate::verify::request::Credentials;
use crate::verify::response::ProbeResponse;

pub fn unauthorized(p: &mut ProbeContext<'_>) -> ProbeResult {
    let mut refused = 0;
    for credentials in [Credentials::Missing, Credentials::OtherScheme, Credentials::UnknownToken] {
        let request = p.minimal_request().with_credentials(credentials);
        let response = p.ask(&request)?;
        if response.status() == 200 {
            p.add_gap("a token is not needed, see REQ-OPERATION");
            continue;
        }
        refused += 1;
        let challenge = response.reply.header(WWW_AUTHENTICATE);
        if let Some(expected) = expected_refusal(&response, challenge.unwrap_or_default(), credentials) {
            let body = p.client().describe(&response);
            let answered = format!("WWW-Authenticate: {}, {body}", challenge.unwrap_or("none"));
            return mismatch_in(&request, expected, answered);
        }
    }
    Ok(format!("{refused} requests without a token, with a malformed and an unknown one are 401"))
}

/// The first thing that a 401 should have and does not have.
fn expected_refusal(response: &ProbeResponse, challenge: &str, credentials: Credentials) -> Option<&'static str> {
    if response.status() != 401 {
        return Some("401");
    }
    let scheme = challenge.split([' ', ',']).next().unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Some("401 with WWW-Authenticate: Bearer");
    }
    if credentials == Credentials::UnknownToken && !challenge.contains("error=\"invalid_token\"") {
        return Some("401 with WWW-Authenticate: Bearer error=\"invalid_token\"");
    }
    // An error without a type is checked by ERR-SHAPE.
    response.text("type").filter(|kind| *kind != "UNCATEGORIZED").map(|_| "\"type\":\"UNCATEGORIZED\"")
}

pub fn forbidden(p: &mut ProbeContext<'_>) -> ProbeResult {
    let request = second_key_request(p)?;
    if p.ask(&request)?.status() == 200 {
        return inconclusive("the permission is not asked for, see REQ-PERMISSION");
    }
    p.expect_status(&request, 403)?;
    Ok("the key without the permission is answered 403".to_owned())
}

/// The client needs only a catalog, whatever is in it.
pub fn catalog(p: &mut ProbeContext<'_>) -> ProbeResult {
    let request = catalog_request();
    let response = p.ask(&request)?;
    if response.status() == 403 {
        return inconclusive("the key may not read the catalog (403)");
    }
    let entities = response.get("entities").and_then(Value::as_array).filter(|_| response.status() == 200);
    let Some(entities) = entities else {
        return p.mismatch(&request, "200 with \"entities\"", &response);
    };
    let page =
        if entities.is_empty() { "an empty page" } else { "a page that is not empty, which cortex login accepts" };
    let unknown = p.minimal_request().with_credentials(Credentials::UnknownToken);
    if p.ask(&unknown)?.status() == 401 {
        p.expect_status(&request.with_credentials(Credentials::UnknownToken), 401)?;
    } else {
        p.add_gap("an unknown token is not a 401, see ERR-401");
    }
    Ok(format!("the token is answered {page}, an unknown one 401"))
}
