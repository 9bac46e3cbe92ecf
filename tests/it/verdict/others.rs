//! Clients that go about it otherwise than most, rightly and wrongly.

use std::time::Duration;

use cortex_audit_mock::contract::Timestamp;
use cortex_audit_mock::contract::query::Offsets;
use cortex_audit_mock::fault::{Effect, FaultRule};
use cortex_audit_mock::world::verdict::{Bug, ClientVerdict, Expectation, Scope};

use super::stage::{Stage, clean, entry, moving};
use crate::support::{NOW, sample, time};

const SECOND: Duration = Duration::from_secs(1);

fn at(seconds: u32) -> Timestamp {
    time(NOW).saturating_add(SECOND * seconds)
}

/// Forty entries, one a second, and a minute that has passed since.
fn full(happens: impl Fn(&cortex_audit_mock::World, u64) + 'static) -> Stage {
    let stage = Stage::new(happens);
    stage.world.remove_entries();
    stage.world.append((0..40).map(|number| entry(at(number), u64::from(number))));
    stage.world.advance(SECOND * 100);
    stage
}

fn judged(stage: &Stage) -> ClientVerdict {
    stage.world.verdict(&Scope::default()).clients.remove(0)
}

fn bugs(client: &ClientVerdict) -> Vec<Bug> {
    client.findings.iter().map(|finding| finding.bug).collect()
}

/// Three entries come after each request.
fn growing(world: &cortex_audit_mock::World, number: u64) {
    world.append((0..3).map(|place| entry(world.now(), 1000 + number * 10 + place)));
}

#[test]
fn who_reads_pages_from_the_last_to_the_first_loses_what_is_pushed_into_a_page_that_it_has_read() {
    let stage = full(growing);
    for page in [3, 2, 1, 0] {
        stage.ask(&format!("page={page}&pageSize=10"));
    }
    let client = judged(&stage);
    assert_eq!(bugs(&client), [Bug::NeverRead, Bug::LostUnderOffset], "{client}");
    let told = client.violations(Expectation::Complete).join("; ");
    let expected = "3 entries came between page 3 and page 2 and pushed 3 entries over the border, never to be read; the first that came is UPDATE SERVICE object-1000";
    assert!(told.contains(expected), "{told}");
    assert!(client.violations(Expectation::NoDuplicates).is_empty(), "{client}");

    // With a fixed end that is right.
    let stage = full(growing);
    for page in [3, 2, 1, 0] {
        stage.ask(&format!("page={page}&pageSize=10&endTime={}", at(60)));
    }
    clean(&stage.world.verdict(&Scope::default()));
}

#[test]
fn who_asks_for_pages_side_by_side_reads_twice_or_loses_by_the_order_in_which_they_are_answered() {
    let stage = full(growing);
    for page in [0, 2, 1, 3] {
        stage.ask(&format!("page={page}&pageSize=10"));
    }
    let client = judged(&stage);
    let found = bugs(&client);
    assert!(found.contains(&Bug::MovedUnderOffset) && found.contains(&Bug::LostUnderOffset), "{client}");
}

#[test]
fn who_counts_pages_from_one_leaves_out_the_first() {
    let stage = full(|_, _| {});
    for page in 1..=4 {
        stage.ask(&format!("page={page}&pageSize=10"));
    }
    let client = judged(&stage);
    assert_eq!(bugs(&client), [Bug::NeverRead, Bug::SkippedPage, Bug::IgnoredTotalPages], "{client}");
}

#[test]
fn who_reads_ranges_from_the_newest_to_the_oldest_is_right() {
    for seed in sample(0..50, 8) {
        let stage = Stage::new(moving(seed));
        for _ in 0..40 {
            stage.ask("page=0&pageSize=1&endTime=2020-01-01T00:00:00Z");
            stage.world.advance(SECOND * 5);
        }
        for range in (0..10).rev() {
            let (start, end) = (at(range * 12), at(range * 12 + 12).saturating_sub(Duration::from_millis(1)));
            for page in 0.. {
                let query = format!("page={page}&pageSize=10&startTime={start}&endTime={end}");
                let body = stage.ask(&query).body.unwrap();
                if page + 1 >= body["totalPages"].as_u64().unwrap() {
                    break;
                }
            }
        }
        let scope = Scope { from: Some(time(NOW)), to: Some(at(119)), ..Scope::default() };
        clean(&stage.world.verdict(&scope));
    }
}

#[test]
fn who_leaves_a_second_between_ranges_has_gaps() {
    let stage = full(|_, _| {});
    for (start, end) in [(0, 9), (10, 19), (20, 29), (30, 39)] {
        stage.ask(&format!("page=0&pageSize=100&startTime={}&endTime={}", at(start), at(end)));
    }
    assert_eq!(bugs(&judged(&stage)), [Bug::Gap]);
}

