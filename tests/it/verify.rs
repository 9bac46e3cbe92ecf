//! `verify`: a server that keeps every rule is found to, and one that breaks a rule is found out by that rule alone.

mod agreement;
mod commands;
mod data;
mod differences;
mod exchange;
mod other;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cortex_audit_mock::World;
use cortex_audit_mock::contract::RULES;
use cortex_audit_mock::internal::remote::{ApiUrl, TimeSource, Token};
use cortex_audit_mock::internal::verify::{MAX_REQUESTS, Outcome, Verification, VerificationReport, VerifyError};
use other::{Difference, NO_DIFFERENCE, Other};

use crate::support::full_tests;

/// What no answer shows.
const NEVER: [&str; 5] = ["REQ-RATE", "REQ-BODY", "KEY-ROLES", "KEY-DEFAULT-ROLES", "KEY-PERSONAL"];
/// What is shown only by a 429.
const OF_A_LIMIT: [&str; 2] = ["ERR-429", "ERR-RETRY-AFTER"];

/// A clock that waits move.
fn own_time() -> TimeSource {
    let now = Rc::new(Cell::new(Duration::ZERO));
    let (read, moved) = (Rc::clone(&now), now);
    TimeSource::new(move || read.get(), move |length| moved.set(moved.get() + length))
}

/// TimeSource by a world's clock: waiting moves it, so that its limiter sees it.
fn world_time(world: &Arc<World>) -> TimeSource {
    let (read, moved) = (Arc::clone(world), Arc::clone(world));
    TimeSource::new(move || read.clock().elapsed, move |length| moved.advance(length))
}

/// With `mock-admin` and, as the key that lacks the permission, `mock-no-audit`.
fn verified(uri: &str, time: TimeSource) -> Result<VerificationReport, VerifyError> {
    verified_as("mock-admin", Some("mock-no-audit"), uri, time)
}

fn verified_as(
    token: &str,
    second: Option<&str>,
    uri: &str,
    time: TimeSource,
) -> Result<VerificationReport, VerifyError> {
    let verification = Verification::new(ApiUrl::read(uri).unwrap(), Token::new("KEY", token).unwrap(), time)?;
    let verification = match second {
        Some(second) => verification.without_permission(Token::new("OTHER", second).unwrap()),
        None => verification,
    };
    verification.run(&|_| {})
}

fn rules<'a>(told: impl Iterator<Item = &'a cortex_audit_mock::internal::verify::RuleOutcome>) -> Vec<&'static str> {
    told.map(|told| told.rule.id).collect()
}

// One difference at a time

/// That a difference is found by its rule, and by no other.
fn found(difference: &Difference, report: &VerificationReport) -> Result<(), String> {
    let differing = rules(report.mismatches());
    let shown = report.mismatches().all(|told| match &told.outcome {
        Outcome::Mismatch(found) => {
            ![&found.request, &found.expected, &found.answered].iter().any(|text| text.is_empty())
        }
        _ => true,
    });
    if differing == [difference.rule] && shown && report.requests <= MAX_REQUESTS {
        return Ok(());
    }
    Err(format!("{} ({}): {differing:?}\n{report}", difference.rule, difference.name))
}

fn each_is_found(room: &str) {
    let (_, differences) = differences::ALL.iter().find(|(name, _)| *name == room).unwrap();
    let mut seen = BTreeSet::new();
    // One for each rule, where not all are tried.
    let tried = differences.iter().filter(|difference| seen.insert(difference.rule) || full_tests());
    let wrong: Vec<String> = tried
        .filter_map(|difference| {
            let server = Other::start(*difference, "off");
            let report = verified(&server.uri, own_time()).map_err(|error| format!("{}: {error}", difference.name));
            report.and_then(|report| found(difference, &report)).err()
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), differences.len(), wrong.join("\n"));
}

#[test]
fn a_difference_of_requests_is_found_and_no_other() {
    each_is_found("request");
}

#[test]
fn a_difference_of_times_is_found_and_no_other() {
    each_is_found("times");
}

#[test]
fn a_difference_of_pages_is_found_and_no_other() {
    each_is_found("paging");
}

#[test]
fn a_difference_of_lists_is_found_and_no_other() {
    each_is_found("lists");
}

#[test]
fn a_difference_of_entries_is_found_and_no_other() {
    each_is_found("response");
}

#[test]
fn a_difference_of_errors_is_found_and_no_other() {
    each_is_found("errors");
}

#[test]
fn a_difference_of_a_limit_is_found_when_it_is_met_and_no_other() {
    for difference in differences::LIMITED {
        let server = Other::start(*difference, "30/min");
        let report = verified(&server.uri, world_time(&server.mock.world())).unwrap();
        assert_eq!(found(difference, &report), Ok(()));
    }
}

#[test]
fn a_wait_that_is_too_short_is_found() {
    let early = other::answered("ERR-429", "too early", |_, _, answer| {
        if answer.status == 429 {
            answer.set("retryAfter", 1);
            answer.header(axum::http::header::RETRY_AFTER, "1");
        }
    });
    let server = Other::start(early, "20/min");
    let report = verified(&server.uri, world_time(&server.mock.world())).unwrap();
    assert_eq!(found(&early, &report), Ok(()));
}

#[test]
fn every_rule_that_answers_show_has_a_server_that_breaks_it() {
    let all = differences::ALL.iter().flat_map(|(_, differences)| *differences).chain(differences::LIMITED);
    let broken: BTreeSet<&str> = all.map(|difference| difference.rule).collect();
    let shown: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).filter(|id| !NEVER.contains(id)).collect();
    assert_eq!(broken, shown);
}

// Nothing differs

#[test]
fn a_server_without_a_difference_agrees_in_all_that_can_be_told() {
    let server = Other::start(NO_DIFFERENCE, "off");
    let report = verified(&server.uri, own_time()).unwrap();
    let untold: BTreeSet<&str> = NEVER.into_iter().chain(OF_A_LIMIT).collect();
    assert_eq!(rules(report.inconclusive()).into_iter().collect::<BTreeSet<_>>(), untold, "{report}");
    assert_eq!((rules(report.mismatches()), report.agreements().count()), (vec![], RULES.len() - untold.len()));
    assert!(report.requests <= 95, "{} requests leave little for looking again", report.requests);
}
