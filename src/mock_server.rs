//! `MockServer`: the server in the process of a test, on a free port, with typed access to its state.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::thread::JoinHandle;

use axum::http::uri::Scheme;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::app_state::{AppState, Endpoint};
use crate::config::{Admin, Config};
use crate::contract::query::Offsets;
use crate::fixture::EntrySource;
use crate::json_file::{FileError, FileErrors};
use crate::keys::KeySource;
use crate::rate::{Rate, RateLimit};
use crate::server::Tls;
use crate::world::verdict::{Judgement, Scope};
use crate::world::{Activity, Scenario, SessionName, Sessions, World};
use crate::{http, server};

/// A server on a free port of the loopback address. Dropping it stops it and frees the port. Servers share no state.
///
/// It runs on its own thread, so it serves blocking and asynchronous tests.
///
/// ```
/// use cortex_audit_mock::{MockServer, fault};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let server = MockServer::builder().now("2025-05-20T12:00:00Z").rate_limit("5/s").start().await;
/// // … point a client at server.uri() with server.token() …
/// server.world().faults().add(fault::Effect::status(503, None));
/// server.world().advance(std::time::Duration::from_secs(60));
/// assert_eq!(server.world().journal().count(&Default::default()), 0);
/// # }
/// ```
///
/// One server serves many tests when each has a session of its own:
///
/// ```
/// use cortex_audit_mock::MockServer;
///
/// let server = MockServer::start_blocking();
/// let one = server.session("one");
/// assert_eq!(server.token_for("one"), "mock-admin~one");
/// one.remove_entries();
/// assert_eq!(one.entry_count(), 0);
/// assert!(server.session("other").entry_count() > 0);
/// ```
#[derive(Debug)]
pub struct MockServer {
    state: AppState,
    address: SocketAddr,
    tls: Option<Tls>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Configures and starts a [`MockServer`]: what the flags of `serve` configure, as in [`Config`].
///
/// Setters that take text do not panic on an invalid one: `try_start` returns all errors together.
#[derive(Debug, Default)]
#[must_use]
pub struct MockServerBuilder {
    config: Config,
    invalid: Vec<ArgumentError>,
    address: Option<SocketAddr>,
    tls: Option<Tls>,
}

/// Why a server did not start.
#[derive(Debug)]
pub enum StartError {
    /// Texts given to the builder are invalid.
    Arguments {
        /// The invalid texts.
        arguments: Vec<ArgumentError>,
        /// The errors of entries and keys, which may be none.
        files: FileErrors,
    },
    /// Entries or keys are invalid: all errors.
    Files(FileErrors),
    /// The port, the thread or the runtime is not available.
    Io(io::Error),
}

/// An invalid text given to a setter of the builder. `Display` is `rate_limit("5/x"): reason`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentError {
    /// The name of the setter.
    pub setter: &'static str,
    /// The text.
    pub text: String,
    /// What is accepted.
    pub reason: String,
}

impl fmt::Display for ArgumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:?}): {}", self.setter, self.text, self.reason)
    }
}

impl std::error::Error for ArgumentError {}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arguments { arguments, files } => {
                let arguments = arguments.iter().map(ArgumentError::to_string);
                let all: Vec<String> = arguments.chain(files.0.iter().map(FileError::to_string)).collect();
                f.write_str(&all.join("\n"))
            }
            Self::Files(errors) => errors.fmt(f),
            Self::Io(error) => write!(f, "cannot start the server: {error}"),
        }
    }
}

/// Without a source: the message of each variant has that of its errors.
impl std::error::Error for StartError {}

impl MockServer {
    /// A built-in key's token: it has the permission to view audit logs, is not revoked and does not expire.
    const TOKEN: &'static str = "mock-admin";

