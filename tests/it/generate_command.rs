//! The command `generate`, and `serve --generate`: what a person and a script see.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use cortex_audit_mock::generate::Story;
use insta::assert_snapshot;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::process::{Finished, Server, binary};

fn generate(arguments: &str) -> Finished {
    binary(["generate"].into_iter().chain(arguments.split_whitespace())).run()
}

/// What it wrote to standard output; standard error says how much that is.
#[track_caller]
fn written(arguments: &str) -> String {
    let ended = generate(arguments);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stdout
}

fn entries(json: &str) -> Vec<Value> {
    serde_json::from_str(json).unwrap()
}

/// A change of this sum is a change of what every seed gives: say so in the changelog.
#[test]
fn ten_thousand_entries_are_the_same_on_every_machine_and_in_every_version() {
    let hash = |text: String| {
        let digest = Sha256::digest(text);
        digest
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|digit| char::from_digit(digit.into(), 16))
            .collect::<String>()
    };
    assert_snapshot!(hash(written("10000")), @"e55cd7451c51905443fdebe85411a38887344200d7a73148836115fc49348b63");
    assert_snapshot!(hash(written("10000 --seed 7 --format ndjson")), @"c55e8e5ed37386c30d0da881c77bb699240362e51a966cc23e99930c1c3286cb");
    let ended = generate("10000");
    assert_snapshot!(ended.stderr.trim_end(), @"10000 entries from 2025-05-02T00:00:00Z to 2025-06-01T00:00:00Z, with the stories off-hours-admin, leaked-token, sso-rollout, scripted-migration, mass-deletion");
}

#[test]
fn an_array_and_ndjson_hold_the_same_entries_oldest_first() {
    let array = entries(&written("500"));
    let lines = written("500 --format ndjson");
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(array, lines);
    assert_eq!(array.len(), 500);
    assert!(array.is_sorted_by_key(|entry| entry["timestamp"].as_str().unwrap().to_owned()));
    assert_eq!(written("0"), "[]\n");
    assert_eq!(written("0 --format ndjson"), "[]\n", "an empty file is refused as lost");
}

#[test]
fn the_ending_of_the_file_tells_its_form_unless_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str, flags: &str| {
        let path = folder.path().join(name);
        let ended = generate(&format!("3 --out {} {flags}", path.display()));
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{}", ended.stderr);
        fs::read_to_string(path).unwrap()
    };
    assert_eq!(make("a.json", ""), written("3"));
    assert_eq!(make("a.ndjson", ""), written("3 --format ndjson"));
    assert_eq!(make("a.jsonl", ""), written("3 --format ndjson"));
    assert_eq!(make("b.ndjson", "--format json"), written("3"));
    assert_eq!(make("a", ""), written("3"));
    assert_eq!(make("a.json", "--format ndjson"), written("3 --format ndjson"), "a file that is there is replaced");
    assert_eq!(make("a.log", "--format ndjson"), written("3 --format ndjson"), "any ending if it is said");
    let refused = generate(&format!("3 --out {}", folder.path().join("a.CSV").display()));
    let message = refused.failed(2).replace(&folder.path().display().to_string(), "FOLDER");
    assert_snapshot!(message, @"error: --out FOLDER/a.CSV: entries are not written as .csv; accepted: .json, .ndjson and .jsonl, or say the format, such as --format json");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 6, "nothing is left beside them");
}

#[test]
fn a_link_stays_a_link_and_a_device_a_device() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file.json"), "old").unwrap();
    let link = folder.path().join("link.json");
    std::os::unix::fs::symlink(folder.path().join("file.json"), &link).unwrap();
    assert_eq!(generate(&format!("3 --out {}", link.display())).code, Some(0));
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(folder.path().join("file.json")).unwrap(), written("3"));
    let dangling = folder.path().join("dangling.json");
    std::os::unix::fs::symlink("new.json", &dangling).unwrap();
    assert_eq!(generate(&format!("3 --out {}", dangling.display())).code, Some(0));
    assert!(dangling.is_symlink());
    assert_eq!(fs::read_to_string(folder.path().join("new.json")).unwrap(), written("3"));
    assert_eq!(generate("3 --out /dev/null").code, Some(0));
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
    assert_eq!(generate("3 --out /dev/stdout").stdout, written("3"));
    assert_eq!(generate("3 --out -").stdout, written("3"));
}

