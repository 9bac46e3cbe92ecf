//! `healthcheck`: asks a running server whether it answers, without any other program in the container.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::Args as ClapArgs;
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

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

/// Succeeds when `GET /__admin/health` answers 200 within three seconds.
pub fn run(args: &Args) -> Result<(), String> {
    let address = reachable(args.listen);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start the runtime: {error}"))?;
    let asked = runtime.block_on(async { tokio::time::timeout(PATIENCE, status(address)).await });
    match asked {
        Ok(Ok(StatusCode::OK)) => Ok(()),
        Ok(Ok(status)) => Err(format!("http://{address}/__admin/health answered {status} instead of 200")),
        Ok(Err(error)) => Err(format!("no answer from http://{address}/__admin/health: {error}")),
        Err(_) => Err(format!("no answer from http://{address}/__admin/health within {} s", PATIENCE.as_secs())),
    }
}

async fn status(address: SocketAddr) -> Result<StatusCode, Box<dyn std::error::Error>> {
    let stream = TcpStream::connect(address).await?;
    let (mut requests, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get("/__admin/health").header(HOST, address.to_string()).body(Empty::<Bytes>::new())?;
    Ok(requests.send_request(request).await?.status())
}

/// A server that listens on all addresses is asked on loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
