//! Pages that a walk over all entries would make slow: the last one, and one of a filter that nothing passes.

use crate::common::contender::Running;
use crate::common::{PATH, Result};
use crate::lab::Lab;
use crate::latency::{Asking, in_turn};
use crate::table::{Outcome, short};

/// What two medians of the same differ by.
const MARGIN: f64 = 1.1;
const PAGE: usize = 250;

/// Filters that no generated entry passes. Values of the contract, where it has a closed list: others are reported in the log,
/// which is a cost of its own.
const NOTHING: [&str; 5] = [
    "actions=READ",
    "objectIdentifiers=nowhere",
    "actorEmails=nobody%40nowhere.example",
    "actorApiKeyIdentifiers=nowhere",
    "actorIpAddresses=192.0.2.255",
];

pub fn measure(lab: &Lab) -> Result<Vec<Outcome>> {
    let last = format!("page={}", lab.scale.large / PAGE - 1);
    let mut nothing = Vec::new();
    for filter in NOTHING {
        nothing.push(beside_first(lab, &format!("no match ({filter})"), filter, 1.0)?);
    }
    let worst = nothing.into_iter().max_by(|a, b| a.figure.total_cmp(&b.figure)).ok_or("no filter")?;
    Ok(vec![beside_first(lab, "the last page", &last, 1.2)?, worst])
}

fn beside_first(lab: &Lab, what: &str, query: &str, target: f64) -> Result<Outcome> {
    let server: &Running = lab.large()?;
    let mut pair = [
        Asking::new(server, &format!("{PATH}?pageSize={PAGE}&{query}"))?,
        Asking::new(server, &format!("{PATH}?pageSize={PAGE}"))?,
    ];
    in_turn(&mut pair, lab.scale.latency, lab.scale.patience)?;
    let [this, first] = pair.map(|asking| asking.p50());
    let outcome = Outcome::ratio(
        format!("p50, {} entries: {what}", lab.scale.large),
        format!("{} ms", short(this)),
        format!("the first page: {} ms", short(first)),
        this / first,
        target,
    );
    Ok(outcome.with_margin(MARGIN))
}
