//! What a probe finds, and how it says so.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::client::RequestFailed;
use super::context::ProbeContext;
use super::report::Mismatch;
use super::request::ProbeRequest;

/// Why a probe does not say that a rule is kept.
#[derive(Debug)]
pub enum ProbeFailure {
    Mismatch(Mismatch),
    Inconclusive(String),
}

/// What a probe found: what shows that the rule is kept, or why it does not say so.
pub type ProbeResult = Result<String, ProbeFailure>;

/// Finds out about one rule.
pub type Probe = fn(&mut ProbeContext<'_>) -> ProbeResult;

impl From<RequestFailed> for ProbeFailure {
    fn from(RequestFailed(why): RequestFailed) -> Self {
        Self::Inconclusive(why)
    }
}

/// A rule of which nothing can be told.
pub fn inconclusive<T>(why: impl Into<String>) -> Result<T, ProbeFailure> {
    Err(ProbeFailure::Inconclusive(why.into()))
}

/// An answer that is not as the contract says, when only a part of it matters.
pub fn mismatch_in<T>(
    request: &ProbeRequest,
    expected: impl Into<String>,
    answered: impl Into<String>,
) -> Result<T, ProbeFailure> {
    let (request, expected, answered) = (request.to_string(), expected.into(), answered.into());
    Err(ProbeFailure::Mismatch(Mismatch { request, expected, answered }))
}

/// All that means nothing in a query string stays as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A value for a query string.
pub fn encoded(value: &str) -> String {
    utf8_percent_encode(value, UNRESERVED).to_string()
}
