//! The state behind the router: keys and sessions, loaded and ready to serve.

mod fault_check;
mod reload;
mod server_data;
mod wrong_tokens;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use axum::http::uri::Scheme;
use parking_lot::{Mutex, RwLock};
use tokio::sync::{Semaphore, watch};

use crate::config::{Admin, BasePath, Config, CorsOrigin, HostPattern};
use crate::fixture::LoadProgress;
use crate::json_file::FileErrors;
use crate::keys::Keys;
use crate::redact::Secret;
use crate::world::live_source::LiveSource;
use crate::world::template::WorldTemplate;
use crate::world::{Scenario, SessionName, Sessions, Settings, World};
use server_data::ServerData;
use wrong_tokens::WrongTokens;

pub(crate) use fault_check::{MAX_URI_BYTES, check as check_faults};
pub(crate) use reload::{Reload, ReloadError, ReloadHook};

/// Memory for the bodies that are kept while requests are in progress, of all connections together, in bytes.
pub(crate) const MAX_BODY_MEMORY_BYTES: usize = 64 * 1024 * 1024;
/// The part of it that only small bodies use, so that they do not wait for large ones, which may arrive slowly.
const SMALL_BODY_MEMORY_BYTES: usize = 8 * 1024 * 1024;
/// The largest small body, in bytes.
pub(crate) const SMALL_BODY_BYTES: usize = 128 * 1024;

/// Keys, sessions and access to the control plane; clones share them.
#[derive(Debug, Clone)]
pub struct AppState {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Replaced as a whole; a request takes them once.
    keys: RwLock<Arc<Keys>>,
    sessions: Sessions,
    admin: Admin,
    /// The token of the control plane.
    admin_secret: Option<Secret>,
    wrong_tokens: WrongTokens,
    allowed_hosts: Vec<HostPattern>,
    cors: Vec<CorsOrigin>,
    base_path: BasePath,
    /// Whether sessions start with entries of the user's own.
    has_own_entries: bool,
    endpoint: OnceLock<Endpoint>,
    work_limits: WorkLimits,
    body_memory: BodyMemory,
    /// What was loaded last. Locked during a reload, so that of two the later one holds.
    data: Mutex<ServerData>,
    reload_hook: OnceLock<Box<dyn ReloadHook>>,
    /// Whether responses without an end are to end.
    streams_ended: watch::Sender<bool>,
}

/// The memory for bodies that is free; a permit is a byte.
#[derive(Debug)]
struct BodyMemory {
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
}

impl Default for BodyMemory {
    fn default() -> Self {
        let [small, large] = [SMALL_BODY_MEMORY_BYTES, MAX_BODY_MEMORY_BYTES - SMALL_BODY_MEMORY_BYTES];
        Self { small: Arc::new(Semaphore::new(small)), large: Arc::new(Semaphore::new(large)) }
    }
}

/// Where a server listens.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub address: SocketAddr,
    pub scheme: Scheme,
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
    /// Requests to the operation with a long query.
    pub long_queries: Arc<Semaphore>,
}

impl Default for WorkLimits {
    fn default() -> Self {
        let limit = |permits| Arc::new(Semaphore::new(permits));
        // Half of the processors are left to requests.
        let verdicts = std::thread::available_parallelism().map_or(1, |processors| processors.get().div_ceil(2));
        Self { verdicts: limit(verdicts), comparisons: limit(2), short_work: limit(2), long_queries: limit(2) }
    }
}

impl AppState {
    /// Loads the entries and keys that the configuration names.
    ///
    /// # Errors
    /// All errors of all files together.
    pub fn load(config: &Config) -> Result<Self, FileErrors> {
        Self::load_with_token(config, &()).map(|(state, _)| state)
    }

    /// Like [`Self::load`]; returns the token of the first key that may view audit logs, too, for a client of this server.
    /// It is kept nowhere else.
    pub(crate) fn load_with_token(
        config: &Config,
        progress: &dyn LoadProgress,
    ) -> Result<(Self, Option<String>), FileErrors> {
        let (data, token) = ServerData::load(config, progress)?;
        if config.max_entries == 0 && (config.live.is_some() || config.scenario.is_some_and(Scenario::adds_entries)) {
            tracing::warn!("no entry can be added (--max-entries 0), so live activity and scenarios add nothing");
        }
        let template = WorldTemplate {
            live_source: Arc::new(LiveSource::new(Arc::clone(&data.base), config.seed)),
            base: Arc::clone(&data.base),
            now: config.now,
            settings: Settings { rate_limit: config.rate_limit, strict: config.strict, offsets: config.offsets },
            live: config.live,
            scenario: config.scenario,
            key_faults: data.key_faults(),
            faults: data.faults.clone(),
            // A store numbers its entries with 32 bits.
            max_entries: u32::try_from(config.max_entries).unwrap_or(u32::MAX) as usize,
            seed: config.seed,
        };
        let admin = config.admin.clone();
        let inner = Inner {
            keys: RwLock::new(Arc::clone(&data.keys)),
            sessions: Sessions::new(template),
            admin_secret: match &admin {
                Admin::Token(token) => Some(Secret::new(token.as_bytes())),
                Admin::Open | Admin::Off => None,
            },
            admin,
            wrong_tokens: WrongTokens::default(),
            allowed_hosts: config.allowed_hosts.clone(),
            cors: config.cors.clone(),
            base_path: config.base_path.clone(),
            has_own_entries: config.has_own_entries(),
            endpoint: OnceLock::new(),
            work_limits: WorkLimits::default(),
            body_memory: BodyMemory::default(),
            data: Mutex::new(data),
            reload_hook: OnceLock::new(),
            streams_ended: watch::Sender::new(false),
        };
        Ok((Self { inner: Arc::new(inner) }, token))
    }

