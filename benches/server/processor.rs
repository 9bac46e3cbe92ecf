//! One processor for client and servers while single requests are timed.
//!
//! A request that wakes a thread on another processor takes some forty microseconds longer than one that stays, and which
//! it is the system decides for each server as it likes: that would be most of what is measured.

use std::fs;

use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Holds this thread and the threads of some processes on one processor until it is dropped.
pub struct OneProcessor {
    held: Vec<Option<Pid>>,
    before: Option<CpuSet>,
}

impl OneProcessor {
    /// Where the system does not tell or allow it, everything stays as it is.
    pub fn of(processes: &[u32]) -> Self {
        let before = sched_getaffinity(None).ok();
        let first = before.and_then(|set| (0..CpuSet::MAX_CPU).find(|cpu| set.is_set(*cpu)));
        let threads = processes.iter().flat_map(|process| threads(*process)).map(Some);
        let held = std::iter::once(None).chain(threads).collect();
        let this = Self { held, before };
        if let Some(first) = first {
            let mut one = CpuSet::new();
            one.set(first);
            this.set(&one);
        }
        this
    }

    fn set(&self, processors: &CpuSet) {
        for thread in &self.held {
            // A thread that has ended needs no processor.
            let _ = sched_setaffinity(*thread, processors);
        }
    }
}

impl Drop for OneProcessor {
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
