//! `POST /__admin/reset?reload=true`: the files are read again. Signals are in `binary::reload`.

use std::fs;
use std::path::PathBuf;

use cortex_audit_mock::{Config, EntrySource, KeySource};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::TestMock;

const RELOAD: &str = "/reset?reload=true";

/// The files of a server, of which each test changes some.
struct Files(TempDir);

impl Files {
    /// With the entry `old` and the key `key-old`.
    fn new() -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.write("logs.json", entry("old"));
        files.write("keys.json", keys(&["key-old"]));
        files.write("faults.json", "[]");
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl ToString) {
        fs::write(self.path(name), text.to_string()).unwrap();
    }

    fn config(&self) -> Config {
        Config {
            entries: vec![EntrySource::Path(self.path("logs.json"))],
            keys: KeySource::Path(self.path("keys.json")),
            fault_file: Some(self.path("faults.json")),
            ..Config::default()
        }
    }

    fn names(&self) -> Value {
        json!(["logs.json", "keys.json", "faults.json"].map(|name| self.path(name)))
    }
}

fn entry(identifier: &str) -> Value {
    json!({"action": "CREATE", "objectIdentifier": identifier, "objectType": "TEAM", "timestamp": "now-5m"})
}

/// Keys with these tokens, each of which may view audit logs.
fn keys(tokens: &[&str]) -> Value {
    let key = |token: &&str| json!({"token": token, "name": token, "roles": [{"type": "DEFAULT", "role": "ADMIN"}]});
    json!({"keys": tokens.iter().map(key).collect::<Vec<_>>()})
}

async fn identifiers(mock: &TestMock, token: &str) -> Vec<String> {
    mock.get_as(token, "/api/v1/audit-logs").await.identifiers()
}

#[tokio::test]
async fn keys_hold_at_once_and_entries_in_new_sessions_and_after_a_reset() {
    let files = Files::new();
    let mock = TestMock::with_config(files.config());
    for session in ["", "~open", "~reset"] {
        assert_eq!(identifiers(&mock, &format!("key-old{session}")).await, ["old"]);
    }
    files.write("logs.json", json!([entry("new"), entry("newer")]));
    files.write("keys.json", keys(&["key-new"]));
    let answer = mock.admin("POST", "/reset?reload=true&session=reset", "").await.ok();
    let reloaded = json!({"files": files.names(), "keys": 1, "entries": 2});
    assert_eq!(answer, json!({"reset": "reset", "reloaded": reloaded}));

    let message = mock.get_as("key-old", "/api/v1/audit-logs").await.details(401);
    assert_eq!(message, format!("No key in {} has this token.", files.path("keys.json").display()));
    assert_eq!(mock.admin_get("/version").await["keys"], 1);
    for (session, expected) in [("", 1), ("~open", 1), ("~reset", 2), ("~opened-later", 2)] {
        assert_eq!(identifiers(&mock, &format!("key-new{session}")).await.len(), expected, "{session}");
    }
    assert_eq!(mock.admin("POST", "/reset", "").await.ok(), json!({"reset": null}));
    assert_eq!(identifiers(&mock, "key-new").await.len(), 2);
}

#[tokio::test]
async fn every_error_of_all_files_is_told_and_nothing_changes() {
    let files = Files::new();
    let mock = TestMock::with_config(files.config());
    mock.admin("POST", "/faults", json!({"type": "empty", "match": {"page": 7}})).await.created();
    files.write("logs.json", entry("new").to_string().replace("CREATE", "CREATED"));
    files.write(
        "keys.json",
        json!({"keys": [{"token": "key-secret", "name": "new"}, {"token": "key-secret", "name": "new"}]}),
    );
    files.write("faults.json", json!([{"type": "statsu", "status": 503}]));
    let message = mock.admin("POST", RELOAD, "").await.details(409);
    for told in
        ["action: ", "key 2, token: ", "key 2, name: ", "type: ", "Nothing was read again, and all stays as it was"]
    {
        assert!(message.contains(told), "{told} in {message}");
    }
    assert!(!message.contains("key-secret"), "{message}");
    assert_eq!(identifiers(&mock, "key-old").await, ["old"]);
    assert_eq!(mock.admin_get("/faults").await["faults"].as_array().unwrap().len(), 1, "nothing was reset");
    fs::remove_file(files.path("keys.json")).unwrap();
    assert!(mock.admin("POST", RELOAD, "").await.details(409).contains("keys.json: cannot be read: "));
    assert_eq!(identifiers(&mock, "key-old~new").await, ["old"]);
}

/// Together with the new keys, or with the old ones if they are in no file.
#[tokio::test]
async fn fault_rules_are_checked_against_the_keys_that_hold_from_then_on() {
    let files = Files::new();
    let mock = TestMock::with_config(files.config());
    let rule = |key: &str| json!({"type": "status", "status": 503, "match": {"key": key}});
    files.write("keys.json", keys(&["key-new"]));
    files.write("faults.json", rule("key-old"));
    let message = mock.admin("POST", RELOAD, "").await.details(409);
    assert!(message.contains("match.key: no key has this name or token"), "{message}");
    files.write("faults.json", rule("key-new"));
    mock.admin("POST", RELOAD, "").await.ok();
    assert_eq!(mock.get_as("key-new", "/api/v1/audit-logs").await.status, 503);

    files.write("faults.json", rule("Admin"));
    let mock = TestMock::with_config(Config { keys: KeySource::BuiltIn, ..files.config() });
    files.write("faults.json", rule("key-new"));
    assert!(mock.admin("POST", RELOAD, "").await.details(409).contains("match.key: no key has this name or token"));
}

