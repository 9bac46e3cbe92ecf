//! Live activity: exactly the entries that are due by the clock.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use cortex_audit_mock::contract::{Action, ActorType, Entry, Query};
use cortex_audit_mock::generate::Story;
use cortex_audit_mock::internal::LiveFeed;
use cortex_audit_mock::world::Activity;
use cortex_audit_mock::{Config, EntrySource, World};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{NOW, TestMock, full_tests, time};

/// Creates a mock whose only entries are live ones.
fn empty(live: Option<Activity>, seed: u64) -> TestMock {
    TestMock::with_config(Config { entries: Vec::new(), live, seed, ..Config::default() })
}

async fn advance(mock: &TestMock, by: &str) {
    mock.admin("POST", "/clock/advance", json!({"by": by})).await.ok();
}

async fn live(mock: &TestMock, activity: Value) -> Value {
    mock.admin("PUT", "/live", activity).await.ok()
}

async fn total(mock: &TestMock) -> u64 {
    mock.logs("pageSize=1").await.ok()["total"].as_u64().unwrap()
}

async fn all(mock: &TestMock) -> Vec<Value> {
    mock.logs("pageSize=1000").await.ok()["logs"].as_array().unwrap().clone()
}

fn six_a_minute() -> Activity {
    "6/min".parse::<cortex_audit_mock::Rate>().unwrap().into()
}

#[tokio::test]
async fn exactly_the_due_entries_come() {
    let mock = empty(None, 42);
    assert_eq!(mock.admin_get("/live").await, json!({"rate": "off"}));
    let settings = live(&mock, json!({"rate": "6/min"})).await;
    assert_eq!(settings, json!({"rate": "6/min", "lateness": "0s", "burst": 1}));
    assert_eq!(mock.admin_get("/live").await, settings);
    assert_eq!(total(&mock).await, 0);
    for (by, expected) in [("1m", 6), ("1m", 12), ("10m", 72), ("1h", 432), ("1d", 9072)] {
        advance(&mock, by).await;
        assert_eq!(total(&mock).await, expected, "after {by}");
    }
}

#[tokio::test]
async fn a_frozen_clock_adds_none() {
    let mock = empty(Some("1000/s".parse::<cortex_audit_mock::Rate>().unwrap().into()), 42);
    for _ in 0..5 {
        assert_eq!(total(&mock).await, 0);
    }
    advance(&mock, "1s").await;
    assert_eq!(total(&mock).await, 1000);
    assert_eq!(total(&mock).await, 1000);
}

#[tokio::test]
async fn the_configuration_starts_it_in_every_world() {
    let mock = empty(Some(six_a_minute()), 42);
    assert_eq!(mock.admin_get("/live").await["rate"], "6/min");
    advance(&mock, "1m").await;
    assert_eq!(total(&mock).await, 6);
    mock.admin("POST", "/clock/advance?session=other", json!({"by": "2m"})).await.ok();
    let others = mock.get_as("mock-admin~other", "/api/v1/audit-logs").await.ok();
    assert_eq!(others["total"], 12);
    assert_eq!(total(&mock).await, 6);
}

#[tokio::test]
async fn entries_are_realistic_and_have_times_within_the_elapsed_time() {
    let mock = empty(Some(six_a_minute()), 42);
    advance(&mock, "1h").await;
    let entries = all(&mock).await;
    assert_eq!(entries.len(), 360);
    for entry in &entries {
        let timestamp = time(entry["timestamp"].as_str().unwrap());
        assert!(timestamp >= time(NOW) && timestamp <= time("2025-05-20T13:00:00Z"), "{entry}");
    }
    let kinds: BTreeSet<_> = entries.iter().map(|entry| entry["objectType"].as_str().unwrap()).collect();
    assert!(kinds.len() >= 5, "{kinds:?}");
    let noon = mock.logs("startTime=2025-05-20T12:10:00Z&endTime=2025-05-20T12:19:59.999Z&pageSize=1").await.ok();
    assert!((59..=61).contains(&noon["total"].as_u64().unwrap()), "{}", noon["total"]);
}

#[tokio::test]
async fn the_same_seed_makes_the_same_entries() {
    let entries = async |seed: u64| {
        let mock = empty(Some(six_a_minute()), seed);
        advance(&mock, "10m").await;
        mock.logs("pageSize=1000").await.text()
    };
    assert_eq!(entries(1).await, entries(1).await);
    assert_ne!(entries(1).await, entries(2).await);
}

