//! Probes of what filters select, and of values and parameters that do not exist.

use std::collections::BTreeSet;

use super::errors::explanation;
use super::lists::request_types_work;
use super::several_values::{ListForms, list_forms, object_type};
use super::values::{NOBODY, PUBLISHED, plain_identifiers};
use crate::contract::{Action, ActorType};
use crate::verify::context::ProbeContext;
use crate::verify::probe_result::{ProbeFailure, ProbeResult, inconclusive};
use crate::verify::request::{ProbeRequest, encode};
use crate::verify::response::ObservedEntry;

pub fn logic(p: &mut ProbeContext<'_>) -> ProbeResult {
    match list_forms(p)? {
        ListForms::AllAtOnce(request) => {
            let response = p.ask(&request)?;
            return p.mismatch(&request, "200 with the entries of any of the values", &response);
        }
        ListForms::Unknown(why) => p.add_gap(why),
        ListForms::Work([false, false, ..]) => p.add_gap("lists are not read, see LIST-FORMS"),
        ListForms::Work(_) => {}
    }
    combined(p)?;
    exact(p)?;
    Ok("values are alternatives, filters combine, and matching is exact".to_owned())
}

/// Two filters together select the entries that pass both.
fn combined(p: &mut ProbeContext<'_>) -> Result<(), ProbeFailure> {
    let pairs: BTreeSet<(&str, &str)> =
        p.sample().iter().filter_map(|entry| Some((entry.text("objectType")?, entry.text("action")?))).collect();
    let count = |passes: &dyn Fn(&ObservedEntry) -> bool| p.sample().iter().filter(|entry| passes(entry)).count();
    let distinguishes = |(kind, action): &&(&str, &str)| {
        let both = count(&|entry| entry.has("objectType", kind) && entry.has("action", action));
        both < count(&|entry| entry.has("objectType", kind)) && both < count(&|entry| entry.has("action", action))
    };
    // A request for each published type is needed anyway.
    let published = pairs.iter().find(|pair| PUBLISHED.contains(&pair.0) && distinguishes(pair));
    let Some((kind, action)) = published.or_else(|| pairs.iter().find(distinguishes)) else {
        p.add_gap("there are too few entries for two filters at once");
        return Ok(());
    };
    let (kind, action) = ((*kind).to_owned(), (*action).to_owned());
    let works =
        p.filter_works("objectTypes", ("objectType", &kind))? && p.filter_works("actions", ("action", &action))?;
    if !works {
        p.add_gap("filters do not choose one by one, see LIST-OBJECT-TYPES and LIST-ACTIONS");
        return Ok(());
    }
    let request = p.sample_request(&format!("objectTypes={}&actions={}", encode(&kind), encode(&action)));
    let passes = |entry: &ObservedEntry| entry.has("objectType", &kind) && entry.has("action", &action);
    p.expect_entries(&request, "those that pass both", passes)?;
    Ok(())
}

/// Neither the start of an identifier nor the identifier in the other case selects its entries.
fn exact(p: &mut ProbeContext<'_>) -> Result<(), ProbeFailure> {
    let Some(value) = plain_identifiers(p.sample()).into_iter().next() else {
        p.add_gap("no entry has an identifier that is a word");
        return Ok(());
    };
    if !p.filter_works("objectIdentifiers", ("objectIdentifier", &value))? {
        p.add_gap("an identifier does not choose its entries, see LIST-STRINGS");
        return Ok(());
    }
    let has_lowercase = value.bytes().any(|byte| byte.is_ascii_lowercase());
    let other_case = if has_lowercase { value.to_ascii_uppercase() } else { value.to_ascii_lowercase() };
    for (other, why) in [(&value[..value.len() - 1], "matching is exact"), (&other_case, "matching is case-sensitive")]
    {
        p.expect_filter("objectIdentifiers", ("objectIdentifier", other), why)?;
    }
    Ok(())
}

pub fn empty(p: &mut ProbeContext<'_>) -> ProbeResult {
    let request = p.sample_request("objectTypes=&objectIdentifiers=&actions=");
    p.expect_entries(&request, "an empty list is no filter", |_| true)?;
    p.require_entries();
    Ok("objectTypes=, objectIdentifiers= and actions= leave nothing out".to_owned())
}

pub fn closed(p: &mut ProbeContext<'_>) -> ProbeResult {
    for (parameter, value, allowed) in
        [("actions", "REMOVED", &Action::WORDS[..]), ("actorTypes", "oauth2", &ActorType::WORDS[..])]
    {
        let request = ProbeRequest::logs(format!("{parameter}={value}&{}&pageSize=1", p.first_page()));
        let response = p.expect_status(&request, 400)?;
        match explanation(&response) {
            None => {
                p.add_gap("a wrong value is a 400; it has no explanation, see ERR-PRINTED and ERR-WORDS");
            }
            Some(text) if !std::iter::once(&value).chain(allowed).all(|word| text.contains(word)) => {
                let expected = format!("400 that names {value} and {}", allowed.join(", "));
                return p.mismatch(&request, expected, &response);
            }
            Some(_) => {}
        }
    }
    let read = p.filter_request("actions", "READ");
    if p.ask(&read)?.page().is_some() {
        p.expect_entries(&read, "nothing is read", |_| false)?;
    } else {
        p.add_gap("actions=READ is refused, see LIST-ACTIONS");
    }
    p.require_entries();
    Ok("a wrong value is a 400 that names it and the allowed ones; READ matches nothing".to_owned())
}

pub fn open(p: &mut ProbeContext<'_>) -> ProbeResult {
    for (parameter, works) in
        [("objectTypes", object_type(p)?.is_some()), ("actorRequestTypes", request_types_work(p)?)]
    {
        let request = p.filter_request(parameter, "VERIFY_UNLISTED");
        if works {
            p.expect_entries(&request, "nothing is of that type", |_| false)?;
        } else {
            p.expect_page(&request)?;
            p.add_gap(format!(
                "{parameter} takes an unlisted value, but does not choose entries, or there are none to choose"
            ));
        }
    }
    Ok("an unlisted value of objectTypes or actorRequestTypes matches nothing".to_owned())
}

pub fn unknown(p: &mut ProbeContext<'_>) -> ProbeResult {
    let request = p.sample_request(&format!("quiet=false&objectidentifiers={NOBODY}"));
    p.expect_entries(&request, "an unknown parameter changes nothing", |_| true)?;
    if p.sample().is_empty() {
        return inconclusive("an unknown parameter is accepted, but there are no entries");
    }
    Ok("quiet=false and objectidentifiers= in lower case change nothing".to_owned())
}