#[test]
fn a_file_that_only_its_owner_may_read_stays_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.json");
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(generate(&format!("3 --out {}", path.display())).code, Some(0));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn the_time_is_what_is_asked_for() {
    let all = entries(&written("200 --from 2024-02-01T00:00:00Z --to 2024-02-03T00:00:00+01:00"));
    let times: Vec<&str> = all.iter().map(|entry| entry["timestamp"].as_str().unwrap()).collect();
    assert!(times.iter().all(|time| ("2024-02-01T00".."2024-02-02T23").contains(time)), "{times:?}");
    let now = chrono::Utc::now();
    let recent = entries(&written("200 --from now-1d --to now"));
    for entry in &recent {
        let time: chrono::DateTime<chrono::Utc> = entry["timestamp"].as_str().unwrap().parse().unwrap();
        let age = now - time;
        assert!(
            age < chrono::TimeDelta::hours(24) + chrono::TimeDelta::minutes(1) && age > -chrono::TimeDelta::minutes(1)
        );
    }
}

#[test]
fn stories_are_named_or_left_out() {
    let told = |flags: &str| {
        let ended = generate(&format!("2000 {flags}"));
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        ended.stderr.split_once(", with").map(|(_, stories)| stories.trim_end().to_owned()).unwrap_or_default()
    };
    let all = Story::ALL.map(Story::as_str).join(", ");
    assert_eq!(told(""), format!(" the stories {all}"));
    assert_eq!(told("--story all"), format!(" the stories {all}"));
    assert_eq!(told("--story none"), "out a story");
    assert_eq!(told("--story leaked-token"), " the story leaked-token");
    assert_eq!(told("--story mass-deletion leaked-token"), " the stories leaked-token, mass-deletion");
    assert_eq!(told("--story mass-deletion,leaked-token"), " the stories leaked-token, mass-deletion");
    assert_eq!(told("--story mass-deletion --story leaked-token"), " the stories leaked-token, mass-deletion");
}

#[test]
fn whatever_cannot_be_is_one_clear_sentence_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("folder")).unwrap();
    let there = folder.path().join("there.json");
    fs::write(&there, "mine").unwrap();
    let mut told = String::new();
    for (arguments, code) in [
        ("", 2),
        ("many", 2),
        ("-5", 2),
        ("10 --seed x", 2),
        ("10 --from yesterday", 2),
        ("10 --to now+1x", 2),
        ("10 --to 9000-01-01T00:00:00Z", 2),
        ("10 --from now-99999w --to now", 2),
        ("10 --from 2025-06-02T00:00:00Z", 2),
        ("10 --from 1900-01-01T00:00:00Z", 2),
        ("100000 --from 2025-05-31T23:59:00Z", 2),
        ("1000 --story leaked-tokn", 2),
        ("1000 --story all --from 2025-05-31T00:00:00Z", 2),
        ("20 --story mass-deletion", 2),
        ("1000 --story none leaked-token", 2),
        ("10 --format xml", 2),
        ("10 --out folder", 1),
        ("10 --out none/x.json", 1),
        ("10 --out /dev/full", 1),
        ("200000 --from 2025-06-02T00:00:00Z --out there.json", 2),
    ] {
        let launch = binary(["generate"].into_iter().chain(arguments.split_whitespace()));
        let ended = launch.folder(folder.path()).run();
        let said = ended.failed(code).split("\n\nFor more").next().unwrap_or_default();
        told.extend(["$ generate ", arguments, "\n", said.trim_end(), "\n\n"]);
    }
    assert_snapshot!(told);
    assert_eq!(fs::read_to_string(there).unwrap(), "mine");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn what_it_wrote_is_served_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made.ndjson");
    assert_eq!(generate(&format!("300 --out {}", path.display())).code, Some(0));
    let path = path.to_str().unwrap();
    assert!(binary(["validate", path]).run().succeeded().starts_with("300 entries, all valid"));
    let server = Server::start(&["--fixtures", path]);
    assert_eq!(server.logs("")["total"], 300);
    for story in [Story::OffHoursAdmin, Story::LeakedToken] {
        assert_ne!(server.logs(story.clue())["total"], 0, "{story}");
    }
}

