//! The built server as a process, and its memory, files and threads as `/proc` shows them.

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
    /// Starts the server with a frozen clock, so that equal requests have equal responses, and no limit but those of keys.
    pub fn start() -> Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cortex-audit-mock"));
        command.args(["--listen", "127.0.0.1:0", "--log", "json", "--rate-limit", "off", "--now", NOW]);
        command.args(["--generate", &GENERATED.to_string()]);
        // It writes its usual log, which would be too long to keep.
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Self { process: command.spawn()?, address: String::new() };
        let mut line = String::new();
        BufReader::new(server.process.stdout.take().ok_or("no standard output")?).read_line(&mut line)?;
        let line: serde_json::Value =
            serde_json::from_str(&line).map_err(|error| format!("the server printed {line:?}: {error}"))?;
        line["url"]
            .as_str()
            .and_then(|url| url.strip_prefix("http://"))
            .ok_or("no url")?
            .clone_into(&mut server.address);
        Ok(server)
    }

    /// Resident memory in KiB; 0 without `/proc`.
    pub fn resident_kib(&self) -> u64 {
        memory::kib(self.process.id(), "VmRSS").unwrap_or_default()
    }

    /// The number of open files and sockets; 0 without `/proc`.
    pub fn open_files(&self) -> usize {
        self.count("fd")
    }

    /// The number of threads; 0 without `/proc`.
    pub fn threads(&self) -> usize {
        self.count("task")
    }

    fn count(&self, folder: &str) -> usize {
        fs::read_dir(format!("/proc/{}/{folder}", self.process.id())).map_or(0, Iterator::count)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only if the process has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
