//! `record`: keeps what a Cortex API holds as a file that `serve --fixtures` loads.

mod progress;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::{Args as ClapArgs, ValueEnum};

use super::output::{Output, told};
use super::value;
use crate::contract::{Entry, Timestamp};
use crate::record::{Api, ApiUrl, Asked, Bound, Part, Range, Recorded, Recording, Time, Token};
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
    from: Option<Bound>,
    /// Not after, in the same forms. [default: now]
    #[arg(long, value_name = "T", value_parser = bound)]
    to: Option<Bound>,
    /// Where to write; the same command again goes on after an interruption. [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Form of the file. [default: ndjson for .ndjson and .jsonl, else json]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// An array, an entry a line.
    Json,
    /// An entry a line.
    Ndjson,
}

fn bound(text: &str) -> Result<Bound, String> {
    value::moment(text).map(|moment| Bound { given: text.to_owned(), moment })
}

/// Records; a file appears whole or not at all.
pub fn run(args: &Args) -> Result<(), String> {
    let (asked, token) = checked(args).unwrap_or_else(|wrong| {
        // A wrong flag, though it takes more than its text to know.
        clap::Error::raw(ErrorKind::ValueValidation, format!("{wrong}\n")).exit()
    });
    if asked.url.exposes_token() {
        eprintln!("warning: the token travels unencrypted to {}", asked.url);
    }
    let api = Api::new(asked.url.clone(), token)?;
    let mut part = args.out.as_deref().map(|out| Part::open(out, &asked)).transpose()?;
    let range = part.as_ref().map_or(asked.range, Part::range);
    if let Some(part) = part.as_ref().filter(|part| !part.is_empty()) {
        eprintln!("going on with {} entries up to {} from {}", part.len(), range.end, part.path().display());
    }
    let progress = Progress::on_standard_error();
    let recording = Recording::new(&api, range, Time::system(), &|event| progress.show(event)).run(part.as_mut());
    progress.clear();
    let recorded = match recording {
        Ok(recorded) => recorded,
        Err(error) => return Err(left(&error.to_string(), part)),
    };
    let line = summary(&recorded, range);
    let entries = prepared(recorded.entries);
    if let Err(error) = write(&entries, args.out.as_deref(), args.format()) {
        return Err(left(&error, part));
    }
    part.map_or(Ok(()), Part::remove)?;
    if !recorded.left_out.is_empty() {
        eprintln!("note: not recorded, because the API is not known to have them: {}", recorded.left_out.join(", "));
    }
    eprintln!("{line}");
    Ok(())
}

impl Args {
    fn format(&self) -> Format {
        let by_line = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "ndjson" || ending == "jsonl");
        let by_name = if self.out.as_ref().is_some_and(by_line) { Format::Ndjson } else { Format::Json };
        self.format.unwrap_or(by_name)
    }
}

/// The recording that the flags ask for, or what is wrong with them.
fn checked(args: &Args) -> Result<(Asked, Token), String> {
    let url = ApiUrl::read(&args.url)?;
    let now = Timestamp::system().to_millisecond();
    let at = |flag: &str, bound: &Option<Bound>| {
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
    let token = Token::from_environment(&args.token_env)?;
    let asked = Asked { url, from: args.from.clone(), to: args.to.clone(), range: Range { start, end } };
    Ok((asked, token))
}

/// An error, and what is left of the recording: with nothing in it, the part goes.
fn left(error: &str, part: Option<Part>) -> String {
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

/// What is done to the entries between their recording and their writing: nothing yet.
fn prepared(entries: Vec<Entry>) -> Vec<Entry> {
    entries
}

fn write(entries: &[Entry], out: Option<&Path>, format: Format) -> Result<(), String> {
    let mut output = Output::open(out)?;
    match write_to(&mut output, entries, format) {
        // Whoever reads only the first lines has read enough.
        Err(error) if out.is_none() && error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(told(&error)),
        Ok(()) => output.finish(),
    }
}

fn write_to(output: &mut Output, entries: &[Entry], format: Format) -> io::Result<()> {
    let (before, between, after) = match format {
        Format::Json => ("[\n", ",\n", "\n]\n"),
        Format::Ndjson => ("", "\n", "\n"),
    };
    if entries.is_empty() {
        return output.write_all(if format == Format::Json { b"[]\n" } else { b"" });
    }
    for (place, entry) in entries.iter().enumerate() {
        output.write_all(if place == 0 { before } else { between }.as_bytes())?;
        serde_json::to_writer(&mut *output, entry)?;
    }
    output.write_all(after.as_bytes())?;
    output.flush()
}

fn summary(recorded: &Recorded, range: Range) -> String {
    let oldest = recorded.entries.last().map(|entry| entry.timestamp);
    let start = range.start.or(oldest).map(|start| format!("from {start} ")).unwrap_or_default();
    let (entries, requests) = (recorded.entries.len(), recorded.requests);
    format!(
        "recorded {entries} {} {start}to {} in {requests} {}",
        if entries == 1 { "entry" } else { "entries" },
        range.end,
        if requests == 1 { "request" } else { "requests" },
    )
}
