//! Pseudonyms for all names in a recording, so that it can be shared and committed.
//!
//! A value is taken apart into words, numbers, hexadecimal identifiers and addresses. Each has one pseudonym wherever
//! it occurs, which a key decides: `priya.raghunathan@brightwave.io`, her key `priya-laptop` and the integration
//! `brightwave-jira` still belong together afterwards. No word of the originals is left, not even a harmless one: what
//! is harmless cannot be told from here. What stays is what the API itself says: actions, object types, actor types,
//! request types, times, and the order and number of entries.

mod address;
mod candidates;
mod lists;
mod mapping;
mod originals;
mod parts;
mod secret;

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::contract::Entry;
use mapping::Mapping;

pub use secret::Secret;

/// Replaces every name in entries by a pseudonym. One secret gives the same pseudonyms whatever the order of the entries.
///
/// ```
/// use cortex_audit_mock::contract::Timestamp;
/// use cortex_audit_mock::internal::fixture;
/// use cortex_audit_mock::internal::pseudonym::{Secret, pseudonymize};
///
/// let recorded = r#"[
///   {"action": "UPDATE", "objectType": "SERVICE", "objectIdentifier": "checkout-api", "timestamp": "now",
///    "actorIdentifier": "priya.raghunathan@brightwave.io", "ipAddress": "192.0.2.14"},
///   {"action": "DELETE", "objectType": "CORTEX_USER", "objectIdentifier": "priya.raghunathan@brightwave.io",
///    "timestamp": "now"}
/// ]"#;
/// let entries = fixture::read("recorded.json", recorded, Timestamp::now()).unwrap().entries;
/// let others = pseudonymize(entries, &Secret::random());
///
/// let person = others[0].actor_identifier.clone().unwrap();
/// assert_eq!(others[1].object_identifier, person);
/// assert!(person.ends_with(".example") && !person.contains("priya"));
/// assert_eq!(others[0].object_type, "SERVICE");
/// ```
#[must_use]
pub fn pseudonymize(mut entries: Vec<Entry>, secret: &Secret) -> Vec<Entry> {
    let pseudonyms = pseudonyms(&mut entries, secret);
    for value in entries.iter_mut().flat_map(Entry::identifying_texts_mut) {
        if let Some(pseudonym) = pseudonyms.get(value.as_str()) {
            value.clone_from(pseudonym);
        }
    }
    entries
}

fn pseudonyms(entries: &mut [Entry], secret: &Secret) -> HashMap<String, String> {
    let values = entries.iter_mut().flat_map(Entry::identifying_texts_mut).map(|value| value.as_str());
    // First without order: most values come many times.
    let distinct: HashSet<&str> = values.collect();
    let distinct: BTreeSet<&str> = distinct.into_iter().collect();
    Mapping::new(&distinct, secret).apply(distinct)
}
