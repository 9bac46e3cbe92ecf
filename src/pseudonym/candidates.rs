//! What may stand for an original: one candidate after the other, until one is free.

use std::collections::BTreeSet;

use fake::locales::{Data, EN, FR_FR, IT_IT, NL_NL, PT_PT};

use super::lists::WORDS;
use super::originals::LONGEST;
use super::secret::Draw;

/// What is replaced by what; of a word that is several of these, the first counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A word that is the first in front of the `@` of an e-mail address.
    FirstName,
    /// Any other word in front of the `@` of an e-mail address.
    LastName,
    /// Any other word.
    Word,
    /// Digits.
    Number,
    /// A UUID or hexadecimal digits.
    Hex,
}

/// How many candidates of the first choice there are; those that follow are less believable and more likely free.
const FIRST_CHOICE: usize = 16;
/// How many more there are before letters and digits take turns.
const SECOND_CHOICE: usize = 64;
/// A longer number becomes a shorter one.
const MOST_DIGITS: usize = 40;
/// So many candidates hold no token of the originals; after them there is no such text, or next to none.
pub const STRICT: usize = 256;

/// The words to draw from.
pub struct Candidates {
    first_names: Vec<String>,
    last_names: Vec<String>,
}

impl Candidates {
    /// Names in small letters, of those in several languages that can stand in an e-mail address.
    pub fn new() -> Self {
        Self {
            first_names: names([
                EN::NAME_FIRST_NAME,
                FR_FR::NAME_FIRST_NAME,
                IT_IT::NAME_FIRST_NAME,
                NL_NL::NAME_FIRST_NAME,
                PT_PT::NAME_FIRST_NAME,
            ]),
            last_names: names([
                EN::NAME_LAST_NAME,
                FR_FR::NAME_LAST_NAME,
                IT_IT::NAME_LAST_NAME,
                NL_NL::NAME_LAST_NAME,
                PT_PT::NAME_LAST_NAME,
            ]),
        }
    }

    /// The next candidate in the place of an original in lower case; `tried` have been in vain.
    pub fn next(&self, kind: Kind, original: &str, tried: usize, draw: &mut Draw) -> String {
        let last_choice = tried.checked_sub(FIRST_CHOICE + SECOND_CHOICE).map(|tried| tried / FIRST_CHOICE);
        match (kind, last_choice) {
            (Kind::Hex, _) => hex(original, tried / FIRST_CHOICE, draw),
            (Kind::Number, None) => number(original, draw),
            (Kind::Number, Some(more)) => mixed_number(original.len().min(MOST_DIGITS) + more, draw),
            (_, Some(more)) => mixed_word(2 + more, draw),
            _ if tried < SECOND_CHOICE && original.len() < 3 && original.is_ascii() => {
                original.bytes().map(|_| draw.letter("abcdefghijklmnopqrstuvwxyz")).collect()
            }
            _ if tried >= FIRST_CHOICE => (0..=tried / FIRST_CHOICE).map(|_| syllable(draw)).collect(),
            (Kind::FirstName, _) => draw.pick(&self.first_names).to_owned(),
            (Kind::LastName, _) => draw.pick(&self.last_names).to_owned(),
            (Kind::Word, _) => draw.pick(&WORDS).to_owned(),
        }
    }
}

fn names(lists: [&[&str]; 5]) -> Vec<String> {
    let fits = |name: &&&str| name.len() >= 3 && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    let names: BTreeSet<String> =
        lists.into_iter().flatten().filter(fits).map(|name| name.to_ascii_lowercase()).collect();
    names.into_iter().collect()
}

/// `ka`, `vo`: words of these can be spoken, and there is no end of them.
fn syllable(draw: &mut Draw) -> String {
    [draw.letter("bdfgklmnprstvz"), draw.letter("aeiou")].into_iter().collect()
}

/// As many digits; a leading zero stays one and does not become one.
fn number(original: &str, draw: &mut Draw) -> String {
    let length = original.len().min(MOST_DIGITS);
    let first = if original.starts_with('0') && length > 1 { "0" } else { "123456789" };
    (0..length).map(|place| draw.letter(if place == 0 { first } else { "0123456789" })).collect()
}

/// `47c82a1`: never three digits in a row, so that it holds no number that matters whichever they are.
fn mixed_number(length: usize, draw: &mut Draw) -> String {
    let mixed = (0..length).map(|place| draw.letter(if place % 3 == 2 { "abcdef" } else { "0123456789" }));
    let mut mixed: String = mixed.collect();
    // A letter at its end would run into a word behind it.
    if length.is_multiple_of(3) {
        mixed.push(draw.letter("0123456789"));
    }
    mixed
}

/// `ka4vo7ri`: never three letters in a row, so that it holds no word that matters whichever they are.
fn mixed_word(syllables: usize, draw: &mut Draw) -> String {
    let mut word = syllable(draw);
    for _ in 1..syllables {
        word.push(draw.letter("0123456789"));
        word.push_str(&syllable(draw));
    }
    word
}

/// As many hexadecimal digits with the same hyphens, and some more after trying in vain; a UUID becomes one of version
/// 4. Letters and digits take turns after two, so that it holds no word and no number that matters.
fn hex(original: &str, more: usize, draw: &mut Draw) -> String {
    let is_uuid = original.contains('-');
    let original = &original[..original.len().min(LONGEST)];
    let mut new = String::with_capacity(original.len() + more);
    let (mut digits, mut letters) = (0, 0);
    for (place, old) in original.chars().chain("0".repeat(more).chars()).enumerate() {
        let c = match place {
            _ if old == '-' => '-',
            14 if is_uuid => '4',
            19 if is_uuid => draw.letter("89ab"),
            _ if digits == 2 => draw.letter("abcdef"),
            _ if letters == 2 => draw.letter("0123456789"),
            _ => draw.letter("0123456789abcdef"),
        };
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        letters = if c.is_ascii_alphabetic() { letters + 1 } else { 0 };
        new.push(c);
    }
    new
}
