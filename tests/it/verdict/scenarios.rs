//! Scenarios: correct clients are clean in all of them, and each shows the mistake that it is for.

use std::rc::Rc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::http::Request;
use cortex_audit_mock::fault::{Effect, Rule};
use cortex_audit_mock::world::verdict::{Bug, Scope};
use cortex_audit_mock::world::{Filter, Scenario, Staged};
use cortex_audit_mock::{Config, Rate, World};
use serde_json::{Value, json};

use super::pollers::{Habit, Poller};
use super::stage::{Stage, clean, entry, unlimited};
use crate::support::{NOW, TestMock, time};

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
    for run in 0..1000 {
        // Each scenario with each client, and over time with each pause and size.
        let scenario = Scenario::ALL[run % 6];
        let habit = CORRECT[(run / 6) % 3];
        let pause = SECOND * PAUSES[(run / 18) % PAUSES.len()];
        let page_size = PAGE_SIZES[(run / 18) % PAGE_SIZES.len()];
        let poller = Poller { habit, rounds: if page_size < 10 { 2 } else { 4 }, pause, page_size };
        let slow = habit == Habit::BeginsAnew || scenario == Scenario::QuotaSqueeze;
        let stage = if slow { still } else { staged }(&mock, scenario, run as u64);
        let judgement = stage.judged(&poller);
        assert_eq!(judgement.bugs(), [], "{scenario} {run} {poller:?}: {judgement}");
        clean(&judgement);
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
        for pause in PAUSES {
            for seed in 0..10 {
                let stage = staged(&mock, scenario, seed);
                let page_size = match scenario {
                    Scenario::Burst => 1000,
                    // Who asks no more than the limit allows meets none.
                    Scenario::QuotaSqueeze => 4,
                    _ => Poller::new(habit, 1).page_size,
                };
                let poller = Poller { habit, rounds: 240 / pause + 10, pause: SECOND * pause, page_size };
                let judgement = stage.judged(&poller);
                assert!(judgement.bugs().contains(&bug), "{scenario} {seed} {poller:?} without {bug:?}: {judgement}");
                ended(&mock);
            }
        }
    }
}
