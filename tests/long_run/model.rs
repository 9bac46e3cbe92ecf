//! The expected content of a session and its expected pages: the contract implemented over a plain list.

use std::sync::Arc;

use cortex_audit_mock::EntrySource;
use cortex_audit_mock::contract::{Entry, FilterField, Page, Query, Timestamp};
use cortex_audit_mock::internal::fixture;

use crate::Result;

/// The time of every session's clock at its start.
pub const NOW: &str = "2025-05-20T12:00:00Z";
/// The number of entries in every session at its start.
pub const GENERATED: u64 = 10_000;

/// The entries of a session, newest first; entries of the same instant in insertion order.
#[derive(Clone, Default)]
pub struct Model {
    pub entries: Vec<Arc<Entry>>,
}

impl Model {
    /// The entries of every session at its start.
    pub fn generated() -> Result<Self> {
        let source = EntrySource::Generated { count: GENERATED, seed: 42 };
        let mut model = Self::default();
        fixture::load(&[source], NOW.parse()?)?.entries.into_iter().for_each(|entry| model.add(entry));
        Ok(model)
    }

    pub fn add(&mut self, entry: Entry) {
        let index = self.entries.partition_point(|other| other.timestamp >= entry.timestamp);
        self.entries.insert(index, Arc::new(entry));
    }

    /// All entries that match a query, on whichever page.
    pub fn matches(&self, query: &Query) -> Vec<&Entry> {
        self.entries.iter().map(AsRef::as_ref).filter(|entry| is_match(entry, query)).collect()
    }

    pub fn page(&self, query: &Query) -> Page {
        let (matches, size) = (self.matches(query), query.page_size as usize);
        Page {
            logs: matches.iter().skip(query.page as usize * size).take(size).map(|entry| Entry::clone(entry)).collect(),
            page: query.page,
            total: matches.len(),
            total_pages: matches.len().div_ceil(size),
        }
    }
}

fn is_match(entry: &Entry, Query { start_time, end_time, filters, .. }: &Query) -> bool {
    let in_range = |from: &Option<Timestamp>, to: &Option<Timestamp>| {
        from.is_none_or(|from| from <= entry.timestamp) && to.is_none_or(|to| entry.timestamp <= to)
    };
    let passes = |field: FilterField| {
        let accepted = filters.values(field);
        accepted.is_empty() || entry.value(field).is_some_and(|value| accepted.iter().any(|other| other == value))
    };
    in_range(start_time, end_time) && FilterField::ALL.into_iter().all(passes)
}
