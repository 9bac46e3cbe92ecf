//! Where entries lie: in a run, or in the loose ones that came last.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::Arc;

use super::filter_cache::MatchedRows;
use super::key::Key;
use super::page_body::PageBody;
use super::row_set::RowSet;
use super::segment::Segment;
use super::timestamp_formatter::TimestampFormatter;
use crate::contract::{Entry, Filters};

/// An entry that came lately and is in no run yet.
#[derive(Debug)]
pub struct Loose {
    pub entry: Entry,
    /// As an answer has it.
    json: Vec<u8>,
    pub arrival: usize,
}

impl Loose {
    pub fn new(entry: Entry, arrival: usize) -> Self {
        // An entry is always JSON, and memory takes it.
        let json = serde_json::to_vec(&entry).unwrap_or_default();
        Self { entry, json, arrival }
    }

    pub fn key(&self) -> Key {
        Key { newest: Reverse(self.entry.timestamp.parts()), arrival: self.arrival }
    }
}

/// Entries in the order of answers.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    Segment(&'a Segment),
    Loose(&'a [Arc<Loose>]),
}

impl<'a> Source<'a> {
    pub fn len(&self) -> usize {
        match self {
            Self::Segment(run) => run.len(),
            Self::Loose(loose) => loose.len(),
        }
    }

    pub fn key(&self, row: usize) -> Key {
        match self {
            Self::Segment(run) => run.key(row),
            Self::Loose(loose) => loose[row].key(),
        }
    }

    pub fn entry(&self, row: usize) -> Entry {
        match self {
            Self::Segment(run) => run.entry(row),
            Self::Loose(loose) => loose[row].entry.clone(),
        }
    }

    pub fn write(&self, row: usize, printer: &mut TimestampFormatter, to: &mut Vec<u8>) {
        match self {
            Self::Segment(run) => run.write(row, printer, to),
            Self::Loose(loose) => to.extend_from_slice(&loose[row].json),
        }
    }

    /// Appends entries as an answer has them, with a comma behind each.
    pub fn write_each(&self, rows: &[u32], printer: &mut TimestampFormatter, to: &mut Vec<u8>) {
        if let Self::Segment(run) = self {
            return run.write_each(rows, printer, to);
        }
        for row in rows {
            self.write(*row as usize, printer, to);
            to.push(b',');
        }
    }

    /// Appends neighbours as an answer has them, with a comma behind each.
    pub fn write_all(&self, rows: Range<usize>, printer: &mut TimestampFormatter, to: &mut PageBody) {
        if let Self::Segment(run) = self {
            return run.write_all(rows, printer, to);
        }
        for row in rows {
            self.write(row, printer, to.text());
            to.text().push(b',');
        }
    }

    /// The rows of the entries that pass; `None` when all do.
    pub fn rows(&self, filters: &Filters) -> Option<MatchedRows<'a>> {
        match self {
            Self::Segment(run) => run.rows(filters),
            Self::Loose(_) if filters.is_empty() => None,
            Self::Loose(loose) => {
                let passing = (0..).zip(loose.iter()).filter(|(_, loose)| filters.matches(&loose.entry));
                Some(MatchedRows::Indexed(RowSet::Few(passing.map(|(row, _)| row).collect())))
            }
        }
    }

    /// The first row whose key is not in front, those in front being at the beginning.
    pub fn first_from(&self, in_front: impl Fn(Key) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if in_front(self.key(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}
