//! Sixteen keep-alive connections that are never idle, and what they cost the server.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use crate::common::Result;
use crate::common::client::Client;
use crate::common::contender::Running;

/// Keep-alive connections, shared out evenly.
const CONNECTIONS: usize = 16;
/// Threads that drive them: each has several requests under way, so that few of them keep a server busy.
const THREADS: usize = 4;
/// The kernel adds up the time of a thread when it goes to sleep; it has gone by then.
const SETTLING: Duration = Duration::from_millis(5);

/// Connections to one server that all ask the same.
pub struct Load {
    process: u32,
    request: Vec<u8>,
    length: usize,
    clients: Vec<Client>,
}

impl Load {
    /// Connects, and asks until the server has seen everything once.
    pub fn new(server: &Running, request: Vec<u8>, length: usize, warm_up: usize) -> Result<Self> {
        let clients = (0..CONNECTIONS).map(|_| Client::connect(&server.address)).collect::<Result<_>>()?;
        let mut load = Self { process: server.id(), request, length, clients };
        load.drive(warm_up)?;
        Ok(load)
    }

    /// Microseconds of CPU that the server spends on a request, on average of `count`.
    pub fn cpu(&mut self, count: usize) -> Result<f64> {
        thread::sleep(SETTLING);
        let before = cpu_time(self.process)?;
        let answered = self.drive(count)?;
        thread::sleep(SETTLING);
        let spent = cpu_time(self.process)?.saturating_sub(before);
        Ok(spent.as_secs_f64() * 1e6 / f64::from(u32::try_from(answered)?))
    }

    /// Asks about `count` times in all, and tells how often exactly.
    fn drive(&mut self, count: usize) -> Result<usize> {
        let each = count.div_ceil(CONNECTIONS);
        let (request, length) = (&self.request, self.length);
        let shares = self.clients.chunks_mut(CONNECTIONS / THREADS);
        thread::scope(|scope| {
            let threads: Vec<_> =
                shares.map(|share| scope.spawn(move || share_of(share, request, length, each))).collect();
            threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a driver panicked")?)
        })?;
        Ok(each * CONNECTIONS)
    }
}

/// One thread's connections in turn, each asking again as soon as it is answered.
fn share_of(clients: &mut [Client], request: &[u8], length: usize, each: usize) -> Result<()> {
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

/// What all threads of a process have had of the CPUs; only Linux tells so exactly.
pub fn cpu_time(process: u32) -> Result<Duration> {
    let tasks = PathBuf::from(format!("/proc/{process}/task"));
    let mut nanoseconds = 0;
    for task in fs::read_dir(&tasks).map_err(|error| format!("CPU time is read from {}: {error}", tasks.display()))? {
        let times = fs::read_to_string(task?.path().join("schedstat"))?;
        nanoseconds += times.split(' ').next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}
