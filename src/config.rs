//! The configuration of a server, parsed and checked; made by the command line, or by a test.

mod base_path;
mod host_pattern;
mod origin;
mod value_error;

use std::fmt;
use std::path::PathBuf;

use crate::contract::Timestamp;
use crate::contract::query::Offsets;
use crate::fault::FaultRule;
use crate::fixture::EntrySource;
use crate::keys::KeySource;
use crate::rate::RateLimit;
use crate::world::{Activity, Scenario};

pub use base_path::BasePath;
pub use host_pattern::HostPattern;
pub use origin::{CorsOrigin, Origin};
pub use value_error::ConfigValueError;

/// The configuration of a server. The default is that of `cortex-audit-mock` without flags.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The sources of the entries.
    pub entries: Vec<EntrySource>,
    /// The number of entries generated for the thirty days before the start, in addition to [`Config::entries`].
    pub generate: Option<u64>,
    /// The source of the API keys.
    pub keys: KeySource,
    /// The time at which the clock is frozen; `None` follows the system's clock.
    pub now: Option<Timestamp>,
    /// The rate limit of each client; a key's own limit overrides it.
    pub rate_limit: RateLimit,
    /// Whether a query that breaks the contract is rejected (400) instead of reported in the journal.
    pub strict: bool,
    /// What happens to the offset of a date-time, unless it is `Z`.
    pub offsets: Offsets,
    /// Object types that are known in addition to those of the contract and of the entries.
    pub object_types: Vec<String>,
    /// A file of further ones: one name a line, or a JSON array.
    pub object_type_file: Option<PathBuf>,
    /// The live feed: new entries over time.
    pub live: Option<Activity>,
    /// The scenario that every session starts with.
    pub scenario: Option<Scenario>,
    /// The fault rules that every session starts with, in addition to those of the keys.
    pub faults: Vec<FaultRule>,
    /// A file of further fault rules of every session: rules and arrays of rules, one after the other.
    pub fault_file: Option<PathBuf>,
    /// The number of entries that can be added to a session while the server runs, by the control plane, live activity and
    /// scenarios together.
    pub max_entries: u64,
    /// The random seed.
    pub seed: u64,
    /// The access to the control plane.
    pub admin: Admin,
    /// Host names that the control plane, and the API where it is guarded, accepts beside those of this machine and its network.
    pub allowed_hosts: Vec<HostPattern>,
    /// The origins of which web pages may call the API.
    pub cors: Vec<CorsOrigin>,
    /// The path below which the server has all its URLs.
    pub base_path: BasePath,
}

/// The access to the control plane.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum Admin {
    /// Open to every client that reaches the port, except web pages of other origins.
    #[default]
    Open,
    /// Open to requests with this bearer token.
    Token(String),
    /// Disabled, except for the health check.
    Off,
}

/// Redacts the token.
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
    /// The default of [`Config::max_entries`].
    pub const DEFAULT_MAX_ENTRIES: u64 = 1_000_000;

    /// All sources of entries, including generated ones.
    pub(crate) fn sources(&self) -> Vec<EntrySource> {
        let generated = self.generate.map(|count| EntrySource::Generated { count, seed: self.seed });
        self.entries.iter().cloned().chain(generated).collect()
    }

    /// Whether entries are the user's own, and not built in or generated.
    pub(crate) fn has_own_entries(&self) -> bool {
        let is_own = |source: &EntrySource| match source {
            EntrySource::Path(_) | EntrySource::StandardInput | EntrySource::Text(_) => true,
            EntrySource::BuiltIn | EntrySource::Generated { .. } => false,
        };
        self.entries.iter().any(is_own)
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
            offsets: Offsets::default(),
            object_types: Vec::new(),
            object_type_file: None,
            live: None,
            scenario: None,
            faults: Vec::new(),
            fault_file: None,
            max_entries: Self::DEFAULT_MAX_ENTRIES,
            seed: 42,
            admin: Admin::Open,
            allowed_hosts: Vec::new(),
            cors: Vec::new(),
            base_path: BasePath::default(),
        }
    }
}
