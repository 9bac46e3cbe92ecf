//! The settings of a world.

use crate::contract::query::Offsets;
use crate::rate::RateLimit;

/// The settings that can be changed while a world is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The rate limit of each client; a key's own limit overrides it.
    pub rate_limit: RateLimit,
    /// Whether a query that breaks the contract is rejected (400) instead of reported in the journal.
    pub strict: bool,
    /// What happens to the offset of a date-time, unless it is `Z`.
    pub offsets: Offsets,
}
