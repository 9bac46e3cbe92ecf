//! Scenarios: correct clients are clean in all of them, and each shows the mistake that it is for.

use std::rc::Rc;
use std::time::Duration;

use cortex_audit_mock::contract::Filters;
use cortex_audit_mock::internal;
use cortex_audit_mock::world::verdict::{Bug, Expectation};
use cortex_audit_mock::world::{InterventionKind, JournalFilter, Scenario};
use cortex_audit_mock::{Config, Rate, RateLimit};
use serde_json::json;

use super::pollers::{Habit, Poller};
use super::stage::{Stage, entry, unlimited};
use crate::support::{NOW, TestMock, sample, time};

const SECOND: Duration = Duration::from_secs(1);
const CORRECT: [Habit; 3] = [Habit::Correct, Habit::Overlaps, Habit::BeginsAnew];
const PAUSES: [u32; 5] = [1, 15, 60, 90, 300];
const PAGE_SIZES: [u32; 8] = [1, 2, 7, 10, 50, 100, 250, 1000];

/// A session of a mock in which a scenario goes on, beside live activity.
fn staged(mock: &Rc<TestMock>, scenario: Scenario, seed: u64) -> Stage {
    let stage = Stage::on(mock, "staged", |_, _| {});
    stage.world.set_live(Some("20/min".parse::<Rate>().unwrap().into()));
    stage.world.set_scenario_with_seed(scenario, seed);
    stage
}

/// The same without live activity: who reads up to now while a limit slows it down would never be done.
fn still(mock: &Rc<TestMock>, scenario: Scenario, seed: u64) -> Stage {
    let stage = Stage::on(mock, "staged", |_, _| {});
    stage.world.append((0..30).map(|number| entry(time(NOW).saturating_add(SECOND * number * 3), u64::from(number))));
    stage.world.set_scenario_with_seed(scenario, seed);
    stage
}

fn ended(mock: &TestMock) {
    mock.mock.sessions().remove(&"staged".parse().unwrap());
}

#[test]
fn correct_clients_are_clean_in_every_scenario_however_often_they_ask_for_however_much() {
    let mock = Rc::new(unlimited());
    for run in sample(0..1000, 40) {
        // Each scenario with each client, and over time with each pause and size.
        let scenario = Scenario::ALL[run % 6];
        let habit = CORRECT[(run / 6) % 3];
        let pause = SECOND * PAUSES[(run / 18) % PAUSES.len()];
        let page_size = PAGE_SIZES[(run / 18) % PAGE_SIZES.len()];
        let poller = Poller { habit, rounds: if page_size < 10 { 2 } else { 4 }, pause, page_size };
        let slow = habit == Habit::BeginsAnew || scenario == Scenario::QuotaSqueeze;
        let stage = if slow { still } else { staged }(&mock, scenario, run as u64);
        let judgement = stage.judged(&poller);
        let broken: Vec<Expectation> = Expectation::ALL
            .into_iter()
            .filter(|expectation| judgement.failure_message(*expectation).is_some())
            .collect();
        // A client whose end is not settled drops what it is served twice.
        let settled = habit == Habit::Correct;
        let allowed = |expectation: &Expectation| !settled && *expectation == Expectation::NoDuplicates;
        assert!(broken.iter().all(allowed), "{scenario} {run} {poller:?}: {judgement}");
        let coverage = &judgement.clients[0].coverage;
        assert_eq!(coverage.never, 0, "{scenario} {run} {poller:?}: {judgement}");
        assert!(coverage.once + coverage.several > 5, "{scenario} {run} {poller:?}: {judgement}");
        ended(&mock);
    }
}

