//! The order in which a server answered. That nothing is missing in a recording is proved only for a list in the order of
//! the API, so what contradicts that is reported.

use std::collections::HashSet;
use std::fmt;

use super::page_response::PAGE_SIZE;
use crate::contract::{Entry, Timestamp};
use crate::text::counted;

/// What contradicts the order of the API, newest first, in a recording. `Display` is a sentence for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderViolations {
    /// Number of entries that are newer than the entry before them.
    newer: usize,
    /// Time of the first of these, and of the entry before it.
    first_newer: Option<(Timestamp, Timestamp)>,
    /// Number of entries that appear again where they cannot be.
    repeated: usize,
}

impl OrderViolations {
    /// Entries that the server answered more often than it has them; `None` for none.
    pub(super) fn repeated_entries(count: usize) -> Option<Self> {
        (count > 0).then_some(Self { newer: 0, first_newer: None, repeated: count })
    }

    /// Looks for violations in entries, newest first; `None` when there are none. Equal entries of one time, side by side,
    /// are events of a bulk change.
    pub(super) fn find(entries: &[Entry]) -> Option<Self> {
        let newer = || entries.windows(2).filter(|pair| pair[1].timestamp > pair[0].timestamp);
        let first_newer = newer().next().map(|pair| (pair[1].timestamp, pair[0].timestamp));
        let repeated = match first_newer {
            Some(_) => repeated_at_other_times(entries),
            None => repeated_pages(entries) * PAGE_SIZE,
        };
        (first_newer.is_some() || repeated > 0).then(|| Self { newer: newer().count(), first_newer, repeated })
    }
}

/// The time of entries that may have been answered twice, and their number: equal entries around the border of two pages can
/// be the end of one page and the start of the next, or events of a bulk change. How many the server has of that time tells.
pub(super) fn possible_repetition(entries: &[Entry]) -> Option<(Timestamp, usize)> {
    let mut borders = (PAGE_SIZE..entries.len()).step_by(PAGE_SIZE);
    let time = borders.find_map(|border| {
        let time = entries[border].timestamp;
        let is_of_time = |entry: &&Entry| entry.timestamp == time;
        let before: HashSet<&Entry> = entries[..border].iter().rev().take(PAGE_SIZE).take_while(is_of_time).collect();
        let mut behind = entries[border..].iter().take(PAGE_SIZE).take_while(is_of_time);
        behind.any(|entry| before.contains(entry)).then_some(time)
    })?;
    Some((time, entries.iter().filter(|entry| entry.timestamp == time).count()))
}

/// Number of entries that appear again behind entries of another time.
fn repeated_at_other_times(entries: &[Entry]) -> usize {
    let mut seen = HashSet::new();
    let mut repeated = 0;
    for of_one_time in entries.chunk_by(|one, next| one.timestamp == next.timestamp) {
        repeated += of_one_time.iter().filter(|entry| seen.contains(entry)).count();
        seen.extend(of_one_time);
    }
    repeated
}

/// Number of whole pages of different entries that appear again.
fn repeated_pages(entries: &[Entry]) -> usize {
    let mut seen = HashSet::new();
    let pages = entries.chunks_exact(PAGE_SIZE).filter(|page| page.iter().any(|entry| *entry != page[0]));
    pages.filter(|page| !seen.insert(*page)).count()
}

impl fmt::Display for OrderViolations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((newer, before)) = self.first_newer {
            let count = counted(self.newer, "entry is", "entries are");
            write!(
                f,
                "the server does not answer newest first: {count} newer than the one before, such as that of {newer} behind \
                 that of {before}"
            )?;
        }
        if self.repeated > 0 {
            let separator = if self.first_newer.is_some() { "; " } else { "the server repeats itself: " };
            let count = counted(self.repeated, "entry was", "entries were");
            write!(f, "{separator}{count} answered again")?;
        }
        f.write_str("; whether entries are missing cannot be told")
    }
}
