//! Fixture files: what loads, what it becomes, and how every error of a wrong file is told.

use std::cell::RefCell;
use std::collections::BTreeMap;

use cortex_audit_mock::contract::{Action, ActorType, Timestamp};
use cortex_audit_mock::internal::fixture;
use cortex_audit_mock::internal::fixture::{LoadProgress, Moment};
use cortex_audit_mock::internal::keys::load as load_keys;
use cortex_audit_mock::{EntrySource, KeySource, fault};
use proptest::prelude::*;
use serde_json::json;

use crate::support::process::folder;
use crate::support::{NOW, TestMock, full_tests, sample, size, time};

const ENTRY: &str = r#"{"action":"CREATE","objectIdentifier":"a","objectType":"TEAM","timestamp":"now-5m"}"#;

fn read(text: &str) -> Result<fixture::Loaded, String> {
    fixture::read("f.json", text, time(NOW)).map_err(|errors| errors.to_string())
}

fn timestamps(text: &str) -> Vec<String> {
    read(text).unwrap().entries.iter().map(|entry| entry.timestamp.to_string()).collect()
}

#[test]
fn values_of_every_form_load_one_after_the_other() {
    let pretty = ENTRY.replace(',', ",\n  ");
    for text in [
        format!("[{ENTRY},{ENTRY}]"),
        format!("{ENTRY}\n{ENTRY}\n"),
        format!("\n{ENTRY}\r\n\r\n  {ENTRY}"),
        format!(r#"{{"logs":[{ENTRY},{ENTRY}],"page":0,"total":2,"totalPages":1}}"#),
        format!("{{\"total\":2,\n\"logs\":\n[{ENTRY},\n{ENTRY}]}}"),
        format!("{{\"logs\":[{ENTRY}]}}\n{{\"logs\":[{ENTRY}]}}"),
        format!("\u{feff}[{ENTRY},{ENTRY}]"),
        // As `jq .` and `jq --seq .` print them, `>>` appends them, and `curl -d @FILE` sends lines.
        format!("{pretty}\n{pretty}\n"),
        format!("\u{1e}{pretty}\n\u{1e}{ENTRY}\n"),
        format!("[{ENTRY}]\n[\n{ENTRY}\n]\n"),
        format!("{{\"logs\":[{ENTRY}],\"page\":0}}{{\n\"page\":1,\n\"logs\":[{ENTRY}]}}"),
        format!("{ENTRY}{ENTRY}"),
        format!("[{ENTRY}]{ENTRY}[]"),
        format!("\u{feff}{ENTRY}\n\u{feff}{ENTRY}"),
    ] {
        assert_eq!(read(&text).unwrap().entries.len(), 2, "{text}");
    }
    assert_eq!(read(ENTRY).unwrap().entries.len(), 1);
    assert_eq!(read(&ENTRY.replace(',', ",\n")).unwrap().entries.len(), 1);
    for text in ["[]", r#"{"logs":[]}"#, "\u{feff}[]", "[]\n[] {\"logs\":[]}"] {
        assert_eq!(read(text).unwrap().entries.len(), 0, "{text}");
    }
}

#[test]
fn a_text_without_a_value_is_refused() {
    for text in ["", " \n", "\u{feff}", "\u{1e}\n"] {
        let told = read(text).unwrap_err();
        assert!(told.starts_with("f.json:") && told.contains("is empty; expected entries"), "{told}");
        assert!(told.ends_with("An empty array is no entries"), "{told}");
    }
}

#[tokio::test]
async fn a_saved_response_loads_as_it_is_and_is_answered_again() {
    let saved = TestMock::default().logs("pageSize=1000").await;
    let again = TestMock::with_config(cortex_audit_mock::Config {
        entries: vec![EntrySource::Text(saved.text())],
        ..cortex_audit_mock::Config::default()
    });
    assert_eq!(again.logs("pageSize=1000").await.body, saved.body);
}

#[test]
fn relative_times_count_from_the_clock_in_whole_milliseconds() {
    let entry = |moment: &str| ENTRY.replace("now-5m", moment);
    for (moment, expected) in [
        ("now", "2025-05-20T12:00:00Z"),
        ("now-90s", "2025-05-20T11:58:30Z"),
        ("now-5m", "2025-05-20T11:55:00Z"),
        ("now-3h", "2025-05-20T09:00:00Z"),
        ("now-2d", "2025-05-18T12:00:00Z"),
        ("now-1w", "2025-05-13T12:00:00Z"),
        ("now-2d3h", "2025-05-18T09:00:00Z"),
        ("now-1w2d3h4m5s6ms", "2025-05-11T08:55:54.994Z"),
        ("now+1h", "2025-05-20T13:00:00Z"),
        ("2025-05-20T08:51:43.1234+02:00", "2025-05-20T06:51:43.123400Z"),
    ] {
        assert_eq!(timestamps(&entry(moment)), [expected], "{moment}");
    }
    let finely = time("2025-05-20T12:00:00.123456789Z");
    let loaded = fixture::read("f.json", &entry("now-1s"), finely).unwrap();
    assert_eq!(loaded.entries[0].timestamp, time("2025-05-20T11:59:59.123Z"));
}

#[test]
fn what_only_filters_see_is_derived_from_the_identifier() {
    use ActorType::{Anonymous, ApiKey, Backstage, Oauth2, PersonalApiKey};
    let actor = |fields: &str| {
        let text = ENTRY.replace("\"action\"", &format!("{fields}\"action\""));
        let actor = read(&text).unwrap().entries.remove(0).actor;
        (actor.kind, actor.email, actor.api_key_identifier, actor.request_type)
    };
    let text = |text: &str| Some(text.to_owned());
    for (fields, expected) in [
        ("", (Anonymous, None, None, None)),
        (r#""actorIdentifier":null,"#, (Anonymous, None, None, None)),
        (r#""actorIdentifier":"ada@x.example","#, (Oauth2, text("ada@x.example"), None, None)),
        (r#""actorIdentifier":"ci","#, (ApiKey, None, text("ci"), None)),
        (r#""actorIdentifier":"a@b@c","#, (ApiKey, None, text("a@b@c"), None)),
        (r#""actorIdentifier":"bs","actorType":"BACKSTAGE","#, (Backstage, None, None, None)),
        (
            r#""actorIdentifier":"ada@x.example","actorType":"PERSONAL_API_KEY","actorApiKeyIdentifier":"laptop","#,
            (PersonalApiKey, text("ada@x.example"), text("laptop"), None),
        ),
        (
            r#""actorIdentifier":"ci","actorEmail":"owner@x.example","actorRequestType":"CRON","#,
            (ApiKey, text("owner@x.example"), text("ci"), text("CRON")),
        ),
    ] {
        assert_eq!(actor(fields), expected, "{fields}");
    }
}

#[test]
fn every_error_of_a_wrong_file_is_told_with_its_place() {
    let wrong = r#"[
  {"action": "CREATE", "objectIdentifier": "ok", "objectType": "TEAM", "timestamp": "now"},
  {"action": "UPSERT", "objectIdentifier": "", "objectType": 7, "timestamp": "now-5x"},
  {"action": "READ", "objectType": "TEAM", "timestamp": null, "actorType": "ROBOT"},
  "entry", 17, null,
  {"action": "Create", "objectIdentifier": "a", "objectIdentifier": "b", "objectType": "TEAM", "timestamp": "2025-05-20"},
  {"action": "CREATE", "objectIdentifer": "typo", "objectIdentifier": "x", "objectType": "TEAM",
   "timestamp": "2025-02-30T00:00:00Z", "ipAddress": {"v4": 1}, "naïve": true, "x": "\ud800", "actorIdentifier": "\ud800"}
]"#;
    insta::assert_snapshot!(read(wrong).unwrap_err());
}

#[test]
fn a_line_of_ndjson_that_is_no_json_does_not_hide_the_others() {
    let wrong = format!("{ENTRY}\n{{\"action\": \n{ENTRY}\n{{\"action\":\"X\"}}\n[{ENTRY}, oops]\n");
    insta::assert_snapshot!(read(&wrong).unwrap_err());
}

#[test]
fn the_errors_of_values_one_after_the_other_have_their_places() {
    let pretty = ENTRY.replace(',', ",\n  ");
    let wrong = format!(
        "{pretty}\n{}\n{pretty}{{\"action\":}}\n{}\n[{ENTRY},\n{}]{}\nnonsense\n{ENTRY}\n{{\"logs\":[1, }}\n7",
        pretty.replace("CREATE", "CREATX"),
        pretty.replace("\"TEAM\"", "TEAM"),
        ENTRY.replace("now", "then"),
        ENTRY.replace("now", "soon"),
    );
    insta::assert_snapshot!(read(&wrong).unwrap_err());
}

#[test]
fn a_broken_array_tells_the_break_and_what_stands_before_it() {
    let wrong = format!(
        "[\n{ENTRY},\n{{\"action\":\"X\",\"objectIdentifier\":\"é\",\"objectType\":\"T\",\"timestamp\":\"now\"}},\n  é\n]"
    );
    insta::assert_snapshot!(read(&wrong).unwrap_err());
    for text in ["{", "[", "[{]", "nonsense", "{\"logs\": [}", "\"text\"", "17", "{\"logs\": 5}"] {
        assert!(read(text).is_err(), "{text}");
    }
}

#[test]
fn logs_that_break_or_come_twice_or_are_misspelt_are_told() {
    let twice = format!("{{\"logs\":[{ENTRY}],\"logs\":[{ENTRY}]}}");
    assert_eq!(read(&twice).unwrap_err(), "f.json:1:102: logs: is given twice");
    let misspelt = format!("{{\"log\":[{ENTRY}],\"total\":1}}");
    assert_eq!(read(&misspelt).unwrap_err(), "f.json:1:8: log: is not a field; did you mean \"logs\"?");
    let broken = format!("{{\"total\":2,\n\"logs\":[\n{},\n{ENTRY}\n{ENTRY}]}}", ENTRY.replace("CREATE", "CREATX"));
    let told = read(&broken).unwrap_err();
    assert!(told.starts_with("f.json:3:11: entry 1, action: \"CREATX\" is not one of"), "{told}");
    assert!(told.ends_with("f.json:5:1: not valid JSON: expected `,` or `]`"), "{told}");
}

#[test]
fn a_broken_first_line_does_not_hide_what_is_wrong_with_the_others() {
    let wrong = format!("{}\n{ENTRY}\n{}\n", ENTRY.replace('}', ""), ENTRY.replace("CREATE", "CREAT"));
    let told = read(&wrong).unwrap_err();
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].starts_with("f.json:1:") && lines[0].contains("not valid JSON"), "{told}");
    assert!(lines[1].starts_with("f.json:3:11: entry 3, action"), "{told}");
    assert_eq!(lines.len(), 2, "{told}");
}

#[test]
fn of_a_million_wrong_entries_the_first_hundred_are_told() {
    let wrong = ENTRY.replace("CREATE", "CREATX");
    let lines = format!("{wrong}\n").repeat(1_000_000);
    let array = format!("[{}]", vec![wrong.replace(',', ",\n"); 20_000].join(",\n"));
    let started = std::time::Instant::now();
    for (text, line) in [(&lines, 101), (&array, 401)] {
        let errors = fixture::read("f.json", text, time(NOW)).unwrap_err();
        assert_eq!(errors.0.len(), 101);
        let last = format!("f.json:{line}:11: more errors from here on; the first 100 are listed");
        assert_eq!(errors.0[100].to_string(), last);
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn a_field_that_is_no_typo_is_ignored_and_counted() {
    let loaded = read(&ENTRY.replace("\"action\"", "\"tenant\":\"acme\",\"action\"")).unwrap();
    assert_eq!(loaded.ignored_fields, [("tenant".to_owned(), 1)].into());
}

#[test]
fn files_and_folders_load_in_the_order_of_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, identifier: &str| {
        std::fs::write(folder.path().join(name), ENTRY.replace("\"a\"", &format!("\"{identifier}\""))).unwrap();
    };
    write("b.ndjson", "second");
    write("a.json", "first");
    write("c.jsonl", "third");
    write("D.JSON", "zeroth");
    write("notes.txt", "never");
    write(".hidden.json", "never");
    std::fs::create_dir(folder.path().join("sub.json")).unwrap();
    std::fs::write(folder.path().join("._a.json"), b"\0\x05\x16\x07\0\x02\0\0Mac OS X").unwrap();
    let names = |source: &EntrySource| -> Vec<String> {
        let loaded = fixture::load(std::slice::from_ref(source), time(NOW)).unwrap();
        loaded.entries.into_iter().map(|entry| entry.object_identifier).collect()
    };
    assert_eq!(names(&EntrySource::Path(folder.path().into())), ["zeroth", "first", "second", "third"]);
    assert_eq!(names(&EntrySource::Path(folder.path().join("b.ndjson"))), ["second"]);
}

#[test]
fn all_files_are_checked_before_anything_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.json"), "[1]").unwrap();
    std::fs::write(folder.path().join("b.json"), b"[\n\"\xff\"]").unwrap();
    let empty = tempfile::tempdir().unwrap();
    let sources = [folder.path().to_owned(), empty.path().to_owned(), folder.path().join("none.json")];
    let sources: Vec<EntrySource> = sources.into_iter().map(EntrySource::Path).collect();
    let told = fixture::load(&sources, time(NOW)).unwrap_err().to_string();
    let told = told.replace(&folder.path().display().to_string(), "FOLDER");
    insta::assert_snapshot!(told.replace(&empty.path().display().to_string(), "EMPTY"));
}

/// Loads a file with this content as a name, in which FILE stands for its path, and the number of entries or the errors.
fn load_bytes(bytes: &[u8]) -> Result<usize, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.json");
    std::fs::write(&path, bytes).unwrap();
    let loaded = fixture::load(&[EntrySource::Path(path.clone())], time(NOW));
    let told = |errors: cortex_audit_mock::FileErrors| errors.to_string().replace(&path.display().to_string(), "FILE");
    loaded.map(|loaded| loaded.entries.len()).map_err(told)
}

#[test]
fn a_file_in_another_encoding_or_format_is_named_with_how_to_convert_it() {
    let text = format!("[{ENTRY}]");
    let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let utf32 =
        |text: &str, bytes: fn(u32) -> [u8; 4]| text.chars().map(u32::from).flat_map(bytes).collect::<Vec<u8>>();
    for text in [text.clone(), format!("\u{feff}{text}")] {
        for (bytes, encoding) in [
            (utf16(&text, u16::to_le_bytes), "UTF-16LE"),
            (utf16(&text, u16::to_be_bytes), "UTF-16BE"),
            (utf32(&text, u32::to_le_bytes), "UTF-32LE"),
            (utf32(&text, u32::to_be_bytes), "UTF-32BE"),
        ] {
            let told = load_bytes(&bytes).unwrap_err();
            let expected = format!("is text in {encoding}; give what this prints: iconv -f {encoding} -t UTF-8 FILE");
            assert_eq!(told, format!("FILE:1:1: {expected}"));
        }
    }
    for (start, expected) in [
        (b"\x1f\x8b\x08\0".as_slice(), "is compressed with gzip; give what this prints: gunzip -c FILE"),
        (b"PK\x03\x04", "is a zip archive; give what this prints: unzip -p FILE"),
        (b"\x28\xb5\x2f\xfd", "is compressed with zstd; give what this prints: zstd -dc FILE"),
        (b"\n<!DOCTYPE html>", "is HTML or XML, such as the error page of a proxy; expected JSON"),
        (b"\0\0\0\0\0", "begins with zero bytes, which JSON does not have"),
    ] {
        assert_eq!(load_bytes(start).unwrap_err(), format!("FILE:1:1: {expected}"));
    }
    let told = load_bytes(b"[\n\"\xe9\"]").unwrap_err();
    assert!(told.starts_with("FILE:2:2: not valid UTF-8; ") && told.ends_with("iconv -f WINDOWS-1252 -t UTF-8 FILE"));
}

#[test]
fn a_file_for_another_flag_is_named_with_that_flag() {
    const ENTRIES: (&str, &str) = ("entries", "--fixtures, or to POST /__admin/audit-logs");
    const KEYS: (&str, &str) = ("API keys", "--keys, and not among entries");
    const RULES: (&str, &str) = ("fault rules", "--faults, or to POST /__admin/faults");

    let rule = r#"{"type":"status","status":503}"#;
    for (text, (content, place)) in [
        (include_str!("../../fixtures/keys.json").to_owned(), KEYS),
        (r#"[{"token":"abcd","name":"A"}]"#.to_owned(), KEYS),
        (ENTRY.to_owned(), ENTRIES),
        (format!("[{ENTRY}]"), ENTRIES),
        (format!("{{\"logs\":[{ENTRY}]}}"), ENTRIES),
        (rule.to_owned(), RULES),
        (format!("[{rule},{rule}]"), RULES),
    ] {
        let keys = load_keys(&KeySource::Text(text.clone()), time(NOW));
        for ((expected, _), error) in [
            (ENTRIES, read(&text).err()),
            (KEYS, keys.err().map(|errors| errors.to_string())),
            (RULES, fault::read_all("f.json", &text).err().map(|errors| errors.to_string())),
        ] {
            let error = error.unwrap_or_default();
            let told = format!(":1:1: holds {content}, not {expected}; {content} belong to {place}");
            assert!(
                if expected == content { !error.contains("holds") } else { error.ends_with(&told) },
                "{text}: {error}"
            );
        }
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("keys.json"), include_str!("../../fixtures/keys.json")).unwrap();
    std::fs::write(folder.path().join("a.json"), ENTRY).unwrap();
    let told = fixture::load(&[EntrySource::Path(folder.path().into())], time(NOW)).unwrap_err().to_string();
    assert!(
        told.ends_with("/keys.json:1:1: holds API keys, not entries; API keys belong to --keys, and not among entries"),
        "{told}"
    );
}

/// As `yes ""` sends without end.
#[test]
fn white_space_without_end_is_refused() {
    let told = load_bytes(&vec![b'\n'; 17 << 20]).unwrap_err();
    assert!(told.contains(": begins with more than 16 MiB of white space; expected entries"), "{told}");
}

/// `null` is no list, as what a client made of an error.
#[test]
fn null_in_place_of_a_list_is_refused() {
    assert_eq!(read(r#"{"logs":null}"#).unwrap_err(), "f.json:1:9: logs: expected an array, found null");
    assert_eq!(
        read(&format!("{ENTRY}\n{{\"logs\": null}}")).unwrap_err(),
        "f.json:2:10: logs: expected an array, found null"
    );
    assert_eq!(read("null").unwrap_err(), "f.json:1:1: entry 1: expected an object, found null");
    let keys =
        |text: &str| load_keys(&KeySource::Text(text.to_owned()), time(NOW)).map_err(|errors| errors.to_string());
    assert_eq!(keys(r#"{"keys":null}"#).unwrap_err(), "the given keys:1:9: keys: expected an array, found null");
    assert!(keys(r#"{"customRoles":null,"keys":[{"token":"abcd","name":"A","roles":null,"faults":null}]}"#).is_ok());
}

/// Files are read in chunks of 256 KiB.
#[test]
fn a_long_file_means_the_same_as_its_text() {
    let entry = ENTRY.replace("\"a\"", "\"äöü€\"");
    let pretty = entry.replace(',', ",\n  ");
    let count = 300_000 / entry.len();
    let offsets = size(&["", " ", "  ", "   "][..], &[" "][..]);
    let endings = [", 17", "\n{\"action\":\"X\"}", "\"", "{", "123", "nul"];
    for before in offsets {
        for text in [
            format!("{before}[{}]", vec![entry.as_str(); count].join(",")),
            format!("{before}{}", vec![entry.as_str(); count].join("\n")),
            format!("{before}{}", vec![pretty.as_str(); count].join("")),
            format!("{before}{}", entry.replace("\"a", "\"unknown\":1,\"a").repeat(count)),
        ] {
            assert_eq!(load_bytes(text.as_bytes()), Ok(count));
            for wrong in sample(endings.iter(), 2) {
                let text = text.clone() + wrong;
                let told = read(&text).unwrap_err().replace("f.json", "FILE");
                assert_eq!(load_bytes(text.as_bytes()), Err(told));
            }
        }
    }
    let mut bytes = format!("{}\n", vec![entry.as_str(); count].join("\n")).into_bytes();
    bytes.extend(b"{\"action\":\"\xff\"}");
    let told = load_bytes(&bytes).unwrap_err();
    assert!(told.starts_with(&format!("FILE:{}:12: not valid UTF-8", count + 1)), "{told}");
}

#[test]
fn a_single_value_is_at_most_512_mib() {
    if full_tests() {
        let mut array = vec![b' '; 513 << 20];
        array[0] = b'[';
        let told = load_bytes(&array).unwrap_err();
        assert!(
            told.starts_with("FILE:1:1: a JSON value of more than 512 MiB; put each entry on its own line"),
            "{told}"
        );
    }
}

/// 5 GB that take no place on the disk, and a device without an end.
#[test]
fn a_huge_file_and_a_device_are_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let huge = folder.path().join("huge.json");
    std::fs::write(&huge, format!("{ENTRY}\n")).unwrap();
    std::fs::File::options().write(true).open(&huge).unwrap().set_len(5 << 30).unwrap();
    let zero = std::path::PathBuf::from("/dev/zero");
    let started = std::time::Instant::now();
    for (path, expected) in [
        (&huge, "2:1: not valid JSON: expected value"),
        (&zero, "1:1: begins with zero bytes, which JSON does not have"),
    ] {
        let told = fixture::load(&[EntrySource::Path(path.clone())], time(NOW)).unwrap_err().to_string();
        assert_eq!(told, format!("{}:{expected}", path.display()));
        let source = cortex_audit_mock::KeySource::Path(path.clone());
        let told = cortex_audit_mock::internal::keys::load(&source, time(NOW)).unwrap_err().to_string();
        assert_eq!(told, format!("{}: cannot be read: it is larger than 16 MiB", path.display()));
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(10), "{:?}", started.elapsed());
}

#[test]
fn the_built_in_story_fills_the_last_two_weeks_up_to_now() {
    let now = time(NOW);
    let entries = fixture::load(&[EntrySource::BuiltIn], now).unwrap().entries;
    assert!((550..=700).contains(&entries.len()), "{}", entries.len());
    let ages: Vec<u64> = entries.iter().map(|entry| now.since(entry.timestamp).as_secs()).collect();
    assert!(entries.iter().all(|entry| entry.timestamp <= now));
    assert!(ages.iter().all(|age| *age <= 14 * 86_400));
    // Nights are quiet; yet whoever asks for a recent hour finds something, and no day is empty.
    for hours in 0..36 {
        assert!(ages.iter().any(|age| age / 3600 == hours), "nothing {hours} hours ago");
    }
    for days in 0..14 {
        assert!(ages.iter().any(|age| age / 86_400 == days), "nothing {days} days ago");
    }
}

/// RES-ORDER: an object is created before it is changed, and deleted last.
#[test]
fn objects_of_the_built_in_story_have_a_life() {
    let mut entries = fixture::load(&[EntrySource::BuiltIn], time(NOW)).unwrap().entries;
    entries.sort_by_key(|entry| entry.timestamp);
    let mut lives: BTreeMap<(String, String), Vec<Action>> = BTreeMap::new();
    for entry in entries {
        lives.entry((entry.object_type, entry.object_identifier)).or_default().push(entry.action);
    }
    for (object, life) in lives {
        let created = life.iter().rposition(|action| *action == Action::Create);
        let deleted = life.iter().position(|action| *action == Action::Delete);
        assert!(created.is_none_or(|place| place == 0), "{object:?}: {life:?}");
        assert!(deleted.is_none_or(|place| place == life.len() - 1), "{object:?}: {life:?}");
    }
}

proptest! {
    #[test]
    fn the_loader_never_panics(text in "\\PC{0,60}|[\\[\\]{}\",:a-z0-9\\n\\\\ ]{0,80}") {
        let _ = read(&text);
    }

    #[test]
    fn no_entry_makes_the_loader_panic(
        name in "action|objectType|timestamp|logs|\\PC{0,5}",
        value in "\"\\PC{0,10}\"|null|-?[0-9]{1,5}|\\[\\]|\\{\\}|\"\\\\ud800\"|\"\\\\u0000\"",
    ) {
        if let Err(told) = read(&format!("[{ENTRY},{{{}:{value}}}]", json!(name))) {
            prop_assert!(told.lines().all(|line| line.starts_with("f.json:1:")), "{}", told);
        }
    }

    /// A field that is unknown sends a file the careful way; without it, it goes the quick way.
    #[test]
    fn a_file_means_the_same_whichever_way_it_is_read(
        text in "\\[?(\\{(\"(action|objectType|objectIdentifier|timestamp|actorType|ipAddress|logs)\": ?(\"(CREATE|READ|TEAM|now-1m|API_KEY||é\\\\n)\"|null|7|\\[\\]),?){0,5}\\}[,\n]?){0,4}\\]?",
        required in any::<bool>(),
        lines in any::<bool>(),
    ) {
        let whole = "\"action\":\"CREATE\",\"objectIdentifier\":\"x\",\"objectType\":\"TEAM\",\"timestamp\":\"now\",";
        let text = if required { text.replace('{', &format!("{{{whole}")) } else { text };
        // The one way must not see a comma too many that the other does not.
        let text = text.replace(",}", "}");
        let text = if lines { text.replace("},", "}\n") } else { text };
        let careful = text.replace('{', "{\"qqqqqq\":1,").replace(",}", "}");
        let (quick, careful) = (read(&text), read(&careful));
        prop_assert_eq!(quick.is_ok(), careful.is_ok(), "{}", text);
        if let (Ok(quick), Ok(careful)) = (quick, careful) {
            prop_assert_eq!(quick.entries, careful.entries);
        }
    }

    #[test]
    fn a_sum_of_terms_is_the_sum(weeks in 0_i64..60, hours in 0_i64..999, millis in 0_i64..99_999) {
        let moment: Moment = format!("now-{weeks}w{hours}h{millis}ms").parse().unwrap();
        let distance = chrono::TimeDelta::milliseconds((weeks * 168 + hours) * 3_600_000 + millis);
        let expected: Timestamp = time(NOW).checked_add(-distance).unwrap();
        prop_assert_eq!(moment.at(time(NOW)), Ok(expected));
    }

    #[test]
    fn no_relative_time_makes_the_parser_panic(text in "now[-+]?[0-9a-z]{0,30}|\\PC{0,20}") {
        let _ = text.parse::<Moment>().map(|moment| moment.at(time(NOW)));
    }
}

/// What a load reports: for each source its size and the positions of its entries.
#[derive(Default)]
struct Positions(RefCell<Vec<(Option<u64>, Vec<u64>)>>);

impl LoadProgress for Positions {
    fn start_reading(&self, _: &str, bytes: Option<u64>) {
        self.0.borrow_mut().push((bytes, Vec::new()));
    }

    fn start_generating(&self, entries: u64) {
        self.0.borrow_mut().push((Some(entries), Vec::new()));
    }

    fn count_entry(&self, position: u64) {
        self.0.borrow_mut().last_mut().unwrap().1.push(position);
    }

    fn start_indexing(&self) {
        unreachable!("nothing is indexed");
    }
}

#[test]
fn a_load_reports_how_far_it_is_in_files_of_every_form() {
    const ENTRIES: usize = 16_000;

    let lines = vec![ENTRY; ENTRIES];
    let files = folder(&[
        ("array.json", &format!("[{}]", lines.join(",\n"))),
        ("response.json", &format!(r#"{{"page":0,"logs":[{}]}}"#, lines.join(","))),
        ("lines.ndjson", &lines.join("\n")),
    ]);
    let file = |name: &str| EntrySource::Path(files.path().join(name));
    let sources = [
        file("array.json"),
        file("response.json"),
        file("lines.ndjson"),
        file(""),
        EntrySource::Generated { count: ENTRIES as u64, seed: 1 },
    ];
    let progress = Positions::default();
    fixture::load_into(&mut |_| (), &sources, time(NOW), &progress).unwrap();
    let reported = progress.0.into_inner();
    assert_eq!(reported.len(), sources.len());
    for (source, (size, positions)) in sources.iter().zip(reported) {
        let size = size.unwrap();
        // Lines are counted a chunk at a time.
        let near = |position: u64, part: u64| position.abs_diff(size * part / 4) < size / 4;
        let at = |part: usize| positions[(positions.len() - 1) * part / 4];
        assert!(positions.is_sorted() && (0..=4).all(|part| near(at(part), part as u64)), "{source}: {size}");
    }
}
