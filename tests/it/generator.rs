//! What is generated: always the same, never in the future, and alive.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use cortex_audit_mock::EntrySource;
use cortex_audit_mock::contract::query::{Offsets, Strictness};
use cortex_audit_mock::contract::{Action, ActorType, Entry, OBJECT_TYPES, Vocabulary, query};
use cortex_audit_mock::generate::{Generator, Recipe, RecipeError, Stories, Story};
use cortex_audit_mock::internal::fixture;
use cortex_audit_mock::internal::fixture::FileEntry;
use cortex_audit_mock::internal::store::{BaseSegment, Store};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::{NOW, size, time};

/// A Saturday noon.
const TO: &str = "2025-05-31T12:00:00Z";

fn recipe(count: u64) -> Recipe {
    Recipe::new(count, time(TO))
}

/// Without a story, which would be more than its share in a small number.
fn ordinary(count: u64) -> Vec<Entry> {
    generated(&Recipe { stories: Stories::Exactly(Vec::new()), ..recipe(count) })
}

fn generated(recipe: &Recipe) -> Vec<Entry> {
    Generator::new(recipe).unwrap().collect()
}

fn refused(recipe: &Recipe) -> RecipeError {
    Generator::new(recipe).err().expect("a recipe that cannot be followed")
}

fn utc(entry: &Entry) -> DateTime<Utc> {
    entry.timestamp.to_string().parse().unwrap()
}

fn is_person(entry: &Entry) -> bool {
    entry.actor.kind == ActorType::Oauth2
}

fn is_weekend(entry: &Entry) -> bool {
    utc(entry).weekday().num_days_from_monday() > 4
}

/// What is done to each object, in the order of time.
fn lives(entries: &[Entry]) -> BTreeMap<(&str, &str), Vec<&Entry>> {
    let mut lives = BTreeMap::<_, Vec<_>>::new();
    for entry in entries {
        lives.entry((entry.object_type.as_str(), entry.object_identifier.as_str())).or_default().push(entry);
    }
    lives
}

/// CREATE first, DELETE last, each once.
fn assert_order_of_life(entries: &[Entry]) {
    for (object, life) in lives(entries) {
        for (place, entry) in life.iter().enumerate() {
            assert!(entry.action != Action::Create || place == 0, "{object:?} is created twice or late");
            assert!(entry.action != Action::Delete || place == life.len() - 1, "{object:?} goes on after its end");
        }
    }
}

/// The entries of some that a query matches, newest first.
fn asked(entries: &[Entry], raw: &str) -> Vec<Entry> {
    let parsed =
        query::parse(&format!("{raw}&pageSize=1000"), &Vocabulary::published(), Strictness::Strict, Offsets::Honoured)
            .unwrap();
    Store::new(Arc::new(BaseSegment::new(entries.to_vec()))).page(&parsed.query).logs
}

proptest! {
    #![proptest_config(crate::support::cases(48))]

    /// Whatever is asked for comes: so many entries, in that time, in order, no two at once, each object with a life.
    #[test]
    fn every_recipe_that_is_accepted_is_followed(
        count in 0_u64..3000,
        seed in any::<u64>(),
        to in 0_i64..2_000_000_000_000,
        milliseconds in 1_i64..6_000_000_000,
        stories in proptest::option::of(proptest::sample::subsequence(Story::ALL.to_vec(), 0..=Story::ALL.len())),
    ) {
        let to = cortex_audit_mock::contract::Timestamp::from_unix_millis(to).unwrap();
        let from = to.checked_add(-TimeDelta::milliseconds(milliseconds)).unwrap();
        let stories = stories.map_or(Stories::Fitting, Stories::Exactly);
        let recipe = Recipe { count, seed, from, to, stories };
        let Ok(generator) = Generator::new(&recipe) else { return Ok(()) };
        prop_assert_eq!(generator.len() as u64, count);
        let told = generator.stories().to_vec();
        let entries: Vec<Entry> = generator.collect();
        prop_assert_eq!(entries.len() as u64, count);
        prop_assert!(entries.windows(2).all(|pair| pair[0].timestamp < pair[1].timestamp));
        prop_assert!(entries.iter().all(|entry| (from..=to).contains(&entry.timestamp)));
        assert_order_of_life(&entries);
        for story in told {
            prop_assert!(!asked(&entries, story.clue()).is_empty(), "{}", story);
        }
    }

    /// Most of these are refused for want of a moment; the others are at the edge of it.
    #[test]
    fn a_time_that_is_full_to_the_brim_is_filled(
        length in 1_i64..100_000,
        to in 1_748_000_000_000_i64..1_749_000_000_000,
        seed in any::<u64>(),
    ) {
        let to = cortex_audit_mock::contract::Timestamp::from_unix_millis(to).unwrap();
        let from = to.checked_add(-TimeDelta::milliseconds(length)).unwrap();
        let recipe = Recipe { count: u64::MAX, seed, from, to, stories: Stories::Exactly(Vec::new()) };
        let RecipeError::TooMany(room) = refused(&recipe) else { panic!("endless") };
        let entries = generated(&Recipe { count: room, ..recipe });
        prop_assert_eq!(entries.len() as u64, room);
        prop_assert!(entries.windows(2).all(|pair| pair[0].timestamp < pair[1].timestamp));
        prop_assert!(entries.iter().all(|entry| (from..=to).contains(&entry.timestamp)));
    }
}

