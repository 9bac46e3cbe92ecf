//! What a verification found: of each rule an outcome, as a table for people and as JSON for programs.

use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::contract::Rule;
use crate::text::plural;

/// What a verification found. `Display` is the table, `Serialize` the JSON.
#[derive(Debug, Clone)]
pub struct VerificationReport {
    /// The address of the operation.
    pub url: String,
    /// How many requests it took.
    pub requests: usize,
    /// Every rule, in the order of the fidelity table.
    pub rules: Vec<RuleOutcome>,
}

/// What is told of a rule.
#[derive(Debug, Clone)]
pub struct RuleOutcome {
    /// The rule.
    pub rule: &'static Rule,
    /// What the answers tell of it.
    pub outcome: Outcome,
}

/// What the answers tell of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server keeps it.
    Agrees {
        /// What showed it.
        evidence: String,
    },
    /// The server does not keep it.
    Mismatch(Mismatch),
    /// The answers do not show it.
    Inconclusive {
        /// What is missing.
        why: String,
    },
}

/// A request that a server answers differently than the contract says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The request, without any token.
    pub request: String,
    /// What the contract says.
    pub expected: String,
    /// What the server answered.
    pub answered: String,
}

impl Outcome {
    /// `agrees`, `differs` or `cannot tell`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Agrees { .. } => "agrees",
            Self::Mismatch(_) => "differs",
            Self::Inconclusive { .. } => "cannot tell",
        }
    }
}

impl VerificationReport {
    /// The rules that the server keeps.
    pub fn agreements(&self) -> impl Iterator<Item = &RuleOutcome> {
        self.rules.iter().filter(|told| matches!(told.outcome, Outcome::Agrees { .. }))
    }

    /// The rules that it does not keep.
    pub fn mismatches(&self) -> impl Iterator<Item = &RuleOutcome> {
        self.rules.iter().filter(|told| matches!(told.outcome, Outcome::Mismatch(_)))
    }

    /// The rules that the answers do not show.
    pub fn inconclusive(&self) -> impl Iterator<Item = &RuleOutcome> {
        self.rules.iter().filter(|told| matches!(told.outcome, Outcome::Inconclusive { .. }))
    }

    fn sum(&self) -> String {
        let (agree, differ, untold) = (self.agreements().count(), self.mismatches().count(), self.inconclusive().count());
        format!(
            "{agree} agree, {differ} {}, {untold} cannot be told; {} requests to {}",
            plural(differ, "differs", "differ"),
            self.requests,
            self.url
        )
    }
}

/// A line a rule; of a difference, three more.
impl fmt::Display for VerificationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for RuleOutcome { rule, outcome } in &self.rules {
            write!(f, "{:<23}  {:<18}  {:<11}", rule.id, rule.source.as_str(), outcome.as_str())?;
            match outcome {
                Outcome::Agrees { evidence: text } | Outcome::Inconclusive { why: text } => writeln!(f, "  {text}")?,
                Outcome::Mismatch(Mismatch { request, expected, answered }) => {
                    writeln!(f, "  {}", rule.text)?;
                    writeln!(f, "    request:  {request}")?;
                    writeln!(f, "    expected: {expected}")?;
                    writeln!(f, "    answered: {answered}")?;
                }
            }
        }
        writeln!(f, "{}", self.sum())
    }
}

impl Serialize for VerificationReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("url", &self.url)?;
        map.serialize_entry("requests", &self.requests)?;
        map.serialize_entry("agrees", &self.agreements().count())?;
        map.serialize_entry("differs", &self.mismatches().count())?;
        map.serialize_entry("cannotTell", &self.inconclusive().count())?;
        map.serialize_entry("rules", &self.rules)?;
        map.end()
    }
}

impl Serialize for RuleOutcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("rule", self.rule.id)?;
        map.serialize_entry("source", self.rule.source.as_str())?;
        map.serialize_entry("outcome", self.outcome.as_str())?;
        match &self.outcome {
            Outcome::Agrees { evidence } => map.serialize_entry("evidence", evidence)?,
            Outcome::Inconclusive { why } => map.serialize_entry("why", why)?,
            Outcome::Mismatch(Mismatch { request, expected, answered }) => {
                map.serialize_entry("request", request)?;
                map.serialize_entry("expected", expected)?;
                map.serialize_entry("answered", answered)?;
            }
        }
        map.end()
    }
}
