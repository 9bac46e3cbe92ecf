//! The check of fault rules against the server that they are for, whether they come from a file or from a request.

use crate::fault::{FaultRule, RequestMatcher};
use crate::json_file::{FileError, FileErrors};
use crate::keys::Keys;

/// Longest path and query of a request, in bytes: the next power of two above the usual limit of gateways.
pub(crate) const MAX_URI_BYTES: usize = 16 * 1024;

/// Checks rules from a file or a body of this name. In place of a key's token a rule then has the key's name.
///
/// # Errors
/// Every rule that can match no request.
pub(crate) fn check(rules: &mut [FaultRule], file: &str, keys: &Keys) -> Result<(), FileErrors> {
    let are_many = rules.len() > 1;
    let mut errors = Vec::new();
    for (number, rule) in (1..).zip(rules) {
        let wrong = |field: &str, reason: String| FileError {
            item: are_many.then(|| format!("fault {number}")),
            field: Some(field.to_owned()),
            ..FileError::whole_file(file, reason)
        };
        let RequestMatcher { key, page: _, query } = &mut rule.matcher;
        let query_bytes: usize = query.iter().map(|(name, value)| name.len() + value.len()).sum();
        if query_bytes > MAX_URI_BYTES {
            let reason =
                format!("is {query_bytes} bytes long; no request has more than {MAX_URI_BYTES} of path and query");
            errors.push(wrong("match.query", reason));
        }
        if let Some(key) = key {
            match keys.resolve_name(key) {
                Ok(name) => *key = name,
                Err(error) => errors.push(wrong("match.key", error.to_string())),
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(FileErrors(errors)) }
}
