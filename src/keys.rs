//! API keys: the key of a token, whether it is accepted, and its permissions.

mod file;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use memchr::memchr;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::contract::Timestamp;
use crate::fault::FaultRule;
use crate::rate::RateLimit;
use crate::redact::{forms, redact};
use crate::text::did_you_mean;

pub use file::{KeySource, load, load_with_token};

/// The permission that the audit-log operation asks for (REQ-PERMISSION).
pub const VIEW_AUDIT_LOGS: &str = "View audit logs";

/// The keys of a server. Holds no token: only their SHA-256 digests, so that none can leak.
#[derive(Debug, Clone)]
pub struct Keys {
    list: Vec<Arc<Key>>,
    /// The tokens by the signs in them, such as hyphens: a text is parted into words for each of these shapes, because the
    /// signs of one token may stand around another.
    shapes: Vec<TokenShape>,
    /// Length of the shortest token in bytes.
    min_token_length: usize,
    /// The source of the keys, for messages.
    source: String,
    built_in: bool,
    has_public_token: bool,
}

/// A key with its permissions.
#[derive(Debug, Clone)]
pub struct Key {
    digest: TokenDigest,
    /// Length of the token in bytes.
    token_length: usize,
    token_characters: AsciiSet,
    /// The name, which is unique.
    pub name: String,
    /// The last four characters of the token, as the product shows them; empty when the token is shorter than eight.
    pub last_four: String,
    /// The union of the permissions of its roles (KEY-ROLES).
    pub permissions: BTreeSet<String>,
    /// The instant from which on the key is refused.
    pub expiration_date: Option<Timestamp>,
    /// Whether the key is revoked.
    pub revoked: bool,
    /// The key's own rate limit, in place of the world's.
    pub rate_limit: Option<RateLimit>,
    /// Faults for requests with this key, in every world from its start.
    pub faults: Vec<FaultRule>,
}

/// SHA-256 of a token, as four `u64`: two digests are compared in constant time, which is faster with four integers than
/// with 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct TokenDigest([u64; 4]);

/// Tokens whose characters beside letters and digits are the same.
#[derive(Debug, Clone)]
struct TokenShape {
    /// All characters of these tokens.
    characters: AsciiSet,
    /// Whether each byte is one of `characters`: a look-up takes a third of the instructions of a shift of 128 bits, and a
    /// query can have 64 KiB.
    is_character: [bool; 256],
    /// The characters beside letters and digits: each of these tokens has all of them.
    signs: Vec<u8>,
    /// Their lengths in bytes, each once.
    lengths: BTreeSet<usize>,
}

/// A set of ASCII characters, a bit for each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct AsciiSet(u128);

/// Why a token or its key is not accepted (ERR-401).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyError {
    /// No key has this token.
    Unknown {
        /// Where the keys come from, such as `keys.json`.
        source: String,
        /// Whether the keys are the built-in ones, whose tokens are public.
        built_in: bool,
    },
    /// The key is revoked.
    Revoked {
        /// Its name and last four characters.
        key: String,
    },
    /// The key is expired.
    Expired {
        /// Its name and last four characters.
        key: String,
        /// The expiration date.
        since: Timestamp,
    },
}

/// A text that is neither the name nor the token of a key. `Display` names the keys, but not the text: it may be a mistyped
/// token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyNameError {
    names: String,
    /// The end of the message; empty if no name is near.
    suggestion: String,
}

impl fmt::Display for KeyNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no key has this name or token; the keys are {}{}", self.names, self.suggestion)
    }
}

impl Keys {
    fn new(keys: Vec<Key>, source: String, built_in: bool) -> Self {
        let mut shapes: BTreeMap<AsciiSet, (AsciiSet, BTreeSet<usize>)> = BTreeMap::new();
        for key in &keys {
            let (characters, lengths) = shapes.entry(key.token_characters.signs()).or_default();
            characters.0 |= key.token_characters.0;
            lengths.insert(key.token_length);
        }
        let min_token_length = keys.iter().map(|key| key.token_length).min().unwrap_or(usize::MAX);
        let list = keys.into_iter().map(Arc::new).collect();
        Self {
            list,
            shapes: shapes.into_values().map(|(characters, lengths)| TokenShape::new(characters, lengths)).collect(),
            min_token_length,
            source,
            built_in,
            has_public_token: built_in,
        }
    }