/// Live entries continue the history of existing objects, late ones too.
#[tokio::test]
async fn objects_are_created_updated_and_deleted_in_this_order() {
    for lateness in ["0s", "10m"] {
        for config in [Config::default(), Config { entries: Vec::new(), ..Config::default() }] {
            let mock = TestMock::with_config(config);
            let before = total(&mock).await;
            live(&mock, json!({"rate": "60/min", "lateness": lateness, "burst": 3})).await;
            advance(&mock, "30m").await;
            assert_eq!(total(&mock).await, before + 1800);
            let mut counts = BTreeMap::<String, u32>::new();
            let mut lives = BTreeMap::<(String, String), Vec<String>>::new();
            for page in (0..3).rev() {
                let page = mock.logs(&format!("pageSize=1000&page={page}")).await.ok();
                for entry in page["logs"].as_array().unwrap().iter().rev() {
                    let text = |field: &str| entry[field].as_str().unwrap_or_default().to_owned();
                    lives.entry((text("objectType"), text("objectIdentifier"))).or_default().push(text("action"));
                    if text("timestamp").as_str() > NOW {
                        *counts.entry(text("action")).or_default() += 1;
                    }
                }
            }
            for (object, life) in lives {
                let (first, last) = (
                    life.iter().position(|action| action == "CREATE"),
                    life.iter().position(|action| action == "DELETE"),
                );
                assert!(first.is_none_or(|place| place == 0), "{object:?}: {life:?}");
                assert!(last.is_none_or(|place| place == life.len() - 1), "{object:?}: {life:?}");
            }
            assert!(counts["UPDATE"] > 1000 && counts["CREATE"] > 60 && counts["DELETE"] > 40, "{counts:?}");
        }
    }
}

/// Objects of the first activity are neither created again nor forgotten.
#[tokio::test]
async fn a_second_activity_continues_the_first() {
    let mock = TestMock::default();
    let mut made = BTreeSet::new();
    for rate in ["1/min", "2/min", "1/min"] {
        live(&mock, json!({"rate": rate})).await;
        advance(&mock, "8h").await;
    }
    for page in 0..4 {
        let page = mock.logs(&format!("pageSize=1000&page={page}&actions=CREATE")).await.ok();
        for entry in page["logs"].as_array().unwrap() {
            let object = format!("{} {}", entry["objectType"], entry["objectIdentifier"]);
            assert!(made.insert(object.clone()), "{object} is created twice");
            assert!(!object.ends_with("-40\""), "{object}: names run out");
        }
    }
    assert!(made.len() > 150, "{}", made.len());
}

/// For example, an intruder that was locked out, or the key of a directory.
#[tokio::test]
async fn actors_and_objects_of_a_story_do_not_appear_again() {
    let mock = TestMock::default();
    live(&mock, json!({"rate": "600/min"})).await;
    advance(&mock, "10m").await;
    let range = format!("startTime={NOW}&pageSize=1");
    assert_eq!(mock.logs(&range).await.ok()["total"], 6000);
    for story in Story::ALL {
        for query in story.queries() {
            assert_eq!(mock.logs(&format!("{range}&{query}")).await.ok()["total"], 0, "{story}: {query}");
        }
    }
}

#[tokio::test]
async fn late_entries_come_after_newer_ones_within_the_lateness() {
    let mock = empty(None, 42);
    live(&mock, json!({"rate": "1/s", "lateness": "5m"})).await;
    let mut late = 0;
    let mut seen: Vec<Value> = Vec::new();
    let mut youngest = String::new();
    for _ in 0..60 {
        advance(&mock, "1s").await;
        let now = time(mock.admin_get("/clock").await["now"].as_str().unwrap());
        let mut entries = all(&mock).await;
        entries.retain(|entry| !seen.contains(entry));
        for entry in &entries {
            let stamp = entry["timestamp"].as_str().unwrap().to_owned();
            assert!(now.since(time(&stamp)) <= Duration::from_secs(301), "{stamp} at {now}");
            late += u32::from(time(&stamp) < time(if youngest.is_empty() { &stamp } else { &youngest }));
            if youngest.is_empty() || time(&stamp) > time(&youngest) {
                youngest = stamp;
            }
        }
        seen.extend(entries);
    }
    assert_eq!(total(&mock).await, 60);
    assert!(late > 20, "{late} of 60 came after a younger one");
}

