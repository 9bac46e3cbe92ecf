//! What a client sees on the wire when a fault breaks its connection: real sockets, because nothing else can show it.

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

/// Longer than any test waits: whoever waits for it hangs visibly.
const ENDLESS: Duration = Duration::from_secs(600);

fn server() -> MockServer {
    MockServer::builder().now(NOW).start_blocking()
}

/// A server whose next request meets a fault, and no request after it.
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

/// The right answer's body.
fn right_body() -> Vec<u8> {
    let server = server();
    connect(&server).get_as("mock-admin", LOGS).body
}

/// All that comes back for one request, and what ended it: `None` is an orderly end.
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

/// Status and faults of the only record.
#[track_caller]
fn only_record(server: &MockServer) -> (u16, Option<Intervention>) {
    let records = server.world().journal().list(&JournalFilter::default());
    assert_eq!(records.len(), 1, "{records:?}");
    (records[0].outcome.status_or_zero(), records[0].intervention().cloned())
}

/// The number of the fault of [`with_next`].
fn the_fault(server: &MockServer) -> Intervention {
    let rules = server.world().faults().list();
    let added = rules.iter().find(|listed| !listed.of_key).unwrap();
    assert_eq!((added.matched > 0, added.fired), (true, 1));
    Intervention::Faults(vec![added.id])
}

#[test]
fn a_reset_is_an_rst_and_not_a_byte_before_it() {
    let server = with_next(Effect::Reset);
    assert_eq!(received(&server), (Vec::new(), Some(ErrorKind::ConnectionReset)));
    assert_eq!(only_record(&server), (0, Some(the_fault(&server))));
}

#[test]
fn an_empty_reply_is_an_orderly_end_and_not_a_byte_before_it() {
    let server = with_next(Effect::Empty);
    assert_eq!(received(&server), (Vec::new(), None));
    assert_eq!(only_record(&server), (0, Some(the_fault(&server))));
}

#[test]
fn a_connection_that_was_good_for_a_while_can_be_reset_as_well() {
    for (effect, end) in [(Effect::Reset, Some(ErrorKind::ConnectionReset)), (Effect::Empty, None)] {
        let server = server();
        server.world().faults().add(FaultRule { after: 2, times: Some(1), ..FaultRule::from(effect) });
        let mut stream = TcpStream::connect(address(&server)).unwrap();
        let whole = right_body();
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
fn a_truncated_answer_ends_after_exactly_so_many_bytes_of_more() {
    let whole = right_body();
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
fn an_answer_shorter_than_the_truncation_arrives_whole_on_a_connection_that_lives_on() {
    let whole = right_body();
    for bytes in [whole.len(), usize::MAX] {
        let server = with_next(Effect::Truncate { bytes });
        let mut connection = connect(&server);
        for _ in 0..2 {
            assert_eq!(connection.get_as("mock-admin", LOGS).body, whole);
        }
    }
}

#[test]
fn a_dripping_answer_is_right_and_slow_and_its_connection_lives_on() {
    let whole = right_body();
    let effect = Effect::Drip { bytes: whole.len().div_ceil(5), every: Duration::from_millis(10) };
    let server = with_next(effect);
    let mut connection = connect(&server);
    let asked = Instant::now();
    assert_eq!(connection.get_as("mock-admin", LOGS).body, whole);
    assert!(asked.elapsed() >= Duration::from_millis(40), "four pauses between five parts: {:?}", asked.elapsed());
    assert_eq!(only_record(&server), (200, Some(the_fault(&server))));
    assert_eq!(connection.get_as("mock-admin", LOGS).body, whole);
}

#[test]
fn a_dripping_answer_arrives_part_by_part() {
    let server = with_next(Effect::Drip { bytes: 7, every: ENDLESS });
    let mut stream = TcpStream::connect(address(&server)).unwrap();
    stream.write_all(request("GET").as_bytes()).unwrap();
    let first_part = &right_body()[..7];
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
fn a_malformed_answer_looks_whole_and_is_no_json_and_its_connection_lives_on() {
    let server = with_next(Effect::Malformed);
    let mut connection = connect(&server);
    let broken = connection.get_as("mock-admin", LOGS);
    assert_eq!(broken.status, 200);
    serde_json::from_slice::<Value>(&broken.body).unwrap_err();
    assert!(right_body().starts_with(&broken.body) && !broken.body.is_empty());
    assert_eq!(only_record(&server), (200, Some(the_fault(&server))));
    assert_eq!(connection.get_as("mock-admin", LOGS).body, right_body());
}

#[test]
fn a_delayed_answer_is_right_and_late_and_its_connection_lives_on() {
    let wait = Duration::from_millis(30);
    let server = with_next(Effect::Delay(Delay::Fixed(wait)));
    let mut connection = connect(&server);
    let asked = Instant::now();
    assert_eq!(connection.get_as("mock-admin", LOGS).body, right_body());
    assert!(asked.elapsed() >= wait, "{:?}", asked.elapsed());
    assert_eq!(only_record(&server), (200, Some(the_fault(&server))));
    let waited = server.world().journal().list(&JournalFilter::default())[0].duration;
    assert!(waited >= wait, "the journal knows how long it took: {waited:?}");
    assert_eq!(connection.get_as("mock-admin", LOGS).body, right_body());
}

#[test]
fn delay_and_break_come_together() {
    let wait = Duration::from_millis(30);
    let server = with_next(Effect::Reset);
    server.world().faults().add(Effect::Delay(Delay::Fixed(wait)));
    let asked = Instant::now();
    assert_eq!(received(&server), (Vec::new(), Some(ErrorKind::ConnectionReset)));
    assert!(asked.elapsed() >= wait, "{:?}", asked.elapsed());
}

/// What has no body has none that a fault could change; a refused request is no exception.
#[test]
fn an_answer_to_head_is_that_of_a_right_answer() {
    let every = Duration::from_millis(1);
    for effect in [Effect::Truncate { bytes: 3 }, Effect::Drip { bytes: 3, every }, Effect::Malformed] {
        for path in [LOGS, "/api/v1/audit-logs?pageSize=0"] {
            let server = with_next(effect);
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
        let server = with_next(effect);
        let mut connection = connect(&server);
        connection.send(request("HEAD"));
        assert_eq!(connection.read_to_close(), (effect == Effect::Empty).then(Vec::new), "{effect:?}");
    }
}

#[test]
fn other_connections_are_served_while_one_is_broken_or_waits() {
    let whole = right_body();
    for effect in [
        Effect::Delay(Delay::Fixed(ENDLESS)),
        Effect::Drip { bytes: 1, every: ENDLESS },
        Effect::Reset,
        Effect::Empty,
        Effect::Truncate { bytes: 10 },
    ] {
        let server = server();
        let mut kept = connect(&server);
        assert_eq!(kept.get_as("mock-admin", LOGS).body, whole);
        server.world().faults().add(FaultRule { times: Some(1), ..FaultRule::from(effect) });
        let mut victim = connect(&server);
        victim.send(request("GET"));
        while server.world().faults().list().iter().all(|listed| listed.fired == 0) {
            std::thread::yield_now();
        }
        assert_eq!(kept.get_as("mock-admin", LOGS).body, whole, "{effect:?}");
        assert_eq!(connect(&server).get_as("mock-admin", LOGS).body, whole, "{effect:?}");
    }
}

/// A client with a timeout is among those that a delay is made for.
#[test]
fn a_client_that_goes_away_before_its_answer_is_recorded() {
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

/// A binary whose requests meet this fault, and one request that is being answered under it.
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
fn a_server_that_stops_carries_its_faults_out_first() {
    let whole = right_body();
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
