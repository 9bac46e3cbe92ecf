//! pytest, Vitest, Jest and `node:test`: the recipe passes, and it fails for a client that reads one page only.

use super::recipe_copy::RecipeCopy;
use super::{file, repository};
use crate::support::process::BINARY;

/// Part of the verdict on such a client.
const NEVER_SERVED: &str = "were never served";

#[test]
fn pytest_starts_a_server_and_fails_for_a_client_that_loses_entries() {
    let Some(copy) = RecipeCopy::python("recipes/pytest") else { return };
    let source = repository("packages/python/src");
    // What an installation does: the module is found, and pytest loads its plugin.
    let variables = [
        ("PYTHONPATH", source.to_str().unwrap()),
        ("PYTEST_PLUGINS", "cortex_audit_mock.pytest_plugin"),
        ("CORTEX_AUDIT_MOCK_BINARY", BINARY),
    ];
    copy.run("pytest", &variables).succeeds("3 passed");
    copy.break_file("poller.py", "while page < pages:", "while page < 1:");
    copy.run("pytest", &variables).fails(NEVER_SERVED);
}

#[test]
fn vitest_starts_a_server_and_fails_for_a_client_that_loses_entries() {
    let Some(copy) = RecipeCopy::node("recipes/vitest") else { return };
    copy.run("npm test", &[]).succeeds("3 passed");
    copy.break_file("poller.js", "page < pages;", "page < 1;");
    copy.run("npm test", &[]).fails(NEVER_SERVED);
}

#[test]
fn jest_starts_a_server_and_fails_for_a_client_that_loses_entries() {
    let Some(copy) = RecipeCopy::node("recipes/jest") else { return };
    copy.run("npm test", &[]).succeeds("3 passed");
    copy.break_file("poller.js", "page < pages;", "page < 1;");
    copy.run("npm test", &[]).fails(NEVER_SERVED);
}

#[test]
fn node_test_starts_a_server_and_fails_for_a_client_that_loses_entries() {
    let Some(copy) = RecipeCopy::node("recipes/node-test") else { return };
    copy.run("npm test", &[]).succeeds("pass 3");
    copy.break_file("poller.js", "page < pages;", "page < 1;");
    copy.run("npm test", &[]).fails(NEVER_SERVED);
}

/// With the line of docs/node.md. The server of `run` fails if nobody asks it for audit logs.
#[test]
fn node_test_uses_the_server_of_run() {
    let Some(copy) = RecipeCopy::node("recipes/node-test") else { return };
    let page = file("docs/node.md");
    let line =
        page.lines().find(|line| line.contains("MockServer.connect()") && line.starts_with("const server")).unwrap();
    copy.break_file("poller.test.js", "const server = await MockServer.start();", line);
    let run = [("BINARY", BINARY)];
    copy.run("\"$BINARY\" run --expect complete,polite -- npm test", &run).succeeds("complete: yes");
    copy.run("npm test", &[]).succeeds("pass 3");
    copy.break_file("poller.js", "page < pages;", "page < 1;");
    copy.run("\"$BINARY\" run --expect complete,polite -- node --test || exit 7", &run).fails(NEVER_SERVED);
}
