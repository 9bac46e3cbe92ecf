//! Independent parsers of query strings and times, written in the simplest way from the contract. They share no code with
//! the crate and must agree with it. The fuzz targets use them, too.

mod date_time;
mod query;
mod relative_time;

use std::time::Duration;

use cortex_audit_mock::contract::query::Offsets;
use cortex_audit_mock::contract::{FilterField, ParsedQuery, Timestamp, Vocabulary, query as first};
use cortex_audit_mock::internal::duration;
use cortex_audit_mock::internal::fixture::Moment;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::string::string_regex;

use crate::support::{NOW, time};

/// Names of parameters, valid and nearly valid.
fn names() -> impl Strategy<Value = String> {
    let known = select([&["startTime", "endTime", "page", "pageSize"], &query::LISTS[..]].concat());
    prop_oneof![8 => known.prop_map(String::from), 1 => select(vec!["pag%65", "Page", "quiet", "%zz", ""]).prop_map(String::from), 1 => "[a-z%+]{0,6}"]
}

/// Encoded values of parameters, valid and nearly valid.
fn values() -> impl Strategy<Value = String> {
    let words =
        "(CREATE|READ|UPDATE|DELETE|create|API_KEY|OAUTH2|TEAM|SERVICE|PLUGIN|SLACK_COMMAND|CRON|a%40b|x\\+y||%2C|é)";
    prop_oneof![
        3 => string_regex(&format!("{words}((,|%2C|%2c){words}){{0,3}}")).unwrap(),
        2 => "(-|\\+|%2B|%2D)?0{0,2}[0-9]{1,4}",
        1 => select(vec!["2147483647", "2147483648", "1000", "1001", "0", "-0", "", "99999999999999999999", "1.0", "%31"]).prop_map(String::from),
        3 => date_times().prop_map(|text| text.replace('+', "%2B")),
        1 => date_times(),
        1 => "[%+0-9A-Fa-fg,T:Z-]{0,12}",
    ]
}

/// Date-times, valid and nearly valid.
fn date_times() -> impl Strategy<Value = String> {
    "([0-9]{4}|0000|9999|2024|1900)-(0[0-9]|1[0-3])-([0-2][0-9]|3[0-2])([Tt ])([01][0-9]|2[0-4]):[0-6][0-9](:[0-6][0-9]([.,][0-9]{0,10})?)?(Z|z|[+-][0-2][0-9](:?[0-6][0-9])?)?"
}

/// Durations and relative times, valid and nearly valid.
fn distances() -> impl Strategy<Value = String> {
    prop_oneof![
        "(now)?[-+]?([0-9]{1,3}(w|d|h|m|s|ms|y)){0,4}",
        "(now)?[-+]?0{0,3}[0-9]{15,22}(w|d|h|m|s|ms)",
        "(now-)?P([0-9]{1,3}W)?([0-9]{1,3}([.,][0-9]{1,3})?D)?T?([0-9]{1,3}([.,][0-9]{0,2})?H)?([0-9]{1,3}M)?([0-9]{1,4}([.,][0-9]{0,10})?S)?",
    ]
}

proptest! {
    #![proptest_config(crate::support::cases(3000))]

    /// Acceptance and the parsed query, strict or not.
    #[test]
    fn the_query_parser_agrees_with_the_reference_parser(
        pairs in prop::collection::vec((names(), values(), select(vec!["=", "=", "=", "=", "=", ""])), 0..5),
        strict in any::<bool>(),
    ) {
        let raw = pairs.iter().map(|(name, value, equals)| format!("{name}{equals}{value}")).collect::<Vec<_>>().join("&");
        let known = Vocabulary::published();
        let expected = query::read(&raw, strict, |name, value| match name {
            "objectTypes" => known.words(FilterField::ObjectTypes).contains(value),
            _ => known.words(FilterField::ActorRequestTypes).contains(value),
        });
        match first::parse(&raw, &known, strict.into(), Offsets::Honoured) {
            Ok(ParsedQuery { query, .. }) => prop_assert_eq!(Some(serde_json::to_value(query).unwrap()), expected, "{}", raw),
            Err(rejected) => prop_assert_eq!(expected, None, "{}: {:?}", raw, rejected.errors),
        }
    }

    /// TIME-FORMAT, TIME-ZONELESS, TIME-FORMS, RES-FRACTION
    #[test]
    fn date_times_are_parsed_and_formatted_as_by_the_reference_parser(text in date_times()) {
        let read = text.parse::<Timestamp>().ok().map(|instant| instant.to_string());
        prop_assert_eq!(read, date_time::read(&text).map(date_time::print), "{}", text);
    }

    #[test]
    fn relative_times_and_durations_are_parsed_as_by_the_reference_parser(text in distances()) {
        let now = date_time::read(NOW).unwrap();
        let moment = text.parse::<Moment>().and_then(|moment| moment.at(time(NOW))).ok();
        let second = relative_time::moment(&text, now).map(date_time::print);
        prop_assert_eq!(moment.map(|instant| instant.to_string()), second, "{}", text);
        let length = relative_time::length(&text).map(Duration::from_millis);
        prop_assert_eq!(duration::parse(&text).ok(), length, "{}", text);
    }
}
