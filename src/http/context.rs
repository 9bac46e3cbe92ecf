//! Context of one request to the API: what the middleware learns from its head, for everything behind it.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, HeaderName, Version};

use super::auth::{self, Authenticated, Authentication};
use super::header_values::header_values;
use super::redact::{RedactedQuery, Secrets, redact_uri};
use super::request_id::RequestId;
use crate::app_state::AppState;
use crate::contract::AUDIT_LOGS;
use crate::world::{ClockReading, Settings, World};

/// Context of one request: session world, authenticated key, redacted path and query.
#[derive(Debug)]
pub struct RequestContext {
    pub id: RequestId,
    /// The world of the session that the token names, else of the default session.
    pub world: Arc<World>,
    pub authentication: Authentication,
    /// What nothing that is shown of the request may contain.
    pub secrets: Secrets,
    /// The path without secrets.
    pub path: Cow<'static, str>,
    /// The raw query string, redacted for the parser and for the log.
    pub query: RedactedQuery,
    pub received_at: Instant,
    /// The clock of the world at `received_at`.
    pub clock: ClockReading,
    /// The settings of the world at `received_at`.
    pub settings: Settings,
    /// Whether the token is refused and names a session that does not exist: the verdict of that session, if it is ever
    /// opened, counts the request.
    pub counts_for_absent_session: bool,
    /// The network address of the client.
    pub address: IpAddr,
    /// The port of the client, if requests of its connection come one after the other: not with HTTP/2.
    pub connection: Option<u16>,
    /// Whether the web UI sent the request. It gets the same answers, but what it sends says nothing about a client: the
    /// verdict does not judge it, no scenario moves because of it, and it does not use up fault rules.
    pub from_ui: bool,
}

impl RequestContext {
    /// Authenticates a request and redacts its path and query.
    pub fn from_request(state: &AppState, request: &Request, id: RequestId) -> Self {
        let received_at = Instant::now();
        let token = auth::bearer_token(request.headers());
        let secrets = Secrets::new(state, request.headers());
        let (path, query) = redact_uri(request.uri(), &secrets);
        let Authenticated { world, clock, authentication, absent_session } =
            auth::authenticate(state, &secrets, token, received_at);
        let settings = world.settings();
        let (peer, from_ui) = (peer(request), is_from_ui(request.headers()));
        if let Some(session) = absent_session.as_ref().filter(|_| !from_ui && is_audit_logs(request.uri().path())) {
            state.sessions().count_refused(session, clock.now);
        }
        let (address, connection) = (peer.ip(), (request.version() < Version::HTTP_2).then(|| peer.port()));
        Self {
            id,
            world,
            authentication,
            secrets,
            path,
            query,
            received_at,
            clock,
            settings,
            address,
            connection,
            counts_for_absent_session: absent_session.is_some(),
            from_ui,
        }
    }
}

/// Whether a path is that of the operation, which the verdict judges.
pub fn is_audit_logs(path: &str) -> bool {
    path.trim_end_matches('/') == AUDIT_LOGS
}

/// The address in axum's `ConnectInfo`. A request in-process may have none.
fn peer(request: &Request) -> SocketAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.map_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), |ConnectInfo(peer)| *peer)
}

/// The header of the web UI: `true`, or `with-faults` to meet all fault rules.
const PAGE_HEADER: HeaderName = HeaderName::from_static("x-cortex-mock-page");

/// Whether a request has the header of the web UI.
fn is_from_ui(headers: &HeaderMap) -> bool {
    header_values(headers, PAGE_HEADER).any(|value| value == "true" || value == "with-faults")
}

/// Whether a request of the web UI meets the fault rules of the session, too.
pub fn meets_faults(headers: &HeaderMap) -> bool {
    header_values(headers, PAGE_HEADER).any(|value| value == "with-faults")
}
