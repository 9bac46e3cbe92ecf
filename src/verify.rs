//! A verification: which rules of the fidelity table a Cortex API keeps, by a few questions that change nothing.
//!
//! - It looks at what is there first, see `look`: a stretch of the past whose entries it knows all of. From these it picks
//!   the values that it asks for, and knows what the answers must be.
//! - Each rule has one probe, see `probes`. A probe asks, compares, and says *agrees*, *differs* or *cannot tell*.
//! - A difference is told of the rule that it belongs to and of no other: a probe that needs what another rule promises
//!   looks whether that holds, and cannot tell when it does not.
//! - Entries may come in meanwhile. Before anything is said to differ, the stretch is read again, see `probing`.
//! - It asks at most [`MAX_REQUESTS`] times, below the rate limit, and waits when it is told to, see `ask`.

mod client;
mod context;
mod probe_result;
mod probes;
mod report;
mod request;
mod response;
mod sample_range;
mod survey;

use std::fmt;
use std::time::Duration;

use crate::contract::RULES;
use crate::remote::{ApiUrl, Connection, TimeSource, Token};
use client::ProbeClient;
use context::ProbeContext;
use probes::PROBES;

pub use report::{Mismatch, Outcome, RuleOutcome, VerificationReport};

/// How often it asks at most, whatever happens.
pub const MAX_REQUESTS: usize = 100;

/// What a verification tells while it goes on.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// It waits before it asks once more.
    Waiting {
        /// For so long.
        wait: Duration,
        /// What went wrong.
        why: &'a str,
        /// How many requests have been sent, of [`MAX_REQUESTS`] at most.
        requests: usize,
    },
}

/// Why nothing could be verified; `Display` is one sentence for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyError(String);

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for VerifyError {}

/// A verification that has not begun.
#[derive(Debug)]
pub struct Verification {
    connection: Connection,
    without_permission: Option<Token>,
    time: TimeSource,
}

impl Verification {
    /// Of this API, with a token that may view audit logs; asks nothing yet. Heeds `HTTPS_PROXY`, `HTTP_PROXY`,
    /// `NO_PROXY` and `SSL_CERT_FILE`.
    ///
    /// ```
    /// use cortex_audit_mock::MockServer;
    /// use cortex_audit_mock::internal::remote::{ApiUrl, TimeSource, Token};
    /// use cortex_audit_mock::internal::verify::Verification;
    ///
    /// let server = MockServer::start_blocking();
    /// let url = ApiUrl::read(&server.uri()).unwrap();
    /// let token = Token::new("MOCK_KEY", server.token()).unwrap();
    /// let report = Verification::new(url, token, TimeSource::system()).unwrap().run(&|_| {}).unwrap();
    /// assert_eq!(report.mismatches().count(), 0);
    /// assert!(report.requests <= 100);
    /// ```
    ///
    /// # Errors
    /// When `SSL_CERT_FILE` names no file of certificates.
    pub fn new(url: ApiUrl, token: Token, time: TimeSource) -> Result<Self, VerifyError> {
        let connection = Connection::new(url, token).map_err(VerifyError)?;
        Ok(Self { connection, without_permission: None, time })
    }

    /// With a second token, of a valid key that lacks the permission `View audit logs` (REQ-PERMISSION, ERR-403,
    /// REQ-ORDER).
    #[must_use]
    pub fn without_permission(self, token: Token) -> Self {
        Self { without_permission: Some(token), ..self }
    }

    /// Asks, and says of each rule what the answers tell.
    ///
    /// # Errors
    /// When the server cannot be reached, does not accept the token, or is no Cortex API.
    pub fn run(self, tell: &dyn Fn(Event<'_>)) -> Result<VerificationReport, VerifyError> {
        let client = ProbeClient::new(self.connection, self.without_permission, self.time, tell);
        let mut context = ProbeContext::new(client).map_err(VerifyError)?;
        let rules =
            RULES.iter().zip(&PROBES).map(|(rule, (_, probe))| RuleOutcome { rule, outcome: context.run(*probe) });
        let rules = rules.collect();
        Ok(VerificationReport { url: context.url(), requests: context.requests(), rules })
    }
}