#[test]
fn a_first_range_without_a_start_has_an_end_all_the_same() {
    let ranges = |start: u32| {
        let stage = full(|_, _| {});
        stage.ask(&format!("page=0&pageSize=100&endTime={}", at(20)));
        stage.ask(&format!("page=0&pageSize=100&startTime={}&endTime={}", at(start), at(39)));
        judged(&stage)
    };
    let client = ranges(25);
    assert_eq!(bugs(&client), [Bug::NeverRead, Bug::Gap], "{client}");
    assert_eq!((client.windows.count, client.windows.gaps[0].entries), (2, 4), "{client}");
    assert!(client.to_string().contains("; 4 entries lie between the two"), "{client}");
    let client = ranges(22);
    assert!(client.to_string().contains("; an entry lies between the two"), "{client}");
    for start in [10, 20] {
        assert_eq!(bugs(&ranges(start)), [], "what is read again is no mistake");
    }
    // Who asks for everything has asked for no range, nor has who looks whether there is anything at all.
    for look in
        ["page=0&pageSize=100".to_owned(), format!("page=0&pageSize=1&endTime={}", at(0).saturating_sub(SECOND))]
    {
        let stage = full(|_, _| {});
        stage.ask(&look);
        for (start, end) in [(10, 19), (30, 39)] {
            stage.ask(&format!("page=0&pageSize=100&startTime={}&endTime={}", at(start), at(end)));
        }
        let client = judged(&stage);
        assert_eq!((client.windows.count, client.windows.gaps.len()), (2, 1), "{client}");
    }
}

#[test]
fn who_asks_for_one_thing_after_the_other_is_not_equally_far_with_each() {
    let stage = full(|_, _| {});
    let ask = |filter: &str, start: u32, end: u32| {
        stage.ask(&format!("page=0&pageSize=100&{filter}&startTime={}&endTime={}", at(start), at(end)));
    };
    let counts = || {
        let client = judged(&stage);
        (client.coverage.once, client.coverage.never, client.coverage.pending)
    };
    ask("objectTypes=SERVICE", 0, 19);
    ask("objectTypes=TEAM", 0, 39);
    assert_eq!(counts(), (20, 0, 20), "what is newer than 19 is for the next time");
    // What comes late does so for the next time too, as long as there is none.
    stage.world.append([entry(at(10), 100)]);
    ask("objectTypes=TEAM", 40, 60);
    assert_eq!(counts(), (20, 0, 21));
    ask("objectTypes=SERVICE", 20, 60);
    assert_eq!(counts(), (40, 1, 0));

    // What nothing was asked for that it has was to be read with whatever.
    let stage = full(|_, _| {});
    stage.ask(&format!("page=0&pageSize=100&objectTypes=TEAM&endTime={}", at(19)));
    stage.ask(&format!("page=0&pageSize=100&objectTypes=DOMAIN&endTime={}", at(29)));
    let client = judged(&stage);
    assert_eq!((client.coverage.never, client.coverage.pending), (30, 10), "{client}");
}

/// As of a client that keeps them in a set.
#[test]
fn the_order_of_a_filters_values_makes_no_other_query() {
    let written = ["objectTypes=SERVICE,TEAM", "objectTypes=TEAM,SERVICE", "objectTypes=TEAM&objectTypes=SERVICE,TEAM"];
    let ranges = |ranges: [(u32, u32); 3]| {
        let stage = full(|_, _| {});
        for (filter, (start, end)) in written.iter().zip(ranges) {
            let end = at(end).saturating_sub(Duration::from_millis(1));
            stage.ask(&format!("page=0&pageSize=100&{filter}&startTime={}&endTime={end}", at(start)));
        }
        judged(&stage)
    };
    assert_eq!(bugs(&ranges([(0, 10), (10, 20), (20, 40)])), []);
    assert_eq!(bugs(&ranges([(0, 10), (12, 20), (20, 40)])), [Bug::NeverRead, Bug::Gap]);

    let stage = full(|_, _| {});
    for (page, filter) in (0..3).zip(written) {
        stage.ask(&format!("page={page}&pageSize=10&{filter}"));
    }
    let client = judged(&stage);
    assert_eq!(bugs(&client), [Bug::NeverRead, Bug::StoppedEarly], "{client}");
    assert_eq!((client.paging.queries, client.paging.crawls, client.paging.skipped), (1, 1, 0), "{client}");
}

#[test]
fn who_asks_for_smaller_pages_after_half_a_page_reads_each_entry_once() {
    let stage = full(|_, _| {});
    stage.ask("page=0&pageSize=20");
    stage.world.faults().add(FaultRule { times: Some(1), ..Effect::Truncate { bytes: 100 }.into() });
    for query in ["page=1&pageSize=20", "page=2&pageSize=10", "page=3&pageSize=10"] {
        stage.ask(query);
    }
    clean(&stage.world.verdict(&Scope::default()));
    // Sizes whose borders do not fit lose or repeat something.
    let stage = full(|_, _| {});
    for query in ["page=0&pageSize=20", "page=1&pageSize=15", "page=2&pageSize=15"] {
        stage.ask(query);
    }
    assert_eq!(bugs(&judged(&stage)), [Bug::ReadTwice, Bug::PageSizeChanged]);
}

