//! One page of an audit-log API, or why it could not be had.

use std::fmt::Write;

use ureq::http::header::CONTENT_TYPE;

use super::page_response::{self, Fault, PageResponse};
use super::{PAGE_SIZE, RecordRange};
use crate::remote::{ApiUrl, Connection, Reply, RequestError, Token, retryable};

/// The audit-log API of a server, with the token for it.
#[derive(Debug)]
pub struct Api {
    connection: Connection,
}

impl Api {
    /// Ready to ask; asks nothing yet. Heeds `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` and `SSL_CERT_FILE`.
    ///
    /// # Errors
    /// When `SSL_CERT_FILE` names no file of certificates.
    pub fn new(url: ApiUrl, token: Token) -> Result<Self, String> {
        Connection::new(url, token).map(|connection| Self { connection })
    }

    /// One page of a range.
    pub(super) fn ask(&self, page: usize, range: &RecordRange) -> Result<PageResponse, RequestError> {
        let mut url = format!("{}?endTime={}&page={page}&pageSize={PAGE_SIZE}", self.connection.url(), range.end);
        if let Some(start) = range.start {
            // Writing to a String cannot fail.
            let _ = write!(url, "&startTime={start}");
        }
        let reply = self.connection.get(&url)?;
        if !reply.status.is_success() {
            return Err(self.connection.error_for(&reply));
        }
        page_response::read(&reply.body, page).map_err(|fault| self.unread(&reply, fault))
    }

    fn unread(&self, reply: &Reply, fault: Fault) -> RequestError {
        let (connection, token) = (&self.connection, self.connection.token());
        match fault {
            Fault::Broken(_) if !reply.is_json() => {
                let kind = reply.header(CONTENT_TYPE).unwrap_or("something without a content type");
                connection.not_cortex(&format!("it answers {}", token.excerpt(kind)))
            }
            Fault::Broken(error) => retryable(&format!("the server's answer is broken JSON: {error}")),
            Fault::Unfit(why) => retryable(&token.excerpt(&why)),
            Fault::Shape(why) => connection.not_cortex(&format!("its JSON is no page of audit logs ({why})")),
            Fault::Entry(why) => RequestError::Permanent(format!(
                "{} answered an entry that cannot be recorded: {}",
                connection.url(),
                token.excerpt(&why)
            )),
        }
    }
}
