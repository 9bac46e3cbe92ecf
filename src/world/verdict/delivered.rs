//! Compares what a client has in its sink with what it was served, as multisets of entries.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufReader, Cursor, Read};
use std::iter;
use std::time::Duration;

use roaring::RoaringBitmap;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::replay::{Replay, describe};
use super::scope::Scope;
use crate::contract::{Entry, Query, Timestamp};
use crate::json_file::{foreign_format, without_byte_order_mark};
use crate::store::EntryRef;
use crate::text::{counted, excerpt, plural};

/// How a client's sink differs from what it was served.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub struct Delivered {
    /// Which entries are compared.
    pub scope: Scope,
    /// How many records the sink has.
    pub records: usize,
    /// How many entries were served.
    pub served: usize,
    /// Entries that were never served: no fault of the sink, and told by the expectation `complete`.
    pub never_read: usize,
    /// Served, and not in the sink.
    pub missing: Discrepancy<Entry>,
    /// In the sink more often than they exist.
    pub doubled: Discrepancy<Record>,
    /// In place of a missing entry: of its time, and equal in three of the other five fields.
    pub altered: Discrepancy<Altered>,
    /// In place of a missing entry: equal but for its time, which was cut to milliseconds or microseconds.
    pub truncated: Discrepancy<Altered>,
    /// Anything else that was never served.
    pub never_served: Discrepancy<Record>,
}

/// How many there are, and the first of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Discrepancy<T> {
    /// How many.
    pub count: usize,
    /// The first.
    pub examples: Vec<T>,
}

/// A record of a sink: the fields of an entry, as far as it has them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// The time as it was written.
    pub timestamp: Option<String>,
    /// In the order of [`NAMES`].
    fields: [Option<String>; 5],
}

/// A record, and the entry in whose place it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Altered {
    /// The entry as it was served.
    pub entry: Entry,
    /// The record in the sink.
    pub record: Record,
    /// The fields that differ.
    pub fields: Vec<&'static str>,
}

/// Why a sink could not be compared.
#[derive(Debug)]
pub enum DeliveredError {
    /// It is not JSON, or its records are no objects.
    Malformed(String),
    /// It has more records than are compared.
    TooLarge,
}

/// The fields of an entry but its time.
const NAMES: [&str; 5] = ["action", "actorIdentifier", "ipAddress", "objectIdentifier", "objectType"];

/// The most examples of a kind.
const EXAMPLES: usize = 5;

impl Delivered {
    /// The most records of a sink that are compared.
    pub const MAX_RECORDS: usize = 1_000_000;

    /// The most bytes of a sink: what is in it and was not served is kept while it is compared.
    pub const MAX_BYTES: usize = 1 << 30;

    /// Reads a sink and compares it with the entries that were served, by their numbers.
    pub(super) fn compare(
        mut sink: impl Read,
        replay: &Replay,
        served: &RoaringBitmap,
        scope: &Scope,
    ) -> Result<Self, DeliveredError> {
        let mut comparison = Comparison::new(replay, served, scope);
        let malformed = |error: io::Error| DeliveredError::Malformed(error.to_string());
        let mut start = Vec::new();
        sink.by_ref().take(1024).read_to_end(&mut start).map_err(malformed)?;
        if let Some(format) = foreign_format(&start) {
            return Err(DeliveredError::Malformed(format!("it {}", format.with_advice())));
        }
        let sink = without_byte_order_mark(Cursor::new(start).chain(sink)).map_err(malformed)?;
        let mut sink = sink.take(Self::MAX_BYTES as u64);
        let read = comparison.read(&mut sink);
        if comparison.records > Self::MAX_RECORDS || sink.limit() == 0 {
            return Err(DeliveredError::TooLarge);
        }
        read.map_err(|error| DeliveredError::Malformed(error.to_string()))?;
        Ok(comparison.result())
    }

    /// Redacts the records of the sink.
    pub(super) fn redact(&mut self, redact: impl Fn(&mut String)) {
        let Self { doubled, altered, truncated, never_served, .. } = self;
        let in_place = altered.examples.iter_mut().chain(&mut truncated.examples).map(|altered| &mut altered.record);
        let records = doubled.examples.iter_mut().chain(&mut never_served.examples).chain(in_place);
        for Record { timestamp, fields } in records {
            timestamp.iter_mut().chain(fields.iter_mut().flatten()).for_each(&redact);
        }
    }

