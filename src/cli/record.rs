//! `record`: downloads the audit logs of a Cortex API to a file that `serve --fixtures` loads.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args as ClapArgs;

use super::connection::{ConnectionArgs, connect};
use super::diagnostics;
use super::environment::SECRET_VARIABLE;
use super::format::Format;
use super::named_files::{NamedFile, collision};
use super::output::{Output, told};
use super::progress::Progress;
use super::value::{self, or_exit};
use crate::contract::{Entry, Timestamp};
use crate::duration;
use crate::fixture::Moment;
use crate::pseudonym::{Secret, pseudonymize};
use crate::record::{Checkpoint, RecordRange, Recording, RecordingEvent, RecordingSpec, record};
use crate::remote::{TimeSource, Token};
use crate::text::counted;

/// What to record, and where to.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// Record entries from T on, such as now-30d [default: the first]
    #[arg(long, value_name = "T", value_parser = range_bound)]
    from: Option<RangeBound>,
    /// Record entries up to T [default: now]
    #[arg(long, value_name = "T", value_parser = range_bound)]
    to: Option<RangeBound>,
    /// Write to FILE [default: standard output]
    ///
    /// After an interruption the same command resumes.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write this format [default: by the extension of --out, else json]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    #[arg(
        long,
        help = "Replace names and addresses by pseudonyms",
        long_help = "Replace names and addresses by pseudonyms\n\nThey are random each time, and cannot be turned back, \
                     unless --seed or the environment\nvariable CORTEX_MOCK_PSEUDONYM_SECRET is given."
    )]
    pseudonymize: bool,
    #[arg(
        long,
        value_name = "S",
        requires = "pseudonymize",
        value_parser = value::seed,
        allow_hyphen_values = true,
        help = "Make the same pseudonyms each time",
        long_help = "Make the same pseudonyms each time\n\nSet CORTEX_MOCK_PSEUDONYM_SECRET too, so that nobody can guess them."
    )]
    seed: Option<u64>,
    /// Fail if the API repeats entries or does not answer newest first
    ///
    /// The file is written all the same.
    #[arg(long)]
    strict: bool,
}

/// One end of the range.
#[derive(Debug, Clone)]
struct RangeBound {
    text: String,
    moment: Moment,
}

fn range_bound(text: &str) -> Result<RangeBound, String> {
    value::moment(text).map(|moment| RangeBound { text: text.to_owned(), moment })
}

/// Records; the file appears complete or not at all.
pub fn run(args: &Args) -> Result<(), String> {
    let certificates = env::var_os("SSL_CERT_FILE").map(|path| NamedFile::new("SSL_CERT_FILE", path));
    let out = args.out.as_ref().map(|path| NamedFile::new("--out", path));
    if let (Some(out), Some(certificates)) = (out, certificates)
        && let Some(message) = collision(&out, &[certificates])
    {
        value::wrong(&message);
    }
    let format = Format::of(args.format, args.out.as_deref());
    let (spec, token) = spec_and_token(args);
    let secret = args.pseudonymize.then(|| pseudonym_secret(args.seed));
    let connection = connect(spec.url.clone(), token).map_err(|error| error.to_string())?;
    let out = args.out.as_deref();
    // A device has no checkpoint: there is no place for a file beside it.
    let file = out.filter(|out| !out.exists() || out.is_file() || out.is_dir());
    let checkpoint = file.map(|out| Checkpoint::open(out, &spec)).transpose();
    let mut checkpoint = checkpoint.map_err(|error| error.to_string())?;
    let range = checkpoint.as_ref().map_or(spec.range, Checkpoint::range);
    if let Some(saved) = checkpoint.as_ref().filter(|saved| saved.count() > 0) {
        let (count, path) = (saved.count(), saved.path().display());
        diagnostics::print(format_args!("going on with {count} entries up to {} from {path}", range.end));
    }
    let progress = Progress::on_standard_error();
    progress.start("recording", None, checkpoint.as_ref().map_or(0, Checkpoint::count) as u64);
    let on_event = |event: RecordingEvent<'_>| show(&progress, event);
    let result = record(connection, range, TimeSource::system(), checkpoint.as_mut(), &on_event);
    drop(progress);
    let recording = match result {
        Ok(recording) => recording,
        Err(error) => return Err(with_checkpoint(&error.to_string(), checkpoint)),
    };
    let summary = summary(&recording, range);
    let entries = match &secret {
        Some(secret) => pseudonymize(recording.entries, secret),
        None => recording.entries,
    };
    if let Err(error) = write(entries, out, format) {
        return Err(with_checkpoint(&error, checkpoint));
    }
    checkpoint.map_or(Ok(()), Checkpoint::remove).map_err(|error| error.to_string())?;
    if !recording.ignored_fields.is_empty() {
        let fields = recording.ignored_fields.join(", ");
        let told = "note: not recorded, because the API is not known to have them";
        diagnostics::print(format_args!("{told}: {fields}"));
    }
    diagnostics::print(summary);
    match recording.order_violations {
        Some(violations) if args.strict => Err(format!("{violations} (--strict)")),
        Some(violations) => {
            diagnostics::print(format_args!("warning: {violations}"));
            Ok(())
        }
        None => Ok(()),
    }
}

