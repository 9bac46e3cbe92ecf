//! A call for the verdict is a gate: what it says is honoured or refused, and never passed over.

use std::time::Duration;

use axum::body::to_bytes;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::{NOW, TestMock, time};

const HOUR: Duration = Duration::from_secs(3600);

async fn scope(mock: &TestMock, query: &str) -> Value {
    mock.shown(&format!("/verdict?{query}")).await["scope"].clone()
}

/// As of a variable in a job that is not set.
#[tokio::test]
async fn an_expectation_of_nothing_is_refused_as_it_would_pass_whatever_the_client_did() {
    let mock = TestMock::default();
    for query in ["expect=", "expect", "expect=,", "expect=complete,,polite"] {
        let details = mock.admin("GET", &format!("/verdict?{query}"), "").await.details(400);
        let expected = "expect: \"\" is not known; accepted: complete, no-duplicates, no-gaps, polite, contract.";
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
    for name in ["from", "to", "expect", "session"] {
        let details = mock.admin("GET", &format!("/verdict?{name}=x&objectTypes=TEAM&{name}=x"), "").await.details(400);
        assert_eq!(details, format!("\"{name}\" is given twice."));
    }
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
    let answer = mock.raw_call(call.header("Accept", "text/plain")).await;
    assert_eq!(answer.status(), 409);
    let text = String::from_utf8(to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
    assert!(text.contains("\nthe scope holds no entries; 640 are outside it\n"), "{text}");
}
