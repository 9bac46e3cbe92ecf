//! A fault rule from JSON, with every error told at its place.

use std::time::Duration;

use serde_json::value::RawValue;

use super::{Delay, Effect, FaultRule, RequestMatcher};
use crate::contract::MAX_PAGE;
use crate::duration;
use crate::json_file::{Diagnostics, FileErrors, JsonFile, Members, kind};
use crate::text::not_one_of;

/// The types of faults, and the fields that belong to each.
const TYPES: [(&str, &[&str]); 7] = [
    ("status", &["status", "retryAfter"]),
    ("delay", &["fixed", "uniform", "logNormal"]),
    ("reset", &[]),
    ("truncate", &["bytes"]),
    ("malformed", &[]),
    ("empty", &[]),
    ("drip", &["bytes", "every"]),
];

/// The fields of every rule.
const COMMON: [&str; 6] = ["type", "match", "after", "times", "cycle", "probability"];

/// Reads one rule, or an array of rules.
///
/// ```
/// use cortex_audit_mock::fault;
///
/// let rules = fault::read_all("body", r#"{"type": "status", "status": 503, "times": 2}"#).unwrap();
/// assert_eq!(rules.len(), 1);
/// ```
///
/// # Errors
/// Everything that is wrong with the text.
pub fn read_all(name: &str, text: &str) -> Result<Vec<FaultRule>, FileErrors> {
    let mut diagnostics = Diagnostics::new(JsonFile { name, text });
    let mut rules = Vec::new();
    match diagnostics.values().as_slice() {
        [Some(many)] if many.get().starts_with('[') => {
            for (number, value) in (1..).zip(diagnostics.array(many, "", "")) {
                rules.extend(read(value, &format!("fault {number}"), &mut diagnostics));
            }
        }
        [Some(one)] => rules.extend(read(one, "", &mut diagnostics)),
        _ if !diagnostics.errors.is_empty() => {}
        _ => diagnostics.wrong(
            text,
            "",
            None,
            "expected one fault such as {\"type\":\"status\",\"status\":503}, or an array",
        ),
    }
    diagnostics.into_result(rules)
}

/// Reads a rule that stands in a larger file.
pub(crate) fn read<'a>(value: &'a RawValue, item: &str, diagnostics: &mut Diagnostics<'a>) -> Option<FaultRule> {
    let errors_before = diagnostics.errors.len();
    let members = diagnostics.object(value, item)?;
    let effect = effect(value, &members, item, diagnostics);
    let matcher = members.get("match").and_then(|value| matcher(value, item, diagnostics)).unwrap_or_default();
    let rule = FaultRule {
        effect: effect?,
        matcher,
        after: diagnostics.integer(&members, item, "after", 0, u64::MAX).unwrap_or(0),
        times: diagnostics.integer(&members, item, "times", 1, u64::MAX),
        cycle: diagnostics.integer(&members, item, "cycle", 1, u64::MAX),
        probability: diagnostics.number(&members, item, "probability", 0.0, 1.0).unwrap_or(1.0),
    };
    (diagnostics.errors.len() == errors_before).then_some(rule)
}

fn effect<'a>(
    value: &'a RawValue,
    members: &Members<'a>,
    item: &str,
    diagnostics: &mut Diagnostics<'a>,
) -> Option<Effect> {
    if members.get("type").is_none() {
        let reason = format!("is required and missing; accepted: {}", TYPES.map(|(known, _)| known).join(", "));
        diagnostics.wrong(value.get(), item, Some("type"), reason);
        return None;
    }
    let name = match members.get("type") {
        Some(name) if name.get() != "null" => diagnostics.any_text(name, item, "type")?,
        _ => diagnostics.required(value, members, item, "type")?,
    };
    let Some((_, own)) = TYPES.iter().find(|(known, _)| *known == name) else {
        let known = TYPES.map(|(known, _)| known);
        let reason = not_one_of(&name, &known);
        let place = members.get("type").map_or("", RawValue::get);
        diagnostics.wrong(place, item, Some("type"), reason);
        return None;
    };
    let known: Vec<&str> = COMMON.iter().chain(*own).copied().collect();
    diagnostics.known_fields(members, item, &known);
    match name.as_ref() {
        "status" => {
            let status = diagnostics.required_integer(value, members, item, "status", 400, 599);
            let retry_after = diagnostics.integer(members, item, "retryAfter", 0, 86_400);
            Some(Effect::Status { status: u16::try_from(status?).ok()?, retry_after })
        }
        "delay" => delay(value, members, item, diagnostics).map(Effect::Delay),
        "reset" => Some(Effect::Reset),
        "truncate" => {
            let bytes = diagnostics.required_integer(value, members, item, "bytes", 0, u64::from(u32::MAX))?;
            Some(Effect::Truncate { bytes: usize::try_from(bytes).ok()? })
        }
        "malformed" => Some(Effect::Malformed),
        "empty" => Some(Effect::Empty),
        _ => {
            let bytes = diagnostics.required_integer(value, members, item, "bytes", 1, u64::from(u32::MAX));
            let every = length(value, members, item, "every", diagnostics);
            Some(Effect::Drip { bytes: usize::try_from(bytes?).ok()?, every: every? })
        }
    }
}

