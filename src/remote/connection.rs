//! One `GET` to a server, its response, and what a response other than a success means.

use std::fmt::Display;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use ureq::config::ConfigBuilder;
use ureq::http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::typestate::AgentScope;
use ureq::{Agent, Body};

use super::error::{RequestError, Retryable, SetupError};
use super::reply::Reply;
use super::token::Token;
use super::url::{ApiUrl, HttpUrl};
use crate::input::read_small_file;
use crate::json_file::{BYTE_ORDER_MARK, ForeignFormat, foreign_format};
use crate::text::truncate;

/// Time limit for opening a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Time limit for a whole response.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(60);
/// Enough for a page of the longest entries.
const MAX_PAGE_BYTES: u64 = 64 * 1024 * 1024;
/// Enough for the explanation of an error.
const MAX_ERROR_BYTES: u64 = 64 * 1024;

/// Length of the beginning of a body in a message, and of what is redacted for it.
const MAX_QUOTED_CHARS: usize = 40;
const MAX_QUOTED_BYTES: usize = 4096;

/// A server, with the token for it.
#[derive(Debug)]
pub struct Connection {
    agent: Agent,
    url: ApiUrl,
    token: Token,
}

/// A `GET`.
#[derive(Debug, Clone)]
pub struct GetRequest {
    /// Path and query, behind the base URL.
    pub path: String,
    /// Header `Authorization`.
    pub authorization: Option<String>,
    /// Header `Content-Type`, which a `GET` does not need.
    pub content_type: Option<&'static str>,
}

/// Why there is no response: the words of `ureq`, but for those that it puts in front, and for time limits, of which it has the
/// name alone.
pub(super) fn cause_of(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(error) => error.to_string(),
        ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
            format!("nothing answers within {} s", CONNECT_TIMEOUT.as_secs())
        }
        ureq::Error::Timeout(_) => format!("it is not complete within {} s", RESPONSE_TIMEOUT.as_secs()),
        error => error.to_string(),
    }
}

/// Settings for requests to a server. Reads `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` and `SSL_CERT_FILE`.
///
/// # Errors
/// When `SSL_CERT_FILE` names no file of certificates.
pub(super) fn agent_config(url: &HttpUrl) -> Result<ConfigBuilder<AgentScope>, SetupError> {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .timeout_global(Some(RESPONSE_TIMEOUT))
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("identity");
    if url.is_local {
        // A proxy would reach its own loopback address.
        config = config.proxy(None);
    }
    let authorities = std::env::var_os("SSL_CERT_FILE").filter(|path| url.is_encrypted && !path.is_empty());
    if let Some(path) = authorities {
        let unusable = |reason: &dyn Display| SetupError(format!("SSL_CERT_FILE={} {reason}", path.display()));
        let pem =
            read_small_file(Path::new(&path)).map_err(|error| unusable(&format_args!("cannot be read: {error}")))?;
        let certificates: Vec<_> = parse_pem(pem.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(&pem))
            .filter_map(|item| if let Ok(PemItem::Certificate(one)) = item { Some(one) } else { None })
            .collect();
        if certificates.is_empty() {
            return Err(unusable(&"holds no certificate"));
        }
        let roots = RootCerts::Specific(Arc::new(certificates));
        config = config.tls_config(TlsConfig::builder().root_certs(roots).build());
    }
    Ok(config)
}

impl Connection {
    /// A connection, which is opened with the first request.
    ///
    /// # Errors
    /// When `SSL_CERT_FILE` names no file of certificates.
    pub fn new(url: ApiUrl, token: Token) -> Result<Self, SetupError> {
        // The token is for this server and no other: a redirect is reported instead.
        let config = agent_config(&url.base)?.max_redirects(0).accept("application/json");
        Ok(Self { agent: config.build().new_agent(), url, token })
    }

    /// Address of the server.
    pub fn url(&self) -> &ApiUrl {
        &self.url
    }

    /// Token for the server.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// Sends a request once.
    pub(crate) fn get(&self, request: &GetRequest) -> Result<Reply, RequestError> {
        let mut call = self.agent.get(self.url.at(&request.path));
        if let Some(authorization) = &request.authorization {
            call = call.header(AUTHORIZATION, authorization);
        }
        if let Some(content_type) = request.content_type {
            call = call.header(CONTENT_TYPE, content_type);
        }
        let (head, mut body) = call.call().map_err(|error| self.network_error(error))?.into_parts();
        let mut reply = Reply { status: head.status, headers: head.headers, body: Vec::new() };
        let encoding = reply.header(CONTENT_ENCODING).filter(|encoding| !encoding.eq_ignore_ascii_case("identity"));
        match encoding {
            // It would be the same next time.
            Some(encoding) if reply.status.is_success() => return Err(self.encoded(encoding)),
            // The status says enough; nobody could read the explanation.
            Some(_) => {}
            None if reply.status.is_success() => reply.body = self.readable(self.read_body(&mut body)?)?,
            None => reply.body = body.with_config().limit(MAX_ERROR_BYTES).read_to_vec().unwrap_or_default(),
        }
        Ok(reply)
    }

    /// The error of a success in an encoding that was not asked for.
    fn encoded(&self, encoding: &str) -> RequestError {
        let encoding = self.token.excerpt(encoding);
        RequestError::Permanent(format!(
            "{} answers with \"Content-Encoding: {encoding}\" though it was asked for \"identity\"; if a proxy compresses \
             the answers, call the API without it",
            self.url
        ))
    }

