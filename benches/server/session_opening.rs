//! Time and memory of opening a session over the large store, by a call of the control plane.

use std::time::Instant;

use crate::common::Result;
use crate::common::client::{self, Client};
use crate::common::quantile::quantile;
use crate::fixture_loading::megabytes;
use crate::setup::Setup;
use crate::table::Row;

const MARGIN: f64 = 1.5;

pub fn measure(setup: &Setup) -> Result<Vec<Row>> {
    let server = setup.large()?;
    let mut client = Client::connect(&server.address)?;
    let before = megabytes(server, "VmRSS")?;
    let mut milliseconds = Vec::new();
    for number in 0..setup.scale.sessions {
        let target = format!("/__admin/settings?session=opened-{number}");
        let request = client::get(&server.address, &target, "");
        let started = Instant::now();
        client.request(&request)?;
        milliseconds.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    let grown = (megabytes(server, "VmRSS")? - before).max(0.0);
    let each = grown / f64::from(u32::try_from(setup.scale.sessions)?);
    let what = format!("opening a session over {} entries", setup.scale.large);
    Ok(vec![
        Row::absolute(format!("{what}, p50 with the request"), quantile(&milliseconds, 0.5), "ms", 1.0)
            .with_margin(MARGIN),
        Row::absolute(format!("{what}, memory"), each, "MB", 1.0),
    ])
}
