//! A recording: everything that an audit-log API holds in a range of time, each entry once.
//!
//! - The range has a fixed end, so what happens from now on is none of its business.
//! - It reads from the oldest page to the newest. What still comes into the range comes late, and so close to its end:
//!   there it moves nothing that was read before. Whether something moved is proved, not hoped for, see `held`.
//! - Whatever may pass is tried again, see `api`; never more often than the API allows, see `remote::pace`.
//! - What was read is kept in a file as it comes, so that an interruption costs nothing, see `part`.

mod api;
mod assembler;
mod checkpoint;
mod page_response;

use std::fmt;
use std::time::Duration;

use crate::contract::{Entry, Timestamp};
use crate::remote::{RequestError, RequestPacer, TimeSource, backoff};
use assembler::{MergeResult, PageAssembler};
use page_response::PageResponse;

pub use api::Api;
pub use checkpoint::{Checkpoint, RangeBound, RecordingSpec};

/// Entries in a page: the most that the API gives.
pub const PAGE_SIZE: usize = 1000;

/// Which entries; both ends are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordRange {
    /// Not before this; `None` is from the first entry on.
    pub start: Option<Timestamp>,
    /// Not after this.
    pub end: Timestamp,
}

/// What a recording tells while it goes on.
#[derive(Debug, Clone, Copy)]
pub enum RecordingEvent<'a> {
    /// So many entries are there, of so many.
    Progress {
        /// Entries that are there.
        held: usize,
        /// Entries that the range holds.
        total: usize,
    },
    /// It waits before it asks once more.
    Waiting {
        /// For so long.
        wait: Duration,
        /// What went wrong.
        why: &'a str,
    },
    /// The range changed below what was read: it begins anew, for this time.
    Restart {
        /// Counted from 2.
        pass: usize,
    },
}

/// Why a recording ended before it was whole; `Display` is one sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordError(String);

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RecordError {}

/// What was recorded.
#[derive(Debug)]
pub struct Recording {
    /// Newest first, in the order of the API.
    pub entries: Vec<Entry>,
    /// How many requests it took, this time.
    pub requests: usize,
    /// Fields of entries that the API is not known to have, and which are not recorded.
    pub ignored_fields: Vec<String>,
}

/// A recording that has not begun.
pub struct Recorder<'a> {
    api: &'a Api,
    range: RecordRange,
    time: TimeSource,
    tell: &'a dyn Fn(RecordingEvent<'_>),
    pace: RequestPacer,
    requests: usize,
    reached: bool,
    ignored_fields: Vec<String>,
}

impl<'a> Recorder<'a> {
    /// How often the range may turn out to have changed below what was read.
    const PASSES: usize = 5;
    /// How often it may be asked in a row without anything won; each page of one instant is one.
    const IN_VAIN: usize = 200;
    /// How often one page is asked for before giving up.
    const ATTEMPTS: u32 = 8;
    /// However soon a server says.
    const SHORTEST_WAIT: Duration = Duration::from_millis(500);
    /// A server that wants more patience than this is better asked again later.
    const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

    /// Of this API and range.
    #[must_use]
    pub fn new(api: &'a Api, range: RecordRange, time: TimeSource, tell: &'a dyn Fn(RecordingEvent<'_>)) -> Self {
        let pace = RequestPacer::new(time.clone());
        Self { api, range, time, tell, pace, requests: 0, reached: false, ignored_fields: Vec::new() }
    }

    /// Records everything; goes on where `part` ended, and keeps there what comes.
    ///
    /// # Errors
    /// When the server refuses, stays broken or never holds still; what came is in the part.
    pub fn run(mut self, mut part: Option<&mut Checkpoint>) -> Result<Recording, RecordError> {
        let kept = part.as_mut().map(|part| part.take_kept()).unwrap_or_default();
        let mut assembler = PageAssembler::resume(PAGE_SIZE, kept.entries, kept.total);
        let (mut pass, mut in_vain) = (1, 0);
        while let Some(page) = assembler.next_page() {
            let answer = self.ask(page)?;
            match assembler.add(answer) {
                MergeResult::Added(0) => in_vain += 1,
                MergeResult::Added(count) => {
                    in_vain = 0;
                    if let Some(part) = part.as_mut() {
                        part.keep(assembler.newest(count), assembler.total()).map_err(RecordError)?;
                    }
                }
                MergeResult::Diverged => {
                    if let Some(part) = part.as_mut() {
                        part.forget().map_err(RecordError)?;
                    }
                    if pass == Self::PASSES {
                        return Err(self.never_still());
                    }
                    pass += 1;
                    (self.tell)(RecordingEvent::Restart { pass });
                }
            }
            if in_vain > Self::IN_VAIN {
                return Err(self.never_still());
            }
            (self.tell)(RecordingEvent::Progress { held: assembler.len(), total: assembler.total() });
        }
        Ok(Recording {
            entries: assembler.into_newest_first(),
            requests: self.requests,
            ignored_fields: self.ignored_fields,
        })
    }

    /// One page, however often it takes to ask.
    fn ask(&mut self, page: usize) -> Result<PageResponse, RecordError> {
        let mut attempt = 0;
        loop {
            self.pace.wait();
            self.requests += 1;
            let (why, retry_after) = match self.api.ask(page, &self.range) {
                Ok(answer) => {
                    self.reached = true;
                    self.note_left_out(&answer);
                    return Ok(answer);
                }
                Err(RequestError::Retryable { why, retry_after }) => {
                    self.reached = true;
                    (why, retry_after)
                }
                // A wrong address fails so, and a right one whose network is down for a while.
                Err(RequestError::Unreachable(why)) if self.reached => (why, None),
                Err(RequestError::Unreachable(why) | RequestError::Permanent(why)) => return Err(RecordError(why)),
            };
            attempt += 1;
            if attempt == Self::ATTEMPTS {
                return Err(RecordError(format!("gave up after {attempt} attempts in a row; the last: {why}")));
            }
            let wait = retry_after.map_or_else(|| backoff(attempt), |after| after.max(Self::SHORTEST_WAIT));
            if wait > Self::LONGEST_WAIT {
                let wait = crate::duration::format(wait);
                return Err(RecordError(format!("the server asks to come back in {wait}: {why}")));
            }
            (self.tell)(RecordingEvent::Waiting { wait, why: &why });
            self.time.sleep(wait);
        }
    }

    fn never_still(&self) -> RecordError {
        let end = self.range.end;
        RecordError(format!("the entries up to {end} keep changing while they are read; choose an earlier --to"))
    }

    fn note_left_out(&mut self, answer: &PageResponse) {
        for field in &answer.ignored_fields {
            if !self.ignored_fields.contains(field) {
                self.ignored_fields.push(field.clone());
            }
        }
    }
}
