//! Live activity: the entries are not known beforehand, but their number and order are, and none may vanish or move.

use std::time::Duration;

use cortex_audit_mock::contract::Timestamp;
use rand::RngExt;
use serde_json::Value;

use super::expect_equal;
use crate::Result;
use crate::model::NOW;
use crate::worker::{Worker, pick};

/// A session with live activity at a fixed rate.
pub struct LiveSession {
    name: String,
    /// Seconds by which its clock has been advanced.
    age: u64,
    /// Seconds between two entries.
    period: u64,
    /// Live entries so far, newest first.
    entries: Vec<Value>,
}

/// Seconds, by its own clock, after which a new session replaces it. Small, so that the total of all sessions varies
/// little.
const MAX_AGE: u64 = 3600;

/// Advances the clock, and checks that the due entries come on top of the earlier ones.
pub fn advance_clock(worker: &mut Worker<'_>) -> Result<()> {
    let mut session = match worker.live.take() {
        Some(session) if session.age <= MAX_AGE => session,
        old => replace(worker, old)?,
    };
    let seconds = worker.rng.random_range(1..=600);
    let path = format!("/clock/advance?session={}", session.name);
    worker.admin("POST", &path, &format!("{{\"by\":\"{seconds}s\"}}"))?;
    session.age += seconds;
    let entries = live_entries(worker, &session.name)?;
    session.check(&entries)?;
    session.entries = entries;
    worker.live = Some(session);
    worker.statistics.count_comparison();
    Ok(())
}

/// Reads all entries after the start of the clock, page by page.
fn live_entries(worker: &mut Worker<'_>, session: &str) -> Result<Vec<Value>> {
    let since = NOW.parse::<Timestamp>()?.saturating_add(Duration::from_millis(1));
    let page_size = *pick(&mut worker.rng, &[7_usize, 50, 250, 1000]);
    let mut entries: Vec<Value> = Vec::new();
    for page in 0.. {
        let query = format!("startTime={since}&page={page}&pageSize={page_size}");
        let response: Value = serde_json::from_slice(&worker.logs(session, &query)?)?;
        let logs = response["logs"].as_array().ok_or("no logs")?;
        entries.extend(logs.iter().cloned());
        if logs.len() < page_size {
            expect_equal("the total of live entries", &response["total"], entries.len())?;
            break;
        }
    }
    Ok(entries)
}

impl LiveSession {
    /// Checks number, order and times of the entries read now.
    fn check(&self, entries: &[Value]) -> Result<()> {
        let Self { name, age, period, entries: earlier } = self;
        // One entry per period, at a random time within it; the query leaves out the first millisecond.
        let periods = usize::try_from(age / period)?;
        if !(periods.saturating_sub(1)..=periods + 1).contains(&entries.len()) {
            return Err(format!("{name}: {} entries in {age} s, one every {period} s", entries.len()).into());
        }
        if !entries.ends_with(earlier) {
            return Err(format!("{name}: earlier entries have changed").into());
        }
        let times: Vec<Timestamp> = entries
            .iter()
            .map(|entry| entry["timestamp"].as_str().unwrap_or_default().parse())
            .collect::<std::result::Result<_, _>>()?;
        let now = NOW.parse::<Timestamp>()?.saturating_add(Duration::from_secs(*age));
        if !times.is_sorted_by(|newer, older| newer >= older) || times.first().is_some_and(|newest| *newest > now) {
            return Err(format!("{name}: out of order, or not yet due").into());
        }
        Ok(())
    }
}

/// Starts a new session with live activity; half of the old ones are deleted, the others left for the server to evict.
fn replace(worker: &mut Worker<'_>, old: Option<LiveSession>) -> Result<LiveSession> {
    if let Some(old) = old
        && worker.percent(50)
    {
        worker.admin("DELETE", &format!("/sessions/{}", old.name), "")?;
    }
    let name = worker.new_name("live");
    // Divisors of an hour, so that a period is a whole number of seconds.
    let period = *pick(&mut worker.rng, &[9, 10, 12, 15, 16, 18, 20]);
    worker.admin("PUT", &format!("/live?session={name}"), &format!("{{\"rate\":\"{}/h\"}}", 3600 / period))?;
    Ok(LiveSession { name, age: 0, period, entries: Vec::new() })
}
