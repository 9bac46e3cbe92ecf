//! `GET /` and `GET /page/{file}`: the files of the web UI. They lie in `src/http/page`, are compiled into the binary and are
//! sent unchanged. A new file needs a line in [`ASSETS`].

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};

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
pub async fn html(State(state): State<AppState>) -> Response {
    let keys = if state.keys().are_built_in() { "built-in" } else { "own" };
    let control = match state.admin() {
        Admin::Open => "open",
        Admin::Token(_) => "token",
        Admin::Off => "off",
    };
    let html = HTML.replace("{{keys}}", keys).replace("{{control}}", control);
    ([(CONTENT_SECURITY_POLICY, POLICY)], file("text/html; charset=utf-8", html)).into_response()
}

/// `GET /page/{file}`: a script, style sheet or image.
pub async fn asset(Path(name): Path<String>, uri: Uri) -> Result<Response, Problem> {
    let asset = ASSETS.iter().find(|(known, _)| *known == name);
    let (name, text) = asset.ok_or_else(|| Problem::NotFound { path: uri.path().to_owned() })?;
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

/// Files by name. `cargo test web_ui::` compares the list with the folder.
const ASSETS: &[(&str, &str)] = &[
    ("icon.svg", include_str!("page/icon.svg")),
    // Both views.
    ("base.css", include_str!("page/base.css")),
    ("main.js", include_str!("page/main.js")),
    ("dom.js", include_str!("page/dom.js")),
    ("time.js", include_str!("page/time.js")),
    ("state.js", include_str!("page/state.js")),
    ("keys.js", include_str!("page/keys.js")),
    ("api.js", include_str!("page/api.js")),
    ("admin.js", include_str!("page/admin.js")),
    ("who.js", include_str!("page/who.js")),
    ("world-clock.js", include_str!("page/world-clock.js")),
    // The audit logs.
    ("logs.css", include_str!("page/logs.css")),
    ("overview.css", include_str!("page/overview.css")),
    ("logs.js", include_str!("page/logs.js")),
    ("question.js", include_str!("page/question.js")),
    ("summary.js", include_str!("page/summary.js")),
    ("filters.js", include_str!("page/filters.js")),
    ("known-values.js", include_str!("page/known-values.js")),
    ("picker.js", include_str!("page/picker.js")),
    ("typed-values.js", include_str!("page/typed-values.js")),
    ("range.js", include_str!("page/range.js")),
    ("chips.js", include_str!("page/chips.js")),
    ("overview.js", include_str!("page/overview.js")),
    ("timeline.js", include_str!("page/timeline.js")),
    ("ranking.js", include_str!("page/ranking.js")),
    ("request.js", include_str!("page/request.js")),
    ("snippets.js", include_str!("page/snippets.js")),
    ("results.js", include_str!("page/results.js")),
    ("table.js", include_str!("page/table.js")),
    ("detail.js", include_str!("page/detail.js")),
    ("paging.js", include_str!("page/paging.js")),
    ("arrivals.js", include_str!("page/arrivals.js")),
    ("empty.js", include_str!("page/empty.js")),
    ("trouble.js", include_str!("page/trouble.js")),
    // The control panel.
    ("control.css", include_str!("page/control.css")),
    ("control.js", include_str!("page/control.js")),
    ("access.js", include_str!("page/access.js")),
    ("card.js", include_str!("page/card.js")),
    ("follow.js", include_str!("page/follow.js")),
    ("confirm.js", include_str!("page/confirm.js")),
    ("reset.js", include_str!("page/reset.js")),
    ("journal.js", include_str!("page/journal.js")),
    ("record.js", include_str!("page/record.js")),
    ("words.js", include_str!("page/words.js")),
    ("verdict.js", include_str!("page/verdict.js")),
    ("clock.js", include_str!("page/clock.js")),
    ("faults.js", include_str!("page/faults.js")),
    ("scenario.js", include_str!("page/scenario.js")),
    ("activity.js", include_str!("page/activity.js")),
    ("entries.js", include_str!("page/entries.js")),
    ("settings.js", include_str!("page/settings.js")),
    ("sessions.js", include_str!("page/sessions.js")),
];
