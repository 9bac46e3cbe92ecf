//! How much longer a filtered page takes when there are a hundred times as many entries, with as many hits on it.

use crate::common::{PATH, Result};
use crate::filters::{self, Filters};
use crate::lab::{Lab, total};
use crate::latency::{Asking, in_turn};
use crate::table::{Outcome, short};

const TARGET: f64 = 1.5;
/// The worst of many: what else the machine does is in it.
const MARGIN: f64 = 1.3;
/// The most entries on the page.
const PAGE: usize = 100;
/// With fewer hits the page says little.
const FEWEST: usize = 10;
/// How often a case is measured before it counts as above the target.
const ATTEMPTS: usize = 3;

pub fn measure(lab: &Lab) -> Result<Vec<Outcome>> {
    let entries = lab.entries()?;
    let range = filters::middle_half(entries);
    let single: Vec<Filters> = filters::common(entries).into_iter().chain(filters::selective(entries)).collect();
    let ranged = single
        .iter()
        .map(|filters| Filters { name: filters.name.clone(), query: format!("{range}&{}", filters.query) });
    let ranged = ranged.collect();
    Ok(vec![
        worst(lab, "any one filter", single)?,
        worst(lab, "any three filters together", filters::triples(entries))?,
        worst(lab, "a time range with a filter", ranged)?,
    ])
}

/// The case that grows most.
fn worst(lab: &Lab, what: &str, cases: Vec<Filters>) -> Result<Outcome> {
    let mut found: Option<Growth> = None;
    let mut measured = 0;
    for filters in cases {
        if measured == lab.scale.cases {
            break;
        }
        let Some(growth) = least_of_several(lab, filters)? else { continue };
        measured += 1;
        if found.as_ref().is_none_or(|worst| worst.ratio() < growth.ratio()) {
            found = Some(growth);
        }
    }
    let worst = found.ok_or_else(|| format!("{what}: too few hits"))?;
    let outcome = Outcome::ratio(
        format!("p50 of a page of {}, {what}; the worst of {measured}: {}", worst.page, worst.filters.name),
        format!("{} entries: {} ms", lab.scale.large, short(worst.large)),
        format!("{} entries: {} ms", lab.scale.small, short(worst.small)),
        worst.ratio(),
        TARGET,
    );
    Ok(outcome.with_margin(MARGIN))
}

/// One case, in milliseconds.
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

/// A case that seems to grow too much is measured again, unless it is far beyond chance.
fn least_of_several(lab: &Lab, filters: Filters) -> Result<Option<Growth>> {
    let hits = total(lab.small()?, &filters.query)?.min(total(lab.large()?, &filters.query)?);
    if hits < FEWEST {
        return Ok(None);
    }
    let page = hits.min(PAGE);
    let mut least = growth(lab, filters, page)?;
    for _ in 1..ATTEMPTS {
        if least.ratio() <= TARGET || least.ratio() > 2.0 * TARGET {
            break;
        }
        let again = growth(lab, least.filters.clone(), page)?;
        if again.ratio() < least.ratio() {
            least = again;
        }
    }
    Ok(Some(least))
}

fn growth(lab: &Lab, filters: Filters, page: usize) -> Result<Growth> {
    let target = format!("{PATH}?pageSize={page}&{}", filters.query);
    let mut pair = [Asking::new(lab.small()?, &target)?, Asking::new(lab.large()?, &target)?];
    in_turn(&mut pair, lab.scale.latency, lab.scale.patience)?;
    let [small, large] = pair.map(|asking| asking.p50());
    Ok(Growth { filters, page, small, large })
}
