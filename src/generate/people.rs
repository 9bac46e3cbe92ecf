//! The people of a company: their names, roles, offices and addresses.

use fake::locales::{DE_DE, Data, EN, FR_FR, IT_IT, NL_NL, PT_BR, TR_TR};
use rand::seq::IndexedRandom;
use serde::Deserialize;

use super::offices::OFFICES;
use crate::seed::{Purpose, SeededRng};

/// The domain of the company; `.example` belongs to nobody (RFC 2606).
const DOMAIN: &str = "brightwave.example";

/// The number of people in the company.
pub const STAFF_COUNT: usize = 48;

/// The role of a person decides what they work on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Engineer,
    Lead,
    Platform,
    Security,
    Admin,
    Manager,
}

/// The roles of the staff, repeated. The first of each office is an engineer.
const ROLES: [Role; 12] = {
    use Role::{Admin, Engineer, Lead, Manager, Platform, Security};
    [Engineer, Lead, Engineer, Platform, Engineer, Admin, Engineer, Manager, Engineer, Security, Engineer, Platform]
};

pub struct Person {
    pub number: usize,
    pub first_name: String,
    pub email: String,
    pub role: Role,
    /// The index in [`OFFICES`].
    pub office: usize,
    pub team: usize,
    /// How much they do, compared with others in the office.
    pub activity: u64,
    office_address: &'static str,
    pub home_address: String,
    travel_address: String,
}

impl Person {
    pub fn utc_offset(&self) -> i64 {
        OFFICES[self.office].utc_offset
    }

    /// The one address of a day, counted from 1970: the office or home, rarely on the road.
    pub fn address(&self, seed: u64, day: i64) -> &str {
        let mut rng = SeededRng::stream(seed ^ self.number as u64, Purpose::Whereabouts, day.unsigned_abs());
        match rng.below(100) {
            0..58 => self.office_address,
            58..96 => &self.home_address,
            _ => &self.travel_address,
        }
    }
}

/// The names of all people there can be: first the staff, then newcomers.
#[derive(Debug)]
pub struct Roster {
    pub first_names: Vec<String>,
    last_names: Vec<String>,
}

impl Roster {
    pub fn new(seed: u64) -> Self {
        let mut rng = SeededRng::stream(seed, Purpose::PeopleNames, 0);
        let first_names = draw_names(89, &mut rng, |(first_names, _)| first_names);
        Self { first_names, last_names: draw_names(149, &mut rng, |(_, last_names)| last_names) }
    }

    /// The number of people there can be.
    pub fn len(&self) -> usize {
        self.first_names.len() * self.last_names.len()
    }

    /// The e-mail address of the n-th person.
    pub fn email(&self, number: usize) -> String {
        let count = self.first_names.len();
        // After each round of first names, the last names are shifted by one.
        let last_name = &self.last_names[(number + number / count) % self.last_names.len()];
        format!("{}.{last_name}@{DOMAIN}", self.first_names[number % count])
    }

    pub fn staff(&self, seed: u64, team_count: usize) -> Vec<Person> {
        let mut rng = SeededRng::stream(seed, Purpose::Staff, 0);
        let person = |number: usize| {
            // The first people are in different offices, so that none is empty.
            let drawn = rng.weighted_index(OFFICES.iter().map(|office| office.share));
            let office = if number < OFFICES.len() { number } else { drawn };
            let addresses = OFFICES[office].addresses;
            Person {
                number,
                first_name: self.first_names[number % self.first_names.len()].clone(),
                email: self.email(number),
                role: ROLES[number % ROLES.len()],
                office,
                team: number % team_count,
                activity: 300 + rng.below(700) + if rng.percent(15) { 1500 } else { 0 },
                office_address: addresses[rng.index(addresses.len())],
                home_address: home_address(number, office, &mut rng),
                travel_address: format!("2001:db8:ffff:{:x}::{:x}", office + 1, 0x1000 + rng.below(0xe000)),
            }
        };
        (0..STAFF_COUNT).map(person).collect()
    }
}

/// A home address from the ranges for documentation (RFC 5737, RFC 3849), which no office has.
fn home_address(number: usize, office: usize, rng: &mut SeededRng) -> String {
    if rng.percent(45) {
        format!("2001:db8:{:x}:{:x}::{:x}", 0x40 + office, 0x10 + number, 0x100 + rng.below(0xfe00))
    } else {
        format!("203.0.113.{}", 80 + number * 3)
    }
}

/// The first and the last names of a language.
type NameLists = (&'static [&'static str], &'static [&'static str]);

const fn name_lists<L: Data>() -> NameLists {
    (L::NAME_FIRST_NAME, L::NAME_LAST_NAME)
}

/// The languages of names, by their share in ten.
const LANGUAGES: [(u64, NameLists); 7] = [
    (3, name_lists::<DE_DE>()),
    (2, name_lists::<EN>()),
    (1, name_lists::<PT_BR>()),
    (1, name_lists::<TR_TR>()),
    (1, name_lists::<NL_NL>()),
    (1, name_lists::<IT_IT>()),
    (1, name_lists::<FR_FR>()),
];

/// Different names in the spelling of e-mail addresses.
fn draw_names(count: usize, rng: &mut SeededRng, list: fn(NameLists) -> &'static [&'static str]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(count);
    while names.len() < count {
        let (_, language) = LANGUAGES[rng.weighted_index(LANGUAGES.iter().map(|(share, _)| *share))];
        let name = email_spelling(list(language).choose(rng.inner()).unwrap_or(&""));
        if name.len() > 2 && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// `José Ángel` as `jose-angel`.
fn email_spelling(name: &str) -> String {
    let letters = name.to_lowercase().replace('ß', "ss").replace('æ', "ae").replace(COMBINING_CIRCUMFLEX, "");
    let ascii: String = letters.chars().map(without_accent).collect();
    let parts = ascii.split(|c: char| !c.is_ascii_alphabetic()).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-")
}

/// One German name is written with it.
const COMBINING_CIRCUMFLEX: char = '\u{302}';

/// The letter without its accent, for all small letters in the names of [`LANGUAGES`].
fn without_accent(letter: char) -> char {
    match letter {
        'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ğ' => 'g',
        'í' | 'î' | 'ï' | 'ı' => 'i',
        'ó' | 'ô' | 'ö' => 'o',
        'ş' | 'š' => 's',
        'ú' | 'ü' => 'u',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `deunicode` knows the letters of all languages, with half a megabyte of tables, which the binary does not need.
    #[test]
    fn names_are_spelt_as_by_a_library_for_all_languages() {
        let all = LANGUAGES.iter().flat_map(|(_, (first_names, last_names))| [*first_names, *last_names]).flatten();
        let mut count = 0;
        for name in all {
            assert_eq!(email_spelling(name), email_spelling(&deunicode::deunicode(name)), "{name}");
            count += 1;
        }
        assert!(count > 1000, "{count}");
    }
}
