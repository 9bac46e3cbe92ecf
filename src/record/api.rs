//! One request to an audit-log API, and what its answer means: a page, a reason to ask again, or a reason to end.

use std::fmt::Write;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE, DATE, LOCATION, RETRY_AFTER};
use ureq::http::{HeaderMap, HeaderName, StatusCode};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

use super::answer::{self, Answer, Fault};
use super::{ApiUrl, PAGE_SIZE, Range, Token, retry};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a whole answer may take.
const WHOLE: Duration = Duration::from_secs(60);

/// The audit-log API of a server, with the token for it.
#[derive(Debug)]
pub struct Api {
    agent: Agent,
    url: ApiUrl,
    token: Token,
}

/// Why there is no page.
#[derive(Debug)]
pub enum Failure {
    /// It may pass; the server may have said when.
    Passing { why: String, retry_after: Option<Duration> },
    /// Nobody answered, or nobody who speaks HTTP.
    Unreachable(String),
    /// Asking again is of no use.
    Final(String),
}

impl Api {
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

    /// One page of a range.
    pub(super) fn ask(&self, page: usize, range: &Range) -> Result<Answer, Failure> {
        let mut url = format!("{}?endTime={}&page={page}&pageSize={PAGE_SIZE}", self.url, range.end);
        if let Some(start) = range.start {
            // Writing to a String cannot fail.
            let _ = write!(url, "&startTime={start}");
        }
        let asked = self.agent.get(&url).header(AUTHORIZATION, self.token.header()).call();
        let (head, mut body) = asked.map_err(|error| self.no_answer(error))?.into_parts();
        if !head.status.is_success() {
            let limited = body.with_config().limit(Self::LONGEST_ERROR);
            let explanation = limited.read_to_vec().unwrap_or_default();
            return Err(self.refused(head.status, &head.headers, &Explanation::read(&explanation)));
        }
        let bytes = self.whole(&mut body)?;
        answer::read(&bytes, page).map_err(|fault| match fault {
            Fault::Broken(_) if !is_json(&head.headers) => {
                let kind = text(&head.headers, CONTENT_TYPE).unwrap_or("something without a content type");
                self.no_cortex(&format!("it answers {}", self.token.cleaned(kind)))
            }
            Fault::Broken(error) => passing(&format!("the server's answer is broken JSON: {error}")),
            Fault::Unfit(why) => passing(&self.token.cleaned(&why)),
            Fault::Shape(why) => self.no_cortex(&format!("its JSON is no page of audit logs ({why})")),
            Fault::Entry(why) => Failure::Final(format!(
                "{} answered an entry that cannot be recorded: {}",
                self.url,
                self.token.cleaned(&why)
            )),
        })
    }

    fn whole(&self, body: &mut Body) -> Result<Vec<u8>, Failure> {
        body.with_config().limit(Self::LONGEST_PAGE).read_to_vec().map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) => self.no_cortex("its answer has no end"),
            error => passing(&format!("the server's answer broke off: {error}")),
        })
    }

    fn no_answer(&self, error: ureq::Error) -> Failure {
        let url = &self.url;
        let told = match &error {
            ureq::Error::Io(error) => error.to_string(),
            error => error.to_string(),
        };
        let told = self.token.cleaned(&told);
        match error {
            ureq::Error::Protocol(_) => {
                Failure::Unreachable(format!("{url} is not a Cortex API: it does not speak HTTP ({told})"))
            }
            // How TLS wraps what it refuses.
            ureq::Error::Io(error) if error.kind() == ErrorKind::InvalidData => Failure::Unreachable(format!(
                "cannot speak TLS with {url}: {told}; SSL_CERT_FILE can name certificate authorities of your own"
            )),
            ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
                Failure::Unreachable(format!("cannot reach {url}: nothing answers within {} s", CONNECT.as_secs()))
            }
            ureq::Error::Io(error) if was_connected(error.kind()) => passing(&format!("no answer from {url}: {told}")),
            ureq::Error::Timeout(_) => passing(&format!("no answer from {url}: {told}")),
            _ => Failure::Unreachable(format!("cannot reach {url}: {told}")),
        }
    }

    /// What an answer other than 200 means.
    fn refused(&self, status: StatusCode, headers: &HeaderMap, explanation: &Explanation) -> Failure {
        let (url, name, code) = (&self.url, self.token.name(), status.as_u16());
        let said = explanation.told().map(|said| format!(": {}", self.token.cleaned(&said))).unwrap_or_default();
        let asked_to_wait = text(headers, RETRY_AFTER)
            .and_then(|value| retry::after(value, text(headers, DATE)))
            .or(explanation.retry_after.map(Duration::from_secs));
        match code {
            408 | 429 | 500 | 502..=504 | 506..=599 => {
                Failure::Passing { why: format!("the server answers {code}{said}"), retry_after: asked_to_wait }
            }
            401 => Failure::Final(format!("the server does not accept the token in {name} (401){said}")),
            403 => Failure::Final(format!(
                "the token in {name} may not read audit logs (403), which takes the permission \"View audit logs\"{said}"
            )),
            300..=399 => {
                let to = text(headers, LOCATION).map(|to| format!(" to {}", self.token.cleaned(to)));
                self.no_cortex(&format!(
                    "it redirects ({code}){}, where the token was not sent",
                    to.unwrap_or_default()
                ))
            }
            404 => self.no_cortex(&format!("it has no such path (404){said}")),
            _ => Failure::Final(format!("{url} refuses the request ({code}){said}")),
        }
    }

    fn no_cortex(&self, why: &str) -> Failure {
        Failure::Final(format!("{} is not a Cortex API: {why}", self.url))
    }
}

/// Whether an error says that there was a connection, which broke.
fn was_connected(kind: ErrorKind) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, Interrupted, UnexpectedEof, WouldBlock};

    matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | Interrupted | UnexpectedEof | WouldBlock)
}

fn passing(why: &str) -> Failure {
    Failure::Passing { why: why.to_owned(), retry_after: None }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn is_json(headers: &HeaderMap) -> bool {
    text(headers, CONTENT_TYPE).is_some_and(|kind| kind.contains("json"))
}

/// What the body of an error says, in either of the API's two forms.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Explanation {
    title: Option<String>,
    detail: Option<String>,
    message: Option<String>,
    details: Option<String>,
    retry_after: Option<u64>,
}

impl Explanation {
    /// Nothing when the body is something else.
    fn read(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_default()
    }

    /// The longer text wins, the reason phrase is known from the status.
    fn told(&self) -> Option<String> {
        [&self.details, &self.detail, &self.message, &self.title]
            .into_iter()
            .flatten()
            .find(|text| !text.is_empty())
            .cloned()
    }
}
