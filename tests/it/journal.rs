//! The journal of requests and responses.

mod secrets;

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, Version};
use cortex_audit_mock::Config;
use cortex_audit_mock::contract::Parameter;
use cortex_audit_mock::internal::SharedMemory;
use cortex_audit_mock::world::{Journal, JournalFilter, JournalRecord, QueryFilter};
use serde_json::{Value, json};

use crate::support::{NOW, TestMock};

const PATH: &str = "/api/v1/audit-logs";

/// The records in `/requests` with this query; checks that `/requests/count` agrees.
async fn requests(mock: &TestMock, query: &str) -> Vec<Value> {
    let listed = mock.admin_get(&format!("/requests?{query}")).await;
    let requests = listed["requests"].as_array().unwrap().clone();
    let counted = mock.admin_get(&format!("/requests/count?{query}")).await["count"].clone();
    assert_eq!((&listed["count"], &counted), (&counted, &listed["count"]), "both count all matches");
    requests
}

async fn last(mock: &TestMock) -> Value {
    requests(mock, "limit=1").await.remove(0)
}

#[tokio::test]
async fn a_record_describes_the_whole_request() {
    let mock = TestMock::default();
    let answer = mock.logs("page=1&pageSize=7&objectTypes=TEAM,SERVICE&startTime=2025-05-20T12:00&quiet=false").await;
    answer.ok();
    let mut record = last(&mock).await;
    assert_eq!(record["id"].take(), answer.header("x-request-id").unwrap());
    let duration = record["durationMicroseconds"].take();
    assert!(duration.is_u64(), "{duration}");
    assert_eq!(
        record,
        json!({
            "id": null,
            "time": NOW,
            "method": "GET",
            "path": PATH,
            "query": "page=1&pageSize=7&objectTypes=TEAM,SERVICE&startTime=2025-05-20T12:00&quiet=false",
            "parsedQuery": {"startTime": NOW, "page": 1, "pageSize": 7, "objectTypes": ["TEAM", "SERVICE"]},
            "address": "127.0.0.1",
            "httpVersion": "HTTP/1.1",
            "headers": {},
            "key": {"name": "Admin", "lastFour": "dmin"},
            "status": 200,
            "durationMicroseconds": null,
            "responseBytes": answer.body.len(),
            "findings": [{
                "rule": "PARAM-UNKNOWN",
                "severity": "unlisted",
                "parameter": "quiet",
                "value": "false",
                "message": record["findings"][0]["message"],
            }],
            "problem": null,
            "answeredBy": null,
            "faults": [],
            "fromPage": false,
        })
    );
}

#[tokio::test]
async fn a_record_has_the_size_of_the_response() {
    let mock = TestMock::default();
    let size = async || last(&mock).await["responseBytes"].clone();
    for (path, token) in
        [(PATH, "mock-admin"), (PATH, "mock-no-audit"), (PATH, "unknown"), ("/no/such/path", "mock-admin")]
    {
        let response = mock.get_as(token, path).await;
        assert_eq!(size().await, response.body.len(), "{path} {token}");
    }
    mock.send(Request::head(PATH).header("Authorization", "Bearer mock-admin")).await;
    assert_eq!(size().await, 0);
    mock.admin("POST", "/faults", json!([{"type": "truncate", "bytes": 10, "times": 1}, {"type": "empty"}]))
        .await
        .created();
    mock.send_unchecked(Request::get(format!("{PATH}?pageSize=1")).header("Authorization", "Bearer mock-admin")).await;
    assert!(size().await.as_u64() > Some(10), "the size that the header announces");
    mock.send_unchecked(Request::get(PATH).header("Authorization", "Bearer mock-admin")).await;
    assert_eq!(size().await, json!(null));
}

#[tokio::test]
async fn an_ignored_parameter_is_listed_with_a_suggestion() {
    let mock = TestMock::default();
    for (query, nearest) in
        [("objectType=TEAM", "objectTypes"), ("pagesize=3", "pageSize"), ("start_time=x", "startTime")]
    {
        mock.logs(query).await.ok();
        let finding = &last(&mock).await["findings"][0];
        assert_eq!((&finding["rule"], &finding["nearest"]), (&json!("PARAM-UNKNOWN"), &json!(nearest)));
        let message = finding["message"].as_str().unwrap();
        assert!(message.contains(&format!("Did you mean \"{nearest}\"?")), "{message}");
    }
    mock.logs("objectTypes=servcie").await.ok();
    assert_eq!(last(&mock).await["findings"][0]["nearest"], "SERVICE");
}

