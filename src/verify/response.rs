//! The responses to probes. Nothing in them is taken for granted: their form is what the probes check.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use ureq::http::header::CONTENT_TYPE;

use super::request::ProbeRequest;
use super::sample_range::SampleRange;
use crate::contract::Timestamp;
use crate::remote::Reply;

/// A response with its request, parsed as far as possible.
#[derive(Debug)]
pub struct ProbeResponse {
    pub request: ProbeRequest,
    pub reply: Reply,
    /// The body, if it is a JSON object; without the entries, if it is a page.
    pub body: Option<Map<String, Value>>,
    /// The entries, if the body is a page of audit logs.
    entries: Option<Vec<ObservedEntry>>,
}

/// An entry of a response.
#[derive(Debug, Clone, PartialEq)]
pub struct ObservedEntry {
    /// The whole entry as JSON: equal entries have equal texts.
    pub json: String,
    pub fields: Map<String, Value>,
    /// Field `timestamp`, if it can be parsed.
    pub timestamp: Option<Timestamp>,
}

impl ProbeResponse {
    pub fn new(request: ProbeRequest, reply: Reply) -> Self {
        let mut body: Option<Map<_, _>> = serde_json::from_slice(&reply.body).ok();
        let entries = body.as_mut().and_then(|body| match body.get_mut("logs") {
            Some(Value::Array(logs)) if logs.iter().all(Value::is_object) => Some(std::mem::take(logs)),
            _ => None,
        });
        let entries = entries.map(|entries| entries.into_iter().filter_map(ObservedEntry::new).collect());
        Self { request, reply, body, entries }
    }

    pub fn status(&self) -> u16 {
        self.reply.status.as_u16()
    }

    /// A member of the body.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.body.as_ref()?.get(field)
    }

    /// A number in the body, such as `total`.
    pub fn number(&self, field: &str) -> Option<u64> {
        self.get(field)?.as_u64()
    }

    /// A string in the body, such as `message`.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.get(field)?.as_str()
    }

    /// The entries of a success.
    pub fn page(&self) -> Option<&[ObservedEntry]> {
        self.entries.as_deref().filter(|_| self.status() == 200)
    }

    /// The entries of a success, or none.
    pub fn entries(&self) -> &[ObservedEntry] {
        self.page().unwrap_or_default()
    }

    /// The content type without its parameters.
    pub fn media_type(&self) -> &str {
        self.reply.header(CONTENT_TYPE).and_then(|kind| kind.split(';').next()).unwrap_or_default().trim()
    }

    /// The content type for a message.
    pub fn content_type(&self) -> &str {
        self.reply.header(CONTENT_TYPE).unwrap_or("no content type")
    }
}

impl ObservedEntry {
    fn new(entry: Value) -> Option<Self> {
        let json = entry.to_string();
        let Value::Object(fields) = entry else { return None };
        let timestamp = fields.get("timestamp").and_then(Value::as_str).and_then(|text| text.parse().ok());
        Some(Self { json, fields, timestamp })
    }

    /// The value of a field, if it is a string.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field)?.as_str()
    }

    /// Whether a field has this value.
    pub fn has(&self, field: &str, value: &str) -> bool {
        self.text(field) == Some(value)
    }

    pub fn is_from(&self, start: Timestamp) -> bool {
        self.timestamp.is_some_and(|timestamp| timestamp >= start)
    }

    pub fn is_in(&self, range: SampleRange) -> bool {
        self.timestamp.is_some_and(|timestamp| (range.start..=range.end).contains(&timestamp))
    }
}

/// How often each entry is in a list, in any order.
#[derive(PartialEq)]
pub struct EntryCounts<'a>(BTreeMap<&'a str, usize>);

impl<'a> EntryCounts<'a> {
    pub fn new(entries: impl IntoIterator<Item = &'a ObservedEntry>) -> Self {
        let mut counts = BTreeMap::new();
        for entry in entries {
            *counts.entry(entry.json.as_str()).or_default() += 1;
        }
        Self(counts)
    }

    /// Whether every entry of the other list is in this one, at least as often.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.iter().all(|(entry, count)| self.0.get(entry).is_some_and(|own| own >= count))
    }
}
