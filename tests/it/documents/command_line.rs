//! The tables of commands and flags, compared with `--help`.

use super::markdown::{subheadings, table};
use crate::support::process::binary;

/// A flag in `--help`: the heading above it, its name with its value, its environment variable, its default.
#[derive(Debug, PartialEq, Eq)]
pub struct Flag {
    heading: String,
    pub name: String,
    environment: String,
    default: Option<String>,
}

pub fn flags_of_help() -> Vec<Flag> {
    let help = binary(["serve", "--help"]).run().succeeded().to_owned();
    let between = |text: &str, start: &str| {
        text.split_once(start).and_then(|(_, rest)| rest.split_once(']')).map(|(found, _)| found.trim().to_owned())
    };
    // The heading of the next flag is behind the text of a flag.
    let heading =
        |part: &str| part.lines().rev().find(|line| line.ends_with(':') && !line.starts_with(' ')).map(String::from);
    let mut parts = help.split("\n      --");
    let mut current = heading(parts.next().unwrap()).unwrap();
    let mut flags = Vec::new();
    for part in parts {
        flags.push(Flag {
            heading: current.trim_end_matches(':').to_owned(),
            name: format!("--{}", part.lines().next().unwrap().replace(['<', '>'], "")),
            environment: between(part, "[env: ").unwrap(),
            default: between(part, "[default: "),
        });
        current = heading(part).unwrap_or(current);
    }
    flags
}

#[test]
fn the_flags_are_those_of_the_help() {
    let document = "docs/command-line.md";
    let mut written = Vec::new();
    for heading in subheadings(document, "Flags") {
        written.extend(table(document, &heading).into_iter().map(|cells| Flag {
            heading: heading.clone(),
            name: cells[0].clone(),
            environment: cells[1].clone(),
            default: (cells[3] != "off").then(|| cells[3].clone()),
        }));
    }
    assert_eq!(written, flags_of_help());
}

#[test]
fn the_commands_are_those_of_the_help() {
    let help = binary(["--help"]).run().succeeded().to_owned();
    let (_, commands) = help.split_once("\nCommands:\n").unwrap();
    let (commands, _) = commands.split_once("\n\n").unwrap();
    let names = commands.lines().map(|line| line.split_whitespace().next().unwrap()).filter(|name| *name != "help");
    let rows = table("docs/command-line.md", "Commands");
    assert_eq!(rows.iter().map(|cells| cells[0].as_str()).collect::<Vec<_>>(), names.collect::<Vec<_>>());
}
