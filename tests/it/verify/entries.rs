//! Entries that show every rule that entries can show.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{NOW, size, time};

/// More than a page of the default size.
const COUNT: u32 = 280;

/// Entries with every fraction, with equal timestamps, without actor or address, and with a space or comma in identifiers.
pub fn distinguishing() -> Value {
    entries(COUNT)
}

/// Such entries, in a quick run too few to show the default size of a page.
pub fn few_in_a_quick_run() -> Value {
    entries(size(COUNT, 100))
}

/// Such entries, more than the largest page has.
pub fn more_than_a_page() -> Value {
    entries(1200)
}

fn entries(count: u32) -> Value {
    let objects =
        ["amber-gate", "birch-lane", "cedar-hill", "My team board", "red, green", "red", "elm-court", "Fir-Tower"];
    let types = ["SERVICE", "TEAM", "CATALOG", "WORKFLOW", "SCORECARD", "API_KEY", "SECRET"];
    let actions = ["CREATE", "UPDATE", "UPDATE", "DELETE", "UPDATE"];
    let addresses = ["192.0.2.7", "2001:db8::7", "198.51.100.3"];
    let actors = [
        json!({"actorIdentifier": "ada@example.com"}),
        json!({"actorIdentifier": "bob@example.com"}),
        json!({"actorIdentifier": "ci-deploy"}),
        json!({"actorRequestType": "API_KEY_ENTITY"}),
        json!({"actorIdentifier": "nightly-sync", "actorType": "BACKSTAGE"}),
        json!({"actorIdentifier": "release-job"}),
        json!({"actorIdentifier": "slack", "actorType": "ANONYMOUS", "actorRequestType": "SLACK_COMMAND"}),
        json!({"actorIdentifier": "ada-laptop", "actorType": "PERSONAL_API_KEY", "actorEmail": "ada@example.com"}),
    ];
    let fractions = [120_000_000, 0, 345_600_000, 7_000, 123_456_789];
    let entry = |number: u32| {
        let place = number as usize;
        // Two at a time are of one instant.
        let instant = if number % 10 == 1 { number - 1 } else { number };
        let at = time(NOW).saturating_sub(Duration::from_secs(41) * (instant + 1));
        let at = at.saturating_add(Duration::from_nanos(fractions[instant as usize % fractions.len()]));
        let mut entry = json!({
            "action": actions[place / 3 % actions.len()],
            "objectIdentifier": objects[place / 2 % objects.len()],
            "objectType": types[place % types.len()],
            "timestamp": at,
        });
        let rest = entry.as_object_mut().unwrap();
        rest.extend(actors[place / 5 % actors.len()].as_object().unwrap().clone());
        if !number.is_multiple_of(6) {
            rest.insert("ipAddress".to_owned(), json!(addresses[place % addresses.len()]));
        }
        entry
    };
    (0..count).map(entry).collect()
}
