//! The names of objects: the n-th name of a kind, computed without remembering those before.
//!
//! A name combines one word from each list of its kind. The seed decides the order of the combinations; when all are used,
//! they start again with a number at the end. So no two objects of a kind have the same name.

use super::kind::{KINDS, Kind, Naming, WordList};
use super::people::Roster;
use crate::seed::{Purpose, SeededRng};

/// The names of all objects and people of a company.
#[derive(Debug)]
pub struct Names {
    pub roster: Roster,
    /// For each kind, the distance of consecutive names in the list of all combinations.
    steps: Vec<u64>,
}

/// Type and name of an object.
pub struct Object {
    pub object_type: &'static str,
    pub name: String,
}

impl Names {
    pub fn new(seed: u64) -> Self {
        let mut names = Self { roster: Roster::new(seed), steps: Vec::new() };
        names.steps = KINDS.iter().map(|kind| names.step(seed, kind)).collect();
        names
    }

    pub fn object(&self, kind: &Kind, number: u32) -> Object {
        Object { object_type: kind.object_type, name: self.name(kind, number) }
    }

    /// The name of the n-th object of a kind.
    pub fn name(&self, kind: &Kind, number: u32) -> String {
        let combinations = self.combinations(kind);
        let (round, position) = (u64::from(number) / combinations, u64::from(number) % combinations);
        let index = usize::try_from(position * self.steps[kind.index] % combinations).unwrap_or_default();
        let parent = || kind.parent(number).map(|(parent, number)| self.name(parent, number)).unwrap_or_default();
        let name = match &kind.naming {
            Naming::Words(lists) => {
                let words = lists.iter().scan(index, |rest, WordList(list)| {
                    let word = list[*rest % list.len()];
                    *rest /= list.len();
                    Some(word)
                });
                words.collect()
            }
            Naming::Parent(_) => return parent(),
            Naming::ParentAndWord(_, WordList(words)) => return parent() + words[number as usize % words.len()],
            Naming::Email => self.roster.email(index),
            Naming::FirstNameAndWord(WordList(words)) => {
                let first_names = &self.roster.first_names;
                let word = words[index / first_names.len() % words.len()];
                first_names[index % first_names.len()].clone() + word
            }
            Naming::Network => return network(number),
        };
        match round {
            0 => name,
            _ if name.contains(' ') => format!("{name} ({})", round + 1),
            _ => format!("{name}-{}", round + 1),
        }
    }

    /// The number of different names of a kind, before they start again.
    fn combinations(&self, kind: &Kind) -> u64 {
        let combinations = match &kind.naming {
            Naming::Words(lists) => lists.iter().map(|list| list.0.len()).product(),
            Naming::Email => self.roster.len(),
            Naming::FirstNameAndWord(words) => self.roster.first_names.len() * words.0.len(),
            Naming::Parent(_) | Naming::ParentAndWord(..) | Naming::Network => 1,
        };
        combinations as u64
    }

    /// A step that visits every combination before it returns to the first, with consecutive ones far apart.
    fn step(&self, seed: u64, kind: &Kind) -> u64 {
        if matches!(kind.naming, Naming::Email) {
            // The roster is in random order already, and the staff are its first names.
            return 1;
        }
        let mut rng = SeededRng::stream(seed, Purpose::ObjectNames, kind.index as u64);
        let combinations = self.combinations(kind);
        let mut candidates = combinations / 3 + rng.below(combinations / 3 + 1)..;
        candidates.find(|step| greatest_common_divisor(*step, combinations) == 1).unwrap_or(1)
    }
}

/// The n-th address range of an allowlist, from the ranges for documentation (RFC 5737, RFC 3849): first IPv4 with
/// consecutive ranges far apart, then IPv6.
fn network(number: u32) -> String {
    const RANGES: [&str; 3] = ["192.0.2", "198.51.100", "203.0.113"];

    match number {
        0..48 => format!("{}.{}/28", RANGES[number as usize % 3], number * 7 / 3 % 16 * 16),
        48..=0xffff => format!("2001:db8:{number:x}::/48"),
        _ => format!("2001:db8:{:x}:{:x}::/64", number >> 16, number & 0xffff),
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
