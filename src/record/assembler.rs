//! Assembles pages of a list that may change while it is read, and proves that the pages fit together.
//!
//! The API counts pages from the newest entry. The recorder reads from the oldest page to the newest, and the assembler
//! counts positions from the oldest entry: the entry at index `i` of `total` has position `total - 1 - i`. An entry that
//! arrives late, near the end of the range, therefore moves no position that was read before. Each response shows the list
//! at one instant, and its `total` shows whether the list changed:
//!
//! - **The total is the same**: the response continues where the last one ended.
//! - **The total is another**: the newest known entries are read again. If they are at their positions, every new entry is
//!   newer, and the known entries are still right. If not, the recording starts again.
//! - **The known entries are as many as the total**: the oldest page is read again. If it is as it was, nothing was removed
//!   (only the oldest entries are ever removed), so no addition can have compensated for a removal.
//!
//! Entries may be equal in all fields, so a page of equal entries looks the same wherever it is. The list is in the order
//! of time, so two different timestamps exclude that: the check reads on until it has seen two.

use super::page_response::PageResponse;
use crate::contract::Entry;

/// The oldest entries of a range, to which pages are added.
#[derive(Debug)]
pub struct PageAssembler {
    /// Number of entries in a page.
    page_size: usize,
    /// Known entries, oldest first.
    entries: Vec<Entry>,
    /// Number of entries in the range, by the last response.
    total: Option<usize>,
    /// How many of the newest known entries were found at their positions since the total last changed.
    newest_checked: usize,
    /// How many of the oldest entries were found at their positions since all are known.
    oldest_checked: usize,
}

/// Effect of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeResult {
    /// It continues the known entries, with this many new ones.
    Added(usize),
    /// The known entries are no longer the oldest of the range, and were dropped.
    Diverged,
}

impl PageAssembler {
    /// An assembler without entries.
    pub fn new(page_size: usize) -> Self {
        Self { page_size, entries: Vec::new(), total: None, newest_checked: 0, oldest_checked: 0 }
    }

    /// An assembler with the entries (oldest first) and the total of an earlier run, which it checks before it adds any.
    pub fn resume(page_size: usize, entries: Vec<Entry>, total: usize) -> Self {
        let total = (!entries.is_empty()).then_some(total.max(entries.len()));
        Self { entries, total, ..Self::new(page_size) }
    }

    /// Number of the page to read next; `None` when all entries are known and proved.
    pub fn next_page(&self) -> Option<usize> {
        let Some(total) = self.total else { return Some(0) };
        let missing = total - self.entries.len();
        if !self.newest_is_proved() {
            return Some((missing + self.newest_checked) / self.page_size);
        }
        if missing > 0 {
            return Some((missing - 1) / self.page_size);
        }
        if !self.oldest_is_proved() {
            return Some((total - 1 - self.oldest_checked) / self.page_size);
        }
        None
    }

    /// Compares a page with the known entries and adds those that follow; drops all when it contradicts them.
    pub fn add(&mut self, page: PageResponse) -> MergeResult {
        let result = self.compare_and_add(page);
        if result == MergeResult::Diverged {
            *self = Self::new(self.page_size);
        }
        result
    }

    fn compare_and_add(&mut self, page: PageResponse) -> MergeResult {
        if self.total != Some(page.total) {
            (self.newest_checked, self.oldest_checked) = (0, 0);
            self.total = Some(page.total);
        }
        let count = self.entries.len();
        let Some(missing) = page.total.checked_sub(count) else { return MergeResult::Diverged };
        // Positions of this page: `low..high`.
        let high = page.total.saturating_sub(page.page * self.page_size);
        let low = high.saturating_sub(page.entries.len());
        let known = count.clamp(low, high) - low;
        if self.entries.iter().skip(low).take(known).ne(page.entries.iter().rev().take(known)) {
            return MergeResult::Diverged;
        }
        // What is checked must be one piece that starts at either end.
        if (low..=high).contains(&(count - self.newest_checked)) {
            self.newest_checked = self.newest_checked.max(count.saturating_sub(low));
        }
        let is_only_page = low == 0 && high == page.total;
        if is_only_page || (missing == 0 && (low..=high).contains(&self.oldest_checked)) {
            self.oldest_checked = self.oldest_checked.max(high);
        }
        if !self.newest_is_proved() || !(low..high).contains(&count) {
            return MergeResult::Added(0);
        }
        self.entries.extend(page.entries.into_iter().rev().skip(known));
        self.newest_checked += high - count;
        MergeResult::Added(high - count)
    }

    /// Number of known entries.
    pub fn count(&self) -> usize {
        self.entries.len()
    }

    /// Number of entries in the range, as far as it is known.
    pub fn total(&self) -> usize {
        self.total.unwrap_or_default()
    }

    /// The newest known entries, oldest first.
    pub fn newest(&self, count: usize) -> &[Entry] {
        &self.entries[self.entries.len() - count..]
    }

    /// All entries, in the order of the API.
    pub fn into_newest_first(mut self) -> Vec<Entry> {
        self.entries.reverse();
        self.entries
    }

    fn newest_is_proved(&self) -> bool {
        is_proof(&self.entries[self.entries.len() - self.newest_checked..], self.entries.len())
    }

    fn oldest_is_proved(&self) -> bool {
        is_proof(&self.entries[..self.oldest_checked], self.entries.len())
    }
}

/// Whether these entries, found at their positions, prove that none of `count` entries moved.
fn is_proof(checked: &[Entry], count: usize) -> bool {
    checked.len() == count
        || checked.first().map(|entry| entry.timestamp) != checked.last().map(|entry| entry.timestamp)
}
