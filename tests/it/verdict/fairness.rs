//! The verdict invents nothing: what looks like a mistake from the server's side and is none.

use std::time::Duration;

use axum::body::to_bytes;
use axum::http::Request;
use cortex_audit_mock::contract::Timestamp;
use cortex_audit_mock::fault::{Delay, Effect, FaultRule, RequestMatcher};
use cortex_audit_mock::world::Scenario;
use cortex_audit_mock::world::verdict::{Bug, Judgement, Scope};
use cortex_audit_mock::{Rate, World};
use http_body_util::BodyExt;

use super::stage::{clean, entry};
use crate::support::{NOW, TestMock, time};

const ALL: &str = "/api/v1/audit-logs?page=0&pageSize=1000";
const SECOND: Duration = Duration::from_secs(1);

fn judged(mock: &TestMock) -> Judgement {
    mock.mock.world().verdict(&Scope::default())
}

fn on_page(page: u32, effect: Effect) -> FaultRule {
    FaultRule { matcher: RequestMatcher { page: Some(page), ..RequestMatcher::default() }, ..effect.into() }
}

fn at(seconds: u32) -> Timestamp {
    time(NOW).saturating_add(SECOND * seconds)
}

#[tokio::test]
async fn a_page_that_is_shorter_than_where_it_would_break_off_arrives_whole() {
    let mock = TestMock::default();
    mock.mock.world().faults().add(Effect::Truncate { bytes: 10_000_000 });
    to_bytes(mock.get_unchecked(ALL).await.into_body(), usize::MAX).await.unwrap();
    clean(&judged(&mock));
}

#[tokio::test(start_paused = true)]
async fn a_page_that_drips_counts_when_its_last_byte_is_sent() {
    let mock = TestMock::default();
    let drip = FaultRule { times: Some(1), ..Effect::Drip { bytes: 1000, every: SECOND }.into() };
    mock.mock.world().faults().add(drip.clone());
    let mut body = mock.get_unchecked(ALL).await.into_body();
    body.frame().await.unwrap().unwrap();
    assert_eq!(judged(&mock).clients[0].coverage.once, 0, "it is on its way");
    // The client has waited long enough, and asks again.
    drop(body);
    mock.get(ALL).await.ok();
    clean(&judged(&mock));

    let mock = TestMock::default();
    mock.mock.world().faults().add(drip);
    to_bytes(mock.get_unchecked(ALL).await.into_body(), usize::MAX).await.unwrap();
    clean(&judged(&mock));
}

#[tokio::test]
async fn a_look_at_the_head_is_no_page_that_was_given_up() {
    let mock = TestMock::default();
    mock.get(ALL).await.ok();
    mock.mock.world().append([entry(at(0), 1)]);
    mock.get("/api/v1/audit-logs?page=0&pageSize=10&actions=DELETE").await.ok();
    mock.send(Request::head(ALL).header("Authorization", "Bearer mock-admin")).await;
    let bugs = judged(&mock).bugs();
    assert!(!bugs.contains(&Bug::GaveUpAfterFailure), "{bugs:?}");
}

/// Pages can be asked for side by side: who is on the way when another is told to wait could not know.
#[tokio::test(start_paused = true)]
async fn a_request_that_was_sent_before_the_answer_that_says_wait_is_not_too_early() {
    let mock = TestMock::default();
    let world = mock.mock.world();
    let faults = world.faults();
    faults.add(on_page(0, Effect::Delay(Delay::Fixed(SECOND))));
    faults.add(on_page(0, Effect::status(429, Some(5))));
    faults.add(on_page(1, Effect::Delay(Delay::Fixed(SECOND * 2))));
    let paths = [0, 1].map(|page| format!("/api/v1/audit-logs?page={page}&pageSize=500"));
    tokio::join!(mock.get_unchecked(&paths[0]), mock.get_unchecked(&paths[1]));
    assert_eq!(judged(&mock).clients[0].politeness.too_early, 0);
    mock.get_unchecked(&paths[1]).await;
    assert_eq!(judged(&mock).clients[0].politeness.too_early, 1, "now it knows");
}

