//! The origin of a web page, and which origins may call the API.

use std::str::FromStr;

use axum::http::uri::Authority;

use super::value_error::ConfigValueError;

/// The origin of a web page, such as `http://localhost:5173` (RFC 6454): scheme, host, and the port unless it is that of the
/// scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl FromStr for Origin {
    type Err = ConfigValueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(&text.to_ascii_lowercase()).ok_or(ConfigValueError("SCHEME://HOST:PORT, such as http://localhost:5173"))
    }
}

fn parse(text: &str) -> Option<Origin> {
    let (scheme, authority) = text.split_once("://")?;
    let default_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => "",
    };
    let is_scheme_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let is_scheme = !scheme.is_empty() && scheme.bytes().all(is_scheme_byte);
    let is_authority = authority.parse::<Authority>().is_ok_and(|parsed| {
        let has_port = parsed.host().len() < authority.len();
        !authority.contains(['@', '*']) && (!has_port || parsed.port().is_some())
    });
    let authority = authority.strip_suffix(default_port).unwrap_or(authority);
    (is_scheme && is_authority).then(|| Origin(format!("{scheme}://{authority}")))
}

/// The origins of which web pages may call the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorsOrigin {
    /// Every origin, written `*`.
    Any,
    /// A single origin.
    One(Origin),
}

impl FromStr for CorsOrigin {
    type Err = ConfigValueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let accepted = "the origin of a web page without a path, such as http://localhost:5173, or * for all";
        text.parse().map(Self::One).map_err(|_| ConfigValueError(accepted))
    }
}
