//! The rate limit, on a clock that only the test moves.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use cortex_audit_mock::internal;
use cortex_audit_mock::internal::Clock;
use cortex_audit_mock::internal::{Limiter, RateLimitKey};
use cortex_audit_mock::{Config, RateLimit};
use proptest::prelude::*;

use crate::support::{NOW, TestMock, TestResponse, size, time};

const PATH: &str = "/api/v1/audit-logs?pageSize=1";

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn limited(rate: &str) -> TestMock {
    TestMock::with_config(Config { rate_limit: rate.parse().unwrap(), ..Config::default() })
}

/// REQ-RATE
#[tokio::test]
async fn exactly_a_thousand_requests_a_minute_are_admitted() {
    let mock = TestMock::default();
    for _ in 0..1000 {
        assert_eq!(mock.get(PATH).await.status, 200);
    }
    assert_eq!(mock.get(PATH).await.status, 429);
    mock.mock.world().advance(seconds(60));
    for _ in 0..1000 {
        assert_eq!(mock.get(PATH).await.status, 200);
    }
    assert_eq!(mock.get(PATH).await.status, 429);
}

/// ERR-429, ERR-RETRY-AFTER
#[tokio::test]
async fn a_client_that_waits_retry_after_is_admitted_and_one_second_less_is_refused() {
    let mock = limited("3/min");
    for _ in 0..3 {
        assert_eq!(mock.get(PATH).await.status, 200);
    }
    let refused = mock.get(PATH).await;
    assert_eq!((refused.header("retry-after"), &refused.json()["retryAfter"]), (Some("20"), &20.into()));
    mock.mock.world().advance(seconds(19));
    assert_eq!(mock.get(PATH).await.header("retry-after"), Some("1"));
    mock.mock.world().advance(seconds(1));
    assert_eq!(mock.get(PATH).await.status, 200);
}

#[tokio::test]
async fn off_never_refuses() {
    let mock = limited("off");
    for _ in 0..2000 {
        assert_eq!(mock.get(PATH).await.status, 200);
    }
}

/// REQ-RATE: each key has a rate of its own.
#[tokio::test]
async fn keys_have_separate_limits() {
    let mock = limited("2/min");
    for token in ["mock-admin", "mock-auditor", "mock-personal"] {
        let mut statuses = Vec::new();
        for _ in 0..3 {
            statuses.push(mock.get_as(token, PATH).await.status.as_u16());
        }
        assert_eq!(statuses, [200, 200, 429], "{token}");
    }
}

#[tokio::test]
async fn a_key_can_have_its_own_rate() {
    let mock = limited("off");
    for _ in 0..3 {
        assert_eq!(mock.get_as("mock-throttled", PATH).await.status, 200);
    }
    assert_eq!(mock.get_as("mock-throttled", PATH).await.header("retry-after"), Some("20"));
    assert_eq!(mock.get_as("mock-admin", PATH).await.status, 200);
}

/// REQ-ORDER: so that keys cannot be guessed at speed.
#[tokio::test]
async fn requests_without_a_valid_key_share_the_limit_of_their_address() {
    let mock = limited("2/min");
    let from = |address: &str, token: &str| {
        let peer: SocketAddr = format!("{address}:5000").parse().unwrap();
        let request = Request::get(PATH).header("Authorization", format!("Bearer {token}"));
        request.extension(ConnectInfo(peer)).body(Body::empty()).unwrap()
    };
    let mut statuses = Vec::new();
    for (address, token) in [
        ("192.0.2.1", "guess-1"),
        ("192.0.2.1", "guess-2"),
        ("192.0.2.1", "guess-3"),
        ("192.0.2.1", "mock-revoked"),
        ("192.0.2.1", "mock-admin"),
        ("192.0.2.2", "guess-4"),
        ("[::ffff:192.0.2.3]", "guess-9"),
        ("[::ffff:192.0.2.2]", "guess-4b"),
        ("192.0.2.2", "guess-4c"),
        ("[2001:db8::1]", "guess-5"),
        ("[2001:db8::2]", "guess-6"),
        ("[2001:db8::3]", "guess-7"),
        ("[2001:db8:0:1::1]", "guess-8"),
    ] {
        statuses.push(mock.call(from(address, token)).await.status.as_u16());
    }
    assert_eq!(statuses, [401, 401, 429, 429, 200, 401, 401, 401, 429, 401, 401, 429, 401]);
}

/// REQ-RATE
#[tokio::test]
async fn the_control_plane_and_the_document_are_never_limited() {
    let mock = limited("1/d");
    for path in ["/__admin/health", "/__admin/version", "/openapi.json"] {
        for _ in 0..3 {
            assert_eq!(mock.send(Request::get(path)).await.status, 200);
        }
    }
}

/// Unknown tokens from one address share one bucket.
#[tokio::test]
async fn unknown_tokens_use_no_memory() {
    let mock = limited("1000000/s");
    for number in 0..size(20_000, 2_000) {
        assert_eq!(mock.get_as(&format!("guess-{number}"), PATH).await.status, 401);
    }
    assert_eq!(internal::limiter(&mock.mock.world()).remembered(), 1);
}

