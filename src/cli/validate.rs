//! `validate`: checks entry files and says what is in them.

use std::collections::BTreeSet;

use clap::Args as ClapArgs;

use super::value;
use crate::contract::{Action, ActorType, Entry, OBJECT_TYPES, Timestamp, nearest};
use crate::fixture::{self, EntrySource, Loaded};

/// Which files.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Entries: files, folders of files, or - for standard input. [default: the built-in story]
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    /// The instant that relative times count from. [default: the system clock]
    #[arg(long, value_name = "TIME", value_parser = value::instant)]
    now: Option<Timestamp>,
}

/// Prints a summary, or every error of every file.
pub fn run(args: &Args) -> Result<(), String> {
    let sources: Vec<EntrySource> = match args.paths.as_slice() {
        [] => vec![EntrySource::BuiltIn],
        given => given.iter().map(|path| EntrySource::from(path.as_str())).collect(),
    };
    let now = args.now.unwrap_or_else(Timestamp::system);
    let loaded = fixture::load(&sources, now).map_err(|errors| errors.told())?;
    print!("{}", summary(&loaded));
    Ok(())
}

fn summary(loaded: &Loaded) -> String {
    let entries = &loaded.entries;
    let mut lines = vec![format!("{} entries, all valid", entries.len())];
    let times = entries.iter().map(|entry| entry.timestamp);
    if let (Some(first), Some(last)) = (times.clone().min(), times.max()) {
        lines.push(format!("  from {first} to {last}"));
    }
    lines.push(counts("actions", Action::ALL.map(Action::as_str), entries, |entry| entry.action.as_str()));
    lines
        .push(counts("actor types", ActorType::ALL.map(ActorType::as_str), entries, |entry| entry.actor.kind.as_str()));
    let types: BTreeSet<&str> = entries.iter().map(|entry| entry.object_type.as_str()).collect();
    lines.push(format!("  object types: {}", types.len()));
    let unlisted: Vec<&str> = types.into_iter().filter(|kind| !OBJECT_TYPES.contains(kind)).collect();
    for kind in unlisted {
        let meant = nearest(kind, OBJECT_TYPES).map(|word| format!("; did you mean {word}?")).unwrap_or_default();
        lines.push(format!("  note: {kind} is not an object type that Cortex is known to use{meant}"));
    }
    for (field, count) in &loaded.ignored_fields {
        let entries = if *count == 1 { "entry" } else { "entries" };
        lines.push(format!("  note: the field {field} is not known and was ignored in {count} {entries}"));
    }
    lines.join("\n") + "\n"
}

fn counts<const N: usize>(title: &str, words: [&str; N], entries: &[Entry], of: impl Fn(&Entry) -> &str) -> String {
    let each = words.into_iter().filter_map(|word| {
        let count = entries.iter().filter(|entry| of(entry) == word).count();
        (count > 0).then(|| format!("{word} {count}"))
    });
    format!("  {title}: {}", each.collect::<Vec<_>>().join(", "))
}
