//! Environment variables: empty, misspelt, and named in messages.

use super::{entry, folder, path, port_in_use, refused_files};
use crate::support::process::binary;

#[test]
fn every_empty_variable_counts_as_unset() {
    let with_all_empty = |args: &[&str]| {
        let help = binary(["serve", "--help"]).run();
        let variables = help.succeeded().split("[env: ").skip(1).filter_map(|rest| rest.split(']').next());
        let names = variables.chain(["RUST_LOG"]);
        names.fold(binary(args.iter().copied()), |command, name| command.env(name, ""))
    };
    let server = with_all_empty(&["--listen", "127.0.0.1:0"]).serve();
    assert!(server.start_line.starts_with("cortex-audit-mock listening on http://"), "{}", server.start_line);
    server.logs("objectType=TEAM");
    assert_eq!(server.get("/__admin/version").status.as_u16(), 200);
    let log = server.stop();
    assert!(log.contains("Did you mean \"objectTypes\"?"), "{log}");
    // Whether anything listens at the default address or not.
    assert_ne!(with_all_empty(&["healthcheck"]).run().code, Some(2));
    let both = with_all_empty(&["--strict", "--fixtures", "-", "--listen", "127.0.0.1:0"]).input(entry("a")).serve();
    assert_eq!(both.get("/api/v1/audit-logs?unknown=1").status.as_u16(), 400);
}

#[test]
fn an_unknown_variable_is_one_warning_with_the_nearest() {
    let warned = |name: &str, value: &str| {
        let server = binary(["--listen", "127.0.0.1:0"]).env(name, value).serve();
        server.stop()
    };
    for (name, rest) in [
        ("CORTEX_MOCK_FIXTURE", "did you mean CORTEX_MOCK_FIXTURES?"),
        ("CORTEX_MOCK_RATELIMIT", "did you mean CORTEX_MOCK_RATE_LIMIT?"),
        ("CORTEX_MOCK_PSEUDONYM_SECRETS", "did you mean CORTEX_MOCK_PSEUDONYM_SECRET?"),
        ("CORTEX_MOCK_COLOUR", "--help lists those that are read"),
        ("CORTEX_AUDIT_MOCK_FIXTURES", "did you mean CORTEX_MOCK_FIXTURES?"),
        ("CORTEX_AUDIT_MOCK_LISTN", "did you mean CORTEX_MOCK_LISTEN?"),
    ] {
        let log = warned(name, "x");
        let warning = format!("the environment variable {name} is not known and was ignored; {rest}");
        assert!(log.contains(&warning) && log.lines().count() == 1, "{log}");
    }
    for (name, value) in [
        ("CORTEX_MOCK_FIXTURE", ""),
        ("CORTEX_MOCK_PSEUDONYM_SECRET", "x"),
        // Kubernetes sets these for services named cortex-mock and cortex-mock-ui.
        ("CORTEX_MOCK_SERVICE_HOST", "10.0.0.1"),
        ("CORTEX_MOCK_SERVICE_PORT", "8080"),
        ("CORTEX_MOCK_SERVICE_PORT_HTTP", "8080"),
        ("CORTEX_MOCK_PORT", "tcp://10.0.0.1:8080"),
        ("CORTEX_MOCK_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
        ("CORTEX_MOCK_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ("CORTEX_MOCK_UI_SERVICE_HOST", "10.0.0.1"),
        ("CORTEX_AUDIT_MOCK_SERVICE_HOST", "10.0.0.1"),
        ("CORTEX_AUDIT_MOCK_PORT", "tcp://10.0.0.1:8080"),
        // What `run` sets, and what a pipeline may have for itself.
        ("CORTEX_AUDIT_MOCK_URL", "http://127.0.0.1:1"),
        ("CORTEX_AUDIT_MOCK_VERSION", "0.2.0"),
    ] {
        assert_eq!(warned(name, value), "", "{name}");
    }
}

#[test]
fn a_message_names_the_variable_that_holds_the_value() {
    let files = folder(&[("wrong.json", "[1]")]);
    let told = binary([]).env("CORTEX_MOCK_FIXTURES", &path(&files, "wrong.json")).run();
    assert!(told.failed(1).starts_with("error: cannot start: 1 problem (CORTEX_MOCK_FIXTURES)\n"));
    let (_taken, address) = port_in_use();
    let told = binary([]).env("CORTEX_MOCK_LISTEN", &address).run();
    assert!(told.failed(1).starts_with(&format!("error: cannot listen on {address} (CORTEX_MOCK_LISTEN): ")));
    let told = binary([]).env("CORTEX_MOCK_TLS_CERT", "cert.pem").run();
    assert_eq!(told.failed(2), "error: CORTEX_MOCK_TLS_CERT needs its private key: add --tls-key FILE\n");
    let told = binary(["--tls-cert", "/none.pem"]).env("CORTEX_MOCK_TLS_KEY", "/none.key").run();
    assert!(told.failed(1).starts_with("error: cannot read /none.pem (--tls-cert): "), "{}", told.stderr);
    // A flag of the command is not one of the server.
    let told = binary(["run", "--", "true", "--strict"]).env("CORTEX_MOCK_STRICT", "perhaps").run();
    assert!(told.failed(2).contains("'perhaps' for 'CORTEX_MOCK_STRICT (--strict)'"), "{}", told.stderr);
    // The flag wins, so the value is its own.
    let told = refused_files(&["--fixtures", &path(&files, "wrong.json")]);
    assert!(told.failed(1).contains("(--fixtures)"), "{}", told.stderr);
}

#[test]
fn a_wrong_token_of_the_control_plane_is_not_printed() {
    for launch in [
        binary(["--admin-token", "s3cret token"]),
        binary(["--admin-token=s3cret token"]),
        binary(["run", "--admin-token", "s3cret\u{1b}", "--", "true"]),
        binary([]).env("CORTEX_MOCK_ADMIN_TOKEN", "s3cret token"),
    ] {
        let told = launch.run();
        assert!(told.failed(2).contains("invalid value '(hidden)' for "), "{}", told.stderr);
        assert!(told.stderr.contains("--admin-token") && !told.stderr.contains("s3cret"), "{}", told.stderr);
    }
    // Without quotation marks, and without the flag of the URL.
    for args in [
        &["--admin-token", "two", "s3cret"][..],
        &["serve", "--admin-token", "two", "s3cret"],
        &["record", "https://me:s3cret@127.0.0.1:1"],
        &["https://127.0.0.1:1?token=s3cret"],
    ] {
        let told = binary(args.iter().copied()).run();
        assert!(told.failed(2).contains("'(hidden)'") && !told.stderr.contains("s3cret"), "{args:?}: {}", told.stderr);
    }
    assert!(binary(["serve", "stray"]).run().failed(2).contains("'stray'"));
}
