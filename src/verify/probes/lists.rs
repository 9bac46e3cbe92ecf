//! Probes of the values that each filter takes.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::rc::Rc;

use super::values::{PUBLISHED, distinguishing_value, is_readable, plain_identifiers};
use crate::contract::{ACTOR_REQUEST_TYPES, Action, ActorType, is_email};
use crate::verify::context::{ObservedEntry, ProbeContext, ProbeResponse, ProbeResult, require};
use crate::verify::response::EntryCounts;

pub fn actions(p: &mut ProbeContext<'_>) -> ProbeResult {
    let is_known = |entry: &ObservedEntry| entry.text("action").is_some_and(|action| Action::WORDS.contains(&action));
    let all_known = p.sample().iter().all(is_known);
    for action in Action::WORDS {
        if action == Action::Read.as_str() || !all_known {
            p.expect_page(p.filter_request("actions", action))?;
        } else {
            p.expect_filter("actions", ("action", action), &format!("those of action {action}"))?;
        }
    }
    p.add_gap_unless(all_known, "each is taken, but entries have other actions, see RES-ENTRY");
    p.require_entries();
    Ok("CREATE, READ, UPDATE and DELETE are taken".to_owned())
}

pub fn actor_types(p: &mut ProbeContext<'_>) -> ProbeResult {
    let count = expect_disjoint(p, "actorTypes", &ActorType::WORDS)?;
    let rest = p.sample().len().saturating_sub(count);
    p.add_gap_unless(rest == 0, format!("each is accepted, but {rest} entries are of none of these types"));
    p.require_entries();
    Ok(format!("{} are taken, and each entry is of one of them", ActorType::WORDS.join(", ")))
}

pub fn request_types(p: &mut ProbeContext<'_>) -> ProbeResult {
    let count = expect_disjoint(p, "actorRequestTypes", &ACTOR_REQUEST_TYPES)?;
    p.add_gap_unless(count > 0, "each is accepted, but no entry is of one of these types");
    Ok(format!("{} are taken", ACTOR_REQUEST_TYPES.join(", ")))
}

pub fn anonymous(p: &mut ProbeContext<'_>) -> ProbeResult {
    require(request_types_work(p)?, "request types do not choose entries, see LIST-REQUEST-TYPES")?;
    let anonymous = p.ask(p.filter_request("actorTypes", ActorType::Anonymous.as_str()))?;
    let of_anonymous = EntryCounts::new(anonymous.entries());
    require(
        anonymous.page().is_some() && anonymous.entries().len() < p.sample().len(),
        "actorTypes=ANONYMOUS leaves no entry out, or is refused, see LIST-ACTOR-TYPES",
    )?;
    let mut count = 0;
    for value in ACTOR_REQUEST_TYPES {
        let response = p.ask(p.filter_request("actorRequestTypes", value))?;
        let is_anonymous = of_anonymous.contains(&EntryCounts::new(response.entries()));
        p.expect(&response, is_anonymous, "200 with entries that actorTypes=ANONYMOUS has too")?;
        count += response.entries().len();
    }
    require(count > 0, "no entry has a request type")?;
    Ok(format!("the {count} entries with a request type are of actorTypes=ANONYMOUS"))
}

/// Requires a page for each value of a filter whose field no entry shows, and that no entry is on two of them. Returns the
/// number of entries on all pages.
fn expect_disjoint(p: &mut ProbeContext<'_>, parameter: &str, values: &[&str]) -> ProbeResult<usize> {
    let pages = values.iter().map(|value| p.expect_page(p.filter_request(parameter, value)));
    let pages: Vec<Rc<ProbeResponse>> = pages.collect::<Result<_, _>>()?;
    if let Some(longest) = pages.iter().max_by_key(|page| page.entries().len()) {
        p.expect(longest, are_disjoint(p, &pages), "200 with entries that no other value of this list has")?;
    }
    Ok(pages.iter().map(|page| page.entries().len()).sum())
}

fn are_disjoint(p: &ProbeContext<'_>, pages: &[Rc<ProbeResponse>]) -> bool {
    EntryCounts::new(p.sample()).contains(&EntryCounts::new(pages.iter().flat_map(|page| page.entries())))
}

