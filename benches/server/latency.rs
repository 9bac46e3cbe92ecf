//! Latency of single requests to two servers, measured alternately.

use std::time::{Duration, Instant};

use crate::common::Result;
use crate::common::client::{self, Client};
use crate::common::quantile::quantile;
use crate::common::server_process::RunningServer;
use crate::cpu_pinning::CpuPinning;

/// Requests to one server before the other has its turn, so that other work on the machine affects both.
const BATCH: usize = 20;

/// A connection that repeats one request.
pub struct LatencyProbe {
    client: Client,
    request: Vec<u8>,
    milliseconds: Vec<f64>,
    server: u32,
}

impl LatencyProbe {
    pub fn new(server: &RunningServer, target: &str) -> Result<Self> {
        let request = client::get(&server.address, target, "mock-admin");
        Ok(Self { client: Client::connect(&server.address)?, request, milliseconds: Vec::new(), server: server.id() })
    }

    /// The median in milliseconds.
    pub fn p50(&self) -> f64 {
        quantile(&self.milliseconds, 0.5)
    }

    fn batch(&mut self, size: usize) -> Result<()> {
        for _ in 0..size {
            let started = Instant::now();
            self.client.request(&self.request)?;
            self.milliseconds.push(started.elapsed().as_secs_f64() * 1000.0);
        }
        Ok(())
    }
}

/// Sends `count` requests from each probe, in batches by turns; fewer if that takes longer than `max_duration`.
pub fn measure_alternately(pair: &mut [LatencyProbe; 2], count: usize, max_duration: Duration) -> Result<()> {
    let _pinning = CpuPinning::new(&[pair[0].server, pair[1].server]);
    let started = Instant::now();
    // The first responses meet cold caches and new connections.
    pair.iter_mut().try_for_each(|probe| {
        probe.batch(3)?;
        probe.milliseconds.clear();
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    })?;
    let mut left = count;
    while left > 0 {
        let size = left.min(BATCH);
        pair.iter_mut().try_for_each(|probe| probe.batch(size))?;
        left -= size;
        if started.elapsed() > max_duration {
            break;
        }
    }
    Ok(())
}