#[tokio::test]
async fn a_burst_comes_at_once_at_the_same_rate() {
    let mock = empty(None, 42);
    live(&mock, json!({"rate": "60/min", "burst": 10})).await;
    let mut steps = Vec::new();
    for _ in 0..60 {
        let before = total(&mock).await;
        advance(&mock, "1s").await;
        steps.push(total(&mock).await - before);
    }
    assert_eq!(steps.iter().sum::<u64>(), 60);
    assert!(steps.iter().all(|step| *step % 10 == 0), "{steps:?}");
    let stamps: BTreeSet<_> = all(&mock).await.iter().map(|entry| entry["timestamp"].to_string()).collect();
    assert_eq!(stamps.len(), 6);
}

#[tokio::test]
async fn changing_or_ending_it_keeps_entries_already_due() {
    let mock = empty(Some(six_a_minute()), 42);
    mock.mock.world().advance(Duration::from_secs(60));
    live(&mock, json!({"rate": "60/min"})).await;
    assert_eq!(total(&mock).await, 6);
    mock.mock.world().advance(Duration::from_secs(60));
    assert_eq!(mock.admin("DELETE", "/live", "").await.ok(), json!({"rate": "off"}));
    assert_eq!(total(&mock).await, 66);
    advance(&mock, "1d").await;
    assert_eq!(total(&mock).await, 66);
    live(&mock, json!({"rate": "1/s"})).await;
    assert_eq!(total(&mock).await, 66, "begins now, not a day ago");
}

#[tokio::test]
async fn deleted_entries_stay_deleted_and_a_clock_set_back_adds_none() {
    let mock = empty(Some(six_a_minute()), 42);
    mock.mock.world().advance(Duration::from_secs(60));
    assert_eq!(mock.admin("DELETE", "/audit-logs", "").await.ok(), json!({"removed": 6}));
    assert_eq!(total(&mock).await, 0);
    mock.admin("PUT", "/clock", json!({"now": "2001-01-01T00:00:00Z"})).await.ok();
    assert_eq!(total(&mock).await, 0);
    advance(&mock, "1m").await;
    assert_eq!(total(&mock).await, 6);
    assert!(all(&mock).await.iter().all(|entry| entry["timestamp"].as_str().unwrap().starts_with("2001-01-01T00:0")));
}

#[tokio::test]
async fn a_jump_of_thousands_of_years_is_bounded_and_quick() {
    let mock = empty(None, 42);
    live(&mock, json!({"rate": "100000/s", "burst": 1000})).await;
    let before = std::time::Instant::now();
    mock.admin("PUT", "/clock", json!({"now": "9999-01-01T00:00:00Z"})).await.ok();
    let entries = total(&mock).await;
    assert!(
        (LiveFeed::MAX_ENTRIES_PER_DELIVERY - 1000..=LiveFeed::MAX_ENTRIES_PER_DELIVERY + 1000).contains(&entries),
        "{entries}"
    );
    if full_tests() {
        live(&mock, json!({"rate": "1000/s"})).await;
        mock.admin("DELETE", "/audit-logs", "").await.ok();
        mock.admin("PUT", "/clock", json!({"now": "9999-06-01T00:00:00Z"})).await.ok();
        assert!(total(&mock).await >= LiveFeed::MAX_ENTRIES_PER_DELIVERY);
    }
    assert!(before.elapsed() < Duration::from_secs(60), "{:?}", before.elapsed());
}

/// Every entry of the API, the oldest first, with the attributes that only filters see.
fn all_entries(world: &World) -> Vec<Entry> {
    let page = world.page(&Query { page_size: u32::MAX, ..Query::default() });
    page.logs.into_iter().rev().collect()
}

/// Live activity after the entries of a file, or of the built-in story for an empty one.
fn live_entries(fixture: &str, seed: u64, count: u32) -> Vec<Entry> {
    let entries =
        if fixture.is_empty() { Config::default().entries } else { vec![EntrySource::Text(fixture.to_owned())] };
    let activity = "1/s".parse::<cortex_audit_mock::Rate>().unwrap().into();
    let mock = TestMock::with_config(Config { entries, live: Some(activity), seed, ..Config::default() });
    let world = mock.mock.world();
    let before = world.entry_count();
    world.advance(Duration::from_secs(count.into()));
    all_entries(&world).split_off(before)
}

