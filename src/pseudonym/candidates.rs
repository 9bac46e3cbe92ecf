//! The candidates for a pseudonym: one after the other, until one is free.

use std::collections::BTreeSet;

use fake::locales::{Data, EN, FR_FR, IT_IT, NL_NL, PT_PT};

use super::originals::MAX_TOKEN;
use super::parts::TokenKind;
use crate::seed::SeededRng;

/// The number of candidates from the word lists; those that follow are less believable and more likely free.
const FIRST_CHOICE: usize = 16;
/// The number of candidates that follow before letters and digits take turns.
const SECOND_CHOICE: usize = 64;
/// A number with more digits becomes a shorter one.
const MAX_DIGITS: usize = 40;
/// The number of candidates that must contain no token of the originals. After them there is no such text, or next to none.
pub const STRICT: usize = 256;

/// Words as people name services, keys and clusters after, which do not say what the thing is. One more word would change
/// most pseudonyms of a secret.
const WORDS: &str = include_str!("words.txt");

/// The word lists.
pub struct Candidates {
    first_names: Vec<String>,
    last_names: Vec<String>,
    words: Vec<&'static str>,
}

impl Candidates {
    pub fn new() -> Self {
        const fn names<L: Data>() -> [&'static [&'static str]; 2] {
            [L::NAME_FIRST_NAME, L::NAME_LAST_NAME]
        }
        let languages = [names::<EN>(), names::<FR_FR>(), names::<IT_IT>(), names::<NL_NL>(), names::<PT_PT>()];
        let [first_names, last_names] = [0, 1].map(|list| {
            let names = languages.iter().flat_map(|names| names[list]);
            let fit = names.filter(|name| name.len() >= 3 && name.bytes().all(|byte| byte.is_ascii_alphabetic()));
            // Sorted, and each once.
            fit.map(|name| name.to_ascii_lowercase()).collect::<BTreeSet<_>>().into_iter().collect()
        });
        Self { first_names, last_names, words: WORDS.lines().collect() }
    }

    /// The next candidate for an original in lower case, after `tried` others.
    pub fn next(&self, kind: TokenKind, original: &str, tried: usize, rng: &mut SeededRng) -> String {
        let last_choice = tried.checked_sub(FIRST_CHOICE + SECOND_CHOICE).map(|tried| tried / FIRST_CHOICE);
        match (kind, last_choice) {
            (TokenKind::Hex, _) => hex(original, tried / FIRST_CHOICE, rng),
            (TokenKind::Number, None) => number(original, rng),
            (TokenKind::Number, Some(more)) => mixed_number(original.len().min(MAX_DIGITS) + more, rng),
            (_, Some(more)) => mixed_word(2 + more, rng),
            _ if tried < SECOND_CHOICE && original.len() < 3 && original.is_ascii() => {
                original.bytes().map(|_| letter(rng, "abcdefghijklmnopqrstuvwxyz")).collect()
            }
            _ if tried >= FIRST_CHOICE => (0..=tried / FIRST_CHOICE).map(|_| syllable(rng)).collect(),
            (TokenKind::FirstName, _) => pick(&self.first_names, rng),
            (TokenKind::LastName, _) => pick(&self.last_names, rng),
            (TokenKind::Word, _) => pick(&self.words, rng),
        }
    }
}

fn pick(words: &[impl AsRef<str>], rng: &mut SeededRng) -> String {
    words[rng.index(words.len())].as_ref().to_owned()
}

/// One of some ASCII characters.
fn letter(rng: &mut SeededRng, letters: &str) -> char {
    char::from(letters.as_bytes()[rng.index(letters.len())])
}

/// A syllable such as `ka` or `vo`: any number of them can be spoken.
fn syllable(rng: &mut SeededRng) -> String {
    [letter(rng, "bdfgklmnprstvz"), letter(rng, "aeiou")].into_iter().collect()
}

/// As many digits, with a leading zero only where the original has one.
fn number(original: &str, rng: &mut SeededRng) -> String {
    let length = original.len().min(MAX_DIGITS);
    let first = if original.starts_with('0') && length > 1 { "0" } else { "123456789" };
    (0..length).map(|index| letter(rng, if index == 0 { first } else { "0123456789" })).collect()
}

/// Digits such as `47c82a1`: never three in a row, so that no number of the originals is in it.
fn mixed_number(length: usize, rng: &mut SeededRng) -> String {
    let mixed = (0..length).map(|index| letter(rng, if index % 3 == 2 { "abcdef" } else { "0123456789" }));
    let mut mixed: String = mixed.collect();
    // A letter at its end would run into a word behind it.
    if length.is_multiple_of(3) {
        mixed.push(letter(rng, "0123456789"));
    }
    mixed
}

/// Letters such as `ka4vo7ri`: never three in a row, so that no word of the originals is in it.
fn mixed_word(syllables: usize, rng: &mut SeededRng) -> String {
    let mut word = syllable(rng);
    for _ in 1..syllables {
        word.push(letter(rng, "0123456789"));
        word.push_str(&syllable(rng));
    }
    word
}

/// As many hexadecimal digits with the same hyphens, and `more` at the end; a UUID becomes one of version 4. After two letters
/// follows a digit, after two digits a letter, so that no word and no number of the originals is in it.
fn hex(original: &str, more: usize, rng: &mut SeededRng) -> String {
    let is_uuid = original.contains('-');
    let original = &original[..original.len().min(MAX_TOKEN)];
    let mut new = String::with_capacity(original.len() + more);
    let (mut digits, mut letters) = (0, 0);
    for (index, old) in original.chars().chain("0".repeat(more).chars()).enumerate() {
        let c = match index {
            _ if old == '-' => '-',
            14 if is_uuid => '4',
            19 if is_uuid => letter(rng, "89ab"),
            _ if digits == 2 => letter(rng, "abcdef"),
            _ if letters == 2 => letter(rng, "0123456789"),
            _ => letter(rng, "0123456789abcdef"),
        };
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        letters = if c.is_ascii_alphabetic() { letters + 1 } else { 0 };
        new.push(c);
    }
    new
}
