//! Query strings: the parser agrees with a second reading of the contract, and what it tells is short.

#![no_main]

use std::sync::LazyLock;

use cortex_audit_mock::contract::{FilterField, ParsedQuery, QueryIssue, QueryRejection, Vocabulary, query as first};
use cortex_audit_mock_fuzz::{LONGEST_MESSAGE, query as second};
use libfuzzer_sys::fuzz_target;

static KNOWN: LazyLock<Vocabulary> = LazyLock::new(Vocabulary::published);

fuzz_target!(|raw: &str| {
    for strict in [false, true] {
        let read = first::parse(raw, &KNOWN, strict.into());
        assert_eq!(read, first::parse(raw, &KNOWN, strict.into()), "the same twice");
        let meant = second::read(raw, strict, |name, value| match name {
            "objectTypes" => KNOWN.words(FilterField::ObjectTypes).contains(value),
            _ => KNOWN.words(FilterField::ActorRequestTypes).contains(value),
        });
        match &read {
            Ok(ParsedQuery { query, warnings }) => {
                assert_eq!(Some(serde_json::to_value(query).expect("JSON")), meant);
                assert!(!strict || warnings.iter().all(|warning| warning.severity.as_str() == "doubtful"));
                check(warnings);
            }
            Err(QueryRejection { errors, warnings }) => {
                assert_eq!(meant, None, "refused: {errors:?}");
                assert!(!errors.is_empty(), "refused without a word");
                check(errors);
                check(warnings);
            }
        }
    }
});

fn check(findings: &[QueryIssue]) {
    for finding in findings {
        let told = finding.to_string();
        assert!(told.chars().count() <= LONGEST_MESSAGE, "{} characters: {told}", told.chars().count());
        assert!(!told.contains(char::is_control), "{told:?}");
    }
}
