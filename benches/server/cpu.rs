//! What a request costs in CPU time, beside the bare server with a body of the same length.

use crate::common::client::{self, Client};
use crate::common::contender::Contender;
use crate::common::quantile::quantile;
use crate::common::{PATH, Result};
use crate::filters;
use crate::lab::Lab;
use crate::load::Load;
use crate::table::{Outcome, short};

/// Where they were measured the figures are at the targets or a little below, and other machines differ by more, see
/// docs/performance.md. What is gated is that a request does not become dearer.
const MARGIN: f64 = 1.4;

/// As many times the rounds of other rows, each that much shorter: a few hundredths decide here.
const ROUNDS: usize = 3;

pub fn measure(lab: &Lab) -> Result<Vec<Outcome>> {
    let filter = filters::one_percent(lab.entries()?).ok_or("no filter to ask with")?;
    Ok(vec![
        beside_bare(lab, "pageSize=250, no filter", "pageSize=250", 1.4)?,
        beside_bare(lab, "pageSize=1", "pageSize=1", 1.5)?,
        beside_bare(lab, &format!("one filter of 1 % ({})", filter.name), &filter.query, 2.0)?,
    ])
}

fn beside_bare(lab: &Lab, what: &str, query: &str, target: f64) -> Result<Outcome> {
    let scale = lab.scale;
    // One of its own: what it remembers of other rows' requests is not what it would have to write down of these.
    let stand_in = lab.over(scale.small)?.start()?;
    let request = client::get(&stand_in.address, &format!("{PATH}?{query}"), "mock-admin");
    let length = Client::connect(&stand_in.address)?.ask(&request)?.len();
    let bare = Contender::bare(length)?.start()?;
    let mut of_stand_in = Load::new(&stand_in, request.clone(), length, scale.load / 4)?;
    let mut of_bare = Load::new(&bare, request, length, scale.load / 4)?;

    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS * scale.rounds {
        let (our, their) = (of_stand_in.cpu(scale.load / ROUNDS)?, of_bare.cpu(scale.load / ROUNDS)?);
        ours.push(our);
        theirs.push(their);
        ratios.push(our / their);
    }
    let median = |values: &[f64]| short(quantile(values, 0.5));
    let outcome = Outcome::ratio(
        format!("CPU a request, {what}, {} entries", scale.small),
        format!("{} µs", median(&ours)),
        format!("bare axum, {length} bytes: {} µs", median(&theirs)),
        quantile(&ratios, 0.5),
        target,
    );
    Ok(outcome.with_margin(MARGIN))
}