#[test]
fn each_scenario_shows_the_mistake_that_it_is_for_however_often_the_client_asks() {
    let cases = [
        (Scenario::InsertBetweenPages, Habit::NoEnd, Bug::MovedUnderOffset),
        (Scenario::LateArrivals, Habit::NoLag, Bug::LateArrivalMissed),
        (Scenario::LateArrivals, Habit::NewestTimestampCursor, Bug::LateArrivalMissed),
        (Scenario::SameMillisecond, Habit::NewestTimestampCursor, Bug::EqualTimestampLost),
        (Scenario::Burst, Habit::FirstPageOnly, Bug::StoppedEarly),
        (Scenario::QuotaSqueeze, Habit::NoRetryOn429, Bug::GaveUpAfter429),
        (Scenario::QuotaSqueeze, Habit::RetriesTooEarly, Bug::RetriedTooEarly),
        (Scenario::Flaky, Habit::GivesUpOnFailure, Bug::GaveUpAfterFailure),
    ];
    let mock = Rc::new(unlimited());
    for (scenario, habit, bug) in cases {
        // Each seed with each pause.
        for run in sample(0..20, 3) {
            let (seed, pause) = (run as u64 / 5, PAUSES[run % 5]);
            let stage = staged(&mock, scenario, seed);
            let page_size = match scenario {
                Scenario::Burst => 1000,
                // Who asks no more than the limit allows meets none.
                Scenario::QuotaSqueeze => 4,
                _ => Poller::new(habit, 1).page_size,
            };
            let poller = Poller { habit, rounds: 120 / pause + 10, pause: SECOND * pause, page_size };
            let judgement = stage.judged(&poller);
            assert!(judgement.bugs().contains(&bug), "{scenario} {seed} {poller:?} without {bug:?}: {judgement}");
            ended(&mock);
        }
    }
}

/// What a client sees of some pages, and of a minute later: status, and body where there is one.
fn seen(scenario: Scenario, seed: u64) -> Vec<String> {
    let stage = Stage::on(&Rc::new(unlimited()), "seen", |_, _| {});
    stage.world.set_scenario_with_seed(scenario, seed);
    let mut answers = Vec::new();
    for page in (0..6).chain(0..6) {
        let reply = stage.ask(&format!("page={page}&pageSize=150"));
        // An error has an identifier of its own.
        answers.push(format!("{} {:?}", reply.status, reply.body.filter(|_| reply.status == 200)));
        stage.world.advance(SECOND * 5);
    }
    answers.push(format!("{:?}", stage.world.scenario_stats()));
    answers
}

#[test]
fn a_scenario_is_the_same_with_the_same_seed_and_another_with_another() {
    for scenario in Scenario::ALL {
        assert_eq!(seen(scenario, 1), seen(scenario, 1), "{scenario}");
        if scenario != Scenario::QuotaSqueeze {
            assert_ne!(seen(scenario, 1), seen(scenario, 2), "{scenario}");
        }
    }
}

#[test]
fn late_entries_come_by_the_clock_behind_what_was_read_and_never_later_than_is_said() {
    let stage = Stage::on(&Rc::new(unlimited()), "late", |_, _| {});
    let world = &stage.world;
    let held = world.entry_count();
    world.set_scenario(Scenario::LateArrivals);
    for minutes in 1..=60 {
        world.advance(SECOND * 60);
        let since = internal::store(world).len();
        world.catch_up();
        assert!(world.entry_count() - since <= 7, "six a minute");
        let latest = internal::store(world).history().entries(None, None, &Filters::default());
        let earliest = latest.iter().filter(|held| held.arrival > 0).map(|held| held.timestamp).min();
        assert!(earliest >= Some(time(NOW).saturating_sub(Scenario::MAX_LATENESS)), "{minutes}");
    }
    let staged = world.scenario_stats().unwrap();
    assert_eq!(staged.added, 360);
    // However the clock is moved, what was due is there when it ends, and nothing comes later.
    world.set_scenario(None);
    world.advance(SECOND * 3600);
    world.catch_up();
    assert_eq!(world.entry_count(), held + 360);
}

