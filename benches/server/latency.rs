//! How long the answers to single requests take, of two that are asked side by side.

use std::time::{Duration, Instant};

use crate::common::Result;
use crate::common::client::{self, Client};
use crate::common::contender::Running;
use crate::common::quantile::quantile;
use crate::processor::OneProcessor;

/// Requests to one side before the other has its turn: what else the machine does meets both.
const BATCH: usize = 20;

/// One connection that asks the same again and again.
pub struct Asking {
    client: Client,
    request: Vec<u8>,
    milliseconds: Vec<f64>,
    server: u32,
}

impl Asking {
    pub fn new(server: &Running, target: &str) -> Result<Self> {
        let request = client::get(&server.address, target, "mock-admin");
        Ok(Self { client: Client::connect(&server.address)?, request, milliseconds: Vec::new(), server: server.id() })
    }

    /// The median so far, in milliseconds.
    pub fn p50(&self) -> f64 {
        quantile(&self.milliseconds, 0.5)
    }

    fn batch(&mut self, size: usize) -> Result<()> {
        for _ in 0..size {
            let began = Instant::now();
            self.client.ask(&self.request)?;
            self.milliseconds.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        Ok(())
    }
}

/// Asks both in turn, `count` times each, or fewer when that takes longer than `patience`.
pub fn in_turn(pair: &mut [Asking; 2], count: usize, patience: Duration) -> Result<()> {
    let _together = OneProcessor::of(&[pair[0].server, pair[1].server]);
    let began = Instant::now();
    // The first answers tell of cold caches and new connections.
    pair.iter_mut().try_for_each(|asking| {
        asking.batch(3)?;
        asking.milliseconds.clear();
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    })?;
    let mut left = count;
    while left > 0 {
        let size = left.min(BATCH);
        pair.iter_mut().try_for_each(|asking| asking.batch(size))?;
        left -= size;
        if began.elapsed() > patience {
            break;
        }
    }
    Ok(())
}
