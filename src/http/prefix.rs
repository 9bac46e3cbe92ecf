//! Prefixes of the server's paths: the base path, below which the server has all its URLs, and what a proxy has taken off
//! before it (`X-Forwarded-Prefix`).

use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, Uri};

use crate::app_state::AppState;
use crate::config::BasePath;

/// The URI without the base path; `None` for one that is not below it.
pub fn without_base_path(uri: &Uri, base_path: &BasePath) -> Option<Uri> {
    let rest = uri.path_and_query()?.as_str().strip_prefix(base_path.as_str())?;
    if !rest.starts_with('/') {
        return None;
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(rest).ok()?);
    Uri::from_parts(parts).ok()
}

/// The path that a proxy says it has taken off a request, without a trailing slash. A text that is no plain path is ignored:
/// it is put into markup.
pub fn forwarded_prefix(headers: &HeaderMap) -> Option<BasePath> {
    const X_FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

    headers.get(X_FORWARDED_PREFIX)?.to_str().ok()?.parse().ok()
}

/// An OpenAPI document with the path under which the client has found the server.
pub fn with_server_path(document: &str, state: &AppState, headers: &HeaderMap) -> String {
    let forwarded = forwarded_prefix(headers).unwrap_or_default();
    let path = format!("{}{}", forwarded.as_str(), state.base_path().as_str());
    let path = if path.is_empty() { "/" } else { &path };
    document.replacen(r#""servers": [{"url": "/""#, &format!(r#""servers": [{{"url": "{path}""#), 1)
}
