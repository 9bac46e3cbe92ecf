//! A run of entries: in the order of answers, indexed, and never changed.

use std::cmp::Reverse;
use std::ops::Range;

use super::dictionary::{Dictionary, Fragments};
use super::index::Index;
use super::order::Key;
use super::places::Places;
use super::ready::Ready;
use super::times::{Printer, Times};
use super::words::Id;
use crate::contract::{Entry, Filters, Timestamp};

/// Entries that cost some thirty bytes each: what they have in common is in the dictionary.
#[derive(Debug)]
pub struct Run {
    dictionary: Dictionary,
    beginnings: Fragments,
    middles: Fragments,
    deeds: Vec<Id>,
    objects: Vec<Id>,
    times: Times,
    /// Empty when all were there from the start.
    arrivals: Vec<u32>,
    index: Index,
    ready: Ready,
}

/// Entries that are about to become a run, in any order.
#[derive(Debug, Default)]
pub struct Builder {
    dictionary: Dictionary,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    millis: i64,
    nanos: u32,
    arrival: u32,
    deed: Id,
    object: Id,
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
        self.rows.push(Row { millis, nanos, arrival, deed, object });
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
        let Self { mut dictionary, mut rows } = self;
        rows.sort_by_key(|row| (Reverse((row.millis, row.nanos)), row.arrival));
        dictionary.close();
        let deeds: Vec<Id> = rows.iter().map(|row| row.deed).collect();
        let objects: Vec<Id> = rows.iter().map(|row| row.object).collect();
        let times = Times::of(rows.iter().map(|row| (row.millis, row.nanos)));
        let later = rows.iter().any(|row| row.arrival > 0);
        let arrivals = if later { rows.iter().map(|row| row.arrival).collect() } else { Vec::new() };
        drop(rows);
        Run {
            index: Index::of(&dictionary, &deeds, &objects),
            beginnings: dictionary.beginnings(),
            middles: dictionary.middles(),
            dictionary,
            ready: Ready::new(deeds.len()),
            deeds,
            objects,
            times,
            arrivals,
        }
    }
}

impl Run {
    pub fn len(&self) -> usize {
        self.deeds.len()
    }

    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    pub fn key(&self, place: usize) -> Key {
        Key { newest: Reverse(self.times.get(place)), arrival: self.arrival(place) }
    }

    pub fn arrival(&self, place: usize) -> usize {
        self.arrivals.get(place).map_or(0, |arrival| *arrival as usize)
    }

    pub fn entry(&self, place: usize) -> Entry {
        let (millis, nanos) = self.times.get(place);
        self.dictionary.entry(self.deeds[place], self.objects[place], Timestamp::from_parts(millis, nanos))
    }

    /// The places of the entries that pass; `None` when all do.
    pub fn places(&self, filters: &Filters) -> Option<Places<'_>> {
        self.index.places(&self.dictionary, filters)
    }

    /// Appends neighbours as an answer has them, with a comma behind each.
    pub fn write_all(&self, places: Range<usize>, printer: &mut Printer, to: &mut Vec<u8>) {
        self.ready.write(places, self.len(), |place, to| self.write(place, printer, to), to);
    }

    /// Appends an entry as an answer has it (RES-ENTRY).
    pub fn write(&self, place: usize, printer: &mut Printer, to: &mut Vec<u8>) {
        to.extend_from_slice(self.beginnings.get(self.deeds[place]));
        to.extend_from_slice(self.middles.get(self.objects[place]));
        printer.print(self.times.get(place), to);
        to.extend_from_slice(b"\"}");
    }
}
