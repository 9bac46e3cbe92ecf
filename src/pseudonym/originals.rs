//! What must not be left: every value of a recording, and every word, number and identifier in them.

use std::collections::{BTreeSet, HashSet};

use super::parts::{Part, parts};

/// A shorter token says nothing by itself, and recurs in others by chance.
const SHORTEST: usize = 3;
/// No pseudonym of a part is longer than this, so none can hold a longer token.
pub const LONGEST: usize = 64;

/// The only letter outside ASCII whose small form is within.
const KELVIN: char = '\u{212a}';

/// A text as it is compared: in lower case.
pub fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Everything that must not be left, in lower case. Tokens that are not ASCII are not kept: no pseudonym holds any.
#[derive(Default)]
pub struct Originals {
    values: HashSet<String>,
    /// Every run of letters, of digits and of both, however short.
    runs: HashSet<String>,
    /// Those of them that must not be inside a pseudonym either.
    tokens: Finder,
    /// Tokens such as `k8s`, in which letters and digits change too often to be found in a part: they may arise where
    /// two parts meet.
    mixed: Finder,
}

impl Originals {
    /// Takes in a value. Addresses are no words: they are replaced as such, and their numbers are those of networks.
    pub fn add(&mut self, value: &str) {
        let mut rest = String::new();
        for part in parts(value) {
            rest.push_str(if let Part::Network(..) = part { "\n" } else { part.text() });
        }
        if !rest.contains('\n') {
            self.add_mixed(&folded(value));
        }
        for chunk in rest.split(|c: char| c.is_whitespace() || "@:/+".contains(c)) {
            self.add_mixed(&folded(chunk));
        }
        for word in rest.split(|c: char| !c.is_alphanumeric()) {
            self.add_word(word);
            // What is glued to a letter that no pseudonym has is a word too, with words of its own.
            if !word.is_ascii() {
                for word in [word, &word.replace(KELVIN, "K")] {
                    word.split(|c: char| !c.is_ascii_alphanumeric()).for_each(|stretch| self.add_word(stretch));
                }
            }
        }
        self.values.insert(folded(value));
    }

    /// A run of letters and digits: as a whole, and every run of letters or digits in it.
    fn add_word(&mut self, word: &str) {
        self.add_mixed(&folded(word));
        self.add_run(word);
        for run in word.split(|c: char| !c.is_ascii_digit()) {
            self.add_run(run);
        }
        for run in word.split(|c: char| !c.is_alphabetic()) {
            self.add_run(run);
            for hump in humps(run) {
                self.add_run(hump);
            }
        }
    }

    fn add_run(&mut self, run: &str) {
        let run = folded(run);
        if !run.is_ascii() || run.is_empty() {
            return;
        }
        if (SHORTEST..=LONGEST).contains(&run.len()) {
            self.tokens.add(run.clone());
        }
        self.runs.insert(run);
    }

    fn add_mixed(&mut self, text: &str) {
        let short = |splits: fn(char) -> bool| text.split(splits).all(|run| run.len() < SHORTEST);
        let is_mixed = short(|c| !c.is_ascii_alphabetic()) && short(|c| !c.is_ascii_digit());
        if is_mixed && (SHORTEST..=LONGEST).contains(&text.len()) && text.is_ascii() {
            self.tokens.add(text.to_owned());
            self.mixed.add(text.to_owned());
        }
    }

    /// Whether a pseudonym is none of the originals.
    pub fn lack(&self, pseudonym: &str) -> bool {
        let pseudonym = folded(pseudonym);
        !self.values.contains(&pseudonym) && !self.runs.contains(&pseudonym)
    }

    /// Whether no token is in a pseudonym of a part.
    pub fn are_not_in(&self, pseudonym: &str) -> bool {
        !self.tokens.any_in(&folded(pseudonym))
    }

    /// Whether a value that is made of pseudonyms is no original and holds none that arose between its parts.
    pub fn lack_value(&self, value: &str) -> bool {
        let value = folded(value);
        !self.values.contains(&value) && !self.mixed.any_in(&value)
    }
}

/// The words of `checkoutApi`, or none when there is but one.
fn humps(run: &str) -> Vec<&str> {
    let mut humps = Vec::new();
    let mut start = 0;
    let mut before = '\0';
    for (place, c) in run.char_indices() {
        if before.is_lowercase() && c.is_uppercase() {
            humps.push(&run[start..place]);
            start = place;
        }
        before = c;
    }
    if start > 0 {
        humps.push(&run[start..]);
    }
    humps
}

/// Finds whether any of many texts is in another.
#[derive(Default)]
struct Finder {
    texts: HashSet<String>,
    lengths: BTreeSet<usize>,
}

impl Finder {
    fn add(&mut self, text: String) {
        self.lengths.insert(text.len());
        self.texts.insert(text);
    }

    fn any_in(&self, text: &str) -> bool {
        self.lengths.iter().take_while(|length| **length <= text.len()).any(|length| {
            (0..=text.len() - length)
                .any(|start| text.get(start..start + length).is_some_and(|window| self.texts.contains(window)))
        })
    }
}
