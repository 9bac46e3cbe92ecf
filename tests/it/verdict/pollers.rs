//! Clients that poll audit logs: a correct one, and one for each classic mistake.

use std::time::Duration;

use cortex_audit_mock::contract::Timestamp;
use serde_json::Value;

/// The world of a client: whom it asks, and the time.
pub struct Outside<'a> {
    /// Sends a query string.
    pub ask: &'a dyn Fn(&str) -> Reply,
    /// Waits.
    pub wait: &'a dyn Fn(Duration),
    /// Looks at the clock.
    pub now: &'a dyn Fn() -> Timestamp,
}

/// What came back, as far as the client can tell.
pub struct Reply {
    /// 0 when there was no answer.
    pub status: u16,
    pub retry_after: Option<Duration>,
    /// The body, when it is JSON.
    pub body: Option<Value>,
}

impl Reply {
    fn page(&self) -> Option<&Value> {
        self.body.as_ref().filter(|_| self.status == 200)
    }
}

/// A client that does everything right, but for what is switched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Reads ranges that end a minute ago and join each other, all pages of each, and waits when it is told to.
    Correct,
    /// Has no end of the range, so the pages move while it reads them.
    NoEnd,
    /// Takes the ends of a range for exclusive, and begins the next where the last one ended.
    ExclusiveBounds,
    /// Begins right behind the newest timestamp that it has read.
    NewestTimestampCursor,
    /// Takes a 429 for the end of the range.
    NoRetryOn429,
    /// Tries again after a second, whatever it is told.
    RetriesTooEarly,
    /// Writes `objectType` for `objectTypes`.
    MisspeltFilter,
    /// Takes a range without entries for the end of everything.
    StopsWhenEmpty,
    /// Reads on until a page is empty.
    IgnoresTotalPages,
    /// Reads the first page of each range.
    FirstPageOnly,
    /// Reads up to now, and does not wait for what is on its way.
    NoLag,
    /// Takes what is half a page for the end of the range.
    GivesUpOnFailure,
}

/// How long an entry may be on its way; what is younger is not asked for yet.
const LAG: Duration = Duration::from_secs(60);
/// Between two rounds.
const PAUSE: Duration = Duration::from_secs(90);
const MILLISECOND: Duration = Duration::from_millis(1);

/// Polls so many rounds from an instant on, pages of a size; tells where it ended.
pub fn poll(habit: Habit, outside: &Outside<'_>, from: Timestamp, rounds: u32, size: u32) -> Timestamp {
    let mut start = from;
    let mut end = from;
    for _ in 0..rounds {
        (outside.wait)(PAUSE);
        let lag = if habit == Habit::NoLag { Duration::ZERO } else { LAG };
        end = (outside.now)().saturating_sub(lag).to_millisecond();
        let read = range(habit, outside, start, end, size);
        if habit == Habit::StopsWhenEmpty && read.entries == 0 {
            break;
        }
        start = match habit {
            Habit::ExclusiveBounds => end,
            Habit::NewestTimestampCursor => read.newest.map_or(start, |newest| newest.saturating_add(MILLISECOND)),
            Habit::NoEnd => (outside.now)().to_millisecond().saturating_add(MILLISECOND),
            _ => end.saturating_add(MILLISECOND),
        };
    }
    end
}

#[derive(Default)]
struct Read {
    entries: usize,
    newest: Option<Timestamp>,
}

/// Reads the pages of a range.
fn range(habit: Habit, outside: &Outside<'_>, start: Timestamp, end: Timestamp, size: u32) -> Read {
    let mut read = Read::default();
    let mut page = 0;
    loop {
        let end = if matches!(habit, Habit::NoEnd | Habit::NewestTimestampCursor) {
            String::new()
        } else {
            format!("&endTime={end}")
        };
        let filter = if habit == Habit::MisspeltFilter { "&objectType=SERVICE" } else { "" };
        let query = format!("page={page}&pageSize={size}&startTime={start}{end}{filter}");
        let Some(body) = insist(habit, outside, &query) else { return read };
        let logs = body["logs"].as_array().unwrap();
        let times = logs.iter().map(|entry| entry["timestamp"].as_str().unwrap().parse::<Timestamp>().unwrap());
        read.newest = read.newest.max(times.max());
        read.entries += logs.len();
        page += 1;
        let over = match habit {
            Habit::IgnoresTotalPages => logs.is_empty(),
            Habit::FirstPageOnly => true,
            _ => page >= body["totalPages"].as_u64().unwrap(),
        };
        if over {
            return read;
        }
    }
}

/// Asks until there is a page, or gives up.
fn insist(habit: Habit, outside: &Outside<'_>, query: &str) -> Option<Value> {
    for _ in 0..12 {
        let reply = (outside.ask)(query);
        if let Some(page) = reply.page() {
            return Some(page.clone());
        }
        match (habit, reply.status) {
            (Habit::NoRetryOn429, 429) => return None,
            (Habit::GivesUpOnFailure, status) if status != 429 => return None,
            (Habit::RetriesTooEarly, 429) => (outside.wait)(Duration::from_secs(1)),
            _ => (outside.wait)(reply.retry_after.unwrap_or(Duration::from_secs(1))),
        }
    }
    None
}
