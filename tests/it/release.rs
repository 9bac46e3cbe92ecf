//! The sources of a release: changelog, version, packages, image.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::external_tools;

/// The headings of changes, in this order (Keep a Changelog 1.1).
const KINDS: [&str; 6] = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// Errors in the format of a changelog.
fn faults(changelog: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut sections = changelog.split("\n## ");
    if !sections.next().unwrap().starts_with("# Changelog\n") {
        faults.push("the title".to_owned());
    }
    let mut newer: Option<[u32; 3]> = None;
    for (index, section) in sections.enumerate() {
        let (heading, body) = section.split_once('\n').unwrap_or((section, ""));
        match (index, release(heading)) {
            (0, _) if heading == "[Unreleased]" => {}
            (1.., Some(version)) if newer.is_none_or(|newer| version < newer) => newer = Some(version),
            _ => faults.push(format!("the heading {heading}")),
        }
        faults.extend(faults_below(heading, body));
    }
    faults
}

/// The version of `[1.2.3] - 2025-06-01`.
fn release(heading: &str) -> Option<[u32; 3]> {
    let (version, date) = heading.strip_prefix('[')?.split_once("] - ")?;
    let numbers = version.split('.').map(|number| number.parse().ok()).collect::<Option<Vec<u32>>>()?;
    let date = date.split('-').map(str::len).eq([4, 2, 2]) && format!("{date}T00:00:00Z").parse::<Moment>().is_ok();
    date.then(|| numbers.try_into().ok())?
}

type Moment = cortex_audit_mock::contract::Timestamp;

fn faults_below(heading: &str, body: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut rest = KINDS.iter();
    for part in body.split("### ").skip(1) {
        let (kind, changes) = part.split_once('\n').unwrap_or((part, ""));
        if !rest.any(|known| *known == kind) {
            faults.push(format!("{kind} in {heading}: unknown, twice, or in another order"));
        }
        let only_items = changes.trim().lines().all(|line| line.starts_with("- ") || line.starts_with("  "));
        if !only_items || changes.trim().is_empty() {
            faults.push(format!("{kind} in {heading}: not a list of changes"));
        }
    }
    faults
}

#[test]
fn the_changelog_has_its_format() {
    assert_eq!(faults(&file("CHANGELOG.md")), Vec::<String>::new());
}

#[test]
fn a_changelog_in_another_format_is_noticed() {
    const RIGHT: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- One,\n  of two lines.\n\n### Fixed\n\n- Two.\n\n\
                         ## [0.2.0] - 2025-06-01\n\n### Added\n\n- Three.\n\n## [0.1.0] - 2025-05-01\n\n### Added\n\n- Four.\n";
    assert_eq!(faults(RIGHT), Vec::<String>::new());
    for (right, wrong) in [
        ("# Changelog", "# Changes"),
        ("## [Unreleased]", "## Unreleased"),
        ("- 2025-06-01", "- 2025-06-31"),
        ("[0.2.0]", "[0.2]"),
        ("[0.2.0]", "[0.1.0]"),
        ("### Fixed", "### Repaired"),
        ("### Fixed", "### Added"),
        ("- Three.", ""),
        ("- Three.", "Three."),
    ] {
        assert_eq!(faults(&RIGHT.replacen(right, wrong, 1)).len(), 1, "{wrong:?} instead of {right:?}");
    }
}

/// Between two releases the version stays that of the last one.
#[test]
fn the_newest_release_of_the_changelog_is_the_version_of_the_package() {
    let changelog = file("CHANGELOG.md");
    if let Some(newest) = changelog.split("\n## ").skip(1).find_map(release_of_section) {
        assert_eq!(newest, env!("CARGO_PKG_VERSION"));
    }
}

fn release_of_section(section: &str) -> Option<String> {
    release(section.lines().next()?).map(|version| version.map(|number| number.to_string()).join("."))
}

/// Runs `.ci/release-notes` in a folder with these files.
fn notes(tag: &str, changelog: &str, lock: &str) -> Option<Result<String, String>> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"thing\"\nversion = \"0.2.0\"\n").unwrap();
    fs::write(folder.path().join("Cargo.lock"), lock).unwrap();
    fs::write(folder.path().join("CHANGELOG.md"), changelog).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/release-notes");
    let run = Command::new("python3").arg(script).arg(tag).current_dir(folder.path()).output();
    let run = run.map_err(|error| format!("python3: {error}"));
    let output = external_tools::require("python3", &run)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    Some(if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) })
}

