//! The built server as a process, and what the system tells of it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::model::{GENERATED, NOW};
use crate::{Result, memory};

pub struct Server {
    process: Child,
    /// `HOST:PORT`.
    pub address: String,
}

impl Server {
    /// Standing still in time, so that two readings of the same are the same; without a limit but those of keys.
    pub fn start() -> Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cortex-audit-mock"));
        command.args(["--listen", "127.0.0.1:0", "--log", "json", "--rate-limit", "off", "--now", NOW]);
        command.args(["--generate", &GENERATED.to_string()]);
        // It logs as it does for everybody; nobody wants to keep an hour of it.
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Self { process: command.spawn()?, address: String::new() };
        let mut line = String::new();
        BufReader::new(server.process.stdout.take().ok_or("no standard output")?).read_line(&mut line)?;
        let line: serde_json::Value =
            serde_json::from_str(&line).map_err(|error| format!("it said {line:?}: {error}"))?;
        line["url"]
            .as_str()
            .and_then(|url| url.strip_prefix("http://"))
            .ok_or("no url")?
            .clone_into(&mut server.address);
        Ok(server)
    }

    /// A field of its status, 0 where there is no `/proc`.
    pub fn status(&self, field: &str) -> u64 {
        let id = self.process.id();
        match field {
            "Threads" => fs::read_dir(format!("/proc/{id}/task")).map_or(0, |listed| listed.count() as u64),
            _ => memory::kib(id, field).unwrap_or_default(),
        }
    }

    /// How many files and sockets it has open.
    pub fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.process.id())).map_or(0, Iterator::count)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only for a process that is already gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
