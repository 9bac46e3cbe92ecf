//! Every example file in the documents loads.

use std::collections::BTreeSet;

use cortex_audit_mock::KeySource;
use cortex_audit_mock::contract::Timestamp;
use cortex_audit_mock::fault;
use cortex_audit_mock::internal::fixture;
use cortex_audit_mock::internal::keys;

use super::documents;
use super::markdown::blocks;

#[test]
fn every_shown_file_loads_without_a_note() {
    let mut names = BTreeSet::new();
    for block in documents().iter().flat_map(|document| blocks(document)) {
        let Some(name) = block.file_name() else { continue };
        let now = Timestamp::now();
        match name {
            "keys.json" => {
                keys::load(&KeySource::Text(block.text.clone()), now).unwrap_or_else(|errors| panic!("{errors}"));
            }
            "faults.json" | "gateway-faults.json" => {
                fault::read_all(name, &block.text).unwrap_or_else(|errors| panic!("{errors}"));
            }
            // The command that is shown with it loads it.
            "object-types.txt" => {}
            _ => {
                let loaded = fixture::read(name, &block.text, now).unwrap_or_else(|errors| panic!("{errors}"));
                assert!(loaded.ignored_fields.is_empty(), "{:?}", loaded.ignored_fields);
            }
        }
        names.insert(name.to_owned());
    }
    assert_eq!(
        names.into_iter().collect::<Vec<_>>(),
        ["faults.json", "gateway-faults.json", "keys.json", "my-logs.json", "object-types.txt"]
    );
}
