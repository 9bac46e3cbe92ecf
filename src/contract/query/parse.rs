//! The query parser: from a raw query string to a [`Query`], with every issue of the query and not only the first.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::{Display, Write as _};
use std::hash::Hash;
use std::str::FromStr;

use chrono::TimeDelta;
use hashbrown::HashSet;
use memchr::memchr2;
use percent_encoding::percent_decode_str;

use super::{Filters, Query, QueryIssue, Severity};
use crate::contract::{
    AcceptedValues, ActorType, DEFAULT_PAGE_SIZE, FilterField, MAX_PAGE, MAX_PAGE_SIZE, OBJECT_TYPES_DATE, Parameter,
    Timestamp, TimestampError, Vocabulary,
};
use crate::text::{excerpt, nearest, plural, word_enum};

/// What happens to unknown parameters, and to unknown values of open lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strictness {
    /// The request is answered: an unknown parameter is ignored, an unknown value matches nothing. Both are reported as
    /// warnings.
    #[default]
    Lenient,
    /// The request is refused with a 400.
    Strict,
}

/// `true` is strict, as in the setting `strict` and the flag `--strict`.
impl From<bool> for Strictness {
    fn from(strict: bool) -> Self {
        if strict { Self::Strict } else { Self::Lenient }
    }
}

word_enum! {
    /// What happens to the offset of a date-time, unless it is `Z` (TIME-OFFSET).
    #[derive(Default)]
    pub enum Offsets {
        /// The date-time is the instant that it names.
        #[default]
        Honoured = "honoured",
        /// The date-time is read as if it ended in `Z` in place of its offset.
        Ignored = "ignored",
        /// The request is refused with a 400.
        Refused = "refused",
    }
}

/// A query string that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedQuery {
    /// The query.
    pub query: Query,
    /// Issues that do not refuse the request: parameters and values that are ignored or doubtful.
    pub warnings: Vec<QueryIssue>,
}

/// A query string that is refused with a 400.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryRejection {
    /// The issues that refuse it; never empty.
    pub errors: Vec<QueryIssue>,
    /// The other issues.
    pub warnings: Vec<QueryIssue>,
}

/// Parses a query string, without its `?`.
///
/// With [`Strictness::Strict`], what the contract does not list is an error instead of a warning. [`Offsets`] says how
/// date-times with an offset are read.
///
/// ```
/// use cortex_audit_mock::contract::query::{self, Offsets, Strictness};
/// use cortex_audit_mock::contract::{FilterField, Vocabulary};
///
/// let known = Vocabulary::published();
/// let text = "page=2&objectTypes=TEAM,SERVICE";
/// let parsed = query::parse(text, &known, Strictness::Lenient, Offsets::Honoured).unwrap();
/// assert_eq!(parsed.query.page, 2);
/// assert_eq!(parsed.query.filters.values(FilterField::ObjectTypes), ["TEAM", "SERVICE"]);
///
/// let rejected = query::parse("page=-1&actions=created", &known, Strictness::Lenient, Offsets::Honoured).unwrap_err();
/// assert_eq!(rejected.errors.len(), 2);
/// ```
///
/// # Errors
/// [`QueryRejection`] with every issue that makes the request a 400.
pub fn parse(
    raw: &str,
    known: &Vocabulary,
    strictness: Strictness,
    offsets: Offsets,
) -> Result<ParsedQuery, QueryRejection> {
    let mut reader = QueryReader { vocabulary: Some(known), strictness, offsets, ..QueryReader::default() };
    let query = reader.query(raw);
    reader.check_range(&query);
    reader.check_request_types(&query.filters);

    let refuses = |issue: &QueryIssue| match issue.severity {
        Severity::Invalid => true,
        Severity::Unlisted => strictness == Strictness::Strict,
        Severity::Doubtful => false,
    };
    let (errors, warnings): (Vec<_>, Vec<_>) = reader.issues.into_iter().partition(refuses);
    if errors.is_empty() { Ok(ParsedQuery { query, warnings }) } else { Err(QueryRejection { errors, warnings }) }
}

