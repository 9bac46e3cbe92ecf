//! The fidelity table: every rule of the contract that this mock keeps, with its source. `rules.json` has them.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::text::word_enum;

word_enum! {
    /// The source of a rule, with its word in the fidelity table.
    pub enum Source {
        /// The published reference page or OpenAPI document says so.
        Documented = "documented",
        /// The official client behaves so, and its own tests rely on it.
        Client = "client",
        /// Partly documented, partly seen in the official client.
        DocumentedAndClient = "documented, client",
        /// Partly documented, partly assumed.
        DocumentedAndAssumed = "documented, assumed",
        /// Partly seen in the official client, partly assumed.
        ClientAndAssumed = "client, assumed",
        /// Neither says; the most likely choice.
        Assumed = "assumed",
    }
}

/// A rule of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Rule {
    /// Identifier in messages, tests and documentation, such as `PAGE-BOUNDS`.
    pub id: &'static str,
    /// Source of the rule.
    pub source: Source,
    /// Day of the source: that of its publication if known, else the day on which it was last read.
    pub date: &'static str,
    /// Text of the rule, in Markdown.
    pub text: String,
    /// Reason to doubt a rule in spite of its source, such as an older edition that says otherwise.
    pub doubt: Option<String>,
}

impl Rule {
    /// Whether only a Cortex API can show if the rule is right: it is assumed, in part or whole, or there is a doubt about it.
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        match self.source {
            Source::Assumed | Source::DocumentedAndAssumed | Source::ClientAndAssumed => true,
            Source::Documented | Source::Client | Source::DocumentedAndClient => self.doubt.is_some(),
        }
    }
}

/// Every rule, in the order of a request and its answer.
pub static RULES: LazyLock<Vec<Rule>> =
    LazyLock::new(|| serde_json::from_str(include_str!("rules.json")).expect("the rules"));
