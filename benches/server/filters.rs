//! Filters for requests, chosen by counting the values of the entries.

use std::collections::BTreeMap;

use cortex_audit_mock::contract::{Entry, FilterField};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// One or several filters, and their description.
#[derive(Clone)]
pub struct Filters {
    pub name: String,
    /// The filters as a query string.
    pub query: String,
}

/// For each field, a filter with the most common value.
pub fn common(entries: &[Entry]) -> Vec<Filters> {
    FilterField::ALL.into_iter().filter_map(|field| most_common(entries, &[field])).collect()
}

/// For each field, a filter that about one entry in a hundred passes.
pub fn selective(entries: &[Entry]) -> Vec<Filters> {
    FilterField::ALL
        .into_iter()
        .filter_map(|field| {
            let counts = counts(entries, &[field]);
            let (values, _) = counts.into_iter().min_by_key(|(_, count)| count.abs_diff(entries.len() / 100))?;
            Some(filters(&[field], &values, ", 1 %"))
        })
        .collect()
}

/// The filter, of any field, whose share of entries is nearest to one in a hundred.
pub fn one_percent(entries: &[Entry]) -> Option<Filters> {
    let all = FilterField::ALL
        .into_iter()
        .flat_map(|field| counts(entries, &[field]).into_iter().map(move |(values, count)| (field, values, count)));
    let (field, values, _) = all.min_by_key(|(_, _, count)| count.abs_diff(entries.len() / 100))?;
    Some(filters(&[field], &values, ""))
}

/// For every three fields, filters with the most common combination of values.
pub fn triples(entries: &[Entry]) -> Vec<Filters> {
    let all = FilterField::ALL;
    let indices = || 0..all.len();
    let triples =
        indices().flat_map(|a| (a + 1..all.len()).flat_map(move |b| (b + 1..all.len()).map(move |c| [a, b, c])));
    triples.filter_map(|triple| most_common(entries, &triple.map(|index| all[index]))).collect()
}

/// A time range that holds the middle half of the entries.
pub fn middle_half(entries: &[Entry]) -> String {
    let mut times: Vec<_> = entries.iter().map(|entry| entry.timestamp).collect();
    times.sort_unstable();
    let at = |quarter: usize| times.get(times.len() * quarter / 4).map(ToString::to_string).unwrap_or_default();
    format!("startTime={}&endTime={}", at(1), at(3))
}

fn most_common(entries: &[Entry], fields: &[FilterField]) -> Option<Filters> {
    let (values, _) = counts(entries, fields).into_iter().max_by_key(|(_, count)| *count)?;
    Some(filters(fields, &values, ""))
}

/// Counts the entries by the combination of their values. A value with a comma cannot be a filter and is left out.
fn counts<'a>(entries: &'a [Entry], fields: &[FilterField]) -> BTreeMap<Vec<&'a str>, usize> {
    let mut counts = BTreeMap::new();
    for entry in entries {
        let value = |field: &FilterField| entry.value(*field).filter(|value| !value.contains(','));
        if let Some(values) = fields.iter().map(value).collect::<Option<Vec<&str>>>() {
            *counts.entry(values).or_default() += 1;
        }
    }
    counts
}

fn filters(fields: &[FilterField], values: &[&str], note: &str) -> Filters {
    let name = fields.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(" + ") + note;
    let pair = |(field, value): (&FilterField, &&str)| {
        format!("{}={}", field.as_str(), utf8_percent_encode(value, NON_ALPHANUMERIC))
    };
    Filters { name, query: fields.iter().zip(values).map(pair).collect::<Vec<_>>().join("&") }
}
