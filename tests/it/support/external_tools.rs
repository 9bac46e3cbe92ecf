//! Programs that some tests need and not every machine has. In CI (the environment variable `CI`) they are required;
//! elsewhere a test without them is skipped, and each reason is printed once.

use std::collections::BTreeSet;
use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// Returns what was looked for. Without it, panics in CI; elsewhere prints the reason and returns `None`.
pub fn required<'a, T>(what: &str, found: &'a Result<T, String>) -> Option<&'a T> {
    match found {
        Ok(found) => Some(found),
        Err(reason) if env::var_os("CI").is_some() => panic!("{what} is required in CI: {reason}"),
        Err(reason) => {
            skipped(reason);
            None
        }
    }
}

/// Prints why a test is skipped, past the test harness, which would keep it; each reason once.
pub fn skipped(reason: &str) {
    static PRINTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

    if PRINTED.lock().unwrap().insert(reason.to_owned()) {
        let _ = writeln!(std::io::stderr(), "skipped: {reason}");
    }
}

/// Returns a folder of this name that `fill` has filled with packages from a registry, now or at an earlier run. Only in
/// CI and with `FULL_TESTS`: a plain `cargo test` asks no registry.
pub fn installed(name: &str, fill: impl FnOnce(&Path) -> Result<(), String>) -> Result<PathBuf, String> {
    if env::var_os("CI").is_none() && env::var_os("FULL_TESTS").is_none() {
        return Err("what needs packages of npm or PyPI; FULL_TESTS=1 cargo test runs it".to_owned());
    }
    let told = |error: std::io::Error| error.to_string();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let home = folder.join(name);
    let complete = home.join("complete");
    let lock = File::create(folder.join(format!("{name}.lock"))).map_err(told)?;
    // Other test processes wait here for the one that installs.
    lock.lock().map_err(told)?;
    if !complete.exists() {
        fs::create_dir_all(&home).map_err(told)?;
        fill(&home)?;
        File::create(complete).map_err(told)?;
    }
    Ok(home)
}

/// Runs a command that must succeed.
pub fn done(command: &mut Command) -> Result<(), String> {
    let told = format!("{command:?}");
    let output = command.output().map_err(|error| format!("{told}: {error}"))?;
    let error = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{told}: {}", error.trim())) }
}
