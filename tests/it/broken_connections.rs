//! Faults that break connections, over sockets: what a client receives.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use cortex_audit_mock::MockServer;
use cortex_audit_mock::fault::{Delay, Effect, FaultRule};
use cortex_audit_mock::world::{Intervention, JournalFilter};
use serde_json::Value;

use crate::support::NOW;
use crate::support::process::{Connection, Server, Signal, head};

const LOGS: &str = "/api/v1/audit-logs?pageSize=5";

/// Longer than any test may take.
const ENDLESS: Duration = Duration::from_secs(600);

fn server() -> MockServer {
    MockServer::builder().now(NOW).start_blocking()
}

/// Starts a server whose next request, and no other, gets a fault.
fn with_next(effect: Effect) -> MockServer {
    let server = server();
    server.world().faults().add(FaultRule { times: Some(1), ..FaultRule::from(effect) });
    server
}

fn address(server: &MockServer) -> String {
    server.uri().trim_start_matches("http://").to_owned()
}

fn connect(server: &MockServer) -> Connection {
    Connection::to(&address(server))
}

/// The body without a fault.
fn complete_body() -> Vec<u8> {
    let server = server();
    connect(&server).get_as("mock-admin", LOGS).body
}

/// Sends a request; returns the bytes received and the error that ended the connection, `None` if it was closed in order.
fn received(server: &MockServer) -> (Vec<u8>, Option<ErrorKind>) {
    let mut stream = TcpStream::connect(address(server)).unwrap();
    stream.write_all(request("GET").as_bytes()).unwrap();
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes);
    (bytes, end.err().map(|error| error.kind()))
}

fn request(method: &str) -> String {
    head(method, LOGS, "Authorization: Bearer mock-admin\r\n")
}

/// Status and cause of the only record in the journal.
#[track_caller]
fn only_record(server: &MockServer) -> (u16, Option<Intervention>) {
    let records = server.world().journal().list(&JournalFilter::default());
    assert_eq!(records.len(), 1, "{records:?}");
    (records[0].outcome.status_or_zero(), records[0].intervention().cloned())
}

/// The id of the fault of [`with_next`].
fn the_fault(server: &MockServer) -> Intervention {
    let rules = server.world().faults().list();
    let added = rules.iter().find(|listed| !listed.of_key).unwrap();
    assert_eq!((added.matched > 0, added.fired), (true, 1));
    Intervention::Faults(vec![added.id])
}

#[test]
fn a_reset_is_an_rst_without_a_byte_before_it() {
    let server = with_next(Effect::Reset);
    assert_eq!(received(&server), (Vec::new(), Some(ErrorKind::ConnectionReset)));
    assert_eq!(only_record(&server), (0, Some(the_fault(&server))));
}

#[test]
fn an_empty_reply_closes_the_connection_without_a_byte() {
    let server = with_next(Effect::Empty);
    assert_eq!(received(&server), (Vec::new(), None));
    assert_eq!(only_record(&server), (0, Some(the_fault(&server))));
}

#[test]
fn a_connection_can_be_reset_after_complete_responses() {
    for (effect, end) in [(Effect::Reset, Some(ErrorKind::ConnectionReset)), (Effect::Empty, None)] {
        let server = server();
        server.world().faults().add(FaultRule { after: 2, times: Some(1), ..FaultRule::from(effect) });
        let mut stream = TcpStream::connect(address(&server)).unwrap();
        let whole = complete_body();
        for _ in 0..2 {
            stream.write_all(request("GET").as_bytes()).unwrap();
            let mut seen = Vec::new();
            while !seen.ends_with(&whole) {
                let mut part = [0; 4096];
                let read = stream.read(&mut part).unwrap();
                assert!(read > 0, "the connection lives on");
                seen.extend_from_slice(&part[..read]);
            }
        }
        stream.write_all(request("GET").as_bytes()).unwrap();
        let mut rest = Vec::new();
        let ended = stream.read_to_end(&mut rest).err().map(|error| error.kind());
        assert_eq!((rest, ended), (Vec::new(), end));
        assert_eq!(connect(&server).get_as("mock-admin", LOGS).status, 200, "and a new one is as good");
    }
}

