//! Probes of a page and its entries.

use std::rc::Rc;

use serde_json::Value;

use super::paging::pages_work;
use super::values::is_readable;
use crate::contract::{AUDIT_LOGS, Action, MAX_PAGE, Timestamp, is_email};
use crate::verify::context::ProbeContext;
use crate::verify::probe_result::{ProbeFailure, ProbeResult, inconclusive, mismatch_in};
use crate::verify::request::ProbeRequest;
use crate::verify::response::{ObservedEntry, ProbeResponse};

/// Every page so far, with its request.
fn pages<'a>(p: &'a ProbeContext<'_>) -> impl Iterator<Item = &'a (ProbeRequest, Rc<ProbeResponse>)> {
    let responses = &p.client().responses;
    responses.iter().filter(|(request, response)| request.path == AUDIT_LOGS && response.page().is_some())
}

/// Every entry so far, with its request.
fn entries<'a>(p: &'a ProbeContext<'_>) -> impl Iterator<Item = (&'a ProbeRequest, &'a ObservedEntry)> {
    pages(p).flat_map(|(request, response)| response.entries().iter().map(move |entry| (request, entry)))
}

pub fn page(p: &mut ProbeContext<'_>) -> ProbeResult {
    for (request, response) in pages(p) {
        if let Some(expected) = expected_page(request, response) {
            return p.mismatch(request, expected, response);
        }
    }
    Ok(format!("{} answers have all four, and no second array", pages(p).count()))
}

/// The first thing that a page should have and does not have.
fn expected_page(request: &ProbeRequest, response: &ProbeResponse) -> Option<String> {
    let missing = ["page", "total", "totalPages"].into_iter().find(|field| response.number(field).is_none());
    if let Some(field) = missing {
        return Some(format!("a whole number as \"{field}\""));
    }
    let mut members = response.body.iter().flatten();
    if let Some((field, _)) = members.find(|(field, value)| *field != "logs" && value.is_array()) {
        return Some(format!("no second array beside \"logs\", such as \"{field}\""));
    }
    let pages = request.query.split('&').filter_map(|pair| pair.strip_prefix("page=")?.parse().ok());
    let page = match *pages.collect::<Vec<u64>>() {
        [] => 0,
        [page] if page <= u64::from(MAX_PAGE) => page,
        _ => return None,
    };
    (response.number("page") != Some(page)).then(|| format!("\"page\":{page}, which was asked for"))
}

pub fn entry(p: &mut ProbeContext<'_>) -> ProbeResult {
    for (request, entry) in entries(p) {
        if let Some(expected) = expected_entry(entry) {
            return mismatch_in(request, expected, Value::Object(entry.fields.clone()).to_string());
        }
    }
    if entries(p).next().is_none() {
        return inconclusive("there are no entries");
    }
    for field in ["actorIdentifier", "ipAddress"] {
        if entries(p).all(|(_, entry)| entry.fields.contains_key(field)) {
            p.add_gap(format!("every entry has an {field}, so what one without it looks like cannot be seen"));
        }
    }
    Ok("every entry has what is required; what is unknown is left out".to_owned())
}

/// The first thing that an entry should have and does not have.
fn expected_entry(entry: &ObservedEntry) -> Option<String> {
    let is_filled = |field: &str| entry.text(field).is_some_and(|text| !text.is_empty());
    // The type of a timestamp is checked by RES-TIMESTAMP.
    let has_timestamp = || entry.fields.get("timestamp").is_some_and(|value| !value.is_null());
    let missing = ["action", "objectIdentifier", "objectType"].into_iter().find(|field| !is_filled(field));
    if let Some(field) = missing.or_else(|| (!has_timestamp()).then_some("timestamp")) {
        return Some(format!("an entry with \"{field}\""));
    }
    if !entry.text("action").is_some_and(|action| Action::WORDS.contains(&action)) {
        return Some("an action that is CREATE, UPDATE or DELETE".to_owned());
    }
    let mut optional = ["actorIdentifier", "ipAddress"].into_iter();
    let odd = optional.find(|field| entry.fields.contains_key(*field) && !is_filled(field))?;
    Some(format!("\"{odd}\" left out when it is unknown"))
}

/// An actor without a name, if no actor but e-mail addresses has one: a key may be called by a number or a UUID, and then
/// others have names.
fn nameless_actor<'a>(p: &'a ProbeContext<'_>) -> Option<(&'a ProbeRequest, &'a str)> {
    let actors = entries(p).filter_map(|(request, entry)| Some((request, entry.text("actorIdentifier")?)));
    let mut keys = actors.filter(|(_, name)| !name.is_empty() && !is_email(name));
    let first = keys.next()?;
    (!is_readable(first.1) && keys.all(|(_, name)| !is_readable(name))).then_some(first)
}