#[test]
fn nothing_is_asked_of_chance_but_the_seed() {
    assert_eq!(generated(&recipe(2000)), generated(&recipe(2000)));
    let other = generated(&Recipe { seed: 43, ..recipe(2000) });
    let same = generated(&recipe(2000)).iter().filter(|entry| other.contains(entry)).count();
    assert_eq!(same, 0);
}

#[test]
fn a_million_entries_have_their_order_of_life_too() {
    let mut young = BTreeSet::new();
    let mut dead = BTreeSet::new();
    let mut last = None;
    let mut met = BTreeSet::new();
    let count = size(1_000_000, 50_000);
    for entry in Generator::new(&recipe(count)).unwrap() {
        assert!(last < Some(entry.timestamp));
        last = Some(entry.timestamp);
        let object = (entry.object_type, entry.object_identifier);
        assert!(!dead.contains(&object), "{object:?} goes on after its end");
        match entry.action {
            Action::Create => assert!(!met.contains(&object) && young.insert(object.clone()), "{object:?} comes twice"),
            Action::Delete => assert!(dead.insert(object.clone())),
            Action::Read | Action::Update => {}
        }
        met.insert(object);
    }
    assert!(young.len() > usize::try_from(count / 20).unwrap(), "{}", young.len());
}

#[test]
fn nights_and_weekends_are_quiet() {
    let entries = ordinary(40_000);
    let people: Vec<&Entry> = entries.iter().filter(|entry| is_person(entry)).collect();
    assert!((18_000..26_000).contains(&people.len()), "{}", people.len());
    let weekend = people.iter().filter(|entry| is_weekend(entry)).count();
    assert!(weekend * 20 < people.len() && weekend * 200 > people.len(), "{weekend} of {}", people.len());

    // People of one office, by the hours of its day: it is one hour ahead of UTC.
    let at_their_desks = |entry: &&&Entry| {
        entry.ip_address.as_deref().is_some_and(|ip| ip.starts_with("198.51.100.1") && ip.len() == 13)
    };
    let local: Vec<u32> = people.iter().filter(at_their_desks).map(|entry| (utc(entry).hour() + 1) % 24).collect();
    let between = |hours: std::ops::Range<u32>| local.iter().filter(|hour| hours.contains(hour)).count();
    assert!(between(9..18) * 10 > local.len() * 8, "{} of {}", between(9..18), local.len());
    assert!(between(0..6) * 50 < local.len(), "{} of {}", between(0..6), local.len());
    assert!(between(12..13) * 10 < between(10..11) * 8, "lunch: {} beside {}", between(12..13), between(10..11));
}

#[test]
fn most_is_deployed_on_tuesdays_and_thursdays_and_hardly_anything_on_fridays() {
    let entries = ordinary(60_000);
    let deploys = entries.iter().filter(|entry| entry.actor_identifier.as_deref() == Some("ci-deploy"));
    let mut days = BTreeMap::<DateTime<Utc>, usize>::new();
    for entry in deploys {
        *days.entry(utc(entry).date_naive().and_hms_opt(0, 0, 0).unwrap().and_utc()).or_default() += 1;
    }
    let mean = |weekday: u32| {
        let of_day: Vec<usize> = days
            .iter()
            .filter(|(day, _)| day.weekday().num_days_from_monday() == weekday)
            .map(|(_, count)| *count)
            .collect();
        of_day.iter().sum::<usize>() / of_day.len()
    };
    for deploy_day in [1, 3] {
        for other in [0, 2] {
            assert!(mean(deploy_day) * 10 > mean(other) * 13, "{} beside {}", mean(deploy_day), mean(other));
        }
        assert!(mean(deploy_day) > 3 * mean(4) && mean(4) > mean(5), "{} {} {}", mean(deploy_day), mean(4), mean(5));
    }
}

