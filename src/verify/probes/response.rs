//! Rules about an answer and its entries.

use std::rc::Rc;

use serde_json::Value;

use super::super::context::ProbeContext;
use super::super::probe_result::{ProbeFailure, ProbeResult, inconclusive, mismatch_in};
use super::super::request::ProbeRequest;
use super::super::response::{ObservedEntry, ProbeResponse};
use super::lists::is_readable;
use super::paging::pages_hold;
use crate::contract::{AUDIT_LOGS, Action, Timestamp, is_email};

/// Every page that was answered.
fn pages<'a>(p: &'a ProbeContext<'_>) -> impl Iterator<Item = &'a (ProbeRequest, Rc<ProbeResponse>)> {
    p.client().responses.iter().filter(|(request, answer)| request.path == AUDIT_LOGS && answer.page().is_some())
}

/// Every entry that was answered, with its question.
fn entries<'a>(p: &'a ProbeContext<'_>) -> impl Iterator<Item = (&'a ProbeRequest, &'a ObservedEntry)> {
    pages(p).flat_map(|(request, answer)| answer.page().unwrap_or_default().iter().map(move |seen| (request, seen)))
}

pub fn page(p: &mut ProbeContext<'_>) -> ProbeResult {
    for (request, answer) in pages(p) {
        if let Some(wrong) = wrong_page(request, answer) {
            return p.mismatch(request, wrong, answer);
        }
    }
    Ok(format!("{} answers have all four, and no second array", pages(p).count()))
}

/// What a page should have and has not.
fn wrong_page(request: &ProbeRequest, answer: &ProbeResponse) -> Option<String> {
    const MOST: u64 = i32::MAX.unsigned_abs() as u64;

    let missing = ["page", "total", "totalPages"].into_iter().find(|field| answer.number(field).is_none());
    if let Some(field) = missing {
        return Some(format!("a whole number as \"{field}\""));
    }
    let arrays = answer.body.iter().flatten().filter(|(field, value)| *field != "logs" && value.is_array());
    if let Some((field, _)) = arrays.into_iter().next() {
        return Some(format!("no second array beside \"logs\", such as \"{field}\""));
    }
    let asked: Vec<u64> =
        request.query.split('&').filter_map(|pair| pair.strip_prefix("page=")?.parse().ok()).collect();
    let page = match asked.as_slice() {
        [] => 0,
        [page] if *page <= MOST => *page,
        _ => return None,
    };
    (answer.number("page") != Some(page)).then(|| format!("\"page\":{page}, which was asked for"))
}

pub fn entry(p: &mut ProbeContext<'_>) -> ProbeResult {
    for (request, seen) in entries(p) {
        if let Some(wrong) = wrong_entry(seen) {
            return mismatch_in(request, wrong, Value::Object(seen.fields.clone()).to_string());
        }
    }
    let count = entries(p).count();
    if count == 0 {
        return inconclusive("there are no entries");
    }
    for field in ["actorIdentifier", "ipAddress"] {
        if entries(p).all(|(_, seen)| seen.fields.contains_key(field)) {
            p.add_gap(format!("every entry has an {field}, so what one without it looks like cannot be seen"));
        }
    }
    Ok("every entry has what is required; what is unknown is left out".to_owned())
}

fn wrong_entry(seen: &ObservedEntry) -> Option<String> {
    let words = Action::WORDS;
    for field in ["action", "objectIdentifier", "objectType", "timestamp"] {
        let filled = match seen.fields.get(field) {
            None | Some(Value::Null) => false,
            // Of another type it is there, and its form is for RES-TIMESTAMP to tell.
            Some(value) => field == "timestamp" || value.as_str().is_some_and(|text| !text.is_empty()),
        };
        if !filled {
            return Some(format!("an entry with \"{field}\""));
        }
    }
    if !seen.text("action").is_some_and(|action| words.contains(&action)) {
        return Some("an action that is CREATE, UPDATE or DELETE".to_owned());
    }
    let odd = ["actorIdentifier", "ipAddress"]
        .into_iter()
        .find(|field| seen.fields.get(*field).is_some_and(|value| value.as_str().is_none_or(str::is_empty)));
    odd.map(|field| format!("\"{field}\" left out when it is unknown"))
}

