//! Pseudonyms for all names in a recording, so that it can be shared and committed.
//!
//! A value is split into words, numbers, hexadecimal identifiers and addresses (`parts`). Each has one pseudonym wherever it
//! occurs, which a secret decides (`mapping`): `priya.raghunathan@brightwave.io`, her key `priya-laptop` and the integration
//! `brightwave-jira` still belong together. No word of the originals is left, not even a harmless one: a program cannot know
//! which words are harmless. Actions, object types, actor types, request types, times, and the order and number of entries
//! stay.

mod address;
mod candidates;
mod mapping;
mod originals;
mod parts;
mod secret;

use std::collections::{BTreeSet, HashSet};

use crate::contract::Entry;
use mapping::Mapping;

pub use secret::Secret;

/// Replaces every name in the entries by a pseudonym. The same secret gives the same pseudonyms in any order of the entries.
///
/// `Entry::identifying_texts_mut` lists the texts that are replaced; a new field of an entry does not compile until it is
/// decided whether it is one.
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
pub fn pseudonymize(mut entries: Vec<Entry>, secret: &Secret) -> Vec<Entry> {
    // First without order: most values occur many times.
    let values: HashSet<&str> = entries.iter_mut().flat_map(Entry::identifying_texts_mut).map(|text| &**text).collect();
    let values: BTreeSet<&str> = values.into_iter().collect();
    let pseudonyms = Mapping::new(&values, secret).apply(values);
    for text in entries.iter_mut().flat_map(Entry::identifying_texts_mut) {
        if let Some(pseudonym) = pseudonyms.get(text.as_str()) {
            text.clone_from(pseudonym);
        }
    }
    entries
}