/// Whether an end that lies far back is meant cannot be told; how far it lies back can.
#[test]
fn how_far_behind_a_client_stays_is_told() {
    let stage = full(|_, _| {});
    for end in [10, 15] {
        stage.ask(&format!("page=0&pageSize=100&endTime={}", at(end)));
        stage.world.advance(SECOND * 5);
    }
    let judgement = stage.world.verdict(&Scope { from: Some(at(16)), ..Scope::default() });
    clean(&judgement);
    let text = judgement.to_string();
    assert!(text.contains("24 pending: it asks up to 90.0 s before now at most"), "{text}");
    assert_eq!(serde_json::to_value(&judgement).unwrap()["clients"][0]["coverage"]["behindSeconds"], 90.0);
    // Who says how far is enough is told what is missing.
    let judgement = stage.world.verdict(&Scope { to: Some(at(60)), ..Scope::default() });
    assert_eq!(judgement.clients[0].coverage.never, 24);
    stage.ask("page=0&pageSize=100");
    assert_eq!(judged(&stage).coverage.behind_seconds, None);
}

#[test]
fn each_thing_that_the_contract_does_not_have_is_told_with_its_rule_and_how_often() {
    let stage = full(|_, _| {});
    for _ in 0..2 {
        stage.ask("page=0&pageSize=100&objectType=TEAM&objectTypes=SERVICES&actorRequestTypes=SLACK_COMAND");
        stage.ask("pageSize=100&startTime=2025-05-20T12:00:00");
        stage.ask("page=0&pageSize=100&startTime=2025-05-20T12:00:00%2B02:00");
        stage.ask("page=0&pageSize=100&actorRequestTypes=SLACK_COMMAND&actorTypes=OAUTH2");
        stage.ask("page=0");
        stage.ask("page=0&pageSize=5000");
        stage.ask("page=0&pageSize=100&actions=REMOVE");
    }
    let client = judged(&stage);
    let contract: Vec<_> = client.findings.iter().filter(|finding| finding.bug == Bug::Contract).collect();
    let told = |rule: &str, beginning: &str| {
        let found = contract.iter().find(|it| it.rule == Some(rule) && it.message.starts_with(beginning));
        let found = found.unwrap_or_else(|| panic!("{rule} {beginning}: {client}"));
        assert_eq!((found.count, found.requests.len()), (2, 2), "{client}");
        found.message.clone()
    };
    assert!(told("PARAM-UNKNOWN", "objectType=").contains("Did you mean \"objectTypes\"?"));
    assert!(told("ENUM-OPEN", "objectTypes=").contains("Did you mean \"SERVICE\"?"));
    assert!(told("ENUM-OPEN", "actorRequestTypes=").contains("Did you mean \"SLACK_COMMAND\"?"));
    assert!(told("ENUM-CLOSED", "actions=").contains("CREATE"));
    assert!(told("TIME-OFFSET", "startTime=").contains("Did you mean \"2025-05-20T10:00:00Z\"?"));
    assert!(told("FILTER-ANONYMOUS", "actorRequestTypes=").contains("actorTypes=OAUTH2"));
    told("PAGE-BOUNDS", "page is left out");
    told("PAGE-BOUNDS", "pageSize is left out");
    told("PARAM-INVALID", "pageSize=");
    assert_eq!(contract.len(), 9, "{client}");
}

/// UTC keeps the contract with `Z` and without an offset: both are seen to work.
#[test]
fn a_time_in_utc_keeps_the_contract_and_one_with_an_offset_breaks_it_however_it_is_read() {
    for offsets in Offsets::ALL {
        let stage = full(|_, _| {});
        stage.world.change_settings(|settings| settings.offsets = offsets);
        stage.ask("page=0&pageSize=1000&startTime=2025-05-20T06:00:00Z&endTime=2025-05-20T12:00");
        assert_eq!(stage.world.verdict(&Scope::default()).failure_message(Expectation::Contract), None, "{offsets}");
        stage.ask("page=0&pageSize=1000&startTime=2025-05-20T06:00:00%2B00:00");
        let message = stage.world.verdict(&Scope::default()).failure_message(Expectation::Contract);
        assert!(message.unwrap().contains("has an offset"), "{offsets}");
    }
}

/// Coverage counts what was served: with offsets ignored, that is another range than the query names.
#[test]
fn a_range_is_judged_as_the_server_read_it() {
    let judge = |offsets| {
        let stage = full(|_, _| {});
        stage.world.change_settings(|settings| settings.offsets = offsets);
        let reply =
            stage.ask(&format!("page=0&pageSize=1000&startTime={}", at(20).to_string().replace('Z', "%2B02:00")));
        let served = reply.body.unwrap()["logs"].as_array().unwrap().len();
        let client = judged(&stage);
        assert_eq!(client.coverage.once, served, "{client}");
        served
    };
    assert_eq!((judge(Offsets::Honoured), judge(Offsets::Ignored)), (40, 20));
}
