//! The command `validate`.

use insta::assert_snapshot;

use super::{entry, folder, path, without_folder};
use crate::support::process::binary;

#[test]
fn validate_summarizes_valid_files() {
    let files = folder(&[("a.json", &entry("a"))]);
    let ended = binary(["validate", "--now", "2025-05-20T12:00:00Z", &path(&files, "a.json"), "-"])
        .input(
            r#"{"action": "DELETE", "objectIdentifier": "b", "objectType": "SERVIC", "timestamp": "now", "note": "x"}"#,
        )
        .run();
    assert_snapshot!(ended.succeeded(), @r#"
    2 entries, all valid
      from 2025-05-20T11:55:00Z to 2025-05-20T12:00:00Z
      actions: CREATE 1, DELETE 1
      actor types: ANONYMOUS 2
      object types: 2
      note: SERVIC is not an object type that Cortex was known to use on 2024-09-20; did you mean "SERVICE"?
      note: the field note is not known and was ignored in 1 entry
    "#);
}

#[test]
fn validate_reports_every_error() {
    let ended = binary(["validate", "-", "/nowhere/logs.json"]).input(r#"[{"action": "READ"}]"#).run();
    assert_snapshot!(ended.failed(1), @r#"
    error: 5 problems
    standard input:1:2: entry 1, objectIdentifier: is required and missing
    standard input:1:2: entry 1, objectType: is required and missing
    standard input:1:2: entry 1, timestamp: is required and missing
    standard input:1:13: entry 1, action: "READ" is not one of CREATE, UPDATE, DELETE
    /nowhere/logs.json: cannot be read: No such file or directory (os error 2)
    "#);
}

#[test]
fn validate_checks_keys_too() {
    let files = folder(&[
        ("keys.json", r#"{"keys": [{"token": "key-a-long", "name": "A"}]}"#),
        ("wrong.json", r#"{"keys": [{"token": "key-a-long"}]}"#),
        ("a.json", &entry("a")),
        (
            "typed.json",
            r#"[{"action": "DELETE", "objectIdentifier": "b", "objectType": "TEAM", "timestamp": "now",
            "actorType": "API_KEY", "actorRequestType": "SLACK_COMMAND"}]"#,
        ),
        (
            "odd.json",
            r#"[{"action": "DELETE", "objectIdentifier": "b", "objectType": "TEAM", "timestamp": "now",
            "ipAddress": "home", "actorEmail": "nobody"}]"#,
        ),
    ]);
    let ended = binary(["validate", "--keys", &path(&files, "keys.json")]).run();
    assert_snapshot!(ended.succeeded(), @r#"
    1 key, all valid
      note: A (…long) has no role that grants "View audit logs"
    "#);
    let ended = binary(["validate", "--keys", &path(&files, "wrong.json"), &path(&files, "a.json")]).run();
    assert_snapshot!(without_folder(ended.failed(1), files.path()), @r#"
    error: 1 problem
    FOLDER/wrong.json:1:11: key 1, name: is required and missing
    "#);
    let ended = binary(["validate", "--now", "2025-05-20T12:00:00Z", &path(&files, "typed.json")]).run();
    assert_snapshot!(ended.succeeded().lines().last().unwrap(), @r#"  note: actorRequestType is not of an actor of type ANONYMOUS, the only one that has any, in 1 entry, such as "SLACK_COMMAND" in DELETE TEAM b of 2025-05-20T12:00:00Z"#);
    let ended = binary(["validate", "--now", "2025-05-20T12:00:00Z", &path(&files, "odd.json")]).run();
    assert_snapshot!(ended.succeeded(), @r#"
    1 entry, all valid
      from 2025-05-20T12:00:00Z to 2025-05-20T12:00:00Z
      actions: DELETE 1
      actor types: ANONYMOUS 1
      object types: 1
      note: ipAddress is not an IP address in 1 entry, such as "home" in DELETE TEAM b of 2025-05-20T12:00:00Z
      note: actorEmail is not an e-mail address in 1 entry, such as "nobody" in DELETE TEAM b of 2025-05-20T12:00:00Z
    "#);
}

/// Control characters are escaped, and tokens of the keys are hidden: in fields, values and names of files.
#[test]
fn validate_prints_foreign_text_without_control_characters_and_tokens() {
    let odd = "\u{1b}[31mred\u{7}.json";
    let field = r#"{"action": "CREATE", "objectIdentifier": "b", "objectType": "\u001b[7mX key-a-long", "timestamp": "now", "\u001b[31mred": 1, "x-key-a-long": 2, "ipAddress": "\u001b]0;title"}"#;
    let wrong = r#"{"\u001b[31mtimestam": 1, "action": "key-a-long"}"#;
    let files =
        folder(&[("keys.json", &super::keys("key-a-long")), ("a.json", field), (odd, wrong), ("key-a-long.json", "")]);
    let keys = path(&files, "keys.json");
    let ended = binary(["validate", "--now", "2025-05-20T12:00:00Z", "--keys", &keys, &path(&files, "a.json")]).run();
    assert_snapshot!(ended.succeeded(), @r#"
    1 key, all valid
    1 entry, all valid
      from 2025-05-20T12:00:00Z to 2025-05-20T12:00:00Z
      actions: CREATE 1
      actor types: ANONYMOUS 1
      object types: 1
      note: \u{1b}[7mX (hidden) is not an object type that Cortex was known to use on 2024-09-20
      note: ipAddress is not an IP address in 1 entry, such as "\u{1b}]0;title" in CREATE \u{1b}[7mX (hidden) b of 2025-05-20T12:00:00Z
      note: the field \u{1b}[31mred is not known and was ignored in 1 entry
      note: the field (hidden) is not known and was ignored in 1 entry
    "#);
    let ended = binary(["validate", "--keys", &keys, &path(&files, odd), &path(&files, "key-a-long.json")]).run();
    assert_snapshot!(without_folder(ended.failed(1), files.path()), @r#"
    error: 5 problems
    FOLDER/\u{1b}[31mred\u{7}.json:1:1: entry 1, objectIdentifier: is required and missing
    FOLDER/\u{1b}[31mred\u{7}.json:1:1: entry 1, objectType: is required and missing
    FOLDER/\u{1b}[31mred\u{7}.json:1:1: entry 1, timestamp: is required and missing
    FOLDER/\u{1b}[31mred\u{7}.json:1:37: entry 1, action: "(hidden)" is not one of CREATE, UPDATE, DELETE
    FOLDER/(hidden):1:1: is empty; expected entries: an array, one a line, or a whole response. An empty array is no entries
    "#);
    let server = binary(["--listen", "127.0.0.1:0", "--keys", &keys, "--fixtures", &path(&files, "a.json")]).serve();
    let log = server.stop();
    assert!(log.contains("\"x-(hidden)\"") || log.contains("\"(hidden)\""), "{log}");
    assert!(!log.contains("key-a-long") && !log.contains('\u{1b}'), "{log}");
    let ended = binary(["--listen", "127.0.0.1:0", "--keys", &keys, "--fixtures", &path(&files, odd)]).run();
    assert!(!ended.failed(1).contains("key-a-long") && !ended.stderr.contains('\u{1b}'), "{}", ended.stderr);
}
