//! The known values of open lists, which grow with the entries.

use std::collections::BTreeSet;

use super::entry::{AcceptedValues, Entry, FilterField};

/// The known values of each open list: the published ones and those of entries (ENUM-OPEN).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary([BTreeSet<String>; FilterField::ALL.len()]);

impl Vocabulary {
    /// The published values.
    pub fn published() -> Self {
        Self(FilterField::ALL.map(|field| match field.accepted() {
            AcceptedValues::Open(words) => words.iter().map(ToString::to_string).collect(),
            AcceptedValues::Closed(_) | AcceptedValues::Text => BTreeSet::new(),
        }))
    }

    /// The known values of a filter with an open list, in alphabetical order; none of any other filter.
    pub fn words(&self, field: FilterField) -> &BTreeSet<String> {
        &self.0[field as usize]
    }

    /// Whether the values of an entry are known.
    pub fn knows(&self, entry: &Entry) -> bool {
        open_lists().all(|field| entry.value(field).is_none_or(|value| self.words(field).contains(value)))
    }

    /// Adds the values of an entry.
    pub fn learn(&mut self, entry: &Entry) {
        for field in open_lists() {
            self.learn_words(field, entry.value(field));
        }
    }

    /// Adds values of a filter with an open list.
    pub(crate) fn learn_words<'a>(&mut self, field: FilterField, words: impl IntoIterator<Item = &'a str>) {
        self.0[field as usize].extend(words.into_iter().map(str::to_owned));
    }
}

/// The filters with an open list.
pub(crate) fn open_lists() -> impl Iterator<Item = FilterField> {
    FilterField::ALL.into_iter().filter(|field| matches!(field.accepted(), AcceptedValues::Open(_)))
}
