//! Who runs beside whom: a browser keeps a processor busy, which a test of time must not pay for.

use tokio::sync::{Semaphore, SemaphorePermit};

/// Browsers at the same time; more than there are processors would only wait for each other.
const MOST: u32 = 2;

static PLACES: Semaphore = Semaphore::const_new(MOST as usize);

/// A place for one more browser; waits until there is one.
pub async fn for_a_browser() -> SemaphorePermit<'static> {
    PLACES.acquire().await.unwrap()
}

/// For a test with a limit of time: no browser runs until it is given back.
pub async fn without_browsers() -> SemaphorePermit<'static> {
    PLACES.acquire_many(MOST).await.unwrap()
}
