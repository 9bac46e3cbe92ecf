//! Testcontainers needs an engine, so here its snippets are checked against the types of the real package (Python, Node)
//! or the grammar of their language (Rust, Go, Java).

use std::process::Command;

use super::linters::Linters;
use super::recipe_copy::RecipeCopy;
use super::{file, packages, repository};
use crate::support::external_tools;

const PYTHON: [&str; 5] =
    ["testcontainers==4.15.0", "pytest==9.2.0", "requests==2.34.2", "types-requests==2.33.0.20261030", "mypy==2.4.1"];
const NODE: [&str; 3] = ["testcontainers@12.2.0", "typescript@5.9.3", "@types/node@22.20.7"];
const RECIPE: &str = "recipes/testcontainers";

#[test]
fn the_python_snippet_has_the_types_of_the_package() {
    let Some(programs) = packages::python(&PYTHON) else { return };
    let copy = RecipeCopy::new(RECIPE, &programs);
    let check = "mypy --strict --follow-imports=silent test_audit_logs.py";
    copy.run(check, &[]).succeeds("no issues found");
    copy.break_file("test_audit_logs.py", ".waiting_for(", ".waiting(");
    copy.run(check, &[]).fails("has no attribute \"waiting\"");
}

#[test]
fn the_node_snippet_has_the_types_of_the_package() {
    let Some(modules) = packages::node(&NODE) else { return };
    let copy = RecipeCopy::new(RECIPE, &modules.join(".bin"));
    copy.link_modules(&modules);
    let check =
        "tsc --noEmit --strict --target es2022 --module nodenext --skipLibCheck --types node audit-logs.test.ts";
    copy.run(check, &[]).succeeds("");
    copy.break_file("audit-logs.test.ts", ".withWaitStrategy(", ".waitingFor(");
    copy.run(check, &[]).fails("'waitingFor' does not exist");
}

#[test]
fn the_rust_snippet_is_formatted() {
    let found = Command::new("rustfmt").arg("--version").output().map_err(|error| format!("rustfmt: {error}"));
    if external_tools::require("rustfmt", &found).is_none() {
        return;
    }
    let path = repository(RECIPE).join("audit_logs.rs");
    let output = Command::new("rustfmt").args(["--check", "--edition", "2024"]).arg(path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn the_go_and_java_snippets_parse() {
    let Some(linters) = Linters::new() else { return };
    linters.parses(&repository(RECIPE).join("audit_logs_test.go"));
    linters.parses(&repository(RECIPE).join("AuditLogsTest.java"));
}

#[test]
fn every_snippet_waits_for_the_image_at_its_port() {
    for name in
        ["audit_logs.rs", "audit_logs_test.go", "audit-logs.test.ts", "AuditLogsTest.java", "test_audit_logs.py"]
    {
        let text = file(&format!("{RECIPE}/{name}"));
        assert!(text.contains("\"cortex-audit-mock\"") && text.contains("8080"), "{name}");
        assert!(text.contains("\"/__admin/health\"") || text.contains("WaitFor::healthcheck()"), "{name}");
    }
}
