//! The pseudonyms of all values of a recording, decided together so that no two originals share one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::address::{AddressMapping, Network};
use super::candidates::{Candidates, STRICT};
use super::originals::{Originals, lower_case};
use super::parts::{Part, TokenKind, parts, push_plain_parts};
use super::secret::Secret;

/// The top-level domains that nobody can own, the best first.
const RESERVED_DOMAINS: [&str; 5] = ["example", "test", "invalid", "alt", "localhost"];

/// The pseudonyms of one recording.
pub struct Mapping {
    tokens: TokenMapping,
    addresses: AddressMapping,
    /// The domains whose top level is replaced by a word instead of being dropped.
    ambiguous_domains: HashSet<String>,
    top_level: String,
}

impl Mapping {
    /// The mapping of a set of values. A pseudonym depends on the secret and its original; on other values only where a
    /// candidate is taken or contains one of their tokens.
    pub fn new(values: &BTreeSet<&str>, secret: &Secret) -> Self {
        let mut originals = Originals::default();
        let mut occurrences = Occurrences::default();
        for value in values {
            originals.add(value);
            occurrences.add(&parts(value));
        }
        let mut tokens = TokenMapping {
            secret: secret.clone(),
            candidates: Candidates::new(),
            originals,
            taken: HashSet::new(),
            pseudonyms: HashMap::new(),
        };
        for (original, kind) in &occurrences.tokens {
            let pseudonym = tokens.draw(*kind, kind.as_str(), original);
            tokens.pseudonyms.insert(original.clone(), pseudonym);
        }
        let originals = &tokens.originals;
        let is_free = |domain: &&str| !originals.contain(domain) && !originals.have_token_in(domain);
        let reserved = RESERVED_DOMAINS.into_iter().find(is_free).map(str::to_owned);
        let top_level = reserved.unwrap_or_else(|| tokens.draw(TokenKind::Word, "top-level domain", ""));
        Self {
            tokens,
            addresses: AddressMapping::new(secret, &occurrences.networks),
            ambiguous_domains: ambiguous(&occurrences.domains),
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
            // Different spellings of an address get the same pseudonym. Any other value becomes a word if its pseudonym is
            // taken or contains a token that arose between its parts.
            let has_network = parts.iter().any(|part| matches!(part, Part::Network(..)));
            let is_refused = self.tokens.originals.have_token_in_value(&pseudonym) || taken.contains(&pseudonym);
            if is_refused && !has_network && !value.is_empty() {
                pseudonym = self.tokens.draw(TokenKind::Word, "value", value);
            }
            taken.insert(pseudonym.clone());
            pseudonyms.insert(value.to_owned(), pseudonym);
        }
        pseudonyms
    }

    fn push(&self, part: Part<'_>, to: &mut String) {
        match part {
            Part::Separator(text) => to.push_str(if text.is_ascii() { text } else { " " }),
            Part::Network(network, _) => to.push_str(&self.addresses.pseudonym(&network)),
            Part::Domain(domain) => self.push_domain(domain, to),
            Part::Token(_, text) => {
                let pseudonym = self.tokens.pseudonyms.get(&lower_case(text)).map_or("", String::as_str);
                push_in_case_of(text, pseudonym, to);
            }
        }
    }

    /// `brightwave.io` becomes `harbor.example`, or `harbor.word.example` if another domain would become the same.
    fn push_domain(&self, domain: &str, to: &mut String) {
        let (body, top_level) = split_domain(domain);
        let kept = if self.ambiguous_domains.contains(&lower_case(domain)) { domain } else { body };
        for part in domain_parts(kept) {
            self.push(part, to);
        }
        to.push('.');
        push_in_case_of(top_level, &self.top_level, to);
    }
}

/// A domain without its top level, and that.
fn split_domain(domain: &str) -> (&str, &str) {
    domain.rsplit_once('.').unwrap_or((domain, ""))
}

/// The domains that without their top level are the same as another domain with or without its own.
fn ambiguous(domains: &BTreeSet<String>) -> HashSet<String> {
    let mut by_body: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for domain in domains {
        by_body.entry(split_domain(domain).0).or_default().push(domain);
    }
    let shared = by_body.into_iter().filter(|(body, domains_of)| domains_of.len() > 1 || domains.contains(*body));
    shared.flat_map(|(_, domains)| domains).cloned().collect()
}

fn domain_parts(domain: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    push_plain_parts(domain, &mut parts);
    parts
}

/// What occurs in a recording, sorted: the order of the values must not matter.
#[derive(Default)]
struct Occurrences {
    tokens: BTreeMap<String, TokenKind>,
    networks: BTreeSet<Network>,
    /// The domains of e-mail addresses.
    domains: BTreeSet<String>,
}

impl Occurrences {
    fn add(&mut self, parts: &[Part<'_>]) {
        for part in parts {
            match *part {
                Part::Separator(_) => {}
                Part::Network(network, _) => {
                    self.networks.insert(network);
                }
                Part::Domain(domain) => {
                    self.domains.insert(lower_case(domain));
                    self.add(&domain_parts(split_domain(domain).0));
                    self.add(&domain_parts(domain));
                }
                Part::Token(kind, text) => {
                    let known = self.tokens.entry(lower_case(text)).or_insert(kind);
                    *known = kind.min(*known);
                }
            }
        }
    }
}

/// The pseudonyms of words, numbers and identifiers.
struct TokenMapping {
    secret: Secret,
    candidates: Candidates,
    originals: Originals,
    taken: HashSet<String>,
    pseudonyms: HashMap<String, String>,
}

impl TokenMapping {
    /// The first candidate that is not taken and contains no original.
    fn draw(&mut self, kind: TokenKind, purpose: &str, original: &str) -> String {
        let mut rng = self.secret.rng(purpose, original);
        let mut tried = 0;
        loop {
            let candidate = self.candidates.next(kind, original, tried, &mut rng);
            let has_original =
                self.originals.contain(&candidate) || (tried < STRICT && self.originals.have_token_in(&candidate));
            if !has_original && self.taken.insert(candidate.clone()) {
                return candidate;
            }
            tried += 1;
        }
    }
}

/// Appends a pseudonym in the case of its original: in upper case, or else letter by letter.
fn push_in_case_of(original: &str, pseudonym: &str, to: &mut String) {
    let mut cased = original.chars().filter(|c| c.is_uppercase() || c.is_lowercase()).peekable();
    let all_upper = cased.peek().is_some() && cased.all(char::is_uppercase);
    let is_upper = original.chars().map(|c| all_upper || c.is_uppercase()).chain(std::iter::repeat(all_upper));
    let letters = pseudonym.chars().zip(is_upper);
    to.extend(letters.map(|(new, is_upper)| if is_upper { new.to_ascii_uppercase() } else { new }));
}
