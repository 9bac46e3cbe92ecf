//! Splits a value into its parts: addresses, words, numbers, hexadecimal identifiers, and the characters between them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::address::Network;
use crate::text::word_enum;

/// A part of a value, with its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// Punctuation and white space; the only part that is not replaced.
    Separator(&'a str),
    /// A word, a number or an identifier.
    Token(TokenKind, &'a str),
    /// The domain of an e-mail address.
    Domain(&'a str),
    /// An address or a range.
    Network(Network, &'a str),
}

word_enum! {
    /// The kind of a token, which decides what replaces it. A token that occurs as several kinds counts as the first of them.
    /// The word names the random stream of a pseudonym: a change of one changes the pseudonyms of every secret.
    pub enum TokenKind {
        /// The first word before the `@` of an e-mail address.
        FirstName = "first name",
        /// Any other word before the `@` of an e-mail address.
        LastName = "last name",
        /// Any other word.
        Word = "word",
        /// Digits.
        Number = "number",
        /// A UUID, or at least eight hexadecimal digits, among them a letter and a digit.
        Hex = "hex",
    }
}

impl<'a> Part<'a> {
    /// Its text in the value.
    pub fn text(self) -> &'a str {
        match self {
            Self::Separator(text) | Self::Token(_, text) | Self::Domain(text) | Self::Network(_, text) => text,
        }
    }
}

/// The parts of a value, in order; together they are the value.
pub fn parts(value: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut from = 0;
    while let Some((start, at, end)) = find_email(value, from) {
        push_plain_parts(&value[from..start], &mut parts);
        push_local_part(&value[start..at], &mut parts);
        parts.push(Part::Separator("@"));
        match value[at + 1..end].parse() {
            Ok(address) => parts.push(Part::Network(Network::new(IpAddr::V4(address), None), &value[at + 1..end])),
            Err(_) => parts.push(Part::Domain(&value[at + 1..end])),
        }
        from = end;
    }
    push_plain_parts(&value[from..], &mut parts);
    parts
}

/// Whether a character is a letter of a word. So is every character outside ASCII but white space: what may identify is
/// replaced.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || (!c.is_ascii() && !c.is_whitespace())
}

fn is_in_word(c: char) -> bool {
    is_letter(c) || c.is_ascii_digit()
}

/// The next e-mail address: where it starts, where its `@` is, and where it ends.
fn find_email(value: &str, from: usize) -> Option<(usize, usize, usize)> {
    value[from..].match_indices('@').find_map(|(at, _)| {
        let at = from + at;
        let before = &value[from..at];
        let local = before.rsplit(|c| !(is_in_word(c) || "._%+'~-".contains(c))).next().unwrap_or(before);
        let local = local.trim_start_matches(|c| !is_in_word(c));
        let after = &value[at + 1..];
        let domain = after.split(|c| !(is_in_word(c) || ".-".contains(c))).next().unwrap_or(after);
        let domain = domain.trim_end_matches(|c| !is_in_word(c));
        let whole = local.contains(is_in_word) && domain.starts_with(is_in_word);
        whole.then_some((at - local.len(), at, at + 1 + domain.len()))
    })
}

/// Appends the parts of what precedes the `@` of an e-mail address.
fn push_local_part<'a>(text: &'a str, parts: &mut Vec<Part<'a>>) {
    let start = parts.len();
    push_plain_parts(text, parts);
    let mut kind = TokenKind::FirstName;
    for part in &mut parts[start..] {
        if let Part::Token(TokenKind::Word, word) = *part {
            *part = Part::Token(kind, word);
            kind = TokenKind::LastName;
        }
    }
}

/// Appends the parts of a text without e-mail addresses.
pub fn push_plain_parts<'a>(text: &'a str, parts: &mut Vec<Part<'a>>) {
    let mut rest = text;
    let mut inside_word = false;
    // The most text that may be left at the start of an IPv4 address: none starts within the digits and dots of `1.2.3.4.5`.
    let mut left = usize::MAX;
    while let Some(c) = rest.chars().next() {
        let whole = if inside_word { None } else { network(rest, &mut left).or_else(|| hex(rest)) };
        let (part, length) = whole.unwrap_or_else(|| run(rest, c));
        parts.push(part);
        rest = &rest[length..];
        inside_word = !matches!(part, Part::Separator(_));
    }
}

