//! The server for a test in the same process: on a free port, with typed access to everything that it knows.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::app_state::AppState;
use crate::config::{Admin, Config};
use crate::contract::Timestamp;
use crate::fixture::EntrySource;
use crate::json_file::FileErrors;
use crate::keys::KeySource;
use crate::rate::{Rate, RateLimit};
use crate::server::Tls;
use crate::world::verdict::{Judgement, Scope};
use crate::world::{Activity, Scenario, SessionName, Sessions, World};
use crate::{http, server};

/// A server on a free port of the loopback address. Dropping it stops it and frees the port; two share nothing.
///
/// It runs on a thread of its own, so it serves blocking tests as well as asynchronous ones.
///
/// ```
/// use cortex_audit_mock::{MockServer, fault};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let server = MockServer::builder().now("2025-05-20T12:00:00Z").rate_limit("5/s").start().await;
/// // … point a client at server.uri() with server.token() …
/// server.world().faults.add(fault::Effect::Status { status: 503, retry_after: None });
/// server.world().advance(std::time::Duration::from_secs(60));
/// assert_eq!(server.world().journal.count(&Default::default()), 0);
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
/// assert_eq!(one.store.len(), 0);
/// assert!(server.session("other").store.len() > 0);
/// ```
#[derive(Debug)]
pub struct MockServer {
    mock: AppState,
    address: SocketAddr,
    tls: Option<Tls>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Everything that `serve` can be told; see [`Config`].
#[derive(Debug, Default)]
pub struct MockServerBuilder {
    config: Config,
    address: Option<SocketAddr>,
    tls: Option<Tls>,
}

/// Why a server did not start.
#[derive(Debug)]
pub enum StartError {
    /// Everything that is wrong with the entries or keys.
    Files(FileErrors),
    /// No port, thread or runtime could be had.
    Io(io::Error),
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Files(errors) => errors.fmt(f),
            Self::Io(error) => write!(f, "cannot start the server: {error}"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Files(errors) => Some(errors),
            Self::Io(error) => Some(error),
        }
    }
}

impl MockServer {
    /// The token of [`MockServer::token`]: it may view audit logs, is never revoked and never expires.
    const TOKEN: &'static str = "mock-admin";

    /// Starts with the built-in story and keys.
    ///
    /// # Panics
    /// When the server cannot start; [`MockServerBuilder::try_start`] tells why instead.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Starts from a blocking test with the built-in story and keys.
    ///
    /// # Panics
    /// When the server cannot start.
    #[must_use]
    pub fn start_blocking() -> Self {
        Self::builder().start_blocking()
    }

    /// What it shall hold and how it shall behave.
    #[must_use]
    pub fn builder() -> MockServerBuilder {
        MockServerBuilder::default()
    }

    /// Where it listens: a base URL without a slash at the end, such as `http://127.0.0.1:41233`, or with `https` when
    /// it was given a certificate.
    #[must_use]
    pub fn uri(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The certificate of [`MockServerBuilder::tls`] as PEM, for a client to trust.
    #[must_use]
    pub fn certificate(&self) -> Option<&str> {
        self.tls.as_ref().map(Tls::certificate)
    }

    /// A token that works with the built-in keys.
    #[must_use]
    pub fn token(&self) -> &'static str {
        Self::TOKEN
    }

    /// The same token for a session.
    ///
    /// # Panics
    /// When the text is not the name of a session, see [`SessionName`].
    #[must_use]
    pub fn token_for(&self, session: &str) -> String {
        format!("{}~{}", Self::TOKEN, session_name(session))
    }

    /// The world of the unnamed session: its entries, clock, faults, journal, live activity and settings.
    #[must_use]
    pub fn world(&self) -> Arc<World> {
        self.mock.world()
    }

    /// How the clients of the unnamed session did; [`World::verdict`] judges any session over any scope.
    ///
    /// ```
    /// use cortex_audit_mock::MockServer;
    /// use cortex_audit_mock::world::verdict::Expectation;
    ///
    /// let server = MockServer::start_blocking();
    /// // … let a client read …
    /// let verdict = server.verdict();
    /// assert_eq!(verdict.broken(Expectation::Polite), None, "{verdict}");
    /// assert!(verdict.broken(Expectation::Complete).is_some(), "nobody has read anything");
    /// ```
    #[must_use]
    pub fn verdict(&self) -> Judgement {
        self.world().verdict(&Scope::default())
    }

    /// The world of a session, opened if it is not.
    ///
    /// # Panics
    /// When the text is not the name of a session, see [`SessionName`].
    #[must_use]
    pub fn session(&self, name: &str) -> Arc<World> {
        self.mock.session(&session_name(name))
    }

    /// The sessions that are in use; here they are reset one by one and ended.
    #[must_use]
    pub fn sessions(&self) -> &Sessions {
        self.mock.sessions()
    }

    /// Puts the unnamed session back to the start: [`MockServer::world`] is a new world then, and one that was got
    /// before is no longer served.
    pub fn reset(&self) {
        self.mock.sessions().reset(None);
    }

