//! The values of a header of a request, without a hash of its name.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The values of a header. A request has so few headers that comparing their names costs less than hashing one, as
/// [`HeaderMap::get_all`] does.
pub fn header_values(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &HeaderValue> {
    headers.iter().filter(move |(other, _)| **other == name).map(|(_, value)| value)
}
