//! The JSON of entries that were read before. Most requests are answered from it: a page of neighbours without a copy.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

use super::rendered_page::ENTRY_BYTES;

/// Rows in a block; a page of the default size has 250.
pub const BLOCK_ROWS: u32 = 256;
/// Limit for one segment: the JSON of about forty thousand entries.
const JSON_CACHE_BYTES: usize = 8 << 20;

/// The blocks of one segment. Each is rendered when one of its rows is first read, and kept; once the limit is reached,
/// no more are.
#[derive(Debug)]
pub struct JsonCache {
    blocks: Vec<OnceLock<Block>>,
    bytes: AtomicUsize,
}

/// The JSON of [`BLOCK_ROWS`] neighbouring rows, with a comma after each.
#[derive(Debug, Default)]
pub struct Block {
    json: Bytes,
    /// The start of each row, and the end of the last.
    bounds: Vec<u32>,
}

impl JsonCache {
    pub fn new(rows: u32) -> Self {
        let blocks = (0..rows.div_ceil(BLOCK_ROWS)).map(|_| OnceLock::new()).collect();
        Self { blocks, bytes: AtomicUsize::new(0) }
    }

    /// The block with a row; `None` when it is not in the cache, and the cache is full. `render` appends the JSON of a row.
    pub fn block(&self, row: u32, rows: u32, mut render: impl FnMut(u32, &mut Vec<u8>)) -> Option<&Block> {
        let block = &self.blocks[(row / BLOCK_ROWS) as usize];
        if block.get().is_none() && self.bytes.load(Ordering::Relaxed) >= JSON_CACHE_BYTES {
            return None;
        }
        Some(block.get_or_init(|| {
            let first = row - row % BLOCK_ROWS;
            let rows = first..rows.min(first + BLOCK_ROWS);
            let (mut json, mut bounds) = (Vec::with_capacity(rows.len() * ENTRY_BYTES), vec![0]);
            for row in rows {
                render(row, &mut json);
                bounds.push(u32::try_from(json.len()).expect("entries of less than 4 GB"));
            }
            self.bytes.fetch_add(json.len(), Ordering::Relaxed);
            Block { json: json.into_boxed_slice().into(), bounds }
        }))
    }
}

impl Block {
    /// The JSON of all rows of the block.
    pub fn json(&self) -> &Bytes {
        &self.json
    }

    /// Where the JSON of some rows of the block is.
    pub fn bounds(&self, rows: Range<u32>) -> Range<usize> {
        let first = (rows.start / BLOCK_ROWS) * BLOCK_ROWS;
        let bound = |row: u32| self.bounds[(row - first) as usize] as usize;
        bound(rows.start)..bound(rows.end)
    }
}