    /// The key of a token, valid, revoked or expired.
    ///
    /// Compares every key in constant time, so that the time of a look-up says nothing about any token.
    #[must_use]
    pub fn find(&self, token: &str) -> Option<&Arc<Key>> {
        self.find_bytes(token.as_bytes())
    }

    /// The most slashes of a text on whose sides tokens are looked for; bounds the number of digests.
    const MAX_SLASHES: usize = 64;

    fn find_bytes(&self, token: &[u8]) -> Option<&Arc<Key>> {
        let digest = TokenDigest::new(token);
        let mut found = Choice::from(0);
        let mut place = 0_u64;
        for (index, key) in (0_u64..).zip(&self.list) {
            let same = key.digest.ct_eq(&digest);
            place.conditional_assign(&index, same);
            found |= same;
        }
        let key = self.list.get(usize::try_from(place).ok()?)?;
        bool::from(found).then_some(key)
    }

    /// Whether a text contains the token of a key, with at least this many characters: as a word, or as the beginning or end
    /// of a word where no letter or digit adjoins. Words are parted at every character that no token of the shape has.
    ///
    /// A substring cannot be looked for, because only digests are kept. Of a word, at most two parts for each length of a
    /// token are hashed.
    #[must_use]
    pub fn has_token_in(&self, text: &[u8], min_length: usize) -> bool {
        self.shapes.iter().any(|shape| self.has_token_of_shape(shape, text, min_length))
    }

    fn has_token_of_shape(&self, shape: &TokenShape, text: &[u8], min_length: usize) -> bool {
        let TokenShape { characters, is_character, signs, lengths } = shape;
        let lengths = || lengths.range(min_length..).copied();
        let Some(shortest) = lengths().next() else { return false };
        // A form decodes a plus sign to a space.
        let spaced = if characters.contains(b'+') && text.contains(&b' ') {
            Cow::Owned(text.iter().map(|byte| if *byte == b' ' { b'+' } else { *byte }).collect())
        } else {
            Cow::Borrowed(text)
        };
        // Most texts do not have all of these signs, and need not be parted into words.
        if signs.iter().any(|sign| memchr(*sign, &spaced).is_none()) {
            return false;
        }
        let words = || spaced.split(|byte| !is_character[usize::from(*byte)]).filter(|word| word.len() >= shortest);
        let has_token = |word: &[u8]| lengths().any(|length| self.has_token_at_an_end(word, length));
        if words().any(has_token) {
            return true;
        }
        if !characters.contains(b'/') {
            return false;
        }
        // A token with a slash joins the words of a path. What lies on each side of a slash is a word too.
        let slashes = |word| memchr::memchr_iter(b'/', word).map(move |at| (&word[..at], &word[at + 1..]));
        let mut around = words().flat_map(slashes).take(Self::MAX_SLASHES).flat_map(|(one, other)| [one, other]);
        around.any(has_token)
    }

    /// Whether a word begins or ends with a token of this length.
    fn has_token_at_an_end(&self, word: &[u8], length: usize) -> bool {
        let Some(rest) = word.len().checked_sub(length) else { return false };
        let is_parted = |at: usize| {
            at == 0 || at == word.len() || !(word[at - 1].is_ascii_alphanumeric() && word[at].is_ascii_alphanumeric())
        };
        let begins = is_parted(length) && self.find_bytes(&word[..length]).is_some();
        begins || (rest > 0 && is_parted(rest) && self.find_bytes(&word[rest..]).is_some())
    }

    /// Length of the shortest token in bytes.
    #[must_use]
    pub fn min_token_length(&self) -> usize {
        self.min_token_length
    }

    /// Whether a token has one of these characters.
    #[must_use]
    pub fn have_any(&self, characters: &str) -> bool {
        let wanted = AsciiSet::from_text(characters);
        self.shapes.iter().any(|shape| shape.characters.0 & wanted.0 != 0)
    }

