//! What a fault does to a request: each type with its fields, its JSON and its bounds.
//!
//! `http::fault_injection` carries it out.

use std::borrow::Cow;
use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;

use super::delay::{Delay, read_length};
use crate::duration;
use crate::json_file::{Diagnostics, Members};
use crate::text::word_enum;

/// A body that is sent as it is, such as the HTML page of a gateway; it may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RawBody {
    /// The bytes of the body.
    #[serde(rename = "body")]
    pub text: String,
    /// The `Content-Type`; `None` is that of HTML.
    #[serde(rename = "contentType", skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
}

impl RawBody {
    /// The most bytes of a body: more than the error page of any gateway.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// The `Content-Type` that is sent.
    pub fn content_type(&self) -> &str {
        self.content_type.as_deref().unwrap_or("text/html; charset=utf-8")
    }

    /// Whether a header can carry the `Content-Type`.
    fn is_content_type(text: &str) -> bool {
        !text.trim().is_empty() && text.len() <= 200 && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
    }

    fn flaw(&self) -> Option<&'static str> {
        if self.text.len() > Self::MAX_BYTES {
            Some("a body has at most 64 KiB")
        } else if !Self::is_content_type(self.content_type()) {
            Some("a content type is printable ASCII")
        } else {
            None
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What a fault does. In JSON its fields are beside those of the rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Effect {
    /// Answers with this status and the body that the API has for it, or another body as a gateway has.
    Status {
        /// The status: 400 to 599, and with another body also 200.
        status: u16,
        /// Seconds for a `Retry-After` header.
        #[serde(rename = "retryAfter", skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
        /// Whether that header is the date of then, in place of the seconds.
        #[serde(rename = "retryAfterDate", skip_serializing_if = "is_false")]
        retry_after_date: bool,
        /// The `message` of the body, in place of the reason phrase; of a 429 its `title`. It is sent as it is, so that a
        /// body that was seen somewhere can be sent again.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// The body in place of that of the API.
        #[serde(flatten)]
        body: Option<RawBody>,
    },
    /// Answers later.
    Delay(Delay),
    /// Closes the connection with a TCP RST instead of answering.
    Reset,
    /// Closes the connection, over HTTP/2 the stream, after a number of bytes of the body. A shorter body is sent whole.
    Truncate {
        /// Bytes of the body that arrive.
        bytes: usize,
    },
    /// Answers with half of the JSON, as if it were all.
    Malformed,
    /// Closes the connection without a byte of answer.
    Empty,
    /// Sends the body in small parts with pauses.
    Drip {
        /// Bytes in a part.
        bytes: usize,
        /// Pause between two parts.
        #[serde(serialize_with = "duration::serialize")]
        every: Duration,
    },
}

word_enum! {
    /// The `type` of a fault in JSON: one for each [`Effect`].
    pub enum EffectType {
        /// [`Effect::Status`]
        Status = "status",
        /// [`Effect::Delay`]
        Delay = "delay",
        /// [`Effect::Reset`]
        Reset = "reset",
        /// [`Effect::Truncate`]
        Truncate = "truncate",
        /// [`Effect::Malformed`]
        Malformed = "malformed",
        /// [`Effect::Empty`]
        Empty = "empty",
        /// [`Effect::Drip`]
        Drip = "drip",
    }
}

impl EffectType {
    /// The fields in JSON beside `type` and those of every rule.
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Status => &["status", "retryAfter", "retryAfterDate", "message", "body", "contentType"],
            Self::Delay => &Delay::FIELDS,
            Self::Truncate => &["bytes"],
            Self::Drip => &["bytes", "every"],
            Self::Reset | Self::Malformed | Self::Empty => &[],
        }
    }
}

impl Effect {
    /// A status, 400 to 599, with the body that the API has for it, and if given the seconds of a `Retry-After`.
    pub const fn status(status: u16, retry_after: Option<u64>) -> Self {
        Self::Status { status, retry_after, retry_after_date: false, message: None, body: None }
    }

