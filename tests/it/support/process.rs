//! The built binary as a process, and a client that speaks plain HTTP/1.1 to it over a socket.
//!
//! Only what a process and a socket can show is tested with these; all else goes through the router in-process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use rustix::process::{Pid, kill_process};
use serde_json::Value;

use super::Answer;

pub use rustix::process::Signal;

/// The binary under test.
pub const BINARY: &str = env!("CARGO_BIN_EXE_cortex-audit-mock");

/// No answer takes this long; without it a server that hangs would hang the tests.
const PATIENCE: Duration = Duration::from_secs(30);

/// A command line of the binary, with nothing of the tester's own environment that the binary would heed.
pub struct Launch {
    command: Command,
    input: Vec<u8>,
}

/// The binary with these arguments.
pub fn binary<'a>(args: impl IntoIterator<Item = &'a str>) -> Launch {
    let mut command = Command::new(BINARY);
    command.args(args);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CORTEX_MOCK_") || name == "RUST_LOG") {
            command.env_remove(name);
        }
    }
    Launch { command, input: Vec::new() }
}

impl Launch {
    /// The binary with these arguments, which may have so many open files and no more.
    pub fn with_open_files(most: u32, args: &[&str]) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -n {most}; exec \"$0\" \"$@\""), BINARY]).args(args);
        Self { command: shell, input: Vec::new() }
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn folder(mut self, path: &Path) -> Self {
        self.command.current_dir(path);
        self
    }

    pub fn input(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.input = text.into();
        self
    }

    /// Runs a command that ends by itself.
    pub fn run(self) -> Ended {
        self.spawn().end()
    }

    /// Starts a server; returns when it has said that it listens.
    pub fn serve(self) -> Server {
        let mut process = self.spawn();
        let mut start_line = String::new();
        process.stdout.read_line(&mut start_line).unwrap();
        let url = start_line.find("http").map(|start| {
            start_line[start..].split(['"', ' ', '\n']).next().map(String::from).expect("split yields at least one")
        });
        match url {
            Some(url) => Server { process, url, start_line },
            None => panic!("the server did not start: {start_line}{:?}", process.end()),
        }
    }

    fn spawn(mut self) -> Process {
        let streams = self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = streams.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A command that fails early does not read its input: then there is nobody to write to.
        let _ = stdin.write_all(&self.input);
        let mut stderr = child.stderr.take().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        Process { child, stdout, stderr: Some(stderr) }
    }
}

/// Killed when it is dropped.
struct Process {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    stderr: Option<JoinHandle<String>>,
}

impl Process {
    fn end(mut self) -> Ended {
        let mut stdout = String::new();
        self.stdout.read_to_string(&mut stdout).unwrap();
        let status = self.child.wait().unwrap();
        let stderr = self.stderr.take().unwrap().join().unwrap();
        Ended { code: status.code(), stdout, stderr }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has most often ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A process that has ended.
#[derive(Debug)]
pub struct Ended {
    /// `None` when a signal killed it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// What it said on standard error, when it failed with this code and said nothing else.
    #[track_caller]
    pub fn failed(&self, code: i32) -> &str {
        assert_eq!((self.code, self.stdout.as_str()), (Some(code), ""), "{}", self.stderr);
        &self.stderr
    }

    /// What it said on standard output, when it succeeded and said nothing else.
    #[track_caller]
    pub fn succeeded(&self) -> &str {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{}", self.stdout);
        &self.stdout
    }
}

/// A running server.
pub struct Server {
    process: Process,
    url: String,
    pub start_line: String,
}

impl Server {
    /// On a free port, with the log as JSON, and these further arguments.
    pub fn start(args: &[&str]) -> Self {
        binary(["--listen", "127.0.0.1:0", "--log", "json"].into_iter().chain(args.iter().copied())).serve()
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        self.url.split_once("://").unwrap().1
    }

    pub fn connect(&self) -> Connection {
        Connection::to(self.address())
    }

    /// `GET` with the key `mock-admin`.
    pub fn get(&self, path: &str) -> Answer {
        self.get_as("mock-admin", path)
    }

    pub fn get_as(&self, token: &str, path: &str) -> Answer {
        self.connect().get_as(token, path)
    }

    /// The body of a 200 from the audit logs, with the key `mock-admin`.
    #[track_caller]
    pub fn logs(&self, query: &str) -> Value {
        self.get(&format!("/api/v1/audit-logs?{query}")).ok()
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.process.child.id()
    }

    /// The memory that it has in use, in bytes, as Linux tells it.
    pub fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Sends a signal and returns at once.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process.child), signal).unwrap();
    }

    /// How it ended; waits until it has.
    pub fn end(self) -> Ended {
        self.process.end()
    }

    /// Stops it as a container does; returns its log.
    #[track_caller]
    pub fn stop(self) -> String {
        self.stop_with(Signal::TERM)
    }

    /// Stops it with a signal, within a second; returns its log.
    #[track_caller]
    pub fn stop_with(self, signal: Signal) -> String {
        let asked = Instant::now();
        self.signal(signal);
        let ended = self.end();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(asked.elapsed() < Duration::from_secs(1), "it took {:?} to stop", asked.elapsed());
        ended.stderr
    }
}

/// A connection that stays open until it is dropped or the server closes it.
pub struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub fn to(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    /// The same when the server may have closed the connection.
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.stream.get_mut().write_all(bytes.as_ref())
    }

    /// Says that nothing more will be sent.
    pub fn end_of_requests(&mut self) {
        self.stream.get_mut().shutdown(std::net::Shutdown::Write).unwrap();
    }

    /// `GET` with a token.
    pub fn get_as(&mut self, token: &str, path: &str) -> Answer {
        self.send(head("GET", path, &format!("Authorization: Bearer {token}\r\n")));
        self.answer()
    }

    /// The next answer; it keeps the conventions of every answer, or the test fails here.
    pub fn answer(&mut self) -> Answer {
        self.answer_to(false)
    }

    /// The next answer, to a `HEAD`.
    pub fn answer_to_head(&mut self) -> Answer {
        self.answer_to(true)
    }

    fn answer_to(&mut self, head: bool) -> Answer {
        let mut answer = self.raw_head();
        let length: usize = answer.header("content-length").expect("every answer tells its length").parse().unwrap();
        if !head {
            answer.body = self.take(length);
        }
        // What the connection adds to an answer; the conventions are about the answer itself.
        answer.headers.remove("date");
        answer.headers.remove("connection");
        answer.keeps_conventions(head);
        answer
    }

    /// Status and headers of the next answer, whatever they are.
    pub fn raw_head(&mut self) -> Answer {
        let line = self.line();
        let code = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).unwrap_or_else(|| panic!("{line:?}"));
        let status = StatusCode::from_bytes(code.as_bytes()).unwrap();
        let mut headers = HeaderMap::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(": ") else {
                assert_eq!(line, "", "a header has a name and a value");
                return Answer { status, headers, body: Vec::new() };
            };
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
    }

    /// The next so many bytes.
    pub fn take(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).unwrap();
        bytes
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.strip_suffix("\r\n").unwrap_or_else(|| panic!("the connection ended: {line:?}")).to_owned()
    }

    /// Waits until the server closes the connection, and returns what it sent before; `None` when it broke it off.
    pub fn rest(&mut self) -> Option<Vec<u8>> {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).is_ok().then_some(rest)
    }
}

/// The head of a request, complete.
pub fn head(method: &str, path: &str, headers: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n")
}
