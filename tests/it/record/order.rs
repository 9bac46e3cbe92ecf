//! Servers that do not answer newest first, or answer entries twice.

use std::cell::Cell;
use std::fs;

use cortex_audit_mock::contract::Entry;
use cortex_audit_mock::internal::fixture::FileEntry;
use cortex_audit_mock::internal::record::{self, RecordRange, RecordingEvent};
use insta::assert_snapshot;

use super::{SECOND, entries_until, load, path, run_record};
use crate::remote::{connection, http_response, own_time, server_of_pages};
use crate::support::process::Finished;
use crate::support::{NOW, time};

/// A page of a server.
fn response(page: &[Entry], number: usize, total: usize) -> String {
    let logs = serde_json::to_string(&page.iter().map(FileEntry).collect::<Vec<_>>()).unwrap();
    let pages = total.div_ceil(1000);
    let body = format!(r#"{{"logs": {logs}, "page": {number}, "total": {total}, "totalPages": {pages}}}"#);
    http_response("200 OK", "Content-Type: application/json\r\n", &body)
}

/// Records from a server that answers with these pages, by their number, and with `of_range` if a start is asked for.
fn recorded(pages: &[&[Entry]], of_range: &[Entry], args: &[&str]) -> (Finished, usize) {
    let folder = tempfile::tempdir().unwrap();
    let out = path(&folder, "logs.json");
    let total: usize = pages.iter().map(|page| page.len()).sum();
    let responses = pages.iter().enumerate().map(|(number, page)| response(page, number, total)).collect();
    let of_range = response(&of_range[..of_range.len().min(1000)], 0, of_range.len());
    let server = server_of_pages(responses, Some(of_range));
    let finished = run_record(&server, &[args, &["--to", NOW, "--out", &out]].concat());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    (finished, load(&out).len())
}

/// The warning, which `--strict` turns into an error; the file is written all the same.
#[track_caller]
fn warning(pages: &[&[Entry]]) -> String {
    warning_with(pages, &[])
}

#[track_caller]
fn warning_with(pages: &[&[Entry]], of_range: &[Entry]) -> String {
    let total: usize = pages.iter().map(|page| page.len()).sum();
    let (lenient, count) = recorded(pages, of_range, &[]);
    assert_eq!((lenient.code, count), (Some(0), total), "{}", lenient.stderr);
    let warning = lenient.stderr.lines().find_map(|line| line.strip_prefix("warning: ")).expect("a warning").to_owned();
    let (strict, count) = recorded(pages, of_range, &["--strict"]);
    assert_eq!((strict.code, count), (Some(1), total), "{}", strict.stderr);
    assert!(strict.stderr.ends_with(&format!("error: {warning} (--strict)\n")), "{}", strict.stderr);
    warning
}

#[test]
fn oldest_first_is_told() {
    let mut entries = entries_until(30, time(NOW).saturating_sub(SECOND));
    entries.reverse();
    assert_snapshot!(warning(&[&entries]), @"the server does not answer newest first: 1 entry is newer than the one before, such as that of 2025-05-20T11:59:59Z behind that of 2025-05-20T11:59:52.340Z; whether entries are missing cannot be told");
}

/// As from a server that does not know the parameter `page`.
#[test]
fn page_that_is_answered_again_is_told() {
    let entries = entries_until(1000, time(NOW).saturating_sub(SECOND));
    assert_snapshot!(warning(&[&entries, &entries]), @"the server does not answer newest first: 1 entry is newer than the one before, such as that of 2025-05-20T11:59:59Z behind that of 2025-05-20T11:54:32.660Z; 1000 entries were answered again; whether entries are missing cannot be told");
    let of_one_time: Vec<Entry> =
        (0..1000).map(|number| Entry { object_identifier: format!("o{number}"), ..entries[0].clone() }).collect();
    assert_snapshot!(warning(&[&of_one_time, &of_one_time]), @"the server repeats itself: 1000 entries were answered again; whether entries are missing cannot be told");
}

/// The end of a page is the start of the next.
#[test]
fn overlapping_pages_are_told() {
    let entries = entries_until(1600, time(NOW).saturating_sub(SECOND));
    assert_snapshot!(warning(&[&entries[..1000], &entries[900..1600]]), @"the server does not answer newest first: 1 entry is newer than the one before, such as that of 2025-05-20T11:54:59.300Z behind that of 2025-05-20T11:54:32.660Z; 100 entries were answered again; whether entries are missing cannot be told");
}

/// The last entries of a page are the first of the next, and of one time: nothing else is out of order.
#[test]
fn pages_that_overlap_within_one_time_are_told() {
    let mut entries = entries_until(1600, time(NOW).saturating_sub(SECOND));
    for (number, entry) in entries.iter_mut().enumerate() {
        entry.object_identifier = format!("o{number}");
    }
    let (border_time, is_told) = (entries[999].timestamp, "whether entries are missing cannot be told");
    let of_border_time = entries.iter().filter(|entry| entry.timestamp == border_time).count();
    assert_eq!(of_border_time, 20);
    for (overlap, told) in [(1, "1 entry was"), (2, "2 entries were")] {
        let pages = [&entries[..1000], &entries[1000 - overlap..]];
        let warning = warning_with(&pages, &entries[980..1000]);
        assert_eq!(warning, format!("the server repeats itself: {told} answered again; {is_told}"));
    }
}

/// A server that does not know the parameter `page`: every page is the newest.
#[test]
fn page_that_is_ignored_is_an_error_after_a_second_attempt() {
    let entries = entries_until(1000, time(NOW));
    let pages = (0..2).map(|number| response(&entries, number, 1500)).collect();
    let url = server_of_pages(pages, None);
    let range = RecordRange { start: None, end: time(NOW) };
    let waits = Cell::new(0);
    let on_event =
        |event: RecordingEvent<'_>| waits.set(waits.get() + u32::from(matches!(event, RecordingEvent::Waiting(_))));
    let error = record::record(connection(&url, "token"), range, own_time(), None, &on_event).unwrap_err();
    assert_snapshot!(error.to_string(), @"asked for page 1 of 1000 entries each, the server answered page 1 with 1000 entries of 1500, twice; it may not know the parameters page and pageSize");
    assert_eq!(waits.get(), 1);
}

#[test]
fn equal_entries_of_one_time_are_a_bulk_change() {
    let entry = entries_until(1, time(NOW)).remove(0);
    let equal = vec![entry; 2000];
    let (finished, count) = recorded(&[&equal[..1000], &equal[1000..]], &equal, &["--strict"]);
    assert_eq!((finished.code, count), (Some(0), 2000), "{}", finished.stderr);
}
