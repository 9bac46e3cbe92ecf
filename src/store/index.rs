//! Finds the places of the entries that pass filters.

use super::dictionary::{Column, Dictionary};
use super::places::{all_of, any_of};
use super::postings::Postings;
use super::recent::{Passing, Recent};
use super::words::Id;
use crate::contract::{FilterField, Filters};

/// The places of every value of the attributes that filters compare.
#[derive(Debug)]
pub struct Index {
    postings: [Postings; FilterField::ALL.len()],
    recent: Recent,
}

impl Index {
    /// Of entries as their deeds and objects.
    pub fn of(
        dictionary: &Dictionary,
        deeds: &(impl Iterator<Item = Id> + Clone),
        objects: &(impl Iterator<Item = Id> + Clone),
    ) -> Self {
        let postings = FilterField::ALL.map(|field| {
            let count = dictionary.values(field).len();
            match dictionary.column(field) {
                Column::OfDeeds(values) => Postings::of(count, deeds.clone().map(|deed| values[deed.place()])),
                Column::OfObjects(values) => {
                    Postings::of(count, objects.clone().map(|object| Some(values[object.place()])))
                }
            }
        });
        Self { postings, recent: Recent::default() }
    }

    /// The places of all entries that pass (FILTER-LOGIC); `None` when no filter has values.
    pub fn places(&self, dictionary: &Dictionary, filters: &Filters) -> Option<Passing<'_>> {
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
                any_of(values.into_iter().map(|value| postings.get(value)).collect())
            });
            all_of(sets.collect())
        };
        match asked.as_slice() {
            [] => None,
            [(postings, values)] if values.len() == 1 => Some(Passing::Indexed(postings.get(values[0]))),
            // Where one of them has nothing, there is nothing to put together.
            some if some.iter().any(|(_, values)| values.is_empty()) => together().map(Passing::Indexed),
            _ => self.recent.get(filters, together),
        }
    }
}
