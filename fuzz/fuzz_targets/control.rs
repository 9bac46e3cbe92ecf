//! Bodies of the control plane. Each line is a call: its first letter names the call, the rest is the body. Each is refused
//! with an error, or applied to one world, which must remain consistent.

#![no_main]

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use cortex_audit_mock::contract::query::Offsets;
use cortex_audit_mock::contract::{Query, Timestamp};
use cortex_audit_mock::internal::control::{ClockChange, ScenarioStart};
use cortex_audit_mock::internal::store::BaseSegment;
use cortex_audit_mock::internal::{LiveSource, RequestFacts, RuleSelection, WorldTemplate};
use cortex_audit_mock::internal::{control, fixture};
use cortex_audit_mock::world::verdict::Scope;
use cortex_audit_mock::world::{Activity, Sessions, Settings, World};
use cortex_audit_mock::{FileErrors, RateLimit, fault};
use cortex_audit_mock_fuzz::{check_errors, now};
use libfuzzer_sys::fuzz_target;

/// Calls per input: few, so that an input is fast.
const MAX_CALLS: usize = 12;
/// The longest advance with live activity or a scenario: a longer one takes too long for one input. The tests cover it.
const MAX_ADVANCE: Duration = Duration::from_hours(1);
/// The shortest period of live activity.
const MIN_PERIOD: Duration = Duration::from_secs(5);

static BASE: LazyLock<Arc<BaseSegment>> = LazyLock::new(|| Arc::new(BaseSegment::new([])));

fn template() -> WorldTemplate {
    let base = Arc::clone(&BASE);
    WorldTemplate {
        live_source: Arc::new(LiveSource::new(Arc::clone(&base), 42)),
        base,
        now: Some(now()),
        settings: Settings { rate_limit: RateLimit::default(), strict: false, offsets: Offsets::default() },
        live: None,
        scenario: None,
        key_faults: Vec::new(),
        faults: Vec::new(),
        max_entries: 1_000_000,
        seed: 42,
    }
}

fuzz_target!(|text: &str| {
    let world = Sessions::new(template()).world(None);
    for line in text.lines().take(MAX_CALLS) {
        let mut letters = line.chars();
        let call = letters.next();
        let body = letters.as_str();
        let result = match call {
            Some('c') => clock(&world, body),
            Some('a') => advance(&world, body),
            Some('l') => live(&world, body),
            Some('s') => scenario(&world, body),
            Some('t') => settings(&world, body),
            Some('e') => entries(&world, body),
            Some('f') => faults(&world, body),
            _ => return,
        };
        if let Err(errors) = result {
            check_errors(&errors, body);
        }
        check_state(&world);
    }
});

fn clock(world: &World, body: &str) -> Result<(), FileErrors> {
    let before = world.clock();
    let change = control::clock(body, &before)?;
    assert_eq!(control::clock(body, &before), Ok(change), "parsing is deterministic");
    let ClockChange { now, frozen } = change;
    if is_too_far(world, now.map_or(Duration::ZERO, |now| now.since(before.now))) {
        return Ok(());
    }
    if frozen {
        world.freeze_clock(now);
    } else {
        world.run_clock(now);
    }
    let after = world.clock();
    assert_eq!(after.frozen, frozen);
    assert!(after.world_age >= before.world_age, "the elapsed time never decreases");
    assert!(after.now >= now.unwrap_or(before.now));
    Ok(())
}

fn advance(world: &World, body: &str) -> Result<(), FileErrors> {
    let before = world.clock();
    let by = control::advance(body, &before)?;
    if is_too_far(world, by) {
        return Ok(());
    }
    world.advance(by);
    let after = world.clock();
    assert!(after.world_age >= before.world_age.saturating_add(by));
    assert!(!before.frozen || after.now == before.now.saturating_add(by));
    Ok(())
}

fn is_too_far(world: &World, advance: Duration) -> bool {
    advance > MAX_ADVANCE && (world.live().is_some() || world.scenario_stats().is_some())
}

fn live(world: &World, body: &str) -> Result<(), FileErrors> {
    let activity = control::live(body)?;
    let period = |Activity { rate, .. }: Activity| rate.period.duration() / rate.count.get();
    if period(activity) >= MIN_PERIOD {
        world.set_live(Some(activity));
        assert_eq!(world.live(), Some(activity));
    }
    let again = control::live(&format!("{{\"rate\":\"{}\"}}", activity.rate))?;
    assert_eq!(again.rate, activity.rate);
    Ok(())
}

fn scenario(world: &World, body: &str) -> Result<(), FileErrors> {
    let ScenarioStart { scenario, seed } = control::scenario(body)?;
    match seed {
        Some(seed) => world.set_scenario_with_seed(scenario, seed),
        None => world.set_scenario(scenario),
    }
    assert_eq!(world.scenario_stats().map(|stats| stats.scenario), Some(scenario));
    Ok(())
}

fn settings(world: &World, body: &str) -> Result<(), FileErrors> {
    let settings = control::settings(body, world.settings())?;
    world.change_settings(|current| *current = settings);
    let Settings { rate_limit, strict, offsets } = settings;
    let again = format!("{{\"rateLimit\":\"{rate_limit}\",\"strict\":{strict},\"offsets\":\"{offsets}\"}}");
    assert_eq!(control::settings(&again, settings), Ok(settings));
    Ok(())
}

fn entries(world: &World, body: &str) -> Result<(), FileErrors> {
    world.catch_up();
    let before = world.entry_count();
    let count = fixture::read("body", body, world.now())?.entries.len();
    let added = world.append_json(body);
    // A running clock may have reached the year 9999 meanwhile.
    assert!(added.is_ok() || !world.clock().frozen);
    if let Ok(added) = added {
        assert_eq!(added, count);
        assert!(world.entry_count() >= before + added);
    }
    Ok(())
}

fn faults(world: &World, body: &str) -> Result<(), FileErrors> {
    let rules = fault::read_all("body", body)?;
    for rule in &rules {
        let written = serde_json::to_string(rule).expect("JSON");
        assert_eq!(fault::read_all("body", &written).as_ref(), Ok(&vec![rule.clone()]), "{written}");
    }
    world.faults().add_all(rules);
    Ok(())
}

/// Checks what a client and a test read from the world.
fn check_state(world: &World) {
    let now: Timestamp = world.now();
    assert_eq!(now.to_string().parse(), Ok(now));
    let page = world.page(&Query::default());
    assert!(page.logs.is_sorted_by(|one, next| one.timestamp >= next.timestamp));
    assert_eq!(page.logs.len(), page.total.min(250));
    assert_eq!(page.total_pages, page.total.div_ceil(250));
    assert!(serde_json::to_string(&page).is_ok());
    let plan = world.faults().fire(&RequestFacts {
        key: "Admin",
        query: "page=2&objectTypes=TEAM",
        rules: RuleSelection::All,
    });
    assert!(plan.delay <= fault::Delay::MAX);
    assert!(world.faults().list().iter().all(|listed| listed.fired <= listed.matched));
    let judgement = world.verdict(&Scope::default());
    assert!(judgement.clients.is_empty(), "there was no request");
}
