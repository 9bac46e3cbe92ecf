//! Downloads every audit-log entry of a range of time, each once.
//!
//! - The end of the range is fixed, so entries of the future do not matter.
//! - Pages are read from the oldest to the newest. Entries that still arrive are late ones, close to the end of the range,
//!   and do not move what was read before. [`PageAssembler`] proves for each recording that nothing moved.
//! - Requests are paced, and sent again after a failure that may pass, by `remote::ApiClient`.
//! - Downloaded pages are saved to a [`Checkpoint`], from which an interrupted recording resumes.

mod assembler;
mod checkpoint;
mod error;
mod order;
mod page_response;

use std::time::Duration;

use crate::contract::{AUDIT_LOGS, Entry};
use crate::duration;
use crate::remote::{ApiClient, Connection, GetRequest, RequestError, RetryWait, Retryable, TimeSource, backoff};

pub use assembler::{MergeResult, PageAssembler};
pub use checkpoint::{Checkpoint, RecordRange, RecordingSpec};
pub use error::RecordError;
pub use order::OrderViolations;
pub use page_response::{PAGE_SIZE, PageResponse};

/// Limit of passes over a range whose entries change.
const MAX_PASSES: usize = 5;
/// Limit of requests in a row without a new entry; each page of one instant is one.
const MAX_IDLE_REQUESTS: usize = 200;
/// Limit of attempts to read one page.
const MAX_ATTEMPTS: u32 = 8;
/// Shortest wait, whatever the server asks for.
const MIN_WAIT: Duration = Duration::from_millis(500);
/// Longest wait: a server that asks for more is better called again later.
const MAX_WAIT: Duration = Duration::from_secs(15 * 60);

/// Progress of a recording.
#[derive(Debug, Clone, Copy)]
pub enum RecordingEvent<'a> {
    /// A page was read.
    Progress {
        /// Number of entries read so far.
        entries: usize,
        /// Number of entries in the range.
        total: usize,
    },
    /// The recording pauses before it sends a request again.
    Waiting(RetryWait<'a>),
    /// The entries changed below those that were read: the recording starts again.
    Restart {
        /// Number of the new pass, from 2 on.
        pass: usize,
    },
}

/// A complete recording.
#[derive(Debug)]
pub struct Recording {
    /// Entries, newest first, in the order of the API.
    pub entries: Vec<Entry>,
    /// Number of requests sent, without those of interrupted runs.
    pub requests: usize,
    /// Fields of entries that the API is not known to have, and which are not recorded; safe to print.
    pub ignored_fields: Vec<String>,
    /// What contradicts the order of the API.
    pub order_violations: Option<OrderViolations>,
}

/// Downloads a range of entries, starting where `checkpoint` ends, to which each page is saved. `on_event` is called with
/// the progress.
///
/// # Errors
/// When the server refuses, stays broken or its entries keep changing; the checkpoint has what was read.
pub fn record(
    connection: Connection,
    range: RecordRange,
    time: TimeSource,
    mut checkpoint: Option<&mut Checkpoint>,
    on_event: &dyn Fn(RecordingEvent<'_>),
) -> Result<Recording, RecordError> {
    let mut client =
        ApiClient::new(connection, time, usize::MAX, |wait: RetryWait<'_>| on_event(RecordingEvent::Waiting(wait)));
    let (saved, total) = checkpoint.as_mut().map(|checkpoint| checkpoint.take_saved()).unwrap_or_default();
    let mut assembler = PageAssembler::resume(PAGE_SIZE, saved, total);
    let mut ignored_fields = Vec::new();
    let (mut pass, mut idle_requests) = (1, 0);
    while let Some(page) = assembler.next_page() {
        let response = read_page(&mut client, range, page)?;
        for field in &response.ignored_fields {
            let field = client.connection().token().excerpt(field);
            if !ignored_fields.contains(&field) {
                ignored_fields.push(field);
            }
        }
        match assembler.add(response) {
            MergeResult::Added(0) => idle_requests += 1,
            MergeResult::Added(count) => {
                idle_requests = 0;
                if let Some(checkpoint) = checkpoint.as_mut() {
                    checkpoint.append(assembler.newest(count), assembler.total())?;
                }
            }
            MergeResult::Diverged => {
                if let Some(checkpoint) = checkpoint.as_mut() {
                    checkpoint.clear()?;
                }
                pass += 1;
                if pass <= MAX_PASSES {
                    on_event(RecordingEvent::Restart { pass });
                }
            }
        }
        if pass > MAX_PASSES || idle_requests > MAX_IDLE_REQUESTS {
            let end = range.end;
            return Err(RecordError(format!(
                "the entries up to {end} keep changing while they are read; choose an earlier --to"
            )));
        }
        on_event(RecordingEvent::Progress { entries: assembler.count(), total: assembler.total() });
    }
    let entries = assembler.into_newest_first();
    let mut order_violations = OrderViolations::find(&entries);
    if order_violations.is_none()
        && let Some((time, count)) = order::possible_repetition(&entries)
    {
        // A server that cannot answer this has answered all pages.
        let range = RecordRange { start: Some(time), end: time };
        let total = read_page(&mut client, range, 0).map_or(count, |page| page.total);
        order_violations = OrderViolations::repeated_entries(count.saturating_sub(total));
    }
    Ok(Recording { entries, requests: client.requests(), ignored_fields, order_violations })
}

fn read_page(client: &mut ApiClient<'_>, range: RecordRange, page: usize) -> Result<PageResponse, RequestError> {
    let start = range.start.map(|start| format!("&startTime={start}")).unwrap_or_default();
    let request = GetRequest {
        path: format!("{AUDIT_LOGS}?endTime={}&page={page}&pageSize={PAGE_SIZE}{start}", range.end),
        authorization: Some(client.connection().token().header()),
        content_type: None,
    };
    let mut attempts = 0;
    let next_wait = |failure: &mut Retryable, _| {
        attempts += 1;
        let reason = &failure.reason;
        let wait = failure.retry_after.unwrap_or_else(|| backoff(attempts)).max(MIN_WAIT);
        if attempts == MAX_ATTEMPTS {
            let error = format!("gave up after {attempts} attempts in a row; the last: {reason}");
            return Err(RequestError::Permanent(error));
        }
        if wait > MAX_WAIT {
            let error = format!("the server asks to come back in {}: {reason}", duration::format(wait));
            return Err(RequestError::Permanent(error));
        }
        Ok(wait)
    };
    let mut mismatch = None;
    client.send(&request, |connection, reply| page_response::read(connection, &reply, page, &mut mismatch), next_wait)
}
