//! `verify`: finds that a server keeps every rule, and which rule a server breaks.

mod agreement;
mod commands;
mod deviating_server;
mod deviations;
mod document;
mod entries;
mod intercepted;
mod sample_range;

use std::collections::BTreeSet;
use std::sync::Arc;

use cortex_audit_mock::contract::RULES;
use cortex_audit_mock::contract::query::Offsets;
use cortex_audit_mock::internal::remote::{RequestError, TimeSource, Token};
use cortex_audit_mock::internal::verify::{MAX_REQUESTS, Mismatch, Outcome, VerificationReport, verify};
use cortex_audit_mock::{MockServer, World};
use deviating_server::{DeviatingServer, Deviation, NO_DEVIATION};

use crate::remote::{connection, own_time};
use crate::support::{NOW, full_tests};

/// Rules that no response shows.
const NEVER: [&str; 7] =
    ["REQ-RATE", "REQ-BODY", "KEY-ROLES", "KEY-DEFAULT-ROLES", "KEY-LOWEST-ROLE", "KEY-CUSTOM-ROLES", "KEY-PERSONAL"];
/// Rules that only a 429 shows.
const OF_RATE_LIMIT: [&str; 2] = ["ERR-429", "ERR-RETRY-AFTER"];

/// The clock of a world, which waits move, so that its rate limit sees them.
fn world_time(world: &Arc<World>) -> TimeSource {
    let (read, moved) = (Arc::clone(world), Arc::clone(world));
    TimeSource::new(move || read.clock().world_age, move |length| moved.advance(length))
}

/// Verifies with `mock-admin` and, as the key without the permission, `mock-no-audit`.
fn verified(uri: &str, time: TimeSource) -> Result<VerificationReport, RequestError> {
    verified_as("mock-admin", Some("mock-no-audit"), uri, time)
}

fn verified_as(
    token: &str,
    no_permission_token: Option<&str>,
    uri: &str,
    time: TimeSource,
) -> Result<VerificationReport, RequestError> {
    let second = no_permission_token.map(|token| Token::new("OTHER", token).unwrap());
    verify(connection(uri, token), second, time, |_| {})
}

/// The rules with an outcome.
fn rules(report: &VerificationReport, has: impl Fn(&Outcome) -> bool) -> Vec<&'static str> {
    report.rules.iter().filter(|rule| has(&rule.outcome)).map(|rule| rule.rule).collect()
}

fn agreeing(report: &VerificationReport) -> Vec<&'static str> {
    rules(report, |outcome| matches!(outcome, Outcome::Agrees { .. }))
}

fn differing(report: &VerificationReport) -> Vec<&'static str> {
    rules(report, |outcome| matches!(outcome, Outcome::Mismatch(_)))
}

fn inconclusive(report: &VerificationReport) -> Vec<&'static str> {
    rules(report, |outcome| matches!(outcome, Outcome::Inconclusive { .. }))
}

// One deviation at a time

/// Checks that a deviation is found under its rule, and under no other.
fn check_found(deviation: &Deviation, report: &VerificationReport) -> Result<(), String> {
    let is_complete = |Mismatch { request, expected, answered }: &Mismatch| {
        ![request, expected, answered].into_iter().any(String::is_empty)
    };
    let is_shown = report.rules.iter().all(|rule| match &rule.outcome {
        Outcome::Mismatch(mismatch) => is_complete(mismatch),
        Outcome::Agrees { .. } | Outcome::Inconclusive { .. } => true,
    });
    let differing = differing(report);
    if differing == [deviation.rule] && is_shown && report.requests <= MAX_REQUESTS {
        return Ok(());
    }
    Err(format!("{} ({}): {differing:?}\n{report}", deviation.rule, deviation.name))
}

/// One deviation for each rule, in a full run all.
fn tried(deviations: &[Deviation]) -> impl Iterator<Item = &Deviation> {
    let mut rules = BTreeSet::new();
    deviations.iter().filter(move |deviation| rules.insert(deviation.rule) || full_tests())
}