/// The query of a raw query string that was parsed before; `None` if it is invalid. Cheap, because it does not look for
/// unlisted parameters and values; so a query that only `--strict` refuses is `Some`.
pub(crate) fn reparse(raw: &str, offsets: Offsets) -> Option<Query> {
    let mut reader = QueryReader { offsets, ..QueryReader::default() };
    let query = reader.query(raw);
    let invalid = reader.issues.iter().any(|issue| issue.severity == Severity::Invalid);
    (!invalid).then_some(query)
}

/// The first value of a parameter in a raw query string, decoded as by [`parse`].
pub fn first_value(raw: &str, name: &str) -> Option<String> {
    let mut pairs = raw.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, value) = pairs.find(|(given, _)| decoded(given).as_deref() == Some(name))?;
    decoded(value).map(Cow::into_owned)
}

/// Whether a pair of a raw query string, such as `page=2`, has this name, decoded as by [`parse`].
pub(crate) fn has_name(pair: &str, name: &str) -> bool {
    let given = pair.split('=').next().unwrap_or_default();
    decoded(given).as_deref() == Some(name)
}

/// The pairs of a raw query string whose name is that of a parameter.
pub(crate) fn known_parameters(raw: &str) -> String {
    let is_known = |pair: &&str| Parameter::ALL.iter().any(|known| has_name(pair, known.name()));
    raw.split('&').filter(is_known).collect::<Vec<_>>().join("&")
}

#[derive(Default)]
struct QueryReader<'a> {
    /// The known values of open lists. `None` in [`reparse`]: then no unlisted parameter or value is reported.
    vocabulary: Option<&'a Vocabulary>,
    strictness: Strictness,
    offsets: Offsets,
    /// The decoded values in the order received.
    values: Vec<(Parameter, Cow<'a, str>)>,
    /// Name and value of each unknown parameter.
    unknown: BTreeSet<(String, String)>,
    issues: Vec<QueryIssue>,
}

impl<'a> QueryReader<'a> {
    fn query(&mut self, raw: &'a str) -> Query {
        self.split(raw);
        let mut query = Query {
            start_time: self.time(Parameter::StartTime),
            end_time: self.time(Parameter::EndTime),
            page: self.integer(Parameter::Page, 0, MAX_PAGE).unwrap_or(0),
            page_size: self.integer(Parameter::PageSize, 1, MAX_PAGE_SIZE).unwrap_or(DEFAULT_PAGE_SIZE),
            filters: Filters::default(),
        };
        for field in FilterField::IN_PUBLISHED_ORDER {
            query.filters.0[field as usize] = self.filter(field);
        }
        query
    }

