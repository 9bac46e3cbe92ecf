//! The index of a segment: finds the rows that pass the filters of a query.

use std::collections::VecDeque;
use std::hash::BuildHasher;
use std::mem::take;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashMap};
use parking_lot::Mutex;
use roaring::{MultiOps, RoaringBitmap};

use super::dictionary::{Column, EventKey, ObjectKey};
use super::row::{Row, row_number};
use super::row_set::RowSet;
use crate::contract::{FilterField, Filters};

/// The postings of the attributes that filters compare.
#[derive(Debug)]
pub struct Index {
    postings: [Postings; FilterField::ALL.len()],
    cache: FilterCache,
}

/// For each value of one attribute, the rows of the entries that have it.
#[derive(Debug)]
struct Postings {
    /// Each value with its hash, sorted by that: a hash table takes more memory, and to sort a million values by their text
    /// reads memory in random order.
    values: Vec<(u64, Box<str>, Posting)>,
    hasher: DefaultHashBuilder,
}

#[derive(Debug)]
enum Posting {
    List(Box<[u32]>),
    Bitmap(Arc<RoaringBitmap>),
}

/// The row sets of recent combinations of filters: a client requests page after page of one query.
#[derive(Debug, Default)]
struct FilterCache(Mutex<VecDeque<(Filters, Arc<RoaringBitmap>)>>);

impl Index {
    pub fn new(events: &[EventKey], objects: &[ObjectKey], rows: &[Row]) -> Self {
        let postings = FilterField::ALL.map(|field| match Column::of_filter(field) {
            Column::Event(value) => Postings::new(events.iter().map(value), rows.iter().map(|row| row.event)),
            Column::Object(value) => Postings::new(objects.iter().map(value), rows.iter().map(|row| row.object)),
        });
        Self { postings, cache: FilterCache::default() }
    }

    /// The rows that pass every filter, of which there is at least one (FILTER-LOGIC).
    pub fn matching(&self, filters: &Filters) -> RowSet<'_> {
        let all: Vec<(FilterField, &[String])> = filters.iter().collect();
        match all.as_slice() {
            [(field, [value])] => self.rows_with(*field, value),
            all => RowSet::Bitmap(self.cache.get_or_insert_with(filters, || {
                let passes_one = |(field, values): &(FilterField, &[String])| {
                    values.iter().map(|value| self.rows_with(*field, value).to_bitmap()).union()
                };
                all.iter().map(passes_one).intersection()
            })),
        }
    }

    /// The rows of the entries that have a value.
    fn rows_with(&self, field: FilterField, value: &str) -> RowSet<'_> {
        match self.postings[field as usize].get(value) {
            None => RowSet::List(&[]),
            Some(Posting::List(rows)) => RowSet::List(rows),
            Some(Posting::Bitmap(rows)) => RowSet::Bitmap(Arc::clone(rows)),
        }
    }
}

impl Postings {
    /// A bitmap has a container for each 65,536 rows. With fewer rows than this in each container, a list is read faster and
    /// takes little more memory.
    const MIN_ROWS_PER_CONTAINER: usize = 256;

    /// The postings of the values of some keys, from the key of each row.
    fn new<'a>(
        values: impl Iterator<Item = Option<&'a str>>,
        key_of_row: impl ExactSizeIterator<Item = u32> + Clone,
    ) -> Self {
        let min_bitmap_rows = Self::MIN_ROWS_PER_CONTAINER * key_of_row.len().div_ceil(1 << 16);
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let number_of_key: Vec<Option<u32>> = values
            .map(|value| {
                let next = row_number(numbers.len());
                Some(*numbers.entry(value?).or_insert(next))
            })
            .collect();
        let number_of_row = key_of_row.map(|key| number_of_key[key as usize]);
        // Counted first, so that no list has spare capacity.
        let mut counts = vec![0; numbers.len()];
        number_of_row.clone().flatten().for_each(|number| counts[number as usize] += 1);
        let mut lists: Vec<Vec<u32>> = counts.into_iter().map(Vec::with_capacity).collect();
        for (row, number) in (0..).zip(number_of_row) {
            if let Some(number) = number {
                lists[number as usize].push(row);
            }
        }
        let hasher = DefaultHashBuilder::default();
        let values = numbers.into_iter().map(|(value, number)| {
            let rows = take(&mut lists[number as usize]);
            let few = rows.len() < min_bitmap_rows;
            let posting = if few { Posting::List(rows.into()) } else { Posting::Bitmap(Arc::new(bitmap(rows))) };
            (hasher.hash_one(value), value.into(), posting)
        });
        let mut values: Vec<_> = values.collect();
        values.sort_unstable_by_key(|(hash, _, _)| *hash);
        Self { values, hasher }
    }

    fn get(&self, value: &str) -> Option<&Posting> {
        let hash = self.hasher.hash_one(value);
        let first = self.values.partition_point(|(other, _, _)| *other < hash);
        let mut same_hash = self.values[first..].iter().take_while(|(other, _, _)| *other == hash);
        same_hash.find(|(_, other, _)| **other == *value).map(|(_, _, posting)| posting)
    }
}

/// The bitmap of rows in ascending order.
fn bitmap(rows: Vec<u32>) -> RoaringBitmap {
    let mut bitmap: RoaringBitmap = rows.into_iter().collect();
    bitmap.optimize();
    // A clone has no spare capacity.
    bitmap.clone()
}

impl FilterCache {
    /// Sets that are kept. One takes at most an eighth of a byte for each row of the segment.
    const MAX_ENTRIES: usize = 16;

    /// Filters with more values are not kept: a request can have thousands, which take more memory than the set.
    const MAX_VALUES: usize = 256;

    fn get_or_insert_with(&self, filters: &Filters, compute: impl FnOnce() -> RoaringBitmap) -> Arc<RoaringBitmap> {
        let mut entries = self.0.lock();
        if let Some((_, rows)) = entries.iter().find(|(other, _)| other == filters) {
            return Arc::clone(rows);
        }
        let rows = Arc::new(compute());
        if filters.iter().map(|(_, values)| values.len()).sum::<usize>() > Self::MAX_VALUES {
            return rows;
        }
        entries.truncate(Self::MAX_ENTRIES - 1);
        entries.push_front((filters.clone(), Arc::clone(&rows)));
        rows
    }
}
