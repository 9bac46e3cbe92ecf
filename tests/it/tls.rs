//! TLS with given and with generated certificates.

use std::fs;
use std::io::ErrorKind;
use std::process::Command;

use cortex_audit_mock::MockServer;
use cortex_audit_mock::contract::Query;
use cortex_audit_mock::fault::{Effect, FaultRule};
use cortex_audit_mock::server::Tls;
use insta::assert_snapshot;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::rustls::version::{TLS12, TLS13};

use crate::http2::preface_and_get;
use crate::support::NOW;
use crate::support::external_tools;
use crate::support::h2_client::{HttpClient, TlsClient};
use crate::support::process::{Connection, Server, binary};

const LOGS: &str = "/api/v1/audit-logs?pageSize=5";

fn address(server: &MockServer) -> String {
    server.uri().strip_prefix("https://").unwrap().to_owned()
}

/// Starts a server with a generated certificate for these names; returns a client that trusts it.
async fn server(names: &[&str]) -> (MockServer, TlsClient) {
    let tls = Tls::self_signed(names.iter().map(ToString::to_string)).unwrap();
    let server = MockServer::builder().now(NOW).tls(tls).start().await;
    let trusting = TlsClient::new(server.certificate().unwrap());
    (server, trusting)
}

#[tokio::test]
async fn a_client_that_trusts_the_certificate_reads_the_same_page_in_every_version() {
    let (server, mut trusting) = server(&[]).await;
    let expected = MockServer::builder().now(NOW).start().await.world().page(&Query::default());
    for version in [&TLS12, &TLS13] {
        trusting.versions = vec![version];
        trusting.alpn = &[];
        let mut speaking = HttpClient::http1(trusting.connect(&address(&server), "localhost").await.unwrap()).await;
        assert_eq!(speaking.get("/api/v1/audit-logs").await.ok()["total"], expected.total);
        trusting.alpn = &["h2", "http/1.1"];
        let stream = trusting.connect(&address(&server), "localhost").await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let mut speaking = HttpClient::http2(stream).await;
        let url = server.uri() + "/api/v1/audit-logs";
        assert_eq!(speaking.get(&url).await.ok()["total"], expected.total);
    }
}

#[tokio::test]
async fn it_is_valid_for_loopback_and_the_names_that_it_was_given_and_no_other() {
    let (server, trusting) = server(&["audit-logs.test", "*.svc.test", "192.0.2.7", "2001:db8::7"]).await;
    for name in ["localhost", "127.0.0.1", "::1", "audit-logs.test", "a.svc.test", "192.0.2.7", "2001:db8::7"] {
        trusting.connect(&address(&server), name).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    for name in ["other.test", "192.0.2.8", "a.b.svc.test"] {
        let error = trusting.connect(&address(&server), name).await.unwrap_err();
        assert!(error.to_string().contains("not valid for name"), "{name}: {error}");
    }
}

#[tokio::test]
async fn a_client_that_does_not_trust_it_disconnects_and_the_server_continues() {
    let (server, trusting) = server(&[]).await;
    let other = TlsClient::new(Tls::self_signed([]).unwrap().certificate());
    other.connect(&address(&server), "localhost").await.unwrap_err();
    trusting.connect(&address(&server), "localhost").await.unwrap();
}

#[tokio::test]
async fn http_on_a_tls_port_gets_an_error() {
    let (server, _) = server(&[]).await;
    for request in ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut connection = Connection::to(&address(&server));
        connection.send(request);
        let message = connection.answer().details(400);
        assert_eq!(message, "This port accepts TLS only: use https:// in place of http://.");
        assert_eq!(connection.read_to_close().as_deref(), Some(&b""[..]));
    }
}

