//! TLS: whose certificate is shown, and which version of HTTP was agreed on.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use chrono::{DateTime, Datelike, Days, Utc};
use parking_lot::RwLock;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd};
use tokio::io::{AsyncWriteExt, copy, sink};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;

use super::certificate::{CertificateFacts, PemContent, is_encrypted_key, unsupported_kind};
use super::limits::DISCARD_TIMEOUT;
use crate::http;
use crate::json_file::BYTE_ORDER_MARK;

/// A certificate with its key, ready to serve TLS 1.2 and 1.3; clones are the same.
#[derive(Clone)]
pub struct Tls {
    /// Replaced as a whole by [`Tls::replace`]: with the sessions that clients can resume, which show no certificate.
    acceptor: Arc<RwLock<TlsAcceptor>>,
    /// The certificate at the start.
    certificate: Arc<str>,
}

/// Why a certificate cannot be served.
#[derive(Debug)]
pub enum TlsError {
    /// The text holds no certificate that can be read.
    Certificate(String),
    /// The text holds no private key that can be read.
    Key(String),
    /// Each can be read, and they do not belong together or cannot be used.
    Pair(rustls::Error),
    /// What cannot stand in a certificate as a name.
    Name(String),
    /// No certificate could be made.
    Made(rcgen::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(why) => write!(f, "no certificate can be read: {why}"),
            Self::Key(why) => write!(f, "no private key can be read: {why}"),
            Self::Pair(rustls::Error::InconsistentKeys(_)) => {
                f.write_str("the private key is not the one of the certificate")
            }
            Self::Pair(error) => write!(f, "certificate and private key cannot be used: {error}"),
            Self::Name(name) => write!(f, "{name:?} is no host name and no IP address"),
            Self::Made(error) => write!(f, "no certificate can be made: {error}"),
        }
    }
}

impl std::error::Error for TlsError {}

/// Shows no key.
impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

impl Tls {
    /// How long a certificate that is made at start is valid; Apple's systems take none of more than 825 days.
    const VALID: Days = Days::new(365);

    /// A certificate chain (the server's own certificate first) and its private key (PKCS #8, PKCS #1 or SEC 1), both
    /// as PEM.
    ///
    /// # Errors
    /// When either cannot be read, or they do not belong together.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let [certificate, key] =
            [certificate, key].map(|text| text.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(text));
        let reason = |content: PemContent, text: &[u8], error: pem::Error| match error {
            pem::Error::NoItemsFound => content.absence(text),
            error => error.to_string(),
        };
        let told = |error| reason(PemContent::Certificate, certificate, error);
        let chain = CertificateDer::pem_slice_iter(certificate).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|error| TlsError::Certificate(told(error)))?;
        if chain.is_empty() {
            return Err(TlsError::Certificate(told(pem::Error::NoItemsFound)));
        }
        // Those of authorities behind it may be older.
        if CertificateFacts::from_der(&chain[0]).is_some_and(|facts| facts.version < 3) {
            let reason =
                "it is of version 1, which no client accepts; make one of version 3, such as with openssl req -x509";
            return Err(TlsError::Certificate(reason.to_owned()));
        }
        if is_encrypted_key(key) {
            let reason = "it is encrypted; give what this prints: openssl pkey -in FILE";
            return Err(TlsError::Key(reason.to_owned()));
        }
        let read = PrivateKeyDer::from_pem_slice(key);
        let key = read.map_err(|error| TlsError::Key(reason(PemContent::PrivateKey, key, error)))?;
        if let Err(rustls::Error::General(_)) = ring::sign::any_supported_type(&key) {
            let kind = unsupported_kind(key.secret_der()).unwrap_or("of a kind or size that is not served");
            return Err(TlsError::Key(format!(
                "it is {kind}; accepted: RSA of 2048 to 4096 bits, ECDSA on P-256 or P-384, Ed25519"
            )));
        }
        Self::new(chain, key, String::from_utf8_lossy(certificate).into())
    }

    /// A certificate made now for `localhost`, the loopback addresses and these names and addresses, signed by itself.
    ///
    /// # Errors
    /// When a name is none, or the system gives no random numbers.
    pub fn self_signed(names: impl IntoIterator<Item = String>) -> Result<Self, TlsError> {
        let mut all: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(String::from).into();
        for name in names {
            if !is_name(&name) {
                return Err(TlsError::Name(name));
            }
            if !all.contains(&name) {
                all.push(name);
            }
        }
        // Months and days of a date fit.
        let part = |number: u32| u8::try_from(number).unwrap_or(1);
        let midnight = |day: DateTime<Utc>| date_time_ymd(day.year(), part(day.month()), part(day.day()));
        let now = Utc::now();
        let mut wanted = CertificateParams::new(all).map_err(TlsError::Made)?;
        wanted.distinguished_name.push(DnType::CommonName, "cortex-audit-mock");
        wanted.is_ca = IsCa::ExplicitNoCa;
        wanted.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        // A clock that is a little behind shall take it too.
        wanted.not_before = midnight(now - Days::new(1));
        wanted.not_after = midnight(now + Self::VALID);
        let key = KeyPair::generate().map_err(TlsError::Made)?;
        let made = wanted.self_signed(&key).map_err(TlsError::Made)?;
        let secret = PrivateKeyDer::try_from(key.serialize_der()).map_err(|why| TlsError::Key(why.to_owned()))?;
        Self::new(vec![made.der().clone()], secret, made.pem().into())
    }

    fn new(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>, pem: Arc<str>) -> Result<Self, TlsError> {
        let mut config = ServerConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key))
            .map_err(TlsError::Pair)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self { acceptor: Arc::new(RwLock::new(acceptor)), certificate: pem })
    }

    /// A warning about a certificate that clients do not accept at this time.
    pub(crate) fn validity_warning(&self) -> Option<String> {
        let certificate = CertificateDer::from_pem_slice(self.certificate.as_bytes()).ok()?;
        CertificateFacts::from_der(&certificate)?.warning(Utc::now())
    }

    /// The certificate, or the chain, as PEM: what a client is to trust when it was made at start.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Shows the certificate of `new` in handshakes from now on, in all clones of this.
    pub(crate) fn replace(&self, new: &Self) {
        let acceptor = new.acceptor.read().clone();
        *self.acceptor.write() = acceptor;
    }

    /// Does the handshake; `None` if the client sent plain HTTP, and got a response that says so.
    pub(super) async fn accept(
        &self,
        mut stream: TcpStream,
        first: u8,
        peer: SocketAddr,
    ) -> io::Result<Option<TlsStream<TcpStream>>> {
        /// The first byte of every TLS connection: a record of the handshake (RFC 8446, section 5.1).
        const HANDSHAKE: u8 = 22;

        if first != HANDSHAKE {
            stream.write_all(&http::response_to_plain_http(peer)).await?;
            stream.shutdown().await?;
            // Closed while the client sends, the connection would be reset, and the response might be lost.
            let _ = timeout(DISCARD_TIMEOUT, copy(&mut stream, &mut sink())).await;
            return Ok(None);
        }
        let acceptor = self.acceptor.read().clone();
        acceptor.accept(stream).await.map(Some)
    }
}

fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_*".contains(&byte))
    };
    name.parse::<IpAddr>().is_ok() || (name.len() <= 253 && name.split('.').all(label))
}
