//! The entries of a world, kept in time order, and the one question they answer: a page of a query.

use std::sync::{Arc, PoisonError, RwLock};

use crate::contract::{Entry, Page, Query, Timestamp, Vocabulary};

/// Audit-log entries that can be read and appended to at the same time.
///
/// Newest first; entries of one instant keep the order in which they came (RES-ORDER).
#[derive(Debug)]
pub struct Store {
    inner: RwLock<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Newest first.
    entries: Vec<Arc<Entry>>,
    vocabulary: Arc<Vocabulary>,
}

impl Store {
    /// A store of these entries, in any order.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut inner = Inner { entries: Vec::new(), vocabulary: Arc::new(Vocabulary::published()) };
        inner.extend(entries);
        Self { inner: RwLock::new(inner) }
    }

    /// Adds entries, in any order; visible to the next [`Store::page`], all at once.
    pub fn append(&self, entries: impl IntoIterator<Item = Entry>) {
        self.inner.write().unwrap_or_else(PoisonError::into_inner).extend(entries);
    }

    /// The page that a query asks for, with the totals over all that matches it (RES-TOTALS).
    #[must_use]
    pub fn page(&self, query: &Query) -> Page {
        let inner = self.read();
        let size = query.page_size as usize;
        let skip = (query.page as usize).saturating_mul(size);
        let mut logs = Vec::new();
        let mut total = 0;
        for entry in inner.between(query.start_time, query.end_time) {
            if !query.filters.match_entry(entry) {
                continue;
            }
            if total >= skip && logs.len() < size {
                logs.push(Arc::clone(entry));
            }
            total += 1;
        }
        Page { logs, page: query.page, total, total_pages: total.div_ceil(size) }
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.read().entries.len()
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

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn extend(&mut self, entries: impl IntoIterator<Item = Entry>) {
        let vocabulary = Arc::make_mut(&mut self.vocabulary);
        for entry in entries {
            vocabulary.learn(&entry);
            self.entries.push(Arc::new(entry));
        }
        // Stable, and quick on what is nearly sorted: what came first stays first among equals.
        self.entries.sort_by_key(|entry| std::cmp::Reverse(entry.timestamp));
    }

    /// The entries of a range whose ends are inclusive (TIME-RANGE).
    fn between(&self, start: Option<Timestamp>, end: Option<Timestamp>) -> &[Arc<Entry>] {
        let first = end.map_or(0, |end| self.entries.partition_point(|entry| entry.timestamp > end));
        let last =
            start.map_or(self.entries.len(), |start| self.entries.partition_point(|entry| entry.timestamp >= start));
        self.entries.get(first..last).unwrap_or_default()
    }
}
