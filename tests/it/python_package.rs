//! `packages/python`, from its source and with the built binary.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use serde_json::Value;

use crate::recipes::packages;
use crate::support::control_plane_document::{document, operation, resolve};
use crate::support::process::BINARY;
use crate::support::{external_tools, json_schema};

/// What a test needs beside Python to run the tests of the plugin, and to check the types.
const TOOLS: [&str; 4] = ["pytest==9.2.0", "pytest-xdist==3.8.0", "pytest-asyncio==1.5.0", "mypy==2.4.1"];

/// What the package leaves out of `/__admin/openapi.json`, and why.
const LEFT_OUT: [(&str, &str); 3] = [
    ("exportEntries?format", "the entries are returned as a list, not as text"),
    ("getControlPlaneDocument", "generators of clients read it"),
    ("getHealth", "the server is ready when the constructor returns"),
];

fn package() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packages/python")
}

/// Runs Python on the package, in the folder of its tests.
fn run(python: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(python);
    command.args(arguments).current_dir(package().join("tests"));
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CORTEX_")) {
            command.env_remove(name);
        }
    }
    command.env("PYTHONPATH", package().join("src")).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("CORTEX_AUDIT_MOCK_BINARY", BINARY).env("PYTEST_PLUGINS", "cortex_audit_mock.pytest_plugin");
    command.output().unwrap()
}

/// Runs Python as above, which must succeed; returns what it prints.
#[track_caller]
fn succeed(python: &Path, arguments: &[&str]) -> String {
    let output = run(python, arguments);
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
    stdout.into_owned()
}

/// The machine's Python, of the oldest version that the package supports or a later one; `None`, with a message, without it.
pub fn python() -> Option<&'static Path> {
    static PYTHON: LazyLock<Result<PathBuf, String>> = LazyLock::new(|| {
        let check = ["-c", "import sys; sys.exit(sys.version_info < (3, 9))"];
        external_tools::run(Command::new("python3").args(check)).map_err(|error| format!("Python 3.9: {error}"))?;
        Ok("python3".into())
    });
    external_tools::require("Python", &PYTHON).map(PathBuf::as_path)
}

/// A Python with the tools.
fn python_with_tools() -> Option<PathBuf> {
    Some(packages::python(&TOOLS)?.join("python"))
}

#[test]
fn it_starts_controls_and_stops_the_server() {
    let Some(python) = python() else { return };
    succeed(python, &["-m", "unittest", "test_package"]);
}

#[test]
fn its_calls_are_those_of_the_document() {
    let Some(python) = python() else { return };
    assert_all_documented(&succeed(python, &["every_call.py"]), &LEFT_OUT);
}

#[test]
fn its_pytest_plugin_judges_the_client_of_each_test() {
    let Some(python) = python_with_tools() else { return };
    succeed(&python, &["-m", "pytest", "-q", "-p", "pytester", "-p", "no:cacheprovider", "test_pytest_plugin.py"]);
}

#[test]
fn its_types_are_strict() {
    let Some(python) = python_with_tools() else { return };
    let src = package().join("src");
    let cache = "--cache-dir=/dev/null";
    succeed(&python, &["-m", "mypy", "--strict", cache, src.to_str().unwrap(), "every_call.py"]);
}

/// Checks calls, each a line of JSON with `method`, `path`, `query` and `body`: each has an operation in the document, known
/// parameters, and a body of its schema; and together they are all operations and parameters of the document but `left_out`,
/// as `getHealth` or `exportEntries?format`, each with the reason.
#[track_caller]
fn assert_all_documented(calls: &str, left_out: &[(&str, &str)]) {
    let mut made = BTreeSet::new();
    for line in calls.lines() {
        let call: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let found = operation(call["method"].as_str().unwrap(), call["path"].as_str().unwrap());
        let operation = found.unwrap_or_else(|| panic!("not in the document: {line}"));
        let name = operation["operationId"].as_str().unwrap();
        made.insert(name.to_owned());
        let known = parameters(operation);
        for parameter in call["query"].as_object().unwrap().keys() {
            assert!(known.contains_key(parameter.as_str()), "{name} has no parameter {parameter}: {line}");
            made.insert(format!("{name}?{parameter}"));
        }
        if !call["body"].is_null() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            json_schema::check(document(), schema, &call["body"]).unwrap_or_else(|error| panic!("{error}: {line}"));
        }
    }
    let mut documented = BTreeSet::new();
    for operation in
        document()["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values())
    {
        let name = operation["operationId"].as_str().unwrap();
        documented.insert(name.to_owned());
        let without_effect = |parameter: &Value| {
            parameter["description"].as_str().unwrap_or_default().starts_with("Accepted and ignored")
        };
        let effective = parameters(operation).into_iter().filter(|(_, parameter)| !without_effect(parameter));
        // Of an operation that nothing calls, its parameters are no news.
        let effective = effective.filter(|_| made.contains(name));
        documented.extend(effective.map(|(parameter, _)| format!("{name}?{parameter}")));
    }
    let missing: BTreeSet<&str> = documented.difference(&made).map(String::as_str).collect();
    let expected: BTreeSet<&str> = left_out.iter().map(|(name, _)| *name).collect();
    assert_eq!(missing, expected, "operations and parameters of the document that the package does not use");
}

/// The parameters in the query of an operation.
fn parameters(operation: &'static Value) -> BTreeMap<&'static str, &'static Value> {
    let all = operation["parameters"].as_array().into_iter().flatten().map(resolve);
    all.filter(|parameter| parameter["in"] == "query")
        .map(|parameter| (parameter["name"].as_str().unwrap(), parameter))
        .collect()
}
