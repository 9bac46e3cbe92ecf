//! pytest, Vitest and Jest: the recipe passes, and it fails for a client that reads one page only.

use super::kitchen::Kitchen;

/// What the server says of such a client.
const TOLD: &str = "were never served";

#[test]
fn pytest_starts_a_server_and_fails_for_a_client_that_loses_entries() {
    let Some(kitchen) = Kitchen::python("recipes/pytest") else { return };
    kitchen.run("pytest", &[]).succeeds("3 passed");
    kitchen.spoil("poller.py", "while page < pages:", "while page < 1:");
    kitchen.run("pytest", &[]).fails(TOLD);
}

#[test]
fn vitest_starts_a_server_and_fails_for_a_client_that_loses_entries() {
    let Some(kitchen) = Kitchen::node("recipes/vitest") else { return };
    kitchen.run("npm test", &[]).succeeds("3 passed");
    kitchen.spoil("poller.js", "page < pages;", "page < 1;");
    kitchen.run("npm test", &[]).fails(TOLD);
}

#[test]
fn jest_starts_a_server_and_fails_for_a_client_that_loses_entries() {
    let Some(kitchen) = Kitchen::node("recipes/jest") else { return };
    kitchen.run("npm test", &[]).succeeds("3 passed");
    kitchen.spoil("poller.js", "page < pages;", "page < 1;");
    kitchen.run("npm test", &[]).fails(TOLD);
}