#[tokio::test]
async fn the_errors_of_a_refused_request_are_listed() {
    let mock = TestMock::default();
    mock.logs("page=-1&actions=create&quiet=1").await;
    let record = last(&mock).await;
    assert_eq!((&record["status"], &record["parsedQuery"]), (&json!(400), &Value::Null));
    let rules: Vec<_> = record["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].clone()).collect();
    assert_eq!(rules, ["PARAM-INVALID", "ENUM-CLOSED", "PARAM-UNKNOWN"]);
}

#[tokio::test]
async fn responses_by_limit_fault_and_prefer_are_marked() {
    let mock = TestMock::with_config(Config { rate_limit: "3/d".parse().unwrap(), ..Config::default() });
    let added = mock
        .admin(
            "POST",
            "/faults",
            json!([{"type": "delay", "fixed": "0s"}, {"type": "status", "status": 502, "times": 1}]),
        )
        .await
        .created();
    let number = |place: usize| added["faults"][place]["id"].clone();
    mock.logs("").await;
    let record = last(&mock).await;
    assert_eq!(
        (&record["status"], &record["answeredBy"], &record["faults"]),
        (&json!(502), &json!("fault"), &json!([number(0), number(1)]))
    );
    mock.logs("").await.ok();
    let record = last(&mock).await;
    assert_eq!(
        (&record["status"], &record["answeredBy"], &record["faults"]),
        (&json!(200), &json!("fault"), &json!([number(0)]))
    );
    mock.admin("DELETE", "/faults", "").await.ok();
    mock.logs("").await.ok();
    assert_eq!(last(&mock).await["answeredBy"], Value::Null);
    mock.logs("").await;
    let record = last(&mock).await;
    assert_eq!((&record["status"], &record["answeredBy"]), (&json!(429), &json!("limit")));
    mock.send(Request::get(PATH).header("Authorization", "Bearer mock-admin").header("Prefer", "code=429")).await;
    assert_eq!(last(&mock).await["answeredBy"], "prefer");
}

#[tokio::test]
async fn every_outcome_of_a_request_is_recorded() {
    let mock = TestMock::default();
    let authorized = |method: Method, path: &str| {
        Request::builder().method(method).uri(path).header("Authorization", "Bearer mock-admin")
    };
    let cases = [
        (Request::get(PATH).body(Body::empty()), 401),
        (Request::get(PATH).header("Authorization", "Bearer mock-no-audit").body(Body::empty()), 403),
        (authorized(Method::GET, "/api/v1/teams").body(Body::empty()), 404),
        (authorized(Method::GET, "/nothing").body(Body::empty()), 404),
        (authorized(Method::POST, PATH).body(Body::empty()), 405),
        (authorized(Method::GET, PATH).body(Body::from(vec![b' '; (2 << 20) + 1])), 413),
        (authorized(Method::GET, &format!("{PATH}?objectIdentifiers={}", "x".repeat(17_000))).body(Body::empty()), 414),
        (authorized(Method::GET, PATH).header("X-Long", "x".repeat(33_000)).body(Body::empty()), 431),
        (authorized(Method::HEAD, PATH).body(Body::empty()), 200),
        (authorized(Method::GET, "/api/v1/catalog").body(Body::empty()), 200),
        (authorized(Method::GET, &format!("{PATH}/")).body(Body::empty()), 200),
    ];
    for (place, (request, status)) in cases.into_iter().enumerate() {
        let request = request.unwrap();
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let answer = mock.call(request).await;
        assert_eq!(answer.status, status);
        let record = last(&mock).await;
        let message = if answer.status.is_success() { Value::Null } else { answer.json()["details"].clone() };
        assert_eq!(record["problem"], message);
        assert_eq!(
            (&record["status"], &record["method"], &record["path"]),
            (&json!(status), &json!(method), &json!(path))
        );
        assert_eq!(requests(&mock, "").await.len(), place + 1);
    }
}

#[tokio::test]
async fn a_connection_that_a_fault_closes_has_the_status_0() {
    let mock = TestMock::default();
    for kind in ["reset", "empty"] {
        mock.admin("POST", "/faults", json!({"type": kind, "times": 1})).await.created();
        mock.get_unchecked(PATH).await;
        let record = last(&mock).await;
        assert_eq!((&record["status"], &record["answeredBy"]), (&json!(0), &json!("fault")));
    }
    assert_eq!(requests(&mock, "status=0").await.len(), 2);
}

/// A delay is meant to make a client time out.
#[tokio::test(start_paused = true)]
async fn a_client_that_disconnects_early_is_recorded_with_the_status_0() {
    let mock = TestMock::default();
    mock.admin("POST", "/faults", json!({"type": "delay", "fixed": "5m"})).await.created();
    let impatient = tokio::time::timeout(Duration::from_secs(1), mock.logs("page=3"));
    assert!(impatient.await.is_err());
    let record = last(&mock).await;
    assert_eq!((&record["status"], &record["query"]), (&json!(0), &json!("page=3")));
    assert_eq!(requests(&mock, "").await.len(), 1);
}

#[tokio::test]
async fn calls_of_the_control_plane_and_of_the_document_are_not_recorded() {
    let mock = TestMock::default();
    mock.admin("POST", "/clock/advance", json!({"by": "1s"})).await.ok();
    mock.admin("PUT", "/clock", "wrong").await.details(400);
    mock.admin("GET", "/no-such-call", "").await.details(404);
    mock.admin("PATCH", "/clock", "").await.details(405);
    mock.get("/openapi.json").await.ok();
    assert_eq!(requests(&mock, "").await, [] as [Value; 0]);
}

#[tokio::test]
async fn each_filter_and_all_together_select_records() {
    let mock = TestMock::with_config(Config { rate_limit: "6/d".parse().unwrap(), ..Config::default() });
    let authorized = |method: &str, path: &str| {
        Request::builder().method(method).uri(path).header("Authorization", "Bearer mock-admin")
    };
    mock.get_as("mock-auditor", PATH).await.ok();
    mock.logs("quiet=false").await.ok();
    mock.admin("POST", "/clock/advance", json!({"by": "10s"})).await.ok();
    mock.logs("page=x").await.details(400);
    mock.get("/api/v1/catalog").await.ok();
    mock.send(authorized("HEAD", PATH)).await;
    mock.admin("POST", "/clock/advance", json!({"by": "10s"})).await.ok();
    mock.get("/nothing").await.details(404);
    mock.send(authorized("GET", PATH).header("Prefer", "code=503")).await;
    mock.get_as("nobody", PATH).await.details(401);

    for (query, count) in [
        ("", 8),
        ("method=GET", 7),
        ("method=head", 1),
        ("method=POST", 0),
        ("path=/api/v1/audit-logs", 6),
        ("path=/api/v1", 0),
        ("path=%2Fnothing", 1),
        ("key=Admin", 6),
        ("key=Auditor", 1),
        ("key=mock-admin", 6),
        ("status=200", 4),
        ("status=503", 1),
        ("status=5xx", 1),
        ("status=2xx", 4),
        ("status=3xx", 0),
        ("status=0", 0),
        ("answeredBy=prefer", 1),
        ("answeredBy=limit", 0),
        ("answeredBy=fault", 0),
        ("rule=PARAM-UNKNOWN", 1),
        ("rule=PARAM-INVALID", 1),
        ("since=now", 3),
        ("since=now-10s", 6),
        ("until=now-10s", 5),
        ("since=now-10s&until=now-10s", 3),
        ("until=2025-05-20T12:00:00Z", 2),
        ("method=GET&path=/api/v1/audit-logs&key=Admin&status=400&rule=PARAM-INVALID&since=now-10s&until=now-10s", 1),
        ("method=GET&path=/api/v1/audit-logs&key=Auditor&status=400", 0),
    ] {
        assert_eq!(requests(&mock, query).await.len(), count, "{query}");
    }
}

/// A filter means what the same text meant in the request.
#[tokio::test]
async fn an_offset_in_a_filter_is_read_as_in_the_request() {
    let mock = TestMock::default();
    let east = "startTime=2025-05-20T11:30:02%2B05:30";
    for (offsets, found) in [("honoured", [1, 1, 0]), ("ignored", [1, 0, 1]), ("refused", [0, 0, 0])] {
        mock.admin("PATCH", "/settings", &format!("{{\"offsets\":\"{offsets}\"}}")).await.ok();
        mock.admin("DELETE", "/requests", "").await.ok();
        mock.logs(east).await;
        let mut counts = Vec::new();
        for filter in [east, "startTime=2025-05-20T06:00:02Z", "startTime=2025-05-20T11:30:02Z"] {
            counts.push(mock.admin_get(&format!("/requests/count?{filter}")).await["count"].clone());
        }
        assert_eq!(counts, found, "{offsets}");
    }
}

/// "Exactly one request with …" is one call.
#[tokio::test]
async fn the_parameters_of_the_operation_select_requests_by_their_parsed_values() {
    let mock = TestMock::default();
    for query in [
        "",
        "page=0&pageSize=250",
        "page=1&objectTypes=TEAM",
        "page=01&objectTypes=SERVICE,TEAM",
        "objectTypes=TEAM&objectTypes=SERVICE&startTime=2025-05-20T14:00:00%2B02:00",
        "objectIdentifiers=&actorEmails=a%2Bb%40example.com",
    ] {
        mock.logs(query).await.ok();
    }
    mock.logs("page=x&objectTypes=TEAM").await.details(400);
    mock.get("/api/v1/catalog?page=0").await.ok();
    mock.get("/nothing").await.details(404);
    mock.get("/api/v1/audit-logs/?pageSize=9").await.ok();
    mock.get_as("nobody", &format!("{PATH}?pageSize=9")).await.details(401);
    // HEAD gets no page, the others a 405.
    for method in ["HEAD", "POST", "DELETE"] {
        let request = Request::builder().method(method).uri(format!("{PATH}?page=0"));
        mock.send(request.header("Authorization", "Bearer mock-admin")).await;
    }

    for (filter, count) in [
        ("page=0", 6),
        ("page=1", 2),
        ("pageSize=250", 6),
        ("pageSize=9", 2),
        ("pageSize=9&status=200", 1),
        ("objectTypes=TEAM", 1),
        ("objectTypes=TEAM&page=1", 1),
        ("objectTypes=TEAM&page=0", 0),
        ("objectTypes=TEAM,SERVICE", 2),
        ("objectTypes=SERVICE&objectTypes=TEAM", 2),
        ("objectTypes=SERVICE", 0),
        ("objectTypes=", 5),
        ("objectTypes=&page=1", 0),
        ("objectTypes=UNKNOWN", 0),
        ("startTime=2025-05-20T12:00:00Z", 1),
        ("startTime=2025-05-20T12:00:01Z", 0),
        ("startTime=", 7),
        ("endTime=", 8),
        ("actorEmails=a%2Bb@example.com", 1),
        ("actorEmails=a", 0),
        ("page=0&limit=1", 6),
    ] {
        let listed = mock.admin_get(&format!("/requests?{filter}")).await;
        let counted = mock.admin_get(&format!("/requests/count?{filter}")).await;
        assert_eq!((&listed["count"], &counted["count"]), (&json!(count), &json!(count)), "{filter}");
    }
    for (filter, message) in [
        ("page=", "page=\"\" is empty; accepted: an integer"),
        ("page=0&page=1", "contradicts page=0"),
        ("actions=TEAM", "is not one of the values of this parameter; accepted: CREATE"),
        ("startTime=yesterday", "accepted: an RFC 3339 date-time"),
    ] {
        let details = mock.admin("GET", &format!("/requests?{filter}"), "").await.details(400);
        assert!(details.contains(message), "{filter}: {details}");
    }
    let world = mock.mock.world();
    let of_teams = JournalFilter {
        query: Some(QueryFilter::parse("objectTypes=TEAM&page=1").unwrap()),
        ..JournalFilter::default()
    };
    assert_eq!(world.journal().count(&of_teams), 1);
    assert!(QueryFilter::parse("page=x").is_err());
}

/// A filter agrees with `parsedQuery` in the list.
#[tokio::test]
async fn every_parameter_selects_the_requests_that_gave_it() {
    let mock = TestMock::default();
    let value = |name: &str| match name {
        "startTime" | "endTime" => NOW,
        "page" | "pageSize" => "7",
        "actions" => "CREATE",
        "actorTypes" => "API_KEY",
        _ => "one",
    };
    for name in Parameter::ALL.map(Parameter::name) {
        mock.logs(&format!("{name}={}", value(name))).await.ok();
    }
    for name in Parameter::ALL.map(Parameter::name) {
        let found = requests(&mock, &format!("{name}={}", value(name))).await;
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0]["query"], format!("{name}={}", value(name)));
    }
}

