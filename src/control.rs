//! What the control plane can be told, as pure functions from the text of a body: every error at its place, and
//! nothing is carried out unless all of it is understood.

use std::time::Duration;

use chrono::TimeDelta;

use crate::contract::Timestamp;
use crate::duration;
use crate::fixture::Moment;
use crate::json_file::{Diagnostics, FileErrors, JsonFile, Members, kind};
use crate::rate::RateLimit;
use crate::text::UnknownWord;
use crate::world::{Activity, ClockReading, LiveFeed, Scenario, Settings};

/// The name of a body in an error.
pub(crate) const BODY: &str = "body";

/// `{"now": TIME, "frozen": true}`: to what the clock is set. Either may be left out: now is then what it shows, and it
/// is frozen.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn clock(text: &str, clock: &ClockReading) -> Result<(Option<Timestamp>, bool), FileErrors> {
    object(text, &["now", "frozen"], "{\"now\":\"2025-05-20T12:00:00Z\"}", |diagnostics, members| {
        let now = parsed(diagnostics, members, "now", "now+5m", |text| Moment::read(text, clock.now));
        let frozen = diagnostics.boolean(members, "", "frozen");
        (now, frozen.unwrap_or(true))
    })
}

/// `{"by": "60s"}`: how far the clock is advanced.
///
/// # Errors
/// Everything that is wrong with the text, and a length that leads beyond the calendar.
pub fn advance(text: &str, clock: &ClockReading) -> Result<Duration, FileErrors> {
    const EXAMPLE: &str = "{\"by\":\"60s\"}";

    object(text, &["by"], EXAMPLE, |diagnostics, members| {
        required(diagnostics, text, members, "by", EXAMPLE);
        let by = parsed(diagnostics, members, "by", "60s", |text| {
            let by = length(text)?;
            let within = TimeDelta::from_std(by).ok().and_then(|by| clock.now.checked_add(by));
            within
                .map(|_| by)
                .ok_or_else(|| format!("\"{text}\" leads beyond the year 9999; the clock shows {}", clock.now))
        });
        by.unwrap_or_default()
    })
}

/// `{"rate": "6/min", "lateness": "30s", "burst": 3}`: how new entries come.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn live(text: &str) -> Result<Option<Activity>, FileErrors> {
    const EXAMPLE: &str = "{\"rate\":\"6/min\"}";

    object(text, &["rate", "lateness", "burst"], EXAMPLE, |diagnostics, members| {
        required(diagnostics, text, members, "rate", EXAMPLE);
        let rate = parsed(diagnostics, members, "rate", "6/min", |text| {
            text.parse().map_err(|error| match text {
                "off" => "\"off\" is not a rate; DELETE /__admin/live ends the activity".to_owned(),
                _ => format!("\"{text}\" is not a rate; {error}"),
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

/// `{"name": "late-arrivals", "seed": 7}`: a scenario, and its seed unless it is that of the world.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn scenario(text: &str) -> Result<(Option<Scenario>, Option<u64>), FileErrors> {
    object(text, &["name", "seed"], "{\"name\":\"late-arrivals\"}", |diagnostics, members| {
        required(diagnostics, text, members, "name", "\"late-arrivals\"");
        let scenario = parsed(diagnostics, members, "name", "late-arrivals", |name| {
            name.parse().map_err(|error: UnknownWord| match name {
                "off" => "\"off\" is no scenario; DELETE /__admin/scenario ends one".to_owned(),
                _ => error.to_string(),
            })
        });
        (scenario, diagnostics.integer(members, "", "seed", 0, u64::MAX))
    })
}

/// `{"rateLimit": "5/s", "strict": true}`: the settings that change; those left out stay.
///
/// # Errors
/// Everything that is wrong with the text.
pub fn settings(text: &str, settings: Settings) -> Result<Settings, FileErrors> {
    object(text, &["rateLimit", "strict"], "{\"rateLimit\":\"5/s\",\"strict\":true}", |diagnostics, members| {
        let rate_limit = parsed(diagnostics, members, "rateLimit", "5/s", |text| {
            text.parse::<RateLimit>().map_err(|error| format!("\"{text}\" is not a rate limit; {error}"))
        });
        let strict = diagnostics.boolean(members, "", "strict");
        Settings { rate_limit: rate_limit.unwrap_or(settings.rate_limit), strict: strict.unwrap_or(settings.strict) }
    })
}

fn length(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|error| format!("\"{text}\" is not a length of time; {error}"))
}

/// Notes a field that must be there and is not.
fn required<'a>(diagnostics: &mut Diagnostics<'a>, text: &'a str, members: &Members<'a>, field: &str, example: &str) {
    if members.get(field).is_none_or(|value| value.get() == "null") {
        diagnostics.wrong(text.trim_start(), "", Some(field), format!("is required and missing, such as {example}"));
    }
}

/// What a text means, from a field that may be absent or `null`; anything but a text is told what one looks like.
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

/// Reads a body that is one object of known fields.
fn object<'a, T>(
    text: &'a str,
    known: &[&str],
    example: &str,
    read: impl FnOnce(&mut Diagnostics<'a>, &Members<'a>) -> T,
) -> Result<T, FileErrors> {
    let mut diagnostics = Diagnostics::new(JsonFile { name: BODY, text });
    let values = diagnostics.values();
    let members = match values.as_slice() {
        [Some(value)] if value.get().starts_with('{') => diagnostics.object(value, ""),
        _ if !diagnostics.errors.is_empty() => None,
        _ => {
            let fields = known.join(", ");
            diagnostics.wrong(text, "", None, format!("expected one object with {fields}, such as {example}"));
            None
        }
    };
    let Some(members) = members else {
        for error in diagnostics.errors.iter_mut().filter(|error| error.reason.starts_with("not valid JSON")) {
            error.reason = format!("{}; expected one object such as {example}", error.reason);
        }
        return Err(FileErrors(diagnostics.errors));
    };
    diagnostics.known_fields(&members, "", known);
    let result = read(&mut diagnostics, &members);
    diagnostics.into_result(result)
}
