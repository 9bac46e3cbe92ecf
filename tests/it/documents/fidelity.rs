//! The fidelity table equals the rules of the code, and each uncertain rule has a documented check.

use std::fmt::Write;
use std::fs;

use cortex_audit_mock::contract::{RULES, Rule};

use super::markdown::table;
use super::{file, repository};

const FIDELITY_START: &str =
    "<!-- fidelity table: generated from contract::RULES; UPDATE_FIDELITY=1 cargo test fidelity rewrites it -->\n";
const FIDELITY_END: &str = "<!-- end of the fidelity table -->\n";

#[test]
fn the_fidelity_table_is_that_of_the_code() {
    let mut right = String::from("| identifier | rule | source | date |\n| --- | --- | --- | --- |\n");
    for rule in RULES.iter() {
        let Rule { id, source, date, text, doubt } = rule;
        let doubt = doubt.as_ref().map(|doubt| format!("; doubt: {doubt}")).unwrap_or_default();
        let check = if rule.is_uncertain() { "; [check it](verify.md#the-uncertain-rules) with `verify`" } else { "" };
        let row = format!("{text} | {source}{doubt}{check}");
        writeln!(right, "| {id} | {row} | {date} |").unwrap();
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

#[test]
fn every_uncertain_rule_is_in_the_table_of_checks() {
    let rows = table("docs/verify.md", "The uncertain rules");
    let listed: Vec<&str> = rows.iter().map(|cells| cells[0].as_str()).collect();
    let uncertain: Vec<&str> = RULES.iter().filter(|rule| rule.is_uncertain()).map(|rule| rule.id).collect();
    assert_eq!(listed, uncertain);
}
