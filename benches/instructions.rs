//! Instructions per request, from the router to the last byte of the body, counted by valgrind: the number does not depend
//! on the load of the machine.
//!
//! `cargo bench --bench instructions` compares them with those in `benches/instructions.txt`, and fails if one is more than
//! a tenth above; `UPDATE_INSTRUCTIONS=1` records them again. A count is the difference between two runs with different
//! numbers of requests, so that it contains neither the start nor what is cached once. Random numbers (request ids, seeds
//! of hash tables) and the version of the compiler change a count by a few hundredths.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use cortex_audit_mock::EntrySource;
use cortex_audit_mock::contract::Timestamp;
use cortex_audit_mock::internal::fixture;
use cortex_audit_mock::internal::{AppState, http};
use cortex_audit_mock::{Config, RateLimit};
use http_body_util::BodyExt;
use tower::ServiceExt;

/// The largest ratio of a count to the recorded one.
const MARGIN: f64 = 1.1;
/// Requests of the shorter run.
const REQUESTS: u64 = 1000;
/// Requests before the counted ones, which fill the caches.
const WARM_UP: u64 = 300;
const ENTRIES: u64 = 10_000;
/// The time of the frozen clock: the same entries at every run.
const NOW: &str = "2025-06-01T00:00:00Z";
/// The argument, followed by a number of requests and a query, that makes the bench handle these requests.
const SERVE: &str = "--serve";
const RECORDED: &str = "benches/instructions.txt";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let result = match arguments.as_slice() {
        [flag, requests, query] if flag == SERVE => serve(requests.parse().expect("a number"), query).map(|()| true),
        given if given.iter().any(|flag| flag == "--bench") => compare(),
        _ => cases().and_then(|cases| cases.iter().try_for_each(|(_, query)| serve(1, query))).map(|()| true),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Counts and prints; records the counts, or compares them with the recorded ones.
fn compare() -> Result<bool> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(RECORDED);
    let text = fs::read_to_string(&path).unwrap_or_default();
    let recorded = parse(&text);
    let updating = env::var_os("UPDATE_INSTRUCTIONS").is_some();
    let (mut within, mut written) = (true, String::new());
    for (name, query) in cases()? {
        let count = count(&query)?;
        writeln!(written, "{name} {count}")?;
        let known = recorded.get(name).copied();
        #[expect(clippy::cast_precision_loss, reason = "far below what a double can tell apart")]
        let ratio = known.map_or(1.0, |known| count as f64 / known as f64);
        let verdict = match known {
            _ if updating => "recorded",
            None => "not recorded yet: UPDATE_INSTRUCTIONS=1",
            Some(_) if ratio > MARGIN => "TOO MANY",
            Some(_) if ratio < 1.0 / MARGIN => "fewer; record them again with UPDATE_INSTRUCTIONS=1",
            Some(_) => "as recorded",
        };
        within &= updating || (known.is_some() && ratio <= MARGIN);
        let known = known.map_or_else(|| "nothing".to_owned(), |known| known.to_string());
        println!("{name:<16} {count:>9} instructions, {ratio:.3} of {known}: {verdict}");
    }
    if updating {
        let head = "# Instructions a request, by `cargo bench --bench instructions`; UPDATE_INSTRUCTIONS=1 rewrites this file.\n";
        fs::write(path, head.to_owned() + &written)?;
    }
    Ok(within)
}

/// Parses the counts of a file, by name.
fn parse(text: &str) -> BTreeMap<&str, u64> {
    text.lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(name, count)| Some((name, count.parse().ok()?)))
        .collect()
}

/// The names and queries of the cases; the filter is an object type of about one entry in a hundred.
fn cases() -> Result<Vec<(&'static str, String)>> {
    let source = EntrySource::Generated { count: ENTRIES, seed: Config::default().seed };
    let loaded = fixture::load(&[source], now()?).map_err(|errors| errors.to_string())?;
    let mut types: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in &loaded.entries {
        *types.entry(entry.object_type.as_ref()).or_default() += 1;
    }
    let (rare, _) = types.into_iter().min_by_key(|(_, count)| count.abs_diff(ENTRIES / 100)).ok_or("no entries")?;
    Ok(vec![
        ("page-of-250", "pageSize=250".to_owned()),
        ("page-of-1", "pageSize=1".to_owned()),
        ("filtered-page", format!("objectTypes={rare}")),
    ])
}

/// The instructions per request.
fn count(query: &str) -> Result<u64> {
    Ok((total(WARM_UP + 2 * REQUESTS, query)? - total(WARM_UP + REQUESTS, query)?) / REQUESTS)
}

/// The instructions of a run of this executable with this many requests.
fn total(requests: u64, query: &str) -> Result<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    let run = valgrind.arg(env::current_exe()?).args([SERVE, &requests.to_string(), query]).output();
    let run = run.map_err(|error| format!("cannot run valgrind, which is needed to count: {error}"))?;
    let output = String::from_utf8_lossy(&run.stderr);
    let count = output.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    count.filter(|_| run.status.success()).ok_or_else(|| format!("valgrind did not count:\n{output}").into())
}

/// Handles requests as the server does, without sockets.
fn serve(requests: u64, query: &str) -> Result<()> {
    let config = Config {
        entries: Vec::new(),
        generate: Some(ENTRIES),
        now: Some(now()?),
        rate_limit: RateLimit::Off,
        ..Config::default()
    };
    let router = http::app(AppState::load(&config).map_err(|errors| errors.to_string())?);
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        for _ in 0..requests {
            let request =
                Request::get(format!("/api/v1/audit-logs?{query}")).header("Authorization", "Bearer mock-admin");
            let response = router.clone().oneshot(request.body(Body::empty())?).await?;
            if response.status() != StatusCode::OK {
                return Err(format!("{query} was answered with {}", response.status()).into());
            }
            let mut body = response.into_body();
            while let Some(piece) = body.frame().await {
                piece?;
            }
        }
        Ok(())
    })
}

fn now() -> Result<Timestamp> {
    NOW.parse().map_err(|error| format!("{NOW}: {error:?}").into())
}
