//! What can be made to go wrong, as a rule: which requests it meets, what it does to them, how often.
//!
//! A rule is data; whether it fires is decided by a world, which counts.

mod parse;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::duration;

pub(crate) use parse::read;
pub use parse::read_all;

/// A fault and the requests that it meets.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultRule {
    /// What happens to a request.
    pub effect: Effect,
    /// Which requests it can happen to.
    pub matcher: RequestMatcher,
    /// How many matching requests are let through first.
    pub after: u64,
    /// How many times it fires at most; `None` is without end.
    pub times: Option<u64>,
    /// After so many matching requests `after` and `times` count anew; `None` is never.
    pub cycle: Option<u64>,
    /// How likely it fires, 0 to 1; decided by the seed, so that it is the same each time.
    pub probability: f64,
}

/// What a fault does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect {
    /// Answers with this status and its right body; 400 to 599.
    Status {
        /// The status.
        status: u16,
        /// Seconds for a `Retry-After` header.
        retry_after: Option<u64>,
    },
    /// Answers later.
    Delay(Delay),
    /// Closes the connection with a TCP RST instead of answering.
    Reset,
    /// Breaks the connection off after so many bytes of the body.
    Truncate {
        /// Bytes of the body that arrive.
        bytes: usize,
    },
    /// Answers with half of the JSON, as if it were all.
    Malformed,
    /// Closes the connection without a byte of answer.
    Empty,
    /// Sends the body in small parts with pauses.
    Drip {
        /// Bytes in a part.
        bytes: usize,
        /// Pause between two parts.
        every: Duration,
    },
}

/// How long a delay is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Delay {
    /// Always the same.
    Fixed(Duration),
    /// Anything between the two, equally likely.
    Uniform(Duration, Duration),
    /// Mostly short with a long tail, as latencies are.
    LogNormal {
        /// Half of all delays are shorter.
        median: Duration,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
}

/// Which requests a rule meets; what is not said meets every one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestMatcher {
    /// The name of the key.
    pub key: Option<String>,
    /// The page asked for; 0 also when none was.
    pub page: Option<u32>,
    /// Query parameters, by the first value received.
    pub query: BTreeMap<String, String>,
}

/// A rule that meets every request and always fires.
impl From<Effect> for FaultRule {
    fn from(effect: Effect) -> Self {
        Self { effect, matcher: RequestMatcher::default(), after: 0, times: None, cycle: None, probability: 1.0 }
    }
}

impl FaultRule {
    /// Why no request could be treated so; what is read from JSON is checked while it is read.
    fn flaw(&self) -> Option<&'static str> {
        let too_long = |length: Duration| length > Delay::MAX;
        match self.effect {
            Effect::Status { status, .. } if !(400..=599).contains(&status) => Some("a status is 400 to 599"),
            Effect::Drip { bytes: 0, .. } => Some("a part of a drip has at least one byte"),
            Effect::Drip { every, .. } if too_long(every) => Some("a pause is at most 10 minutes"),
            Effect::Delay(Delay::Fixed(length) | Delay::Uniform(_, length)) if too_long(length) => {
                Some("a delay is at most 10 minutes")
            }
            Effect::Delay(Delay::Uniform(least, most)) if least > most => Some("the least delay is above the most"),
            _ if !(0.0..=1.0).contains(&self.probability) => Some("a probability is 0 to 1"),
            _ if self.times == Some(0) || self.cycle == Some(0) => Some("times and cycle are at least 1"),
            _ => None,
        }
    }

    /// The rule itself, once it is known to make sense.
    ///
    /// # Panics
    /// With the reason, when it does not: a test that asks for the impossible is wrong itself.
    pub(crate) fn checked(self) -> Self {
        match self.flaw() {
            None => self,
            Some(flaw) => panic!("the fault {:?} cannot be: {flaw}", self.effect),
        }
    }
}

impl Delay {
    /// No answer waits longer than this, however long the tail.
    pub const MAX: Duration = Duration::from_secs(600);

    /// The length for two random numbers from 0 (exclusive) to 1.
    #[must_use]
    pub fn length(self, one: f64, other: f64) -> Duration {
        match self {
            Self::Fixed(length) => length,
            Self::Uniform(least, most) => least + most.saturating_sub(least).mul_f64(one),
            Self::LogNormal { median, sigma } => {
                // Box and Muller: two uniform numbers make a normal one.
                let normal = (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * other).cos();
                let seconds = median.as_secs_f64() * (sigma * normal).exp();
                Duration::from_secs_f64(seconds.min(Self::MAX.as_secs_f64()))
            }
        }
    }
}

/// In the form in which a rule is given; what is not said is left out.
impl Serialize for FaultRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self.effect {
            Effect::Status { status, retry_after } => {
                map.serialize_entry("type", "status")?;
                map.serialize_entry("status", &status)?;
                if let Some(seconds) = retry_after {
                    map.serialize_entry("retryAfter", &seconds)?;
                }
            }
            Effect::Delay(delay) => {
                map.serialize_entry("type", "delay")?;
                match delay {
                    Delay::Fixed(length) => map.serialize_entry("fixed", &duration::format(length))?,
                    Delay::Uniform(least, most) => {
                        map.serialize_entry(
                            "uniform",
                            &BTreeMap::from([("min", duration::format(least)), ("max", duration::format(most))]),
                        )?;
                    }
                    Delay::LogNormal { median, sigma } => {
                        map.serialize_entry(
                            "logNormal",
                            &serde_json::json!({"median": duration::format(median), "sigma": sigma}),
                        )?;
                    }
                }
            }
            Effect::Reset => map.serialize_entry("type", "reset")?,
            Effect::Truncate { bytes } => {
                map.serialize_entry("type", "truncate")?;
                map.serialize_entry("bytes", &bytes)?;
            }
            Effect::Malformed => map.serialize_entry("type", "malformed")?,
            Effect::Empty => map.serialize_entry("type", "empty")?,
            Effect::Drip { bytes, every } => {
                map.serialize_entry("type", "drip")?;
                map.serialize_entry("bytes", &bytes)?;
                map.serialize_entry("every", &duration::format(every))?;
            }
        }
        if self.matcher != RequestMatcher::default() {
            map.serialize_entry("match", &self.matcher)?;
        }
        if self.after > 0 {
            map.serialize_entry("after", &self.after)?;
        }
        for (name, count) in [("times", self.times), ("cycle", self.cycle)] {
            if let Some(count) = count {
                map.serialize_entry(name, &count)?;
            }
        }
        if self.probability < 1.0 {
            map.serialize_entry("probability", &self.probability)?;
        }
        map.end()
    }
}

impl Serialize for RequestMatcher {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(key) = &self.key {
            map.serialize_entry("key", key)?;
        }
        if let Some(page) = self.page {
            map.serialize_entry("page", &page)?;
        }
        if !self.query.is_empty() {
            map.serialize_entry("query", &self.query)?;
        }
        map.end()
    }
}
