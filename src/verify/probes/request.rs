//! Probes of a request as a whole: path, token and permission.

use std::rc::Rc;

use serde_json::Value;
use ureq::http::header::WWW_AUTHENTICATE;

use crate::verify::context::{
    Credentials, ProbeContext, ProbeRequest, ProbeResponse, ProbeResult, inconclusive, require,
};
use crate::verify::survey;

/// Reason why a rule about the permission cannot be checked.
const NO_SECOND_KEY: &str = "it takes a second key, without the permission (--no-permission-token-env)";

pub fn operation(p: &mut ProbeContext<'_>) -> ProbeResult {
    // Whether the parameters are required, as they are published, is checked by PAGE-BOUNDS.
    if p.ask(survey::newest())?.status() != 200 {
        p.expect_status(survey::widest(), 200)?;
    }
    for credentials in [Credentials::Missing, Credentials::UnknownToken, Credentials::OtherScheme] {
        let response = p.ask(p.request_as(credentials))?;
        p.expect(&response, response.status() != 200, "no success: it takes the token of a key")?;
    }
    Ok("it is answered with the token, and not without".to_owned())
}

pub fn permission(p: &mut ProbeContext<'_>) -> ProbeResult {
    let response = ask_with_second_key(p)?;
    p.expect(&response, response.status() != 200, "403, if the second key does lack the permission")?;
    Ok(format!("the key without the permission is answered {}", response.status()))
}

/// The response to the second key, which must be valid.
fn ask_with_second_key(p: &mut ProbeContext<'_>) -> ProbeResult<Rc<ProbeResponse>> {
    require(p.client.second_token.is_some(), NO_SECOND_KEY)?;
    let response = p.ask(p.request_as(Credentials::NoPermission))?;
    // The catalog needs no permission: a 401 of both means that the key itself is wrong.
    let is_rejected = response.status() == 401 && p.ask(catalog_request(Credentials::NoPermission))?.status() == 401;
    require(!is_rejected, "the second key is not accepted (401)")?;
    Ok(response)
}

/// The response to the second key, which must be an error.
fn refusal_of_second_key(p: &mut ProbeContext<'_>) -> ProbeResult<Rc<ProbeResponse>> {
    let response = ask_with_second_key(p)?;
    require(response.status() != 200, "the permission is not asked for, see REQ-PERMISSION")?;
    Ok(response)
}

/// The shortest request for the catalog.
fn catalog_request(credentials: Credentials) -> ProbeRequest {
    ProbeRequest { path: "/api/v1/catalog", credentials, ..ProbeRequest::logs("page=0&pageSize=1") }
}

pub fn rate(p: &mut ProbeContext<'_>) -> ProbeResult {
    match p.client.rate_limit_responses.first().map(|limit| limit.requests) {
        Some(number) => inconclusive(format!(
            "a 429 came at request {number}, but others may use the same key; the limit itself is not tried"
        )),
        None => inconclusive("it would take more than 1000 requests in a minute, which this does not send"),
    }
}

pub fn lenient(p: &mut ProbeContext<'_>) -> ProbeResult {
    p.expect_page(ProbeRequest { path: "/api/v1/audit-logs/", ..p.minimal_request() })?;
    p.expect_page(p.request_as(Credentials::LowercaseScheme))?;
    p.expect_page(ProbeRequest { content_type: Some("application/yaml"), ..p.minimal_request() })?;
    Ok("a trailing slash, \"bearer\" and \"Content-Type: application/yaml\" are accepted".to_owned())
}

pub fn order(p: &mut ProbeContext<'_>) -> ProbeResult {
    let wrong = |credentials| ProbeRequest { credentials, ..ProbeRequest::logs("page=abc&pageSize=1") };
    let is_refused = p.ask(wrong(Credentials::Token))?.status() == 400;
    require(is_refused, "a wrong parameter is not a 400, see PARAM-INVALID")?;
    let token = p.ask(p.request_as(Credentials::UnknownToken))?.status();
    require(token != 200, "it takes no token, see REQ-OPERATION")?;
    p.expect_status(wrong(Credentials::UnknownToken), token)?;
    let why = format!("the token is checked before the parameters; for the permission {NO_SECOND_KEY}");
    require(p.client.second_token.is_some(), why)?;
    let permission = refusal_of_second_key(p)?.status();
    p.expect_status(wrong(Credentials::NoPermission), permission)?;
    Ok(format!("with a wrong parameter, an unknown token is a {token}, a lacking permission a {permission}"))
}

pub fn unauthorized(p: &mut ProbeContext<'_>) -> ProbeResult {
    for credentials in [Credentials::Missing, Credentials::OtherScheme, Credentials::UnknownToken] {
        let response = p.ask(p.request_as(credentials))?;
        if response.status() == 200 {
            p.add_gap("a token is not needed, see REQ-OPERATION");
            continue;
        }
        let challenge = response.reply.header(WWW_AUTHENTICATE);
        let headers = format!("WWW-Authenticate: {}", challenge.unwrap_or("none"));
        let expect = |condition: bool, expected: &str| p.expect_header(&response, &headers, condition, expected);
        expect(response.status() == 401, "401")?;
        let challenge = challenge.unwrap_or_default();
        let is_bearer = challenge.split([' ', ',']).next().unwrap_or_default().eq_ignore_ascii_case("bearer");
        expect(is_bearer, "401 with WWW-Authenticate: Bearer")?;
        let says_why = credentials != Credentials::UnknownToken || challenge.contains("error=\"invalid_token\"");
        expect(says_why, "401 with WWW-Authenticate: Bearer error=\"invalid_token\"")?;
        // An error without a type is checked by ERR-SHAPE.
        let is_typed = response.text("type").is_none_or(|kind| kind == "UNCATEGORIZED");
        expect(is_typed, "\"type\":\"UNCATEGORIZED\"")?;
    }
    Ok("3 requests without a token, with a malformed and an unknown one are 401".to_owned())
}

pub fn forbidden(p: &mut ProbeContext<'_>) -> ProbeResult {
    let response = refusal_of_second_key(p)?;
    p.expect(&response, response.status() == 403, "403")?;
    Ok("the key without the permission is answered 403".to_owned())
}

/// The client needs only a catalog, whatever is in it.
pub fn catalog(p: &mut ProbeContext<'_>) -> ProbeResult {
    let response = p.ask(catalog_request(Credentials::Token))?;
    require(response.status() != 403, "the key may not read the catalog (403)")?;
    let entities = response.get("entities").and_then(Value::as_array).filter(|_| response.status() == 200);
    let page = match entities {
        Some(entities) if entities.is_empty() => "an empty page",
        Some(_) => "a page that is not empty, which cortex login accepts",
        None => return p.mismatch(&response, "200 with \"entities\""),
    };
    if p.ask(p.request_as(Credentials::UnknownToken))?.status() == 401 {
        p.expect_status(catalog_request(Credentials::UnknownToken), 401)?;
    } else {
        p.add_gap("an unknown token is not a 401, see ERR-401");
    }
    Ok(format!("the token is answered {page}, an unknown one 401"))
}
