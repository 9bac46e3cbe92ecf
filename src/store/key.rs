//! Where an entry stands in an answer.

use std::cmp::Reverse;

/// Where an entry stands in an answer: the newest first, and of one instant in the order of arrival (RES-ORDER).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Milliseconds since 1970, and the nanoseconds beyond.
    pub newest: Reverse<(i64, u32)>,
    /// 0 for all that were there from the start.
    pub arrival: usize,
}