/// Shows an event on a terminal, or as a line in a log.
fn show(progress: &Progress, event: RecordingEvent<'_>) {
    /// Shorter waits are not worth a line in a log.
    const MIN_LOGGED_WAIT: Duration = Duration::from_secs(5);

    match event {
        RecordingEvent::Progress { entries, total } => progress.update(|task| {
            task.entries = entries as u64;
            task.done = task.entries;
            task.total = Some(total as u64);
            task.note = None;
        }),
        RecordingEvent::Waiting(wait) => {
            let seconds = Duration::from_secs(wait.length.as_secs().max(1));
            let line = format!("waiting {}: {}", duration::format(seconds), wait.reason);
            if !progress.is_hidden() {
                progress.note(line);
            } else if wait.length >= MIN_LOGGED_WAIT {
                diagnostics::print(line);
            }
        }
        RecordingEvent::Restart { pass } => {
            progress.print(format_args!("the entries changed below what was read; beginning anew (pass {pass})"));
            progress.start("recording", None, 0);
        }
    }
}

/// The recording and the token that the flags name; exits when they are wrong.
fn spec_and_token(args: &Args) -> (RecordingSpec, Token) {
    let (url, token) = or_exit(args.connection.url_and_token());
    let now = Timestamp::now().trunc_to_millis();
    let instant = |flag: &str, bound: &RangeBound| {
        or_exit(bound.moment.at(now).map_err(|error| format!("{flag} {}: it {error}", bound.text)))
    };
    let start = args.from.as_ref().map(|from| instant("--from", from));
    // Entries of the future could still change.
    let end = args.to.as_ref().map_or(now, |to| instant("--to", to)).min(now);
    if let Some(start) = start.filter(|start| *start > end) {
        let end_is = if args.to.is_some() { "--to" } else { "now, where the range ends" };
        value::wrong(&format!("--from ({start}) is after {end_is} ({end}), so there is nothing to record"));
    }
    let text = |bound: &Option<RangeBound>| bound.as_ref().map(|bound| bound.text.clone());
    let range = RecordRange { start, end };
    (RecordingSpec { url, from: text(&args.from), to: text(&args.to), range }, token)
}

/// The secret from which the pseudonyms are made.
fn pseudonym_secret(seed: Option<u64>) -> Secret {
    let part = env::var_os(SECRET_VARIABLE).unwrap_or_default();
    if seed.is_some() && part.is_empty() {
        diagnostics::print(format_args!(
            "note: only --seed keeps the pseudonyms from being turned back, and it can be guessed; set {SECRET_VARIABLE} too"
        ));
    }
    Secret::new(seed, part.as_encoded_bytes())
}

/// The message for an error, and for the entries that are saved; an empty checkpoint is deleted.
fn with_checkpoint(error: &str, checkpoint: Option<Checkpoint>) -> String {
    match checkpoint {
        Some(checkpoint) if checkpoint.count() == 0 => match checkpoint.remove() {
            Ok(()) => error.to_owned(),
            Err(also) => format!("{error}; {also}"),
        },
        Some(checkpoint) => {
            let (count, path) = (checkpoint.count(), checkpoint.path().display());
            format!("{error}\n{count} entries are kept in {path}; the same command goes on from there")
        }
        None => error.to_owned(),
    }
}

fn write(entries: Vec<Entry>, out: Option<&Path>, format: Format) -> Result<(), String> {
    let mut output = Output::open(out)?;
    match format.write(&mut output, entries.into_iter(), || ()) {
        // A reader such as `head` may close standard output early.
        Err(error) if out.is_none() && error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(told(&error)),
        Ok(()) => output.finish(),
    }
}

fn summary(recording: &Recording, range: RecordRange) -> String {
    let oldest = recording.entries.last().map(|entry| entry.timestamp);
    let start = range.start.or(oldest).map(|start| format!("from {start} ")).unwrap_or_default();
    let entries = counted(recording.entries.len(), "entry", "entries");
    let requests = counted(recording.requests, "request", "requests");
    format!("recorded {entries} {start}to {} in {requests}", range.end)
}