#[tokio::test]
async fn a_query_too_long_to_be_kept_whole_is_not_said_to_lack_its_end() {
    let mock = TestMock::default();
    let names = "objectIdentifiers=some-object&".repeat(500);
    mock.get(&format!("/api/v1/audit-logs?{names}page=0&pageSize=1000")).await.ok();
    assert!(!judged(&mock).bugs().contains(&Bug::Contract), "{}", judged(&mock));
}

#[tokio::test]
async fn a_client_that_starts_again_in_the_middle_and_reads_all_of_it_has_read_it_once() {
    let mock = TestMock::default();
    for page in [0, 1, 0, 1, 2] {
        mock.logs(&format!("page={page}&pageSize=250")).await.ok();
    }
    clean(&judged(&mock));
    assert_eq!(judged(&mock).clients[0].rereads.entries, 500);
    // When it reads it again later makes no difference.
    mock.mock.world().advance(SECOND * 300);
    mock.logs("page=0&pageSize=250").await.ok();
    clean(&judged(&mock));
}

#[tokio::test]
async fn what_ranges_share_is_counted_and_no_mistake_however_long_it_is() {
    let shared = async |seconds: u32| {
        let mock = TestMock::default();
        mock.mock.world().remove_entries();
        mock.mock.world().append((0..200).map(|number| entry(at(number), u64::from(number))));
        for (from, to) in [(0, 100), (100 - seconds, 200)] {
            mock.logs(&format!("page=0&pageSize=1000&startTime={}&endTime={}", at(from), at(to))).await.ok();
        }
        judged(&mock)
    };
    for (seconds, entries) in [(0, 1), (60, 61)] {
        let judgement = shared(seconds).await;
        clean(&judgement);
        assert_eq!(judgement.clients[0].rereads.entries, entries);
        let told = format!("{entries} more often (0 in one crawl, {entries} by several)");
        assert!(judgement.to_string().contains(&told), "{judgement}");
    }
}

/// Queries, each five seconds after the one before, in a world of its own; `{}` is the instant at which they begin.
async fn after(world: impl Fn(&World), ago: u32, queries: &[&str]) -> TestMock {
    let mock = TestMock::default();
    mock.mock.world().advance(SECOND * 60);
    world(&mock.mock.world());
    let end = mock.mock.world().now().saturating_sub(SECOND * ago).to_string();
    for query in queries {
        mock.logs(&query.replace("{}", &end)).await.ok();
        mock.mock.world().advance(SECOND * 5);
    }
    mock
}

fn live(world: &World) {
    world.set_live(Some("60/min".parse::<Rate>().unwrap().into()));
    world.advance(SECOND * 40);
}

const CRAWL: [&str; 7] = [
    "page=0&pageSize=100&endTime={}",
    "page=1&pageSize=100&endTime={}",
    "page=2&pageSize=100&endTime={}",
    "page=3&pageSize=100&endTime={}",
    "page=4&pageSize=100&endTime={}",
    "page=5&pageSize=100&endTime={}",
    "page=6&pageSize=100&endTime={}",
];

#[tokio::test]
async fn what_is_newer_than_the_end_of_every_range_is_for_the_next_time() {
    for scenario in [Scenario::InsertBetweenPages, Scenario::LateArrivals, Scenario::SameMillisecond] {
        let mock = after(|world| world.set_scenario_with_seed(scenario, 7), 31, &CRAWL).await;
        clean(&judged(&mock));
        assert!(judged(&mock).clients[0].coverage.pending > 0, "{scenario}");
    }
    let mock = after(live, 31, &CRAWL).await;
    clean(&judged(&mock));
    // Who says up to where it was to read is told what is missing.
    let to = Some(mock.mock.world().now());
    let judgement = mock.mock.world().verdict(&Scope { to, ..Scope::default() });
    assert_eq!(judgement.bugs(), [Bug::NeverRead], "{judgement}");
}

