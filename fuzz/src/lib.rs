//! What the targets share: the second readings of the project's own tests, and what holds for every message.

#[path = "../../tests/it/reference_parsers/date_time.rs"]
pub mod date_time;
#[path = "../../tests/it/reference_parsers/query.rs"]
pub mod query;
#[path = "../../tests/it/reference_parsers/relative_time.rs"]
pub mod relative_time;

use cortex_audit_mock::FileErrors;
use cortex_audit_mock::contract::Timestamp;

/// The instant at which every target reads relative times.
pub const NOW: &str = "2025-05-20T12:00:00Z";

/// [`NOW`], for the code under test.
///
/// # Panics
/// Never: it is a date-time.
#[must_use]
pub fn now() -> Timestamp {
    NOW.parse().expect("a date-time")
}

/// No message is longer, however long what it is about.
pub const LONGEST_MESSAGE: usize = 1500;

/// What holds for everything that is told of a refused text: something is told, each thing at a place that the text has,
/// in few words, and a terminal is not steered by it.
///
/// # Panics
/// When it does not hold.
pub fn check_errors(errors: &FileErrors, text: &str) {
    assert!(!errors.0.is_empty(), "refused without a word");
    let lines: Vec<&str> = text.split('\n').collect();
    for error in &errors.0 {
        let told = error.to_string();
        assert!(told.chars().count() <= LONGEST_MESSAGE, "{} characters: {told}", told.chars().count());
        let (line, column) = error.position.expect("every error of a text has a place");
        let there = lines.get(line - 1).unwrap_or_else(|| panic!("there is no line {line}: {told}"));
        // A byte order mark is not counted, and what is missing at the end is missing behind the last character.
        assert!((1..=there.chars().count() + 2).contains(&column), "there is no column {column}: {told}");
    }
}
