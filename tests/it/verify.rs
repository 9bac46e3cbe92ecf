//! `verify`: a server that keeps every rule is found to, and one that breaks a rule is found out by that rule alone.

mod commands;
mod data;
mod differences;
mod other;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cortex_audit_mock::contract::RULES;
use cortex_audit_mock::fault::{Effect, Rule};
use cortex_audit_mock::remote::{ApiUrl, Time, Token};
use cortex_audit_mock::verify::{MOST_REQUESTS, Outcome, Report, Verification, VerifyError};
use cortex_audit_mock::world::{Activity, Filter};
use cortex_audit_mock::{MockServer, Rate, World};

use crate::support::NOW;
use other::{Difference, NO_DIFFERENCE, Other};

/// What no answer shows.
const NEVER: [&str; 5] = ["REQ-RATE", "REQ-BODY", "KEY-ROLES", "KEY-DEFAULT-ROLES", "KEY-PERSONAL"];
/// What is shown only by a 429.
const OF_A_LIMIT: [&str; 2] = ["ERR-429", "ERR-RETRY-AFTER"];

/// A clock that waits move.
fn own_time() -> Time {
    let now = Rc::new(Cell::new(Duration::ZERO));
    let (read, moved) = (Rc::clone(&now), now);
    Time::new(move || read.get(), move |length| moved.set(moved.get() + length))
}

/// Time by a world's clock: waiting moves it, so that its limiter sees it.
fn world_time(world: &Arc<World>) -> Time {
    let (read, moved) = (Arc::clone(world), Arc::clone(world));
    Time::new(move || read.clock.read().elapsed, move |length| moved.advance(length))
}

/// With `mock-admin` and, as the key that lacks the permission, `mock-no-audit`.
fn verified(uri: &str, time: Time) -> Result<Report, VerifyError> {
    verified_as("mock-admin", Some("mock-no-audit"), uri, time)
}

fn verified_as(token: &str, second: Option<&str>, uri: &str, time: Time) -> Result<Report, VerifyError> {
    let verification = Verification::new(ApiUrl::read(uri).unwrap(), Token::new("KEY", token).unwrap(), time)?;
    let verification = match second {
        Some(second) => verification.without_permission(Token::new("OTHER", second).unwrap()),
        None => verification,
    };
    verification.run(&|_| {})
}

fn rules<'a>(told: impl Iterator<Item = &'a cortex_audit_mock::verify::Told>) -> Vec<&'static str> {
    told.map(|told| told.rule.id).collect()
}

// One difference at a time

/// That a difference is found by its rule, and by no other.
fn found(difference: &Difference, report: &Report) -> Result<(), String> {
    let differing = rules(report.differing());
    let shown = report.differing().all(|told| match &told.outcome {
        Outcome::Differs(found) => {
            ![&found.request, &found.expected, &found.answered].iter().any(|text| text.is_empty())
        }
        _ => true,
    });
    if differing == [difference.rule] && shown && report.requests <= MOST_REQUESTS {
        return Ok(());
    }
    Err(format!("{} ({}): {differing:?}\n{report}", difference.rule, difference.name))
}

fn each_is_found(room: &str) {
    let (_, differences) = differences::ALL.iter().find(|(name, _)| *name == room).unwrap();
    let wrong: Vec<String> = differences
        .iter()
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
    assert_eq!(rules(report.untold()).into_iter().collect::<BTreeSet<_>>(), untold, "{report}");
    assert_eq!((rules(report.differing()), report.agreeing().count()), (vec![], RULES.len() - untold.len()));
    assert!(report.requests <= 95, "{} requests leave little for looking again", report.requests);
}

/// How many requests a report took, and the rules that it cannot tell.
fn of_mock(server: &MockServer, time: Time) -> (usize, Vec<&'static str>) {
    let report = verified(&server.uri(), time).unwrap();
    assert_eq!(rules(report.differing()), Vec::<&str>::new(), "{report}");
    assert!(report.requests <= MOST_REQUESTS);
    (report.requests, rules(report.untold()))
}

