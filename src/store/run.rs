//! A run of entries: in the order of answers, indexed, and never changed.

use std::array;
use std::cmp::Reverse;
use std::ops::Range;
use std::sync::OnceLock;

use super::dictionary::{Dictionary, Fragments};
use super::index::Index;
use super::key::Key;
use super::pieces::Pieces;
use super::ready::Ready;
use super::recent::Passing;
use super::times::Printer;
use super::words::Id;
use crate::contract::{Entry, Filters, Timestamp};

/// Entries that cost some thirty bytes each: what they have in common is in the dictionary.
#[derive(Debug)]
pub struct Run {
    dictionary: Dictionary,
    beginnings: Fragments,
    middles: Fragments,
    rows: Vec<Row>,
    /// The nanoseconds of each beyond its milliseconds; empty when there are none, as of most services.
    nanos: Vec<u32>,
    /// Empty when all were there from the start.
    arrivals: Vec<u32>,
    index: OnceLock<Index>,
    ready: Ready,
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
    deed: Id,
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
        let (deed, object) = self.dictionary.learn(entry);
        let (millis, nanos) = entry.timestamp.parts();
        let arrival = u32::try_from(arrival).expect("fewer than four billion entries");
        self.rows.push(New { row: Row { millis, deed, object }, nanos, arrival });
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Forgets what came after the first so many.
    pub fn truncate(&mut self, length: usize) {
        self.rows.truncate(length);
    }

    /// Newest first; those of one instant in the order in which they came (RES-ORDER).
    pub fn finish(self) -> Run {
        let Self { mut dictionary, rows: mut new } = self;
        new.sort_by_key(|new| (Reverse((new.row.millis, new.nanos)), new.arrival));
        dictionary.close();
        let rows: Vec<Row> = new.iter().map(|new| new.row).collect();
        let nanos = unless_all_zero(new.iter().map(|new| new.nanos));
        let arrivals = unless_all_zero(new.iter().map(|new| new.arrival));
        drop(new);
        let run = Run {
            index: OnceLock::new(),
            beginnings: dictionary.beginnings(),
            middles: dictionary.middles(),
            dictionary,
            ready: Ready::new(rows.len()),
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

impl Run {
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    pub fn key(&self, place: usize) -> Key {
        Key { newest: Reverse(self.time(place)), arrival: self.arrival(place) }
    }

    fn time(&self, place: usize) -> (i64, u32) {
        (self.rows[place].millis, self.nanos.get(place).copied().unwrap_or(0))
    }

    /// When an entry happened, in whole milliseconds since 1970.
    pub fn milliseconds(&self, place: usize) -> i64 {
        self.rows[place].millis
    }

    /// The numbers of what was done, and to what.
    pub fn deed_and_object(&self, place: usize) -> (Id, Id) {
        (self.rows[place].deed, self.rows[place].object)
    }

    pub fn arrival(&self, place: usize) -> usize {
        self.arrivals.get(place).map_or(0, |arrival| *arrival as usize)
    }

    pub fn entry(&self, place: usize) -> Entry {
        let (millis, nanos) = self.time(place);
        let Row { deed, object, .. } = self.rows[place];
        self.dictionary.entry(deed, object, Timestamp::from_parts(millis, nanos))
    }

    fn index(&self) -> &Index {
        let of = |column: fn(&Row) -> Id| self.rows.iter().map(column);
        self.index.get_or_init(|| Index::of(&self.dictionary, &of(|row| row.deed), &of(|row| row.object)))
    }

    /// The places of the entries that pass; `None` when all do.
    pub fn places(&self, filters: &Filters) -> Option<Passing<'_>> {
        if filters.is_empty() { None } else { self.index().places(&self.dictionary, filters) }
    }

    /// Appends neighbours as an answer has them, with a comma behind each.
    pub fn write_all(&self, places: Range<usize>, printer: &mut Printer, to: &mut Pieces) {
        self.ready.write(places, self.len(), |place, to| self.write(place, printer, to), to);
    }

    /// Appends entries as an answer has them, with a comma behind each.
    ///
    /// They lie far apart in memory, so many are looked up before the first is copied: the processor then waits for all of
    /// them at once.
    pub fn write_each(&self, places: &[u32], printer: &mut Printer, to: &mut Vec<u8>) {
        const AT_ONCE: usize = 32;
        /// An entry that is longer than most.
        const LONG: usize = 256;

        to.reserve(places.len() * LONG);
        for places in places.chunks(AT_ONCE) {
            let mut ready = |place| self.ready.entry(place, self.len(), |place, to| self.write(place, printer, to));
            let found: [Option<&[u8]>; AT_ONCE] = array::from_fn(|number| ready(*places.get(number)? as usize));
            for (place, ready) in places.iter().zip(found) {
                if let Some(ready) = ready {
                    to.extend_from_slice(ready);
                } else {
                    self.write(*place as usize, printer, to);
                    to.push(b',');
                }
            }
        }
    }

    /// Appends an entry as an answer has it (RES-ENTRY).
    pub fn write(&self, place: usize, printer: &mut Printer, to: &mut Vec<u8>) {
        let Row { deed, object, .. } = self.rows[place];
        to.extend_from_slice(self.beginnings.get(deed));
        to.extend_from_slice(self.middles.get(object));
        printer.print(self.time(place), to);
        to.extend_from_slice(b"\"}");
    }
}