#[test]
fn a_burst_is_more_than_two_pages_of_any_size_and_comes_once_a_minute() {
    for page_size in PAGE_SIZES {
        let stage = Stage::on(&Rc::new(unlimited()), "burst", |_, _| {});
        stage.world.remove_entries();
        stage.world.set_scenario(Scenario::Burst);
        let pages = |query: &str| stage.ask(query).body.unwrap()["totalPages"].as_u64().unwrap();
        let first = format!("page=0&pageSize={page_size}");
        assert_eq!([pages(&first), pages(&first), pages(&first)], [0, 3, 3]);
        let last = format!("page=2&pageSize={page_size}");
        assert_eq!([pages(&last), pages(&last)], [3, 3], "the clock stands still");
        stage.world.advance(SECOND * 60);
        assert_eq!(pages(&last), 3);
        assert!(pages(&last) >= 5);
    }
}

#[test]
fn what_comes_around_the_pages_of_a_query_ends_on_a_clock_that_stands_still() {
    for scenario in Scenario::ALL {
        let stage = Stage::on(&Rc::new(unlimited()), "bound", |_, _| {});
        stage.world.set_scenario(scenario);
        let look = |query: &str| {
            for _ in 0..20 {
                stage.ask(query);
            }
            stage.world.scenario_stats().unwrap().added
        };
        let added = look("page=0&pageSize=100");
        assert_eq!(look("page=1&pageSize=50"), added, "{scenario}: the same query, whatever the page");
        stage.world.advance(Scenario::MOVES_PERIOD);
        let comes =
            matches!(scenario, Scenario::InsertBetweenPages | Scenario::LateArrivals | Scenario::SameMillisecond);
        assert_eq!(look("page=0&pageSize=100") > added, comes, "{scenario}");
    }
}

#[test]
fn a_squeezed_quota_is_a_limit_of_its_own() {
    let mock = Rc::new(TestMock::default());
    let stage = Stage::on(&mock, "squeeze", |_, _| {});
    let statuses = |token: &str| [0, 1, 2, 3].map(|_| stage.ask_as(&format!("{token}~squeeze"), "page=0").status);
    stage.world.set_scenario(Scenario::QuotaSqueeze);
    assert_eq!(statuses("mock-admin"), [200, 200, 429, 429]);
    assert_eq!(statuses("mock-throttled"), [200, 200, 429, 429], "it has three a minute of its own");
    assert_eq!(stage.world.scenario_stats().unwrap().refused, 4);
    let limited = JournalFilter { intervention: Some(InterventionKind::Limit), ..JournalFilter::default() };
    assert_eq!(stage.world.journal().count(&limited), 4);

    // Settings that are changed meanwhile stay, and count when they are stricter.
    stage.world.change_settings(|settings| (settings.rate_limit, settings.strict) = ("1/min".parse().unwrap(), true));
    assert_eq!(statuses("mock-admin"), [200, 429, 429, 429]);
    assert_eq!(stage.world.scenario_stats().unwrap().refused, 4, "these are not the scenario's");
    stage.world.change_settings(|settings| settings.rate_limit = RateLimit::Off);
    stage.world.set_scenario(None);
    let settings = stage.world.settings();
    assert_eq!((settings.rate_limit, settings.strict), (RateLimit::Off, true));
    assert_eq!(statuses("mock-admin"), [200; 4]);
    assert_eq!(statuses("mock-throttled"), [200, 200, 200, 429]);
}

