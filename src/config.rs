//! Everything that a server can be told, checked: the command line makes one, and so does a test.

use std::fmt;

use crate::contract::Timestamp;
use crate::fixture::EntrySource;
use crate::keys::KeySource;
use crate::rate::RateLimit;
use crate::world::{Activity, Scenario};

/// How a server starts. The default is what `cortex-audit-mock` without flags serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the entries come from.
    pub entries: Vec<EntrySource>,
    /// So many generated entries of the thirty days up to the start, beside those of [`Config::entries`].
    pub generate: Option<u64>,
    /// Where the API keys come from.
    pub keys: KeySource,
    /// Freezes the clock at this instant; `None` follows the system's.
    pub now: Option<Timestamp>,
    /// How often a client may ask, unless its key says otherwise.
    pub rate_limit: RateLimit,
    /// Whether what the contract does not list is refused instead of reported.
    pub strict: bool,
    /// New entries over time; `None` is none.
    pub live: Option<Activity>,
    /// Data that moves on demand, in every session from its start; `None` is none.
    pub scenario: Option<Scenario>,
    /// What decides everything that is left to chance.
    pub seed: u64,
    /// Who may steer it.
    pub admin: Admin,
}

/// Who may use the control plane.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum Admin {
    /// Everybody who reaches the port, except pages of other sites in a browser.
    #[default]
    Open,
    /// Whoever sends this as a bearer token.
    Token(String),
    /// Nobody: it is left out, but for the health check.
    Off,
}

/// Shows no token.
impl fmt::Debug for Admin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "Open",
            Self::Token(_) => "Token(…)",
            Self::Off => "Off",
        })
    }
}

impl Config {
    /// Every source of entries.
    pub(crate) fn sources(&self) -> Vec<EntrySource> {
        let generated = self.generate.map(|count| EntrySource::Generated { count, seed: self.seed });
        self.entries.iter().cloned().chain(generated).collect()
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            entries: vec![EntrySource::BuiltIn],
            generate: None,
            keys: KeySource::BuiltIn,
            now: None,
            rate_limit: RateLimit::default(),
            strict: false,
            live: None,
            scenario: None,
            seed: 42,
            admin: Admin::Open,
        }
    }
}
