//! `healthcheck`: checks that a server responds. It needs no other program, so it works in an empty container.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::Args as ClapArgs;
use ureq::Agent;
use ureq::http::StatusCode;
use ureq::tls::TlsConfig;

use super::value::{self, ListenAddress};
use crate::config::BasePath;

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Which server.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Ask this server
    #[arg(long, value_name = "ADDR", env = "CORTEX_MOCK_LISTEN", default_value = "127.0.0.1:8080", value_parser = value::listen_address)]
    listen: ListenAddress,
    /// Ask below this path, such as /cortex
    #[arg(long, value_name = "PATH", env = "CORTEX_MOCK_BASE_PATH")]
    base_path: Option<BasePath>,
}

/// Succeeds when `GET /__admin/health` answers 200 within three seconds, over http or, where that is refused, https.
pub fn run(args: &Args) -> Result<(), String> {
    let address = reachable(args.listen.address);
    let place = format!("{address}{}/__admin/health", args.base_path.as_ref().map_or("", BasePath::as_str));
    let agent = agent();
    match health(&agent, "http", &place) {
        // What a server says in clear text that speaks TLS alone.
        Ok(StatusCode::BAD_REQUEST) => answered(health(&agent, "https", &place), "https", &place),
        asked => answered(asked, "http", &place),
    }
}

fn agent() -> Agent {
    // Whether it answers is asked, not who it is: it is at an address of this machine.
    let tls = TlsConfig::builder().disable_verification(true).build();
    let config = Agent::config_builder().http_status_as_error(false).proxy(None).tls_config(tls);
    config.timeout_global(Some(PATIENCE)).build().into()
}

fn health(agent: &Agent, scheme: &str, place: &str) -> Result<StatusCode, ureq::Error> {
    agent.get(format!("{scheme}://{place}")).call().map(|answer| answer.status())
}

fn answered(asked: Result<StatusCode, ureq::Error>, scheme: &str, place: &str) -> Result<(), String> {
    match asked {
        Ok(StatusCode::OK) => Ok(()),
        Ok(status) => Err(format!("{scheme}://{place} answered {status} instead of 200")),
        Err(ureq::Error::Timeout(_)) => {
            Err(format!("no answer from {scheme}://{place} within {} s", PATIENCE.as_secs()))
        }
        Err(ureq::Error::Io(error)) => Err(format!("no answer from {scheme}://{place}: {error}")),
        Err(error) => Err(format!("no answer from {scheme}://{place}: {error}")),
    }
}

/// Where a server is reached that listens on an address: on all addresses means on loopback.
pub fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
