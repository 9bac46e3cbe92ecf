//! A run of entries: in the order of answers, indexed, and never changed.

use std::array;
use std::cmp::Reverse;
use std::ops::Range;
use std::sync::OnceLock;

use super::dictionary::{Dictionary, Fragments};
use super::filter_cache::MatchedRows;
use super::index::Index;
use super::interner::Id;
use super::json_cache::JsonCache;
use super::key::Key;
use super::page_body::PageBody;
use super::timestamp_formatter::TimestampFormatter;
use crate::contract::{Entry, Filters, Timestamp};

/// Entries that cost some thirty bytes each: what they have in common is in the dictionary.
#[derive(Debug)]
pub struct Segment {
    dictionary: Dictionary,
    event_json: Fragments,
    object_json: Fragments,
    rows: Vec<Row>,
    /// The nanoseconds of each beyond its milliseconds; empty when there are none, as of most services.
    nanos: Vec<u32>,
    /// Empty when all were there from the start.
    arrivals: Vec<u32>,
    index: OnceLock<Index>,
    ready: JsonCache,
}

/// Entries that are about to become a run, in any order.
#[derive(Debug, Default)]
pub struct Builder {
    dictionary: Dictionary,
    rows: Vec<New>,
}

/// All of an entry that a page needs, in one place.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// Since 1970.
    millis: i64,
    event: Id,
    object: Id,
}

#[derive(Debug, Clone, Copy)]
struct New {
    row: Row,
    nanos: u32,
    arrival: u32,
}

impl Builder {
    /// Takes in an entry; `arrival` is 0 for those that are there from the start.
    ///
    /// # Panics
    /// When it is the four billionth.
    pub fn push(&mut self, entry: &Entry, arrival: usize) {
        let (event, object) = self.dictionary.learn(entry);
        let (millis, nanos) = entry.timestamp.parts();
        let arrival = u32::try_from(arrival).expect("fewer than four billion entries");
        self.rows.push(New { row: Row { millis, event, object }, nanos, arrival });
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Forgets what came after the first so many.
    pub fn truncate(&mut self, length: usize) {
        self.rows.truncate(length);
    }

    /// Newest first; those of one instant in the order in which they came (RES-ORDER).
    pub fn finish(self) -> Segment {
        let Self { mut dictionary, rows: mut new } = self;
        new.sort_by_key(|new| (Reverse((new.row.millis, new.nanos)), new.arrival));
        dictionary.close();
        let rows: Vec<Row> = new.iter().map(|new| new.row).collect();
        let nanos = unless_all_zero(new.iter().map(|new| new.nanos));
        let arrivals = unless_all_zero(new.iter().map(|new| new.arrival));
        drop(new);
        let run = Segment {
            index: OnceLock::new(),
            event_json: dictionary.event_json(),
            object_json: dictionary.object_json(),
            dictionary,
            ready: JsonCache::new(rows.len()),
            rows,
            nanos,
            arrivals,
        };
        // That of a few entries is made when somebody first filters: a start is then that much sooner.
        if run.len() > FEW {
            run.index();
        }
        run
    }
}

/// So many are indexed within a fraction of a millisecond.
const FEW: usize = 1000;

fn unless_all_zero(numbers: impl Iterator<Item = u32> + Clone) -> Vec<u32> {
    if numbers.clone().all(|number| number == 0) { Vec::new() } else { numbers.collect() }
}

impl Segment {
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    pub fn key(&self, row: usize) -> Key {
        Key { newest: Reverse(self.time(row)), arrival: self.arrival(row) }
    }

    fn time(&self, row: usize) -> (i64, u32) {
        (self.rows[row].millis, self.nanos.get(row).copied().unwrap_or(0))
    }

    /// When an entry happened, in whole milliseconds since 1970.
    pub fn milliseconds(&self, row: usize) -> i64 {
        self.rows[row].millis
    }

    /// The numbers of what was done, and to what.
    pub fn event_and_object(&self, row: usize) -> (Id, Id) {
        (self.rows[row].event, self.rows[row].object)
    }

    pub fn arrival(&self, row: usize) -> usize {
        self.arrivals.get(row).map_or(0, |arrival| *arrival as usize)
    }

    pub fn entry(&self, row: usize) -> Entry {
        let (millis, nanos) = self.time(row);
        let Row { event, object, .. } = self.rows[row];
        self.dictionary.entry(event, object, Timestamp::from_parts(millis, nanos))
    }

    fn index(&self) -> &Index {
        let of = |column: fn(&Row) -> Id| self.rows.iter().map(column);
        self.index.get_or_init(|| Index::of(&self.dictionary, &of(|row| row.event), &of(|row| row.object)))
    }

    /// The rows of the entries that pass; `None` when all do.
    pub fn rows(&self, filters: &Filters) -> Option<MatchedRows<'_>> {
        if filters.is_empty() { None } else { self.index().rows(&self.dictionary, filters) }
    }

    /// Appends neighbours as an answer has them, with a comma behind each.
    pub fn write_all(&self, rows: Range<usize>, printer: &mut TimestampFormatter, to: &mut PageBody) {
        self.ready.write(rows, self.len(), |row, to| self.write(row, printer, to), to);
    }

    /// Appends entries as an answer has them, with a comma behind each.
    ///
    /// They lie far apart in memory, so many are looked up before the first is copied: the processor then waits for all of
    /// them at once.
    pub fn write_each(&self, rows: &[u32], printer: &mut TimestampFormatter, to: &mut Vec<u8>) {
        const AT_ONCE: usize = 32;
        /// An entry that is longer than most.
        const LONG: usize = 256;

        to.reserve(rows.len() * LONG);
        for rows in rows.chunks(AT_ONCE) {
            let mut ready = |row| self.ready.entry(row, self.len(), |row, to| self.write(row, printer, to));
            let found: [Option<&[u8]>; AT_ONCE] = array::from_fn(|number| ready(*rows.get(number)? as usize));
            for (row, ready) in rows.iter().zip(found) {
                if let Some(ready) = ready {
                    to.extend_from_slice(ready);
                } else {
                    self.write(*row as usize, printer, to);
                    to.push(b',');
                }
            }
        }
    }

    /// Appends an entry as an answer has it (RES-ENTRY).
    pub fn write(&self, row: usize, printer: &mut TimestampFormatter, to: &mut Vec<u8>) {
        let Row { event, object, .. } = self.rows[row];
        to.extend_from_slice(self.event_json.get(event));
        to.extend_from_slice(self.object_json.get(object));
        printer.print(self.time(row), to);
        to.extend_from_slice(b"\"}");
    }
}
