//! The entries of a world, in the order of responses: many readers ask for pages of queries while a writer appends.
//!
//! ```text
//! Store ── Snapshot ─┬─ base segment   1,000,000 rows   shared by the stores of all sessions
//!                    ├─ segment            2,048 rows ┐
//!                    ├─ segment              512 rows ├ appended, in the order of arrival
//!                    └─ segment               17 rows ┘
//!
//! Segment   rows, newest first: timestamp, event, object, arrival
//!           events, objects: the parts that many entries share, each stored once
//!           index: for each filter and value, the set of the rows that have it
//!           JSON cache: the JSON of blocks of 256 rows
//! ```
//!
//! **How a filtered page is found** (`Snapshot::render_page`):
//!
//! 1. The reader takes the current snapshot, which never changes.
//! 2. Without a filter, all rows of a segment match. Else its index returns the set of rows that pass (`Index::matching`). For
//!    one value it is a stored posting. For several it is the intersection over filters of the union over values, and the
//!    filter cache keeps it for the next page.
//! 3. Rows are sorted by time, so two binary searches turn the range of time into a range of rows (`MatchedRows`). The number
//!    of matches in it is a difference of two ranks in the set. The sum over segments is the total.
//! 4. `merge` finds by binary search how many matches of each segment are on earlier pages, takes the next ones of each, and
//!    sorts them.
//! 5. The JSON of each row is copied from the JSON cache of its segment, or, when that is full, rendered. Without a filter and
//!    with matches in one segment only, the rows are neighbours, and larger pieces of the cache are shared without a copy.
//!
//! **What an append does to readers** (`Snapshot::with_appended`): readers wait only while the snapshot is replaced. Before that
//! the writer sorts the new entries into a new segment, and merges the last segments into it unless they are twice as long, as
//! an LSM tree does, so that there are few. A reader that has the old snapshot goes on with it: it sees all entries of an
//! append, or none. The base and its caches stay as they are; the new segment begins with empty caches and, if it is short,
//! without an index, which the first filtered query builds.
//!
//! **What a snapshot saw** can be asked later: a response records its number of *arrivals*, which is how many entries had been
//! appended. [`History`] leaves out the entries that arrived after it. So the verdict can check a page without storing it.

mod base_segment;
mod dictionary;
mod history;
mod index;
mod json_cache;
mod matched_rows;
mod rendered_page;
mod row;
mod row_set;
mod segment;
mod snapshot;
mod summary;

use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use crate::contract::{Entry, Filters, Page, Query, Timestamp, Vocabulary};
use snapshot::Snapshot;

pub use base_segment::{BaseSegment, BaseSegmentBuilder};
pub use history::History;
pub use rendered_page::RenderedPage;
pub use snapshot::EntryRef;
pub use summary::{Bucket, Counted, Summary, Timeline};

/// Audit-log entries that can be read and appended to at the same time.
#[derive(Debug)]
pub struct Store {
    snapshot: RwLock<Arc<Snapshot>>,
    /// Held while a new snapshot is built: by one writer at a time, while readers use the current one.
    writer: Mutex<()>,
}

impl Store {
    /// A store with the entries of a base, which it shares.
    pub fn new(base: Arc<BaseSegment>) -> Self {
        Self { snapshot: RwLock::new(Arc::new(Snapshot::new(base))), writer: Mutex::default() }
    }

    /// Adds entries, in any order. All become visible at once.
    pub fn append(&self, entries: impl IntoIterator<Item = Entry>) {
        let mut entries = entries.into_iter().peekable();
        if entries.peek().is_some() {
            self.replace(|snapshot| snapshot.with_appended(entries));
        }
    }

    /// Removes every entry and returns their number. The base stays as it is for other stores.
    pub fn clear(&self) -> usize {
        self.replace(Snapshot::cleared).len()
    }

    /// The page of a query, with the totals over all pages (RES-TOTALS).
    pub fn page(&self, query: &Query) -> Page {
        self.snapshot().page(query)
    }

    /// The page of a query as JSON.
    pub fn render_page(&self, query: &Query) -> RenderedPage {
        self.snapshot().render_page(query)
    }

    /// The counts of the entries in a range that pass filters.
    pub fn summary(&self, start: Option<Timestamp>, end: Option<Timestamp>, filters: &Filters) -> Summary {
        self.snapshot().summary(start, end, filters, None)
    }

    /// The counts with only the values and actors that contain a text in any case, up to [`Summary::MAX_FOUND`] of each.
    pub fn summary_containing(
        &self,
        start: Option<Timestamp>,
        end: Option<Timestamp>,
        filters: &Filters,
        text: &str,
    ) -> Summary {
        self.snapshot().summary(start, end, filters, Some(text))
    }

    /// The entries with their arrivals: what was on a page that was served before.
    pub fn history(&self) -> History {
        History::new(self.snapshot())
    }

    /// The number of entries, and how many of them were appended.
    pub fn counts(&self) -> (usize, usize) {
        let snapshot = self.snapshot();
        (snapshot.len(), snapshot.arrivals())
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.snapshot().len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The words of the entries and of the contract.
    pub fn vocabulary(&self) -> Arc<Vocabulary> {
        Arc::clone(self.snapshot().vocabulary())
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read())
    }

    /// Replaces the snapshot with one that is made from it, and returns the old one.
    fn replace(&self, make: impl FnOnce(&Snapshot) -> Snapshot) -> Arc<Snapshot> {
        let _turn = self.writer.lock();
        let new = Arc::new(make(&self.snapshot()));
        std::mem::replace(&mut *self.snapshot.write(), new)
    }
}
