//! A row of a segment, and the order of rows in a response.

use std::cmp::Reverse;

use crate::contract::Timestamp;

/// One entry: the positions of its event and its object in the segment, its time and its arrival.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub timestamp: Timestamp,
    pub event: u32,
    pub object: u32,
    /// 1 for the first entry that was appended to the store, 2 for the next, and so on; 0 for all entries of the base.
    pub arrival: u32,
}

/// The order of responses: newest first, and by arrival within one instant (RES-ORDER).
///
/// Entries of the base with one timestamp have equal keys; their rows are in the order of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey {
    pub timestamp: Reverse<Timestamp>,
    pub arrival: u32,
}

/// The number of a row in 32 bits.
///
/// # Panics
/// With four billion rows in a segment.
pub fn row_number(index: usize) -> u32 {
    u32::try_from(index).expect("fewer than four billion rows")
}

impl Row {
    pub fn key(&self) -> SortKey {
        SortKey { timestamp: Reverse(self.timestamp), arrival: self.arrival }
    }
}
