//! The fidelity table equals the rules of the code, and each assumed rule has a documented check.

use std::fmt::Write;
use std::fs;

use cortex_audit_mock::contract::{RULES, Rule, Source};

use super::markdown::table;
use super::{file, repository};

const FIDELITY_START: &str =
    "<!-- fidelity table: generated from contract::RULES; UPDATE_FIDELITY=1 cargo test fidelity rewrites it -->\n";
const FIDELITY_END: &str = "<!-- end of the fidelity table -->\n";

#[test]
fn the_fidelity_table_is_that_of_the_code() {
    let mut right = String::from("| identifier | rule | source |\n| --- | --- | --- |\n");
    for rule in RULES.iter() {
        let check = if is_assumed(rule) { "; [check it](verify.md#the-assumed-rules) with `verify`" } else { "" };
        let text = rule.text.replace('|', "\\|");
        writeln!(right, "| {} | {text} | {}{check} |", rule.id, rule.source.as_str()).unwrap();
    }
    let document = file("docs/fidelity.md");
    let (before, rest) = document.split_once(FIDELITY_START).expect("the table has its start");
    let (table, after) = rest.split_once(FIDELITY_END).expect("the table has its end");
    if std::env::var_os("UPDATE_FIDELITY").is_some() {
        let written = format!("{before}{FIDELITY_START}{right}{FIDELITY_END}{after}");
        fs::write(repository().join("docs/fidelity.md"), written).unwrap();
        return;
    }
    assert!(table == right, "UPDATE_FIDELITY=1 cargo test fidelity writes the right table:\n{right}");
}

fn is_assumed(rule: &Rule) -> bool {
    matches!(rule.source, Source::Assumed | Source::ClientAndAssumed)
}

#[test]
fn every_assumed_rule_is_in_the_table_of_checks() {
    let rows = table("docs/verify.md", "The assumed rules");
    let listed: Vec<&str> = rows.iter().map(|cells| cells[0].as_str()).collect();
    let assumed: Vec<&str> = RULES.iter().filter(|rule| is_assumed(rule)).map(|rule| rule.id).collect();
    assert_eq!(listed, assumed);
}
