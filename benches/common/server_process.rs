//! Servers as child processes, with the time to their first response.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::client::{self, Client};
use super::{PATH, Result, bare_server};

/// The command of a server.
pub struct ServerCommand {
    pub name: &'static str,
    executable: PathBuf,
    arguments: Vec<String>,
    /// Whether it logs at its default level, to a pipe that nobody reads; else errors alone.
    pub unread_log: bool,
}

impl ServerCommand {
    /// The mock, on a free port, with further flags.
    pub fn mock(flags: &[&str]) -> Self {
        let arguments = ["--listen", "127.0.0.1:0", "--log", "json"].iter().chain(flags);
        Self {
            name: "cortex-audit-mock",
            executable: env!("CARGO_BIN_EXE_cortex-audit-mock").into(),
            arguments: arguments.map(ToString::to_string).collect(),
            unread_log: false,
        }
    }

    /// The bare server with a body of this length: the executable of the bench, with another argument.
    pub fn bare(length: usize) -> Result<Self> {
        let arguments = vec![bare_server::FLAG.to_owned(), length.to_string()];
        Ok(Self { name: "bare axum", executable: env::current_exe()?, arguments, unread_log: false })
    }

    /// Starts the server, and gets one page.
    pub fn start(&self) -> Result<RunningServer> {
        let started = Instant::now();
        let mut command = Command::new(&self.executable);
        command.args(&self.arguments).stdout(Stdio::piped());
        if self.unread_log {
            command.env("RUST_LOG", "info").stderr(Stdio::piped());
        } else {
            command.env("RUST_LOG", "error");
        }
        let mut server = RunningServer::spawn(&mut command)
            .map_err(|error| format!("cannot start {}: {error}", self.executable.display()))?;
        let mut line = String::new();
        let output = server.process.stdout.take().ok_or("no standard output")?;
        BufReader::new(output).read_line(&mut line)?;
        let line: serde_json::Value =
            serde_json::from_str(&line).map_err(|error| format!("{} printed {line:?}: {error}", self.name))?;
        let address = line["url"].as_str().and_then(|url| url.strip_prefix("http://")).ok_or("no url")?;
        let request = client::get(address, &format!("{PATH}?pageSize=1"), "mock-admin");
        let mut client = Client::connect(address)?;
        let body = client.request(&request).map_err(|error| format!("{}: {error}", self.name))?;
        (server.time, server.body, server.address) = (started.elapsed(), body.len(), address.to_owned());
        Ok(server)
    }
}

/// A running server, killed on drop.
pub struct RunningServer {
    process: Child,
    /// `HOST:PORT`.
    pub address: String,
    /// From exec to the last byte of the first response.
    pub time: Duration,
    /// The length of the body of that response.
    pub body: usize,
}

impl RunningServer {
    /// Starts a process, without a request.
    pub fn spawn(command: &mut Command) -> Result<Self> {
        let process = command.stdin(Stdio::null()).spawn()?;
        Ok(Self { process, address: String::new(), time: Duration::ZERO, body: 0 })
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        // Both fail only if the process has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
