//! The verdict: every classic mistake of a poller is named, and none is invented.

mod pollers;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use axum::body::to_bytes;
use axum::http::Request;
use cortex_audit_mock::contract::{Action, Actor, Entry, Query, Timestamp};
use cortex_audit_mock::fault::{Effect, Rule};
use cortex_audit_mock::world::Scenario;
use cortex_audit_mock::world::verdict::{Bug, Expectation, Judgement, Scope};
use cortex_audit_mock::{Config, RateLimit, World};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::support::process::{Server, binary};
use crate::support::{NOW, TestMock, time};
use pollers::{Habit, Outside, Reply, poll};

const SECOND: Duration = Duration::from_secs(1);

/// What happens to a world at the how manieth request.
type Happening = dyn Fn(&World, u64);

/// A mistake, for how many rounds, in what world, and what is found of it.
type Case<'a> = (Habit, u32, &'a dyn Fn(&World), &'a [Bug]);

/// A mock, and a client's way to it; something happens to the world at each request.
struct Stage {
    mock: TestMock,
    runtime: Runtime,
    happens: Box<Happening>,
    requests: Cell<u64>,
}

impl Stage {
    fn new(happens: impl Fn(&World, u64) + 'static) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let mock = TestMock::with(Config { rate_limit: RateLimit::Off, ..Config::default() });
        Self { mock, runtime, happens: Box::new(happens), requests: Cell::new(0) }
    }

    fn world(&self) -> std::sync::Arc<World> {
        self.mock.mock.world()
    }

    fn ask(&self, query: &str) -> Reply {
        let response = self.runtime.block_on(async {
            let response = self.mock.raw(&format!("/api/v1/audit-logs?{query}")).await;
            let (parts, body) = response.into_parts();
            (parts.clone(), to_bytes(body, usize::MAX).await)
        });
        let number = self.requests.replace(self.requests.get() + 1);
        (self.happens)(&self.world(), number);
        let (parts, body) = response;
        let seconds = parts.headers.get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        Reply {
            status: parts.status.as_u16(),
            retry_after: seconds.map(Duration::from_secs),
            body: body.ok().and_then(|body| serde_json::from_slice(&body).ok()),
        }
    }

    /// Polls, and judges what was read up to where the client came.
    fn judged(&self, habit: Habit, rounds: u32) -> Judgement {
        let world = self.world();
        let outside = Outside {
            ask: &|query| self.ask(query),
            wait: &|length| world.advance(length),
            now: &|| world.clock.now(),
        };
        // Where everything is on one page, no page can be missed.
        let size = if habit == Habit::NewestTimestampCursor { 1000 } else { 10 };
        let end = poll(habit, &outside, time(NOW), rounds, size);
        let to = if habit == Habit::StopsWhenEmpty { None } else { Some(end) };
        world.verdict(&Scope { from: Some(time(NOW)), to, ..Scope::default() })
    }
}

fn entry(at: Timestamp, number: u64) -> Entry {
    Entry {
        action: Action::Update,
        actor_identifier: Some("ci-deploy".to_owned()),
        ip_address: None,
        object_identifier: format!("object-{number}"),
        object_type: "SERVICE".to_owned(),
        timestamp: at.to_millisecond(),
        actor: Actor::derived_from(Some("ci-deploy")),
    }
}