/// Exactly one of `fixed`, `uniform` and `logNormal`.
fn delay<'a>(
    value: &'a RawValue,
    members: &Members<'a>,
    item: &str,
    diagnostics: &mut Diagnostics<'a>,
) -> Option<Delay> {
    let given: Vec<&str> =
        ["fixed", "uniform", "logNormal"].into_iter().filter(|field| members.get(field).is_some()).collect();
    match given.as_slice() {
        ["fixed"] => length(value, members, item, "fixed", diagnostics).map(Delay::Fixed),
        ["uniform"] => {
            let of = members.get("uniform")?;
            let inner = inner(of, item, "uniform", "{\"min\":\"1s\",\"max\":\"3s\"}", diagnostics)?;
            diagnostics.known_fields(&inner, item, &["min", "max"]);
            let least = length(of, &inner, item, "min", diagnostics);
            let most = length(of, &inner, item, "max", diagnostics);
            let (least, most) = (least?, most?);
            if least > most {
                diagnostics.wrong(of.get(), item, Some("uniform"), "min is longer than max");
                return None;
            }
            Some(Delay::Uniform(least, most))
        }
        ["logNormal"] => {
            let of = members.get("logNormal")?;
            let inner = inner(of, item, "logNormal", "{\"median\":\"200ms\",\"sigma\":0.5}", diagnostics)?;
            diagnostics.known_fields(&inner, item, &["median", "sigma"]);
            let median = length(of, &inner, item, "median", diagnostics);
            let sigma = diagnostics.number(&inner, item, "sigma", 0.0, 5.0).unwrap_or(0.5);
            Some(Delay::LogNormal { median: median?, sigma })
        }
        _ => {
            let reason = "needs exactly one of fixed (\"2s\"), uniform ({\"min\":\"1s\",\"max\":\"3s\"}), \
                          logNormal ({\"median\":\"200ms\",\"sigma\":0.5})";
            diagnostics.wrong(value.get(), item, None, reason);
            None
        }
    }
}

/// The members of an object in a field of a rule.
fn inner<'a>(
    value: &'a RawValue,
    item: &str,
    field: &str,
    example: &str,
    diagnostics: &mut Diagnostics<'a>,
) -> Option<Members<'a>> {
    if value.get().starts_with('{') {
        return diagnostics.object(value, item);
    }
    let reason = format!("expected an object such as {example}, found {}", kind(value));
    diagnostics.wrong(value.get(), item, Some(field), reason);
    None
}

/// A length of time up to [`Delay::MAX`].
fn length<'a>(
    of: &'a RawValue,
    members: &Members<'a>,
    item: &str,
    field: &str,
    diagnostics: &mut Diagnostics<'a>,
) -> Option<Duration> {
    let place = members.get(field).filter(|value| value.get() != "null");
    let Some(place) = place.filter(|value| value.get().starts_with('"')) else {
        let found = place.map_or_else(|| "nothing".to_owned(), |value| kind(value).to_owned());
        let reason = format!("is required: a length of time such as \"250ms\" or \"2s\", found {found}");
        diagnostics.wrong(place.unwrap_or(of).get(), item, Some(field), reason);
        return None;
    };
    let text = diagnostics.any_text(place, item, field)?;
    let reason = match duration::parse(&text) {
        Ok(length) if length <= Delay::MAX => return Some(length),
        Ok(_) => format!("\"{text}\" is longer than {}, the most that is accepted", duration::format(Delay::MAX)),
        Err(error) => format!("\"{text}\" is not a length of time; {error}"),
    };
    diagnostics.wrong(place.get(), item, Some(field), reason);
    None
}

fn matcher<'a>(value: &'a RawValue, item: &str, diagnostics: &mut Diagnostics<'a>) -> Option<RequestMatcher> {
    if value.get() == "null" {
        return None;
    }
    let members = inner(value, item, "match", "{\"page\":2}", diagnostics)?;
    diagnostics.known_fields(&members, item, &["key", "page", "query"]);
    let mut matcher = RequestMatcher {
        key: diagnostics.optional(&members, item, "key").map(std::borrow::Cow::into_owned),
        page: diagnostics
            .integer(&members, item, "page", 0, u64::from(MAX_PAGE))
            .and_then(|page| u32::try_from(page).ok()),
        ..RequestMatcher::default()
    };
    if let Some(query) = members.get("query") {
        for (name, value) in inner(query, item, "match.query", "{\"pageSize\":\"100\"}", diagnostics)?.0 {
            let field = format!("query.{name}");
            if let Some(text) = diagnostics.text(value, item, &field) {
                matcher.query.insert(name.into_owned(), text.into_owned());
            }
        }
    }
    Some(matcher)
}
