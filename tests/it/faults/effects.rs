//! Effects of faults: statuses, delays, changed bodies, closed connections.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use cortex_audit_mock::fault::{Delay, RawBody};
use cortex_audit_mock::internal::http::ConnectionFault;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{PATH, listed, prefer, with};
use crate::support::TestMock;

/// ERR-SHAPE, ERR-429, ERR-401: `TestMock` checks the format of each response.
#[tokio::test]
async fn every_injected_status_has_the_body_and_headers_of_a_real_one() {
    let mock = with(json!([])).await;
    for status in 400..=599_u16 {
        for retry_after in [None, Some(7)] {
            mock.admin("DELETE", "/faults", "").await.ok();
            let mut fault = json!({"type": "status", "status": status});
            if let Some(seconds) = retry_after {
                fault["retryAfter"] = json!(seconds);
            }
            mock.admin("POST", "/faults", fault).await.created();
            let answer = mock.get(PATH).await;
            assert_eq!(answer.status, status);
            let expected = retry_after.or((status == 429).then_some(1)).map(|seconds: u64| seconds.to_string());
            assert_eq!(answer.header("retry-after"), expected.as_deref(), "{status}");
            let challenge = (status == 401).then_some("Bearer error=\"invalid_token\"");
            assert_eq!(answer.header("www-authenticate"), challenge, "{status}");
            assert_eq!(answer.header("allow"), (status == 405).then_some("GET,HEAD"), "{status}");
        }
    }
}