#[test]
fn machines_of_the_night_work_at_night_and_steady_ones_always() {
    let entries = ordinary(120_000);
    let of = |name: &str| -> Vec<u32> {
        entries
            .iter()
            .filter(|entry| entry.actor_identifier.as_deref() == Some(name))
            .map(|entry| utc(entry).hour())
            .collect()
    };
    for nightly in ["vault-rotator", "catalog-janitor"] {
        assert!(of(nightly).len() > 300 && of(nightly).iter().all(|hour| (1..4).contains(hour)), "{nightly}");
    }
    for steady in ["metrics-ingest", "k8s-inventory"] {
        let hours = of(steady);
        for hour in 0..24 {
            let share = hours.iter().filter(|other| **other == hour).count() * 24;
            assert!(share > hours.len() / 2 && share < hours.len() * 2, "{steady} at {hour}: {share}");
        }
    }
}

/// The bounds are wide enough for any seed and narrow enough that no kind could be lost or take over.
#[test]
fn types_and_actions_come_in_their_proportions() {
    for seed in [1, 42, 4711] {
        let entries = generated(&Recipe { seed, stories: Stories::Exactly(Vec::new()), ..recipe(20_000) });
        let share =
            |of: &dyn Fn(&Entry) -> bool| entries.iter().filter(|entry| of(entry)).count() * 1000 / entries.len();
        let of_type = |name: &'static str| move |entry: &Entry| entry.object_type == name;
        for (name, bounds) in [
            ("SERVICE", 90..220),
            ("CATALOG", 80..180),
            ("RESOURCE", 80..190),
            ("CUSTOM_DATA", 60..130),
            ("SECRET", 35..110),
            ("WORKFLOW", 15..90),
            ("SCORECARD_RULE", 15..90),
            ("SCORECARD", 20..80),
            ("INITIATIVE", 8..70),
            ("TEAM", 8..45),
            ("DOMAIN", 4..30),
            ("API_KEY", 2..18),
            ("CORTEX_USER", 2..18),
            ("CATALOG_FILTER", 10..60),
            ("ENTITY_VERIFICATION", 10..50),
            ("PERSONAL_API_KEY", 3..20),
        ] {
            assert!(bounds.contains(&share(&of_type(name))), "seed {seed}: {name} {}", share(&of_type(name)));
        }
        let integrations = share(&|entry: &Entry| entry.object_type.ends_with("_CONFIGURATION"));
        assert!((25..130).contains(&integrations), "seed {seed}: integrations {integrations}");
        for (action, bounds) in [(Action::Create, 50..120), (Action::Update, 820..910), (Action::Delete, 25..80)] {
            let share = share(&|entry: &Entry| entry.action == action);
            assert!(bounds.contains(&share), "seed {seed}: {action:?} {share}");
        }
        for kind in ActorType::ALL {
            assert!(share(&|entry: &Entry| entry.actor.kind == kind) >= 10, "seed {seed}: {kind:?}");
        }
        for request_type in cortex_audit_mock::contract::ACTOR_REQUEST_TYPES {
            let of = |entry: &Entry| entry.actor.request_type.as_deref() == Some(request_type);
            assert!(entries.iter().any(of), "seed {seed}: {request_type}");
        }
        assert!(share(&|entry: &Entry| entry.actor_identifier.is_none()) > 20, "GitOps names nobody");
        let with_type = entries.iter().filter(|entry| entry.actor.request_type.is_some());
        assert!(with_type.into_iter().all(|entry| entry.actor.kind == ActorType::Anonymous), "seed {seed}");
    }
}

