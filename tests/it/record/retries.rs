//! Failures of the server that may pass, and those that do not.

use std::cell::RefCell;
use std::time::Duration;

use cortex_audit_mock::fault::{Delay, Effect, FaultRule};
use cortex_audit_mock::internal::record::{Checkpoint, RecordingEvent};
use cortex_audit_mock::world::{Activity, Intervention, JournalFilter, JournalRecord};
use cortex_audit_mock::{MockServer, Rate};
use insta::assert_snapshot;

use super::{SECOND, assert_same_entries, entries_until, expected_entries, full_range, record, server_with, spec};
use crate::support::{NOW, sample, time};

/// Records while faults of every kind happen by chance and entries arrive late, by a clock that the recorder moves.
fn record_through_faults(seed: u32) {
    let server = MockServer::builder().entries("[]").now(NOW).seed(seed.into()).rate_limit("40/min").start_blocking();
    let world = server.world();
    world.append(entries_until(4000 + seed * 37, time(NOW).saturating_sub(SECOND * 5)));
    let lateness = SECOND * 40;
    world.set_live(Some(Activity { lateness, burst: 2, ..Activity::from("30/min".parse::<Rate>().unwrap()) }));
    let every = Duration::from_millis(1);
    for effect in [
        Effect::Reset,
        Effect::Empty,
        Effect::Truncate { bytes: 100_000 },
        Effect::Malformed,
        Effect::Drip { bytes: 100_000, every },
        Effect::Delay(Delay::Fixed(every)),
        Effect::status(503, Some(7)),
        Effect::status(429, Some(11)),
        Effect::status(500, None),
        Effect::status(408, None),
    ] {
        world.faults().add(FaultRule { probability: 0.06, ..effect.into() });
    }
    let waits = RefCell::new(Vec::new());
    let recorded = record(&server, None, &|event| match event {
        RecordingEvent::Waiting(wait) => waits.borrow_mut().push((wait.length, wait.reason.to_owned())),
        // What arrives after the last page was read is not in the recording.
        RecordingEvent::Progress { entries, total } if entries == total => world.set_live(None),
        _ => {}
    });
    let recorded = recorded.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    assert_same_entries(&recorded.entries, &expected_entries(&world, full_range()));
    for (wait, why) in waits.into_inner() {
        // Without the address, whose port may have the same digits.
        let least =
            if why.replace(&server.uri(), "").contains("503") { SECOND * 7 } else { Duration::from_millis(500) };
        assert!(wait >= least, "{wait:?} after {why}");
    }
    let records = world.journal().list(&JournalFilter::default());
    let early = records.windows(2).filter(|pair| pair.iter().all(|record| record.status() == Some(429)));
    let limited = early.filter(|pair| pair.iter().all(|record| record.intervention() == Some(&Intervention::Limit)));
    assert_eq!(limited.count(), 0, "it came back before the limit was over");
    assert!(records.len() >= recorded.requests);
}

#[test]
fn every_kind_of_fault_is_retried() {
    sample(0..6, 2).for_each(record_through_faults);
}

#[test]
fn rate_limit_is_waited_for_and_not_met_twice_in_a_row() {
    let server = server_with(5000);
    let world = server.world();
    world.change_settings(|settings| settings.rate_limit = "2/min".parse().unwrap());
    let waits = RefCell::new(Vec::new());
    let recorded = record(&server, None, &|event| {
        if let RecordingEvent::Waiting(wait) = event {
            waits.borrow_mut().push(wait.length);
        }
    });
    assert_same_entries(&recorded.unwrap().entries, &expected_entries(&world, full_range()));
    assert!(waits.borrow().len() >= 4 && waits.borrow().iter().all(|wait| *wait <= SECOND * 30), "{waits:?}");
    let statuses: Vec<_> =
        world.journal().list(&JournalFilter::default()).iter().filter_map(JournalRecord::status).collect();
    assert!(statuses.windows(2).all(|pair| pair != [429, 429]), "{statuses:?}");
}

#[test]
fn broken_server_is_given_up_and_read_pages_are_kept() {
    let server = server_with(3500);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("logs.json");
    let broken = FaultRule { after: 2, ..Effect::status(500, None).into() };
    let broken = server.world().faults().add(broken).id;
    let mut checkpoint = Checkpoint::open(&out, &spec(&server)).unwrap();
    let error = record(&server, Some(&mut checkpoint), &|_| {}).unwrap_err();
    assert_snapshot!(error.to_string(), @"gave up after 8 attempts in a row; the last: the server answers 500: 500 injected by fault 3.");
    assert_eq!(server.world().journal().count(&JournalFilter::default()), 2 + 8);
    assert_eq!(checkpoint.count(), 500);
    drop(checkpoint);

    server.world().faults().remove(broken);
    let mut checkpoint = Checkpoint::open(&out, &spec(&server)).unwrap();
    let recorded = record(&server, Some(&mut checkpoint), &|_| {}).unwrap();
    assert_eq!(recorded.requests, 3 + 2, "three pages were missing; two are looked at again");
    assert_same_entries(&recorded.entries, &expected_entries(&server.world(), full_range()));
}

#[test]
fn retry_after_above_15_minutes_is_an_error() {
    let server = server_with(10);
    server.world().faults().add(Effect::status(503, Some(86_400)));
    let error = record(&server, None, &|_| {}).unwrap_err();
    assert_snapshot!(error.to_string(), @"the server asks to come back in 1d: the server answers 503: 503 injected by fault 3.");
}

#[test]
fn range_that_keeps_changing_is_an_error() {
    let server = server_with(0);
    let world = server.world();
    let refill = || {
        world.remove_entries();
        let count = 2000 + u32::try_from(world.journal().count(&JournalFilter::default())).unwrap();
        // Another list each time, of another length.
        world.append(entries_until(count, time(NOW).saturating_sub(SECOND * count)));
    };
    refill();
    let error = record(&server, None, &|_| refill()).unwrap_err();
    assert_snapshot!(error.to_string(), @"the entries up to 2025-05-20T12:00:00Z keep changing while they are read; choose an earlier --to");
}
