//! The program that turns audit logs into OCSF events, with the entries of the built-in story.

use std::fs;
use std::process::Command;

use serde_json::Value;

use super::recipe_copy::RecipeCopy;
use super::{file, repository};
use crate::support::NOW;
use crate::support::external_tools::{self, run};
use crate::support::process::Server;

const RECIPE: &str = "recipes/collectors/ocsf";
const ENTRIES: &str = "audit.jsonl";

/// All entries of the built-in story.
fn story() -> Vec<Value> {
    let Value::Array(entries) = Server::start(&["--now", NOW]).logs("pageSize=1000")["logs"].take() else { panic!() };
    entries
}

/// Writes entries to the file that the program reads.
fn write(copy: &RecipeCopy, entries: &[Value]) {
    let lines: String = entries.iter().map(|entry| format!("{entry}\n")).collect();
    fs::write(copy.path(ENTRIES), lines).unwrap();
}

#[test]
fn the_sample_is_what_the_program_makes_of_entries_of_the_story() {
    let python = run(Command::new("python3").arg("--version")).map_err(|error| format!("Python 3.9: {error}"));
    let Some(()) = external_tools::require("Python", &python) else { return };
    let sample: Vec<Value> = serde_json::from_str(&file(&format!("{RECIPE}/sample.json"))).unwrap();
    let (entries, events): (Vec<_>, Vec<_>) =
        sample.iter().map(|pair| (pair["entry"].clone(), pair["event"].clone())).unzip();
    let story = story();
    assert_eq!(entries.iter().find(|entry| !story.contains(entry)), None);
    let copy = RecipeCopy::new(RECIPE, &repository(RECIPE));
    write(&copy, &entries);
    let outcome = copy.run(&format!("./to_ocsf.py <{ENTRIES}"), &[]);
    outcome.succeeds("");
    let made: Vec<Value> = outcome.printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(made, events);
    // Half an entry, as a collector may leave it when it is killed.
    fs::write(copy.path(ENTRIES), r#"{"action": "UPDATE", "#).unwrap();
    copy.run(&format!("./to_ocsf.py <{ENTRIES}"), &[]).fails("line 1 is no audit log of Cortex");
}

#[test]
fn every_entry_of_the_story_becomes_an_event_of_the_published_schema() {
    let Some(copy) = RecipeCopy::python(RECIPE) else { return };
    let entries = story();
    write(&copy, &entries);
    let line = format!("./to_ocsf.py <{ENTRIES} | python validate.py");
    copy.run(&line, &[]).succeeds(&format!("{} events, 0 errors\n", entries.len()));
    copy.break_file("to_ocsf.py", r#""severity_id": 1"#, r#""severity_id": 7"#);
    copy.run(&line, &[]).fails("event 1: $.severity_id: 7 is not one of");
}
