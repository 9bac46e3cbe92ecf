//! The start of a server: its flags, and everything that can be wrong before it serves.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use axum::http::uri::Scheme;
use clap::Args as ClapArgs;
use clap::builder::{NonEmptyStringValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};
use tokio::net::{TcpListener, TcpSocket};

use super::log::LogFormat;
use super::progress::Progress;
use super::report::{Expectations, Report, ReportFile};
use super::value::{self, ListenAddress};
use super::{environment, named_files, tls};
use crate::app_state::{AppState, Endpoint};
use crate::config::{Admin, BasePath, Config, CorsOrigin, HostPattern};
use crate::contract::Timestamp;
use crate::contract::query::Offsets;
use crate::http;
use crate::json_file::{FileErrors, count_of_errors};
use crate::keys::KeySource;
use crate::rate::{Rate, RateLimit};
use crate::server::{self, Tls};
use crate::system;
use crate::world::ended_sessions::SessionJudge;
use crate::world::{Activity, Scenario};

/// Connections that wait to be accepted, as [`TcpListener::bind`] has it.
const BACKLOG: u32 = 1024;

/// The flags of a server but for its address, as they were given.
#[derive(Debug, ClapArgs)]
pub struct Settings {
    /// Put all URLs below this path, such as /cortex
    #[arg(help_heading = "Network", long, value_name = "PATH", env = "CORTEX_MOCK_BASE_PATH")]
    base_path: Option<BasePath>,
    /// Serve entries from a file or folder [default: the built-in story]
    ///
    /// Repeatable; - is standard input. A file has an array, lines, or whole responses.
    #[arg(help_heading = "Data", long, value_name = "PATH", env = "CORTEX_MOCK_FIXTURES", value_parser = NonEmptyStringValueParser::new())]
    fixtures: Vec<String>,
    /// Serve N generated entries of the last thirty days, such as 5000
    ///
    /// In place of the built-in story, or in addition to --fixtures.
    #[arg(help_heading = "Data", long, value_name = "N", env = "CORTEX_MOCK_GENERATE", value_parser = value::served_count, allow_negative_numbers = true)]
    generate: Option<u64>,
    /// Add new entries over time, such as 6/min [default: none]
    #[arg(help_heading = "Data", long, value_name = "RATE", env = "CORTEX_MOCK_LIVE", value_parser = value::live_rate, allow_hyphen_values = true)]
    live: Option<Rate>,
    /// Let at most N entries be added to a session
    #[arg(help_heading = "Data", long, value_name = "N", env = "CORTEX_MOCK_MAX_ENTRIES", default_value_t = Config::DEFAULT_MAX_ENTRIES, value_parser = value::served_count, allow_negative_numbers = true)]
    max_entries: u64,
    /// Treat the object types in this file as known [default: none]
    ///
    /// One name a line, or a JSON array. Those of Cortex and of the entries are known anyway.
    #[arg(help_heading = "Data", long, value_name = "PATH", env = "CORTEX_MOCK_OBJECT_TYPES")]
    object_types: Option<PathBuf>,
    /// Start with the clock frozen at TIME [default: the system clock]
    ///
    /// An instant such as 2025-05-20T06:00:00Z, or relative to the start such as now-1d.
    #[arg(help_heading = "Data", long, value_name = "TIME", env = "CORTEX_MOCK_NOW", value_parser = value::instant_or_relative)]
    now: Option<Timestamp>,
    /// Set the random seed: the same seed, the same answers
    #[arg(help_heading = "Data", long, value_name = "S", env = "CORTEX_MOCK_SEED", default_value_t = 42, value_parser = value::seed, allow_hyphen_values = true)]
    seed: u64,
    /// Accept the API keys in this file [default: the built-in test keys]
    ///
    /// The file has their tokens, roles and permissions.
    #[arg(help_heading = "Access", long, value_name = "PATH", env = "CORTEX_MOCK_KEYS")]
    keys: Option<PathBuf>,
    /// Require this bearer token for the control plane, /__admin
    ///
    /// Prefer the variable: other users of the machine see arguments.
    #[arg(
        help_heading = "Access",
        long,
        value_name = "T",
        env = "CORTEX_MOCK_ADMIN_TOKEN",
        value_parser = value::token,
        hide_env_values = true,
    )]
    admin_token: Option<String>,
    /// Disable /__admin except health
    #[arg(help_heading = "Access", long, env = "CORTEX_MOCK_NO_ADMIN", value_parser = value::switch())]
    pub no_admin: bool,
    /// Accept this host name, or *.DOMAIN, for /__admin; repeatable
    ///
    /// The names of the machine and its network are always accepted.
    #[arg(help_heading = "Access", long, value_name = "NAME", env = "CORTEX_MOCK_ALLOW_HOST", value_delimiter = ',')]
    allow_host: Vec<HostPattern>,
    /// Let web pages of this origin call the API; * for all; repeatable
    ///
    /// Such as http://localhost:5173.
    #[arg(help_heading = "Access", long, value_name = "ORIGIN", env = "CORTEX_MOCK_CORS", value_delimiter = ',')]
    cors: Vec<CorsOrigin>,
    /// Limit requests per client, such as to 5/s, or off
    #[arg(
        help_heading = "Behaviour",
        long,
        value_name = "RATE",
        env = "CORTEX_MOCK_RATE_LIMIT",
        default_value_t,
        allow_hyphen_values = true
    )]
    rate_limit: RateLimit,
    /// Reject what the contract does not list, such as unknown parameters
    ///
    /// Without it such a request is answered, and reported.
    #[arg(help_heading = "Behaviour", long, env = "CORTEX_MOCK_STRICT", value_parser = value::switch())]
    strict: bool,
    /// Honour, ignore or refuse UTC offsets of times
    ///
    /// The real API is not known to honour them.
    #[arg(help_heading = "Behaviour", long, value_name = "HOW", env = "CORTEX_MOCK_OFFSETS", default_value_t, value_parser = offsets_parser())]
    offsets: Offsets,
    /// Start every session with this scenario [default: none]
    #[arg(help_heading = "Behaviour", long, value_name = "NAME", env = "CORTEX_MOCK_SCENARIO", value_parser = scenario_parser())]
    scenario: Option<Scenario>,
    /// Start every session with these fault rules [default: none]
    ///
    /// A file of one rule, an array of rules, or several of these one after the other.
    #[arg(help_heading = "Behaviour", long, value_name = "PATH", env = "CORTEX_MOCK_FAULTS")]
    faults: Option<PathBuf>,
    /// Write the verdict to FILE on exit (.xml: JUnit, .txt: text, else JSON)
    #[arg(help_heading = "Verdict", long, value_name = "FILE", env = "CORTEX_MOCK_REPORT")]
    pub report: Option<PathBuf>,
    #[command(flatten)]
    pub tls: tls::Args,
    /// Write the log as text, as json, or not at all: off
    ///
    /// It goes to standard error. RUST_LOG sets its level, such as debug for every request.
    #[arg(help_heading = "Log", long, value_name = "FORMAT", env = "CORTEX_MOCK_LOG", default_value = "text")]
    pub log: LogFormat,
}