    /// Starts with the built-in story and keys.
    ///
    /// # Panics
    /// When the server cannot start; [`MockServerBuilder::try_start`] returns the error instead.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Starts from a blocking test with the built-in story and keys.
    ///
    /// # Panics
    /// When the server cannot start.
    pub fn start_blocking() -> Self {
        Self::builder().start_blocking()
    }

    /// A builder, to configure entries, keys and behaviour.
    pub fn builder() -> MockServerBuilder {
        MockServerBuilder::default()
    }

    /// The base URL, without a trailing slash, such as `http://127.0.0.1:41233`; `https` when it has a certificate. It ends in
    /// the base path.
    pub fn uri(&self) -> String {
        format!("{}://{}{}", self.state.scheme(), self.address, self.state.base_path().as_str())
    }

    /// The certificate of [`MockServerBuilder::tls`] as PEM, for a client to trust.
    pub fn certificate(&self) -> Option<&str> {
        self.tls.as_ref().map(Tls::certificate)
    }

    /// A token of the built-in keys, for the default session.
    pub fn token(&self) -> &'static str {
        Self::TOKEN
    }

    /// The token of [`MockServer::token`] for a session.
    ///
    /// # Panics
    /// When the text is not the name of a session, see [`SessionName`].
    pub fn token_for(&self, session: &str) -> String {
        format!("{}~{}", Self::TOKEN, session_name(session))
    }

    /// The world of the default session: its entries, clock, faults, journal, live feed and settings.
    pub fn world(&self) -> Arc<World> {
        self.state.world()
    }

    /// The verdict on the requests of the default session; [`World::verdict`] judges any session over any scope.
    ///
    /// ```
    /// use cortex_audit_mock::MockServer;
    /// use cortex_audit_mock::world::verdict::Expectation;
    ///
    /// let server = MockServer::start_blocking();
    /// // … let a client read …
    /// let verdict = server.verdict();
    /// assert_eq!(verdict.failure_message(Expectation::Polite), None, "{verdict}");
    /// assert!(verdict.failure_message(Expectation::Complete).is_some(), "nobody has read anything");
    /// ```
    pub fn verdict(&self) -> Judgement {
        self.world().verdict(&Scope::default())
    }

    /// The world of a session, created on first use.
    ///
    /// # Panics
    /// When the text is not the name of a session, see [`SessionName`].
    pub fn session(&self, name: &str) -> Arc<World> {
        self.state.session(&session_name(name))
    }

    /// The sessions in use, to list, reset and remove them.
    pub fn sessions(&self) -> &Sessions {
        self.state.sessions()
    }

    /// Resets the default session to its initial state: [`MockServer::world`] is a new world then; a world obtained
    /// before serves no more requests.
    pub fn reset(&self) {
        self.state.sessions().reset(None);
    }
}

