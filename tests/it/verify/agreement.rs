//! The mock agrees with its own rules, whatever entries it has and whatever happens meanwhile; where responses show nothing,
//! `verify` says nothing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use cortex_audit_mock::fault::{Effect, FaultRule};
use cortex_audit_mock::internal::remote::TimeSource;
use cortex_audit_mock::internal::verify::{MAX_REQUESTS, Outcome, VerificationReport};
use cortex_audit_mock::world::{Activity, JournalFilter};
use cortex_audit_mock::{MockServer, Rate};

use super::deviating_server::{self, DeviatingServer};
use super::{
    NEVER, OF_RATE_LIMIT, agreeing, check_found, deviations, differing, entries, inconclusive, verified, verified_as,
    world_time,
};
use crate::remote::own_time;
use crate::support::{NOW, time};

/// The number of requests and the inconclusive rules of a verification without a mismatch.
fn verify_mock(server: &MockServer, time: TimeSource) -> (usize, Vec<&'static str>) {
    let report = verified(&server.uri(), time).unwrap();
    assert_eq!(differing(&report), Vec::<&str>::new(), "{report}");
    assert!(report.requests <= MAX_REQUESTS);
    (report.requests, inconclusive(&report))
}

fn unclear_rules_and<const N: usize>(more: [&'static str; N]) -> BTreeSet<&'static str> {
    NEVER.into_iter().chain(OF_RATE_LIMIT).chain(more).collect()
}

#[test]
fn built_in_story_shows_every_rule_but_the_order_of_equal_timestamps() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let (requests, unclear) = verify_mock(&server, own_time());
    assert_eq!(unclear.into_iter().collect::<BTreeSet<_>>(), unclear_rules_and(["RES-ORDER"]));
    assert!(requests <= 95, "{requests}");
    let records = server.world().journal().list(&JournalFilter::default());
    assert_eq!(records.len(), requests);
    assert!(records.iter().all(|record| record.method == "GET"));
}

#[test]
fn generated_entries_of_any_number_agree() {
    for count in [300, 5000] {
        let server = MockServer::builder().now(NOW).generate(count).start_blocking();
        let (_, unclear) = verify_mock(&server, own_time());
        // Whether two have the same timestamp is random.
        let unclear: BTreeSet<&str> = unclear.into_iter().filter(|rule| *rule != "RES-ORDER").collect();
        assert_eq!(unclear, unclear_rules_and([]), "{count}");
    }
}

#[test]
fn without_entries_only_requests_and_errors_are_checked() {
    let server = MockServer::builder().now(NOW).entries("[]").start_blocking();
    let report = verified(&server.uri(), own_time()).unwrap();
    assert_eq!(differing(&report), Vec::<&str>::new(), "{report}");
    insta::assert_snapshot!(agreeing(&report).join(" "), @"REQ-OPERATION REQ-PERMISSION PARAM-INVALID REQ-LENIENT REQ-ORDER RES-PAGE ERR-SHAPE ERR-PRINTED ERR-WORDS ERR-401 ERR-403 CATALOG-EMPTY");
}

#[test]
fn few_entries_give_no_mismatch() {
    let entries = |count: usize| {
        let all = entries::distinguishing();
        serde_json::Value::from(all.as_array().unwrap()[..count].to_vec()).to_string()
    };
    for count in [1, 2, 3, 5, 8, 13, 21] {
        let server = MockServer::builder().now(NOW).entries(entries(count)).start_blocking();
        verify_mock(&server, own_time());
    }
    let server = MockServer::builder().now(NOW).entries(entries(3)).start_blocking();
    let report = verified(&server.uri(), own_time()).unwrap();
    let unclear = report.rules.iter().filter(|rule| {
        matches!(rule.outcome, Outcome::Inconclusive { .. })
            && !NEVER.contains(&rule.rule)
            && !OF_RATE_LIMIT.contains(&rule.rule)
    });
    let unclear: Vec<String> = unclear.map(|rule| format!("{}: {:?}", rule.rule, rule.outcome)).collect();
    insta::assert_snapshot!(unclear.join("\n"), @r#"
PAGE-BOUNDS: Inconclusive { why: "there are no more than 250 entries to see the default size; there are too few entries for a second page" }
LIST-REQUEST-TYPES: Inconclusive { why: "each is accepted, but no entry is of one of these types" }
LIST-OBJECT-TYPES-KNOWN: Inconclusive { why: "all are accepted, but no entry is of one of these types" }
LIST-STRINGS: Inconclusive { why: "no two entries have different actors of which one is an e-mail address, for actorEmails; no entry is of an API key, for actorApiKeyIdentifiers" }
LIST-SEVERAL: Inconclusive { why: "no entry has a request type" }
FILTER-LOGIC: Inconclusive { why: "there are too few entries for two filters at once" }
FILTER-ANONYMOUS: Inconclusive { why: "no entry has a request type" }
LIST-SPLIT: Inconclusive { why: "no entry has an identifier with a space in it" }
RES-ENTRY: Inconclusive { why: "every entry has an actorIdentifier, so what one without it looks like cannot be seen" }
RES-ORDER: Inconclusive { why: "there are too few entries, or pages are not as expected, see PAGE-BOUNDS" }
"#);
}

/// More than a page of entries, all of one instant, or so close that no whole second is free.
#[test]
fn dense_entries_give_no_mismatch() {
    let actions = ["CREATE", "UPDATE", "DELETE"];
    for (apart, max_unclear) in [(0, 44), (1, 25)] {
        let at = |number: u32| time(NOW).saturating_sub(Duration::from_millis(apart) * number);
        let entry = |number: u32| {
            serde_json::json!({
                "action": actions[number as usize % 3], "objectIdentifier": format!("object-{number}"),
                "objectType": "SERVICE", "timestamp": at(number), "actorIdentifier": "ada@example.com",
            })
        };
        let entries: serde_json::Value = (0..2500).map(entry).collect();
        let server = MockServer::builder().now(NOW).entries(entries.to_string()).start_blocking();
        let (_, unclear) = verify_mock(&server, own_time());
        assert!(unclear.len() <= max_unclear, "{apart} ms apart: {unclear:?}");
    }
}

/// Without ranges, nothing is known of entries beyond the first page.
#[test]
fn server_without_ranges_and_with_many_entries_gives_one_mismatch() {
    for name in ["startTime is ignored", "Z is refused"] {
        let mut all = deviations::BY_KIND.iter().flat_map(|(_, deviations)| *deviations);
        let deviation = all.find(|deviation| deviation.name == name).unwrap();
        let server = DeviatingServer::over(&entries::more_than_a_page(), *deviation, "off");
        assert_eq!(check_found(deviation, &verified(&server.uri, own_time()).unwrap()), Ok(()));
    }
}

/// Live entries arrive with every request, late ones among those that were read before.
#[test]
fn entries_that_arrive_meanwhile_give_no_mismatch() {
    for (seed, lateness) in [(1, 0), (2, 40), (3, 600), (4, 7200)] {
        let server = MockServer::builder().now(NOW).seed(seed).start_blocking();
        let lateness = Duration::from_secs(lateness);
        server.world().set_live(Some(Activity { lateness, ..Activity::from("30/min".parse::<Rate>().unwrap()) }));
        let world = server.world();
        let (read, moved) = (Arc::clone(&world), world);
        // A request takes 300 ms.
        let now = move || {
            read.advance(Duration::from_millis(300));
            read.clock().world_age
        };
        let (requests, unclear) = verify_mock(&server, TimeSource::new(now, move |length| moved.advance(length)));
        assert!(lateness > Duration::from_secs(60) || unclear.len() <= 10, "{requests} requests: {unclear:?}");
    }
}

/// ERR-429, ERR-RETRY-AFTER and REQ-RATE when a limit is met on the way.
#[test]
fn rate_limit_is_waited_for_and_shows_its_rules() {
    for limit in ["30/min", "60/min", "10/s"] {
        let server = MockServer::builder().now(NOW).rate_limit(limit).start_blocking();
        let (requests, unclear) = verify_mock(&server, world_time(&server.world()));
        let expected: BTreeSet<&str> = NEVER.into_iter().chain(["RES-ORDER"]).collect();
        assert_eq!(unclear.into_iter().collect::<BTreeSet<_>>(), expected, "{limit}, {requests} requests");
    }
}

#[test]
fn waits_are_15_minutes_in_all_at_most() {
    let server = MockServer::builder().now(NOW).rate_limit("5/h").start_blocking();
    let time = world_time(&server.world());
    let (requests, unclear) = verify_mock(&server, time);
    assert!(requests < 20 && unclear.len() > 30, "{requests} requests: {unclear:?}");
    assert!(server.world().clock().world_age <= Duration::from_secs(15 * 60));
}

#[test]
fn occasional_failures_are_retried_within_the_limit_of_requests() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let world = server.world();
    for effect in [Effect::Reset, Effect::Empty, Effect::Truncate { bytes: 100 }, Effect::status(503, Some(2))] {
        world.faults().add(FaultRule { probability: 0.02, ..effect.into() });
    }
    verify_mock(&server, own_time());
    assert!(world.journal().count(&JournalFilter::default()) <= MAX_REQUESTS);
}

// Keys

#[test]
fn without_a_second_key_the_report_says_what_it_takes() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let report = verified_as("mock-admin", None, &server.uri(), own_time()).unwrap().to_string();
    let lines = report.lines().filter(|line| line.contains("second key"));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
REQ-PERMISSION           documented           cannot tell  it takes a second key, without the permission (--no-permission-token-env)
REQ-ORDER                assumed              cannot tell  the token is checked before the parameters; for the permission it takes a second key, without the permission (--no-permission-token-env)
ERR-403                  documented           cannot tell  it takes a second key, without the permission (--no-permission-token-env)
");
}

