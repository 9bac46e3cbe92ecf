//! `validate`: checks files of entries and keys, and summarises them.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::value;
use crate::contract::{Action, ActorType, Entry, OBJECT_TYPES, Timestamp, is_email};
use crate::fixture::{self, Loaded};
use crate::json_file::FileErrors;
use crate::keys::{self, KeySource, Keys, VIEW_AUDIT_LOGS};
use crate::text::{counted, nearest};

/// The files to check.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Entries: files, folders of files, or - for standard input. [default: the built-in story]
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    /// A keys file to check as well.
    #[arg(long, value_name = "PATH")]
    keys: Option<PathBuf>,
    /// The instant that relative times count from. [default: the system clock]
    #[arg(long, value_name = "TIME", value_parser = value::instant)]
    now: Option<Timestamp>,
}

/// Prints a summary, or every error of every file.
pub fn run(args: &Args) -> Result<(), String> {
    let now = args.now.unwrap_or_else(Timestamp::now);
    let keys = args.keys.clone().map(|path| keys::load(&KeySource::Path(path), now)).transpose();
    // With `--keys` alone there are no entries to check.
    let entries = match (&args.keys, args.paths.as_slice()) {
        (Some(_), []) => Ok(None),
        (_, paths) => fixture::load(&value::sources(paths), now).map(Some),
    };
    let (keys, entries) = match (keys, entries) {
        (Ok(keys), Ok(entries)) => (keys, entries),
        (keys, entries) => {
            let errors = [keys.err(), entries.err()].into_iter().flatten().flat_map(|errors| errors.0);
            let errors = FileErrors(errors.collect());
            return Err(format!("{}\n{errors}", errors.counted()));
        }
    };
    let summaries = keys.as_ref().map(summary_of_keys).into_iter().chain(entries.as_ref().map(summary));
    match io::stdout().write_all(summaries.collect::<String>().as_bytes()) {
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

fn summary(loaded: &Loaded) -> String {
    let entries = &loaded.entries;
    let mut lines = vec![format!("{}, all valid", counted(entries.len(), "entry", "entries"))];
    let times = entries.iter().map(|entry| entry.timestamp);
    if let (Some(first), Some(last)) = (times.clone().min(), times.max()) {
        lines.push(format!("  from {first} to {last}"));
    }
    lines.push(counts("actions", Action::WORDS, entries, |entry| entry.action.as_str()));
    lines.push(counts("actor types", ActorType::WORDS, entries, |entry| entry.actor.kind.as_str()));
    let types: BTreeSet<&str> = entries.iter().map(|entry| entry.object_type.as_str()).collect();
    lines.push(format!("  object types: {}", types.len()));
    let unlisted: Vec<&str> = types.into_iter().filter(|kind| !OBJECT_TYPES.contains(kind)).collect();
    for kind in unlisted {
        let suggestion =
            nearest(kind, OBJECT_TYPES).map(|word| format!("; did you mean \"{word}\"?")).unwrap_or_default();
        lines.push(format!("  note: {kind} is not an object type that Cortex is known to use{suggestion}"));
    }
    let addresses = entries.iter().filter_map(|entry| entry.ip_address.as_deref());
    lines.extend(note("ipAddress", "an IP address", addresses.filter(|text| text.parse::<IpAddr>().is_err())));
    let emails = entries.iter().filter_map(|entry| entry.actor.email.as_deref());
    lines.extend(note("actorEmail", "an e-mail address", emails.filter(|text| !is_email(text))));
    for (field, count) in &loaded.ignored_fields {
        let entries = counted(*count, "entry", "entries");
        lines.push(format!("  note: the field {field} is not known and was ignored in {entries}"));
    }
    lines.join("\n") + "\n"
}

/// A note on values that are accepted but probably wrong.
fn note<'a>(field: &str, expected: &str, mut values: impl Iterator<Item = &'a str>) -> Option<String> {
    let first = values.next()?;
    let entries = counted(values.count() + 1, "entry", "entries");
    Some(format!("  note: {field} is not {expected} in {entries}, such as \"{first}\""))
}

fn counts<const N: usize>(title: &str, words: [&str; N], entries: &[Entry], of: impl Fn(&Entry) -> &str) -> String {
    let each = words.into_iter().filter_map(|word| {
        let count = entries.iter().filter(|entry| of(entry) == word).count();
        (count > 0).then(|| format!("{word} {count}"))
    });
    format!("  {title}: {}", each.collect::<Vec<_>>().join(", "))
}