#[tokio::test]
async fn some_headers_are_recorded_and_select_requests() {
    const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let mock = TestMock::default();
    let request = || Request::get(PATH).header("Authorization", "Bearer mock-admin").header("Cookie", "s3cret=1");
    let curl = request().header("User-Agent", "curl/8.5.0").header("Accept", "*/*").header("Accept", "text/html");
    mock.send(curl.header("X-Request-Id", "mine").header("traceparent", TRACE)).await.ok();
    let record = last(&mock).await;
    assert_eq!(
        record["headers"],
        json!({"User-Agent": "curl/8.5.0", "Accept": "*/*, text/html", "traceparent": TRACE, "X-Request-Id": "mine"})
    );
    assert_ne!(record["id"], "mine");
    let httpx = request().version(Version::HTTP_2).header("User-Agent", format!("Python-HTTPX/{}", "9".repeat(300)));
    mock.send(httpx.header("Accept-Encoding", "gzip")).await.ok();
    let record = last(&mock).await;
    assert_eq!((&record["address"], &record["httpVersion"]), (&json!("127.0.0.1"), &json!("HTTP/2")));
    let agent = record["headers"]["User-Agent"].as_str().unwrap();
    assert_eq!((agent.chars().count(), agent.ends_with("9…")), (201, true));

    for (filter, count) in [
        ("userAgent=curl", 1),
        ("userAgent=CURL/8", 1),
        ("userAgent=python-httpx&page=0", 1),
        ("userAgent=wget", 0),
        ("userAgent=", 2),
        (&*format!("traceparent={TRACE}"), 1),
        ("traceparent=4bf92f3577b34da6a3ce929d0e0e4736", 1),
        ("traceparent=4bf92f35", 0),
        ("traceparent=", 0),
    ] {
        assert_eq!(requests(&mock, filter).await.len(), count, "{filter}");
    }
    let shown = mock.admin("GET", "/requests", "").await.text();
    assert!(!shown.contains("mock-admin") && !shown.contains("s3cret"), "{shown}");
}

