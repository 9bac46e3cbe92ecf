//! What the control plane can be told, as pure functions from the text of a body: every error at its place, and
//! nothing is carried out unless all of it is understood.

use std::time::Duration;

use crate::contract::Timestamp;
use crate::duration;
use crate::fixture::Moment;
use crate::json_file::{FileErrors, Findings, JsonFile, Members};
use crate::rate::RateLimit;
use crate::world::{Activity, Reading, Settings};

/// The name of a body in an error.
pub(crate) const BODY: &str = "body";

/// `{"now": TIME, "frozen": true}`: to what the clock is set. Either may be left out: now is then what it shows, and it
/// is frozen.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn clock(text: &str, clock: &Reading) -> Result<(Timestamp, bool), FileErrors> {
    object(text, &["now", "frozen"], |findings, members| {
        let now = findings.parsed(members, "", "now", |text| Moment::read(text, clock.now));
        let frozen = findings.boolean(members, "", "frozen");
        (now.unwrap_or(clock.now), frozen.unwrap_or(true))
    })
}

/// `{"by": "60s"}`: how far the clock is advanced.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn advance(text: &str) -> Result<Duration, FileErrors> {
    object(text, &["by"], |findings, members| {
        if members.get("by").is_none() {
            findings.wrong(text.trim_start(), "", Some("by"), "is required and missing, such as {\"by\":\"60s\"}");
        }
        findings.parsed(members, "", "by", length).unwrap_or_default()
    })
}

/// `{"rate": "6/min", "lateness": "30s", "burst": 3}`: how new entries come.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn live(text: &str) -> Result<Option<Activity>, FileErrors> {
    object(text, &["rate", "lateness", "burst"], |findings, members| {
        if members.get("rate").is_none() {
            findings.wrong(
                text.trim_start(),
                "",
                Some("rate"),
                "is required and missing, such as {\"rate\":\"6/min\"}",
            );
        }
        let rate = findings.parsed(members, "", "rate", |text| {
            text.parse().map_err(|error| format!("\"{text}\" is not a rate; {error}"))
        });
        let lateness = findings.parsed(members, "", "lateness", length);
        let burst = findings.integer(members, "", "burst", 1, 1000).and_then(|burst| u32::try_from(burst).ok());
        let lateness = lateness.unwrap_or_default();
        rate.map(|rate| Activity { rate, lateness, burst: burst.unwrap_or(1) })
    })
}

/// `{"rateLimit": "5/s", "strict": true}`: the settings that change; those left out stay.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn settings(text: &str, settings: Settings) -> Result<Settings, FileErrors> {
    object(text, &["rateLimit", "strict"], |findings, members| {
        let rate_limit = findings.parsed(members, "", "rateLimit", |text| {
            text.parse::<RateLimit>().map_err(|error| format!("\"{text}\" is not a rate limit; {error}"))
        });
        let strict = findings.boolean(members, "", "strict");
        Settings { rate_limit: rate_limit.unwrap_or(settings.rate_limit), strict: strict.unwrap_or(settings.strict) }
    })
}

fn length(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|error| format!("\"{text}\" is not a length of time; {error}"))
}

/// Reads a body that is one object of known fields.
fn object<'a, T>(
    text: &'a str,
    known: &[&str],
    read: impl FnOnce(&mut Findings<'a>, &Members<'a>) -> T,
) -> Result<T, FileErrors> {
    let mut findings = Findings::new(JsonFile { name: BODY, text });
    let values = findings.values();
    let [Some(value)] = values.as_slice() else {
        if findings.errors.is_empty() {
            findings.wrong(text, "", None, format!("expected one object with {}", known.join(", ")));
        }
        return Err(FileErrors(findings.errors));
    };
    let Some(members) = findings.object(value, "") else {
        return Err(FileErrors(findings.errors));
    };
    findings.known_fields(&members, "", known);
    let result = read(&mut findings, &members);
    findings.into_result(result)
}
