//! An answer as it came: nothing in it is taken for granted, because what it is like is the question.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::contract::Timestamp;
use crate::remote::Reply;
use crate::text::{counted, truncate};

/// An answer, and what could be read in it.
#[derive(Debug)]
pub struct ProbeResponse {
    pub reply: Reply,
    /// The body, when it is a JSON object.
    pub body: Option<Map<String, Value>>,
    /// The entries in it, when it is a page of audit logs.
    pub logs: Option<Vec<ObservedEntry>>,
}

/// An entry as it was seen in an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct ObservedEntry {
    /// All of it; equal texts are equal entries.
    text: String,
    pub fields: Map<String, Value>,
    /// When it happened, if that could be read.
    pub at: Option<Timestamp>,
}

impl ProbeResponse {
    pub fn new(reply: Reply) -> Self {
        let json = std::str::from_utf8(&reply.body).ok().and_then(|text| text.parse().ok());
        let mut body = match json {
            Some(Value::Object(body)) => Some(body),
            _ => None,
        };
        let logs = body.as_mut().and_then(|body| match body.get_mut("logs") {
            Some(Value::Array(logs)) if logs.iter().all(Value::is_object) => Some(std::mem::take(logs)),
            _ => None,
        });
        let logs = logs.map(|logs| logs.into_iter().filter_map(ObservedEntry::new).collect());
        Self { reply, body, logs }
    }

    pub fn status(&self) -> u16 {
        self.reply.status.as_u16()
    }

    /// A number of the body, such as `total`.
    pub fn number(&self, field: &str) -> Option<u64> {
        self.body.as_ref()?.get(field)?.as_u64()
    }

    /// A text of the body, such as `message`.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.body.as_ref()?.get(field)?.as_str()
    }

    /// The entries of a success.
    pub fn page(&self) -> Option<&[ObservedEntry]> {
        self.logs.as_deref().filter(|_| self.status() == 200)
    }

    /// For a person: status, number of entries, and the beginning of a body that may be shown.
    pub fn told(&self, body: &str) -> String {
        const MAX_CHARS: usize = 200;

        let entries = match self.page() {
            Some(logs) => format!(" with {}", counted(logs.len(), "entry", "entries")),
            None => String::new(),
        };
        let body = truncate(body, MAX_CHARS);
        format!("{}{entries}{}{body}", self.status(), if body.is_empty() { "" } else { ": " })
    }
}

impl ObservedEntry {
    fn new(entry: Value) -> Option<Self> {
        let text = entry.to_string();
        let Value::Object(fields) = entry else { return None };
        let at = fields.get("timestamp").and_then(Value::as_str).and_then(|text| text.parse().ok());
        Some(Self { text, fields, at })
    }

    /// A field that holds a text.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field)?.as_str()
    }

    /// Whether a field holds this text.
    pub fn is(&self, field: &str, value: &str) -> bool {
        self.text(field) == Some(value)
    }

    pub fn is_from(&self, start: Timestamp) -> bool {
        self.at.is_some_and(|at| at >= start)
    }

    pub fn is_until(&self, end: Timestamp) -> bool {
        self.at.is_some_and(|at| at <= end)
    }
}

/// Whether two lists hold the same entries equally often, in whatever order.
pub fn same_entries<'a>(
    one: impl IntoIterator<Item = &'a ObservedEntry>,
    other: impl IntoIterator<Item = &'a ObservedEntry>,
) -> bool {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for seen in one {
        *counts.entry(&seen.text).or_default() += 1;
    }
    for seen in other {
        *counts.entry(&seen.text).or_default() -= 1;
    }
    counts.values().all(|count| *count == 0)
}

/// Whether every entry of one list is in the other, as often as there.
pub fn contains_all<'a>(
    some: impl IntoIterator<Item = &'a ObservedEntry>,
    all: impl IntoIterator<Item = &'a ObservedEntry>,
) -> bool {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for seen in all {
        *counts.entry(&seen.text).or_default() += 1;
    }
    for seen in some {
        *counts.entry(&seen.text).or_default() -= 1;
    }
    counts.values().all(|count| *count >= 0)
}
