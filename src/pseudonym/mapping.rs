//! From every original to its pseudonym: which is decided once for all values of a recording.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::Secret;
use super::address::{Addresses, Network};
use super::candidates::{Candidates, Kind, STRICT};
use super::originals::{Originals, folded};
use super::parts::{Part, Place, parts, plain};

/// Top-level domains that are nobody's and never will be, the best first.
const NOBODYS: [&str; 5] = ["example", "test", "invalid", "alt", "localhost"];

/// The pseudonyms of one recording.
pub struct Mapping {
    words: Words,
    addresses: Addresses,
    /// The domains that keep their end, as a word.
    ambiguous: HashSet<String>,
    top_level: String,
}

impl Mapping {
    /// Decides them. It depends on which values there are, not on their order; and on others than the original itself
    /// only where a pseudonym is taken, or would say a word that must not be left.
    pub fn new(values: &BTreeSet<&str>, secret: &Secret) -> Self {
        let mut originals = Originals::default();
        let mut seen = Seen::default();
        for value in values {
            originals.add(value);
            seen.add(&parts(value));
        }
        let mut words = Words::new(originals, secret);
        for (original, kind) in &seen.words {
            let pseudonym = words.draw(*kind, purpose(*kind), original);
            words.chosen.insert(original.clone(), pseudonym);
        }
        let nobodys = NOBODYS.into_iter().find(|top| words.originals.lack(top) && words.originals.are_not_in(top));
        let top_level = match nobodys {
            Some(top_level) => top_level.to_owned(),
            None => words.draw(Kind::Word, "top-level domain", ""),
        };
        Self {
            words,
            addresses: Addresses::new(secret, &seen.networks),
            ambiguous: ambiguous(&seen.domains),
            top_level,
        }
    }

    /// The pseudonym of each value.
    pub fn apply(mut self, values: BTreeSet<&str>) -> HashMap<String, String> {
        let mut taken = HashSet::new();
        let mut pseudonyms = HashMap::with_capacity(values.len());
        for value in values {
            let parts = parts(value);
            let mut pseudonym = String::with_capacity(value.len());
            for part in &parts {
                self.push(*part, &mut pseudonym);
            }
            // An address has several spellings, which all become one. Nothing else does; where nothing in a value could
            // be replaced, or its parts make something that must not be, it becomes a word.
            let has_network = parts.iter().any(|part| matches!(part, Part::Network(..)));
            let is_fine = has_network || (self.words.originals.lack_value(&pseudonym) && !taken.contains(&pseudonym));
            if !is_fine && !value.is_empty() {
                pseudonym = self.words.draw(Kind::Word, "value", value);
            }
            taken.insert(pseudonym.clone());
            pseudonyms.insert(value.to_owned(), pseudonym);
        }
        pseudonyms
    }

    fn push(&self, part: Part<'_>, to: &mut String) {
        match part {
            Part::Between(text) => to.push_str(if text.is_ascii() { text } else { " " }),
            Part::Network(network, _) => to.push_str(&self.addresses.of(&network)),
            Part::Domain(domain) => self.push_domain(domain, to),
            Part::Word(text) | Part::Name(text, _) | Part::Number(text) | Part::Hex(text) => {
                let pseudonym = self.words.chosen.get(&folded(text)).map_or("", String::as_str);
                push_in_case_of(text, pseudonym, to);
            }
        }
    }

    /// `brightwave.io` becomes `harbor.example`; where that could be another domain as well, its end becomes a word too.
    fn push_domain(&self, domain: &str, to: &mut String) {
        let (body, end) = body_and_end(domain);
        for part in pieces(if self.ambiguous.contains(&folded(domain)) { domain } else { body }) {
            self.push(part, to);
        }
        to.push('.');
        push_in_case_of(end, &self.top_level, to);
    }
}

fn body_and_end(domain: &str) -> (&str, &str) {
    domain.rsplit_once('.').unwrap_or((domain, ""))
}

