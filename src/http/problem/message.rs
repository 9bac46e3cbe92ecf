//! Messages of problems: several in one text, and text that a client can print.

use std::fmt;

use crate::text::escape_control;

/// One problem alone, or several numbered.
pub fn numbered<T: fmt::Display>(problems: &[T]) -> String {
    /// A request can have thousands; nobody reads more than these.
    const MAX_LISTED: usize = 20;

    if let [only] = problems {
        return only.to_string();
    }
    let listed = (1..).zip(problems.iter().take(MAX_LISTED)).map(|(number, problem)| format!(" {number}) {problem}"));
    let unlisted = problems.len().saturating_sub(MAX_LISTED);
    let rest = if unlisted > 0 { format!(" And {unlisted} more.") } else { String::new() };
    format!("{} problems.{}{rest}", problems.len(), listed.collect::<String>())
}

/// The text with square brackets replaced and control characters escaped: the official client prints messages to a terminal
/// through a markup in which square brackets vanish (ERR-PRINTED).
pub fn strip_markup(text: &str) -> String {
    escape_control(text).replace('[', "(").replace(']', ")")
}
