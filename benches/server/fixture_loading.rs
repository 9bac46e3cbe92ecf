//! Time and memory of loading the large store from a file.

use std::thread;

use crate::common::quantile::quantile;
use crate::common::server_process::{RunningServer, ServerCommand};
use crate::common::{Result, memory};
use crate::setup::Setup;
use crate::table::{Row, short};

const TIME_MARGIN: f64 = 1.5;
const MEMORY_MARGIN: f64 = 1.1;

pub fn measure(setup: &Setup) -> Result<Vec<Row>> {
    let count = f64::from(u32::try_from(setup.scale.large)?);
    let story = Memory::of(setup, &ServerCommand::mock(&[]).start()?)?;
    let (mut seconds, mut peaks, mut rests) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..setup.scale.rounds {
        let server = setup.mock_over(setup.scale.large)?.start()?;
        let memory = Memory::of(setup, &server)?;
        seconds.push(server.time.as_secs_f64());
        peaks.push(memory.peak);
        rests.push(memory.at_rest);
    }
    let [seconds, peak, rest] = [seconds, peaks, rests].map(|values| quantile(&values, 0.5));
    let what = format!("a fixture of {} entries", setup.scale.large);
    Ok(vec![
        Row::absolute(format!("exec to the first 200, {what}"), seconds, "s", 1.5).with_margin(TIME_MARGIN),
        Row::ratio(
            format!("most memory while loading {what}"),
            format!("{} MB", short(peak)),
            format!("at rest: {} MB", short(rest)),
            peak / rest,
            2.0,
        )
        .with_margin(MEMORY_MARGIN),
        Row::absolute("memory at rest, the built-in story", story.at_rest, "MB", 12.0).with_margin(MEMORY_MARGIN),
        Row::absolute(
            format!("memory at rest, each of {} entries", setup.scale.large),
            (rest - story.at_rest) * 1e6 / count,
            "bytes",
            60.0,
        )
        .with_margin(MEMORY_MARGIN),
    ])
}

/// The memory of a server in megabytes.
struct Memory {
    at_rest: f64,
    peak: f64,
}

impl Memory {
    /// Measures a server a while after its first response.
    fn of(setup: &Setup, server: &RunningServer) -> Result<Self> {
        thread::sleep(setup.scale.rest);
        Ok(Self { at_rest: megabytes(server, "VmRSS")?, peak: megabytes(server, "VmHWM")? })
    }
}

/// A field of the status of a server's process, in megabytes.
pub fn megabytes(server: &RunningServer, field: &str) -> Result<f64> {
    let kib = memory::kib(server.id(), field).ok_or("memory is read from /proc, as on Linux")?;
    Ok(f64::from(u32::try_from(kib)?) * 1024.0 / 1e6)
}
