//! `serve`: load the files, bind the port, print the address, serve until a signal.

use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Args as ClapArgs;
use serde::Serialize;
use tokio::task::spawn_blocking;

use super::environment;
use super::first_steps::first_steps;
use super::log::{Log, LogFormat, with_log};
use super::report::Expectations;
use super::startup::{self, Settings, StartError, Startup};
use super::value::{self, ListenAddress};
use crate::server::STOP_TIMEOUT;
use crate::system::{Hangup, ServerSignals, lower_thread_priority};
use crate::text::counted;

/// The flags as they were given.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Listen on IP:PORT, NAME:PORT or :PORT
    ///
    /// :PORT is all addresses of the machine; port 0 takes a free one.
    #[arg(help_heading = "Network", long, value_name = "ADDR", env = "CORTEX_MOCK_LISTEN", default_value = "127.0.0.1:8080", value_parser = value::listen_address)]
    listen: ListenAddress,
    #[command(flatten)]
    settings: Settings,
}

/// Serves until a signal that ends it.
pub fn run(args: &Args) -> ExitCode {
    with_log(args.settings.log, |log| serve(args, log))
}

fn serve(args: &Args, log: &Log) -> Result<ExitCode, StartError> {
    for warning in environment::warnings::<Args>() {
        tracing::warn!("{warning}");
    }
    let settings = &args.settings;
    let startup = Startup::new(&args.listen, settings).map_err(StartError::noted)?;
    if settings.report.is_some() {
        startup.judge_ended_sessions()?;
    }
    startup::block_on(async {
        let signals = ServerSignals::new(Hangup::for_standard_input())
            .map_err(|error| format!("cannot listen for signals: {error}"))?;
        let token = startup.client_token().map(str::to_owned);
        let server = startup.listen()?;
        let listening = Listening {
            event: "listening",
            url: server.url(),
            listen: server.address(),
            entries: server.entries(),
            certificate: server.certificate().filter(|_| settings.tls.prints()),
        };
        let tls_option = server.certificate().map(|_| settings.tls.curl_option());
        let first_steps = first_steps(&listening.url, token.as_deref(), tls_option);
        listening
            .announce(settings.log, &first_steps)
            .map_err(|error| format!("cannot write to standard output: {error}"))?;
        let state = server.state().clone();
        let stop = signals.stop(move || {
            let state = state.clone();
            spawn_blocking(move || {
                lower_thread_priority();
                // The result is in the log.
                let _ = state.reload();
            })
        });
        let stop = async {
            stop.await;
            STOP_TIMEOUT
        };
        let run = server.serve(stop).await?;
        if run.has_report() {
            let (report, written) = run.finish(Expectations::All);
            log.print(report.to_text());
            written?;
        } else if settings.log == LogFormat::Text {
            // With `--log json` a program reads the output; it gets the verdict from the control plane or a report.
            run.finish(Expectations::All).0.log();
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// The line on standard output once the server accepts connections; with `--listen …:0` it is where the port is found.
#[derive(Serialize)]
struct Listening<'a> {
    event: &'a str,
    /// Where a client on this machine reaches the server.
    url: String,
    listen: SocketAddr,
    entries: usize,
    /// As PEM, where it is to be printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<&'a str>,
}

impl Listening<'_> {
    /// One line, on a terminal with the first steps of a person, and the certificate unless the line is JSON and holds it.
    fn announce(&self, log: LogFormat, first_steps: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match log {
            LogFormat::Json => writeln!(out, "{}", serde_json::to_string(self)?)?,
            LogFormat::Text | LogFormat::Off => {
                let entries = counted(self.entries, "entry", "entries");
                writeln!(out, "cortex-audit-mock listening on {} with {entries}", self.url)?;
                if out.is_terminal() {
                    write!(out, "{first_steps}")?;
                }
                write!(out, "{}", self.certificate.unwrap_or_default())?;
            }
        }
        out.flush()
    }
}
