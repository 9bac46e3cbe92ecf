//! CPU time of a request, compared with the bare server with a body of the same length.

use crate::common::client::{self, Client};
use crate::common::quantile::quantile;
use crate::common::server_process::ServerCommand;
use crate::common::{PATH, Result};
use crate::filters;
use crate::load_generator::LoadGenerator;
use crate::setup::Setup;
use crate::table::{Row, short};

/// Other machines differ from that of the targets by more than the usual margin, see docs/performance.md: the limit is to
/// notice that a request becomes more expensive.
const MARGIN: f64 = 1.4;

/// More rounds than other rows by this factor, each shorter by it: a few hundredths matter here.
const MORE_ROUNDS: usize = 3;

pub fn measure(setup: &Setup) -> Result<Vec<Row>> {
    let filter = filters::one_percent(setup.entries()?).ok_or("no filter")?;
    Ok(vec![
        compare_with_bare(setup, "pageSize=250, no filter", "pageSize=250", 1.4)?,
        compare_with_bare(setup, "pageSize=1", "pageSize=1", 1.5)?,
        compare_with_bare(setup, &format!("one filter of 1 % ({})", filter.name), &filter.query, 2.0)?,
    ])
}

fn compare_with_bare(setup: &Setup, what: &str, query: &str, target: f64) -> Result<Row> {
    let scale = setup.scale;
    // A separate server, whose journal is not full of the requests of other rows.
    let mock = setup.mock_over(scale.small)?.start()?;
    let request = client::get(&mock.address, &format!("{PATH}?{query}"), "mock-admin");
    let length = Client::connect(&mock.address)?.request(&request)?.len();
    let bare = ServerCommand::bare(length)?.start()?;
    let mut mock_load = LoadGenerator::new(&mock, request.clone(), length, scale.load / 4)?;
    let mut bare_load = LoadGenerator::new(&bare, request, length, scale.load / 4)?;

    let (mut mock_times, mut bare_times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..MORE_ROUNDS * scale.rounds {
        let (mock_time, bare_time) =
            (mock_load.cpu(scale.load / MORE_ROUNDS)?, bare_load.cpu(scale.load / MORE_ROUNDS)?);
        mock_times.push(mock_time);
        bare_times.push(bare_time);
        ratios.push(mock_time / bare_time);
    }
    let median = |values: &[f64]| short(quantile(values, 0.5));
    let row = Row::ratio(
        format!("CPU a request, {what}, {} entries", scale.small),
        format!("{} µs", median(&mock_times)),
        format!("bare axum, {length} bytes: {} µs", median(&bare_times)),
        quantile(&ratios, 0.5),
        target,
    );
    Ok(row.with_margin(MARGIN))
}
