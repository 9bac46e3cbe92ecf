//! `MockServer` in a test: HTTP to a server in the same process, and typed access to its state.

#[path = "../../examples/poll/client.rs"]
mod poll_client;

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use cortex_audit_mock::Admin;
use cortex_audit_mock::EntrySource;
use cortex_audit_mock::KeySource;
use cortex_audit_mock::contract::Query;
use cortex_audit_mock::fault::{Delay, Effect, FaultRule, RawBody, RequestMatcher};
use cortex_audit_mock::world::{Activity, JournalFilter, JournalRecord, StatusFilter};
use cortex_audit_mock::{MockServer, Rate, StartError, World};
use serde_json::json;
use tokio::net::TcpStream;

use crate::support::h2_client::HttpClient;
use crate::support::process::{Connection, head};
use crate::support::{NOW, TestResponse, time};
use poll_client::{Entry, Error, Poller};

const LOGS: &str = "/api/v1/audit-logs";
const MINUTE: Duration = Duration::from_secs(60);

fn address(server: &MockServer) -> String {
    server.uri().strip_prefix("http://").unwrap().to_owned()
}

fn get(server: &MockServer, token: &str, path: &str) -> TestResponse {
    Connection::to(&address(server)).get_as(token, path)
}

fn total(server: &MockServer, token: &str) -> u64 {
    get(server, token, LOGS).ok()["total"].as_u64().unwrap()
}

/// An entry with this object identifier, a minute old.
fn entry(name: &str) -> String {
    json!({"action": "CREATE", "objectType": "TEAM", "objectIdentifier": name, "timestamp": "now-1m"}).to_string()
}

#[test]
fn it_works_from_a_blocking_test() {
    let server = MockServer::start_blocking();
    assert_eq!(total(&server, server.token()), 640);
    assert_eq!(server.world().journal().count(&JournalFilter::default()), 1);
}