pub fn actor(p: &mut ProbeContext<'_>) -> ProbeResult {
    if let Some((request, name)) = nameless_actor(p) {
        let answered = format!("\"actorIdentifier\":\"{name}\"");
        return mismatch_in(request, "an identifier that a person can read", answered);
    }
    if entries(p).all(|(_, entry)| entry.text("actorIdentifier").is_none()) {
        return inconclusive("no entry has an actorIdentifier");
    }
    let people = p.filter_request("actorTypes", "OAUTH2");
    let response = p.ask(&people)?;
    // A filter that selects everything says nothing about who signed in.
    if response.entries().len() < p.sample().len() {
        let mut names = response.entries().iter().filter_map(|entry| entry.text("actorIdentifier"));
        if let Some(name) = names.find(|name| !name.is_empty() && !is_email(name)) {
            let answered = format!("\"actorIdentifier\":\"{name}\"");
            return mismatch_in(&people, "the e-mail address of who signed in", answered);
        }
    }
    Ok("those who signed in are e-mail addresses, and others have names".to_owned())
}

pub fn timestamp(p: &mut ProbeContext<'_>) -> ProbeResult {
    for (request, entry) in entries(p) {
        let value = entry.fields.get("timestamp").unwrap_or(&Value::Null);
        if !value.is_null() && !value.as_str().is_some_and(is_utc) {
            return mismatch_in(request, "RFC 3339 in UTC with Z", format!("\"timestamp\":{value}"));
        }
    }
    match entries(p).find_map(|(_, entry)| entry.text("timestamp")) {
        Some(example) => Ok(format!("such as {example}")),
        None => inconclusive("there are no entries"),
    }
}

/// Whether a text is `YYYY-MM-DDTHH:MM:SS`, maybe a fraction, and `Z`.
fn is_utc(text: &str) -> bool {
    let seconds = text.get(..19).map(|start| format!("{start}Z")).unwrap_or_default();
    let is_plain = seconds.parse::<Timestamp>().is_ok_and(|timestamp| timestamp.to_string() == seconds);
    is_plain && text.ends_with('Z') && text.parse::<Timestamp>().is_ok()
}

pub fn order(p: &mut ProbeContext<'_>) -> ProbeResult {
    let request = p.sample_request("");
    let unordered = p.sample().windows(2).find(|pair| pair[0].timestamp < pair[1].timestamp);
    if let Some([first, second]) = unordered {
        let [first, second] = [first, second].map(|entry| entry.text("timestamp").unwrap_or_default());
        return mismatch_in(&request, "newest first", format!("an entry of {first} before one of {second}"));
    }
    let again = p.ask_again(&request)?;
    let is_same = |page: &[ObservedEntry]| page == p.sample() || page.len() != p.sample().len();
    if !again.page().is_some_and(is_same) {
        return p.mismatch(&request, "the same order as before", &again);
    }
    ties(p)?;
    Ok("newest first, and of one instant always in the same order".to_owned())
}

/// Two entries of one instant stay in their order when a page ends between them.
fn ties(p: &mut ProbeContext<'_>) -> Result<(), ProbeFailure> {
    let is_tie = |pair: &[ObservedEntry]| pair[0].timestamp == pair[1].timestamp && pair[0] != pair[1];
    let Some(first) = p.sample().windows(2).position(is_tie) else {
        p.add_gap(if p.sample().is_empty() {
            "there are no entries"
        } else {
            "it is newest first; no two different entries are of one instant to see their order"
        });
        return Ok(());
    };
    if !pages_work(p)? {
        p.add_gap("there are too few entries, or pages are not as expected, see PAGE-BOUNDS");
        return Ok(());
    }
    let size = first + 1;
    for (page, end) in [(0, "ends"), (1, "begins")] {
        let request = p.page_request(&format!("page={page}&pageSize={size}"));
        let response = p.expect_page(&request)?;
        let (found, expected) = match page {
            0 => (response.entries().last(), p.sample().get(first)),
            _ => (response.entries().first(), p.sample().get(size)),
        };
        if found != expected {
            let expected = format!("a page that {end} as a longer one has it at this place");
            return p.mismatch(&request, expected, &response);
        }
    }
    Ok(())
}
