//! Who polls in a hurry is told so, and nobody else is.

use std::time::Duration;

use cortex_audit_mock::contract::Timestamp;
use cortex_audit_mock::world::verdict::{Bug, ClientVerdict, Expectation, Scope};

use super::stage::{Stage, entry, unlimited};
use crate::support::{sample, time};

const MILLISECOND: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

/// What is found of so many queries, so long after each other; each is told its number and the time.
fn after(requests: u32, pause: Duration, query: impl Fn(u32, Timestamp) -> String) -> ClientVerdict {
    after_in(&Stage::new(|_, _| {}), requests, pause, query)
}

fn after_in(stage: &Stage, requests: u32, pause: Duration, query: impl Fn(u32, Timestamp) -> String) -> ClientVerdict {
    for number in 0..requests {
        assert_eq!(stage.ask(&query(number, stage.world.now())).status, 200);
        stage.world.advance(pause);
    }
    stage.world.verdict(&Scope::default()).clients.remove(0)
}

fn is_busy(client: &ClientVerdict) -> bool {
    client.findings.iter().any(|finding| finding.bug == Bug::BusyPolling)
}

fn newest(_: u32, now: Timestamp) -> String {
    format!("page=0&pageSize=1000&endTime={now}")
}

/// The last minute, a minute ago.
fn lagging(_: u32, now: Timestamp) -> String {
    let end = now.saturating_sub(SECOND * 60);
    format!("page=0&pageSize=1000&startTime={}&endTime={end}", end.saturating_sub(SECOND * 60))
}

#[test]
fn who_asks_without_a_pause_while_nothing_comes_polls_in_a_hurry() {
    let open = |_: u32, _: Timestamp| "page=0&pageSize=1000".to_owned();
    for query in [&newest as &dyn Fn(u32, Timestamp) -> String, &lagging, &open] {
        let client = after(60, MILLISECOND * 200, query);
        assert!(is_busy(&client), "{client}");
        assert!(client.politeness.in_a_hurry >= 59, "{client}");
        let told = client.violations(Expectation::Polite).join("; ");
        assert!(told.contains("polls came in a hurry, and nothing had come: 20 of these within 3.8 s"), "{told}");
    }
}

#[test]
fn who_waits_a_second_or_longer_does_not_however_long_nothing_comes() {
    for pause in sample([1, 2, 10, 60].into_iter(), 2) {
        for query in [&newest as &dyn Fn(u32, Timestamp) -> String, &lagging] {
            let client = after(200, SECOND * pause, query);
            assert!(!is_busy(&client), "{pause}: {client}");
            assert!(client.politeness.nothing_new > 190, "{client}");
        }
    }
}

#[test]
fn who_is_quick_because_entries_come_quickly_does_not() {
    let stage = Stage::new(|world, number| {
        if number % 10 == 0 {
            world.append([entry(world.now(), number)]);
        }
    });
    let client = after_in(&stage, 200, MILLISECOND * 100, newest);
    assert!(!is_busy(&client), "{client}");
}

#[test]
fn who_reads_the_past_range_by_range_does_not_poll_in_whatever_order() {
    let ranges = |places: &dyn Fn(u32) -> u32| {
        let client = after(200, MILLISECOND * 10, |number, _| {
            let start = time("2020-01-01T00:00:00Z").saturating_add(SECOND * 60 * places(number));
            let end = start.saturating_add(SECOND * 60).saturating_sub(MILLISECOND);
            format!("page=0&pageSize=1000&startTime={start}&endTime={end}")
        });
        assert!(!is_busy(&client), "{client}");
        assert_eq!(client.politeness.nothing_new, 200);
    };
    ranges(&|number| number);
    ranges(&|number| 200 - number);
    ranges(&|number| number * 73 % 200);
}

#[test]
fn who_asks_once_for_each_of_many_things_does_not() {
    let client =
        after(200, MILLISECOND * 10, |number, _| format!("page=0&pageSize=10&objectIdentifiers=none-{number}"));
    assert!(!is_busy(&client), "{client}");
}

/// How long such a client waits by its own clock cannot be told.
#[test]
fn nobody_does_on_a_clock_that_stands_still() {
    assert!(!is_busy(&after(200, Duration::ZERO, newest)));
}

#[test]
fn later_pages_and_what_failed_are_no_polls() {
    let client = after(60, MILLISECOND * 100, |number, _| format!("page={}&pageSize=10", number % 30));
    assert!(!is_busy(&client), "{client}");
    // Half of the answers are 429, each half a second after the one before.
    let stage = Stage::on(&std::rc::Rc::new(unlimited()), "limited", |_, _| {});
    stage.world.change_settings(|settings| settings.rate_limit = "1/s".parse().unwrap());
    for _ in 0..100 {
        stage.ask("page=0&pageSize=1000");
        stage.world.advance(MILLISECOND * 500);
    }
    let client = stage.world.verdict(&Scope::default()).clients.remove(0);
    assert!(client.politeness.throttled >= 49 && !is_busy(&client), "{client}");
}
