//! What no pseudonym may contain: every value of a recording, and every word, number and identifier in it.

use std::collections::{BTreeSet, HashSet};

use super::parts::{Part, parts};

/// A shorter token says nothing by itself, and occurs within others by chance.
const MIN_TOKEN: usize = 3;
/// No pseudonym of a part is longer than this, so none can contain a longer token.
pub const MAX_TOKEN: usize = 64;

/// The Kelvin sign, the only letter outside ASCII whose lower case is an ASCII letter.
const KELVIN: char = '\u{212a}';

/// A text in the form in which texts are compared.
pub fn lower_case(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// The originals, in lower case. Tokens outside ASCII are left out: no pseudonym contains any.
#[derive(Default)]
pub struct Originals {
    values: HashSet<String>,
    /// Every run of letters, of digits and of both, of any length.
    runs: HashSet<String>,
    /// The runs that a pseudonym may not contain either.
    tokens: SubstringSet,
    /// Tokens such as `k8s`, in which letters and digits change too often for the pseudonym of one part: they can only arise
    /// where two parts meet.
    mixed: SubstringSet,
}

impl Originals {
    /// Adds a value. The numbers of an address are no tokens.
    pub fn add(&mut self, value: &str) {
        let mut rest = String::new();
        for part in parts(value) {
            rest.push_str(if let Part::Network(..) = part { "\n" } else { part.text() });
        }
        if !rest.contains('\n') {
            self.add_mixed(&lower_case(value));
        }
        for chunk in rest.split(|c: char| c.is_whitespace() || "@:/+".contains(c)) {
            self.add_mixed(&lower_case(chunk));
        }
        for word in rest.split(|c: char| !c.is_alphanumeric()) {
            self.add_word(word);
            // Letters outside ASCII separate words too, because no pseudonym has them.
            if !word.is_ascii() {
                for word in [word, &word.replace(KELVIN, "K")] {
                    word.split(|c: char| !c.is_ascii_alphanumeric()).for_each(|stretch| self.add_word(stretch));
                }
            }
        }
        self.values.insert(lower_case(value));
    }

    /// Adds a run of letters and digits: as a whole, every run of letters or digits in it, and the words of `checkoutApi`.
    fn add_word(&mut self, word: &str) {
        self.add_mixed(&lower_case(word));
        self.add_run(word);
        for run in word.split(|c: char| !c.is_ascii_digit()) {
            self.add_run(run);
        }
        for run in word.split(|c: char| !c.is_alphabetic()) {
            self.add_run(run);
            let mut rest = run;
            while let Some(end) = end_of_first_word(rest) {
                self.add_run(&rest[..end]);
                rest = &rest[end..];
            }
            self.add_run(rest);
        }
    }

    fn add_run(&mut self, run: &str) {
        let run = lower_case(run);
        if !run.is_ascii() || run.is_empty() {
            return;
        }
        if (MIN_TOKEN..=MAX_TOKEN).contains(&run.len()) {
            self.tokens.add(run.clone());
        }
        self.runs.insert(run);
    }

    fn add_mixed(&mut self, text: &str) {
        let has_short_runs = |separator: fn(char) -> bool| text.split(separator).all(|run| run.len() < MIN_TOKEN);
        let is_mixed = has_short_runs(|c| !c.is_ascii_alphabetic()) && has_short_runs(|c| !c.is_ascii_digit());
        if is_mixed && (MIN_TOKEN..=MAX_TOKEN).contains(&text.len()) && text.is_ascii() {
            self.tokens.add(text.to_owned());
            self.mixed.add(text.to_owned());
        }
    }

    /// Whether a pseudonym is an original value or a run of one.
    pub fn contain(&self, pseudonym: &str) -> bool {
        let pseudonym = lower_case(pseudonym);
        self.values.contains(&pseudonym) || self.runs.contains(&pseudonym)
    }

    /// Whether a token is within the pseudonym of a part.
    pub fn have_token_in(&self, pseudonym: &str) -> bool {
        self.tokens.any_in(&lower_case(pseudonym))
    }

    /// Whether a value of several pseudonyms is an original value, or contains a token that arose between its parts.
    pub fn have_token_in_value(&self, value: &str) -> bool {
        let value = lower_case(value);
        self.values.contains(&value) || self.mixed.any_in(&value)
    }
}

/// Where the second word of `checkoutApi` starts; `None` for a single word.
fn end_of_first_word(run: &str) -> Option<usize> {
    let pairs = run.chars().zip(run.char_indices().skip(1));
    pairs.into_iter().find(|(before, (_, c))| before.is_lowercase() && c.is_uppercase()).map(|(_, (at, _))| at)
}

/// A set of texts that finds whether any of them is within another text.
#[derive(Default)]
struct SubstringSet {
    texts: HashSet<String>,
    lengths: BTreeSet<usize>,
}

impl SubstringSet {
    fn add(&mut self, text: String) {
        self.lengths.insert(text.len());
        self.texts.insert(text);
    }

    fn any_in(&self, text: &str) -> bool {
        let windows = |length: usize| (0..=text.len() - length).filter_map(move |at| text.get(at..at + length));
        let mut fitting = self.lengths.iter().take_while(|length| **length <= text.len());
        fitting.any(|length| windows(*length).any(|window| self.texts.contains(window)))
    }
}
