//! `--help` and `-h`: what fits on a screen, and the examples, which work.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use cortex_audit_mock::MockServer;
use insta::assert_snapshot;

use super::{entry, folder, keys};
use crate::support::external_tools;
use crate::support::process::{BINARY, Server, binary};

const COMMANDS: [&str; 7] = ["serve", "run", "generate", "validate", "record", "verify", "healthcheck"];

fn help(args: &[&str]) -> String {
    help_in_columns(args, "100")
}

/// As on a terminal of this width, or in a pipe there.
fn help_in_columns(args: &[&str], columns: &str) -> String {
    binary(args.iter().copied()).env("COLUMNS", columns).run().succeeded().to_owned()
}

/// The examples at the end of a help.
fn examples(help: &str) -> Vec<String> {
    let (_, examples) = help.split_once("\nExamples:\n").unwrap_or_else(|| panic!("no examples: {help}"));
    examples.lines().map(|line| line.strip_prefix("  ").unwrap().to_owned()).collect()
}

#[test]
fn the_help_of_the_program_fits_on_a_screen() {
    let text = help(&["--help"]);
    assert_snapshot!(text, @r"
    A mock of Cortex's audit-log API, GET /api/v1/audit-logs

    Usage: cortex-audit-mock [OPTIONS]
           cortex-audit-mock <COMMAND>

    Commands:
      serve        Serve the API (the default)
      run          Run a command with a server around it, and judge its clients
      generate     Generate entries of a fictional company
      validate     Check files of entries and keys, and summarise them
      record       Download audit logs from a Cortex API to a file
      verify       Check (read-only) how far a Cortex API matches this mock
      healthcheck  Check that a server answers; for containers
      help         Print this message or the help of the given subcommand(s)

    Without a command it serves; `serve -h` lists the flags of the server. For each
    command, COMMAND -h lists the flags and COMMAND --help explains them.

    Examples:
      cortex-audit-mock --generate 5000 --live 6/min
      cortex-audit-mock run --expect complete,polite -- pytest -q
    ");
    for same in ["-h", "help"] {
        assert_eq!(help(&[same]), text, "{same}");
    }
    assert!(text.lines().count() <= 24 && text.lines().all(|line| line.chars().count() <= 80));
}

/// With the values of each flag.
#[test]
fn the_short_help_of_serve_fits_on_two_screens() {
    let text = help(&["serve", "-h"]);
    assert_snapshot!(text, @r"
    Serve the API (the default)

    Usage: cortex-audit-mock serve [OPTIONS]

    Options:
      -h, --help  Print help (see more with '--help')

    Network:
          --listen <ADDR>     Listen on IP:PORT, NAME:PORT or :PORT [default: 127.0.0.1:8080]
          --base-path <PATH>  Put all URLs below this path, such as /cortex

    Data:
          --fixtures <PATH>      Serve entries from a file or folder [default: the built-in story]
          --generate <N>         Serve N generated entries of the last thirty days, such as 5000
          --live <RATE>          Add new entries over time, such as 6/min [default: none]
          --max-entries <N>      Let at most N entries be added to a session [default: 1000000]
          --object-types <PATH>  Treat the object types in this file as known [default: none]
          --now <TIME>           Start with the clock frozen at TIME [default: the system clock]
          --seed <S>             Set the random seed: the same seed, the same answers [default: 42]

    Access:
          --keys <PATH>        Accept the API keys in this file [default: the built-in test keys]
          --admin-token <T>    Require this bearer token for the control plane, /__admin
          --no-admin           Disable /__admin except health
          --allow-host <NAME>  Accept this host name, or *.DOMAIN, for /__admin; repeatable
          --cors <ORIGIN>      Let web pages of this origin call the API; * for all; repeatable

    Behaviour:
          --rate-limit <RATE>  Limit requests per client, such as to 5/s, or off [default: 1000/min]
          --strict             Reject what the contract does not list, such as unknown parameters
          --offsets <HOW>      Honour, ignore or refuse UTC offsets of times [default: honoured]
                               [possible values: honoured, ignored, refused]
          --scenario <NAME>    Start every session with this scenario [default: none] [possible values:
                               insert-between-pages, late-arrivals, same-millisecond, burst,
                               quota-squeeze, flaky]
          --faults <PATH>      Start every session with these fault rules [default: none]

    Verdict:
          --report <FILE>  Write the verdict to FILE on exit (.xml: JUnit, .txt: text, else JSON)

    TLS:
          --tls-cert <FILE>        Serve HTTPS with this certificate chain (PEM); needs --tls-key
          --tls-key <FILE>         Use this private key (PEM) for --tls-cert
          --tls-self-signed        Serve HTTPS with a certificate made at start
          --tls-name <NAME>        Add a host name or address to that certificate; repeatable
          --tls-write-cert <FILE>  Write that certificate to FILE, for clients to trust; - prints it

    Log:
          --log <FORMAT>  Write the log as text, as json, or not at all: off [default: text] [possible
                          values: text, json, off]

    Examples:
      cortex-audit-mock serve --fixtures logs.ndjson --keys keys.json
      cortex-audit-mock serve --generate 5000 --live 6/min --report verdict.xml
    ");
    assert!(text.lines().count() <= 60);
}

#[test]
fn every_command_has_two_examples_and_no_line_wider_than_the_terminal() {
    for command in COMMANDS {
        for flag in ["-h", "--help"] {
            let text = help(&[command, flag]);
            for columns in [100, 80] {
                let text = help_in_columns(&[command, flag], &columns.to_string());
                let (flags, _) = text.split_once("\nExamples:\n").unwrap();
                let long: Vec<&str> = flags.lines().filter(|line| line.chars().count() > columns).collect();
                assert!(long.is_empty(), "{command} {flag}: {long:#?}");
            }
            assert_eq!(examples(&text).len(), 2, "{command} {flag}");
        }
    }
}

#[test]
fn the_help_does_not_show_values_of_the_environment() {
    let with_value = binary(["serve", "--help"]).env("CORTEX_MOCK_CORS", "http://secret.example").run();
    assert_eq!(with_value.succeeded(), help(&["serve", "--help"]));
}

#[test]
fn every_example_works() {
    if Command::new("curl").output().is_err() {
        return external_tools::report_skipped("the examples of --help; curl is not installed");
    }
    let api = MockServer::start_blocking();
    let health = Server::start(&[]);
    let health_below_path = Server::start(&["--base-path", "/cortex"]);
    let port = |server: &Server| server.address().rsplit_once(':').unwrap().1.to_owned();
    let examples: Vec<String> = COMMANDS
        .iter()
        .flat_map(|command| examples(&help(&[*command, "--help"])))
        .chain(examples(&help(&["--help"])))
        .collect();
    for example in examples {
        let files = files();
        let words: Vec<&str> = example.split(' ').collect();
        if words[1] == "serve" || words[1].starts_with('-') {
            let server = binary(words[1..].iter().copied())
                .env("CORTEX_MOCK_LISTEN", "127.0.0.1:0")
                .folder(files.path())
                .serve();
            server.logs("");
            server.stop();
            continue;
        }
        let (address, command) = match words[1] {
            "healthcheck" if words.len() == 2 => (health.address(), example.clone()),
            _ => ("127.0.0.1:0", example.replace(":8080", &format!(":{}", port(&health_below_path)))),
        };
        let ran = run(&command.replace("https://api.getcortexapp.com", &api.uri()), address, files.path());
        assert_eq!(ran.status.code(), Some(0), "{example}: {}", String::from_utf8_lossy(&ran.stderr));
    }
}

/// A folder with the files that the examples read, and programs that stand for tests.
fn files() -> tempfile::TempDir {
    let test = "#!/bin/sh\ncurl -s -H \"Authorization: Bearer $CORTEX_API_KEY\" \"$CORTEX_BASE_URL/api/v1/audit-logs?pageSize=1000\"\n";
    let document = include_str!("../../data/published-openapi.json");
    let files = folder(&[
        ("logs.ndjson", &entry("a")),
        ("keys.json", &keys("mock-admin")),
        ("openapi.json", document),
        ("pytest", test),
        ("npm", test),
    ]);
    for program in ["pytest", "npm"] {
        fs::set_permissions(files.path().join(program), fs::Permissions::from_mode(0o755)).unwrap();
    }
    files
}

/// Runs a command in a shell that finds the binary, and the programs of the folder.
fn run(command: &str, listen: &str, folder: &Path) -> Output {
    let own = Path::new(BINARY).parent().unwrap().display();
    let path = format!("{}:{own}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(folder).env("PATH", path);
    shell.env("CORTEX_MOCK_LISTEN", listen).env("CORTEX_API_KEY", "mock-admin").output().unwrap()
}
