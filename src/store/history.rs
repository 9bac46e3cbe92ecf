//! What a store answered when fewer entries had been added, as far as it still holds them.
//!
//! What was there from the start was always there, and of what was added each run has what came in one stretch of time.
//! So at most one source was there in part, and which of its places were is kept from one question to the next: whoever
//! asks in the order of time moves on by what came between.

use std::borrow::Cow;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::sync::{Arc, OnceLock};

use roaring::RoaringBitmap;

use super::EntryRef;
use super::filter_cache::MatchedRows;
use super::key::Key;
use super::matched_rows::{self, Hits};
use super::row_set::{RowSet, intersection};
use super::snapshot::Snapshot;
use super::source::Source;
use crate::contract::{Entry, Filters, Query, Timestamp};

/// The entries of a store, and which of them were there when.
#[derive(Debug)]
pub struct History {
    snapshot: Arc<Snapshot>,
    /// How many had been added when the first of each source came; what was there from the start is the first source.
    began: Vec<usize>,
    /// The rows of each source in the order in which they came, found out when that is first needed.
    in_turn: Vec<OnceLock<Vec<u32>>>,
    moment: RefCell<Moment>,
}

/// A source that was there in part.
#[derive(Debug, Default)]
struct Moment {
    source: usize,
    /// How many of it had come.
    came: usize,
    rows: RoaringBitmap,
}

impl History {
    pub(super) fn new(snapshot: Arc<Snapshot>) -> Self {
        let mut before = 0;
        let began: Vec<usize> = (0..)
            .zip(snapshot.sources())
            .map(|(number, source)| {
                let began = before;
                before += if number == 0 { 0 } else { source.len() };
                began
            })
            .collect();
        let in_turn = began.iter().map(|_| OnceLock::new()).collect();
        Self { snapshot, began, in_turn, moment: RefCell::default() }
    }

    /// How many entries there are today.
    #[must_use]
    pub fn len(&self) -> usize {
        self.snapshot.len()
    }

    /// Whether there is no entry today.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Everything in a range that filters match today, in the order in which it is answered.
    #[must_use]
    pub fn entries(&self, start: Option<Timestamp>, end: Option<Timestamp>, filters: &Filters) -> Vec<EntryRef> {
        self.snapshot.entries(start, end, filters)
    }

    /// The entry that is told of.
    #[must_use]
    pub fn entry(&self, held: &EntryRef) -> Option<Entry> {
        self.snapshot.entry(held)
    }

    /// The page that a query was answered with when so many had been added.
    #[must_use]
    pub fn page(&self, query: &Query, arrivals: usize) -> Vec<EntryRef> {
        let (size, first) = (query.page_size as usize, (query.page as usize).saturating_mul(query.page_size as usize));
        self.when(query, arrivals, |hits| {
            let mut page = Vec::new();
            matched_rows::each(hits, first, size, |source, row| page.push(self.snapshot.held(source, row)));
            page
        })
    }

    /// How many a query matched when so many had been added, on all its pages.
    #[must_use]
    pub fn count(&self, query: &Query, arrivals: usize) -> usize {
        self.when(query, arrivals, |hits| hits.iter().map(Hits::len).sum())
    }

    /// What came for a query while the number of the added went from one to another, in the order in which it is
    /// answered.
    #[must_use]
    pub fn came(&self, query: &Query, before: usize, after: usize) -> Vec<EntryRef> {
        let mut came = Vec::new();
        for (number, source) in self.snapshot.sources().enumerate().skip(1) {
            let (began, ended) = (self.began[number], self.began[number] + source.len());
            let (first, end) = (before.clamp(began, ended) - began, after.clamp(began, ended) - began);
            if first < end {
                let hits = Hits::of(source, query.start_time, query.end_time, &query.filters);
                let rows = self.in_turn(number, source)[first..end].iter().copied();
                came.extend(rows.filter(|row| hits.has(*row)).map(|row| self.snapshot.held(&source, row as usize)));
            }
        }
        came.sort_by_key(|held| Key { newest: Reverse(held.timestamp.parts()), arrival: held.arrival });
        came
    }

    /// What a query hit when so many had been added.
    fn when<T>(&self, query: &Query, arrivals: usize, look: impl FnOnce(&[Hits<'_>]) -> T) -> T {
        let mut moment = self.moment.borrow_mut();
        let (start, end, filters) = (query.start_time, query.end_time, &query.filters);
        let in_part =
            self.snapshot.sources().enumerate().find(|(number, source)| self.is_in_part(*number, *source, arrivals));
        if let Some((number, source)) = in_part {
            moment.go_to(number, arrivals - self.began[number], self.in_turn(number, source));
        }
        let there = |number: usize| number == 0 || self.began[number] < arrivals;
        let sources = self.snapshot.sources().enumerate().filter(|(number, source)| source.len() > 0 && there(*number));
        let hits = sources.map(|(number, source)| {
            if self.is_in_part(number, source, arrivals) {
                Hits::among(source, start, end, Some(moment.passing(source, filters)))
            } else {
                Hits::of(source, start, end, filters)
            }
        });
        let hits: Vec<Hits<'_>> = hits.filter(|hits| hits.len() > 0).collect();
        look(&hits)
    }

    fn is_in_part(&self, number: usize, source: Source<'_>, arrivals: usize) -> bool {
        number > 0 && self.began[number] < arrivals && arrivals < self.began[number] + source.len()
    }

    fn in_turn(&self, number: usize, source: Source<'_>) -> &[u32] {
        self.in_turn[number].get_or_init(|| {
            let mut rows: Vec<u32> = (0..).take(source.len()).collect();
            rows.sort_unstable_by_key(|row| source.key(*row as usize).arrival);
            rows
        })
    }
}

impl Moment {
    fn go_to(&mut self, source: usize, came: usize, in_turn: &[u32]) {
        if self.source != source {
            *self = Self { source, ..Self::default() };
        }
        if came >= self.came {
            self.rows.extend(in_turn[self.came..came].iter().copied());
        } else {
            in_turn[came..self.came].iter().for_each(|row| {
                self.rows.remove(*row);
            });
        }
        self.came = came;
    }

    /// What had come and passes.
    fn passing<'a>(&'a self, source: Source<'_>, filters: &Filters) -> MatchedRows<'a> {
        let there = RowSet::Many(Cow::Borrowed(&self.rows));
        let passing = match source.rows(filters) {
            None => Some(there),
            Some(passing) => intersection(vec![RowSet::clone(&passing).into_owned(), there]),
        };
        // Of two sets there is an intersection.
        MatchedRows::Indexed(passing.unwrap_or(RowSet::Few(Cow::Owned(Vec::new()))))
    }
}
