//! Downloads every audit-log entry of a range of time, each once.
//!
//! - The end of the range is fixed, so entries of the future do not matter.
//! - Pages are read from the oldest to the newest. Entries that still arrive are late ones, close to the end of the range,
//!   and do not move what was read before. [`PageAssembler`] proves for each recording that nothing moved.
//! - Requests are paced, and sent again after a failure that may pass, by `remote::ApiClient`.
//! - Downloaded pages are saved to a [`Checkpoint`], from which an interrupted recording resumes.

mod assembler;
mod checkpoint;
mod page_response;

use std::fmt;
use std::time::Duration;

use crate::contract::{AUDIT_LOGS, Entry, Timestamp};
use crate::duration;
use crate::remote::{ApiClient, Connection, GetRequest, RequestError, RetryWait, TimeSource, backoff};

pub use assembler::{MergeResult, PageAssembler};
pub use checkpoint::{Checkpoint, CheckpointError, RecordRange, RecordingSpec};
pub use page_response::{PAGE_SIZE, PageResponse};

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

/// Reason why a recording ended before it was complete. `Display` is one sentence for a person.
#[derive(Debug)]
pub enum RecordError {
    /// A request failed for good.
    Request(RequestError),
    /// A request failed too often in a row.
    TooManyAttempts {
        /// Number of attempts.
        attempts: u32,
        /// Reason of the last failure.
        reason: String,
    },
    /// The server asks for a longer wait than a person would sit through.
    WaitTooLong {
        /// Length of the wait.
        wait: Duration,
        /// Reason of the failure.
        reason: String,
    },
    /// The entries changed during each pass.
    Unstable {
        /// End of the range.
        end: Timestamp,
    },
    /// The checkpoint cannot be written.
    Checkpoint(CheckpointError),
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => error.fmt(f),
            Self::TooManyAttempts { attempts, reason } => {
                write!(f, "gave up after {attempts} attempts in a row; the last: {reason}")
            }
            Self::WaitTooLong { wait, reason } => {
                write!(f, "the server asks to come back in {}: {reason}", duration::format(*wait))
            }
            Self::Unstable { end } => {
                write!(f, "the entries up to {end} keep changing while they are read; choose an earlier --to")
            }
            Self::Checkpoint(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RecordError {}

impl From<RequestError> for RecordError {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

impl From<CheckpointError> for RecordError {
    fn from(error: CheckpointError) -> Self {
        Self::Checkpoint(error)
    }
}

/// A complete recording.
#[derive(Debug)]
pub struct Recording {
    /// Entries, newest first, in the order of the API.
    pub entries: Vec<Entry>,
    /// Number of requests sent, without those of interrupted runs.
    pub requests: usize,
    /// Fields of entries that the API is not known to have, and which are not recorded.
    pub ignored_fields: Vec<String>,
}

/// Downloads a range of entries.
pub struct Recorder<'a> {
    client: ApiClient<'a>,
    range: RecordRange,
    on_event: &'a dyn Fn(RecordingEvent<'_>),
    ignored_fields: Vec<String>,
}

impl<'a> Recorder<'a> {
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

    /// A recorder that calls `on_event` with its progress.
    #[must_use]
    pub fn new(
        connection: Connection,
        range: RecordRange,
        time: TimeSource,
        on_event: &'a dyn Fn(RecordingEvent<'_>),
    ) -> Self {
        let on_wait = |wait: RetryWait<'_>| on_event(RecordingEvent::Waiting(wait));
        let client = ApiClient::new(connection, time, usize::MAX, on_wait);
        Self { client, range, on_event, ignored_fields: Vec::new() }
    }

    /// Downloads the range, starting where `checkpoint` ends, to which it saves each page.
    ///
    /// # Errors
    /// When the server refuses, stays broken or its entries keep changing; the checkpoint has what was read.
    pub fn run(mut self, mut checkpoint: Option<&mut Checkpoint>) -> Result<Recording, RecordError> {
        let saved = checkpoint.as_mut().map(|checkpoint| checkpoint.take_saved()).unwrap_or_default();
        let mut assembler = PageAssembler::resume(PAGE_SIZE, saved.entries, saved.total);
        let (mut pass, mut idle_requests) = (1, 0);
        while let Some(page) = assembler.next_page() {
            match assembler.add(self.read_page(page)?) {
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
                    if pass <= Self::MAX_PASSES {
                        (self.on_event)(RecordingEvent::Restart { pass });
                    }
                }
            }
            if pass > Self::MAX_PASSES || idle_requests > Self::MAX_IDLE_REQUESTS {
                return Err(RecordError::Unstable { end: self.range.end });
            }
            (self.on_event)(RecordingEvent::Progress { entries: assembler.len(), total: assembler.total() });
        }
        let requests = self.client.requests();
        Ok(Recording { entries: assembler.into_newest_first(), requests, ignored_fields: self.ignored_fields })
    }

    fn read_page(&mut self, page: usize) -> Result<PageResponse, RecordError> {
        let RecordRange { start, end } = self.range;
        let start = start.map(|start| format!("&startTime={start}")).unwrap_or_default();
        let request = GetRequest {
            path: format!("{AUDIT_LOGS}?endTime={end}&page={page}&pageSize={PAGE_SIZE}{start}"),
            authorization: Some(self.client.connection().token().header()),
            content_type: None,
        };
        let mut attempts = 0;
        let response = self.client.send(
            &request,
            |connection, reply| page_response::read(connection, &reply, page),
            |failure, _| {
                attempts += 1;
                let reason = failure.reason.clone();
                if attempts == Self::MAX_ATTEMPTS {
                    return Err(RecordError::TooManyAttempts { attempts, reason });
                }
                let wait = failure.retry_after.unwrap_or_else(|| backoff(attempts)).max(Self::MIN_WAIT);
                if wait > Self::MAX_WAIT { Err(RecordError::WaitTooLong { wait, reason }) } else { Ok(wait) }
            },
        )?;
        for field in &response.ignored_fields {
            if !self.ignored_fields.contains(field) {
                self.ignored_fields.push(field.clone());
            }
        }
        Ok(response)
    }
}
