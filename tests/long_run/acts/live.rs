//! Live activity, of which only its shape is known beforehand: how many come, when, and that none is lost or moves.

use std::time::Duration;

use cortex_audit_mock::contract::Timestamp;
use serde_json::Value;

use super::reads::same;
use crate::Result;
use crate::model::NOW;
use crate::tester::Tester;

/// A session with an entry every so many seconds.
#[derive(Default)]
pub struct Living {
    session: String,
    /// How far its clock has been moved.
    age: u64,
    /// Seconds between two entries.
    period: u64,
    /// What has come so far, newest first.
    came: Vec<Value>,
}

/// How long one lives by its own clock: until it has some hundred entries, so that all hold about the same at all times.
const MOST: u64 = 3600;

/// Moves the clock; then those are there that are due, behind all that were.
pub fn advance(tester: &mut Tester<'_>) -> Result<()> {
    if tester.living.session.is_empty() || tester.living.age > MOST {
        begin(tester)?;
    }
    let by = u64::from(tester.chance.between(1, 600));
    let session = tester.living.session.clone();
    tester.steer("POST", &format!("/clock/advance?session={session}"), &format!("{{\"by\":\"{by}s\"}}"))?;
    tester.living.age += by;
    let since = NOW.parse::<Timestamp>()?.saturating_add(Duration::from_millis(1));
    let page_size = *tester.chance.pick(&[7_usize, 50, 250, 1000]);
    let mut came: Vec<Value> = Vec::new();
    for page in 0.. {
        let query = format!("startTime={since}&page={page}&pageSize={page_size}");
        let answer: Value = serde_json::from_slice(&tester.logs(&session, &query)?)?;
        let logs = answer["logs"].as_array().ok_or("no logs")?;
        came.extend(logs.iter().cloned());
        if logs.len() < page_size {
            same(&answer["total"], &Value::from(came.len()), "the total of what came")?;
            break;
        }
    }
    let Living { age, period, came: before, .. } = &mut tester.living;
    // One comes somewhere in each period; the very first millisecond is not asked for.
    let whole = usize::try_from(*age / *period)?;
    if !(whole.saturating_sub(1)..=whole + 1).contains(&came.len()) {
        return Err(format!("{session}: {} entries in {age} s, one every {period} s", came.len()).into());
    }
    if !came.ends_with(before) {
        return Err(format!("{session}: what was there has moved").into());
    }
    let times: Vec<Timestamp> = came
        .iter()
        .map(|entry| entry["timestamp"].as_str().unwrap_or_default().parse())
        .collect::<std::result::Result<_, _>>()?;
    let now = NOW.parse::<Timestamp>()?.saturating_add(Duration::from_secs(*age));
    if !times.is_sorted_by(|one, next| one >= next) || times.first().is_some_and(|newest| *newest > now) {
        return Err(format!("{session}: out of order, or not yet due").into());
    }
    *before = came;
    tester.book.compared();
    Ok(())
}

fn begin(tester: &mut Tester<'_>) -> Result<()> {
    let period = u64::from(tester.chance.between(9, 20));
    let old = std::mem::take(&mut tester.living.session);
    if !old.is_empty() && tester.chance.percent(50) {
        tester.steer("DELETE", &format!("/sessions/{old}"), "")?;
    }
    let session = tester.name("live");
    // So many an hour that a period is a whole number of seconds.
    let period = [9, 10, 12, 15, 16, 18, 20].into_iter().find(|divisor| *divisor >= period).unwrap_or(20);
    let rate = format!("{{\"rate\":\"{}/h\"}}", 3600 / period);
    tester.steer("PUT", &format!("/live?session={session}"), &rate)?;
    tester.living = Living { session, age: 0, period, came: Vec::new() };
    Ok(())
}
