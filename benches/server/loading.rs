//! Loading the large store from a file: how long, and what it takes and keeps of memory.

use std::thread;

use crate::common::contender::{Contender, Running};
use crate::common::quantile::quantile;
use crate::common::{Result, memory};
use crate::lab::Lab;
use crate::table::{Outcome, short};

/// Time depends on the machine's mood, memory does not.
const MARGIN_OF_TIME: f64 = 1.5;
const MARGIN_OF_MEMORY: f64 = 1.1;

pub fn measure(lab: &Lab) -> Result<Vec<Outcome>> {
    let count = f64::from(u32::try_from(lab.scale.large)?);
    let story = Held::of(lab, &Contender::stand_in(&[]).start()?)?;
    let (mut seconds, mut peaks, mut rests) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..lab.scale.rounds {
        let server = lab.over(lab.scale.large)?.start()?;
        let held = Held::of(lab, &server)?;
        seconds.push(server.time.as_secs_f64());
        peaks.push(held.peak);
        rests.push(held.at_rest);
    }
    let [seconds, peak, rest] = [seconds, peaks, rests].map(|values| quantile(&values, 0.5));
    let what = format!("a fixture of {} entries", lab.scale.large);
    Ok(vec![
        Outcome::absolute(format!("exec to the first 200, {what}"), seconds, "s", 1.5).with_margin(MARGIN_OF_TIME),
        Outcome::ratio(
            format!("most memory while loading {what}"),
            format!("{} MB", short(peak)),
            format!("at rest: {} MB", short(rest)),
            peak / rest,
            2.0,
        )
        .with_margin(MARGIN_OF_MEMORY),
        Outcome::absolute("memory at rest, the built-in story", story.at_rest, "MB", 12.0)
            .with_margin(MARGIN_OF_MEMORY),
        Outcome::absolute(
            format!("memory at rest, each of {} entries", lab.scale.large),
            (rest - story.at_rest) * 1e6 / count,
            "bytes",
            60.0,
        )
        .with_margin(MARGIN_OF_MEMORY),
    ])
}

/// In megabytes.
struct Held {
    at_rest: f64,
    peak: f64,
}

impl Held {
    /// What a server that has answered once holds a while later.
    fn of(lab: &Lab, server: &Running) -> Result<Self> {
        thread::sleep(lab.scale.rest);
        Ok(Self { at_rest: megabytes(server, "VmRSS")?, peak: megabytes(server, "VmHWM")? })
    }
}

pub fn megabytes(server: &Running, field: &str) -> Result<f64> {
    let kib = memory::kib(server.id(), field).ok_or("memory is read from /proc, as on Linux")?;
    Ok(f64::from(u32::try_from(kib)?) * 1024.0 / 1e6)
}
