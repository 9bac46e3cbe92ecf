//! What the start and reload of a server say about a certificate and its key: formats that are not served, and the dates of
//! the certificate.

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::json_file::{ForeignFormat, foreign_format};

/// Identifiers of kinds of keys that are not served, as they stand in DER, and their names.
const UNSUPPORTED_KINDS: [(&[u8], &str); 6] = [
    (b"\x06\x05\x2b\x81\x04\x00\x23", "on the curve P-521"),
    (b"\x06\x05\x2b\x81\x04\x00\x21", "on the curve P-224"),
    (b"\x06\x05\x2b\x81\x04\x00\x0a", "on the curve secp256k1"),
    (b"\x06\x09\x2b\x24\x03\x03\x02\x08\x01\x01", "on a Brainpool curve"),
    (b"\x06\x03\x2b\x65\x71", "of the kind Ed448"),
    (b"\x06\x07\x2a\x86\x48\xce\x38\x04\x01", "of the kind DSA"),
];

/// What is wanted of a PEM file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PemContent {
    Certificate,
    PrivateKey,
}

impl PemContent {
    /// Why a text has none of it, and what converts it.
    pub fn absence(self, text: &[u8]) -> String {
        if let Some(format @ (ForeignFormat::Encoded { .. } | ForeignFormat::Compressed { .. })) = foreign_format(text)
        {
            return format!("it {}", format.with_advice());
        }
        // Each of their files is one sequence.
        if text.starts_with(b"\x30\x82") || text.starts_with(b"\x30\x81") {
            let (command, bundle) = match self {
                Self::Certificate => ("openssl x509 -inform DER -in FILE", "openssl pkcs12 -nokeys -in FILE"),
                Self::PrivateKey => ("openssl pkey -inform DER -in FILE", "openssl pkcs12 -nocerts -nodes -in FILE"),
            };
            return format!(
                "it is DER, and PEM is accepted; give what this prints: {command} (or of a .p12 or .pfx: {bundle})"
            );
        }
        let text = String::from_utf8_lossy(text);
        let is_label =
            |label: &&str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        let labels =
            text.split("-----BEGIN ").skip(1).filter_map(|section| section.split("-----").next()).filter(is_label);
        match labels.take(3).collect::<Vec<_>>().as_slice() {
            [] => "there is none in it; PEM is accepted".to_owned(),
            labels => format!("there is none in it, but {}", labels.join(", ")),
        }
    }
}

/// Whether a PEM text has a private key that only a password opens.
pub fn is_encrypted_key(pem: &[u8]) -> bool {
    let text = String::from_utf8_lossy(pem);
    text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || text.contains("Proc-Type: 4,ENCRYPTED")
}

/// The kind of a private key that is not served, as far as it is known.
pub fn unsupported_kind(key: &[u8]) -> Option<&'static str> {
    let contains = |identifier: &[u8]| key.windows(identifier.len()).any(|window| window == identifier);
    UNSUPPORTED_KINDS.into_iter().find(|(identifier, _)| contains(identifier)).map(|(_, name)| name)
}

/// The parts of a certificate that a server looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateFacts {
    /// The version: 3 for each that TLS clients accept.
    pub version: u8,
    pub not_before: DateTime<Utc>,
    pub not_after: DateTime<Utc>,
}

impl CertificateFacts {
    /// Reads the beginning of a certificate (RFC 5280, section 4.1); `None` if it is not one.
    pub fn from_der(certificate: &[u8]) -> Option<Self> {
        const SEQUENCE: u8 = 0x30;
        const VERSION: u8 = 0xa0;

        let (_, certificate, _) = element(certificate)?;
        let (_, mut rest, _) = element(certificate)?;
        let mut version = 1;
        if let Some((VERSION, content, after)) = element(rest) {
            version = element(content)?.1.last()?.checked_add(1)?;
            rest = after;
        }
        // Serial number, algorithm, issuer.
        for _ in 0..3 {
            rest = element(rest)?.2;
        }
        let (SEQUENCE, validity, _) = element(rest)? else { return None };
        let (not_before, after) = time(validity)?;
        Some(Self { version, not_before, not_after: time(after)?.0 })
    }

    /// A warning about a certificate that clients do not accept at this time.
    pub fn warning(&self, now: DateTime<Utc>) -> Option<String> {
        let Self { version: _, not_before, not_after } = self;
        let date = |date: &DateTime<Utc>| date.format("%Y-%m-%dT%H:%M:%SZ");
        if *not_after < now {
            Some(format!("the certificate expired at {}: clients refuse it", date(not_after)))
        } else if *not_before > now {
            Some(format!("the certificate is valid only from {}: clients refuse it until then", date(not_before)))
        } else {
            None
        }
    }
}

/// The tag and content of the first element of DER, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, length], rest) = der.split_first_chunk::<2>()?;
    let (length, rest) = match length {
        0x00..=0x7f => (usize::from(length), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(length - 0x80))?;
            (bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// A date with four digits of the year, or with two of 1950 to 2049.
fn time(der: &[u8]) -> Option<(DateTime<Utc>, &[u8])> {
    const SHORT: u8 = 0x17;

    let (tag, content, rest) = element(der)?;
    let text = str::from_utf8(content).ok()?;
    let century = if tag != SHORT {
        ""
    } else if *text >= *"50" {
        "19"
    } else {
        "20"
    };
    let date = NaiveDateTime::parse_from_str(&format!("{century}{text}"), "%Y%m%d%H%M%SZ").ok()?;
    Some((date.and_utc(), rest))
}
