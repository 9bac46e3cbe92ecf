//! Questions that find something, mostly, and the forms in which clients send them.

use std::fmt::Write;

use cortex_audit_mock::contract::{FilterField, Query};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::chance::Chance;
use crate::model::Model;

/// A query about values that entries have, and its query string.
pub fn any(model: &Model, chance: &mut Chance) -> (Query, String) {
    let mut query = Query { page_size: *chance.pick(&[1, 2, 10, 25, 50, 100, 250]), ..Query::default() };
    if chance.percent(3) {
        query.page_size = 1000;
    }
    if model.entries.is_empty() {
        return (query.clone(), written(&query, chance));
    }
    for _ in 0..chance.below(4) {
        let like = chance.pick(&model.entries).clone();
        let field = *chance.pick(&FilterField::ALL);
        query.filters = query.filters.with(field, like.value(field));
    }
    if chance.percent(30) {
        query.start_time = Some(chance.pick(&model.entries).timestamp);
    }
    if chance.percent(30) {
        query.end_time = Some(chance.pick(&model.entries).timestamp);
    }
    let pages = u32::try_from(model.hits(&query).len()).unwrap_or(u32::MAX).div_ceil(query.page_size);
    // Past the end too.
    query.page = if chance.percent(40) { 0 } else { chance.between(0, pages + 1) };
    let text = written(&query, chance);
    (query, text)
}

/// Lists as repeated parameters or joined by commas, as clients do.
pub fn written(query: &Query, chance: &mut Chance) -> String {
    let mut text = format!("page={}&pageSize={}", query.page, query.page_size);
    for (name, time) in [("startTime", query.start_time), ("endTime", query.end_time)] {
        if let Some(time) = time {
            let _ = write!(text, "&{name}={time}");
        }
    }
    for (name, values) in query.filters.iter() {
        let values: Vec<String> =
            values.iter().map(|value| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()).collect();
        let between = match chance.below(3) {
            0 => format!("&{name}="),
            1 => ",".to_owned(),
            _ => "%2C".to_owned(),
        };
        let _ = write!(text, "&{name}={}", values.join(&between));
    }
    text
}
