//! The JSON of entries that were read before, ready to be sent: a page of neighbours is then a piece or two of it, and one
//! of entries that lie apart is copied from it.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use bytes::Bytes;

use super::page_body::PageBody;

/// Stretches of entries, each with a comma behind every entry. Made when somebody first reads one as neighbours, or has
/// read as many entries of it one by one as it holds; kept for good.
#[derive(Debug)]
pub struct JsonCache {
    rows: Vec<Place>,
    /// How many bytes more may be kept. What is read beyond is put together each time.
    left: AtomicUsize,
}

#[derive(Debug, Default)]
struct Place {
    stretch: OnceLock<Block>,
    /// How many of its entries were read one by one while it was not ready.
    read: AtomicU32,
}

#[derive(Debug)]
struct Block {
    json: Bytes,
    /// Where each entry starts, and where the last ends.
    starts: Box<[u32]>,
}

/// Entries in a stretch: about as many as in a page that asks for no other size.
const LENGTH: usize = 256;
/// Bytes for one run: some forty thousand entries.
const MOST: usize = 8 << 20;

impl JsonCache {
    /// Nothing yet, of so many entries.
    pub fn new(entries: usize) -> Self {
        let rows = (0..entries.div_ceil(LENGTH)).map(|_| Place::default()).collect();
        Self { rows, left: AtomicUsize::new(MOST) }
    }

    /// An entry with a comma behind it, if its neighbours are ready or worth it; `write` appends one without.
    pub fn entry(&self, row: usize, entries: usize, write: impl FnMut(usize, &mut Vec<u8>)) -> Option<&[u8]> {
        let (number, within) = (row / LENGTH, row % LENGTH);
        let Place { stretch, read } = &self.rows[number];
        let ready = match stretch.get() {
            Some(ready) => ready,
            None if (read.fetch_add(1, Ordering::Relaxed) as usize) < LENGTH => return None,
            None => self.stretch(number, entries, write)?,
        };
        Some(&ready.json[ready.starts[within] as usize..ready.starts[within + 1] as usize])
    }

    /// Appends entries with a comma behind each; `write` appends one without.
    pub fn write(
        &self,
        rows: Range<usize>,
        entries: usize,
        mut write: impl FnMut(usize, &mut Vec<u8>),
        to: &mut PageBody,
    ) {
        let mut row = rows.start;
        while row < rows.end {
            let number = row / LENGTH;
            let first = number * LENGTH;
            let end = rows.end.min(first + LENGTH);
            if let Some(stretch) = self.stretch(number, entries, &mut write) {
                let [start, end] = [row, end].map(|row| stretch.starts[row - first] as usize);
                to.share(&stretch.json, start..end);
            } else {
                for row in row..end {
                    write(row, to.text());
                    to.text().push(b',');
                }
            }
            row = end;
        }
    }

    fn stretch(&self, number: usize, entries: usize, mut write: impl FnMut(usize, &mut Vec<u8>)) -> Option<&Block> {
        let stretch = &self.rows[number].stretch;
        if let Some(ready) = stretch.get() {
            return Some(ready);
        }
        if self.left.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let mut json = Vec::new();
        let mut starts = vec![0];
        let first = number * LENGTH;
        for row in first..entries.min(first + LENGTH) {
            write(row, &mut json);
            json.push(b',');
            starts.push(u32::try_from(json.len()).ok()?);
        }
        let take = |left: usize| Some(left.saturating_sub(json.len()));
        // Another reader may have made it meanwhile; then a little too much is counted.
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        Some(stretch.get_or_init(|| Block { json: json.into_boxed_slice().into(), starts: starts.into() }))
    }
}
