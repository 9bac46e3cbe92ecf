//! Two clients that read everything, generated from `/openapi.json`. And two that control the server,
//! generated from `/__admin/openapi.json`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::file;
use super::recipe_copy::{Outcome, RecipeCopy};
use crate::support::NOW;
use crate::support::control_plane_document::{document, resolve};
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

/// The names of all parameters and of all members of bodies in the document of the control plane.
fn names_of_the_control_plane() -> BTreeSet<&'static str> {
    fn add_members(schema: &'static Value, names: &mut BTreeSet<&'static str>) {
        let schema = resolve(schema);
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            names.insert(name);
            add_members(member, names);
        }
        let alternatives = ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|word| schema[word].as_array()).flatten();
        alternatives.chain(schema.get("items")).for_each(|part| add_members(part, names));
    }

    let paths = document()["paths"].as_object().unwrap().values();
    let operations: Vec<&'static Value> = paths.flat_map(|path| path.as_object().unwrap().values()).collect();
    let mut names = BTreeSet::new();
    for operation in operations {
        let parameters = operation["parameters"].as_array().into_iter().flatten().map(resolve);
        names.extend(parameters.map(|parameter| parameter["name"].as_str().unwrap()));
        let bodies = resolve(&operation["requestBody"])["content"].as_object().into_iter().flatten();
        bodies.for_each(|(_, body)| add_members(&body["schema"], &mut names));
    }
    names
}

#[test]
fn the_recipes_use_every_parameter_and_member_of_the_control_plane() {
    let names = names_of_the_control_plane();
    assert!(names.len() > 70 && names.contains("retryAfterDate") && names.contains("contains"), "{names:?}");
    for (recipe, is_python) in
        [("recipes/control-plane-python/control.py", true), ("recipes/control-plane-typescript/control.ts", false)]
    {
        let source = file(recipe);
        let words: BTreeSet<&str> = source.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        for name in &names {
            // A word of the language itself has an underscore behind it.
            let is_used = if is_python {
                let snake = to_snake(name);
                words.contains(snake.as_str()) || words.contains(format!("{snake}_").as_str()) || words.contains(name)
            } else {
                words.contains(name)
            };
            assert!(is_used, "{recipe} does not use {name}");
        }
    }
}

fn to_snake(name: &str) -> String {
    name.chars().flat_map(|c| c.is_uppercase().then_some('_').into_iter().chain(c.to_lowercase())).collect()
}

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