fn scenario_parser() -> impl TypedValueParser<Value = Scenario> {
    let value = |scenario: Scenario| {
        PossibleValue::new(scenario.as_str()).help(match scenario {
            Scenario::InsertBetweenPages => "new entries push older ones over a page boundary",
            Scenario::LateArrivals => "entries arrive late, below what was read",
            Scenario::SameMillisecond => "entries arrive with the newest timestamp that was served",
            Scenario::Burst => "two and a half pages arrive at once",
            Scenario::QuotaSqueeze => "two requests a minute are admitted",
            Scenario::Flaky => "one request in three fails",
        })
    };
    PossibleValuesParser::new(Scenario::ALL.map(value)).try_map(|name| name.parse::<Scenario>())
}

fn offsets_parser() -> impl TypedValueParser<Value = Offsets> {
    PossibleValuesParser::new(Offsets::WORDS).try_map(|word| word.parse::<Offsets>())
}

impl Settings {
    /// The flags that were given of those that say where data comes from.
    fn file_flags(&self) -> String {
        let flags = [
            ("--fixtures", !self.fixtures.is_empty()),
            ("--generate", self.generate.is_some()),
            ("--keys", self.keys.is_some()),
            ("--faults", self.faults.is_some()),
            ("--object-types", self.object_types.is_some()),
        ];
        let given = flags.into_iter().filter(|(_, is_given)| *is_given).map(|(flag, _)| environment::source(flag));
        given.collect::<Vec<_>>().join(", ")
    }

