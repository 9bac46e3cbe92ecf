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

/// What a fault does. In JSON its fields are beside those of the rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Effect {
    /// Answers with this status, 400 to 599, and the body that the API has for it.
    Status {
        /// The status.
        status: u16,
        /// Seconds for a `Retry-After` header.
        #[serde(rename = "retryAfter", skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
        /// The `message` of the body, in place of the reason phrase; of a 429 its `title`. It is sent as it is, so that a
        /// body that was seen somewhere can be sent again.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
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
            Self::Status => &["status", "retryAfter", "message"],
            Self::Delay => &Delay::FIELDS,
            Self::Truncate => &["bytes"],
            Self::Drip => &["bytes", "every"],
            Self::Reset | Self::Malformed | Self::Empty => &[],
        }
    }
}

impl Effect {
    /// What is wrong with an effect that was built in Rust; `None` if it is valid. JSON is checked while it is read.
    pub(super) fn flaw(&self) -> Option<&'static str> {
        match self {
            Self::Status { status, .. } => (!(400..=599).contains(status)).then_some("a status is 400 to 599"),
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
            EffectType::Status => {
                let status = diagnostics.required_integer(value, members, item, "status", 400, 599);
                let retry_after = diagnostics.integer(members, item, "retryAfter", 0, 86_400);
                let message = diagnostics.optional(members, item, "message").map(Cow::into_owned);
                Some(Self::Status { status: u16::try_from(status?).ok()?, retry_after, message })
            }
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
}
