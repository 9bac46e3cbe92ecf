//! `GET /__admin/audit-logs`: the entries of a world as a fixture, with what only filters compare.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};

use super::extract::Session;
use crate::app_state::AppState;
use crate::contract::Query;
use crate::fixture::FileEntry;
use crate::http::problem::Problem;
use crate::store::History;
use crate::text::{sentence, word_enum};

word_enum! {
    /// The form of a fixture.
    enum Format {
        /// One array, an entry a line.
        Json = "json",
        /// An entry a line; one empty array if there are none.
        Ndjson = "ndjson",
    }
}

/// Entries of a chunk of the body: about a millisecond of work between two writes to the client.
const CHUNK_ENTRIES: u32 = 1000;

/// Sends the entries in the order of responses: loaded in this order, entries with one timestamp keep theirs.
///
/// The body is made while it is sent, from entries that later changes do not touch.
pub async fn get(State(state): State<AppState>, parts: Parts) -> Result<Response, Problem> {
    let (Session { world, .. }, mut values) = Session::with_parameters(&parts, &state, &["format"])?;
    let format = values.remove("format").map(|text| read_format(&text)).transpose()?.unwrap_or(Format::Json);
    world.catch_up();
    let history = world.store.history();
    let arrivals = world.store.counts().1;
    let mut chunks = (0..).map_while(move |page| chunk(&history, arrivals, page, format)).peekable();
    let (content_type, start, end) = match format {
        Format::Json => ("application/json", "[", "\n]\n"),
        // What loads it refuses an empty file as lost.
        Format::Ndjson if chunks.peek().is_none() => ("application/x-ndjson", "[]\n", ""),
        Format::Ndjson => ("application/x-ndjson", "", ""),
    };
    let fixed = |text: &'static str| stream::iter([Bytes::from_static(text.as_bytes())]);
    let body = fixed(start).chain(stream::iter(chunks)).chain(fixed(end)).map(Ok::<_, Infallible>);
    Ok(([(CONTENT_TYPE, content_type)], Body::from_stream(body)).into_response())
}

/// The entries of one page of all; `None` after the last.
fn chunk(history: &History, arrivals: usize, page: u32, format: Format) -> Option<Bytes> {
    let query = Query { page, page_size: CHUNK_ENTRIES, ..Query::default() };
    let entries = history.page(&query, arrivals);
    if entries.is_empty() {
        return None;
    }
    let mut text = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        let Some(entry) = history.entry(entry) else { continue };
        if format == Format::Json {
            text.extend_from_slice(if page == 0 && number == 0 { b"\n" } else { b",\n" });
        }
        // Cannot fail: strings always serialize, and a vector takes every byte.
        let _ = serde_json::to_writer(&mut text, &FileEntry(&entry));
        if format == Format::Ndjson {
            text.push(b'\n');
        }
    }
    Some(text.into())
}

fn read_format(text: &str) -> Result<Format, Problem> {
    text.parse().map_err(|error| Problem::BadControlRequest { details: sentence(&format!("format: {error}")) })
}
