//! Files that are read and would be overwritten, standard input that is read twice, and the report on a refused start.

use std::fs;

use insta::assert_snapshot;

use super::{entry, folder, keys, path, without_folder};
use crate::support::process::{Launch, binary};

const FAULT: &str = r#"{"type": "status", "status": 503}"#;

#[test]
fn an_output_that_is_an_input_is_refused_before_anything_is_written() {
    let files = folder(&[
        ("a.json", &entry("a")),
        ("keys.json", &keys("key-a")),
        ("faults.json", FAULT),
        ("types.txt", "SPACESHIP\n"),
        ("command.sh", "#!/bin/sh\n"),
    ]);
    let [entries, tokens, faults, link, hard] =
        ["a.json", "keys.json", "faults.json", "link.json", "hard.json"].map(|name| path(&files, name));
    std::os::unix::fs::symlink(&tokens, &link).unwrap();
    fs::hard_link(&entries, &hard).unwrap();
    let inputs = ["a.json", "keys.json", "faults.json", "types.txt", "command.sh"];
    let before = || inputs.map(|name| fs::read_to_string(path(&files, name)).unwrap());
    let content = before();
    let in_folder = path(&files, "new.json");
    let all = files.path().to_str().unwrap();
    for args in [
        &["--report", &entries, "--fixtures", &entries][..],
        &["--report", &hard, "--fixtures", &entries],
        &["--report", &entries, "--fixtures", all],
        &["--report", &in_folder, "--fixtures", all],
        &["--report", &link, "--keys", &tokens],
        &["--faults", &faults, &format!("--report={faults}")],
        &["--tls-cert", &entries, "--tls-key", &tokens, "--report", &tokens],
        &["--tls-self-signed", "--tls-write-cert", &tokens, "--keys", &tokens],
        &["--tls-self-signed", "--tls-write-cert", &in_folder, "--report", &in_folder],
        &["--report", "a.json", "--fixtures", "./a.json"],
        &["run", "--report", &entries, "--fixtures", &entries, "--", "true"],
        &["run", "--report", "types.txt", "--object-types", "types.txt", "--", "true"],
        &["run", "--report", "command.sh", "--", "./command.sh"],
        &["run", "--tls-self-signed", "--tls-write-cert", "command.sh", "--", "./command.sh"],
    ] {
        let ended = binary(args.iter().copied()).folder(files.path()).run();
        assert!(ended.failed(2).contains(" would overwrite "), "{args:?}: {}", ended.stderr);
        assert_eq!(before(), content, "{args:?}");
    }
    let refused = |launch: Launch| without_folder(launch.run().failed(2), files.path());
    assert_snapshot!(refused(binary(["--report", &link]).env("CORTEX_MOCK_KEYS", &tokens)), @"error: --report would overwrite FOLDER/link.json, which is a file of CORTEX_MOCK_KEYS: give --report another file");
    let record = ["record", "--url", "http://127.0.0.1:1", "--out", &tokens];
    assert_snapshot!(refused(binary(record).env("SSL_CERT_FILE", &tokens)), @"error: --out would overwrite FOLDER/keys.json, which is a file of SSL_CERT_FILE: give --out another file");
    binary(["run", "--bogus", "--report", "command.sh", "--", "./command.sh"]).folder(files.path()).run().failed(2);
    assert_eq!(before(), content);
    // Beside the fixtures, under a name that is not read with them.
    let server =
        binary(["--listen", "127.0.0.1:0", "--report", &path(&files, "v.xml"), "--fixtures", &entries]).serve();
    server.stop();
    let server = binary(["--listen", "127.0.0.1:0", "--report", "/dev/null", "--fixtures", &entries]).serve();
    server.stop();
}

#[test]
fn the_report_says_that_a_refused_run_did_not_start() {
    let files = folder(&[("v.txt", ""), ("a.json", &entry("a")), ("keys.json", &keys("key-a"))]);
    let [report, entries] = ["v.txt", "a.json"].map(|name| path(&files, name));
    let reports = |launch: Launch| {
        fs::write(&report, "green").unwrap();
        launch.run().failed(2);
        fs::read_to_string(&report).unwrap().lines().take(2).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(reports(binary(["--report", &report, "--rate-limit", "many"])), @"
    run
      the run did not start: invalid value 'many' for '--rate-limit <RATE>': expected COUNT/UNIT with a count from 1 to 1000000000 and a unit of s, min, h or d, such as 1000/min, or off
    ");
    let told = "  the run did not start: ";
    for args in [
        &["--bogus", "--report", &report][..],
        &["run", "--report", &report],
        &["serve", "--tls-cert", &entries, "--report", &report],
        &["--tls-self-signed", "--tls-name", "a b", "--report", &report],
        &["run", "--tls-self-signed", "--tls-write-cert", "-", "--report", &report, "--", "true"],
        &["--keys", "-", "--fixtures", "-", "--report", &report],
        &["--tls-self-signed", "--tls-write-cert", &entries, "--fixtures", &entries, "--report", &report],
    ] {
        let text = reports(binary(args.iter().copied()));
        assert!(text.contains(told), "{args:?}: {text}");
    }
    let text = reports(binary(["--strict=perhaps"]).env("CORTEX_MOCK_REPORT", &report));
    assert!(text.contains(told), "{text}");
    // Help is no run, and other commands have no report.
    for args in [&["--help"][..], &["validate", "--bogus"], &["--version"]] {
        fs::write(&report, "green").unwrap();
        binary(args.iter().copied()).env("CORTEX_MOCK_REPORT", &report).run();
        assert_eq!(fs::read_to_string(&report).unwrap(), "green", "{args:?}");
    }
    // No file has the name of a flag, and an input is not overwritten.
    binary(["--bogus", "--report", "--strict"]).folder(files.path()).run().failed(2);
    binary(["--bogus", "--report", &entries, "--fixtures", &entries]).run().failed(2);
    assert_eq!(fs::read_dir(files.path()).unwrap().count(), 3);
    assert_eq!(fs::read_to_string(&entries).unwrap(), entry("a"));
}

#[test]
fn standard_input_is_read_once() {
    let refused = |args: &[&str]| binary(args.iter().copied()).input(entry("a")).run().failed(2).to_owned();
    assert_snapshot!(refused(&["--keys", "-", "--fixtures", "-"]), @"error: standard input can be read only once, and --fixtures and --keys name it: give a file in one place");
    assert_snapshot!(refused(&["validate", "-", "/dev/stdin"]), @"error: standard input can be read only once, and PATH names it twice: give a file in one place");
    for args in [
        &["validate", "-", "--keys", "-"][..],
        &["--fixtures", "-", "--fixtures", "-"],
        &["--faults", "-", "--tls-key", "-", "--tls-cert", "x"],
    ] {
        assert!(refused(args).contains("can be read only once"), "{args:?}");
    }
    let server = binary(["--listen", "127.0.0.1:0", "--keys", "-"]).input(keys("key-a")).serve();
    server.get_as("key-a", "/api/v1/audit-logs").ok();
    let server =
        binary(["--listen", "127.0.0.1:0", "--faults", "-", "--report", "-", "--log", "json"]).input(FAULT).serve();
    server.get_as("mock-admin", "/api/v1/audit-logs").details(503);
    let ended = binary(["validate", "--keys", "-"]).input("[]").run();
    assert_snapshot!(ended.failed(1), @r#"
    error: 1 problem
    standard input:1:1: expected an object with "keys"; if these are entries, give the file to --fixtures
    "#);
}
