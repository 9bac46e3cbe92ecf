//! The bodies of the control plane, read by pure functions: every error with its place, and no value unless the whole body
//! is right.

use std::time::Duration;

use chrono::TimeDelta;

use crate::contract::Timestamp;
use crate::duration;
use crate::fixture::Moment;
use crate::json_file::{Diagnostics, FileErrors, JsonFile, Members, kind};
use crate::rate::RateLimit;
use crate::text::UnknownWord;
use crate::world::live_feed::LiveFeed;
use crate::world::{Activity, ClockReading, Scenario, Settings};

/// The name of a request body in errors.
pub(crate) const BODY: &str = "body";

/// A change of a clock: `{"now": TIME, "frozen": true}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockChange {
    /// The new time; `None` keeps what the clock shows.
    pub now: Option<Timestamp>,
    /// Whether the clock stands still from then on.
    pub frozen: bool,
}

/// The start of a scenario: `{"name": "late-arrivals", "seed": 7}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScenarioStart {
    /// The scenario.
    pub scenario: Scenario,
    /// Its seed; `None` is the seed of the world.
    pub seed: Option<u64>,
}

/// Reads a change of the clock. Either field may be left out: the time is then what the clock shows, and it is frozen.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn clock(text: &str, clock: &ClockReading) -> Result<ClockChange, FileErrors> {
    object(text, &["now", "frozen"], "{\"now\":\"2025-05-20T12:00:00Z\"}", |diagnostics, members| {
        let now = parsed(diagnostics, members, "now", "now+5m", |text| Moment::read(text, clock.now));
        let frozen = diagnostics.boolean(members, "", "frozen");
        Some(ClockChange { now, frozen: frozen.unwrap_or(true) })
    })
}

/// Reads how far the clock is advanced: `{"by": "60s"}`.
///
/// # Errors
/// Everything that is wrong with the text, and a length that leads beyond the calendar.
pub fn advance(text: &str, clock: &ClockReading) -> Result<Duration, FileErrors> {
    const EXAMPLE: &str = "{\"by\":\"60s\"}";

    object(text, &["by"], EXAMPLE, |diagnostics, members| {
        required(diagnostics, text, members, "by", EXAMPLE);
        parsed(diagnostics, members, "by", "60s", |text| {
            let by = length(text)?;
            let within = TimeDelta::from_std(by).ok().and_then(|by| clock.now.checked_add(by));
            within
                .map(|_| by)
                .ok_or_else(|| format!("\"{text}\" leads beyond the year 9999; the clock shows {}", clock.now))
        })
    })
}

/// Reads how new entries come: `{"rate": "6/min", "lateness": "30s", "burst": 3}`.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn live(text: &str) -> Result<Activity, FileErrors> {
    const EXAMPLE: &str = "{\"rate\":\"6/min\"}";

    object(text, &["rate", "lateness", "burst"], EXAMPLE, |diagnostics, members| {
        required(diagnostics, text, members, "rate", EXAMPLE);
        let rate = parsed(diagnostics, members, "rate", "6/min", |text| {
            LiveFeed::parse_rate(text).map_err(|error| match text {
                "off" => "\"off\" is not a rate; DELETE /__admin/live ends the activity".to_owned(),
                _ => format!("\"{text}\" {error}"),
            })
        });
        let lateness = parsed(diagnostics, members, "lateness", "30s", |text| match length(text)? {
            late if late <= LiveFeed::MAX_LATENESS => Ok(late),
            _ => Err(format!("\"{text}\" is longer than {}", duration::format(LiveFeed::MAX_LATENESS))),
        });
        let burst = diagnostics.integer(members, "", "burst", 1, 1000).and_then(|burst| u32::try_from(burst).ok());
        let lateness = lateness.unwrap_or_default();
        rate.map(|rate| Activity { rate, lateness, burst: burst.unwrap_or(1) })
    })
}

