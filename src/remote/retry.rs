//! How long to wait before asking once more.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use chrono::DateTime;

/// For a server that does not say: doubled each time, up to half a minute, and never the same for two recorders.
pub fn backoff(attempt: u32) -> Duration {
    /// How many different lengths.
    const STEPS: u64 = 1000;

    let most = Duration::from_millis(500).saturating_mul(1 << attempt.min(6)).min(Duration::from_secs(30));
    let chance = u32::try_from(RandomState::new().hash_one(attempt) % STEPS).unwrap_or_default();
    most / 2 + most / 2 * chance / 1000
}

/// The `Retry-After` of an answer: whole seconds or a date, which counts from the answer's own date.
pub fn after(value: &str, date: Option<&str>) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds is a long time too.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let until = DateTime::parse_from_rfc2822(value).ok()?;
    let now = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    let now = now.map_or_else(chrono::Utc::now, |now| now.to_utc());
    // The date was cut to the second: at most one too early.
    Some((until.to_utc() - now).to_std().unwrap_or_default() + Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let date = Some("Tue, 20 May 2025 12:00:00 GMT");
        assert_eq!(after("7", date), Some(Duration::from_secs(7)));
        assert_eq!(after("Tue, 20 May 2025 12:00:30 GMT", date), Some(Duration::from_secs(31)));
        assert_eq!(after("Tue, 20 May 2025 11:00:00 GMT", date), Some(Duration::from_secs(1)));
        assert_eq!(after("99999999999999999999", date), Some(Duration::from_secs(u64::MAX)));
        for odd in ["", "-1", "1.5", "soon", "+3"] {
            assert_eq!(after(odd, date), None, "{odd}");
        }
    }

    #[test]
    fn the_waits_grow_and_stay_below_half_a_minute() {
        for attempt in 1..20 {
            let wait = backoff(attempt);
            assert!(wait >= Duration::from_millis(500) && wait <= Duration::from_secs(30), "{attempt}: {wait:?}");
        }
        assert!(backoff(8) >= Duration::from_secs(15));
    }
}
