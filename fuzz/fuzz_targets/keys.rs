//! Keys files: no token is in an error or a debug print, and only the tokens of a loaded file find its keys.

#![no_main]

use std::collections::BTreeMap;

use cortex_audit_mock::KeySource;
use cortex_audit_mock::internal::keys::load;
use cortex_audit_mock_fuzz::{check_errors, now};
use libfuzzer_sys::fuzz_target;

/// The prefix added to every token of a file, to recognize it in any output.
const MARK: &str = "zQ7-do-not-tell-";

fuzz_target!(|text: &str| {
    if text.contains(MARK) {
        return;
    }
    let (text, tokens) = mark_tokens(text);
    let source = KeySource::Text(text.clone());
    match load(&source, now()) {
        Ok(keys) => {
            let output = format!("{keys:?} {source:?} {source} {:?}", keys.unknown_token());
            assert!(!output.contains(MARK), "{output}");
            for key in keys.list() {
                let output = key.to_string();
                assert!(!output.contains(MARK), "{output}");
                assert!(key.check_usable(now()).err().is_none_or(|refusal| !format!("{refusal:?}").contains(MARK)));
            }
            let found = tokens.iter().filter(|token| keys.find(token).is_some()).count();
            assert!(found <= keys.list().len(), "a key has one token");
            assert!(keys.find("").is_none() && keys.find(MARK).is_none());
        }
        Err(errors) => {
            let output = errors.to_string();
            assert!(!output.contains(MARK), "{output}");
            check_errors(&errors, &text);
            assert_eq!(load(&source, now()).err(), Some(errors), "parsing is deterministic");
        }
    }
});

/// Inserts the mark before the value of each `"token"`; returns the text and the marked tokens.
fn mark_tokens(text: &str) -> (String, Vec<String>) {
    let mut places = BTreeMap::new();
    for (place, name) in text.match_indices("\"token\"") {
        let rest = &text[place + name.len()..];
        let value = rest.trim_start().strip_prefix(':').map(str::trim_start).and_then(|rest| rest.strip_prefix('"'));
        if let Some(value) = value {
            let token = value.split('"').next().unwrap_or_default();
            places.insert(text.len() - value.len(), format!("{MARK}{token}"));
        }
    }
    let (mut marked, mut done) = (String::new(), 0);
    for place in places.keys() {
        marked += &text[done..*place];
        marked += MARK;
        done = *place;
    }
    (marked + &text[done..], places.into_values().collect())
}
