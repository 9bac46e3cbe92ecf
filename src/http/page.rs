//! `GET /` and `GET /page/{file}`: the files of the web UI. They lie in `src/http/page`, are compiled into the binary and are
//! sent unchanged. A new file needs a line in [`ASSETS`].

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::prefix::forwarded_prefix;
use super::problem::Problem;
use crate::app_state::AppState;
use crate::config::Admin;

/// Allows scripts and styles from this server's files only, none inline: no markup inside an entry can run.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'",
);

const HTML: &str = include_str!("page/index.html");

/// `GET /`. Two attributes of the markup tell the scripts what they cannot ask for: whether the keys are the built-in ones,
/// whose tokens are public, and how the control plane is guarded.
///
/// Its links are relative, unless a proxy has taken a prefix off: then the page may be at `/cortex`, without the slash that
/// relative links need.
pub async fn html(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let keys = if state.keys().are_built_in() { "built-in" } else { "own" };
    let control = match state.admin() {
        Admin::Open => "open",
        Admin::Token(_) => "token",
        Admin::Off => "off",
    };
    let root = forwarded_prefix(&headers).map(|prefix| format!("{}{}/", prefix.as_str(), state.base_path().as_str()));
    let html = HTML.replace("{{root}}", &root.unwrap_or_default());
    let html = html.replace("{{keys}}", keys).replace("{{control}}", control);
    ([(CONTENT_SECURITY_POLICY, POLICY)], file("text/html; charset=utf-8", html)).into_response()
}

/// `GET /page/{file}`: a script, style sheet or image.
pub async fn asset(State(state): State<AppState>, Path(name): Path<String>) -> Result<Response, Problem> {
    let asset = ASSETS.iter().find(|(known, _)| *known == name);
    let (name, text) = asset.ok_or_else(|| Problem::NotFound { path: None, base_path: state.base_path().clone() })?;
    Ok(file(media_type(name), *text))
}

fn file(media_type: &'static str, content: impl Into<Body>) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(media_type)),
        // The next version of the server has other files under the same names.
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    let body: Body = content.into();
    (headers, body).into_response()
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.') {
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        _ => "image/svg+xml",
    }
}

/// The name and the content of each file.
macro_rules! files {
    ($($name:literal)+) => {
        &[$(($name, include_str!(concat!("page/", $name)))),+]
    };
}

/// `cargo test web_ui::` compares the list with the folder.
const ASSETS: &[(&str, &str)] = files! {
    "icon.svg"
    // Both views.
    "base.css" "main.js" "dom.js" "icons.js" "visible.js" "time.js" "state.js" "preferences.js" "keys.js" "api.js" "admin.js"
    "who.js" "world-clock.js"
    // The audit logs.
    "logs.css" "entries.css" "overview.css" "logs.js" "question.js" "period.js" "summary.js" "filters.js" "known-values.js"
    "search.js" "popover.js" "picker.js" "time-control.js" "chips.js" "overview.js" "timeline.js" "facets.js" "dock.js"
    "snippets.js" "results.js" "table.js" "drawer.js" "entry-id.js" "paging.js" "export.js" "arrivals.js" "pause.js"
    "shortcuts.js" "empty.js" "trouble.js"
    // The control panel.
    "control.css" "control.js" "access.js" "card.js" "follow.js" "confirm.js" "reset.js" "journal.js" "record.js"
    "words.js" "verdict.js" "clock.js" "faults.js" "scenario.js" "activity.js" "entries.js" "settings.js"
    "sessions.js"
};
