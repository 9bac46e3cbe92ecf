//! Two clients that read everything, generated from `/openapi.json`. And two that control the server,
//! generated from `/__admin/openapi.json`.

use super::recipe_copy::{Outcome, RecipeCopy};
use crate::support::NOW;
use crate::support::process::{Server, head};

const CLEAN: &str = "complete,no-duplicates,no-gaps,polite,contract";

/// Starts a server with enough entries for three pages of the largest size, none of them recent.
fn server() -> Server {
    Server::start(&["--generate", "2500", "--now", NOW])
}

/// Runs a recipe against a server, in a session of its own.
fn run(copy: &RecipeCopy, line: &str, server: &Server, session: &str) -> Outcome {
    let token = format!("mock-admin~{session}");
    copy.run(line, &[("CORTEX_BASE_URL", server.url()), ("CORTEX_API_KEY", &token)])
}

/// Calls the control plane.
#[track_caller]
fn admin(server: &Server, method: &str, path: &str, body: &str) {
    let mut connection = server.connect();
    connection.send(head(method, path, &format!("Content-Length: {}\r\n", body.len())) + body);
    let answer = connection.answer();
    assert!(answer.status.is_success(), "{}", answer.text());
}

/// Starts the clock of a session, and injects a status into its second response.
#[track_caller]
fn fail_once(server: &Server, session: &str, status: u16) {
    let clock = format!(r#"{{"now": "{NOW}", "frozen": false}}"#);
    admin(server, "PUT", &format!("/__admin/clock?session={session}"), &clock);
    let fault = format!(r#"{{"type": "status", "status": {status}, "retryAfter": 1, "after": 1, "times": 1}}"#);
    admin(server, "POST", &format!("/__admin/faults?session={session}"), &fault);
}

/// Checks that the verdict on a session meets these expectations.
#[track_caller]
fn assert_verdict(server: &Server, session: &str, expected: &str) {
    server.get(&format!("/__admin/verdict?session={session}&expect={expected}")).ok();
}

#[test]
fn the_generated_python_client_reads_everything_and_obeys_retry_after() {
    let Some(copy) = RecipeCopy::python("recipes/openapi-python-client") else { return };
    let server = server();
    fail_once(&server, "python", 429);
    run(&copy, "sh run.sh", &server, "python").succeeds("2500 entries, the newest ");
    assert_verdict(&server, "python", CLEAN);
    copy.break_file("read_everything.py", "answer.retry_after", "answer.retryAfter");
    run(&copy, "sh run.sh", &server, "python").fails("has no attribute \"retryAfter\"");
}

#[test]
fn the_generated_typescript_client_reads_everything_and_obeys_retry_after() {
    let Some(copy) = RecipeCopy::node("recipes/openapi-typescript") else { return };
    let server = server();
    fail_once(&server, "typescript", 429);
    run(&copy, "npm start", &server, "typescript").succeeds("2500 entries, the newest ");
    assert_verdict(&server, "typescript", CLEAN);
    copy.break_file("read-everything.ts", "error.retryAfter", "error.retry_after");
    run(&copy, "npm run build", &server, "typescript").fails("Property 'retry_after' does not exist");
}

/// Runs a recipe that selects its sessions itself.
fn control(copy: &RecipeCopy, line: &str, server: &Server) -> Outcome {
    copy.run(line, &[("CORTEX_BASE_URL", server.url()), ("CORTEX_API_KEY", "mock-admin")])
}

/// What these recipes print, a line a part of the control plane.
const PARTS: [&str; 8] = ["server", "sessions", "clock", "faults", "journal", "entries", "activity", "verdict"];

/// A misspelt member is an error of the types.
#[test]
fn the_generated_python_client_controls_a_session() {
    let Some(copy) = RecipeCopy::python("recipes/control-plane-python") else { return };
    let server = Server::start(&[]);
    let outcome = control(&copy, "sh run.sh", &server);
    PARTS.iter().for_each(|part| outcome.succeeds(&format!("{part}: ok\n")));
    copy.break_file("control.py", "latest.key.name", "latest.key.nome");
    control(&copy, "mypy --strict --follow-imports=silent control.py", &server).fails("has no attribute \"nome\"");
}

#[test]
fn the_generated_typescript_client_controls_a_session() {
    let Some(copy) = RecipeCopy::node("recipes/control-plane-typescript") else { return };
    let server = Server::start(&[]);
    let outcome = control(&copy, "npm start", &server);
    PARTS.iter().for_each(|part| outcome.succeeds(&format!("{part}: ok\n")));
    copy.break_file("control.ts", "request.key?.name", "request.key?.nome");
    control(&copy, "npm run build", &server).fails("Property 'nome' does not exist");
}