#[tokio::test]
async fn records_are_newest_first_and_a_limit_does_not_change_the_count() {
    let mock = TestMock::default();
    for page in 0..5 {
        mock.logs(&format!("page={page}")).await.ok();
    }
    let queries = async |limit: &str| -> Vec<Value> {
        requests(&mock, limit).await.iter().map(|record| record["query"].clone()).collect()
    };
    assert_eq!(queries("").await, ["page=4", "page=3", "page=2", "page=1", "page=0"]);
    assert_eq!(queries("limit=2").await, ["page=4", "page=3"]);
    assert_eq!(queries("limit=0").await, [] as [Value; 0]);
    assert_eq!(queries("limit=99").await.len(), 5);
    assert_eq!(mock.admin_get("/requests?limit=2").await["count"], 5);
}

#[tokio::test]
async fn a_wrong_filter_says_what_is_accepted() {
    let mock = TestMock::default();
    let mut messages = Vec::new();
    for query in [
        "status=ok",
        "status=70000",
        "status=42",
        "status=6xx",
        "status=xx",
        "limit=-1",
        "answeredBy=faults",
        "since=yesterday",
        "until=2025-05-20",
        "since=",
        "keys=Admin",
        "session=a%20b",
        "method=GET&method=PUT",
        "pages=1",
        "status=",
        "%zz=1",
        "a=%ff",
    ] {
        messages
            .push(format!("{query}\n  {}", mock.admin("GET", &format!("/requests?{query}"), "").await.details(400)));
        assert_eq!(mock.admin("GET", &format!("/requests/count?{query}"), "").await.status, 400);
    }
    insta::assert_snapshot!(messages.join("\n"));
}

