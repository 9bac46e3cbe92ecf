//! Programs that some tests need and not every machine has. In CI (the environment variable `CI`) they are required;
//! elsewhere a test that lacks one is skipped, and each reason is printed once.

use std::collections::BTreeSet;
use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// Returns what was found. If nothing was, panics in CI; elsewhere prints the reason and returns `None`.
pub fn require<'a, T>(what: &str, found: &'a Result<T, String>) -> Option<&'a T> {
    match found {
        Ok(found) => Some(found),
        Err(reason) if env::var_os("CI").is_some() => panic!("{what} is required in CI: {reason}"),
        Err(reason) => {
            report_skipped(reason);
            None
        }
    }
}

/// Prints why a test is skipped, each reason once. Writes to standard error itself: the test harness captures `eprintln!`.
pub fn report_skipped(reason: &str) {
    static PRINTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

    if PRINTED.lock().unwrap().insert(reason.to_owned()) {
        let _ = writeln!(std::io::stderr(), "skipped: {reason}");
    }
}

/// Returns a folder of this name into which `install` installs packages, unless an earlier run has. Only in CI and with
/// `FULL_TESTS`: a plain `cargo test` uses no registry.
pub fn installed(name: &str, install: impl FnOnce(&Path) -> Result<(), String>) -> Result<PathBuf, String> {
    if env::var_os("CI").is_none() && env::var_os("FULL_TESTS").is_none() {
        return Err("what needs packages of npm or PyPI; FULL_TESTS=1 cargo test runs it".to_owned());
    }
    let message = |error: std::io::Error| error.to_string();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let home = folder.join(name);
    let complete = home.join("complete");
    let lock = File::create(folder.join(format!("{name}.lock"))).map_err(message)?;
    // Other test processes wait here for the one that installs.
    lock.lock().map_err(message)?;
    if !complete.exists() {
        fs::create_dir_all(&home).map_err(message)?;
        install(&home)?;
        File::create(complete).map_err(message)?;
    }
    Ok(home)
}

/// Runs a command that must succeed.
pub fn run(command: &mut Command) -> Result<(), String> {
    let line = format!("{command:?}");
    let output = command.output().map_err(|error| format!("{line}: {error}"))?;
    let error = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{line}: {}", error.trim())) }
}