#[test]
fn the_automatic_import_creates_entities_in_bursts_and_names_nobody() {
    let entries = ordinary(20_000);
    let nobody: Vec<&Entry> = entries
        .iter()
        .filter(|entry| entry.actor == cortex_audit_mock::contract::Actor::from_identifier(None))
        .filter(|entry| entry.action == Action::Create)
        .collect();
    assert!(nobody.iter().all(|entry| entry.actor_identifier.is_none() && entry.ip_address.is_none()));
    let bursts = nobody.windows(6).filter(|six| utc(six[5]) - utc(six[0]) < TimeDelta::seconds(12)).count();
    assert!(bursts > 50, "{bursts}");
}

#[test]
fn nearly_every_type_that_cortex_is_known_to_use_occurs_and_no_other() {
    let entries = generated(&recipe(100_000));
    let types: BTreeSet<&str> = entries.iter().map(|entry| entry.object_type.as_str()).collect();
    let known: BTreeSet<&str> = OBJECT_TYPES.into_iter().collect();
    assert!(types.is_subset(&known));
    assert!(types.len() + 3 > known.len(), "{:?} never occur", known.difference(&types).collect::<Vec<_>>());
    // A small number has those that matter.
    let few: BTreeSet<String> = generated(&recipe(1000)).into_iter().map(|entry| entry.object_type).collect();
    assert!(few.len() > 40, "{}", few.len());
}

#[test]
fn whoever_made_a_thing_changes_it_most() {
    let entries = ordinary(40_000);
    let (mut most, mut all) = (0, 0);
    for (_, life) in lives(&entries) {
        let maker = &life[0].actor.email;
        let later: Vec<_> = life[1..].iter().filter_map(|entry| entry.actor.email.as_ref()).collect();
        if life[0].action != Action::Create || !is_person(life[0]) || later.len() < 4 {
            continue;
        }
        let count = |who| later.iter().filter(|email| **email == who).count();
        let by_maker = count(maker.as_ref().unwrap());
        all += 1;
        most += usize::from(later.iter().all(|other| Some(*other) == maker.as_ref() || count(other) <= by_maker));
    }
    assert!(all > 100 && most * 10 > all * 7, "{most} of {all}");
}

#[test]
fn an_integration_is_set_up_in_a_burst() {
    let entries = ordinary(40_000);
    let by_people = entries.iter().filter(|entry| is_person(entry) && entry.object_type.ends_with("_CONFIGURATION"));
    let by_people: Vec<&Entry> = by_people.collect();
    let close = |one: &Entry, other: &Entry| {
        one.object_type == other.object_type
            && one.actor_identifier == other.actor_identifier
            && (utc(one) - utc(other)).abs() < TimeDelta::minutes(3)
    };
    let alone =
        by_people.iter().filter(|one| !by_people.iter().any(|other| one != &other && close(one, other))).count();
    assert!(by_people.len() > 400 && alone * 20 < by_people.len(), "{alone} alone of {}", by_people.len());
}

#[test]
fn names_and_addresses_are_in_the_style_of_the_product_and_belong_to_nobody() {
    let tag = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    for entry in ordinary(20_000) {
        let name = entry.object_identifier.as_str();
        match entry.object_type.as_str() {
            "SERVICE" | "CATALOG" | "RESOURCE" | "TEAM" | "DOMAIN" | "WORKFLOW" | "SECRET" | "API_KEY" => {
                assert!(tag(name) && name.len() > 2, "{name}");
            }
            "CORTEX_USER" | "CORTEX_USER_ROLES" => assert!(name.ends_with("@brightwave.example"), "{name}"),
            "CUSTOM_DATA" => {
                assert!(name.split_once(':').is_some_and(|(service, metric)| tag(service) && tag(metric)), "{name}");
            }
            _ => assert!(!name.is_empty()),
        }
        assert!(!name.contains(','), "{name} cannot be asked for");
        if let Some(email) = &entry.actor.email {
            assert!(email.ends_with("@brightwave.example") && email.is_ascii(), "{email}");
        }
        if let Some(address) = &entry.ip_address {
            let documented = ["192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"];
            assert!(documented.iter().any(|range| address.starts_with(range)), "{address}");
            assert!(address.parse::<std::net::IpAddr>().is_ok(), "{address}");
        }
    }
    let services: BTreeSet<String> = ordinary(5000)
        .into_iter()
        .filter(|entry| entry.object_type == "SERVICE")
        .map(|entry| entry.object_identifier)
        .collect();
    assert!(services.contains("checkout-api"), "{services:?}");
}

