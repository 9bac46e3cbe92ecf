//! Counts of the entries that match a query: by value of each filter, by actor and over time.

mod timeline;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use hashbrown::HashMap;
use serde::Serialize;

use super::dictionary::Column;
use super::matched_rows::MatchedRows;
use super::segment::Segment;
use crate::contract::{AcceptedValues, FilterField, Filters, Timestamp, Vocabulary};

pub use timeline::{Bucket, Timeline};

/// Counts of the entries that match a range and filters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Number of matching entries.
    pub total: usize,
    /// Timestamp of the oldest of them.
    pub first: Option<Timestamp>,
    /// Timestamp of the newest of them.
    pub last: Option<Timestamp>,
    /// The values of each filter: all known ones of a list in the contract, else the most frequent ones. The most frequent are
    /// first, then by name. The count of a value is the total of the query if its filter had this value alone.
    pub values: BTreeMap<FilterField, Vec<Counted<String>>>,
    /// The most active `actorIdentifier`s; `None` counts entries without one, such as those of GitOps.
    pub actors: Vec<Counted<Option<String>>>,
    /// Counts over time.
    pub timeline: Timeline,
}

/// A value and the number of entries that have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted<T> {
    /// The value.
    pub value: T,
    /// The number of entries.
    pub count: usize,
}

impl Summary {
    /// Number of values listed for a filter on texts.
    pub const MAX_VALUES: usize = 20;
    /// Number of values and actors listed if they are searched.
    pub const MAX_FOUND: usize = 200;
    /// Number of actors listed.
    pub const MAX_ACTORS: usize = 10;

    /// The summary of a query; `matched` returns the rows that match its range and some filters. With `search`, it has only the
    /// values and actors that contain this text in any case, and more of them.
    pub(super) fn new<'a>(
        matched: impl Fn(&Filters) -> Vec<MatchedRows<'a>>,
        vocabulary: &'a Vocabulary,
        start: Option<Timestamp>,
        end: Option<Timestamp>,
        filters: &Filters,
        search: Option<&str>,
    ) -> Self {
        let search = search.map(str::to_lowercase);
        let is_found = |value: &str| search.as_ref().is_none_or(|text| value.to_lowercase().contains(text));
        let limit = |usual: usize| if search.is_some() { Self::MAX_FOUND } else { usual };
        let rows = matched(filters);
        let tallies = Tally::of_each(&rows);
        let values_of = |field: FilterField| {
            let column = Column::of_filter(field);
            let mut counts = if filters.values(field).is_empty() {
                count_values(&tallies, &column)
            } else {
                count_values(&Tally::of_each(&matched(&filters.clone().without(field))), &column)
            };
            counts.retain(|value, _| value.is_some_and(is_found));
            let (known, limit): (Vec<&str>, usize) = match field.accepted() {
                AcceptedValues::Closed(words) => (words.to_vec(), usize::MAX),
                AcceptedValues::Open(_) => (vocabulary.words(field).iter().map(String::as_str).collect(), usize::MAX),
                AcceptedValues::Text => (Vec::new(), limit(Self::MAX_VALUES)),
            };
            for word in known.into_iter().filter(|word| is_found(word)) {
                counts.entry(Some(word)).or_insert(0);
            }
            let counts = most_frequent(counts, limit).into_iter();
            counts.filter_map(|(value, count)| Some(Counted { value: value?.to_owned(), count })).collect()
        };
        let timestamp = |rows: &MatchedRows<'_>, n: usize| rows.key(n).map(|key| key.timestamp.0);
        let first = rows.iter().filter_map(|rows| timestamp(rows, rows.len() - 1)).min();
        let last = rows.iter().filter_map(|rows| timestamp(rows, 0)).max();
        let mut actors = count_values(&tallies, &Column::of_actor_identifier());
        // An entry without an actor is found by no text.
        actors.retain(|actor, _| actor.map_or(search.as_ref().is_none_or(String::is_empty), is_found));
        let actors = most_frequent(actors, limit(Self::MAX_ACTORS));
        Self {
            total: rows.iter().map(MatchedRows::len).sum(),
            first,
            last,
            values: FilterField::ALL.map(|field| (field, values_of(field))).into(),
            actors: actors
                .into_iter()
                .map(|(value, count)| Counted { value: value.map(str::to_owned), count })
                .collect(),
            timeline: Timeline::new(start.or(first), end.or(last), &rows),
        }
    }
}

/// The number of matching entries of one segment with each of its events and objects. All attributes are counted from it.
struct Tally<'a> {
    segment: &'a Segment,
    events: Vec<usize>,
    objects: Vec<usize>,
}

impl<'a> Tally<'a> {
    fn of_each(matched: &[MatchedRows<'a>]) -> Vec<Self> {
        let tally = |matched: &MatchedRows<'a>| {
            let segment = matched.segment;
            let (mut events, mut objects) = (vec![0; segment.events().len()], vec![0; segment.objects().len()]);
            for row in matched.rows() {
                events[row.event as usize] += 1;
                objects[row.object as usize] += 1;
            }
            Tally { segment, events, objects }
        };
        matched.iter().map(tally).collect()
    }
}

/// The number of entries with each value that any has. `None` counts those without a value.
fn count_values<'a>(tallies: &[Tally<'a>], column: &Column) -> HashMap<Option<&'a str>, usize> {
    let mut counts = HashMap::new();
    let mut add = |value: Option<&'a str>, count: &usize| {
        if *count > 0 {
            *counts.entry(value).or_default() += count;
        }
    };
    for Tally { segment, events, objects } in tallies {
        match column {
            Column::Event(value) => {
                segment.events().iter().zip(events).for_each(|(event, count)| add(value(event), count))
            }
            Column::Object(value) => {
                segment.objects().iter().zip(objects).for_each(|(object, count)| add(value(object), count));
            }
        }
    }
    counts
}

/// The most frequent values, then by name.
fn most_frequent(counts: HashMap<Option<&str>, usize>, limit: usize) -> Vec<(Option<&str>, usize)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|(value, count)| (Reverse(*count), *value));
    counts.truncate(limit);
    counts
}
