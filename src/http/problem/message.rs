//! Messages of problems: several in one text, and text that a client can print.

use std::fmt;

use crate::json_file::FileErrors;
use crate::text::{counted, escape_control};

/// A request can have thousands of problems; nobody reads more than these.
const MAX_LISTED: usize = 20;

/// One problem alone, or several numbered.
pub fn numbered<T: fmt::Display>(problems: &[T]) -> String {
    let unlisted = problems.len().saturating_sub(MAX_LISTED);
    let rest = if unlisted > 0 { format!(" And {unlisted} more.") } else { String::new() };
    list(&counted(problems.len(), "problem", "problems"), problems, &rest)
}

/// One error alone, or several numbered. Of more than a hundred the number is not known.
pub fn numbered_errors(errors: &FileErrors) -> String {
    if errors.are_all() { numbered(&errors.0) } else { list(&errors.counted(), &errors.0, " And more.") }
}

/// The problems behind their number in words; one alone needs none.
fn list<T: fmt::Display>(count: &str, problems: &[T], rest: &str) -> String {
    if let [only] = problems {
        return only.to_string();
    }
    let listed = (1..).zip(problems.iter().take(MAX_LISTED)).map(|(number, problem)| format!(" {number}) {problem}"));
    format!("{count}.{}{rest}", listed.collect::<String>())
}

/// The text with square brackets replaced and control characters escaped: the official client prints messages to a terminal
/// through a markup in which square brackets vanish (ERR-PRINTED).
pub fn strip_markup(text: &str) -> String {
    escape_control(text).replace('[', "(").replace(']', ")")
}
