//! Another server compared with the bare one: CPU a request, time from exec to the first response, memory at rest.

use std::env;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::Result;
use crate::common::client::{self, Client};
use crate::common::quantile::quantile;
use crate::common::server_process::{RunningServer, ServerCommand};
use crate::fixture_loading::megabytes;
use crate::load_generator::LoadGenerator;
use crate::scale::Scale;
use crate::table::short;

/// The argument, followed by a name, a URL and a command, that makes the bench measure the server of the command.
pub const FLAG: &str = "--other-server";
/// Placeholder of a free port in the URL and the command.
const PORT: &str = "{port}";
/// Placeholder of the executable of the bench, which contains the naive server.
const BENCH: &str = "{bench}";
/// How long such a server may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// Starts of the other server; the bare one, which starts quickly, has more.
const STARTS: usize = 5;
/// The other server gets fewer requests by this factor, as each may take milliseconds.
const FEWER: usize = 10;

/// Prints a row with the figures of a server, each also as a multiple of the bare server's.
pub fn compare(scale: &Scale, name: &str, url: &str, command: &[&str]) -> Result<()> {
    let endpoint = Endpoint::parse(url)?;
    let mut starts = Vec::new();
    for _ in 1..STARTS {
        starts.push(endpoint.start(command)?.time.as_secs_f64() * 1000.0);
    }
    let server = endpoint.start(command)?;
    starts.push(server.time.as_secs_f64() * 1000.0);
    thread::sleep(scale.rest);
    let at_rest = megabytes(&server, "VmRSS")?;

    let bare = ServerCommand::bare(server.body)?;
    let bare_starts: Vec<f64> =
        (0..scale.starts).map(|_| Ok(bare.start()?.time.as_secs_f64() * 1000.0)).collect::<Result<_>>()?;
    let bare = bare.start()?;
    thread::sleep(scale.rest);
    let bare_at_rest = megabytes(&bare, "VmRSS")?;

    let request = |address: &str| client::get(address, &endpoint.target, "mock-admin");
    let count = scale.load / FEWER;
    let mut other_load = LoadGenerator::new(&server, request(&server.address), server.body, count / 2)?;
    let mut bare_load = LoadGenerator::new(&bare, request(&bare.address), server.body, scale.load / 4)?;
    let (mut cpu, mut ratios) = (Vec::new(), Vec::new());
    for _ in 0..scale.rounds {
        let (other, bare) = (other_load.cpu(count)?, bare_load.cpu(scale.load)?);
        cpu.push(other);
        ratios.push(other / bare);
    }
    let (start, bare_start) = (quantile(&starts, 0.5), quantile(&bare_starts, 0.5));
    println!(
        "| {name} | {} bytes | {} µs | {} × | {} ms | {} × | {} MB | {} × |",
        server.body,
        short(quantile(&cpu, 0.5)),
        short(quantile(&ratios, 0.5)),
        short(start),
        short(start / bare_start),
        short(at_rest),
        short(at_rest / bare_at_rest),
    );
    Ok(())
}

/// The address and the target of the requests.
struct Endpoint {
    /// `HOST:PORT`, where the port may be the placeholder.
    address: String,
    target: String,
}

impl Endpoint {
    fn parse(url: &str) -> Result<Self> {
        let (address, path) =
            url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).ok_or("not http://…/…")?;
        Ok(Self { address: address.to_owned(), target: format!("/{path}") })
    }

    /// Starts the command, and sends requests until one succeeds: not every server prints that it is ready.
    fn start(&self, command: &[&str]) -> Result<RunningServer> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string();
        let bench = env::current_exe()?.display().to_string();
        let address = self.address.replace(PORT, &port);
        let command: Vec<String> =
            command.iter().map(|part| part.replace(PORT, &port).replace(BENCH, &bench)).collect();
        let [program, arguments @ ..] = command.as_slice() else { return Err("no command".into()) };
        let request = client::get(&address, &self.target, "mock-admin");
        let started = Instant::now();
        let mut command = Command::new(program);
        let mut server = RunningServer::spawn(command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()))?;
        loop {
            // The connection is refused until the server listens; until it is ready it may answer with an error.
            match Client::connect(&address).and_then(|mut client| client.request(&request).map(<[u8]>::len)) {
                Ok(body) => {
                    (server.time, server.body, server.address) = (started.elapsed(), body, address);
                    return Ok(server);
                }
                Err(error) if started.elapsed() > START_TIMEOUT => return Err(error),
                Err(_) => thread::sleep(Duration::from_millis(1)),
            }
        }
    }
}
