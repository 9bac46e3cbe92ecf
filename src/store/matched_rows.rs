//! The rows that match a query, and the merge of those of several segments into a page.

use std::ops::Range;

use super::row::{Row, SortKey, row_number};
use super::row_set::RowSet;
use super::segment::Segment;
use crate::contract::Timestamp;

/// The rows of one segment that match the range and the filters of a query.
pub struct MatchedRows<'a> {
    pub segment: &'a Segment,
    /// The rows that pass the filters, at any time.
    rows: RowSet<'a>,
    /// The rows in the range of time, whether or not they pass.
    range: Range<u32>,
    /// The number of `rows` before the range.
    skipped: usize,
    len: usize,
}

impl<'a> MatchedRows<'a> {
    /// Those of `rows` in a range with inclusive ends (TIME-RANGE).
    pub fn new(segment: &'a Segment, rows: RowSet<'a>, start: Option<Timestamp>, end: Option<Timestamp>) -> Self {
        // Newest first: the end of the range is its first row.
        let first = end.map_or(0, |end| segment.partition_point(|row| row.timestamp > end));
        let last = start.map_or(segment.len(), |start| segment.partition_point(|row| row.timestamp >= start));
        let range = first..last.max(first);
        let skipped = rows.rank(range.start);
        let len = rows.rank(range.end) - skipped;
        Self { segment, rows, range, skipped, len }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn contains(&self, row: u32) -> bool {
        self.range.contains(&row) && self.rows.contains(row)
    }

    /// At most `limit` matches, from the n-th on.
    pub fn slice(&self, n: usize, limit: usize) -> Vec<u32> {
        self.rows.slice(self.skipped + n.min(self.len), limit.min(self.len.saturating_sub(n)))
    }

    /// All matches.
    pub fn rows(&self) -> impl Iterator<Item = &'a Row> {
        let segment = self.segment;
        self.slice(0, self.len).into_iter().map(|row| &segment.rows()[row as usize])
    }

    /// The slice as a range of neighbouring rows, if there is no filter.
    pub fn neighbours(&self, n: usize, limit: usize) -> Option<Range<u32>> {
        match self.rows {
            RowSet::Range(_) => {
                let row = |n: usize| self.range.start + row_number(n.min(self.len));
                Some(row(n)..row(n.saturating_add(limit)))
            }
            RowSet::List(_) | RowSet::Bitmap(_) => None,
        }
    }

    /// The sort key of the n-th match.
    pub fn key(&self, n: usize) -> Option<SortKey> {
        self.rows.select(self.skipped + n).map(|row| self.segment.key(row))
    }

    /// The number of matches before a key.
    fn rank(&self, key: SortKey) -> usize {
        let row = self.segment.partition_point(|row| row.key() < key);
        self.rows.rank(row.clamp(self.range.start, self.range.end)) - self.skipped
    }
}

/// At most `limit` matches of all segments together in the order of responses, from the n-th on.
pub fn merge<'a>(all: &[MatchedRows<'a>], n: usize, limit: usize) -> Vec<(&'a Segment, u32)> {
    let mut merged = Vec::new();
    for (which, matched) in all.iter().enumerate() {
        let start = count_among_first(all, which, n);
        merged.extend(matched.slice(start, limit).into_iter().map(|row| (matched.segment, row)));
    }
    if all.len() > 1 {
        merged.sort_by_key(|(segment, row)| segment.key(*row));
        merged.truncate(limit);
    }
    merged
}

/// The number of matches of one segment among the first n of all: a binary search for the first of them whose position
/// among all is n or more.
fn count_among_first(all: &[MatchedRows<'_>], which: usize, n: usize) -> usize {
    let (mut low, mut high) = (0, all[which].len.min(n));
    while low < high {
        let middle = low.midpoint(high);
        let Some(key) = all[which].key(middle) else { return low };
        let others = all.iter().enumerate().filter(|(other, _)| *other != which);
        if middle + others.map(|(_, other)| other.rank(key)).sum::<usize>() < n {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
