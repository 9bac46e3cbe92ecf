//! The result of a probe.

use super::client::RequestFailed;
use super::report::Mismatch;
use super::request::ProbeRequest;

/// Evidence that a rule is kept, or the reason why there is none.
pub type ProbeResult = Result<String, ProbeFailure>;

/// Reason why a probe did not find a rule kept.
#[derive(Debug)]
pub enum ProbeFailure {
    /// A response contradicts the rule.
    Mismatch(Mismatch),
    /// The responses show neither.
    Inconclusive(String),
}

impl From<RequestFailed> for ProbeFailure {
    fn from(RequestFailed(reason): RequestFailed) -> Self {
        Self::Inconclusive(reason)
    }
}

/// The result of a probe whose responses show neither that the rule is kept nor that it is not.
pub fn inconclusive<T>(reason: impl Into<String>) -> Result<T, ProbeFailure> {
    Err(ProbeFailure::Inconclusive(reason.into()))
}

/// The result of a probe for which a part of a response contradicts the rule.
pub fn mismatch_in<T>(
    request: &ProbeRequest,
    expected: impl Into<String>,
    answered: impl Into<String>,
) -> Result<T, ProbeFailure> {
    let (request, expected, answered) = (request.to_string(), expected.into(), answered.into());
    Err(ProbeFailure::Mismatch(Mismatch { request, expected, answered }))
}
