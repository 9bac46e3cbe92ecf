//! `serve`: load the files, bind the port, print the address, serve until a signal.

use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args as ClapArgs, ValueEnum};
use serde::Serialize;
use tokio::net::TcpListener;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::report::{self, Report};
use super::{tls, value};
use crate::app_state::AppState;
use crate::config::{Admin, Config};
use crate::contract::Timestamp;
use crate::http;
use crate::keys::KeySource;
use crate::rate::{Rate, RateLimit};
use crate::server::{self, Tls};
use crate::system;
use crate::world::Activity;

/// The flags as they were given.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Address to listen on; port 0 picks a free one.
    #[arg(long, value_name = "ADDR", env = "CORTEX_MOCK_LISTEN", default_value = "127.0.0.1:8080", value_parser = value::address)]
    listen: SocketAddr,
    /// Entries: a file, a folder of files, or - for standard input; repeatable. [default: the built-in story]
    #[arg(long, value_name = "PATH", env = "CORTEX_MOCK_FIXTURES", value_parser = NonEmptyStringValueParser::new())]
    fixtures: Vec<String>,
    /// Generated entries of the thirty days up to the start: instead of the built-in story, or beside --fixtures.
    #[arg(long, value_name = "N", env = "CORTEX_MOCK_GENERATE", value_parser = value::served_count)]
    generate: Option<u64>,
    /// API keys, roles and permissions. [default: the built-in test keys]
    #[arg(long, value_name = "PATH", env = "CORTEX_MOCK_KEYS")]
    keys: Option<PathBuf>,
    /// Start with the clock frozen at this instant, such as 2025-05-20T06:00:00Z. [default: the system clock]
    #[arg(long, value_name = "TIME", env = "CORTEX_MOCK_NOW", value_parser = value::instant)]
    now: Option<Timestamp>,
    /// How often a client may ask: such as 1000/min, 5/s, or off.
    #[arg(long, value_name = "RATE", env = "CORTEX_MOCK_RATE_LIMIT", default_value_t, allow_hyphen_values = true)]
    rate_limit: RateLimit,
    /// Reject what the contract does not list, such as unknown parameters, instead of reporting it.
    #[arg(long, env = "CORTEX_MOCK_STRICT", value_parser = value::switch())]
    strict: bool,
    /// New entries over time, such as 6/min. [default: none]
    #[arg(long, value_name = "RATE", env = "CORTEX_MOCK_LIVE", allow_hyphen_values = true)]
    live: Option<Rate>,
    /// What decides everything that is left to chance: the same seed, the same answers.
    #[arg(long, value_name = "S", env = "CORTEX_MOCK_SEED", default_value_t = 42, value_parser = value::seed, allow_hyphen_values = true)]
    seed: u64,
    /// Guard the control plane: it then asks for this as a bearer token.
    #[arg(
        long,
        value_name = "T",
        env = "CORTEX_MOCK_ADMIN_TOKEN",
        value_parser = value::token,
        hide_env_values = true,
    )]
    admin_token: Option<String>,
    /// Leave out the control plane, but for /__admin/health.
    #[arg(long, env = "CORTEX_MOCK_NO_ADMIN", value_parser = value::switch())]
    no_admin: bool,
    /// Write there how the clients did when the server stops: JUnit for .xml, text for .txt, else JSON.
    #[arg(long, value_name = "FILE", env = "CORTEX_MOCK_REPORT")]
    report: Option<PathBuf>,
    #[command(flatten)]
    tls: tls::Args,
    /// Form of the log on standard error; RUST_LOG sets its level.
    #[arg(long, value_name = "FORMAT", env = "CORTEX_MOCK_LOG", default_value = "text")]
    log: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    Text,
    Json,
    Off,
}

impl Args {
    fn config(&self) -> Config {
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
            live: self.live.map(Activity::from),
            scenario: None,
            seed: self.seed,
            admin: match &self.admin_token {
                _ if self.no_admin => Admin::Off,
                Some(token) => Admin::Token(token.clone()),
                None => Admin::Open,
            },
        }
    }
}