    /// Why the sink is not what was served; empty when it is. A time that is cut alone is no reason. Nothing can be delivered
    /// of nothing.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let Self { missing, doubled, altered, never_served, served, .. } = self;
        let nothing = (*served == 0).then(|| "no entry was served, so there was nothing to deliver".to_owned());
        let of_entry = |entry: &Entry| describe(entry);
        let fields = altered.examples.first().map(|first| first.fields.join(", ")).unwrap_or_default();
        [
            reason(missing, "was served and is not in the sink", "were served and are not in the sink", of_entry),
            reason(
                doubled,
                "is in the sink more often than it exists",
                "are in the sink more often than they exist",
                Record::to_string,
            ),
            reason(
                altered,
                &format!("is in the sink with another {fields}"),
                &format!("are in the sink with another {fields}"),
                |altered| of_entry(&altered.entry),
            ),
            reason(
                never_served,
                "is in the sink and was never served",
                "are in the sink and were never served",
                Record::to_string,
            ),
        ]
        .into_iter()
        .flatten()
        .chain(nothing)
        .collect()
    }
}

fn reason<T>(found: &Discrepancy<T>, one: &str, many: &str, describe: impl Fn(&T) -> String) -> Option<String> {
    let example = found.examples.first()?;
    let (entries, what) = (counted(found.count, "entry", "entries"), plural(found.count, one, many));
    Some(format!("{entries} {what}, such as {}", describe(example)))
}

/// In words.
impl fmt::Display for Delivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { records, served, missing, doubled, altered, truncated, never_served, never_read, .. } = self;
        writeln!(
            f,
            "delivered: {}; of {served} served {} missing, {} doubled, {} altered, {} truncated in time; {} never served; {} never read",
            counted(*records, "record", "records"),
            missing.count,
            doubled.count,
            altered.count,
            truncated.count,
            never_served.count,
            never_read
        )
    }
}

impl<T> Default for Discrepancy<T> {
    fn default() -> Self {
        Self { count: 0, examples: Vec::new() }
    }
}

impl<T> Discrepancy<T> {
    fn add(&mut self, count: usize, example: impl FnOnce() -> Option<T>) {
        self.count += count;
        if count > 0 && self.examples.len() < EXAMPLES {
            self.examples.extend(example());
        }
    }
}

impl fmt::Display for DeliveredError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => {
                write!(
                    f,
                    "The sink cannot be read: {error}. Send an array of entries, a line each, or whole answers; names in camel, snake or upper case."
                )
            }
            Self::TooLarge => {
                write!(
                    f,
                    "The sink has more than {} records, or {} bytes.",
                    Delivered::MAX_RECORDS,
                    Delivered::MAX_BYTES
                )
            }
        }
    }
}

impl std::error::Error for DeliveredError {}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [action, _, _, identifier, kind] = self.values().map(|value| excerpt(value.unwrap_or("?")));
        write!(f, "{action} {kind} {identifier} of {}", excerpt(self.timestamp.as_deref().unwrap_or("?")))
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = NAMES.into_iter().zip(self.values()).filter(|(_, value)| value.is_some());
        serializer.collect_map(iter::once(("timestamp", self.timestamp.as_deref())).chain(fields))
    }
}

impl Record {
    fn of(entry: &Entry) -> Self {
        let fields = values(entry).map(|value| value.map(str::to_owned));
        Self { timestamp: Some(entry.timestamp.to_string()), fields }
    }

    /// The field of this name in camel, snake or upper case, as destinations write it.
    fn field(&mut self, name: &str) -> Option<&mut Option<String>> {
        let name = name.replace('_', "");
        if name.eq_ignore_ascii_case("timestamp") {
            return Some(&mut self.timestamp);
        }
        let place = NAMES.iter().position(|known| name.eq_ignore_ascii_case(known))?;
        Some(&mut self.fields[place])
    }

    /// In the order of [`NAMES`].
    fn values(&self) -> [Option<&str>; 5] {
        self.fields.each_ref().map(Option::as_deref)
    }

