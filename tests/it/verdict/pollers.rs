//! Clients that poll audit logs: correct ones, and one for each classic mistake.

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

/// How a client goes about it: the first three do everything right, the others but for what they are named for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// Reads ranges that end a minute ago and join each other, all pages of each, and waits when it is told to.
    Correct,
    /// Reads ranges up to now that overlap by a minute, knows what it has read, and begins a range anew when something
    /// came into it meanwhile.
    Overlaps,
    /// Reads all there is once, with no end, and begins anew until nothing came meanwhile.
    BeginsAnew,
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

/// A client: its habit, and how often it asks for how much.
#[derive(Debug, Clone, Copy)]
pub struct Poller {
    pub habit: Habit,
    pub rounds: u32,
    /// Between two rounds.
    pub pause: Duration,
    pub page_size: u32,
}

/// How long an entry may be on its way; what is younger is not asked for yet, or asked for again.
const LAG: Duration = Duration::from_secs(60);
const MILLISECOND: Duration = Duration::from_millis(1);
/// Before the first round: something is older than the lag then.
const AT_FIRST: Duration = Duration::from_secs(90);
/// A client that begins anew so often never ends.
const PATIENCE: usize = 30;

impl Poller {
    pub fn new(habit: Habit, rounds: u32) -> Self {
        // Where everything is on one page, no page can be missed.
        let page_size = if habit == Habit::NewestTimestampCursor { 1000 } else { 10 };
        Self { habit, rounds, pause: AT_FIRST, page_size }
    }

    /// Polls from an instant on.
    pub fn poll(&self, outside: &Outside<'_>, from: Timestamp) {
        let Self { habit, .. } = *self;
        let mut start = from;
        for round in 0..self.rounds {
            (outside.wait)(if round == 0 { AT_FIRST } else { self.pause });
            let up_to_now = matches!(habit, Habit::NoLag | Habit::Overlaps | Habit::BeginsAnew);
            let lag = if up_to_now { Duration::ZERO } else { LAG };
            let end = (outside.now)().saturating_sub(lag).trunc_to_millis();
            let read = self.range(outside, start, end);
            if habit == Habit::BeginsAnew || (habit == Habit::StopsWhenEmpty && read.entries == 0) {
                break;
            }
            start = match habit {
                Habit::ExclusiveBounds => end,
                Habit::Overlaps => end.saturating_sub(LAG),
                Habit::NewestTimestampCursor => read.newest.map_or(start, |newest| newest.saturating_add(MILLISECOND)),
                Habit::NoEnd => (outside.now)().trunc_to_millis().saturating_add(MILLISECOND),
                _ => end.saturating_add(MILLISECOND),
            };
        }
    }

    /// Reads the pages of a range.
    fn range(&self, outside: &Outside<'_>, start: Timestamp, end: Timestamp) -> Read {
        for _ in 0..PATIENCE {
            let read = self.crawl(outside, start, end);
            if !read.moved || !matches!(self.habit, Habit::Overlaps | Habit::BeginsAnew) {
                return read;
            }
        }
        panic!("{:?} never ends", self.habit)
    }

    fn crawl(&self, outside: &Outside<'_>, start: Timestamp, end: Timestamp) -> Read {
        let Self { habit, page_size, .. } = *self;
        let mut read = Read::default();
        let mut total = None;
        for page in 0.. {
            let open = matches!(habit, Habit::NoEnd | Habit::NewestTimestampCursor | Habit::BeginsAnew);
            let end = if open { String::new() } else { format!("&endTime={end}") };
            let filter = if habit == Habit::MisspeltFilter { "&objectType=SERVICE" } else { "" };
            let query = format!("page={page}&pageSize={page_size}&startTime={start}{end}{filter}");
            let Some(body) = insist(habit, outside, &query) else { break };
            read.moved |= *total.get_or_insert(body["total"].clone()) != body["total"];
            let logs = body["logs"].as_array().unwrap();
            let times = logs.iter().map(|entry| entry["timestamp"].as_str().unwrap().parse::<Timestamp>().unwrap());
            read.newest = read.newest.max(times.max());
            read.entries += logs.len();
            let over = match habit {
                Habit::IgnoresTotalPages => logs.is_empty(),
                Habit::FirstPageOnly => true,
                _ => page + 1 >= body["totalPages"].as_u64().unwrap(),
            };
            if over {
                break;
            }
        }
        read
    }
}

#[derive(Default)]
struct Read {
    entries: usize,
    newest: Option<Timestamp>,
    /// Something came meanwhile.
    moved: bool,
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
