//! The verdicts on sessions that have ended, for a report at the end of the run.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::mem;
use std::panic;
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};
use std::thread::{self, JoinHandle};

use parking_lot::Mutex;
use serde::Serialize;

use super::World;
use super::verdict::{Expectation, ExpectationVerdict, Judgement, Scope};
use crate::system::lower_thread_priority;
use crate::text::{counted, truncate};

/// How a session ended, or began again: its requests are forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionEnd {
    /// It was deleted.
    Deleted,
    /// It was put back to its initial state.
    Reset,
    /// All its entries were removed.
    EntriesRemoved,
    /// It was the least recently used when there were too many.
    Evicted,
}

/// The verdict on a session up to its end.
#[derive(Debug)]
pub struct EndedSession {
    /// The name; `None` is the default session.
    pub name: Option<String>,
    /// How it ended.
    pub end: SessionEnd,
    /// The verdict on its clients.
    pub judgement: Judgement,
}

/// The verdicts on sessions that have ended: the first ones whole, the others as counts.
#[derive(Debug, Default)]
pub struct EndedSessions {
    /// Whole verdicts, in the order in which the sessions ended.
    pub sessions: Vec<EndedSession>,
    /// The length of these as JSON, in bytes.
    bytes: usize,
    /// The number of sessions with clients whose verdicts are counts.
    pub further: usize,
    further_kept: BTreeMap<Expectation, ExpectationCount>,
}

/// How many of the further sessions met an expectation.
#[derive(Debug, Default)]
struct ExpectationCount {
    judged: usize,
    broken: usize,
    /// Why the first of them did not.
    example: String,
}

/// As part of a sentence about the session.
impl fmt::Display for SessionEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deleted => "until it was deleted",
            Self::Reset => "until it was reset",
            Self::EntriesRemoved => "until its entries were removed",
            Self::Evicted => "until it was ended to make room",
        })
    }
}

impl EndedSessions {
    /// The most verdicts that are kept whole.
    pub const MAX_SESSIONS: usize = 1000;

    /// The most bytes of these, as JSON: most have two thousand.
    pub const MAX_BYTES: usize = 16 << 20;

    /// The most characters of the reason that is kept for each expectation of further sessions.
    const MAX_EXAMPLE_CHARS: usize = 500;

    /// Adds the verdict on a session that ends.
    pub fn add(&mut self, session: EndedSession) {
        // A verdict has nothing that JSON cannot have.
        let bytes = serde_json::to_vec(&session.judgement).map_or(0, |json| json.len());
        if self.sessions.len() < Self::MAX_SESSIONS && self.bytes + bytes <= Self::MAX_BYTES {
            self.bytes += bytes;
            self.sessions.push(session);
            return;
        }
        if session.judgement.clients.is_empty() {
            // Only refused tokens: among many sessions that is no failure.
            return;
        }
        self.further += 1;
        let name = session.name.as_deref().unwrap_or("the unnamed one");
        for (expectation, ExpectationVerdict { kept, reasons }) in &session.judgement.expectations {
            let count = self.further_kept.entry(*expectation).or_default();
            count.judged += 1;
            if !kept {
                if count.broken == 0 {
                    let example = format!("{name}: {}", reasons.join("; "));
                    count.example = truncate(&example, Self::MAX_EXAMPLE_CHARS).into_owned();
                }
                count.broken += 1;
            }
        }
    }

    /// Whether each expectation was met by all further sessions.
    pub fn further_expectations(&self) -> BTreeMap<Expectation, ExpectationVerdict> {
        let verdict = |count: &ExpectationCount| {
            let ExpectationCount { judged, broken, example } = count;
            let sessions = counted(*judged, "further session that ended", "further sessions that ended");
            let reason = (*broken > 0).then(|| format!("{broken} of {sessions}, such as {example}"));
            ExpectationVerdict { kept: *broken == 0, reasons: reason.into_iter().collect() }
        };
        self.further_kept.iter().map(|(expectation, count)| (*expectation, verdict(count))).collect()
    }
}

/// Keeps the verdicts on sessions that end, and judges those that were evicted: on a thread of its own, because nobody waits for
/// them.
#[derive(Debug)]
pub struct SessionJudge {
    verdicts: Arc<Mutex<EndedSessions>>,
    evicted: SyncSender<(String, Arc<World>)>,
    thread: JoinHandle<()>,
}