    /// The body of a success without a byte order mark; an error for one that is compressed or in another encoding, though no
    /// header says so: it would be the same next time.
    fn readable(&self, mut body: Vec<u8>) -> Result<Vec<u8>, RequestError> {
        match foreign_format(&body) {
            Some(format @ (ForeignFormat::Compressed { .. } | ForeignFormat::Encoded { .. })) => {
                Err(RequestError::Permanent(format!(
                    "the answer of {} {format}, without a header that says so; if a proxy changes the answers, call the API \
                     without it",
                    self.url
                )))
            }
            // The error for a body that is not JSON names its content type.
            Some(ForeignFormat::Markup | ForeignFormat::Zeros) | None => {
                if body.starts_with(BYTE_ORDER_MARK.as_bytes()) {
                    body.drain(..BYTE_ORDER_MARK.len());
                }
                Ok(body)
            }
        }
    }

    fn read_body(&self, body: &mut Body) -> Result<Vec<u8>, RequestError> {
        body.with_config().limit(MAX_PAGE_BYTES).read_to_vec().map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) => self.not_cortex("its answer has no end"),
            error => RequestError::Retryable(format!("the server's answer broke off: {}", cause_of(&error)).into()),
        })
    }

    fn network_error(&self, error: ureq::Error) -> RequestError {
        use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, Interrupted, UnexpectedEof, WouldBlock};

        let url = &self.url;
        let cause = self.token.excerpt(&cause_of(&error));
        let kind = if let ureq::Error::Io(error) = &error { Some(error.kind()) } else { None };
        match (error, kind) {
            (ureq::Error::Protocol(_), _) => {
                RequestError::Unreachable(format!("{url} is not a Cortex API: it does not speak HTTP ({cause})"))
            }
            // The kind of every error of TLS.
            (_, Some(ErrorKind::InvalidData)) => RequestError::Unreachable(format!(
                "cannot speak TLS with {url}: {cause}; SSL_CERT_FILE can name certificate authorities of your own"
            )),
            (ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect), _) => {
                RequestError::Unreachable(format!("cannot reach {url}: {cause}"))
            }
            // There was a connection, which broke.
            (ureq::Error::Timeout(_), _)
            | (_, Some(BrokenPipe | ConnectionAborted | ConnectionReset | Interrupted | UnexpectedEof | WouldBlock)) => {
                RequestError::Retryable(format!("no answer from {url}: {cause}").into())
            }
            _ => RequestError::Unreachable(format!("cannot reach {url}: {cause}")),
        }
    }

    /// The error that a response other than a success stands for.
    pub(crate) fn error_for(&self, reply: &Reply) -> RequestError {
        let (url, name, code) = (&self.url, self.token.name(), reply.status.as_u16());
        let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        // Fields of both forms of errors. The longest first: the reason phrase is known from the status.
        let mut texts = ["details", "detail", "message", "title"].into_iter().filter_map(|field| body[field].as_str());
        let text = texts.find(|text| !text.is_empty());
        let text = text.map(|text| format!(": {}", self.token.excerpt(text))).unwrap_or_default();
        match code {
            // 511 is the page on which a network asks to log in.
            408 | 429 | 500 | 502..=504 | 506..=510 | 512..=599 => RequestError::Retryable(Retryable {
                retry_after: reply.retry_after().or(body["retryAfter"].as_u64().map(Duration::from_secs)),
                ..format!("the server answers {code}{text}").into()
            }),
            401 => RequestError::Permanent(format!("the server does not accept the token in {name} (401){text}")),
            403 => RequestError::Permanent(format!(
                "the token in {name} may not read audit logs (403), which takes the permission \"View audit logs\"{text}"
            )),
            300..=399 => {
                let target = reply.header(LOCATION).map(|target| format!(" to {}", self.token.excerpt(target)));
                let target = target.unwrap_or_default();
                self.not_cortex(&format!("it redirects ({code}){target}, where the token was not sent"))
            }
            404 => self.not_cortex(&format!("it has no such path (404){text}")),
            _ => RequestError::Permanent(format!("{url} refuses the request ({code}){text}")),
        }
    }

    /// The error of a success that is not JSON, or is called so only.
    pub(crate) fn not_json(&self, reply: &Reply) -> RequestError {
        let kind = reply.header(CONTENT_TYPE).unwrap_or("something without a content type");
        if !reply.is_json() {
            return self.not_cortex(&format!("it answers {kind}"));
        }
        // Redacted before it is truncated, which could leave half of a token.
        let start = String::from_utf8_lossy(reply.body.get(..MAX_QUOTED_BYTES).unwrap_or(&reply.body));
        let start = self.token.excerpt(&start);
        self.not_cortex(&format!("it answers {kind} that is no JSON object: {}", truncate(&start, MAX_QUOTED_CHARS)))
    }

    /// The error of a server that is not a Cortex API; the reason may quote the server.
    pub(crate) fn not_cortex(&self, reason: &str) -> RequestError {
        // Errors of JSON repeat what the server sent.
        RequestError::Permanent(format!("{} is not a Cortex API: {}", self.url, self.token.excerpt(reason)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_limit_is_named() {
        let causes =
            [ureq::Timeout::Connect, ureq::Timeout::Global].map(|limit| cause_of(&ureq::Error::Timeout(limit)));
        assert_eq!(causes, ["nothing answers within 10 s", "it is not complete within 60 s"]);
    }
}