    /// Ends the program as for a wrong value if the control plane is to be guarded and left out.
    fn check_admin(&self) {
        if self.no_admin && self.admin_token.is_some() {
            let [off, token] = ["--no-admin", "--admin-token"].map(environment::source);
            named_files::refuse(&format!(
                "{off} leaves out the control plane, which {token} guards: give one of the two"
            ));
        }
    }

    fn config(&self, listen: &ListenAddress) -> Config {
        let tls_names = self.tls.names().iter().filter_map(|name| name.parse().ok());
        Config {
            entries: match self.generate {
                Some(_) if self.fixtures.is_empty() => Vec::new(),
                _ => value::sources(&self.fixtures),
            },
            generate: self.generate,
            keys: self.keys.clone().map_or(KeySource::BuiltIn, KeySource::Path),
            now: self.now,
            rate_limit: self.rate_limit,
            strict: self.strict,
            offsets: self.offsets,
            object_types: Vec::new(),
            object_type_file: self.object_types.clone(),
            live: self.live.map(Activity::from),
            scenario: self.scenario,
            faults: Vec::new(),
            fault_file: self.faults.clone(),
            max_entries: self.max_entries,
            seed: self.seed,
            admin: match &self.admin_token {
                Some(token) => Admin::Token(token.clone()),
                None if self.no_admin => Admin::Off,
                None => Admin::Open,
            },
            allowed_hosts: self.allow_host.iter().cloned().chain(listen.name.clone()).chain(tls_names).collect(),
            cors: self.cors.clone(),
            base_path: self.base_path.clone().unwrap_or_default(),
        }
    }
}

/// A server that is ready to start. Its port is taken, but nobody can connect yet.
pub struct Startup {
    socket: TcpSocket,
    listen: SocketAddr,
    tls: Option<Tls>,
    run: Run,
    /// Kept no longer than until clients can connect.
    client_token: Option<String>,
}

/// A server that clients can connect to.
pub struct ListeningServer {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Tls>,
    run: Run,
}

/// A server while it runs and after it has stopped: what there is to report on.
pub struct Run {
    state: AppState,
    report: Option<ReportFile>,
    /// When it started, by the calendar and by a clock that nobody sets.
    started: (Timestamp, Instant),
}

/// What is wrong with the start of a server: everything, in one message.
#[derive(Debug)]
pub struct StartError {
    files: FileErrors,
    /// The flags that name those files.
    file_flags: String,
    others: Vec<String>,
    exit_code: u8,
}

impl Startup {
    /// Checks all settings, takes the port and begins the report.
    pub fn new(listen: &ListenAddress, settings: &Settings) -> Result<Self, StartError> {
        let address = listen.address;
        if let Err(error) = system::set_fd_limit() {
            tracing::debug!("the limit of open files stays as it is: {error}");
        }
        let started = (Timestamp::now(), Instant::now());
        named_files::check();
        settings.check_admin();
        let mut others = Vec::new();
        let tls = settings.tls.tls(address).map_err(|error| others.push(error));
        let report = settings.report.as_deref().map(ReportFile::create).transpose();
        let report = report.map_err(|error| others.push(error));
        let socket = bind(address).map_err(|error| others.push(listen_error(address, &error)));
        let progress = Progress::on_standard_error();
        let state = AppState::load_with_token(&settings.config(listen), &progress);
        drop(progress);
        match (state, tls, report, socket) {
            (Ok((state, client_token)), Ok(tls), Ok(report), Ok(socket)) => {
                if let Some(files) = tls.as_ref().and_then(|tls| settings.tls.files(tls)) {
                    state.set_reload_hook(files);
                }
                Ok(Self { socket, listen: address, tls, run: Run { state, report, started }, client_token })
            }
            (state, _, _, _) => {
                let files = state.err().unwrap_or(FileErrors(Vec::new()));
                Err(StartError { files, file_flags: settings.file_flags(), others, exit_code: 1 })
            }
        }
    }