impl SessionJudge {
    /// The most evicted sessions that wait: each is kept whole until it is judged.
    const MAX_WAITING: usize = 16;

    /// Starts the thread.
    ///
    /// # Errors
    /// When the system has no thread.
    pub fn start() -> io::Result<Self> {
        let (evicted, receiver) = mpsc::sync_channel::<(String, Arc<World>)>(Self::MAX_WAITING);
        let verdicts = Arc::new(Mutex::new(EndedSessions::default()));
        let of_thread = Arc::clone(&verdicts);
        let thread = thread::Builder::new().name("verdicts".to_owned()).spawn(move || {
            lower_thread_priority();
            for (name, world) in receiver {
                let judgement = world.verdict(&Scope::default());
                of_thread.lock().add(EndedSession { name: Some(name), end: SessionEnd::Evicted, judgement });
            }
        })?;
        Ok(Self { verdicts, evicted, thread })
    }

    /// Keeps the verdict on a session that ends.
    pub fn add(&self, session: EndedSession) {
        self.verdicts.lock().add(session);
    }

    /// Judges an evicted session later; `false` when too many wait.
    pub fn judge_evicted(&self, name: String, world: Arc<World>) -> bool {
        self.evicted.try_send((name, world)).is_ok()
    }

    /// Waits until all are judged, and returns the verdicts.
    pub fn finish(self) -> EndedSessions {
        drop(self.evicted);
        if let Err(panic) = self.thread.join() {
            panic::resume_unwind(panic);
        }
        mem::take(&mut *self.verdicts.lock())
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::extract::Request;
    use tower::ServiceExt;

    use super::*;
    use crate::app_state::AppState;
    use crate::config::Config;
    use crate::http;

    /// The verdict on a client that has read one of 640 entries.
    fn judgement() -> Judgement {
        let state = AppState::load(&Config::default()).unwrap();
        let request = Request::get("/api/v1/audit-logs?page=0&pageSize=1").header("Authorization", "Bearer mock-admin");
        let request = request.header("Host", "localhost").body(Body::empty()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        assert!(runtime.block_on(http::app(state.clone()).oneshot(request)).unwrap().status().is_success());
        state.world().verdict(&Scope::default())
    }

    /// The exit code must not depend on how many sessions a run has.
    #[test]
    fn a_session_beyond_those_that_are_kept_is_counted_with_whatever_it_broke() {
        let judgement = judgement();
        let session = |name: &str| EndedSession {
            name: Some(name.to_owned()),
            end: SessionEnd::Deleted,
            judgement: judgement.clone(),
        };
        let mut ended = EndedSessions::default();
        for _ in 0..EndedSessions::MAX_SESSIONS {
            ended.add(session("kept"));
        }
        assert!(ended.further == 0 && ended.further_expectations().is_empty());
        ended.add(session("first"));
        ended.add(session("second"));
        let nobody = AppState::load(&Config::default()).unwrap().world().verdict(&Scope::default());
        ended.add(EndedSession { judgement: nobody, ..session("of-nobody") });
        assert_eq!((ended.sessions.len(), ended.further), (EndedSessions::MAX_SESSIONS, 2));
        let further = ended.further_expectations();
        let [reason] = &further[&Expectation::Complete].reasons[..] else { panic!("{further:?}") };
        let start =
            "2 of 2 further sessions that ended, such as first: Admin (…dmin): 639 of 640 entries were never served";
        assert!(reason.starts_with(start), "{reason}");
        assert!(further[&Expectation::Polite].kept && !further.contains_key(&Expectation::Delivered));
    }

    #[test]
    fn verdicts_are_kept_up_to_a_number_of_bytes() {
        let mut judgement = judgement();
        let verdict = judgement.expectations.get_mut(&Expectation::Complete).unwrap();
        verdict.reasons = vec!["x".repeat(EndedSessions::MAX_BYTES / 2)];
        let mut ended = EndedSessions::default();
        for _ in 0..3 {
            ended.add(EndedSession { name: None, end: SessionEnd::Reset, judgement: judgement.clone() });
        }
        assert_eq!((ended.sessions.len(), ended.further), (1, 2));
        let reasons = &ended.further_expectations()[&Expectation::Complete].reasons;
        assert!(reasons[0].len() < 1000 && reasons[0].contains("such as the unnamed one: xxx"), "{reasons:?}");
    }
}
