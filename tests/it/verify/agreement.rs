//! The mock agrees with its own rules, whatever it holds and whatever goes on meanwhile; and what cannot be told is not said.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use cortex_audit_mock::fault::{Effect, FaultRule};
use cortex_audit_mock::internal::remote::TimeSource;
use cortex_audit_mock::internal::verify::{MAX_REQUESTS, VerificationReport};
use cortex_audit_mock::world::{Activity, JournalFilter};
use cortex_audit_mock::{MockServer, Rate};

use super::other::{self, Other};
use super::{NEVER, OF_A_LIMIT, data, differences, found, own_time, rules, verified, verified_as, world_time};
use crate::support::{NOW, time};

/// How many requests a report took, and the rules that it cannot tell.
fn of_mock(server: &MockServer, time: TimeSource) -> (usize, Vec<&'static str>) {
    let report = verified(&server.uri(), time).unwrap();
    assert_eq!(rules(report.mismatches()), Vec::<&str>::new(), "{report}");
    assert!(report.requests <= MAX_REQUESTS);
    (report.requests, rules(report.inconclusive()))
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
    let asked = server.world().journal().list(&JournalFilter::default());
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
    assert_eq!(rules(report.mismatches()), Vec::<&str>::new(), "{report}");
    insta::assert_snapshot!(rules(report.agreements()).join(" "), @"REQ-OPERATION REQ-PERMISSION PARAM-INVALID REQ-LENIENT REQ-ORDER RES-PAGE ERR-SHAPE ERR-PRINTED ERR-WORDS ERR-401 ERR-403 CATALOG-EMPTY");
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
    let untold =
        report.inconclusive().filter(|told| !NEVER.contains(&told.rule.id) && !OF_A_LIMIT.contains(&told.rule.id));
    let untold: Vec<String> = untold.map(|told| format!("{}: {:?}", told.rule.id, told.outcome)).collect();
    insta::assert_snapshot!(untold.join("\n"), @r#"
PAGE-BOUNDS: Inconclusive { why: "there are no more than 250 entries to see the default size; there are too few entries for a second page" }
LIST-REQUEST-TYPES: Inconclusive { why: "each is accepted, but no entry is of one of these types" }
LIST-OBJECT-TYPES-KNOWN: Inconclusive { why: "all are accepted, but no entry is of one of these types" }
LIST-STRINGS: Inconclusive { why: "no two entries have different actors of which one is an e-mail address, for actorEmails; no entry is of an API key, for actorApiKeyIdentifiers" }
LIST-SEVERAL: Inconclusive { why: "no entry has a request type" }
FILTER-LOGIC: Inconclusive { why: "there are too few entries for two filters at once" }
LIST-SPLIT: Inconclusive { why: "no entry has an identifier with a space in it" }
RES-ENTRY: Inconclusive { why: "every entry has an actorIdentifier, so what one without it looks like cannot be seen" }
RES-ORDER: Inconclusive { why: "there are too few entries, or pages are not as expected, see PAGE-BOUNDS" }
"#);
}

/// More than a page of them, so close that no second is free, or all of one instant.
#[test]
fn dense_entries_are_no_difference() {
    let actions = ["CREATE", "UPDATE", "DELETE"];
    for (apart, most) in [(0, 40), (1, 22)] {
        let at = |number: u32| time(NOW).saturating_sub(Duration::from_millis(apart) * number);
        let entry = |number: u32| {
            serde_json::json!({
                "action": actions[number as usize % 3], "objectIdentifier": format!("object-{number}"),
                "objectType": "SERVICE", "timestamp": at(number), "actorIdentifier": "ada@example.com",
            })
        };
        let entries: serde_json::Value = (0..2500).map(entry).collect();
        let server = MockServer::builder().now(NOW).entries(entries.to_string()).start_blocking();
        let (_, untold) = of_mock(&server, own_time());
        assert!(untold.len() <= most, "{apart} ms apart: {untold:?}");
    }
}

/// Without ranges, nothing is known of more entries than a page has room for.
#[test]
fn a_server_of_many_entries_that_ignores_ranges_is_not_said_to_differ_in_anything_else() {
    for name in ["startTime is ignored", "Z is refused"] {
        let mut all = differences::ALL.iter().flat_map(|(_, differences)| *differences);
        let difference = all.find(|difference| difference.name == name).unwrap();
        let server = Other::over(&data::many(), *difference, "off");
        assert_eq!(found(difference, &verified(&server.uri, own_time()).unwrap()), Ok(()));
    }
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
            read.clock().elapsed
        };
        let (requests, untold) = of_mock(&server, TimeSource::new(now, move |length| moved.advance(length)));
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
    assert!(server.world().clock().elapsed <= Duration::from_secs(15 * 60));
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
        world.faults().add(FaultRule { probability: 0.02, ..effect.into() });
    }
    of_mock(&server, own_time());
    assert!(world.journal().count(&JournalFilter::default()) <= MAX_REQUESTS);
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
    let untold: BTreeSet<&str> = rules(report.inconclusive()).into_iter().collect();
    assert_eq!(untold, but(["RES-ORDER", "REQ-PERMISSION", "REQ-ORDER", "ERR-403"]));
    assert_eq!(report.to_string().matches("the second key is not accepted (401)").count(), 3);
}

/// Of servers that say the tokens back, also where a text is cut, and in the form that JSON has for them.
#[test]
fn no_token_is_printed() {
    let keys = r#"{"customRoles": [{"tag": "none", "name": "None", "permissions": []}], "keys": [
        {"token": "s3cret-\"one", "name": "A", "roles": [{"type": "DEFAULT", "role": "ADMIN"}]},
        {"token": "s3cret-two", "name": "B", "roles": [{"type": "CUSTOM", "tag": "none"}]}]}"#;
    let printed = |report: &VerificationReport| format!("{report}{}", serde_json::to_string(report).unwrap());
    let server = MockServer::builder().now(NOW).keys(keys).start_blocking();
    let report = verified_as("s3cret-\"one", Some("s3cret-two"), &server.uri(), own_time()).unwrap();
    assert_eq!(report.agreements().count(), 36);
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
