//! The fault rules of a world and their counters.

use std::time::Duration;

use parking_lot::Mutex;
use serde::Serialize;

use crate::contract::query;
use crate::fault::{Delay, Effect, FaultRule, RequestMatcher};
use crate::seed::{Purpose, SeededRng};

/// The parts of a request that fault rules match.
#[derive(Debug, Clone, Copy)]
pub struct RequestFacts<'a> {
    /// The name of the key.
    pub key: &'a str,
    /// The raw query string.
    pub query: &'a str,
    /// The rules that the request meets.
    pub rules: RuleSelection,
}

/// Which fault rules a request meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleSelection {
    /// All rules.
    All,
    /// Those of the keys file only.
    OfKeys,
}

/// The delay and effect that fault rules choose for one request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FaultPlan {
    /// The sum of the delays of all rules that fired.
    pub delay: Duration,
    /// The effect on the response, or in place of it; never a delay.
    pub effect: Option<Effect>,
    /// The numbers of the rules that fired.
    pub fired: Vec<u64>,
}

/// A fault rule and its counters.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FaultRuleState {
    /// The number of the rule in this world, counted from 1.
    pub id: u64,
    /// The rule.
    #[serde(flatten)]
    pub rule: FaultRule,
    /// Whether the rule comes from the keys file; [`Faults::clear`] keeps such rules.
    #[serde(rename = "ofKey")]
    pub of_key: bool,
    /// The number of matching requests that the rule was tried on. Once an earlier rule has chosen an effect, only delays are
    /// tried.
    pub matched: u64,
    /// The number of requests for which it fired.
    pub fired: u64,
    /// The number of times that it fired in the current cycle.
    #[serde(skip)]
    fired_in_cycle: u64,
}

/// The fault rules of a world, in the order in which they were added.
#[derive(Debug)]
pub struct Faults {
    seed: u64,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    rules: Vec<FaultRuleState>,
    next_id: u64,
}

impl Faults {
    /// The most rules that a session can have beside those of keys.
    pub const MAX_RULES: usize = 1000;

    /// The rules of the keys, then others; `seed` determines `probability` and random delays.
    pub fn new(of_keys: &[FaultRule], others: &[FaultRule], seed: u64) -> Self {
        let mut inner = Inner { rules: Vec::new(), next_id: 1 };
        let of_keys = of_keys.iter().map(|rule| (rule, true));
        for (rule, of_key) in of_keys.chain(others.iter().map(|rule| (rule, false))) {
            inner.add(rule.clone(), of_key);
        }
        Self { seed, inner: Mutex::new(inner) }
    }

    /// Adds a rule at the end.
    ///
    /// # Panics
    /// When the rule is invalid, such as a status of 200 or a drip of no bytes.
    pub fn add(&self, rule: impl Into<FaultRule>) -> FaultRuleState {
        self.inner.lock().add(rule.into().checked(), false)
    }

    /// Adds rules at the end, atomically.
    ///
    /// # Panics
    /// When one of them is invalid; then none is added.
    pub fn add_all(&self, rules: Vec<FaultRule>) -> Vec<FaultRuleState> {
        let rules: Vec<FaultRule> = rules.into_iter().map(FaultRule::checked).collect();
        let mut inner = self.inner.lock();
        rules.into_iter().map(|rule| inner.add(rule, false)).collect()
    }

    /// Adds the rules of a client at the end, atomically; none if there are more than [`Faults::MAX_RULES`] then.
    ///
    /// # Errors
    /// The number of rules that there are, beside those of keys.
    pub(crate) fn add_within_limit(&self, rules: Vec<FaultRule>) -> Result<Vec<FaultRuleState>, usize> {
        let mut inner = self.inner.lock();
        let added = inner.rules.iter().filter(|state| !state.of_key).count();
        if added + rules.len() > Self::MAX_RULES {
            return Err(added);
        }
        Ok(rules.into_iter().map(|rule| inner.add(rule, false)).collect())
    }

    /// All rules with their counters.
    pub fn list(&self) -> Vec<FaultRuleState> {
        self.inner.lock().rules.clone()
    }

    /// Removes all rules but those of keys, and returns the number removed.
    pub fn clear(&self) -> usize {
        self.inner.lock().rules.extract_if(.., |state| !state.of_key).count()
    }

    /// Removes the rule with this number; `false` when there is none.
    pub fn remove(&self, id: u64) -> bool {
        self.inner.lock().rules.extract_if(.., |state| state.id == id).count() > 0
    }

    /// Counts a request and chooses its faults. The delays of all rules that fire add up. Of the other effects the first one
    /// applies; later rules with an effect are skipped, and do not count the request.
    pub fn fire(&self, request: &RequestFacts<'_>) -> FaultPlan {
        let mut plan = FaultPlan::default();
        let mut inner = self.inner.lock();
        for state in &mut inner.rules {
            let is_delay = matches!(state.rule.effect, Effect::Delay(_));
            let is_met = state.of_key || request.rules == RuleSelection::All;
            if !is_met || (plan.effect.is_some() && !is_delay) || !state.matches(request) {
                continue;
            }
            let mut rng = SeededRng::stream_of(self.seed, Purpose::FaultRule, state.id, state.matched);
            if !state.try_fire(&mut rng) {
                continue;
            }
            plan.fired.push(state.id);
            match &state.rule.effect {
                Effect::Delay(delay) => {
                    let length = delay.length(rng.fraction(), rng.fraction());
                    plan.delay = plan.delay.saturating_add(length).min(Delay::MAX);
                }
                effect => plan.effect = Some(effect.clone()),
            }
        }
        plan
    }
}

impl Inner {
    fn add(&mut self, rule: FaultRule, of_key: bool) -> FaultRuleState {
        let state = FaultRuleState { id: self.next_id, rule, of_key, matched: 0, fired: 0, fired_in_cycle: 0 };
        self.next_id += 1;
        self.rules.push(state.clone());
        state
    }
}

impl FaultRuleState {
    fn matches(&self, request: &RequestFacts<'_>) -> bool {
        let RequestMatcher { key, page, query } = &self.rule.matcher;
        let received = |name: &str| query::first_value(request.query, name);
        key.as_deref().is_none_or(|key| key == request.key)
            && page.is_none_or(|page| received("page").map_or(page == 0, |value| value == page.to_string()))
            && query.iter().all(|(name, value)| received(name).as_deref() == Some(value))
    }

    /// Counts a matching request; `true` when the rule fires for it.
    fn try_fire(&mut self, rng: &mut SeededRng) -> bool {
        let position_in_cycle = self.rule.cycle.map_or(self.matched, |cycle| self.matched % cycle);
        if position_in_cycle == 0 {
            self.fired_in_cycle = 0;
        }
        self.matched += 1;
        let fires = position_in_cycle >= self.rule.after
            && self.rule.times.is_none_or(|times| self.fired_in_cycle < times)
            && rng.fraction() <= self.rule.probability;
        self.fired += u64::from(fires);
        self.fired_in_cycle += u64::from(fires);
        fires
    }
}
