//! The GitHub Action: its steps as a runner runs them, with a release in a folder, and the workflow that uses it.

use std::fs;
use std::process::Command;

use insta::assert_snapshot;
use serde_json::Value;

use super::linters::Linters;
use super::recipe_copy::{Outcome, RecipeCopy};
use super::{file, repository};
use crate::support::external_tools;
use crate::support::process::BINARY;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Reads entries as a client of the job does.
const READ: &str = r#"curl -sS --fail -o page.json -H "Authorization: Bearer $CORTEX_API_KEY" "$CORTEX_BASE_URL/api/v1/audit-logs?page=0&pageSize="#;

/// Makes a release. The archive has a script in place of the binary under test, which is large without optimization.
const RELEASE: &str = r#"
name=cortex-audit-mock-$VERSION-x86_64-unknown-linux-gnu
mkdir -p temp "releases/v$VERSION/$name"
touch path env output summary
cd "releases/v$VERSION"
printf '#!/bin/sh\necho "$$" >"$RUNNER_TEMP/process"\nexec "%s" "$@"\n' "$BINARY" >"$name/cortex-audit-mock"
chmod +x "$name/cortex-audit-mock"
tar -czf "$name.tar.gz" "$name"
sha256sum "$name.tar.gz" >SHA256SUMS
"#;

/// A job. Its server ends when the job is dropped, because the folder by which it is ended is gone.
struct Job {
    workspace: RecipeCopy,
}

impl Job {
    /// `None`, with a message, if a program is missing.
    fn new() -> Option<Self> {
        external_tools::require("curl", &external_tools::run(Command::new("curl").arg("--version")))?;
        let job = Self { workspace: RecipeCopy::empty() };
        job.workspace.run(RELEASE, &[("VERSION", VERSION), ("BINARY", BINARY)]).succeeds("");
        Some(job)
    }

    /// Runs a script as a step, with what earlier steps have added to the environment.
    fn run(&self, script: &str, variables: &[(&str, &str)]) -> Outcome {
        let place = |name: &str| self.workspace.path(name).to_str().unwrap().to_owned();
        let mut environment = vec![
            ("RUNNER_OS".to_owned(), "Linux".to_owned()),
            ("RUNNER_ARCH".to_owned(), "X64".to_owned()),
            ("RUNNER_TEMP".to_owned(), place("temp")),
            ("GITHUB_PATH".to_owned(), place("path")),
            ("GITHUB_ENV".to_owned(), place("env")),
            ("GITHUB_OUTPUT".to_owned(), place("output")),
            ("GITHUB_STEP_SUMMARY".to_owned(), place("summary")),
            ("GITHUB_ACTION_PATH".to_owned(), repository("").to_str().unwrap().to_owned()),
            ("RELEASES_URL".to_owned(), format!("file://{}", place("releases"))),
        ];
        let path: Vec<String> = self.lines("path").into_iter().rev().chain(std::env::var("PATH")).collect();
        environment.push(("PATH".to_owned(), path.join(":")));
        let added = self.lines("env");
        environment.extend(
            added.iter().map(|line| line.split_once('=').unwrap()).map(|(name, value)| (name.into(), value.into())),
        );
        let own = environment.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        self.workspace.run(script, &own.chain(variables.iter().copied()).collect::<Vec<_>>())
    }

    /// Runs a step of the action.
    fn step(&self, name: &str, inputs: &[(&str, &str)]) -> Outcome {
        let defaults = [("VERSION", ""), ("FLAGS", ""), ("EXPECT", ""), ("REPORT", "")];
        let variables: Vec<_> = defaults.into_iter().chain(inputs.iter().copied()).collect();
        self.run(&format!("bash \"$GITHUB_ACTION_PATH/.ci/action\" {name}"), &variables)
    }

