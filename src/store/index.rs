//! The index of a segment: finds the rows that pass the filters of a query.

use std::collections::VecDeque;
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::Arc;

use hashbrown::DefaultHashBuilder;
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

/// The keys of a segment: the values of its rows.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'a> {
    pub events: &'a [EventKey],
    pub objects: &'a [ObjectKey],
}

/// For each value of one attribute, the rows of the entries that have it.
#[derive(Debug)]
struct Postings {
    /// Sorted by hash: a hash table takes more memory, and to sort a million values by their text reads memory in random order.
    values: Vec<IndexedValue>,
    /// The rows of the values with few rows, one value after the other.
    lists: Vec<u32>,
    hasher: DefaultHashBuilder,
}

/// A value of an attribute.
#[derive(Debug)]
struct IndexedValue {
    hash: u64,
    /// A key that has the value.
    key: u32,
    posting: Posting,
}

#[derive(Debug)]
enum Posting {
    /// The positions of the rows in the lists.
    List(Range<u32>),
    Bitmap(Arc<RoaringBitmap>),
}

/// The row sets of recent combinations of filters: a client requests page after page of one query.
#[derive(Debug, Default)]
struct FilterCache(Mutex<VecDeque<(Filters, Arc<RoaringBitmap>)>>);

impl Index {
    pub fn new(keys: Keys<'_>, rows: &[Row]) -> Self {
        let (event_of_row, object_of_row) = (rows.iter().map(|row| row.event), rows.iter().map(|row| row.object));
        let event_counts = count(event_of_row.clone(), keys.events.len());
        let object_counts = count(object_of_row.clone(), keys.objects.len());
        let postings = FilterField::ALL.map(|field| match Column::of_filter(field) {
            Column::Event(value) => Postings::new(keys.events.iter().map(value), &event_counts, event_of_row.clone()),
            Column::Object(value) => {
                Postings::new(keys.objects.iter().map(value), &object_counts, object_of_row.clone())
            }
        });
        Self { postings, cache: FilterCache::default() }
    }

    /// The rows that pass every filter, of which there is at least one (FILTER-LOGIC).
    pub fn matching(&self, keys: Keys<'_>, filters: &Filters) -> RowSet<'_> {
        let all: Vec<(FilterField, &[String])> = filters.iter().collect();
        match all.as_slice() {
            [(field, [value])] => self.rows_with(keys, *field, value),
            all => RowSet::Bitmap(self.cache.get_or_insert_with(filters, || {
                let passes_one = |(field, values): &(FilterField, &[String])| {
                    let sets = values.iter().map(|value| self.rows_with(keys, *field, value));
                    // A request can have thousands of values that no row has.
                    sets.filter(|rows| !matches!(rows, RowSet::List([]))).map(|rows| rows.to_bitmap()).union()
                };
                all.iter().map(passes_one).intersection()
            })),
        }
    }

    /// The rows of the entries that have a value.
    fn rows_with(&self, keys: Keys<'_>, field: FilterField, value: &str) -> RowSet<'_> {
        let postings = &self.postings[field as usize];
        match Column::of_filter(field) {
            Column::Event(of_key) => postings.get(value, |key| of_key(&keys.events[key])),
            Column::Object(of_key) => postings.get(value, |key| of_key(&keys.objects[key])),
        }
    }
}

impl Postings {
    /// A bitmap has a container for each 65,536 rows. With fewer rows than this in each container, a list is read faster and
    /// takes little more memory.
    const MIN_ROWS_PER_CONTAINER: usize = 256;

    /// The postings of the values of some keys, from the number of rows with each key and the key of each row.
    fn new<'a>(
        values: impl Iterator<Item = Option<&'a str>>,
        key_counts: &[u32],
        key_of_row: impl ExactSizeIterator<Item = u32>,
    ) -> Self {
        let min_bitmap_rows = row_number(Self::MIN_ROWS_PER_CONTAINER * key_of_row.len().div_ceil(1 << 16));
        let hasher = DefaultHashBuilder::default();
        let (values, value_of_key) = distinct(&values.collect::<Vec<_>>(), &hasher);
        let mut counts = vec![0; values.len()];
        for (value, count) in value_of_key.iter().zip(key_counts) {
            if let Some(value) = value {
                counts[*value as usize] += count;
            }
        }
        // The rows of a value lie together. First come those of values with few rows, which stay lists.
        let mut list_end: u32 = 0;
        let mut bitmap_end = counts.iter().filter(|count| **count < min_bitmap_rows).sum();
        let empty_ranges = counts.iter().map(|count| {
            let end = if *count < min_bitmap_rows { &mut list_end } else { &mut bitmap_end };
            let start = *end;
            *end += count;
            start..start
        });
        let mut ranges: Vec<Range<u32>> = empty_ranges.collect();
        let mut rows = vec![0; bitmap_end as usize];
        for (row, key) in (0..).zip(key_of_row) {
            if let Some(value) = value_of_key[key as usize] {
                let end = &mut ranges[value as usize].end;
                rows[*end as usize] = row;
                *end += 1;
            }
        }
        let values = values.into_iter().zip(ranges).map(|((hash, key), range)| {
            let is_list = range.end <= list_end;
            let posting =
                if is_list { Posting::List(range) } else { Posting::Bitmap(Arc::new(bitmap(slice(&rows, &range)))) };
            IndexedValue { hash, key, posting }
        });
        let values = values.collect();
        rows.truncate(list_end as usize);
        rows.shrink_to_fit();
        Self { values, lists: rows, hasher }
    }

    /// The rows with a value; `value_of_key` reads the value of a key.
    fn get<'a>(&self, value: &str, value_of_key: impl Fn(usize) -> Option<&'a str>) -> RowSet<'_> {
        let hash = self.hasher.hash_one(value);
        let first = self.values.partition_point(|other| other.hash < hash);
        let mut same_hash = self.values[first..].iter().take_while(|other| other.hash == hash);
        match same_hash.find(|other| value_of_key(other.key as usize) == Some(value)).map(|found| &found.posting) {
            None => RowSet::List(&[]),
            Some(Posting::List(range)) => RowSet::List(slice(&self.lists, range)),
            Some(Posting::Bitmap(rows)) => RowSet::Bitmap(Arc::clone(rows)),
        }
    }
}

