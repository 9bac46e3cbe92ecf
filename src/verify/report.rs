//! The outcome for each rule, as a table for people and as JSON for programs.

use std::fmt;

use serde::Serialize;

use crate::contract::{Rule, Source};
use crate::text::plural;

/// Outcome of a verification. `Display` is the table, `Serialize` the JSON.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerificationReport {
    /// Address of the operation.
    pub url: String,
    /// Number of requests sent.
    pub requests: usize,
    /// Number of rules that the server keeps.
    pub agrees: usize,
    /// Number of rules that it does not keep.
    pub differs: usize,
    /// Number of rules for which the responses show neither.
    pub cannot_tell: usize,
    /// Outcome for every rule, in the order of the fidelity table.
    pub rules: Vec<RuleOutcome>,
}

/// Outcome for one rule.
#[derive(Debug, Clone, Serialize)]
pub struct RuleOutcome {
    /// Identifier of the rule.
    pub rule: &'static str,
    /// Source of the rule.
    pub source: Source,
    /// Reason to doubt the rule in spite of its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doubt: Option<&'static str>,
    /// Text of the rule, in Markdown.
    #[serde(skip)]
    pub text: &'static str,
    /// What the responses show.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What the responses show of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome")]
pub enum Outcome {
    /// The server keeps the rule.
    #[serde(rename = "agrees")]
    Agrees {
        /// What shows it.
        evidence: String,
    },
    /// The server does not keep the rule.
    #[serde(rename = "differs")]
    Mismatch(Mismatch),
    /// The responses show neither.
    #[serde(rename = "cannot tell")]
    Inconclusive {
        /// What is missing.
        why: String,
    },
}

/// A request that the server answers differently than the contract says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// The request, without any token.
    pub request: String,
    /// What the contract says.
    pub expected: String,
    /// What the server answered.
    pub answered: String,
}

impl VerificationReport {
    pub(super) fn new(url: String, requests: usize, rules: Vec<RuleOutcome>) -> Self {
        let count = |has: fn(&Outcome) -> bool| rules.iter().filter(|rule| has(&rule.outcome)).count();
        let agrees = count(|outcome| matches!(outcome, Outcome::Agrees { .. }));
        let differs = count(|outcome| matches!(outcome, Outcome::Mismatch(_)));
        let cannot_tell = count(|outcome| matches!(outcome, Outcome::Inconclusive { .. }));
        Self { url, requests, agrees, differs, cannot_tell, rules }
    }
}

impl RuleOutcome {
    pub(super) fn new(rule: &'static Rule, outcome: Outcome) -> Self {
        Self { rule: rule.id, source: rule.source, doubt: rule.doubt.as_deref(), text: &rule.text, outcome }
    }
}

/// The table: a line for each rule, and three more for a mismatch.
impl fmt::Display for VerificationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for RuleOutcome { rule, source, doubt: _, text, outcome } in &self.rules {
            write!(f, "{rule:<23}  {:<19}  ", source.as_str())?;
            match outcome {
                Outcome::Agrees { evidence } => writeln!(f, "agrees       {evidence}")?,
                Outcome::Inconclusive { why } => writeln!(f, "cannot tell  {why}")?,
                Outcome::Mismatch(Mismatch { request, expected, answered }) => {
                    writeln!(f, "differs      {text}")?;
                    writeln!(f, "    request:  {request}")?;
                    writeln!(f, "    expected: {expected}")?;
                    writeln!(f, "    answered: {answered}")?;
                }
            }
        }
        let Self { url, requests, agrees, differs, cannot_tell, rules: _ } = self;
        let verb = plural(*differs, "differs", "differ");
        writeln!(f, "{agrees} agree, {differs} {verb}, {cannot_tell} cannot be told; {requests} requests to {url}")
    }
}
