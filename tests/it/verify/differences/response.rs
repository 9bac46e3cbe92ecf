//! What differs about pages and entries as they are answered.

use serde_json::{Value, json};

use super::super::exchange::Answer;
use super::super::other::{Difference, answered};

pub const ALL: &[Difference] = &[
    answered("RES-PAGE", "no totalPages", |_, _, answer| {
        if answer.is_page() {
            answer.remove("totalPages");
        }
    }),
    answered("RES-PAGE", "no total", |_, _, answer| {
        if answer.is_page() {
            answer.remove("total");
        }
    }),
    answered("RES-PAGE", "a second array", |_, _, answer| {
        if answer.is_page() {
            answer.set("links", json!([]));
        }
    }),
    answered("RES-PAGE", "pages are called from 1 on", |_, _, answer| {
        if answer.is_page() {
            let page = answer.body["page"].as_u64().unwrap() + 1;
            answer.set("page", page);
        }
    }),
    answered("RES-PAGE", "numbers are texts", |_, _, answer| {
        if answer.is_page() {
            let total = answer.body["total"].to_string();
            answer.set("total", total);
        }
    }),
    answered("RES-ENTRY", "an unknown actor is null", |_, _, answer| {
        each(answer, |entry| {
            entry.as_object_mut().unwrap().entry("actorIdentifier").or_insert(Value::Null);
        });
    }),
    answered("RES-ENTRY", "an unknown address is empty", |_, _, answer| {
        each(answer, |entry| {
            entry.as_object_mut().unwrap().entry("ipAddress").or_insert(json!(""));
        });
    }),
    answered("RES-ENTRY", "no identifier of what is deleted", |_, _, answer| {
        each(answer, |entry| {
            if entry["action"] == "DELETE" {
                entry.as_object_mut().unwrap().remove("objectIdentifier");
            }
        });
    }),
    answered("RES-ENTRY", "an action is a participle", |_, _, answer| {
        each(answer, |entry| entry["action"] = format!("{}D", entry["action"].as_str().unwrap()).into());
    }),
    answered("RES-ACTOR", "actors are UUIDs", |_, _, answer| {
        each(answer, |entry| {
            if let Some(name) = entry["actorIdentifier"].as_str() {
                entry["actorIdentifier"] = uuid_of(name).into();
            }
            drop_null(entry);
        });
    }),
    answered("RES-ACTOR", "actors are numbers", |_, _, answer| {
        each(answer, |entry| {
            if let Some(name) = entry["actorIdentifier"].as_str() {
                entry["actorIdentifier"] = name.len().to_string().into();
            }
            drop_null(entry);
        });
    }),
    answered("RES-ACTOR", "people have names", |_, _, answer| {
        each(answer, |entry| {
            if let Some((name, _)) = entry["actorIdentifier"].as_str().and_then(|name| name.split_once('@')) {
                entry["actorIdentifier"] = name.to_owned().into();
            }
            drop_null(entry);
        });
    }),
];

fn each(answer: &mut Answer, change: impl Fn(&mut Value)) {
    answer.logs().iter_mut().for_each(change);
}

/// Looking at a field that is not there has put a null in its place.
fn drop_null(entry: &mut Value) {
    entry.as_object_mut().unwrap().retain(|_, value| !value.is_null());
}

fn uuid_of(name: &str) -> String {
    let bytes: Vec<u8> = name.bytes().chain([7; 16]).take(16).collect();
    uuid::Uuid::from_slice(&bytes).unwrap().to_string()
}