/// What belongs to a thing is there while that thing is, whatever the type.
#[test]
fn nothing_is_made_for_what_is_gone_or_not_there_yet() {
    let entries = ordinary(20_000);
    let mut gone = BTreeSet::new();
    let mut acting = BTreeSet::new();
    for entry in &entries {
        let name = entry.object_identifier.as_str();
        let owner = match entry.object_type.as_str() {
            "CATALOG" | "OPENAPI_DEFINITION" | "ENTITY_VERIFICATION" => Some(("SERVICE", name)),
            "CUSTOM_DATA" => Some(("SERVICE", name.split(':').next().unwrap())),
            "CORTEX_USER_ROLES" => Some(("CORTEX_USER", name)),
            "CORTEX_TEAM_ROLES" => Some(("TEAM", name)),
            "SCORECARD_RULE_FILTER" => Some(("SCORECARD_RULE", name)),
            _ => None,
        };
        if let Some(owner) = owner {
            assert!(entry.action == Action::Delete || !gone.contains(&owner), "{entry:?} after its owner");
        }
        if entry.action == Action::Delete {
            gone.insert((entry.object_type.as_str(), name));
        }
        if let Some(key) = &entry.actor.api_key_identifier {
            acting.insert(("PERSONAL_API_KEY", key.as_str()));
        }
    }
    assert!(gone.is_disjoint(&acting), "a token acts after its end");
    let in_use = |entry: &&Entry| entry.object_type.ends_with("_CONFIGURATION");
    let mut counts = BTreeMap::<&str, usize>::new();
    for entry in entries.iter().filter(in_use) {
        *counts.entry(&entry.object_type).or_default() += 1;
    }
    let mut counts: Vec<usize> = counts.into_values().collect();
    counts.sort_unstable();
    let most: usize = counts.iter().rev().take(16).sum();
    assert!(most * 10 > counts.iter().sum::<usize>() * 8, "a company has a dozen integrations, not fifty: {counts:?}");
}

#[test]
fn ranges_of_addresses_are_ranges_however_many_there_are() {
    for entry in Generator::new(&Recipe { seed: 5, ..recipe(150_000) }).unwrap() {
        if entry.object_type == "ALLOW_LIST_ENTRY" {
            let (address, prefix) = entry.object_identifier.split_once('/').unwrap();
            assert!(address.parse::<std::net::IpAddr>().is_ok() && prefix.parse::<u8>().is_ok(), "{entry:?}");
        }
    }
}

#[test]
fn nobody_is_at_two_places_on_a_day() {
    let entries = ordinary(30_000);
    let mut places = BTreeMap::<(&str, chrono::NaiveDate), BTreeSet<&str>>::new();
    for entry in &entries {
        if let (Some(email), Some(address)) = (&entry.actor.email, &entry.ip_address) {
            // At noon in UTC it is the same day in every office.
            if (11..16).contains(&utc(entry).hour()) {
                places.entry((email, utc(entry).date_naive())).or_default().insert(address);
            }
        }
    }
    assert!(places.len() > 500 && places.values().all(|addresses| addresses.len() == 1));
}

#[test]
fn a_person_has_one_name_few_addresses_and_one_working_day() {
    let entries = ordinary(30_000);
    let mut people = BTreeMap::<&str, Vec<&Entry>>::new();
    for entry in entries.iter().filter(|entry| is_person(entry)) {
        people.entry(entry.actor.email.as_deref().unwrap()).or_default().push(entry);
    }
    assert!((36..=48).contains(&people.len()), "{}", people.len());
    for (email, theirs) in people {
        let addresses: BTreeSet<_> = theirs.iter().filter_map(|entry| entry.ip_address.as_deref()).collect();
        assert!(addresses.len() <= 3, "{email}: {addresses:?}");
        if theirs.len() < 100 {
            continue;
        }
        // The busiest ten hours on the clock have nearly all of it.
        let count = |first: u32| theirs.iter().filter(|entry| (utc(entry).hour() + 24 - first) % 24 < 11).count();
        let busiest = (0..24).map(count).max().unwrap();
        assert!(busiest * 100 > theirs.len() * 88, "{email}: {busiest} of {}", theirs.len());
    }
}

// Stories