fn session_name(text: &str) -> SessionName {
    text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// Stops serving, closes every connection and frees the port before it returns.
impl Drop for MockServer {
    fn drop(&mut self) {
        // Sending fails only when the thread has ended already.
        let _ = self.stop.take().map(|stop| stop.send(()));
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join)
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

impl MockServerBuilder {
    /// Listens on this address instead of a free loopback port.
    pub fn listen(mut self, address: impl Into<SocketAddr>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Entries in place of the built-in story: JSON in any form of a fixture file.
    pub fn entries(self, json: impl Into<String>) -> Self {
        self.sources([EntrySource::Text(json.into())])
    }

    /// Entries from these sources.
    pub fn sources(mut self, sources: impl IntoIterator<Item = EntrySource>) -> Self {
        self.config.entries = sources.into_iter().collect();
        self
    }

    /// Adds this many generated entries of the thirty days before the start, and removes the built-in story.
    pub fn generate(mut self, count: u64) -> Self {
        self.config.entries.retain(|source| *source != EntrySource::BuiltIn);
        self.config.generate = Some(count);
        self
    }

    /// Keys in place of the built-in ones: JSON in the form of a keys file. [`MockServer::token`] is then unknown
    /// unless one of these keys has it.
    pub fn keys(self, json: impl Into<String>) -> Self {
        self.key_source(KeySource::Text(json.into()))
    }

    /// Keys from this source.
    pub fn key_source(mut self, keys: KeySource) -> Self {
        self.config.keys = keys;
        self
    }

    /// Freezes the clock at a date-time such as `2025-05-20T12:00:00Z`.
    pub fn now(mut self, instant: &str) -> Self {
        self.config.now = self.parse("now", instant).or(self.config.now);
        self
    }

    /// A rate limit such as `5/s` or `off`.
    pub fn rate_limit(mut self, rate: &str) -> Self {
        self.config.rate_limit = self.parse::<RateLimit>("rate_limit", rate).unwrap_or(self.config.rate_limit);
        self
    }

    /// Rejects queries that break the contract instead of reporting them in the journal.
    pub fn strict(mut self, strict: bool) -> Self {
        self.config.strict = strict;
        self
    }

    /// What happens to the offset of a date-time, unless it is `Z`: nobody knows of the real API, so a client is best tried
    /// against all three.
    ///
    /// ```
    /// use cortex_audit_mock::MockServer;
    /// use cortex_audit_mock::contract::query::Offsets;
    ///
    /// let server = MockServer::builder().offsets(Offsets::Refused).start_blocking();
    /// server.world().change_settings(|settings| settings.offsets = Offsets::Ignored);
    /// ```
    pub fn offsets(mut self, offsets: Offsets) -> Self {
        self.config.offsets = offsets;
        self
    }

    /// Object types that are known in addition to those of the contract and of the entries: a query for one is no finding,
    /// and [`MockServerBuilder::strict`] accepts it.
    pub fn object_types(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.config.object_types = names.into_iter().map(Into::into).collect();
        self
    }

    /// New entries over time at a rate such as `6/min`.
    pub fn live(mut self, rate: &str) -> Self {
        self.config.live = self.parse::<Rate>("live", rate).map(Activity::from).or(self.config.live);
        self
    }

    /// New entries over time, optionally late or in bursts.
    pub fn activity(mut self, activity: impl Into<Activity>) -> Self {
        self.config.live = Some(activity.into());
        self
    }

    /// A scenario, started in every session; [`World::set_scenario`] starts one in a single session.
    ///
    /// ```
    /// use cortex_audit_mock::MockServer;
    /// use cortex_audit_mock::world::Scenario;
    ///
    /// let server = MockServer::builder().scenario(Scenario::LateArrivals).start_blocking();
    /// assert_eq!(server.session("any").scenario_stats().unwrap().scenario, Scenario::LateArrivals);
    /// ```
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        self.config.scenario = Some(scenario);
        self
    }

    /// The number of entries that the control plane, live activity and scenarios can add to a session; one million by default.
    /// [`World::append`] has no limit.
    pub fn max_entries(mut self, count: u64) -> Self {
        self.config.max_entries = count;
        self
    }

    /// The random seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = seed;
        self
    }

    /// The access to the control plane.
    pub fn admin(mut self, admin: Admin) -> Self {
        self.config.admin = admin;
        self
    }

    /// Adds a host name, or `*.` and a domain, that the control plane accepts beside those of this machine and its network.
    pub fn allow_host(mut self, name: &str) -> Self {
        let name = self.parse("allow_host", name);
        self.config.allowed_hosts.extend(name);
        self
    }

    /// Lets web pages of an origin such as `http://localhost:5173`, or of all (`*`), call the API, in addition to those of
    /// earlier calls.
    pub fn cors(mut self, origin: &str) -> Self {
        let origin = self.parse("cors", origin);
        self.config.cors.extend(origin);
        self
    }

    /// A path such as `/cortex` below which the server has all its URLs.
    ///
    /// ```
    /// use cortex_audit_mock::MockServer;
    ///
    /// let server = MockServer::builder().base_path("/cortex").start_blocking();
    /// assert!(server.uri().ends_with("/cortex"));
    /// ```
    pub fn base_path(mut self, path: &str) -> Self {
        self.config.base_path = self.parse("base_path", path).unwrap_or(self.config.base_path);
        self
    }

    /// Serves `https` with this certificate instead of `http`.
    ///
    /// ```
    /// use cortex_audit_mock::MockServer;
    /// use cortex_audit_mock::server::Tls;
    ///
    /// let made = Tls::self_signed([]).unwrap();
    /// let server = MockServer::builder().tls(made).start_blocking();
    /// assert!(server.uri().starts_with("https://127.0.0.1:"));
    /// assert!(server.certificate().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    /// ```
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Starts the server.
    ///
    /// # Panics
    /// When it cannot start.
    pub async fn start(self) -> MockServer {
        self.try_start().await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Starts the server from a blocking test.
    ///
    /// # Panics
    /// When it cannot start.
    pub fn start_blocking(self) -> MockServer {
        self.launch().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Starts the server.
    ///
    /// # Errors
    /// [`StartError`] when arguments, entries or keys are invalid, or the port is not available.
    #[expect(clippy::unused_async, reason = "async in the API, so that starting may await later")]
    pub async fn try_start(self) -> Result<MockServer, StartError> {
        self.launch()
    }

    /// Starts the server from a blocking test.
    ///
    /// ```
    /// # use cortex_audit_mock::MockServer;
    /// let wrong = r#"[{"action": "CREATED", "objectType": "TEAM", "objectIdentifier": "sre", "timestamp": "today"}]"#;
    /// let error = MockServer::builder().entries(wrong).try_start_blocking().unwrap_err().to_string();
    /// assert!(error.contains("did you mean \"CREATE\"?") && error.contains("\"today\""));
    /// ```
    ///
    /// # Errors
    /// [`StartError`] when arguments, entries or keys are invalid, or the port is not available.
    pub fn try_start_blocking(self) -> Result<MockServer, StartError> {
        self.launch()
    }

    /// The value of a text given to a setter; an invalid one is noted for [`MockServerBuilder::launch`].
    fn parse<T: FromStr<Err: fmt::Display>>(&mut self, setter: &'static str, text: &str) -> Option<T> {
        let note = |error: T::Err| {
            self.invalid.push(ArgumentError { setter, text: text.to_owned(), reason: error.to_string() });
        };
        text.parse().map_err(note).ok()
    }

    /// Starts the thread; the port is bound and accepts connections when this returns.
    fn launch(self) -> Result<MockServer, StartError> {
        let loaded = AppState::load(&self.config);
        if !self.invalid.is_empty() {
            let files = loaded.err().unwrap_or(FileErrors(Vec::new()));
            return Err(StartError::Arguments { arguments: self.invalid, files });
        }
        let state = loaded.map_err(StartError::Files)?;
        let address = self.address.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 0).into());
        let listener = std::net::TcpListener::bind(address).map_err(StartError::Io)?;
        listener.set_nonblocking(true).map_err(StartError::Io)?;
        let address = listener.local_addr().map_err(StartError::Io)?;
        let scheme = if self.tls.is_some() { Scheme::HTTPS } else { Scheme::HTTP };
        state.set_endpoint(Endpoint { address, scheme });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Io)?;
        let (stop, stopped) = oneshot::channel();
        let app = http::app(state.clone());
        let answer = move |request, peer| app.respond(request, peer);
        let tls = self.tls.clone();
        let thread = std::thread::Builder::new().name("cortex-audit-mock".to_owned()).spawn(move || {
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("a listening socket of this process");
                tokio::select! {
                    _ = stopped => {}
                    _ = server::serve(listener, tls, answer, std::future::pending()) => {}
                }
            });
        });
        let thread = thread.map_err(StartError::Io)?;
        Ok(MockServer { state, address, tls: self.tls, stop: Some(stop), thread: Some(thread) })
    }
}