/// Whether `actorRequestTypes` selects entries.
pub fn request_types_work(p: &mut ProbeContext<'_>) -> ProbeResult<bool> {
    let responses = ACTOR_REQUEST_TYPES.map(|value| p.ask(p.filter_request("actorRequestTypes", value)));
    let responses: Vec<_> = responses.into_iter().collect::<Result<_, _>>()?;
    Ok(responses.iter().all(|response| response.page().is_some()) && are_disjoint(p, &responses))
}

pub fn object_types(p: &mut ProbeContext<'_>) -> ProbeResult {
    for value in PUBLISHED {
        p.expect_filter("objectTypes", ("objectType", value), &format!("those of objectType {value}"))?;
    }
    let has_published =
        p.sample().iter().any(|entry| entry.text("objectType").is_some_and(|kind| PUBLISHED.contains(&kind)));
    p.add_gap_unless(has_published, "each is accepted, but no entry is of one of these types");
    Ok(format!("{} are taken", PUBLISHED.join(", ")))
}

pub fn strings(p: &mut ProbeContext<'_>) -> ProbeResult {
    let address = distinguishing_value(p.sample(), "ipAddress", |value| value.parse::<IpAddr>().is_ok());
    let identifier = plain_identifiers(p.sample()).into_iter().next();
    let filters = [("objectIdentifiers", "objectIdentifier", identifier), ("actorIpAddresses", "ipAddress", address)];
    for (parameter, field, value) in filters {
        let Some(value) = value else {
            p.add_gap(format!("no two entries have a different {field} to ask for"));
            continue;
        };
        p.expect_filter(parameter, (field, &value), &format!("those whose {field} is {value}"))?;
    }
    actor_emails(p)?;
    actor_keys(p)?;
    Ok("objectIdentifiers, actorIpAddresses, actorEmails, actorApiKeyIdentifiers choose entries".to_owned())
}

/// Entries whose actor is an e-mail address have that address; others of the same person may name a key.
fn actor_emails(p: &mut ProbeContext<'_>) -> ProbeResult<()> {
    let Some(email) = distinguishing_value(p.sample(), "actorIdentifier", is_email) else {
        return p.skip("no two entries have different actors of which one is an e-mail address, for actorEmails");
    };
    let sample = p.sample().to_vec();
    expect_actor(p, "actorEmails", &email, &sample, |actor| is_email(actor) && actor != email)
}

fn actor_keys(p: &mut ProbeContext<'_>) -> ProbeResult<()> {
    let response = p.ask(p.filter_request("actorTypes", "API_KEY"))?;
    let by_key = response.entries();
    if by_key.len() == p.sample().len() && !by_key.is_empty() {
        return p.skip("every entry is of an API key, see LIST-ACTOR-TYPES; for actorApiKeyIdentifiers");
    }
    let names: BTreeSet<&str> = by_key.iter().filter_map(|entry| entry.text("actorIdentifier")).collect();
    let Some(name) = names.iter().find(|name| is_readable(name) && !is_email(name) && !name.contains(',')) else {
        return p.skip("no entry is of an API key, for actorApiKeyIdentifiers");
    };
    expect_actor(p, "actorApiKeyIdentifiers", name, by_key, |actor| actor != *name && names.contains(actor))
}

/// Requires that a filter selects the `candidates` of an actor, and no entry of another actor of the same kind.
fn expect_actor(
    p: &mut ProbeContext<'_>,
    parameter: &str,
    actor: &str,
    candidates: &[ObservedEntry],
    is_other: impl Fn(&str) -> bool,
) -> ProbeResult<()> {
    let response = p.ask(p.filter_request(parameter, actor))?;
    let required: Vec<_> = candidates.iter().filter(|entry| entry.has("actorIdentifier", actor)).collect();
    let fits = |page: &[ObservedEntry]| {
        let counts = EntryCounts::new(page);
        counts.contains(&EntryCounts::new(required.iter().copied()))
            && EntryCounts::new(p.sample()).contains(&counts)
            && !page.iter().filter_map(|entry| entry.text("actorIdentifier")).any(&is_other)
    };
    let expected = format!("200 with the {} entries of that actor, and none of another", required.len());
    p.expect(&response, response.page().is_some_and(fits), expected)
}
