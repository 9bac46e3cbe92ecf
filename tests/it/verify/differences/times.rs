//! What differs about times.

use std::time::Duration;

use cortex_audit_mock::contract::{Query, Timestamp};

use super::super::exchange::{Asked, all};
use super::super::other::{Difference, answered, asked};

const TIMES: [&str; 2] = ["startTime", "endTime"];
const NANOSECOND: Duration = Duration::from_nanos(1);

pub const ALL: &[Difference] = &[
    asked("TIME-FORMAT", "offsets are refused", |_, asked| {
        let is_offset = |text: &str| text.contains("%2B05:30") || text.ends_with("-05:30");
        let wrong = asked.any(&TIMES, is_offset);
        asked.refuse_if(wrong);
    }),
    asked("TIME-FORMAT", "offsets east are ignored", |_, asked| {
        asked.change(&TIMES, |text| text.replace("%2B05:30", "Z"));
    }),
    asked("TIME-FORMAT", "offsets west are ignored", |_, asked| {
        asked.change(&TIMES, |text| text.replace("-05:30", "Z"));
    }),
    asked("TIME-FORMAT", "Z is refused", |_, asked| {
        let wrong = asked.any(&TIMES, |text| text.ends_with('Z'));
        asked.refuse_if(wrong);
    }),
    asked("TIME-ZONELESS", "an offset is required", |_, asked| {
        let wrong = asked.any(&TIMES, is_zoneless);
        asked.refuse_if(wrong);
    }),
    asked("TIME-ZONELESS", "without an offset it is local time", |_, asked| {
        asked.change(&TIMES, |text| if is_zoneless(text) { format!("{text}%2B02:00") } else { text.to_owned() });
    }),
    asked("TIME-ZONELESS", "seconds are required", |_, asked| {
        let wrong = asked.any(&TIMES, |text| text.len() == 16);
        asked.refuse_if(wrong);
    }),
    asked("TIME-FORMS", "a single digit is refused", |_, asked| {
        let wrong = asked.any(&TIMES, |text| text.contains(".5Z"));
        asked.refuse_if(wrong);
    }),
    asked("TIME-FORMS", "nine digits are refused", |_, asked| {
        let wrong = asked.any(&TIMES, |text| text.len() == 30);
        asked.refuse_if(wrong);
    }),
    asked("TIME-FORMS", "lower case is refused", |_, asked| {
        let wrong = asked.any(&TIMES, |text| text.contains(['t', 'z']));
        asked.refuse_if(wrong);
    }),
    asked("TIME-FORMS", "an offset has a colon", |_, asked| {
        let wrong = asked.any(&TIMES, |text| text.ends_with("%2B0530"));
        asked.refuse_if(wrong);
    }),
    asked("TIME-FORMS", "an offset without a colon is ignored", |_, asked| {
        asked.change(&TIMES, |text| text.replace("%2B0530", "Z"));
    }),
    asked("TIME-FORMS", "a plus sign is a space", |_, asked| {
        let wrong = asked.any(&TIMES, |text| text.contains('+'));
        asked.refuse_if(wrong);
    }),
    asked("TIME-RANGE", "the end is left out", |_, asked| shift(asked, "endTime", |at| at.saturating_sub(NANOSECOND))),
    asked("TIME-RANGE", "the start is left out", |_, asked| {
        shift(asked, "startTime", |at| at.saturating_add(NANOSECOND));
    }),
    asked("TIME-RANGE", "a reverse range is refused", |world, asked| {
        let wrong = asked.read(world).is_some_and(|query| is_reverse(&query));
        asked.refuse_if(wrong);
    }),
    asked("TIME-RANGE", "a reverse range is turned", |world, asked| {
        if asked.read(world).is_some_and(|query| is_reverse(&query)) {
            let (start, end) = (asked.first("startTime").unwrap(), asked.first("endTime").unwrap());
            asked.set("startTime", &end);
            asked.set("endTime", &start);
        }
    }),
    answered("TIME-RANGE", "startTime is ignored", |world, asked, answer| {
        if let Some(query) = asked.read(world).filter(|_| answer.is_page()) {
            answer.becomes_page_of(&query, &all(world, &Query { start_time: None, ..query.clone() }));
        }
    }),
    answered("TIME-RANGE", "endTime is ignored", |world, asked, answer| {
        if let Some(query) = asked.read(world).filter(|_| answer.is_page()) {
            answer.becomes_page_of(&query, &all(world, &Query { end_time: None, ..query.clone() }));
        }
    }),
    asked("RES-FRACTION", "whole seconds are compared", |_, asked| {
        shift(asked, "startTime", whole);
        shift(asked, "endTime", |at| whole(at).saturating_add(Duration::from_nanos(999_999_999)));
    }),
    asked("RES-FRACTION", "milliseconds are compared", |_, asked| {
        shift(asked, "startTime", Timestamp::trunc_to_millis);
        shift(asked, "endTime", |at| at.trunc_to_millis().saturating_add(Duration::from_nanos(999_999)));
    }),
    asked("RES-FRACTION", "the fraction of a question is ignored", |_, asked| {
        shift(asked, "startTime", whole);
        shift(asked, "endTime", whole);
    }),
    answered("RES-FRACTION", "zeros are left out", |_, _, answer| {
        print(answer, |text| {
            let bare = text.trim_end_matches('Z');
            let bare = if bare.contains('.') { bare.trim_end_matches('0') } else { bare };
            format!("{bare}Z")
        });
    }),
    answered("RES-FRACTION", "always six digits", |_, _, answer| {
        print(answer, |text| {
            let (seconds, fraction) =
                text.trim_end_matches('Z').split_once('.').unwrap_or((text.trim_end_matches('Z'), ""));
            format!("{seconds}.{fraction:0<6.6}Z")
        });
    }),
    answered("RES-FRACTION", "whole seconds have thousandths", |_, _, answer| {
        print(answer, |text| if text.contains('.') { text.to_owned() } else { text.replace('Z', ".000Z") });
    }),
    answered("RES-TIMESTAMP", "+00:00 in place of Z", |_, _, answer| print(answer, |text| text.replace('Z', "+00:00"))),
    answered("RES-TIMESTAMP", "no Z", |_, _, answer| print(answer, |text| text.replace('Z', ""))),
    answered("RES-TIMESTAMP", "a space in place of T", |_, _, answer| print(answer, |text| text.replace('T', " "))),
    answered("RES-TIMESTAMP", "local time", |_, _, answer| {
        print(answer, |text| {
            let at: Timestamp = text.parse().unwrap();
            at.saturating_add(Duration::from_secs(7200)).to_string().replace('Z', "+02:00")
        });
    }),
    answered("RES-TIMESTAMP", "milliseconds since 1970", |_, _, answer| {
        for entry in answer.logs() {
            entry["timestamp"] =
                entry["timestamp"].as_str().unwrap().parse::<Timestamp>().unwrap().unix_millis().into();
        }
    }),
];

fn is_zoneless(text: &str) -> bool {
    matches!(text.len(), 16 | 19) && text.starts_with('2')
}

fn is_reverse(query: &Query) -> bool {
    matches!((query.start_time, query.end_time), (Some(start), Some(end)) if start > end)
}

fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_unix_millis(at.unix_millis().div_euclid(1000) * 1000).unwrap()
}

/// Moves a time that can be read.
fn shift(asked: &mut Asked, name: &str, moved: impl Fn(Timestamp) -> Timestamp) {
    if let Some(Ok(at)) = asked.first(name).map(|text| text.parse::<Timestamp>()) {
        asked.set(name, &moved(at).to_string());
    }
}

/// Prints every timestamp otherwise.
fn print(answer: &mut super::super::exchange::Answer, printed: impl Fn(&str) -> String) {
    for entry in answer.logs() {
        entry["timestamp"] = printed(entry["timestamp"].as_str().unwrap()).into();
    }
}
