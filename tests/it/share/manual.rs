//! Manual pages of the program and its commands.

use std::path::PathBuf;
use std::process::Command;

use clap_mangen::Man;

use super::{commands, share};
use crate::support::external_tools;

/// The end of every page.
const EXIT_STATUS: &str = r#".SH "EXIT STATUS"
.TP
0
It did what it was told; a server was stopped by SIGTERM or SIGINT.
.TP
1
It could not, and says why on standard error. With \fBverify\fR: an answer differs from a rule.
.TP
2
The command line is wrong. With \fBverify\fR: the API could not be asked.
"#;

/// Every page, by its path in the folder.
pub fn pages() -> Vec<(PathBuf, String)> {
    commands()
        .into_iter()
        .map(|command| {
            // Without the version, which would change every page. Without a date clap_mangen omits the argument, and
            // the next one would be read as the date.
            let man = Man::new(command).date("-").source(env!("CARGO_PKG_NAME")).manual("User Commands");
            let mut page = Vec::new();
            man.render(&mut page).unwrap();
            let text = String::from_utf8(page).unwrap().replace(" 1 - ", " 1 \"\" ");
            // One empty line instead of two, of which mandoc complains.
            let text = text.replace(".br\n\n.br\n", ".sp\n");
            // clap_mangen calls the end of a help so.
            let text = text.replace(".SH EXTRA\nExamples:\n", ".SH EXAMPLES\n");
            let text = text.replace(".SH EXTRA\n", ".SH NOTES\n").replace("\nExamples:\n", "\n.SH EXAMPLES\n");
            (PathBuf::from("man/man1").join(man.get_filename()), format!("{text}{EXIT_STATUS}"))
        })
        .collect()
}

/// A page as plain text.
fn plain_text(path: &PathBuf) -> Option<String> {
    let rendered = Command::new("mandoc").args(["-T", "ascii", "-O", "width=200"]).arg(share().join(path)).output();
    let rendered = rendered.map_err(|error| format!("mandoc, to read manual pages: {error}"));
    let output = external_tools::require("mandoc", &rendered)?;
    let mut text = String::new();
    for c in String::from_utf8_lossy(&output.stdout).chars() {
        if c == '\u{8}' {
            text.pop();
        } else {
            text.push(c);
        }
    }
    Some(text)
}

#[test]
fn every_flag_and_environment_variable_is_in_the_page_of_its_command() {
    for (command, (path, _)) in commands().iter().zip(pages()) {
        let Some(text) = plain_text(&path) else { return };
        for flag in command.get_arguments().filter(|flag| !flag.is_hide_set()) {
            if let Some(long) = flag.get_long() {
                assert!(text.contains(&format!("--{long}")), "--{long} in {}", path.display());
            }
            if let Some(name) = flag.get_env() {
                assert!(text.contains(name.to_str().unwrap()), "{} in {}", name.display(), path.display());
            }
        }
        for part in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS"] {
            assert!(text.lines().any(|line| line == part), "{part} in {}", path.display());
        }
    }
}

#[test]
fn mandoc_has_no_complaints() {
    for (path, _) in pages() {
        let checked = Command::new("mandoc").args(["-T", "lint", "-W", "warning"]).arg(share().join(&path)).output();
        let checked = checked.map_err(|error| format!("mandoc, to check manual pages: {error}"));
        let Some(output) = external_tools::require("mandoc", &checked) else { return };
        let output = String::from_utf8_lossy(&output.stdout);
        // The pages have no date.
        let faults: Vec<&str> = output.lines().filter(|line| !line.contains("WARNING: missing date")).collect();
        assert_eq!(faults, Vec::<&str>::new());
    }
}
