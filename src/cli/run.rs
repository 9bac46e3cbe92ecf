//! `run`: serves as long as a command runs, and exits as the command does.

mod program;

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use clap::Args as ClapArgs;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use super::healthcheck::reachable;
use super::log::{Log, with_log};
use super::named_files::refuse;
use super::report::Expectations;
use super::startup::{self, Settings, StartError, Startup};
use super::value::{self, ListenAddress};
use super::{environment, serve};
use crate::system::{self, SignalForwarder};
use crate::text::counted;
use crate::world::verdict::Expectation;
use program::ProgramError;

/// How long requests may take once the command has ended: those of processes that it left behind.
const LEFTOVER_TIMEOUT: Duration = Duration::from_secs(1);

/// The variables that tell this server where to listen and to write. A server that the command starts would take them for its own.
const OWN_VARIABLES: [&str; 3] = ["CORTEX_MOCK_LISTEN", "CORTEX_MOCK_REPORT", "CORTEX_MOCK_TLS_WRITE_CERT"];

/// The flags as they were given.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Listen on IP:PORT, NAME:PORT or :PORT
    ///
    /// :PORT is all addresses of the machine; port 0 takes a free one. No variable changes it.
    #[arg(help_heading = "Network", long, value_name = "ADDR", default_value = "127.0.0.1:0", value_parser = value::listen_address)]
    listen: ListenAddress,
    #[command(flatten)]
    settings: Settings,
    /// Fail unless every session meets these expectations; repeatable
    ///
    /// Separated by commas, such as complete,polite.
    #[arg(help_heading = "Verdict", long, value_name = "NAMES", value_delimiter = ',', value_parser = expectation_parser())]
    expect: Vec<Expectation>,
    /// Run this command with its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Rereads are judged by an overlap, which only `GET /__admin/verdict` takes.
fn expectation_parser() -> impl TypedValueParser<Value = Expectation> {
    let names = Expectation::ALL.into_iter().filter(|expectation| *expectation != Expectation::NoRereads);
    PossibleValuesParser::new(names.map(Expectation::as_str)).try_map(|name| name.parse::<Expectation>())
}

/// Runs a command. The exit code is that of the command, with 128 and the signal's number when a signal ended it; 1 when an
/// expectation is not met or the server did not start; 126 and 127 when the command cannot be run or found.
pub fn run(args: &Args) -> ExitCode {
    let is_stdout = |path: &Path| path == Path::new("-") || path == Path::new("/dev/stdout");
    if args.settings.report.as_deref().is_some_and(is_stdout) {
        value::wrong("--report: standard output is that of the command; accepted: a file such as verdict.xml");
    }
    if args.settings.tls.prints() {
        refuse("--tls-write-cert: standard output is that of the command; accepted: a file such as mock.pem");
    }
    if args.settings.no_admin && args.expect.contains(&Expectation::Delivered) {
        let no_admin = environment::source("--no-admin");
        refuse(&format!(
            "--expect delivered needs the control plane, by which a test compares its sink, and {no_admin} leaves it out: give \
             one of the two"
        ));
    }
    with_log(args.settings.log, |log| run_command(args, log))
}

fn run_command(args: &Args, log: &Log) -> Result<ExitCode, StartError> {
    for warning in environment::warnings::<serve::Args>() {
        tracing::warn!("{warning}");
    }
    let program = args.command.first().map(OsString::as_os_str).unwrap_or_default();
    let checked = program::check(program).map_err(|error| command_error(program, &error));
    let startup = match (Startup::new(&args.listen, &args.settings), checked) {
        (Ok(startup), Ok(())) => startup,
        (Err(error), Err(of_command)) => return Err(error.with(of_command).noted()),
        (Ok(_), Err(error)) | (Err(error), Ok(())) => return Err(error.noted()),
    };
    startup.judge_ended_sessions()?;
    startup::block_on(async {
        // Before the command starts, so that none is lost.
        let signals = SignalForwarder::new().map_err(|error| format!("cannot listen for signals: {error}"))?;
        let mut command = Command::new(program);
        command.args(&args.command[1..]);
        for variable in OWN_VARIABLES {
            command.env_remove(variable);
        }
        match startup.client_token() {
            Some(token) => command.env("CORTEX_API_KEY", token),
            // That of a real API is of no use here.
            None => command.env_remove("CORTEX_API_KEY"),
        };
        let server = startup.listen()?;
        let url = server.url_at(reachable(server.address()));
        command.env("CORTEX_BASE_URL", &url).env(environment::URL_VARIABLE, &url);
        tracing::info!("listening on {url} with {}", counted(server.entries(), "entry", "entries"));
        let child = command.spawn();
        let child = child.map_err(|error| command_error(program, &ProgramError::from_start(program, error)).noted())?;
        let (stop, stopped) = oneshot::channel();
        let end = async {
            let status = wait(child, signals).await;
            // The server has not ended before.
            let _ = stop.send(());
            status
        };
        let stopped = async {
            // Dropping the sender means the same.
            let _ = stopped.await;
            LEFTOVER_TIMEOUT
        };
        let (run, status) = tokio::join!(server.serve(stopped), end);
        let status = status.map_err(|error| format!("cannot wait for the command: {error}"))?;
        let (report, written) = run?.finish(Expectations::Only(args.expect.clone()));
        log.print(report.to_text());
        let mut errors = report.failure_messages();
        errors.extend(written.err().map(|error| error.to_string()));
        for error in &errors {
            log.print(format_args!("error: {error}\n"));
        }
        Ok(match exit_code(status) {
            0 if !errors.is_empty() => ExitCode::FAILURE,
            code => ExitCode::from(code),
        })
    })
}

/// Waits until the command ends; meanwhile it gets the signals of this process.
async fn wait(mut child: Child, mut signals: SignalForwarder) -> io::Result<ExitStatus> {
    loop {
        let process = child.id();
        tokio::select! {
            status = child.wait() => return status,
            () = signals.forward_next(process) => {}
        }
    }
}

/// The code with which a shell would report the end of a command.
fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| system::ending_signal(status).map(|signal| 128 + signal));
    // Windows has codes above 255.
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// The error of a command that does not run, with the exit code of a shell.
fn command_error(program: &OsStr, error: &ProgramError) -> StartError {
    let name = program.display();
    let message = match error {
        ProgramError::Unnamed => format!("cannot run \"{name}\": {error}"),
        _ => format!("cannot run {name}: {error}"),
    };
    StartError::new(message, error.exit_code())
}
