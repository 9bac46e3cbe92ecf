//! The responses to 10,000 queries, compared with recorded digests.
//!
//! A change of the store or of the path of a request must not change a body. If it is intended, `cargo insta accept`
//! records the new digests; the snapshot of the entries shows whether these or the responses changed.

use std::fmt::Write as _;

use axum::body::to_bytes;
use cortex_audit_mock::EntrySource;
use cortex_audit_mock::contract::{
    ACTOR_REQUEST_TYPES, Action, ActorType, Entry, FilterField, MAX_PAGE, OBJECT_TYPES, Parameter, Timestamp,
};
use cortex_audit_mock::internal::fixture;
use cortex_audit_mock::{Config, RateLimit};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use crate::support::{NOW, TestMock, full_tests, size, time};

const ENTRIES: u64 = 10_000;
/// Queries per recorded line.
const EACH: usize = 1000;
const RECORDED: &str = include_str!("snapshots/it__same_bytes__answers.snap");
/// Queries after which an entry is appended, so that entries are in the base, in segments and in the buffer.
const ADD_AFTER: usize = 20;

#[tokio::test]
async fn ten_thousand_responses_have_the_recorded_bytes() {
    let source = EntrySource::Generated { count: ENTRIES, seed: 42 };
    let entries = fixture::load(std::slice::from_ref(&source), time(NOW)).unwrap().entries;
    insta::assert_snapshot!("entries", digest(&serde_json::to_vec(&entries).unwrap()));

    let mock = TestMock::with_config(Config { entries: vec![source], rate_limit: RateLimit::Off, ..Config::default() });
    let mut random = RandomQueries(ChaCha8Rng::seed_from_u64(7));
    let mut lines = String::new();
    let mut statuses = [0; 2];
    let mut hasher = Sha256::new();
    for number in 1..=size(10 * EACH, EACH) {
        let query = random.query(&entries);
        let response = mock.get_unchecked(&format!("/api/v1/audit-logs?{query}")).await;
        let refused = response.status() != 200;
        let (head, body) = response.into_parts();
        let mut body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        if refused {
            // The only part that differs each time.
            body = body.replace(head.headers["x-request-id"].to_str().unwrap(), "ID");
        }
        statuses[usize::from(refused)] += 1;
        let line = format!("{query} {} {:?} {body}\n", head.status, head.headers["content-type"]);
        hasher.update(line);
        if number % ADD_AFTER == 0 {
            mock.mock.world().append([random.entry(&entries)]);
        }
        if number % EACH == 0 {
            let digest = hexadecimal(&std::mem::take(&mut hasher).finalize());
            writeln!(lines, "{} to {number}: {digest}", number - EACH + 1).unwrap();
        }
    }
    if full_tests() {
        insta::assert_snapshot!("answers", format!("{lines}{} pages, {} refused", statuses[0], statuses[1]));
    } else {
        assert!(RECORDED.contains(&lines), "{lines}is not in the snapshot \"answers\"");
    }
}

fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Random queries and entries, the same at every run.
struct RandomQueries(ChaCha8Rng);

impl RandomQueries {
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.0.next_u64() % bound as u64).unwrap()
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// Random parameters, most of them valid, in every spelling.
    fn query(&mut self, entries: &[Entry]) -> String {
        let mut pairs = Vec::new();
        for parameter in Parameter::ALL {
            let seldom = matches!(parameter, Parameter::Page | Parameter::PageSize);
            if !self.one_in(if seldom { 2 } else { 6 }) {
                continue;
            }
            let values: Vec<String> = match parameter {
                Parameter::Page | Parameter::PageSize | Parameter::StartTime | Parameter::EndTime => {
                    vec![self.value(parameter, entries)]
                }
                _ => (0..=self.below(3)).map(|_| self.value(parameter, entries)).collect(),
            };
            if self.one_in(3) {
                pairs.extend(values.iter().map(|value| format!("{}={}", parameter.name(), self.encoded(value))));
            } else {
                let values: Vec<String> = values.iter().map(|value| self.encoded(value)).collect();
                pairs.push(format!("{}={}", parameter.name(), values.join(",")));
            }
        }
        if self.one_in(30) {
            pairs.push(
                (*self.of(&["quiet=false", "pagesize=1", "objectType=TEAM", "=", "", "%zz=1", "page", "a~b=c"]))
                    .to_owned(),
            );
        }
        let turned = self.below(pairs.len().max(1));
        pairs.rotate_left(turned);
        pairs.join("&")
    }

    fn value(&mut self, parameter: Parameter, entries: &[Entry]) -> String {
        if self.one_in(60) {
            return (*self.of(&["", "-1", "nonsense", "1e3", "99999999999", "2025-02-30T00:00:00Z", "%2", "%ff"]))
                .to_owned();
        }
        let entry = self.of(entries);
        let or = |text: &Option<String>, other: &str| text.clone().unwrap_or_else(|| other.to_owned());
        match parameter {
            Parameter::StartTime | Parameter::EndTime => self.instant(entry.timestamp),
            Parameter::Page => match self.below(12) {
                0 => MAX_PAGE.to_string(),
                1 => self.below(2000).to_string(),
                _ => self.below(12).to_string(),
            },
            // Most are small: a large page takes long.
            Parameter::PageSize => match self.below(12) {
                0 => (1 + self.below(1000)).to_string(),
                1..=3 => (1 + self.below(250)).to_string(),
                _ => (1 + self.below(30)).to_string(),
            },
            Parameter::Filter(FilterField::Actions) => self.of(&Action::ALL).to_string(),
            Parameter::Filter(FilterField::ActorTypes) => self.of(&ActorType::ALL).to_string(),
            Parameter::Filter(FilterField::ObjectTypes) if self.one_in(4) => (*self.of(&OBJECT_TYPES)).to_owned(),
            Parameter::Filter(FilterField::ObjectTypes) => entry.object_type.clone(),
            Parameter::Filter(FilterField::ObjectIdentifiers) => entry.object_identifier.clone(),
            Parameter::Filter(FilterField::ActorRequestTypes) if self.one_in(4) => {
                (*self.of(&ACTOR_REQUEST_TYPES)).to_owned()
            }
            Parameter::Filter(FilterField::ActorRequestTypes) => or(&entry.actor.request_type, "CRON"),
            Parameter::Filter(FilterField::ActorEmails) => or(&entry.actor.email, "nobody@example.com"),
            Parameter::Filter(FilterField::ActorApiKeyIdentifiers) => or(&entry.actor.api_key_identifier, "no-key"),
            Parameter::Filter(FilterField::ActorIpAddresses) => or(&entry.ip_address, "192.0.2.255"),
        }
    }

    /// Formats an instant in one of the accepted forms.
    fn instant(&mut self, instant: Timestamp) -> String {
        let text = instant.to_string();
        match self.below(4) {
            0 => text.trim_end_matches('Z').to_owned(),
            1 => text.replace('Z', "+00:00"),
            _ => text,
        }
    }

    /// Percent-encodes the necessary characters, or all.
    fn encoded(&mut self, value: &str) -> String {
        if self.one_in(4) {
            return utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
        }
        value
            .chars()
            .map(|c| if "&+#\" <>".contains(c) { format!("%{:02X}", u32::from(c)) } else { c.to_string() })
            .collect()
    }

    /// A copy of an entry, with a time between others.
    fn entry(&mut self, entries: &[Entry]) -> Entry {
        let timestamp = self.of(entries).timestamp;
        Entry { timestamp, ..self.of(entries).clone() }
    }
}
