//! Keys files: whatever is wrong with one, no token of it is told; what is loaded opens with its tokens alone.

#![no_main]

use std::collections::BTreeMap;

use cortex_audit_mock::KeySource;
use cortex_audit_mock::internal::keys::load;
use cortex_audit_mock_fuzz::{check_errors, now};
use libfuzzer_sys::fuzz_target;

/// What every token of a file is made to hold, so that it can be told from all else.
const MARK: &str = "zQ7-do-not-tell-";

fuzz_target!(|text: &str| {
    if text.contains(MARK) {
        return;
    }
    let (text, tokens) = marked(text);
    let source = KeySource::Text(text.clone());
    match load(&source, now()) {
        Ok(keys) => {
            let told = format!("{keys:?} {source:?} {source} {:?}", keys.unknown_token());
            assert!(!told.contains(MARK), "{told}");
            for key in keys.list() {
                let told = key.to_string();
                assert!(!told.contains(MARK), "{told}");
                assert!(key.check_usable(now()).err().is_none_or(|refusal| !format!("{refusal:?}").contains(MARK)));
            }
            let opened = tokens.iter().filter(|token| keys.find(token).is_some()).count();
            assert!(opened <= keys.list().len(), "a key has one token");
            assert!(keys.find("").is_none() && keys.find(MARK).is_none());
        }
        Err(errors) => {
            let told = errors.to_string();
            assert!(!told.contains(MARK), "{told}");
            check_errors(&errors, &text);
            assert_eq!(load(&source, now()).err(), Some(errors), "the same twice");
        }
    }
});

/// The text with a mark in front of the value of each `"token"`, and those values.
fn marked(text: &str) -> (String, Vec<String>) {
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
