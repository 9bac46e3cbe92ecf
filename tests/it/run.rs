//! `run`: a server around a command, whose exit code it takes over.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::process::{
    BINARY, Connection, Finished, Launch, Process, Server, Signal, binary, folder, head, is_ignored, path,
};

/// Reads all entries, as a client that meets every expectation does.
const READ_ALL: &str = r#""$BINARY" record --url "$CORTEX_BASE_URL" --from now-60d >/dev/null"#;

/// `run` with these flags around a script of the shell.
fn around(flags: &[&str], script: &str) -> Launch {
    let args = ["run"].into_iter().chain(flags.iter().copied()).chain(["--", "sh", "-c", script]);
    binary(args).env("BINARY", BINARY)
}

/// Starts a script, and waits until it prints `ready`.
fn started(flags: &[&str], script: &str) -> Process {
    let mut process = around(flags, script).spawn();
    assert_eq!(process.read_line(), "ready");
    process
}

/// `run` around a command that lasts until `client` has talked to the server.
fn around_client(flags: &[&str], client: impl FnOnce(&mut Connection)) -> Finished {
    let files = folder(&[]);
    let done = path(&files, "done");
    let script = format!("echo \"${{CORTEX_BASE_URL#http://}}\"; until [ -e {done} ]; do sleep 0.02; done");
    let mut process = around(flags, &script).spawn();
    client(&mut Connection::to(&process.read_line()));
    fs::write(done, "").unwrap();
    process.end()
}

/// Calls the control plane.
fn call(connection: &mut Connection, method: &str, path: &str) {
    connection.send(head(method, &format!("/__admin{path}"), ""));
    assert_eq!(connection.answer().status, 200, "{method} {path}");
}

const EVERYTHING: &str = "/api/v1/audit-logs?page=0&pageSize=1000";
const ONE_PAGE: &str = "/api/v1/audit-logs?page=0&pageSize=100";

#[track_caller]
fn assert_code(finished: &Finished, code: i32) {
    assert_eq!(finished.code, Some(code), "{}", finished.stderr);
}

// The command

#[test]
fn command_finds_the_server_in_its_environment_and_standard_output_is_its_own() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let script = r#"echo "$CORTEX_BASE_URL $CORTEX_API_KEY $CORTEX_AUDIT_MOCK_URL"; cat; "$BINARY" healthcheck --listen "${CORTEX_BASE_URL#http://}""#;
    let launch = around(&[], script).env("CORTEX_MOCK_LISTEN", &taken.local_addr().unwrap().to_string());
    let finished = launch.env("CORTEX_API_KEY", "of-a-real-api").input("typed").run();
    assert_code(&finished, 0);
    let (line, typed) = finished.stdout.split_once('\n').unwrap();
    let [url, key, control] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
    assert!(url.starts_with("http://127.0.0.1:") && url == control, "{line}");
    assert_eq!((key, typed), ("mock-admin", "typed"));
    assert!(finished.stderr.contains("listening on http://127.0.0.1:"), "{}", finished.stderr);
    assert!(finished.stderr.contains("verdict\n  nobody has asked for audit logs\n"), "{}", finished.stderr);
}

#[test]
fn listen_flag_overrides_the_address() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let finished = around(&["--listen", &format!("0.0.0.0:{port}")], r#"echo "$CORTEX_BASE_URL""#).run();
    assert_code(&finished, 0);
    assert_eq!(finished.stdout, format!("http://127.0.0.1:{port}\n"));
}

