//! Rules about what filters choose, and about what they do not know.

use std::collections::BTreeSet;

use super::super::context::ProbeContext;
use super::super::probe_result::{ProbeFailure, ProbeResult, encoded, inconclusive};
use super::super::request::ProbeRequest;
use super::super::response::{ObservedEntry, ProbeResponse};
use super::errors::explanation;
use super::lists::{NOBODY, PUBLISHED, request_types_hold, words};
use super::several_values::{ListForms, object_type, several_values};
use crate::contract::{Action, ActorType};

pub fn logic(p: &mut ProbeContext<'_>) -> ProbeResult {
    match several_values(p)? {
        ListForms::AllAtOnce(request) => {
            let answer = p.ask(&request)?;
            return p.mismatch(&request, "200 with the entries of any of the values", &answer);
        }
        ListForms::Unknown(why) => p.add_gap(why),
        ListForms::Read([false, false, ..]) => p.add_gap("lists are not read, see LIST-FORMS"),
        ListForms::Read(_) => {}
    }
    combined(p)?;
    exact(p)?;
    Ok("values are alternatives, filters combine, and matching is exact".to_owned())
}

/// Two filters choose what passes both.
fn combined(p: &mut ProbeContext<'_>) -> Result<(), ProbeFailure> {
    let pairs: BTreeSet<(&str, &str)> =
        p.sample().iter().filter_map(|seen| Some((seen.text("objectType")?, seen.text("action")?))).collect();
    let count = |keep: &dyn Fn(&ObservedEntry) -> bool| p.sample().iter().filter(|seen| keep(seen)).count();
    let distinguishes = |(kind, action): &&(&str, &str)| {
        let both = count(&|seen| seen.is("objectType", kind) && seen.is("action", action));
        let each = [count(&|seen| seen.is("objectType", kind)), count(&|seen| seen.is("action", action))];
        each.iter().all(|each| both < *each)
    };
    // The published types are asked for one by one anyway.
    let published = pairs.iter().find(|pair| PUBLISHED.contains(&pair.0) && distinguishes(pair));
    let telling = published.or_else(|| pairs.iter().find(distinguishes));
    let Some((kind, action)) = telling.map(|(kind, action)| ((*kind).to_owned(), (*action).to_owned())) else {
        p.add_gap("there are too few entries for two filters at once");
        return Ok(());
    };
    let by_kind = p.sample_request(&format!("objectTypes={}", encoded(&kind)));
    let action_in_query = encoded(&action);
    let by_action = p.sample_request(&format!("actions={action_in_query}"));
    let holds = p.returns_entries(&by_kind, |seen| seen.is("objectType", &kind))?
        && p.returns_entries(&by_action, |seen| seen.is("action", &action))?;
    if !holds {
        p.add_gap("filters do not choose one by one, see LIST-OBJECT-TYPES and LIST-ACTIONS");
        return Ok(());
    }
    let request = p.sample_request(&format!("objectTypes={}&actions={action_in_query}", encoded(&kind)));
    p.expect_entries(&request, "those that pass both", |seen| {
        seen.is("objectType", &kind) && seen.is("action", &action)
    })?;
    Ok(())
}

/// Neither the beginning of an identifier nor its other case is the identifier.
fn exact(p: &mut ProbeContext<'_>) -> Result<(), ProbeFailure> {
    let Some(value) = words(p.sample()).into_iter().next() else {
        p.add_gap("no entry has an identifier that is a word");
        return Ok(());
    };
    let whole = p.sample_request(&format!("objectIdentifiers={value}"));
    if !p.returns_entries(&whole, |seen| seen.is("objectIdentifier", &value))? {
        p.add_gap("an identifier does not choose its entries, see LIST-STRINGS");
        return Ok(());
    }
    let beginning = value[..value.len() - 1].to_owned();
    let other_case = if value.bytes().any(|byte| byte.is_ascii_lowercase()) {
        value.to_ascii_uppercase()
    } else {
        value.to_ascii_lowercase()
    };
    for (other, why) in [(beginning, "matching is exact"), (other_case, "matching is case-sensitive")] {
        let request = p.sample_request(&format!("objectIdentifiers={other}"));
        p.expect_entries(&request, why, |seen| seen.is("objectIdentifier", &other))?;
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
        let answer = p.expect_status(&request, 400)?;
        named(p, &request, &answer, value, allowed)?;
    }
    let read = p.sample_request("actions=READ");
    if p.ask(&read)?.page().is_some() {
        p.expect_entries(&read, "nothing is read", |_| false)?;
    } else {
        p.add_gap("actions=READ is refused, see LIST-ACTIONS");
    }
    p.require_entries();
    Ok("a wrong value is a 400 that names it and the allowed ones; READ matches nothing".to_owned())
}

/// An error names the value and what is allowed.
fn named(
    p: &mut ProbeContext<'_>,
    request: &ProbeRequest,
    answer: &ProbeResponse,
    value: &str,
    allowed: &[&str],
) -> Result<(), ProbeFailure> {
    let Some(text) = explanation(answer) else {
        p.add_gap("a wrong value is a 400; it has no explanation, see ERR-PRINTED and ERR-WORDS");
        return Ok(());
    };
    if std::iter::once(&value).chain(allowed).all(|word| text.contains(word)) {
        return Ok(());
    }
    p.mismatch(request, format!("400 that names {value} and {}", allowed.join(", ")), answer)
}

pub fn open(p: &mut ProbeContext<'_>) -> ProbeResult {
    const UNLISTED: &str = "VERIFY_UNLISTED";

    for (parameter, chooses) in
        [("objectTypes", object_type(p)?.is_some()), ("actorRequestTypes", request_types_hold(p)?)]
    {
        let request = p.sample_request(&format!("{parameter}={UNLISTED}"));
        if chooses {
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
