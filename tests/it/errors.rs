//! Error responses of the API, and their messages.

use axum::http::{Method, Request};
use cortex_audit_mock::Config;
use cortex_audit_mock::contract::query::{Offsets, Strictness};
use cortex_audit_mock::contract::{Vocabulary, query};

use crate::support::TestMock;

/// PARAM-INVALID, ENUM-CLOSED, ERR-SHAPE, ERR-WORDS: each message names parameter, value, what is accepted, an example.
#[tokio::test]
async fn a_400_says_what_to_change() {
    let mock = TestMock::default();
    let mut messages = Vec::new();
    for query in [
        "page=-1",
        "page=1.5",
        "page=",
        "page",
        "page=2147483648",
        "page=99999999999999999999",
        "page=0x10",
        "page=%201",
        "page=1&page=2",
        "pageSize=0",
        "pageSize=1001",
        "pageSize=all",
        "pageSize=%D9%A3",
        "startTime=",
        "startTime=2025-05-20",
        "startTime=yesterday",
        "startTime=2025-02-30T00:00:00Z",
        "startTime=2025-05-20T00:00:00.1234567890Z",
        "endTime=2025-05-20T00:00:00Z&endTime=2025-05-21T00:00:00Z",
        "actions=create",
        "actions=CREATED,DELETE",
        "actions=MERGE",
        "actorTypes=API-KEY",
        "actorTypes=OAUTH",
        "objectIdentifiers=%zz",
        "objectIdentifiers=100%",
        "objectIdentifiers=%ff",
        "actions=%00%0a",
        "actions=[red]boo[/red]",
        "page=x&pageSize=0&startTime=now&actions=create,remove&actorTypes=robot&quiet=false",
    ] {
        let answer = mock.logs(query).await;
        assert_eq!(answer.json()["type"], "BAD_REQUEST");
        messages.push(format!("{query}\n  {}", answer.details(400)));
    }
    insta::assert_snapshot!(messages.join("\n"));
}

/// A suggestion compares a word with every known one, so the number of issues is bounded.
#[test]
fn the_first_twenty_values_of_a_parameter_are_reported_and_the_others_counted() {
    let slips = (0..500).map(|number| format!("SERVICE{number}"));
    let values = slips.clone().collect::<Vec<_>>().join(",");
    let names = (0..500).map(|number| format!("pageSize{number}=1")).collect::<Vec<_>>().join("&");
    let days = (2000..2500).map(|year| format!("startTime={year}-05-20")).collect::<Vec<_>>().join("&");
    let known = Vocabulary::published();
    let actions = values.replace("SERVICE", "CREATE");
    // Known and repeated values count as none.
    let types = format!("objectTypes=SERVICE,{values},SERVICE0,TEAM,SERVICE499,DOMAIN");
    for query in [types, format!("actions=CREATE,{actions},DELETE"), names, days] {
        let rejected = query::parse(&query, &known, Strictness::Strict, Offsets::Honoured).unwrap_err();
        assert_eq!(rejected.errors.len(), 20, "{query}");
        assert!(rejected.errors.iter().all(|issue| issue.nearest.is_some()), "{query}");
        assert!(rejected.errors[19].reason.ends_with("; 480 more are not listed"), "{}", rejected.errors[19]);
    }
}

/// Messages have a bounded length.
#[tokio::test]
async fn a_long_value_is_shortened_in_messages() {
    let zeros = "0".repeat(7000);
    for query in [format!("page={zeros}1&page={zeros}2"), format!("actions={zeros}"), format!("{zeros}={zeros}&page=x")]
    {
        let details = TestMock::default().logs(&query).await.details(400);
        assert!(details.len() < 1000, "{} bytes", details.len());
    }
}

