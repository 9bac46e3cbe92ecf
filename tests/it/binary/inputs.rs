//! Pipes, devices and standard input: each is opened once and read to its end.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::{entry, folder, identifiers, keys, path, refused_files, without_folder};
use crate::support::process::binary;

/// Makes a named pipe, to which a program writes once.
fn pipe(path: &str, text: String) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let path = path.to_owned();
    // Opening the pipe waits for its reader.
    thread::spawn(move || fs::write(path, text).unwrap());
}

#[test]
fn a_pipe_is_loaded_like_a_file() {
    let files = folder(&[]);
    let [entries, tokens, garbage] = ["entries", "tokens", "garbage"].map(|name| path(&files, name));
    pipe(&entries, format!("[{}]", entry("a")));
    let ended = binary(["validate", &entries]).run();
    assert!(ended.succeeded().starts_with("1 entry, all valid\n"));
    fs::remove_file(&entries).unwrap();
    pipe(&entries, format!("{}\n{}", entry("b"), entry("c")));
    pipe(&tokens, keys("key-of-a-pipe"));
    let server = binary(["--listen", "127.0.0.1:0", "--fixtures", &entries, "--keys", &tokens]).serve();
    assert_eq!(server.get_as("key-of-a-pipe", "/api/v1/audit-logs").ok()["total"], 2);
    pipe(&garbage, "garbage".to_owned());
    let ended = binary(["validate", &garbage]).run();
    assert!(ended.failed(1).ends_with("/garbage:1:1: not valid JSON: expected value\n"), "{}", ended.stderr);
}

#[test]
fn certificate_and_key_are_read_from_pipes() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let files = folder(&[]);
    let [certificate, key] = ["certificate", "key"].map(|name| path(&files, name));
    pipe(&certificate, made.cert.pem());
    pipe(&key, made.signing_key.serialize_pem());
    let server = binary(["--listen", "127.0.0.1:0", "--tls-cert", &certificate, "--tls-key", &key]).serve();
    assert!(server.url().starts_with("https://"));
}

#[test]
fn an_empty_input_is_refused() {
    let files = folder(&[("empty.json", ""), ("blank.json", " \n"), ("none.json", "[]")]);
    for name in ["empty.json", "blank.json"] {
        let ended = binary(["validate", &path(&files, name)]).run();
        assert!(
            ended.failed(1).contains(&format!("{name}:")) && ended.stderr.contains("is empty;"),
            "{}",
            ended.stderr
        );
    }
    let ended = refused_files(&["--fixtures", "-"]);
    let told = "standard input:1:1: is empty; expected entries: an array, one a line, or a whole response. An empty array is no entries";
    assert!(ended.failed(1).contains(told), "{}", ended.stderr);
    let server = binary(["--listen", "127.0.0.1:0", "--fixtures", &path(&files, "none.json")]).serve();
    assert!(identifiers(&server).is_empty());
}

#[test]
fn what_is_no_file_is_one_sentence() {
    let files = folder(&[]);
    let _socket = UnixListener::bind(path(&files, "socket")).unwrap();
    let ended = refused_files(&["--fixtures", &path(&files, "socket"), "--keys", files.path().to_str().unwrap()]);
    insta::assert_snapshot!(without_folder(ended.failed(1), files.path()), @r"
    error: cannot start: 2 problems (--fixtures, --keys)
    FOLDER: cannot be read: Is a directory (os error 21)
    FOLDER/socket: cannot be read: it is a socket; give a file or a pipe
    ");
}

#[test]
fn a_pipe_that_nobody_writes_to_is_named_after_two_seconds() {
    let files = folder(&[]);
    let pipe = path(&files, "pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = thread::spawn({
        let pipe = pipe.clone();
        move || {
            let mut opened = File::options().write(true).open(pipe).unwrap();
            // The program measures time by the clock of the machine.
            thread::sleep(Duration::from_millis(2500));
            opened.write_all(entry("a").as_bytes()).unwrap();
        }
    });
    let ended = binary(["validate", &pipe]).run();
    writer.join().unwrap();
    assert_eq!(ended.stderr, format!("waiting for {pipe}: no program has written to it yet\n"));
    assert!(ended.stdout.starts_with("1 entry, all valid\n"), "{}", ended.stdout);
}

#[test]
fn a_compressed_file_in_a_folder_is_a_warning() {
    let files = folder(&[
        ("a.json", &entry("a")),
        ("b.json.gz", "\u{1f}"),
        ("c.NDJSON.ZST", ""),
        ("notes.gz", ""),
        (".d.json.gz", ""),
    ]);
    let folder_path = files.path().to_str().unwrap();
    let ended = binary(["validate", folder_path]).run();
    assert_eq!((ended.code, ended.stdout.lines().next()), (Some(0), Some("1 entry, all valid")));
    insta::assert_snapshot!(without_folder(&ended.stderr, files.path()), @"
    FOLDER/b.json.gz was not read: it is compressed; unpack it, such as with gunzip
    FOLDER/c.NDJSON.ZST was not read: it is compressed; unpack it, such as with gunzip
    ");
    let server = binary(["--listen", "127.0.0.1:0", "--fixtures", folder_path]).serve();
    let log = server.stop();
    assert_eq!(log.matches("was not read: it is compressed").count(), 2, "{log}");
    fs::remove_file(path(&files, "a.json")).unwrap();
    let ended = binary(["validate", folder_path]).run();
    let told = "FOLDER: the only files of entries are compressed, such as FOLDER/b.json.gz; unpack them";
    assert!(without_folder(ended.failed(1), files.path()).contains(told), "{}", ended.stderr);
}
