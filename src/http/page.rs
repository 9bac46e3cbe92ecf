//! `GET /` and `GET /page/{file}`: the web UI. Its sources lie in `src/http/page`; `build.rs` makes one script and one style sheet
//! of them, compressed and named by their content.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use flate2::Crc;

use super::gzip;
use super::prefix::forwarded_prefix;
use super::problem::Problem;
use crate::app_state::AppState;
use crate::config::Admin;

/// Allows scripts and styles from this server's files only, none inline: no markup inside an entry can run. The icon is in the
/// markup.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'",
);

const HTML: &str = include_str!("page/index.html");

/// A file that `build.rs` has made.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    gzip: &'static [u8],
}

const STYLES: Asset = Asset {
    name: env!("PAGE_STYLES"),
    media_type: "text/css; charset=utf-8",
    gzip: include_bytes!(concat!(env!("OUT_DIR"), "/page.css.gz")),
};

const SCRIPT: Asset = Asset {
    name: env!("PAGE_SCRIPT"),
    media_type: "text/javascript; charset=utf-8",
    gzip: include_bytes!(concat!(env!("OUT_DIR"), "/page.js.gz")),
};

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
    let html = html.replace("{{styles}}", STYLES.name).replace("{{script}}", SCRIPT.name);
    let html = html.replace("{{keys}}", keys).replace("{{control}}", control);
    let mut checksum = Crc::new();
    checksum.update(html.as_bytes());
    let tag = format!("{:08x}", checksum.sum());
    let mut response = file(&headers, "text/html; charset=utf-8", &tag, || Body::from(html));
    let response_headers = response.headers_mut();
    response_headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    response_headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// `GET /page/{file}`: the script or the style sheet. Its name changes with its content, so a browser asks once.
pub async fn asset(
    State(state): State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asset = [STYLES, SCRIPT].into_iter().find(|asset| asset.name == name);
    let Asset { name, media_type, gzip: content } =
        asset.ok_or_else(|| Problem::NotFound { path: None, base_path: state.base_path().clone() })?;
    let is_compressed = gzip::is_accepted(&headers);
    let tag = if is_compressed { format!("{name}.gz") } else { name.to_owned() };
    // For clients that take no gzip, such as `curl` without `--compressed`; the binary holds no second copy.
    let plain = || Body::from(gzip::inflate(content));
    let mut response = file(&headers, media_type, &tag, || if is_compressed { Body::from(content) } else { plain() });
    let response_headers = response.headers_mut();
    response_headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    response_headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if is_compressed && response.status() == StatusCode::OK {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// A response with this body, or 304 if the browser has it: RFC 9110, section 13.1.2.
fn file(headers: &HeaderMap, media_type: &'static str, tag: &str, body: impl FnOnce() -> Body) -> Response {
    let tag = format!("\"{tag}\"");
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let is_known = known
        .flat_map(|tags| tags.split(','))
        .any(|known| matches!(known.trim(), "*") || known.trim().trim_start_matches("W/") == tag);
    let common = [
        (ETAG, HeaderValue::try_from(tag).expect("a checksum and a file name are plain ASCII")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    if is_known {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(CONTENT_TYPE, media_type)], body()).into_response()
}
