//! The address of `--listen`: names, all addresses, messages, and what is printed of it.

use axum::http::Request;
use insta::assert_snapshot;
use serde_json::Value;

use super::refused;
use crate::support::h2_client::{HttpClient, TlsClient};
use crate::support::process::{Connection, Server, binary, folder, head, path};

fn start(listen: &str) -> (Server, Value) {
    let server = binary(["--listen", listen, "--log", "json", "--no-admin"]).serve();
    let line = serde_json::from_str(&server.start_line).unwrap();
    (server, line)
}

fn port(server: &Server) -> &str {
    server.address().rsplit_once(':').unwrap().1
}

#[test]
fn a_name_is_looked_up_and_the_start_line_has_url_and_address() {
    let (server, line) = start("localhost:0");
    assert_eq!(line["listen"], format!("127.0.0.1:{}", port(&server)));
    assert_eq!(line["url"], format!("http://127.0.0.1:{}", port(&server)));
    server.logs("");
    assert_eq!(binary(["healthcheck", "--listen", &format!("LocalHost:{}", port(&server))]).run().succeeded(), "");
}

#[test]
fn a_server_on_all_addresses_prints_localhost() {
    let addresses: &[(&str, &str)] = if std::net::TcpListener::bind("[::]:0").is_ok() {
        &[(":0", "0.0.0.0"), ("0.0.0.0:0", "0.0.0.0"), ("[::]:0", "[::]")]
    } else {
        &[(":0", "0.0.0.0"), ("0.0.0.0:0", "0.0.0.0")]
    };
    for (listen, address) in addresses {
        let (server, line) = start(listen);
        assert_eq!(line["url"], format!("http://localhost:{}", port(&server)));
        assert_eq!(line["listen"], format!("{address}:{}", port(&server)));
        Connection::to(&format!("127.0.0.1:{}", port(&server))).get_as("mock-admin", "/api/v1/audit-logs").ok();
    }
}

#[test]
fn the_hosts_of_the_flags_are_accepted() {
    let args = ["--allow-host", "mock.example.com,*.dev.example", "--allow-host", "other.example"];
    let server = Server::start(&args);
    for (host, status) in
        [("mock.example.com", 200), ("a.dev.example", 200), ("other.example", 200), ("evil.example", 403)]
    {
        let mut connection = server.connect();
        connection.send(head("GET", "/__admin/clock", "").replace("localhost", host));
        assert_eq!(connection.answer().status.as_u16(), status, "{host}");
    }
}

#[tokio::test]
async fn a_name_in_the_certificate_is_accepted_as_host() {
    let files = folder(&[]);
    let certificate = path(&files, "mock.pem");
    let args = ["--tls-self-signed", "--tls-name", "mock.example.com", "--tls-write-cert", &certificate];
    let server = Server::start(&args);
    let client = TlsClient::new(&std::fs::read_to_string(&certificate).unwrap());
    let mut client = HttpClient::http1(client.connect(server.address(), "mock.example.com").await.unwrap()).await;
    for (host, status) in [("mock.example.com", 200), ("evil.example", 403)] {
        let request = Request::get("/__admin/clock").header("Host", host);
        assert_eq!(client.send(request).await.unwrap().status.as_u16(), status, "{host}");
    }
}

#[test]
fn a_wrong_address_says_what_is_accepted() {
    assert_snapshot!(refused(&["--listen", "80"]), @r"
    error: invalid value '80' for '--listen <ADDR>': only a port was given: write 127.0.0.1:80, or :80 for all addresses

    For more information, try 'cortex-audit-mock serve -h'.
    ");
    // A label is too long, so that no name server is asked.
    let name = "x".repeat(64) + ".invalid";
    let told = refused(&["healthcheck", "--listen", &format!("{name}:80")]);
    assert!(told.contains(&format!("the address of {name} is not known: ")), "{told}");
    for text in
        ["", "localhost", "localhost:", "localhost:http", "::1:8080", "http://localhost:8080", "a b:80", "*.local:80"]
    {
        assert!(refused(&["--listen", text]).contains("accepted: IP:PORT or NAME:PORT such as"), "{text}");
    }
}

#[test]
fn wrong_names_origins_and_paths_say_what_is_accepted() {
    assert_snapshot!(refused(&["--allow-host", "http://mock.example.com"]), @r"
    error: invalid value 'http://mock.example.com' for '--allow-host <NAME>': accepted: a host name without scheme and port, such as mock.example.com or *.example.com

    For more information, try 'cortex-audit-mock serve -h'.
    ");
    assert_snapshot!(refused(&["--cors", "localhost:5173"]), @r"
    error: invalid value 'localhost:5173' for '--cors <ORIGIN>': accepted: the origin of a web page without a path, such as http://localhost:5173, or * for all

    For more information, try 'cortex-audit-mock serve -h'.
    ");
    assert_snapshot!(refused(&["--base-path", "cortex"]), @r"
    error: invalid value 'cortex' for '--base-path <PATH>': accepted: a path of letters, digits, - . _ and ~, such as /cortex or /mocks/cortex

    For more information, try 'cortex-audit-mock serve -h'.
    ");
}

#[test]
fn cors_and_hosts_can_come_from_the_environment() {
    // A blank may follow a comma.
    let origins = "http://localhost:5173, http://localhost:3000";
    let binary = binary(["--listen", "127.0.0.1:0"]);
    let server = binary.env("CORTEX_MOCK_CORS", origins).env("CORTEX_MOCK_ALLOW_HOST", "a.example, b.example").serve();
    for host in ["a.example", "b.example"] {
        let mut connection = server.connect();
        connection.send(format!("GET /__admin/clock HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        assert_eq!(connection.answer().status, 200, "{host}");
    }
    for origin in origins.split(", ") {
        let mut connection = server.connect();
        connection.send(head("GET", "/api/v1/catalog", &format!("Origin: {origin}\r\n")));
        assert_eq!(connection.answer().header("access-control-allow-origin"), Some(origin));
    }
}
