//! A call for the verdict is a gate: what it says is honoured or refused, and never passed over.

use std::time::Duration;

use axum::body::to_bytes;
use axum::http::Request;
use cortex_audit_mock::world::verdict::Scope;
use serde_json::{Value, json};

use crate::support::{NOW, TestMock, time};

const HOUR: Duration = Duration::from_secs(3600);

async fn scope(mock: &TestMock, query: &str) -> Value {
    mock.admin_get(&format!("/verdict?{query}")).await["scope"].clone()
}

/// As of a variable in a job that is not set.
#[tokio::test]
async fn an_expectation_of_nothing_is_refused_as_it_would_pass_whatever_the_client_did() {
    let mock = TestMock::default();
    for query in ["expect=", "expect", "expect=,", "expect=complete,,polite"] {
        let details = mock.admin("GET", &format!("/verdict?{query}"), "").await.details(400);
        let expected = "expect: \"\" is not known; accepted: complete, no-duplicates, no-rereads, no-gaps, polite, delivered, contract.";
        assert_eq!(details, expected, "{query}");
    }
}

#[tokio::test]
async fn a_filter_of_the_scope_is_read_in_every_form_in_which_the_operation_reads_it() {
    let mock = TestMock::default();
    let teams = json!({"objectTypes": ["TEAM"]});
    for query in ["objectTypes=TEAM", "%6fbjectTypes=TEAM", "objectTypes=TE%41M", "&objectTypes=TEAM&objectTypes=TEAM&"]
    {
        assert_eq!(scope(&mock, query).await, teams, "{query}");
    }
    let both = json!({"objectTypes": ["TEAM", "SERVICE"]});
    for query in ["objectTypes=TEAM,SERVICE", "objectTypes=TEAM&objectTypes=SERVICE", "objectTypes=TEAM%2CSERVICE"] {
        assert_eq!(scope(&mock, query).await, both, "{query}");
    }
    let misspelt = mock.admin("GET", "/verdict?%6fbjectTypes=TEEM", "").await.details(400);
    assert!(misspelt.contains("Did you mean \"TEAM\"?"), "{misspelt}");
    for name in ["from", "to", "overlap", "session"] {
        let details = mock.admin("GET", &format!("/verdict?{name}=x&objectTypes=TEAM&{name}=x"), "").await.details(400);
        assert_eq!(details, format!("\"{name}\" is given twice."));
    }
}

/// Generated clients repeat the parameter for each element of a list.
#[tokio::test]
async fn expectations_are_repeated_or_separated_by_commas() {
    let mock = TestMock::default();
    for query in ["expect=complete,polite", "expect=complete&expect=polite", "expect=polite&%65xpect=complete"] {
        let details = mock.admin("GET", &format!("/verdict?{query}"), "").await.details(409);
        assert!(details.starts_with("not complete: "), "{query}: {details}");
    }
    let wrong = mock.admin("GET", "/verdict?expect=polite&expect=", "").await.details(400);
    assert!(wrong.starts_with("expect: \"\" is not known"), "{wrong}");
    let wrong = mock.admin("GET", "/verdict?expect=polite&expect=%FF", "").await.details(400);
    assert!(wrong.starts_with("expect: "), "{wrong}");
}

/// It arrives as a space; of a date-time the operation reads it so too (TIME-FORMS).
#[tokio::test]
async fn a_plus_sign_that_is_not_escaped_is_read_as_one() {
    let mock = TestMock::default();
    for plus in ["+", "%2B"] {
        let query = format!("from=2025-05-20T12:00:00{plus}02:00&to=now{plus}1h");
        let expected = json!({"from": "2025-05-20T10:00:00Z", "to": time(NOW).saturating_add(HOUR)});
        assert_eq!(scope(&mock, &query).await, expected, "{query}");
    }
    let details = mock.admin("GET", "/verdict?from=now+tomorrow", "").await.details(400);
    assert!(details.starts_with("from: \"now tomorrow\" is not a relative time"), "{details}");
}

#[tokio::test]
async fn the_text_says_why_a_scope_that_holds_nothing_is_not_complete() {
    let mock = TestMock::default();
    mock.logs("page=0&pageSize=1000").await.ok();
    let call = Request::get("/__admin/verdict?from=2030-01-01T00:00:00Z&expect=complete");
    let answer = mock.send_unchecked(call.header("Accept", "text/plain")).await;
    assert_eq!(answer.status(), 409);
    let text = String::from_utf8(to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
    assert!(text.contains("\nthe scope holds no entries; 640 are outside it\n"), "{text}");
}

/// What an entry holds, or a client sends, is shown and not obeyed.
#[tokio::test]
async fn no_entry_and_no_query_shapes_a_message() {
    let mock = TestMock::default();
    let hostile = "a\ncomplete: yes\n\u{1b}[2J\u{85}\u{202e}\u{2066}\u{200f}\u{2028}\u{feff}\u{fffe}\u{1ffff} <&]]>\"'";
    let long = "long".repeat(1000);
    let entry =
        |name: &str| json!({"action": "UPDATE", "objectIdentifier": name, "objectType": name, "timestamp": "now"});
    for name in [hostile, long.as_str()] {
        mock.admin("DELETE", "/audit-logs", "").await.ok();
        mock.admin("POST", "/audit-logs", json!([entry(name), entry(name), entry(name)])).await.created();
        for _ in 0..2 {
            mock.logs("page=0&pageSize=1").await.ok();
        }
        mock.logs("page=0&pageSize=1&\u{202e}x=\u{202e}y").await.ok();
        mock.logs("page=0&pageSize=1&%E2%80%AEx%0A=%E2%80%AEy%1B").await.ok();
        let text = mock.mock.world().verdict(&Scope::default()).to_string();
        let obeyed = |c: char| c != '\n' && (c.is_control() || hostile.contains(c) && !c.is_ascii());
        assert!(!text.contains(obeyed), "{text:?}");
        assert_eq!(text.matches("\ncomplete: ").count(), 1, "{text}");
        assert!(text.lines().all(|line| line.len() < 1000), "{text}");
        let details = mock.admin("GET", "/verdict?expect=complete,no-duplicates,contract", "").await.details(409);
        assert!(!details.contains(obeyed), "{details:?}");
    }
}

/// RFC 9110, section 12.5.1: in any case, among others, with parameters.
#[tokio::test]
async fn whoever_accepts_text_first_is_answered_in_text() {
    let mock = TestMock::default();
    for (accept, content_type) in [
        ("TEXT/PLAIN", "text/plain; charset=utf-8"),
        ("text/html, text/plain;q=0.9, application/json;q=0.1", "text/plain; charset=utf-8"),
        ("text/*", "text/plain; charset=utf-8"),
        ("application/json, text/plain", "application/json"),
        ("*/*", "application/json"),
        ("text/plainer", "application/json"),
    ] {
        let answer = mock.send_unchecked(Request::get("/__admin/verdict").header("Accept", accept)).await;
        assert_eq!(answer.headers()["content-type"], content_type, "{accept}");
    }
}