    /// What is wrong with an effect that was built in Rust; `None` if it is valid. JSON is checked while it is read.
    pub(super) fn flaw(&self) -> Option<&'static str> {
        match self {
            Self::Status { status, retry_after, retry_after_date, message, body } => match body {
                _ if *retry_after_date && retry_after.is_none() => Some("a date of Retry-After needs its seconds"),
                None => (!(400..=599).contains(status)).then_some("a status is 400 to 599"),
                Some(_) if message.is_some() => Some("a message is in the body of the API, not in another one"),
                Some(_) if !is_status_with_body(*status) => Some("a status with a body is 200, or 400 to 599"),
                Some(body) => body.flaw(),
            },
            Self::Delay(delay) => delay.flaw(),
            Self::Drip { bytes: 0, .. } => Some("a part of a drip has at least one byte"),
            Self::Drip { every, .. } => (*every > Delay::MAX).then_some("a pause is at most 10 minutes"),
            Self::Reset | Self::Truncate { .. } | Self::Malformed | Self::Empty => None,
        }
    }

    /// Reads the effect of a rule; `common` are the fields of every rule.
    pub(super) fn read<'a>(
        value: &'a RawValue,
        members: &Members<'a>,
        item: &str,
        common: &[&str],
        diagnostics: &mut Diagnostics<'a>,
    ) -> Option<Self> {
        let word = match members.get("type") {
            None => {
                let reason = format!("is required and missing; accepted: {}", EffectType::WORDS.join(", "));
                diagnostics.wrong(value.get(), item, Some("type"), reason);
                return None;
            }
            Some(word) if word.get() != "null" => diagnostics.any_text(word, item, "type")?,
            Some(_) => diagnostics.required(value, members, item, "type")?,
        };
        let effect_type = match word.parse::<EffectType>() {
            Ok(effect_type) => effect_type,
            Err(error) => {
                let place = members.get("type").map_or("", RawValue::get);
                diagnostics.wrong(place, item, Some("type"), error.to_string());
                return None;
            }
        };
        diagnostics.known_fields(members, item, &[common, effect_type.fields()].concat());
        match effect_type {
            EffectType::Status => Self::read_status(value, members, item, diagnostics),
            EffectType::Delay => Delay::read(value, members, item, diagnostics).map(Self::Delay),
            EffectType::Reset => Some(Self::Reset),
            EffectType::Truncate => {
                let bytes = diagnostics.required_integer(value, members, item, "bytes", 0, u64::from(u32::MAX))?;
                Some(Self::Truncate { bytes: usize::try_from(bytes).ok()? })
            }
            EffectType::Malformed => Some(Self::Malformed),
            EffectType::Empty => Some(Self::Empty),
            EffectType::Drip => {
                let bytes = diagnostics.required_integer(value, members, item, "bytes", 1, u64::from(u32::MAX));
                let every = read_length(value, members, item, "every", diagnostics);
                Some(Self::Drip { bytes: usize::try_from(bytes?).ok()?, every: every? })
            }
        }
    }

    fn read_status<'a>(
        value: &'a RawValue,
        members: &Members<'a>,
        item: &str,
        diagnostics: &mut Diagnostics<'a>,
    ) -> Option<Self> {
        let is_given = |field: &str| members.get(field).is_some_and(|value| value.get() != "null");
        let mut wrong = |field: &str, reason: &str| {
            diagnostics.wrong(members.get(field).map_or("", RawValue::get), item, Some(field), reason.to_owned());
        };
        if !is_given("body") && members.get("status").is_some_and(|status| status.get() == "200") {
            wrong("status", "200 needs a \"body\", such as \"\" for an empty one; without it 400 to 599 are accepted");
            return None;
        }
        if is_given("contentType") && !is_given("body") {
            wrong("contentType", "is that of a \"body\", which is missing; an empty one is \"body\":\"\"");
        }
        if is_given("message") && is_given("body") {
            wrong("message", "is in the body of the API, which \"body\" replaces: give one of the two");
        }
        let body = members.get("body").and_then(|value| {
            let text = diagnostics.any_text(value, item, "body")?.into_owned();
            if text.len() > RawBody::MAX_BYTES {
                let reason = format!("has {} bytes; at most {} (64 KiB) are accepted", text.len(), RawBody::MAX_BYTES);
                diagnostics.wrong(value.get(), item, Some("body"), reason);
            }
            let content_type = diagnostics.parsed(members, item, "contentType", |text| {
                let reason = "holds a character that a header cannot carry; accepted: such as \"text/html\"";
                if RawBody::is_content_type(text) { Ok(text.to_owned()) } else { Err(reason.to_owned()) }
            });
            Some(RawBody { text, content_type })
        });
        let least = if is_given("body") { 200 } else { 400 };
        let status = diagnostics.required_integer(value, members, item, "status", least, 599);
        let status = status.and_then(|status| u16::try_from(status).ok());
        if let Some(status) = status.filter(|status| !is_status_with_body(*status)) {
            let place = members.get("status").map_or("", RawValue::get);
            diagnostics.wrong(
                place,
                item,
                Some("status"),
                format!("{status} is neither 200 nor an integer from 400 to 599"),
            );
        }
        let retry_after = diagnostics.integer(members, item, "retryAfter", 0, 86_400);
        let retry_after_date = diagnostics.boolean(members, item, "retryAfterDate").unwrap_or(false);
        if retry_after_date && !is_given("retryAfter") {
            let place = members.get("retryAfterDate").map_or("", RawValue::get);
            let reason = "needs \"retryAfter\", the seconds from the response to the date";
            diagnostics.wrong(place, item, Some("retryAfterDate"), reason);
        }
        let message = diagnostics.optional(members, item, "message").map(Cow::into_owned);
        Some(Self::Status { status: status?, retry_after, retry_after_date, message, body })
    }
}

/// Whether a response with a body of the rule can have this status: what is no error, and what a client may take for one.
fn is_status_with_body(status: u16) -> bool {
    status == 200 || (400..=599).contains(&status)
}
