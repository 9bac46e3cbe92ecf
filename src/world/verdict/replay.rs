//! What was on a page that was served: found again from its query and from how many entries there were.

use super::exchange::Served;
use crate::contract::{Entry, Filters, Query, Timestamp};
use crate::store::{EntryRef, History, Store};
use crate::text::excerpt;

/// Looks into the past of a store. Nothing is kept of what a query matches: there may be as many queries as requests.
pub struct Replay {
    past: History,
}

impl Replay {
    pub fn new(store: &Store) -> Self {
        Self { past: store.history() }
    }

    /// How many entries there are today.
    pub fn len(&self) -> usize {
        self.past.len()
    }

    /// Everything that a query matches today, whatever its page, in the order in which it is answered.
    pub fn all(&self, query: &Query) -> Vec<EntryRef> {
        self.past.entries(query.start_time, query.end_time, &query.filters)
    }

    /// What was on a page.
    pub fn page(&self, served: &Served) -> Vec<EntryRef> {
        self.past.page(&served.query, served.arrivals)
    }

    /// The number of entries that a query matched after this number of arrivals, on all its pages.
    pub fn count(&self, query: &Query, arrivals: usize) -> usize {
        self.past.count(query, arrivals)
    }

    /// What came for the later of two pages of a query since the earlier was served.
    pub fn came_between(&self, before: &Served, after: &Served) -> Vec<EntryRef> {
        self.past.appended_between(&after.query, before.arrivals, after.arrivals)
    }

    /// The entry behind it.
    pub fn entry(&self, held: &EntryRef) -> Option<Entry> {
        self.past.entry(held)
    }

    /// Whether it passes.
    pub fn matches(&self, held: &EntryRef, filters: &Filters) -> bool {
        filters.is_empty() || self.entry(held).is_some_and(|entry| filters.matches(&entry))
    }

    /// Describes an entry for a message.
    pub fn describe(&self, held: &EntryRef) -> String {
        self.entry(held).as_ref().map(describe).unwrap_or_default()
    }

    /// What lies strictly between two instants, whatever it is.
    pub fn between(&self, after: Timestamp, before: Timestamp, query: &Query) -> Vec<EntryRef> {
        let all = self.past.entries(Some(after), Some(before), &query.filters);
        all.into_iter().filter(|held| held.timestamp > after && held.timestamp < before).collect()
    }
}

/// An entry in words.
pub fn describe(entry: &Entry) -> String {
    let Entry { action, object_type, object_identifier, timestamp, .. } = entry;
    format!("{action} {} {} of {timestamp}", excerpt(object_type), excerpt(object_identifier))
}