/// The distinct values among those of some keys, each as its hash and the first key that has it, sorted by hash; and for each key
/// the index of its value.
fn distinct(values: &[Option<&str>], hasher: &impl BuildHasher) -> (Vec<(u64, u32)>, Vec<Option<u32>>) {
    let hashed = (0..).zip(values).filter_map(|(key, value)| Some((hasher.hash_one((*value)?), key)));
    let mut hashed: Vec<(u64, u32)> = hashed.collect();
    hashed.sort_unstable();
    let (mut distinct, mut index_of_key) = (Vec::new(), vec![None; values.len()]);
    for same_hash in hashed.chunk_by(|(one, _), (next, _)| one == next) {
        let first = distinct.len();
        for (hash, key) in same_hash {
            let is_equal = |(_, other): &(u64, u32)| values[*other as usize] == values[*key as usize];
            let known = distinct[first..].iter().position(is_equal);
            let index = first + known.unwrap_or(distinct.len() - first);
            if known.is_none() {
                distinct.push((*hash, *key));
            }
            index_of_key[*key as usize] = Some(row_number(index));
        }
    }
    (distinct, index_of_key)
}

/// How many times each number below a bound occurs.
fn count(numbers: impl Iterator<Item = u32>, bound: usize) -> Vec<u32> {
    let mut counts = vec![0; bound];
    numbers.for_each(|number| counts[number as usize] += 1);
    counts
}

fn slice<'a>(rows: &'a [u32], range: &Range<u32>) -> &'a [u32] {
    &rows[range.start as usize..range.end as usize]
}

/// The bitmap of rows in ascending order.
fn bitmap(rows: &[u32]) -> RoaringBitmap {
    let mut bitmap: RoaringBitmap = rows.iter().collect();
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
        if filters.iter().map(|(_, values)| values.len()).sum::<usize>() > Self::MAX_VALUES {
            return Arc::new(compute());
        }
        let mut entries = self.0.lock();
        if let Some((_, rows)) = entries.iter().find(|(other, _)| other == filters) {
            return Arc::clone(rows);
        }
        let rows = Arc::new(compute());
        entries.truncate(Self::MAX_ENTRIES - 1);
        entries.push_front((filters.clone(), Arc::clone(&rows)));
        rows
    }
}