fn each_deviation_is_found(kind: &str) {
    let (_, deviations) = deviations::BY_KIND.iter().find(|(name, _)| *name == kind).unwrap();
    let entries = if kind == "paging" { entries::distinguishing() } else { entries::few_in_a_quick_run() };
    let wrong: Vec<String> = tried(deviations)
        .filter_map(|deviation| {
            let server = DeviatingServer::over(&entries, *deviation, "off");
            let report = verified(&server.uri, own_time()).map_err(|error| format!("{}: {error}", deviation.name));
            report.and_then(|report| check_found(deviation, &report)).err()
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), deviations.len(), wrong.join("\n"));
}

#[test]
fn deviation_of_requests_is_found_under_its_rule() {
    each_deviation_is_found("request");
}

#[test]
fn deviation_of_times_is_found_under_its_rule() {
    each_deviation_is_found("times");
}

#[test]
fn deviation_of_pages_is_found_under_its_rule() {
    each_deviation_is_found("paging");
}

#[test]
fn deviation_of_lists_is_found_under_its_rule() {
    each_deviation_is_found("lists");
}

#[test]
fn deviation_of_entries_is_found_under_its_rule() {
    each_deviation_is_found("response");
}

#[test]
fn deviation_of_errors_is_found_under_its_rule() {
    each_deviation_is_found("errors");
}

#[test]
fn deviation_of_a_rate_limit_is_found_when_the_limit_is_met() {
    for deviation in tried(deviations::OF_RATE_LIMIT) {
        let server = DeviatingServer::over(&entries::few_in_a_quick_run(), *deviation, "30/min");
        let report = verified(&server.uri, world_time(&server.mock.world())).unwrap();
        assert_eq!(check_found(deviation, &report), Ok(()));
    }
}

#[test]
fn retry_after_that_is_too_short_is_found() {
    let early = deviating_server::responds("ERR-429", "too early", |_, _, response| {
        if response.status == 429 {
            response.set("retryAfter", 1);
            response.header(axum::http::header::RETRY_AFTER, "1");
        }
    });
    let server = DeviatingServer::start(early, "20/min");
    let report = verified(&server.uri, world_time(&server.mock.world())).unwrap();
    assert_eq!(check_found(&early, &report), Ok(()));
}

#[test]
fn every_rule_that_responses_show_has_a_deviation() {
    let all = deviations::BY_KIND.iter().flat_map(|(_, deviations)| *deviations).chain(deviations::OF_RATE_LIMIT);
    let broken: BTreeSet<&str> = all.map(|deviation| deviation.rule).collect();
    let shown: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).filter(|id| !NEVER.contains(id)).collect();
    assert_eq!(broken, shown);
}

// Offsets

/// The outcome of TIME-OFFSET names the value of `--offsets` that does what the server does.
#[test]
fn it_is_named_what_a_server_does_with_offsets() {
    for (offsets, name) in
        [(Offsets::Honoured, "honoured"), (Offsets::Ignored, "ignored"), (Offsets::Refused, "refused")]
    {
        let server = MockServer::builder().now(NOW).offsets(offsets).start_blocking();
        let report = verified(&server.uri(), own_time()).unwrap();
        let outcome = &report.rules.iter().find(|rule| rule.rule == "TIME-OFFSET").unwrap().outcome;
        let text = match outcome {
            Outcome::Agrees { evidence: text } | Outcome::Inconclusive { why: text } => text,
            Outcome::Mismatch(Mismatch { answered, .. }) => answered,
        };
        assert!(text.starts_with(&format!("offsets are {name}: ")), "{report}");
        let differs: &[&str] = if offsets == Offsets::Honoured { &[] } else { &["TIME-OFFSET"] };
        assert_eq!(differing(&report), differs, "{report}");
    }
}

// No deviation

#[test]
fn server_without_a_deviation_agrees_in_every_rule_that_responses_show() {
    let server = DeviatingServer::start(NO_DEVIATION, "off");
    let report = verified(&server.uri, own_time()).unwrap();
    let expected: BTreeSet<&str> = NEVER.into_iter().chain(OF_RATE_LIMIT).collect();
    assert_eq!(inconclusive(&report).into_iter().collect::<BTreeSet<_>>(), expected, "{report}");
    assert_eq!((differing(&report), report.agrees), (vec![], RULES.len() - expected.len()));
    assert!(report.requests <= 95, "{} requests leave few for reading again", report.requests);
}
