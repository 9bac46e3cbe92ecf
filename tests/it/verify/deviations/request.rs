//! Deviations of a request as a whole.

use axum::http::header::WWW_AUTHENTICATE;

use super::super::deviating_server::{Deviation, reads, responds};
use super::super::intercepted::InterceptedRequest;

pub const ALL: &[Deviation] = &[
    reads("REQ-OPERATION", "no token is needed", |_, request| {
        if request.authorization.is_none() {
            request.set_token("mock-admin");
        }
    }),
    reads("REQ-OPERATION", "any token will do", |_, request| {
        if request.is_logs() && request.authorization.as_deref().is_some_and(|token| !token.contains("mock-")) {
            request.set_token("mock-admin");
        }
    }),
    reads("REQ-PERMISSION", "no permission is needed", |_, request| {
        if request.has_token("mock-no-audit") {
            request.set_token("mock-admin");
        }
    }),
    reads("REQ-LENIENT", "a slash is another path", |_, request| {
        if request.path.ends_with('/') {
            request.path.push_str("none");
        }
    }),
    reads("REQ-LENIENT", "bearer is no scheme", |_, request| {
        if request.authorization.as_deref().is_some_and(|value| value.starts_with("bearer")) {
            request.authorization = Some("Basic eDp5".to_owned());
        }
    }),
    responds("REQ-LENIENT", "a GET has no content type", |_, request, response| {
        if request.content_type.is_some() {
            response.becomes(415);
        }
    }),
    reads("REQ-ORDER", "parameters before the token", |_, request| {
        if is_wrong(request) && !request.has_token("mock-no-audit") {
            request.set_token("mock-admin");
        }
    }),
    reads("REQ-ORDER", "parameters before the permission", |_, request| {
        if is_wrong(request) && request.has_token("mock-no-audit") {
            request.set_token("mock-admin");
        }
    }),
    responds("ERR-401", "no token is a 403", |_, request, response| {
        if request.authorization.is_none() {
            response.becomes(403);
        }
    }),
    responds("ERR-401", "an unknown token is a 403", |_, _, response| {
        if response.status == 401 && response.headers["www-authenticate"].to_str().unwrap().contains("invalid_token") {
            response.becomes(403);
        }
    }),
    responds("ERR-401", "no challenge", |_, _, response| {
        response.headers.remove("www-authenticate");
    }),
    responds("ERR-401", "the challenge does not say why", |_, _, response| {
        if response.status == 401 {
            response.header(WWW_AUTHENTICATE, "Bearer");
        }
    }),
    responds("ERR-401", "another type", |_, _, response| {
        if response.status == 401 {
            response.set("type", "UNAUTHORIZED");
        }
    }),
    responds("ERR-403", "a lacking permission is a 404", |_, request, response| {
        if request.has_token("mock-no-audit") && response.status == 403 {
            response.becomes(404);
        }
    }),
    responds("ERR-403", "a lacking permission is a 401", |_, request, response| {
        if request.has_token("mock-no-audit") && response.status == 403 {
            response.becomes(401);
            response.set("type", "UNCATEGORIZED");
        }
    }),
    responds("CATALOG-EMPTY", "there is no catalog", |_, request, response| {
        if !request.is_logs() {
            response.becomes(404);
        }
    }),
    responds("CATALOG-EMPTY", "the catalog is in other words", |_, request, response| {
        if !request.is_logs() && response.status == 200 {
            response.remove("entities");
        }
    }),
    reads("CATALOG-EMPTY", "the catalog is open", |_, request| {
        if !request.is_logs() {
            request.set_token("mock-admin");
        }
    }),
];

fn is_wrong(request: &InterceptedRequest) -> bool {
    request.raw("page") == ["abc"]
}
