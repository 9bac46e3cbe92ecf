//! A segment: entries in the order of responses, with an index. It never changes.

use std::io::Write;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use hashbrown::HashSet;

use super::dictionary::{Column, EventKey, Interner, ObjectKey, intern, into_values, join, split};
use super::index::{Index, Keys};
use super::json_cache::{BLOCK_ROWS, JsonCache};
use super::rendered_page::PageBody;
use super::row::{Row, SortKey, row_number};
use super::row_set::RowSet;
use crate::contract::{Entry, Filters};

/// Entries in the order of responses: a row of 24 bytes for each, and the parts that entries share.
#[derive(Debug)]
pub struct Segment {
    events: Vec<EventKey>,
    /// The start of the JSON of the entries with each event.
    event_json: Vec<Vec<u8>>,
    objects: Vec<ObjectKey>,
    rows: Vec<Row>,
    index: OnceLock<Index>,
    json_cache: JsonCache,
}

/// Collects entries, in any order, for a segment.
#[derive(Debug, Default)]
pub struct SegmentBuilder {
    events: Interner<EventKey>,
    objects: Interner<ObjectKey>,
    object_types: HashSet<Arc<str>>,
    rows: Vec<Row>,
}

impl SegmentBuilder {
    /// A segment of at most this many rows is indexed by the first filtered query, within a fraction of a millisecond. The index of a
    /// larger one is built at once, so that no query waits for it.
    const MAX_ROWS_WITHOUT_INDEX: usize = 1000;

    /// Adds an entry with its arrival, see [`Row`].
    pub fn push(&mut self, entry: Entry, arrival: u32) {
        let (event, object, timestamp) = split(entry, &mut self.object_types);
        let (event, object) = (intern(&mut self.events, event), intern(&mut self.objects, object));
        self.rows.push(Row { timestamp, event, object, arrival });
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn finish(self) -> Segment {
        let Self { events, objects, object_types: _, mut rows } = self;
        // Stable: entries of the base with one timestamp stay in the order of the files.
        rows.sort_by_key(Row::key);
        rows.shrink_to_fit();
        let events = into_values(events);
        let segment = Segment {
            event_json: events.iter().map(EventKey::json).collect(),
            events,
            objects: into_values(objects),
            index: OnceLock::new(),
            json_cache: JsonCache::new(row_number(rows.len())),
            rows,
        };
        if segment.rows.len() > Self::MAX_ROWS_WITHOUT_INDEX {
            segment.index();
        }
        segment
    }
}

impl Segment {
    pub fn len(&self) -> u32 {
        row_number(self.rows.len())
    }

    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub fn events(&self) -> &[EventKey] {
        &self.events
    }

    pub fn objects(&self) -> &[ObjectKey] {
        &self.objects
    }

    pub fn key(&self, row: u32) -> SortKey {
        self.rows[row as usize].key()
    }

    pub fn entry(&self, row: u32) -> Entry {
        let Row { timestamp, event, object, arrival: _ } = self.rows[row as usize];
        join(&self.events[event as usize], &self.objects[object as usize], timestamp)
    }

    /// The values of a column, with repetitions.
    pub fn values(&self, column: &Column) -> Vec<&str> {
        match column {
            Column::Event(value) => self.events.iter().filter_map(value).collect(),
            Column::Object(value) => self.objects.iter().filter_map(value).collect(),
        }
    }

    /// The number of rows at the start that a predicate holds for; it holds for no later row.
    pub fn partition_point(&self, holds: impl FnMut(&Row) -> bool) -> u32 {
        row_number(self.rows.partition_point(holds))
    }

    /// The rows that pass the filters, at any time.
    pub fn matching(&self, filters: &Filters) -> RowSet<'_> {
        if filters.is_empty() { RowSet::Range(0..self.len()) } else { self.index().matching(self.keys(), filters) }
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(self.keys(), &self.rows))
    }

    fn keys(&self) -> Keys<'_> {
        Keys { events: &self.events, objects: &self.objects }
    }

    /// Appends the JSON of an entry and a comma (RES-ENTRY).
    pub fn write_row(&self, row: u32, to: &mut Vec<u8>) {
        match self.json_cache.block(row, self.len(), |row, to| self.render(row, to)) {
            Some(block) => to.extend_from_slice(&block.json()[block.bounds(row..row + 1)]),
            None => self.render(row, to),
        }
    }

    /// Appends the JSON of neighbouring entries and a comma after each.
    pub fn write_rows(&self, mut rows: Range<u32>, to: &mut PageBody) {
        while !rows.is_empty() {
            let end = rows.end.min((rows.start / BLOCK_ROWS + 1) * BLOCK_ROWS);
            match self.json_cache.block(rows.start, self.len(), |row, to| self.render(row, to)) {
                Some(block) => to.append(block.json(), block.bounds(rows.start..end)),
                None => (rows.start..end).for_each(|row| self.render(row, to.text())),
            }
            rows.start = end;
        }
    }

    fn render(&self, row: u32, to: &mut Vec<u8>) {
        let Row { timestamp, event, object, arrival: _ } = self.rows[row as usize];
        to.extend_from_slice(&self.event_json[event as usize]);
        self.objects[object as usize].write_json(to);
        // Writing to memory does not fail.
        let _ = write!(to, ",\"timestamp\":\"{timestamp}\"}},");
    }
}
