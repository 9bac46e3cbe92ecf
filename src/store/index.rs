//! Finds the places of the entries that pass filters.

use super::dictionary::{Column, Dictionary};
use super::filter_cache::{FilterCache, MatchedRows};
use super::interner::Id;
use super::postings::Postings;
use super::row_set::{intersection, union};
use crate::contract::{FilterField, Filters};

/// The places of every value of the attributes that filters compare.
#[derive(Debug)]
pub struct Index {
    postings: [Postings; FilterField::ALL.len()],
    recent: FilterCache,
}

impl Index {
    /// Of entries as their events and objects.
    pub fn of(
        dictionary: &Dictionary,
        events: &(impl Iterator<Item = Id> + Clone),
        objects: &(impl Iterator<Item = Id> + Clone),
    ) -> Self {
        let postings = FilterField::ALL.map(|field| {
            let count = dictionary.values(field).len();
            match dictionary.column(field) {
                Column::OfEvents(values) => Postings::of(count, events.clone().map(|event| values[event.index()])),
                Column::OfObjects(values) => {
                    Postings::of(count, objects.clone().map(|object| Some(values[object.index()])))
                }
            }
        });
        Self { postings, recent: FilterCache::default() }
    }

    /// The rows of all entries that pass (FILTER-LOGIC); `None` when no filter has values.
    pub fn rows(&self, dictionary: &Dictionary, filters: &Filters) -> Option<MatchedRows<'_>> {
        // Of each filter, the numbers of its values, as far as any entry has them.
        let asked: Vec<(&Postings, Vec<usize>)> = filters
            .iter()
            .map(|(field, values)| {
                let known = dictionary.values(field);
                (&self.postings[field as usize], values.iter().filter_map(|value| known.find(value)).collect())
            })
            .collect();
        let together = || {
            let sets = asked.iter().map(|(postings, values)| {
                let mut values = values.clone();
                values.sort_unstable();
                values.dedup();
                union(values.into_iter().map(|value| postings.get(value)).collect())
            });
            intersection(sets.collect())
        };
        match asked.as_slice() {
            [] => None,
            [(postings, values)] if values.len() == 1 => Some(MatchedRows::Indexed(postings.get(values[0]))),
            // Where one of them has nothing, there is nothing to put together.
            some if some.iter().any(|(_, values)| values.is_empty()) => together().map(MatchedRows::Indexed),
            _ => self.recent.get(filters, together),
        }
    }
}