fn but<const N: usize>(more: [&'static str; N]) -> BTreeSet<&'static str> {
    NEVER.into_iter().chain(OF_A_LIMIT).chain(more).collect()
}

#[test]
fn the_built_in_story_tells_all_but_the_order_of_one_instant() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let (requests, untold) = of_mock(&server, own_time());
    assert_eq!(untold.into_iter().collect::<BTreeSet<_>>(), but(["RES-ORDER"]));
    assert!(requests <= 95, "{requests}");
    let asked = server.world().journal.list(&Filter::default());
    assert_eq!(asked.len(), requests);
    assert!(asked.iter().all(|record| record.method == "GET"));
}

#[test]
fn generated_entries_of_any_number_agree() {
    for count in [300, 5000] {
        let server = MockServer::builder().now(NOW).generate(count).start_blocking();
        let (_, untold) = of_mock(&server, own_time());
        // Whether two are of one instant is up to chance.
        let untold: BTreeSet<&str> = untold.into_iter().filter(|rule| *rule != "RES-ORDER").collect();
        assert_eq!(untold, but([]), "{count}");
    }
}

#[test]
fn without_entries_only_the_form_of_requests_and_errors_is_told() {
    let server = MockServer::builder().now(NOW).entries("[]").start_blocking();
    let report = verified(&server.uri(), own_time()).unwrap();
    assert_eq!(rules(report.differing()), Vec::<&str>::new(), "{report}");
    insta::assert_snapshot!(rules(report.agreeing()).join(" "), @"REQ-OPERATION REQ-PERMISSION PARAM-INVALID REQ-LENIENT REQ-ORDER RES-PAGE ERR-SHAPE ERR-PRINTED ERR-WORDS ERR-401 ERR-403 CATALOG-EMPTY");
}

#[test]
fn of_a_handful_of_entries_nothing_is_said_that_they_do_not_show() {
    let entries = |count: usize| {
        let all = data::telling();
        serde_json::Value::from(all.as_array().unwrap()[..count].to_vec()).to_string()
    };
    for count in [1, 2, 3, 5, 8, 13, 21] {
        let server = MockServer::builder().now(NOW).entries(entries(count)).start_blocking();
        of_mock(&server, own_time());
    }
    let server = MockServer::builder().now(NOW).entries(entries(3)).start_blocking();
    let report = verified(&server.uri(), own_time()).unwrap();
    let untold = report.untold().filter(|told| !NEVER.contains(&told.rule.id) && !OF_A_LIMIT.contains(&told.rule.id));
    let untold: Vec<String> = untold.map(|told| format!("{}: {:?}", told.rule.id, told.outcome)).collect();
    insta::assert_snapshot!(untold.join("\n"), @r#"
PAGE-BOUNDS: CannotTell { why: "there are no more than 250 entries to see the default size; there are too few entries for a second page" }
LIST-REQUEST-TYPES: CannotTell { why: "each is accepted, but no entry is of one of these types" }
LIST-OBJECT-TYPES-KNOWN: CannotTell { why: "all are accepted, but no entry is of one of these types" }
LIST-STRINGS: CannotTell { why: "no two entries have different actors of which one is an e-mail address, for actorEmails; no entry is of an API key, for actorApiKeyIdentifiers" }
LIST-SEVERAL: CannotTell { why: "no entry has a request type" }
FILTER-LOGIC: CannotTell { why: "there are too few entries for two filters at once" }
LIST-SPLIT: CannotTell { why: "no entry has an identifier with a space in it" }
RES-ENTRY: CannotTell { why: "every entry has an actorIdentifier, so what one without it looks like cannot be seen" }
RES-ORDER: CannotTell { why: "there are too few entries, or pages are not as expected, see PAGE-BOUNDS" }
"#);
}

/// Live entries come in at every question, late ones among those that were read before.
#[test]
fn entries_that_come_in_meanwhile_are_no_difference() {
    for (seed, lateness) in [(1, 0), (2, 40), (3, 600), (4, 7200)] {
        let server = MockServer::builder().now(NOW).seed(seed).start_blocking();
        let lateness = Duration::from_secs(lateness);
        server.world().set_live(Some(Activity { lateness, ..Activity::from("30/min".parse::<Rate>().unwrap()) }));
        let world = server.world();
        let (read, moved) = (Arc::clone(&world), world);
        // Each question takes a second.
        let now = move || {
            read.advance(Duration::from_millis(300));
            read.clock.read().elapsed
        };
        let (requests, untold) = of_mock(&server, Time::new(now, move |length| moved.advance(length)));
        assert!(lateness > Duration::from_secs(60) || untold.len() <= 8, "{requests} requests: {untold:?}");
    }
}

/// ERR-429, ERR-RETRY-AFTER and REQ-RATE when a limit is met on the way.
#[test]
fn a_limit_is_waited_for_and_shows_its_rules() {
    for limit in ["30/min", "60/min", "10/s"] {
        let server = MockServer::builder().now(NOW).rate_limit(limit).start_blocking();
        let (requests, untold) = of_mock(&server, world_time(&server.world()));
        let expected: BTreeSet<&str> = NEVER.into_iter().chain(["RES-ORDER"]).collect();
        assert_eq!(untold.into_iter().collect::<BTreeSet<_>>(), expected, "{limit}, {requests} requests");
    }
}

#[test]
fn a_server_that_admits_next_to_nothing_is_left_after_a_quarter_of_an_hour() {
    let server = MockServer::builder().now(NOW).rate_limit("5/h").start_blocking();
    let time = world_time(&server.world());
    let (requests, untold) = of_mock(&server, time);
    assert!(requests < 20 && untold.len() > 30, "{requests} requests: {untold:?}");
    assert!(server.world().clock.read().elapsed <= Duration::from_secs(15 * 60));
}

#[test]
fn a_server_that_fails_now_and_then_is_asked_again_and_never_more_than_a_hundred_times() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let world = server.world();
    for effect in [
        Effect::Reset,
        Effect::Empty,
        Effect::Truncate { bytes: 100 },
        Effect::Status { status: 503, retry_after: Some(2) },
    ] {
        world.faults.add(Rule { probability: 0.02, ..effect.into() });
    }
    of_mock(&server, own_time());
    assert!(world.journal.count(&Filter::default()) <= MOST_REQUESTS);
}

// Keys

#[test]
fn without_the_second_key_it_says_what_it_would_take() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let report = verified_as("mock-admin", None, &server.uri(), own_time()).unwrap().to_string();
    let lines = report.lines().filter(|line| line.contains("second key"));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
REQ-PERMISSION           documented          cannot tell  it takes a second key, without the permission (--no-permission-token-env)
REQ-ORDER                assumed             cannot tell  the token is checked before the parameters; for the permission it takes a second key, without the permission (--no-permission-token-env)
ERR-403                  documented          cannot tell  it takes a second key, without the permission (--no-permission-token-env)
");
}

