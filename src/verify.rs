//! Checks which rules of the fidelity table a Cortex API keeps, with a few requests that change nothing.
//!
//! - [`survey`] first reads a range of the past, all of whose entries are then known: the sample. From it the probes pick the
//!   values to filter by, and know what the responses must be.
//! - [`probes`] has one probe per rule. A probe sends requests, compares the responses with what the rule says, and the
//!   outcome is *agrees*, *differs* or *cannot tell*.
//! - A mismatch belongs to one rule: a probe that depends on another rule checks that first, and is inconclusive when the
//!   other rule does not hold.
//! - Entries may arrive meanwhile: before a mismatch is reported, [`context`] reads the sample again.
//! - [`client`] sends at most [`MAX_REQUESTS`] requests, below the rate limit, and waits when the server asks for it.
//!
//! [`document`] compares a published OpenAPI document with the rules instead, without an API.

mod client;
mod context;
mod document;
mod probes;
mod report;
mod request;
mod response;
mod sample_range;
mod survey;

use crate::contract::RULES;
use crate::remote::{Connection, RequestError, RetryWait, TimeSource, Token};
use client::ProbeClient;
use context::ProbeContext;
use probes::PROBES;

pub use client::MAX_REQUESTS;
pub use document::{Difference, DifferenceKind, DocumentReport, DocumentSource, Subject, compare_document};
pub use report::{Mismatch, Outcome, RuleOutcome, VerificationReport};
pub use sample_range::{SampleRange, SplitTime};

/// Checks every rule at an API whose token may view audit logs. The second token is of a valid key without the permission
/// `View audit logs`; without it, rules about the permission cannot be checked. `on_wait` is called before each pause.
///
/// ```
/// use cortex_audit_mock::MockServer;
/// use cortex_audit_mock::internal::remote::{ApiUrl, Connection, TimeSource, Token};
/// use cortex_audit_mock::internal::verify::verify;
///
/// let server = MockServer::start_blocking();
/// let token = Token::new("MOCK_KEY", server.token()).unwrap();
/// let connection = Connection::new(ApiUrl::parse(&server.uri()).unwrap(), token).unwrap();
/// let report = verify(connection, None, TimeSource::system(), |_| {}).unwrap();
/// assert_eq!(report.differs, 0);
/// assert!(report.requests <= 100);
/// ```
///
/// # Errors
/// When the server cannot be reached, does not accept the token, or is not a Cortex API.
pub fn verify(
    connection: Connection,
    second_token: Option<Token>,
    time: TimeSource,
    on_wait: impl Fn(RetryWait<'_>),
) -> Result<VerificationReport, RequestError> {
    let probed = PROBES.iter().map(|(id, _)| *id);
    assert!(RULES.iter().map(|rule| rule.id).eq(probed), "each rule has its probe, in the order of the rules");
    let url = connection.url().to_string();
    let client = ProbeClient::new(connection, second_token, time, on_wait);
    let mut context = ProbeContext::new(client)?;
    let mut outcomes = Vec::new();
    for (rule, (_, probe)) in RULES.iter().zip(PROBES) {
        outcomes.push(RuleOutcome::new(rule, context.run(*probe)));
    }
    Ok(VerificationReport::new(url, context.client.requests(), outcomes))
}
