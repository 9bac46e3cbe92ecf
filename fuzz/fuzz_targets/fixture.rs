//! Fixture files: refused with errors that have a position, or loaded; then every format of the loaded entries loads again.

#![no_main]

use cortex_audit_mock::contract::{Action, Entry};
use cortex_audit_mock::internal::fixture::{FileEntry, read};
use cortex_audit_mock_fuzz::{check_errors, now};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let loaded = match read("file", text, now()) {
        Ok(loaded) => loaded,
        Err(errors) => {
            check_errors(&errors, text);
            assert_eq!(read("file", text, now()).err(), Some(errors), "parsing is deterministic");
            return;
        }
    };
    for entry in &loaded.entries {
        assert_ne!(entry.action, Action::Read, "no entry has this action");
        assert!(!entry.object_identifier.is_empty() && !entry.object_type.is_empty());
    }
    let lines: Vec<String> =
        loaded.entries.iter().map(|entry| serde_json::to_string(&FileEntry(entry)).expect("JSON")).collect();
    // As lines, as an array, as a page, and with an unknown field, which needs the slower parser.
    let array = format!("[{}]", lines.join(","));
    let unknown = lines.iter().map(|line| line.replacen('{', "{\"quite-unknown\":[1],", 1)).collect::<Vec<_>>();
    assert_eq!(load(&array), loaded.entries);
    assert_eq!(load(&format!("\u{feff}{{\"page\":0,\"logs\":{array},\"total\":7}}")), loaded.entries);
    // No lines are an error.
    if !lines.is_empty() {
        assert_eq!(load(&lines.join("\n")), loaded.entries);
        assert_eq!(load(&lines.concat()), loaded.entries);
        assert_eq!(load(&unknown.join("\r\n\r\n")), loaded.entries);
    }
});

fn load(text: &str) -> Vec<Entry> {
    read("file", text, now()).unwrap_or_else(|errors| panic!("{errors}\nof {text}")).entries
}
