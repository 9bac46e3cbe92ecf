//! Another server, measured as the stand-in is: CPU a request, from exec to the first answer, memory at rest.

use std::env;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::Result;
use crate::common::client::{self, Client};
use crate::common::contender::{Contender, Running};
use crate::common::quantile::quantile;
use crate::load::Load;
use crate::loading::megabytes;
use crate::scale::Scale;
use crate::table::short;

/// With this argument, a name, a URL and a command the bench measures what the command starts.
pub const FLAG: &str = "--beside";
/// Stands for a free port in the URL and in the command.
const PORT: &str = "{port}";
/// Stands for the bench itself in the command, which has another role in store.
const BENCH: &str = "{bench}";
/// How long such a server may take to start.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is started; the bare server, which takes no time, more often.
const STARTS: usize = 5;
/// Servers of this kind cost milliseconds a request; fewer requests tell as much.
const FEWER: usize = 10;

/// Prints a row: name, and each figure as a multiple of the bare server's.
pub fn compare(scale: &Scale, name: &str, url: &str, command: &[&str]) -> Result<()> {
    let asked = Asked::parse(url)?;
    let mut starts = Vec::new();
    for _ in 1..STARTS {
        starts.push(asked.start(command)?.time.as_secs_f64() * 1000.0);
    }
    let server = asked.start(command)?;
    starts.push(server.time.as_secs_f64() * 1000.0);
    thread::sleep(scale.rest);
    let at_rest = megabytes(&server, "VmRSS")?;

    let bare = Contender::bare(server.body)?;
    let of_bare: Vec<f64> =
        (0..scale.starts).map(|_| Ok(bare.start()?.time.as_secs_f64() * 1000.0)).collect::<Result<_>>()?;
    let bare = bare.start()?;
    thread::sleep(scale.rest);
    let bare_at_rest = megabytes(&bare, "VmRSS")?;

    let request = |address: &str| client::get(address, &asked.target, "mock-admin");
    let count = scale.load / FEWER;
    let mut theirs = Load::new(&server, request(&server.address), server.body, count / 2)?;
    let mut bares = Load::new(&bare, request(&bare.address), server.body, scale.load / 4)?;
    let (mut cpu, mut ratios) = (Vec::new(), Vec::new());
    for _ in 0..scale.rounds {
        let (their, bare) = (theirs.cpu(count)?, bares.cpu(scale.load)?);
        cpu.push(their);
        ratios.push(their / bare);
    }
    let (start, bare_start) = (quantile(&starts, 0.5), quantile(&of_bare, 0.5));
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

/// Where to ask, and for what.
struct Asked {
    /// `HOST:PORT`, the port perhaps left open.
    address: String,
    target: String,
}

impl Asked {
    fn parse(url: &str) -> Result<Self> {
        let (address, path) =
            url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).ok_or("not http://…/…")?;
        Ok(Self { address: address.to_owned(), target: format!("/{path}") })
    }

    /// Runs the command and asks until there is an answer: not every server tells when it is ready.
    fn start(&self, command: &[&str]) -> Result<Running> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port().to_string();
        let bench = env::current_exe()?.display().to_string();
        let address = self.address.replace(PORT, &port);
        let command: Vec<String> =
            command.iter().map(|part| part.replace(PORT, &port).replace(BENCH, &bench)).collect();
        let [program, arguments @ ..] = command.as_slice() else { return Err("no command".into()) };
        let request = client::get(&address, &self.target, "mock-admin");
        let began = Instant::now();
        let mut command = Command::new(program);
        let mut server = Running::spawn(command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()))?;
        loop {
            // Refused until it listens, and perhaps something else than a 200 until it is ready.
            match Client::connect(&address).and_then(|mut client| client.ask(&request).map(<[u8]>::len)) {
                Ok(body) => {
                    (server.time, server.body, server.address) = (began.elapsed(), body, address);
                    return Ok(server);
                }
                Err(error) if began.elapsed() > PATIENCE => return Err(error),
                Err(_) => thread::sleep(Duration::from_millis(1)),
            }
        }
    }
}
