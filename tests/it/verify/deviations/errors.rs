//! Deviations of the form of errors.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::Value;

use super::super::deviating_server::{Deviation, responds};
use super::super::intercepted::InterceptedResponse;

pub const ALL: &[Deviation] = &[
    responds("ERR-SHAPE", "errors are pages for people", |_, _, response| {
        if response.is_error() {
            response.header(CONTENT_TYPE, "text/html");
            response.text = Some("<!DOCTYPE html><p>No".to_owned());
        }
    }),
    responds("ERR-SHAPE", "errors are problem details", |_, _, response| {
        if response.is_error() {
            response.header(CONTENT_TYPE, "application/problem+json");
        }
    }),
    responds("ERR-SHAPE", "no type", |_, _, response| error(response, |response| response.remove("type"))),
    responds("ERR-SHAPE", "another type", |_, _, response| {
        if response.status == 400 {
            response.set("type", "INVALID");
        }
    }),
    responds("ERR-SHAPE", "no message", |_, _, response| error(response, |response| response.remove("message"))),
    responds("ERR-SHAPE", "another status", |_, _, response| {
        error(response, |response| response.set("httpStatus", 500))
    }),
    responds("ERR-PRINTED", "no details", |_, _, response| error(response, |response| response.remove("details"))),
    responds("ERR-PRINTED", "no requestId", |_, _, response| error(response, |response| response.remove("requestId"))),
    responds("ERR-PRINTED", "null details", |_, _, response| {
        error(response, |response| response.set("details", Value::Null))
    }),
    responds("ERR-PRINTED", "an empty message", |_, _, response| {
        error(response, |response| response.set("message", ""))
    }),
    responds("ERR-PRINTED", "square brackets", |_, _, response| {
        error(response, |response| response.set("details", format!("[x] {}", response.body["details"])));
    }),
    responds("ERR-WORDS", "messages of its own", |_, _, response| {
        error(response, |response| response.set("message", "Something went wrong"));
    }),
    responds("ERR-WORDS", "details that say nothing", |_, _, response| {
        error(response, |response| response.set("details", response.body["message"].clone()));
    }),
    responds("ERR-WORDS", "null members", |_, _, response| {
        error(response, |response| response.set("httpStatus", Value::Null))
    }),
    responds("ERR-WORDS", "more null members", |_, _, response| {
        error(response, |response| response.set("cause", Value::Null))
    }),
];

/// For a server that admits thirty requests a minute.
pub const OF_RATE_LIMIT: &[Deviation] = &[
    responds("ERR-429", "it is an error as any", |_, _, response| {
        limit(response, |response| response.header(CONTENT_TYPE, "application/json"));
    }),
    responds("ERR-429", "no title", |_, _, response| limit(response, |response| response.remove("title"))),
    responds("ERR-429", "no type", |_, _, response| limit(response, |response| response.remove("type"))),
    responds("ERR-429", "another status", |_, _, response| limit(response, |response| response.set("status", 420))),
    responds("ERR-429", "no Retry-After", |_, _, response| {
        limit(response, |response| {
            response.headers.remove(RETRY_AFTER);
        });
    }),
    responds("ERR-429", "another retryAfter", |_, _, response| {
        limit(response, |response| response.set("retryAfter", 9))
    }),
    responds("ERR-RETRY-AFTER", "at once", |_, _, response| {
        limit(response, |response| {
            response.set("retryAfter", 0);
            response.header(RETRY_AFTER, "0");
        });
    }),
    responds("ERR-RETRY-AFTER", "a fraction", |_, _, response| {
        limit(response, |response| response.header(RETRY_AFTER, "1.5"));
    }),
    responds("ERR-RETRY-AFTER", "a date", |_, _, response| {
        limit(response, |response| response.header(RETRY_AFTER, "Tue, 20 May 2025 12:00:30 GMT"));
    }),
];

fn error(response: &mut InterceptedResponse, change: impl Fn(&mut InterceptedResponse)) {
    if response.is_error() {
        change(response);
    }
}

fn limit(response: &mut InterceptedResponse, change: impl Fn(&mut InterceptedResponse)) {
    if response.status == 429 {
        change(response);
    }
}