    /// Sorts the pairs of the query string by parameter.
    fn split(&mut self, raw: &'a str) {
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(decoded_name) = decoded(name) else {
                self.report_unknown(name, value);
                continue;
            };
            let Some(parameter) = Parameter::named(&decoded_name) else {
                let value = decoded(value).unwrap_or(Cow::Borrowed(value));
                self.report_unknown(&decoded_name, &value);
                continue;
            };
            match decoded(value) {
                Some(value) => self.values.push((parameter, value)),
                None => self.issues.push(QueryIssue {
                    accepted: Some("UTF-8, where a percent sign is followed by two hexadecimal digits".into()),
                    example: Some("a slash as %2F, a percent sign as %25".to_owned()),
                    ..new_issue("PARAM-INVALID", parameter, value, "is not well percent-encoded")
                }),
            }
        }
        let others = self.unknown.len().saturating_sub(MAX_REPORTED);
        if let Some(last) = self.issues.iter_mut().rfind(|issue| issue.rule == "PARAM-UNKNOWN") {
            note_unlisted(last, others);
        }
    }

    fn report_unknown(&mut self, name: &str, value: &str) {
        if self.vocabulary.is_none() || !self.unknown.insert((name.to_owned(), value.to_owned())) {
            return;
        }
        if self.unknown.len() > MAX_REPORTED {
            return;
        }
        let nearest = nearest(name, Parameter::ALL.map(Parameter::name));
        let known = nearest.is_none().then(|| Parameter::ALL.map(Parameter::name).join(", "));
        let reason = match self.strictness {
            Strictness::Strict => "is not a parameter of this operation",
            Strictness::Lenient => "is not a parameter of this operation and was ignored",
        };
        self.issues.push(QueryIssue {
            rule: "PARAM-UNKNOWN",
            severity: Severity::Unlisted,
            parameter: name.to_owned(),
            value: value.to_owned(),
            reason: reason.into(),
            accepted: known,
            nearest: nearest.map(String::from),
            example: None,
        });
    }

    /// The decoded values of a parameter, in the order received.
    fn values_of(&self, parameter: Parameter) -> Vec<Cow<'a, str>> {
        self.values.iter().filter(|(other, _)| *other == parameter).map(|(_, value)| value.clone()).collect()
    }

    /// The value of a parameter that takes one; the same value given twice counts once (PARAM-INVALID).
    fn single<T: PartialEq>(
        &mut self,
        parameter: Parameter,
        texts: Vec<Cow<'a, str>>,
        mut read: impl FnMut(&str) -> Result<T, Box<QueryIssue>>,
    ) -> Option<T> {
        // Most requests have few of the parameters.
        if texts.is_empty() {
            return None;
        }
        let mut single: Option<(T, Cow<'a, str>)> = None;
        let (mut texts, issues_before) = (distinct(texts).into_iter(), self.issues.len());
        while let Some(text) = texts.next() {
            match (read(&text), &single) {
                (Err(issue), _) => self.issues.push(*issue),
                (Ok(value), None) => single = Some((value, text)),
                (Ok(value), Some((first, _))) if value == *first => {}
                (Ok(_), Some((_, first))) => {
                    let what = format!("contradicts {}={} of the same request", parameter.name(), excerpt(first));
                    self.issues.push(QueryIssue {
                        accepted: Some("one value".into()),
                        ..new_issue("PARAM-INVALID", parameter, &text, what)
                    });
                }
            }
            // The request is refused, whatever the other values are.
            let issues = &mut self.issues[issues_before..];
            if issues.len() == MAX_REPORTED {
                note_unlisted(&mut issues[MAX_REPORTED - 1], texts.len());
                break;
            }
        }
        single.map(|(value, _)| value)
    }

    fn integer(&mut self, parameter: Parameter, least: u32, most: u32) -> Option<u32> {
        let texts = self.values_of(parameter);
        self.single(parameter, texts, |text| {
            let hint = if parameter == Parameter::Page { " (pages count from 0)" } else { "" };
            let wrong = |what: &str| {
                Box::new(QueryIssue {
                    nearest: likely_integer(text, least, most),
                    accepted: Some(format!("an integer from {least} to {most}{hint}")),
                    example: Some(match parameter {
                        Parameter::Page => "page=0".into(),
                        _ => format!("{}={DEFAULT_PAGE_SIZE}", parameter.name()),
                    }),
                    ..new_issue("PARAM-INVALID", parameter, text, what)
                })
            };
            match text.parse::<i64>() {
                Ok(number) => u32::try_from(number)
                    .ok()
                    .filter(|number| (least..=most).contains(number))
                    .ok_or_else(|| wrong("is out of range")),
                Err(_) if text.is_empty() => Err(wrong("is empty")),
                Err(_) if is_long_number(text) => Err(wrong("is out of range")),
                Err(_) => Err(wrong("is not an integer")),
            }
        })
    }

    fn time(&mut self, parameter: Parameter) -> Option<Timestamp> {
        let mut texts = self.values_of(parameter);
        for text in &mut texts {
            let restored = text.replace(' ', "+");
            if restored != **text && Timestamp::from_str(text).is_err() && Timestamp::from_str(&restored).is_ok() {
                let reason = "has a space where a plus sign was meant; it was read as +";
                self.issues.push(QueryIssue {
                    severity: Severity::Doubtful,
                    example: Some(format!("{}={}", parameter.name(), text.replace(' ', "%2B"))),
                    ..new_issue("TIME-FORMS", parameter, text, reason)
                });
                *text = Cow::Owned(restored);
            }
        }
        let (offsets, mut warnings) = (self.offsets, Vec::new());
        let time = self.single(parameter, texts, |text| {
            let (instant, offset) = Timestamp::parse_with_offset(text).map_err(|error: TimestampError| {
                Box::new(QueryIssue {
                    accepted: Some("an RFC 3339 date-time; without an offset it means UTC".into()),
                    nearest: likely_time(text, parameter),
                    example: Some(format!("{}=2025-05-20T06:51:43Z", parameter.name())),
                    ..new_issue("PARAM-INVALID", parameter, text, error)
                })
            })?;
            let Some(seconds) = offset else { return Ok(instant) };
            let issue = |severity, reason: String| QueryIssue {
                severity,
                accepted: Some("UTC, with Z or without an offset".into()),
                nearest: Some(instant.to_string()),
                ..new_issue("TIME-OFFSET", parameter, text, reason)
            };
            match offsets {
                Offsets::Honoured => {
                    let reason =
                        "has an offset, which the real API may ignore or refuse; here it was honoured".to_owned();
                    warnings.push(issue(Severity::Doubtful, reason));
                    Ok(instant)
                }
                Offsets::Ignored => {
                    // Out of the calendar only within a day of its ends.
                    let digits = instant.checked_add(TimeDelta::seconds(seconds)).unwrap_or(instant);
                    let reason =
                        format!("has an offset, which the setting offsets=ignored ignores; it was read as {digits}");
                    warnings.push(issue(Severity::Doubtful, reason));
                    Ok(digits)
                }
                Offsets::Refused => {
                    let reason = "has an offset, which the setting offsets=refused (--offsets) refuses".to_owned();
                    Err(Box::new(issue(Severity::Invalid, reason)))
                }
            }
        });
        self.issues.append(&mut warnings);
        time
    }

    /// The values of a list filter in any of its forms (LIST-FORMS), without empty ones (FILTER-EMPTY) and repetitions.
    fn filter(&mut self, field: FilterField) -> Vec<String> {
        let parameter = Parameter::Filter(field);
        // Most requests have few of the filters.
        if self.values.iter().all(|(other, _)| *other != parameter) {
            return Vec::new();
        }
        let texts = self.values.iter().filter(|(other, _)| *other == parameter).map(|(_, text)| text);
        let values = texts.flat_map(|text| text.split(',')).filter(|value| !value.is_empty());
        let values: Vec<String> = distinct(values.collect()).into_iter().map(String::from).collect();
        match (field.accepted(), self.vocabulary) {
            (AcceptedValues::Closed(words), _) => self.check_closed(parameter, &values, words),
            (AcceptedValues::Open(published), Some(vocabulary)) => {
                self.check_open(field, &values, published, vocabulary.words(field));
            }
            (AcceptedValues::Open(_), None) | (AcceptedValues::Text, _) => {}
        }
        values
    }

    /// Refuses values that are none of the words (ENUM-CLOSED).
    fn check_closed(&mut self, parameter: Parameter, values: &[String], words: &[&str]) {
        let is_known = |value: &str| words.contains(&value);
        self.report_values(values, words.iter().copied(), is_known, |text| QueryIssue {
            accepted: Some(words.join(", ")),
            nearest: likely_word(text, words.iter().copied()),
            example: Some(format!("{}={}", parameter.name(), words[0])),
            ..new_issue("ENUM-CLOSED", parameter, text, "is not one of the values of this parameter")
        });
    }

    /// Reports unknown values of an open list: they stay in the filter, and match nothing (ENUM-OPEN).
    fn check_open(&mut self, field: FilterField, values: &[String], published: &[&str], known: &BTreeSet<String>) {
        let parameter = Parameter::Filter(field);
        let accepted = match (self.strictness, field) {
            (Strictness::Strict, FilterField::ObjectTypes) => Some(format!(
                "the types known on {OBJECT_TYPES_DATE}, those of the entries, and newer ones that --object-types FILE names"
            )),
            _ => (published.len() <= MAX_LISTED).then(|| published.join(", ")),
        };
        let what = match self.strictness {
            Strictness::Strict => "is not a known value",
            Strictness::Lenient => "is not a known value and matches nothing",
        };
        let words = known.iter().map(String::as_str);
        self.report_values(
            values,
            words.clone(),
            |value| known.contains(value),
            |text| QueryIssue {
                severity: Severity::Unlisted,
                accepted: accepted.clone(),
                nearest: likely_word(text, words.clone()),
                example: None,
                ..new_issue("ENUM-OPEN", parameter, text, what)
            },
        );
    }

    /// Adds an issue for each of the first values that are none of the words; the last issue counts the others.
    fn report_values<'w>(
        &mut self,
        values: &[String],
        words: impl Iterator<Item = &'w str>,
        is_known: impl Fn(&str) -> bool,
        new_issue: impl Fn(&str) -> QueryIssue,
    ) {
        let mut values = values.iter().map(String::as_str);
        let unknown = values.by_ref().filter(|value| !is_known(value));
        self.issues.extend(unknown.take(MAX_REPORTED).map(new_issue));
        // There can be thousands: to look up each word among them is faster than each of them among the words.
        let rest: HashSet<&str> = values.collect();
        if let Some(last) = self.issues.last_mut().filter(|_| !rest.is_empty()) {
            note_unlisted(last, rest.len() - words.filter(|word| rest.contains(word)).count());
        }
    }

    /// Reports request types of other actors than anonymous ones, which have none (FILTER-ANONYMOUS).
    fn check_request_types(&mut self, filters: &Filters) {
        const ANONYMOUS: &str = ActorType::Anonymous.as_str();

        let (request_types, actor_types) =
            (filters.values(FilterField::ActorRequestTypes), filters.values(FilterField::ActorTypes));
        let is_other = |word: &&str| *word != ANONYMOUS && ActorType::WORDS.contains(word);
        let others: Vec<&str> = actor_types.iter().map(String::as_str).filter(is_other).collect();
        if !request_types.is_empty() && !others.is_empty() {
            let reason =
                format!("belongs to actors of type {ANONYMOUS}, but is combined with actorTypes={}", others.join(","));
            self.issues.push(QueryIssue {
                severity: Severity::Doubtful,
                accepted: Some(format!("actorTypes={ANONYMOUS}, or no actorTypes")),
                ..new_issue(
                    "FILTER-ANONYMOUS",
                    Parameter::Filter(FilterField::ActorRequestTypes),
                    &request_types.join(","),
                    reason,
                )
            });
        }
    }

    /// Reports a range that holds no instant and so matches nothing (TIME-RANGE).
    fn check_range(&mut self, query: &Query) {
        let (Some(start), Some(end)) = (query.start_time, query.end_time) else { return };
        if start > end {
            self.issues.push(QueryIssue {
                severity: Severity::Doubtful,
                accepted: Some(format!("a startTime not after endTime={end}")),
                ..new_issue(
                    "TIME-RANGE",
                    Parameter::StartTime,
                    &start.to_string(),
                    "is after endTime, so nothing matches",
                )
            });
        }
    }
}