#[test]
fn tag_package_lock_and_changelog_must_have_the_same_version() {
    const LOCK: &str = "[[package]]\nname = \"thing\"\nversion = \"0.2.0\"\n";
    const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2025-06-01\n\n### Added\n\n- Three.\n\n\
                             ## [0.1.0] - 2025-05-01\n\n### Added\n\n- Four.\n";
    let Some(right) = notes("v0.2.0", CHANGELOG, LOCK) else { return };
    assert_eq!(right, Ok("### Added\n\n- Three.".to_owned()));
    for (tag, changelog, lock, message) in [
        ("v0.3.0", CHANGELOG.to_owned(), LOCK.to_owned(), "the tag is v0.3.0"),
        ("0.2.0", CHANGELOG.to_owned(), LOCK.to_owned(), "expected: v0.2.0"),
        ("v0.2.0", CHANGELOG.to_owned(), LOCK.replace("0.2.0", "0.1.0"), "Cargo.lock does not have thing 0.2.0"),
        ("v0.2.0", CHANGELOG.replace("[0.2.0]", "[0.1.9]"), LOCK.to_owned(), "must be [0.2.0] with its date"),
        ("v0.2.0", CHANGELOG.replace(" - 2025-06-01", ""), LOCK.to_owned(), "must be [0.2.0] with its date"),
        ("v0.2.0", CHANGELOG.replace("d]\n", "d]\n\n### Added\n\n- New.\n"), LOCK.to_owned(), "empty [Unreleased]"),
        ("v0.2.0", CHANGELOG.replace("### Added\n\n- Three.", ""), LOCK.to_owned(), "says nothing of 0.2.0"),
    ] {
        let refused = notes(tag, &changelog, &lock).unwrap().unwrap_err();
        assert!(refused.contains(message), "{refused}");
    }
}

/// `cargo install` gets what is compiled and its documentation, nothing for developers.
#[test]
fn the_package_has_only_what_is_built() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut list = Command::new(env!("CARGO"));
    let output =
        list.args(["package", "--list", "--offline", "--allow-dirty"]).current_dir(repository).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let packed: BTreeSet<String> = String::from_utf8(output.stdout).unwrap().lines().map(String::from).collect();
    let beside = ["CHANGELOG.md", "Cargo.lock", "Cargo.toml", "LICENSE", "README.md", "build.rs"];
    for name in beside {
        assert!(packed.contains(name), "{name}");
    }
    let mut folders: Vec<_> = ["src", "fixtures", "share"].into_iter().map(|name| repository.join(name)).collect();
    let mut bytes = 0;
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|ending| ending != "snap") {
                let name = path.strip_prefix(repository).unwrap().to_str().unwrap();
                assert!(packed.contains(name), "{name}");
                bytes += path.metadata().unwrap().len();
            }
        }
    }
    let known = |name: &&String| ["src/", "fixtures/", "share/"].iter().any(|folder| name.starts_with(folder));
    let further: Vec<&String> = packed.iter().filter(|name| !known(name) && !beside.contains(&name.as_str())).collect();
    // Cargo adds them; the last one only in a commit.
    assert!(
        further.iter().all(|name| ["Cargo.toml.orig", ".cargo_vcs_info.json"].contains(&name.as_str())),
        "{further:?}"
    );
    assert!(packed.iter().all(|name| !name.contains(".snap")));
    assert!(bytes < 3_000_000, "{bytes} bytes");
}

/// Runs `.ci/join-image` with a program in place of `docker` that records its arguments.
fn joined() -> Option<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let digests = folder.path().join("digests");
    fs::create_dir(&digests).unwrap();
    for digest in ["aa", "bb"] {
        fs::write(digests.join(digest.repeat(32)), "").unwrap();
    }
    let docker = folder.path().join("docker");
    let manifest = format!("{{\"mediaType\":\"m\",\"digest\":\"sha256:{}\",\"size\":1}}", "cc".repeat(32));
    let program = format!("#!/bin/sh\necho \"$*\" >> \"$0.asked\"\n[ \"$3\" = create ] || echo '{manifest}'\n");
    fs::write(&docker, program).unwrap();
    fs::set_permissions(&docker, PermissionsExt::from_mode(0o755)).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/join-image");
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let run = Command::new("bash").arg(script).args(["ghcr.io/o/r", "v1.2.3"]).arg(digests).env("PATH", path).output();
    let run = run.map_err(|error| format!("bash: {error}"));
    let output = external_tools::require("bash", &run)?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let asked = fs::read_to_string(docker.with_extension("asked")).unwrap();
    Some((asked.lines().next().unwrap().to_owned(), String::from_utf8(output.stdout.clone()).unwrap()))
}

#[test]
fn the_images_of_the_architectures_become_one_under_the_names_of_the_release() {
    let parts = format!("ghcr.io/o/r@sha256:{} ghcr.io/o/r@sha256:{}", "aa".repeat(32), "bb".repeat(32));
    let Some((arguments, output)) = joined() else { return };
    let names = "--tag ghcr.io/o/r:1.2.3 --tag ghcr.io/o/r:1.2 --tag ghcr.io/o/r:latest";
    assert_eq!(arguments, format!("buildx imagetools create {names} {parts}"));
    assert_eq!(output, format!("digest=sha256:{}\n", "cc".repeat(32)));
}

