//! Messages of commands on standard error.

use std::fmt::Display;
use std::io::{self, Write};

/// Prints a message and a line end. An error is ignored: a closed or full standard error changes neither what a command
/// does nor its exit code, and nobody could be told of it.
pub fn print(message: impl Display) {
    // One write: lines of several processes do not mix.
    let _ = io::stderr().write_all(format!("{message}\n").as_bytes());
}
