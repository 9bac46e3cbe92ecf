//! `packages/node`: its own tests, and what it has in common with the crate: version, targets, flags, and the calls and types of
//! the control plane.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::recipes::packages;
use crate::recipes::recipe_copy::RecipeCopy;
use crate::support::control_plane_document::{TEXT, document, operation, parameter_names};
use crate::support::external_tools::{self, report_skipped, run};
use crate::support::json_schema;
use crate::support::process::BINARY;

/// Operations that no method of the package calls, and why.
const NOT_CALLED: [(&str, &str); 2] = [
    ("getHealth", "a server that `MockServer.start` returns is ready"),
    ("getControlPlaneDocument", "for those who generate a client"),
];

const FOLDER: &str = "packages/node";

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn file(path: &str) -> String {
    fs::read_to_string(repository(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn package(path: &str) -> Value {
    serde_json::from_str(&file(path)).unwrap()
}

/// Runs Node in the folder of the package; returns what it prints, or `None` with a message if there is no Node.
fn node(args: &[&str]) -> Option<String> {
    if !packages::has_node() {
        return None;
    }
    let mut node = Command::new("node");
    node.args(args).current_dir(repository(FOLDER)).env("CORTEX_AUDIT_MOCK_BINARY", BINARY);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CORTEX_MOCK_")) {
            node.env_remove(name);
        }
    }
    let output = node.output().unwrap();
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    assert!(output.status.success(), "{stdout}{stderr}");
    Some(stdout)
}

#[test]
fn its_own_tests_pass() {
    node(&["--test", "test/command.test.mjs", "test/mock-server.test.mjs"]);
}

#[test]
fn its_version_is_that_of_the_crate() {
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    assert_eq!(package("packages/node/package.json")["version"], VERSION);
    for recipe in ["jest", "node-test", "vitest"] {
        let path = format!("recipes/{recipe}/package.json");
        assert_eq!(package(&path)["devDependencies"]["cortex-audit-mock"], VERSION, "{path}");
    }
}

#[test]
fn it_has_a_binary_for_each_target_of_a_release() {
    let workflow = file(".github/workflows/release.yml");
    let targets = workflow.split("- { target: ").skip(1).map(|rest| rest.split(',').next().unwrap());
    let platforms = file("packages/node/lib/platforms.js");
    let known = platforms.lines().filter_map(|line| line.split_once("\": \"")?.1.strip_suffix("\","));
    assert_eq!(known.collect::<BTreeSet<_>>(), targets.collect::<BTreeSet<_>>());
}

/// A flag of `serve` is an option of `MockServer.start`.
#[test]
fn its_options_are_the_flags_of_the_server() {
    let types = file("packages/node/index.d.ts");
    let options = types.split("export interface Options {").nth(1).unwrap().split("\n}").next().unwrap();
    let names = options.lines().filter_map(|line| line.trim().split_once("?: ").map(|(name, _)| name));
    let mut flags = BTreeSet::from(["args".to_owned()]);
    for flag in file("docs/command-line.md").split("\n| `--").skip(1).filter_map(|row| row.split([' ', '`']).next()) {
        let words = flag.split('-').enumerate();
        let word = |(index, word): (usize, &str)| match index {
            0 => word.to_owned(),
            _ => word[..1].to_uppercase() + &word[1..],
        };
        flags.insert(words.map(word).collect());
    }
    assert_eq!(names.map(String::from).collect::<BTreeSet<_>>(), flags);
}

#[test]
fn it_calls_what_the_document_of_the_control_plane_has() {
    let Some(printed) = node(&["test/every-call.mjs"]) else { return };
    let calls: Vec<Value> = serde_json::from_str(&printed).unwrap();
    let mut called = BTreeSet::new();
    for call in &calls {
        let (method, url) = (call["method"].as_str().unwrap(), call["url"].as_str().unwrap());
        let operation = operation(method, url).unwrap_or_else(|| panic!("{method} {url} is not in the document"));
        let name = operation["operationId"].as_str().unwrap();
        called.insert(name);
        let known = parameter_names(operation);
        let query = url.split_once('?').map_or("", |(_, query)| query);
        for parameter in query.split('&').filter_map(|pair| pair.split('=').next()).filter(|name| !name.is_empty()) {
            // One that is misspelt on purpose.
            assert!(known.contains(parameter) || parameter == "pagesize", "{name} has no parameter {parameter}");
        }
        let content = &operation["requestBody"]["content"];
        let Some(body) = call["body"].as_str() else {
            assert!(content.is_null(), "{name} takes a body");
            continue;
        };
        match serde_json::from_str::<Value>(body) {
            Ok(_) if REFUSED.iter().any(|refused| body.contains(refused)) => {}
            Ok(body) => json_schema::check(document(), &content["application/json"]["schema"], &body)
                .unwrap_or_else(|error| panic!("{name}: {error}")),
            Err(_) => assert!(content["application/x-ndjson"].is_object(), "{name}: {body}"),
        }
    }
    let listed =
        document()["paths"].as_object().unwrap().values().flat_map(|methods| methods.as_object().unwrap().values());
    let mut rest: BTreeSet<&str> = listed.map(|operation| operation["operationId"].as_str().unwrap()).collect();
    rest.retain(|name| !called.contains(name));
    assert_eq!(rest, NOT_CALLED.map(|(name, _)| name).into(), "operations without a method");
}

/// Parts of bodies that are wrong on purpose.
const REFUSED: [&str; 2] = [r#""status":302"#, r#""retryafter""#];

/// The document without responses and bodies of operations, whose schemas are types by themselves.
fn document_of_types() -> Value {
    let mut document: Value = serde_json::from_str(TEXT).unwrap();
    for methods in document["paths"].as_object_mut().unwrap().values_mut() {
        for operation in methods.as_object_mut().unwrap().values_mut() {
            operation.as_object_mut().unwrap().remove("requestBody");
            operation["responses"] = json!({});
        }
    }
    document["components"].as_object_mut().unwrap().retain(|name, _| name == "schemas" || name == "parameters");
    document
}

/// `UPDATE_TYPES=1 FULL_TESTS=1 cargo test node_package` writes `packages/node/control-plane.d.ts`.
#[test]
fn its_types_are_those_of_the_document_and_fit_every_call() {
    const TYPES: &str = "packages/node/control-plane.d.ts";
    let Some(copy) = RecipeCopy::node("recipes/control-plane-typescript") else { return };
    fs::write(copy.path("document.json"), document_of_types().to_string()).unwrap();
    copy.run("openapi-typescript document.json --output types.d.ts", &[]).succeeds("");
    let types = copy.read("types.d.ts");
    if std::env::var_os("UPDATE_TYPES").is_some() {
        fs::write(repository(TYPES), &types).unwrap();
    }
    assert!(
        types == file(TYPES),
        "{TYPES} is not that of the document; UPDATE_TYPES=1 FULL_TESTS=1 cargo test node_package writes it"
    );

    copy.add_package();
    fs::copy(repository("packages/node/test/every-call.mjs"), copy.path("every-call.mjs")).unwrap();
    let check =
        "tsc --noEmit --strict --allowJs --checkJs --target es2022 --module nodenext --types node every-call.mjs";
    copy.run(check, &[]).succeeds("");
    copy.break_file("every-call.mjs", "clock.advance(\"60s\")", "clock.advance(60)");
    copy.run(check, &[]).fails("is not assignable to parameter of type 'string'");
}

#[test]
fn the_examples_of_its_pages_run() {
    let Some(copy) = RecipeCopy::node("recipes/node-test") else { return };
    for page in ["packages/node/README.md", "docs/node.md"] {
        let text = file(page);
        let example = text.split("```js\n").nth(1).unwrap().split("```").next().unwrap();
        fs::write(copy.path("example.mjs"), example).unwrap();
        copy.run("node --test example.mjs", &[]).succeeds("pass 1");
    }
}

/// As a release packs them, with a program that stands in for the binary.
#[test]
fn its_tarballs_are_complete() {
    let found = run(Command::new("npm").arg("--version"));
    if !packages::has_node() || external_tools::require("npm", &found).is_none() {
        return;
    }
    if run(Command::new("python3").arg("--version")).is_err() {
        return report_skipped("python3 is missing");
    }
    let folder = tempfile::tempdir().unwrap();
    let dist = folder.path().join("dist");
    let binary = folder.path().join("cortex-audit-mock");
    fs::write(&binary, "a program").unwrap();
    let script = repository(".ci/npm-packages");
    let pack = |args: &[&str]| {
        run(Command::new("node").arg(&script).arg(&dist).args(args)).unwrap_or_else(|error| panic!("{error}"));
    };
    pack(&[]);
    pack(&["aarch64-unknown-linux-gnu", binary.to_str().unwrap()]);
    let version = env!("CARGO_PKG_VERSION");
    let listed = |name: &str| {
        let archive = dist.join(format!("{name}-{version}.tgz"));
        let output = Command::new("tar").arg("-tvzf").arg(&archive).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let entries = text.lines().map(|line| {
            let mut words = line.split_whitespace();
            (words.next_back().unwrap().to_owned(), words.next().unwrap().to_owned())
        });
        let shown = Command::new("tar").args(["-xzOf"]).arg(&archive).arg("package/package.json").output().unwrap();
        (entries.collect::<Vec<_>>(), serde_json::from_slice::<Value>(&shown.stdout).unwrap())
    };

    let (files, package) = listed("cortex-audit-mock");
    for name in ["LICENSE", "README.md", "bin.js", "control-plane.d.ts", "index.d.ts", "index.js", "lib/mock-server.js"]
    {
        assert!(files.iter().any(|(file, _)| *file == format!("package/{name}")), "{name} is not in {files:?}");
    }
    assert!(!files.iter().any(|(file, _)| file.contains("test")), "{files:?}");
    let platforms = file("packages/node/lib/platforms.js").matches("\": \"").count();
    let binaries = package["optionalDependencies"].as_object().unwrap();
    assert_eq!(binaries.len(), platforms);
    assert!(binaries.values().all(|other| *other == version), "{binaries:?}");
    assert!(package.get("scripts").is_none(), "nothing runs at installation: {package}");

    let (files, package) = listed("cortex-audit-mock-linux-arm64");
    assert!(files.contains(&("package/bin/cortex-audit-mock".to_owned(), "-rwxr-xr-x".to_owned())), "{files:?}");
    for name in ["LICENSE", "README.md", "THIRD-PARTY-LICENSES"] {
        assert!(files.iter().any(|(file, _)| *file == format!("package/{name}")), "{name} is not in {files:?}");
    }
    assert_eq!(package["name"], "@cortex-audit-mock/linux-arm64");
    assert_eq!([&package["os"][0], &package["cpu"][0], &package["version"]], ["linux", "arm64", version]);
}
