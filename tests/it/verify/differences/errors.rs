//! What differs about the form of errors.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::Value;

use super::super::exchange::Answer;
use super::super::other::{Difference, answered};

pub const ALL: &[Difference] = &[
    answered("ERR-SHAPE", "errors are pages for people", |_, _, answer| {
        if answer.is_error() {
            answer.header(CONTENT_TYPE, "text/html");
            answer.text = Some("<!DOCTYPE html><p>No".to_owned());
        }
    }),
    answered("ERR-SHAPE", "errors are problem details", |_, _, answer| {
        if answer.is_error() {
            answer.header(CONTENT_TYPE, "application/problem+json");
        }
    }),
    answered("ERR-SHAPE", "no type", |_, _, answer| error(answer, |answer| answer.remove("type"))),
    answered("ERR-SHAPE", "another type", |_, _, answer| {
        if answer.status == 400 {
            answer.set("type", "INVALID");
        }
    }),
    answered("ERR-SHAPE", "no message", |_, _, answer| error(answer, |answer| answer.remove("message"))),
    answered("ERR-SHAPE", "another status", |_, _, answer| error(answer, |answer| answer.set("httpStatus", 500))),
    answered("ERR-PRINTED", "no details", |_, _, answer| error(answer, |answer| answer.remove("details"))),
    answered("ERR-PRINTED", "no requestId", |_, _, answer| error(answer, |answer| answer.remove("requestId"))),
    answered("ERR-PRINTED", "null details", |_, _, answer| error(answer, |answer| answer.set("details", Value::Null))),
    answered("ERR-PRINTED", "an empty message", |_, _, answer| error(answer, |answer| answer.set("message", ""))),
    answered("ERR-PRINTED", "square brackets", |_, _, answer| {
        error(answer, |answer| answer.set("details", format!("[x] {}", answer.body["details"])));
    }),
    answered("ERR-WORDS", "messages of its own", |_, _, answer| {
        error(answer, |answer| answer.set("message", "Something went wrong"));
    }),
    answered("ERR-WORDS", "details that say nothing", |_, _, answer| {
        error(answer, |answer| answer.set("details", answer.body["message"].clone()));
    }),
    answered("ERR-WORDS", "null members", |_, _, answer| error(answer, |answer| answer.set("httpStatus", Value::Null))),
    answered("ERR-WORDS", "more null members", |_, _, answer| error(answer, |answer| answer.set("cause", Value::Null))),
];

/// Of a server that admits thirty requests a minute.
pub const LIMITED: &[Difference] = &[
    answered("ERR-429", "it is an error as any", |_, _, answer| {
        limit(answer, |answer| answer.header(CONTENT_TYPE, "application/json"));
    }),
    answered("ERR-429", "no title", |_, _, answer| limit(answer, |answer| answer.remove("title"))),
    answered("ERR-429", "no type", |_, _, answer| limit(answer, |answer| answer.remove("type"))),
    answered("ERR-429", "another status", |_, _, answer| limit(answer, |answer| answer.set("status", 420))),
    answered("ERR-429", "no Retry-After", |_, _, answer| {
        limit(answer, |answer| {
            answer.headers.remove(RETRY_AFTER);
        });
    }),
    answered("ERR-429", "another retryAfter", |_, _, answer| limit(answer, |answer| answer.set("retryAfter", 9))),
    answered("ERR-RETRY-AFTER", "at once", |_, _, answer| {
        limit(answer, |answer| {
            answer.set("retryAfter", 0);
            answer.header(RETRY_AFTER, "0");
        });
    }),
    answered("ERR-RETRY-AFTER", "a fraction", |_, _, answer| {
        limit(answer, |answer| answer.header(RETRY_AFTER, "1.5"));
    }),
    answered("ERR-RETRY-AFTER", "a date", |_, _, answer| {
        limit(answer, |answer| answer.header(RETRY_AFTER, "Tue, 20 May 2025 12:00:30 GMT"));
    }),
];

fn error(answer: &mut Answer, change: impl Fn(&mut Answer)) {
    if answer.is_error() {
        change(answer);
    }
}

fn limit(answer: &mut Answer, change: impl Fn(&mut Answer)) {
    if answer.status == 429 {
        change(answer);
    }
}
