//! Latency of the last page and of a filter without matches, which a scan of all entries would make slow.

use crate::common::server_process::RunningServer;
use crate::common::{PATH, Result};
use crate::latency::{LatencyProbe, measure_alternately};
use crate::setup::Setup;
use crate::table::{Row, short};

/// The difference between two medians of the same request.
const MARGIN: f64 = 1.1;
const PAGE: usize = 250;

/// Filters that no generated entry passes. `READ`, as an unknown action would be an error; no unknown object type, which
/// would also cost a warning in the log.
const WITHOUT_MATCH: [&str; 5] = [
    "actions=READ",
    "objectIdentifiers=nowhere",
    "actorEmails=nobody%40nowhere.example",
    "actorApiKeyIdentifiers=nowhere",
    "actorIpAddresses=192.0.2.255",
];

pub fn measure(setup: &Setup) -> Result<Vec<Row>> {
    let last = format!("page={}", setup.scale.large / PAGE - 1);
    let mut without_match = Vec::new();
    for filter in WITHOUT_MATCH {
        without_match.push(compare_with_first(setup, &format!("no match ({filter})"), filter, 1.0)?);
    }
    let worst = without_match.into_iter().max_by(|a, b| a.figure.total_cmp(&b.figure)).ok_or("no filter")?;
    Ok(vec![compare_with_first(setup, "the last page", &last, 1.2)?, worst])
}

fn compare_with_first(setup: &Setup, what: &str, query: &str, target: f64) -> Result<Row> {
    let server: &RunningServer = setup.large()?;
    let mut pair = [
        LatencyProbe::new(server, &format!("{PATH}?pageSize={PAGE}&{query}"))?,
        LatencyProbe::new(server, &format!("{PATH}?pageSize={PAGE}"))?,
    ];
    measure_alternately(&mut pair, setup.scale.latency, setup.scale.max_duration)?;
    let [this, first] = pair.map(|probe| probe.p50());
    let row = Row::ratio(
        format!("p50, {} entries: {what}", setup.scale.large),
        format!("{} ms", short(this)),
        format!("the first page: {} ms", short(first)),
        this / first,
        target,
    );
    Ok(row.with_margin(MARGIN))
}
