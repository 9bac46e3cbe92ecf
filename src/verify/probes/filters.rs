//! Rules about what filters choose, and about what they do not know.

use std::collections::BTreeSet;

use super::super::answer::{Answer, Seen};
use super::super::found::{Found, Verdict, cannot_tell, encoded};
use super::super::probing::Probing;
use super::super::question::Request;
use super::errors::explanation;
use super::forms::{Several, object_type, several_values};
use super::lists::{NOBODY, PUBLISHED, request_types_hold, words};
use crate::contract::{Action, ActorType};

pub fn logic(p: &mut Probing<'_>) -> Found {
    match several_values(p)? {
        Several::AllAtOnce(request) => {
            let answer = p.ask(&request)?;
            return p.differs(&request, "200 with the entries of any of the values", &answer);
        }
        Several::Unknown(why) => p.untold(why),
        Several::Read([false, false, ..]) => p.untold("lists are not read, see LIST-FORMS"),
        Several::Read(_) => {}
    }
    combined(p)?;
    exact(p)?;
    Ok("values are alternatives, filters combine, and matching is exact".to_owned())
}

/// Two filters choose what passes both.
fn combined(p: &mut Probing<'_>) -> Result<(), Verdict> {
    let pairs: BTreeSet<(&str, &str)> =
        p.sample().iter().filter_map(|seen| Some((seen.text("objectType")?, seen.text("action")?))).collect();
    let count = |keep: &dyn Fn(&Seen) -> bool| p.sample().iter().filter(|seen| keep(seen)).count();
    let is_telling = |(kind, action): &&(&str, &str)| {
        let both = count(&|seen| seen.is("objectType", kind) && seen.is("action", action));
        let each = [count(&|seen| seen.is("objectType", kind)), count(&|seen| seen.is("action", action))];
        each.iter().all(|each| both < *each)
    };
    // The published types are asked for one by one anyway.
    let published = pairs.iter().find(|pair| PUBLISHED.contains(&pair.0) && is_telling(pair));
    let telling = published.or_else(|| pairs.iter().find(is_telling));
    let Some((kind, action)) = telling.map(|(kind, action)| ((*kind).to_owned(), (*action).to_owned())) else {
        p.untold("there are too few entries for two filters at once");
        return Ok(());
    };
    let by_kind = p.within(&format!("objectTypes={}", encoded(&kind)));
    let action_in_query = encoded(&action);
    let by_action = p.within(&format!("actions={action_in_query}"));
    let holds = p.holds(&by_kind, |seen| seen.is("objectType", &kind))?
        && p.holds(&by_action, |seen| seen.is("action", &action))?;
    if !holds {
        p.untold("filters do not choose one by one, see LIST-OBJECT-TYPES and LIST-ACTIONS");
        return Ok(());
    }
    let request = p.within(&format!("objectTypes={}&actions={action_in_query}", encoded(&kind)));
    p.same(&request, "those that pass both", |seen| seen.is("objectType", &kind) && seen.is("action", &action))?;
    Ok(())
}

/// Neither the beginning of an identifier nor its other case is the identifier.
fn exact(p: &mut Probing<'_>) -> Result<(), Verdict> {
    let Some(value) = words(p.sample()).into_iter().next() else {
        p.untold("no entry has an identifier that is a word");
        return Ok(());
    };
    let whole = p.within(&format!("objectIdentifiers={value}"));
    if !p.holds(&whole, |seen| seen.is("objectIdentifier", &value))? {
        p.untold("an identifier does not choose its entries, see LIST-STRINGS");
        return Ok(());
    }
    let beginning = value[..value.len() - 1].to_owned();
    let other_case = if value.bytes().any(|byte| byte.is_ascii_lowercase()) {
        value.to_ascii_uppercase()
    } else {
        value.to_ascii_lowercase()
    };
    for (other, why) in [(beginning, "matching is exact"), (other_case, "matching is case-sensitive")] {
        let request = p.within(&format!("objectIdentifiers={other}"));
        p.same(&request, why, |seen| seen.is("objectIdentifier", &other))?;
    }
    Ok(())
}

pub fn empty(p: &mut Probing<'_>) -> Found {
    let request = p.within("objectTypes=&objectIdentifiers=&actions=");
    p.same(&request, "an empty list is no filter", |_| true)?;
    p.needs_entries();
    Ok("objectTypes=, objectIdentifiers= and actions= leave nothing out".to_owned())
}

pub fn closed(p: &mut Probing<'_>) -> Found {
    for (parameter, value, allowed) in
        [("actions", "REMOVED", &Action::WORDS[..]), ("actorTypes", "oauth2", &ActorType::WORDS[..])]
    {
        let request = Request::logs(format!("{parameter}={value}&{}&pageSize=1", p.first()));
        let answer = p.status(&request, 400)?;
        named(p, &request, &answer, value, allowed)?;
    }
    let read = p.within("actions=READ");
    if p.ask(&read)?.page().is_some() {
        p.same(&read, "nothing is read", |_| false)?;
    } else {
        p.untold("actions=READ is refused, see LIST-ACTIONS");
    }
    p.needs_entries();
    Ok("a wrong value is a 400 that names it and the allowed ones; READ matches nothing".to_owned())
}

/// An error names the value and what is allowed.
fn named(
    p: &mut Probing<'_>,
    request: &Request,
    answer: &Answer,
    value: &str,
    allowed: &[&str],
) -> Result<(), Verdict> {
    let Some(text) = explanation(answer) else {
        p.untold("a wrong value is a 400; it has no explanation, see ERR-PRINTED and ERR-WORDS");
        return Ok(());
    };
    if std::iter::once(&value).chain(allowed).all(|word| text.contains(word)) {
        return Ok(());
    }
    p.differs(request, format!("400 that names {value} and {}", allowed.join(", ")), answer)
}

pub fn open(p: &mut Probing<'_>) -> Found {
    const UNLISTED: &str = "VERIFY_UNLISTED";

    for (parameter, chooses) in
        [("objectTypes", object_type(p)?.is_some()), ("actorRequestTypes", request_types_hold(p)?)]
    {
        let request = p.within(&format!("{parameter}={UNLISTED}"));
        if chooses {
            p.same(&request, "nothing is of that type", |_| false)?;
        } else {
            p.page(&request)?;
            p.untold(format!(
                "{parameter} takes an unlisted value, but does not choose entries, or there are none to choose"
            ));
        }
    }
    Ok("an unlisted value of objectTypes or actorRequestTypes matches nothing".to_owned())
}

pub fn unknown(p: &mut Probing<'_>) -> Found {
    let request = p.within(&format!("quiet=false&objectidentifiers={NOBODY}"));
    p.same(&request, "an unknown parameter changes nothing", |_| true)?;
    if p.sample().is_empty() {
        return cannot_tell("an unknown parameter is accepted, but there are no entries");
    }
    Ok("quiet=false and objectidentifiers= in lower case change nothing".to_owned())
}
