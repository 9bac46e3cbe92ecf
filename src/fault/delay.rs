//! How long a delayed answer waits: its distribution, its JSON, its bounds.

use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::duration;
use crate::json_file::{Diagnostics, Members, kind};

/// The length of a delay.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Delay {
    /// Always the same.
    Fixed(#[serde(serialize_with = "duration::serialize")] Duration),
    /// Anything between the two, equally likely.
    #[serde(serialize_with = "serialize_bounds")]
    Uniform(Duration, Duration),
    /// Mostly short with a long tail, as latencies are.
    LogNormal {
        /// Half of all delays are shorter.
        #[serde(serialize_with = "duration::serialize")]
        median: Duration,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
}

impl Delay {
    /// The longest wait, however long the tail of a distribution.
    pub const MAX: Duration = Duration::from_secs(600);

    /// The fields in JSON, of which a delay has exactly one.
    pub(super) const FIELDS: [&str; 3] = ["fixed", "uniform", "logNormal"];

    /// The length for two random numbers from 0 (exclusive) to 1.
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

    /// Why a delay that was not read from JSON is refused.
    pub(super) fn flaw(self) -> Option<&'static str> {
        match self {
            Self::Fixed(length) | Self::Uniform(_, length) if length > Self::MAX => {
                Some("a delay is at most 10 minutes")
            }
            Self::Uniform(least, most) if least > most => Some("the least delay is above the most"),
            Self::Fixed(_) | Self::Uniform(..) | Self::LogNormal { .. } => None,
        }
    }

    pub(super) fn read<'a>(
        value: &'a RawValue,
        members: &Members<'a>,
        item: &str,
        diagnostics: &mut Diagnostics<'a>,
    ) -> Option<Self> {
        let given: Vec<&str> = Self::FIELDS.into_iter().filter(|field| members.get(field).is_some()).collect();
        match given.as_slice() {
            ["fixed"] => read_length(value, members, item, "fixed", diagnostics).map(Self::Fixed),
            ["uniform"] => {
                let of = members.get("uniform")?;
                let inner = diagnostics.object_in(of, item, "uniform", "{\"min\":\"1s\",\"max\":\"3s\"}")?;
                diagnostics.known_fields(&inner, item, &["min", "max"]);
                let least = read_length(of, &inner, item, "min", diagnostics);
                let most = read_length(of, &inner, item, "max", diagnostics);
                let (least, most) = (least?, most?);
                if least > most {
                    diagnostics.wrong(of.get(), item, Some("uniform"), "min is longer than max");
                    return None;
                }
                Some(Self::Uniform(least, most))
            }
            ["logNormal"] => {
                let of = members.get("logNormal")?;
                let inner = diagnostics.object_in(of, item, "logNormal", "{\"median\":\"200ms\",\"sigma\":0.5}")?;
                diagnostics.known_fields(&inner, item, &["median", "sigma"]);
                let median = read_length(of, &inner, item, "median", diagnostics);
                let sigma = diagnostics.number(&inner, item, "sigma", 0.0, 5.0).unwrap_or(0.5);
                Some(Self::LogNormal { median: median?, sigma })
            }
            _ => {
                let reason = "needs exactly one of fixed (\"2s\"), uniform ({\"min\":\"1s\",\"max\":\"3s\"}), \
                              logNormal ({\"median\":\"200ms\",\"sigma\":0.5})";
                diagnostics.wrong(value.get(), item, None, reason);
                None
            }
        }
    }
}

fn serialize_bounds<S: Serializer>(least: &Duration, most: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map([("max", duration::format(*most)), ("min", duration::format(*least))])
}

/// A length of time up to [`Delay::MAX`].
pub(super) fn read_length<'a>(
    of: &'a RawValue,
    members: &Members<'a>,
    item: &str,
    field: &str,
    diagnostics: &mut Diagnostics<'a>,
) -> Option<Duration> {
    let place = members.get(field).filter(|value| value.get() != "null");
    let Some(place) = place.filter(|value| value.get().starts_with('"')) else {
        let found = place.map_or("nothing", kind);
        let reason = format!("is required: a length of time such as \"250ms\" or \"2s\", found {found}");
        diagnostics.wrong(place.unwrap_or(of).get(), item, Some(field), reason);
        return None;
    };
    let text = diagnostics.any_text(place, item, field)?;
    let reason = match duration::parse(&text) {
        Ok(length) if length <= Delay::MAX => return Some(length),
        Ok(_) => format!("\"{text}\" is longer than {}, the most that is accepted", duration::format(Delay::MAX)),
        Err(error) => format!("\"{text}\" is not a length of time; {error}"),
    };
    diagnostics.wrong(place.get(), item, Some(field), reason);
    None
}
