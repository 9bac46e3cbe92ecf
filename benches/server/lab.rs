//! What the rows share: the data, made once a run, and a server over each size of it, started when first asked for.

use std::cell::OnceCell;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use cortex_audit_mock::contract::{Entry, Timestamp};
use cortex_audit_mock::internal::fixture;
use tempfile::TempDir;

use crate::common::client::{self, Client};
use crate::common::contender::{Contender, Running};
use crate::common::{PATH, Result};
use crate::scale::Scale;

/// See the module.
pub struct Lab {
    pub scale: &'static Scale,
    folder: TempDir,
    small: OnceCell<Running>,
    large: OnceCell<Running>,
    listed: OnceCell<Vec<Entry>>,
}

impl Lab {
    pub fn new(scale: &'static Scale) -> Result<Self> {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR"))?;
        let (small, large, listed) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Ok(Self { scale, folder, small, large, listed })
    }

    /// The server over the small store.
    pub fn small(&self) -> Result<&Running> {
        once(&self.small, || self.over(self.scale.small)?.start())
    }

    /// The server over the large one.
    pub fn large(&self) -> Result<&Running> {
        once(&self.large, || self.over(self.scale.large)?.start())
    }

    /// The entries of the small store, to choose filters from.
    pub fn entries(&self) -> Result<&[Entry]> {
        let make = || {
            let text = std::fs::read_to_string(self.data(self.scale.small)?)?;
            let parsed = fixture::read("generated", &text, Timestamp::now());
            Ok(parsed.map_err(|errors| errors.to_string())?.entries)
        };
        once(&self.listed, make).map(Vec::as_slice)
    }

    /// The stand-in with everything on, over so many entries, with a limit that is not reached.
    pub fn over(&self, count: usize) -> Result<Contender> {
        let data = self.data(count)?;
        let path = data.to_str().ok_or("a path that is no text")?;
        Ok(Contender::stand_in(&["--rate-limit", "off", "--fixtures", path]))
    }

    /// A file of so many entries.
    pub fn data(&self, count: usize) -> Result<PathBuf> {
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

/// How many entries of a server match.
pub fn total(server: &Running, filters: &str) -> Result<usize> {
    let request = client::get(&server.address, &format!("{PATH}?pageSize=1&{filters}"), "mock-admin");
    let mut client = Client::connect(&server.address)?;
    let page: serde_json::Value = serde_json::from_slice(client.ask(&request)?)?;
    Ok(usize::try_from(page["total"].as_u64().ok_or("no total")?)?)
}

fn once<T>(cell: &OnceCell<T>, make: impl FnOnce() -> Result<T>) -> Result<&T> {
    match cell.get() {
        Some(value) => Ok(value),
        None => make().map(|value| cell.get_or_init(|| value)),
    }
}
