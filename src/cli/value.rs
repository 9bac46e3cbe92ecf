//! Parsers of flag values. An error names the value and what is accepted.

use std::net::{Ipv4Addr, SocketAddr, ToSocketAddrs};

use clap::builder::{BoolishValueParser, TypedValueParser};

use super::diagnostics;
use crate::config::HostPattern;
use crate::contract::Timestamp;
use crate::fixture::{EntrySource, Moment};
use crate::rate::Rate;
use crate::world::live_feed::LiveFeed;

/// An address to listen on.
#[derive(Debug, Clone)]
pub struct ListenAddress {
    pub address: SocketAddr,
    /// The name in place of an IP address, if one was given.
    pub name: Option<HostPattern>,
}

/// An address with its port. A name is looked up; of several addresses the first of IPv4 counts, which most clients use.
pub fn listen_address(text: &str) -> Result<ListenAddress, String> {
    const ACCEPTED: &str = "accepted: IP:PORT or NAME:PORT such as 127.0.0.1:8080, [::1]:8080 or localhost:8080, :8080 for all \
                            addresses, or port 0 for a free one";

    if let Ok(address) = text.parse() {
        return Ok(ListenAddress { address, name: None });
    }
    if text.parse::<u16>().is_ok() {
        return Err(format!("only a port was given: write 127.0.0.1:{text}, or :{text} for all addresses"));
    }
    let parts = text.rsplit_once(':').and_then(|(name, port)| Some((name, port.parse().ok()?)));
    let Some((name, port)) = parts else { return Err(ACCEPTED.to_owned()) };
    if name.is_empty() {
        return Ok(ListenAddress { address: (Ipv4Addr::UNSPECIFIED, port).into(), name: None });
    }
    let pattern = name.parse().map_err(|_| ACCEPTED.to_owned())?;
    let unknown = |reason: String| format!("the address of {name} is not known: {reason}; {ACCEPTED}");
    let found: Vec<SocketAddr> = (name, port).to_socket_addrs().map_err(|error| unknown(error.to_string()))?.collect();
    let address = found.iter().find(|address| address.is_ipv4()).or(found.first());
    let address = *address.ok_or_else(|| unknown("it has none".to_owned()))?;
    Ok(ListenAddress { address, name: Some(pattern) })
}

/// The instant of a point in time, which may be relative to the start of the program.
pub fn instant_or_relative(text: &str) -> Result<Timestamp, String> {
    let now = Timestamp::now().trunc_to_millis();
    moment(text)?.at(now).map_err(|error| format!("it {error}"))
}

/// A point in time: an instant, or a distance from now.
pub fn moment(text: &str) -> Result<Moment, String> {
    text.parse().map_err(|error| format!("it {error}"))
}

/// The sources that are named, or the built-in story when none is.
pub fn sources(paths: &[String]) -> Vec<EntrySource> {
    match paths {
        [] => vec![EntrySource::BuiltIn],
        given => given.iter().map(|path| EntrySource::from(path.as_str())).collect(),
    }
}

/// A token that a header can carry; a wrong one is not told back.
pub fn token(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(text.to_owned()) } else { Err("accepted: ASCII letters, digits and signs, without spaces".to_owned()) }
}

/// A seed.
pub fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("accepted: a whole number from 0 to {}", u64::MAX))
}

/// The rate of live activity.
pub fn live_rate(text: &str) -> Result<Rate, String> {
    LiveFeed::parse_rate(text).map_err(|error| format!("it {error}"))
}

/// How many; `1_000_000` is easier to read.
pub fn count(text: &str) -> Result<u64, String> {
    let plain = text.replace('_', "");
    let digits = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit());
    let count = plain.parse().ok().filter(|_| digits);
    count.ok_or_else(|| "accepted: a whole number such as 10000 or 1_000_000".to_owned())
}

/// How many entries to serve: they all have their place in memory.
pub fn served_count(text: &str) -> Result<u64, String> {
    const MOST: u64 = 10_000_000;

    let accepted =
        || format!("accepted: a whole number up to {MOST}, such as 5000 or 1_000_000 (a million take 60 MB of memory)");
    count(text).ok().filter(|count| *count <= MOST).ok_or_else(accepted)
}

/// Ends the program as for any wrong value: these are each right and wrong together.
pub fn wrong(message: &str) -> ! {
    diagnostics::print(format_args!("error: {message}"));
    std::process::exit(2)
}

/// The value, or the end of the program as for a wrong value.
pub fn or_exit<T>(result: Result<T, impl std::fmt::Display>) -> T {
    result.unwrap_or_else(|error| wrong(&error.to_string()))
}

/// The value of a switch, which only its environment variable can have.
pub fn switch() -> impl TypedValueParser<Value = bool> {
    // A parser that is not clap's own decides by its words alone what the error says.
    clap::builder::StringValueParser::new().try_map(|text| {
        let read = BoolishValueParser::new().parse_ref(&clap::Command::new(""), None, text.as_ref());
        read.map_err(|_| "accepted: true or false")
    })
}