    /// Runs the steps of an action of this repository, as its file says.
    fn action(&self, linters: &Linters, path: &str, with: &Value) -> Outcome {
        let path = repository(path);
        linters.fits("vendor.github-actions", &path);
        let action = &linters.yaml(&path)[0];
        let input = |name: &str| match &with[name] {
            Value::Null => {
                action["inputs"][name]["default"].as_str().unwrap_or_else(|| panic!("no input {name}")).to_owned()
            }
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        for name in with.as_object().into_iter().flatten().map(|(name, _)| name) {
            assert!(action["inputs"][name].is_object(), "the action has no input {name}");
        }
        let folder = path.parent().unwrap().to_str().unwrap().to_owned();
        let mut last = None;
        for step in action["runs"]["steps"].as_array().unwrap() {
            if step["if"] == "inputs.start != 'false'" && input("start") == "false" {
                continue;
            }
            let mut variables = vec![("GITHUB_ACTION_PATH", folder.clone())];
            for (name, value) in step["env"].as_object().into_iter().flatten() {
                let expression = value.as_str().unwrap().trim_start_matches("${{ ").trim_end_matches(" }}");
                let value = expression.strip_prefix("inputs.").map_or(String::new(), input);
                variables.push((name, value));
            }
            let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
            last = Some(self.run(step["run"].as_str().unwrap(), &variables));
        }
        last.unwrap()
    }

    fn read(&self, name: &str) -> String {
        self.workspace.read(name)
    }

    fn lines(&self, name: &str) -> Vec<String> {
        self.read(name).lines().map(String::from).collect()
    }

    /// The annotations of a step that fails, without what differs between runs.
    #[track_caller]
    fn refusal(&self, outcome: &Outcome) -> String {
        outcome.fails("::error::cortex-audit-mock: ");
        let annotations: Vec<&str> = outcome.printed.lines().filter(|line| line.starts_with("::error::")).collect();
        annotations.join("\n").replace(self.workspace.path("").to_str().unwrap(), "[folder]/")
    }
}

#[test]
fn steps_find_the_server_and_the_last_one_writes_the_report() {
    let Some(job) = Job::new() else { return };
    job.step("install", &[]).succeeds(&format!("installed cortex-audit-mock {VERSION}"));
    fs::copy(repository("fixtures/keys.json"), job.workspace.path(r"my keys\ours.json")).unwrap();
    let flags = "--generate 300 --keys 'my keys'\\ours.json\n--strict\n";
    let inputs = [("FLAGS", flags), ("EXPECT", "complete, no-duplicates"), ("REPORT", "verdict.xml")];
    job.step("start", &inputs).succeeds("cortex-audit-mock answers at http://127.0.0.1:");
    assert!(job.read("verdict.xml").contains("the run has not ended"));
    let outputs = job.lines("output");
    let url = outputs[0].strip_prefix("url=").unwrap();
    assert_eq!(outputs[1], "token=mock-admin");
    assert_eq!(
        job.lines("env"),
        [
            format!("CORTEX_BASE_URL={url}"),
            format!("CORTEX_AUDIT_MOCK_URL={url}"),
            "CORTEX_API_KEY=mock-admin".to_owned()
        ]
    );
    job.run(&format!("{READ}1000\""), &[]).succeeds("");
    let stopped = job.step("stop", &[]);
    stopped.succeeds("complete: yes");
    assert!(!stopped.printed.contains("::error::"), "{}", stopped.printed);
    assert!(job.read("verdict.xml").contains("failures=\"0\""));
    assert!(job.read("summary").contains("<pre>\nverdict\n"), "{}", job.read("summary"));
    // A later step that forgets that it has ended.
    job.step("stop", &[]).succeeds("there is no server of the action to end");
}

#[test]
fn expectation_that_is_not_met_fails_the_last_step() {
    let Some(job) = Job::new() else { return };
    job.step("install", &[]).succeeds("");
    job.step("start", &[("EXPECT", "complete"), ("REPORT", "verdict.xml")]).succeeds("");
    job.run(&format!("{READ}600\""), &[]).succeeds("");
    let stopped = job.step("stop", &[]);
    let reason = "not complete: Admin (…dmin): 40 of 640 entries were never served, such as ";
    assert!(job.refusal(&stopped).starts_with(&format!("::error::cortex-audit-mock: {reason}")), "{}", stopped.printed);
    // What clients have sent is no command to the runner.
    let (before, after) = stopped.printed.split_once("::stop-commands::").unwrap();
    let token = after.lines().next().unwrap();
    assert_eq!(before, "::group::Log of cortex-audit-mock\n");
    assert!(after.contains(&format!("\n::{token}::\n::endgroup::\n::error::")), "{after}");
    assert!(job.read("verdict.xml").contains("<failure"));
}

#[test]
fn what_cannot_be_installed_is_one_sentence() {
    let Some(job) = Job::new() else { return };
    let sums = job.workspace.path(&format!("releases/v{VERSION}/SHA256SUMS"));
    let mut refusals = Vec::new();
    for inputs in [
        [("VERSION", "99.0.0")].as_slice(),
        &[("VERSION", "latest")],
        &[("RUNNER_OS", "Windows"), ("RUNNER_ARCH", "ARM64")],
        &[("RUNNER_OS", "macOS")],
    ] {
        refusals.push(job.refusal(&job.step("install", inputs)));
    }
    let listed = fs::read_to_string(&sums).unwrap();
    fs::write(&sums, format!("{}  {}", "0".repeat(64), listed.split_once("  ").unwrap().1)).unwrap();
    refusals.push(job.refusal(&job.step("install", &[])));
    assert_snapshot!(without_version_and_checksum(&refusals.join("\n"), &listed), @r#"
    ::error::cortex-audit-mock: cannot download file://[folder]/releases/v99.0.0/SHA256SUMS: curl: (37) Couldn't open file [folder]/releases/v99.0.0/SHA256SUMS; the releases are listed at file://[folder]/releases/v99.0.0
    ::error::cortex-audit-mock: version is "latest"; expected: a release such as 1.2.3
    ::error::cortex-audit-mock: there is no binary for Windows on ARM64; there is one for runners of Linux and macOS on X64 and ARM64, and of Windows on X64 (runs-on: ubuntu-latest)
    ::error::cortex-audit-mock: release [version] has no cortex-audit-mock-[version]-x86_64-apple-darwin.tar.gz; it has cortex-audit-mock-[version]-x86_64-unknown-linux-gnu.tar.gz
    ::error::cortex-audit-mock: cortex-audit-mock-[version]-x86_64-unknown-linux-gnu.tar.gz is not installed: its SHA-256 is [checksum], SHA256SUMS says 0000000000000000000000000000000000000000000000000000000000000000; run the job again, and do not use the release if this happens twice
    "#);
    assert_eq!(job.read("path"), "");
}

/// Replaces what changes with a release and with the place of the build.
fn without_version_and_checksum(text: &str, sums: &str) -> String {
    let (checksum, _) = sums.split_once("  ").unwrap();
    text.replace(VERSION, "[version]").replace(checksum, "[checksum]")
}

#[test]
fn server_that_does_not_start_is_one_sentence() {
    let Some(job) = Job::new() else { return };
    job.step("install", &[]).succeeds("");
    let mut refusals = Vec::new();
    for inputs in [
        [("FLAGS", "--generate many")].as_slice(),
        &[("FLAGS", "--fixtures missing.json --report verdict.xml")],
        &[("FLAGS", "--fixtures 'my logs.json")],
        &[("EXPECT", "complete,fast")],
    ] {
        refusals.push(job.refusal(&job.step("start", inputs)));
        job.step("stop", &[]).succeeds("there is no server of the action to end");
    }
    job.step("start", &[]).succeeds("");
    refusals.push(job.refusal(&job.step("start", &[])));
    assert_snapshot!(refusals.join("\n"), @r#"
    ::error::cortex-audit-mock: invalid value 'many' for '--generate <N>': accepted: a whole number up to 10000000, such as 5000 or 1_000_000 (a million take 60 MB of memory)
    ::error::cortex-audit-mock: cannot start: 1 problem (--fixtures)%0Amissing.json: cannot be read: No such file or directory (os error 2)
    ::error::cortex-audit-mock: flags is "--fixtures 'my logs.json", where a quote does not end; an example: --generate 2500 --fixtures "my logs.json"
    ::error::cortex-audit-mock: invalid value 'fast' for '--expect <NAMES>'%0A  [possible values: complete, no-duplicates, no-gaps, polite, delivered, contract]
    ::error::cortex-audit-mock: this job has a server of the action already; end it first, by a step that uses the action stop
    "#);
    // The first one still answers.
    job.run(&format!("{READ}1\""), &[]).succeeds("");
}

#[test]
fn server_that_was_killed_fails_the_last_step() {
    let Some(job) = Job::new() else { return };
    job.step("install", &[]).succeeds("");
    job.step("start", &[("REPORT", "verdict.txt")]).succeeds("");
    job.run("kill -KILL \"$(cat temp/process)\"", &[]).succeeds("");
    assert_snapshot!(job.refusal(&job.step("stop", &[])), @"::error::cortex-audit-mock: the server had ended before this step, with exit code 137");
    assert!(job.read("verdict.txt").contains("the run has not ended"));
}

/// Runs the steps of the workflow and of the actions that it uses.
#[test]
fn workflow_passes_and_fails_for_a_client_that_loses_entries() {
    let Some(linters) = Linters::new() else { return };
    let path = repository("recipes/github-actions.yml");
    linters.fits("vendor.github-workflows", &path);
    let workflow = &linters.yaml(&path)[0];
    let steps = workflow["jobs"]["test"]["steps"].as_array().unwrap();
    for (pages, passes) in [("0 1 2", true), ("0 1", false)] {
        let Some(job) = Job::new() else { return };
        for step in steps {
            if let Some(script) = step["run"].as_str() {
                job.run(&script.replace("in 0 1 2;", &format!("in {pages};")), &[]).succeeds("");
                continue;
            }
            let uses = step["uses"].as_str().unwrap();
            let Some(action) = uses.strip_prefix("OWNER/REPOSITORY") else { continue };
            if !action.starts_with("/stop@") {
                job.action(&linters, "action.yml", &step["with"]).succeeds("answers at");
                continue;
            }
            assert_eq!(step["if"], "always()");
            let stopped = job.action(&linters, "stop/action.yml", &step["with"]);
            if passes {
                stopped.succeeds("complete: yes");
            } else {
                stopped.fails("500 of 2500 entries were never served");
            }
        }
        let failures = if passes { "failures=\"0\"" } else { "failures=\"1\"" };
        assert!(job.read("verdict.xml").contains(failures), "{}", job.read("verdict.xml"));
    }
}

#[test]
fn action_that_does_not_start_installs_the_command() {
    let Some(linters) = Linters::new() else { return };
    let Some(job) = Job::new() else { return };
    let install = serde_json::json!({"start": false, "version": format!("v{VERSION}")});
    job.action(&linters, "action.yml", &install).succeeds("installed");
    job.run("cortex-audit-mock --version", &[]).succeeds(VERSION);
    job.step("stop", &[]).succeeds("there is no server of the action to end");
    let action = &linters.yaml(&repository("action.yml"))[0];
    for name in ["url", "token"] {
        assert_eq!(action["outputs"][name]["value"], format!("${{{{ steps.start.outputs.{name} }}}}"));
    }
}

#[test]
fn every_input_is_documented() {
    let action = file("action.yml");
    let (inputs, _) = action.split_once("\ninputs:\n").unwrap().1.split_once("\noutputs:\n").unwrap();
    let names = inputs.lines().filter(|line| !line.starts_with("   ")).filter_map(|line| line.trim().strip_suffix(':'));
    let page = file("docs/recipes.md");
    for name in names {
        assert!(page.contains(&format!("\n| `{name}` | ")), "docs/recipes.md has no row for {name}");
    }
}

/// The version is nowhere else in recipes and documents.
#[test]
fn recipes_and_documents_use_the_action_of_this_version() {
    let mut found = 0;
    let folder = |name: &str| fs::read_dir(repository(name)).unwrap().map(|entry| entry.unwrap().path());
    for path in folder("recipes").chain(folder("docs")).chain([repository("README.md")]).filter(|path| path.is_file()) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (_, version) in uses(&text) {
            assert_eq!(version, format!("v{VERSION}"), "{}", path.display());
            found += 1;
        }
    }
    assert!(found > 2);
}

/// Action and version of each `uses: OWNER/REPOSITORY…@…`.
fn uses(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let references = text.split("OWNER/REPOSITORY").skip(1).filter_map(|rest| rest.split_whitespace().next());
    references.filter_map(|reference| reference.split_once('@'))
}

/// Each target of a release is one of the action, and the other way round.
#[test]
fn action_knows_the_targets_of_a_release() {
    let (action, release) = (file(".ci/action"), file(".github/workflows/release.yml"));
    let targets = |text: &str, end: char| -> Vec<String> {
        let words = text.split_whitespace().map(|word| word.trim_end_matches(end).to_owned());
        let mut found: Vec<_> = words
            .filter(|word| word.ends_with("-gnu") || word.ends_with("-darwin") || word.ends_with("-msvc"))
            .collect();
        found.sort();
        found.dedup();
        found
    };
    assert_eq!(targets(&action, ';'), targets(&release, ','));
}
