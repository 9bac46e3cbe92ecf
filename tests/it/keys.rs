//! Keys files: roles, permissions, and errors.

use cortex_audit_mock::KeySource;
use cortex_audit_mock::internal::keys::{KeyError, VIEW_AUDIT_LOGS, load};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{NOW, time};

fn keys(text: &str) -> Result<cortex_audit_mock::internal::keys::Keys, String> {
    load(&KeySource::Text(text.to_owned()), time(NOW)).map_err(|errors| errors.to_string())
}

fn permissions(roles: &Value) -> Vec<String> {
    let file = json!({
        "customRoles": [
            {"tag": "audit", "name": "Audit", "permissions": [VIEW_AUDIT_LOGS]},
            {"tag": "edit", "permissions": ["Edit entities", "Edit scorecards"]},
        ],
        "keys": [{"token": "t", "name": "T", "roles": roles}],
    });
    keys(&file.to_string()).unwrap().list()[0].permissions.iter().cloned().collect()
}

/// KEY-ROLES, KEY-DEFAULT-ROLES, KEY-LOWEST-ROLE
#[test]
fn roles_grant_the_union_of_their_permissions() {
    for role in ["READ_ONLY", "USER", "MANAGER", "ADMIN"] {
        assert_eq!(permissions(&json!([{"type": "DEFAULT", "role": role}])), [VIEW_AUDIT_LOGS], "{role}");
    }
    let (audit, edit) = (json!({"type": "CUSTOM", "tag": "audit"}), json!({"type": "CUSTOM", "tag": "edit"}));
    assert_eq!(permissions(&json!([audit])), [VIEW_AUDIT_LOGS]);
    assert_eq!(permissions(&json!([edit])), ["Edit entities", "Edit scorecards"]);
    assert_eq!(permissions(&json!([edit, audit])), ["Edit entities", "Edit scorecards", VIEW_AUDIT_LOGS]);
    assert!(permissions(&json!([])).is_empty());
}

/// KEY-CUSTOM-ROLES: pages write `View audit logs` and `View Audit logs`.
#[test]
fn a_permission_is_known_in_any_case() {
    for name in ["View Audit logs", "view audit logs", "VIEW AUDIT LOGS"] {
        let file = json!({
            "customRoles": [{"tag": "audit", "permissions": [name]}],
            "keys": [{"token": "t", "name": "T", "roles": [{"type": "CUSTOM", "tag": "audit"}]}],
        });
        assert!(keys(&file.to_string()).unwrap().list()[0].has_permission(VIEW_AUDIT_LOGS), "{name}");
    }
}

/// KEY-LOWEST-ROLE
#[test]
fn the_lowest_role_and_those_above_it_may_view_audit_logs() {
    const ROLES: [&str; 4] = ["READ_ONLY", "USER", "MANAGER", "ADMIN"];
    let viewers = |lowest: Value| {
        let key = |role| json!({"token": role, "name": role, "roles": [{"type": "DEFAULT", "role": role}]});
        let file = json!({"keys": ROLES.map(key), "lowestRole": lowest});
        let keys = keys(&file.to_string()).unwrap();
        let viewers = keys.list().iter().filter(|key| key.has_permission(VIEW_AUDIT_LOGS));
        viewers.map(|key| key.name.clone()).collect::<Vec<_>>()
    };
    for (first, role) in ROLES.into_iter().enumerate() {
        assert_eq!(viewers(json!(role)), ROLES[first..], "{role}");
    }
    assert_eq!(viewers(Value::Null), ROLES);
}

#[test]
fn every_error_of_a_wrong_file_is_told_with_its_place() {
    let wrong = r#"{
  "lowestRole": "Viewer",
  "customRoles": [
    {"tag": "a", "permissions": ["View audit log", 7]},
    {"tag": "a", "permission": []},
    "role"
  ],
  "keys": [
    {"token": "with space", "name": "A", "roles": [{"type": "DEFAULT", "role": "ADMINN"}]},
    {"token": "ok", "name": "B", "type": "PERSONAL", "roles": [{"type": "CUSTOM", "tag": "b"}, {"type": "GROUP"}, 5]},
    {"token": "ok", "name": "", "type": "PERSONAL_API_KEY", "revoked": "yes", "rateLimit": "fast", "expirationDate": "soon"},
    {"name": "C", "email": "nobody", "role": "ADMIN", "token": null}
  ],
  "users": []
}"#;
    insta::assert_snapshot!(keys(wrong).unwrap_err());
    for text in ["", "[]", "{}", "7", "{\"keys\": {}}", "{\"keys\": []} {}", "{\"keys\": ["] {
        assert!(keys(text).is_err(), "{text}");
    }
}

