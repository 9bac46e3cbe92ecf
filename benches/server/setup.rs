//! Generated data and servers over it, made on first use and shared by the rows.

use std::cell::OnceCell;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use cortex_audit_mock::contract::{Entry, Timestamp};
use cortex_audit_mock::internal::fixture;
use tempfile::TempDir;

use crate::common::client::{self, Client};
use crate::common::server_process::{RunningServer, ServerCommand};
use crate::common::{PATH, Result};
use crate::scale::Scale;

/// See the module.
pub struct Setup {
    pub scale: &'static Scale,
    folder: TempDir,
    small: OnceCell<RunningServer>,
    large: OnceCell<RunningServer>,
    entries: OnceCell<Vec<Entry>>,
}

impl Setup {
    pub fn new(scale: &'static Scale) -> Result<Self> {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR"))?;
        let (small, large, entries) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Ok(Self { scale, folder, small, large, entries })
    }

    /// The server over the small store.
    pub fn small(&self) -> Result<&RunningServer> {
        get_or_try_init(&self.small, || self.mock_over(self.scale.small)?.start())
    }

    /// The server over the large store.
    pub fn large(&self) -> Result<&RunningServer> {
        get_or_try_init(&self.large, || self.mock_over(self.scale.large)?.start())
    }

    /// The entries of the small store, to choose filters from.
    pub fn entries(&self) -> Result<&[Entry]> {
        let load = || {
            let text = std::fs::read_to_string(self.data_file(self.scale.small)?)?;
            let parsed = fixture::read("generated", &text, Timestamp::now());
            Ok(parsed.map_err(|errors| errors.to_string())?.entries)
        };
        get_or_try_init(&self.entries, load).map(Vec::as_slice)
    }

    /// The mock over this many entries, with everything on, and a rate limit that is not reached.
    pub fn mock_over(&self, count: usize) -> Result<ServerCommand> {
        let file = self.data_file(count)?;
        let path = file.to_str().ok_or("the path is not UTF-8")?;
        Ok(ServerCommand::mock(&["--rate-limit", "off", "--fixtures", path]))
    }

    /// A file of this many entries.
    fn data_file(&self, count: usize) -> Result<PathBuf> {
        let path = self.folder.path().join(format!("{count}.ndjson"));
        if !path.exists() {
            let mut generate = Command::new(env!("CARGO_BIN_EXE_cortex-audit-mock"));
            generate.args(["generate", &count.to_string(), "--format", "ndjson", "--out"]).arg(&path);
            let status = generate.stderr(Stdio::null()).status()?;
            if !status.success() {
                return Err(format!("generate ended with {status}").into());
            }
        }
        Ok(path)
    }
}

/// The number of entries of a server that match.
pub fn total(server: &RunningServer, filters: &str) -> Result<usize> {
    let request = client::get(&server.address, &format!("{PATH}?pageSize=1&{filters}"), "mock-admin");
    let mut client = Client::connect(&server.address)?;
    let page: serde_json::Value = serde_json::from_slice(client.request(&request)?)?;
    Ok(usize::try_from(page["total"].as_u64().ok_or("no total")?)?)
}

fn get_or_try_init<T>(cell: &OnceCell<T>, make: impl FnOnce() -> Result<T>) -> Result<&T> {
    match cell.get() {
        Some(value) => Ok(value),
        None => make().map(|value| cell.get_or_init(|| value)),
    }
}
