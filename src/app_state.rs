//! The state behind the router: keys and sessions, loaded and ready to serve.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::config::{Admin, Config};
use crate::contract::Timestamp;
use crate::fault::{FaultRule, RequestMatcher};
use crate::fixture;
use crate::json_file::FileErrors;
use crate::keys::{self, Keys};
use crate::redact::Secret;
use crate::store::BaseSegmentBuilder;
use crate::world::live_source::LiveSource;
use crate::world::template::WorldTemplate;
use crate::world::{SessionName, Sessions, Settings, World};

/// Memory for the bodies that are kept while requests are in progress, of all connections together, in bytes.
pub(crate) const MAX_BODY_MEMORY_BYTES: usize = 64 * 1024 * 1024;

/// Keys, sessions and access to the control plane; clones share them.
#[derive(Debug, Clone)]
pub struct AppState {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    keys: Keys,
    sessions: Sessions,
    admin: Admin,
    /// The token of the control plane.
    admin_secret: Option<Secret>,
    work_limits: WorkLimits,
    body_memory: Arc<Semaphore>,
}

/// How much long work a server does at a time.
#[derive(Debug)]
pub(crate) struct WorkLimits {
    /// Verdicts that are computed; each may take a processor for seconds.
    pub verdicts: Arc<Semaphore>,
    /// Sinks that are compared; they may arrive slowly.
    pub comparisons: Arc<Semaphore>,
    /// Summaries, lists of the journal, and bodies with entries.
    pub short_work: Arc<Semaphore>,
}

impl Default for WorkLimits {
    fn default() -> Self {
        let two = || Arc::new(Semaphore::new(2));
        Self { verdicts: two(), comparisons: two(), short_work: two() }
    }
}

impl AppState {
    /// Loads the entries and keys that the configuration names.
    ///
    /// # Errors
    /// All errors of all files together.
    pub fn load(config: &Config) -> Result<Self, FileErrors> {
        Self::load_with_token(config).map(|(state, _)| state)
    }

    /// Like [`Self::load`]; returns the token of the first key that may view audit logs, too, for a client of this server.
    /// It is kept nowhere else.
    pub(crate) fn load_with_token(config: &Config) -> Result<(Self, Option<String>), FileErrors> {
        let now = config.now.unwrap_or_else(Timestamp::now);
        let mut base = BaseSegmentBuilder::default();
        let loaded = fixture::load_into(&mut |entry| base.push(entry), &config.sources(), now);
        let ((keys, token), ignored_fields) = match (keys::load_with_token(&config.keys, now), loaded) {
            (Ok(keys), Ok(ignored_fields)) => (keys, ignored_fields),
            (keys, loaded) => {
                let errors = keys.err().into_iter().chain(loaded.err());
                return Err(FileErrors(errors.flat_map(|errors| errors.0).collect()));
            }
        };
        for (field, count) in &ignored_fields {
            tracing::warn!("the entries have a field \"{field}\" that this version does not know; ignored in {count}");
        }
        let base = Arc::new(base.finish());
        if base.is_empty() {
            tracing::warn!("there are no entries: every answer is empty until some are added");
        }
        if !keys.list().iter().any(|key| key.has_permission(keys::VIEW_AUDIT_LOGS)) {
            tracing::warn!("no key may view audit logs: every answer is a 401 or 403");
        }
        let start = WorldTemplate {
            live_source: Arc::new(LiveSource::new(Arc::clone(&base), config.seed)),
            base,
            now: config.now,
            settings: Settings { rate_limit: config.rate_limit, strict: config.strict },
            live: config.live,
            scenario: config.scenario,
            faults: faults_of(&keys).chain(config.faults.iter().cloned()).collect(),
            // A store numbers its entries with 32 bits.
            max_entries: u32::try_from(config.max_entries).unwrap_or(u32::MAX) as usize,
            seed: config.seed,
        };
        let admin = config.admin.clone();
        let admin_secret = match &admin {
            Admin::Token(token) => Some(Secret::new(token.as_bytes())),
            Admin::Open | Admin::Off => None,
        };
        let (sessions, work_limits) = (Sessions::new(start), WorkLimits::default());
        let body_memory = Arc::new(Semaphore::new(MAX_BODY_MEMORY_BYTES));
        let inner = Inner { keys, sessions, admin, admin_secret, work_limits, body_memory };
        Ok((Self { inner: Arc::new(inner) }, token))
    }

    /// The API keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    /// The token of the control plane, if it has one.
    pub(crate) fn admin_secret(&self) -> Option<&Secret> {
        self.inner.admin_secret.as_ref()
    }

    /// Whether a text, as it is, contains a token of this server with at least this many characters: of a key or of the
    /// control plane.
    pub(crate) fn has_token_in(&self, text: &[u8], min_length: usize) -> bool {
        let admin = self.admin_secret().filter(|secret| secret.len() >= min_length);
        admin.is_some_and(|secret| secret.is_in_form(text)) || self.keys().has_token_in(text, min_length)
    }

    /// The free part of the memory for bodies; a permit is a byte.
    pub(crate) fn body_memory(&self) -> &Arc<Semaphore> {
        &self.inner.body_memory
    }

    /// The access to the control plane.
    #[must_use]
    pub fn admin(&self) -> &Admin {
        &self.inner.admin
    }

    pub(crate) fn work_limits(&self) -> &WorkLimits {
        &self.inner.work_limits
    }

    /// The sessions.
    #[must_use]
    pub fn sessions(&self) -> &Sessions {
        &self.inner.sessions
    }

    /// The world of the default session.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        self.inner.sessions.world(None)
    }

    /// The world of a session, created on first use.
    #[must_use]
    pub fn session(&self, name: &SessionName) -> Arc<World> {
        self.inner.sessions.world(Some(name))
    }
}

/// The fault rules of all keys; each matches only its own key.
fn faults_of(keys: &Keys) -> impl Iterator<Item = FaultRule> {
    let of_key = |rule: &FaultRule, name: &str| FaultRule {
        matcher: RequestMatcher { key: Some(name.to_owned()), ..rule.matcher.clone() },
        ..rule.clone()
    };
    keys.list().iter().flat_map(move |key| key.faults.iter().map(move |rule| of_key(rule, &key.name)))
}
