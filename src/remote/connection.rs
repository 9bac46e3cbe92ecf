//! One request to a server, and its whole answer.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderName, RETRY_AFTER};
use ureq::http::{HeaderMap, StatusCode};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

use super::{ApiUrl, RequestError, Token, retry, retryable};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a whole answer may take.
const WHOLE: Duration = Duration::from_secs(60);

/// A server, with the token for it.
#[derive(Debug)]
pub struct Connection {
    agent: Agent,
    url: ApiUrl,
    token: Token,
}

/// A `GET`, to be sent as it is.
#[derive(Debug, Clone, Copy)]
pub struct GetRequest<'a> {
    /// The whole address.
    pub address: &'a str,
    /// The header `Authorization`, if there is to be one.
    pub authorization: Option<&'a str>,
    /// The header `Content-Type`, which a `GET` does not need.
    pub content_type: Option<&'a str>,
}

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Whole for a success; nothing for an error of more than any explanation needs.
    pub body: Vec<u8>,
}

impl Connection {
    /// What a page of the longest entries has room in.
    const LONGEST_PAGE: u64 = 64 * 1024 * 1024;
    /// What any explanation of an error has room in.
    const LONGEST_ERROR: u64 = 64 * 1024;

    /// Ready to ask; asks nothing yet. Heeds `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` and `SSL_CERT_FILE`.
    ///
    /// # Errors
    /// When `SSL_CERT_FILE` names no file of certificates.
    pub fn new(url: ApiUrl, token: Token) -> Result<Self, String> {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            // The token is for this server and no other; where it points to is told instead.
            .max_redirects(0)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(WHOLE))
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            .accept("application/json");
        if url.is_local() {
            // A proxy's own machine is not this one.
            config = config.proxy(None);
        }
        let authorities = std::env::var_os("SSL_CERT_FILE").filter(|path| url.is_encrypted() && !path.is_empty());
        if let Some(path) = authorities {
            let refused = |why: &dyn std::fmt::Display| format!("SSL_CERT_FILE={} {why}", path.display());
            let pem = std::fs::read(&path).map_err(|error| refused(&format_args!("cannot be read: {error}")))?;
            let certificates: Vec<_> = parse_pem(&pem)
                .filter_map(|item| if let Ok(PemItem::Certificate(one)) = item { Some(one) } else { None })
                .collect();
            if certificates.is_empty() {
                return Err(refused(&"holds no certificate"));
            }
            let roots = RootCerts::Specific(Arc::new(certificates));
            config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
        }
        Ok(Self { agent: config.build().new_agent(), url, token })
    }

    /// The server's address.
    pub fn url(&self) -> &ApiUrl {
        &self.url
    }

    /// The token that is for it.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// Asks with the token.
    pub fn get(&self, address: &str) -> Result<Reply, RequestError> {
        self.call(GetRequest { address, authorization: Some(&self.token.header()), content_type: None })
    }

    /// Asks.
    pub fn call(&self, call: GetRequest<'_>) -> Result<Reply, RequestError> {
        let mut request = self.agent.get(call.address);
        if let Some(authorization) = call.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some(content_type) = call.content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let (head, mut body) = request.call().map_err(|error| self.no_answer(error))?.into_parts();
        let body = if head.status.is_success() {
            self.whole(&mut body)?
        } else {
            body.with_config().limit(Self::LONGEST_ERROR).read_to_vec().unwrap_or_default()
        };
        Ok(Reply { status: head.status, headers: head.headers, body })
    }

    fn whole(&self, body: &mut Body) -> Result<Vec<u8>, RequestError> {
        body.with_config().limit(Self::LONGEST_PAGE).read_to_vec().map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) => self.not_cortex("its answer has no end"),
            error => retryable(&format!("the server's answer broke off: {error}")),
        })
    }

    fn no_answer(&self, error: ureq::Error) -> RequestError {
        let url = &self.url;
        let told = match &error {
            ureq::Error::Io(error) => error.to_string(),
            error => error.to_string(),
        };
        let told = self.token.excerpt(&told);
        match error {
            ureq::Error::Protocol(_) => {
                RequestError::Unreachable(format!("{url} is not a Cortex API: it does not speak HTTP ({told})"))
            }
            // How TLS wraps what it refuses.
            ureq::Error::Io(error) if error.kind() == ErrorKind::InvalidData => RequestError::Unreachable(format!(
                "cannot speak TLS with {url}: {told}; SSL_CERT_FILE can name certificate authorities of your own"
            )),
            ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
                RequestError::Unreachable(format!("cannot reach {url}: nothing answers within {} s", CONNECT.as_secs()))
            }
            ureq::Error::Io(error) if was_connected(error.kind()) => {
                retryable(&format!("no answer from {url}: {told}"))
            }
            ureq::Error::Timeout(_) => retryable(&format!("no answer from {url}: {told}")),
            _ => RequestError::Unreachable(format!("cannot reach {url}: {told}")),
        }
    }
}

/// Whether an error says that there was a connection, which broke.
fn was_connected(kind: ErrorKind) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, Interrupted, UnexpectedEof, WouldBlock};

    matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | Interrupted | UnexpectedEof | WouldBlock)
}

impl Reply {
    /// The text of a header.
    pub fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether it says that it is JSON, of any kind.
    pub fn is_json(&self) -> bool {
        self.header(CONTENT_TYPE).is_some_and(|kind| kind.contains("json"))
    }

    /// How long the header `Retry-After` asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.header(RETRY_AFTER).and_then(|value| retry::after(value, self.header(DATE)))
    }
}
