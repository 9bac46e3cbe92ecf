//! `--pseudonymize`: other names in the recorded file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use cortex_audit_mock::MockServer;
use cortex_audit_mock::internal::fixture;
use insta::assert_snapshot;

use super::{expected_entries, full_range, path};
use crate::support::process::binary;
use crate::support::{NOW, time};

/// Standard output and standard error of a recording with pseudonyms.
fn pseudonymized(url: &str, flags: &[&str], secret: &str) -> (String, String) {
    let flags = [&["record", "--url", url, "--to", NOW, "--pseudonymize", "--format", "ndjson"], flags].concat();
    let mut launch = binary(flags.iter().copied()).env("CORTEX_API_KEY", "mock-admin");
    if !secret.is_empty() {
        launch = launch.env("CORTEX_MOCK_PSEUDONYM_SECRET", secret);
    }
    let finished = launch.run();
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    (finished.stdout, finished.stderr)
}

#[test]
fn pseudonyms_replace_every_name_consistently() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let (text, _) = pseudonymized(&server.uri(), &[], "a secret");
    let expected_entries = expected_entries(&server.world(), full_range());
    let given = fixture::read("recorded", &text, time(NOW)).unwrap().entries;
    assert_eq!(given.len(), expected_entries.len());
    let mut names = BTreeMap::new();
    for (given, expected_entries) in given.iter().zip(&expected_entries) {
        assert_eq!((given.action, given.timestamp), (expected_entries.action, expected_entries.timestamp));
        assert_eq!(
            (&given.object_type, given.actor.kind),
            (&expected_entries.object_type, expected_entries.actor.kind)
        );
        assert_eq!(
            names.entry(&expected_entries.actor_identifier).or_insert(&given.actor_identifier),
            &&given.actor_identifier
        );
        for original in [&expected_entries.actor_identifier, &expected_entries.ip_address]
            .into_iter()
            .flatten()
            .chain([&expected_entries.object_identifier])
        {
            assert!(!text.contains(&format!("\"{original}\"")), "{original} is left");
        }
    }
    for word in ["brightwave", "checkout", "deploy", "postgres", "198.18.66.6"] {
        assert!(!text.contains(word), "{word} is left");
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("given.ndjson"), &text).unwrap();
    let valid = binary(["validate", &path(&folder, "given.ndjson")]).run();
    assert!(valid.succeeded().starts_with("640 entries, all valid"));
}

#[test]
fn same_secret_gives_the_same_pseudonyms() {
    let server = MockServer::builder().now(NOW).start_blocking();
    let made = |flags: &[&str], secret: &str| pseudonymized(&server.uri(), flags, secret).0;
    assert_eq!(made(&["--seed", "7"], ""), made(&["--seed", "7"], ""));
    assert_eq!(made(&["--seed", "7"], "one"), made(&["--seed", "7"], "one"));
    assert_eq!(made(&[], "one"), made(&[], "one"));
    let different = [
        made(&["--seed", "7"], ""),
        made(&["--seed", "8"], ""),
        made(&[], "one"),
        made(&["--seed", "7"], "one"),
        made(&[], ""),
        made(&[], ""),
    ];
    assert_eq!(different.iter().collect::<BTreeSet<_>>().len(), different.len());
    let (_, said) = pseudonymized(&server.uri(), &["--seed", "7"], "");
    assert_snapshot!(said.trim_end(), @"
    note: only --seed keeps the pseudonyms from being turned back, and it can be guessed; set CORTEX_MOCK_PSEUDONYM_SECRET too
    recorded 640 entries from 2025-05-06T12:44:15.530Z to 2025-05-20T12:00:00Z in 1 request
    ");
    assert!(!pseudonymized(&server.uri(), &["--seed", "7"], "one").1.contains("note"));
}