#[tokio::test]
async fn a_server_without_files_says_so() {
    let mock = TestMock::default();
    let message = mock.admin("POST", RELOAD, "").await.details(409);
    assert_eq!(
        message,
        "There is no file to read again; accepted: a server with files, such as --fixtures FILE or --keys FILE. Standard \
         input, pipes, generated and built-in entries are read once."
    );
    mock.admin("POST", "/reset?reload=false", "").await.ok();
}

#[tokio::test]
async fn another_value_is_refused() {
    let message = TestMock::default().admin("POST", "/reset?reload=yes", "").await.details(400);
    assert_eq!(message, "reload: \"yes\" is not known; accepted: true, false, such as reload=true.");
}

/// Generated entries and those of other sources stay the same, beside those of the files.
#[tokio::test]
async fn only_files_are_read_again() {
    let files = Files::new();
    let text = EntrySource::Text(entry("given").to_string());
    let config = files.config();
    let entries = vec![text, EntrySource::Path(files.path("logs.json"))];
    let mock = TestMock::with_config(Config { entries, generate: Some(200), keys: KeySource::BuiltIn, ..config });
    let read = async || {
        let page = mock.logs("pageSize=1000").await.ok();
        let (files, others) = page["logs"].as_array().unwrap().iter().cloned().partition::<Vec<_>, _>(|entry| {
            ["old", "new"].iter().any(|identifier| entry["objectIdentifier"] == *identifier)
        });
        assert_eq!((files.len(), others.len()), (1, 201));
        (files[0]["objectIdentifier"].clone(), others)
    };
    let (before, others) = read().await;
    assert_eq!(before, "old");
    for identifier in ["new", "old"] {
        files.write("logs.json", entry(identifier));
        let answer = mock.admin("POST", RELOAD, "").await.ok();
        assert_eq!(answer["reloaded"]["entries"], 202);
        assert_eq!(read().await, (json!(identifier), others.clone()));
    }
}

/// With entries from files and without.
#[tokio::test]
async fn object_types_are_known_in_new_sessions_and_after_a_reset() {
    let files = Files::new();
    for entries in [Vec::new(), vec![EntrySource::Path(files.path("logs.json"))]] {
        files.write("types.txt", "SPACESHIP");
        let object_type_file = Some(files.path("types.txt"));
        let mock = TestMock::with_config(Config {
            entries,
            object_type_file,
            object_types: vec!["ROCKET".to_owned()],
            ..Config::default()
        });
        let unknown = async || {
            let mut unknown = Vec::new();
            for name in ["SPACESHIP", "PLANET", "ROCKET"] {
                if !mock.finding_rules(&format!("objectTypes={name}")).await.is_empty() {
                    unknown.push(name);
                }
            }
            unknown
        };
        assert_eq!(unknown().await, ["PLANET"]);
        files.write("types.txt", "PLANET");
        let answer = mock.admin("POST", RELOAD, "").await.ok();
        assert_eq!(answer["reloaded"]["files"].as_array().unwrap().last(), Some(&json!(files.path("types.txt"))));
        assert_eq!(unknown().await, ["SPACESHIP"]);
        files.write("types.txt", "Planet");
        let details = mock.admin("POST", RELOAD, "").await.details(409);
        assert!(details.contains("is not a name of an object type"), "{details}");
        assert_eq!(unknown().await, ["SPACESHIP"]);
    }
}

/// A key that has used up its limit gets no further requests, and takes none from another, when the file lists them in another
/// order.
#[tokio::test]
async fn a_key_keeps_its_rate_limit() {
    let files = Files::new();
    files.write("keys.json", keys(&["key-one", "key-two"]));
    let mock = TestMock::with_config(Config { rate_limit: "1/h".parse().unwrap(), ..files.config() });
    identifiers(&mock, "key-one").await;
    files.write("keys.json", keys(&["key-two", "key-one"]));
    mock.admin("POST", "/reset?reload=true&session=other", "").await.ok();
    assert_eq!(mock.get_as("key-one", "/api/v1/audit-logs").await.status.as_u16(), 429);
    identifiers(&mock, "key-two").await;
}

#[tokio::test]
async fn fault_rules_of_files_hold_in_new_sessions() {
    let files = Files::new();
    let mock = TestMock::with_config(files.config());
    mock.admin_get("/faults?session=open").await;
    let mut keys = keys(&["key-old"]);
    keys["keys"][0]["faults"] = json!([{"type": "status", "status": 503}]);
    files.write("keys.json", keys);
    files.write("faults.json", json!({"type": "status", "status": 429}));
    mock.admin("POST", RELOAD, "").await.ok();
    for (session, expected) in [("open", json!([])), ("new", json!([503, 429]))] {
        let listed = mock.admin_get(&format!("/faults?session={session}")).await;
        let statuses: Vec<&Value> = listed["faults"].as_array().unwrap().iter().map(|rule| &rule["status"]).collect();
        assert_eq!(json!(statuses), expected);
    }
}
