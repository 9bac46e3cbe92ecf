//! Probes of filters with several values, and of how such a list is written.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::lists::request_types_work;
use super::values::{NOBODY, PUBLISHED, distinguishing_value, plain_identifiers};
use crate::contract::{ACTOR_REQUEST_TYPES, OBJECT_TYPES};
use crate::verify::context::{ObservedEntry, ProbeContext, ProbeResponse, ProbeResult, encode, inconclusive, require};
use crate::verify::response::EntryCounts;

/// A list of identifiers in one form: the parameters, and the values that they name.
type Spelling = (String, Vec<String>);

/// Which forms of a list of identifiers work.
pub enum ListForms {
    /// Reason why this cannot be known.
    Unknown(&'static str),
    /// None: each selects the entries that have all values, which is nothing. The response to the first form.
    AllAtOnce(Rc<ProbeResponse>),
    /// For each form whether it works.
    Work([bool; 4]),
}

/// The identifiers of two objects and of a third one, if there is one, in each form.
fn spellings(sample: &[ObservedEntry]) -> Option<[Spelling; 4]> {
    let mut identifiers = plain_identifiers(sample).into_iter();
    let (one, two) = (identifiers.next()?, identifiers.next()?);
    let three = identifiers.next().unwrap_or_else(|| NOBODY.to_owned());
    let name = "objectIdentifiers";
    let both = vec![one.clone(), two.clone()];
    Some([
        (format!("{name}={one}&{name}={two}"), both.clone()),
        (format!("{name}={one},{two}"), both.clone()),
        (format!("{name}={one}%2C{two}"), both.clone()),
        (format!("{name}={one},{two}&{name}={three}"), [both, vec![three]].concat()),
    ])
}

fn is_one_of(entry: &ObservedEntry, field: &str, values: &[impl AsRef<str>]) -> bool {
    values.iter().any(|value| entry.has(field, value.as_ref()))
}

pub fn list_forms(p: &mut ProbeContext<'_>) -> ProbeResult<ListForms> {
    let Some(spellings) = spellings(p.sample()) else {
        return Ok(ListForms::Unknown("no two entries have different identifiers that are plain words"));
    };
    if !p.filter_works("objectIdentifiers", ("objectIdentifier", &spellings[0].1[0]))? {
        return Ok(ListForms::Unknown("a single identifier does not choose its entries, see LIST-STRINGS"));
    }
    let mut works = [false; 4];
    let mut responses = Vec::new();
    for ((parameters, values), works) in spellings.iter().zip(&mut works) {
        let request = p.sample_request(parameters);
        *works = p.returns(request.clone(), |entry| is_one_of(entry, "objectIdentifier", values))?;
        responses.push(p.ask(request)?);
    }
    let are_empty = responses.iter().all(|response| response.page().is_some_and(<[_]>::is_empty));
    Ok(if are_empty { ListForms::AllAtOnce(responses.swap_remove(0)) } else { ListForms::Work(works) })
}

pub fn forms(p: &mut ProbeContext<'_>) -> ProbeResult {
    match list_forms(p)? {
        ListForms::Unknown(why) => return inconclusive(why),
        ListForms::AllAtOnce(_) => return inconclusive("the values of a list are no alternatives, see FILTER-LOGIC"),
        ListForms::Work(_) => {}
    }
    for (parameters, values) in spellings(p.sample()).into_iter().flatten() {
        let request = p.sample_request(&parameters);
        let is_expected = |entry: &ObservedEntry| is_one_of(entry, "objectIdentifier", &values);
        p.expect_entries(request, "those of any of the values", is_expected)?;
    }
    Ok("repeated, with commas, with %2C and mixed, a list is the same".to_owned())
}

/// A list in a form that works, if one does.
fn list(p: &mut ProbeContext<'_>, parameter: &str, values: &[&str]) -> ProbeResult<Option<String>> {
    let ListForms::Work([repeated, commas, ..]) = list_forms(p)? else { return Ok(None) };
    let values: Vec<String> = values.iter().map(|value| encode(value)).collect();
    let list = match (commas, repeated) {
        (true, _) => format!("{parameter}={}", values.join(",")),
        (false, true) => format!("{parameter}={}", values.join(&format!("&{parameter}="))),
        (false, false) => return Ok(None),
    };
    Ok(Some(list))
}

/// An object type for which `objectTypes` selects the entries.
pub fn object_type(p: &mut ProbeContext<'_>) -> ProbeResult<Option<String>> {
    let Some(one) = published_or_any(p.sample(), |_| true) else { return Ok(None) };
    Ok(p.filter_works("objectTypes", ("objectType", &one))?.then_some(one))
}

/// An object type of the sample, a published one if there is one.
fn published_or_any(sample: &[ObservedEntry], fits: impl Fn(&str) -> bool) -> Option<String> {
    let published = distinguishing_value(sample, "objectType", |kind| fits(kind) && PUBLISHED.contains(&kind));
    published.or_else(|| distinguishing_value(sample, "objectType", |kind| fits(kind) && !kind.contains(',')))
}

/// Two object types, at least one of which the sample has, and the list of both.
fn two_object_types(p: &mut ProbeContext<'_>) -> ProbeResult<Option<(String, [String; 2])>> {
    let Some(one) = object_type(p)? else { return Ok(None) };
    let unused = || PUBLISHED.into_iter().find(|kind| *kind != one).map(str::to_owned);
    let Some(other) = published_or_any(p.sample(), |kind| kind != one).or_else(unused) else { return Ok(None) };
    if !p.filter_works("objectTypes", ("objectType", &other))? {
        return Ok(None);
    }
    let list = list(p, "objectTypes", &[&other, &one])?;
    Ok(list.map(|list| (list, [other, one])))
}

pub fn known_object_types(p: &mut ProbeContext<'_>) -> ProbeResult {
    let why = "objectTypes does not take several values here, see LIST-SEVERAL and LIST-FORMS";
    let Some((list_of_two, kinds)) = two_object_types(p)? else { return inconclusive(why) };
    let request = p.sample_request(&list_of_two);
    require(p.returns(request, |entry| is_one_of(entry, "objectType", &kinds))?, why)?;
    let further: Vec<&str> = OBJECT_TYPES.into_iter().filter(|kind| !PUBLISHED.contains(kind)).collect();
    let Some(list) = list(p, "objectTypes", &further)? else {
        return inconclusive("lists are not read, see LIST-FORMS");
    };
    let request = p.sample_request(&list);
    let is_further = |entry: &ObservedEntry| is_one_of(entry, "objectType", &further);
    p.expect_entries(request, "those of the further object types", is_further)?;
    let found = p.sample().iter().filter(|entry| is_further(entry)).filter_map(|entry| entry.text("objectType"));
    let found = found.collect::<BTreeSet<_>>().len();
    p.add_gap_unless(found > 0, "all are accepted, but no entry is of one of these types");
    Ok(format!("all {} are taken, and {found} of them are among the entries", further.len()))
}

pub fn several(p: &mut ProbeContext<'_>) -> ProbeResult {
    let has_type = object_type(p)?.is_some();
    require(has_type, "no two entries have object types to ask for, or see LIST-OBJECT-TYPES")?;
    let Some((list, kinds)) = two_object_types(p)? else {
        return inconclusive("lists are not read at all, or cannot be seen to be, see LIST-FORMS");
    };
    let request = p.sample_request(&list);
    p.expect_entries(request, "those of any of the values", |entry| is_one_of(entry, "objectType", &kinds))?;
    several_request_types(p)?;
    Ok(format!("{list}, and actorRequestTypes likewise"))
}

/// Two request types select the entries of each, which no entry shows.
fn several_request_types(p: &mut ProbeContext<'_>) -> ProbeResult<()> {
    if !request_types_work(p)? {
        return p.skip("a single value of actorRequestTypes does not choose, see LIST-REQUEST-TYPES");
    }
    let mut by_type: Vec<(&str, Rc<ProbeResponse>)> = Vec::new();
    for kind in ACTOR_REQUEST_TYPES {
        by_type.push((kind, p.ask(p.filter_request("actorRequestTypes", kind))?));
    }
    by_type.sort_by_key(|(_, response)| std::cmp::Reverse(response.entries().len()));
    let [(one, first), (two, second), ..] = by_type.as_slice() else { return Ok(()) };
    let (first, second) = (first.entries(), second.entries());
    if first.is_empty() {
        return p.skip("no entry has a request type");
    }
    let Some(list) = list(p, "actorRequestTypes", &[two, one])? else { return Ok(()) };
    let response = p.ask(p.sample_request(&list))?;
    let has_both =
        response.page().is_some_and(|page| EntryCounts::new(page) == EntryCounts::new(first.iter().chain(second)));
    let count = first.len() + second.len();
    p.expect(&response, has_both, format!("200 with the {count} entries of any of the values"))
}

pub fn split(p: &mut ProbeContext<'_>) -> ProbeResult {
    let field = "objectIdentifier";
    let has_space = |value: &str| value.contains(' ') && !value.contains([',', '+']);
    let Some(spaced) = distinguishing_value(p.sample(), field, has_space) else {
        return inconclusive("no entry has an identifier with a space in it");
    };
    let works = p.filter_works("objectIdentifiers", (field, &spaced))?;
    require(works, "an identifier with a space does not choose its entries, see LIST-STRINGS")?;
    let by_plus = p.sample_request(&format!("objectIdentifiers={}", encode(&spaced).replace("%20", "+")));
    p.expect_entries(by_plus, &format!("those of \"{spaced}\""), |entry| entry.has(field, &spaced))?;
    let ListForms::Work([_, _, true, _]) = list_forms(p)? else {
        return inconclusive("a + is a space; an encoded comma is not read, see LIST-FORMS");
    };
    let Some(list) = distinguishing_value(p.sample(), field, |value| value.contains(',')) else {
        return Ok("a + is a space, and a %2C ends a value".to_owned());
    };
    let parts: Vec<&str> = list.split(',').collect();
    let works = p.filter_works("objectIdentifiers", (field, parts[0]))?;
    require(works, "a + is a space; matching is not exact, see FILTER-LOGIC")?;
    let request = p.filter_request("objectIdentifiers", &list);
    p.expect_entries(request, "a value with a comma cannot be asked for", |entry| is_one_of(entry, field, &parts))?;
    Ok(format!("a + is a space, a %2C ends a value, and \"{list}\" cannot be asked for"))
}
