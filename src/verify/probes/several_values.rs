//! Rules about how a list with several values is written.

use super::super::context::ProbeContext;
use super::super::probe_result::{ProbeFailure, ProbeResult, encoded, inconclusive};
use super::super::request::ProbeRequest;
use super::super::response::{ObservedEntry, same_entries};
use super::lists::{NOBODY, PUBLISHED, distinguishing_value, request_types_hold, words};
use crate::contract::ACTOR_REQUEST_TYPES;

/// The identifiers of three objects, the last two of which may be the same or nobody's.
fn three(sample: &[ObservedEntry]) -> Option<[String; 3]> {
    let mut words = words(sample).into_iter();
    let (one, two) = (words.next()?, words.next()?);
    let three = words.next().unwrap_or_else(|| NOBODY.to_owned());
    Some([one, two, three])
}

/// The forms of a list of identifiers, with how many of the three each asks for.
fn written([one, two, three]: &[String; 3]) -> [(String, usize); 4] {
    let name = "objectIdentifiers";
    [
        (format!("{name}={one}&{name}={two}"), 2),
        (format!("{name}={one},{two}"), 2),
        (format!("{name}={one}%2C{two}"), 2),
        (format!("{name}={one},{two}&{name}={three}"), 3),
    ]
}

fn is_one_of(seen: &ObservedEntry, values: &[String]) -> bool {
    seen.text("objectIdentifier").is_some_and(|found| values.iter().any(|value| value == found))
}

/// Which of the forms are answered as alternatives.
fn read(p: &mut ProbeContext<'_>, values: &[String; 3]) -> Result<[bool; 4], ProbeFailure> {
    let mut read = [false; 4];
    for (form, read) in written(values).into_iter().zip(&mut read) {
        let request = p.sample_request(&form.0);
        *read = p.returns_entries(&request, |seen| is_one_of(seen, &values[..form.1]))?;
    }
    Ok(read)
}