/// The most values of one parameter, and the most unknown parameters, that have an issue of their own. A request can have
/// thousands; nobody reads more than these, and the search for the nearest known word takes long.
const MAX_REPORTED: usize = 20;

/// Adds to the last issue of a parameter how many values more were not listed.
fn note_unlisted(last: &mut QueryIssue, unlisted: usize) {
    if unlisted > 0 {
        let _ = write!(last.reason, "; {unlisted} more {} not listed", plural(unlisted, "is", "are"));
    }
}

/// A published list of more values than this is not part of a message.
const MAX_LISTED: usize = 20;

/// Each value once, in the order received.
fn distinct<T: Hash + Eq + Clone>(mut values: Vec<T>) -> Vec<T> {
    if values.len() > 1 {
        let mut seen = HashSet::with_capacity(values.len());
        values.retain(|value| seen.insert(value.clone()));
    }
    values
}

/// Whether a text has the form of an integer, however many digits it has.
fn is_long_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The integer that a text most likely stands for: one in quotes, between spaces, or with a fraction of zeros.
fn likely_integer(text: &str, least: u32, most: u32) -> Option<String> {
    let bare = text.trim_matches(QUOTES);
    let whole =
        bare.split_once('.').filter(|(_, rest)| rest.bytes().all(|byte| byte == b'0')).map_or(bare, |(whole, _)| whole);
    whole.parse::<u32>().ok().filter(|number| (least..=most).contains(number)).map(|number| number.to_string())
}