    /// The instant that it names; some sinks write it without an offset, or with a space.
    fn instant(&self) -> Option<Timestamp> {
        let text = self.timestamp.as_ref()?;
        let parse = |text: &str| text.parse().ok();
        parse(text)
            .or_else(|| parse(&text.replacen(' ', "T", 1)))
            .or_else(|| parse(&format!("{}Z", text.replacen(' ', "T", 1))))
    }
}

/// In the order of [`NAMES`].
fn values(entry: &Entry) -> [Option<&str>; 5] {
    let Entry { action, actor_identifier, ip_address, object_identifier, object_type, .. } = entry;
    [
        Some(action.as_str()),
        actor_identifier.as_deref(),
        ip_address.as_deref(),
        Some(object_identifier),
        Some(object_type),
    ]
}

/// A comparison while the records of a sink come in.
struct Comparison<'a> {
    replay: &'a Replay,
    hasher: RandomState,
    /// The entries of the world by their content.
    known: HashMap<u64, Known>,
    records: usize,
    /// Records that are like no entry.
    unknown: Vec<Record>,
    /// How many more of these there are.
    further_unknown: usize,
    delivered: Delivered,
}

/// Entries of one content.
struct Known {
    /// One of them.
    entry: EntryRef,
    exist: usize,
    /// In the scope.
    in_scope: usize,
    /// In the scope and served.
    served: usize,
    /// In the sink.
    kept: usize,
}

/// The most records that are like no entry and are looked at more closely.
const MAX_UNKNOWN: usize = 100_000;
/// The most missing entries of one time among which that of a record is looked for.
const MAX_CANDIDATES: usize = 10_000;

impl<'a> Comparison<'a> {
    /// Compares each record of a sink.
    fn read(&mut self, sink: impl Read) -> serde_json::Result<()> {
        let mut values = serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, sink));
        while values.end().is_err() {
            Records(self).deserialize(&mut values)?;
        }
        Ok(())
    }

    fn new(replay: &'a Replay, served: &RoaringBitmap, scope: &Scope) -> Self {
        let number = |entry: &EntryRef| u32::try_from(entry.number).unwrap_or(u32::MAX);
        let in_scope: RoaringBitmap = replay.all(&scope.everything()).iter().map(number).collect();
        let delivered = Delivered { scope: scope.clone(), ..Delivered::default() };
        let (known, unknown) = (HashMap::new(), Vec::new());
        let hasher = RandomState::new();
        let mut comparison = Self { replay, hasher, known, records: 0, unknown, further_unknown: 0, delivered };
        for entry in replay.all(&Query::default()) {
            let Some(full) = replay.entry(&entry) else { continue };
            let content = comparison.content(values(&full), full.timestamp);
            let known =
                comparison.known.entry(content).or_insert(Known { entry, exist: 0, in_scope: 0, served: 0, kept: 0 });
            let is_in_scope = in_scope.contains(number(&entry));
            known.exist += 1;
            known.in_scope += usize::from(is_in_scope);
            known.served += usize::from(is_in_scope && served.contains(number(&entry)));
        }
        comparison
    }

    fn content(&self, values: [Option<&str>; 5], at: Timestamp) -> u64 {
        self.hasher.hash_one((values, at))
    }

    fn add(&mut self, record: Record) {
        self.records += 1;
        let content = record.instant().map(|at| self.content(record.values(), at));
        match content.and_then(|content| self.known.get_mut(&content)) {
            Some(known) => known.kept += 1,
            None if self.unknown.len() < MAX_UNKNOWN => self.unknown.push(record),
            None => self.further_unknown += 1,
        }
    }

    fn result(mut self) -> Delivered {
        self.delivered.records = self.records;
        let mut missing = Vec::new();
        for known in self.known.values().filter(|known| known.in_scope > 0) {
            let Known { entry, exist, in_scope, served, kept } = known;
            let record = || Some(Record::of(&self.replay.entry(entry)?));
            self.delivered.served += served;
            self.delivered.never_read += in_scope - served;
            self.delivered.doubled.add(kept.saturating_sub(*exist), record);
            // What lies outside the scope may be in the sink too.
            let outside = exist - in_scope;
            self.delivered.never_served.add((*kept).min(*exist).saturating_sub(served + outside), record);
            if kept < served {
                missing.push((*entry, served - kept));
            }
        }
        missing.sort_by_key(|(entry, _)| Reverse(entry.timestamp));
        let unknown = std::mem::take(&mut self.unknown);
        self.match_unknown(unknown, &mut missing);
        self.delivered.never_served.count += self.further_unknown;
        for (entry, count) in missing {
            self.delivered.missing.add(count, || self.replay.entry(&entry));
        }
        self.delivered
    }

    /// Finds the missing entries in whose place the records are that are like no entry.
    fn match_unknown(&mut self, unknown: Vec<Record>, missing: &mut [(EntryRef, usize)]) {
        let times: HashSet<Timestamp> = unknown.iter().filter_map(Record::instant).collect();
        // The missing entries of each time of a record, with their places: those whose own time it is, or theirs when cut.
        let mut by_time: HashMap<Timestamp, Vec<(usize, Entry)>> = HashMap::new();
        for (place, (entry, _)) in missing.iter().enumerate() {
            let at = entry.timestamp;
            let cuts = BTreeSet::from([at, cut(at, 1000), cut(at, 1_000_000)]);
            for time in cuts.into_iter().filter(|time| times.contains(time)) {
                by_time.entry(time).or_default().extend(self.replay.entry(entry).map(|full| (place, full)));
            }
        }
        for record in unknown {
            let at = record.instant();
            let candidates = at.and_then(|at| by_time.get(&at)).filter(|all| all.len() <= MAX_CANDIDATES);
            let left = || candidates.into_iter().flatten().filter(|(place, _)| missing[*place].1 > 0);
            let equal = |entry: &Entry| {
                values(entry).into_iter().zip(record.values()).filter(|(one, other)| one == other).count()
            };
            let cut = left().find(|(_, entry)| at != Some(entry.timestamp) && equal(entry) == NAMES.len());
            let mut altered = left().filter(|(_, entry)| at == Some(entry.timestamp) && equal(entry) >= 3);
            let only = || altered.next().filter(|_| altered.next().is_none());
            let (found, place) = match (cut, cut.or_else(only)) {
                (Some(_), Some(place)) => (&mut self.delivered.truncated, place),
                (None, Some(place)) => (&mut self.delivered.altered, place),
                (_, None) => {
                    self.delivered.never_served.add(1, || Some(record));
                    continue;
                }
            };
            missing[place.0].1 -= 1;
            found.add(1, || Some(altered_from(place.1.clone(), record)));
        }
    }
}