/// What the forms of a list show.
pub enum ListForms {
    /// Too few identifiers, or a single one does not choose: why.
    Unknown(&'static str),
    /// Every form chooses what has all values, which is nothing; the first of them.
    AllAtOnce(ProbeRequest),
    /// Which form is read.
    Read([bool; 4]),
}

pub fn several_values(p: &mut ProbeContext<'_>) -> Result<ListForms, ProbeFailure> {
    let Some(values) = three(p.sample()) else {
        return Ok(ListForms::Unknown("no two entries have different identifiers that are plain words"));
    };
    let single = p.sample_request(&format!("objectIdentifiers={}", values[0]));
    if !p.returns_entries(&single, |seen| is_one_of(seen, &values[..1]))? {
        return Ok(ListForms::Unknown("a single identifier does not choose its entries, see LIST-STRINGS"));
    }
    let forms = read(p, &values)?;
    let mut empty = 0;
    for (form, _) in written(&values) {
        empty += usize::from(p.ask(&p.sample_request(&form))?.page().is_some_and(<[ObservedEntry]>::is_empty));
    }
    if empty == forms.len() {
        return Ok(ListForms::AllAtOnce(p.sample_request(&written(&values)[0].0)));
    }
    Ok(ListForms::Read(forms))
}

pub fn forms(p: &mut ProbeContext<'_>) -> ProbeResult {
    match several_values(p)? {
        ListForms::Unknown(why) => inconclusive(why),
        ListForms::AllAtOnce(_) => inconclusive("the values of a list are no alternatives, see FILTER-LOGIC"),
        ListForms::Read(_) => {
            let Some(values) = three(p.sample()) else { return inconclusive("there are too few entries") };
            for (form, count) in written(&values) {
                let request = p.sample_request(&form);
                p.expect_entries(&request, "those of any of the values", |seen| is_one_of(seen, &values[..count]))?;
            }
            Ok("repeated, with commas, with %2C and mixed, a list is the same".to_owned())
        }
    }
}

/// A list in a form that the server reads, if there is one.
pub fn list(p: &mut ProbeContext<'_>, parameter: &str, values: &[&str]) -> Result<Option<String>, ProbeFailure> {
    let ListForms::Read([repeated, commas, ..]) = several_values(p)? else { return Ok(None) };
    let values: Vec<String> = values.iter().map(|value| encoded(value)).collect();
    Ok(if commas {
        Some(format!("{parameter}={}", values.join(",")))
    } else {
        let all: Vec<String> = values.iter().map(|value| format!("{parameter}={value}")).collect();
        repeated.then(|| all.join("&"))
    })
}

/// Two object types, at least one of them of entries, and the list that asks for them.
fn two_object_types(p: &mut ProbeContext<'_>) -> Result<Option<(String, [String; 2])>, ProbeFailure> {
    let Some(one) = object_type(p)? else { return Ok(None) };
    let other = |kind: &str| kind != one && !kind.contains(',');
    let published = distinguishing_value(p.sample(), "objectType", |kind| other(kind) && PUBLISHED.contains(&kind));
    let any = published.or_else(|| distinguishing_value(p.sample(), "objectType", other));
    let unused = || PUBLISHED.into_iter().find(|kind| *kind != one).map(String::from);
    let Some(another) = any.or_else(unused) else { return Ok(None) };
    if !chooses(p, &another)? {
        return Ok(None);
    }
    let list = list(p, "objectTypes", &[&another, &one])?;
    Ok(list.map(|list| (list, [another, one])))
}

/// An object type of entries that `objectTypes` chooses.
pub fn object_type(p: &mut ProbeContext<'_>) -> Result<Option<String>, ProbeFailure> {
    let published = distinguishing_value(p.sample(), "objectType", |kind| PUBLISHED.contains(&kind));
    let any = published.or_else(|| distinguishing_value(p.sample(), "objectType", |kind| !kind.contains(',')));
    let Some(one) = any else { return Ok(None) };
    Ok(chooses(p, &one)?.then_some(one))
}

/// Whether `objectTypes` chooses the entries of a type.
fn chooses(p: &mut ProbeContext<'_>, kind: &str) -> Result<bool, ProbeFailure> {
    let request = p.sample_request(&format!("objectTypes={}", encoded(kind)));
    p.returns_entries(&request, |seen| seen.is("objectType", kind))
}

/// Whether `objectTypes` takes two values.
pub fn several_object_types_hold(p: &mut ProbeContext<'_>) -> Result<bool, ProbeFailure> {
    let Some((list, kinds)) = two_object_types(p)? else { return Ok(false) };
    let request = p.sample_request(&list);
    p.returns_entries(&request, |seen| kinds.iter().any(|kind| seen.is("objectType", kind)))
}

pub fn several(p: &mut ProbeContext<'_>) -> ProbeResult {
    if object_type(p)?.is_none() {
        return inconclusive("no two entries have object types to ask for, or see LIST-OBJECT-TYPES");
    }
    let Some((list, kinds)) = two_object_types(p)? else {
        return inconclusive("lists are not read at all, or cannot be seen to be, see LIST-FORMS");
    };
    let request = p.sample_request(&list);
    p.expect_entries(&request, "those of any of the values", |seen| {
        kinds.iter().any(|kind| seen.is("objectType", kind))
    })?;
    request_types(p)?;
    Ok(format!("{list}, and actorRequestTypes likewise"))
}

/// Two request types have the entries of each; which those are is not in an answer.
fn request_types(p: &mut ProbeContext<'_>) -> Result<(), ProbeFailure> {
    if !request_types_hold(p)? {
        p.add_gap("a single value of actorRequestTypes does not choose, see LIST-REQUEST-TYPES");
        return Ok(());
    }
    let mut found = Vec::new();
    for kind in ACTOR_REQUEST_TYPES {
        let answer = p.ask(&p.sample_request(&format!("actorRequestTypes={kind}")))?;
        found.push((kind, answer));
    }
    found.sort_by_key(|(_, answer)| std::cmp::Reverse(answer.page().map(<[ObservedEntry]>::len)));
    let [(one, first), (two, second), ..] = found.as_slice() else { return Ok(()) };
    let (first, second) = (first.page().unwrap_or_default(), second.page().unwrap_or_default());
    if first.is_empty() {
        p.add_gap("no entry has a request type");
        return Ok(());
    }
    let Some(list) = list(p, "actorRequestTypes", &[two, one])? else { return Ok(()) };
    let request = p.sample_request(&list);
    let answer = p.ask(&request)?;
    if answer.page().is_some_and(|page| same_entries(page, first.iter().chain(second))) {
        return Ok(());
    }
    p.mismatch(&request, format!("200 with the {} entries of any of the values", first.len() + second.len()), &answer)
}

pub fn split(p: &mut ProbeContext<'_>) -> ProbeResult {
    let words = |value: &str| value.contains(' ') && !value.contains([',', '+']);
    let Some(spaced) = distinguishing_value(p.sample(), "objectIdentifier", words) else {
        return inconclusive("no entry has an identifier with a space in it");
    };
    let is_it = |seen: &ObservedEntry| seen.is("objectIdentifier", &spaced);
    let (percent, plus) = (encoded(&spaced), encoded(&spaced).replace("%20", "+"));
    let by_percent = p.sample_request(&format!("objectIdentifiers={percent}"));
    if !p.returns_entries(&by_percent, is_it)? {
        return inconclusive("an identifier with a space does not choose its entries, see LIST-STRINGS");
    }
    let by_plus = p.sample_request(&format!("objectIdentifiers={plus}"));
    p.expect_entries(&by_plus, &format!("those of \"{spaced}\""), is_it)?;
    let ListForms::Read([_, _, true, _]) = several_values(p)? else {
        return inconclusive("a + is a space; an encoded comma is not read, see LIST-FORMS");
    };
    let Some(list) = distinguishing_value(p.sample(), "objectIdentifier", |value| value.contains(',')) else {
        return Ok("a + is a space, and a %2C ends a value".to_owned());
    };
    let parts: Vec<String> = list.split(',').map(String::from).collect();
    let part = p.sample_request(&format!("objectIdentifiers={}", encoded(&parts[0])));
    if !p.returns_entries(&part, |seen| is_one_of(seen, &parts[..1]))? {
        return inconclusive("a + is a space; matching is not exact, see FILTER-LOGIC");
    }
    let request = p.sample_request(&format!("objectIdentifiers={}", encoded(&list)));
    p.expect_entries(&request, "a value with a comma cannot be asked for", |seen| is_one_of(seen, &parts))?;
    Ok(format!("a + is a space, a %2C ends a value, and \"{list}\" cannot be asked for"))
}
