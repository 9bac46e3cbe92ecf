//! Rules about the lists that filter: what each takes.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::rc::Rc;

use super::super::context::ProbeContext;
use super::super::probe_result::{ProbeFailure, ProbeResult, encoded, inconclusive};
use super::super::request::ProbeRequest;
use super::super::response::{ObservedEntry, ProbeResponse, contains_all};
use super::several_values;
use crate::contract::{ACTOR_REQUEST_TYPES, Action, ActorType, OBJECT_TYPES, is_email};

/// What nothing is called.
pub const NOBODY: &str = "cortex-audit-mock-verify-nobody";
/// The object types that the reference page and the OpenAPI document name.
pub const PUBLISHED: [&str; 6] =
    ["CATALOG", "TEAM", "AWS_CONFIGURATION", "BITBUCKET_CONFIGURATION", "SERVICE", "SCORECARD"];

pub fn actions(p: &mut ProbeContext<'_>) -> ProbeResult {
    let is_known = |seen: &ObservedEntry| seen.text("action").is_some_and(|action| action.parse::<Action>().is_ok());
    let all_known = p.sample().iter().all(is_known);
    for action in Action::ALL {
        let request = p.sample_request(&format!("actions={action}"));
        if action == Action::Read || !all_known {
            p.expect_page(&request)?;
        } else {
            p.expect_entries(&request, &format!("those of action {action}"), |seen| {
                seen.is("action", action.as_str())
            })?;
        }
    }
    if !all_known {
        p.add_gap("each is taken, but entries have other actions, see RES-ENTRY");
    }
    p.require_entries();
    Ok("CREATE, READ, UPDATE and DELETE are taken".to_owned())
}

pub fn actor_types(p: &mut ProbeContext<'_>) -> ProbeResult {
    let values = ActorType::WORDS;
    let answers = each(p, "actorTypes", &values)?;
    let sum = apart(p, "actorTypes", &values, &answers)?;
    let rest = p.sample().len().saturating_sub(sum);
    if rest > 0 {
        p.add_gap(format!("each is accepted, but {rest} entries are of none of these types"));
    }
    p.require_entries();
    Ok(format!("{} are taken, and each entry is of one of them", values.join(", ")))
}

pub fn request_types(p: &mut ProbeContext<'_>) -> ProbeResult {
    let answers = each(p, "actorRequestTypes", &ACTOR_REQUEST_TYPES)?;
    let sum = apart(p, "actorRequestTypes", &ACTOR_REQUEST_TYPES, &answers)?;
    if sum == 0 {
        p.add_gap("each is accepted, but no entry is of one of these types");
    }
    Ok(format!("{} are taken", ACTOR_REQUEST_TYPES.join(", ")))
}

/// The answers for each value of a list whose field is not in an answer.
fn each(p: &mut ProbeContext<'_>, parameter: &str, values: &[&str]) -> Result<Vec<Rc<ProbeResponse>>, ProbeFailure> {
    values.iter().map(|value| p.expect_page(&p.sample_request(&format!("{parameter}={value}")))).collect()
}

/// How many entries there are of all values together, no entry being of two.
fn apart(
    p: &ProbeContext<'_>,
    parameter: &str,
    values: &[&str],
    answers: &[Rc<ProbeResponse>],
) -> Result<usize, ProbeFailure> {
    let all: Vec<&ObservedEntry> = answers.iter().flat_map(|answer| answer.page().unwrap_or_default()).collect();
    if contains_all(all.iter().copied(), p.sample()) {
        return Ok(all.len());
    }
    let most = values.iter().zip(answers).max_by_key(|(_, answer)| answer.page().map(<[ObservedEntry]>::len));
    let Some((value, answer)) = most else { return Ok(0) };
    let request = p.sample_request(&format!("{parameter}={value}"));
    p.mismatch(&request, "200 with entries that no other value of this list has", answer)
}

