//! The clock of a world through the control plane: it moves the limiter, keys, live activity and relative times alike.

use cortex_audit_mock::Config;
use cortex_audit_mock::contract::Timestamp;
use cortex_audit_mock::internal;
use cortex_audit_mock::internal::Clock;
use cortex_audit_mock::internal::{Limiter, RateLimitKey};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{NOW, TestMock, time};

const PATH: &str = "/api/v1/audit-logs?pageSize=1";

async fn advanced(mock: &TestMock, by: &str) -> String {
    let clock = mock.admin("POST", "/clock/advance", json!({"by": by})).await.ok();
    clock["now"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_clock_can_be_set_frozen_advanced_and_reset_to_system_time() {
    let mock = TestMock::default();
    let frozen = |now: &str| json!({"now": now, "frozen": true, "system": false});
    assert_eq!(mock.admin_get("/clock").await, frozen(NOW));
    let set = mock.admin("PUT", "/clock", json!({"now": "2031-02-03T04:05:06.789Z"})).await;
    assert_eq!(set.ok(), frozen("2031-02-03T04:05:06.789Z"));
    let relative = mock.admin("PUT", "/clock", json!({"now": "now-1d"})).await;
    assert_eq!(relative.ok(), frozen("2031-02-02T04:05:06.789Z"));

    let running = mock.admin("PUT", "/clock", json!({"frozen": false})).await.ok();
    assert_eq!((&running["frozen"], &running["system"]), (&json!(false), &json!(false)));
    let now: Timestamp = running["now"].as_str().unwrap().parse().unwrap();
    assert!(now >= time("2031-02-02T04:05:06.789Z") && now < time("2031-02-02T04:10:00Z"), "it runs from there: {now}");
    assert_eq!(mock.admin("PUT", "/clock", "{}").await.ok()["frozen"], true, "frozen where it stands");

    let system = mock.admin("DELETE", "/clock", "").await.ok();
    assert_eq!((&system["frozen"], &system["system"]), (&json!(false), &json!(true)));
    let now: Timestamp = system["now"].as_str().unwrap().parse().unwrap();
    assert!(Timestamp::now().since(now).as_secs() < 60);
    let ahead = mock.admin("POST", "/clock/advance", json!({"by": "1h"})).await.ok();
    assert_eq!((&ahead["frozen"], &ahead["system"]), (&json!(false), &json!(false)), "it runs an hour ahead");
}

#[tokio::test]
async fn it_is_advanced_by_a_duration_in_every_form() {
    let mock = TestMock::with_config(Config { now: Some(time("2025-01-01T00:00:00Z")), ..Config::default() });
    for (by, now) in [
        ("90s", "2025-01-01T00:01:30Z"),
        ("5m", "2025-01-01T00:06:30Z"),
        ("1h", "2025-01-01T01:06:30Z"),
        ("2d3h", "2025-01-03T04:06:30Z"),
        ("250ms", "2025-01-03T04:06:30.250Z"),
        ("1w", "2025-01-10T04:06:30.250Z"),
        ("PT1M30S", "2025-01-10T04:08:00.250Z"),
        ("P1DT1H", "2025-01-11T05:08:00.250Z"),
        ("PT0.75S", "2025-01-11T05:08:01Z"),
        ("PT0,5M", "2025-01-11T05:08:31Z"),
        ("PT1H0.500000000M", "2025-01-11T06:09:01Z"),
        ("P6.5D", "2025-01-17T18:09:01Z"),
        ("PT10H59M", "2025-01-18T05:08:01Z"),
        ("0s", "2025-01-18T05:08:01Z"),
    ] {
        assert_eq!(advanced(&mock, by).await, now, "{by}");
    }
    for by in [
        "",
        "-1s",
        "1",
        "1 h",
        "1y",
        "P1Y",
        "P1M",
        "PT",
        "P",
        "PT0.5H1M",
        "P1.5DT1S",
        "PT0.0001S",
        "PT.5S",
        "PT1.S",
        "PT1.2.3S",
        "1h2",
        "99999999999999999999s",
        "soon",
    ] {
        let details = mock.admin("POST", "/clock/advance", json!({"by": by})).await.details(400);
        assert!(details.contains("by: "), "{details}");
    }
    assert_eq!(mock.admin_get("/clock").await["now"], "2025-01-18T05:08:01Z", "what was wrong moved nothing");
}

/// The test of a limit of a minute takes milliseconds.
#[tokio::test]
async fn a_rate_limit_of_a_minute_needs_no_waiting() {
    let mock = TestMock::with_config(Config { rate_limit: "1/min".parse().unwrap(), ..Config::default() });
    mock.get(PATH).await.ok();
    assert_eq!(mock.get(PATH).await.header("retry-after"), Some("60"));
    advanced(&mock, "59s").await;
    assert_eq!(mock.get(PATH).await.header("retry-after"), Some("1"));
    advanced(&mock, "1s").await;
    mock.get(PATH).await.ok();
    mock.admin("PUT", "/clock", json!({"now": "now+1m"})).await.ok();
    mock.get(PATH).await.ok();
}

#[tokio::test]
async fn relative_times_of_posted_entries_use_it() {
    let mock = TestMock::with_entries(&json!([]));
    mock.admin("PUT", "/clock", json!({"now": "2040-01-01T00:00:00Z"})).await.ok();
    let entry = json!({"action": "CREATE", "objectIdentifier": "a", "objectType": "TEAM", "timestamp": "now-90s"});
    mock.admin("POST", "/audit-logs", entry).await.created();
    assert_eq!(mock.logs("").await.ok()["logs"][0]["timestamp"], "2039-12-31T23:58:30Z");
}

/// A clock set back is no elapsed time for the limiter.
#[tokio::test]
async fn a_clock_set_back_neither_blocks_nor_refills_the_limiter() {
    let mock = TestMock::with_config(Config { rate_limit: "1/min".parse().unwrap(), ..Config::default() });
    mock.get(PATH).await.ok();
    mock.admin("PUT", "/clock", json!({"now": "2001-01-01T00:00:00Z"})).await.ok();
    assert_eq!(mock.get(PATH).await.header("retry-after"), Some("60"));
    advanced(&mock, "60s").await;
    mock.get(PATH).await.ok();
}

#[tokio::test]
async fn a_jump_beyond_the_year_9999_is_refused_and_changes_nothing() {
    let mock = TestMock::default();
    for by in ["P999999999D", "3650000d", "18446744073709551615ms", "500000w"] {
        let details = mock.admin("POST", "/clock/advance", json!({"by": by})).await.details(400);
        assert!(details.contains("by: ") && details.contains("9999"), "{details}");
    }
    for now in [
        "now+3650000d",
        "now-3650000d",
        "9999-12-31T23:59:59-01:00",
        "0000-01-01T00:00:00+00:01",
        "now+999999999999999999999d",
        "10000-01-01T00:00:00Z",
    ] {
        let details = mock.admin("PUT", "/clock", json!({"now": now})).await.details(400);
        assert!(details.contains("now: "), "{details}");
    }
    assert_eq!(mock.admin_get("/clock").await["now"], NOW);
}

#[tokio::test]
async fn entries_beyond_the_year_9999_are_refused() {
    let mock = TestMock::with_entries(&json!([]));
    for timestamp in ["9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+00:01", "now+3650000d"] {
        let entry = json!({"action": "CREATE", "objectIdentifier": "a", "objectType": "TEAM", "timestamp": timestamp});
        let details = mock.admin("POST", "/audit-logs", entry).await.details(400);
        assert!(details.contains("timestamp: ") && details.contains("9999"), "{details}");
    }
    assert_eq!(mock.logs("").await.ok()["total"], 0);
}

/// A test may move the clock to the year 9999 and back.
#[tokio::test]
async fn retry_after_is_right_after_a_jump_of_thousands_of_years() {
    let mock = TestMock::with_config(Config { rate_limit: "1/min".parse().unwrap(), ..Config::default() });
    mock.get(PATH).await.ok();
    for now in ["2600-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "9000-01-01T00:00:00Z"] {
        mock.admin("PUT", "/clock", json!({"now": now})).await.ok();
        mock.get_as("mock-auditor", PATH).await;
        advanced(&mock, "60s").await;
        mock.get(PATH).await.ok();
        assert_eq!(mock.get(PATH).await.header("retry-after"), Some("60"), "{now}");
        advanced(&mock, "59s").await;
        assert_eq!(mock.get(PATH).await.status, 429, "{now}");
        advanced(&mock, "1s").await;
        mock.get(PATH).await.ok();
    }
}

#[test]
fn a_clock_at_the_end_of_the_year_9999_stays_there() {
    let clock = Clock::frozen(time("9999-12-31T23:59:59Z"));
    clock.advance(std::time::Duration::MAX);
    assert_eq!(clock.now().to_string(), "9999-12-31T23:59:59.999Z");
    clock.freeze(time("9999-12-31T23:59:59.9995Z"));
    clock.advance(std::time::Duration::MAX);
    assert_eq!(clock.now().to_string(), "9999-12-31T23:59:59.999500Z", "no clock goes back");
    clock.freeze(time("2025-01-01T00:00:00Z"));
    clock.advance(std::time::Duration::MAX);
    assert_eq!(clock.now().to_string(), "9999-12-31T23:59:59.999Z");
}

/// Moves of the clock in milliseconds, forwards or backwards.
fn moves() -> impl Strategy<Value = Vec<i64>> {
    let step = prop_oneof![-200_000_i64..200_000, -400_000_000_000..400_000_000_000_i64, Just(0), 0..2000_i64];
    prop::collection::vec(step, 1..80)
}

proptest! {
    #![proptest_config(crate::support::cases(256))]

    /// Only forward moves are elapsed time for the limiter: the requests that it admits stay within the rate over that
    /// time, and a client that waits for `Retry-After` is admitted.
    #[test]
    fn no_change_of_the_clock_breaks_the_rate_or_retry_after(count in 1_u32..10, moves in moves()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let rate_limit = format!("{count}/min").parse().unwrap();
            let mock = TestMock::with_config(Config { rate_limit, ..Config::default() });
            let clock = internal::clock(&mock.mock.world()).clone();
            let (mut admitted, mut forwards) = (0_u64, 0_u64);
            for by in moves {
                let sign = if by < 0 { "-" } else { "+" };
                let now = format!("now{sign}{}ms", by.unsigned_abs());
                mock.admin("PUT", "/clock", json!({"now": now})).await.ok();
                forwards += u64::try_from(by).unwrap_or(0);
                let answer = mock.get(PATH).await;
                admitted += u64::from(answer.status == 200);
                prop_assert!(admitted <= u64::from(count) + forwards * u64::from(count) / 60_000 + 1);
                let Some(wait) = answer.header("retry-after") else { continue };
                let wait: u64 = wait.parse().unwrap();
                prop_assert!((1..=60).contains(&wait));
                clock.advance(std::time::Duration::from_secs(wait - 1));
                prop_assert_eq!(mock.get(PATH).await.status.as_u16(), 429);
                clock.advance(std::time::Duration::from_secs(1));
                prop_assert_eq!(mock.get(PATH).await.status.as_u16(), 200);
                admitted += 1;
                forwards += wait * 1000;
            }
            Ok(())
        })?;
    }

    /// The age of a world grows by exactly the forward moves of its clock.
    #[test]
    fn a_world_ages_by_the_forward_moves_of_its_clock(moves in moves()) {
        let clock = Clock::frozen(time(NOW));
        for by in moves {
            let (before, age) = (clock.now(), clock.read().world_age);
            let distance = chrono::TimeDelta::milliseconds(by);
            let Some(now) = before.checked_add(distance) else { continue };
            clock.freeze(now);
            prop_assert_eq!(clock.read().world_age, age + now.since(before));
            let limiter = Limiter::new(clock.clone());
            prop_assert!(limiter.admit(&RateLimitKey::Key(0), "1/d".parse().unwrap()).is_ok());
        }
    }
}

