//! Names for objects: never twice the same within a kind, without remembering any.
//!
//! The words of a kind's lists can be put together in so many ways; the seed decides in which order they are gone
//! through. When all ways are used up a number is put behind.

use std::fmt::Write;

use super::kind::{Naming, ObjectKind, ObjectKinds};
use super::people::Roster;
use crate::seed::{Purpose, SeededRng};

/// The names of a workspace.
pub struct Names {
    pub kinds: ObjectKinds,
    pub roster: Roster,
    /// For each kind, how far apart in the order of all combinations two names lie that follow each other.
    steps: Vec<u64>,
}

impl Names {
    pub fn new(seed: u64) -> Self {
        let kinds = ObjectKinds::new();
        let roster = Roster::new(seed);
        let mut names = Self { steps: Vec::with_capacity(kinds.len()), kinds, roster };
        for (number, kind) in names.kinds.all().enumerate().collect::<Vec<_>>() {
            let mut rng = SeededRng::stream(seed, Purpose::ObjectNames, number as u64);
            names.steps.push(match ObjectKinds::naming(kind) {
                // The staff is the first of them, and drawn in no order already.
                Naming::Email => 1,
                _ => step(names.ways(kind), &mut rng),
            });
        }
        names
    }

    /// The name of the `number`th object of a kind.
    pub fn name(&self, kind: ObjectKind, number: u32) -> String {
        let mut name = String::with_capacity(32);
        self.put(&mut name, kind, number);
        name
    }

    fn put(&self, name: &mut String, kind: ObjectKind, number: u32) {
        let ways = self.ways(kind);
        let (round, way) = (u64::from(number) / ways, u64::from(number) % ways);
        let way = usize::try_from(way * self.steps[kind.place()] % ways).unwrap_or_default();
        match ObjectKinds::naming(kind) {
            Naming::Words(lists) => {
                let mut rest = way;
                for list in *lists {
                    name.push_str(list[rest % list.len()]);
                    rest /= list.len();
                }
            }
            Naming::Like(owner) => return self.put(name, *owner, number),
            Naming::Of(owner, words) => {
                // Each owner gets several before the next has its turn: the first owners are the oldest.
                let place = usize::try_from(number).unwrap_or_default() % words.len();
                self.put(name, *owner, kind.parent_of(number).map_or(0, |(_, owner)| owner));
                name.push_str(words[place]);
                return;
            }
            Naming::Email => name.push_str(&self.roster.email(way)),
            Naming::FirstName(words) => {
                let first = self.roster.first_names();
                name.push_str(&first[way % first.len()]);
                name.push_str(words[way / first.len() % words.len()]);
            }
            Naming::Network => return network(name, number),
        }
        if round > 0 {
            // Writing to a text does not fail.
            let _ = if name.contains(' ') { write!(name, " ({})", round + 1) } else { write!(name, "-{}", round + 1) };
        }
    }

    /// In how many ways the words of a kind can be put together.
    fn ways(&self, kind: ObjectKind) -> u64 {
        let ways = match ObjectKinds::naming(kind) {
            Naming::Words(lists) => lists.iter().fold(1, |ways, list| ways * list.len()),
            Naming::Email => self.roster.emails(),
            Naming::FirstName(words) => self.roster.first_names().len() * words.len(),
            Naming::Like(_) | Naming::Of(..) | Naming::Network => 1,
        };
        ways as u64
    }
}

/// A range that may sign in, from the ranges for documentation (RFC 5737, RFC 3849): first those of IPv4 in an order in
/// which neighbours lie apart, then of IPv6.
fn network(name: &mut String, number: u32) {
    const RANGES: [&str; 3] = ["192.0.2", "198.51.100", "203.0.113"];

    let _ = match number {
        0..48 => write!(name, "{}.{}/28", RANGES[number as usize % 3], number * 7 / 3 % 16 * 16),
        48..=0xffff => write!(name, "2001:db8:{number:x}::/48"),
        _ => write!(name, "2001:db8:{:x}:{:x}::/64", number >> 16, number & 0xffff),
    };
}

/// A step that leads through all ways before it comes back, neighbours far apart.
fn step(ways: u64, rng: &mut SeededRng) -> u64 {
    let candidates = ways / 3 + rng.below(ways / 3 + 1)..;
    candidates.into_iter().find(|step| greatest_common_divisor(*step, ways) == 1).unwrap_or(1)
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
