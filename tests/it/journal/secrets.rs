//! Tokens in requests: redacted in the journal, in messages and in the log.

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, Uri};
use cortex_audit_mock::contract::Parameter;
use cortex_audit_mock::world::JournalFilter;
use cortex_audit_mock::{Admin, Config, KeySource};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::{PATH, requests};
use crate::support::process::Server;
use crate::support::{CapturedLog, NOW, TestMock, capture_log, cases};

/// A mock whose keys have these tokens, and the names A, B ….
fn mock_with_tokens(tokens: &[&str], admin: Admin) -> TestMock {
    let role = json!([{"type": "DEFAULT", "role": "USER"}]);
    let names = ["A", "B", "C", "D"];
    let keys = tokens.iter().zip(names).map(|(token, name)| json!({"token": token, "name": name, "roles": role}));
    let keys = KeySource::Text(json!({"keys": keys.collect::<Vec<_>>()}).to_string());
    TestMock::with_config(Config { entries: Vec::new(), keys, admin, ..Config::default() })
}

/// A request with this line and these values of `Authorization`.
fn request(method: &str, target: &str, authorization: &[&str]) -> Request<Body> {
    let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap());
    for value in authorization {
        request = request.header("Authorization", HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    request.uri(target.parse::<Uri>().unwrap()).body(Body::empty()).unwrap()
}

/// What can be seen of a mock: the log, and the answers of the control plane for these sessions.
async fn everything_shown(mock: &TestMock, log: &CapturedLog, admin: &str, sessions: &[&str]) -> String {
    let mut shown = log.text();
    for session in sessions {
        let query = if session.is_empty() { String::new() } else { format!("?session={session}") };
        for path in ["/requests", "/verdict", "/faults", "/sessions", "/version", "/settings", "/changes"] {
            for accept in ["application/json", "text/plain"] {
                let request = Request::get(format!("/__admin{path}{query}"));
                let request = request.header("Authorization", format!("Bearer {admin}")).header("Accept", accept);
                let response = mock.send_unchecked(request).await;
                assert!(response.status().is_success(), "{path}: {}", response.status());
                let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
                shown += str::from_utf8(&body).unwrap();
            }
        }
    }
    shown
}

/// The place of a token in a text, as it is or percent-decoded any number of times, in any case.
fn place_of(token: &str, text: &str) -> Option<String> {
    let mut text = text.to_owned();
    loop {
        let lower = text.to_ascii_lowercase();
        if let Some(at) = lower.find(&token.to_ascii_lowercase()) {
            return Some(lower.chars().skip(lower[..at].chars().count().saturating_sub(200)).take(300).collect());
        }
        let decoded = percent_decode_str(&text).decode_utf8_lossy().into_owned();
        if decoded == text {
            return None;
        }
        text = decoded;
    }
}

fn encode(text: &str, times: usize) -> String {
    (0..times).fold(text.to_owned(), |text, _| utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string())
}

/// Whatever stands around a token, and however it is encoded.
#[tokio::test]
async fn a_token_among_other_text_is_nowhere() {
    const OWN: &str = "t0psecret-of-ada";
    const OTHER: &str = "t0psecret-of-bob";
    for (token, is_own) in [(OWN, true), (OTHER, false)] {
        let mut targets: Vec<String> = Vec::new();
        for value in
            ["http://h/?token=TOK", "a/TOK", "(TOK)", "[TOK]", "user:TOK@h", "TOK.", "TOK~one", "%ffTOK", "%zzTOK"]
        {
            for name in ["redirect", "foo", "page", "pageSize", "startTime", "actorEmails", "objectTypes", "a%20b"] {
                targets.push(format!("{PATH}?{name}={value}"));
            }
            targets.push(format!("{PATH}?{value}=1"));
        }
        targets.extend(
            ["/a%2fTOK", "/a%252fTOK", "/x-TOK", "/page/TOK", "/api/v1/audit-logs/TOK", "/TOK/x"].map(String::from),
        );
        targets.extend(["/nothing", PATH].map(|path| format!("{path}?q={}", encode(token, 3))));
        if is_own {
            for text in ["xTOK", "xTOKx", "xTOK9", "t0psecret-OF-ada"] {
                targets.extend([format!("{PATH}?foo={text}"), format!("{PATH}?page={text}"), format!("/{text}")]);
            }
        }
        let (log, _guard) = capture_log();
        let mock = mock_with_tokens(&[OWN, OTHER], Admin::Open);
        for strict in [false, true] {
            mock.admin("PATCH", "/settings", json!({"strict": strict})).await.ok();
            for target in &targets {
                let target = target.replace("TOK", token);
                let answer = mock.call(request("GET", &target, &[&format!("Bearer {OWN}~one")])).await;
                assert_eq!(place_of(token, &answer.text()), None, "{target}");
            }
        }
        let shown = everything_shown(&mock, &log, "none", &["", "one"]).await;
        assert_eq!(place_of(token, &shown), None);
        assert!(shown.contains("page=(hidden)") && shown.contains("/(hidden)"), "{shown}");
    }
}

/// A token that no key has may belong to the real API.
#[tokio::test]
async fn a_token_that_is_sent_in_the_wrong_form_is_nowhere() {
    const TOKEN: &str = "r3al+tokEn/of=us==";
    let (log, _guard) = capture_log();
    let mock = TestMock::default();
    for authorization in [
        &[format!("Bearer {TOKEN}")][..],
        &[format!("bearer   {TOKEN}~one")],
        &[format!("Basic {TOKEN}")],
        &[TOKEN.to_owned()],
        &[format!("Token token=\"{TOKEN}\"")],
        &[format!("Bearer {TOKEN} more")],
        &["Bearer mock-admin".to_owned(), format!("Bearer {TOKEN}")],
        &[format!("Bearer {TOKEN}"), "Bearer mock-admin".to_owned()],
    ] {
        let authorization: Vec<&str> = authorization.iter().map(String::as_str).collect();
        let encoded = encode(TOKEN, 1);
        for target in [
            format!("/{TOKEN}/x"),
            format!("/x{encoded}"),
            format!("/page/{encoded}"),
            format!("/__admin/{encoded}"),
            format!("/__admin/clock?{encoded}=1"),
            format!("/__admin/clock?session={encoded}"),
            format!("/__admin/requests?status=x{encoded}"),
            format!("/__admin/summary?page=x{encoded}"),
            format!("/__admin/summary?objectTypes={encoded}"),
            format!("/__admin/verdict?actions={encoded}"),
            format!("{PATH}?q={TOKEN}"),
            format!("{PATH}?q=x{encoded}"),
            format!("{PATH}?page={encoded}"),
            format!("{PATH}?x{encoded}x"),
        ] {
            let answer = mock.call(request("GET", &target, &authorization)).await;
            assert_eq!(place_of(TOKEN, &answer.text()), None, "{authorization:?} {target}");
        }
    }
    let shown = everything_shown(&mock, &log, "none", &[""]).await;
    // A form decodes a plus sign to a space.
    assert_eq!((place_of(TOKEN, &shown), place_of(&TOKEN.replace('+', " "), &shown)), (None, None));
}

/// A client may send its token in the form of another API; then it may also stand in the URL.
#[tokio::test]
async fn a_token_in_the_form_of_another_api_is_nowhere() {
    const TOKEN: &str = "r3al+tokEn/of=us";
    let (log, _guard) = capture_log();
    let mock = TestMock::default();
    let base64 = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
    let encoded = encode(TOKEN, 1);
    let mut shown = String::new();
    for (name, value) in [
        ("Authorization", format!("Basic {}", base64(&format!("{TOKEN}:")))),
        ("Authorization", format!("Basic {}", base64(&format!("me:{TOKEN}")))),
        ("Authorization", format!("Basic {}", base64(TOKEN).trim_end_matches('='))),
        ("Authorization", format!("Bearer \"{TOKEN}\"")),
        ("Authorization", format!("Bearer '{TOKEN}~one'")),
        ("Authorization", format!("Bearer {TOKEN}, Bearer foo")),
        ("Authorization", format!("Bearer%20{encoded}")),
        ("Authorization", format!("Bearer {encoded}")),
        ("Authorization", format!("Digest username=\"ada\", response=\"{TOKEN}\"")),
        ("X-API-Key", TOKEN.to_owned()),
        ("Api-Key", format!("Bearer {TOKEN}")),
        ("X-Auth-Token", TOKEN.to_owned()),
        ("PRIVATE-TOKEN", encoded.clone()),
        ("Proxy-Authorization", format!("Bearer {TOKEN}")),
        ("Cookie", format!("theme=dark; session={encoded}; n=1")),
        ("Cookie", format!("session=\"{TOKEN}\"")),
    ] {
        for target in [
            format!("/{encoded}/x"),
            format!("/x{encoded}"),
            format!("/__admin/requests?status=x{encoded}"),
            format!("/__admin/verdict?actions={encoded}"),
            format!("{PATH}?q=x{encoded}x"),
            format!("{PATH}?{TOKEN}"),
            format!("{PATH}?page={encoded}"),
        ] {
            let own = if name == "Authorization" { "X-Other" } else { "Authorization" };
            let request = Request::get(&target).header(name, &value).header(own, "Bearer mock-admin~one");
            shown += &mock.send(request).await.text();
        }
    }
    shown += &everything_shown(&mock, &log, "none", &["", "one"]).await;
    assert_eq!((place_of(TOKEN, &shown), place_of(&TOKEN.replace('+', " "), &shown)), (None, None));
}

/// What a browser sends to all servers of one host, and what is too short to be a token.
#[tokio::test]
async fn a_cookie_that_is_no_token_hides_nothing() {
    let mock = TestMock::default();
    let request = Request::get(format!("{PATH}?page=1&actions=DELETE&x=dark"));
    let request = request.header("Cookie", "n=1; theme=dark; a=DELETE").header("Authorization", "Bearer mock-admin");
    mock.send(request).await.ok();
    assert_eq!(requests(&mock, "").await[0]["query"], "page=1&actions=DELETE&x=dark");
}

/// Thousands of words in a header are not looked for in every text of the request.
#[tokio::test]
async fn many_words_in_a_header_take_little_time() {
    let mock = TestMock::default();
    let words: Vec<String> = (0..3000).map(|number| format!("word{number}")).collect();
    let request = Request::get(format!("{PATH}?q={}", "x%20".repeat(3900)));
    let request =
        request.header("Authorization", format!("Bearer {}", words.join(" "))).header("Cookie", words.join("; "));
    let started = std::time::Instant::now();
    mock.send_unchecked(request).await;
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

/// The characters of one token do not join the words around another.
#[tokio::test]
async fn a_token_is_found_whatever_characters_other_tokens_have() {
    const TOKEN: &str = "t0psecret-of-bob";
    let (log, _guard) = capture_log();
    let odd = "a/b=c&d?e.f:g@h,i(j)k[l]m";
    let mock = mock_with_tokens(&["t0psecret-of-ada", TOKEN, odd], Admin::Open);
    let mut shown = String::new();
    let odd_encoded = odd.replace('?', "%3F").replace('[', "%5B").replace(']', "%5D");
    for target in [
        format!("/page/{TOKEN}/x"),
        format!("/a={TOKEN}.b"),
        format!("{PATH}?q=a/{TOKEN}/b"),
        format!("{PATH}?q=a={TOKEN}=b"),
        format!("{PATH}?q=(a:{TOKEN}@b)"),
        format!("{PATH}?page=x.{TOKEN}.y"),
        format!("/x/{odd_encoded}"),
        format!("{PATH}?{odd_encoded}"),
        format!("{PATH}?q={odd_encoded}"),
    ] {
        let answer = mock.call(request("GET", &target, &["Bearer t0psecret-of-ada"])).await;
        shown += &answer.text();
    }
    shown += &everything_shown(&mock, &log, "none", &[""]).await;
    assert_eq!((place_of(TOKEN, &shown), place_of(odd, &shown)), (None, None));
}

/// As one in Base64 can have.
#[tokio::test]
async fn a_token_with_a_slash_is_found_between_slashes() {
    const TOKEN: &str = "other.tok/en+1==";
    let (log, _guard) = capture_log();
    let mock = mock_with_tokens(&["t0psecret-of-ada", TOKEN], Admin::Open);
    let encoded = TOKEN.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    let mut shown = String::new();
    for token in [TOKEN, &encoded] {
        for target in
            [format!("/{token}/x"), format!("/x/{token}/"), format!("/a/b/{token}/c/d"), format!("{PATH}?q=/{token}/x")]
        {
            shown += &mock.call(request("GET", &target, &["Bearer t0psecret-of-ada"])).await.text();
        }
    }
    shown += &everything_shown(&mock, &log, "none", &[""]).await;
    assert_eq!((place_of(TOKEN, &shown), place_of(&encoded, &shown)), (None, None));
}

/// A sink is compared, and its records are told.
#[tokio::test]
async fn a_token_in_a_sink_is_nowhere() {
    let (log, _guard) = capture_log();
    let mock = TestMock::default();
    mock.logs("").await.ok();
    let token = "mock-auditor";
    let record = json!({"action": format!("x({token})"), "objectIdentifier": token, "timestamp": token, "ipAddress": format!("\u{1b}[31;{token}")});
    let mut shown = mock.admin("POST", "/verdict/delivered", json!([record])).await.ok().to_string();
    shown += &mock.admin("POST", "/verdict/delivered?expect=delivered", json!([record])).await.details(409);
    for sink in [json!([token]).to_string(), format!("{{\"{token}\": 1}}"), format!("{token} \u{1b}")] {
        shown += &mock.admin("POST", "/verdict/delivered", sink).await.details(400);
    }
    shown += &everything_shown(&mock, &log, "none", &[""]).await;
    assert_eq!((place_of(token, &shown), shown.find('\u{1b}')), (None, None));
    assert!(shown.contains("(hidden)"), "{shown}");
}

/// Nobody can tell whether its path or query contains a token of the real API.
#[tokio::test]
async fn a_request_without_a_valid_key_is_not_told_its_path_or_query() {
    let mock = TestMock::default();
    for authorization in
        [&[][..], &["Bearer nobody"], &["Bearer mock-expired"], &["Bearer mock-revoked~one"], &["Bearer"]]
    {
        for (method, target) in [
            ("GET", "/r3al/x"),
            ("GET", "/r3al"),
            ("GET", "/page/r3al"),
            ("GET", "/__admin/r3al"),
            ("GET", "/__admin/clock/r3al"),
            ("PUT", "/__admin/sessions/r3al"),
            ("PUT", "/__admin/faults/r3al"),
            ("DELETE", "/__admin/faults/r3al"),
            ("PUT", "/page/r3al"),
            ("GET", "/api/v1/audit-logs/r3al?r3al"),
            ("GET", "/api/v1/audit-logs?page=r3al&r3al"),
            ("POST", "/api/v1/audit-logs?page=r3al&r3al"),
        ] {
            let answer = mock.call(request(method, target, authorization)).await;
            assert!(answer.status.is_client_error(), "{method} {target}: {}", answer.status);
            assert_eq!(place_of("r3al", &answer.text()), None, "{method} {target}");
        }
    }
    let details = mock.call(request("PUT", "/__admin/sessions/one", &[])).await.details(405);
    assert!(details.starts_with("/__admin/sessions/{name} does not accept PUT;"), "{details}");
    let details = mock.get("/r3al").await.details(404);
    assert!(details.starts_with("/r3al does not exist."), "a valid key: {details}");
}

/// A method may be any word.
#[tokio::test]
async fn a_token_in_the_method_is_nowhere() {
    let (log, _guard) = capture_log();
    let admin = "guard-token-4711";
    let mock = mock_with_tokens(&["t0psecret-of-ada", "t0psecret-of-bob"], Admin::Token(admin.to_owned()));
    let mut shown = String::new();
    for token in ["t0psecret-of-ada", "xt0psecret-of-adax", "t0psecret-of-bob", "unknown-of-us", admin] {
        for target in [PATH, "/nothing", "/openapi.json", "/__admin/clock", "/__admin/nothing", "/__admin/health"] {
            for bearer in ["t0psecret-of-ada", "unknown-of-us", admin] {
                shown += &mock.call(request(token, target, &[&format!("Bearer {bearer}")])).await.text();
            }
        }
    }
    shown += &everything_shown(&mock, &log, admin, &[""]).await;
    // Another request's token that no key has cannot be known.
    for token in ["t0psecret-of-ada", "t0psecret-of-bob", admin] {
        assert_eq!(place_of(token, &shown), None);
    }
    assert!(shown.contains("does not accept (hidden);") && shown.contains("\"method\":\"(hidden)\""));
}

/// A client may send it in a header that the journal has.
#[tokio::test]
async fn a_token_in_a_recorded_header_is_nowhere() {
    let (log, _guard) = capture_log();
    let mock = mock_with_tokens(&["t0psecret-of-ada", "t0psecret-of-bob"], Admin::Open);
    for name in ["User-Agent", "Accept", "Accept-Encoding", "traceparent", "X-Request-Id", "Host", "Prefer", "Referer"]
    {
        for value in ["t0psecret-of-ada", "x/t0psecret%2Dof-ada; q=1", "(t0psecret-of-bob)", "code=t0psecret-of-ada"] {
            let request = Request::get(PATH).header("Authorization", "Bearer t0psecret-of-ada").header(name, value);
            mock.send(request).await;
        }
    }
    let shown = everything_shown(&mock, &log, "none", &[""]).await;
    assert_eq!((place_of("t0psecret-of-ada", &shown), place_of("t0psecret-of-bob", &shown)), (None, None));
    assert!(shown.contains("\"User-Agent\":\"(hidden); q=1\""), "{shown}");
}

#[tokio::test]
async fn a_token_in_a_body_of_the_control_plane_is_not_echoed() {
    let (log, _guard) = capture_log();
    let mock = TestMock::default();
    let token = "mock-auditor";
    let rule = json!({"type": "status", "status": 503, "match": {"query": {"q": format!("({token})"), token: "1"}}});
    let mut shown = mock.admin("POST", "/faults", rule).await.created().to_string();
    assert_eq!(mock.logs(&format!("q=({token})&{token}=1")).await.status, 503, "the rule compares what was sent");
    let entry =
        json!({"action": "CREATE", "objectType": "TEAM", "objectIdentifier": "x", "timestamp": "now", token: 1});
    shown += &mock.admin("POST", "/audit-logs", entry).await.created().to_string();
    for (method, path, body) in [
        (
            "POST",
            "/audit-logs",
            json!({"action": token, "objectType": format!("x {token}"), "timestamp": format!("[{token}]")}),
        ),
        ("POST", "/faults", json!({"type": token})),
        ("POST", "/faults", json!([{"type": "status", "status": 503, token: 1, "match": {token: 1, "page": token}}])),
        ("PUT", "/clock", json!({"now": token})),
        ("PUT", "/clock", json!({token: 1})),
        ("POST", "/clock/advance", json!({"by": format!("{} {token}", "x".repeat(590))})),
        ("PUT", "/live", json!({"rate": token})),
        ("PUT", "/scenario", json!({"name": token})),
        ("PATCH", "/settings", json!({"rateLimit": format!("1/{token}")})),
    ] {
        let answer = mock.admin(method, path, body).await;
        assert!(answer.status.is_client_error(), "{method} {path}");
        shown += &answer.text();
    }
    shown += &everything_shown(&mock, &log, "none", &[""]).await;
    assert_eq!(place_of(token, &shown), None);
}

/// Messages shorten long values; of a token that is cut first, the rest would be shown.
#[tokio::test]
async fn a_token_in_a_long_value_is_not_echoed() {
    let token = format!("t0psecret{}", "-of-ada".repeat(15));
    let mock = mock_with_tokens(&[&token], Admin::Open);
    let mut shown = String::new();
    for before in [0, 150, 190, 250, 40_000] {
        let value = format!("{} {token} {}", "x".repeat(before), "y".repeat(350));
        for (method, path, body) in [
            ("POST", "/faults", json!({"type": "status", "status": token})),
            ("POST", "/faults", json!({"type": "reset", "probability": token, &value: 1})),
            ("POST", "/audit-logs", json!({"action": value, "timestamp": value})),
            ("PUT", "/live", json!({"rate": value, "burst": value})),
            ("PUT", "/scenario", json!({"name": value, "seed": value})),
        ] {
            shown += &mock.admin(method, path, body).await.details(400);
        }
    }
    let query = format!("actorRequestTypes=SLACK_COMMAND&actorTypes=API_KEY,{token}");
    shown += &mock.get_as(&token, &format!("{PATH}?{query}")).await.details(400);
    shown += &mock.admin_get("/requests").await.to_string();
    assert_eq!(place_of("t0psecret", &shown), None);
    assert!(shown.contains("status: \"(hidden)\" is not an integer"), "{shown}");
}

/// Listings and reports show the names of sessions.
#[tokio::test]
async fn a_session_whose_name_is_a_token_is_refused() {
    let mock = mock_with_tokens(&["t0psecret-of-ada", "t0psecret-of-bob", "ci"], Admin::Open);
    for session in ["t0psecret-of-ada", "x.t0psecret-of-ada", "t0psecret-of-bob", "t0psecret-of-bob.1"] {
        let details = mock.get_as(&format!("t0psecret-of-ada~{session}"), PATH).await.details(401);
        assert!(details.contains("session name behind its ~ contains a token"), "{details}");
    }
    let details = mock.admin("GET", "/clock?session=t0psecret-of-bob", "").await.details(400);
    assert!(details.contains("takes what stands behind the ~"), "{details}");
    assert_eq!(mock.admin_get("/sessions").await["sessions"], json!([]));
    mock.get_as("ci~ci-1", PATH).await.ok();
    assert_eq!(mock.admin_get("/clock?session=ci").await["frozen"], true, "a short token is that of a test");
}

/// It says which entries match a value that has a blank too many.
#[tokio::test]
async fn a_finding_about_a_near_value_does_not_show_a_token() {
    let token = "t0psecret-of-ada";
    let mock = mock_with_tokens(&[token], Admin::Open);
    for identifier in [token, "sre"] {
        let entry =
            json!({"action": "CREATE", "objectType": "TEAM", "objectIdentifier": identifier, "timestamp": "now"});
        mock.admin("POST", "/audit-logs", entry).await.created();
        mock.get_as(token, &format!("{PATH}?objectIdentifiers=%20{identifier}")).await.ok();
    }
    // Elsewhere the verdict names entries, as they are.
    let findings = mock.admin_get("/verdict").await["expectations"]["contract"].to_string();
    assert!(findings.contains("\\\"sre\\\" does") && !findings.contains(token), "{findings}");
    let details = mock.admin("GET", &format!("/verdict?objectIdentifiers={token}"), "").await.details(400);
    assert_eq!(details, "objectIdentifiers: is or contains a token, which no verdict may show.");
}

#[test]
fn a_token_is_not_in_the_report_nor_on_standard_error() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["report.json", "report.xml"] {
        let path = folder.path().join(name);
        let server = Server::start(&["--now", NOW, "--report", path.to_str().unwrap()]);
        for query in [
            "page=[mock-admin]&x=a/mock-auditor",
            "startTime=now&objectIdentifiers=xmock-admin",
            "pageSize=1&xmock-adminx",
        ] {
            server.get_as("mock-admin~one", &format!("{PATH}?{query}"));
        }
        server.get_as("mock-admin~mock-auditor", PATH);
        let said = server.stop();
        let report = std::fs::read_to_string(path).unwrap();
        for token in ["mock-admin", "mock-auditor"] {
            assert_eq!(place_of(token, &said), None);
            assert_eq!(place_of(token, &report), None);
        }
        assert!(report.contains("(hidden)"), "{report}");
    }
}

proptest! {
    #![proptest_config(cases(400))]

    /// Wherever a token is put, and whatever is around it.
    #[test]
    fn a_token_at_any_place_is_nowhere(
        own in "[!-}]{4,24}",
        other in "[A-Za-z0-9_-]{8,24}",
        is_valid in any::<bool>(),
        puts_own in any::<bool>(),
        times in 0_usize..=3,
        around in select(vec![("", ""), ("(", ")"), ("/", "."), ("user:", "@h"), ("a=", "~one"), ("[", "]"), (",", ",")]),
        glued in ("[a-z0-9]{0,2}", "[a-z0-9]{0,2}"),
        place in 0_usize..6,
        name in select(vec!["q", "page", "startTime", "objectIdentifiers", "objectTypes"]),
    ) {
        // Words are parted at the characters that no token has. With a percent sign, a token and the text around it may be
        // an escape together.
        let own: String = own.chars().filter(|c| if puts_own { *c != '%' } else { c.is_ascii_alphanumeric() }).collect();
        prop_assume!(own.len() >= 4 && !own.contains(&other) && !"(hidden)".contains(&own.to_lowercase()));
        let (before, behind) = if puts_own { (around.0.to_owned() + &glued.0, glued.1 + around.1) } else { (around.0.to_owned(), around.1.to_owned()) };
        let token = if puts_own { &own } else { &other };
        let text = encode(&format!("{before}{token}{behind}"), times);
        let target = match place {
            // Not at the root: behind a question mark, the text would be the query of the web UI.
            0 => format!("/x/{text}"),
            1 => format!("/api/v1/audit-logs/{text}/x"),
            2 => format!("{PATH}?{text}"),
            3 => format!("{PATH}?page=1&{text}=1&page=2"),
            4 => format!("/__admin/requests?status={text}"),
            _ => format!("{PATH}?pageSize=7&{name}={text}"),
        };
        // What no client sends; a fragment is not sent either.
        prop_assume!(target.parse::<Uri>().is_ok_and(|uri| uri.to_string() == target));
        let keys: &[&str] = if is_valid { &[&own, &other] } else { &[&other] };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let shown = runtime.block_on(async {
            let (log, _guard) = capture_log();
            let mock = mock_with_tokens(keys, Admin::Open);
            let mut shown = String::new();
            for _ in 0..2 {
                let request = request("GET", &target, &[&format!("Bearer {own}")]);
                shown += &mock.call(request).await.text();
                mock.admin("PATCH", "/settings", json!({"strict": true})).await.ok();
            }
            shown + &everything_shown(&mock, &log, "none", &[""]).await
        });
        // JSON escapes some characters of a token.
        let in_json = token.replace('\\', "\\\\").replace('"', "\\\"");
        prop_assert_eq!((place_of(token, &shown), place_of(&in_json, &shown)), (None, None), "{}", target);
    }
}

/// A token at any place of a request is in no record, message or log line.
#[tokio::test]
async fn a_token_is_nowhere() {
    let (log, _guard) = capture_log();
    let role = json!([{"type": "DEFAULT", "role": "USER"}]);
    let keys = json!({"keys": [
        {"token": "t0psecret-of-ada", "name": "Ada", "roles": role},
        {"token": "t0psecret-revoked", "name": "Revoked", "roles": role, "revoked": true},
    ]});
    let mock = TestMock::with_config(Config {
        keys: KeySource::Text(keys.to_string()),
        rate_limit: "100/d".parse().unwrap(),
        ..Config::default()
    });
    let mut output = String::new();
    for token in [
        "t0psecret-of-ada",
        "t0psecret-of-ada~session",
        "t0psecret-of-ada~bad/name",
        "t0psecret-revoked",
        "t0psecret-unknown",
        "t0psecret-unknown~session",
    ] {
        let answer = mock.get_as(token, PATH).await;
        output += &answer.text();
        output += answer.header("www-authenticate").unwrap_or_default();
        output += &mock.get_as(token, &format!("{PATH}?page=x&quiet=1")).await.text();
    }
    for name in [
        "token",
        "access_token",
        "accessToken",
        "TOKEN",
        "api_key",
        "apiKey",
        "api-key",
        "key",
        "secret",
        "client_secret",
        "auth",
        "authorization",
        "Authorization",
        "password",
        "bearer",
        "credential",
        "credentials",
        "x-auth",
        "%74oken",
        "to%6ben",
        "jwt",
        "pwd",
        "pass",
        "passwd",
        "signature",
        "cookie",
    ] {
        for value in [
            "t0psecret-of-ada",
            "t0psecret%2Dof%2Dada",
            "t0psecret-of-ada~session",
            "Bearer+t0psecret-of-ada",
            "Bearer%20t0psecret-of-ada",
        ] {
            output += &mock
                .get_as("t0psecret-of-ada~other", &format!("{PATH}?page=1&{name}={value}&pageSize=2"))
                .await
                .text();
        }
    }
    // In another parameter, a token with a session is recognized by its tilde.
    for name in ["q", "session", "t%20", "%zz"] {
        output +=
            &mock.get_as("t0psecret-of-ada~other", &format!("{PATH}?{name}=t0psecret-of-ada~session")).await.text();
        output += &mock.admin("GET", &format!("/clock?{name}=t0psecret-of-ada%7Esession"), "").await.text();
    }
    for session in ["", "session=session", "session=other"] {
        output += &mock.admin("GET", &format!("/requests?{session}"), "").await.text();
    }
    let lines = log.text();
    assert!(lines.contains(PATH) && output.contains("\"Ada\""), "the log and the output are not empty");
    assert!(!lines.contains("t0psecret"), "{}", lines.lines().find(|line| line.contains("t0psecret")).unwrap());
    let place =
        output.find("t0psecret").map(|at| output[at.saturating_sub(200)..(at + 40).min(output.len())].to_owned());
    assert_eq!(place, None);
}

#[tokio::test]
async fn a_token_in_path_or_prefer_or_of_the_control_plane_is_nowhere() {
    let (log, _guard) = capture_log();
    let admin = Admin::Token("guard-token-4711".to_owned());
    let keys =
        json!({"keys": [{"token": "t0psecret-of-ada", "name": "Ada", "roles": [{"type": "DEFAULT", "role": "USER"}]}]});
    let keys = KeySource::Text(keys.to_string());
    let mock = TestMock::with_config(Config { keys, admin, ..Config::default() });
    let mut output = String::new();
    for path in [
        "/api/v1/audit-logs/t0psecret-of-ada",
        "/t0psecret-of-ada~session/x",
        "/api/v1/audit-logs?q=t0psecret-of-ada",
        "/api/v1/audit-logs?q=Bearer+t0psecret-of-ada",
        "/api/v1/audit-logs?t0psecret-of-ada",
        "/api/v1/audit-logs?q=guard-token-4711",
        "/api/v1/audit-logs?q=t0psecret%2Dof-ada",
    ] {
        output += &mock.get_as("t0psecret-of-ada", path).await.text();
    }
    let asked = Request::get(PATH).header("Authorization", "Bearer t0psecret-of-ada");
    output += &mock.send(asked.header("Prefer", "code=t0psecret-of-ada")).await.text();
    for query in ["session=t0psecret-of-ada", "t0psecret-of-ada=3", "session=Bearer%20t0psecret-of-ada"] {
        let request =
            Request::get(format!("/__admin/clock?{query}")).header("Authorization", "Bearer guard-token-4711");
        output += &mock.send(request).await.details(400);
    }
    let journal = format!("{:?}", mock.mock.world().journal().list(&JournalFilter::default()));
    for text in [&output, &journal, &log.text()] {
        assert!(!text.contains("t0psecret") && !text.contains("guard-token"), "{text}");
    }
    assert!(journal.contains("(hidden)") && log.text().contains("(hidden)"));
}

/// A misconfigured client sends its token as the value of a known parameter, or within one.
#[tokio::test]
async fn a_token_in_place_of_a_value_is_nowhere() {
    let (log, _guard) = capture_log();
    let keys = json!({"keys": [
        {"token": "t0psecret-of-ada", "name": "Ada", "roles": [{"type": "DEFAULT", "role": "USER"}]},
        {"token": "t0psecret==", "name": "Padded", "roles": []},
    ]});
    let mock = TestMock::with_config(Config { keys: KeySource::Text(keys.to_string()), ..Config::default() });
    let mut output = String::new();
    for strict in [false, true] {
        mock.admin("PATCH", "/settings", json!({"strict": strict})).await.ok();
        for name in Parameter::ALL.map(Parameter::name).into_iter().chain(["other"]) {
            for value in [
                "t0psecret-of-ada",
                "t0psecret%2Dof-ada",
                "t0psecret%252Dof-ada",
                "t0psecret-of-ada~one",
                "t0psecret-of-ada~two",
                "a,t0psecret-of-ada",
                "t0psecret-of-ada%2Cb",
                "token=t0psecret-of-ada",
                "key:%20t0psecret==",
                "Bearer+t0psecret-of-ada",
            ] {
                output += &mock.get_as("t0psecret-of-ada~two", &format!("{PATH}?{name}={value}")).await.text();
            }
        }
        output += &mock.admin("GET", "/requests?session=two", "").await.text();
        output += &mock.admin("GET", "/verdict?session=two", "").await.text();
    }
    for path in ["/api/v1/token=t0psecret-of-ada", "/t0psecret==", "/a;key=t0psecret==,b"] {
        output += &mock.get_as("t0psecret-of-ada", path).await.text();
    }
    output += &mock.admin("GET", "/requests", "").await.text();
    for text in [&output, &log.text()] {
        // One value is encoded twice: it is redacted after one decoding.
        let plain = text.replace("%252D", "-").replace("%2D", "-");
        let place = plain.find("t0psecret").map(|at| &plain[at.saturating_sub(200)..(at + 40).min(plain.len())]);
        assert_eq!(place, None);
    }
    assert!(output.contains("pageSize=(hidden)") && log.text().contains("pageSize=(hidden)"));
}

/// For example a token that is also an e-mail address; one of letters and digits alone looks most like a value.
#[tokio::test]
async fn a_filter_value_that_is_also_a_token_still_filters() {
    for token in ["ci-deploy", "deploy4711"] {
        let keys = json!({"keys": [{"token": token, "name": "CI", "roles": [{"type": "DEFAULT", "role": "USER"}]}]});
        let mock = TestMock::with_config(Config { keys: KeySource::Text(keys.to_string()), ..Config::default() });
        let entry = json!({"action": "CREATE", "objectType": "TEAM", "objectIdentifier": token, "timestamp": "now"});
        mock.admin("POST", "/audit-logs", entry).await.created();
        let found = mock.get_as(token, &format!("{PATH}?objectIdentifiers={token}")).await;
        assert_eq!(found.identifiers(), [token]);
        assert_eq!(requests(&mock, "").await[0]["query"], "objectIdentifiers=(hidden)");

        // The verdict uses the original value, too.
        assert_eq!(mock.admin_get("/verdict").await["clients"][0]["coverage"]["once"], 1);
    }
}

/// Error messages of the control plane.
#[tokio::test]
async fn a_token_in_a_call_of_the_control_plane_is_not_echoed() {
    let (log, _guard) = capture_log();
    let mock = TestMock::default();
    for (method, path) in [
        ("GET", "/mock-auditor"),
        ("GET", "/clock/mock%2Dauditor"),
        ("PUT", "/sessions/mock-auditor"),
        ("PUT", "/sessions/mock-auditor~one"),
        ("PUT", "/faults/mock-auditor"),
        ("DELETE", "/sessions/mock-auditor"),
        ("DELETE", "/faults/mock-auditor"),
        ("GET", "/requests?status=mock-auditor"),
        ("GET", "/requests?since=mock-auditor~one"),
        ("GET", "/requests?answeredBy=mock-auditor"),
        ("GET", "/requests?rule=mock-auditor"),
        ("GET", "/requests?limit=mock-auditor"),
        ("GET", "/verdict?from=mock-auditor"),
        ("GET", "/verdict?to=mock-auditor~one"),
        ("GET", "/verdict?expect=polite,mock-auditor"),
        ("GET", "/verdict?actions=mock-auditor"),
        ("GET", "/verdict?objectTypes=TEAM,mock-auditor"),
    ] {
        let answer = mock.admin(method, path, "").await;
        assert!(answer.status.is_client_error(), "{method} {path}");
        assert!(!answer.text().contains("auditor"), "{method} {path}: {}", answer.text());
    }
    assert!(!log.text().contains("auditor"), "{}", log.text());
}

/// Only parameters with names of secrets are redacted.
#[tokio::test]
async fn an_ordinary_parameter_is_listed_and_matched_by_faults() {
    let mock = TestMock::default();
    let rule = json!({"type": "status", "status": 503, "match": {"query": {"author": "ada", "token": "x"}}});
    mock.admin("POST", "/faults", rule).await.created();
    mock.logs("author=ada&design=new").await.ok();
    assert_eq!(requests(&mock, "").await[0]["query"], "author=ada&design=new");
    mock.logs("author=ada&token=x").await.details(503);
    assert_eq!(requests(&mock, "").await[0]["query"], "author=ada&token=(hidden)");
}