#[tokio::test]
async fn above_its_capacity_the_oldest_records_are_dropped_and_counted() {
    let mock = TestMock::default();
    mock.fill_journal(Journal::CAPACITY);
    for _ in 0..3 {
        mock.get("/api/v1/catalog").await.ok();
    }
    let listed = mock.admin_get("/requests").await;
    assert_eq!((&listed["count"], &listed["dropped"]), (&json!(10_000), &json!(3)));
    assert_eq!(listed["requests"][9999]["query"], "number=3");
    assert_eq!(mock.admin_get("/requests/count").await, json!({"count": 10_000, "dropped": 3}));
    assert_eq!(mock.admin("DELETE", "/requests", "").await.ok(), json!({"removed": 10_000}));
    assert_eq!(mock.admin_get("/requests").await, json!({"requests": [], "count": 0, "dropped": 0}));
}

/// A test that counts the requests of a misspelled key must not pass by accident.
#[tokio::test]
async fn a_filter_that_cannot_match_is_refused() {
    let mock = TestMock::default();
    for (query, message) in [
        ("key=Nobody", "key: no key has this name or token; the keys are Admin, "),
        ("key=Admn", "; did you mean \"Admin\"?"),
        ("rule=PARAM-UNKNOW", "; did you mean \"PARAM-UNKNOWN\"?"),
        ("rule=NOPE", "rule: \"NOPE\" is not a rule of the fidelity table."),
    ] {
        let details = mock.admin("GET", &format!("/requests/count?{query}"), "").await.details(400);
        assert!(details.contains(message) && !details.contains("?."), "{query}: {details}");
    }
}