/// Reads the start of a scenario: `{"name": "late-arrivals", "seed": 7}`.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn scenario(text: &str) -> Result<ScenarioStart, FileErrors> {
    object(text, &["name", "seed"], "{\"name\":\"late-arrivals\"}", |diagnostics, members| {
        required(diagnostics, text, members, "name", "\"late-arrivals\"");
        let scenario = parsed(diagnostics, members, "name", "late-arrivals", |name| {
            name.parse().map_err(|error: UnknownWord| match name {
                "off" => "\"off\" is no scenario; DELETE /__admin/scenario ends one".to_owned(),
                _ => error.to_string(),
            })
        });
        let seed = diagnostics.integer(members, "", "seed", 0, u64::MAX);
        scenario.map(|scenario| ScenarioStart { scenario, seed })
    })
}

/// Reads a change of the settings: `{"rateLimit": "5/s", "strict": true, "offsets": "ignored"}`. A setting that is left out stays.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn settings(text: &str, settings: Settings) -> Result<Settings, FileErrors> {
    object(
        text,
        &["rateLimit", "strict", "offsets"],
        "{\"rateLimit\":\"5/s\",\"strict\":true}",
        |diagnostics, members| {
            let rate_limit = parsed(diagnostics, members, "rateLimit", "5/s", |text| {
                text.parse::<RateLimit>().map_err(|error| format!("\"{text}\" is not a rate limit; {error}"))
            });
            let strict = diagnostics.boolean(members, "", "strict");
            let offsets = parsed(diagnostics, members, "offsets", "ignored", |text| {
                text.parse().map_err(|error: UnknownWord| error.to_string())
            });
            Some(Settings {
                rate_limit: rate_limit.unwrap_or(settings.rate_limit),
                strict: strict.unwrap_or(settings.strict),
                offsets: offsets.unwrap_or(settings.offsets),
            })
        },
    )
}

fn length(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|error| format!("\"{text}\" is not a length of time; {error}"))
}

/// Notes the absence of a required field.
fn required<'a>(diagnostics: &mut Diagnostics<'a>, text: &'a str, members: &Members<'a>, field: &str, example: &str) {
    if members.get(field).is_none_or(|value| value.get() == "null") {
        diagnostics.wrong(text.trim_start(), "", Some(field), format!("is required and missing, such as {example}"));
    }
}

/// The result of `read` for a text, from a field that may be absent or `null`; the error of another value has an example.
fn parsed<'a, T>(
    diagnostics: &mut Diagnostics<'a>,
    members: &Members<'a>,
    field: &str,
    example: &str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    let value = members.get(field)?;
    if !value.get().starts_with(['"', 'n']) {
        let reason = format!("expected a string such as \"{example}\", found {}", kind(value));
        diagnostics.wrong(value.get(), "", Some(field), reason);
        return None;
    }
    let text = diagnostics.any_text(value, "", field)?;
    read(&text).map_err(|reason| diagnostics.wrong(value.get(), "", Some(field), reason)).ok()
}

/// Reads a body that is one object of known fields. `read` returns `None` only after it has noted why.
fn object<'a, T>(
    text: &'a str,
    known: &[&str],
    example: &str,
    read: impl FnOnce(&mut Diagnostics<'a>, &Members<'a>) -> Option<T>,
) -> Result<T, FileErrors> {
    let mut diagnostics = Diagnostics::new(JsonFile::new(BODY, text));
    let document = diagnostics.document();
    // So far there can be errors of syntax only.
    for (_, error) in &mut diagnostics.errors {
        error.reason = format!("{}; expected one object such as {example}", error.reason);
    }
    let members = match document {
        Some(value) if value.get().starts_with('{') => diagnostics.object(value, ""),
        _ if !diagnostics.errors.is_empty() => None,
        _ => {
            let fields = known.join(", ");
            diagnostics.wrong(text, "", None, format!("expected one object with {fields}, such as {example}"));
            None
        }
    };
    let value = members.and_then(|members| {
        diagnostics.known_fields(&members, "", known);
        read(&mut diagnostics, &members)
    });
    diagnostics.into_result(value)?.ok_or(FileErrors(Vec::new()))
}