#[test]
fn each_story_is_told_alone_or_not_at_all_and_its_queries_find_it_and_nothing_else() {
    let without = ordinary(5000);
    for story in Story::ALL {
        let entries = generated(&Recipe { stories: Stories::Exactly(vec![story]), ..recipe(5000) });
        let found: BTreeSet<_> =
            story.queries().iter().flat_map(|raw| asked(&entries, raw)).map(|entry| entry.timestamp).collect();
        let expected = match story {
            Story::OffHoursAdmin => 5 + 3,
            Story::LeakedToken => 5 + 4 + 2 + 2,
            Story::SsoRollout => 5 + 6 + 8 + 10 + 2,
            Story::ScriptedMigration => 1 + 40 + 1,
            Story::MassDeletion => 36,
        };
        assert_eq!(found.len(), expected, "{story}");
        assert!(!asked(&entries, story.clue()).is_empty(), "{story}");
        for entry in asked(&entries, story.clue()) {
            assert!(found.contains(&entry.timestamp), "{story}: the clue shows something else: {entry:?}");
        }
        for raw in story.queries().iter().chain([&story.clue()]) {
            assert_eq!(asked(&without, raw).len(), 0, "{story}: {raw}");
        }
    }
}

#[test]
fn stories_happen_when_they_are_said_to() {
    let entries = generated(&recipe(5000));
    let whole = |story: Story| -> Vec<Entry> { story.queries().iter().flat_map(|raw| asked(&entries, raw)).collect() };

    let night = whole(Story::OffHoursAdmin);
    let email = &night[0].actor.email;
    let by_key = |entry: &Entry| entry.actor.api_key_identifier.as_deref() == Some("support-export");
    assert!(night.iter().all(|entry| entry.actor.email == *email || by_key(entry)));
    let usual = entries.iter().filter(|entry| entry.actor.email == *email && entry.ip_address != night[0].ip_address);
    let usual: BTreeSet<u32> = usual.filter(|entry| !is_weekend(entry)).map(|entry| utc(entry).hour()).collect();
    assert!(usual.len() > 2);
    assert!(night.iter().all(is_weekend), "{night:?}");

    let token = asked(&entries, Story::LeakedToken.clue());
    let addresses: BTreeSet<_> = token.iter().map(|entry| entry.ip_address.clone()).collect();
    assert_eq!(addresses.len(), 2, "two countries");
    assert!(utc(&token[0]) - utc(&token[token.len() - 1]) < TimeDelta::minutes(30));

    let deletion = whole(Story::MassDeletion);
    assert!(utc(&deletion[0]) - utc(&deletion[35]) < TimeDelta::minutes(6));
    let key = deletion[0].actor_identifier.clone();
    assert!(deletion.iter().all(|entry| entry.action == Action::Delete && entry.actor_identifier == key));
    let before =
        entries.iter().filter(|entry| entry.actor_identifier == key && entry.ip_address != deletion[0].ip_address);
    assert!(before.count() > 5, "the key has another address usually");

    let script = asked(&entries, Story::ScriptedMigration.clue());
    let gaps: Vec<i64> = script.windows(2).map(|pair| (utc(&pair[0]) - utc(&pair[1])).num_milliseconds()).collect();
    assert!(gaps.iter().all(|gap| (1..=2100).contains(gap)), "{gaps:?}");

    let names = |action: Action| -> BTreeSet<String> {
        let of_action = script.iter().filter(|entry| entry.action == action);
        of_action.map(|entry| entry.object_identifier.trim_end_matches("-v2").to_owned()).collect()
    };
    assert_eq!(names(Action::Create), names(Action::Delete));
    assert_eq!(names(Action::Create).len(), 20);

    let rolled_out = asked(&entries, "actorApiKeyIdentifiers=okta-scim");
    let once: BTreeSet<_> = rolled_out.iter().map(|entry| (&entry.object_type, &entry.object_identifier)).collect();
    assert!(once.len() + 2 >= rolled_out.len(), "who has gone meanwhile is stood in for");
    let rollout: BTreeSet<_> =
        asked(&entries, "actorApiKeyIdentifiers=okta-scim").iter().map(|entry| utc(entry).date_naive()).collect();
    assert_eq!(rollout.len(), 3, "{rollout:?}");
}

