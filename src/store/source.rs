//! Where entries lie: in a run, or in the loose ones that came last.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::Arc;

use super::key::Key;
use super::pieces::Pieces;
use super::places::Places;
use super::recent::Passing;
use super::run::Run;
use super::times::Printer;
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
    Run(&'a Run),
    Loose(&'a [Arc<Loose>]),
}

impl<'a> Source<'a> {
    pub fn len(&self) -> usize {
        match self {
            Self::Run(run) => run.len(),
            Self::Loose(loose) => loose.len(),
        }
    }

    pub fn key(&self, place: usize) -> Key {
        match self {
            Self::Run(run) => run.key(place),
            Self::Loose(loose) => loose[place].key(),
        }
    }

    pub fn entry(&self, place: usize) -> Entry {
        match self {
            Self::Run(run) => run.entry(place),
            Self::Loose(loose) => loose[place].entry.clone(),
        }
    }

    pub fn write(&self, place: usize, printer: &mut Printer, to: &mut Vec<u8>) {
        match self {
            Self::Run(run) => run.write(place, printer, to),
            Self::Loose(loose) => to.extend_from_slice(&loose[place].json),
        }
    }

    /// Appends entries as an answer has them, with a comma behind each.
    pub fn write_each(&self, places: &[u32], printer: &mut Printer, to: &mut Vec<u8>) {
        if let Self::Run(run) = self {
            return run.write_each(places, printer, to);
        }
        for place in places {
            self.write(*place as usize, printer, to);
            to.push(b',');
        }
    }

    /// Appends neighbours as an answer has them, with a comma behind each.
    pub fn write_all(&self, places: Range<usize>, printer: &mut Printer, to: &mut Pieces) {
        if let Self::Run(run) = self {
            return run.write_all(places, printer, to);
        }
        for place in places {
            self.write(place, printer, to.text());
            to.text().push(b',');
        }
    }

    /// The places of the entries that pass; `None` when all do.
    pub fn places(&self, filters: &Filters) -> Option<Passing<'a>> {
        match self {
            Self::Run(run) => run.places(filters),
            Self::Loose(_) if filters.is_empty() => None,
            Self::Loose(loose) => {
                let passing = (0..).zip(loose.iter()).filter(|(_, loose)| filters.matches(&loose.entry));
                Some(Passing::Indexed(Places::Few(passing.map(|(place, _)| place).collect())))
            }
        }
    }

    /// The first place whose key is not in front, those in front being at the beginning.
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
