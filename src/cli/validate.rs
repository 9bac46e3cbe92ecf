//! `validate`: checks files of entries and keys, and summarises them.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::named_files::{NamedFile, repeated_standard_input};
use super::progress::Progress;
use super::value;
use crate::contract::{Action, ActorType, Entry, OBJECT_TYPES, OBJECT_TYPES_DATE, Timestamp, is_email};
use crate::fixture::{self, EntrySource, IgnoredFields};
use crate::json_file::FileErrors;
use crate::keys::{self, KeySource, Keys, VIEW_AUDIT_LOGS};
use crate::text::{counted, did_you_mean, excerpt};

/// The files to check.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Check these files or folders; - is standard input [default: the built-in story]
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    /// Check this file of API keys
    #[arg(long, value_name = "PATH")]
    keys: Option<PathBuf>,
    /// Count relative times from TIME, such as now-1d [default: the system clock]
    #[arg(long, value_name = "TIME", value_parser = value::instant_or_relative)]
    now: Option<Timestamp>,
}

/// Prints a summary, or every error of every file.
pub fn run(args: &Args) -> Result<(), String> {
    let keys = args.keys.as_ref().map(|path| NamedFile::new("--keys", path));
    let inputs: Vec<NamedFile> = args.paths.iter().map(|path| NamedFile::new("PATH", path)).chain(keys).collect();
    if let Some(message) = repeated_standard_input(&inputs) {
        value::wrong(&message);
    }
    let now = args.now.unwrap_or_else(Timestamp::now);
    let keys = args.keys.clone().map(|path| keys::load(&KeySource::Path(path), now)).transpose();
    // With `--keys` alone there are no entries to check.
    let entries = match (&args.keys, args.paths.as_slice()) {
        (Some(_), []) => Ok(None),
        (_, paths) => Summary::of(&value::sources(paths), now).map(Some),
    };
    let redact = |text: &str| match &keys {
        Ok(Some(keys)) => keys.redact(text).into_owned(),
        Ok(None) | Err(_) => text.to_owned(),
    };
    let (of_keys, of_entries) = match (&keys, entries) {
        (Ok(keys), Ok(entries)) => (keys.as_ref().map(summary_of_keys), entries.map(|entries| entries.to_string())),
        (keys, entries) => {
            let errors = keys.as_ref().err().cloned().into_iter().chain(entries.err()).flat_map(|errors| errors.0);
            let mut errors = FileErrors(errors.collect());
            errors.redact(redact);
            return Err(format!("{}\n{errors}", errors.counted()));
        }
    };
    let summary = of_keys.into_iter().chain(of_entries.map(|summary| redact(&summary))).collect::<String>();
    match io::stdout().write_all(summary.as_bytes()) {
        // A reader such as `head` may close standard output early.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("cannot write: {error}")),
        _ => Ok(()),
    }
}

fn summary_of_keys(keys: &Keys) -> String {
    let useless = keys.list().iter().filter(|key| !key.has_permission(VIEW_AUDIT_LOGS));
    let notes = useless.map(|key| format!("  note: {key} has no role that grants \"{VIEW_AUDIT_LOGS}\"\n"));
    format!("{}, all valid\n{}", counted(keys.list().len(), "key", "keys"), notes.collect::<String>())
}

/// What is in files of entries. It keeps no entries, which may not fit into memory.
#[derive(Default)]
struct Summary {
    entries: usize,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    actions: [usize; Action::ALL.len()],
    actor_types: [usize; ActorType::ALL.len()],
    object_types: BTreeSet<String>,
    addresses: OddValues,
    emails: OddValues,
    request_types: OddValues,
    ignored_fields: IgnoredFields,
}

/// Values that are accepted but probably wrong.
#[derive(Default)]
struct OddValues {
    count: usize,
    /// The first value, and the entry that has it.
    first: String,
}

impl OddValues {
    fn add(&mut self, value: Option<&str>, entry: &Entry, is_right: impl FnOnce(&str) -> bool) {
        let Some(value) = value.filter(|value| !is_right(value)) else { return };
        if self.count == 0 {
            let Entry { action, object_type, object_identifier, timestamp, .. } = entry;
            let (object_type, object_identifier) = (excerpt(object_type), excerpt(object_identifier));
            let value = excerpt(value);
            self.first = format!("\"{value}\" in {action} {object_type} {object_identifier} of {timestamp}");
        }
        self.count += 1;
    }

    fn note(&self, field: &str, expected: &str) -> Option<String> {
        let entries = counted(self.count, "entry", "entries");
        let note = format!("  note: {field} is not {expected} in {entries}, such as {}\n", self.first);
        (self.count > 0).then_some(note)
    }
}

impl Summary {
    fn of(sources: &[EntrySource], now: Timestamp) -> Result<Self, FileErrors> {
        let mut summary = Self::default();
        let progress = Progress::on_standard_error();
        let ignored_fields = fixture::load_into(&mut |entry| summary.add(entry), sources, now, &progress)?;
        Ok(Self { ignored_fields, ..summary })
    }

    fn add(&mut self, entry: Entry) {
        self.entries += 1;
        self.first = Some(self.first.map_or(entry.timestamp, |first| first.min(entry.timestamp)));
        self.last = self.last.max(Some(entry.timestamp));
        self.actions[entry.action as usize] += 1;
        self.actor_types[entry.actor.kind as usize] += 1;
        self.addresses.add(entry.ip_address.as_deref(), &entry, |text| text.parse::<IpAddr>().is_ok());
        self.emails.add(entry.actor.email.as_deref(), &entry, is_email);
        let is_anonymous = entry.actor.kind == ActorType::Anonymous;
        self.request_types.add(entry.actor.request_type.as_deref(), &entry, |_| is_anonymous);
        self.object_types.insert(entry.object_type);
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, all valid", counted(self.entries, "entry", "entries"))?;
        if let (Some(first), Some(last)) = (self.first, self.last) {
            writeln!(f, "  from {first} to {last}")?;
        }
        writeln!(f, "  actions: {}", counts(Action::WORDS, self.actions))?;
        writeln!(f, "  actor types: {}", counts(ActorType::WORDS, self.actor_types))?;
        writeln!(f, "  object types: {}", self.object_types.len())?;
        for kind in self.object_types.iter().filter(|kind| !OBJECT_TYPES.contains(&kind.as_str())) {
            let suggestion = did_you_mean(kind, OBJECT_TYPES);
            let kind = excerpt(kind);
            writeln!(
                f,
                "  note: {kind} is not an object type that Cortex was known to use on {OBJECT_TYPES_DATE}{suggestion}"
            )?;
        }
        let addresses = self.addresses.note("ipAddress", "an IP address");
        let emails = self.emails.note("actorEmail", "an e-mail address");
        let request_types =
            self.request_types.note("actorRequestType", "of an actor of type ANONYMOUS, the only one that has any,");
        f.write_str(&addresses.into_iter().chain(emails).chain(request_types).collect::<String>())?;
        for (field, count) in &self.ignored_fields {
            let entries = counted(*count, "entry", "entries");
            let field = excerpt(field);
            writeln!(f, "  note: the field {field} is not known and was ignored in {entries}")?;
        }
        Ok(())
    }
}

fn counts<const N: usize>(words: [&str; N], counts: [usize; N]) -> String {
    let each = words.iter().zip(counts).filter(|(_, count)| *count > 0);
    each.map(|(word, count)| format!("{word} {count}")).collect::<Vec<_>>().join(", ")
}
