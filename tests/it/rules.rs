//! The fidelity table keeps its word: every rule has a test that names it, and nothing names a rule that is not there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cortex_audit_mock::contract::RULES;

/// Every word of the tests that could be a rule's identifier: upper case, with a hyphen.
fn named_in_tests() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut named = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for line in text.lines().filter(|line| line.trim_start().starts_with("///")) {
            let words = line.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-'));
            named.extend(words.filter(|word| RULES.iter().any(|rule| rule.id == *word)).map(String::from));
        }
    }
    named
}

#[test]
fn every_rule_has_a_test_that_names_it() {
    let named = named_in_tests();
    let unnamed: Vec<&str> = RULES.iter().map(|rule| rule.id).filter(|id| !named.contains(*id)).collect();
    assert_eq!(unnamed, Vec::<&str>::new());
}

#[test]
fn identifiers_are_unique() {
    let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), RULES.len());
}
