//! Servers that are started to be measured: how long until the first answer, and where to ask on.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::client::{self, Client};
use super::{PATH, Result, bare};

/// A server that can be started as often as is wanted.
pub struct Contender {
    pub name: &'static str,
    executable: PathBuf,
    arguments: Vec<String>,
}

impl Contender {
    /// The stand-in, on a free port, with further flags.
    pub fn stand_in(flags: &[&str]) -> Self {
        let arguments = ["--listen", "127.0.0.1:0", "--log", "json"].iter().chain(flags);
        Self {
            name: "cortex-audit-mock",
            executable: env!("CARGO_BIN_EXE_cortex-audit-mock").into(),
            arguments: arguments.map(ToString::to_string).collect(),
        }
    }

    /// The bare server with a body of this length: the bench itself in another role.
    pub fn bare(length: usize) -> Result<Self> {
        let arguments = vec![bare::FLAG.to_owned(), length.to_string()];
        Ok(Self { name: "bare axum", executable: env::current_exe()?, arguments })
    }

    /// Starts the server, asks once, and reads the whole answer.
    pub fn start(&self) -> Result<Running> {
        let began = Instant::now();
        let mut command = Command::new(&self.executable);
        command.args(&self.arguments).env("RUST_LOG", "error").stdout(Stdio::piped());
        let mut child = Running::spawn(&mut command)
            .map_err(|error| format!("cannot start {}: {error}", self.executable.display()))?;
        let mut line = String::new();
        let output = child.process.stdout.take().ok_or("no standard output")?;
        BufReader::new(output).read_line(&mut line)?;
        let line: serde_json::Value =
            serde_json::from_str(&line).map_err(|error| format!("{} said {line:?}: {error}", self.name))?;
        let address = line["url"].as_str().and_then(|url| url.strip_prefix("http://")).ok_or("no url")?;
        let request = client::get(address, &format!("{PATH}?pageSize=1"), "mock-admin");
        let mut client = Client::connect(address)?;
        let answer = client.ask(&request).map_err(|error| format!("{}: {error}", self.name))?;
        (child.time, child.body, child.address) = (began.elapsed(), answer.len(), address.to_owned());
        Ok(child)
    }
}

/// A server that does not outlive its measurement, however that ends.
pub struct Running {
    process: Child,
    /// `HOST:PORT`.
    pub address: String,
    /// From exec to the last byte of the first answer.
    pub time: Duration,
    /// The length of the body of that answer.
    pub body: usize,
}

impl Running {
    /// Starts a process that has answered nothing yet.
    pub fn spawn(command: &mut Command) -> Result<Self> {
        let process = command.stdin(Stdio::null()).spawn()?;
        Ok(Self { process, address: String::new(), time: Duration::ZERO, body: 0 })
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a process that is already gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
