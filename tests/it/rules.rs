//! Every rule of the contract has a test that names it, and every named rule exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use cortex_audit_mock::contract::{OBJECT_TYPES_DATE, RULES, Rule};

/// Identifiers of rules in the comments above tests: words in upper case with a hyphen.
fn named_by_tests() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut named = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        let mut comment = String::new();
        for line in fs::read_to_string(&file).unwrap().lines().map(str::trim) {
            match line.strip_prefix("///") {
                Some(text) => comment += text,
                None if ["#[test]", "#[tokio::test"].iter().any(|test| line.starts_with(test)) => {
                    named.extend(identifiers(&comment));
                    comment.clear();
                }
                None => comment.clear(),
            }
        }
    }
    named
}

fn identifiers(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .filter(|word| {
            word.contains('-') && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-')
        })
        .filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase()))
        .map(String::from)
}

#[test]
fn every_rule_named_by_a_test_exists() {
    let unknown: Vec<String> =
        named_by_tests().into_iter().filter(|name| RULES.iter().all(|rule| rule.id != name)).collect();
    assert_eq!(unknown, Vec::<String>::new());
}

#[test]
fn every_rule_has_a_test_that_names_it() {
    let named = named_by_tests();
    let unnamed: Vec<&str> = RULES.iter().map(|rule| rule.id).filter(|id| !named.contains(*id)).collect();
    assert_eq!(unnamed, Vec::<&str>::new());
}

#[test]
fn every_rule_has_the_date_of_its_source() {
    for Rule { id, date, .. } in RULES.iter() {
        let day: NaiveDate = date.parse().unwrap_or_else(|error| panic!("{id}: {date}: {error}"));
        assert_eq!(day.to_string(), *date, "{id}");
    }
    let of_list = RULES.iter().find(|rule| rule.id == "LIST-OBJECT-TYPES-KNOWN").unwrap();
    assert_eq!(of_list.date, OBJECT_TYPES_DATE);
}

#[test]
fn identifiers_are_unique() {
    let ids: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), RULES.len());
}
