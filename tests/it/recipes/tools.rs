//! The programs of other languages that recipes need, in the versions that they name.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::file;
use crate::support::tool::{self, done};

/// The programs of a virtual environment with these packages; `None` (and said so) where it cannot be had.
pub fn python(packages: &[impl AsRef<str>]) -> Option<PathBuf> {
    let found = tool::installed(&name(packages), |home| {
        done(Command::new("python3").args(["-m", "venv", "--clear"]).arg(home))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        done(Command::new(home.join("bin/python")).args(pip).args(packages.iter().map(AsRef::as_ref)))
    });
    tool::required(packages[0].as_ref(), &found).map(|home| home.join("bin"))
}

/// The folder with the modules of these packages; `None` (and said so) where it cannot be had.
pub fn node(packages: &[impl AsRef<str>]) -> Option<PathBuf> {
    let found = tool::installed(&name(packages), |home| {
        let options = ["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"];
        done(Command::new("npm").args(options).arg(home).args(packages.iter().map(AsRef::as_ref)))
    });
    tool::required(packages[0].as_ref(), &found).map(|home| home.join("node_modules"))
}

/// What a `requirements.txt` names, a line each.
pub fn requirements(path: &str) -> Vec<String> {
    file(path).lines().map(String::from).collect()
}

/// What a `package.json` names, as npm's command line takes it.
pub fn dependencies(path: &str) -> Vec<String> {
    let package: Value = serde_json::from_str(&file(path)).unwrap();
    let groups = ["dependencies", "devDependencies"].into_iter().filter_map(|group| package[group].as_object());
    groups.flatten().map(|(name, version)| format!("{name}@{}", version.as_str().unwrap())).collect()
}

/// A name for the folder, which changes with any version.
fn name(packages: &[impl AsRef<str>]) -> String {
    let names: Vec<&str> = packages.iter().map(AsRef::as_ref).collect();
    names.join("+").replace('/', "-")
}
