//! The tables of commands and flags, compared with `--help`.

use super::markdown::table;
use crate::support::process::binary;

/// A flag in `--help`: its name with its value, its environment variable, its default.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flag {
    pub name: String,
    environment: String,
    default: Option<String>,
}

pub fn flags_of_help() -> Vec<Flag> {
    let help = binary(["--help"]).run().succeeded().to_owned();
    let between = |text: &str, start: &str| {
        text.split_once(start).and_then(|(_, rest)| rest.split_once(']')).map(|(found, _)| found.trim().to_owned())
    };
    help.split("\n      --")
        .skip(1)
        .map(|part| Flag {
            name: format!("--{}", part.lines().next().unwrap().replace(['<', '>'], "")),
            environment: between(part, "[env: ").unwrap().trim_end_matches('=').to_owned(),
            default: between(part, "[default: "),
        })
        .collect()
}

#[test]
fn the_flags_are_those_of_the_help() {
    let written: Vec<Flag> = table("docs/command-line.md", "Flags")
        .into_iter()
        .map(|cells| Flag {
            name: cells[0].clone(),
            environment: cells[1].clone(),
            default: (cells[3] != "off").then(|| cells[3].clone()),
        })
        .collect();
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