    /// The text without tokens, however they are percent-encoded.
    #[must_use]
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        redact(text, |text| forms(text, |form| self.has_token_in(form, 1)))
    }

    /// The error for a token that no key has.
    #[must_use]
    pub fn unknown_token(&self) -> KeyError {
        KeyError::Unknown { source: self.source.clone(), built_in: self.built_in }
    }

    /// The name of the key that has this name or this token.
    ///
    /// # Errors
    /// A text that is neither.
    pub(crate) fn resolve_name(&self, text: &str) -> Result<String, KeyNameError> {
        if let Some(key) = self.find(text) {
            return Ok(key.name.clone());
        }
        let names: Vec<&str> = self.list.iter().map(|key| key.name.as_str()).collect();
        if names.contains(&text) {
            return Ok(text.to_owned());
        }
        Err(KeyNameError { names: names.join(", "), suggestion: did_you_mean(text, names) })
    }

    /// Whether the keys are the built-in ones, whose tokens are public.
    #[must_use]
    pub fn are_built_in(&self) -> bool {
        self.built_in
    }

    /// Whether a key has the token of a built-in key, as in a copy of their file.
    pub(crate) fn have_public_token(&self) -> bool {
        self.has_public_token
    }

    /// The keys, in the order of their file.
    #[must_use]
    pub fn list(&self) -> &[Arc<Key>] {
        &self.list
    }
}

impl TokenShape {
    fn new(characters: AsciiSet, lengths: BTreeSet<usize>) -> Self {
        let mut is_character = [false; 256];
        for byte in 0..=u8::MAX {
            is_character[usize::from(byte)] = characters.contains(byte);
        }
        let signs = (0..=u8::MAX).filter(|byte| characters.signs().contains(*byte)).collect();
        Self { characters, is_character, signs, lengths }
    }
}

impl AsciiSet {
    fn from_text(text: &str) -> Self {
        Self(text.bytes().filter(u8::is_ascii).fold(0, |set, byte| set | 1 << byte))
    }

    fn contains(self, byte: u8) -> bool {
        byte.is_ascii() && self.0 >> byte & 1 == 1
    }

    /// The characters that are no letters or digits.
    fn signs(self) -> Self {
        let alphanumeric = (0..128_u8).filter(u8::is_ascii_alphanumeric).fold(0, |set, byte| set | 1 << byte);
        Self(self.0 & !alphanumeric)
    }
}

impl TokenDigest {
    fn new(token: &[u8]) -> Self {
        let bytes: [u8; 32] = Sha256::digest(token).into();
        let (words, _) = bytes.as_chunks::<8>();
        Self(std::array::from_fn(|index| u64::from_le_bytes(words[index])))
    }

    fn ct_eq(&self, other: &Self) -> Choice {
        let different = self.0.iter().zip(&other.0).fold(0, |bits, (one, other)| bits | (one ^ other));
        different.ct_eq(&0)
    }
}

impl Key {
    /// Checks that the key is accepted at a time of the world's clock.
    ///
    /// # Errors
    /// [`KeyError::Revoked`] or [`KeyError::Expired`].
    pub fn check_usable(&self, now: Timestamp) -> Result<(), KeyError> {
        if self.revoked {
            return Err(KeyError::Revoked { key: self.to_string() });
        }
        match self.expiration_date {
            Some(since) if since <= now => Err(KeyError::Expired { key: self.to_string(), since }),
            _ => Ok(()),
        }
    }

    /// Number by which the rate limiter knows the key, 64 bits of the token's digest: it stays when the keys are read again,
    /// in whatever order.
    pub(crate) fn limiter_id(&self) -> u64 {
        let [id, ..] = self.digest.0;
        id
    }

    /// Whether one of the key's roles grants a permission.
    #[must_use]
    pub fn has_permission(&self, permission: &str) -> bool {
        self.permissions.contains(permission)
    }
}

/// Name and last four characters, such as `Nightly export (…k3f9)`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.last_four.is_empty() { Ok(()) } else { write!(f, " (…{})", self.last_four) }
    }
}
