//! Work that takes long, on threads that serve no requests.

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::http::problem::Problem;

/// For summaries, lists of the journal and bodies with entries.
pub static SHORT_WORK: Semaphore = Semaphore::const_new(2);

/// Runs work on a blocking thread, no more at a time than a semaphore has permits: the processors stay free for requests.
pub async fn run<T: Send + 'static>(
    permits: &'static Semaphore,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    // A static semaphore is never closed.
    let _permit = permits.acquire().await.map_err(|_| Problem::Internal)?;
    spawn_blocking(work).await.map_err(|_| Problem::Internal)
}
