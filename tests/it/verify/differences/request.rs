//! What differs about a request as a whole.

use axum::http::header::WWW_AUTHENTICATE;

use super::super::exchange::Asked;
use super::super::other::{Difference, answered, asked};

pub const ALL: &[Difference] = &[
    asked("REQ-OPERATION", "no token is needed", |_, asked| {
        if asked.authorization.is_none() {
            asked.by("mock-admin");
        }
    }),
    asked("REQ-OPERATION", "any token will do", |_, asked| {
        if asked.is_logs() && asked.authorization.as_deref().is_some_and(|token| !token.contains("mock-")) {
            asked.by("mock-admin");
        }
    }),
    asked("REQ-PERMISSION", "no permission is needed", |_, asked| {
        if asked.is_by("mock-no-audit") {
            asked.by("mock-admin");
        }
    }),
    asked("REQ-LENIENT", "a slash is another path", |_, asked| {
        if asked.path.ends_with('/') {
            asked.path.push_str("none");
        }
    }),
    asked("REQ-LENIENT", "bearer is no scheme", |_, asked| {
        if asked.authorization.as_deref().is_some_and(|value| value.starts_with("bearer")) {
            asked.authorization = Some("Basic eDp5".to_owned());
        }
    }),
    answered("REQ-LENIENT", "a GET has no content type", |_, asked, answer| {
        if asked.content_type.is_some() {
            answer.becomes(415);
        }
    }),
    asked("REQ-ORDER", "parameters before the token", |_, asked| {
        if is_wrong(asked) && !asked.is_by("mock-no-audit") {
            asked.by("mock-admin");
        }
    }),
    asked("REQ-ORDER", "parameters before the permission", |_, asked| {
        if is_wrong(asked) && asked.is_by("mock-no-audit") {
            asked.by("mock-admin");
        }
    }),
    answered("ERR-401", "no token is a 403", |_, asked, answer| {
        if asked.authorization.is_none() {
            answer.becomes(403);
        }
    }),
    answered("ERR-401", "an unknown token is a 403", |_, _, answer| {
        if answer.status == 401 && answer.headers["www-authenticate"].to_str().unwrap().contains("invalid_token") {
            answer.becomes(403);
        }
    }),
    answered("ERR-401", "no challenge", |_, _, answer| {
        answer.headers.remove("www-authenticate");
    }),
    answered("ERR-401", "the challenge does not say why", |_, _, answer| {
        if answer.status == 401 {
            answer.header(WWW_AUTHENTICATE, "Bearer");
        }
    }),
    answered("ERR-401", "another type", |_, _, answer| {
        if answer.status == 401 {
            answer.set("type", "UNAUTHORIZED");
        }
    }),
    answered("ERR-403", "a lacking permission is a 404", |_, asked, answer| {
        if asked.is_by("mock-no-audit") && answer.status == 403 {
            answer.becomes(404);
        }
    }),
    answered("ERR-403", "a lacking permission is a 401", |_, asked, answer| {
        if asked.is_by("mock-no-audit") && answer.status == 403 {
            answer.becomes(401);
            answer.set("type", "UNCATEGORIZED");
        }
    }),
    answered("CATALOG-EMPTY", "there is no catalog", |_, asked, answer| {
        if !asked.is_logs() {
            answer.becomes(404);
        }
    }),
    answered("CATALOG-EMPTY", "the catalog is in other words", |_, asked, answer| {
        if !asked.is_logs() && answer.status == 200 {
            answer.remove("entities");
        }
    }),
    asked("CATALOG-EMPTY", "the catalog is open", |_, asked| {
        if !asked.is_logs() {
            asked.by("mock-admin");
        }
    }),
];

fn is_wrong(asked: &Asked) -> bool {
    asked.raw("page") == ["abc"]
}
