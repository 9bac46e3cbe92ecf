//! What an attack leaves in memory, and what it does to a well-behaved client.
//!
//! Each attack lasts a minute, or as long as `--seconds N` says, while the client sends a request every four milliseconds.
//! Then the resident memory is compared with that at rest. After a reset the attack is repeated: what it adds then is what
//! freed memory does not suffice for.

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use crate::attacks::Attack;
use crate::common::client::{self, Client};
use crate::common::quantile::quantile;
use crate::common::server_process::{RunningServer, ServerCommand};
use crate::common::{PATH, Result, memory};
use crate::{MAX_RATIO, TARGET_RATIO};

/// The limit of the resident memory after an attack above that at rest, in MiB.
const MAX_ABOVE_REST: f64 = 64.0;
/// The limit of what the same attack adds after a reset, in MiB.
const MAX_ADDED: f64 = 10.0;

/// How long each part takes.
struct Durations {
    attack: Duration,
    /// The measurement of the client alone, before and after.
    alone: Duration,
    /// Between the end of an attack and the reading of the memory.
    settling: Duration,
    /// The requests that a verdict is over.
    judged_requests: u64,
}

/// The figures of one attack.
struct Figures {
    requests: u64,
    /// MiB.
    at_rest: f64,
    above_rest: f64,
    added: f64,
    /// Seconds.
    p99_alone: f64,
    p99_beside: f64,
}

/// Measures every attack, or those whose names are among the arguments, and prints the table.
pub fn measure_all(arguments: &[String], judged: bool) -> Result<ExitCode> {
    let mut names = Vec::new();
    let mut seconds = 60.0;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bench" => {}
            "--seconds" => seconds = arguments.next().ok_or("--seconds needs a number")?.parse()?,
            name => names.push(name.to_lowercase()),
        }
    }
    let durations = if judged {
        let attack = Duration::from_secs_f64(seconds);
        let alone = attack.min(Duration::from_secs(10));
        Durations { attack, alone, settling: Duration::from_secs(2), judged_requests: 100_000 }
    } else {
        let short = Duration::from_millis(20);
        Durations { attack: short, alone: short, settling: short, judged_requests: 10 }
    };
    let chosen = |attack: &Attack| names.is_empty() || names.contains(&format!("{attack:?}").to_lowercase());
    println!(
        "| attack | requests | MiB at rest | above that afterwards | added after a reset | p99 alone, beside it |"
    );
    println!("| --- | --- | --- | --- | --- | --- |");
    let mut within = true;
    for attack in Attack::ALL.into_iter().filter(chosen) {
        let figures = measure(attack, &durations)?;
        println!("{}", figures.row(attack));
        if !figures.are_within_limits() {
            println!(
                "  at most {MAX_ABOVE_REST} MiB above rest, {MAX_ADDED} MiB added, {MAX_RATIO} times the p99 (target \
                 {TARGET_RATIO})"
            );
            within = false;
        }
    }
    Ok(if within || !judged { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn measure(attack: Attack, durations: &Durations) -> Result<Figures> {
    let mut command = ServerCommand::mock(&["--rate-limit", "off"]);
    command.unread_log = attack == Attack::UnreadLog;
    let server = command.start()?;
    let before = p99(&server, Instant::now() + durations.alone)?;
    let at_rest = resident(&server, durations)?;
    let (requests, beside) = attack_once(attack, &server, durations)?;
    let above = resident(&server, durations)?;
    reset(&server)?;
    let (_, beside_again) = attack_once(attack, &server, durations)?;
    let again = resident(&server, durations)?;
    let after = p99(&server, Instant::now() + durations.alone)?;
    Ok(Figures {
        requests,
        at_rest,
        above_rest: above - at_rest,
        added: again - above,
        // Other work on the machine may disturb one of the two.
        p99_alone: before.min(after),
        p99_beside: beside.min(beside_again),
    })
}

/// Attacks, and measures the client beside the attack.
fn attack_once(attack: Attack, server: &RunningServer, durations: &Durations) -> Result<(u64, f64)> {
    let until = Instant::now() + durations.attack;
    thread::scope(|scope| {
        let attacking = scope.spawn(|| attack.run(&server.address, until, durations.judged_requests));
        let beside = p99(server, until);
        let requests = attacking.join().map_err(|_| "the attack panicked")??;
        Ok((requests, beside?))
    })
}

/// The resident memory in MiB, once nothing is in progress.
fn resident(server: &RunningServer, durations: &Durations) -> Result<f64> {
    thread::sleep(durations.settling);
    let kib = memory::kib(server.id(), "VmRSS").ok_or("no /proc")?;
    Ok(f64::from(u32::try_from(kib)?) / 1024.0)
}

/// Resets the unnamed session, and ends the others.
fn reset(server: &RunningServer) -> Result<()> {
    let mut client = Client::connect(&server.address)?;
    let mut call = |method: &str, path: &str| -> Result<serde_json::Value> {
        let request = format!("{method} /__admin{path} HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
        Ok(serde_json::from_slice(client.request(request.as_bytes())?)?)
    };
    call("POST", "/reset")?;
    let listed = call("GET", "/sessions")?;
    for name in listed["sessions"].as_array().into_iter().flatten().filter_map(|name| name.as_str()) {
        call("DELETE", &format!("/sessions/{name}"))?;
    }
    Ok(())
}

/// The p99 of the latency of a client that sends a request every four milliseconds until a time, in seconds.
fn p99(server: &RunningServer, until: Instant) -> Result<f64> {
    const INTERVAL: Duration = Duration::from_millis(4);

    let mut client = Client::connect(&server.address)?;
    let request = client::get(&server.address, &format!("{PATH}?pageSize=250"), "mock-auditor~good");
    let mut times = Vec::new();
    while Instant::now() < until {
        let started = Instant::now();
        client.request(&request)?;
        times.push(started.elapsed().as_secs_f64());
        thread::sleep(INTERVAL);
    }
    Ok(quantile(&times, 0.99))
}

impl Figures {
    fn are_within_limits(&self) -> bool {
        let Self { above_rest, added, p99_alone, p99_beside, .. } = self;
        *above_rest <= MAX_ABOVE_REST && *added <= MAX_ADDED && *p99_beside <= MAX_RATIO * p99_alone
    }

    fn row(&self, attack: Attack) -> String {
        let Self { requests, at_rest, above_rest, added, p99_alone, p99_beside } = self;
        format!(
            "| {} | {requests} | {at_rest:.1} | {above_rest:.1} | {added:.1} | {:.0} µs, {:.0} µs |",
            attack.description(),
            p99_alone * 1e6,
            p99_beside * 1e6
        )
    }
}
