//! A polling client that misses no entry and reports none twice.
//!
//! - A poll reads a time window that ends at a fixed instant, so new entries do not move others to the next page.
//! - Windows overlap, because an entry may appear later than its timestamp says.
//! - If `total` changes between the pages of a window, the window is read again.
//! - Temporary failures are retried: 429 and 5xx, after `Retry-After` if there is one; broken connections; incomplete
//!   bodies. Any other status is an error of the client and ends the poll.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Deserializer};
use ureq::Agent;
use ureq::http::StatusCode;
use ureq::http::header::RETRY_AFTER;

/// Follows the audit log of one server.
pub struct Poller<W> {
    http: Agent,
    url: String,
    key: String,
    /// Waits; a test advances a clock instead.
    wait: W,
    page_size: u32,
    overlap: TimeDelta,
    /// The start of the next window; the first one has none.
    since: Option<DateTime<Utc>>,
    /// How often each entry of the overlap was reported: entries have no identifier, and two can be equal.
    reported: HashMap<Entry, usize>,
}

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub action: String,
    pub actor_identifier: Option<String>,
    pub ip_address: Option<String>,
    pub object_identifier: String,
    pub object_type: String,
    #[serde(deserialize_with = "instant")]
    pub timestamp: DateTime<Utc>,
}

fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(serde::de::Error::custom)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    logs: Vec<Entry>,
    total: usize,
    total_pages: u32,
}

/// Why a poll failed for good.
#[derive(Debug)]
pub enum Error {
    /// The server refused the request, with this body.
    Refused(StatusCode, String),
    /// All attempts failed; the last failure.
    GaveUp(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(status, body) => write!(f, "{status}: {body}"),
            Self::GaveUp(why) => write!(f, "gave up after {ATTEMPTS} attempts; the last: {why}"),
        }
    }
}

impl std::error::Error for Error {}

/// Attempts to get a page.
const ATTEMPTS: u32 = 8;

impl<W: FnMut(Duration)> Poller<W> {
    pub fn new(url: &str, key: &str, wait: W) -> Self {
        // Without a timeout, a server that hangs would hang this client.
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(30)));
        Self {
            http: config.build().into(),
            url: format!("{}/api/v1/audit-logs", url.trim_end_matches('/')),
            key: key.to_owned(),
            wait,
            page_size: 250,
            overlap: TimeDelta::minutes(5),
            since: None,
            reported: HashMap::new(),
        }
    }

    /// Returns the new entries up to this instant, oldest first.
    pub fn poll(&mut self, now: DateTime<Utc>) -> Result<Vec<Entry>, Error> {
        let window = self.window(now)?;
        let mut counts = HashMap::new();
        let mut new = Vec::new();
        for entry in window {
            let count = counts.entry(entry.clone()).or_insert(0);
            *count += 1;
            if *count > self.reported.get(&entry).copied().unwrap_or(0) {
                new.push(entry);
            }
        }
        let since = now - self.overlap;
        counts.retain(|entry, _| entry.timestamp >= since);
        (self.since, self.reported) = (Some(since), counts);
        new.reverse();
        Ok(new)
    }

    /// Reads all entries from the end of the last window, minus the overlap, to an instant; newest first.
    fn window(&mut self, end: DateTime<Utc>) -> Result<Vec<Entry>, Error> {
        'again: loop {
            let mut entries = Vec::new();
            let (mut number, mut total) = (0, None);
            loop {
                let page = self.page(number, end)?;
                if *total.get_or_insert(page.total) != page.total {
                    continue 'again;
                }
                entries.extend(page.logs);
                number += 1;
                if number >= page.total_pages {
                    return Ok(entries);
                }
            }
        }
    }

    fn page(&mut self, number: u32, end: DateTime<Utc>) -> Result<Page, Error> {
        let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let mut query =
            vec![("endTime", text(end)), ("page", number.to_string()), ("pageSize", self.page_size.to_string())];
        query.extend(self.since.map(|since| ("startTime", text(since))));
        let mut last = String::new();
        for attempt in 0..ATTEMPTS {
            let mut pause = Duration::from_millis(250) * 2_u32.pow(attempt);
            let request = self.http.get(&self.url).query_pairs(query.clone());
            match request.header("Authorization", format!("Bearer {}", self.key)).call() {
                Ok(mut response) if response.status().is_success() => match response.body_mut().read_json() {
                    Ok(page) => return Ok(page),
                    Err(error) => last = error.to_string(),
                },
                Ok(mut response) => {
                    let status = response.status();
                    let retry_after =
                        response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
                    let body = response.body_mut().read_to_string().unwrap_or_default();
                    if status != StatusCode::TOO_MANY_REQUESTS && !status.is_server_error() {
                        return Err(Error::Refused(status, body));
                    }
                    pause = retry_after.map_or(pause, Duration::from_secs);
                    last = format!("{status}: {body}");
                }
                Err(error) => last = error.to_string(),
            }
            (self.wait)(pause);
        }
        Err(Error::GaveUp(last))
    }
}
