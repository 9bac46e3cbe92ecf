//! The model of the verdict: the smallest sequences that were once told wrong. The numbers are those of the issue that
//! asked for it.

use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use cortex_audit_mock::World;
use cortex_audit_mock::contract::{Action, Entry, Query, Timestamp};
use cortex_audit_mock::fault::{Effect, FaultRule, RawBody};
use cortex_audit_mock::world::Scenario;
use cortex_audit_mock::world::verdict::{Bug, ClientVerdict, Expectation, Judgement, Scope};
use serde_json::json;

use super::stage::{Stage, clean, entry, limited_to};
use crate::support::process::{Server, head};
use crate::support::{NOW, time};

const SECOND: Duration = Duration::from_secs(1);
const MILLISECOND: Duration = Duration::from_millis(1);

fn at(seconds: u32) -> Timestamp {
    time(NOW).saturating_add(SECOND * seconds)
}

/// A session with the 640 entries of the built-in story.
fn story() -> Stage {
    Stage::new(|_, _| {})
}

/// A session with only these entries, one at each of these seconds, a minute after the last.
fn with_entries(seconds: &[u32]) -> Stage {
    let stage = story();
    stage.world.remove_entries();
    stage.world.append(seconds.iter().map(|second| entry(at(*second), u64::from(*second))));
    stage.world.advance(SECOND * (seconds.iter().max().unwrap_or(&0) + 60));
    stage
}

fn ask_all(stage: &Stage, queries: impl IntoIterator<Item = impl AsRef<str>>) {
    for query in queries {
        assert_eq!(stage.ask(query.as_ref()).status, 200);
    }
}

/// Pages of ten, to the last.
fn read_all(stage: &Stage, query: &str) {
    for page in 0.. {
        let body = stage.ask(&format!("page={page}&pageSize=10&{query}")).body.unwrap();
        if page + 1 >= body["totalPages"].as_u64().unwrap() {
            return;
        }
    }
}

fn judged(stage: &Stage) -> Judgement {
    stage.world.verdict(&Scope::default())
}

fn with_overlap(stage: &Stage, seconds: u32) -> Judgement {
    stage.world.verdict(&Scope { overlap: Some(SECOND * seconds), ..Scope::default() })
}

fn client(judgement: &Judgement) -> &ClientVerdict {
    &judgement.clients[0]
}

/// The expectations that are not kept.
fn broken(judgement: &Judgement) -> Vec<Expectation> {
    judgement.expectations.iter().filter(|(_, verdict)| !verdict.kept).map(|(expectation, _)| *expectation).collect()
}

fn newest(world: &World) -> Timestamp {
    world.page(&Query { page_size: 1, ..Query::default() }).logs[0].timestamp
}

#[test]
fn sequence_1_what_came_between_pages_is_no_double_when_it_pushed_nothing_into_a_page_that_was_read() {
    let stage = story();
    ask_all(&stage, ["page=0&pageSize=250", "page=2&pageSize=250"]);
    stage.world.append((0..500).map(|number| entry(stage.world.now(), number)));
    ask_all(&stage, ["page=1&pageSize=250"]);
    let judgement = judged(&stage);
    let coverage = &client(&judgement).coverage;
    assert_eq!((coverage.once, coverage.several, coverage.never, coverage.pending), (640, 0, 250, 250), "{judgement}");
    assert_eq!(broken(&judgement), [Expectation::Complete], "{judgement}");
    assert_eq!(judgement.bugs(), [Bug::NeverRead, Bug::LostUnderOffset], "{judgement}");
}