#[tokio::test]
async fn it_works_from_a_test_on_one_thread() {
    answers_a_client_of_the_same_runtime().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_works_from_a_test_on_several_threads() {
    answers_a_client_of_the_same_runtime().await;
}

async fn answers_a_client_of_the_same_runtime() {
    let server = MockServer::start().await;
    let stream = TcpStream::connect(address(&server)).await.unwrap();
    let answer = HttpClient::http1(stream).await.get(&(server.uri() + LOGS)).await;
    assert_eq!(answer.ok()["total"], 640);
}

#[test]
fn the_builder_has_every_setting_of_serve() {
    let keys = r#"{"keys": [{"token": "mine", "name": "Mine", "roles": [{"type": "DEFAULT", "role": "ADMIN"}]}]}"#;
    let server = MockServer::builder()
        .listen(([127, 0, 0, 2], 0))
        .entries(entry("first"))
        .keys(keys)
        .now(NOW)
        .rate_limit("2/min")
        .strict(true)
        .live("6/min")
        .seed(7)
        .admin(Admin::Token("guard".to_owned()))
        .start_blocking();
    assert!(server.uri().starts_with("http://127.0.0.2:"));
    let first = get(&server, "mine", LOGS);
    assert_eq!(first.identifiers(), ["first"]);
    assert_eq!(first.ok()["logs"][0]["timestamp"], "2025-05-20T11:59:00Z");
    assert!(get(&server, "mine", "/api/v1/audit-logs?sort=asc").details(400).contains("sort"));
    assert_eq!(get(&server, "mine", LOGS).status, 429);
    server.world().advance(MINUTE);
    assert_eq!(total(&server, "mine"), 7, "six entries a minute");
    get(&server, "wrong", "/__admin/version").details(401);
    assert_eq!(get(&server, "guard", "/__admin/version").ok()["now"], "2025-05-20T12:01:00Z");
    assert_eq!(get(&server, server.token(), LOGS).status, 401, "the built-in keys are gone");
}

#[test]
fn files_can_be_given_as_to_serve() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let keys = path("keys.json", r#"{"keys": [{"token": "mine", "name": "Mine"}]}"#);
    let sources = [EntrySource::Path(path("logs.json", &entry("first"))), EntrySource::Text(entry("second"))];
    let server = MockServer::builder().sources(sources).key_source(KeySource::Path(keys)).start_blocking();
    assert_eq!(server.world().entry_count(), 2);
    assert_eq!(get(&server, "mine", LOGS).status, 403, "a key without a role");
}

#[test]
fn errors_of_entries_and_keys_are_reported_together() {
    let wrong = r#"[{"action": "CREATED", "objectType": "TEAM", "objectIdentifier": "a", "timestamp": "today"}]"#;
    let started = MockServer::builder().entries(wrong).keys(r#"{"keys": [{"name": "A"}]}"#).try_start_blocking();
    let Err(StartError::Files(errors)) = started else { panic!("{started:?}") };
    let fields: Vec<_> = errors.0.iter().map(|error| error.field.as_deref().unwrap()).collect();
    assert_eq!(fields, ["token", "action", "timestamp"]);
}

#[tokio::test]
async fn a_port_in_use_is_an_io_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let started = MockServer::builder().listen(taken.local_addr().unwrap()).try_start().await;
    assert!(matches!(started, Err(StartError::Io(_))), "{started:?}");
}

#[test]
fn the_world_can_be_read_and_changed_without_http() {
    let server = MockServer::builder().entries("[]").now(NOW).start_blocking();
    let world = server.world();
    let seen = || total(&server, server.token());

    assert_eq!(world.append_json(&format!("{}\n{}", entry("one"), entry("two"))), Ok(2));
    assert_eq!((seen(), world.page(&Query::default()).total), (2, 2));
    world.append_json(&entry("three").replace("CREATE", "MAKE")).unwrap_err();
    assert_eq!(seen(), 2);
    assert_eq!((world.remove_entries(), seen()), (2, 0));

    world.set_live(Some(Activity::from("6/min".parse::<Rate>().unwrap())));
    world.advance(MINUTE);
    assert_eq!(world.now(), time("2025-05-20T12:01:00Z"));
    assert_eq!(seen(), 6);
    world.set_live(None);
    world.advance(MINUTE);
    assert_eq!(seen(), 6);

    let fault = world.faults().add(FaultRule { times: Some(1), ..Effect::status(502, None).into() });
    assert_eq!(get(&server, server.token(), LOGS).status, 502);
    assert_eq!(world.faults().list().iter().find(|rule| rule.id == fault.id).map(|rule| rule.fired), Some(1));

    world.change_settings(|settings| settings.strict = true);
    get(&server, server.token(), "/api/v1/audit-logs?sort=asc").details(400);

    let statuses: Vec<_> =
        world.journal().list(&JournalFilter::default()).iter().filter_map(JournalRecord::status).collect();
    assert_eq!(statuses, [400, 502, 200, 200, 200, 200, 200], "newest first");
    assert_eq!(world.journal().count(&JournalFilter { status: Some(502.into()), ..JournalFilter::default() }), 1);

    server.reset();
    assert_eq!(server.world().journal().count(&JournalFilter::default()), 0);
    assert_eq!((seen(), server.world().now()), (0, time(NOW)));
}

/// Setting the clock back does not change the times of entries due before.
#[test]
fn entries_due_before_a_clock_change_have_the_earlier_time() {
    let server = MockServer::builder().entries("[]").now(NOW).live("60/min").start_blocking();
    server.world().advance(MINUTE);
    server.world().freeze_clock(time("2020-01-01T00:00:00Z"));
    let page = server.world().page(&Query::default());
    assert_eq!(page.total, 60);
    assert!(page.logs.iter().all(|entry| entry.timestamp > time(NOW)), "{:?}", page.logs.last());
}

#[test]
fn a_session_is_used_by_its_name() {
    let server = MockServer::start_blocking();
    server.session("mine").remove_entries();
    assert_eq!(total(&server, &server.token_for("mine")), 0);
    assert_eq!((total(&server, server.token()), total(&server, &server.token_for("other"))), (640, 640));
    let names: Vec<String> = server.sessions().names().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["other", "mine"]);
    server.sessions().reset(Some(&"mine".parse().unwrap()));
    assert_eq!(total(&server, &server.token_for("mine")), 640);
    assert!(server.sessions().remove(&"mine".parse().unwrap()));
}

