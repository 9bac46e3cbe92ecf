//! Pages that a store served in the past, when fewer entries had been appended.
//!
//! An appended segment has the entries of consecutive arrivals. So at any number of arrivals, each segment was there as a
//! whole, or not at all; at most one was there in part.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use roaring::RoaringBitmap;

use super::matched_rows::{MatchedRows, merge};
use super::row_set::RowSet;
use super::segment::Segment;
use super::snapshot::{EntryRef, Snapshot};
use crate::contract::{Entry, Filters, Query, Timestamp};

/// The entries of a store with their arrivals, from which it follows which of them were visible at any number of arrivals.
#[derive(Debug)]
pub struct History {
    snapshot: Arc<Snapshot>,
    /// See [`History::by_arrival`]; built on first use.
    by_arrival: OnceLock<Vec<(usize, u32)>>,
    visible: RefCell<VisibleRows>,
}

/// The rows of one segment that were there at some number of arrivals. Kept between questions: they are mostly asked in the
/// order of time, so that few rows change.
#[derive(Debug, Default)]
struct VisibleRows {
    segment: usize,
    arrivals: usize,
    rows: Arc<RoaringBitmap>,
}

impl History {
    pub(super) fn new(snapshot: Arc<Snapshot>) -> Self {
        Self { snapshot, by_arrival: OnceLock::new(), visible: RefCell::default() }
    }

    /// The number of entries now.
    pub fn len(&self) -> usize {
        self.snapshot.len()
    }

    /// Whether there is no entry now.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All entries that match now, in the order of responses.
    pub fn entries(&self, start: Option<Timestamp>, end: Option<Timestamp>, filters: &Filters) -> Vec<EntryRef> {
        self.merge(&self.snapshot.matched(start, end, filters), 0, usize::MAX)
    }

    /// The entry of a reference from this history.
    pub fn entry(&self, entry: &EntryRef) -> Option<Entry> {
        self.snapshot.entry(entry)
    }

    /// The entries of the page that a query got after this number of arrivals.
    pub fn page(&self, query: &Query, arrivals: usize) -> Vec<EntryRef> {
        let size = query.page_size as usize;
        self.merge(&self.matched_at(query, arrivals), size.saturating_mul(query.page as usize), size)
    }

    /// The number of entries that matched a query after this number of arrivals, on all its pages.
    pub fn count(&self, query: &Query, arrivals: usize) -> usize {
        self.matched_at(query, arrivals).iter().map(MatchedRows::len).sum()
    }

    /// The entries that match a query and arrived after the first number of arrivals, up to the second; in the order of
    /// responses.
    pub fn appended_between(&self, query: &Query, before: usize, after: usize) -> Vec<EntryRef> {
        let Query { start_time, end_time, filters, .. } = query;
        let segments: Vec<&Segment> = self.snapshot.segments().collect();
        let by_arrival = self.by_arrival();
        let arrived = by_arrival.get(before..after.min(by_arrival.len())).unwrap_or_default();
        let mut found = Vec::new();
        for same_segment in arrived.chunk_by(|(one, _), (next, _)| one == next) {
            let segment = segments[same_segment[0].0];
            let matched = MatchedRows::new(segment, segment.matching(filters), *start_time, *end_time);
            found.extend(same_segment.iter().filter(|(_, row)| matched.contains(*row)).map(|(_, row)| (segment, *row)));
        }
        found.sort_by_key(|(segment, row)| segment.key(*row));
        found.into_iter().map(|(segment, row)| self.snapshot.entry_ref(segment, row)).collect()
    }

    fn merge(&self, matched: &[MatchedRows<'_>], skip: usize, limit: usize) -> Vec<EntryRef> {
        let rows = merge(matched, skip, limit).into_iter();
        rows.map(|(segment, row)| self.snapshot.entry_ref(segment, row)).collect()
    }

    /// The rows that matched a query after this number of arrivals.
    fn matched_at(&self, query: &Query, arrivals: usize) -> Vec<MatchedRows<'_>> {
        let mut all = Vec::new();
        // The number of arrivals before the first entry of a segment.
        let mut before = 0;
        for (number, segment) in self.snapshot.segments().enumerate() {
            let is_base = number == 0;
            if !is_base && arrivals <= before {
                break;
            }
            let mut rows = segment.matching(&query.filters);
            let after = if is_base { 0 } else { before + segment.rows().len() };
            if arrivals < after {
                let visible = self.visible_rows(number, before, arrivals);
                rows = RowSet::Bitmap(match rows {
                    // No filter: all rows pass.
                    RowSet::Range(_) => visible,
                    rows => Arc::new(rows.to_bitmap() & &*visible),
                });
            }
            all.push(MatchedRows::new(segment, rows, query.start_time, query.end_time));
            before = after;
        }
        all
    }

    /// The rows of a segment that were there after so many arrivals. `before` is the number of arrivals before its first entry.
    fn visible_rows(&self, segment: usize, before: usize, arrivals: usize) -> Arc<RoaringBitmap> {
        let mut visible = self.visible.borrow_mut();
        if visible.segment != segment {
            *visible = VisibleRows { segment, arrivals: before, rows: Arc::default() };
        }
        let known = visible.arrivals;
        let rows = Arc::make_mut(&mut visible.rows);
        let by_arrival = self.by_arrival();
        if arrivals >= known {
            rows.extend(by_arrival[known..arrivals].iter().map(|(_, row)| *row));
        } else {
            for (_, row) in &by_arrival[arrivals..known] {
                rows.remove(*row);
            }
        }
        visible.arrivals = arrivals;
        Arc::clone(&visible.rows)
    }

    /// The number of the segment and the row of each appended entry.
    fn by_arrival(&self) -> &[(usize, u32)] {
        self.by_arrival.get_or_init(|| {
            let mut by_arrival = vec![(0, 0); self.snapshot.arrivals()];
            for (number, segment) in self.snapshot.segments().enumerate().skip(1) {
                for (row, each) in (0..).zip(segment.rows()) {
                    by_arrival[each.arrival as usize - 1] = (number, row);
                }
            }
            by_arrival
        })
    }
}