#[test]
fn sequence_2_pages_of_two_sizes_are_complete_when_everything_was_served() {
    let stage = story();
    let end = stage.world.now();
    ask_all(&stage, [format!("page=0&pageSize=100&endTime={end}")]);
    ask_all(&stage, (1..=12).map(|page| format!("page={page}&pageSize=50&endTime={end}")));
    let judgement = judged(&stage);
    assert_eq!((client(&judgement).coverage.never, client(&judgement).coverage.doubled), (0, 50), "{judgement}");
    assert_eq!(broken(&judgement), [Expectation::NoDuplicates], "{judgement}");
    assert_eq!(judgement.bugs(), [Bug::ReadTwice, Bug::PageSizeChanged], "{judgement}");
}

#[test]
fn sequence_3_requests_on_the_wire_when_a_429_is_sent_are_not_early() {
    let server = Server::start(&[]);
    let mut control = server.connect();
    let rule = r#"{"type": "status", "status": 429, "retryAfter": 30, "times": 1, "after": 2}"#;
    let length = format!("Content-Length: {}\r\n", rule.len());
    control.send(head("POST", "/__admin/faults", &length) + rule);
    control.answer().created();
    let mut connections: Vec<_> = (0..12).map(|_| server.connect()).collect();
    for (page, connection) in connections.iter_mut().enumerate() {
        let path = format!("/api/v1/audit-logs?page={page}&pageSize=50");
        connection.send(head("GET", &path, "Authorization: Bearer mock-admin\r\n"));
    }
    let statuses: Vec<u16> = connections.iter_mut().map(|connection| connection.answer().status.as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 1, "{statuses:?}");
    let early = || server.get("/__admin/verdict").json()["clients"][0]["manners"]["tooEarly"].clone();
    assert_eq!(early(), 0);
    // The client has read the 429 when it asks for that page again.
    let refused = statuses.iter().position(|status| *status == 429).unwrap();
    server.logs(&format!("page={refused}&pageSize=50"));
    assert_eq!(early(), 1);
    let text = server.get("/__admin/verdict").text();
    assert!(text.contains("it was told to wait 30 s"), "{text}");
}

#[test]
fn a_request_that_is_early_says_which_other_one_was_told_to_wait() {
    let stage = story();
    stage.world.faults().add(FaultRule { times: Some(1), ..Effect::status(429, Some(30)).into() });
    stage.ask("page=0&pageSize=100");
    stage.world.advance(SECOND);
    stage.ask("page=1&pageSize=100");
    let told = judged(&stage).to_string();
    let expected = "1 request was sent before Retry-After had passed: ?page=0&pageSize=100 was told to wait 30 s, of which 29.0 s were left at ?page=1&pageSize=100";
    assert!(told.contains(expected), "{told}");
}

/// V2 too: where the entry lies in its second makes no difference.
#[test]
fn sequence_4_an_inclusive_cursor_is_right() {
    let stage = story();
    ask_all(&stage, (0..3).map(|page| format!("page={page}&pageSize=250")));
    let cursor = format!("page=0&pageSize=250&startTime={}", newest(&stage.world));
    for _ in 0..2 {
        stage.world.advance(SECOND * 600);
        ask_all(&stage, [&cursor]);
    }
    clean(&judged(&stage));
    clean(&with_overlap(&stage, 0));
    assert_eq!(client(&judged(&stage)).rereads.entries, 1);

    for millis in [19_000, 18_999] {
        let stage = with_entries(&[]);
        stage.world.freeze_clock(at(20));
        stage.world.append([entry(time(NOW).saturating_add(MILLISECOND * millis), 1)]);
        ask_all(&stage, [format!("page=0&pageSize=100&startTime={}", time(NOW).saturating_sub(SECOND * 3600))]);
        stage.world.advance(SECOND * 20);
        ask_all(&stage, [format!("page=0&pageSize=100&startTime={}", newest(&stage.world))]);
        clean(&judged(&stage));
    }
}