#[tokio::test]
async fn the_log_does_not_advise_tls_to_a_server_that_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let pem = folder.path().join("certificate.pem");
    let server = Server::start(&["--tls-self-signed", "--tls-write-cert", pem.to_str().unwrap()]);
    let trusting = TlsClient::new(&fs::read_to_string(&pem).unwrap());
    let mut stream = trusting.connect(server.address(), "localhost").await.unwrap();
    stream.write_all(b"no HTTP\r\n\r\n").await.unwrap();
    stream.read_to_end(&mut Vec::new()).await.unwrap();
    drop(stream);
    let log = server.stop();
    assert!(log.contains("not a valid HTTP request") && !log.contains("--tls-self-signed"), "{log}");
}

/// A load balancer checks ports in this way.
#[test]
fn a_client_that_only_connects_gets_nothing_and_does_not_fill_the_log() {
    let server = Server::start(&["--tls-self-signed"]);
    for _ in 0..3 {
        let mut probe = server.connect();
        probe.shutdown_write();
        assert_eq!(probe.read_to_close().as_deref(), Some(&b""[..]));
    }
    let log = server.stop();
    assert!(!log.contains("accepts TLS only"), "{log}");
}

#[tokio::test]
async fn a_fault_resets_the_connection_below_tls() {
    let (server, trusting) = server(&[]).await;
    server.world().faults().add(FaultRule { times: Some(1), ..Effect::Reset.into() });
    let mut stream = trusting.connect(&address(&server), "localhost").await.unwrap();
    let request = crate::support::process::head("GET", LOGS, "Authorization: Bearer mock-admin\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let ended = stream.read_to_end(&mut Vec::new()).await;
    assert_eq!(ended.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_client_that_closes_its_sending_side_is_answered() {
    let (server, trusting) = server(&[]).await;
    let request = crate::support::process::head("GET", LOGS, "Authorization: Bearer mock-admin\r\n");
    for with_closing_message in [true, false] {
        let mut stream = trusting.connect(&address(&server), "localhost").await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        if with_closing_message {
            stream.shutdown().await.unwrap();
        } else {
            stream.get_mut().0.shutdown().await.unwrap();
        }
        let mut received = String::new();
        stream.read_to_string(&mut received).await.unwrap();
        assert!(received.starts_with("HTTP/1.1 200") && received.ends_with('}'), "{received}");
    }
}

#[test]
fn invalid_names_are_refused() {
    for name in ["", "a b", "a..b", "https://x", "127.0.0.1:8080", "ä.test"] {
        assert!(Tls::self_signed([name.to_owned()]).unwrap_err().to_string().contains("no host name"), "{name}");
    }
}

// The binary

#[tokio::test]
async fn serve_creates_a_certificate_and_prints_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("certificate.pem");
    let server = Server::start(&[
        "--tls-self-signed",
        "--tls-name",
        "a.test,b.test",
        "--tls-write-cert",
        written.to_str().unwrap(),
    ]);
    assert!(server.url().starts_with("https://127.0.0.1:"));
    let pem = fs::read_to_string(&written).unwrap();
    let trusting = TlsClient::new(&pem);
    for name in ["127.0.0.1", "a.test", "b.test"] {
        let mut speaking = HttpClient::http1(trusting.connect(server.address(), name).await.unwrap()).await;
        assert_eq!(speaking.get("/api/v1/audit-logs").await.ok()["total"], 640);
    }
    let _idle = trusting.connect(server.address(), "localhost").await.unwrap();
    let mut in_handshake = Connection::to(server.address());
    in_handshake.send("\x16\x03\x01");
    server.stop();
}

/// Clients keep connections in a pool, where nothing reads from them until the next request.
#[tokio::test]
async fn idle_connections_are_closed_in_order_when_the_server_stops() {
    let folder = tempfile::tempdir().unwrap();
    let written = folder.path().join("certificate.pem");
    let server = Server::start(&["--tls-self-signed", "--tls-write-cert", written.to_str().unwrap()]);
    let trusting = TlsClient::new(&fs::read_to_string(&written).unwrap());
    let mut idle = Vec::new();
    let http1 = crate::support::process::head("GET", LOGS, "Authorization: Bearer mock-admin\r\n").into_bytes();
    for request in [http1, preface_and_get()] {
        let mut stream = trusting.connect(server.address(), "localhost").await.unwrap();
        stream.write_all(&request).await.unwrap();
        stream.read_exact(&mut [0; 100]).await.unwrap();
        idle.push(stream);
    }
    server.stop();
    for mut stream in idle {
        // An error if TLS is not closed in order.
        stream.read_to_end(&mut Vec::new()).await.unwrap();
    }
}

#[test]
fn the_certificate_is_printed_on_request() {
    let server = Server::start(&["--tls-self-signed", "--tls-write-cert", "-"]);
    let started: Value = serde_json::from_str(&server.start_line).unwrap();
    assert!(started["certificate"].as_str().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    let server = Server::start(&["--tls-self-signed"]);
    let started: Value = serde_json::from_str(&server.start_line).unwrap();
    assert_eq!(started.get("certificate"), None);
    let text = binary(["--listen", "127.0.0.1:0", "--tls-self-signed", "--tls-write-cert", "-"]).serve();
    text.signal(crate::support::process::Signal::TERM);
    let printed = text.end().stdout;
    assert!(
        printed.starts_with("-----BEGIN CERTIFICATE-----") && printed.ends_with("-----END CERTIFICATE-----\n"),
        "{printed}"
    );
}

/// Writes a certificate and its key as PEM files.
fn pair() -> (tempfile::TempDir, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let certificate = write("certificate.pem", made.cert.pem());
    let key = write("key.pem", made.signing_key.serialize_pem());
    (folder, certificate, key)
}

/// A key on a curve that is not served, in PKCS #8; made for this test.
const P521_KEY: &str = "MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIA2EI5zhewP4GMnfmjGwjVRWeOoD7hzLt7+R8ajb/GEMOC\
    F6vYlOhJo6jKOiAa6jCf5CNmhISa/Tu4qEn9QJLVPTehgYkDgYYABABpKXGUC/uBIeRefB6j7ci8dItmmkI0mSjbG/WvdOQXWC8spxi6hj+ogUwr\
    Eb/FyMopw6YiIAzrIOtwVzZPomb0tgBlrkDIV05RM+v2SNF+rcndF1YDD9h8Bth4I1Fk+T/6trn13xhEJAeuwTwaj1gAguYeLp5HRZmr+ldXZlU6\
    /25jWw==";

/// A certificate of version 1, as `openssl x509 -req` makes it without extensions.
const VERSION_1: &str = "MIIBJDCBywIUGFWTXCnu7UtMy29AGl8Kp+DnuzMwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEz\
    MDIwNTUzM1oYDzIxMjYxMTA2MjA1NTMzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATPLi7OWGSRPsDk\
    gD0QuLzlKCFRFa/juPlARKqRoWvOCkziDgVrkLVd78QZYaXtmGYO/rgsYI1ArDBazocAsCVeMAoGCCqGSM49BAMCA0gAMEUCIHF3k+QRrwBrkXkR\
    r9vMeazWIB3E12KUNOzv5OJiiGR6AiEAgsE3C1Z11YdMWI9YmWKKPdYl8xRLeS16p8FOLIApN50=";

fn pem(label: &str, base64: &str) -> String {
    format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n")
}

#[test]
fn a_certificate_or_key_in_another_form_is_named_with_what_converts_it() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let with_mark = |text: &str| format!("\u{feff}{text}");
    let error = |certificate: &[u8], key: &[u8]| Tls::from_pem(certificate, key).unwrap_err().to_string();
    let of_certificate = |certificate: &[u8]| error(certificate, key.as_bytes());
    let of_key = |key: &[u8]| error(certificate.as_bytes(), key);
    let messages = [
        of_certificate(made.cert.der()),
        of_certificate(&utf16(&certificate)),
        of_certificate(key.as_bytes()),
        of_certificate(pem("CERTIFICATE", VERSION_1).as_bytes()),
        of_key(&made.signing_key.serialize_der()),
        of_key(&utf16(&with_mark(&key))),
        of_key(certificate.as_bytes()),
        of_key(pem("ENCRYPTED PRIVATE KEY", P521_KEY).as_bytes()),
        of_key(b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"),
        of_key(pem("PRIVATE KEY", P521_KEY).as_bytes()),
        of_key(pem("PRIVATE KEY", "AAAA").as_bytes()),
    ];
    assert_snapshot!(messages.join("\n"));
    Tls::from_pem(with_mark(&certificate).as_bytes(), with_mark(&key).as_bytes()).unwrap();
}

/// Starts a server with a certificate of these years; returns its log.
fn log_of_certificate(first: i32, last: i32) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut wanted = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
    wanted.not_before = rcgen::date_time_ymd(first, 2, 1);
    wanted.not_after = rcgen::date_time_ymd(last, 3, 1);
    let key = rcgen::KeyPair::generate().unwrap();
    let paths = ["certificate.pem", "key.pem"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    fs::write(&paths[0], wanted.self_signed(&key).unwrap().pem()).unwrap();
    fs::write(&paths[1], key.serialize_pem()).unwrap();
    Server::start(&["--tls-cert", &paths[0], "--tls-key", &paths[1]]).stop()
}

/// A date has two digits of the year up to 2049, and then four.
#[test]
fn a_certificate_that_has_expired_or_is_not_valid_yet_is_a_warning() {
    let expired = "the certificate expired at 2020-03-01T00:00:00Z: clients refuse it";
    let log = log_of_certificate(1999, 2020);
    assert!(log.contains(expired) && log.contains("certificate.pem (--tls-cert)"), "{log}");
    let log = log_of_certificate(2051, 2090);
    assert!(
        log.contains("the certificate is valid only from 2051-02-01T00:00:00Z: clients refuse it until then"),
        "{log}"
    );
    let log = log_of_certificate(2020, 2090);
    assert!(!log.contains("certificate"), "{log}");
}

#[cfg(unix)]
#[test]
fn a_key_that_every_user_can_write_is_a_warning() {
    use std::os::unix::fs::PermissionsExt;

    let (_folder, certificate, key) = pair();
    for (mode, is_warned_of) in [(0o646, true), (0o644, false), (0o600, false)] {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
        let log = Server::start(&["--tls-cert", &certificate, "--tls-key", &key]).stop();
        assert_eq!(
            log.contains("every user of this machine can replace the private key"),
            is_warned_of,
            "{mode:o}: {log}"
        );
    }
}

#[tokio::test]
async fn serve_accepts_a_certificate_and_its_key() {
    let (_folder, certificate, key) = pair();
    let server = Server::start(&["--tls-cert", &certificate, "--tls-key", &key]);
    let trusting = TlsClient::new(&fs::read_to_string(&certificate).unwrap());
    let mut speaking = HttpClient::http1(trusting.connect(server.address(), "localhost").await.unwrap()).await;
    assert_eq!(speaking.get("/api/v1/audit-logs").await.ok()["total"], 640);
}

#[test]
fn an_unusable_certificate_is_one_clear_sentence() {
    let (folder, certificate, key) = pair();
    let (_other, _, other_key) = pair();
    let empty = folder.path().join("empty.pem");
    fs::write(&empty, "nothing\n").unwrap();
    let empty = empty.to_str().unwrap();
    let message = |args: &[&str]| {
        let ended = binary(args.iter().copied()).run();
        let message = ended.stderr.replace(folder.path().to_str().unwrap(), "FOLDER");
        format!("{} {}", ended.code.unwrap(), message.replace(&other_key, "OTHER"))
    };
    let all = [
        message(&["--tls-cert", &certificate]),
        message(&["--tls-key", &key]),
        message(&["--tls-cert", &certificate, "--tls-key", &key, "--tls-self-signed"]),
        message(&["--tls-name", "a.test"]),
        message(&["--tls-write-cert", "x.pem"]),
        message(&["--tls-self-signed", "--tls-name", "https://a.test"]),
        message(&["--tls-self-signed", "--tls-write-cert", &format!("{empty}/x.pem")]),
        message(&["--tls-cert", &certificate, "--tls-key", "missing.pem"]),
        message(&["--tls-cert", empty, "--tls-key", &key]),
        message(&["--tls-cert", &certificate, "--tls-key", empty]),
        message(&["--tls-cert", &certificate, "--tls-key", &other_key]),
    ];
    assert_snapshot!(all.concat());
}

#[test]
fn healthcheck_uses_tls_if_the_server_does() {
    let server = Server::start(&["--tls-self-signed"]);
    assert_eq!(binary(["healthcheck", "--listen", server.address()]).run().succeeded(), "");
}

#[test]
fn record_and_verify_trust_the_given_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let [pem, kept] = ["certificate.pem", "kept.json"].map(|name| folder.path().join(name).display().to_string());
    let server = Server::start(&["--tls-self-signed", "--tls-write-cert", &pem]);
    let ask = |command: &str, further: &[&str]| {
        let flags = [command, "--url", server.url(), "--token-env", "TOKEN"];
        binary(flags.into_iter().chain(further.iter().copied())).env("TOKEN", "mock-admin")
    };
    let recorded = ask("record", &["--out", &kept]).env("SSL_CERT_FILE", &pem).run();
    assert_eq!(recorded.code, Some(0), "{}", recorded.stderr);
    assert!(fs::read_to_string(&kept).unwrap().contains("checkout-api"));
    // As some editors of Windows save it.
    fs::write(&pem, format!("\u{feff}{}", fs::read_to_string(&pem).unwrap())).unwrap();
    let verified = ask("verify", &[]).env("SSL_CERT_FILE", &pem).run();
    assert!(verified.stdout.contains(" 0 differ"), "{}{}", verified.stdout, verified.stderr);
    let message = ask("record", &["--out", &kept]).run().stderr;
    assert!(message.contains("UnknownIssuer") && message.contains("SSL_CERT_FILE"), "{message}");
}

// Clients of other languages

#[test]
fn clients_of_other_languages_trust_the_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let pem = folder.path().join("certificate.pem");
    let pem = pem.to_str().unwrap();
    let server = Server::start(&["--tls-self-signed", "--tls-write-cert", pem]);
    let url = format!("https://localhost:{}/api/v1/audit-logs", server.address().rsplit_once(':').unwrap().1);
    let python = format!(
        "import ssl, urllib.request as u\n\
         context = ssl.create_default_context(cafile={pem:?})\n\
         context.verify_flags |= ssl.VERIFY_X509_STRICT\n\
         asked = u.Request({url:?}, headers={{'Authorization': 'Bearer mock-admin'}})\n\
         print(u.urlopen(asked, context=context).read().decode())"
    );
    let node = format!(
        "require('https').get({url:?}, {{ca: require('fs').readFileSync({pem:?}), headers: {{authorization: 'Bearer mock-admin'}}}}, \
         answer => {{ answer.setEncoding('utf8'); answer.on('data', part => process.stdout.write(part)) }})"
    );
    let curl = ["-sS", "--fail", "--cacert", pem, "-H", "Authorization: Bearer mock-admin", &url];
    for (program, args) in [
        ("curl", [&["--http1.1"], &curl[..]].concat()),
        ("curl", [&["--http2"], &curl[..]].concat()),
        ("python3", vec!["-c", &python]),
        ("node", vec!["-e", &node]),
    ] {
        let output = Command::new(program).args(&args).output().map_err(|error| format!("{program}: {error}"));
        let Some(output) = external_tools::require(program, &output) else { continue };
        assert!(output.status.success(), "{program} {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["total"], 640, "{program}");
    }
}