/// Makes wheels of these versions, the first one for any platform, and npm tarballs with these manifests: `FOLDER WHEELS MANIFESTS`, the last two as JSON.
const MAKE_PACKAGES: &str = r#"
import io, json, sys, tarfile, zipfile
folder, wheels, manifests = sys.argv[1], *map(json.loads, sys.argv[2:])
for number, version in enumerate(wheels):
    platform = f"platform{number}" if number else "any"
    with zipfile.ZipFile(f"{folder}/thing-{platform}.whl", "w") as wheel:
        wheel.writestr("thing.dist-info/METADATA", f"Metadata-Version: 2.4\nName: thing\nVersion: {version}\n")
for number, manifest in enumerate(manifests):
    with tarfile.open(f"{folder}/thing-{number}.tgz", "w:gz") as tarball:
        content = json.dumps(manifest).encode()
        entry = tarfile.TarInfo("package/package.json")
        entry.size = len(content)
        tarball.addfile(entry, io.BytesIO(content))
"#;

/// A folder of packages.
fn packages(wheels: &[&str], manifests: &Value) -> Option<TempDir> {
    let folder = tempfile::tempdir().unwrap();
    let mut python = Command::new("python3");
    python.args(["-c", MAKE_PACKAGES]).arg(folder.path()).args([json!(wheels).to_string(), manifests.to_string()]);
    external_tools::require("python3", &external_tools::run(&mut python))?;
    Some(folder)
}

/// The manifest of a main package, and one for each of these platforms.
fn manifests(version: &str, platforms: &[&str]) -> Value {
    let names = platforms.iter().map(|platform| format!("@thing/{platform}"));
    let optional: serde_json::Map<String, Value> = names.clone().map(|name| (name, json!(version))).collect();
    let main = json!({"name": "thing", "version": version, "optionalDependencies": optional});
    let platforms = names.map(|name| json!({"name": name, "version": version}));
    std::iter::once(main).chain(platforms).collect()
}

#[test]
fn packages_of_a_release_have_its_version_and_all_platforms() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/check-packages");
    let check = |wheels: &[&str], manifests: &Value| {
        let folder = packages(wheels, manifests)?;
        let output = Command::new("python3").arg(&script).arg("v0.2.0").arg(folder.path()).output().unwrap();
        Some(if output.status.success() { Ok(output.stdout) } else { Err(String::from_utf8(output.stderr).unwrap()) })
    };
    let right = manifests("0.2.0", &["a", "b"]);
    let Some(passed) = check(&["0.2.0", "0.2.0", "0.2.0"], &right) else { return };
    let order = String::from_utf8(passed.unwrap()).unwrap();
    let names: Vec<&str> = order.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(names, ["@thing/a@0.2.0", "@thing/b@0.2.0", "thing@0.2.0"]);
    let with = |index: usize, member: &str, value: Value| {
        let mut changed = right.clone();
        changed[index][member] = value;
        changed
    };
    for (wheels, manifests, message) in [
        (
            ["0.2.0", "0.2.0", "0.1.0"].as_slice(),
            right.clone(),
            "thing-platform2.whl has version 0.1.0, the release 0.2.0",
        ),
        (&["0.2.0", "0.2.0"], right.clone(), "for any other platform: thing-any.whl, thing-platform1.whl"),
        (
            &["0.2.0", "0.2.0", "0.2.0"],
            with(2, "version", json!("0.1.0")),
            "thing-2.tgz has version 0.1.0, the release 0.2.0",
        ),
        (
            &["0.2.0", "0.2.0", "0.2.0"],
            with(2, "name", json!("@thing/c")),
            "there is no tarball of the npm package @thing/b",
        ),
        (
            &["0.2.0", "0.2.0", "0.2.0"],
            with(0, "optionalDependencies", json!({"@thing/a": "^0.2.0"})),
            "wants @thing/a ^0.2.0",
        ),
        (&[], json!([]), "it has 0"),
    ] {
        let refused = check(wheels, &manifests).unwrap().unwrap_err();
        assert!(refused.starts_with("error: ") && refused.contains(message), "{refused}");
    }
}

/// Runs `.ci/publish-npm` with a program in place of `npm` that knows one package already, and records what it publishes.
#[test]
fn npm_packages_are_published_once_and_the_main_one_last() {
    let Some(folder) = packages(&["0.2.0", "0.2.0", "0.2.0"], &manifests("0.2.0", &["a", "b"])) else { return };
    let npm = folder.path().join("npm");
    let known = r#"[ "$1 $2" = "view @thing/a@0.2.0" ] && echo 0.2.0"#;
    fs::write(&npm, format!("#!/bin/sh\n[ $1 = publish ] && echo \"$*\" >>\"$0.asked\" && exit\n{known}\n")).unwrap();
    fs::set_permissions(&npm, PermissionsExt::from_mode(0o755)).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/publish-npm");
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let mut bash = Command::new("bash");
    bash.arg(script).arg("v0.2.0").arg(folder.path()).env("PATH", path);
    external_tools::run(&mut bash).unwrap();
    let asked = fs::read_to_string(npm.with_extension("asked")).unwrap();
    let published = |file: &str| format!("publish {}/{file} --provenance --access public\n", folder.path().display());
    assert_eq!(asked, published("thing-2.tgz") + &published("thing-0.tgz"));
}