/// The domains that without their end would be as another is, with or without its end.
fn ambiguous(domains: &BTreeSet<String>) -> HashSet<String> {
    let mut by_body: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for domain in domains {
        by_body.entry(body_and_end(domain).0).or_default().push(domain);
    }
    let shared = by_body.into_iter().filter(|(body, domains_of)| domains_of.len() > 1 || domains.contains(*body));
    shared.flat_map(|(_, domains)| domains).cloned().collect()
}

fn pieces(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    plain(text, &mut parts);
    parts
}

/// Keeps the draws for different things apart.
fn purpose(kind: Kind) -> &'static str {
    match kind {
        Kind::FirstName => "first name",
        Kind::LastName => "last name",
        Kind::Word => "word",
        Kind::Number => "number",
        Kind::Hex => "hex",
    }
}

/// What occurs in a recording; in an order of its own.
#[derive(Default)]
struct Seen {
    words: BTreeMap<String, Kind>,
    networks: BTreeSet<Network>,
    /// Those of e-mail addresses.
    domains: BTreeSet<String>,
}

impl Seen {
    fn add(&mut self, parts: &[Part<'_>]) {
        for part in parts {
            let kind = match part {
                Part::Between(_) => continue,
                Part::Network(network, _) => {
                    self.networks.insert(*network);
                    continue;
                }
                Part::Domain(domain) => {
                    self.domains.insert(folded(domain));
                    self.add(&pieces(body_and_end(domain).0));
                    self.add(&pieces(domain));
                    continue;
                }
                Part::Name(_, Place::First) => Kind::FirstName,
                Part::Name(_, Place::Later) => Kind::LastName,
                Part::Word(_) => Kind::Word,
                Part::Number(_) => Kind::Number,
                Part::Hex(_) => Kind::Hex,
            };
            let known = self.words.entry(folded(part.text())).or_insert(kind);
            *known = kind.min(*known);
        }
    }
}

/// The pseudonyms of words, numbers and identifiers.
struct Words {
    secret: Secret,
    candidates: Candidates,
    originals: Originals,
    taken: HashSet<String>,
    chosen: HashMap<String, String>,
}

impl Words {
    fn new(originals: Originals, secret: &Secret) -> Self {
        let (taken, chosen) = (HashSet::new(), HashMap::new());
        Self { secret: secret.clone(), candidates: Candidates::new(), originals, taken, chosen }
    }

    /// The first candidate for an original that is nobody else's and leaves nothing of any original.
    fn draw(&mut self, kind: Kind, purpose: &str, original: &str) -> String {
        let mut draw = self.secret.draw(purpose, original);
        let mut tried = 0;
        loop {
            let candidate = self.candidates.next(kind, original, tried, &mut draw);
            let leaves_nothing =
                self.originals.lack(&candidate) && (tried >= STRICT || self.originals.are_not_in(&candidate));
            if leaves_nothing && self.taken.insert(candidate.clone()) {
                return candidate;
            }
            tried += 1;
        }
    }
}

/// Writes a pseudonym as its original is written: in small letters, in capitals, with a capital, or as it comes.
fn push_in_case_of(original: &str, pseudonym: &str, to: &mut String) {
    let mut cased = original.chars().filter(|c| c.is_uppercase() || c.is_lowercase());
    let starts_with_capital = original.starts_with(char::is_uppercase);
    if cased.clone().all(char::is_lowercase) {
        to.push_str(pseudonym);
    } else if cased.all(char::is_uppercase) {
        to.push_str(&pseudonym.to_ascii_uppercase());
    } else if starts_with_capital && !original.chars().skip(1).any(char::is_uppercase) {
        to.push_str(&pseudonym[..1].to_ascii_uppercase());
        to.push_str(&pseudonym[1..]);
    } else {
        let mut old = original.chars();
        to.extend(
            pseudonym
                .chars()
                .map(|new| if old.next().is_some_and(char::is_uppercase) { new.to_ascii_uppercase() } else { new }),
        );
    }
}
