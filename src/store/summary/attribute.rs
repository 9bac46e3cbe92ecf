//! How many entries have each value of an attribute.
//!
//! Entries of one event or object have their values in common, so the entries are gone through once, and the events and
//! objects once an attribute.

use hashbrown::HashMap;

use crate::contract::FilterField;
use crate::store::dictionary::{Column, Dictionary, Values};
use crate::store::segment::Segment;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute {
    /// The value that a filter compares.
    Filter(FilterField),
    /// `actorIdentifier`, which no filter compares.
    ActorIdentifier,
}

/// How many of some entries of a run are of each event, and of each object.
pub struct Tally<'a> {
    dictionary: &'a Dictionary,
    events: Vec<usize>,
    objects: Vec<usize>,
}

impl<'a> Tally<'a> {
    pub fn of(run: &'a Segment, rows: impl Iterator<Item = usize>) -> Self {
        let dictionary = run.dictionary();
        let mut events = vec![0; dictionary.events.values().len()];
        let mut objects = vec![0; dictionary.objects.values().len()];
        for row in rows {
            let (event, object) = run.event_and_object(row);
            events[event.index()] += 1;
            objects[object.index()] += 1;
        }
        Self { dictionary, events, objects }
    }

    /// How many entries have each value that any has; `None` is none.
    fn count(&self, attribute: Attribute) -> Vec<(Option<&'a str>, usize)> {
        let dictionary = self.dictionary;
        let (values, column) = match attribute {
            Attribute::Filter(field) => (dictionary.values(field), dictionary.column(field)),
            Attribute::ActorIdentifier => (Values::Met(&dictionary.identifiers), dictionary.identifiers_of_events()),
        };
        let mut counts = vec![0; values.len()];
        let mut without = 0;
        match column {
            Column::OfEvents(numbers) => {
                for (number, count) in numbers.into_iter().zip(&self.events) {
                    *number.map_or(&mut without, |number| &mut counts[number]) += count;
                }
            }
            Column::OfObjects(numbers) => {
                for (number, count) in numbers.into_iter().zip(&self.objects) {
                    counts[number] += count;
                }
            }
        }
        let each = counts.into_iter().enumerate().map(|(number, count)| (Some(values.get(number)), count));
        each.chain([(None, without)]).filter(|(_, count)| *count > 0).collect()
    }
}

impl Attribute {
    /// How many entries have each value that any has; `None` is none.
    pub fn count<'a>(self, tallies: &[Tally<'a>]) -> Vec<(Option<&'a str>, usize)> {
        let Some((first, others)) = tallies.split_first() else { return Vec::new() };
        let mut rest: HashMap<Option<&str>, usize> = HashMap::new();
        for (word, count) in others.iter().flat_map(|tally| tally.count(self)) {
            *rest.entry(word).or_default() += count;
        }
        // The first is the largest, most often by far.
        let mut all = first.count(self);
        for (word, count) in &mut all {
            *count += rest.remove(word).unwrap_or_default();
        }
        all.extend(rest);
        all
    }
}
