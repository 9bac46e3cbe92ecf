//! What a session holds, and what it has to answer: the contract in the plainest way, over a list.

use std::sync::Arc;

use cortex_audit_mock::EntrySource;
use cortex_audit_mock::contract::{Entry, FilterField, Page, Query, Timestamp};
use cortex_audit_mock::internal::fixture;

use crate::Result;

/// Where the clock of every session stands at its start.
pub const NOW: &str = "2025-05-20T12:00:00Z";
/// How many entries every session has at its start.
pub const GENERATED: u64 = 10_000;

/// The entries of a session, newest first, those of an instant in the order in which they came.
#[derive(Clone, Default)]
pub struct Model {
    pub entries: Vec<Arc<Entry>>,
}

impl Model {
    /// What every session starts with.
    pub fn of_the_start() -> Result<Self> {
        let source = EntrySource::Generated { count: GENERATED, seed: 42 };
        let mut model = Self::default();
        fixture::load(&[source], NOW.parse()?)?.entries.into_iter().for_each(|entry| model.add(entry));
        Ok(model)
    }

    pub fn add(&mut self, entry: Entry) {
        let place = self.entries.partition_point(|other| other.timestamp >= entry.timestamp);
        self.entries.insert(place, Arc::new(entry));
    }

    /// Everything that a query matches, whatever page of it is asked for.
    pub fn hits(&self, query: &Query) -> Vec<&Entry> {
        self.entries.iter().map(AsRef::as_ref).filter(|entry| is_hit(entry, query)).collect()
    }

    pub fn page(&self, query: &Query) -> Page {
        let (hits, size) = (self.hits(query), query.page_size as usize);
        Page {
            logs: hits.iter().skip(query.page as usize * size).take(size).map(|entry| Entry::clone(entry)).collect(),
            page: query.page,
            total: hits.len(),
            total_pages: hits.len().div_ceil(size),
        }
    }
}

fn is_hit(entry: &Entry, Query { start_time, end_time, filters, .. }: &Query) -> bool {
    let within = |from: &Option<Timestamp>, to: &Option<Timestamp>| {
        from.is_none_or(|from| from <= entry.timestamp) && to.is_none_or(|to| entry.timestamp <= to)
    };
    let passes = |field: FilterField| {
        let asked = filters.values(field);
        asked.is_empty() || entry.value(field).is_some_and(|value| asked.iter().any(|asked| asked == value))
    };
    within(start_time, end_time) && FilterField::ALL.into_iter().all(passes)
}