/// The built-in story, a company of its own, one person, one machine, and a type that nobody knows.
const FIXTURES: [&str; 5] = [
    "",
    "[]",
    r#"{"action":"UPDATE","objectType":"TEAM","objectIdentifier":"sre","timestamp":"now-5m","actorIdentifier":"ada@example.com"}"#,
    r#"{"action":"UPDATE","objectType":"SECRET","objectIdentifier":"s","timestamp":"now-5m","actorIdentifier":"ci"}"#,
    r#"{"action":"UPDATE","objectType":"WIDGET","objectIdentifier":"w","timestamp":"now-5m"}"#,
];

/// A window of a hundred entries with few of an action, and how many it has.
fn poorest_window(entries: &[Entry], action: Action) -> usize {
    let count = |window: &[Entry]| window.iter().filter(|entry| entry.action == action).count();
    entries.windows(100).map(count).min().unwrap()
}

proptest! {
    #![proptest_config(crate::support::cases(64))]

    #[test]
    fn any_hundred_entries_create_and_delete_some(seed in any::<u64>(), fixture in 0..FIXTURES.len()) {
        let entries = live_entries(FIXTURES[fixture], seed, 700);
        prop_assert_eq!(entries.len(), 700);
        for action in [Action::Create, Action::Delete] {
            let least = poorest_window(&entries, action);
            prop_assert!(least >= 8, "{} {}", least, action);
        }
        let updates = entries.iter().filter(|entry| entry.action == Action::Update).count();
        prop_assert!(updates > 350, "{} updates", updates);
        let mut lives = BTreeMap::<_, Vec<Action>>::new();
        for entry in &entries {
            lives.entry((&entry.object_type, &entry.object_identifier)).or_default().push(entry.action);
        }
        for (object, life) in lives {
            for (place, action) in life.iter().enumerate() {
                prop_assert!(*action != Action::Create || place == 0, "{:?}: {:?}", object, life);
                prop_assert!(*action != Action::Delete || place == life.len() - 1, "{:?}: {:?}", object, life);
            }
        }
    }
}

/// A key is created, used and deleted; a service is created and retired with what belongs to it; the automatic import finds
/// resources.
#[test]
fn small_stories_happen_whatever_the_seed() {
    for seed in 0..8 {
        let entries = live_entries("", seed, 1500);
        let of = |object_type: &'static str, action| {
            entries.iter().filter(move |entry| entry.object_type == object_type && entry.action == action)
        };
        let key_names: BTreeSet<_> =
            entries.iter().filter_map(|entry| entry.actor.api_key_identifier.as_deref()).collect();
        let is_used = |key: &&Entry| {
            let name = Some(key.object_identifier.as_str());
            let uses = entries.iter().filter(|entry| entry.actor.api_key_identifier.as_deref() == name);
            let objects = uses.clone().map(|entry| (&entry.object_type, &entry.object_identifier));
            let is_of_owner = uses.clone().all(|entry| entry.ip_address == key.ip_address);
            let ends = of("API_KEY", Action::Delete).any(|end| end.object_identifier == key.object_identifier);
            is_of_owner && objects.collect::<BTreeSet<_>>().len() == 3 && ends
        };
        let keys = of("API_KEY", Action::Create).filter(|key| key_names.contains(key.object_identifier.as_str()));
        // The last one may still be in use.
        let (used, unused): (Vec<_>, Vec<_>) = keys.partition(is_used);
        assert!(!used.is_empty() && unused.len() <= 1, "seed {seed}: {used:?} {unused:?}");
        let is_retired = |service: &&Entry| {
            let ended = |object_type| {
                of(object_type, Action::Delete).any(|entry| {
                    (&entry.object_identifier, &entry.actor) == (&service.object_identifier, &service.actor)
                })
            };
            ended("CATALOG") && ended("SERVICE")
        };
        assert!(
            of("SERVICE", Action::Create).any(|service| is_retired(&service)),
            "seed {seed}: no service is retired"
        );
        let imported = of("RESOURCE", Action::Create).filter(|entry| entry.actor_identifier.is_none()).count();
        assert!(imported >= 4, "seed {seed}: {imported} imported");
    }
}

