//! The body of an answer: read as a fixture file is read, because it is to become one.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::PAGE_SIZE;
use crate::contract::{Entry, Timestamp};
use crate::fixture;

/// One page, checked.
#[derive(Debug)]
pub struct PageResponse {
    /// Which page.
    pub page: usize,
    /// How many entries match in all.
    pub total: usize,
    /// Newest first; as many as the page must have.
    pub logs: Vec<Entry>,
    /// Fields that entries had and that are not recorded.
    pub ignored_fields: Vec<String>,
}

/// What is wrong with a body.
#[derive(Debug)]
pub enum Fault {
    /// Not JSON to its end: it may have been cut off.
    Broken(String),
    /// Numbers that do not fit each other, as when a page is counted and read at two instants.
    Unfit(String),
    /// JSON, and not a page of audit logs.
    Shape(String),
    /// A page whose entry cannot be recorded.
    Entry(String),
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    logs: &'a RawValue,
    page: usize,
    total: usize,
}

/// The fields of an entry in an answer (RES-ENTRY).
const FIELDS: [&str; 6] = ["action", "actorIdentifier", "ipAddress", "objectIdentifier", "objectType", "timestamp"];

/// Reads a body that shall be this page.
pub fn read(bytes: &[u8], page: usize) -> Result<PageResponse, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|error| Fault::Broken(error.to_string()))?;
    let body: Body = serde_json::from_str(text).map_err(|error| {
        if error.is_data() { Fault::Shape(error.to_string()) } else { Fault::Broken(error.to_string()) }
    })?;
    let (logs, ignored_fields) = entries(text, body.logs, page)?;
    let expected = body.total.saturating_sub(page * PAGE_SIZE).min(PAGE_SIZE);
    if body.page != page || logs.len() != expected {
        let (told, total, count) = (body.page, body.total, logs.len());
        return Err(Fault::Unfit(format!(
            "asked for page {page} of {PAGE_SIZE} entries each, the server answered page {told} with {count} entries of {total}"
        )));
    }
    Ok(PageResponse { page, total: body.total, logs, ignored_fields })
}

fn entries(text: &str, logs: &RawValue, page: usize) -> Result<(Vec<Entry>, Vec<String>), Fault> {
    let name = format!("page {page}");
    // Relative times are for files; an answer has none.
    let now = Timestamp::now();
    // The usual case first: nothing in it but what is known.
    if let Ok(loaded) = fixture::read(&name, text, now)
        && loaded.ignored_fields.is_empty()
    {
        return Ok((loaded.entries, Vec::new()));
    }
    let mut maps: Vec<Map<String, Value>> =
        serde_json::from_str(logs.get()).map_err(|error| Fault::Shape(format!("\"logs\": {error}")))?;
    let mut ignored_fields = Vec::new();
    for map in &mut maps {
        map.retain(|field, _| {
            let known = FIELDS.contains(&field.as_str());
            if !known && !ignored_fields.contains(field) {
                ignored_fields.push(field.clone());
            }
            known
        });
    }
    let known = serde_json::to_string(&maps).map_err(|error| Fault::Shape(error.to_string()))?;
    let loaded = fixture::read(&name, &known, now).map_err(|errors| {
        let first = errors.0.into_iter().next().map(|error| {
            let place = [error.item, error.field].into_iter().flatten().collect::<Vec<_>>().join(", ");
            format!("{name}, {place}: {}", error.reason)
        });
        Fault::Entry(first.unwrap_or(name))
    })?;
    Ok((loaded.entries, ignored_fields))
}
