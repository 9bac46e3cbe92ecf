//! The entries of a world, kept in time order, and the one question they answer: a page of a query.
//!
//! What was loaded at the start is a [`Base`] that all worlds share and none changes; what a world adds of its own lies
//! beside it. So a world over a million entries costs nothing until it is written to.

mod base;

use std::cmp::Reverse;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::contract::{Entry, Filters, Page, Query, Timestamp, Vocabulary};

pub use base::Base;

/// Audit-log entries that can be read and appended to at the same time.
///
/// Newest first; entries of one instant keep the order in which they came (RES-ORDER).
#[derive(Debug)]
pub struct Store {
    inner: RwLock<Inner>,
}

#[derive(Debug)]
struct Inner {
    base: Arc<Base>,
    /// What was added since, newest first; each younger in arrival than all of the base.
    added: Vec<Added>,
    vocabulary: Arc<Vocabulary>,
}

/// An entry that was added, and as the how manieth, counted from 1.
#[derive(Debug, Clone)]
struct Added {
    entry: Arc<Entry>,
    arrival: usize,
}

/// An entry and when it came: 0 for those that were there from the start, else as the how manieth of the added.
#[derive(Debug, Clone)]
pub struct Held {
    /// The entry.
    pub entry: Arc<Entry>,
    /// Whoever looked when fewer were added did not see it.
    pub arrival: usize,
}

impl Store {
    /// A store over entries that it shares.
    #[must_use]
    pub fn over(base: Arc<Base>) -> Self {
        let vocabulary = Arc::clone(base.vocabulary());
        Self { inner: RwLock::new(Inner { base, added: Vec::new(), vocabulary }) }
    }

    /// Adds entries, in any order; visible to the next [`Store::page`], all at once.
    pub fn append(&self, entries: impl IntoIterator<Item = Entry>) {
        self.write().append(entries);
    }

    /// Removes every entry, the shared ones from this store's view alone; tells how many there were.
    pub fn clear(&self) -> usize {
        let mut inner = self.write();
        let removed = inner.len();
        let empty = Arc::new(Base::default());
        *inner = Inner { vocabulary: Arc::clone(empty.vocabulary()), base: empty, added: Vec::new() };
        removed
    }

    /// The page that a query asks for, with the totals over all that matches it (RES-TOTALS).
    #[must_use]
    pub fn page(&self, query: &Query) -> Page {
        self.look(query).0
    }

    /// The page that a query asks for, and how many entries had been added by then, of one moment.
    #[must_use]
    pub fn look(&self, query: &Query) -> (Page, usize) {
        let inner = self.read();
        let size = query.page_size as usize;
        let skip = (query.page as usize).saturating_mul(size);
        let mut logs = Vec::new();
        let mut total = 0;
        for (entry, _) in inner.between(query.start_time, query.end_time) {
            if !query.filters.match_entry(entry) {
                continue;
            }
            if total >= skip && logs.len() < size {
                logs.push(Arc::clone(entry));
            }
            total += 1;
        }
        let page = Page { logs, page: query.page, total, total_pages: total.div_ceil(size) };
        (page, inner.added.len())
    }

    /// Everything in a range that filters match, in the order in which it is answered. Whoever looked when fewer had been
    /// added saw the same without those that arrived since.
    #[must_use]
    pub fn history(&self, start: Option<Timestamp>, end: Option<Timestamp>, filters: &Filters) -> Vec<Held> {
        let inner = self.read();
        let matching = inner.between(start, end).filter(|(entry, _)| filters.match_entry(entry));
        matching.map(|(entry, arrival)| Held { entry: Arc::clone(entry), arrival }).collect()
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.read().len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The words that the entries and the contract know.
    #[must_use]
    pub fn vocabulary(&self) -> Arc<Vocabulary> {
        Arc::clone(&self.read().vocabulary)
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn append(&mut self, entries: impl IntoIterator<Item = Entry>) {
        let before = self.added.len();
        for entry in entries {
            if !self.vocabulary.knows(&entry) {
                Arc::make_mut(&mut self.vocabulary).learn(&entry);
            }
            self.added.push(Added { entry: Arc::new(entry), arrival: self.added.len() + 1 });
        }
        if let [old @ .., new] = self.added.as_mut_slice()
            && old.len() == before
        {
            let place = old.partition_point(|other| other.entry.timestamp >= new.entry.timestamp);
            self.added[place..].rotate_right(1);
        } else {
            // What was there is in order already, and the sort finds that out: many cost little more than one.
            self.added.sort_by_key(|added| Reverse(added.entry.timestamp));
        }
    }

    fn len(&self) -> usize {
        self.base.entries().len() + self.added.len()
    }

    /// The entries of a range whose ends are inclusive (TIME-RANGE), newest first; of one instant, those of the base
    /// come first because they were there first. Each with its arrival.
    fn between(&self, start: Option<Timestamp>, end: Option<Timestamp>) -> impl Iterator<Item = (&Arc<Entry>, usize)> {
        let mut base = within(self.base.entries(), start, end, |entry| entry.timestamp).iter().peekable();
        let mut added = within(&self.added, start, end, |added| added.entry.timestamp).iter().peekable();
        std::iter::from_fn(move || match (base.peek(), added.peek()) {
            (Some(old), Some(new)) if new.entry.timestamp <= old.timestamp => base.next().map(|old| (old, 0)),
            (Some(_), None) => base.next().map(|old| (old, 0)),
            (_, Some(_)) => added.next().map(|new| (&new.entry, new.arrival)),
            (None, None) => None,
        })
    }
}

fn within<T>(entries: &[T], start: Option<Timestamp>, end: Option<Timestamp>, at: impl Fn(&T) -> Timestamp) -> &[T] {
    let first = end.map_or(0, |end| entries.partition_point(|entry| at(entry) > end));
    let last = start.map_or(entries.len(), |start| entries.partition_point(|entry| at(entry) >= start));
    entries.get(first..last).unwrap_or_default()
}

/// Newest first; stable, so that what came first stays first among equals.
fn newest_first(entries: &mut [Arc<Entry>]) {
    entries.sort_by_key(|entry| Reverse(entry.timestamp));
}