#[test]
fn each_key_meets_the_same_failures_and_who_does_not_meet_them_takes_no_turn() {
    let stage = Stage::on(&Rc::new(unlimited()), "flaky", |_, _| {});
    stage.world.set_scenario_with_seed(Scenario::Flaky, 7);
    let asked = |token: &str| {
        let reply = stage.ask_as(&format!("{token}~flaky"), "page=0&pageSize=10");
        (reply.status, reply.body.is_some())
    };
    let mut sequences = [Vec::new(), Vec::new()];
    for _ in 0..12 {
        sequences[0].push(asked("mock-admin"));
        assert_eq!(asked("mock-no-such-key").0, 401);
        sequences[1].push(asked("mock-auditor"));
    }
    let [admin, auditor] = sequences;
    assert_eq!(admin, auditor);
    // Of three one fails, and of four that fail each in another way.
    let failed: Vec<_> = admin.iter().filter(|(status, body)| *status != 200 || !body).collect();
    assert_eq!(failed.len(), 4, "{admin:?}");
    assert_eq!(failed.iter().filter(|(status, _)| *status == 503).count(), 1);
    assert_eq!(stage.world.scenario_stats().unwrap().failed, 8);
    let of_scenario = JournalFilter { intervention: Some(InterventionKind::Scenario), ..JournalFilter::default() };
    assert_eq!(stage.world.journal().count(&of_scenario), 8);
    assert_eq!(stage.world.faults().list().iter().filter(|listed| !listed.of_key).count(), 0);
    stage.world.set_scenario(None);
    assert!((0..12).all(|_| asked("mock-admin") == (200, true)));
}

#[tokio::test]
async fn it_is_set_shown_and_ended_over_http_in_one_session() {
    let mock = TestMock::default();
    assert_eq!(mock.admin_get("/scenario").await, json!({"name": "off"}));
    let set = mock.admin("PUT", "/scenario", json!({"name": "same-millisecond", "seed": 7})).await.ok();
    let counts = json!({"name": "same-millisecond", "seed": 7, "pages": 0, "added": 0, "refused": 0, "failed": 0});
    assert_eq!(set, counts);
    mock.logs("page=0&pageSize=100").await.ok();
    let shown = mock.admin_get("/scenario").await;
    assert!(shown["pages"] == 1 && shown["added"].as_u64().unwrap() > 3, "{shown}");
    assert_eq!(mock.admin_get("/scenario?session=other").await, json!({"name": "off"}));
    let held = mock.mock.world().entry_count();
    assert_eq!(mock.admin("DELETE", "/scenario", "").await.ok(), json!({"name": "off"}));
    assert_eq!(mock.mock.world().entry_count(), held, "what came stays");
    // Without a seed it is the server's.
    assert_eq!(mock.admin("PUT", "/scenario", json!({"name": "burst"})).await.ok()["seed"], 42);
    mock.admin("POST", "/reset", "").await.ok();
    assert_eq!(mock.admin_get("/scenario").await, json!({"name": "off"}));
    assert_eq!(mock.mock.world().entry_count(), 640);
}

#[tokio::test]
async fn a_server_can_start_with_one_and_reset_begins_it_anew() {
    let mock = TestMock::with_config(Config { scenario: Some(Scenario::QuotaSqueeze), ..Config::default() });
    for _ in 0..2 {
        assert_eq!(mock.admin_get("/scenario").await["refused"], 0);
        for status in [200, 200, 429] {
            assert_eq!(mock.get("/api/v1/audit-logs").await.status, status);
        }
        assert_eq!(mock.admin_get("/scenario").await["refused"], 1);
        assert_eq!(mock.admin_get("/scenario?session=other").await["name"], "quota-squeeze");
        mock.admin("POST", "/reset", "").await.ok();
    }
}

#[tokio::test]
async fn a_wrong_scenario_says_what_there_is() {
    let mock = TestMock::default();
    let mut told = Vec::new();
    for body in [
        "",
        "{}",
        r#"{"name": "flakey"}"#,
        r#"{"name": "off"}"#,
        r#"{"name": 7}"#,
        r#"{"scenario": "flaky"}"#,
        r#"{"name": "flaky", "seed": -1}"#,
    ] {
        told.push(mock.admin("PUT", "/scenario", body).await.details(400));
    }
    insta::assert_snapshot!(told.join("\n"));
}