/// The run of characters of one kind at the start, and its length.
fn run(text: &str, first: char) -> (Part<'_>, usize) {
    let until = |ends: fn(char) -> bool| text.find(ends).unwrap_or(text.len());
    if first.is_ascii_digit() {
        let end = until(|c| !c.is_ascii_digit());
        (Part::Token(TokenKind::Number, &text[..end]), end)
    } else if is_letter(first) {
        let end = until(|c| !is_letter(c));
        (Part::Token(TokenKind::Word, &text[..end]), end)
    } else {
        let end = first.len_utf8();
        (Part::Separator(&text[..end]), end)
    }
}

/// The address or range at the start, and its length.
fn network<'a>(text: &'a str, left: &mut usize) -> Option<(Part<'a>, usize)> {
    let (address, length) = ipv6(text).or_else(|| if text.len() <= *left { ipv4(text, left) } else { None })?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let (prefix, more) = prefix(&text[length..], most).unzip();
    let length = length + more.unwrap_or(0);
    Some((Part::Network(Network::new(address, prefix), &text[..length]), length))
}

fn ipv6(text: &str) -> Option<(IpAddr, usize)> {
    /// The length of the longest address: `ffff:` six times, and the last four bytes as an IPv4 address.
    const LONGEST: usize = 45;

    let is_of_address = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let run = text.bytes().take(LONGEST + 1).take_while(is_of_address).count();
    // The full stop or colon after an address is not part of it, but `2001:db8::` is an address.
    let run = text[..run].trim_end_matches('.');
    let run = run.strip_suffix(':').filter(|shorter| !shorter.ends_with(':')).unwrap_or(run);
    // `::` is an address alone and in `::/0`; elsewhere it is punctuation.
    let after = &text[run.len()..];
    let alone = after.is_empty() || prefix(after, 128).is_some();
    let is_address = (run != "::" || alone) && !after.starts_with(is_in_word);
    let address: Ipv6Addr = run.parse().ok().filter(|_| is_address)?;
    Some((address.into(), run.len()))
}

fn ipv4(text: &str, left: &mut usize) -> Option<(IpAddr, usize)> {
    let run = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let whole = text[..run].trim_end_matches('.');
    let address: Option<Ipv4Addr> = whole.parse().ok().filter(|_| !text[whole.len()..].starts_with(is_in_word));
    if address.is_none() {
        *left = text.len() - run;
    }
    Some((address?.into(), whole.len()))
}

/// The length of a prefix, `/27`, and that of its text.
fn prefix(text: &str, most: u8) -> Option<(u8, usize)> {
    let digits = text.strip_prefix('/')?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let prefix = digits[..end].parse().ok().filter(|prefix| *prefix <= most)?;
    let is_plain = end == 1 || !digits.starts_with('0');
    (is_plain && !digits[end..].starts_with(is_in_word)).then_some((prefix, 1 + end))
}

/// A UUID, or hexadecimal digits, and its length.
fn hex(text: &str) -> Option<(Part<'_>, usize)> {
    /// Shorter ones are as likely words, such as `decade9`.
    const SHORTEST: usize = 8;

    let ends = |length: usize| !text[length..].starts_with(is_in_word);
    if let Some(uuid) = text.get(..36).filter(|text| is_uuid(text))
        && ends(36)
    {
        return Some((Part::Token(TokenKind::Hex, uuid), 36));
    }
    let length = text.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(text.len());
    let digits = &text[..length];
    let is_hex = length >= SHORTEST
        && digits.contains(|c: char| c.is_ascii_digit())
        && digits.contains(|c: char| c.is_ascii_alphabetic());
    (is_hex && ends(length)).then_some((Part::Token(TokenKind::Hex, digits), length))
}

fn is_uuid(text: &str) -> bool {
    text.bytes().enumerate().all(|(index, byte)| match index {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}
