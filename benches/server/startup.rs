//! The size of the binary, and the time from exec to the first 200, compared with the bare server.

use std::fs;

use crate::common::Result;
use crate::common::quantile::quantile;
use crate::common::server_process::ServerCommand;
use crate::setup::Setup;
use crate::table::{Row, short};

/// The largest multiple of the bare server's time.
const TARGET: f64 = 2.2;
/// A run fails above 2.6: on a slower processor reading the story takes longer, and starting a process does not.
const MARGIN: f64 = 2.6 / TARGET;

pub fn binary_size(_: &Setup) -> Result<Vec<Row>> {
    let bytes = fs::metadata(env!("CARGO_BIN_EXE_cortex-audit-mock"))?.len();
    let megabytes = f64::from(u32::try_from(bytes)?) / 1e6;
    Ok(vec![Row::absolute("the binary, stripped", megabytes, "MB", 9.0)])
}

pub fn first_response(setup: &Setup) -> Result<Vec<Row>> {
    let mock = ServerCommand::mock(&[]);
    let bare = ServerCommand::bare(mock.start()?.body)?;
    let (mut mock_times, mut bare_times) = (Vec::new(), Vec::new());
    for _ in 0..setup.scale.starts {
        mock_times.push(milliseconds(&mock)?);
        bare_times.push(milliseconds(&bare)?);
    }
    let (mock_time, bare_time) = (quantile(&mock_times, 0.5), quantile(&bare_times, 0.5));
    let measured = format!("{} ms", short(mock_time));
    let compared_with = format!("{}: {} ms", bare.name, short(bare_time));
    let what = "exec to the first 200, the built-in story";
    Ok(vec![Row::ratio(what, measured, compared_with, mock_time / bare_time, TARGET).with_margin(MARGIN)])
}

fn milliseconds(server: &ServerCommand) -> Result<f64> {
    Ok(server.start()?.time.as_secs_f64() * 1000.0)
}