/// A rare actor is seldom the last one of an object.
#[test]
fn each_request_type_comes_whatever_the_seed() {
    for seed in [1, 2, 3, 42] {
        let entries = live_entries("", seed, 7200);
        for request_type in ["API_KEY_ENTITY", "ATLASSIAN_WEBHOOK", "SCORECARD_BADGES", "SLACK_COMMAND"] {
            let is_of_type = |entry: &&Entry| entry.actor.request_type.as_deref() == Some(request_type);
            let count = entries.iter().filter(is_of_type).count();
            assert!((10..150).contains(&count), "seed {seed}: {count} of {request_type}");
        }
    }
}

#[test]
fn only_anonymous_actors_have_a_request_type() {
    let odd = r#"{"action":"UPDATE","objectType":"TEAM","objectIdentifier":"sre","timestamp":"now-5m",
        "actorIdentifier":"ci","actorRequestType":"API_KEY_ENTITY"}"#;
    for fixture in ["", "[]", odd] {
        let entries = live_entries(fixture, 42, 1500);
        let with_type = entries.iter().filter(|entry| entry.actor.request_type.is_some());
        assert!(with_type.clone().all(|entry| entry.actor.kind == ActorType::Anonymous));
        assert_eq!(with_type.count() > 0, fixture != odd);
    }
}

fn entries_of(world: &World) -> String {
    serde_json::to_string(&world.page(&Query { page_size: 1000, ..Query::default() })).unwrap()
}

proptest! {
    #![proptest_config(crate::support::cases(64))]

    /// Entries do not depend on how an advance is split, nor on reads in between.
    #[test]
    fn many_small_advances_equal_one_large_advance(
        steps in prop::collection::vec(0_u64..120_000, 1..40),
        count in 1_u32..100,
        burst in 1_u32..5,
        lateness in 0_u64..600,
        seed in any::<u64>(),
    ) {
        let rate = format!("{count}/min").parse().unwrap();
        let activity = Activity { rate, lateness: Duration::from_secs(lateness), burst };
        let (split, whole) = (empty(Some(activity), seed).mock.world(), empty(Some(activity), seed).mock.world());
        for step in &steps {
            split.advance(Duration::from_millis(*step));
            split.catch_up();
        }
        let all = Duration::from_millis(steps.iter().sum());
        whole.advance(all);
        prop_assert_eq!(entries_of(&split), entries_of(&whole));

        let due = all.as_secs_f64() * f64::from(count) / 60.0;
        let made = f64::from(u32::try_from(split.entry_count()).unwrap());
        prop_assert!((made - due).abs() <= f64::from(burst) + 1e-6, "{made} made, {due} due");
    }
}

#[tokio::test]
async fn a_wrong_body_says_what_to_send() {
    let mock = empty(Some(six_a_minute()), 42);
    let mut messages = Vec::new();
    for body in [
        "",
        "6",
        "{}",
        "{\"rate\":6}",
        "{\"rate\":\"6\"}",
        "{\"rate\":\"6/m\"}",
        "{\"rate\":\"0/min\"}",
        "{\"rate\":\"off\"}",
        "{\"rate\":\"100001/s\"}",
        "{\"rate\":null}",
        "{\"rate\":\"6/min\",\"burst\":0}",
        "{\"rate\":\"6/min\",\"burst\":1001,\"lateness\":30}",
        "{\"rate\":\"6/min\",\"lateness\":\"late\"}",
        "{\"rate\":\"6/min\",\"late\":\"30s\"}",
        "{\"rate\":\"6/min\",\"rate\":\"7/min\"}",
    ] {
        messages.push(format!("{body}\n  {}", mock.admin("PUT", "/live", body).await.details(400)));
        assert_eq!(mock.admin_get("/live").await["rate"], "6/min", "unchanged");
    }
    insta::assert_snapshot!(messages.join("\n"));
}

#[tokio::test]
async fn a_lateness_of_more_than_a_week_is_refused() {
    let mock = TestMock::default();
    let details = mock.admin("PUT", "/live", json!({"rate": "1/s", "lateness": "300000w"})).await.details(400);
    assert!(details.contains("lateness: \"300000w\" is longer than 7d"), "{details}");
    mock.admin("PUT", "/live", json!({"rate": "1/s", "lateness": "7d"})).await.ok();
}
