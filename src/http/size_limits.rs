//! Size limits of a request: 414, 431, 413; 408 for a body that takes too long, 400 for one that breaks off, and 503 when the
//! bodies that are being received take too much memory together.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::HeaderMap;
use http_body_util::BodyExt;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::problem::Problem;
use crate::app_state::{AppState, MAX_BODY_MEMORY_BYTES, MAX_URI_BYTES, SMALL_BODY_BYTES};

/// Largest header section, names and values, in bytes.
const MAX_HEADER_BYTES: usize = 32 * 1024;
/// Largest number of header fields.
const MAX_HEADER_FIELDS: usize = 100;
/// Largest body of a request to the API, in bytes (REQ-BODY).
const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;
/// How long a client may take to send a body that nothing reads: to the API, or to a call of the control plane that has none.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// Largest body of a call of the control plane, in bytes.
const MAX_CONTROL_BODY_BYTES: usize = 32 * 1024 * 1024;
/// What a small body counts as before it arrives, in bytes.
const FIRST_BODY_BYTES: usize = 4 * 1024;
/// How long a client may take to send a body to the control plane, or between two parts of an endless one.
pub const CONTROL_BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a body waits for memory that other bodies take.
const MEMORY_TIMEOUT: Duration = Duration::from_secs(10);

/// Reserves some of the memory for bodies, until the permit is dropped. Waits a while for it; then the problem is a 503.
pub async fn reserve_body_memory(state: &AppState, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
    let full = || Problem::BodyMemoryFull { max: MAX_BODY_MEMORY_BYTES };
    let permits = u32::try_from(bytes).map_err(|_| full())?;
    let reserved = timeout(MEMORY_TIMEOUT, Arc::clone(state.body_memory(bytes)).acquire_many_owned(permits)).await;
    reserved.ok().and_then(Result::ok).ok_or_else(full)
}

/// Checks a request to the API against the limits, and receives its body, which no operation uses.
pub async fn check(request: &mut Request) -> Result<(), Problem> {
    let uri = request.uri().path_and_query().map_or(0, |uri| uri.as_str().len());
    if uri > MAX_URI_BYTES {
        return Err(Problem::UriTooLong { max: MAX_URI_BYTES });
    }
    let headers = request.headers();
    if headers.len() > MAX_HEADER_FIELDS || size_of(headers) > MAX_HEADER_BYTES {
        return Err(Problem::HeadersTooLarge { bytes: MAX_HEADER_BYTES, fields: MAX_HEADER_FIELDS });
    }
    if request.body().is_end_stream() {
        return Ok(());
    }
    let mut body = LimitedBody::new(std::mem::take(request.body_mut()), MAX_BODY_BYTES)?;
    // Rare: boxed to keep the common future small.
    Box::pin(in_time(BODY_TIMEOUT, async {
        while body.next_part().await?.is_some() {}
        Ok(())
    }))
    .await
}

/// Receives the body of a call of the control plane, and the memory that is reserved for it: of a large body as much as its
/// length, of a small one as much as has arrived, so that idle clients do not hold what small bodies need. One without a length
/// is small until it is larger, and from then on counts as the largest.
pub async fn receive_control_body(body: Body, state: &AppState) -> Result<(Vec<u8>, OwnedSemaphorePermit), Problem> {
    let mut body = LimitedBody::new(body, MAX_CONTROL_BODY_BYTES)?;
    let large = body.exact_length().filter(|length| *length > SMALL_BODY_BYTES);
    let mut permit = reserve_body_memory(state, large.unwrap_or(FIRST_BODY_BYTES)).await?;
    let mut bytes = Vec::new();
    in_time(CONTROL_BODY_TIMEOUT, async {
        while let Some(part) = body.next_part().await? {
            let arrived = bytes.len() + part.len();
            if arrived > permit.num_permits() {
                let is_small = arrived <= SMALL_BODY_BYTES;
                let needed = if is_small { arrived.next_power_of_two() } else { MAX_CONTROL_BODY_BYTES };
                permit = reserve_body_memory(state, needed).await?;
            }
            bytes.extend_from_slice(&part);
        }
        Ok(())
    })
    .await?;
    Ok((bytes, permit))
}

/// Whether a body has no byte. One that does not end in time, or breaks off, counts as having some.
pub async fn is_empty(mut body: Body) -> bool {
    let end = async {
        while let Some(frame) = body.frame().await {
            if !frame.is_ok_and(|frame| frame.data_ref().is_none_or(Bytes::is_empty)) {
                return false;
            }
        }
        true
    };
    timeout(BODY_TIMEOUT, end).await.unwrap_or(false)
}

/// Receives a body within this time: else 408.
async fn in_time(limit: Duration, received: impl Future<Output = Result<(), Problem>>) -> Result<(), Problem> {
    timeout(limit, received).await.unwrap_or(Err(Problem::SlowBody { seconds: limit.as_secs() }))
}

/// A body of at most `max` bytes: a larger one is a 413, one that breaks off a 400.
struct LimitedBody {
    body: Body,
    max: usize,
    received: usize,
}

impl LimitedBody {
    fn new(body: Body, max: usize) -> Result<Self, Problem> {
        let is_too_large = body.size_hint().lower() > max as u64;
        if is_too_large { Err(Problem::BodyTooLarge { max }) } else { Ok(Self { body, max, received: 0 }) }
    }

    /// The value of `Content-Length`.
    fn exact_length(&self) -> Option<usize> {
        self.body.size_hint().exact().and_then(|length| usize::try_from(length).ok())
    }

    /// Receives the next part; `None` at the end.
    async fn next_part(&mut self) -> Result<Option<Bytes>, Problem> {
        let Some(frame) = self.body.frame().await else { return Ok(None) };
        let part = frame.map_err(|_| Problem::BrokenBody)?.into_data().unwrap_or_default();
        self.received += part.len();
        if self.received > self.max { Err(Problem::BodyTooLarge { max: self.max }) } else { Ok(Some(part)) }
    }
}

fn size_of(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}
