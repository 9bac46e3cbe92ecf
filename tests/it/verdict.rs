//! The verdict: every classic mistake of a poller is named, and none is invented.

mod busy_polling;
mod calls;
mod delivered;
mod failures;
mod fairness;
mod frameworks;
mod model;
mod observations;
mod others;
mod paging;
mod pollers;
mod properties;
mod scenarios;
mod stage;

use std::cell::RefCell;
use std::time::Duration;

use axum::body::to_bytes;
use axum::http::Request;
use cortex_audit_mock::World;
use cortex_audit_mock::contract::Query;
use cortex_audit_mock::fault::{Effect, FaultRule};
use cortex_audit_mock::world::verdict::{Bug, Judgement, Scope};
use serde_json::json;

use crate::support::process::{Server, binary};
use crate::support::{NOW, TestMock, sample, time};
use pollers::{Habit, Poller};
use stage::{Stage, clean, entry, moving};

const SECOND: Duration = Duration::from_secs(1);

/// A mistake, for how many rounds, in what world, and what is found of it.
type Case<'a> = (Habit, u32, &'a dyn Fn(&World), &'a [Bug]);

/// After each request an entry comes of the newest timestamp that there is, and one of a second before it.
fn behind() -> impl Fn(&World, u64) {
    |world, number| {
        let newest = world.page(&Query { page_size: 1, ..Query::default() }).logs[0].timestamp;
        world.append([entry(newest, number * 100), entry(newest.saturating_sub(SECOND), number * 100 + 1)]);
        world.append([entry(world.now().saturating_add(SECOND * 30), number * 100 + 2)]);
    }
}

#[test]
fn a_correct_client_is_clean_however_the_data_moves() {
    for seed in sample(0..1000, 40) {
        let stage = Stage::new(moving(seed));
        let judgement = stage.judged(&Poller::new(Habit::Correct, 4));
        clean(&judgement);
        let coverage = &judgement.clients[0].coverage;
        assert_eq!((coverage.never, coverage.several), (0, 0), "{judgement}");
        assert!(coverage.once + coverage.pending == coverage.entries && coverage.once > 0, "{judgement}");
    }
}

#[test]
fn a_correct_client_is_clean_through_limits_and_failures() {
    for seed in sample(0..40, 8) {
        let stage = Stage::new(moving(seed));
        let world = &stage.world;
        world.change_settings(|settings| settings.rate_limit = "4/min".parse().unwrap());
        world.faults().add(FaultRule { times: Some(1), cycle: Some(3), ..Effect::Malformed.into() });
        world.faults().add(FaultRule { times: Some(1), cycle: Some(5), ..Effect::Reset.into() });
        world.faults().add(FaultRule { times: Some(1), cycle: Some(4), ..Effect::status(503, Some(2)).into() });
        let judgement = stage.judged(&Poller::new(Habit::Correct, 3));
        clean(&judgement);
        assert!(judgement.clients[0].politeness.throttled > 0, "{judgement}");
    }
}

/// The bugs that are found over so many seeds, and the last judgement.
fn found(habit: Habit, rounds: u32, prepare: impl Fn(&World)) -> (Vec<Bug>, Judgement) {
    let last = RefCell::new(None);
    let mut bugs: Vec<Bug> = sample(0..20, 5)
        .flat_map(|seed| {
            let stage =
                if habit == Habit::NewestTimestampCursor { Stage::new(behind()) } else { Stage::new(moving(seed)) };
            prepare(&stage.world);
            let judgement = stage.judged(&Poller::new(habit, rounds));
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
        let wait = Effect::status(429, Some(5));
        world.faults().add(FaultRule { times: Some(1), cycle: Some(3), ..wait.into() });
    };
    let broken = |world: &World| {
        world.faults().add(FaultRule { times: Some(1), cycle: Some(4), after: 3, ..Effect::Malformed.into() });
    };
    let full = |world: &World| {
        world.advance(SECOND * 60);
        world.append((0..40).map(|number| entry(world.now(), 1000 + number)));
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
        // What it reads again at the ends of ranges is counted.
        (Habit::ExclusiveBounds, 5, &regular, &[]),
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
            world.append([entry(world.now(), number)]);
        }
    });
    let world = &stage.world;
    world.append([entry(time(NOW).saturating_add(SECOND), 99)]);
    let judgement = stage.judged(&Poller::new(Habit::StopsWhenEmpty, 20));
    clean(&judgement);
    world.advance(SECOND * 3600);
    world.append([entry(world.now(), 100)]);
    let judgement = world.verdict(&Scope { from: Some(time(NOW)), ..Scope::default() });
    assert_eq!(judgement.bugs(), [Bug::NeverRead, Bug::StoppedPolling], "{judgement}");
}

// Over HTTP

