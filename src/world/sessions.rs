//! Sessions: named worlds, created on first use and isolated from each other, so that tests can run in parallel.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;
use serde::Serialize;

use super::clock::Clock;
use super::ended_sessions::{EndedSession, EndedSessions, SessionJudge};
use super::template::WorldTemplate;
use super::verdict::UnknownKey;
use super::{World, WorldTotals};
use crate::contract::Timestamp;

/// The name of a session: 1 to 64 letters, digits, dots, hyphens and underscores.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct SessionName(String);

/// A text that is not a session name; `Display` says what is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionNameError;

impl FromStr for SessionName {
    type Err = SessionNameError;

    fn from_str(text: &str) -> Result<Self, SessionNameError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let valid = (1..=64).contains(&text.len()) && text.bytes().all(allowed);
        if valid { Ok(Self(text.to_owned())) } else { Err(SessionNameError) }
    }
}

impl fmt::Display for SessionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for SessionNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a session name is 1 to 64 letters, digits, dots, hyphens and underscores, such as test-17")
    }
}

impl std::error::Error for SessionNameError {}

/// The worlds of a server: the default session and the named sessions in use.
#[derive(Debug)]
pub struct Sessions {
    totals: Arc<WorldTotals>,
    inner: Mutex<Inner>,
    /// `None` until somebody wants a report.
    judge: Mutex<Option<SessionJudge>>,
}

#[derive(Debug)]
struct Inner {
    /// The initial state of the next world.
    template: Arc<WorldTemplate>,
    default: Arc<World>,
    named: HashMap<SessionName, Open>,
    /// A counter of uses; the session with the smallest value is the least recently used.
    uses: u64,
    evicted: u64,
    /// Those of the evicted that somebody had asked, and that have no verdict.
    evicted_unjudged: u64,
    /// The requests with a token that is refused, for each session that they named and that does not exist.
    refused: HashMap<SessionName, UnknownKey>,
}

#[derive(Debug)]
struct Open {
    world: Arc<World>,
    used: u64,
}

impl Sessions {
    /// The number of named sessions; one more ends the least recently used.
    pub const MAX_SESSIONS: usize = 1000;

    /// Sessions that all start from a template; first only the default one exists.
    #[doc(hidden)]
    pub fn new(template: WorldTemplate) -> Self {
        let totals = Arc::default();
        let default = Arc::new(World::new(&template, &totals));
        let inner = Inner {
            template: Arc::new(template),
            default,
            named: HashMap::new(),
            uses: 0,
            evicted: 0,
            evicted_unjudged: 0,
            refused: HashMap::new(),
        };
        Self { totals, inner: Mutex::new(inner), judge: Mutex::default() }
    }

    /// The world of a session, created on first use; `None` is the default session.
    pub fn world(&self, name: Option<&SessionName>) -> Arc<World> {
        let mut inner = self.inner.lock();
        let Some(name) = name else {
            return Arc::clone(&inner.default);
        };
        inner.uses += 1;
        let used = inner.uses;
        if let Some(live) = inner.named.get_mut(name) {
            live.used = used;
            return Arc::clone(&live.world);
        }
        let evicted = if inner.named.len() == Self::MAX_SESSIONS { inner.evict() } else { None };
        let world = Arc::new(World::new(&inner.template, &self.totals));
        world.observations.add_unknown_key(inner.refused.remove(name).unwrap_or_default());
        inner.named.insert(name.clone(), Open { world: Arc::clone(&world), used });
        drop(inner);
        if let Some((name, world)) = evicted {
            self.judge_evicted(&name, world);
        }
        world
    }

    /// The world of a session if it exists; it does not count as used.
    pub fn existing(&self, name: &SessionName) -> Option<Arc<World>> {
        self.inner.lock().named.get(name).map(|live| Arc::clone(&live.world))
    }

    /// Whether a client or a test has ever added entries to any session.
    pub(crate) fn has_added_entries(&self) -> bool {
        self.totals.has_added_entries.load(Ordering::Relaxed)
    }

    /// The clock of a session that does not exist yet.
    pub(crate) fn initial_clock(&self) -> Clock {
        self.template().clock()
    }

    /// The initial state of the next world.
    pub(crate) fn template(&self) -> Arc<WorldTemplate> {
        Arc::clone(&self.inner.lock().template)
    }