#[test]
fn sequence_5_a_run_that_the_server_broke_may_begin_anew_at_any_time() {
    let page_of_gateway = RawBody { text: "<html></html>".to_owned(), content_type: None };
    let gateway = Effect::Status {
        status: 200,
        retry_after: None,
        retry_after_date: false,
        message: None,
        body: Some(page_of_gateway),
    };
    let effects = [Effect::Malformed, Effect::Truncate { bytes: 100 }, Effect::status(503, None), gateway];
    for pause in [30, 61, 3600] {
        for effect in effects.clone() {
            let stage = story();
            stage.world.faults().add(FaultRule { times: Some(1), after: 1, ..effect.into() });
            for page in [0, 1] {
                stage.ask(&format!("page={page}&pageSize=250"));
            }
            stage.world.advance(SECOND * pause);
            ask_all(&stage, (0..3).map(|page| format!("page={page}&pageSize=250")));
            clean(&judged(&stage));
            clean(&with_overlap(&stage, 0));
        }
    }
}

#[test]
fn sequence_6_a_page_that_was_lost_on_its_way_back_may_be_asked_for_again() {
    for pages in [&[0, 1, 2, 2, 3, 4, 5, 6][..], &[0, 0, 1, 2, 3, 4, 5, 6], &[0, 1, 2, 3, 4, 5, 6, 6]] {
        let stage = story();
        let end = stage.world.now();
        ask_all(&stage, pages.iter().map(|page| format!("page={page}&pageSize=100&endTime={end}")));
        clean(&judged(&stage));
        clean(&with_overlap(&stage, 0));
    }
    // Not asked for again next, but later.
    let stage = story();
    ask_all(&stage, [0, 1, 2, 3, 2, 4, 5, 6].map(|page| format!("page={page}&pageSize=100")));
    assert_eq!(broken(&judged(&stage)), [Expectation::NoDuplicates]);
}

#[test]
fn sequence_7_a_connection_test_and_a_count_are_not_judged() {
    for entries in [1, 2, 40] {
        let stage = with_entries(&(0..entries).collect::<Vec<_>>());
        for _ in 0..3 {
            ask_all(&stage, ["page=0&pageSize=1", "page=0&pageSize=1000"]);
        }
        clean(&judged(&stage));
    }
    // A connector's check of the first page, and ranges that end a minute ago.
    for check in ["page=0&pageSize=1", "page=0&pageSize=10"] {
        let stage = Stage::new(|world, number| world.append([entry(world.now(), number)]));
        let mut start = time(NOW).saturating_sub(SECOND * 60);
        for _ in 0..4 {
            stage.ask(check);
            stage.world.advance(SECOND * 300);
            let end = stage.world.now().saturating_sub(SECOND * 60);
            read_all(&stage, &format!("startTime={start}&endTime={end}"));
            start = end.saturating_add(MILLISECOND);
        }
        let judgement = stage.world.verdict(&Scope { from: Some(time(NOW)), ..Scope::default() });
        assert_eq!(broken(&judgement), [], "{check}: {judgement}");
    }
}

/// V4
#[test]
fn a_look_at_the_first_page_before_a_crawl_is_a_probe() {
    let stage = story();
    ask_all(&stage, ["page=0&pageSize=1"]);
    ask_all(&stage, (0..3).map(|page| format!("page={page}&pageSize=250")));
    let judgement = judged(&stage);
    clean(&judgement);
    assert_eq!((client(&judgement).paging.probes, client(&judgement).rereads.entries), (1, 0), "{judgement}");
}

#[test]
fn a_client_that_reads_only_first_pages_is_not_taken_for_one_that_looks() {
    let stage = with_entries(&(0..40).collect::<Vec<_>>());
    ask_all(&stage, ["page=0&pageSize=10"]);
    assert_eq!(broken(&judged(&stage)), [Expectation::Complete]);
    for _ in 0..3 {
        stage.world.append((0..25).map(|number| entry(stage.world.now(), number)));
        ask_all(&stage, ["page=0&pageSize=10"]);
        stage.world.advance(SECOND * 60);
    }
    let judgement = judged(&stage);
    assert_eq!(judgement.bugs(), [Bug::NeverRead, Bug::StoppedEarly], "{judgement}");
    assert_eq!(client(&judgement).coverage.never, 30 + 3 * 15, "{judgement}");
}