#[test]
#[should_panic(expected = "a session name is 1 to 64 letters")]
fn an_invalid_session_name_panics() {
    let server = MockServer::start_blocking();
    let _ = server.token_for("two words");
}

#[test]
fn two_servers_share_nothing() {
    let (one, other) = (MockServer::start_blocking(), MockServer::builder().entries("[]").now(NOW).start_blocking());
    one.world().faults().add(Effect::status(500, None));
    one.world().append_json(&entry("mine")).unwrap();
    one.session("mine").advance(MINUTE);
    assert_eq!(get(&one, one.token(), LOGS).status, 500);
    assert_eq!(total(&other, other.token()), 0);
    assert_eq!(other.world().journal().count(&JournalFilter::default()), 1);
    assert_eq!((one.sessions().names().len(), other.sessions().names().len()), (1, 0));
}

/// Drops a server and binds its port at once.
#[track_caller]
fn stops_and_frees_its_port(server: MockServer) {
    let address: SocketAddr = address(&server).parse().unwrap();
    let asked = Instant::now();
    drop(server);
    assert!(asked.elapsed() < Duration::from_secs(1), "it took {:?} to stop", asked.elapsed());
    let next = MockServer::builder().listen(address).start_blocking();
    assert_eq!(total(&next, next.token()), 640);
}

#[test]
fn a_dropped_server_frees_its_port() {
    stops_and_frees_its_port(MockServer::start_blocking());
}

#[test]
fn a_dropped_server_closes_idle_connections() {
    let server = MockServer::start_blocking();
    let mut used = Connection::to(&address(&server));
    used.get_as(server.token(), LOGS).ok();
    let mut unused = Connection::to(&address(&server));
    let mut half_asked = Connection::to(&address(&server));
    half_asked.send("GET /api/v1/au");
    stops_and_frees_its_port(server);
    for connection in [&mut used, &mut unused, &mut half_asked] {
        assert_eq!(connection.read_to_close().unwrap_or_default(), b"");
    }
}

#[test]
fn a_dropped_server_does_not_wait_for_a_slow_response() {
    let ten_minutes = Duration::from_secs(600);
    for effect in [Effect::Delay(Delay::Fixed(ten_minutes)), Effect::Drip { bytes: 1, every: ten_minutes }] {
        let server = MockServer::start_blocking();
        let fault = server.world().faults().add(effect).id;
        let mut connection = Connection::to(&address(&server));
        connection.send(head("GET", LOGS, "Authorization: Bearer mock-admin\r\n"));
        while server.world().faults().list().iter().all(|rule| rule.id != fault || rule.fired == 0) {
            std::thread::yield_now();
        }
        stops_and_frees_its_port(server);
        connection.read_to_close();
    }
}

#[tokio::test]
async fn a_server_can_be_dropped_in_an_asynchronous_test() {
    stops_and_frees_its_port(MockServer::start().await);
}

/// Each has its own entries, clock, limit, faults and journal.
#[test]
fn fifty_sessions_run_side_by_side() {
    let server = MockServer::builder().now(NOW).start_blocking();
    std::thread::scope(|scope| {
        for number in 0..50_u16 {
            let server = &server;
            scope.spawn(move || one_of_fifty(server, number));
        }
    });
    assert_eq!(server.sessions().names().len(), 50);
    assert_eq!(server.world().journal().count(&JournalFilter::default()), 0);
    assert_eq!(server.world().now(), time(NOW));
}

