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

/// Schemes that are no origin of a web page for a browser: it sends `null` for their pages, or they have none.
const SCHEMES_WITHOUT_ORIGIN: [&str; 4] = ["file", "ftp", "ws", "wss"];

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
        // In a list, a blank may follow a comma.
        let text = text.trim();
        if text == "*" {
            return Ok(Self::Any);
        }
        let accepted = "the origin of a web page without a path, such as http://localhost:5173, or * for all";
        let has_pages = |scheme: &str| !SCHEMES_WITHOUT_ORIGIN.contains(&scheme.to_ascii_lowercase().as_str());
        let is_usable = text.split_once("://").is_some_and(|(scheme, _)| has_pages(scheme));
        let origin = text.parse().ok().filter(|_| is_usable);
        origin.map(Self::One).ok_or(ConfigValueError(accepted))
    }
}
