//! Packages of Python and Node that recipes need, in the versions that they name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use serde_json::Value;

use super::file;
use crate::support::external_tools::{self, run};

/// Installs Python packages; returns the folder of their programs, or `None` with a message.
pub fn python(packages: &[impl AsRef<str>]) -> Option<PathBuf> {
    let found = installed(packages, |home| {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(home))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "2"];
        run(Command::new(home.join("bin/python")).args(pip).args(packages.iter().map(AsRef::as_ref)))
    });
    Some(found?.join("bin"))
}

/// Installs Node packages; returns the folder `node_modules`, or `None` with a message.
pub fn node(packages: &[impl AsRef<str>]) -> Option<PathBuf> {
    let found = installed(packages, |home| {
        let options = ["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"];
        // npm's own pauses between retries are a minute and more, too long without a network.
        let retries = ["--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=2000", "--prefix"];
        run(Command::new("npm").args(options).args(retries).arg(home).args(packages.iter().map(AsRef::as_ref)))
    });
    Some(found?.join("node_modules"))
}

/// The lines of a `requirements.txt`, without the package of this project, of which tests use the source.
pub fn requirements(path: &str) -> Vec<String> {
    file(path).lines().filter(|line| *line != env!("CARGO_PKG_NAME")).map(String::from).collect()
}

/// Whether there is a Node that the npm package works with; if not, panics in CI, and prints the reason elsewhere.
pub fn has_node() -> bool {
    const OLDEST: &str = "process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)";
    let found = run(Command::new("node").args(["-e", OLDEST])).map_err(|_| "Node 20 or later is missing".to_owned());
    external_tools::require("node", &found).is_some()
}

/// The dependencies in a `package.json`, in the form of npm's command line, without the package of this project.
pub fn dependencies(path: &str) -> Vec<String> {
    let package: Value = serde_json::from_str(&file(path)).unwrap();
    let groups = ["dependencies", "devDependencies"].into_iter().filter_map(|group| package[group].as_object());
    let others = groups.flatten().filter(|(name, _)| *name != env!("CARGO_PKG_NAME"));
    others.map(|(name, version)| format!("{name}@{}", version.as_str().unwrap())).collect()
}

/// Installs packages into a folder whose name contains their versions. A failed installation is not tried again.
fn installed(packages: &[impl AsRef<str>], fill: impl FnOnce(&Path) -> Result<(), String>) -> Option<PathBuf> {
    static KNOWN: Mutex<BTreeMap<String, Result<PathBuf, String>>> = Mutex::new(BTreeMap::new());
    let names: Vec<&str> = packages.iter().map(AsRef::as_ref).collect();
    let name = names.join("+").replace('/', "-");
    let known = KNOWN.lock().unwrap().get(&name).cloned();
    let found = known.unwrap_or_else(|| external_tools::installed(&name, fill));
    KNOWN.lock().unwrap().insert(name, found.clone());
    external_tools::require(names[0], &found).cloned()
}
