//! What a recording holds of a list that may change while it is read, and the proof that it fits together.
//!
//! The API answers pages counted from the newest entry. The recording reads them from the oldest on and counts from the
//! oldest: the entry at index `i` of `total` has the place `total - 1 - i`. Then an entry that comes in late, near the end
//! of the range, moves no place of what is held already. Each answer is true for one instant, and its `total` tells
//! whether it is the same list as before:
//!
//! - **It is the same**: the answer goes on where the last one ended.
//! - **It is another**: the newest entries that are held are read again. If they are at their places, everything that came
//!   is newer than they are, and what is held still fits. If not, the recording begins anew.
//! - **All is there**: the oldest page is read again. If it is as it was, nothing was removed meanwhile (only age removes
//!   entries), so no total can have hidden a removal behind an addition.
//!
//! Entries may be equal in all fields, so a page could look unmoved when all of it is equal. Two different timestamps
//! rule that out, the list being in the order of time: reading goes on until there are two.

use super::page_response::PageResponse;
use crate::contract::Entry;

/// The oldest entries of a range: a beginning of the recording.
#[derive(Debug)]
pub struct PageAssembler {
    /// Entries in a page.
    page_size: usize,
    /// Oldest first.
    entries: Vec<Entry>,
    /// How many there are in all, by the last answer.
    total: Option<usize>,
    /// So many of the newest held ones were at their places since the total last changed.
    newest_checked: usize,
    /// So many of the oldest ones were, since all is there.
    oldest_checked: usize,
}

/// What an answer brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeResult {
    /// So many entries.
    Added(usize),
    /// What is held is no longer the oldest part of the range.
    Diverged,
}

impl PageAssembler {
    /// Nothing yet, of pages of this size.
    pub fn new(page_size: usize) -> Self {
        Self { page_size, entries: Vec::new(), total: None, newest_checked: 0, oldest_checked: 0 }
    }

    /// What an earlier run held, of so many in all as it knew; it is looked at again before anything is added.
    pub fn resume(page_size: usize, entries: Vec<Entry>, total: usize) -> Self {
        let total = (!entries.is_empty()).then_some(total.max(entries.len()));
        Self { entries, total, ..Self::new(page_size) }
    }

    /// The page to ask for; `None` when all is there and proved.
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

    /// Compares an answer with what is held and adds what goes on from there; holds nothing any more when it moved.
    pub fn add(&mut self, answer: PageResponse) -> MergeResult {
        let taken = self.compare_and_add(answer);
        if taken == MergeResult::Diverged {
            *self = Self::new(self.page_size);
        }
        taken
    }

    fn compare_and_add(&mut self, answer: PageResponse) -> MergeResult {
        if self.total != Some(answer.total) {
            (self.newest_checked, self.oldest_checked) = (0, 0);
            self.total = Some(answer.total);
        }
        let held = self.entries.len();
        let Some(missing) = answer.total.checked_sub(held) else { return MergeResult::Diverged };
        // The places of this page: from its last entry to before its first.
        let high = answer.total.saturating_sub(answer.page * self.page_size);
        let low = high.saturating_sub(answer.logs.len());
        let known = held.clamp(low, high) - low;
        if self.entries.iter().skip(low).take(known).ne(answer.logs.iter().rev().take(known)) {
            return MergeResult::Diverged;
        }
        // What is seen must be one piece from either end on.
        if (low..=high).contains(&(held - self.newest_checked)) {
            self.newest_checked = self.newest_checked.max(held.saturating_sub(low));
        }
        let alone = low == 0 && high == answer.total;
        if alone || (missing == 0 && (low..=high).contains(&self.oldest_checked)) {
            self.oldest_checked = self.oldest_checked.max(high);
        }
        if !self.newest_is_proved() || !(low..high).contains(&held) {
            return MergeResult::Added(0);
        }
        self.entries.extend(answer.logs.into_iter().rev().skip(known));
        self.newest_checked += high - held;
        MergeResult::Added(high - held)
    }

    /// How many are held.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// How many there are in all, as far as is known.
    pub fn total(&self) -> usize {
        self.total.unwrap_or_default()
    }

    /// The newest that are held, oldest first.
    pub fn newest(&self, count: usize) -> &[Entry] {
        &self.entries[self.entries.len() - count..]
    }

    /// All, in the order of the API.
    pub fn into_newest_first(mut self) -> Vec<Entry> {
        self.entries.reverse();
        self.entries
    }

    fn newest_is_proved(&self) -> bool {
        proved(&self.entries[self.entries.len() - self.newest_checked..], self.entries.len())
    }

