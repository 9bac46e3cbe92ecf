//! What a probe finds, and how it says so.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::ask::Unasked;
use super::probing::Probing;
use super::question::Request;
use super::report::Difference;

/// Why a probe does not say that a rule is kept.
#[derive(Debug)]
pub enum Verdict {
    Differs(Difference),
    CannotTell(String),
}

/// What a probe found: what shows that the rule is kept, or why it does not say so.
pub type Found = Result<String, Verdict>;

/// Finds out about one rule.
pub type Probe = fn(&mut Probing<'_>) -> Found;

impl From<Unasked> for Verdict {
    fn from(Unasked(why): Unasked) -> Self {
        Self::CannotTell(why)
    }
}

/// A rule of which nothing can be told.
pub fn cannot_tell<T>(why: impl Into<String>) -> Result<T, Verdict> {
    Err(Verdict::CannotTell(why.into()))
}

/// An answer that is not as the contract says, when only a part of it matters.
pub fn differs_in<T>(
    request: &Request,
    expected: impl Into<String>,
    answered: impl Into<String>,
) -> Result<T, Verdict> {
    let (request, expected, answered) = (request.to_string(), expected.into(), answered.into());
    Err(Verdict::Differs(Difference { request, expected, answered }))
}

/// All that means nothing in a query string stays as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A value for a query string.
pub fn encoded(value: &str) -> String {
    utf8_percent_encode(value, UNRESERVED).to_string()
}
