//! Counts the matching entries of a query by value, actor and time.

mod attribute;
mod timeline;

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde::{Serialize, Serializer};

use super::matched_rows::Hits;
use super::segment::Segment;
use super::source::Source;
use crate::contract::{AcceptedValues, FilterField, Filters, Timestamp, Vocabulary};
use attribute::{Attribute, Tally};

pub use timeline::{Bucket, Timeline};

/// What matches a range and filters, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// How many entries match.
    pub total: usize,
    /// When the oldest of them happened.
    pub first: Option<Timestamp>,
    /// When the newest of them happened.
    pub last: Option<Timestamp>,
    /// What each filter could be.
    pub values: Values,
    /// The most active of their `actorIdentifier`s; `None` is none, as of GitOps.
    pub actors: Vec<Counted<Option<String>>>,
    /// When they happened.
    pub timeline: Timeline,
}

/// A value, and how many entries have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted<T> {
    /// The value.
    pub value: T,
    /// How many entries.
    pub count: usize,
}

/// The values of each filter with their counts under the range and all other filters: what choosing another would give.
/// Most first, then by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values([Vec<Counted<String>>; FilterField::ALL.len()]);

impl Values {
    /// The values of one filter: every known one where the contract has a list, else the commonest.
    #[must_use]
    pub fn get(&self, field: FilterField) -> &[Counted<String>] {
        &self.0[field as usize]
    }
}

/// A list for each filter.
impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(FilterField::WORDS.into_iter().zip(&self.0))
    }
}

impl Summary {
    /// Number of values listed for a filter on texts.
    pub const MOST_VALUES: usize = 20;
    /// Number of actors listed.
    pub const MOST_ACTORS: usize = 10;

    /// Over entries that lie in several runs.
    pub(super) fn over(
        runs: &[&Segment],
        vocabulary: &Vocabulary,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        filters: &Filters,
    ) -> Self {
        let hits = Matching::of(runs, from, to, filters);
        let tallies = hits.tallies();
        let counts = |field: FilterField| {
            let attribute = Attribute::Filter(field);
            if filters.values(field).is_empty() {
                attribute.count(&tallies)
            } else {
                attribute.count(&Matching::of(runs, from, to, &filters.clone().without(field)).tallies())
            }
        };
        let known = |field: FilterField, words: &mut dyn Iterator<Item = &str>| {
            let mut all = counts(field);
            let met: BTreeSet<&str> = all.iter().filter_map(|(word, _)| *word).collect();
            all.extend(words.filter(|word| !met.contains(word)).map(|word| (Some(word), 0)));
            values(all, usize::MAX)
        };
        let of_filter = |field: FilterField| match field.accepted() {
            AcceptedValues::Closed(words) => known(field, &mut words.iter().copied()),
            AcceptedValues::Open(_) => known(field, &mut vocabulary.words(field).iter().map(String::as_str)),
            AcceptedValues::Text => values(counts(field), Self::MOST_VALUES),
        };
        Self {
            total: hits.len(),
            first: hits.first(),
            last: hits.last(),
            values: Values(FilterField::ALL.map(of_filter)),
            actors: most(Attribute::ActorIdentifier.count(&tallies), Self::MOST_ACTORS)
                .into_iter()
                .map(|(word, count)| Counted { value: word.map(str::to_owned), count })
                .collect(),
            timeline: Timeline::of(&hits, from, to),
        }
    }
}

/// Those with a value, the commonest first.
fn values(counts: Vec<(Option<&str>, usize)>, at_most: usize) -> Vec<Counted<String>> {
    let counts = counts.into_iter().filter(|(word, _)| word.is_some()).collect();
    let told = most(counts, at_most).into_iter();
    told.filter_map(|(word, count)| Some(Counted { value: word?.to_owned(), count })).collect()
}

/// The commonest: most first, then by name.
fn most(mut counts: Vec<(Option<&str>, usize)>, at_most: usize) -> Vec<(Option<&str>, usize)> {
    let order = |(word, count): &(Option<&str>, usize), (other, others): &(Option<&str>, usize)| {
        Reverse(count).cmp(&Reverse(others)).then_with(|| word.cmp(other))
    };
    // Of many, few are put in order.
    if counts.len() > at_most {
        counts.select_nth_unstable_by(at_most, order);
        counts.truncate(at_most);
    }
    counts.sort_unstable_by(order);
    counts
}

/// What matches, in each of the runs.
struct Matching<'a>(Vec<(&'a Segment, Hits<'a>)>);

impl<'a> Matching<'a> {
    fn of(runs: &[&'a Segment], from: Option<Timestamp>, to: Option<Timestamp>, filters: &Filters) -> Self {
        let hits = runs.iter().map(|run| (*run, Hits::of(Source::Segment(run), from, to, filters)));
        Self(hits.filter(|(_, hits)| hits.len() > 0).collect())
    }

    fn len(&self) -> usize {
        self.0.iter().map(|(_, hits)| hits.len()).sum()
    }

    /// When the oldest happened.
    fn first(&self) -> Option<Timestamp> {
        self.times(|hits| hits.len() - 1).min()
    }

    /// When the newest happened.
    fn last(&self) -> Option<Timestamp> {
        self.times(|_| 0).max()
    }

    fn times(&self, number: impl Fn(&Hits<'a>) -> usize) -> impl Iterator<Item = Timestamp> {
        self.0.iter().filter_map(move |(_, hits)| {
            let Reverse((millis, nanos)) = hits.key(number(hits))?.newest;
            Some(Timestamp::from_parts(millis, nanos))
        })
    }

    fn tallies(&self) -> Vec<Tally<'a>> {
        let tally = |(run, hits): &(&'a Segment, Hits<'a>)| Tally::of(run, hits.from(0));
        self.0.iter().map(tally).collect()
    }
}
