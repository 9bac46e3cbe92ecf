//! `record`: downloads the audit logs of a Cortex API to a file that `serve --fixtures` loads.

mod progress;

use std::io;
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use super::format::Format;
use super::output::{Output, told};
use super::value;
use crate::contract::{Entry, Timestamp};
use crate::pseudonym::{Secret, pseudonymize};
use crate::record::{Api, Checkpoint, RangeBound, RecordRange, Recorder, Recording, RecordingSpec};
use crate::remote::{ApiUrl, TimeSource, Token};
use crate::text::counted;
use progress::Progress;

/// What to record, and where to.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Base URL of a Cortex API, such as `https://api.getcortexapp.com`, or of another mock.
    #[arg(long, value_name = "URL")]
    url: String,
    /// Name of the environment variable that holds the token.
    #[arg(long, value_name = "NAME", default_value = "CORTEX_API_KEY")]
    token_env: String,
    /// Not before: such as 2025-05-20T06:00:00Z or now-30d. [default: the first entry]
    #[arg(long, value_name = "T", value_parser = bound)]
    from: Option<RangeBound>,
    /// Not after, in the same forms. [default: now]
    #[arg(long, value_name = "T", value_parser = bound)]
    to: Option<RangeBound>,
    /// Where to write; the same command again goes on after an interruption. [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Form of the file. [default: ndjson for .ndjson and .jsonl, else json]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// Give everybody and everything another name. Without --seed and without the environment variable
    /// `CORTEX_MOCK_PSEUDONYM_SECRET` they are other names each time, and nothing leads back.
    #[arg(long)]
    pseudonymize: bool,
    /// The same names each time; `CORTEX_MOCK_PSEUDONYM_SECRET` keeps others from finding out whose they are.
    #[arg(long, value_name = "S", requires = "pseudonymize", value_parser = value::seed, allow_hyphen_values = true)]
    seed: Option<u64>,
}

/// Holds the secret part of the pseudonyms: a flag would stand in the list of processes.
const SECRET: &str = "CORTEX_MOCK_PSEUDONYM_SECRET";

fn bound(text: &str) -> Result<RangeBound, String> {
    value::moment(text).map(|moment| RangeBound { given: text.to_owned(), moment })
}

/// Records; a file appears whole or not at all.
pub fn run(args: &Args) -> Result<(), String> {
    let (asked, token) = checked(args).unwrap_or_else(|wrong| value::wrong(&wrong));
    let secret = args.pseudonymize.then(|| secret(args.seed));
    if asked.url.exposes_token() {
        eprintln!("warning: the token travels unencrypted to {}", asked.url);
    }
    let api = Api::new(asked.url.clone(), token)?;
    // Beside a device there is no place for a part.
    let file = args.out.as_deref().filter(|out| !out.exists() || out.is_file() || out.is_dir());
    let mut part = file.map(|out| Checkpoint::open(out, &asked)).transpose()?;
    let range = part.as_ref().map_or(asked.range, Checkpoint::range);
    if let Some(part) = part.as_ref().filter(|part| !part.is_empty()) {
        eprintln!("going on with {} entries up to {} from {}", part.len(), range.end, part.path().display());
    }
    let progress = Progress::on_standard_error();
    let recording = Recorder::new(&api, range, TimeSource::system(), &|event| progress.show(event)).run(part.as_mut());
    progress.clear();
    let recorded = match recording {
        Ok(recorded) => recorded,
        Err(error) => return Err(left(&error.to_string(), part)),
    };
    let line = summary(&recorded, range);
    let entries = match &secret {
        Some(secret) => pseudonymize(recorded.entries, secret),
        None => recorded.entries,
    };
    if let Err(error) = write(entries, args.out.as_deref(), Format::of(args.format, args.out.as_deref())) {
        return Err(left(&error, part));
    }
    part.map_or(Ok(()), Checkpoint::remove)?;
    if !recorded.ignored_fields.is_empty() {
        eprintln!(
            "note: not recorded, because the API is not known to have them: {}",
            recorded.ignored_fields.join(", ")
        );
    }
    eprintln!("{line}");
    Ok(())
}

/// The recording that the flags ask for, or what is wrong with them.
fn checked(args: &Args) -> Result<(RecordingSpec, Token), String> {
    let url = ApiUrl::read(&args.url)?;
    let now = Timestamp::now().trunc_to_millis();
    let at = |flag: &str, bound: &Option<RangeBound>| {
        let at = bound
            .as_ref()
            .map(|bound| bound.moment.at(now).map_err(|error| format!("{flag} {}: it {error}", bound.given)));
        at.transpose()
    };
    let start = at("--from", &args.from)?;
    // What is yet to come must not matter.
    let end = at("--to", &args.to)?.unwrap_or(now).min(now);
    if let Some(start) = start.filter(|start| *start > end) {
        let end_is = if args.to.is_some() { "--to" } else { "now, where the range ends" };
        return Err(format!("--from ({start}) is after {end_is} ({end}), so there is nothing to record"));
    }
    let token = Token::from_environment("--token-env", &args.token_env)?;
    let asked = RecordingSpec { url, from: args.from.clone(), to: args.to.clone(), range: RecordRange { start, end } };
    Ok((asked, token))
}

/// What the pseudonyms hang on.
fn secret(seed: Option<u64>) -> Secret {
    let part = std::env::var_os(SECRET).unwrap_or_default();
    if seed.is_some() && part.is_empty() {
        eprintln!(
            "note: only --seed keeps the pseudonyms from being turned back, and it can be guessed; set {SECRET} too"
        );
    }
    Secret::new(seed, part.as_encoded_bytes())
}

/// An error, and what is left of the recording: with nothing in it, the part goes.
fn left(error: &str, part: Option<Checkpoint>) -> String {
    match part {
        Some(part) if part.is_empty() => match part.remove() {
            Ok(()) => error.to_owned(),
            Err(also) => format!("{error}; {also}"),
        },
        Some(part) => {
            let (count, path) = (part.len(), part.path().display());
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

fn summary(recorded: &Recording, range: RecordRange) -> String {
    let oldest = recorded.entries.last().map(|entry| entry.timestamp);
    let start = range.start.or(oldest).map(|start| format!("from {start} ")).unwrap_or_default();
    let entries = counted(recorded.entries.len(), "entry", "entries");
    let requests = counted(recorded.requests, "request", "requests");
    format!("recorded {entries} {start}to {} in {requests}", range.end)
}
