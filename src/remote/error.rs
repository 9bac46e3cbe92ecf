//! What an answer means that is not the one asked for: a reason to ask again, or a reason to end.

use std::time::Duration;

use serde::Deserialize;
use ureq::http::header::LOCATION;

use super::{Connection, Reply};

/// Why there is no page.
#[derive(Debug)]
pub enum RequestError {
    /// It may pass; the server may have said when.
    Retryable { why: String, retry_after: Option<Duration> },
    /// Nobody answered, or nobody who speaks HTTP.
    Unreachable(String),
    /// Asking again is of no use.
    Permanent(String),
}

/// What may pass, and the server did not say when.
pub fn retryable(why: &str) -> RequestError {
    RequestError::Retryable { why: why.to_owned(), retry_after: None }
}

impl Connection {
    /// What an answer other than 200 means.
    pub fn error_for(&self, reply: &Reply) -> RequestError {
        let (url, name, code) = (self.url(), self.token().name(), reply.status.as_u16());
        let explanation = Explanation::read(&reply.body);
        let said = explanation.told().map(|said| format!(": {}", self.token().excerpt(&said))).unwrap_or_default();
        match code {
            408 | 429 | 500 | 502..=504 | 506..=599 => RequestError::Retryable {
                why: format!("the server answers {code}{said}"),
                retry_after: reply.retry_after().or(explanation.retry_after.map(Duration::from_secs)),
            },
            401 => RequestError::Permanent(format!("the server does not accept the token in {name} (401){said}")),
            403 => RequestError::Permanent(format!(
                "the token in {name} may not read audit logs (403), which takes the permission \"View audit logs\"{said}"
            )),
            300..=399 => {
                let to = reply.header(LOCATION).map(|to| format!(" to {}", self.token().excerpt(to)));
                self.not_cortex(&format!(
                    "it redirects ({code}){}, where the token was not sent",
                    to.unwrap_or_default()
                ))
            }
            404 => self.not_cortex(&format!("it has no such path (404){said}")),
            _ => RequestError::Permanent(format!("{url} refuses the request ({code}){said}")),
        }
    }

    /// The server is another one than was meant.
    pub fn not_cortex(&self, why: &str) -> RequestError {
        RequestError::Permanent(format!("{} is not a Cortex API: {why}", self.url()))
    }
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
