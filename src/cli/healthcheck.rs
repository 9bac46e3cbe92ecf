//! `healthcheck`: checks that a server responds. It needs no other program, so it works in an empty container.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::Args as ClapArgs;
use ureq::Agent;
use ureq::http::StatusCode;
use ureq::tls::TlsConfig;

use super::value;

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Which server.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The address that the server was told to listen on.
    #[arg(long, value_name = "ADDR", env = "CORTEX_MOCK_LISTEN", default_value = "127.0.0.1:8080", value_parser = value::address)]
    listen: SocketAddr,
}

/// Succeeds when `GET /__admin/health` answers 200 within three seconds, over http or, where that is refused, https.
pub fn run(args: &Args) -> Result<(), String> {
    let address = reachable(args.listen);
    let agent = agent();
    match health(&agent, "http", address) {
        // What a server says in clear text that speaks TLS alone.
        Ok(StatusCode::BAD_REQUEST) => answered(health(&agent, "https", address), "https", address),
        asked => answered(asked, "http", address),
    }
}

fn agent() -> Agent {
    // Whether it answers is asked, not who it is: it is at an address of this machine.
    let tls = TlsConfig::builder().disable_verification(true).build();
    let config = Agent::config_builder().http_status_as_error(false).proxy(None).tls_config(tls);
    config.timeout_global(Some(PATIENCE)).build().into()
}

fn health(agent: &Agent, scheme: &str, address: SocketAddr) -> Result<StatusCode, ureq::Error> {
    agent.get(format!("{scheme}://{address}/__admin/health")).call().map(|answer| answer.status())
}

fn answered(asked: Result<StatusCode, ureq::Error>, scheme: &str, address: SocketAddr) -> Result<(), String> {
    match asked {
        Ok(StatusCode::OK) => Ok(()),
        Ok(status) => Err(format!("{scheme}://{address}/__admin/health answered {status} instead of 200")),
        Err(ureq::Error::Timeout(_)) => {
            Err(format!("no answer from {scheme}://{address}/__admin/health within {} s", PATIENCE.as_secs()))
        }
        Err(ureq::Error::Io(error)) => Err(format!("no answer from {scheme}://{address}/__admin/health: {error}")),
        Err(error) => Err(format!("no answer from {scheme}://{address}/__admin/health: {error}")),
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