fn altered_from(entry: Entry, record: Record) -> Altered {
    let differ = values(&entry).into_iter().zip(record.values()).zip(NAMES);
    let mut fields: Vec<&str> = differ.filter(|((one, other), _)| one != other).map(|(_, name)| name).collect();
    if record.instant() != Some(entry.timestamp) {
        fields.push("timestamp");
    }
    Altered { entry, record, fields }
}

/// A time truncated to a multiple of a number of nanoseconds.
fn cut(at: Timestamp, nanoseconds: u128) -> Timestamp {
    let over = at.since(Timestamp::EPOCH).as_nanos() % nanoseconds;
    at.saturating_sub(Duration::from_nanos(u64::try_from(over).unwrap_or_default()))
}

/// Reads the records of a JSON value: an object, an array of values, or a whole answer, which has them in `logs`.
struct Records<'a, 'b>(&'a mut Comparison<'b>);

impl<'de> DeserializeSeed<'de> for Records<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Records<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entry, an array of entries, or a whole answer")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        while sequence.next_element_seed(Records(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut record = Record::default();
        let mut is_answer = false;
        while let Some(name) = map.next_key::<String>()? {
            if name == "logs" {
                map.next_value_seed(Records(self.0))?;
                is_answer = true;
            } else if let Some(field) = record.field(&name) {
                *field = match map.next_value()? {
                    Value::String(text) => Some(text),
                    Value::Null => None,
                    Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Some("?".to_owned()),
                };
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if is_answer {
            return Ok(());
        }
        if record == Record::default() {
            let number = self.0.records + 1;
            let wrong = format!("record {number} has none of the fields timestamp, {}", NAMES.join(", "));
            return Err(A::Error::custom(wrong));
        }
        self.0.add(record);
        if self.0.records > Delivered::MAX_RECORDS { Err(A::Error::custom("too many records")) } else { Ok(()) }
    }
}