#[test]
fn key_is_the_first_that_may_view_audit_logs() {
    let role = json!([{"type": "DEFAULT", "role": "ADMIN"}]);
    let keys = json!({"keys": [
        {"token": "none", "name": "A"},
        {"token": "revoked", "name": "B", "roles": role, "revoked": true},
        {"token": "expired", "name": "C", "roles": role, "expirationDate": "now-1d"},
        {"token": "usable", "name": "D", "roles": role},
        {"token": "later", "name": "E", "roles": role},
    ]});
    let without = json!({"keys": [{"token": "none", "name": "A"}]});
    let files = folder(&[("keys.json", &keys.to_string()), ("without.json", &without.to_string())]);
    let key = |name: &str| {
        let launch = around(&["--keys", &path(&files, name)], r#"echo "${CORTEX_API_KEY-unset}""#);
        launch.env("CORTEX_API_KEY", "of-a-real-api").run().stdout
    };
    assert_eq!((key("keys.json"), key("without.json")), ("usable\n".to_owned(), "unset\n".to_owned()));
}

#[test]
fn exit_code_is_that_of_the_command() {
    let all = ["--expect", "complete"];
    for (script, code) in [("exit 7", 7), ("kill -KILL $$", 137), ("kill -TERM $$", 143), ("exit 255", 255)] {
        assert_code(&around(&all, script).run(), code);
        assert_code(&around(&[], script).run(), code);
    }
    assert_code(&around(&[], "exec <&- >&-; exit 3").run(), 3);
}

// Expectations

#[test]
fn broken_expectation_fails_a_command_that_succeeds() {
    let files = folder(&[]);
    let report = path(&files, "verdict.xml");
    let flags = ["--report", &report, "--expect", "complete,no-duplicates", "--expect", "no-gaps,polite,contract"];
    let finished = around(&flags, READ_ALL).run();
    assert_code(&finished, 0);
    assert!(fs::read_to_string(&report).unwrap().contains("failures=\"0\""));
    assert!(finished.stderr.contains("  complete: yes\n"), "{}", finished.stderr);

    let one_page = r#""$BINARY" record --url "$CORTEX_BASE_URL" --from now-1d >/dev/null"#;
    let finished = around(&flags, one_page).run();
    assert_code(&finished, 1);
    let last = finished.stderr.lines().last().unwrap();
    assert!(last.starts_with("error: not complete: Admin (…dmin): ") && last.contains("never served"), "{last}");
    assert!(fs::read_to_string(&report).unwrap().contains("<failure"));
    // Without an expectation the verdict fails nothing.
    assert_code(&around(&[], one_page).run(), 0);

    let unasked = around(&["--expect", "complete,delivered"], "true").run();
    assert_code(&unasked, 1);
    let last: Vec<&str> = unasked.stderr.lines().rev().take(2).collect();
    assert_snapshot!(last.join("\n"), @r"
    error: not delivered: nothing was sent to POST /__admin/verdict/delivered
    error: not complete: nobody has asked for audit logs
    ");
}

#[test]
fn every_session_that_was_used_is_judged() {
    let script = format!("CORTEX_API_KEY=$CORTEX_API_KEY~one; {READ_ALL}; CORTEX_API_KEY=mock-admin~two; {READ_ALL}");
    assert_code(&around(&["--expect", "complete"], &script).run(), 0);
    let script = script.replace("now-60d >/dev/null; CORTEX", "now-1d >/dev/null; CORTEX");
    let finished = around(&["--expect", "complete"], &script).run();
    assert_code(&finished, 1);
    assert!(finished.stderr.contains("error: session one: not complete: Admin"), "{}", finished.stderr);
    assert!(!finished.stderr.contains("session two: not"), "{}", finished.stderr);
}

/// A suite that tidies up is judged as one that does not.
#[test]
fn session_that_ends_before_the_command_is_judged() {
    let files = folder(&[]);
    let report = path(&files, "verdict.xml");
    let flags = ["--expect", "complete", "--report", &report];
    let ends = [
        ("DELETE", "/sessions/one", "~one", "session one until it was deleted", "one until it was deleted"),
        ("POST", "/reset?session=one", "~one", "session one until it was reset", "one until it was reset"),
        ("POST", "/reset", "", "the unnamed session until it was reset", "unnamed session until it was reset"),
        ("DELETE", "/audit-logs?session=one", "~one", "session one until its entries were removed", "one until its"),
    ];
    for (method, path, session, subject, class) in ends {
        let run = |of_session: &str| {
            around_client(&flags, |connection| {
                connection.get_as(&format!("mock-admin{session}"), of_session).ok();
                call(connection, method, path);
                connection.get_as("mock-admin~other", EVERYTHING).ok();
            })
        };
        let finished = run(ONE_PAGE);
        assert_code(&finished, 1);
        let error = format!("error: {subject}: not complete: Admin (…dmin): 540 of 640 entries were never served");
        assert!(finished.stderr.lines().last().unwrap().starts_with(&error), "{}", finished.stderr);
        assert!(finished.stderr.contains(&format!("verdict on {subject}\n  Admin")), "{}", finished.stderr);
        let xml = fs::read_to_string(&report).unwrap();
        assert!(xml.contains("failures=\"1\"") && xml.contains(&format!("classname=\"{class}")), "{xml}");
        assert_code(&run(EVERYTHING), 0);
    }
}

#[test]
fn sessions_of_one_name_that_end_are_told_apart() {
    let files = folder(&[]);
    let report = path(&files, "verdict.xml");
    let json = path(&files, "verdict.json");
    let client = |connection: &mut Connection| {
        for _ in 0..2 {
            connection.get_as("mock-admin~one", EVERYTHING).ok();
            call(connection, "DELETE", "/sessions/one");
        }
        // Nobody asked it for anything.
        call(connection, "POST", "/reset?session=two");
    };
    assert_code(&around_client(&["--expect", "complete", "--report", &report], client), 0);
    let xml = fs::read_to_string(&report).unwrap();
    let cases = |class: &str| xml.matches(&format!("classname=\"{class}.Admin (…dmin)\"")).count();
    assert_eq!((cases("one until it was deleted"), cases("one until it was deleted (2)")), (5, 5), "{xml}");
    assert!(!xml.contains("two"), "{xml}");

    around_client(&["--report", &json], client);
    let sessions: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    let ended: Vec<_> = sessions.as_array().unwrap().iter().map(|of| [&of["session"], &of["ended"]]).collect();
    assert_eq!(json!(ended), json!([[null, null], ["one", "deleted"], ["one", "deleted"]]));
}

/// CI servers show the report, and the job has the exit code.
#[test]
fn report_fails_for_what_is_expected_alone_as_the_exit_code_does() {
    let files = folder(&[]);
    let report = path(&files, "verdict.xml");
    for (expected, failures) in [
        (None, 0),
        (Some("polite"), 0),
        (Some("complete"), 1),
        (Some("polite,delivered"), 1),
        (Some("complete,contract,delivered"), 3),
    ] {
        let expect = expected.into_iter().flat_map(|names| ["--expect", names]);
        let flags: Vec<&str> = ["--report", &report].into_iter().chain(expect).collect();
        let finished = around_client(&flags, |connection| {
            connection.get_as("mock-admin", &format!("{ONE_PAGE}&q=x")).ok();
        });
        assert_code(&finished, i32::from(failures > 0));
        let xml = fs::read_to_string(&report).unwrap();
        assert!(xml.contains(&format!("failures=\"{failures}\"")), "{expected:?}: {xml}");
        assert_eq!(finished.stderr.matches("\nerror: ").count(), failures, "{expected:?}: {}", finished.stderr);
        let is_told = xml.contains("<system-out>not expected: 540 of 640 entries were never served");
        assert_eq!(is_told, !expected.is_some_and(|names| names.contains("complete")), "{xml}");
    }
}

// Signals

#[test]
fn signals_are_forwarded_and_the_report_is_written() {
    let files = folder(&[]);
    let report = path(&files, "verdict.xml");
    let hangs = "trap 'echo got; exit 5' HUP INT TERM USR1; echo ready; while :; do sleep 0.02; done";
    let signals = [Signal::TERM, Signal::INT, Signal::HUP, Signal::USR1];
    for signal in signals.into_iter().filter(|signal| !is_ignored(*signal)) {
        let process = started(&["--report", &report], hangs);
        process.signal(signal);
        let finished = process.end();
        assert_code(&finished, 5);
        assert_eq!(finished.stdout, "got\n");
        assert!(fs::read_to_string(&report).unwrap().contains("nobody has asked"));
    }
    let process = started(&[], "echo ready; exec sleep 100");
    process.signal(Signal::TERM);
    assert_code(&process.end(), 143);
    // A command may ignore what it is told.
    let process = started(&[], "trap '' TERM; echo ready; sleep 0.1; exit 4");
    process.signal(Signal::TERM);
    assert_code(&process.end(), 4);
}

/// A terminal, `timeout` and a shell signal the whole process group, so that the command has the signal already. Not tried with
/// SIGINT, which the tests may have been started to ignore.
#[test]
fn signal_of_the_whole_process_group_reaches_the_command_once() {
    let counts = "trap 'echo got' USR1 TERM; echo ready; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.05; done; exit 5";
    let mut process = around(&[], counts).in_own_group().spawn();
    assert_eq!(process.read_line(), "ready");
    process.signal_group(Signal::USR1);
    assert_eq!(process.read_line(), "got");
    // One for the group shows nothing of the next.
    process.signal(Signal::TERM);
    let finished = process.end();
    assert_code(&finished, 5);
    assert_eq!(finished.stdout, "got\n");
}

/// As `nohup` and a shell in the background start it.
#[test]
fn signal_that_is_ignored_stays_so_for_the_command() {
    let script = "echo ready; kill -HUP $$; kill -INT $$; kill -HUP $PPID; exit 5";
    let args = ["run", "--", "sh", "-c", script];
    let finished = Launch::after("trap '' HUP INT", &args).run();
    assert_code(&finished, 5);
}

#[test]
fn exit_code_is_known_to_a_run_that_was_told_to_ignore_its_children() {
    let finished = Launch::after("trap '' CHLD", &["run", "--", "sh", "-c", "exit 7"]).run();
    assert_code(&finished, 7);
}

#[test]
fn report_says_why_the_run_did_not_start() {
    let files = folder(&[("bare", ""), ("faults.json", "[{}]"), ("verdict.txt", "green")]);
    fs::set_permissions(files.path().join("bare"), fs::Permissions::from_mode(0o755)).unwrap();
    let (report, bare, faults) = (path(&files, "verdict.txt"), path(&files, "bare"), path(&files, "faults.json"));
    for (args, code, reason) in [
        (
            &["run", "--report", &report, "--", "no-such-command"][..],
            127,
            "cannot run no-such-command: it is not found",
        ),
        (&["run", "--report", &report, "--", &bare], 126, "it has no #! line"),
        (&["run", "--report", &report, "--faults", &faults, "--", "true"], 1, "faults.json:1:2: fault 1"),
        (&["--report", &report, "--faults", &faults], 1, "faults.json:1:2: fault 1"),
    ] {
        binary(args.iter().copied()).run().failed(code);
        let text = fs::read_to_string(&report).unwrap();
        assert!(text.contains("the run did not start: ") && text.contains(reason), "{args:?}: {text}");
    }
}

/// A limit below the first report, and below the output of a command that writes a file.
#[test]
fn limit_of_file_sizes_is_an_error_from_the_start() {
    let files = folder(&[]);
    let (report, out) = (path(&files, "verdict.xml"), path(&files, "logs.json"));
    for args in [
        &["run", "--report", &report, "--", "true"][..],
        &["--listen", "127.0.0.1:0", "--report", &report],
        &["run", "--report", &report, "--no-such-flag", "--", "true"],
        &["generate", "1000", "--out", &out],
    ] {
        let finished = Launch::after("ulimit -f 0", args).run();
        let is_usage = args.contains(&"--no-such-flag");
        assert_code(&finished, if is_usage { 2 } else { 1 });
        let expected = if is_usage { "unexpected argument" } else { "File too large" };
        assert!(finished.stderr.contains(expected), "{args:?}: {}", finished.stderr);
    }
}

/// As on a full disk: what was written before stays whole, and nothing is left beside it. The limit is between the first report and
/// the last.
#[test]
fn report_beyond_the_limit_of_file_sizes_is_an_error() {
    let files = folder(&[]);
    let report = path(&files, "verdict.json");
    let args = ["run", "--report", &report, "--", "sh", "-c", READ_ALL];
    let finished = Launch::after("ulimit -f 3", &args).env("BINARY", BINARY).run();
    assert_code(&finished, 1);
    assert!(finished.stderr.contains("File too large"), "{}", finished.stderr);
    assert!(fs::read_to_string(&report).unwrap().contains("the run has not ended"));
    assert_eq!(fs::read_dir(files.path()).unwrap().count(), 1);
}

#[test]
fn killed_run_leaves_no_green_report() {
    let files = folder(&[("verdict.txt", "green")]);
    let report = path(&files, "verdict.txt");
    let process = started(&["--report", &report], "echo ready; exec sleep 0.2");
    process.signal(Signal::KILL);
    assert_eq!(process.end().code, None);
    assert!(fs::read_to_string(&report).unwrap().contains("the run has not ended"));
}

#[test]
fn children_of_the_command_are_not_waited_for() {
    let begun = Instant::now();
    let finished = around(&[], "sleep 100 <&- >&- 2>&- & echo $!").run();
    assert_code(&finished, 0);
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    let child = rustix::process::Pid::from_raw(finished.stdout.trim().parse().unwrap()).unwrap();
    rustix::process::kill_process(child, Signal::KILL).expect("it still runs");
}

/// Such as a process that the command left behind.
#[test]
fn requests_of_others_are_not_waited_for() {
    let files = folder(&[("faults.json", r#"{"type": "delay", "fixed": "60s"}"#)]);
    let begun = Instant::now();
    let mut other = None;
    let finished = around_client(&["--faults", &path(&files, "faults.json")], |connection| {
        let other = other.insert(Connection::to(&connection.peer_address()));
        other.send(head("GET", EVERYTHING, "Authorization: Bearer mock-admin\r\n"));
        let mut has_arrived = || {
            let faults = connection.get_as("mock-admin", "/__admin/faults").ok();
            faults["faults"].as_array().unwrap().last().unwrap()["matched"] == 1
        };
        while !has_arrived() {}
    });
    assert_code(&finished, 0);
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    assert!(finished.stderr.contains("stopped with requests unfinished after 1 s"), "{}", finished.stderr);
}

/// Where to write is for this server alone; what a nested one serves may be the same.
#[test]
fn command_does_not_inherit_where_the_server_writes() {
    let files = folder(&[]);
    let report = path(&files, "verdict.json");
    let script = r#""$BINARY" run -- sh -c 'env | grep ^CORTEX_MOCK_'"#;
    let launch = around(&["--tls-self-signed"], script).env("CORTEX_MOCK_REPORT", &report);
    let launch =
        launch.env("CORTEX_MOCK_TLS_WRITE_CERT", &path(&files, "cert.pem")).env("CORTEX_MOCK_LISTEN", "[::]:1");
    let finished = launch.env("CORTEX_MOCK_SEED", "7").run();
    assert_code(&finished, 0);
    assert_eq!(finished.stdout, "CORTEX_MOCK_SEED=7\n");
    assert!(
        fs::read_to_string(&report).unwrap().contains("\"session\": null") && files.path().join("cert.pem").exists()
    );
}

// Bad input

fn without_folder(text: &str, folder: &Path) -> String {
    text.replace(folder.to_str().unwrap(), "FOLDER")
}

#[test]
fn command_that_cannot_run_has_the_exit_code_of_a_shell() {
    let files = folder(&[
        ("script", "echo"),
        ("bare", "exit 0\n"),
        ("orphan", "#! /no/such-shell -e\n"),
        ("windows", "#!/bin/sh\r\necho\r\n"),
        ("fine", "#!/bin/sh\nexit 3\n"),
    ]);
    for name in ["bare", "orphan", "windows", "fine"] {
        fs::set_permissions(files.path().join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let error_of = |command: &str, code: i32| {
        let ended = binary(["run", "--", command]).run();
        without_folder(ended.failed(code), files.path()).lines().last().unwrap().to_owned()
    };
    let errors = [
        error_of("no-such-command", 127),
        error_of(&path(&files, "none"), 127),
        error_of("", 127),
        error_of(&path(&files, "orphan"), 127),
        error_of(&path(&files, "windows"), 127),
        error_of(&path(&files, "bare"), 126),
        error_of(&path(&files, "script"), 126),
        error_of(files.path().to_str().unwrap(), 126),
    ];
    assert_snapshot!(errors.join("\n"), @r##"
    error: cannot run no-such-command: it is not found; accepted: a program on the PATH, or the path of one, such as ./test.sh
    error: cannot run FOLDER/none: it is not found; accepted: a program on the PATH, or the path of one, such as ./test.sh
    error: cannot run "": its name is empty, as from a variable that is not set; accepted: a program on the PATH, or the path of one, such as ./test.sh
    error: cannot run FOLDER/orphan: the interpreter "/no/such-shell" of its first line is not found
    error: cannot run FOLDER/windows: its interpreter "/bin/sh\r" is not found: its first line ends with a carriage return, as on Windows
    error: cannot run FOLDER/bare: it has no #! line and is no program of this system; a script begins with a line such as #!/bin/sh
    error: cannot run FOLDER/script: it is no program that may be executed, which takes chmod +x
    error: cannot run FOLDER: it is a folder; accepted: a program on the PATH, or the path of one, such as ./test.sh
    "##);
    assert_code(&binary(["run", "--", &path(&files, "fine")]).run(), 3);
}

#[test]
fn wrong_use_is_told_before_anything_is_done() {
    for (args, message) in [
        (&["run"][..], "required arguments were not provided"),
        (&["run", "--"], "required arguments were not provided"),
        (&["run", "sh"], "unexpected argument 'sh'"),
        (&["run", "--expect", "complet", "--", "sh"], "a similar value exists: 'complete'"),
        (&["run", "--expect", "no-rereads", "--", "sh"], "possible values: complete, no-duplicates, no-gaps"),
        (&["run", "--report", "-", "--", "sh"], "--report: standard output is that of the command"),
        (&["run", "--tls-self-signed", "--tls-write-cert", "-", "--", "sh"], "--tls-write-cert: standard output"),
        (&["run", "--no-admin", "--expect", "delivered", "--", "sh"], "--expect delivered needs the control plane"),
        (&["run", "--scenario", "burts", "--", "sh"], "a similar value exists: 'burst'"),
    ] {
        let ended = binary(args.iter().copied()).run();
        assert!(ended.failed(2).contains(message), "{args:?}: {}", ended.stderr);
    }
}

#[test]
fn everything_that_is_wrong_is_one_message_before_the_command_starts() {
    let faults = r#"[{"type": "statos"}, {"type": "status", "status": 99}, {"type": "delay", "fixed": 2}]"#;
    let files = folder(&[("faults.json", faults)]);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (rules, report) = (path(&files, "faults.json"), path(&files, "none/verdict.xml"));
    let args = ["run", "--listen", &address, "--faults", &rules, "--report", &report, "--", "no-such-command"];
    let ended = binary(args).run();
    let message = without_folder(ended.failed(127), files.path()).replace(&address, "ADDRESS");
    // The advice names ports that differ from run to run.
    let (before, advice) = message.split_once(" has port ").unwrap();
    let message = format!("{before} …\n{}", advice.lines().nth(1).unwrap());
    assert_snapshot!(message, @r#"
    error: cannot start: 6 problems (--faults)
    FOLDER/faults.json:1:11: fault 1, type: "statos" is not one of status, delay, reset, truncate, malformed, empty, drip; did you mean "status"?
    FOLDER/faults.json:1:51: fault 2, status: 99 is not an integer from 400 to 599
    FOLDER/faults.json:1:83: fault 3, fixed: is required: a length of time such as "250ms" or "2s", found a number
    cannot write FOLDER/none/verdict.xml (--report): No such file or directory (os error 2)
    cannot listen on ADDRESS (--listen): another program …
    cannot run no-such-command: it is not found; accepted: a program on the PATH, or the path of one, such as ./test.sh
    "#);
    let files = folder(&[("bare", "exit 0\n"), ("empty", "")]);
    for name in ["bare", "empty"] {
        fs::set_permissions(files.path().join(name), fs::Permissions::from_mode(0o755)).unwrap();
        let ended = binary(["run", "--listen", &address, "--", &path(&files, name)]).run();
        let message = ended.failed(126);
        assert!(message.starts_with("error: cannot start: 2 problems\ncannot listen on"), "{message}");
        assert!(message.contains("it has no #! line"), "{message}");
    }
    let touched = path(&files, "touched");
    let args = ["run", "--faults", &rules, "--", "touch", &touched];
    assert!(binary(args).run().failed(1).starts_with("error: cannot start: 3 problems"));
    assert!(!Path::new(&touched).exists());
}

// Faults and scenarios from the start

#[test]
fn faults_and_scenario_are_in_every_session_from_the_start() {
    let faults = json!([{"type": "status", "status": 418, "times": 1}, {"type": "status", "status": 503, "times": 1}]);
    let files = folder(&[("faults.json", &faults.to_string()), ("one.json", &faults[1].to_string())]);
    let (many, one) = (path(&files, "faults.json"), path(&files, "one.json"));
    let statuses = |server: &Server| {
        let page = |token: &str| server.get_as(token, "/api/v1/audit-logs").status.as_u16();
        [page("mock-admin"), page("mock-admin"), page("mock-admin"), page("mock-admin~other")]
    };
    let server = Server::start(&["--faults", &many, "--scenario", "burst"]);
    assert_eq!(server.get("/__admin/scenario").ok()["name"], "burst");
    assert_eq!(statuses(&server), [418, 503, 200, 418]);
    let from_environment = |args: &[&str]| {
        let launch = binary(["--listen", "127.0.0.1:0"].iter().chain(args).copied());
        launch.env("CORTEX_MOCK_FAULTS", &many).env("CORTEX_MOCK_SCENARIO", "late-arrivals").serve()
    };
    let server = from_environment(&[]);
    assert_eq!(server.get("/__admin/scenario").ok()["name"], "late-arrivals");
    assert_eq!(statuses(&server), [418, 503, 200, 418]);
    let server = from_environment(&["--faults", &one, "--scenario", "burst"]);
    assert_eq!(server.get("/__admin/scenario").ok()["name"], "burst");
    assert_eq!(statuses(&server), [503, 200, 200, 503]);
}