#[tokio::test]
async fn too_long_paths_and_queries_are_shortened() {
    let mock = TestMock::default();
    let long = "x".repeat(60_000);
    mock.get(&format!("/api/v1/audit-logs?{long}")).await.details(414);
    mock.get(&format!("/{long}")).await.details(414);
    for record in mock.mock.world().journal().list(&JournalFilter::default()) {
        assert!(record.query.len() < 5000 && record.path.len() < 5000);
        assert!(record.query.ends_with('…') || record.path.ends_with('…'));
    }
}

/// The beginning of a query would have defaults in place of the rest.
#[tokio::test]
async fn a_truncated_query_has_no_parameters() {
    let mock = TestMock::default();
    mock.logs(&format!("objectIdentifiers={}&page=3", "x".repeat(5000))).await.ok();
    assert_eq!(last(&mock).await["parsedQuery"], Value::Null);
    for filter in ["page=0", "page=3", "startTime=", "actions="] {
        assert_eq!(requests(&mock, filter).await, [] as [Value; 0], "{filter}");
    }
    assert_eq!(requests(&mock, "status=200").await.len(), 1);
}

/// Requests whose records are as large as any.
fn worst_requests() -> Vec<Request<Body>> {
    let values = |count: usize| (0..count).map(|number| format!("S{number}")).collect::<Vec<_>>().join(",");
    let letters = "x".repeat(16_200);
    let unknown_parameters = (0..2_700).map(|number| format!("p{number}")).collect::<Vec<_>>().join("&");
    let emoji = "%F0%9F%98%80".repeat(1_300);
    let mut requests: Vec<Request<Body>> = [
        format!("{PATH}?objectTypes={}", values(2_900)),
        format!("{PATH}?actions={}", values(2_900)),
        format!("{PATH}?foo={letters}"),
        format!("{PATH}?{letters}"),
        format!("{PATH}?actions={letters}&page={letters}").chars().take(16_300).collect(),
        format!("{PATH}?{unknown_parameters}"),
        format!("{PATH}?objectTypes={emoji}"),
        format!("{PATH}?startTime=2025-05-20T12:00:00.{}%20Z", "0".repeat(16_000)),
        format!("{PATH}?actions={}", "CREATE%20".repeat(1_800)),
        format!("/{letters}"),
        format!("/{}", "%F0%9F%98%80/".repeat(1_200)),
        format!("/{}?{}", "y".repeat(32_000), "z".repeat(32_000)),
    ]
    .into_iter()
    .map(|target| Request::get(target).header("Authorization", "Bearer mock-admin").body(Body::empty()).unwrap())
    .collect();
    for count in [90, 1_500] {
        let mut request = Request::get(PATH).body(Body::empty()).unwrap();
        for _ in 0..count {
            let value = HeaderValue::from_bytes(&[0xff; 250]).unwrap();
            ["user-agent", "accept", "traceparent"].into_iter().for_each(|name| {
                request.headers_mut().append(name, value.clone());
            });
        }
        requests.push(request);
    }
    requests.push(Request::builder().method("M".repeat(60_000).as_str()).uri(PATH).body(Body::empty()).unwrap());
    requests.push(Request::get(format!("{PATH}?foo={letters}")).body(Body::empty()).unwrap());
    requests
}