#[test]
fn a_recipe_that_cannot_be_followed_says_why() {
    let to = time(TO);
    let short = Recipe { from: time("2025-05-31T09:00:00Z"), ..recipe(500) };
    let all = Stories::Exactly(Story::ALL.to_vec());
    let told = [
        Recipe { from: time("2025-06-01T00:00:00Z"), ..recipe(1) },
        Recipe { from: to, ..recipe(2) },
        recipe(u64::MAX),
        Recipe { from: time("1900-01-01T00:00:00Z"), ..recipe(1) },
        Recipe { stories: all.clone(), ..short.clone() },
        Recipe { stories: Stories::Exactly(vec![Story::SsoRollout]), ..short.clone() },
        Recipe { stories: all, ..recipe(100) },
    ]
    .map(|recipe| refused(&recipe).to_string());
    insta::assert_snapshot!(told.join("\n"));
    assert!(Generator::new(&short).unwrap().stories().is_empty(), "what does not fit is left out unless it is named");
}

// Files

#[test]
fn an_entry_written_and_read_again_is_the_same() {
    let entries = generated(&recipe(3000));
    let lines: Vec<String> = entries.iter().map(|entry| serde_json::to_string(&FileEntry(entry)).unwrap()).collect();
    assert_eq!(fixture::read("lines", &lines.join("\n"), time(NOW)).unwrap().entries, entries);
}

proptest! {
    #[test]
    fn any_entry_that_a_file_can_hold_survives_being_written(
        identifier in proptest::option::of("[a-z]{1,3}|[a-z]{1,2}@[a-z]{1,2}|\\PC{1,5}"),
        kind in proptest::option::of(proptest::sample::select(ActorType::ALL.to_vec())),
        email in proptest::option::of("[a-z]{1,2}@[a-z]{1,2}"),
        key in proptest::option::of("[a-z]{1,2}"),
        request_type in proptest::option::of("[A-Z]{1,2}"),
    ) {
        let entry = serde_json::json!({
            "action": "CREATE", "objectIdentifier": "x", "objectType": "TEAM", "timestamp": "2025-05-20T06:51:43.235Z",
            "actorIdentifier": identifier, "actorType": kind.map(ActorType::as_str), "actorEmail": email,
            "actorApiKeyIdentifier": key, "actorRequestType": request_type,
        });
        let read = |text: &str| fixture::read("entry", text, time(NOW)).unwrap().entries;
        let entries = read(&entry.to_string());
        prop_assert_eq!(read(&serde_json::to_string(&FileEntry(&entries[0])).unwrap()), entries);
    }
}

/// The built-in story is the two weeks up to a Friday evening, told relative to now: that one, as no hour of its last day
/// and a half is empty. `UPDATE_FIXTURES=1` writes it.
#[test]
fn the_built_in_story_is_what_the_generator_makes() {
    let to = time("2022-12-30T18:00:00Z");
    let recipe = Recipe { from: time("2022-12-16T18:00:00Z"), ..Recipe::new(640, to) };
    let relative = |entry: &Entry| {
        let mut line: Value = serde_json::to_value(FileEntry(entry)).unwrap();
        let ago = to.since(entry.timestamp);
        let (seconds, milliseconds) = (ago.as_secs(), ago.subsec_millis());
        let parts = [
            (seconds / 86_400, "d"),
            (seconds / 3600 % 24, "h"),
            (seconds / 60 % 60, "m"),
            (seconds % 60, "s"),
            (milliseconds.into(), "ms"),
        ];
        let mut sum = String::new();
        for (count, unit) in parts.into_iter().filter(|(count, _)| *count > 0) {
            sum.extend([count.to_string().as_str(), unit]);
        }
        line["timestamp"] = if sum.is_empty() { "now".into() } else { format!("now-{sum}").into() };
        line.to_string()
    };
    let mut lines: Vec<String> = generated(&recipe).iter().map(relative).collect();
    lines.reverse();
    let expected = format!("[\n{}\n]\n", lines.join(",\n"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/audit-logs.json");
    if env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    assert!(
        fs::read_to_string(path).unwrap() == expected,
        "UPDATE_FIXTURES=1 cargo test built_in_story writes it anew"
    );
    let loaded = fixture::load(&[EntrySource::BuiltIn], to).unwrap().entries;
    assert_eq!(Generator::new(&recipe).unwrap().stories(), Story::ALL);
    assert_eq!(loaded.len(), 640);
}
