//! The secret that makes pseudonyms unguessable, and the random numbers that it gives.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use crate::seed::SeededRng;

/// The secret that decides every pseudonym. With it a guess can be tested; without it no pseudonym can be turned back.
///
/// ```
/// use cortex_audit_mock::internal::pseudonym::Secret;
///
/// assert_eq!(format!("{:?}", Secret::new(Some(7), b"correct horse")), "Secret");
/// ```
#[derive(Clone)]
pub struct Secret(Hmac<Sha256>);

/// Does not show the secret.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// The secret of a seed and of a secret part, which may be empty.
    ///
    /// With a seed alone only the seed protects the originals, and a small one can be found by trying. With neither the secret
    /// is [random](Self::random).
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    pub fn new(seed: Option<u64>, part: &[u8]) -> Self {
        if seed.is_none() && part.is_empty() { Self::random() } else { Self::derived(seed, part) }
    }

    /// A secret that nobody knows, and that is lost with this value.
    pub fn random() -> Self {
        // Two times 122 bits from the system's source of randomness.
        let part = [*Uuid::new_v4().as_bytes(), *Uuid::new_v4().as_bytes()].concat();
        Self::derived(None, &part)
    }

    /// The text keeps this use of a seed and a secret apart from any other. Raise its number to make the same secret give other
    /// pseudonyms.
    fn derived(seed: Option<u64>, part: &[u8]) -> Self {
        let mut mac = keyed(part);
        mac.update(b"cortex-audit-mock pseudonyms 1");
        mac.update(&[u8::from(seed.is_some())]);
        mac.update(&seed.unwrap_or_default().to_le_bytes());
        Self(keyed(&mac.finalize().into_bytes()))
    }

    /// 256 bits that depend on the secret, the purpose and the original alone.
    pub(super) fn block(&self, purpose: &str, original: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(original);
        mac.finalize().into_bytes().into()
    }

    /// A stream of random numbers that depends on the same.
    pub(super) fn rng(&self, purpose: &str, original: &str) -> SeededRng {
        SeededRng::from_key(self.block(purpose, original.as_bytes()))
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}