/// PARAM-INVALID, ENUM-CLOSED: typical wrong spellings of programs and people.
#[tokio::test]
async fn a_misspelled_word_gets_a_suggestion() {
    let mock = TestMock::default();
    for (query, suggestion) in [
        ("page=%201", "1"),
        ("page=+2", "2"),
        ("page=3.0", "3"),
        ("pageSize=%22250%22", "250"),
        ("startTime=2025-05-20", "2025-05-20T00:00:00Z"),
        ("endTime=2025-05-20", "2025-05-20T23:59:59.999999999Z"),
        ("startTime=2025-05-20T06", "2025-05-20T06:00Z"),
        ("startTime=2025-05-20+06:51:43", "2025-05-20T06:51:43"),
        ("startTime=2025-05-20+06:51:43+02:00", "2025-05-20T06:51:43+02:00"),
        ("startTime=2025-05-20+06:51:43+%2B0200", "2025-05-20T06:51:43+0200"),
        ("startTime=2025-05-20+06:51:43+-0200", "2025-05-20T06:51:43-0200"),
        ("startTime=2025-05-20+06:51:43+UTC", "2025-05-20T06:51:43Z"),
        ("startTime=2025-05-20T06:51:43+02:00%5BEurope/Berlin%5D", "2025-05-20T06:51:43+02:00"),
        ("startTime=2025-05-20T06:51:43,5Z", "2025-05-20T06:51:43.5Z"),
        ("startTime=%222025-05-20T06:51:43Z%22", "2025-05-20T06:51:43Z"),
        ("startTime=1747723903", "2025-05-20T06:51:43Z"),
        ("startTime=1747723903235", "2025-05-20T06:51:43.235Z"),
        ("startTime=1747723903.235123", "2025-05-20T06:51:43.235Z"),
        ("actions=create", "CREATE"),
        ("actions=CREATE;DELETE", "CREATE,DELETE"),
        ("actions=CREATE|UPDATE", "CREATE,UPDATE"),
        ("actions=CREATE+DELETE", "CREATE,DELETE"),
        ("actorTypes=%5B%22OAUTH2%22%5D", "OAUTH2"),
        ("actorTypes=OAUTH", "OAUTH2"),
    ] {
        let details = mock.logs(query).await.details(400);
        assert!(details.contains(&format!("Did you mean \"{suggestion}\"?")), "{query}: {details}");
    }
    for query in ["page=1.5", "page=1001x", "pageSize=2000.0", "startTime=yesterday", "actions=CREATE;REMOVE"] {
        let details = mock.logs(query).await.details(400);
        assert!(!details.contains("Did you mean"), "{query}: {details}");
    }
}

/// PARAM-UNKNOWN, ENUM-OPEN
#[tokio::test]
async fn a_strict_400_names_the_nearest_known_word() {
    let mock = TestMock::with_config(Config { strict: true, ..Config::default() });
    let mut messages = Vec::new();
    for query in [
        "objectType=TEAM",
        "object_types=TEAM",
        "pagesize=10",
        "size=10",
        "quiet=false",
        "objectTypes[]=TEAM",
        "start=2025-05-20T00:00:00Z",
        "objectTypes=service",
        "objectTypes=SCORECARDS,TEAM",
        "objectTypes=BANANA",
        "objectTypes=SERVICE;TEAM",
        "actorRequestTypes=SLACK_COMAND",
        "actorRequestTypes=CRON",
    ] {
        messages.push(format!("{query}\n  {}", mock.logs(query).await.details(400)));
    }
    insta::assert_snapshot!(messages.join("\n"));
}

/// PARAM-INVALID: the same value twice is one value.
#[tokio::test]
async fn the_same_value_twice_is_not_a_contradiction() {
    let mock = TestMock::default();
    for query in [
        "page=1&page=1",
        "page=1&page=01",
        "startTime=2025-05-20T00:00:00Z&startTime=2025-05-20T02:00:00%2B02:00",
        "actions=CREATE&actions=CREATE",
    ] {
        mock.logs(query).await.ok();
    }
}

#[tokio::test]
async fn thousands_of_errors_make_a_bounded_message() {
    let query = "actions=".to_owned() + &(0..2000).map(|number| format!("a{number}")).collect::<Vec<_>>().join(",");
    let details = TestMock::default().logs(&query).await.details(400);
    assert!(details.starts_with("20 problems. 1) actions=\"a0\" "), "{details}");
    assert!(
        details.contains(
            "20) actions=\"a19\" is not one of the values of this parameter; 1980 more are not listed; accepted: "
        ),
        "{details}"
    );
    assert!(details.len() < 10_000, "{} bytes", details.len());
}

