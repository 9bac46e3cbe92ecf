//! Stops under load and kills: no response is cut off, and a restart serves the same.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::support::NOW;
use crate::support::process::{Connection, Server, Signal, head};

const LOGS: &str = "/api/v1/audit-logs";
const ADMIN: &str = "Authorization: Bearer mock-admin\r\n";

/// The outcome of one request.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// A complete response, and whether the connection stays open.
    Whole { last: bool },
    /// Nothing: the connection was closed before.
    Nothing,
    /// An incomplete response.
    Part(usize),
}

/// Sends a request and reads its response.
fn ask(stream: &mut BufReader<TcpStream>, request: &str) -> Outcome {
    if stream.get_mut().write_all(request.as_bytes()).is_err() {
        return Outcome::Nothing;
    }
    let (mut length, mut last, mut received) = (0, false, 0);
    loop {
        let mut line = String::new();
        match stream.read_line(&mut line) {
            Ok(0) if received == 0 => return Outcome::Nothing,
            Err(error) if received == 0 && error.kind() == ErrorKind::ConnectionReset => return Outcome::Nothing,
            Ok(0) | Err(_) => return Outcome::Part(received),
            Ok(count) => received += count,
        }
        let line = line.trim_end().to_lowercase();
        if line.is_empty() {
            break;
        }
        last |= line == "connection: close";
        length = line.strip_prefix("content-length: ").map_or(length, |length| length.parse().unwrap());
    }
    match stream.read_exact(&mut vec![0; length]) {
        Ok(()) => Outcome::Whole { last },
        Err(_) => Outcome::Part(received),
    }
}

/// Clients that send requests without pause get only complete responses, then a closed connection.
#[test]
fn sigterm_under_load_cuts_no_response_off() {
    for signal in [Signal::TERM, Signal::INT] {
        let server = Server::start(&["--rate-limit", "off", "--generate", "5000"]);
        let answered = AtomicUsize::new(0);
        thread::scope(|scope| {
            let clients: Vec<_> = (0..16)
                .map(|number| {
                    let (address, answered) = (server.address(), &answered);
                    // Pages of some 200 kB, too.
                    let request = head("GET", &format!("{LOGS}?pageSize={}", [1, 250, 1000][number % 3]), ADMIN);
                    scope.spawn(move || {
                        let mut stream = BufReader::new(TcpStream::connect(address).unwrap());
                        loop {
                            match ask(&mut stream, &request) {
                                Outcome::Whole { last: false } => answered.fetch_add(1, Ordering::Relaxed),
                                ended => return ended,
                            };
                        }
                    })
                })
                .collect();
            while answered.load(Ordering::Relaxed) < 500 {
                thread::yield_now();
            }
            server.signal(signal);
            for client in clients {
                let ended = client.join().unwrap();
                assert!(!matches!(ended, Outcome::Part(_)), "{ended:?}");
            }
        });
        assert_eq!(server.end().code, Some(0));
    }
}

/// Every page of several sessions.
fn everything(server: &Server) -> Vec<Vec<u8>> {
    let mut connection = server.connect();
    let page = |connection: &mut Connection, token: &str, page: usize| {
        connection.get_as(token, &format!("{LOGS}?pageSize=100&page={page}")).body
    };
    let mut all = Vec::new();
    for token in ["mock-admin", "mock-admin~other"] {
        all.extend((0..9).map(|number| page(&mut connection, token, number)));
    }
    all
}

#[test]
fn after_a_kill_and_restart_it_sends_the_same_bytes() {
    let arguments = ["--now", NOW, "--generate", "800", "--live", "6/min", "--seed", "7"];
    let first = Server::start(&arguments);
    let before = everything(&first);
    let address = first.address().to_owned();
    // Changes end with the process.
    let mut control = first.connect();
    control.send(head("DELETE", "/__admin/audit-logs", ""));
    assert_eq!(control.answer().status, 200);
    first.signal(Signal::KILL);
    assert_eq!(first.end().code, None, "it was killed");

    let second = crate::support::process::binary(["--listen", &address].into_iter().chain(arguments)).serve();
    assert_eq!(second.address(), address);
    assert_eq!(everything(&second), before);
}