/// An actor's identifier that nobody can read, when none but e-mail addresses can be: a key may be called by a number or
/// a UUID, and others then have names.
fn nameless<'a>(p: &'a ProbeContext<'_>) -> Option<(&'a ProbeRequest, &'a str)> {
    let named = entries(p).filter_map(|(request, seen)| Some((request, seen.text("actorIdentifier")?)));
    let mut keys = named.filter(|(_, name)| !name.is_empty() && !is_email(name));
    let first = keys.next()?;
    (!is_readable(first.1) && keys.all(|(_, name)| !is_readable(name))).then_some(first)
}

pub fn actor(p: &mut ProbeContext<'_>) -> ProbeResult {
    if let Some((request, name)) = nameless(p) {
        let answered = format!("\"actorIdentifier\":\"{name}\"");
        return mismatch_in(request, "an identifier that a person can read", answered);
    }
    if entries(p).all(|(_, seen)| seen.text("actorIdentifier").is_none()) {
        return inconclusive("no entry has an actorIdentifier");
    }
    let people = p.sample_request("actorTypes=OAUTH2");
    let answer = p.ask(&people)?;
    let signed_in = answer.page().unwrap_or_default();
    // A filter that chooses everything says nothing about who signed in.
    if signed_in.len() < p.sample().len() {
        let named = signed_in.iter().filter_map(|seen| seen.text("actorIdentifier"));
        if let Some(name) = named.into_iter().find(|name| !name.is_empty() && !is_email(name)) {
            return mismatch_in(
                &people,
                "the e-mail address of who signed in",
                format!("\"actorIdentifier\":\"{name}\""),
            );
        }
    }
    Ok("those who signed in are e-mail addresses, and others have names".to_owned())
}

pub fn timestamp(p: &mut ProbeContext<'_>) -> ProbeResult {
    for (request, seen) in entries(p) {
        let value = seen.fields.get("timestamp").cloned().unwrap_or_default();
        if !value.is_null() && !value.as_str().is_some_and(is_utc) {
            return mismatch_in(request, "RFC 3339 in UTC with Z", format!("\"timestamp\":{value}"));
        }
    }
    let example = entries(p).find_map(|(_, seen)| seen.text("timestamp"));
    example.map_or_else(|| inconclusive("there are no entries"), |text| Ok(format!("such as {text}")))
}

/// `YYYY-MM-DDTHH:MM:SS`, maybe a fraction, and `Z`.
fn is_utc(text: &str) -> bool {
    let seconds = text.get(..19).map(|start| format!("{start}Z"));
    let plain = seconds.and_then(|seconds| Some(seconds.parse::<Timestamp>().ok()?.to_string() == seconds));
    plain == Some(true) && text.ends_with('Z') && text.parse::<Timestamp>().is_ok()
}

pub fn order(p: &mut ProbeContext<'_>) -> ProbeResult {
    let request = p.sample_request("");
    let unordered = p.sample().windows(2).find(|pair| pair[0].at < pair[1].at);
    if let Some([first, second]) = unordered {
        let [first, second] = [first, second].map(|seen| seen.text("timestamp").unwrap_or_default());
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
    let tied = p.sample().windows(2).position(|pair| pair[0].at == pair[1].at && pair[0] != pair[1]);
    let Some(place) = tied else {
        p.add_gap(if p.sample().is_empty() {
            "there are no entries"
        } else {
            "it is newest first; no two different entries are of one instant to see their order"
        });
        return Ok(());
    };
    if !pages_hold(p)? {
        p.add_gap("there are too few entries, or pages are not as expected, see PAGE-BOUNDS");
        return Ok(());
    }
    let size = place + 1;
    for page in [0, 1] {
        let request = p.page_request(&format!("page={page}&pageSize={size}"));
        let answer = p.expect_page(&request)?;
        let found = answer.page().unwrap_or_default();
        let (at, is_right) = match page {
            0 => ("end", found.last() == p.sample().get(place)),
            _ => ("begin", found.first() == p.sample().get(size)),
        };
        if !is_right {
            return p.mismatch(&request, format!("a page that {at}s as a longer one has it at this place"), &answer);
        }
    }
    Ok(())
}
