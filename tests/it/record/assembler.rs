//! The assembler of pages: a finished recording is the list at one instant, whatever happened between the requests.

use cortex_audit_mock::contract::{Action, Entry, Timestamp};
use cortex_audit_mock::internal::record::{MergeResult, PageAssembler, PageResponse};
use proptest::prelude::*;

use crate::support::cases;

const END: u16 = 20;

/// An entry at a second; only its name distinguishes it from others of that second.
fn entry(second: u16, name: u8) -> Entry {
    let timestamp = Timestamp::from_unix_millis(i64::from(second) * 1000).unwrap();
    Entry::new(Action::Update, "TEAM", name.to_string(), timestamp)
}

/// Adds to the list of a server: newest first, and of one instant the earlier first.
fn add(list: &mut Vec<Entry>, entry: Entry) {
    let index = list.partition_point(|other| other.timestamp >= entry.timestamp);
    list.insert(index, entry);
}

fn page(list: &[Entry], page: usize, size: usize) -> PageResponse {
    let entries = list.iter().skip(page * size).take(size).cloned().collect();
    PageResponse { page, total: list.len(), entries, ignored_fields: Vec::new() }
}

/// What happens before a request.
#[derive(Debug, Clone)]
enum Change {
    Nothing,
    /// An entry arrives, so many seconds before the end of the range.
    Late(u16, u8),
    /// The oldest entries are removed.
    Expired(usize),
    /// Both, so that the total stays the same.
    Hidden(u16, u8),
    /// The recorder is interrupted.
    Resume,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => Just(Change::Nothing),
        2 => (0..20_u16, 0..2_u8).prop_map(|(late, name)| Change::Late(late, name)),
        1 => (1..3_usize).prop_map(Change::Expired),
        1 => (0..20_u16, 0..2_u8).prop_map(|(late, name)| Change::Hidden(late, name)),
        2 => Just(Change::Resume),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..cases(8_000) })]

    /// The entries are of few seconds and two names, so that many are equal: the hardest list to keep one's place in.
    #[test]
    fn finished_recording_is_the_list_at_one_instant(
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
            prop_assert!(requests < 500, "it does not end");
            match changes.next().unwrap_or(Change::Nothing) {
                Change::Nothing => {}
                Change::Late(late, name) => add(&mut list, entry(END - late, name)),
                Change::Expired(count) => list.truncate(list.len().saturating_sub(count)),
                Change::Hidden(late, name) => {
                    list.pop();
                    add(&mut list, entry(END - late, name));
                }
                Change::Resume => {
                    let entries = assembler.newest(assembler.count()).to_vec();
                    assembler = PageAssembler::resume(page_size, entries, assembler.total());
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

/// A late entry is newer than what was read first: it costs one more request.
#[test]
fn late_entry_does_not_restart_the_recording() {
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
