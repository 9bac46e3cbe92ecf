//! Faults as data: a rule says which requests it matches, what happens to them, and how often.
//!
//! A world decides whether a rule fires, because it counts the requests.

mod delay;
mod effect;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::contract::MAX_PAGE;
use crate::json_file::{Diagnostics, FileContent, FileErrors, JsonFile};

pub use delay::Delay;
pub use effect::{Effect, EffectType, RawBody};

/// A fault and the requests that it matches. Its JSON is what [`read_all`] reads, without what is not given.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FaultRule {
    /// What happens to a request.
    #[serde(flatten)]
    pub effect: Effect,
    /// Which requests it can happen to.
    #[serde(rename = "match", skip_serializing_if = "is_default")]
    pub matcher: RequestMatcher,
    /// How many matching requests are let through first.
    #[serde(skip_serializing_if = "is_default")]
    pub after: u64,
    /// How many times the rule fires at most; `None` is no limit.
    #[serde(skip_serializing_if = "is_default")]
    pub times: Option<u64>,
    /// Length of a cycle, in matching requests: each cycle counts `after` and `times` from 0 again. `None` is one cycle
    /// without end.
    #[serde(skip_serializing_if = "is_default")]
    pub cycle: Option<u64>,
    /// Probability that the rule fires, 0 to 1; decided by the seed, so that it is the same each time.
    #[serde(skip_serializing_if = "is_certain")]
    pub probability: f64,
}

/// The requests that a rule matches; what is not given matches every request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct RequestMatcher {
    /// The name of the key.
    #[serde(skip_serializing_if = "is_default")]
    pub key: Option<String>,
    /// The requested page; 0 also matches a request without one.
    #[serde(skip_serializing_if = "is_default")]
    pub page: Option<u32>,
    /// Query parameters, by the first value received.
    #[serde(skip_serializing_if = "is_default")]
    pub query: BTreeMap<String, String>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_certain(probability: &f64) -> bool {
    *probability >= 1.0
}

/// A rule that matches every request and always fires.
impl From<Effect> for FaultRule {
    fn from(effect: Effect) -> Self {
        Self { effect, matcher: RequestMatcher::default(), after: 0, times: None, cycle: None, probability: 1.0 }
    }
}

impl FaultRule {
    /// The fields in JSON, beside those of the effect.
    const FIELDS: [&str; 6] = ["type", "match", "after", "times", "cycle", "probability"];

    /// What is wrong with a rule that was built in Rust; `None` if it is valid. JSON is checked while it is read.
    fn flaw(&self) -> Option<&'static str> {
        let Self { effect, matcher: _, after: _, times, cycle, probability } = self;
        if let Some(flaw) = effect.flaw() {
            Some(flaw)
        } else if !(0.0..=1.0).contains(probability) {
            Some("a probability is 0 to 1")
        } else if *times == Some(0) || *cycle == Some(0) {
            Some("times and cycle are at least 1")
        } else {
            None
        }
    }

    /// The rule itself, if it makes sense.
    ///
    /// # Panics
    /// With the reason, when it does not: a test that asks for the impossible is wrong itself.
    pub(crate) fn checked(self) -> Self {
        match self.flaw() {
            None => self,
            Some(flaw) => panic!("the fault {:?} cannot be: {flaw}", self.effect),
        }
    }
}

/// Reads rules, and arrays of rules, one after the other.
///
/// ```
/// use cortex_audit_mock::fault;
///
/// let rules = fault::read_all("body", r#"{"type": "status", "status": 503, "times": 2}"#).unwrap();
/// assert_eq!(rules.len(), 1);
/// ```
///
/// # Errors
/// Everything that is wrong with the text.
pub fn read_all(name: &str, text: &str) -> Result<Vec<FaultRule>, FileErrors> {
    let mut diagnostics = Diagnostics::new(JsonFile::new(name, text));
    let mut rules = Vec::new();
    let documents = diagnostics.documents();
    if documents.is_empty() && diagnostics.errors.is_empty() {
        const EXPECTED: &str = "expected one fault such as {\"type\":\"status\",\"status\":503}, or an array";

        diagnostics.wrong(text, "", None, EXPECTED);
    }
    let are_many = documents.len() > 1 || documents.iter().any(|document| document.get().starts_with('['));
    let mut number = 0;
    for document in documents {
        if let Some(reason) = FileContent::FaultRules.mismatch(document) {
            diagnostics.wrong(document.get(), "", None, reason);
            continue;
        }
        let is_array = document.get().starts_with('[');
        let values = if is_array { diagnostics.array(document, "", "") } else { vec![document] };
        for value in values {
            number += 1;
            let item = if are_many { format!("fault {number}") } else { String::new() };
            rules.extend(read(value, &item, &mut diagnostics));
        }
    }
    diagnostics.into_result(rules)
}

/// Reads a rule that is part of a larger file.
pub(crate) fn read<'a>(value: &'a RawValue, item: &str, diagnostics: &mut Diagnostics<'a>) -> Option<FaultRule> {
    let errors_before = diagnostics.errors.len();
    let members = diagnostics.object(value, item)?;
    let effect = Effect::read(value, &members, item, &FaultRule::FIELDS, diagnostics);
    let matcher = members.get("match").and_then(|value| read_matcher(value, item, diagnostics)).unwrap_or_default();
    let rule = FaultRule {
        effect: effect?,
        matcher,
        after: diagnostics.integer(&members, item, "after", 0, u64::MAX).unwrap_or(0),
        times: diagnostics.integer(&members, item, "times", 1, u64::MAX),
        cycle: diagnostics.integer(&members, item, "cycle", 1, u64::MAX),
        probability: diagnostics.number(&members, item, "probability", 0.0, 1.0).unwrap_or(1.0),
    };
    (diagnostics.errors.len() == errors_before).then_some(rule)
}

fn read_matcher<'a>(value: &'a RawValue, item: &str, diagnostics: &mut Diagnostics<'a>) -> Option<RequestMatcher> {
    if value.get() == "null" {
        return None;
    }
    let members = diagnostics.object_in(value, item, "match", "{\"page\":2}")?;
    diagnostics.known_fields(&members, item, &["key", "page", "query"]);
    let mut matcher = RequestMatcher {
        key: diagnostics.optional(&members, item, "key").map(Cow::into_owned),
        page: diagnostics
            .integer(&members, item, "page", 0, u64::from(MAX_PAGE))
            .and_then(|page| u32::try_from(page).ok()),
        ..RequestMatcher::default()
    };
    if let Some(query) = members.get("query") {
        for (name, value) in diagnostics.object_in(query, item, "match.query", "{\"pageSize\":\"100\"}")?.0 {
            let field = format!("query.{name}");
            if let Some(text) = diagnostics.text(value, item, &field) {
                matcher.query.insert(name.into_owned(), text.into_owned());
            }
        }
    }
    Some(matcher)
}