/// The word that a text most likely stands for, or several when another separator than a comma is between them.
fn likely_word<'w>(text: &str, words: impl Iterator<Item = &'w str> + Clone) -> Option<String> {
    let parts = || text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|part| !part.is_empty());
    if parts().next().is_some() && parts().all(|part| words.clone().any(|word| word == part)) {
        return Some(parts().collect::<Vec<_>>().join(","));
    }
    nearest(text, words).map(String::from)
}

/// The date-time that a text most likely stands for: a day, a space for the `T`, a comma for the point, seconds or
/// milliseconds since 1970, a time zone in brackets or in letters, an offset behind a space, quotes around it.
fn likely_time(text: &str, parameter: Parameter) -> Option<String> {
    let end_of_day = parameter == Parameter::EndTime;
    let of_day = if end_of_day { "T23:59:59.999999999Z" } else { "T00:00:00Z" };
    let bare = text.split('[').next().unwrap_or(text).trim_matches(QUOTES);
    let in_utc = bare.strip_suffix(" UTC").or_else(|| bare.strip_suffix(" GMT")).map(|rest| format!("{rest}Z"));
    let bare = in_utc.as_deref().unwrap_or(bare).replace(',', ".");
    let joined = bare.replacen(' ', "T", 1);
    let candidates = [
        format!("{bare}{of_day}"),
        bare.replace(' ', "+"),
        joined.replace(" +", "+").replace(" -", "-").replace(' ', "+"),
        format!("{joined}:00Z"),
    ];
    let readable = candidates.into_iter().find(|candidate| candidate.parse::<Timestamp>().is_ok());
    unix_time(&bare).map(|instant| instant.to_string()).or(readable)
}

