//! A naive mock to compare with: a vector, a linear filter, serde for each request.

use std::fs;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use crate::common::{PATH, Result, bare_server};

/// The argument, followed by an NDJSON file and a port, that makes the bench run as the naive server.
pub const FLAG: &str = "--naive";

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    action: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor_identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address: Option<String>,
    object_identifier: String,
    object_type: String,
    timestamp: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    #[serde(default)]
    page: usize,
    #[serde(default = "default_page_size")]
    page_size: usize,
    actions: Option<String>,
    object_types: Option<String>,
    object_identifiers: Option<String>,
    actor_emails: Option<String>,
    actor_ip_addresses: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    logs: Vec<Log>,
    page: usize,
    total: usize,
    total_pages: usize,
}

const fn default_page_size() -> usize {
    250
}

pub fn serve(file: &str, port: &str) -> Result<()> {
    let text = fs::read_to_string(file)?;
    let mut logs: Vec<Log> = text.lines().map(serde_json::from_str).collect::<std::result::Result<_, _>>()?;
    logs.sort_by(|a, b| b.timestamp.cmp(&a.timestamp));
    bare_server::serve_router(&Router::new().route(PATH, get(page)).with_state(Arc::new(logs)), port)
}

async fn page(State(logs): State<Arc<Vec<Log>>>, Query(parameters): Query<Parameters>) -> Json<Page> {
    let matching: Vec<&Log> = logs.iter().filter(|log| parameters.matches(log)).collect();
    let total = matching.len();
    let logs =
        matching.into_iter().skip(parameters.page * parameters.page_size).take(parameters.page_size).cloned().collect();
    Json(Page { logs, page: parameters.page, total, total_pages: total.div_ceil(parameters.page_size.max(1)) })
}

impl Parameters {
    fn matches(&self, log: &Log) -> bool {
        one_of(self.actions.as_deref(), Some(&log.action))
            && one_of(self.object_types.as_deref(), Some(&log.object_type))
            && one_of(self.object_identifiers.as_deref(), Some(&log.object_identifier))
            && one_of(self.actor_emails.as_deref(), log.actor_identifier.as_deref())
            && one_of(self.actor_ip_addresses.as_deref(), log.ip_address.as_deref())
    }
}

fn one_of(accepted: Option<&str>, actual: Option<&str>) -> bool {
    accepted.is_none_or(|accepted| actual.is_some_and(|actual| accepted.split(',').any(|value| value == actual)))
}