// serve --generate

const NOW: [&str; 2] = ["--now", "2025-05-31T12:00:00Z"];

#[test]
fn a_server_generates_up_to_its_clock_in_place_of_the_built_in_story() {
    let server = Server::start(&[&["--generate", "2000"][..], &NOW].concat());
    let page = server.logs("pageSize=1");
    assert_eq!(page["total"], 2000);
    let newest = page["logs"][0]["timestamp"].as_str().unwrap();
    assert!(("2025-05-31T06".."2025-05-31T12:00:00.001").contains(&newest), "{newest}");
    let oldest = &server.logs("page=1999&pageSize=1")["logs"][0];
    assert!(("2025-05-01T12".."2025-05-02T12").contains(&oldest["timestamp"].as_str().unwrap()), "{oldest}");
    for story in Story::ALL {
        assert_ne!(server.logs(story.clue())["total"], 0, "{story}");
    }
    let same = Server::start(&[&["--generate", "2000"][..], &NOW].concat());
    assert_eq!(
        server.get("/api/v1/audit-logs?pageSize=1000").text(),
        same.get("/api/v1/audit-logs?pageSize=1000").text()
    );
    let other = Server::start(&[&["--generate", "2000", "--seed", "7"][..], &NOW].concat());
    assert_ne!(server.logs("")["logs"], other.logs("")["logs"]);
}

#[test]
fn generated_entries_stand_beside_those_of_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.json");
    let entry = json!({"action": "CREATE", "objectIdentifier": "mine", "objectType": "TEAM", "timestamp": "now"});
    fs::write(&path, entry.to_string()).unwrap();
    let server = Server::start(&["--generate", "100", "--fixtures", path.to_str().unwrap()]);
    assert_eq!(server.logs("")["total"], 101);
    assert_eq!(server.logs("objectIdentifiers=mine")["total"], 1);
    let by_environment = binary(["--listen", "127.0.0.1:0"]).env("CORTEX_MOCK_GENERATE", "1_000").serve();
    assert_eq!(by_environment.logs("")["total"], 1000);
}

#[test]
fn a_number_that_is_none_and_a_time_without_room_are_told() {
    let told = binary(["--generate", "lots"]).run().failed(2).to_owned();
    assert_snapshot!(told.lines().next().unwrap(), @"error: invalid value 'lots' for '--generate <N>': accepted: a whole number up to 10000000, such as 5000 or 1_000_000 (a million take 60 MB of memory)");
    let told = binary(["--generate", "-5"]).run().failed(2).to_owned();
    assert_snapshot!(told.lines().next().unwrap(), @"error: invalid value '-5' for '--generate <N>': accepted: a whole number up to 10000000, such as 5000 or 1_000_000 (a million take 60 MB of memory)");
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys.json");
    fs::write(&keys, r#"{"keys": []}"#).unwrap();
    let told = binary(["--generate", "10", "--keys", keys.to_str().unwrap(), "--now", "0000-01-01T00:00:00Z"])
        .run()
        .failed(1)
        .to_owned();
    assert_snapshot!(told.trim_end(), @"
    error: cannot start: 1 problem (--generate, --keys)
    10 generated entries: too many entries: that time has room for 1, 50 a second on average
    ");
}
