//! The folder `share/`: manual pages and shell completions, generated from the definition of the command line and kept in
//! the repository, so that a package copies them.

mod completions;
mod manual;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The path of the folder.
fn share() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("share")
}

/// The generated files, by their path in the folder.
fn generated() -> BTreeMap<PathBuf, String> {
    manual::pages().into_iter().chain(completions::scripts()).collect()
}

/// The files in the folder, by their path.
fn committed() -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![share()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                files.insert(path.strip_prefix(share()).unwrap().to_owned(), text);
            }
        }
    }
    files
}

/// Every command with a name, and the program itself.
fn commands() -> Vec<clap::Command> {
    // Clap's own command `help` needs no page.
    let mut program = cortex_audit_mock::internal::cli::command().disable_help_subcommand(true);
    program.build();
    program.get_subcommands().cloned().chain([program.clone()]).collect()
}

#[test]
fn manual_pages_and_completions_are_those_of_the_command_line() {
    if env::var_os("UPDATE_SHARE").is_some() {
        let _ = fs::remove_dir_all(share());
        for (path, text) in generated() {
            let path = share().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        return;
    }
    let (generated, committed) = (generated(), committed());
    assert_eq!(committed.keys().collect::<Vec<_>>(), generated.keys().collect::<Vec<_>>(), "{HINT}");
    for (path, text) in generated {
        assert!(committed[&path] == text, "{} is not up to date; {HINT}", path.display());
    }
}

const HINT: &str = "UPDATE_SHARE=1 cargo test share rewrites the folder";
