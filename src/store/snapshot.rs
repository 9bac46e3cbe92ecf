//! A snapshot: all entries of a store at one moment. It never changes, so that a reader is not disturbed by writers.

use std::cmp::Reverse;
use std::iter::once;
use std::sync::Arc;

use super::base_segment::BaseSegment;
use super::matched_rows::{MatchedRows, merge};
use super::rendered_page::{PageBody, RenderedPage};
use super::row::{Row, SortKey, row_number};
use super::segment::{Segment, SegmentBuilder};
use super::summary::Summary;
use crate::contract::{Entry, Filters, Page, Query, Timestamp, Vocabulary};

/// The base, and the entries that were appended to it.
#[derive(Debug, Clone)]
pub struct Snapshot {
    base: Arc<BaseSegment>,
    /// The appended entries in the order of their arrival. Each segment is at least twice as long as the next, so that there
    /// are few.
    appended: Vec<Arc<Segment>>,
    /// The number of appended entries.
    arrivals: usize,
    vocabulary: Arc<Vocabulary>,
}

/// A reference to an entry of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryRef {
    /// The entry's number: unique in the store until it is cleared.
    pub number: usize,
    /// The number of entries that had been appended to the store, this one included; 0 for an entry of the base. A page shows
    /// no entry with a higher arrival than it was served at.
    pub arrival: usize,
    /// The entry's timestamp.
    pub timestamp: Timestamp,
}

impl Snapshot {
    /// An append merges the last segment into the new one if it has fewer rows, which takes a fraction of a millisecond.
    const MIN_SEGMENT_ROWS: usize = 64;

    pub fn new(base: Arc<BaseSegment>) -> Self {
        let vocabulary = Arc::clone(base.vocabulary());
        Self { base, appended: Vec::new(), arrivals: 0, vocabulary }
    }

    /// A snapshot without entries; what the configuration makes known stays known.
    pub fn cleared(&self) -> Self {
        Self::new(Arc::new(self.base.cleared()))
    }

    /// This snapshot with more entries: in a new segment, into which the last ones are merged unless they are much longer.
    #[must_use]
    pub fn with_appended(&self, entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut snapshot = self.clone();
        let mut builder = SegmentBuilder::default();
        for entry in entries {
            if !snapshot.vocabulary.knows(&entry) {
                Arc::make_mut(&mut snapshot.vocabulary).learn(&entry);
            }
            snapshot.arrivals += 1;
            builder.push(entry, row_number(snapshot.arrivals));
        }
        let is_short = |last: &Segment, rows: usize| last.rows().len() < Self::MIN_SEGMENT_ROWS.max(2 * rows);
        while let Some(last) = snapshot.appended.pop_if(|last| is_short(last, builder.len())) {
            (0..last.len()).for_each(|row| builder.push(last.entry(row), last.key(row).arrival));
        }
        snapshot.appended.push(Arc::new(builder.finish()));
        snapshot
    }

    pub fn len(&self) -> usize {
        self.base.segment().rows().len() + self.arrivals
    }

    pub fn arrivals(&self) -> usize {
        self.arrivals
    }

    pub fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }

    /// The base, then the appended segments in the order of arrival.
    pub fn segments(&self) -> impl Iterator<Item = &Segment> {
        once(self.base.segment()).chain(self.appended.iter().map(AsRef::as_ref))
    }

    /// The rows of each segment that match, if any do.
    pub fn matched(&self, start: Option<Timestamp>, end: Option<Timestamp>, filters: &Filters) -> Vec<MatchedRows<'_>> {
        let matched = self.segments().map(|segment| MatchedRows::new(segment, segment.matching(filters), start, end));
        matched.filter(|matched| matched.len() > 0).collect()
    }

    pub fn page(&self, query: &Query) -> Page {
        let size = query.page_size as usize;
        let matched = self.matched(query.start_time, query.end_time, &query.filters);
        let total: usize = matched.iter().map(MatchedRows::len).sum();
        let rows = merge(&matched, size.saturating_mul(query.page as usize), size);
        let logs = rows.into_iter().map(|(segment, row)| segment.entry(row)).collect();
        Page { logs, page: query.page, total, total_pages: total.div_ceil(size) }
    }

    /// The page as JSON.
    pub fn render_page(&self, query: &Query) -> RenderedPage {
        let size = query.page_size as usize;
        let matched = self.matched(query.start_time, query.end_time, &query.filters);
        let total: usize = matched.iter().map(MatchedRows::len).sum();
        let total_pages = total.div_ceil(size);
        let skip = size.saturating_mul(query.page as usize);
        let neighbours = match matched.as_slice() {
            [only] => only.neighbours(skip, size).map(|rows| (only.segment, rows)),
            _ => None,
        };
        let body = if let Some((segment, rows)) = neighbours {
            let mut body = PageBody::with_room_for(1);
            segment.write_rows(rows, &mut body);
            body
        } else {
            let rows = merge(&matched, skip, size);
            let mut body = PageBody::with_room_for(rows.len());
            rows.into_iter().for_each(|(segment, row)| segment.write_row(row, body.text()));
            body
        };
        RenderedPage {
            body: body.finish(query.page, total, total_pages),
            entries: total.saturating_sub(skip).min(size),
            total_pages,
            arrivals: self.arrivals,
        }
    }

    pub fn summary(
        &self,
        start: Option<Timestamp>,
        end: Option<Timestamp>,
        filters: &Filters,
        search: Option<&str>,
    ) -> Summary {
        Summary::new(|filters| self.matched(start, end, filters), &self.vocabulary, start, end, filters, search)
    }

    pub fn entry_ref(&self, segment: &Segment, row: u32) -> EntryRef {
        let Row { timestamp, arrival, .. } = segment.rows()[row as usize];
        let (row, arrival) = (row as usize, arrival as usize);
        let number = arrival.checked_sub(1).map_or(row, |earlier| self.base.segment().rows().len() + earlier);
        EntryRef { number, arrival, timestamp }
    }

    pub fn entry(&self, entry: &EntryRef) -> Option<Entry> {
        if entry.arrival == 0 {
            return Some(self.base.segment().entry(row_number(entry.number)));
        }
        let key = SortKey { timestamp: Reverse(entry.timestamp), arrival: row_number(entry.arrival) };
        self.appended.iter().find_map(|segment| {
            let row = segment.partition_point(|row| row.key() < key);
            (row < segment.len() && segment.key(row) == key).then(|| segment.entry(row))
        })
    }
}
