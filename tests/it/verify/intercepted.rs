//! A request on its way to the mock, and the response on its way back, to be changed.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use cortex_audit_mock::World;
use cortex_audit_mock::contract::query::{Offsets, Strictness};
use cortex_audit_mock::contract::{Query, query};
use cortex_audit_mock::internal;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};

/// An identifier that no object has.
pub const NOBODY: &str = "nobody-at-all";

/// A request for audit logs or the catalog.
#[derive(Debug, Clone)]
pub struct InterceptedRequest {
    pub path: String,
    /// Names and values of the query string, not decoded.
    pub pairs: Vec<(String, String)>,
    /// The header `Authorization`.
    pub authorization: Option<String>,
    pub content_type: Option<String>,
}

/// A response of the mock.
#[derive(Debug)]
pub struct InterceptedResponse {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
    /// Text to send instead of the body.
    pub text: Option<String>,
}

fn decoded(value: &str) -> String {
    percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned()
}

impl InterceptedRequest {
    pub fn new(request: &Request) -> Self {
        let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let pairs = request.uri().query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        Self {
            path: request.uri().path().to_owned(),
            pairs: pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(owned).collect(),
            authorization: header(AUTHORIZATION),
            content_type: header(CONTENT_TYPE),
        }
    }

    pub fn is_logs(&self) -> bool {
        self.path.starts_with("/api/v1/audit-logs")
    }

    /// Whether its token is this one.
    pub fn has_token(&self, token: &str) -> bool {
        self.authorization.as_deref() == Some(&format!("Bearer {token}"))
    }

    pub fn set_token(&mut self, token: &str) {
        self.authorization = Some(format!("Bearer {token}"));
    }

    /// The values of a parameter, not decoded.
    pub fn raw(&self, name: &str) -> Vec<String> {
        self.pairs.iter().filter(|(given, _)| given == name).map(|(_, value)| value.clone()).collect()
    }

    /// The values of a list, split and decoded.
    pub fn list(&self, name: &str) -> Vec<String> {
        let values = self.raw(name);
        values.iter().flat_map(|value| decoded(value).split(',').map(String::from).collect::<Vec<_>>()).collect()
    }

    /// The first value, decoded.
    pub fn first(&self, name: &str) -> Option<String> {
        self.raw(name).first().map(|value| decoded(value))
    }

    pub fn remove(&mut self, name: &str) {
        self.pairs.retain(|(given, _)| given != name);
    }

    /// Replaces all values of a parameter.
    pub fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.pairs.push((name.to_owned(), utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()));
    }

    /// Changes each value, not decoded.
    pub fn change(&mut self, names: &[&str], change: impl Fn(&str) -> String) {
        for (_, value) in self.pairs.iter_mut().filter(|(name, _)| names.contains(&name.as_str())) {
            *value = change(value);
        }
    }

    /// Whether a value, not decoded, matches.
    pub fn any(&self, names: &[&str], is: impl Fn(&str) -> bool) -> bool {
        self.pairs.iter().any(|(name, value)| names.contains(&name.as_str()) && is(value))
    }

    /// Becomes a wrong request, which is answered 400.
    pub fn refuse(&mut self) {
        self.pairs = vec![("pageSize".to_owned(), "0".to_owned())];
    }

    pub fn refuse_if(&mut self, wrong: bool) {
        if wrong {
            self.refuse();
        }
    }

    /// The request to the mock.
    pub fn request(&self) -> Request {
        let mut request = Request::get(format!("{}?{}", self.path, self.query()));
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some(content_type) = &self.content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        request.body(Body::empty()).unwrap()
    }

    fn query(&self) -> String {
        self.pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    }

    /// The query as the mock parses it.
    pub fn parse(&self, world: &World) -> Option<Query> {
        query::parse(&self.query(), &internal::store(world).vocabulary(), Strictness::Lenient, Offsets::Honoured)
            .ok()
            .map(|parsed| parsed.query)
    }
}

impl InterceptedResponse {
    /// The entries of a page.
    pub fn logs(&mut self) -> &mut [Value] {
        self.body.get_mut("logs").and_then(Value::as_array_mut).map_or(&mut [], Vec::as_mut_slice)
    }

    pub fn is_page(&self) -> bool {
        self.status == 200 && self.body.get("logs").is_some()
    }

    pub fn is_error(&self) -> bool {
        self.status >= 400 && self.status != 429
    }

    pub fn set(&mut self, field: &str, value: impl Into<Value>) {
        self.body[field] = value.into();
    }

    pub fn remove(&mut self, field: &str) {
        self.body.as_object_mut().unwrap().remove(field);
    }

    pub fn header(&mut self, name: HeaderName, value: &str) {
        self.headers.insert(name, HeaderValue::from_str(value).unwrap());
    }

    /// Becomes an error with this status.
    pub fn becomes(&mut self, status: u16) {
        let phrase = StatusCode::from_u16(status).unwrap().canonical_reason().unwrap();
        self.status = status;
        self.body = json!({
            "type": phrase.to_uppercase().replace(' ', "_"), "message": phrase, "details": "As it is.",
            "requestId": "a1b2", "httpStatus": status,
        });
        self.header(CONTENT_TYPE, "application/json");
    }

    /// Becomes the page of another list that the query asks for.
    pub fn becomes_page_of(&mut self, query: &Query, logs: &[Value]) {
        let (page, size) = (query.page as usize, query.page_size as usize);
        let shown: Vec<&Value> = logs.iter().skip(page.saturating_mul(size)).take(size).collect();
        self.body = json!({"logs": shown, "page": page, "total": logs.len(), "totalPages": logs.len().div_ceil(size)});
    }
}

/// Every entry that a query selects.
pub fn all_entries(world: &World, query: &Query) -> Vec<Value> {
    let query = Query { page: 0, page_size: u32::MAX, ..query.clone() };
    world.page(&query).logs.iter().map(|entry| serde_json::to_value(entry).unwrap()).collect()
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