    /// Judges each session when it ends, too, for [`Run::finish`].
    pub fn judge_ended_sessions(&self) -> Result<(), StartError> {
        let judge = SessionJudge::start().map_err(|error| format!("cannot start the thread of verdicts: {error}"))?;
        self.run.state.sessions().keep_verdicts(judge);
        Ok(())
    }

    /// Token of the first key that may view audit logs.
    pub fn client_token(&self) -> Option<&str> {
        self.client_token.as_deref()
    }

    /// Lets clients connect; a runtime must be running.
    pub fn listen(self) -> Result<ListeningServer, StartError> {
        let Self { socket, listen, tls, run, client_token: _ } = self;
        let refused = |error| StartError::from(listen_error(listen, &error));
        let listener = socket.listen(BACKLOG).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        if let Some(warning) = exposure(address, run.state.admin()) {
            tracing::warn!("{warning}");
        }
        let scheme = if tls.is_some() { Scheme::HTTPS } else { Scheme::HTTP };
        run.state.set_endpoint(Endpoint { address, scheme });
        Ok(ListeningServer { listener, address, tls, run })
    }
}

impl ListeningServer {
    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Base URL for this machine, without a trailing slash. A server on all addresses has no address of its own.
    pub fn url(&self) -> String {
        if self.address.ip().is_unspecified() {
            self.url_at(format_args!("localhost:{}", self.address.port()))
        } else {
            self.url_at(self.address)
        }
    }

    /// Base URL at another host and port.
    pub fn url_at(&self, authority: impl fmt::Display) -> String {
        let state = self.state();
        format!("{}://{authority}{}", state.scheme(), state.base_path().as_str())
    }

    /// What the server serves; clones share it.
    pub fn state(&self) -> &AppState {
        &self.run.state
    }

    /// Number of entries that every session starts with.
    pub fn entries(&self) -> usize {
        self.run.state.world().store.len()
    }

    /// Certificate as PEM.
    pub fn certificate(&self) -> Option<&str> {
        self.tls.as_ref().map(Tls::certificate)
    }

    /// Serves until `stop` completes and the requests in progress are answered, or the time is over that is its output.
    pub async fn serve(self, stop: impl Future<Output = Duration>) -> Result<Run, StartError> {
        let app = http::app(self.run.state.clone());
        let answer = move |request, peer| app.respond(request, peer);
        let state = self.run.state.clone();
        let stop = async move {
            let timeout = stop.await;
            state.end_streams();
            timeout
        };
        let served = server::serve(self.listener, self.tls, answer, stop).await;
        served.map_err(|error| StartError::from(error.to_string()))?;
        Ok(self.run)
    }
}

impl Run {
    /// Whether the flags ask for a report.
    pub fn has_report(&self) -> bool {
        self.report.is_some()
    }

    /// Judges all sessions, and writes the report where one is asked for: before anything is printed, which may fail.
    pub fn finish(self, expected: Expectations) -> (Report, Result<(), StartError>) {
        let report = Report::new(self.state.sessions(), self.started, expected);
        let written = self.report.map_or(Ok(()), |file| file.write(&report));
        (report, written.map_err(StartError::from))
    }
}

