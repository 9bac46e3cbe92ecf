//! Filters to ask with, chosen from what there is.

use std::collections::BTreeMap;

use cortex_audit_mock::contract::Entry;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The eight filters.
const NAMES: [&str; 8] = [
    "actions",
    "actorTypes",
    "actorRequestTypes",
    "objectTypes",
    "objectIdentifiers",
    "actorEmails",
    "actorApiKeyIdentifiers",
    "actorIpAddresses",
];

/// Some filters, and what to call them.
#[derive(Clone)]
pub struct Filters {
    pub name: String,
    /// As they stand in a query.
    pub query: String,
}

/// The values that the filters see in an entry, in the order of [`NAMES`]; one with a comma cannot be asked for.
fn values(entry: &Entry) -> [Option<String>; 8] {
    let text = |value: &str| Some(value.to_owned());
    let actor = &entry.actor;
    [
        text(entry.action.as_str()),
        text(actor.kind.as_str()),
        actor.request_type.as_deref().and_then(text),
        text(&entry.object_type),
        text(&entry.object_identifier),
        actor.email.as_deref().and_then(text),
        actor.api_key_identifier.as_deref().and_then(text),
        entry.ip_address.as_deref().and_then(text),
    ]
    .map(|value| value.filter(|value| !value.contains(',')))
}

/// One of each filter: with the value that most entries have.
pub fn common(entries: &[Entry]) -> Vec<Filters> {
    (0..NAMES.len()).filter_map(|place| most_common(entries, &[place], "")).collect()
}

/// One of each filter: with the value whose share of the entries is nearest to one in a hundred.
pub fn selective(entries: &[Entry]) -> Vec<Filters> {
    (0..NAMES.len())
        .filter_map(|place| {
            let counts = counts(entries, &[place]);
            let (values, _) = counts.into_iter().min_by_key(|(_, count)| count.abs_diff(entries.len() / 100))?;
            Some(named(&[place], &values, ", 1 %"))
        })
        .collect()
}

/// The filter that is nearest to one in a hundred of all.
pub fn one_percent(entries: &[Entry]) -> Option<Filters> {
    let all = (0..NAMES.len()).flat_map(|place| counts(entries, &[place]).into_iter().map(move |found| (place, found)));
    let (place, (values, _)) = all.min_by_key(|(_, (_, count))| count.abs_diff(entries.len() / 100))?;
    Some(named(&[place], &values, ""))
}

/// Every three filters that some entries pass, with the values that most entries have together.
pub fn triples(entries: &[Entry]) -> Vec<Filters> {
    let places = || 0..NAMES.len();
    let triples =
        places().flat_map(|a| (a + 1..NAMES.len()).flat_map(move |b| (b + 1..NAMES.len()).map(move |c| [a, b, c])));
    triples.filter_map(|triple| most_common(entries, &triple, "")).collect()
}

/// A time range that holds the middle half of the entries.
pub fn middle_half(entries: &[Entry]) -> String {
    let mut times: Vec<_> = entries.iter().map(|entry| entry.timestamp).collect();
    times.sort_unstable();
    let at = |quarter: usize| times.get(times.len() * quarter / 4).map(ToString::to_string).unwrap_or_default();
    format!("startTime={}&endTime={}", at(1), at(3))
}

fn most_common(entries: &[Entry], places: &[usize], note: &str) -> Option<Filters> {
    let (values, _) = counts(entries, places).into_iter().max_by_key(|(_, count)| *count)?;
    Some(named(places, &values, note))
}

/// How many entries have which values at these places together.
fn counts(entries: &[Entry], places: &[usize]) -> BTreeMap<Vec<String>, usize> {
    let mut counts = BTreeMap::new();
    for entry in entries {
        let values = values(entry);
        let together: Option<Vec<String>> = places.iter().map(|place| values[*place].clone()).collect();
        if let Some(together) = together {
            *counts.entry(together).or_default() += 1;
        }
    }
    counts
}

fn named(places: &[usize], values: &[String], note: &str) -> Filters {
    let name = places.iter().map(|place| NAMES[*place]).collect::<Vec<_>>().join(" + ") + note;
    let pair = |(place, value): (&usize, &String)| {
        format!("{}={}", NAMES[*place], utf8_percent_encode(value, NON_ALPHANUMERIC))
    };
    Filters { name, query: places.iter().zip(values).map(pair).collect::<Vec<_>>().join("&") }
}
