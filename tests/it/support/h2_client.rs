//! An asynchronous client for HTTP/2 and, to compare, HTTP/1.1, over TLS or without.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::header::HOST;
use axum::http::{HeaderValue, Request};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ALL_VERSIONS, ClientConfig, RootCertStore, SupportedProtocolVersion};

use super::TestResponse;

/// The TLS settings of a client that trusts one certificate.
pub struct TlsClient {
    pub certificate: String,
    pub versions: Vec<&'static SupportedProtocolVersion>,
    /// Protocols to negotiate (ALPN), such as `h2`.
    pub alpn: &'static [&'static str],
}

impl TlsClient {
    pub fn new(certificate: &str) -> Self {
        Self { certificate: certificate.to_owned(), versions: ALL_VERSIONS.to_vec(), alpn: &[] }
    }

    /// Connects to a server that must have a certificate for this name.
    pub async fn connect(&self, address: &str, name: &str) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(ring::default_provider().into());
        let config = config.with_protocol_versions(&self.versions).unwrap().with_root_certificates(roots);
        let mut config = config.with_no_client_auth();
        config.alpn_protocols = self.alpn.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, TcpStream::connect(address).await?).await
    }
}

/// The sender of requests over one connection. Hyper drives the connection in a task that ends with the sender.
pub enum HttpClient {
    Http1(http1::SendRequest<Empty<Bytes>>),
    Http2(http2::SendRequest<Empty<Bytes>>),
}

impl HttpClient {
    pub async fn http1(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Self {
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self::Http1(sender)
    }

    pub async fn http2(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Self {
        let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self::Http2(sender)
    }

    /// Gets a URL with the key `mock-admin`.
    pub async fn get(&mut self, url: &str) -> TestResponse {
        let request = Request::get(url).header("Authorization", "Bearer mock-admin");
        self.send(request).await.unwrap()
    }

    /// Sends a request without a body, and checks that a complete response follows the conventions.
    pub async fn send(&mut self, request: axum::http::request::Builder) -> hyper::Result<TestResponse> {
        let mut request = request.body(Empty::new()).unwrap();
        let response = match self {
            Self::Http1(sender) => {
                request.headers_mut().entry(HOST).or_insert(HeaderValue::from_static("localhost"));
                sender.send_request(request).await?
            }
            Self::Http2(sender) => sender.send_request(request).await?,
        };
        let (parts, body) = response.into_parts();
        let body = Incoming::collect(body).await?.to_bytes().to_vec();
        let mut response = TestResponse { status: parts.status, headers: parts.headers, body };
        // The server adds them, not the app.
        for name in ["date", "keep-alive"] {
            response.headers.remove(name);
        }
        response.assert_conventions(false);
        Ok(response)
    }
}