fn one_of_fifty(server: &MockServer, number: u16) {
    let name = format!("session-{number}");
    let (world, token) = (server.session(&name), server.token_for(&name));
    let mut connection = Connection::to(&address(server));
    world.remove_entries();
    let names: Vec<String> = (0..=number).map(|place| format!("{name}-{place}")).collect();
    for name in &names {
        world.append_json(&entry(name)).unwrap();
    }
    world.advance(MINUTE * u32::from(number));
    let status = 400 + number;
    world.faults().add(FaultRule { after: 1, times: Some(1), ..Effect::status(status, None).into() });
    world.change_settings(|settings| settings.rate_limit = "3/min".parse().unwrap());

    let mut ask = || {
        connection.send(head("GET", LOGS, &format!("Authorization: Bearer {token}\r\n")));
        let mut answer = connection.read_head();
        let length: usize = answer.header("content-length").unwrap().parse().unwrap();
        answer.body = connection.read_exact(length);
        answer
    };
    assert_eq!(ask().identifiers(), names);
    assert_eq!(ask().status, status);
    assert_eq!(ask().identifiers(), names);
    assert_eq!(ask().status, 429);
    world.advance(MINUTE);
    assert_eq!(ask().identifiers(), names);
    assert_eq!(world.journal().count(&JournalFilter::default()), 5);
    assert_eq!(world.now(), time(NOW).saturating_add(MINUTE * u32::from(number + 1)));
}

/// The time of a world in the type of the example's client.
fn now(world: &World) -> DateTime<Utc> {
    world.now().to_string().parse().unwrap()
}

fn sorted(entries: impl IntoIterator<Item = Entry>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = entries.into_iter().collect();
    entries.sort_by_cached_key(|entry| format!("{entry:?}"));
    entries
}

/// All entries of a world, in the type of the example's client.
fn all_entries(world: &World) -> Vec<Entry> {
    let query = Query { page_size: u32::MAX, ..Query::default() };
    let logs = world.page(&query).logs;
    logs.iter().map(|entry| serde_json::from_value(json!(*entry)).unwrap()).collect()
}

#[test]
fn the_example_reads_everything_despite_faults() {
    let server = MockServer::builder().now(NOW).rate_limit("4/min").start_blocking();
    let world = server.world();
    let every = Duration::from_millis(1);
    let effects = [
        Effect::Reset,
        Effect::Empty,
        Effect::Truncate { bytes: 100 },
        Effect::Malformed,
        Effect::Drip { bytes: 20_000, every },
        Effect::status(503, Some(7)),
        Effect::status(500, None),
        Effect::Delay(Delay::Fixed(every)),
    ];
    let rules = effects.into_iter().map(|effect| FaultRule { times: Some(1), ..effect.into() });
    let rules: Vec<u64> = rules.map(|rule| world.faults().add(rule).id).collect();
    let mut poller = Poller::new(&server.uri(), server.token(), |wait| world.advance(wait));
    let found = poller.poll(now(&world)).unwrap();
    assert!(found.is_sorted_by_key(|entry| entry.timestamp), "oldest first");
    assert_eq!(sorted(found), sorted(all_entries(&world)));
    assert_eq!(poller.poll(now(&world)).unwrap(), [], "and nothing twice");
    let fired = world.faults().list();
    assert!(fired.iter().all(|rule| !rules.contains(&rule.id) || rule.fired == 1), "each went wrong once: {fired:?}");
    let statuses: Vec<_> =
        world.journal().list(&JournalFilter::default()).iter().filter_map(JournalRecord::status).collect();
    assert!(statuses.contains(&429), "it met the limit");
    assert!(statuses.windows(2).all(|pair| pair != [429, 429]), "it came back too early: {statuses:?}");
}