#[test]
fn a_truncated_response_ends_after_exactly_its_bytes() {
    let whole = complete_body();
    for bytes in [0, 1, whole.len() / 2, whole.len() - 1] {
        let server = with_next(Effect::Truncate { bytes });
        let mut connection = connect(&server);
        connection.send(request("GET"));
        let head = connection.read_head();
        assert_eq!(head.status, 200);
        assert_eq!(head.header("content-length"), Some(whole.len().to_string().as_str()));
        assert_eq!(connection.read_to_close().as_deref(), Some(&whole[..bytes]));
        assert_eq!(only_record(&server), (200, Some(the_fault(&server))));
    }
}

#[test]
fn a_response_shorter_than_the_truncation_is_complete_and_the_connection_stays_open() {
    let whole = complete_body();
    for bytes in [whole.len(), usize::MAX] {
        let server = with_next(Effect::Truncate { bytes });
        let mut connection = connect(&server);
        for _ in 0..2 {
            assert_eq!(connection.get_as("mock-admin", LOGS).body, whole);
        }
    }
}

#[test]
fn a_dripping_response_is_complete_and_slow_and_the_connection_stays_open() {
    let whole = complete_body();
    let effect = Effect::Drip { bytes: whole.len().div_ceil(5), every: Duration::from_millis(10) };
    let server = with_next(effect.clone());
    let mut connection = connect(&server);
    let asked = Instant::now();
    assert_eq!(connection.get_as("mock-admin", LOGS).body, whole);
    assert!(asked.elapsed() >= Duration::from_millis(40), "four pauses between five parts: {:?}", asked.elapsed());
    assert_eq!(only_record(&server), (200, Some(the_fault(&server))));
    assert_eq!(connection.get_as("mock-admin", LOGS).body, whole);
}

#[test]
fn a_dripping_response_arrives_in_parts() {
    let server = with_next(Effect::Drip { bytes: 7, every: ENDLESS });
    let mut stream = TcpStream::connect(address(&server)).unwrap();
    stream.write_all(request("GET").as_bytes()).unwrap();
    let first_part = &complete_body()[..7];
    let mut seen = Vec::new();
    while !seen.ends_with(first_part) {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        seen.push(byte[0]);
    }
    stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let more = stream.read(&mut [0]).map_err(|error| error.kind());
    assert_eq!(more, Err(ErrorKind::WouldBlock), "the second part is not due");
}

#[test]
fn a_malformed_response_is_invalid_json_and_the_connection_stays_open() {
    let server = with_next(Effect::Malformed);
    let mut connection = connect(&server);
    let broken = connection.get_as("mock-admin", LOGS);
    assert_eq!(broken.status, 200);
    serde_json::from_slice::<Value>(&broken.body).unwrap_err();
    assert!(complete_body().starts_with(&broken.body) && !broken.body.is_empty());
    assert_eq!(only_record(&server), (200, Some(the_fault(&server))));
    assert_eq!(connection.get_as("mock-admin", LOGS).body, complete_body());
}

#[test]
fn a_delayed_response_is_complete_and_late_and_the_connection_stays_open() {
    let wait = Duration::from_millis(30);
    let server = with_next(Effect::Delay(Delay::Fixed(wait)));
    let mut connection = connect(&server);
    let asked = Instant::now();
    assert_eq!(connection.get_as("mock-admin", LOGS).body, complete_body());
    assert!(asked.elapsed() >= wait, "{:?}", asked.elapsed());
    assert_eq!(only_record(&server), (200, Some(the_fault(&server))));
    let response_time = server.world().journal().list(&JournalFilter::default())[0].duration;
    assert!(response_time >= wait, "the journal knows how long it took: {response_time:?}");
    assert_eq!(connection.get_as("mock-admin", LOGS).body, complete_body());
}

#[test]
fn a_delay_and_a_break_combine() {
    let wait = Duration::from_millis(30);
    let server = with_next(Effect::Reset);
    server.world().faults().add(Effect::Delay(Delay::Fixed(wait)));
    let asked = Instant::now();
    assert_eq!(received(&server), (Vec::new(), Some(ErrorKind::ConnectionReset)));
    assert!(asked.elapsed() >= wait, "{:?}", asked.elapsed());
}

