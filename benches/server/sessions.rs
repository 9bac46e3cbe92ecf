//! Opening a session over the large store, seen from outside: by the first call of the control plane that names it.

use std::time::Instant;

use crate::common::Result;
use crate::common::client::{self, Client};
use crate::common::quantile::quantile;
use crate::lab::Lab;
use crate::loading::megabytes;
use crate::table::Outcome;

const MARGIN: f64 = 1.5;

pub fn measure(lab: &Lab) -> Result<Vec<Outcome>> {
    let server = lab.large()?;
    let mut client = Client::connect(&server.address)?;
    let before = megabytes(server, "VmRSS")?;
    let mut milliseconds = Vec::new();
    for number in 0..lab.scale.sessions {
        let target = format!("/__admin/settings?session=opened-{number}");
        let request = client::get(&server.address, &target, "");
        let began = Instant::now();
        client.ask(&request)?;
        milliseconds.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    let grown = (megabytes(server, "VmRSS")? - before).max(0.0);
    let each = grown / f64::from(u32::try_from(lab.scale.sessions)?);
    let what = format!("opening a session over {} entries", lab.scale.large);
    Ok(vec![
        Outcome::absolute(format!("{what}, p50 with the request"), quantile(&milliseconds, 0.5), "ms", 1.0)
            .with_margin(MARGIN),
        Outcome::absolute(format!("{what}, memory"), each, "MB", 1.0),
    ])
}
