//! Follows an audit log, as a SIEM or a backup does: first everything there is, then what is new, every ten seconds.
//!
//! ```sh
//! CORTEX_BASE_URL=http://127.0.0.1:8080 CORTEX_API_KEY=mock-admin cargo run --example poll
//! ```
//!
//! Start the server with `--live 30/min` to see new entries, and add faults to see that none is missed. The logic is in
//! `client.rs`; `tests/it/mock_server.rs` tests it against faults, a rate limit and live entries.

mod client;

use std::thread;
use std::time::Duration;

use chrono::Utc;
use client::{Error, Poller};

fn main() -> Result<(), Error> {
    let setting = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let (url, key) = (setting("CORTEX_BASE_URL", "http://127.0.0.1:8080"), setting("CORTEX_API_KEY", "mock-admin"));
    let mut poller = Poller::new(&url, &key, thread::sleep);
    loop {
        for entry in poller.poll(Utc::now())? {
            println!("{} {} {} {}", entry.timestamp, entry.action, entry.object_type, entry.object_identifier);
        }
        thread::sleep(Duration::from_secs(10));
    }
}
