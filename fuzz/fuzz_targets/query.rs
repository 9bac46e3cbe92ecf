//! Query strings: parsed as by the reference parser, with short messages.

#![no_main]

use std::sync::LazyLock;

use cortex_audit_mock::contract::query::Offsets;
use cortex_audit_mock::contract::{FilterField, ParsedQuery, QueryIssue, QueryRejection, Vocabulary, query as parser};
use cortex_audit_mock_fuzz::{MAX_MESSAGE_CHARS, query as reference};
use libfuzzer_sys::fuzz_target;

static KNOWN: LazyLock<Vocabulary> = LazyLock::new(Vocabulary::published);

fuzz_target!(|raw: &str| {
    for strict in [false, true] {
        let parsed = parser::parse(raw, &KNOWN, strict.into(), Offsets::Honoured);
        assert_eq!(parsed, parser::parse(raw, &KNOWN, strict.into(), Offsets::Honoured), "parsing is deterministic");
        let expected = reference::read(raw, strict, |name, value| match name {
            "objectTypes" => KNOWN.words(FilterField::ObjectTypes).contains(value),
            _ => KNOWN.words(FilterField::ActorRequestTypes).contains(value),
        });
        match &parsed {
            Ok(ParsedQuery { query, warnings }) => {
                assert_eq!(Some(serde_json::to_value(query).expect("JSON")), expected);
                assert!(!strict || warnings.iter().all(|warning| warning.severity.as_str() == "doubtful"));
                check(warnings);
            }
            Err(QueryRejection { errors, warnings }) => {
                assert_eq!(expected, None, "refused: {errors:?}");
                assert!(!errors.is_empty(), "refused without an error");
                check(errors);
                check(warnings);
            }
        }
    }
});

fn check(findings: &[QueryIssue]) {
    for finding in findings {
        let message = finding.to_string();
        assert!(message.chars().count() <= MAX_MESSAGE_CHARS, "{} characters: {message}", message.chars().count());
        assert!(!message.contains(char::is_control), "{message:?}");
    }
}
