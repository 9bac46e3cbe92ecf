//! CPU time and memory of a start with generated entries: how both grow with their number.

use std::thread;
use std::time::Duration;

use crate::common::Result;
use crate::common::quantile::quantile;
use crate::common::server_process::ServerCommand;
use crate::fixture_loading::megabytes;
use crate::load_generator::cpu_time;
use crate::setup::Setup;
use crate::table::{Row, short};

/// How many times the entries are more.
const FACTOR: usize = 10;
/// Other work on the machine takes parts of the cache, which the larger number needs.
const TIME_MARGIN: f64 = 1.4;
const MEMORY_MARGIN: f64 = 1.1;

pub fn measure(setup: &Setup) -> Result<Vec<Row>> {
    let few = setup.scale.generated;
    let many = FACTOR * few;
    let (mut times_of_few, mut times_of_many, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let mut memory = 0.0;
    for _ in 0..setup.scale.rounds {
        let (time_of_few, _) = start(few, setup.scale.rest)?;
        let (time_of_many, memory_of_many) = start(many, setup.scale.rest)?;
        times_of_few.push(time_of_few);
        times_of_many.push(time_of_many);
        ratios.push(time_of_many / time_of_few);
        memory = memory_of_many;
    }
    let seconds = |times: &[f64]| short(quantile(times, 0.5));
    let time = Row::ratio(
        format!("CPU of a start with {many} generated entries"),
        format!("{} s", seconds(&times_of_many)),
        format!("{few} entries: {} s", seconds(&times_of_few)),
        quantile(&ratios, 0.5),
        12.0,
    );
    let bytes = memory * 1e6 / f64::from(u32::try_from(many)?);
    let memory = Row::absolute(format!("memory at rest, each of {many} generated entries"), bytes, "bytes", 60.0);
    Ok(vec![time.with_margin(TIME_MARGIN), memory.with_margin(MEMORY_MARGIN)])
}

/// Starts a server with generated entries. Returns its CPU time in seconds and, after a rest, its memory in megabytes.
fn start(count: usize, rest: Duration) -> Result<(f64, f64)> {
    let server = ServerCommand::mock(&["--generate", &count.to_string()]).start()?;
    let time = cpu_time(server.id())?.as_secs_f64();
    thread::sleep(rest);
    Ok((time, megabytes(&server, "VmRSS")?))
}