#[test]
fn invalid_second_key_leaves_the_other_rules_checked() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let report = verified_as("mock-admin", Some("mock-revoked"), &server.uri(), own_time()).unwrap();
    let unclear: BTreeSet<&str> = inconclusive(&report).into_iter().collect();
    assert_eq!(unclear, unclear_rules_and(["RES-ORDER", "REQ-PERMISSION", "REQ-ORDER", "ERR-403"]));
    assert_eq!(report.to_string().matches("the second key is not accepted (401)").count(), 3);
}

/// Also where a text is truncated, and as JSON escapes a token.
#[test]
fn tokens_are_redacted() {
    let keys = r#"{"customRoles": [{"tag": "none", "name": "None", "permissions": []}], "keys": [
        {"token": "s3cret-\"one", "name": "A", "roles": [{"type": "DEFAULT", "role": "ADMIN"}]},
        {"token": "s3cret-two", "name": "B", "roles": [{"type": "CUSTOM", "tag": "none"}]}]}"#;
    let printed = |report: &VerificationReport| format!("{report}{}", serde_json::to_string(report).unwrap());
    let server = MockServer::builder().now(NOW).keys(keys).start_blocking();
    let report = verified_as("s3cret-\"one", Some("s3cret-two"), &server.uri(), own_time()).unwrap();
    assert_eq!(report.agrees, 39);
    assert!(!printed(&report).contains("s3cret"));

    let echo = deviating_server::responds("ERR-WORDS", "it says tokens back", |_, request, response| {
        let token = request.authorization.clone().unwrap_or_default();
        if response.is_error() {
            let padding = "x".repeat(50);
            response
                .set("message", format!("{padding} {token} mock-admin mock-admin mock-no-audit {padding} mock-admin"));
        }
    });
    let server = DeviatingServer::start(echo, "off");
    let printed = printed(&verified(&server.uri, own_time()).unwrap());
    assert!(printed.contains("[token]") && !printed.contains("mock-a") && !printed.contains("mock-no"), "{printed}");
}