#[test]
fn the_example_follows_a_log_that_moves_while_it_reads() {
    let server = MockServer::builder().now(NOW).rate_limit("10/min").start_blocking();
    let world = server.world();
    let lateness = Duration::from_secs(90);
    world.set_live(Some(Activity { lateness, burst: 3, ..Activity::from("40/min".parse::<Rate>().unwrap()) }));
    world.faults().add(FaultRule { probability: 0.2, ..Effect::Reset.into() });
    world.faults().add(FaultRule {
        probability: 0.2,
        matcher: RequestMatcher { page: Some(0), ..RequestMatcher::default() },
        ..Effect::status(503, Some(1)).into()
    });
    let mut poller = Poller::new(&server.uri(), server.token(), |wait| world.advance(wait));
    let mut found = Vec::new();
    for _ in 0..30 {
        found.extend(poller.poll(now(&world)).unwrap());
        world.advance(Duration::from_secs(20));
    }
    world.set_live(None);
    found.extend(poller.poll(now(&world)).unwrap());
    let expected = all_entries(&world);
    assert!(expected.len() > 640 + 300, "ten minutes of forty: {}", expected.len());
    assert_eq!(sorted(found), sorted(expected));
}

#[test]
fn the_example_reports_a_refusal_and_gives_up_on_a_broken_server() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let world = server.world();
    let end = now(&world) - TimeDelta::days(1);
    let mut refused = Poller::new(&server.uri(), "mock-revoked", |wait| world.advance(wait));
    let Err(Error::Refused(status, words)) = refused.poll(end) else { panic!("it was not refused") };
    assert!(status == 401 && words.contains("is revoked"), "{status}: {words}");
    world.faults().add(Effect::Reset);
    let mut poller = Poller::new(&server.uri(), server.token(), |wait| world.advance(wait));
    let gave_up = poller.poll(end).unwrap_err();
    assert!(matches!(gave_up, Error::GaveUp(_)), "{gave_up}");
    assert_eq!(
        world.journal().count(&JournalFilter { status: Some(StatusFilter::NoResponse), ..JournalFilter::default() }),
        8
    );
}

fn gateway(status: u16, body: &str, content_type: Option<&str>) -> FaultRule {
    let body = RawBody { text: body.to_owned(), content_type: content_type.map(str::to_owned) };
    Effect::Status { status, retry_after: None, retry_after_date: false, message: None, body: Some(body) }.into()
}

/// The control plane refuses such rules with a 400.
#[test]
fn an_invalid_fault_rule_panics_with_a_reason() {
    let server = MockServer::start_blocking();
    let sensible = FaultRule::from(Effect::status(503, None));
    let day = Duration::from_secs(86_400);
    for (rule, reason) in [
        (Effect::status(200, None).into(), "a status is 400 to 599"),
        (gateway(200, &"x".repeat(RawBody::MAX_BYTES + 1), None), "64 KiB"),
        (gateway(200, "", Some("text/html\nX-A: b")), "printable ASCII"),
        (gateway(302, "", None), "a status with a body is 200, or 400 to 599"),
        (Effect::Drip { bytes: 0, every: Duration::ZERO }.into(), "at least one byte"),
        (Effect::Delay(Delay::Fixed(day)).into(), "at most 10 minutes"),
        (Effect::Delay(Delay::Uniform(Duration::from_secs(2), Duration::from_secs(1))).into(), "above the most"),
        (FaultRule { probability: 1.5, ..sensible.clone() }, "0 to 1"),
        (FaultRule { times: Some(0), ..sensible.clone() }, "at least 1"),
    ] {
        let world = server.world();
        let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.faults().add(rule)));
        let message = *refused.unwrap_err().downcast::<String>().unwrap();
        assert!(message.contains(reason), "{message}");
    }
    let many = vec![sensible.clone(), FaultRule { cycle: Some(0), ..sensible.clone() }];
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| server.world().faults().add_all(many)));
    assert!(refused.is_err() && server.world().faults().list().iter().all(|listed| listed.of_key), "all or none");
    server.world().faults().add(sensible);
}
