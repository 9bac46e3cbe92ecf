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
use super::stage::{Stage, clean, unlimited};
use crate::support::{NOW, TestMock, time};

const SECOND: Duration = Duration::from_secs(1);
const CORRECT: [Habit; 3] = [Habit::Correct, Habit::Overlaps, Habit::BeginsAnew];
const PAUSES: [u32; 5] = [1, 15, 60, 90, 300];
const PAGE_SIZES: [u32; 8] = [1, 2, 7, 10, 50, 100, 250, 1000];

/// A session of a mock in which a scenario goes on, beside live activity.
fn staged(mock: &Rc<TestMock>, scenario: Scenario, seed: u64) -> Stage {
    let stage = Stage::on(mock, "staged", |_, _| {});
    let world = &stage.world;
    world.set_live(Some("20/min".parse::<Rate>().unwrap().into()));
    world.set_scenario_with_seed(scenario, seed);
    stage
}

fn ended(mock: &TestMock) {
    mock.mock.sessions().remove(&"staged".parse().unwrap());
}

#[test]
fn correct_clients_are_clean_in_every_scenario_however_often_they_ask_for_however_much() {
    let mock = Rc::new(unlimited());
    for run in 0..1000_usize {
        for (place, scenario) in Scenario::ALL.into_iter().enumerate() {
            let habit = CORRECT[run % CORRECT.len()];
            let poller = Poller {
                habit,
                rounds: 4,
                pause: SECOND * PAUSES[(run / 3) % PAUSES.len()],
                page_size: PAGE_SIZES[(run / 15 + place) % PAGE_SIZES.len()],
            };
            let stage = staged(&mock, scenario, run as u64);
            let judgement = stage.judged(&poller);
            assert_eq!(judgement.bugs(), [], "{scenario} {run} {poller:?}: {judgement}");
            clean(&judgement);
            let coverage = &judgement.clients[0].coverage;
            assert_eq!(coverage.never, 0, "{scenario} {run} {poller:?}: {judgement}");
            assert!(coverage.once + coverage.several > 5, "{scenario} {run} {poller:?}: {judgement}");
            ended(&mock);
        }
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
                let page_size = if scenario == Scenario::Burst { 1000 } else { Poller::new(habit, 1).page_size };
                let poller = Poller { habit, rounds: 240 / pause + 10, pause: SECOND * pause, page_size };
                let judgement = stage.judged(&poller);
                assert!(judgement.bugs().contains(&bug), "{scenario} {seed} {poller:?} without {bug:?}: {judgement}");
                ended(&mock);
            }
        }
    }
}