#[tokio::test]
async fn what_lies_before_the_end_of_any_range_was_to_be_read() {
    let mock = after(live, 0, &["page=0&pageSize=1000&endTime={}"]).await;
    mock.mock.world().advance(SECOND * 120);
    let now = mock.mock.world().now();
    mock.logs(&format!("page=0&pageSize=1000&startTime={}&endTime={now}", now.saturating_sub(SECOND * 60))).await.ok();
    // Some lie between the two ranges.
    assert_eq!(judged(&mock).bugs(), [Bug::NeverRead, Bug::Gap]);

    // Some are in what was asked for next, and not given.
    let mock = after(live, 31, &["page=0&pageSize=1000&endTime={}"]).await;
    mock.mock.world().faults().add(Effect::status(503, None));
    mock.get_unchecked(ALL).await;
    assert_eq!(judged(&mock).bugs(), [Bug::NeverRead, Bug::GaveUpAfterFailure]);
}

#[tokio::test]
async fn a_job_that_asks_once_for_each_of_several_things_has_not_stopped_polling() {
    let once = ["CREATE", "UPDATE", "DELETE", "READ"].map(|action| format!("page=0&pageSize=1000&actions={action}"));
    let once: Vec<String> = once.iter().map(|query| format!("{query}&startTime={{}}&endTime={{}}")).collect();
    let queries: Vec<&str> = once.iter().map(String::as_str).collect();
    let mock = after(live, 0, &queries).await;
    mock.mock.world().advance(SECOND * 61);
    assert!(!judged(&mock).bugs().contains(&Bug::StoppedPolling), "{}", judged(&mock));
    assert!(judged(&mock).clients[0].coverage.pending > 60, "{}", judged(&mock));
}

/// Its next run may be tomorrow.
#[tokio::test]
async fn a_job_that_reads_the_past_range_by_range_has_not_stopped_polling_when_the_last_is_empty() {
    let stopped = async |pause: Duration| {
        let mock = TestMock::default();
        let world = mock.mock.world();
        for minute in 0..5 {
            let (start, end) = (at(minute * 60), at(minute * 60 + 60).saturating_sub(Duration::from_millis(1)));
            mock.logs(&format!("page=0&pageSize=1000&startTime={start}&endTime={end}")).await.ok();
            world.advance(pause);
        }
        world.advance(SECOND * 3600);
        world.append([entry(world.now(), 1)]);
        let bugs = world.verdict(&Scope { from: Some(at(0)), ..Scope::default() }).bugs();
        bugs.contains(&Bug::StoppedPolling)
    };
    assert!(!stopped(Duration::from_millis(50)).await);
    assert!(stopped(SECOND * 60).await, "that is a poller");
}

#[tokio::test]
async fn whether_a_page_was_new_does_not_depend_on_the_scope() {
    let mock = after(|_| (), 0, &CRAWL).await;
    let world = mock.mock.world();
    let none = Scope { from: Some(world.now()), ..Scope::default() };
    for scope in [Scope::default(), none] {
        assert_eq!(world.verdict(&scope).clients[0].politeness.nothing_new, 0);
    }
    mock.logs("page=0&pageSize=100").await.ok();
    assert_eq!(judged(&mock).clients[0].politeness.nothing_new, 1);
}

#[tokio::test]
async fn who_fixes_an_end_of_now_is_told_to_end_further_back() {
    let mock = after(|world| world.set_scenario_with_seed(Scenario::LateArrivals, 7), 0, &CRAWL).await;
    let told = judged(&mock).to_string();
    assert!(
        told.contains("end the range further back than entries come late, or begin anew when total changes"),
        "{told}"
    );
}
