//! What somebody writes who needs a stand-in by tonight: a vector, a linear filter, serde for every request.

use std::fs;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use crate::common::{PATH, Result, bare};

/// With this argument, a file of NDJSON and a port the bench is such a server.
pub const FLAG: &str = "--straightforward";

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
struct Asked {
    #[serde(default)]
    page: usize,
    #[serde(default = "usual_size")]
    page_size: usize,
    actions: Option<String>,
    object_types: Option<String>,
    object_identifiers: Option<String>,
    actor_emails: Option<String>,
    actor_ip_addresses: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    logs: Vec<Log>,
    page: usize,
    total: usize,
    total_pages: usize,
}

const fn usual_size() -> usize {
    250
}

pub fn serve(file: &str, port: &str) -> Result<()> {
    let text = fs::read_to_string(file)?;
    let mut logs: Vec<Log> = text.lines().map(serde_json::from_str).collect::<std::result::Result<_, _>>()?;
    logs.sort_by(|a, b| b.timestamp.cmp(&a.timestamp));
    bare::serve_router(&Router::new().route(PATH, get(page)).with_state(Arc::new(logs)), port)
}

async fn page(State(logs): State<Arc<Vec<Log>>>, Query(asked): Query<Asked>) -> Json<Answer> {
    let matching: Vec<&Log> = logs.iter().filter(|log| asked.matches(log)).collect();
    let total = matching.len();
    let logs = matching.into_iter().skip(asked.page * asked.page_size).take(asked.page_size).cloned().collect();
    Json(Answer { logs, page: asked.page, total, total_pages: total.div_ceil(asked.page_size.max(1)) })
}

impl Asked {
    fn matches(&self, log: &Log) -> bool {
        one_of(self.actions.as_deref(), Some(&log.action))
            && one_of(self.object_types.as_deref(), Some(&log.object_type))
            && one_of(self.object_identifiers.as_deref(), Some(&log.object_identifier))
            && one_of(self.actor_emails.as_deref(), log.actor_identifier.as_deref())
            && one_of(self.actor_ip_addresses.as_deref(), log.ip_address.as_deref())
    }
}

fn one_of(asked: Option<&str>, actual: Option<&str>) -> bool {
    asked.is_none_or(|asked| actual.is_some_and(|actual| asked.split(',').any(|value| value == actual)))
}