/// The name is printed by messages, log and verdict.
#[test]
fn a_name_with_control_characters_is_refused() {
    let of_name = |name: &str| keys(&format!(r#"{{"keys": [{{"token": "t", "name": "{name}", "roles": []}}]}}"#));
    for name in [r"a\u001b[31m", r"a\nb", r"a\u202eb", r"\ufeffa"] {
        let message = of_name(name).map(|_| ()).unwrap_err();
        assert!(
            message.contains("key 1, name: holds a control character; accepted: a name that can be printed"),
            "{message}"
        );
    }
    assert!(of_name("Zoë 👍🏽 [nightly]").is_ok());
}

#[test]
fn an_error_never_contains_a_token() {
    let message =
        keys(r#"{"keys":[{"token":"very secret"},{"token":"s3cret-s3cret","name":"x","roles":[{}]}]}"#).unwrap_err();
    assert!(!message.contains("secret") && !message.contains("s3cret"), "{message}");
}

/// A token at the wrong place.
#[test]
fn an_error_contains_no_token_that_stands_in_another_field() {
    let token = "s3cret-s3cret";
    let admin = json!([{"type": "DEFAULT", "role": token}]);
    for file in [
        json!({"keys": [{token: "CI"}]}),
        json!({"keys": [], token: 1}),
        json!({"keys": [{"token": "x", "name": "y", "roles": [{token: 1}], "faults": [{"type": "reset", token: 1}]}]}),
        json!({"keys": [{"token": token, "name": "A", "email": token, "type": format!("x {token}"), "roles": admin}]}),
        json!({"keys": [{"token": token, "name": "A", "rateLimit": format!("{}{token}", "x".repeat(193))}]}),
    ] {
        let message = keys(&file.to_string()).unwrap_err();
        assert!(!message.contains("s3cret") && message.contains("(hidden)"), "{message}");
    }
    let twice = keys(&format!(r#"{{"keys": [{{"{token}": 1, "{token}": 2}}]}}"#)).unwrap_err();
    assert!(!twice.contains("s3cret") && twice.contains("(hidden): is given twice"), "{twice}");
    let near = keys(r#"{"keys": [{"tokn": "s3cret", "name": "A", "name": "B"}]}"#).unwrap_err();
    assert!(near.contains("tokn: is not a field") && near.contains("name: is given twice"), "{near}");
}

/// Faults and the journal identify a key by its name.
#[test]
fn two_keys_of_one_name_are_refused() {
    let file = json!({"keys": [{"token": "first-token", "name": "CI"}, {"token": "second-token", "name": "CI"}]});
    let message = keys(&file.to_string()).unwrap_err();
    assert!(message.contains("key 2, name: is the name of an earlier key"), "{message}");
}

#[test]
fn a_key_is_displayed_without_its_token() {
    let file = json!({"keys": [{"token": "abcdefgh", "name": "Long"}, {"token": "short", "name": "Short"}]});
    let keys = keys(&file.to_string()).unwrap();
    assert_eq!(keys.list()[0].to_string(), "Long (…efgh)");
    assert_eq!(keys.list()[1].to_string(), "Short");
    assert!(!format!("{keys:?}").contains("abcdefgh"));
}

#[test]
fn the_built_in_keys_are_those_of_the_readme() {
    let keys = load(&KeySource::BuiltIn, time(NOW)).unwrap();
    let key = |token: &str| keys.find(token).unwrap();
    for token in ["mock-admin", "mock-auditor", "mock-personal", "mock-throttled", "mock-flaky", "mock-slow"] {
        assert_eq!(key(token).check_usable(time(NOW)), Ok(()), "{token}");
        assert!(key(token).has_permission(VIEW_AUDIT_LOGS), "{token}");
    }
    assert!(!key("mock-no-audit").has_permission(VIEW_AUDIT_LOGS));
    assert!(matches!(key("mock-expired").check_usable(time(NOW)), Err(KeyError::Expired { .. })));
    assert!(matches!(key("mock-revoked").check_usable(time(NOW)), Err(KeyError::Revoked { .. })));
}

proptest! {
    /// ERR-401: neither a part of a token nor a longer text is accepted.
    #[test]
    fn only_the_exact_token_is_accepted(token in "[ -~]{0,20}|mock-admin.?|mock-[a-z]{0,9}") {
        let keys = load(&KeySource::BuiltIn, time(NOW)).unwrap();
        let known = ["admin", "auditor", "personal", "no-audit", "expired", "revoked", "throttled", "flaky", "slow"];
        let is_known = token.strip_prefix("mock-").is_some_and(|name| known.contains(&name));
        prop_assert_eq!(keys.find(&token).is_some(), is_known);
    }

    #[test]
    fn the_loader_never_panics(text in "\\PC{0,60}|\\{\"keys\":\\[\\{[a-z\":,0-9\\[\\]{}]{0,60}") {
        let _ = keys(&text);
    }
}
