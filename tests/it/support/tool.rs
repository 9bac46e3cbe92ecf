//! What only some tests need and not every machine has: it is required in CI, and elsewhere its absence is told.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What was looked for; `None` (and said so) where it cannot be had. Fails in CI (the environment variable `CI`).
pub fn required<'a, T>(what: &str, found: &'a Result<T, String>) -> Option<&'a T> {
    match found {
        Ok(found) => Some(found),
        Err(reason) if std::env::var_os("CI").is_some() => panic!("{what} is required in CI: {reason}"),
        Err(reason) => {
            skipped(reason);
            None
        }
    }
}

/// Says so past the test harness, which would keep what a passing test prints.
pub fn skipped(reason: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
}

/// A folder of this name that `fill` has filled, now or at an earlier run.
pub fn installed(name: &str, fill: impl FnOnce(&Path) -> Result<(), String>) -> Result<PathBuf, String> {
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