#[test]
fn sequence_8_reading_until_something_known_reading_a_day_again_and_rotating_a_key_are_right() {
    let stage = story();
    ask_all(&stage, (0..3).map(|page| format!("page={page}&pageSize=250")));
    for round in 0..5 {
        stage.world.advance(SECOND * 600);
        stage.world.append((0..10).map(|number| entry(stage.world.now(), round * 10 + number)));
        ask_all(&stage, ["page=0&pageSize=250"]);
    }
    clean(&judged(&stage));

    let stage = story();
    let day = time("2025-05-20T00:00:00Z");
    for hour in 0..5 {
        stage.world.append((0..10).map(|number| entry(stage.world.now(), hour * 10 + number)));
        ask_all(&stage, [format!("page=0&pageSize=1000&startTime={day}&endTime=2025-05-20T23:59:59.999Z")]);
        stage.world.advance(SECOND * 3600);
    }
    clean(&stage.world.verdict(&Scope { from: Some(day), ..Scope::default() }));

    let stage = story();
    ask_all(&stage, ["page=0&pageSize=1000"]);
    let mut cursor = newest(&stage.world);
    for token in ["mock-admin", "mock-admin", "mock-auditor", "mock-auditor"] {
        stage.world.advance(SECOND * 600);
        stage.ask_as(&format!("{token}~only"), &format!("page=0&pageSize=1000&startTime={cursor}"));
        stage.world.append([entry(stage.world.now(), 1)]);
        stage.ask_as(&format!("{token}~only"), &format!("page=0&pageSize=1000&startTime={cursor}"));
        cursor = newest(&stage.world);
    }
    clean(&judged(&stage));
}

#[test]
fn sequence_9_what_came_above_the_first_page_of_a_crawl_without_an_end_is_pending() {
    let stage = Stage::new(|world, number| world.append([entry(world.now(), number)]));
    ask_all(&stage, ["page=0&pageSize=1000"]);
    stage.world.remove_entries();
    stage.world.append((0..30).map(|number| entry(at(0).saturating_sub(SECOND), 100 + number)));
    stage.world.advance(SECOND);
    ask_all(&stage, (0..3).map(|page| format!("page={page}&pageSize=12")));
    let judgement = judged(&stage);
    assert_eq!(client(&judgement).coverage.never, 0, "{judgement}");
    assert!(client(&judgement).coverage.pending >= 2, "{judgement}");
    // Once a later crawl has asked for it and not read it, it is lost.
    let after = stage.world.now().saturating_add(MILLISECOND);
    stage.world.advance(SECOND);
    ask_all(&stage, [format!("page=0&pageSize=1000&startTime={after}")]);
    assert!(!judged(&stage).expectations[&Expectation::Complete].kept);
}

#[test]
fn sequence_11_two_replicas_that_read_everything_are_seen_when_the_scope_says_what_is_read_again() {
    let stage = story();
    for _ in 0..2 {
        ask_all(&stage, (0..3).map(|page| format!("page={page}&pageSize=250")));
    }
    let judgement = judged(&stage);
    clean(&judgement);
    let rereads = &client(&judgement).rereads;
    assert_eq!((rereads.entries, rereads.share, rereads.beyond_overlap), (640, 1.0, None), "{judgement}");
    assert_eq!(rereads.largest.as_ref().unwrap().entries, 250);
    assert!(judgement.to_string().contains("read again by another crawl: 640 entries, 100.0 % of those served"));
    let judgement = with_overlap(&stage, 120);
    assert_eq!(broken(&judgement), [Expectation::NoRereads], "{judgement}");
    assert_eq!(judgement.bugs(), [Bug::ReadAgain], "{judgement}");
}

