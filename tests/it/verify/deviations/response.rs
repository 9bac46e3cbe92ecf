//! Deviations of pages and entries as they are answered.

use serde_json::{Value, json};

use super::super::deviating_server::{Deviation, responds};
use super::super::intercepted::InterceptedResponse;

pub const ALL: &[Deviation] = &[
    responds("RES-PAGE", "no totalPages", |_, _, response| {
        if response.is_page() {
            response.remove("totalPages");
        }
    }),
    responds("RES-PAGE", "no total", |_, _, response| {
        if response.is_page() {
            response.remove("total");
        }
    }),
    responds("RES-PAGE", "a second array", |_, _, response| {
        if response.is_page() {
            response.set("links", json!([]));
        }
    }),
    responds("RES-PAGE", "pages are called from 1 on", |_, _, response| {
        if response.is_page() {
            let page = response.body["page"].as_u64().unwrap() + 1;
            response.set("page", page);
        }
    }),
    responds("RES-PAGE", "numbers are texts", |_, _, response| {
        if response.is_page() {
            let total = response.body["total"].to_string();
            response.set("total", total);
        }
    }),
    responds("RES-ENTRY", "an unknown actor is null", |_, _, response| {
        each(response, |entry| {
            entry.as_object_mut().unwrap().entry("actorIdentifier").or_insert(Value::Null);
        });
    }),
    responds("RES-ENTRY", "an unknown address is empty", |_, _, response| {
        each(response, |entry| {
            entry.as_object_mut().unwrap().entry("ipAddress").or_insert(json!(""));
        });
    }),
    responds("RES-ENTRY", "no identifier of what is deleted", |_, _, response| {
        each(response, |entry| {
            if entry["action"] == "DELETE" {
                entry.as_object_mut().unwrap().remove("objectIdentifier");
            }
        });
    }),
    responds("RES-ENTRY", "an action is a participle", |_, _, response| {
        each(response, |entry| entry["action"] = format!("{}D", entry["action"].as_str().unwrap()).into());
    }),
    responds("RES-ACTOR", "actors are UUIDs", |_, _, response| {
        each(response, |entry| {
            if let Some(name) = entry["actorIdentifier"].as_str() {
                entry["actorIdentifier"] = uuid_of(name).into();
            }
            drop_null(entry);
        });
    }),
    responds("RES-ACTOR", "actors are numbers", |_, _, response| {
        each(response, |entry| {
            if let Some(name) = entry["actorIdentifier"].as_str() {
                entry["actorIdentifier"] = name.len().to_string().into();
            }
            drop_null(entry);
        });
    }),
    responds("RES-ACTOR", "people have names", |_, _, response| {
        each(response, |entry| {
            if let Some((name, _)) = entry["actorIdentifier"].as_str().and_then(|name| name.split_once('@')) {
                entry["actorIdentifier"] = name.to_owned().into();
            }
            drop_null(entry);
        });
    }),
];

fn each(response: &mut InterceptedResponse, change: impl Fn(&mut Value)) {
    response.logs().iter_mut().for_each(change);
}

/// Looking at a field that is not there has put a null in its place.
fn drop_null(entry: &mut Value) {
    entry.as_object_mut().unwrap().retain(|_, value| !value.is_null());
}

fn uuid_of(name: &str) -> String {
    let bytes: Vec<u8> = name.bytes().chain([7; 16]).take(16).collect();
    uuid::Uuid::from_slice(&bytes).unwrap().to_string()
}
