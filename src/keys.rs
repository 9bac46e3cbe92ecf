//! Who may ask: from a token to a key, its roles, and their permissions.

mod file;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::contract::Timestamp;
use crate::fault::FaultRule;
use crate::rate::RateLimit;

pub use file::{KeySource, load};

/// The permission that the audit-log operation asks for (REQ-PERMISSION).
pub const VIEW_AUDIT_LOGS: &str = "View audit logs";

/// The keys of a server. Holds no token: only their SHA-256 digests, so that none can leak.
#[derive(Debug, Clone)]
pub struct Keys {
    list: Vec<Arc<Key>>,
    /// Where they came from, in words.
    origin: String,
    built_in: bool,
}

/// A key and what it may do.
#[derive(Debug, Clone)]
pub struct Key {
    digest: [u64; 4],
    /// How long its token is.
    length: usize,
    /// The name that people know it by.
    pub name: String,
    /// The last four characters of its token, as the product shows them; empty when the token is shorter than eight.
    pub last_four: String,
    /// Everything that its roles grant together (KEY-ROLES).
    pub permissions: BTreeSet<String>,
    /// From when on it is refused.
    pub expiration_date: Option<Timestamp>,
    /// Whether it was taken back.
    pub revoked: bool,
    /// Its own limit, in place of the server's.
    pub rate_limit: Option<RateLimit>,
    /// What goes wrong for this key in every world, from the start.
    pub faults: Vec<FaultRule>,
}

/// The key of a token.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
    /// The key's place in the list of keys: what a request counts for.
    pub index: usize,
    /// The key.
    pub key: &'a Arc<Key>,
}

/// Why a token was not accepted (ERR-401).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No key has this token.
    Unknown {
        /// Where the keys came from.
        keys: String,
        /// Whether they are the built-in ones, whose tokens are no secret.
        built_in: bool,
    },
    /// The key was taken back.
    Revoked {
        /// Its name and last four characters.
        key: String,
    },
    /// The key's time is over.
    Expired {
        /// Its name and last four characters.
        key: String,
        /// Since when.
        since: Timestamp,
    },
}

impl Keys {
    /// The key of a token, whatever its state.
    ///
    /// Every key is compared, each in constant time: how long it takes tells nothing about any token.
    #[must_use]
    pub fn find(&self, token: &str) -> Option<Grant<'_>> {
        let digest = digest(token);
        let mut found = Choice::from(0);
        let mut place = 0_u64;
        for (index, key) in (0_u64..).zip(&self.list) {
            let different = key.digest.iter().zip(&digest).fold(0, |bits, (one, other)| bits | (one ^ other));
            let same = different.ct_eq(&0);
            place.conditional_assign(&index, same);
            found |= same;
        }
        let index = usize::try_from(place).ok()?;
        let key = self.list.get(index)?;
        bool::from(found).then_some(Grant { index, key })
    }

    /// Whether a text is the token of a key: for what is shown and kept, of which most is no token, and of another length
    /// than any.
    #[must_use]
    pub fn is_token(&self, text: &str) -> bool {
        self.list.iter().any(|key| key.length == text.len()) && self.find(text).is_some()
    }

    /// The length of the shortest token.
    #[must_use]
    pub fn min_token_length(&self) -> usize {
        self.list.iter().map(|key| key.length).min().unwrap_or(usize::MAX)
    }

    /// Why a token that no key has is refused.
    #[must_use]
    pub fn unknown_token(&self) -> Refusal {
        Refusal::Unknown { keys: self.origin.clone(), built_in: self.built_in }
    }

    /// Whether they are the built-in ones, whose tokens are no secret.
    #[must_use]
    pub fn are_built_in(&self) -> bool {
        self.built_in
    }

    /// The keys, in the order of their file.
    #[must_use]
    pub fn list(&self) -> &[Arc<Key>] {
        &self.list
    }
}

/// SHA-256 in words: to compare four words takes less than to compare 32 bytes, and as long for one as for another.
fn digest(token: &str) -> [u64; 4] {
    let bytes: [u8; 32] = Sha256::digest(token).into();
    let (words, _) = bytes.as_chunks::<8>();
    std::array::from_fn(|place| u64::from_le_bytes(words[place]))
}

impl Key {
    /// Whether it is accepted at a time of the world's clock.
    ///
    /// # Errors
    /// [`Refusal`] when it is revoked or expired.
    pub fn check_usable(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.revoked {
            return Err(Refusal::Revoked { key: self.to_string() });
        }
        match self.expiration_date {
            Some(since) if since <= now => Err(Refusal::Expired { key: self.to_string(), since }),
            _ => Ok(()),
        }
    }

    /// Whether one of its roles grants a permission.
    #[must_use]
    pub fn has_permission(&self, permission: &str) -> bool {
        self.permissions.contains(permission)
    }
}

/// `Nightly export (…k3f9)`: enough to recognise it, nothing to use it.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.last_four.is_empty() { Ok(()) } else { write!(f, " (…{})", self.last_four) }
    }
}