#[tokio::test]
async fn an_unknown_path_is_a_404_that_names_the_known_ones() {
    let answer = TestMock::default().get("/api/v1/audit-log?page=1").await;
    assert_eq!(answer.json()["type"], "NOT_FOUND");
    assert_eq!(
        answer.details(404),
        "/api/v1/audit-log does not exist. This server mocks GET /api/v1/audit-logs; \
         /openapi.json describes it."
    );
}

/// REQ-OPERATION
#[tokio::test]
async fn another_method_is_a_405_with_allow() {
    let mock = TestMock::default();
    for path in ["/api/v1/audit-logs", "/api/v1/audit-logs/", "/api/v1/catalog", "/openapi.json", "/__admin/health"] {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::TRACE] {
            let request =
                Request::builder().method(method.clone()).uri(path).header("Authorization", "Bearer mock-admin");
            let answer = mock.send(request).await;
            assert_eq!(answer.header("allow"), Some("GET,HEAD"), "{method} {path}");
            let details =
                format!("{path} does not accept {method}; the header Allow lists the methods that it accepts.");
            assert_eq!(answer.details(405), details);
        }
    }
}

#[tokio::test]
async fn a_path_and_query_beyond_16_kib_is_a_414() {
    let mock = TestMock::default();
    let of = |length: usize| {
        let start = "/api/v1/audit-logs?objectIdentifiers=";
        format!("{start}{}", "x".repeat(length - start.len()))
    };
    assert_eq!(mock.get(&of(16 * 1024)).await.status, 200);
    assert_eq!(
        mock.get(&of(16 * 1024 + 1)).await.details(414),
        "Path and query are longer than 16384 bytes; split long lists of identifiers over several requests."
    );
}

#[tokio::test]
async fn headers_beyond_32_kib_are_a_431() {
    let request = Request::get("/api/v1/audit-logs").header("X-Long", "x".repeat(33 * 1024));
    let details = TestMock::default().send(request).await.details(431);
    assert_eq!(details, "The request headers are more than 100 fields, or larger than 32768 bytes.");
}

/// ERR-PRINTED: the official client prints through a markup that removes square brackets.
#[tokio::test]
async fn no_error_contains_square_brackets_or_control_characters() {
    let mock = TestMock::with_config(Config { strict: true, ..Config::default() });
    for query in ["actions=[x]", "objectTypes[]=1", "%1b[31m=1", "objectIdentifiers=%zz[", "page=%0d%0aX:1"] {
        let details = mock.logs(query).await.details(400);
        assert!(!details.contains(['[', ']']) && !details.contains(char::is_control), "{details:?}");
    }
    let details = mock.get("/no/[such]/path").await.details(404);
    assert!(details.starts_with("/no/(such)/path does not exist."), "{details}");
}

/// ERR-SHAPE, ERR-WORDS: no member is null, and the published ones come in a readable order.
#[tokio::test]
async fn an_error_has_five_members() {
    let text = TestMock::default().logs("page=x").await.text();
    let body: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut members: Vec<&String> = body.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["details", "httpStatus", "message", "requestId", "type"]);
    assert!(text.starts_with("{\"type\":\"BAD_REQUEST\",\"message\":\"Bad Request\",\"details\":"), "{text}");
}

/// ERR-429: a problem of RFC 9457, with the wait in the header and in the body.
#[tokio::test]
async fn a_429_is_a_problem_with_the_published_members() {
    let mock = TestMock::with_config(Config { rate_limit: "2/min".parse().unwrap(), ..Config::default() });
    mock.logs("").await.ok();
    mock.logs("").await.ok();
    let answer = mock.logs("page=1").await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), Some("30"));
    assert_eq!(
        answer.text(),
        "{\"type\":\"about:blank\",\"title\":\"Too Many Requests\",\"status\":429,\
         \"detail\":\"Rate limit of 2/min exceeded: the next request is admitted in 30 s.\",\
         \"instance\":\"/api/v1/audit-logs\",\"retryAfter\":30}"
    );
}
