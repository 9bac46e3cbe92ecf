//! Values of the sample to filter by.

use std::collections::BTreeSet;

use crate::verify::context::ObservedEntry;

/// An identifier that no object has.
pub const NOBODY: &str = "cortex-audit-mock-verify-nobody";
/// The object types that the reference page and the OpenAPI document name.
pub const PUBLISHED: [&str; 6] =
    ["CATALOG", "TEAM", "AWS_CONFIGURATION", "BITBUCKET_CONFIGURATION", "SERVICE", "SCORECARD"];

/// A value of a field that some entries have and others do not.
pub fn distinguishing_value(sample: &[ObservedEntry], field: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
    let values: BTreeSet<&str> = sample.iter().filter_map(|entry| entry.text(field)).collect();
    let distinguishes = |value: &&str| fits(value) && sample.iter().any(|entry| !entry.has(field, value));
    values.into_iter().find(distinguishes).map(str::to_owned)
}

/// Up to three identifiers of objects: words that are not part of another identifier, so that a server whose matching is
/// not exact finds the same entries. None when an entry has no identifier.
pub fn plain_identifiers(sample: &[ObservedEntry]) -> Vec<String> {
    const MAX_COUNT: usize = 3;

    let identifiers: Option<BTreeSet<&str>> = sample.iter().map(|entry| entry.text("objectIdentifier")).collect();
    let identifiers = identifiers.unwrap_or_default();
    let folded: BTreeSet<String> = identifiers.iter().map(|value| value.to_ascii_lowercase()).collect();
    if folded.len() < 2 {
        return Vec::new();
    }
    let is_apart = |value: &str| {
        let value = value.to_ascii_lowercase();
        folded.iter().filter(|other| other.contains(&value)).count() == 1
    };
    let plain = identifiers.into_iter().filter(|value| is_plain(value) && is_apart(value));
    plain.take(MAX_COUNT).map(str::to_owned).collect()
}

/// Whether a value is one word, which no query string encodes, and has letters.
fn is_plain(value: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    value.len() > 3 && value.bytes().all(is_unreserved) && value.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Whether an identifier is a name, not a number or UUID.
pub fn is_readable(identifier: &str) -> bool {
    let is_number = identifier.bytes().all(|byte| byte.is_ascii_digit());
    !is_number && uuid::Uuid::parse_str(identifier).is_err()
}
