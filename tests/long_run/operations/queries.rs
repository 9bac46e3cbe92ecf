//! Random queries, most of which match some entries, in the spellings that clients use.

use std::fmt::Write;

use cortex_audit_mock::contract::{FilterField, Query};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use crate::model::Model;
use crate::worker::pick;

/// A random query about values of the entries, with its query string.
pub fn random(model: &Model, rng: &mut ChaCha8Rng) -> (Query, String) {
    let mut query = Query { page_size: *pick(rng, &[1, 2, 10, 25, 50, 100, 250]), ..Query::default() };
    if rng.random_ratio(3, 100) {
        query.page_size = 1000;
    }
    if model.entries.is_empty() {
        return (query.clone(), to_string(&query, rng));
    }
    for _ in 0..rng.random_range(0..4) {
        let entry = pick(rng, &model.entries).clone();
        let field = *pick(rng, &FilterField::ALL);
        query.filters = query.filters.with(field, entry.value(field));
    }
    if rng.random_ratio(30, 100) {
        query.start_time = Some(pick(rng, &model.entries).timestamp);
    }
    if rng.random_ratio(30, 100) {
        query.end_time = Some(pick(rng, &model.entries).timestamp);
    }
    let pages = u32::try_from(model.matches(&query).len()).unwrap_or(u32::MAX).div_ceil(query.page_size);
    // The page after the last one, and another one, too.
    query.page = if rng.random_ratio(40, 100) { 0 } else { rng.random_range(0..=pages + 1) };
    let text = to_string(&query, rng);
    (query, text)
}

/// The query string of a query, its lists as repeated parameters or joined by commas.
pub fn to_string(query: &Query, rng: &mut ChaCha8Rng) -> String {
    let mut text = format!("page={}&pageSize={}", query.page, query.page_size);
    for (name, time) in [("startTime", query.start_time), ("endTime", query.end_time)] {
        if let Some(time) = time {
            let _ = write!(text, "&{name}={time}");
        }
    }
    for (name, values) in query.filters.iter() {
        let values: Vec<String> =
            values.iter().map(|value| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()).collect();
        let separator = match rng.random_range(0..3) {
            0 => format!("&{name}="),
            1 => ",".to_owned(),
            _ => "%2C".to_owned(),
        };
        let _ = write!(text, "&{name}={}", values.join(&separator));
    }
    text
}
