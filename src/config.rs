//! Everything that a server can be told, checked: the command line makes one, and so does a test.

use crate::contract::Timestamp;
use crate::fixture::EntrySource;
use crate::keys::KeySource;
use crate::rate::RateLimit;

/// How a server starts. The default is what `cortex-audit-mock` without flags serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the entries come from.
    pub entries: Vec<EntrySource>,
    /// Where the API keys come from.
    pub keys: KeySource,
    /// Freezes the clock at this instant; `None` follows the system's.
    pub now: Option<Timestamp>,
    /// How often a client may ask, unless its key says otherwise.
    pub rate_limit: RateLimit,
    /// Whether what the contract does not list is refused instead of reported.
    pub strict: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            entries: vec![EntrySource::BuiltIn],
            keys: KeySource::BuiltIn,
            now: None,
            rate_limit: RateLimit::default(),
            strict: false,
        }
    }
}
