//! The built binary as a process, and a client of HTTP/1.1 over a socket.
//!
//! Only for what needs a process or a socket; other tests call the router in their own process.

pub mod terminal;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use rustix::process::{Pid, kill_process, kill_process_group};
use serde_json::Value;
use tempfile::TempDir;

use super::{TestResponse, control_plane_document};

pub use rustix::process::Signal;

/// The binary under test.
pub const BINARY: &str = env!("CARGO_BIN_EXE_cortex-audit-mock");

/// Longer than any response takes: a server that hangs must not hang the tests.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// A command of the binary, without those variables of the environment that the binary reads.
pub struct Launch {
    command: Command,
    input: Vec<u8>,
    /// Where standard error goes, unless it is captured.
    stderr: Option<Stdio>,
}

/// Creates a command with these arguments.
pub fn binary<'a>(args: impl IntoIterator<Item = &'a str>) -> Launch {
    let mut command = Command::new(BINARY);
    command.args(args);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CORTEX_MOCK_") || name == "RUST_LOG") {
            command.env_remove(name);
        }
    }
    Launch { command, input: Vec::new(), stderr: None }
}

impl Launch {
    /// Creates a command with these arguments and a limit of open files.
    pub fn with_open_files(limit: u32, args: &[&str]) -> Self {
        Self::after(&format!("ulimit -n {limit}"), args)
    }

    /// Creates a command with these arguments that a shell starts after a script.
    pub fn after(script: &str, args: &[&str]) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{script}; exec \"$0\" \"$@\""), BINARY]).args(args);
        Self { command: shell, input: Vec::new(), stderr: None }
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Starts it as the leader of a process group of its own.
    pub fn in_own_group(mut self) -> Self {
        std::os::unix::process::CommandExt::process_group(&mut self.command, 0);
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

    /// Sends standard error there, instead of capturing it.
    pub fn stderr(mut self, to: impl Into<Stdio>) -> Self {
        self.stderr = Some(to.into());
        self
    }

    /// Runs a command that ends by itself.
    pub fn run(self) -> Finished {
        self.spawn().end()
    }

    /// Starts a server; returns when it has printed that it listens.
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

    /// Starts the command.
    pub fn spawn(mut self) -> Process {
        let stderr = self.stderr.unwrap_or_else(Stdio::piped);
        let streams = self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(stderr);
        let mut child = streams.spawn().unwrap();
        // It has a copy of the file that standard error goes to.
        drop(self.command);
        let mut stdin = child.stdin.take().unwrap();
        // Fails if the command ends before it reads its input.
        let _ = stdin.write_all(&self.input);
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = child.stderr.take().map(|mut stderr| {
            thread::spawn(move || {
                let mut text = String::new();
                stderr.read_to_string(&mut text).unwrap();
                text
            })
        });
        Process { child, stdout, stderr }
    }
}

/// A running command. Killed when it is dropped.
pub struct Process {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    stderr: Option<JoinHandle<String>>,
}

