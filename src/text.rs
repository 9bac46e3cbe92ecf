//! Text of messages: received values made safe to print, suggestions for misspelt words, plurals, enums spelled as words.

use std::borrow::Cow;
use std::fmt;

/// Whether a character changes the text around it instead of being printed: it controls a terminal, starts a line or turns
/// the direction of writing. Noncharacters count too, because XML refuses them.
pub(crate) fn is_control(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || c == '\u{feff}' || u32::from(c) & 0xfffe == 0xfffe
}

/// The text with control characters as Rust's escape sequences.
pub(crate) fn escape_control(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if is_control(c) {
            escaped.extend(c.escape_default());
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// The first characters of a text, or all of it.
pub(crate) fn first_chars(text: &str, max_chars: usize) -> &str {
    match text.as_bytes().get(..max_chars) {
        // No text has more characters than bytes.
        None => text,
        Some(beginning) if beginning.is_ascii() => &text[..max_chars],
        Some(_) => text.char_indices().nth(max_chars).map_or(text, |(end, _)| &text[..end]),
    }
}

/// The first characters of a text, and an ellipsis if there are more.
pub(crate) fn truncate(text: &str, max_chars: usize) -> Cow<'_, str> {
    match first_chars(text, max_chars) {
        beginning if beginning.len() < text.len() => Cow::Owned(format!("{beginning}…")),
        whole => Cow::Borrowed(whole),
    }
}

/// A received text as part of a message: truncated, without control characters.
pub(crate) fn excerpt(text: &str) -> String {
    /// Longer than any identifier, shorter than a line.
    const MAX_CHARS: usize = 80;

    escape_control(&truncate(text, MAX_CHARS))
}

/// A message without its middle, if it is longer than anybody reads. Redact it before: of a secret that is cut, a part is left.
pub(crate) fn elide_middle(text: &str) -> String {
    keep_ends(text, 200, 400)
}

/// Bounds the memory of a text that is redacted later, and then shown by [`elide_middle`]. A secret that is cut here lies far
/// outside what that keeps.
pub(crate) fn bound_for_redaction(text: &str) -> String {
    /// As long as all headers of a request together, which carry the secrets.
    const END_CHARS: usize = 1 << 15;

    keep_ends(text, END_CHARS, END_CHARS)
}

/// The first and the last characters of a text, and an ellipsis between them if there are more.
fn keep_ends(text: &str, head_chars: usize, tail_chars: usize) -> String {
    let length = text.chars().count();
    if length <= head_chars + tail_chars {
        return text.to_owned();
    }
    let tail: String = text.chars().skip(length - tail_chars).collect();
    truncate(text, head_chars).into_owned() + &tail
}

/// The word for a count: `plural(1, "entry", "entries")` is `entry`.
pub(crate) fn plural<'a, N: PartialEq + From<u8>>(count: N, one: &'a str, many: &'a str) -> &'a str {
    if count == N::from(1) { one } else { many }
}

/// A count and its word, such as `1 entry` or `2 entries`.
pub(crate) fn counted<N: Copy + PartialEq + From<u8> + fmt::Display>(count: N, one: &str, many: &str) -> String {
    format!("{count} {}", plural(count, one, many))
}

/// A size as `3 KiB`, rounded down.
pub(crate) fn size(bytes: usize) -> String {
    let (shift, unit) = match bytes {
        0..0x400 => (0, "bytes"),
        0x400..0x10_0000 => (10, "KiB"),
        0x10_0000.. => (20, "MiB"),
    };
    format!("{} {unit}", bytes >> shift)
}

/// The known word that is nearest to a misspelt one; `None` when none is near.
///
/// Case and separators do not count, so that `scorecard-rule` finds `SCORECARD_RULE` and `objectTypes[]` finds
/// `objectTypes`; beyond that, about one edit in three letters is forgiven.
///
/// ```
/// use cortex_audit_mock::contract::{nearest, OBJECT_TYPES};
///
/// assert_eq!(nearest("servcie", OBJECT_TYPES), Some("SERVICE"));
/// assert_eq!(nearest("banana", OBJECT_TYPES), None);
/// ```
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Longer than any known word can be misspelt; bounds the work that one request can cause.
    const MAX_BYTES: usize = 64;

    let folded = fold(word);
    if folded.is_empty() || folded.len() > MAX_BYTES {
        return None;
    }
    let length = folded.chars().count();
    let max_distance = length / 3;
    // The distance of two words is at least the difference of their lengths, and much slower to compute. A letter that is two
    // in lower case is in no known word.
    let first_letters = |candidate: &str| letters(candidate).take(length + max_distance + 1).count();
    let is_near = |candidate: &&str| first_letters(candidate).abs_diff(length) <= max_distance;
    known
        .into_iter()
        .filter(is_near)
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &fold(candidate)), candidate))
        .filter(|(distance, _)| *distance <= max_distance)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The letters and digits of a word.
fn letters(word: &str) -> impl Iterator<Item = char> {
    word.chars().filter(|c| c.is_alphanumeric())
}

/// The letters and digits of a word, in lower case.
fn fold(word: &str) -> String {
    letters(word).flat_map(char::to_lowercase).collect()
}

/// A message as a sentence: with a full stop, unless it ends with a question mark.
pub(crate) fn sentence(message: &str) -> String {
    if message.ends_with('?') { message.to_owned() } else { format!("{message}.") }
}

/// The end of a message about a misspelt word: `; did you mean "TEAM"?`, or nothing when no known word is near.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map(|word| format!("; did you mean \"{word}\"?")).unwrap_or_default()
}

/// A suggestion as a sentence: ` Did you mean "TEAM"?`.
pub(crate) fn suggestion<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map(|word| format!(" Did you mean \"{word}\"?")).unwrap_or_default()
}

/// A message about a text that is none of the known words.
pub(crate) fn not_one_of(text: &str, words: &[&str]) -> String {
    format!("\"{text}\" is not one of {}{}", words.join(", "), did_you_mean(text, words.iter().copied()))
}

/// A text that is none of the words of an enum. `Display` names the text, the words and the nearest of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownWord {
    /// The text.
    pub text: String,
    /// The words of the enum.
    pub words: &'static [&'static str],
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&not_one_of(&self.text, self.words))
    }
}

impl std::error::Error for UnknownWord {}

/// Declares an enum whose variants each have one word, on the wire and in messages: `ALL`, `WORDS`, `as_str`, `Display`,
/// `FromStr` (exact, case-sensitive), `Serialize` and `Deserialize`.
macro_rules! word_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        $vis enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];
            /// The word of each variant, in the same order.
            pub const WORDS: [&'static str; Self::ALL.len()] = [$($word),+];

            /// The word of the variant.
            pub const fn as_str(self) -> &'static str {
                Self::WORDS[self as usize]
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::text::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let known = Self::ALL.into_iter().find(|variant| variant.as_str() == text);
                known.ok_or_else(|| $crate::text::UnknownWord { text: text.to_owned(), words: &Self::WORDS })
            }
        }
    };
}

pub(crate) use word_enum;
