//! Memory of a process, from `/proc`.

use std::fs;

/// A field of `/proc/PROCESS/status` in KiB, such as `VmRSS` or `VmHWM`; `None` without `/proc`.
pub fn kib(process: u32, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let value = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    value.trim().strip_suffix("kB")?.trim().parse().ok()
}
