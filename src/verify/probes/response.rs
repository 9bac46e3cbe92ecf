//! Probes of a page and its entries.

use std::rc::Rc;

use serde_json::Value;

use super::paging::pages_work;
use super::values::is_readable;
use crate::contract::{AUDIT_LOGS, Action, MAX_PAGE, Timestamp, is_email};
use crate::verify::context::{
    ObservedEntry, ProbeContext, ProbeResponse, ProbeResult, inconclusive, mismatch_in, require,
};

/// Every page so far.
fn pages<'a>(p: &'a ProbeContext<'_>) -> impl Iterator<Item = &'a ProbeResponse> {
    let responses = p.client.responses.iter().map(Rc::as_ref);
    responses.filter(|response| response.request.path == AUDIT_LOGS && response.page().is_some())
}

/// Every entry so far, with its page.
fn entries<'a>(p: &'a ProbeContext<'_>) -> impl Iterator<Item = (&'a ProbeResponse, &'a ObservedEntry)> {
    pages(p).flat_map(|page| page.entries().iter().map(move |entry| (page, entry)))
}

pub fn page(p: &mut ProbeContext<'_>) -> ProbeResult {
    for page in pages(p) {
        for field in ["page", "total", "totalPages"] {
            p.expect(page, page.number(field).is_some(), format!("a whole number as \"{field}\""))?;
        }
        let mut members = page.body.iter().flatten();
        if let Some((field, _)) = members.find(|(field, value)| *field != "logs" && value.is_array()) {
            return p.mismatch(page, format!("no second array beside \"logs\", such as \"{field}\""));
        }
        let numbers = page.request.query.split('&').filter_map(|pair| pair.strip_prefix("page=")?.parse().ok());
        let number = match *numbers.collect::<Vec<u64>>() {
            [] => 0,
            [number] if number <= u64::from(MAX_PAGE) => number,
            _ => continue,
        };
        p.expect(page, page.number("page") == Some(number), format!("\"page\":{number}, which was asked for"))?;
    }
    Ok(format!("{} answers have all four, and no second array", pages(p).count()))
}

pub fn entry(p: &mut ProbeContext<'_>) -> ProbeResult {
    for (page, entry) in entries(p) {
        let expect = |condition: bool, expected: String| {
            if condition { Ok(()) } else { mismatch_in(page, expected, entry.json.clone()) }
        };
        let is_filled = |field: &str| entry.text(field).is_some_and(|text| !text.is_empty());
        for field in ["action", "objectIdentifier", "objectType"] {
            expect(is_filled(field), format!("an entry with \"{field}\""))?;
        }
        // The type of a timestamp is checked by RES-TIMESTAMP.
        let has_timestamp = entry.fields.get("timestamp").is_some_and(|value| !value.is_null());
        expect(has_timestamp, "an entry with \"timestamp\"".to_owned())?;
        let is_known = entry.text("action").is_some_and(|action| Action::WORDS.contains(&action));
        expect(is_known, "an action that is CREATE, UPDATE or DELETE".to_owned())?;
        for field in ["actorIdentifier", "ipAddress"] {
            let is_right = !entry.fields.contains_key(field) || is_filled(field);
            expect(is_right, format!("\"{field}\" left out when it is unknown"))?;
        }
    }
    require(entries(p).next().is_some(), "there are no entries")?;
    for field in ["actorIdentifier", "ipAddress"] {
        let is_missing = entries(p).any(|(_, entry)| !entry.fields.contains_key(field));
        let why = format!("every entry has an {field}, so what one without it looks like cannot be seen");
        p.add_gap_unless(is_missing, why);
    }
    Ok("every entry has what is required; what is unknown is left out".to_owned())
}

/// An actor without a name, if no actor but e-mail addresses has one: a key may be called by a number or a UUID, and then
/// others have names.
fn nameless_actor<'a>(p: &'a ProbeContext<'_>) -> Option<(&'a ProbeResponse, &'a str)> {
    let actors = entries(p).filter_map(|(page, entry)| Some((page, entry.text("actorIdentifier")?)));
    let mut keys = actors.filter(|(_, name)| !name.is_empty() && !is_email(name));
    let first = keys.next()?;
    (!is_readable(first.1) && keys.all(|(_, name)| !is_readable(name))).then_some(first)
}

pub fn actor(p: &mut ProbeContext<'_>) -> ProbeResult {
    let json = |name: &str| format!("\"actorIdentifier\":\"{name}\"");
    if let Some((page, name)) = nameless_actor(p) {
        return mismatch_in(page, "an identifier that a person can read", json(name));
    }
    let has_actor = entries(p).any(|(_, entry)| entry.text("actorIdentifier").is_some());
    require(has_actor, "no entry has an actorIdentifier")?;
    let people = p.ask(p.filter_request("actorTypes", "OAUTH2"))?;
    // A filter that selects everything says nothing about who signed in.
    if people.entries().len() < p.sample().len() {
        let mut names = people.entries().iter().filter_map(|entry| entry.text("actorIdentifier"));
        if let Some(name) = names.find(|name| !name.is_empty() && !is_email(name)) {
            return mismatch_in(&people, "the e-mail address of who signed in", json(name));
        }
    }
    Ok("those who signed in are e-mail addresses, and others have names".to_owned())
}

pub fn timestamp(p: &mut ProbeContext<'_>) -> ProbeResult {
    for (page, entry) in entries(p) {
        let value = entry.fields.get("timestamp").unwrap_or(&Value::Null);
        if !value.is_null() && !value.as_str().is_some_and(is_utc) {
            return mismatch_in(page, "RFC 3339 in UTC with Z", format!("\"timestamp\":{value}"));
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
    let again = p.client.request_again(&request)?;
    let unordered = p.sample().windows(2).find(|pair| pair[0].timestamp < pair[1].timestamp);
    if let Some([first, second]) = unordered {
        let [first, second] = [first, second].map(|entry| entry.text("timestamp").unwrap_or_default());
        return mismatch_in(&again, "newest first", format!("an entry of {first} before one of {second}"));
    }
    let is_same = |page: &[ObservedEntry]| page == p.sample() || page.len() != p.sample().len();
    p.expect(&again, again.page().is_some_and(is_same), "the same order as before")?;
    ties(p)?;
    Ok("newest first, and of one instant always in the same order".to_owned())
}

/// Two entries of one instant stay in their order when a page ends between them.
fn ties(p: &mut ProbeContext<'_>) -> ProbeResult<()> {
    if p.sample().is_empty() {
        return p.skip("there are no entries");
    }
    let is_tie = |pair: &[ObservedEntry]| pair[0].timestamp == pair[1].timestamp && pair[0] != pair[1];
    let Some(first) = p.sample().windows(2).position(is_tie) else {
        return p.skip("it is newest first; no two different entries are of one instant to see their order");
    };
    if !pages_work(p)? {
        return p.skip("there are too few entries, or pages are not as expected, see PAGE-BOUNDS");
    }
    let size = first + 1;
    let expected = |verb: &str| format!("a page that {verb} as a longer one has it at this place");
    let before = p.expect_page(p.page_request(&format!("page=0&pageSize={size}")))?;
    p.expect(&before, before.entries().last() == p.sample().get(first), expected("ends"))?;
    let after = p.expect_page(p.page_request(&format!("page=1&pageSize={size}")))?;
    p.expect(&after, after.entries().first() == p.sample().get(size), expected("begins"))
}
