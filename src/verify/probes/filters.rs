//! Probes of what filters select, and of values and parameters that do not exist.

use std::collections::BTreeSet;

use super::errors::explanation;
use super::lists::request_types_work;
use super::several_values::{ListForms, list_forms, object_type};
use super::values::{NOBODY, PUBLISHED, plain_identifiers};
use crate::contract::{Action, ActorType};
use crate::verify::context::{ObservedEntry, ProbeContext, ProbeRequest, ProbeResult, encode, inconclusive, require};

pub fn logic(p: &mut ProbeContext<'_>) -> ProbeResult {
    match list_forms(p)? {
        ListForms::AllAtOnce(response) => {
            return p.mismatch(&response, "200 with the entries of any of the values");
        }
        ListForms::Unknown(why) => p.add_gap(why),
        ListForms::Work([false, false, ..]) => p.add_gap("lists are not read, see LIST-FORMS"),
        ListForms::Work(_) => {}
    }
    combined(p)?;
    Ok("values are alternatives, and filters combine".to_owned())
}

/// Two filters together select the entries that pass both.
fn combined(p: &mut ProbeContext<'_>) -> ProbeResult<()> {
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
        return p.skip("there are too few entries for two filters at once");
    };
    let (kind, action) = ((*kind).to_owned(), (*action).to_owned());
    let works =
        p.filter_works("objectTypes", ("objectType", &kind))? && p.filter_works("actions", ("action", &action))?;
    if !works {
        return p.skip("filters do not choose one by one, see LIST-OBJECT-TYPES and LIST-ACTIONS");
    }
    let request = p.sample_request(&format!("objectTypes={}&actions={}", encode(&kind), encode(&action)));
    let passes = |entry: &ObservedEntry| entry.has("objectType", &kind) && entry.has("action", &action);
    p.expect_entries(request, "those that pass both", passes)
}

/// Neither the start of an identifier nor the identifier in the other case selects its entries.
pub fn exact(p: &mut ProbeContext<'_>) -> ProbeResult {
    let Some(value) = plain_identifiers(p.sample()).into_iter().next() else {
        return inconclusive("no entry has an identifier that is a word");
    };
    let works = p.filter_works("objectIdentifiers", ("objectIdentifier", &value))?;
    require(works, "an identifier does not choose its entries, see LIST-STRINGS")?;
    let start = &value[..value.len() - 1];
    let has_lowercase = value.bytes().any(|byte| byte.is_ascii_lowercase());
    let other_case = if has_lowercase { value.to_ascii_uppercase() } else { value.to_ascii_lowercase() };
    p.expect_filter("objectIdentifiers", ("objectIdentifier", start), "matching is exact")?;
    p.expect_filter("objectIdentifiers", ("objectIdentifier", &other_case), "matching is case-sensitive")?;
    Ok(format!("{start} and {other_case} are not {value}"))
}

pub fn empty(p: &mut ProbeContext<'_>) -> ProbeResult {
    let request = p.sample_request("objectTypes=&objectIdentifiers=&actions=");
    p.expect_entries(request, "an empty list is no filter", |_| true)?;
    p.require_entries();
    Ok("objectTypes=, objectIdentifiers= and actions= leave nothing out".to_owned())
}

pub fn closed(p: &mut ProbeContext<'_>) -> ProbeResult {
    for (parameter, value, allowed) in
        [("actions", "REMOVED", &Action::WORDS[..]), ("actorTypes", "oauth2", &ActorType::WORDS[..])]
    {
        let response = p.ask(ProbeRequest::logs(format!("{parameter}={value}&{}&pageSize=1", p.first_page())))?;
        p.expect(&response, response.status() == 400, "400")?;
        let Some(text) = explanation(&response) else {
            p.add_gap("a wrong value is a 400; it has no explanation, see ERR-PRINTED and ERR-WORDS");
            continue;
        };
        let names_all = text.contains(value) && allowed.iter().all(|word| text.contains(word));
        p.expect(&response, names_all, format!("400 that names {value} and {}", allowed.join(", ")))?;
    }
    let read = p.filter_request("actions", "READ");
    if p.ask(read.clone())?.page().is_some() {
        p.expect_entries(read, "nothing is read", |_| false)?;
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
            p.expect_entries(request, "nothing is of that type", |_| false)?;
        } else {
            p.expect_page(request)?;
            p.add_gap(format!(
                "{parameter} takes an unlisted value, but does not choose entries, or there are none to choose"
            ));
        }
    }
    Ok("an unlisted value of objectTypes or actorRequestTypes matches nothing".to_owned())
}

pub fn unknown(p: &mut ProbeContext<'_>) -> ProbeResult {
    let request = p.sample_request(&format!("quiet=false&objectidentifiers={NOBODY}"));
    p.expect_entries(request, "an unknown parameter changes nothing", |_| true)?;
    require(!p.sample().is_empty(), "an unknown parameter is accepted, but there are no entries")?;
    Ok("quiet=false and objectidentifiers= in lower case change nothing".to_owned())
}