#[tokio::test]
async fn it_answers_200_or_409_with_the_reasons() {
    let mock = TestMock::default();
    let empty = mock.admin_get("/verdict").await;
    let kept = json!({"kept": true, "reasons": []});
    let in_vain = json!({"kept": false, "reasons": ["nobody has asked for audit logs"]});
    let expectations =
        json!({"complete": in_vain, "no-duplicates": kept, "no-gaps": kept, "polite": kept, "contract": kept});
    let expected = json!({
        "scope": {}, "notJudged": 0, "unknownKey": 0, "outside": 0, "expectations": expectations, "clients": []
    });
    assert_eq!(empty, expected);
    mock.logs("page=1&pageSize=250&objectType=SERVICE").await.ok();
    mock.logs("page=0&pageSize=250").await.ok();
    mock.logs("pageSize=250&page=1").await.ok();
    let judgement = mock.admin_get("/verdict").await;
    let client = &judgement["clients"][0];
    assert_eq!(client["coverage"]["entries"], 640);
    assert_eq!((&client["coverage"]["once"], &client["coverage"]["several"]), (&json!(250), &json!(250)));
    assert_eq!(client["coverage"]["never"], 140);
    let example = &client["coverage"]["doubledExamples"][0];
    assert_eq!(example["requests"].as_array().unwrap().len(), 2);
    assert!(example["entry"]["timestamp"].is_string());

    assert_eq!(mock.admin("GET", "/verdict?expect=polite,no-gaps", "").await.ok(), judgement);
    let details =
        mock.admin("GET", "/verdict?expect=complete,no-duplicates,no-gaps,polite,contract", "").await.details(409);
    insta::assert_snapshot!(details);
    let text = Request::get("/__admin/verdict?expect=complete").header("Accept", "text/plain");
    let text = mock.send_unchecked(text).await;
    assert_eq!(text.status(), 409);
    assert_eq!(text.headers()["content-type"], "text/plain; charset=utf-8");
    let text = String::from_utf8(to_bytes(text.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
    insta::assert_snapshot!(text);
    mock.admin("POST", "/reset", "").await.ok();
    mock.logs("pageSize=250&objectTypes[]=SERVICE").await.ok();
    let details = mock.admin("GET", "/verdict?expect=complete", "").await.details(409);
    assert!(details.contains("pageSize=250&objectTypes[]=SERVICE"), "the query can be copied: {details}");
    mock.admin("POST", "/reset", "").await.ok();
    assert_eq!(mock.admin_get("/verdict").await["clients"], json!([]));
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
    assert_eq!(never(&mock.admin_get("/verdict?session=one").await), [0, 540]);
    assert_eq!(never(&mock.admin_get("/verdict?session=two").await), [630]);
    assert_eq!(never(&mock.admin_get("/verdict").await), Vec::<u64>::new());
}

/// What was not delivered whole was not read, and entries that are removed are forgotten.
#[tokio::test]
async fn only_a_page_that_arrives_counts() {
    let mock = TestMock::default();
    let world = mock.mock.world();
    for effect in [Effect::Malformed, Effect::Truncate { bytes: 100 }, Effect::Reset, Effect::Empty] {
        world.faults().add(FaultRule { times: Some(1), ..effect.into() });
        let _ =
            to_bytes(mock.get_unchecked("/api/v1/audit-logs?page=0&pageSize=1000").await.into_body(), usize::MAX).await;
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
    // V5: when the server started, and how long it ran.
    let (head, rest) = xml.split_once(" timestamp=\"").unwrap();
    let (times, rest) = rest.split_once('>').unwrap();
    let (timestamp, time) = times.trim_end_matches('"').split_once("\" time=\"").unwrap();
    assert_eq!(timestamp.len(), "2025-05-20T12:00:00".len());
    assert!(time.parse::<f64>().unwrap() < 60.0, "{time}");
    insta::assert_snapshot!(format!("{head}>{rest}"));
    assert!(report("VERDICT.XML").0.starts_with("<?xml"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 4);
}

/// XML 1.0 has no control characters, and not the two that are no characters.
#[test]
fn a_report_is_well_formed_whatever_entries_and_keys_are_called() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: serde_json::Value| {
        let path = folder.path().join(name);
        std::fs::write(&path, content.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let name = "\u{1}\u{fffe}\u{ffff}<&]]>\"'";
    let entry = json!({"action": "UPDATE", "objectIdentifier": name, "objectType": "TEAM", "timestamp": NOW});
    let entries = file("entries.json", json!([entry, entry]));
    let keys = file(
        "keys.json",
        json!({"keys": [{"token": "t", "name": "k<&]]>\"'", "roles": [{"type": "DEFAULT", "role": "ADMIN"}]}]}),
    );
    let report = folder.path().join("verdict.xml");
    let server = Server::start(&["--fixtures", &entries, "--keys", &keys, "--report", report.to_str().unwrap()]);
    server.get_as("t", "/api/v1/audit-logs?page=0&pageSize=1");
    server.stop();
    let xml = std::fs::read_to_string(report).unwrap();
    assert!(xml.contains("1 of 2 entries were never served"), "{xml}");
    let forbidden = |c: char| !matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    assert!(!xml.contains(forbidden), "{xml:?}");
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
        let judgement = mock.admin_get(&format!("/verdict?{scope}")).await;
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

#[tokio::test]
async fn a_scope_that_is_misspelt_reversed_or_empty_passes_no_gate() {
    let mock = TestMock::default();
    mock.logs("page=0&pageSize=10").await.ok();
    let refused = async |scope: &str, status: u16| {
        mock.admin("GET", &format!("/verdict?expect=complete&{scope}"), "").await.details(status)
    };
    let misspelt = refused("objectTypes=TEEM", 400).await;
    assert!(misspelt.contains("Did you mean \"TEAM\"?"), "{misspelt}");
    let reversed = refused("from=now-1h&to=now-2h", 400).await;
    assert!(reversed.ends_with("Did you mean them the other way round?"), "{reversed}");
    let empty = refused("from=2030-01-01T00:00:00Z", 409).await;
    assert_eq!(empty, "not complete: the scope holds no entries; 640 are outside it");
    // Most likely the entries were lost on the way into the server.
    mock.mock.world().remove_entries();
    mock.logs("page=0&pageSize=10").await.ok();
    let nothing = "not complete: there were no entries to read; start the server with some, or add them";
    assert_eq!(refused("", 409).await, nothing);
    assert_eq!(refused("from=now-1h", 409).await, nothing);
    mock.admin("GET", "/verdict?expect=polite", "").await.ok();
}

#[test]
fn the_junit_report_of_a_world_without_an_entry_fails() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("verdict.xml");
    let server = binary(["--listen", "127.0.0.1:0", "--fixtures", "-", "--report", report.to_str().unwrap()]);
    let server = server.input("[]").serve();
    server.logs("page=0&pageSize=10");
    server.stop();
    let xml = std::fs::read_to_string(report).unwrap();
    assert!(xml.contains("failures=\"1\"") && xml.contains("there were no entries to read"), "{xml}");
}

#[tokio::test]
async fn requests_with_a_token_of_no_key_are_counted_and_told() {
    let mock = TestMock::default();
    for _ in 0..5 {
        assert_eq!(mock.get_as("nosuchkey", "/api/v1/audit-logs?page=0").await.status, 401);
    }
    assert_eq!(mock.admin_get("/verdict").await["unknownKey"], 5);
    let details = mock.admin("GET", "/verdict?expect=complete", "").await.details(409);
    let told = "5 requests were refused with 401, the last at 2025-05-20T12:00:00Z: no valid key has the token; \
                send one of the server's keys";
    assert_eq!(details, format!("not complete: nobody has asked for audit logs; {told}"));
    mock.logs("page=0&pageSize=1000").await.ok();
    let text = mock.mock.world().verdict(&Scope::default()).to_string();
    assert!(text.contains(told), "{text}");
}

/// A typo in the key: the session that its token names is told.
#[tokio::test]
async fn a_request_with_no_key_is_counted_in_the_session_that_its_token_names() {
    let mock = stage::unlimited();
    let unknown = async |session: &str| mock.admin_get(&format!("/verdict{session}")).await["unknownKey"].clone();
    let refused = async |token: &str| assert_eq!(mock.get_as(token, "/api/v1/audit-logs?page=0").await.status, 401);
    for _ in 0..3 {
        refused("mock-amdin~new").await;
    }
    assert_eq!(mock.mock.sessions().names().len(), 0, "it opens no session");
    assert_eq!(unknown("").await, 0);
    let details = mock.admin("GET", "/verdict?session=new&expect=complete", "").await.details(409);
    assert!(details.contains("3 requests were refused with 401"), "{details}");
    refused("mock-amdin~new").await;
    assert_eq!((unknown("?session=new").await, unknown("").await), (json!(4), json!(0)));
    // At most a thousand names are kept; further ones count for the session without a name.
    for number in 0..1010 {
        refused(&format!("mock-amdin~n{number}")).await;
    }
    assert_eq!((unknown("?session=n7").await, unknown("").await), (json!(1), json!(10)));
}

#[test]
fn a_report_of_a_server_that_nobody_asked_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("verdict.xml");
    Server::start(&["--report", path.to_str().unwrap()]).stop();
    let xml = std::fs::read_to_string(path).unwrap();
    assert!(xml.contains("tests=\"1\" failures=\"1\""), "{xml}");
    assert!(xml.contains("nobody has asked for audit logs"), "{xml}");
}

#[test]
fn what_is_wrong_is_told_in_the_log_when_the_server_stops_if_that_is_text() {
    let log = |form: &str| {
        let server = binary(["--listen", "127.0.0.1:0", "--log", form]).serve();
        server.logs("page=0&pageSize=250");
        server.stop()
    };
    let told = log("text");
    assert!(told.contains("verdict: Admin (…dmin): never-read (390): 390 of 640 entries"), "{told}");
    assert_eq!((log("json"), log("off")), (String::new(), String::new()));
}