    /// Adds files that are read again with the others; of several hooks the first counts.
    pub(crate) fn set_reload_hook(&self, hook: Box<dyn ReloadHook>) {
        let _ = self.inner.reload_hook.set(hook);
    }

    /// Reads the files again, and logs the result. Keys and certificate hold from now on, entries and fault rules in new
    /// sessions, and in others from their next reset. Takes as long as the files are large.
    ///
    /// # Errors
    /// Everything that is wrong; then nothing has changed.
    pub(crate) fn reload(&self) -> Result<Reload, ReloadError> {
        let reloaded = self.try_reload();
        match &reloaded {
            Ok(reload) => tracing::info!("{reload}"),
            Err(error @ ReloadError::NoFiles) => tracing::warn!("{error}"),
            Err(ReloadError::Files(errors)) => {
                tracing::error!("nothing was read again, and all stays as it was: {}\n{errors}", errors.counted());
            }
        }
        reloaded
    }

    fn try_reload(&self) -> Result<Reload, ReloadError> {
        let Inner { keys, sessions, data, reload_hook, .. } = &*self.inner;
        let mut data = data.lock();
        let hook = reload_hook.get();
        let files: Vec<String> = data.files().into_iter().chain(hook.iter().flat_map(|hook| hook.files())).collect();
        if files.is_empty() {
            return Err(ReloadError::NoFiles);
        }
        let (new, apply_hook) = match (data.reload(), hook.map(|hook| hook.read()).transpose()) {
            (Ok(new), Ok(apply_hook)) => (new, apply_hook),
            (new, of_hook) => {
                let errors = new.err().into_iter().chain(of_hook.err()).flat_map(|errors| errors.0);
                return Err(ReloadError::Files(FileErrors(errors.collect())));
            }
        };
        let old = WorldTemplate::clone(&sessions.template());
        sessions.set_template(WorldTemplate {
            live_source: Arc::new(LiveSource::new(Arc::clone(&new.base), old.seed)),
            base: Arc::clone(&new.base),
            key_faults: new.key_faults(),
            faults: new.faults.clone(),
            ..old
        });
        *keys.write() = Arc::clone(&new.keys);
        if let Some(apply) = apply_hook {
            apply();
        }
        let reload = Reload { files, keys: new.keys.list().len(), entries: sessions.template().base.len() };
        *data = new;
        Ok(reload)
    }

    /// The API keys.
    #[must_use]
    pub fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.inner.keys.read())
    }

    /// The token of the control plane, if it has one.
    pub(crate) fn admin_secret(&self) -> Option<&Secret> {
        self.inner.admin_secret.as_ref()
    }

    /// The free part of the memory for a body of this many bytes; a permit is a byte.
    pub(crate) fn body_memory(&self, bytes: usize) -> &Arc<Semaphore> {
        let BodyMemory { small, large } = &self.inner.body_memory;
        if bytes <= SMALL_BODY_BYTES { small } else { large }
    }

    /// The access to the control plane.
    #[must_use]
    pub fn admin(&self) -> &Admin {
        &self.inner.admin
    }

    /// Ends the responses that would have no end, so that the server can stop.
    pub(crate) fn end_streams(&self) {
        self.inner.streams_ended.send_replace(true);
    }

    /// Completes when responses without an end are to end.
    pub(crate) async fn streams_ended(&self) {
        let mut ended = self.inner.streams_ended.subscribe();
        // Fails only when the sender, which lies beside it, is dropped.
        let _ = ended.wait_for(|ended| *ended).await;
    }

    /// Sets where the server listens; the first call counts. Unset, requests come in-process.
    pub(crate) fn set_endpoint(&self, endpoint: Endpoint) {
        let _ = self.inner.endpoint.set(endpoint);
    }

    /// The scheme under which the server is reached.
    pub(crate) fn scheme(&self) -> Scheme {
        self.inner.endpoint.get().map_or(Scheme::HTTP, |endpoint| endpoint.scheme.clone())
    }

    /// Whether the API is guarded against web pages: only programs of this machine are meant to reach entries of the user's own,
    /// and a page knows the tokens of the built-in keys. Entries that were added to any session count until the server stops.
    pub(crate) fn guards_api(&self) -> bool {
        let Inner { has_own_entries, sessions, endpoint, keys, .. } = &*self.inner;
        let is_local = |endpoint: &Endpoint| endpoint.address.ip().is_loopback();
        (*has_own_entries || sessions.has_added_entries())
            && endpoint.get().is_some_and(is_local)
            && keys.read().have_public_token()
    }

    /// Host names that are accepted beside those that nobody can point at this machine.
    pub(crate) fn allowed_hosts(&self) -> &[HostPattern] {
        &self.inner.allowed_hosts
    }

    /// The origins of which web pages may call the API.
    pub(crate) fn cors(&self) -> &[CorsOrigin] {
        &self.inner.cors
    }

    /// The path below which the server has all its URLs.
    pub(crate) fn base_path(&self) -> &BasePath {
        &self.inner.base_path
    }

    pub(crate) fn wrong_tokens(&self) -> &WrongTokens {
        &self.inner.wrong_tokens
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