/// Entries come between requests, some of them half a minute late, some of one millisecond.
fn moving(seed: u64) -> impl Fn(&World, u64) {
    move |world, number| {
        let mut dice = (seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_mul(0xD129_0DDF_BAD7_ECF1) | 1;
        let mut draw = |bound: u64| {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            dice % bound
        };
        let now = world.clock.now();
        let late = now.saturating_sub(Duration::from_millis(draw(30_000)));
        let same = draw(5);
        let mut entries: Vec<Entry> = (0..draw(12))
            .map(|place| entry(now.saturating_sub(SECOND * u32::try_from(place).unwrap()), number * 100 + place))
            .collect();
        entries.extend((0..same).map(|place| entry(late, number * 100 + 50 + place)));
        world.append(entries);
    }
}

/// After each request an entry comes of the newest timestamp that there is, and one of a second before it.
fn behind() -> impl Fn(&World, u64) {
    |world, number| {
        let newest = world.store.page(&Query { page_size: 1, ..Query::default() }).logs[0].timestamp;
        world.append([entry(newest, number * 100), entry(newest.saturating_sub(SECOND), number * 100 + 1)]);
        world.append([entry(world.clock.now().saturating_add(SECOND * 30), number * 100 + 2)]);
    }
}

#[track_caller]
fn clean(judgement: &Judgement) {
    for expectation in Expectation::ALL {
        assert_eq!(judgement.broken(expectation), None, "{judgement}");
    }
    assert_eq!(judgement.bugs(), [], "{judgement}");
}

#[test]
fn a_correct_client_is_clean_however_the_data_moves() {
    for seed in 0..1000 {
        let stage = Stage::new(moving(seed));
        let judgement = stage.judged(Habit::Correct, 4);
        clean(&judgement);
        let coverage = &judgement.clients[0].coverage;
        assert_eq!((coverage.never, coverage.several), (0, 0), "{judgement}");
        assert!(coverage.once == coverage.entries && coverage.once > 0, "{judgement}");
    }
}

#[test]
fn a_correct_client_is_clean_through_limits_and_failures() {
    for seed in 0..40 {
        let stage = Stage::new(moving(seed));
        let world = stage.world();
        world.change_settings(|settings| settings.rate_limit = "4/min".parse().unwrap());
        world.faults.add(Rule { times: Some(1), cycle: Some(3), ..Effect::Malformed.into() });
        world.faults.add(Rule { times: Some(1), cycle: Some(5), ..Effect::Reset.into() });
        world.faults.add(Rule {
            times: Some(1),
            cycle: Some(4),
            ..Effect::Status { status: 503, retry_after: Some(2) }.into()
        });
        let judgement = stage.judged(Habit::Correct, 3);
        clean(&judgement);
        assert!(judgement.clients[0].manners.throttled > 0, "{judgement}");
    }
}

/// The bugs that are found over so many seeds, and the last judgement.
fn found(habit: Habit, rounds: u32, prepare: impl Fn(&World)) -> (Vec<Bug>, Judgement) {
    let last = RefCell::new(None);
    let mut bugs: Vec<Bug> = (0..20)
        .flat_map(|seed| {
            let stage =
                if habit == Habit::NewestTimestampCursor { Stage::new(behind()) } else { Stage::new(moving(seed)) };
            prepare(&stage.world());
            let judgement = stage.judged(habit, rounds);
            let bugs = judgement.bugs();
            *last.borrow_mut() = Some(judgement);
            bugs
        })
        .collect();
    bugs.sort_unstable();
    bugs.dedup();
    (bugs, last.take().unwrap())
}

#[test]
fn each_mistake_is_named_and_no_other() {
    let nothing = |_: &World| {};
    let tight = |world: &World| {
        world.change_settings(|settings| settings.rate_limit = "1/min".parse().unwrap());
    };
    let told = |world: &World| {
        let wait = Effect::Status { status: 429, retry_after: Some(5) };
        world.faults.add(Rule { times: Some(1), cycle: Some(3), ..wait.into() });
    };
    let broken = |world: &World| {
        world.faults.add(Rule { times: Some(1), cycle: Some(4), after: 3, ..Effect::Malformed.into() });
    };
    let full = |world: &World| {
        world.advance(SECOND * 60);
        world.append((0..40).map(|number| entry(world.clock.now(), 1000 + number)));
    };
    let regular = |world: &World| {
        world.append(
            (0..90).map(|number| entry(time(NOW).saturating_add(SECOND * number * 10), 2000 + u64::from(number))),
        );
    };
    let cases: [Case<'_>; 9] = [
        (Habit::NoEnd, 1, &full, &[Bug::ReadTwice, Bug::MovedUnderOffset]),
        (Habit::NewestTimestampCursor, 8, &nothing, &[Bug::NeverRead, Bug::LateArrivalMissed, Bug::EqualTimestampLost]),
        (Habit::NoRetryOn429, 5, &tight, &[Bug::NeverRead, Bug::GaveUpAfter429]),
        (Habit::RetriesTooEarly, 5, &told, &[Bug::RetriedTooEarly]),
        (Habit::MisspeltFilter, 5, &nothing, &[Bug::Contract]),
        (Habit::IgnoresTotalPages, 5, &nothing, &[Bug::IgnoredTotalPages]),
        (Habit::FirstPageOnly, 5, &nothing, &[Bug::NeverRead, Bug::StoppedEarly]),
        (Habit::GivesUpOnFailure, 5, &broken, &[Bug::NeverRead, Bug::GaveUpAfterFailure, Bug::Gap]),
        (Habit::ExclusiveBounds, 5, &regular, &[Bug::ReadTwice, Bug::Overlap]),
    ];
    for (habit, rounds, prepare, expected) in cases {
        let (bugs, judgement) = found(habit, rounds, prepare);
        assert_eq!(bugs, expected, "{habit:?}\n{judgement}");
    }
}

#[test]
fn a_client_that_takes_an_empty_answer_for_the_end_is_told_from_one_that_waits() {
    let stage = Stage::new(|world, number| {
        if number < 3 {
            world.append([entry(world.clock.now(), number)]);
        }
    });
    let world = stage.world();
    world.append([entry(time(NOW).saturating_add(SECOND), 99)]);
    let judgement = stage.judged(Habit::StopsWhenEmpty, 20);
    clean(&judgement);
    world.advance(SECOND * 3600);
    world.append([entry(world.clock.now(), 100)]);
    let judgement = world.verdict(&Scope { from: Some(time(NOW)), ..Scope::default() });
    assert_eq!(judgement.bugs(), [Bug::NeverRead, Bug::StoppedPolling], "{judgement}");
}

// Scenarios

/// A stage on which nothing happens but the scenario.
fn staged(scenario: Scenario, seed: u64) -> Stage {
    let mut stage = Stage::new(|_, _| {});
    stage.mock = TestMock::with(Config { rate_limit: RateLimit::Off, seed, ..Config::default() });
    let world = stage.world();
    world.append(
        (0..60).map(|number| entry(time(NOW).saturating_add(SECOND * number * 7 / 5), 3000 + u64::from(number))),
    );
    world.set_scenario(Some(scenario));
    stage
}

#[test]
fn a_correct_client_is_clean_in_every_scenario() {
    for scenario in Scenario::ALL {
        // A burst is sixty pages.
        let seeds = if scenario == Scenario::Burst { 3 } else { 40 };
        for seed in 0..seeds {
            let stage = staged(scenario, seed);
            let judgement = stage.judged(Habit::Correct, 4);
            clean(&judgement);
            let coverage = &judgement.clients[0].coverage;
            assert!(coverage.once == coverage.entries && coverage.once >= 20, "{scenario}: {judgement}");
        }
    }
}

#[test]
fn each_scenario_shows_the_mistake_that_it_is_for() {
    let cases = [
        (Scenario::InsertBetweenPages, Habit::NoEnd, Bug::MovedUnderOffset),
        (Scenario::LateArrivals, Habit::NoLag, Bug::LateArrivalMissed),
        (Scenario::SameMillisecond, Habit::NewestTimestampCursor, Bug::EqualTimestampLost),
        (Scenario::Burst, Habit::FirstPageOnly, Bug::StoppedEarly),
        (Scenario::QuotaSqueeze, Habit::NoRetryOn429, Bug::GaveUpAfter429),
        (Scenario::QuotaSqueeze, Habit::RetriesTooEarly, Bug::RetriedTooEarly),
        (Scenario::Flaky, Habit::GivesUpOnFailure, Bug::GaveUpAfterFailure),
    ];
    for (scenario, habit, bug) in cases {
        let found = (0..20).any(|seed| {
            let stage = staged(scenario, seed);
            if habit == Habit::NoEnd {
                stage.world().advance(SECOND * 80);
            }
            stage.judged(habit, 6).bugs().contains(&bug)
        });
        assert!(found, "{scenario} shows nothing of {habit:?}");
    }
}

#[tokio::test]
async fn a_scenario_is_the_same_with_the_same_seed_and_ends_without_a_trace() {
    let run = async |seed: u64, name: &str| {
        let mock = TestMock::with(Config { seed, ..Config::default() });
        let before = (mock.shown("/settings").await, mock.shown("/faults").await["faults"].as_array().unwrap().len());
        assert_eq!(mock.shown("/scenario").await, json!({"name": "off"}));
        let set = mock.admin("PUT", "/scenario", json!({"name": name})).await.ok();
        assert_eq!(set, json!({"name": name, "pages": 0, "added": 0}));
        let mut seen = String::new();
        for page in 0..6 {
            let response = mock.raw(&format!("/api/v1/audit-logs?page={page}&pageSize=100")).await;
            seen += &response.status().to_string();
            if let Ok(body) = to_bytes(response.into_body(), usize::MAX).await {
                seen += &String::from_utf8_lossy(&body);
            }
        }
        mock.get_as("mock-admin~other", "/api/v1/audit-logs").await.ok();
        assert_eq!(mock.shown("/scenario?session=other").await, json!({"name": "off"}));
        assert_eq!(mock.admin("DELETE", "/scenario", "").await.ok(), json!({"name": "off"}));
        let after = (mock.shown("/settings").await, mock.shown("/faults").await["faults"].as_array().unwrap().len());
        assert_eq!(before, after);
        // What differs in each error.
        seen.split("requestId").map(|part| part.split_once(',').map_or(part, |(_, rest)| rest)).collect::<String>()
    };
    for scenario in Scenario::ALL {
        let name = scenario.as_str();
        assert_eq!(run(1, name).await, run(1, name).await, "{name}");
    }
    assert_ne!(run(1, "late-arrivals").await, run(2, "late-arrivals").await);
}

#[tokio::test]
async fn a_wrong_scenario_says_what_there_is() {
    let mock = TestMock::default();
    let mut told = Vec::new();
    for body in ["", "{}", r#"{"name": "flakey"}"#, r#"{"name": "off"}"#, r#"{"name": 7}"#, r#"{"scenario": "flaky"}"#]
    {
        told.push(mock.admin("PUT", "/scenario", body).await.details(400));
    }
    insta::assert_snapshot!(told.join("\n"));
}

// Over HTTP

#[tokio::test]
async fn it_answers_200_or_409_with_the_reasons() {
    let mock = TestMock::default();
    let empty = mock.shown("/verdict").await;
    assert_eq!(empty, json!({"scope": {}, "notJudged": 0, "clients": []}));
    mock.logs("page=0&pageSize=250").await.ok();
    mock.logs("page=1&pageSize=250&objectType=SERVICE").await.ok();
    mock.logs("pageSize=250&page=1").await.ok();
    let judgement = mock.shown("/verdict").await;
    let client = &judgement["clients"][0];
    assert_eq!(client["coverage"]["entries"], 640);
    assert_eq!((&client["coverage"]["once"], &client["coverage"]["several"]), (&json!(250), &json!(250)));
    assert_eq!(client["coverage"]["never"], 140);
    let example = &client["coverage"]["severalExamples"][0];
    assert_eq!(example["requests"].as_array().unwrap().len(), 2);
    assert!(example["entry"]["timestamp"].is_string());

    assert_eq!(mock.admin("GET", "/verdict?expect=polite,no-gaps", "").await.ok(), judgement);
    let details =
        mock.admin("GET", "/verdict?expect=complete,no-duplicates,no-gaps,polite,contract", "").await.details(409);
    insta::assert_snapshot!(details);
    let text = Request::get("/__admin/verdict?expect=complete").header("Accept", "text/plain");
    let text = mock.raw_call(text).await;
    assert_eq!(text.status(), 409);
    assert_eq!(text.headers()["content-type"], "text/plain; charset=utf-8");
    let text = String::from_utf8(to_bytes(text.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
    insta::assert_snapshot!(text);
    mock.admin("POST", "/reset", "").await.ok();
    assert_eq!(mock.shown("/verdict").await["clients"], json!([]));
    let details = mock.admin("GET", "/verdict?expect=complete", "").await.details(409);
    assert_eq!(details, "not complete: nobody has asked for audit logs");
}

#[tokio::test]
async fn each_session_and_each_key_is_judged_alone() {
    let mock = TestMock::default();
    mock.get_as("mock-admin~one", "/api/v1/audit-logs?page=0&pageSize=1000").await.ok();
    mock.get_as("mock-auditor~one", "/api/v1/audit-logs?page=0&pageSize=100").await.ok();
    mock.get_as("mock-admin~two", "/api/v1/audit-logs?page=0&pageSize=10").await.ok();
    let never = |judgement: &serde_json::Value| -> Vec<u64> {
        let clients = judgement["clients"].as_array().unwrap();
        clients.iter().map(|client| client["coverage"]["never"].as_u64().unwrap()).collect()
    };
    assert_eq!(never(&mock.shown("/verdict?session=one").await), [0, 540]);
    assert_eq!(never(&mock.shown("/verdict?session=two").await), [630]);
    assert_eq!(never(&mock.shown("/verdict").await), Vec::<u64>::new());
}

/// What was not delivered whole was not read, and entries that are removed are forgotten.
#[tokio::test]
async fn only_a_page_that_arrives_counts() {
    let mock = TestMock::default();
    let world = mock.mock.world();
    for effect in [Effect::Malformed, Effect::Truncate { bytes: 100 }, Effect::Reset, Effect::Empty] {
        world.faults.add(Rule { times: Some(1), ..effect.into() });
        let _ = to_bytes(mock.raw("/api/v1/audit-logs?page=0&pageSize=1000").await.into_body(), usize::MAX).await;
        assert_eq!(world.verdict(&Scope::default()).clients[0].coverage.once, 0);
    }
    mock.send(Request::head("/api/v1/audit-logs?page=0&pageSize=1000").header("Authorization", "Bearer mock-admin"))
        .await;
    assert_eq!(world.verdict(&Scope::default()).clients[0].coverage.once, 0);
    mock.logs("page=0&pageSize=1000").await.ok();
    let judgement = world.verdict(&Scope::default());
    assert_eq!((judgement.clients[0].requests, judgement.clients[0].coverage.once), (6, 640));
    world.remove_entries();
    assert_eq!(world.verdict(&Scope::default()).clients.len(), 0);
}

// At shutdown

#[test]
fn a_report_is_written_when_the_server_stops() {
    let folder = tempfile::tempdir().unwrap();
    let report = |name: &str| {
        let path = folder.path().join(name);
        let server = Server::start(&["--now", NOW, "--report", path.to_str().unwrap()]);
        assert!(!path.exists());
        server.logs("page=0&pageSize=1000");
        server.get_as("mock-admin~ci-1", "/api/v1/audit-logs?page=0&pageSize=250&objectType=%3CTEAM%3E%26");
        let said = server.stop();
        (std::fs::read_to_string(path).unwrap(), said)
    };
    let (json, said) = report("verdict.json");
    let sessions: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&sessions[0]["session"], &sessions[1]["session"]), (&json!(null), &json!("ci-1")));
    assert_eq!(sessions[0]["clients"][0]["coverage"]["once"], 640);
    let (text, _) = report("verdict.txt");
    assert!(said.ends_with(&text), "{said}");
    insta::assert_snapshot!(text);
    let (xml, _) = report("verdict.xml");
    insta::assert_snapshot!(xml);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_anything_is_served() {
    let ended = binary(["--listen", "127.0.0.1:0", "--report", "/none/verdict.xml"]).run();
    insta::assert_snapshot!(ended.failed(1).trim_end(), @"error: cannot write /none/verdict.xml (--report): No such file or directory (os error 2)");
}

#[tokio::test]
async fn the_scope_is_a_time_and_filters() {
    let mock = TestMock::default();
    mock.logs("page=0&pageSize=1000&objectTypes=SCORECARD").await.ok();
    let never = async |scope: &str| {
        let judgement = mock.shown(&format!("/verdict?{scope}")).await;
        judgement["clients"][0]["coverage"]["never"].as_u64().unwrap()
    };
    assert!(never("").await > 500);
    assert_eq!(never("objectTypes=SCORECARD").await, 0);
    assert!(never("objectTypes=SCORECARD,SERVICE").await > 50);
    assert_eq!(never("from=now%2B1s").await, 0);
    let week = never("from=now-7d").await;
    assert_eq!(week + never("to=now-7d").await, never("").await);
    mock.admin("GET", "/verdict?expect=complete&objectTypes=SCORECARD", "").await.ok();
}

#[tokio::test]
async fn what_is_wrong_with_a_call_is_told() {
    let mock = TestMock::default();
    let mut told = Vec::new();
    for query in
        ["expect=complet", "expect=perfect,polite", "from=yesterday", "objectType=TEAM", "actions=CREATED", "page=1"]
    {
        told.push(mock.admin("GET", &format!("/verdict?{query}"), "").await.details(400));
    }
    insta::assert_snapshot!(told.join("\n"));
}