/// Serves until SIGTERM or SIGINT.
pub fn run(args: &Args) -> Result<(), String> {
    log_to_standard_error(args.log)?;
    if let Err(error) = system::raise_fd_limit() {
        tracing::debug!("the limit of open files stays as it is: {error}");
    }
    let mock = AppState::load(&args.config()).map_err(|errors| {
        let flags = if args.generate.is_some() { "--fixtures, --generate, --keys" } else { "--fixtures, --keys" };
        format!("cannot start: {} ({flags})\n{errors}", errors.counted())
    })?;
    let tls = args.tls.tls(args.listen)?;
    let report = args.report.as_deref().map(Report::open).transpose()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start the runtime: {error}"))?;
    runtime.block_on(async {
        let stop = system::stop_signal().map_err(|error| format!("cannot listen for signals: {error}"))?;
        let listener = TcpListener::bind(args.listen)
            .await
            .map_err(|error| format!("cannot listen on {} (--listen): {error}", args.listen))?;
        if let Some(warning) = listener.local_addr().ok().and_then(|address| exposure(address, mock.admin())) {
            tracing::warn!("{warning}");
        }
        let scheme = if tls.is_some() { "https" } else { "http" };
        let listening = Listening {
            event: "listening",
            url: format!("{scheme}://{}", listener.local_addr().unwrap_or(args.listen)),
            entries: mock.world().store.len(),
            certificate: tls.as_ref().filter(|_| args.tls.prints()).map(Tls::certificate),
        };
        listening.announce(args.log).map_err(|error| format!("cannot write to standard output: {error}"))?;
        let app = http::app(mock.clone());
        let answer = move |request, peer| app.respond(request, peer);
        let served = server::serve(listener, tls, answer, stop).await;
        served.map_err(|error| error.to_string())?;
        match report {
            Some(report) => report.write(mock.sessions())?,
            // With `--log json` a program reads the output; it gets the verdict from the control plane or a report.
            None if args.log == LogFormat::Text => report::warn(mock.sessions()),
            None => {}
        }
        Ok(())
    })
}

/// Returns a warning if the control plane is open to other machines.
fn exposure(address: SocketAddr, admin: &Admin) -> Option<&'static str> {
    let exposed = !address.ip().is_loopback() && *admin == Admin::Open;
    exposed.then_some(
        "listening beyond this machine: everybody who can reach the port can use /__admin; protect it with --admin-token \
         or disable it with --no-admin",
    )
}

/// The line on standard output once the server accepts connections; with `--listen …:0` it is where the port is found.
#[derive(Serialize)]
struct Listening<'a> {
    event: &'a str,
    url: String,
    entries: usize,
    /// As PEM, where it is to be printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<&'a str>,
}

impl Listening<'_> {
    /// One line, behind it the certificate unless the line is JSON and holds it.
    fn announce(&self, log: LogFormat) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match log {
            LogFormat::Json => writeln!(out, "{}", serde_json::to_string(self)?)?,
            LogFormat::Text | LogFormat::Off => {
                writeln!(out, "cortex-audit-mock listening on {} with {} entries", self.url, self.entries)?;
                write!(out, "{}", self.certificate.unwrap_or_default())?;
            }
        }
        out.flush()
    }
}

/// `RUST_LOG` is honoured, as `info` or `cortex_audit_mock=debug`; a request is a line at `debug`.
fn log_to_standard_error(format: LogFormat) -> Result<(), String> {
    if format == LogFormat::Off {
        return Ok(());
    }
    let filter = match std::env::var("RUST_LOG") {
        Ok(given) => levels(&given).ok_or_else(|| {
            format!(
                "RUST_LOG=\"{given}\" cannot be read; accepted: such as info, debug, off or cortex_audit_mock=debug"
            )
        })?,
        Err(_) => Targets::new().with_default(LevelFilter::INFO),
    };
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    match format {
        LogFormat::Json => tracing_subscriber::registry().with(layer.json().with_filter(filter)).init(),
        LogFormat::Text | LogFormat::Off => {
            let layer = layer.with_target(false).with_ansi(io::stderr().is_terminal());
            tracing_subscriber::registry().with(layer.with_filter(filter)).init();
        }
    }
    Ok(())
}

/// A word that is no level would name a target, and silence all others: a misspelt level more likely.
fn levels(given: &str) -> Option<Targets> {
    let words = given.split(',').map(str::trim).filter(|word| !word.is_empty() && !word.contains('='));
    let all_levels = words.clone().all(|word| word.parse::<LevelFilter>().is_ok());
    if all_levels { given.parse().ok() } else { None }
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
