//! The rule of each place of a document, and where Cortex publishes something else than this mock implements.
//! `places.json` has both.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::facts::{Facts, is_within};
use super::report::Subject;
use crate::contract::{RULES, Rule};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Places {
    /// The identifier of the rule of each place and what is in it; of several, the longest place counts.
    rules: BTreeMap<String, String>,
    /// Keywords of a parameter that have a rule of their own, with that rule.
    rules_of_keywords: BTreeMap<String, String>,
    /// Places of this mock's document that Cortex does not publish.
    not_published: Vec<String>,
    /// Keywords that Cortex publishes with other values; `null` for those that it does not publish.
    published_otherwise: BTreeMap<String, Map<String, Value>>,
}

static PLACES: LazyLock<Places> =
    LazyLock::new(|| serde_json::from_str(include_str!("places.json")).expect("the places of the document"));

/// The rule of a place, or of one of its keywords.
pub fn rule_of(subject: &Subject) -> &'static Rule {
    let of_keyword = subject.keyword.as_ref().and_then(|keyword| PLACES.rules_of_keywords.get(keyword));
    let name = subject.name();
    let places = PLACES.rules.iter().filter(|(place, _)| is_within(&name, place));
    let id = of_keyword.or_else(|| places.max_by_key(|(place, _)| place.len()).map(|(_, id)| id));
    let rule = RULES.iter().find(|rule| Some(&rule.id) == id.map(String::as_str).as_ref());
    rule.unwrap_or_else(|| panic!("places.json has no rule of {name}"))
}

/// The rules that a document can show, in the order of the fidelity table.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(|rule| PLACES.rules.values().chain(PLACES.rules_of_keywords.values()).any(|id| id == rule.id))
}

/// Turns the facts of this mock's document into those that Cortex publishes.
pub fn apply_deviations(facts: &mut Facts) {
    facts.retain(|place, _| !PLACES.not_published.iter().any(|absent| is_within(place, absent)));
    for (place, keywords) in &PLACES.published_otherwise {
        let published = facts.entry(place.clone()).or_default();
        for (keyword, value) in keywords {
            if value.is_null() {
                published.remove(keyword);
            } else {
                published.insert(keyword.clone(), value.clone());
            }
        }
    }
}