/// A list that is only truncated keeps its capacity: half a megabyte for 2,900 unknown values.
#[tokio::test]
async fn a_record_of_the_worst_request_takes_at_most_48_kib() {
    let mock = TestMock::with_config(Config { rate_limit: "off".parse().unwrap(), ..Config::default() });
    let world = mock.mock.world();
    for request in worst_requests() {
        let target: String = request.uri().to_string().chars().take(60).collect();
        world.journal().clear();
        mock.call(request).await;
        let bytes = world.journal().bytes();
        assert!((200..48 << 10).contains(&bytes), "{target}: {bytes} bytes");
    }
    world.journal().clear();
    let delays: Vec<Value> = (0..1_000).map(|_| json!({"type": "delay", "fixed": "0s"})).collect();
    mock.admin("POST", "/faults", json!(delays)).await.created();
    mock.logs(&format!("objectTypes={}", "x,".repeat(8_000))).await.ok();
    assert!(world.journal().bytes() < 48 << 10, "{}", world.journal().bytes());
}

#[tokio::test]
async fn a_full_journal_takes_at_most_8_mib_whatever_is_in_it() {
    let mock = TestMock::with_config(Config { rate_limit: "off".parse().unwrap(), ..Config::default() });
    let world = mock.mock.world();
    for request in worst_requests() {
        mock.call(request).await;
    }
    let worst = world.journal().list(&JournalFilter::default());
    mock.fill_journal(Journal::CAPACITY);
    let small = world.journal().bytes();
    assert!((1 << 20..9 << 19).contains(&small), "ten thousand plain records: {small} bytes");
    assert_eq!(world.journal().count(&JournalFilter::default()), Journal::CAPACITY, "all of them are kept");
    for record in worst.iter().cycle().take(2_000) {
        world.journal().add(record.clone());
        assert!(world.journal().bytes() <= Journal::MAX_BYTES, "{} bytes", world.journal().bytes());
    }
    let (kept, dropped) = (world.journal().count(&JournalFilter::default()), world.journal().dropped());
    assert!(world.journal().bytes() > Journal::MAX_BYTES * 9 / 10, "{} bytes", world.journal().bytes());
    assert!((200..2_000).contains(&kept), "{kept} records");
    assert_eq!(kept as u64 + dropped, worst.len() as u64 + 10_000 + 2_000, "what is dropped is counted");
    assert_eq!(mock.admin_get("/requests/count").await["dropped"], dropped);
    let newest = &world.journal().list(&JournalFilter::default())[0];
    assert_eq!(newest.query, worst[1_999 % worst.len()].query, "the oldest were dropped");
}

/// A thousand sessions with 8 MiB each would be too much.
#[tokio::test]
async fn what_is_kept_of_the_requests_of_all_sessions_together_is_bounded() {
    let mock = TestMock::default();
    let session = |number: usize| mock.mock.session(&format!("s{number}").parse().unwrap());
    mock.fill_journal(1);
    // One text, which all records share: it is counted each time, as if each had its own.
    let record = JournalRecord {
        query: "x".repeat(40_000).into(),
        ..mock.mock.world().journal().list(&JournalFilter::default()).remove(0)
    };
    let fill = |number: usize| {
        let world = session(number);
        (0..300).for_each(|_| world.journal().add(record.clone()));
        world.journal().bytes()
    };
    let bytes: Vec<usize> = (0..80).map(fill).collect();
    assert!(bytes[..30].iter().all(|bytes| *bytes > 7 << 20), "as much as each may have: {bytes:?}");
    assert!(bytes[40..].iter().all(|bytes| *bytes <= SharedMemory::SHARE), "its share: {bytes:?}");
    assert!(bytes.iter().sum::<usize>() < 2 * SharedMemory::MAX_BYTES);
    // The verdict keeps queries too.
    let not_judged = async || {
        for number in 0..20 {
            let target = format!("{PATH}?objectIdentifiers={number}{}", "x".repeat(16_000));
            mock.get_as("mock-admin~judged", &target).await.ok();
        }
        mock.admin_get("/verdict?session=judged").await["notJudged"].clone()
    };
    assert_ne!(not_judged().await, 0);
    for number in 0..30 {
        mock.mock.sessions().remove(&format!("s{number}").parse().unwrap());
    }
    assert!(fill(79) > 7 << 20, "there is room again");
    mock.mock.sessions().remove(&"judged".parse().unwrap());
    assert_eq!(not_judged().await, 0);
}