    fn oldest_is_proved(&self) -> bool {
        proved(&self.entries[..self.oldest_checked], self.entries.len())
    }
}

/// Whether it is proved that nothing moved, when these of so many are at their places.
fn proved(seen: &[Entry], of: usize) -> bool {
    seen.len() == of || seen.first().map(|entry| entry.timestamp) != seen.last().map(|entry| entry.timestamp)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::contract::{Action, Timestamp};

    /// An entry at a second; its name alone tells it from others of that second.
    fn entry(second: u16, name: u8) -> Entry {
        let timestamp = Timestamp::from_unix_millis(i64::from(second) * 1000).unwrap();
        Entry::new(Action::Update, "TEAM", name.to_string(), timestamp)
    }

    /// The list of a server: newest first, what came first stays first among equals.
    fn add(list: &mut Vec<Entry>, entry: Entry) {
        let place = list.partition_point(|other| other.timestamp >= entry.timestamp);
        list.insert(place, entry);
    }

    fn page(list: &[Entry], page: usize, size: usize) -> PageResponse {
        let logs = list.iter().skip(page * size).take(size).cloned().collect();
        PageResponse { page, total: list.len(), logs, ignored_fields: Vec::new() }
    }

    /// What happens to the list before a request.
    #[derive(Debug, Clone)]
    enum Change {
        Nothing,
        /// An entry so many seconds before the end of the range.
        Late(u16, u8),
        /// The oldest go.
        Aged(usize),
        /// Both at once, which no total tells.
        Hidden(u16, u8),
        /// The recorder was interrupted.
        Resume,
    }

    fn change() -> impl Strategy<Value = Change> {
        prop_oneof![
            4 => Just(Change::Nothing),
            2 => (0..20_u16, 0..2_u8).prop_map(|(late, name)| Change::Late(late, name)),
            1 => (1..3_usize).prop_map(Change::Aged),
            1 => (0..20_u16, 0..2_u8).prop_map(|(late, name)| Change::Hidden(late, name)),
            2 => Just(Change::Resume),
        ]
    }

    const END: u16 = 20;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Entries are few seconds and two names, so that many are equal: the hardest list to keep one's place in.
        #[test]
        fn a_finished_recording_is_the_list_at_one_instant(
            page_size in 1..8_usize,
            size in 0..40_usize,
            spread in 1..20_u16,
            changes in prop::collection::vec(change(), 0..40),
        ) {
            let mut list = Vec::new();
            for number in 0..size {
                let number = u16::try_from(number).unwrap();
                add(&mut list, entry(END - number % spread, u8::try_from(number / spread % 2).unwrap()));
            }
            let mut assembler = PageAssembler::new(page_size);
            let mut instants = Vec::new();
            let mut changes = changes.into_iter();
            let mut requests = 0;
            while let Some(number) = assembler.next_page() {
                requests += 1;
                prop_assert!(requests < 500, "it goes on for ever");
                match changes.next().unwrap_or(Change::Nothing) {
                    Change::Nothing => {}
                    Change::Late(late, name) => add(&mut list, entry(END - late, name)),
                    Change::Aged(count) => list.truncate(list.len().saturating_sub(count)),
                    Change::Hidden(late, name) => {
                        list.pop();
                        add(&mut list, entry(END - late, name));
                    }
                    Change::Resume => {
                        let total = assembler.total();
                        assembler = PageAssembler::resume(page_size, assembler.entries, total);
                        continue;
                    }
                }
                assembler.add(page(&list, number, page_size));
                if instants.last() != Some(&list) {
                    instants.push(list.clone());
                }
            }
            let recorded = assembler.into_newest_first();
            prop_assert!(instants.contains(&recorded), "{} of {}", recorded.len(), list.len());
        }
    }

    /// What comes in late is newer than what was read first: it costs a request, and none of what was read.
    #[test]
    fn a_late_entry_does_not_begin_the_recording_anew() {
        let mut list: Vec<Entry> = (0..10_000_u16).rev().map(|second| entry(second, 0)).collect();
        let (mut assembler, mut requests) = (PageAssembler::new(1000), 0);
        while let Some(number) = assembler.next_page() {
            requests += 1;
            if requests > 5 && requests < 10 {
                add(&mut list, entry(9990, 1));
            }
            assert_ne!(assembler.add(page(&list, number, 1000)), MergeResult::Diverged);
        }
        assert!(requests <= 10 + 2 + 8, "{requests}");
        assert_eq!(assembler.into_newest_first(), list);
    }
}