/// Whether `actorRequestTypes` chooses entries.
pub fn request_types_hold(p: &mut ProbeContext<'_>) -> Result<bool, ProbeFailure> {
    let answers: Vec<_> = ACTOR_REQUEST_TYPES
        .iter()
        .map(|value| p.ask(&p.sample_request(&format!("actorRequestTypes={value}"))))
        .collect::<Result<_, _>>()?;
    let all: Option<Vec<&[ObservedEntry]>> = answers.iter().map(|answer| answer.page()).collect();
    Ok(all.is_some_and(|all| contains_all(all.into_iter().flatten(), p.sample())))
}

pub fn object_types(p: &mut ProbeContext<'_>) -> ProbeResult {
    for value in PUBLISHED {
        let request = p.sample_request(&format!("objectTypes={value}"));
        p.expect_entries(&request, &format!("those of objectType {value}"), |seen| seen.is("objectType", value))?;
    }
    if !p.sample().iter().any(|seen| seen.text("objectType").is_some_and(|kind| PUBLISHED.contains(&kind))) {
        p.add_gap("each is accepted, but no entry is of one of these types");
    }
    Ok(format!("{} are taken", PUBLISHED.join(", ")))
}

pub fn known_object_types(p: &mut ProbeContext<'_>) -> ProbeResult {
    if !several_values::several_object_types_hold(p)? {
        return inconclusive("objectTypes does not take several values here, see LIST-SEVERAL and LIST-FORMS");
    }
    let further: Vec<&str> = OBJECT_TYPES.into_iter().filter(|kind| !PUBLISHED.contains(kind)).collect();
    let Some(list) = several_values::list(p, "objectTypes", &further)? else {
        return inconclusive("lists are not read, see LIST-FORMS");
    };
    let is_one = |seen: &ObservedEntry| seen.text("objectType").is_some_and(|kind| further.contains(&kind));
    let request = p.sample_request(&list);
    let answer = p.expect_entries(&request, "those of the further object types", is_one)?;
    let found: BTreeSet<&str> =
        answer.page().unwrap_or_default().iter().filter_map(|seen| seen.text("objectType")).collect();
    if found.is_empty() {
        p.add_gap("all are accepted, but no entry is of one of these types");
    }
    Ok(format!("all {} are taken, and {} of them are among the entries", further.len(), found.len()))
}

pub fn strings(p: &mut ProbeContext<'_>) -> ProbeResult {
    let mut taken = Vec::new();
    let address = distinguishing_value(p.sample(), "ipAddress", |value| value.parse::<IpAddr>().is_ok());
    let identifier = words(p.sample()).into_iter().next();
    let lists = [("objectIdentifiers", "objectIdentifier", identifier), ("actorIpAddresses", "ipAddress", address)];
    for (parameter, field, value) in lists {
        let Some(value) = value else {
            p.add_gap(format!("no two entries have a different {field} to ask for"));
            continue;
        };
        let request = p.sample_request(&format!("{parameter}={}", encoded(&value)));
        p.expect_entries(&request, &format!("those whose {field} is {value}"), |seen| seen.is(field, &value))?;
        taken.push(parameter);
    }
    emails(p, &mut taken)?;
    keys(p, &mut taken)?;
    Ok(format!("{} choose entries", taken.join(", ")))
}

/// Entries of an e-mail address have it as their actor; others of the same person may be called by a key.
fn emails(p: &mut ProbeContext<'_>, taken: &mut Vec<&str>) -> Result<(), ProbeFailure> {
    let Some(email) = distinguishing_value(p.sample(), "actorIdentifier", is_email) else {
        p.add_gap("no two entries have different actors of which one is an e-mail address, for actorEmails");
        return Ok(());
    };
    let request = p.sample_request(&format!("actorEmails={}", encoded(&email)));
    let must: Vec<ObservedEntry> =
        p.sample().iter().filter(|seen| seen.is("actorIdentifier", &email)).cloned().collect();
    taken.push("actorEmails");
    chosen(p, &request, &must, |actor| is_email(actor) && actor != email)
}

