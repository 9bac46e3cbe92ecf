//! Deviations of times.

use std::time::Duration;

use cortex_audit_mock::contract::{Query, Timestamp};

use super::super::deviating_server::{Deviation, reads, responds};
use super::super::intercepted::{InterceptedRequest, all_entries};

const TIMES: [&str; 2] = ["startTime", "endTime"];
const NANOSECOND: Duration = Duration::from_nanos(1);

pub const ALL: &[Deviation] = &[
    reads("TIME-OFFSET", "offsets are refused", |_, request| {
        let is_offset = |text: &str| text.contains("%2B05:30") || text.ends_with("-05:30");
        let wrong = request.any(&TIMES, is_offset);
        request.refuse_if(wrong);
    }),
    reads("TIME-OFFSET", "offsets east are ignored", |_, request| {
        request.change(&TIMES, |text| text.replace("%2B05:30", "Z"));
    }),
    reads("TIME-OFFSET", "offsets west are ignored", |_, request| {
        request.change(&TIMES, |text| text.replace("-05:30", "Z"));
    }),
    reads("TIME-FORMAT", "Z is refused", |_, request| {
        let wrong = request.any(&TIMES, |text| text.ends_with('Z'));
        request.refuse_if(wrong);
    }),
    reads("TIME-ZONELESS", "an offset is required", |_, request| {
        let wrong = request.any(&TIMES, is_zoneless);
        request.refuse_if(wrong);
    }),
    reads("TIME-ZONELESS", "without an offset it is local time", |_, request| {
        request.change(&TIMES, |text| if is_zoneless(text) { format!("{text}%2B02:00") } else { text.to_owned() });
    }),
    reads("TIME-ZONELESS", "seconds are required", |_, request| {
        let wrong = request.any(&TIMES, |text| text.len() == 16);
        request.refuse_if(wrong);
    }),
    reads("TIME-FORMS", "a single digit is refused", |_, request| {
        let wrong = request.any(&TIMES, |text| text.contains(".5Z"));
        request.refuse_if(wrong);
    }),
    reads("TIME-FORMS", "nine digits are refused", |_, request| {
        let wrong = request.any(&TIMES, |text| text.len() == 30);
        request.refuse_if(wrong);
    }),
    reads("TIME-FORMS", "lower case is refused", |_, request| {
        let wrong = request.any(&TIMES, |text| text.contains(['t', 'z']));
        request.refuse_if(wrong);
    }),
    reads("TIME-FORMS", "an offset has a colon", |_, request| {
        let wrong = request.any(&TIMES, |text| text.ends_with("%2B0530"));
        request.refuse_if(wrong);
    }),
    reads("TIME-FORMS", "an offset without a colon is ignored", |_, request| {
        request.change(&TIMES, |text| text.replace("%2B0530", "Z"));
    }),
    reads("TIME-FORMS", "a plus sign is a space", |_, request| {
        let wrong = request.any(&TIMES, |text| text.contains('+'));
        request.refuse_if(wrong);
    }),
    reads("TIME-RANGE", "the end is left out", |_, request| {
        shift(request, "endTime", |at| at.saturating_sub(NANOSECOND))
    }),
    reads("TIME-RANGE", "the start is left out", |_, request| {
        shift(request, "startTime", |at| at.saturating_add(NANOSECOND));
    }),
    reads("TIME-RANGE", "a reverse range is refused", |world, request| {
        let wrong = request.parse(world).is_some_and(|query| is_reverse(&query));
        request.refuse_if(wrong);
    }),
    reads("TIME-RANGE", "a reverse range is turned", |world, request| {
        if request.parse(world).is_some_and(|query| is_reverse(&query)) {
            let (start, end) = (request.first("startTime").unwrap(), request.first("endTime").unwrap());
            request.set("startTime", &end);
            request.set("endTime", &start);
        }
    }),
    responds("TIME-RANGE", "startTime is ignored", |world, request, response| {
        if let Some(query) = request.parse(world).filter(|_| response.is_page()) {
            response.becomes_page_of(&query, &all_entries(world, &Query { start_time: None, ..query.clone() }));
        }
    }),
    responds("TIME-RANGE", "endTime is ignored", |world, request, response| {
        if let Some(query) = request.parse(world).filter(|_| response.is_page()) {
            response.becomes_page_of(&query, &all_entries(world, &Query { end_time: None, ..query.clone() }));
        }
    }),
    reads("RES-FRACTION", "whole seconds are compared", |_, request| {
        shift(request, "startTime", whole);
        shift(request, "endTime", |at| whole(at).saturating_add(Duration::from_nanos(999_999_999)));
    }),
    reads("RES-FRACTION", "milliseconds are compared", |_, request| {
        shift(request, "startTime", Timestamp::trunc_to_millis);
        shift(request, "endTime", |at| at.trunc_to_millis().saturating_add(Duration::from_nanos(999_999)));
    }),
    reads("RES-FRACTION", "the fraction of a question is ignored", |_, request| {
        shift(request, "startTime", whole);
        shift(request, "endTime", whole);
    }),
    responds("RES-FRACTION", "zeros are left out", |_, _, response| {
        print(response, |text| {
            let bare = text.trim_end_matches('Z');
            let bare = if bare.contains('.') { bare.trim_end_matches('0') } else { bare };
            format!("{bare}Z")
        });
    }),
    responds("RES-FRACTION", "always six digits", |_, _, response| {
        print(response, |text| {
            let (seconds, fraction) =
                text.trim_end_matches('Z').split_once('.').unwrap_or((text.trim_end_matches('Z'), ""));
            format!("{seconds}.{fraction:0<6.6}Z")
        });
    }),
    responds("RES-FRACTION", "whole seconds have thousandths", |_, _, response| {
        print(response, |text| if text.contains('.') { text.to_owned() } else { text.replace('Z', ".000Z") });
    }),
    responds("RES-TIMESTAMP", "+00:00 in place of Z", |_, _, response| {
        print(response, |text| text.replace('Z', "+00:00"))
    }),
    responds("RES-TIMESTAMP", "no Z", |_, _, response| print(response, |text| text.replace('Z', ""))),
    responds("RES-TIMESTAMP", "a space in place of T", |_, _, response| print(response, |text| text.replace('T', " "))),
    responds("RES-TIMESTAMP", "local time", |_, _, response| {
        print(response, |text| {
            let at: Timestamp = text.parse().unwrap();
            at.saturating_add(Duration::from_secs(7200)).to_string().replace('Z', "+02:00")
        });
    }),
    responds("RES-TIMESTAMP", "milliseconds since 1970", |_, _, response| {
        for entry in response.logs() {
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
fn shift(request: &mut InterceptedRequest, name: &str, moved: impl Fn(Timestamp) -> Timestamp) {
    if let Some(Ok(at)) = request.first(name).map(|text| text.parse::<Timestamp>()) {
        request.set(name, &moved(at).to_string());
    }
}

/// Prints every timestamp otherwise.
fn print(response: &mut super::super::intercepted::InterceptedResponse, printed: impl Fn(&str) -> String) {
    for entry in response.logs() {
        entry["timestamp"] = printed(entry["timestamp"].as_str().unwrap()).into();
    }
}
