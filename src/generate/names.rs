//! Names for objects: never twice the same within a kind, without remembering any.
//!
//! The words of a kind's lists can be put together in so many ways; the seed decides in which order they are gone
//! through. When all ways are used up a number is put behind.

use std::fmt::Write;

use super::kind::{Kind, Kinds, Naming};
use super::people::Roster;
use super::source::{Source, words_of};
use crate::seed::Chance;

/// What chance is asked for: the order of the names of a kind.
const ORDER: u64 = 1 << 42;

/// The names of a workspace.
pub struct Names {
    pub kinds: Kinds,
    pub roster: Roster,
    /// For each kind and source, how far apart in the order of all combinations two names lie that follow each other.
    steps: Vec<[u64; 2]>,
}

impl Names {
    pub fn new(seed: u64) -> Self {
        let kinds = Kinds::new();
        let roster = Roster::new(seed);
        let mut names = Self { steps: Vec::with_capacity(kinds.len()), kinds, roster };
        for (number, kind) in names.kinds.all().enumerate().collect::<Vec<_>>() {
            let mut chance = Chance::of(seed, ORDER, number as u64);
            let steps = [Source::Generated, Source::Live].map(|source| match Kinds::naming(kind) {
                // The staff is the first of them, and drawn in no order already.
                Naming::Email => 1,
                _ => step(names.ways(kind, source), &mut chance),
            });
            names.steps.push(steps);
        }
        names
    }

    /// The name of the `number`th object of a kind.
    pub fn name(&self, kind: Kind, number: u32, source: Source) -> String {
        let mut name = String::with_capacity(32);
        self.put(&mut name, kind, number, source);
        name
    }

    fn put(&self, name: &mut String, kind: Kind, number: u32, source: Source) {
        let ways = self.ways(kind, source);
        let (round, way) = (u64::from(number) / ways, u64::from(number) % ways);
        let way = usize::try_from(way * self.steps[kind.place()][source as usize] % ways).unwrap_or_default();
        match Kinds::naming(kind) {
            Naming::Words(lists) => {
                let mut rest = way;
                for (place, list) in lists.iter().enumerate() {
                    let list = if place == 0 { words_of(list, source) } else { list };
                    name.push_str(list[rest % list.len()]);
                    rest /= list.len();
                }
            }
            Naming::Of(owner, words) => {
                // Each owner gets several before the next has its turn: the first owners are the oldest.
                let number = usize::try_from(number).unwrap_or_default();
                let owners = u32::try_from(number / words.len()).unwrap_or_default();
                self.put(name, *owner, owners, source);
                name.push_str(words[number % words.len()]);
                return;
            }
            Naming::Email => {
                let _ = write!(name, "{}", self.roster.email(way, source));
            }
            Naming::FirstName(words) => {
                let first = self.roster.first_names(source);
                name.push_str(&first[way % first.len()]);
                name.push_str(words[way / first.len() % words.len()]);
            }
            Naming::Like(other) => return self.put(name, *other, number, source),
        }
        if round > 0 {
            let _ = write!(name, "-{}", round + 1);
        }
    }

    /// In how many ways the words of a kind can be put together.
    fn ways(&self, kind: Kind, source: Source) -> u64 {
        let ways = match Kinds::naming(kind) {
            Naming::Words(lists) => {
                lists[1..].iter().fold(words_of(lists[0], source).len(), |ways, list| ways * list.len())
            }
            Naming::Email => self.roster.emails(source),
            Naming::FirstName(words) => self.roster.first_names(source).len() * words.len(),
            Naming::Like(_) | Naming::Of(..) => 1,
        };
        ways as u64
    }
}

/// A step that leads through all ways before it comes back, neighbours far apart.
fn step(ways: u64, chance: &mut Chance) -> u64 {
    let candidates = ways / 3 + chance.number(ways / 3 + 1)..;
    candidates.into_iter().find(|step| greatest_common_divisor(*step, ways) == 1).unwrap_or(1)
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
