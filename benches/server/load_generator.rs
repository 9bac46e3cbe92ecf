//! Load over sixteen keep-alive connections, and the CPU time that it costs the server.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use crate::common::Result;
use crate::common::client::Client;
use crate::common::server_process::RunningServer;

/// Keep-alive connections, shared out evenly.
const CONNECTIONS: usize = 16;
/// Threads of the client: each has several requests in progress, so that few threads keep a server busy.
const THREADS: usize = 4;
/// The kernel updates the CPU time of a thread when it goes to sleep: time for the threads to do so.
const SETTLE_TIME: Duration = Duration::from_millis(5);

/// Connections to one server that all repeat one request.
pub struct LoadGenerator {
    process: u32,
    request: Vec<u8>,
    length: usize,
    clients: Vec<Client>,
}

impl LoadGenerator {
    /// Connects, and sends `warm_up` requests.
    pub fn new(server: &RunningServer, request: Vec<u8>, length: usize, warm_up: usize) -> Result<Self> {
        let clients = (0..CONNECTIONS).map(|_| Client::connect(&server.address)).collect::<Result<_>>()?;
        let mut load = Self { process: server.id(), request, length, clients };
        load.send(warm_up)?;
        Ok(load)
    }

    /// Microseconds of CPU that the server spends on a request, on average of `count`.
    pub fn cpu(&mut self, count: usize) -> Result<f64> {
        thread::sleep(SETTLE_TIME);
        let before = cpu_time(self.process)?;
        let answered = self.send(count)?;
        thread::sleep(SETTLE_TIME);
        let spent = cpu_time(self.process)?.saturating_sub(before);
        Ok(spent.as_secs_f64() * 1e6 / f64::from(u32::try_from(answered)?))
    }

    /// Sends about `count` requests; returns the exact number.
    fn send(&mut self, count: usize) -> Result<usize> {
        let each = count.div_ceil(CONNECTIONS);
        let (request, length) = (&self.request, self.length);
        let shares = self.clients.chunks_mut(CONNECTIONS / THREADS);
        thread::scope(|scope| {
            let threads: Vec<_> =
                shares.map(|share| scope.spawn(move || run_thread(share, request, length, each))).collect();
            threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread of the client panicked")?)
        })?;
        Ok(each * CONNECTIONS)
    }
}

/// Uses the connections of one thread by turns; each sends its next request when it has the response.
fn run_thread(clients: &mut [Client], request: &[u8], length: usize, each: usize) -> Result<()> {
    for round in 0..=each {
        for client in &mut *clients {
            if round > 0 {
                let body = client.receive()?;
                if body.len() != length {
                    return Err(format!("a body of {} bytes instead of {length}", body.len()).into());
                }
            }
            if round < each {
                client.send(request)?;
            }
        }
    }
    Ok(())
}

/// The CPU time of all threads of a process, from Linux's `schedstat` in nanoseconds.
pub fn cpu_time(process: u32) -> Result<Duration> {
    let tasks = PathBuf::from(format!("/proc/{process}/task"));
    let mut nanoseconds = 0;
    for task in fs::read_dir(&tasks).map_err(|error| format!("CPU time is read from {}: {error}", tasks.display()))? {
        let times = fs::read_to_string(task?.path().join("schedstat"))?;
        nanoseconds += times.split(' ').next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}
