//! What a client makes of an answer that is none: it tries again, goes on without, or reads nothing at all.

use std::time::Duration;

use cortex_audit_mock::contract::Timestamp;
use cortex_audit_mock::fault::{Effect, FaultRule};
use cortex_audit_mock::world::verdict::{Bug, ClientVerdict, Expectation, Scope};

use super::stage::{Stage, clean, entry};
use crate::support::{NOW, time};

const SECOND: Duration = Duration::from_secs(1);
const BUSY: Effect = Effect::status(503, Some(1));
const LIMITED: Effect = Effect::status(429, Some(1));

fn at(seconds: u32) -> Timestamp {
    time(NOW).saturating_add(SECOND * seconds)
}

/// Forty entries, one a second, none of which was there at the start.
fn full() -> Stage {
    let stage = Stage::new(|_, _| {});
    stage.world.remove_entries();
    stage.world.append((0..40).map(|number| entry(at(number), u64::from(number))));
    stage.world.advance(SECOND * 100);
    stage
}

/// Asks for pages of ten, ten seconds apart; one of the requests, by its number, fails once.
fn asked(stage: &Stage, pages: &[u32], failing: u64, effect: Effect) {
    stage.world.faults().add(FaultRule { times: Some(1), after: failing, ..effect.into() });
    for page in pages {
        stage.ask(&format!("page={page}&pageSize=10&endTime={}", at(50)));
        stage.world.advance(SECOND * 10);
    }
}

fn judged(stage: &Stage) -> ClientVerdict {
    stage.world.verdict(&Scope::default()).clients.remove(0)
}

fn bugs(client: &ClientVerdict) -> Vec<Bug> {
    client.findings.iter().map(|finding| finding.bug).collect()
}

#[test]
fn who_goes_on_without_a_page_that_failed_gave_up_on_it_in_whatever_order() {
    let failures = [
        (BUSY, Bug::GaveUpAfterFailure),
        (LIMITED, Bug::GaveUpAfter429),
        (Effect::Malformed, Bug::GaveUpAfterFailure),
        (Effect::Reset, Bug::GaveUpAfterFailure),
    ];
    for (effect, bug) in failures {
        for (pages, failing) in [([0, 1, 2, 3], 1), ([0, 1, 2, 3], 0), ([3, 2, 1, 0], 2), ([3, 2, 1, 0], 3)] {
            let stage = full();
            asked(&stage, &pages, failing, effect.clone());
            let client = judged(&stage);
            assert_eq!(bugs(&client), [Bug::NeverRead, bug], "{pages:?}: {client}");
        }
    }
    let stage = full();
    asked(&stage, &[0, 1, 2, 3], 1, LIMITED);
    let told = judged(&stage).violations(Expectation::Complete).join("; ");
    let expected = "left out page 1 of a crawl after a 429 that it did not wait for: ?page=1&pageSize=10";
    assert!(told.contains(expected), "{told}");
}

#[test]
fn who_ends_a_crawl_from_the_last_page_on_at_a_failure_gave_up() {
    let stage = full();
    asked(&stage, &[3, 2, 1], 2, BUSY);
    let client = judged(&stage);
    assert_eq!(bugs(&client), [Bug::NeverRead, Bug::GaveUpAfterFailure], "{client}");
}

#[test]
fn a_page_that_is_left_out_beside_one_that_failed_is_told_apart() {
    let stage = full();
    asked(&stage, &[0, 1, 3], 1, BUSY);
    let client = judged(&stage);
    assert_eq!(bugs(&client), [Bug::NeverRead, Bug::SkippedPage, Bug::GaveUpAfterFailure], "{client}");
    assert!(client.to_string().contains("left out page 2 of a crawl"), "{client}");
}

#[test]
fn who_tries_again_in_whatever_order_or_begins_anew_is_right() {
    for (pages, failing) in [
        (&[0, 1, 1, 2, 3][..], 1),
        (&[0, 1, 2, 3, 1], 1),
        (&[3, 2, 2, 1, 0], 1),
        (&[3, 2, 1, 0, 2], 1),
        (&[0, 1, 2, 0, 1, 2, 3], 2),
        (&[3, 2, 1, 3, 2, 1, 0], 2),
    ] {
        let stage = full();
        asked(&stage, pages, failing, BUSY);
        clean(&stage.world.verdict(&Scope::default()));
    }
}

/// With a wrong key, say.
#[test]
fn a_client_that_was_never_given_a_page_is_not_complete_whenever_the_entries_came() {
    for (token, query) in [
        ("mock-no-audit~only", "page=0&pageSize=100"),
        ("mock-expired~only", "page=0&pageSize=100"),
        ("mock-admin~only", "page=-1&pageSize=100"),
    ] {
        let stage = full();
        stage.ask_as(token, query);
        stage.world.append([entry(at(100), 100)]);
        let client = judged(&stage);
        assert_eq!((client.coverage.never, client.coverage.pending), (41, 0), "{client}");
        assert!(!client.violations(Expectation::Complete).is_empty(), "{client}");
    }
}

#[test]
fn who_gives_up_in_its_last_round_has_lost_what_came_before() {
    let lost = |effect: Effect, query: &str| {
        let stage = full();
        stage.ask(&format!("page=0&pageSize=100&endTime={}", at(50)));
        stage.world.append((100..110).map(|number| entry(at(number), u64::from(number))));
        stage.world.advance(SECOND * 100);
        stage.world.faults().add(FaultRule { times: Some(1), ..effect.into() });
        stage.ask(query);
        // What comes now nobody has asked for yet.
        stage.world.advance(SECOND * 100);
        stage.world.append([entry(stage.world.now(), 200)]);
        judged(&stage)
    };
    let range = format!("page=0&pageSize=100&startTime={}&endTime={}", at(50), at(150));
    let open = format!("page=0&pageSize=100&startTime={}", at(50));
    for query in [&range, &open] {
        for (effect, bug) in [(LIMITED, Bug::GaveUpAfter429), (BUSY, Bug::GaveUpAfterFailure)] {
            let client = lost(effect, query);
            assert_eq!(bugs(&client), [Bug::NeverRead, bug], "{client}");
            assert_eq!((client.coverage.never, client.coverage.pending), (10, 1), "{client}");
        }
    }
    // A time that it did not ask for is for the next round.
    let client = lost(BUSY, &format!("page=0&pageSize=100&startTime={}&endTime={}", at(50), at(99)));
    assert_eq!((bugs(&client), client.coverage.pending), (vec![], 11), "{client}");
}