/// There is no body that a fault could change.
#[test]
fn a_response_to_head_is_that_without_a_fault() {
    let every = Duration::from_millis(1);
    for effect in [Effect::Truncate { bytes: 3 }, Effect::Drip { bytes: 3, every }, Effect::Malformed] {
        for path in [LOGS, "/api/v1/audit-logs?pageSize=0"] {
            let server = with_next(effect.clone());
            let mut connection = connect(&server);
            let request = head("HEAD", path, "Authorization: Bearer mock-admin\r\n");
            let [faulty, right] = [(); 2].map(|()| {
                connection.send(&request);
                let answer = connection.answer_to_head();
                (answer.status, answer.headers["content-length"].clone())
            });
            assert_eq!(faulty, right, "{effect:?}, {path}");
        }
    }
    for effect in [Effect::Reset, Effect::Empty] {
        let server = with_next(effect.clone());
        let mut connection = connect(&server);
        connection.send(request("HEAD"));
        assert_eq!(connection.read_to_close(), (effect == Effect::Empty).then(Vec::new), "{effect:?}");
    }
}

#[test]
fn other_connections_are_served_during_a_fault() {
    let whole = complete_body();
    for effect in [
        Effect::Delay(Delay::Fixed(ENDLESS)),
        Effect::Drip { bytes: 1, every: ENDLESS },
        Effect::Reset,
        Effect::Empty,
        Effect::Truncate { bytes: 10 },
    ] {
        let server = server();
        let mut keep_alive = connect(&server);
        assert_eq!(keep_alive.get_as("mock-admin", LOGS).body, whole);
        server.world().faults().add(FaultRule { times: Some(1), ..FaultRule::from(effect.clone()) });
        let mut victim = connect(&server);
        victim.send(request("GET"));
        while server.world().faults().list().iter().all(|listed| listed.fired == 0) {
            std::thread::yield_now();
        }
        assert_eq!(keep_alive.get_as("mock-admin", LOGS).body, whole, "{effect:?}");
        assert_eq!(connect(&server).get_as("mock-admin", LOGS).body, whole, "{effect:?}");
    }
}

/// A delay is meant to make a client time out.
#[test]
fn a_client_that_disconnects_before_the_response_is_in_the_journal() {
    let server = with_next(Effect::Delay(Delay::Fixed(ENDLESS)));
    let mut connection = connect(&server);
    connection.send(request("GET"));
    while server.world().faults().list().iter().all(|listed| listed.fired == 0) {
        std::thread::yield_now();
    }
    assert_eq!(server.world().journal().count(&JournalFilter::default()), 0, "it is being answered");
    drop(connection);
    let gone = Instant::now();
    while server.world().journal().count(&JournalFilter::default()) == 0 && gone.elapsed() < Duration::from_secs(5) {
        std::thread::yield_now();
    }
    let numbers: Vec<u64> =
        server.world().faults().list().iter().filter(|rule| !rule.of_key).map(|rule| rule.id).collect();
    assert_eq!(only_record(&server), (0, Some(Intervention::Faults(numbers))), "what it did not wait for is known");
}

/// Starts the binary with this fault, and sends a request that it delays.
fn being_answered(rule: &str) -> (Server, Connection) {
    let server = Server::start(&["--now", NOW]);
    let mut control = server.connect();
    control.send(head("POST", "/__admin/faults", &format!("Content-Length: {}\r\n", rule.len())) + rule);
    assert_eq!(control.answer().status, 201);
    let mut connection = server.connect();
    connection.send(request("GET"));
    let fired = || {
        let listed = server.get("/__admin/faults").ok();
        listed["faults"].as_array().unwrap().iter().any(|rule| rule["ofKey"] == false && rule["fired"] == 1)
    };
    while !fired() {
        std::thread::yield_now();
    }
    (server, connection)
}

#[test]
fn a_server_that_stops_completes_its_faults_first() {
    let whole = complete_body();
    for rule in [r#"{"type": "delay", "fixed": "200ms"}"#, r#"{"type": "drip", "bytes": 100, "every": "20ms"}"#] {
        let (server, mut connection) = being_answered(rule);
        server.signal(Signal::TERM);
        let answer = connection.answer();
        assert_eq!(answer.body, whole, "{rule}");
        assert_eq!(connection.read_to_close(), Some(Vec::new()), "{rule}: closed in order");
        assert_eq!(server.end().code, Some(0), "{rule}");
    }
    let faults = r#"[{"type": "delay", "fixed": "200ms"}, {"type": "reset", "times": 1}]"#;
    let (server, mut connection) = being_answered(faults);
    server.signal(Signal::TERM);
    assert_eq!(connection.read_to_close(), None, "reset, not closed");
    assert_eq!(server.end().code, Some(0));
}
