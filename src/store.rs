//! The entries of a world, kept in the order of answers, and the one question they answer: a page of a query.
//!
//! What was loaded at the start is a [`BaseSegment`] that all worlds share and none changes; what a world adds of its own lies
//! beside it. So a world over a million entries costs nothing until it is written to.
//!
//! - A `run` is entries that never change: each is the number of who did what from where, the number of the object, and
//!   an instant. The `dictionary` has what the numbers stand for, as values and as ready-made JSON.
//! - Its `index` has, for every value of every attribute that a filter knows, the `places` of the entries with it. So
//!   the total of a query is the size of a set, and a page begins at its so manieth member.
//! - What is `ready` is the JSON of neighbours that somebody has read before.
//! - What is added is a few `loose` entries, and runs of them when they become many. The `order` of answers goes across.
//! - A `summary` counts what the entries of a query have in common.
//! - A `snapshot` is all of them at one moment. Readers share it; who adds makes another and puts it in its place. The
//!   `past` knows which of them were there when.

mod base_segment;
mod dictionary;
mod filter_cache;
mod history;
mod index;
mod interner;
mod json_cache;
mod key;
mod matched_rows;
mod page_body;
mod postings;
mod row_set;
mod segment;
mod snapshot;
mod source;
mod summary;
mod timestamp_formatter;

use std::sync::Arc;

use bytes::Bytes;
use parking_lot::{Mutex, RwLock};

use crate::contract::{Entry, Filters, Page, Query, Timestamp, Vocabulary};
use snapshot::Snapshot;

pub use base_segment::{BaseSegment, BaseSegmentBuilder};
pub use history::History;
pub use summary::{Bucket, Counted, Summary, Timeline, Values};

/// Audit-log entries that can be read and appended to at the same time.
///
/// Newest first; entries of one instant keep the order in which they came (RES-ORDER).
#[derive(Debug)]
pub struct Store {
    snapshot: RwLock<Arc<Snapshot>>,
    /// EntryRef by who makes another snapshot: one at a time, and readers are not kept waiting.
    adding: Mutex<()>,
}

/// The page of a query as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedPage {
    /// The body of the response, JSON (RES-PAGE): in pieces, to be sent one behind the other.
    pub body: Vec<Bytes>,
    /// How many entries are on the page.
    pub entries: usize,
    /// How many pages there are.
    pub total_pages: usize,
    /// How many entries had been added to the store by then.
    pub arrivals: usize,
}

/// That an entry is there, and when it came; see [`Store::entry`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryRef {
    /// The same for the same entry, and another for another, until the store is cleared.
    pub number: usize,
    /// 0 for those that were there from the start, else as the how manieth of the added: whoever looked when fewer were
    /// added did not see it.
    pub arrival: usize,
    /// When it happened.
    pub timestamp: Timestamp,
}

impl Store {
    /// A store over entries that it shares.
    #[must_use]
    pub fn new(base: Arc<BaseSegment>) -> Self {
        Self { snapshot: RwLock::new(Arc::new(Snapshot::new(base))), adding: Mutex::default() }
    }

    /// Adds entries, in any order; visible to the next [`Store::page`], all at once.
    pub fn append(&self, entries: impl IntoIterator<Item = Entry>) {
        let mut entries = entries.into_iter().peekable();
        if entries.peek().is_some() {
            self.change(|snapshot| (snapshot.with(entries), ()));
        }
    }

    /// Removes every entry, the shared ones from this store's snapshot alone; tells how many there were.
    pub fn clear(&self) -> usize {
        self.change(|snapshot| (Snapshot::new(Arc::default()), snapshot.len()))
    }

    /// The page that a query asks for, with the totals over all that matches it (RES-TOTALS).
    #[must_use]
    pub fn page(&self, query: &Query) -> Page {
        self.snapshot().page(query)
    }

    /// The same as it is sent.
    #[must_use]
    pub fn render_page(&self, query: &Query) -> RenderedPage {
        self.snapshot().render_page(query)
    }

    /// Everything in a range that filters match, in the order in which it is answered. Whoever looked when fewer had been
    /// added saw the same without those that arrived since.
    #[must_use]
    pub fn entries(&self, start: Option<Timestamp>, end: Option<Timestamp>, filters: &Filters) -> Vec<EntryRef> {
        self.snapshot().entries(start, end, filters)
    }

    /// What matches a range and filters, counted.
    #[must_use]
    pub fn summary(&self, start: Option<Timestamp>, end: Option<Timestamp>, filters: &Filters) -> Summary {
        self.snapshot().summary(start, end, filters)
    }

    /// The same entries, and which of them were there when.
    #[must_use]
    pub fn history(&self) -> History {
        History::new(self.snapshot())
    }

    /// The entry that history tells of, unless the store has been cleared since.
    #[must_use]
    pub fn entry(&self, held: &EntryRef) -> Option<Entry> {
        self.snapshot().entry(held)
    }

    /// How many entries there are, and how many of them were added, at one moment.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let snapshot = self.snapshot();
        (snapshot.len(), snapshot.added())
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.snapshot().len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The words that the entries and the contract know.
    #[must_use]
    pub fn vocabulary(&self) -> Arc<Vocabulary> {
        Arc::clone(self.snapshot().vocabulary())
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read())
    }

    fn change<T>(&self, make: impl FnOnce(&Snapshot) -> (Snapshot, T)) -> T {
        let _turn = self.adding.lock();
        let (new, told) = make(&self.snapshot());
        *self.snapshot.write() = Arc::new(new);
        told
    }
}