    /// Replaces the initial state: new sessions have it, and others from their next reset.
    pub(crate) fn set_template(&self, template: WorldTemplate) {
        let old = std::mem::replace(&mut self.inner.lock().template, Arc::new(template));
        // Dropping many entries takes time; the lock is released before.
        drop(old);
    }

    /// Counts a request whose token is refused and names a session that does not exist: opened later, the session has it in
    /// its verdict. At most [`Sessions::MAX_SESSIONS`] names are counted; requests with further ones count in the default
    /// session.
    pub fn count_refused(&self, name: &SessionName, time: Timestamp) {
        let Inner { default, named, refused, .. } = &mut *self.inner.lock();
        // Another request may have opened it.
        let world = named.get(name).map(|open| &open.world);
        if world.is_none() && (refused.contains_key(name) || refused.len() < Self::MAX_SESSIONS) {
            refused.entry(name.clone()).or_default().add(UnknownKey::new(time));
        } else {
            world.unwrap_or(default).observations.add_unknown_key(UnknownKey::new(time));
        }
    }

    /// Replaces the world of a session by a new one; requests in flight finish in the old world.
    pub fn reset(&self, name: Option<&SessionName>) {
        let world = Arc::new(World::new(&self.template(), &self.totals));
        let mut inner = self.inner.lock();
        let old = match name {
            None => Some(std::mem::replace(&mut inner.default, world)),
            Some(name) => inner.named.get_mut(name).map(|live| std::mem::replace(&mut live.world, world)),
        };
        drop(inner);
        drop(old);
    }

    /// Ends a session; `false` when there is none with this name.
    pub fn remove(&self, name: &SessionName) -> bool {
        let ended = self.inner.lock().named.remove(name);
        // Dropping a large world takes time; the lock is released before.
        ended.is_some()
    }

    /// The names of the named sessions, the most recently used first.
    pub fn names(&self) -> Vec<SessionName> {
        let inner = self.inner.lock();
        let mut named: Vec<_> = inner.named.iter().map(|(name, live)| (live.used, name.clone())).collect();
        named.sort_by_key(|(used, _)| std::cmp::Reverse(*used));
        named.into_iter().map(|(_, name)| name).collect()
    }

    /// All sessions with their worlds: the default one, then the others by name.
    pub fn all(&self) -> Vec<(Option<SessionName>, Arc<World>)> {
        let inner = self.inner.lock();
        let mut all = vec![(None, Arc::clone(&inner.default))];
        all.extend(inner.named.iter().map(|(name, live)| (Some(name.clone()), Arc::clone(&live.world))));
        drop(inner);
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        all
    }

    /// The number of sessions that were ended because there were too many.
    pub fn evicted(&self) -> u64 {
        self.inner.lock().evicted
    }

    /// The number of these that somebody had asked, and that have no verdict.
    pub(crate) fn evicted_unjudged(&self) -> u64 {
        self.inner.lock().evicted_unjudged
    }

    fn judge_evicted(&self, name: &SessionName, world: Arc<World>) {
        if world.is_unused() {
            return;
        }
        let is_judged = self.judge.lock().as_ref().is_some_and(|judge| judge.judge_evicted(name.to_string(), world));
        if !is_judged {
            self.inner.lock().evicted_unjudged += 1;
        }
    }

    /// Keeps the verdicts on sessions that end from now on.
    pub(crate) fn keep_verdicts(&self, judge: SessionJudge) {
        *self.judge.lock() = Some(judge);
    }

    /// Whether the verdicts on sessions that end are kept.
    pub(crate) fn keeps_verdicts(&self) -> bool {
        self.judge.lock().is_some()
    }

    /// Keeps the verdict on a session that is about to end, if verdicts are kept.
    pub(crate) fn add_ended(&self, session: EndedSession) {
        if let Some(judge) = &*self.judge.lock() {
            judge.add(session);
        }
    }

    /// Waits for the verdicts on sessions that have ended, returns them, and keeps no more.
    pub(crate) fn take_ended(&self) -> EndedSessions {
        let judge = self.judge.lock().take();
        judge.map(SessionJudge::finish).unwrap_or_default()
    }
}

impl Inner {
    fn evict(&mut self) -> Option<(SessionName, Arc<World>)> {
        let name = self.named.iter().min_by_key(|(_, live)| live.used).map(|(name, _)| name.clone())?;
        let evicted = self.named.remove(&name)?;
        self.evicted += 1;
        tracing::warn!("the session {name} was ended to make room: at most {} live at a time", Sessions::MAX_SESSIONS);
        Some((name, evicted.world))
    }
}
