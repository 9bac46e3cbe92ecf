//! Pins client and servers to one CPU while latencies are measured.
//!
//! A request that wakes a thread on another CPU takes some forty microseconds longer, and the kernel decides for each
//! server where its threads run: that would be most of the measured time.

use std::fs;

use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Keeps this thread and the threads of some processes on one CPU until it is dropped.
pub struct CpuPinning {
    threads: Vec<Option<Pid>>,
    before: Option<CpuSet>,
}

impl CpuPinning {
    /// Pins the threads; does nothing where the system does not support or allow it.
    pub fn new(processes: &[u32]) -> Self {
        let before = sched_getaffinity(None).ok();
        let first = before.and_then(|set| (0..CpuSet::MAX_CPU).find(|cpu| set.is_set(*cpu)));
        let others = processes.iter().flat_map(|process| threads(*process)).map(Some);
        let threads = std::iter::once(None).chain(others).collect();
        let this = Self { threads, before };
        if let Some(first) = first {
            let mut one = CpuSet::new();
            one.set(first);
            this.set(&one);
        }
        this
    }

    fn set(&self, cpus: &CpuSet) {
        for thread in &self.threads {
            // Fails if the thread has ended.
            let _ = sched_setaffinity(*thread, cpus);
        }
    }
}

impl Drop for CpuPinning {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            self.set(before);
        }
    }
}

fn threads(process: u32) -> Vec<Pid> {
    let listed = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let numbers = listed.filter_map(|thread| thread.file_name().to_str()?.parse().ok());
    numbers.filter_map(Pid::from_raw).collect()
}