/// Status, `Content-Type` and body of a response to a client that meets this fault.
async fn raw(fault: Value) -> (u16, String, String) {
    let mock = with(fault).await;
    let response = mock.get_unchecked(PATH).await;
    let (status, content_type) =
        (response.status().as_u16(), response.headers()["content-type"].to_str().unwrap().to_owned());
    let length = response.headers()["content-length"].to_str().unwrap().to_owned();
    assert!(!response.headers().contains_key("www-authenticate"), "a header of the API");
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert_eq!(length, body.len().to_string());
    (status, content_type, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_body_of_a_gateway_is_sent_as_it_is() {
    const PAGE: &str = "<html>[502] Bad Gateway ü</html>\r\n";
    let html = "text/html; charset=utf-8";
    for status in [200, 401, 429, 502, 504] {
        let fault = json!({"type": "status", "status": status, "body": PAGE});
        assert_eq!(raw(fault).await, (status, html.to_owned(), PAGE.to_owned()));
        let fault = json!({"type": "status", "status": status, "body": "", "contentType": "text/plain"});
        assert_eq!(raw(fault).await, (status, "text/plain".to_owned(), String::new()));
    }
    let longest = "x".repeat(RawBody::MAX_BYTES);
    assert_eq!(raw(json!({"type": "status", "status": 502, "body": longest})).await.2.len(), 64 * 1024);
}

#[tokio::test]
async fn a_response_of_a_gateway_is_in_the_journal_with_its_cause() {
    let mock = with(json!({"type": "status", "status": 200, "body": ""})).await;
    mock.get_unchecked(PATH).await;
    let record = mock.admin_get("/requests").await["requests"][0].clone();
    assert_eq!((&record["status"], &record["answeredBy"]), (&json!(200), &json!("fault")));
    assert_eq!(record["problem"], "200 injected by fault 3.");
}

/// RFC 9110, section 10.2.3; the client of `record` reads it as others do.
#[tokio::test]
async fn retry_after_can_be_a_date_by_the_clock_of_the_machine() {
    for body in [None, Some("<html></html>")] {
        let mut fault = json!({"type": "status", "status": 503, "retryAfter": 90, "retryAfterDate": true});
        if let Some(body) = body {
            fault["body"] = json!(body);
        }
        let mock = with(fault).await;
        mock.admin("PUT", "/clock", json!({"now": "2001-01-01T00:00:00Z"})).await.ok();
        let before = chrono::Utc::now().timestamp();
        let response = mock.get_unchecked(PATH).await;
        let date = response.headers()["retry-after"].to_str().unwrap();
        let parsed = chrono::DateTime::parse_from_rfc2822(date).unwrap();
        assert!((before + 90..=before + 95).contains(&parsed.timestamp()), "{date}");
        assert_eq!(parsed.format("%a, %d %b %Y %H:%M:%S GMT").to_string(), date);
    }
}

#[tokio::test]
async fn an_injected_response_names_its_cause() {
    let mock =
        with(json!([{"type": "delay", "fixed": "0s"}, {"type": "status", "status": 503, "retryAfter": 30}])).await;
    let rules = listed(&mock).await;
    let answer = mock.get(PATH).await;
    let numbers = format!("{}, {}", rules[0]["id"], rules[1]["id"]);
    assert_eq!(answer.details(503), format!("503 injected by fault {numbers}."));
    assert_eq!(answer.json()["type"], "UNCATEGORIZED");
    for (status, kind) in [
        (400, "BAD_REQUEST"),
        (403, "FORBIDDEN"),
        (404, "NOT_FOUND"),
        (408, "REQUEST_TIMEOUT"),
        (409, "CONFLICT"),
        (500, "UNHANDLED_EXCEPTION"),
    ] {
        let forced = prefer(&mock, &format!("code={status}")).await;
        assert_eq!(forced.json()["type"], kind);
    }
    let problem = prefer(&mock, "code=429").await.json();
    assert_eq!(
        (&problem["status"], &problem["retryAfter"], &problem["title"]),
        (&json!(429), &json!(1), &json!("Too Many Requests"))
    );
}

/// The time of a response by tokio's paused clock.
async fn response_time(mock: &TestMock) -> Duration {
    let before = Instant::now();
    mock.get(PATH).await.ok();
    before.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_fixed_delay_takes_exactly_its_time() {
    let mock = with(json!({"type": "delay", "fixed": "2m"})).await;
    assert_eq!(response_time(&mock).await.as_secs(), 120);
}

#[tokio::test(start_paused = true)]
async fn a_uniform_delay_covers_its_range() {
    let mock = with(json!({"type": "delay", "uniform": {"min": "1s", "max": "3s"}})).await;
    let mut all = Vec::new();
    for _ in 0..300 {
        all.push(response_time(&mock).await.as_secs_f64());
    }
    assert!(all.iter().all(|seconds| (1.0..=3.01).contains(seconds)));
    assert!(all.iter().any(|seconds| *seconds < 1.1) && all.iter().any(|seconds| *seconds > 2.9));
    let mean = all.iter().sum::<f64>() / 300.0;
    assert!((1.85..2.15).contains(&mean), "{mean}");
}

#[tokio::test(start_paused = true)]
async fn a_log_normal_delay_has_its_median_and_a_long_tail() {
    let mock = with(json!({"type": "delay", "logNormal": {"median": "200ms", "sigma": 1}})).await;
    let mut all = Vec::new();
    for _ in 0..400 {
        all.push(response_time(&mock).await.as_secs_f64());
    }
    let below = all.iter().filter(|seconds| **seconds < 0.2).count();
    assert!((160..240).contains(&below), "{below} of 400 below the median");
    assert!(all.iter().any(|seconds| *seconds > 1.0), "one in nineteen is beyond five medians");
}

#[test]
fn no_delay_exceeds_the_maximum_or_panics() {
    for delay in [
        Delay::LogNormal { median: Delay::MAX, sigma: 5.0 },
        Delay::LogNormal { median: Duration::ZERO, sigma: 5.0 },
        Delay::Uniform(Delay::MAX, Delay::MAX),
    ] {
        for one in [f64::MIN_POSITIVE, 1.0 / 9e15, 0.5, 1.0] {
            for other in [1.0 / 9e15, 0.25, 0.5, 1.0] {
                assert!(delay.length(one, other) <= Delay::MAX, "{delay:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn delays_add_up_and_then_the_first_other_fault_decides() {
    let mock = with(json!([
        {"type": "delay", "fixed": "2s"},
        {"type": "status", "status": 503},
        {"type": "delay", "fixed": "3s"},
        {"type": "status", "status": 500},
    ]))
    .await;
    let before = Instant::now();
    assert_eq!(mock.get(PATH).await.status, 503);
    assert_eq!(before.elapsed().as_secs(), 5);
    let counts: Vec<_> =
        listed(&mock).await.iter().map(|fault| (fault["matched"].clone(), fault["fired"].clone())).collect();
    assert_eq!(counts, [(json!(1), json!(1)), (json!(1), json!(1)), (json!(1), json!(1)), (json!(0), json!(0))]);
}

/// A delay holds no lock.
#[tokio::test(start_paused = true)]
async fn a_delayed_request_does_not_delay_others() {
    let mock = std::sync::Arc::new(with(json!({"type": "delay", "fixed": "5m", "match": {"key": "Auditor"}})).await);
    let slow = tokio::spawn({
        let mock = std::sync::Arc::clone(&mock);
        async move { mock.get_as("mock-auditor", PATH).await.ok() }
    });
    tokio::task::yield_now().await;
    let before = Instant::now();
    mock.get(PATH).await.ok();
    mock.admin("POST", "/clock/advance", json!({"by": "1h"})).await.ok();
    mock.admin("POST", "/faults", json!({"type": "empty", "match": {"page": 9}})).await.created();
    assert_eq!(mock.admin_get("/requests/count").await["count"], 1);
    mock.admin("POST", "/reset", "").await.ok();
    assert_eq!(before.elapsed(), Duration::ZERO);
    assert!(!slow.is_finished());
    slow.await.unwrap();
    assert_eq!(before.elapsed().as_secs(), 300);
}

#[tokio::test]
async fn malformed_json_is_invalid_and_has_the_right_length() {
    let mock = with(json!({"type": "malformed"})).await;
    for query in ["", "pageSize=1", "page=999", "page=x"] {
        let answer = mock.get_unchecked(&format!("/api/v1/audit-logs?{query}")).await;
        let length: usize = answer.headers()["content-length"].to_str().unwrap().parse().unwrap();
        assert_eq!(answer.headers()["content-type"], "application/json");
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        assert_eq!(body.len(), length);
        assert!(!body.is_empty() && serde_json::from_slice::<Value>(&body).is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn a_truncated_body_announces_its_full_length_and_ends_early() {
    for bytes in [0, 1, 10, 100] {
        let mock = with(json!({"type": "truncate", "bytes": bytes})).await;
        let whole = TestMock::default().get(PATH).await;
        let answer = mock.get_unchecked(PATH).await;
        assert_eq!(answer.headers()["content-length"].to_str().unwrap(), whole.body.len().to_string());
        let mut body = answer.into_body();
        let mut arrived = Vec::new();
        let broken = loop {
            match body.frame().await {
                Some(Ok(frame)) => arrived.extend(frame.into_data().unwrap()),
                end => break end,
            }
        };
        assert!(matches!(broken, Some(Err(_))), "it ends in an error, not in an end");
        assert_eq!(arrived, whole.body[..bytes]);
    }
}

#[tokio::test]
async fn a_body_shorter_than_the_truncation_is_complete() {
    let mock = with(json!({"type": "truncate", "bytes": 4_000_000_000_u64})).await;
    assert_eq!(mock.get(PATH).await.body, TestMock::default().get(PATH).await.body);
}

#[tokio::test(start_paused = true)]
async fn a_dripping_body_is_complete_and_comes_in_parts_with_pauses() {
    let mock = with(json!({"type": "drip", "bytes": 100, "every": "1s"})).await;
    let whole = TestMock::default().get(PATH).await;
    let before = Instant::now();
    let answer = mock.get_unchecked(PATH).await;
    assert_eq!(answer.headers()["content-length"].to_str().unwrap(), whole.body.len().to_string());
    assert_eq!(before.elapsed(), Duration::ZERO, "the head comes at once");
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    assert_eq!(body, whole.body);
    assert_eq!(before.elapsed().as_secs(), (whole.body.len() as u64 - 1) / 100);
}

#[tokio::test]
async fn a_closed_connection_is_an_extension_for_the_server() {
    for (kind, abort) in [("reset", ConnectionFault::Reset), ("empty", ConnectionFault::Empty)] {
        let mock = with(json!({"type": kind})).await;
        assert_eq!(mock.get_unchecked(PATH).await.extensions().get::<ConnectionFault>(), Some(&abort));
    }
}

#[tokio::test]
async fn a_response_to_head_has_the_headers_of_get() {
    for fault in [json!({"type": "truncate", "bytes": 10}), json!({"type": "drip", "bytes": 9000, "every": "0s"})] {
        let mock = with(fault.clone()).await;
        let head = Request::head(PATH).header("Authorization", "Bearer mock-admin").body(Body::empty()).unwrap();
        let head = mock.call(head).await;
        assert_eq!(
            head.header("content-length"),
            Some(mock.get_unchecked(PATH).await.headers()["content-length"].to_str().unwrap()),
            "{fault}"
        );
    }
}