#[test]
fn a_second_key_that_is_none_does_not_stop_the_rest() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let report = verified_as("mock-admin", Some("mock-revoked"), &server.uri(), own_time()).unwrap();
    let untold: BTreeSet<&str> = rules(report.untold()).into_iter().collect();
    assert_eq!(untold, but(["RES-ORDER", "REQ-PERMISSION", "REQ-ORDER", "ERR-403"]));
    assert_eq!(report.to_string().matches("the second key is not accepted (401)").count(), 3);
}

/// Of servers that say the tokens back, also where a text is cut, and in the form that JSON has for them.
#[test]
fn no_token_is_printed() {
    let keys = r#"{"customRoles": [{"tag": "none", "name": "None", "permissions": []}], "keys": [
        {"token": "s3cret-\"one", "name": "A", "roles": [{"type": "DEFAULT", "role": "ADMIN"}]},
        {"token": "s3cret-two", "name": "B", "roles": [{"type": "CUSTOM", "tag": "none"}]}]}"#;
    let printed = |report: &Report| format!("{report}{}", serde_json::to_string(report).unwrap());
    let server = MockServer::builder().now(NOW).keys(keys).start_blocking();
    let report = verified_as("s3cret-\"one", Some("s3cret-two"), &server.uri(), own_time()).unwrap();
    assert_eq!(report.agreeing().count(), 36);
    assert!(!printed(&report).contains("s3cret"));

    let echo = other::answered("ERR-WORDS", "it says tokens back", |_, asked, answer| {
        let token = asked.authorization.clone().unwrap_or_default();
        if answer.is_error() {
            let padding = "x".repeat(50);
            answer
                .set("message", format!("{padding} {token} mock-admin mock-admin mock-no-audit {padding} mock-admin"));
        }
    });
    let server = Other::start(echo, "off");
    let printed = printed(&verified(&server.uri, own_time()).unwrap());
    assert!(printed.contains("[token]") && !printed.contains("mock-a") && !printed.contains("mock-no"), "{printed}");
}
