//! Shared by the targets: the reference parsers of the project's tests, and a check of error messages.

#[path = "../../tests/it/reference_parsers/date_time.rs"]
pub mod date_time;
#[path = "../../tests/it/reference_parsers/query.rs"]
pub mod query;
#[path = "../../tests/it/reference_parsers/relative_time.rs"]
pub mod relative_time;

use cortex_audit_mock::FileErrors;
use cortex_audit_mock::contract::Timestamp;

/// The current time of every target.
pub const NOW: &str = "2025-05-20T12:00:00Z";

/// Returns [`NOW`] in the type of the code under test.
///
/// # Panics
/// Never: it is a date-time.
#[must_use]
pub fn now() -> Timestamp {
    NOW.parse().expect("a date-time")
}

/// The limit of a message in characters.
pub const MAX_MESSAGE_CHARS: usize = 1500;

/// Checks the errors of a refused text: there is at least one, each has a position within the text and a short message.
///
/// # Panics
/// If the check fails.
pub fn check_errors(errors: &FileErrors, text: &str) {
    assert!(!errors.0.is_empty(), "refused without an error");
    let lines: Vec<&str> = text.split('\n').collect();
    for error in &errors.0 {
        let message = error.to_string();
        assert!(message.chars().count() <= MAX_MESSAGE_CHARS, "{} characters: {message}", message.chars().count());
        let (line, column) = error.position.expect("every error of a text has a position");
        let content = lines.get(line - 1).unwrap_or_else(|| panic!("there is no line {line}: {message}"));
        // A byte order mark does not count as a column; what is missing at the end is reported after the last character.
        assert!((1..=content.chars().count() + 2).contains(&column), "there is no column {column}: {message}");
    }
}
