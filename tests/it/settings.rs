//! `/__admin/settings`: all changes of a body, or none.

use serde_json::{Value, json};

use crate::support::TestMock;

fn settings(rate_limit: &str, strict: bool, offsets: &str) -> Value {
    json!({"rateLimit": rate_limit, "strict": strict, "offsets": offsets})
}

#[tokio::test]
async fn settings_are_read_and_changed_one_by_one_and_together() {
    let mock = TestMock::default();
    assert_eq!(
        mock.admin_get("/settings").await,
        json!({"rateLimit": "1000/min", "strict": false, "offsets": "honoured"})
    );
    for (change, changed) in [
        (json!({"strict": true}), settings("1000/min", true, "honoured")),
        (json!({"rateLimit": "5/s"}), settings("5/s", true, "honoured")),
        (json!({"offsets": "refused"}), settings("5/s", true, "refused")),
        (json!({}), settings("5/s", true, "refused")),
        (json!({"rateLimit": null, "strict": null, "offsets": null}), settings("5/s", true, "refused")),
        (json!({"rateLimit": "off", "strict": false, "offsets": "ignored"}), settings("off", false, "ignored")),
    ] {
        assert_eq!(mock.admin("PATCH", "/settings", &change).await.ok(), changed, "{change}");
        assert_eq!(mock.admin_get("/settings").await, changed, "{change}");
    }
}

#[tokio::test]
async fn they_apply_from_the_next_request() {
    let mock = TestMock::default();
    mock.logs("quiet=false").await.ok();
    mock.admin("PATCH", "/settings", json!({"strict": true, "rateLimit": "2/min"})).await.ok();
    let details = mock.logs("quiet=false").await.details(400);
    assert!(details.contains("quiet"), "{details}");
    mock.logs("").await.ok();
    assert_eq!(mock.logs("").await.status, 429);
    mock.admin("PATCH", "/settings", json!({"rateLimit": "off"})).await.ok();
    mock.logs("").await.ok();
}

#[tokio::test]
async fn a_key_with_a_rate_of_its_own_keeps_it() {
    let mock = TestMock::default();
    mock.admin("PATCH", "/settings", json!({"rateLimit": "off"})).await.ok();
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(mock.get_as("mock-throttled", "/api/v1/audit-logs").await.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 200, 429]);
}

#[tokio::test]
async fn an_empty_text_error_says_what_is_accepted() {
    let mock = TestMock::default();
    for (method, path, body, message) in [
        ("PATCH", "/settings", json!({"rateLimit": ""}), "rateLimit: \"\" is not a rate limit; expected COUNT/UNIT"),
        ("PUT", "/live", json!({"rate": "", "lateness": ""}), "lateness: \"\" is not a length of time; expected"),
        ("POST", "/clock/advance", json!({"by": ""}), "by: \"\" is not a length of time; expected"),
        ("PUT", "/scenario", json!({"name": ""}), "name: \"\" is not one of insert-between-pages, "),
        ("POST", "/faults", json!({"type": ""}), "type: \"\" is not one of status, "),
        ("POST", "/faults", json!({"type": "delay", "fixed": ""}), "fixed: \"\" is not a length of time; expected"),
    ] {
        let details = mock.admin(method, path, body).await.details(400);
        assert!(details.contains(message), "{details}");
    }
}

#[tokio::test]
async fn a_wrong_body_changes_nothing_and_says_what_to_send() {
    let mock = TestMock::default();
    let before = mock.admin_get("/settings").await;
    let mut messages = Vec::new();
    for body in [
        "",
        "null",
        "{\"strict\":true,\"rateLimit\":\"fast\"}",
        "{\"rateLimit\":\"off\",\"strict\":\"true\"}",
        "{\"rateLimit\":\"off\",\"strickt\":true}",
        "{\"rateLimit\":60}",
        "{\"offsets\":\"honored\"}",
        "{\"offsets\":true}",
        "{\"rateLimit\":\"60\"}",
        "{\"rateLimit\":\"0/s\"}",
        "{\"rateLimit\":\"5/week\",\"strict\":1}",
        "{\"strict\":true}{\"rateLimit\":\"off\"}",
        "{\"strict\":true}\n{\"rateLimit\":\"off\"}",
        "{\"strict\":true,}",
        "rateLimit=off",
    ] {
        messages.push(format!("{body}\n  {}", mock.admin("PATCH", "/settings", body).await.details(400)));
        assert_eq!(mock.admin_get("/settings").await, before, "{body}");
    }
    insta::assert_snapshot!(messages.join("\n"));
}