/// Runs a server on a runtime of its own. Does not wait for what still runs on other threads at the end, such as a reload of a
/// large file.
pub fn block_on(server: impl Future<Output = Result<ExitCode, StartError>>) -> Result<ExitCode, StartError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| StartError::from(format!("cannot start the runtime: {error}")))?;
    let ended = runtime.block_on(server);
    runtime.shutdown_background();
    ended
}

impl StartError {
    /// An error with the exit code of the process.
    pub fn new(message: String, exit_code: u8) -> Self {
        Self { files: FileErrors(Vec::new()), file_flags: String::new(), others: vec![message], exit_code }
    }

    /// The error, of which the file of `--report` tells from now on.
    pub fn noted(self) -> Self {
        named_files::note_refusal(&self.to_string());
        self
    }

    /// Both errors, with the exit code of the second.
    pub fn with(mut self, other: Self) -> Self {
        self.others.extend(other.others);
        Self { exit_code: other.exit_code, ..self }
    }
}

impl From<String> for StartError {
    fn from(message: String) -> Self {
        Self::new(message, 1)
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let ([], [only]) = (self.files.0.as_slice(), self.others.as_slice()) {
            return f.write_str(only);
        }
        let count = count_of_errors(self.files.0.len() + self.others.len());
        write!(f, "cannot start: {count}")?;
        if !self.files.0.is_empty() {
            write!(f, " ({})\n{}", self.file_flags, self.files)?;
        }
        self.others.iter().try_for_each(|other| write!(f, "\n{other}"))
    }
}

impl From<StartError> for ExitCode {
    fn from(error: StartError) -> Self {
        Self::from(error.exit_code)
    }
}

/// Takes a port without listening on it, with the options of [`TcpListener::bind`].
fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    if cfg!(not(windows)) {
        socket.set_reuseaddr(true)?;
    }
    socket.bind(address)?;
    Ok(socket)
}

/// The message for an address that cannot be taken, with what to try.
fn listen_error(address: SocketAddr, error: &io::Error) -> String {
    let (ip, port) = (address.ip(), address.port());
    let at = |port: u16| SocketAddr::new(ip, port);
    let reason = match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "another program has port {port}, maybe an earlier run of this one (lsof -i :{port} shows it): stop it, or take \
             another port, such as --listen {}, or --listen {} for any free one",
            at(port.checked_add(1).unwrap_or(8080)),
            at(0)
        ),
        io::ErrorKind::PermissionDenied => format!(
            "permission denied; ports below 1024 are often for the administrator alone: take another, such as --listen {}",
            at(8080)
        ),
        io::ErrorKind::AddrNotAvailable => format!(
            "no interface of this machine has the address {ip}: take 127.0.0.1:{port}, or :{port} for all addresses"
        ),
        _ => error.to_string(),
    };
    format!("cannot listen on {address} ({}): {reason}", environment::source("--listen"))
}

/// Returns a warning if the control plane is open to other machines.
fn exposure(address: SocketAddr, admin: &Admin) -> Option<&'static str> {
    let exposed = !address.ip().is_loopback() && *admin == Admin::Open;
    exposed.then_some(
        "listening beyond this machine: everybody who can reach the port can use /__admin; protect it with a token \
         (CORTEX_MOCK_ADMIN_TOKEN) or disable it with --no-admin",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tests bind loopback alone, so the warning is tested where it is decided.
    #[test]
    fn only_an_open_control_plane_beyond_loopback_is_warned_of() {
        let warned = |address: &str, admin: &Admin| exposure(address.parse().unwrap(), admin).is_some();
        for beyond in ["0.0.0.0:8080", "[::]:8080", "192.0.2.7:80"] {
            assert!(warned(beyond, &Admin::Open), "{beyond}");
            assert!(!warned(beyond, &Admin::Off), "{beyond}");
            assert!(!warned(beyond, &Admin::Token("t".to_owned())), "{beyond}");
        }
        for local in ["127.0.0.1:8080", "127.9.9.9:1", "[::1]:8080"] {
            assert!(!warned(local, &Admin::Open), "{local}");
        }
    }
}