/// Addresses whose buckets are full again are removed.
#[test]
fn the_limiter_remembers_only_clients_that_are_still_limited() {
    let clock = Clock::frozen(time(NOW));
    let limiter = Limiter::new(clock.clone());
    let limit = "60/min".parse().unwrap();
    for number in 0..size(1_000_000_u32, 100_000) {
        let address = IpAddr::V4(Ipv4Addr::from(number));
        assert_eq!(limiter.admit(&RateLimitKey::for_address(address), limit), Ok(()));
        clock.advance(Duration::from_millis(1));
        assert!(limiter.remembered() <= 10_000, "{}", limiter.remembered());
    }
}

#[test]
fn addresses_of_one_ipv6_network_are_one_client() {
    let at = |address: Ipv6Addr| RateLimitKey::for_address(IpAddr::V6(address));
    assert_eq!(at("2001:db8::1".parse().unwrap()), at("2001:db8::ffff:1".parse().unwrap()));
    assert_ne!(at("2001:db8::1".parse().unwrap()), at("2001:db8:0:1::1".parse().unwrap()));
}

#[test]
fn rates_are_read_as_people_write_them() {
    for (text, printed) in
        [("1000/min", "1000/min"), ("5/s", "5/s"), ("7/hour", "7/h"), ("1/day", "1/d"), ("off", "off")]
    {
        assert_eq!(text.parse::<RateLimit>().unwrap().to_string(), printed);
    }
    for text in ["", "0/s", "-1/s", "5", "5/", "/s", "5/fortnight", "5 / s", "1000000001/s", "OFF", "5/s/s"] {
        assert!(text.parse::<RateLimit>().is_err(), "{text}");
    }
}

/// The `Retry-After` of a response.
fn retry_after(answer: &TestResponse) -> Option<u64> {
    answer.header("retry-after").map(|seconds| seconds.parse().unwrap())
}

/// More addresses than a table can have: all start again, instead of more memory.
#[test]
fn buckets_are_bounded_whatever_the_number_of_clients_and_of_rates() {
    let limiter = Limiter::new(Clock::frozen(time(NOW)));
    let (limit, mut most) = ("1/d".parse().unwrap(), 0);
    for number in 0..250_000_u32 {
        let _ = limiter.admit(&RateLimitKey::for_address(Ipv4Addr::from(number).into()), limit);
        if number % 1000 == 0 {
            most = limiter.remembered().max(most);
        }
    }
    assert!((50_000..=Limiter::MAX_BUCKETS).contains(&most), "{most}");
    for count in 1..=2 * Limiter::MAX_RATES {
        limiter.admit(&RateLimitKey::Key(0), format!("{count}/min").parse().unwrap()).unwrap();
    }
    assert!(limiter.remembered() <= Limiter::MAX_BUCKETS, "{}", limiter.remembered());
}

proptest! {
    #![proptest_config(crate::support::cases(64))]

    /// ERR-429, ERR-RETRY-AFTER: for any rate and any pauses between requests.
    #[test]
    fn retry_after_is_never_too_early_nor_a_second_too_late(
        count in 1_u32..=40,
        unit in prop_oneof![Just("s"), Just("min"), Just("h"), Just("d")],
        pauses in prop::collection::vec(0_u64..=5000, 1..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mock = limited(&format!("{count}/{unit}"));
            let clock = internal::clock(&mock.mock.world()).clone();
            for _ in 0..count {
                assert_eq!(mock.get(PATH).await.status, 200, "a whole period's count is admitted at once");
            }
            for pause in pauses {
                clock.advance(Duration::from_millis(pause));
                let Some(wait) = retry_after(&mock.get(PATH).await) else { continue };
                assert!(wait >= 1);
                clock.advance(seconds(wait - 1));
                assert_eq!(mock.get(PATH).await.status, 429, "{wait} s were promised, admitted a second before");
                clock.advance(seconds(1));
                assert_eq!(mock.get(PATH).await.status, 200, "{wait} s were promised");
            }
        });
    }

    /// REQ-RATE: any window admits at most a full bucket and its refill.
    #[test]
    fn the_rate_holds_over_any_window(count in 1_u32..=20, pauses in prop::collection::vec(0_u64..=3, 1..300), scale in 1_u64..=2000) {
        let clock = Clock::frozen(time(NOW));
        let limiter = Limiter::new(clock.clone());
        let limit = format!("{count}/min").parse().unwrap();
        let (mut now, mut admitted) = (0_u64, Vec::new());
        for pause in pauses {
            clock.advance(Duration::from_millis(pause * scale));
            now += pause * scale;
            if limiter.admit(&RateLimitKey::Key(0), limit).is_ok() {
                admitted.push(now);
            }
        }
        for (first, start) in admitted.iter().enumerate() {
            for (last, end) in admitted.iter().enumerate().skip(first) {
                let most = u64::from(count) + (end - start) * u64::from(count) / 60_000 + 1;
                prop_assert!((last - first + 1) as u64 <= most, "{} in {} ms", last - first + 1, end - start);
            }
        }
    }
}