fn keys(p: &mut ProbeContext<'_>, taken: &mut Vec<&str>) -> Result<(), ProbeFailure> {
    let of_keys = p.sample_request("actorTypes=API_KEY");
    let answer = p.ask(&of_keys)?;
    let by_key = answer.page().unwrap_or_default();
    if by_key.len() == p.sample().len() && !by_key.is_empty() {
        p.add_gap("every entry is of an API key, see LIST-ACTOR-TYPES; for actorApiKeyIdentifiers");
        return Ok(());
    }
    let names: BTreeSet<&str> = by_key.iter().filter_map(|seen| seen.text("actorIdentifier")).collect();
    let Some(name) = names.iter().find(|name| is_readable(name) && !is_email(name) && !name.contains(',')) else {
        p.add_gap("no entry is of an API key, for actorApiKeyIdentifiers");
        return Ok(());
    };
    let request = p.sample_request(&format!("actorApiKeyIdentifiers={}", encoded(name)));
    let must: Vec<ObservedEntry> = by_key.iter().filter(|seen| seen.is("actorIdentifier", name)).cloned().collect();
    taken.push("actorApiKeyIdentifiers");
    chosen(p, &request, &must, |actor| actor != *name && names.contains(actor))
}

/// A question that must be answered with these entries, and with none whose actor is another one of the same kind.
fn chosen(
    p: &mut ProbeContext<'_>,
    request: &ProbeRequest,
    must: &[ObservedEntry],
    other: impl Fn(&str) -> bool,
) -> Result<(), ProbeFailure> {
    let answer = p.ask(request)?;
    let fits = |page: &[ObservedEntry]| {
        contains_all(must, page)
            && contains_all(page, p.sample())
            && !page.iter().filter_map(|seen| seen.text("actorIdentifier")).any(&other)
    };
    if answer.page().is_some_and(fits) {
        return Ok(());
    }
    p.mismatch(request, format!("200 with the {} entries of that actor, and none of another", must.len()), &answer)
}

/// A value of a field that some entries have and others do not.
pub fn distinguishing_value(sample: &[ObservedEntry], field: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
    let values: BTreeSet<&str> = sample.iter().filter_map(|seen| seen.text(field)).collect();
    let distinguishes = |value: &&&str| fits(value) && sample.iter().any(|seen| !seen.is(field, value));
    values.iter().find(distinguishes).map(|value| (*value).to_owned())
}

/// Some identifiers of objects: words that are no part of another identifier, so that a server which is not exact finds
/// them all the same. Nothing when there are entries without an identifier.
pub fn words(sample: &[ObservedEntry]) -> Vec<String> {
    const ENOUGH: usize = 3;

    let all: Option<BTreeSet<String>> =
        sample.iter().map(|seen| seen.text("objectIdentifier").map(str::to_ascii_lowercase)).collect();
    let all = all.unwrap_or_default();
    if all.len() < 2 {
        return Vec::new();
    }
    let is_apart = |value: &str| {
        let value = value.to_ascii_lowercase();
        all.iter().filter(|other| other.contains(&value)).count() == 1
    };
    let values: BTreeSet<&str> = sample.iter().filter_map(|seen| seen.text("objectIdentifier")).collect();
    let words = values.into_iter().filter(|value| is_plain(value) && is_apart(value));
    words.take(ENOUGH).map(String::from).collect()
}

/// Whether it is one word, which looks the same in every query string, and has another case.
fn is_plain(value: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    value.len() > 3 && value.bytes().all(is_sign) && value.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Whether a person can read it: no number, no UUID.
pub fn is_readable(identifier: &str) -> bool {
    let is_number = identifier.bytes().all(|byte| byte.is_ascii_digit());
    !is_number && uuid::Uuid::parse_str(identifier).is_err()
}