/// Seconds since 1970 with or without a fraction, or milliseconds.
fn unix_time(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let number: i64 = whole.parse().ok()?;
    match whole.len() {
        10 => {
            let milliseconds: i64 = format!("{fraction:0<3.3}").parse().ok()?;
            Timestamp::from_unix_millis(number.checked_mul(1000)?.checked_add(milliseconds)?)
        }
        13 => Timestamp::from_unix_millis(number),
        _ => None,
    }
}

/// Characters that a program may have put around a value by mistake.
const QUOTES: [char; 3] = ['"', '\'', ' '];

/// An issue that refuses the request and has no hints; callers set other fields by struct update.
fn new_issue(rule: &'static str, parameter: Parameter, value: &str, reason: impl Display) -> QueryIssue {
    QueryIssue {
        rule,
        severity: Severity::Invalid,
        parameter: parameter.name().to_owned(),
        value: value.to_owned(),
        reason: reason.to_string(),
        accepted: None,
        nearest: None,
        example: None,
    }
}

/// Form decoding: `+` is a space, `%XX` a byte; `None` when a percent sign stands alone or the bytes are not UTF-8.
pub(crate) fn decoded(text: &str) -> Option<Cow<'_, str>> {
    if memchr2(b'+', b'%', text.as_bytes()).is_none() {
        return Some(Cow::Borrowed(text));
    }
    let well_encoded =
        text.split('%').skip(1).all(|rest| rest.len() >= 2 && rest.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit));
    if !well_encoded {
        return None;
    }
    let spaced = text.replace('+', " ");
    let text = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(Cow::Owned(text.into_owned()))
}
