//! The download of a document, without a token.

use ureq::http::header::CONTENT_ENCODING;

use super::connection::{agent_config, cause_of};
use super::error::{RequestError, SetupError};
use super::url::DocumentUrl;
use crate::text::excerpt;

/// The content of a document of at most `max_bytes`. Redirects are followed: there is no token that another server could
/// receive.
///
/// # Errors
/// When the server cannot be reached, does not answer 200, or sends more.
pub fn download(url: &DocumentUrl, max_bytes: u64) -> Result<Vec<u8>, RequestError> {
    let failed = |reason: String| RequestError::Permanent(format!("cannot be downloaded: {reason}"));
    let config = agent_config(&url.0).map_err(|SetupError(reason)| failed(reason))?;
    let agent = config.accept("application/json, application/yaml, */*").build().new_agent();
    let response = agent.get(&url.0.text).call();
    let (head, mut body) = response.map_err(|error| failed(excerpt(&cause_of(&error))))?.into_parts();
    if !head.status.is_success() {
        return Err(failed(format!("the server answers {}", head.status)));
    }
    if let Some(encoding) = head.headers.get(CONTENT_ENCODING).filter(|encoding| *encoding != "identity") {
        let encoding = excerpt(&String::from_utf8_lossy(encoding.as_bytes()));
        return Err(failed(format!(
            "the server sends it with \"Content-Encoding: {encoding}\", which was not asked for"
        )));
    }
    body.with_config().limit(max_bytes).read_to_vec().map_err(|error| match error {
        ureq::Error::BodyExceedsLimit(_) => failed(format!("it is larger than {} MiB", max_bytes >> 20)),
        error => failed(format!("the answer broke off: {}", excerpt(&cause_of(&error)))),
    })
}
