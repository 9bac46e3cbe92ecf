//! Random bodies for the control plane: each is applied as a whole, or refused with a message and without a change.

use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::support::{TestMock, size};

/// The number of calls with a body.
const CALLS: usize = 7;

/// The calls with a body, each with valid bodies.
fn calls() -> [(&'static str, &'static str, Vec<Value>); CALLS] {
    let entry = json!({"action": "CREATE", "objectIdentifier": "a", "objectType": "TEAM", "timestamp": "now-5m", "actorIdentifier": "x", "ipAddress": "192.0.2.1"});
    [
        ("PUT", "/clock", vec![json!({"now": "now-1d", "frozen": true}), json!({"now": "2031-01-01T00:00:00Z"})]),
        ("POST", "/clock/advance", vec![json!({"by": "60s"}), json!({"by": "P1DT2H"})]),
        ("PUT", "/live", vec![json!({"rate": "6/min", "lateness": "30s", "burst": 3})]),
        ("PUT", "/scenario", vec![json!({"name": "late-arrivals", "seed": 7}), json!({"name": "burst"})]),
        ("PATCH", "/settings", vec![json!({"rateLimit": "5/s", "strict": true}), json!({"rateLimit": "off"})]),
        ("POST", "/audit-logs", vec![entry.clone(), json!([entry, entry]), json!({"logs": [entry], "page": 0})]),
        (
            "POST",
            "/faults",
            vec![
                json!({"type": "status", "status": 503, "retryAfter": 1, "match": {"key": "Admin", "page": 1, "query": {"a": "b"}}}),
                json!([{"type": "delay", "uniform": {"min": "1s", "max": "2s"}, "times": 2, "cycle": 3}, {"type": "empty", "after": 1}]),
                json!({"type": "delay", "logNormal": {"median": "200ms", "sigma": 0.5}, "probability": 0.5}),
                json!({"type": "drip", "bytes": 10, "every": "100ms"}),
            ],
        ),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (0_i64..1000).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "(now)?[-+]?[0-9]{1,19}(ms|s|m|h|d|w)".prop_map(Value::from),
        "[0-9]{1,10}/(s|min|h|d)|off|P[0-9]{1,9}D|PT[0-9.]{1,9}S".prop_map(Value::from),
        "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](Z|[-+][0-2][0-9]:[0-5][0-9])"
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z]{1,8}|type|status|by|now|rate|logs|match", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Replaces the value number `place` of a body, counted in depth-first order from the body itself (0).
fn replace(body: &mut Value, place: &mut usize, new: &Value) {
    if *place == 0 {
        *body = new.clone();
    }
    *place = place.wrapping_sub(1);
    match body {
        Value::Array(elements) => elements.iter_mut().for_each(|element| replace(element, place, new)),
        Value::Object(members) => members.values_mut().for_each(|member| replace(member, place, new)),
        _ => {}
    }
}

/// A call, and a valid body with one change: a value replaced, a member added, a character changed, or the end cut off.
fn nearly_valid_body() -> impl Strategy<Value = (usize, String)> {
    let parts = (
        0..CALLS,
        any::<prop::sample::Index>(),
        0_usize..12,
        any_json(),
        0_u8..5,
        any::<prop::sample::Index>(),
        any::<char>(),
    );
    parts.prop_map(|(call, body, mut place, new, kind, at, c)| {
        let bodies = &calls()[call].2;
        let mut body = bodies[body.index(bodies.len())].clone();
        match kind {
            0 | 1 => replace(&mut body, &mut place, &new),
            2 => {
                if let Some(members) = body.as_object_mut() {
                    members.insert(c.to_string(), new);
                }
            }
            _ => {}
        }
        let mut text: Vec<char> = body.to_string().chars().collect();
        let at = at.index(text.len());
        match kind {
            3 => text[at] = c,
            4 => text.truncate(at),
            _ => {}
        }
        (call, text.into_iter().collect())
    })
}

/// The state of a world as the control plane returns it, and a page of its entries.
async fn state(mock: &TestMock) -> Vec<String> {
    let mut state = Vec::new();
    for path in ["/version", "/clock", "/faults", "/live", "/scenario", "/settings", "/sessions"] {
        state.push(mock.admin_get(path).await.to_string());
    }
    let page = mock.mock.world().page(&cortex_audit_mock::contract::Query::default());
    state.push(serde_json::to_string(&page).unwrap());
    state
}

async fn is_applied_or_refused(mock: &TestMock, call: usize, body: &str) -> Result<(), TestCaseError> {
    let (method, path, _) = calls()[call];
    let before = state(mock).await;
    let answer = mock.admin(method, path, body).await;
    if answer.status.is_success() {
        mock.admin("POST", "/reset", "").await.ok();
        prop_assert_eq!(state(mock).await, before, "a reset undoes it: {} {}", path, body);
        return Ok(());
    }
    let details = answer.details(400);
    prop_assert!(details.contains("body:") && details.len() < 20_000, "{}", details);
    prop_assert!(!details.contains(char::is_control), "{:?}", details);
    prop_assert_eq!(state(mock).await, before, "{} {}", path, body);
    Ok(())
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

proptest! {
    #![proptest_config(crate::support::cases(300))]

    #[test]
    fn any_text_is_applied_or_refused_as_a_whole(call in 0..CALLS, body in "\\PC{0,40}|(?s).{0,40}|[\\[\\]{}\",:a-z0-9\\s]{0,40}") {
        runtime().block_on(is_applied_or_refused(&TestMock::default(), call, &body))?;
    }

    #[test]
    fn any_json_is_applied_or_refused_as_a_whole(call in 0..CALLS, body in any_json()) {
        runtime().block_on(is_applied_or_refused(&TestMock::default(), call, &body.to_string()))?;
    }

    #[test]
    fn a_nearly_valid_body_is_applied_or_refused_as_a_whole((call, body) in nearly_valid_body()) {
        runtime().block_on(is_applied_or_refused(&TestMock::default(), call, &body))?;
    }

    /// Any query string.
    #[test]
    fn any_query_of_the_control_plane_is_a_200_or_400(query in "[!-~]{0,40}|session=[ -~]{0,70}|(status|limit|since|key|method)=[!-~]{0,20}") {
        let Ok(uri) = format!("/__admin/requests?{query}").parse::<axum::http::Uri>() else { return Ok(()) };
        let mock = TestMock::default();
        let request = axum::http::Request::get(uri);
        let answer = runtime().block_on(mock.send(request));
        prop_assert!([200, 400].contains(&answer.status.as_u16()), "{}", answer.text());
    }

    #[test]
    fn any_accepted_fault_rule_runs_without_a_panic(rule in any_json(), near in nearly_valid_body()) {
        runtime().block_on(async {
            tokio::time::pause();
            let mock = TestMock::default();
            let bodies = [rule.to_string(), near.1];
            for body in bodies {
                mock.admin("POST", "/faults", body).await;
            }
            for _ in 0..3 {
                mock.get_unchecked("/api/v1/audit-logs").await;
            }
        });
    }
}

/// As Windows' editors and PowerShell write files.
#[tokio::test]
async fn a_byte_order_mark_before_a_body_is_no_part_of_it() {
    for (method, path, bodies) in calls() {
        for body in bodies {
            let answers = ["", "\u{feff}"].map(async |mark| {
                let answer = TestMock::default().admin(method, path, format!("{mark}{body}")).await;
                (answer.status, answer.text())
            });
            let [without, with] = answers;
            let (without, with) = (without.await, with.await);
            assert!(without.0.is_success(), "{method} {path}: {}", without.1);
            assert_eq!(with, without, "{method} {path}");
        }
    }
    let mock = TestMock::default();
    let page = mock.logs("page=0&pageSize=1000").await.text();
    let sink = format!("\u{feff}{page}");
    assert_eq!(mock.admin("POST", "/verdict/delivered?expect=delivered", sink).await.ok()["records"], 640);
}

/// The JSON reader must not recurse: the nesting is deeper than a stack.
#[tokio::test]
async fn deeply_nested_json_is_refused_without_a_crash() {
    let mock = TestMock::default();
    for (open, close) in [("[", "]"), ("{\"logs\":", "}"), ("[{\"type\":", "}]"), ("{\"now\":[", "]}")] {
        for (method, path, _) in calls() {
            let depth = size(200_000, 20_000);
            for body in [open.repeat(depth), format!("{}1{}", open.repeat(depth), close.repeat(depth))] {
                mock.admin(method, path, body).await.details(400);
            }
        }
    }
}