#[test]
fn an_overlap_is_right_as_far_as_the_scope_says() {
    let stage = with_entries(&(0..200).collect::<Vec<_>>());
    for (start, end) in [(0, 100), (40, 200)] {
        ask_all(&stage, [format!("page=0&pageSize=1000&startTime={}&endTime={}", at(start), at(end))]);
    }
    for (overlap, kept) in [(59, false), (60, true), (120, true)] {
        let judgement = with_overlap(&stage, overlap);
        assert_eq!(judgement.expectations[&Expectation::NoRereads].kept, kept, "{overlap}: {judgement}");
        assert_eq!(client(&judgement).rereads.entries, 61);
    }
    let told = with_overlap(&stage, 59).to_string();
    assert!(told.contains("read-again (1): 1 of 200 entries were served again by another crawl"), "{told}");
}

#[test]
fn sequence_12_a_key_that_may_not_read_is_told_by_number() {
    let stage = story();
    for day in 1..=6 {
        let query = format!("page=0&pageSize=100&startTime=2025-05-0{day}T00:00:00Z&endTime=2025-05-0{day}T23:59:59Z");
        assert_eq!(stage.ask_as("mock-no-audit~only", &query).status, 403);
    }
    let judgement = judged(&stage);
    assert_eq!(broken(&judgement), [Expectation::Complete, Expectation::Polite], "{judgement}");
    let text = judgement.to_string();
    assert!(text.contains("6 requests were refused with 403: this key lacks View audit logs"), "{text}");
    assert_eq!(client(&judgement).politeness.statuses[&403], 6);
}

#[test]
fn sequence_13_a_range_in_the_future_is_a_gap() {
    let stage = story();
    let start = stage.world.now().saturating_add(SECOND * 7200);
    ask_all(&stage, [format!("page=0&pageSize=100&startTime={}", start.to_string().trim_end_matches('Z'))]);
    let judgement = judged(&stage);
    assert!(!judgement.expectations[&Expectation::NoGaps].kept, "{judgement}");
    assert!(judgement.to_string().contains("startTime is 2h later"), "{judgement}");

    // A clock that is 90 s ahead.
    let stage = story();
    let mut start = time(NOW);
    for round in 0..5 {
        let end = stage.world.now().saturating_add(SECOND * 90);
        ask_all(&stage, [format!("page=0&pageSize=1000&startTime={start}&endTime={end}")]);
        start = end.saturating_add(MILLISECOND);
        stage.world.advance(SECOND * 30);
        stage.world.append([entry(stage.world.now(), round)]);
        stage.world.advance(SECOND * 90);
    }
    let judgement = stage.world.verdict(&Scope { from: Some(time(NOW)), ..Scope::default() });
    assert_eq!(judgement.bugs(), [Bug::NeverRead, Bug::FutureRange], "{judgement}");
    assert!(judgement.to_string().contains("was read before it had passed"), "{judgement}");
}

#[test]
fn sequence_10_a_scenario_adds_no_two_entries_that_are_equal_in_every_field() {
    for scenario in Scenario::ALL {
        let stage = story();
        stage.world.set_scenario_with_seed(scenario, 3);
        for _ in 0..5 {
            for size in [1000, 250, 100] {
                stage.ask(&format!("page=0&pageSize={size}"));
                stage.ask(&format!("page=1&pageSize={size}"));
            }
            stage.world.advance(SECOND * 61);
        }
        let total = stage.world.entry_count();
        let pages = (0..).map(|page| stage.world.page(&Query { page, page_size: 1000, ..Query::default() }).logs);
        let entries = pages.take_while(|page| !page.is_empty()).flatten();
        let distinct: HashSet<String> = entries.map(|entry| serde_json::to_string(&entry).unwrap()).collect();
        assert_eq!(distinct.len(), total, "{scenario}");
    }
}

