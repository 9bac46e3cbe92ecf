//! How large the binary is.

use std::fs;

use crate::common::Result;
use crate::lab::Lab;
use crate::table::Outcome;

pub fn measure(_: &Lab) -> Result<Vec<Outcome>> {
    let bytes = fs::metadata(env!("CARGO_BIN_EXE_cortex-audit-mock"))?.len();
    let megabytes = f64::from(u32::try_from(bytes)?) / 1e6;
    Ok(vec![Outcome::absolute("the binary, stripped", megabytes, "MB", 9.0)])
}