impl Process {
    /// The next line of standard output, without its end.
    pub fn read_line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Sends a signal, without waiting for its effect.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Sends a signal to the process group that it leads, see [`Launch::in_own_group`].
    pub fn signal_group(&self, signal: Signal) {
        kill_process_group(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits until it ends.
    pub fn end(mut self) -> Finished {
        let mut stdout = String::new();
        self.stdout.read_to_string(&mut stdout).unwrap();
        let status = self.child.wait().unwrap();
        let stderr = self.stderr.take().map(|thread| thread.join().unwrap()).unwrap_or_default();
        Finished { code: status.code(), stdout, stderr }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The result of a process.
#[derive(Debug)]
pub struct Finished {
    /// `None` if a signal killed it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    /// Requires this exit code and an empty standard output; returns standard error.
    #[track_caller]
    pub fn failed(&self, code: i32) -> &str {
        assert_eq!((self.code, self.stdout.as_str()), (Some(code), ""), "{}", self.stderr);
        &self.stderr
    }

    /// Requires success and an empty standard error; returns standard output.
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
    /// Starts on a free port, with the log as JSON, and these further arguments.
    pub fn start(args: &[&str]) -> Self {
        binary(["--listen", "127.0.0.1:0", "--log", "json"].into_iter().chain(args.iter().copied())).serve()
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        self.url.split_once("://").unwrap().1.split('/').next().unwrap()
    }

    pub fn connect(&self) -> Connection {
        Connection::to(self.address())
    }

    /// Gets a path with the key `mock-admin`.
    pub fn get(&self, path: &str) -> TestResponse {
        self.get_as("mock-admin", path)
    }

    pub fn get_as(&self, token: &str, path: &str) -> TestResponse {
        self.connect().get_as(token, path)
    }

    /// Gets audit logs by a query string, with the key `mock-admin`; returns the body of the 200.
    #[track_caller]
    pub fn logs(&self, query: &str) -> Value {
        self.get(&format!("/api/v1/audit-logs?{query}")).ok()
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.process.child.id()
    }

    /// Resident memory in bytes, from `/proc`.
    pub fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Sends a signal, without waiting for its effect.
    pub fn signal(&self, signal: Signal) {
        self.process.signal(signal);
    }

    /// Waits until the process ends.
    pub fn end(self) -> Finished {
        self.process.end()
    }

    /// Stops the server as a container does (SIGTERM); returns its log.
    #[track_caller]
    pub fn stop(self) -> String {
        self.stop_with(Signal::TERM)
    }

    /// Stops the server with a signal, which may take a second; returns its log.
    #[track_caller]
    pub fn stop_with(self, signal: Signal) -> String {
        let started = Instant::now();
        self.signal(signal);
        let ended = self.end();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert!(started.elapsed() < Duration::from_secs(1), "it took {:?} to stop", started.elapsed());
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
        stream.set_read_timeout(Some(READ_TIMEOUT)).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    /// Host and port of the server.
    pub fn peer_address(&self) -> String {
        self.stream.get_ref().peer_addr().unwrap().to_string()
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    /// Sends bytes to a server that may have closed the connection.
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.stream.get_mut().write_all(bytes.as_ref())
    }

    /// Closes the sending half of the connection.
    pub fn shutdown_write(&mut self) {
        self.stream.get_mut().shutdown(std::net::Shutdown::Write).unwrap();
    }

    /// Gets a path with a token.
    pub fn get_as(&mut self, token: &str, path: &str) -> TestResponse {
        self.send(head("GET", path, &format!("Authorization: Bearer {token}\r\n")));
        let answer = self.answer();
        control_plane_document::assert_documented("GET", path, &answer);
        answer
    }

    /// Reads the next response, and checks that it follows the conventions.
    pub fn answer(&mut self) -> TestResponse {
        self.answer_to(false)
    }

    /// Reads the next response, which is one to a `HEAD`.
    pub fn answer_to_head(&mut self) -> TestResponse {
        self.answer_to(true)
    }

    fn answer_to(&mut self, head: bool) -> TestResponse {
        let mut answer = self.read_head();
        let length: usize = answer.header("content-length").expect("every response has its length").parse().unwrap();
        if !head {
            answer.body = self.read_exact(length);
        }
        // The server adds them, not the app.
        for name in ["date", "connection", "keep-alive"] {
            answer.headers.remove(name);
        }
        answer.assert_conventions(head);
        answer
    }

    /// Reads status and headers of the next response, without a check.
    pub fn read_head(&mut self) -> TestResponse {
        let line = self.line();
        let code = line.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)).unwrap_or_else(|| panic!("{line:?}"));
        let status = StatusCode::from_bytes(code.as_bytes()).unwrap();
        let mut headers = HeaderMap::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(": ") else {
                assert_eq!(line, "", "a header has a name and a value");
                return TestResponse { status, headers, body: Vec::new() };
            };
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
    }

    /// Reads this many bytes.
    pub fn read_exact(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes).unwrap();
        bytes
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.strip_suffix("\r\n").unwrap_or_else(|| panic!("the connection ended: {line:?}")).to_owned()
    }

    /// Reads until the server closes the connection; `None` if the server resets it.
    pub fn read_to_close(&mut self) -> Option<Vec<u8>> {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).is_ok().then_some(rest)
    }
}

/// The head of a request.
pub fn head(method: &str, path: &str, headers: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n")
}

/// Creates a folder with these files.
pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// The path of a file in a folder, as an argument.
pub fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

/// Whether the tests ignore a signal, and so every process that they start: `nohup`, and a shell in the background, start them so.
/// Only Linux says.
pub fn is_ignored(signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.map_or(0, |mask| u64::from_str_radix(mask.trim(), 16).unwrap());
    mask >> (signal.as_raw() - 1) & 1 == 1
}
