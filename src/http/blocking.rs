//! Work that takes long, on threads that serve no requests.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::problem::Problem;
use crate::system::lower_thread_priority;

/// Runs work on a blocking thread, no more at a time than a semaphore has permits: the processors stay free for requests.
pub async fn run<T: Send + 'static>(
    permits: &Arc<Semaphore>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    // The semaphores of a server are never closed.
    let permit = Arc::clone(permits).acquire_owned().await.map_err(|_| Problem::Internal)?;
    // The work has the permit: it goes on when its client disconnects.
    let work = move || {
        // Blocking threads do no other work.
        lower_thread_priority();
        let result = work();
        drop(permit);
        result
    };
    spawn_blocking(work).await.map_err(|_| Problem::Internal)
}
