//! One page of audit logs, parsed as a fixture file is, because it becomes part of one.

use std::fmt::{self, Display};

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::contract::{Entry, Timestamp};
use crate::fixture;
use crate::remote::{Connection, Reply, RequestError};

/// Number of entries in a page: the most that the API returns.
pub const PAGE_SIZE: usize = 1000;

/// The fields of an entry in a response (RES-ENTRY).
const FIELDS: [&str; 6] = ["action", "actorIdentifier", "ipAddress", "objectIdentifier", "objectType", "timestamp"];

/// One page, checked.
#[derive(Debug)]
pub struct PageResponse {
    /// Number of the page.
    pub page: usize,
    /// Number of entries in the range.
    pub total: usize,
    /// Entries of the page, newest first; as many as `page` and `total` imply.
    pub entries: Vec<Entry>,
    /// Fields of entries that are not recorded.
    pub ignored_fields: Vec<String>,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    logs: &'a RawValue,
    page: usize,
    total: usize,
    #[serde(rename = "totalPages")]
    total_pages: Option<usize>,
}

/// A page with another number of entries than its number and the total imply. The server may have counted and read at two
/// instants, and then answers otherwise the next time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WrongCount {
    page: usize,
    entries: usize,
    total: usize,
}

impl fmt::Display for WrongCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { page, entries, total } = self;
        write!(
            f,
            "asked for page {page} of {PAGE_SIZE} entries each, the server answered page {page} with {entries} entries of {total}"
        )
    }
}

/// Parses the response to the request for a page. `earlier_mismatch` is that of the attempt before: the same again is lasting.
pub(super) fn read(
    connection: &Connection,
    reply: &Reply,
    page: usize,
    earlier_mismatch: &mut Option<WrongCount>,
) -> Result<PageResponse, RequestError> {
    if !reply.status.is_success() {
        return Err(connection.error_for(reply));
    }
    match reply.body.trim_ascii_start().first() {
        Some(b'{') => {}
        // What does not begin as an object is not the beginning of one either.
        Some(_) => return Err(connection.not_json(reply)),
        // A body that broke off is another error.
        None => return Err(connection.not_cortex(&format!("it answers {} without a body", reply.status.as_u16()))),
    }
    // It may have been cut off.
    let broken = |error: &dyn Display| {
        if reply.is_json() {
            RequestError::Retryable(format!("the server's answer is broken JSON: {error}").into())
        } else {
            connection.not_json(reply)
        }
    };
    let text = std::str::from_utf8(&reply.body).map_err(|error| broken(&error))?;
    let body: Body = serde_json::from_str(text)
        .map_err(|error| if error.is_data() { not_a_page(connection, &error) } else { broken(&error) })?;
    let name = format!("page {page}");
    // The common case has no field to remove. Only files have times relative to now.
    let (entries, ignored_fields) = match fixture::read(&name, text, Timestamp::now()) {
        Ok(loaded) if loaded.ignored_fields.is_empty() => (loaded.entries, Vec::new()),
        _ => known_logs(connection, &name, body.logs)?,
    };
    let expected = body.total.saturating_sub(page * PAGE_SIZE).min(PAGE_SIZE);
    let Body { logs: _, page: number, total, total_pages } = body;
    if number != page || entries.len() != expected {
        let mismatch = WrongCount { page, entries: entries.len(), total };
        // The server does not take one page or size for another by chance.
        let is_other_size = total_pages.is_some_and(|pages| pages != total.div_ceil(PAGE_SIZE));
        let is_repeated = earlier_mismatch.replace(mismatch) == Some(mismatch);
        return Err(if number != page {
            RequestError::Permanent(format!("asked for page {page}, the server answered page {number}"))
        } else if is_other_size {
            RequestError::Permanent(mismatch.to_string())
        } else if is_repeated {
            RequestError::Permanent(format!("{mismatch}, twice; it may not know the parameters page and pageSize"))
        } else {
            RequestError::Retryable(mismatch.to_string().into())
        });
    }
    Ok(PageResponse { page, total, entries, ignored_fields })
}

/// The entries of a page without their unknown fields, and the names of these.
fn known_logs(connection: &Connection, name: &str, logs: &RawValue) -> Result<(Vec<Entry>, Vec<String>), RequestError> {
    let mut entries: Vec<Map<String, Value>> =
        serde_json::from_str(logs.get()).map_err(|error| not_a_page(connection, &format_args!("\"logs\": {error}")))?;
    let mut ignored_fields = Vec::new();
    for entry in &mut entries {
        entry.retain(|field, _| {
            let is_known = FIELDS.contains(&field.as_str());
            if !is_known && !ignored_fields.contains(field) {
                ignored_fields.push(field.clone());
            }
            is_known
        });
    }
    let known: Value = entries.into();
    let loaded = fixture::read(name, &known.to_string(), Timestamp::now()).map_err(|errors| {
        let first = errors.0.into_iter().next().map(|error| {
            let place = [error.item, error.field].into_iter().flatten().collect::<Vec<_>>().join(", ");
            format!("{name}, {place}: {}", error.reason)
        });
        let reason = connection.token().excerpt(first.as_deref().unwrap_or(name));
        RequestError::Permanent(format!("{} answered an entry that cannot be recorded: {reason}", connection.url()))
    })?;
    Ok((loaded.entries, ignored_fields))
}

fn not_a_page(connection: &Connection, error: &dyn Display) -> RequestError {
    connection.not_cortex(&format!("its JSON is no page of audit logs ({error})"))
}