/// V3
#[test]
fn a_filter_value_that_is_nearly_one_that_entries_have_is_told() {
    let stage = with_entries(&[]);
    stage.world.append([Entry::new(Action::Update, "SERVICE", "ada+test", at(0))]);
    for (value, remedy) in [
        ("ada+test", "send a plus sign as %2B"),
        ("b,%20ada%2Btest", "leave out the blanks around it"),
        ("ada%2Btest%20", "leave out the blanks around it"),
        ("%22ada%2Btest%22", "leave out the quotation marks"),
    ] {
        let stage = with_entries(&[]);
        stage.world.append([Entry::new(Action::Update, "SERVICE", "ada+test", at(0))]);
        ask_all(&stage, [format!("page=0&pageSize=100&objectIdentifiers={value}")]);
        let judgement = judged(&stage);
        assert!(!judgement.expectations[&Expectation::Contract].kept, "{value}: {judgement}");
        let text = judgement.to_string();
        assert!(text.contains("contract LIST-SPLIT (1): objectIdentifiers=") && text.contains(remedy), "{text}");
    }
    ask_all(&stage, ["page=0&pageSize=100&objectIdentifiers=ada%2Btest", "page=0&pageSize=100&objectIdentifiers=none"]);
    assert!(judged(&stage).expectations[&Expectation::Contract].kept);
}

/// V1
#[test]
fn a_capped_list_stands_beside_the_number_of_all() {
    let stage = with_entries(&(0..40).collect::<Vec<_>>());
    for range in 0..15 {
        ask_all(&stage, [format!("page=0&pageSize=100&startTime={}&endTime={}", at(range * 2), at(range * 2 + 1))]);
    }
    let judgement = judged(&stage);
    let windows = serde_json::to_value(&client(&judgement).windows).unwrap();
    assert_eq!((&windows["gapCount"], windows["gaps"].as_array().unwrap().len()), (&json!(14), 10));
    let text = judgement.to_string();
    assert!(text.contains("ranges of time: 15, with 14 gaps") && text.contains("gap (14): 14 gaps"), "{text}");
}

/// M2
#[test]
fn what_is_kept_of_a_request_is_bounded_in_bytes() {
    let unlimited = story();
    let limited = Stage::on(&Rc::new(limited_to("1/d")), "only", |_, _| {});
    assert_eq!(limited.ask("page=0&pageSize=1").status, 200);
    let unknown = |page: u32| format!("page={page}&pageSize=1&foo={}", "x".repeat(16_000));
    let types: Vec<String> = (0..2500).map(|number| format!("S{number:04}")).collect();
    let list = |page: u32| format!("page={page}&pageSize=1&objectTypes={}", types.join(","));
    let many = |page: u32| format!("page={page}&pageSize=1{}", "&p=1".repeat(3900));
    let queries: [&dyn Fn(u32) -> String; 3] = [&unknown, &list, &many];
    // The journal has 4096 characters of a query; the values of a filter are needed.
    for (query, bytes) in queries.into_iter().zip([6_000, 30_000, 6_000]) {
        assert!(kept_of_each(&unlimited, "mock-admin~only", 200, query) < bytes);
    }
    for (query, bytes) in queries.into_iter().zip([200, 25_000, 200]) {
        assert!(kept_of_each(&limited, "mock-admin~only", 429, query) < bytes);
        assert!(
            kept_of_each(&limited, "mock-admin~only", 429, |_| query(7)) < 20_000,
            "the same again and again is shared"
        );
        assert_eq!(kept_of_each(&unlimited, "mock-revoked~only", 401, query), 0);
    }
}

/// Sends some requests; returns how many bytes are kept of each.
#[track_caller]
fn kept_of_each(stage: &Stage, token: &str, status: u16, query: impl Fn(u32) -> String) -> usize {
    const REQUESTS: usize = 4;
    let before = stage.world.observed_bytes();
    for page in (0..).take(REQUESTS) {
        assert_eq!(stage.ask_as(token, &query(page)).status, status);
    }
    (stage.world.observed_bytes() - before) / REQUESTS
}