#[tokio::test]
async fn a_wrong_body_says_what_to_send() {
    let mock = TestMock::default();
    let mut messages = Vec::new();
    for (method, path, bodies) in [
        (
            "PUT",
            "/clock",
            [
                "",
                "{",
                "[]",
                "{\"now\":\"tomorrow\"}",
                "{\"now\":\"2025-05-20\"}",
                "{\"now\":1716206400}",
                "{\"now\":\"now+1y\"}",
                "{\"time\":\"now\"}",
                "{\"frozen\":\"yes\",\"now\":\"\"}",
                "{\"now\":\"now+9000000d\"}",
            ]
            .as_slice(),
        ),
        (
            "POST",
            "/clock/advance",
            [
                "",
                "60",
                "\"60s\"",
                "{}",
                "{\"by\":60}",
                "{\"by\":\"60\"}",
                "{\"by\":\"1y\"}",
                "{\"by\":\"-5m\"}",
                "{\"seconds\":60}",
                "{\"by\":\"5m\",\"by\":\"6m\"}",
                "{\"by\":null}",
                "{\"by\":\"P999999999D\"}",
            ]
            .as_slice(),
        ),
    ] {
        for body in bodies {
            messages.push(format!("{method} {path} {body}\n  {}", mock.admin(method, path, body).await.details(400)));
        }
    }
    insta::assert_snapshot!(messages.join("\n"));
    let clock: Value = mock.admin_get("/clock").await;
    assert_eq!(clock, json!({"now": NOW, "frozen": true, "system": false}));
}

/// Freezing keeps the time, so it must not undo a concurrent advance.
#[tokio::test(flavor = "multi_thread")]
async fn no_advance_is_lost_to_a_concurrent_freeze() {
    let mock = std::sync::Arc::new(TestMock::default());
    let mut calls = Vec::new();
    for number in 0..400 {
        let mock = mock.clone();
        calls.push(tokio::spawn(async move {
            if number % 2 == 0 {
                mock.admin("POST", "/clock/advance", json!({"by": "1s"})).await.ok();
            } else {
                mock.admin("PUT", "/clock", json!({"frozen": true})).await.ok();
            }
        }));
    }
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(mock.admin_get("/clock").await["now"], "2025-05-20T12:03:20Z");
}
