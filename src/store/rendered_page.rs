//! The body of a response, put together from the JSON of entries.

use std::mem::take;
use std::ops::Range;

use bytes::Bytes;

/// Capacity for the JSON of an entry: enough for most.
pub const ENTRY_BYTES: usize = 256;

/// A page of a query as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedPage {
    /// The body of the response (RES-PAGE), in chunks to be sent one after the other.
    pub body: Vec<Bytes>,
    /// Number of entries on the page.
    pub entries: usize,
    /// Number of pages.
    pub total_pages: usize,
    /// Number of entries that had been appended to the store by then.
    pub arrivals: usize,
}

/// A body under construction: shares long JSON with the cache, and copies short JSON.
#[derive(Debug)]
pub struct PageBody {
    chunks: Vec<Bytes>,
    /// The last chunk, which still grows.
    text: Vec<u8>,
}

impl PageBody {
    /// From this length on, sending one chunk more costs less than copying it.
    const MIN_SHARED_BYTES: usize = 4096;
    /// Enough for what follows the entries.
    const TOTALS_BYTES: usize = 64;

    /// A body without entries, with room to copy some.
    pub fn with_room_for(entries: usize) -> Self {
        let mut text = Vec::with_capacity(entries * ENTRY_BYTES + Self::TOTALS_BYTES);
        text.extend_from_slice(b"{\"logs\":[");
        Self { chunks: Vec::new(), text }
    }

    /// The end of the body, to append entries to, each with a comma after it.
    pub fn text(&mut self) -> &mut Vec<u8> {
        &mut self.text
    }

    /// Appends a part of cached JSON.
    pub fn append(&mut self, json: &Bytes, part: Range<usize>) {
        if part.len() < Self::MIN_SHARED_BYTES {
            self.text.extend_from_slice(&json[part]);
        } else {
            self.end_chunk();
            self.chunks.push(json.slice(part));
        }
    }

    /// The complete body. The last comma is left out.
    pub fn finish(mut self, page: u32, total: usize, total_pages: usize) -> Vec<Bytes> {
        match (self.text.last(), self.chunks.last_mut()) {
            (Some(b','), _) => drop(self.text.pop()),
            (None, Some(shared)) => shared.truncate(shared.len() - 1),
            _ => {}
        }
        self.text.reserve(Self::TOTALS_BYTES);
        let members = [("],\"page\":", page as usize), (",\"total\":", total), (",\"totalPages\":", total_pages)];
        for (name, number) in members {
            self.text.extend_from_slice(name.as_bytes());
            // Writing a number to memory does not fail.
            let _ = serde_json::to_writer(&mut self.text, &number);
        }
        self.text.push(b'}');
        self.end_chunk();
        self.chunks
    }

    fn end_chunk(&mut self) {
        if !self.text.is_empty() {
            self.chunks.push(take(&mut self.text).into());
        }
    }
}
