//! The verdict on requests that are observed by hand, at instants of the machine's clock that no client could keep to.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use cortex_audit_mock::Key;
use cortex_audit_mock::internal::store::{BaseSegment, Store};
use cortex_audit_mock::world::verdict::{Judgement, Observation, ObservationDetails, Observations, Scope};
use uuid::Uuid;

use super::stage::unlimited;
use crate::support::{NOW, time};

const SECOND: Duration = Duration::from_secs(1);

/// A request that was answered at once.
fn observation(number: usize) -> Observation {
    static KEY: LazyLock<Arc<Key>> = LazyLock::new(|| Arc::clone(&unlimited().mock.keys().list()[0]));
    let now = Instant::now();
    Observation {
        id: Uuid::nil(),
        time: time(NOW),
        elapsed: Duration::ZERO,
        received_at: now,
        answered_at: now,
        connection: None,
        key: Arc::clone(&KEY),
        query: format!("page={number}&pageSize=10").into(),
        status: 200,
        is_head: false,
        answered_before: number,
        page: None,
        details: None,
    }
}

fn judge(observations: &Observations) -> Judgement {
    observations.judge(&Store::new(Arc::new(BaseSegment::new([]))), &Scope::default(), time(NOW))
}

/// M2
#[test]
fn what_is_kept_of_all_requests_is_bounded_in_bytes() {
    let observations = Observations::default();
    let fits = Observations::MAX_BYTES / 20_000;
    for number in 0..fits + 100 {
        observations.add(Observation { query: format!("{number:020000}").into(), ..observation(number) });
    }
    assert_eq!((observations.count(), observations.bytes()), (fits, fits * 20_000));
    assert_eq!(judge(&observations).not_judged, 100);
}

/// The number of early requests. Each request is: its second by the world, its second by the machine, its connection. The
/// response to the first has `Retry-After: 5`.
fn early(requests: &[(u32, f64, u16)]) -> usize {
    let start = Instant::now();
    let observations = Observations::default();
    for (number, (elapsed, outside, connection)) in requests.iter().enumerate() {
        let outside = start + SECOND.mul_f64(*outside);
        let told = || ObservationDetails { retry_after: Some(SECOND * 5), ..ObservationDetails::default() };
        observations.add(Observation {
            elapsed: SECOND * *elapsed,
            received_at: outside,
            answered_at: outside,
            connection: Some(*connection),
            status: if number == 0 { 503 } else { 200 },
            details: (number == 0).then(|| Box::new(told())),
            ..observation(number)
        });
    }
    judge(&observations).clients[0].politeness.too_early
}

#[test]
fn a_client_waits_by_the_machines_clock_where_the_worlds_is_frozen() {
    assert_eq!(early(&[(0, 0.0, 1), (0, 4.0, 1), (0, 5.0, 1), (0, 60.0, 1)]), 1);
    // On one that goes, or is moved, that counts alone.
    assert_eq!(early(&[(0, 0.0, 1), (4, 60.0, 1), (5, 60.0, 1)]), 1);
    assert_eq!(early(&[(0, 0.0, 1), (5, 0.0, 1)]), 0);
}

#[test]
fn a_request_on_another_connection_may_have_been_on_its_way() {
    assert_eq!(early(&[(0, 0.0, 1), (0, 0.9, 2), (0, 0.9, 3)]), 0);
    assert_eq!(early(&[(0, 0.0, 1), (0, 0.0, 1)]), 1);
    assert_eq!(early(&[(0, 0.0, 1), (0, 1.1, 2)]), 1);
    assert_eq!(early(&[(0, 0.0, 1), (2, 0.0, 2)]), 1);
}