    /// Everything behind the port.
    #[must_use]
    pub fn mock(&self) -> &AppState {
        &self.mock
    }
}

fn session_name(text: &str) -> SessionName {
    text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// Stops serving, closes every connection and frees the port before it returns.
impl Drop for MockServer {
    fn drop(&mut self) {
        // The receiver is gone only when the thread is, which is what we want.
        let _ = self.stop.take().map(|stop| stop.send(()));
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join)
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

impl MockServerBuilder {
    /// Where to listen in place of a free port of the loopback address.
    #[must_use]
    pub fn listen(mut self, address: impl Into<SocketAddr>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Entries in place of the built-in story: JSON in any form of a fixture file.
    #[must_use]
    pub fn entries(self, json: impl Into<String>) -> Self {
        self.sources([EntrySource::Text(json.into())])
    }

    /// Entries from these sources.
    #[must_use]
    pub fn sources(mut self, sources: impl IntoIterator<Item = EntrySource>) -> Self {
        self.config.entries = sources.into_iter().collect();
        self
    }

    /// So many generated entries of the thirty days up to the start, in place of the built-in story, beside what else is
    /// named.
    #[must_use]
    pub fn generate(mut self, count: u64) -> Self {
        self.config.entries.retain(|source| *source != EntrySource::BuiltIn);
        self.config.generate = Some(count);
        self
    }

    /// Keys in place of the built-in ones: JSON in the form of a keys file. [`MockServer::token`] is then no key unless
    /// one of these has it.
    #[must_use]
    pub fn keys(self, json: impl Into<String>) -> Self {
        self.key_source(KeySource::Text(json.into()))
    }

    /// Keys from this source.
    #[must_use]
    pub fn key_source(mut self, keys: KeySource) -> Self {
        self.config.keys = keys;
        self
    }

    /// The clock frozen at an instant.
    ///
    /// # Panics
    /// When the text is not a date-time.
    #[must_use]
    pub fn now(mut self, instant: &str) -> Self {
        self.config.now = Some(instant.parse::<Timestamp>().unwrap_or_else(|error| panic!("{instant:?} {error}")));
        self
    }

    /// A rate limit such as `5/s` or `off`.
    ///
    /// # Panics
    /// When the text is not a rate limit.
    #[must_use]
    pub fn rate_limit(mut self, rate: &str) -> Self {
        self.config.rate_limit = rate.parse::<RateLimit>().unwrap_or_else(|error| panic!("{rate:?}: {error}"));
        self
    }

    /// Refuse what the contract does not list.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.config.strict = strict;
        self
    }

    /// New entries over time, such as `6/min`.
    ///
    /// # Panics
    /// When the text is not a rate.
    #[must_use]
    pub fn live(self, rate: &str) -> Self {
        self.activity(rate.parse::<Rate>().unwrap_or_else(|error| panic!("{rate:?}: {error}")))
    }

    /// New entries over time, which may come late and together.
    #[must_use]
    pub fn activity(mut self, activity: impl Into<Activity>) -> Self {
        self.config.live = Some(activity.into());
        self
    }

    /// Data that moves while a client reads it, in every session from its start; [`World::set_scenario`] sets it in one.
    ///
    /// ```
    /// use cortex_audit_mock::MockServer;
    /// use cortex_audit_mock::world::Scenario;
    ///
    /// let server = MockServer::builder().scenario(Scenario::LateArrivals).start_blocking();
    /// assert_eq!(server.session("any").scenario_stats().unwrap().scenario, Scenario::LateArrivals);
    /// ```
    #[must_use]
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        self.config.scenario = Some(scenario);
        self
    }

    /// What decides everything that is left to chance.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = seed;
        self
    }

    /// Who may use the control plane.
    #[must_use]
    pub fn admin(mut self, admin: Admin) -> Self {
        self.config.admin = admin;
        self
    }

    /// Serve `https` with this certificate in place of `http`.
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
    #[must_use]
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
    #[must_use]
    pub fn start_blocking(self) -> MockServer {
        self.launch().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Starts the server.
    ///
    /// # Errors
    /// [`StartError`] when the entries or keys are wrong, or the port cannot be had.
    #[expect(clippy::unused_async, reason = "starting may come to wait; callers already can")]
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
    /// [`StartError`] when the entries or keys are wrong, or the port cannot be had.
    pub fn try_start_blocking(self) -> Result<MockServer, StartError> {
        self.launch()
    }

    /// The port is bound and accepts connections when this returns.
    fn launch(self) -> Result<MockServer, StartError> {
        let mock = AppState::load(&self.config).map_err(StartError::Files)?;
        let address = self.address.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 0).into());
        let listener = std::net::TcpListener::bind(address).map_err(StartError::Io)?;
        listener.set_nonblocking(true).map_err(StartError::Io)?;
        let address = listener.local_addr().map_err(StartError::Io)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(StartError::Io)?;
        let (stop, stopped) = oneshot::channel();
        let app = http::app(mock.clone());
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
        Ok(MockServer { mock, address, tls: self.tls, stop: Some(stop), thread: Some(thread) })
    }
}
