//! Pseudonyms: nothing of the originals is left, what belongs together still does, and the secret decides it all.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use cortex_audit_mock::EntrySource;
use cortex_audit_mock::contract::{Action, Entry};
use cortex_audit_mock::internal::fixture;
use cortex_audit_mock::internal::pseudonym::{Secret, pseudonymize};
use proptest::prelude::*;

use crate::support::{NOW, size, time};

fn secret() -> Secret {
    Secret::new(Some(7), b"correct horse battery staple")
}

fn entry(object: &str) -> Entry {
    Entry::new(Action::Update, "SERVICE", object, time(NOW))
}

/// The pseudonyms of some objects, by another secret.
fn objects_by(originals: &[impl AsRef<str>], secret: &Secret) -> Vec<String> {
    let entries = originals.iter().map(|object| entry(object.as_ref())).collect();
    pseudonymize(entries, secret).into_iter().map(|entry| entry.object_identifier).collect()
}

fn objects(originals: &[impl AsRef<str>]) -> Vec<String> {
    objects_by(originals, &secret())
}

fn story() -> Vec<Entry> {
    fixture::load(&[EntrySource::BuiltIn], time(NOW)).unwrap().entries
}

/// Everything in an entry that says who or what.
fn values(entry: &Entry) -> Vec<&str> {
    let actor = &entry.actor;
    let maybe = [&entry.actor_identifier, &entry.ip_address, &actor.email, &actor.api_key_identifier];
    maybe.into_iter().flatten().chain([&entry.object_identifier]).map(String::as_str).collect()
}

fn is_network(value: &str) -> bool {
    value.split('/').next().is_some_and(|address| address.parse::<IpAddr>().is_ok())
}

/// A value, and all that it can be split into: tokens of at least three characters, in lower case.
fn tokens(value: &str) -> BTreeSet<String> {
    let mut tokens: BTreeSet<String> = [value.to_owned()].into();
    if !is_network(value) {
        let splits: [fn(char) -> bool; 6] = [
            |c| !c.is_alphanumeric(),
            |c| !c.is_ascii_alphanumeric(),
            |c| !c.is_alphabetic(),
            |c| !c.is_numeric(),
            |c| !c.is_ascii_alphabetic(),
            |c| c.is_whitespace() || "@:/+".contains(c),
        ];
        let value = value.replace('\u{212a}', "K");
        tokens.extend(splits.into_iter().flat_map(|split| value.split(split).map(str::to_owned)));
        tokens.extend(tokens.iter().flat_map(|token| humps(token)).collect::<Vec<_>>());
    }
    let is_token = |token: &&String| token.chars().count() >= 3 && token.contains(char::is_alphanumeric);
    tokens.iter().filter(is_token).map(|token| token.to_lowercase()).collect()
}

/// The words of `checkoutApi`, where ASCII letters change from small to capital ones.
fn humps(token: &str) -> Vec<String> {
    let letters = token.split(|c: char| !c.is_ascii_alphabetic());
    let mut humps = Vec::new();
    for run in letters {
        let mut hump = String::new();
        for c in run.chars() {
            if c.is_ascii_uppercase() && hump.ends_with(|c: char| c.is_ascii_lowercase()) {
                humps.push(std::mem::take(&mut hump));
            }
            hump.push(c);
        }
        humps.push(hump);
    }
    humps
}

/// What of the originals is in the pseudonyms: each such token with the pseudonym. The numbers of an address are no
/// tokens, and none is looked for in an address: they are numbers of networks.
fn left(originals: &[&str], pseudonyms: &[&str]) -> Vec<(String, String)> {
    let (networks, others): (BTreeSet<&str>, BTreeSet<&str>) = originals.iter().partition(|value| is_network(value));
    let tokens: BTreeSet<String> = others.iter().flat_map(|value| tokens(value)).collect();
    let mut left = Vec::new();
    for pseudonym in pseudonyms.iter().collect::<BTreeSet<_>>() {
        let lower = pseudonym.to_lowercase();
        let here = tokens.iter().filter(|token| !is_network(pseudonym) && lower.contains(*token));
        left.extend(here.map(|token| (token.clone(), lower.clone())));
        left.extend(
            networks.iter().filter(|one| lower == one.to_lowercase()).map(|one| ((*one).into(), lower.clone())),
        );
        left.extend(others.iter().filter(|one| lower == one.to_lowercase()).map(|one| ((*one).into(), lower.clone())));
    }
    left
}

#[test]
fn nothing_of_the_built_in_story_is_left() {
    let originals = story();
    let others = pseudonymize(originals.clone(), &secret());
    let originals: Vec<&str> = originals.iter().flat_map(values).collect();
    let others: Vec<&str> = others.iter().flat_map(values).collect();
    let tokens: BTreeSet<String> = originals.iter().flat_map(|value| tokens(value)).collect();
    assert!(tokens.len() > 700 && tokens.contains("brightwave") && tokens.contains("192.0.2.0/24"), "{}", tokens.len());
    assert_eq!(left(&originals, &others), []);
    // Not even by chance inside another: no address either.
    for network in originals.iter().filter(|value| is_network(value)) {
        assert!(!others.iter().any(|other| other.contains(network)), "{network}");
    }
}

#[test]
fn what_is_not_about_somebody_or_something_stays() {
    let stays = |entries: &[Entry]| -> Vec<_> {
        let facts = |entry: &Entry| {
            let there = values(entry).len();
            (
                entry.action,
                entry.object_type.clone(),
                entry.timestamp,
                entry.actor.kind,
                entry.actor.request_type.clone(),
                there,
            )
        };
        entries.iter().map(facts).collect()
    };
    assert_eq!(stays(&pseudonymize(story(), &secret())), stays(&story()));
}

#[test]
fn the_same_stays_the_same_and_two_stay_two_in_every_field() {
    let originals = story();
    let others = pseudonymize(originals.clone(), &secret());
    let mut there: BTreeMap<&str, &str> = BTreeMap::new();
    let mut back: BTreeMap<&str, &str> = BTreeMap::new();
    for (original, other) in originals.iter().flat_map(values).zip(others.iter().flat_map(values)) {
        assert_eq!(*there.entry(original).or_insert(other), other);
        assert_eq!(*back.entry(other).or_insert(original), original);
    }
    assert!(there.len() > 300, "{}", there.len());
}

#[test]
fn a_person_keeps_one_name_in_addresses_and_in_keys() {
    let [person, capitals, key, friend, hyphenated, team]: [String; 6] = objects(&[
        "priya.raghunathan@brightwave.io",
        "Priya.Raghunathan@BRIGHTWAVE.IO",
        "priya-scorecards-cli",
        "priya.marchetti+oncall@brightwave.io",
        "mei-ling.chua@mail.brightwave.io",
        "brightwave-jira",
    ])
    .try_into()
    .unwrap();
    let (local, domain) = person.split_once('@').unwrap();
    let (first, last) = local.split_once('.').unwrap();
    assert!(first.bytes().chain(last.bytes()).all(|byte| byte.is_ascii_lowercase()), "{person}");
    assert_eq!(capitals.to_lowercase(), person);
    assert!(key.starts_with(&format!("{first}-")), "{key}");
    assert!(friend.starts_with(&format!("{first}.")) && !friend.contains(last) && friend.contains('+'), "{friend}");
    let company = domain.strip_suffix(".example").unwrap();
    assert!(hyphenated.ends_with(&format!(".{domain}")) && hyphenated.matches('-').count() == 1, "{hyphenated}");
    assert!(team.starts_with(&format!("{company}-")), "{team}");
}

/// The ASCII part of a word is looked for too, because pseudonyms are ASCII.
#[test]
fn what_is_glued_to_other_letters_is_not_left_either() {
    let mut originals: Vec<String> = Vec::new();
    for name in ["bob", "example", "quartz", "falcon", "priya", "harbor", "vector", "invalid", "cat"] {
        originals.extend([format!("{name}ß-x"), format!("é{name}é"), format!("Ω{name}@ü{name}.io")]);
    }
    let originals: Vec<&str> = originals.iter().map(String::as_str).collect();
    for key in 0..40_u8 {
        let entries = originals.iter().map(|name| entry(name)).collect();
        for entry in pseudonymize(entries, &Secret::new(None, &[key, 1])) {
            let given = entry.object_identifier.to_lowercase();
            let word = |name: &&&str| given.contains(**name);
            let left = ["bob", "example", "quartz", "falcon", "priya", "harbor", "vector", "invalid", "cat"];
            assert_eq!(left.iter().find(word), None, "{given}");
        }
    }
}

#[test]
fn words_and_identifiers_within_what_is_glued_to_other_letters_are_not_left_either() {
    let names = ["bob", "example", "quartz", "falcon", "priya", "harbor", "vector", "invalid", "cat"];
    let capital = |name: &str| name[..1].to_uppercase() + &name[1..];
    let mut originals: Vec<String> = names.iter().map(|name| format!("王{}Zß", capital(name))).collect();
    originals.push("éx7\u{212a}ß".to_owned());
    // So many words that every one that pseudonyms are made of is drawn.
    originals.extend((b'a'..=b'z').flat_map(|a| (b'a'..=b'z').map(move |b| format!("q{}q{}q", a as char, b as char))));
    let others = objects(&originals);
    let tokens: BTreeSet<String> = originals.iter().flat_map(|value| tokens(value)).collect();
    assert!(tokens.contains("quartz") && tokens.contains("x7k"), "{tokens:?}");
    let others: Vec<String> = others.iter().map(|other| other.to_lowercase()).collect();
    for other in &others {
        let parts = (0..other.len()).flat_map(|from| (from + 3..=other.len()).map(move |to| &other[from..to]));
        assert_eq!(parts.filter(|part| tokens.contains(*part)).collect::<Vec<_>>(), <[&str; 0]>::default(), "{other}");
    }
}

#[test]
fn special_networks_stay_what_they_are() {
    let special = [
        ("10.1.2.3", "10."),
        ("192.168.7.9", "192.168."),
        ("169.254.3.4", "169.254."),
        ("127.0.0.9", "127."),
        ("fe80::2", "fe8"),
        ("fd12:3456::1", "f"),
    ];
    for key in 0..60_u8 {
        let entries = special
            .iter()
            .map(|(address, _)| entry(address))
            .chain([entry("203.0.113.9"), entry("2001:db8::7")])
            .collect();
        let given = pseudonymize(entries, &Secret::new(None, &[key, 2]));
        for ((address, start), entry) in special.iter().zip(&given) {
            let new = &entry.object_identifier;
            let same = new.starts_with(start)
                || (*start == "fe8" && ["fe9", "fea", "feb"].iter().any(|other| new.starts_with(other)));
            assert!(same && new != address, "{address} became {new}");
        }
        for entry in &given[special.len()..] {
            let public: IpAddr = entry.object_identifier.parse().unwrap();
            let private = match public {
                IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast(),
                IpAddr::V6(v6) => v6.is_multicast() || v6.is_unique_local() || v6.is_unicast_link_local(),
            };
            assert!(!private, "{public}");
        }
    }
}

#[test]
fn two_domains_that_differ_in_their_end_stay_two() {
    let originals = ["ada@brightwave.io", "ada@brightwave.com", "ada@brightwave.com.br", "ada@brightwave", "ada@com"];
    let others = objects(&originals);
    assert_eq!(others.iter().collect::<BTreeSet<_>>().len(), originals.len(), "{others:?}");
    assert!(others.iter().all(|other| other.ends_with(".example")), "{others:?}");
    assert_eq!(left(&originals, &others.iter().map(String::as_str).collect::<Vec<_>>()), []);
}

#[test]
fn words_are_shared_as_they_were_and_keep_their_shape() {
    let others = objects(&[
        "checkout-api",
        "checkout-postgres",
        "Checkout_API:300ms",
        "CHECKOUT / api v1",
        "007-2024",
        "550e8400-e29b-41d4-a716-446655440000",
        "sha/0dc47e3f9ab2",
    ]);
    let first = others[0].split('-').next().unwrap();
    let capital = first[..1].to_uppercase() + &first[1..];
    assert!(others[1].starts_with(&format!("{first}-")), "{others:?}");
    let [name, amount] = others[2].split(':').collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(name, format!("{capital}_{}", others[0].split('-').nth(1).unwrap().to_uppercase()));
    assert!(amount[..3].bytes().all(|byte| byte.is_ascii_digit()) && amount.len() == 5, "{amount}");
    assert!(others[3].starts_with(&format!("{} / ", first.to_uppercase())), "{others:?}");
    assert!(others[4].starts_with('0') && others[4].len() == 8 && !others[4].contains("-0"), "{others:?}");
    assert_eq!(uuid::Uuid::parse_str(&others[5]).unwrap().get_version_num(), 4);
    assert!(others[6].len() > 12 && others[6].rsplit('/').next().unwrap().bytes().all(|b| b.is_ascii_hexdigit()));
}

#[test]
fn nasty_originals_leave_nothing_either() {
    let originals = [
        "Zoë.MÜLLER-Łukasz+on-call@Größe.example",
        "O'Brien <obrien.o@example.com>, 王小明@公司.cn; git@github.com:acme/checkout.git",
        "a@b@c@d.test.invalid.alt.localhost",
        "user@10.20.30.40",
        "mailto:svc-deploy@corp.internal?subject=hello%20world",
        "arn:aws:iam::123456789012:role/CheckoutDeployRole",
        "https://wiki.brightwave.io:8443/x/Zm9vYmFy?id=42#frag",
        "checkout checkoutapi api a p i checkoutApi",
        "falcon harbor lumen quartz arjun smith adams",
        "x",
        "X",
        "ß",
        "ſ",
        "İ",
        "K8s",
        "k8s",
        "s3",
        "v1.2.3",
        "1",
        "22",
        "333",
        "4444",
        "***",
        " ",
        "\u{3000}\u{a0}",
        "…",
        "🚀",
        "🚀🚀🚀-team",
        "e\u{301}cole",
        "\u{200b}hidden\u{200b}",
        "deadbeef01",
        "DEADBEEF01",
        "0123456789abcdef0123456789ABCDEF",
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
        "1.2.3.4.5",
        "10.0.0.300",
        "10.0.0.1/99",
        "ip-10-0-0-1",
        "Foo::Bar",
        "12:34:56:78:9a:bc",
    ];
    let others = objects(&originals);
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    assert_eq!(left(&originals, &others), []);
    assert_eq!(others.iter().collect::<BTreeSet<_>>().len(), originals.len(), "{others:?}");
    assert!(others.iter().all(|other| other.is_ascii() && !other.is_empty()), "{others:?}");
    assert_eq!(objects(&[""]), [""]);
}

#[test]
fn addresses_inside_other_values_are_the_same_addresses() {
    let others = objects(&[
        "192.0.2.14",
        "node 192.0.2.14, port 80.",
        "192.0.2.14:8080",
        "::ffff:192.0.2.14",
        "::FFFF:c000:20e",
        "ada@192.0.2.14",
        "2001:db8:40::/44",
        "from 2001:DB8:0040:0::/44.",
        "[2001:db8:40::7]:443",
        "fe80::1%eth0",
        "dead::beef",
        "::",
        "::/0",
        "a :: b",
    ]);
    let v4 = others[0].clone();
    assert!(v4.parse::<Ipv4Addr>().is_ok(), "{v4}");
    assert!(others[1].contains(&format!(" {v4}, ")), "{others:?}");
    assert!(others[2].starts_with(&format!("{v4}:")), "{others:?}");
    assert_eq!((&others[3], &others[4]), (&format!("::ffff:{v4}"), &format!("::ffff:{v4}")));
    assert!(others[5].ends_with(&format!("@{v4}")), "{others:?}");
    assert!(others[6].ends_with("::/44") && others[7].ends_with(&format!(" {}.", others[6])), "{others:?}");
    let inside = others[8].split(['[', ']']).nth(1).unwrap();
    let range = others[6].trim_end_matches("/44");
    assert!(shared(&bytes(inside.parse().unwrap()), &bytes(range.parse().unwrap())) >= 44, "{others:?}");
    assert!(!others[9].contains("eth") && others[9].contains('%'), "{others:?}");
    assert!(others[10].parse::<Ipv6Addr>().is_ok() && others[10] != "dead::beef", "{others:?}");
    assert!(
        others[11].parse::<Ipv6Addr>().is_ok() && others[12] == "::/0" && others[13].contains(" :: "),
        "{others:?}"
    );
}

#[test]
fn an_address_stays_in_its_range() {
    let others =
        objects(&["198.51.100.64/27", "198.51.100.70", "198.51.100.96", "10.0.0.0/8", "0.0.0.0/0", "198.51.100.70/32"]);
    let (range, prefix) = others[0].split_once('/').unwrap();
    let of = |text: &str| u32::from(text.parse::<Ipv4Addr>().unwrap()) >> 5;
    assert_eq!(prefix, "27");
    assert_eq!(of(range), of(&others[1]));
    assert_eq!(of(range) ^ 1, of(&others[2]));
    // What everybody has has no other name.
    assert_eq!(others[3], "10.0.0.0/8");
    assert_eq!(others[4], "0.0.0.0/0");
    assert_eq!(others[5], format!("{}/32", others[1]));
}

#[test]
fn another_secret_or_seed_gives_others_and_the_same_the_same() {
    let originals = story();
    let all = |secret: &Secret| -> Vec<String> {
        let others = pseudonymize(originals.clone(), secret);
        others.iter().flat_map(values).map(str::to_owned).collect()
    };
    let ours = all(&secret());
    assert_eq!(all(&secret()), ours);
    for other in [
        Secret::new(Some(8), b"correct horse battery staple"),
        Secret::new(None, b"correct horse battery staple"),
        Secret::new(Some(7), b"correct horse battery stapler"),
        Secret::new(Some(7), b""),
        Secret::new(None, b""),
        Secret::random(),
    ] {
        let theirs = all(&other);
        let same: BTreeSet<_> = ours.iter().zip(&theirs).filter(|(ours, theirs)| ours == theirs).collect();
        assert!(same.len() <= 3, "{same:?}");
        assert_eq!(format!("{other:?}"), "Secret");
    }
    assert_ne!(all(&Secret::new(None, b"")), all(&Secret::new(None, b"")), "a key that everybody knows");
    assert_eq!(all(&Secret::new(Some(0), b"")), all(&Secret::new(Some(0), b"")));
}

#[test]
fn a_recording_of_other_entries_gives_most_the_same_names() {
    let originals = story();
    let (early, late) = originals.split_at(originals.len() / 2);
    let by_original = |entries: &[Entry]| -> BTreeMap<String, String> {
        let others = pseudonymize(entries.to_vec(), &secret());
        let originals = entries.iter().flat_map(values).map(str::to_owned);
        originals.zip(others.iter().flat_map(values).map(str::to_owned).collect::<Vec<_>>()).collect()
    };
    let (early, late) = (by_original(early), by_original(late));
    let both: Vec<_> = early.iter().filter_map(|(original, other)| Some((other, late.get(original)?))).collect();
    let same = both.iter().filter(|(early, late)| early == late).count();
    assert!(both.len() > 100 && same * 10 > both.len() * 6, "{same} of {}", both.len());
}

#[test]
fn twenty_thousand_words_and_every_short_one_have_names_of_their_own() {
    let mut originals: Vec<String> = (0..size(20_000_u32, 2_000))
        .map(|number| number.to_string().bytes().map(|digit| char::from(b'a' + (digit - b'0') * 2)).collect())
        .collect();
    originals.extend((b'a'..=b'z').map(|letter| char::from(letter).to_string()));
    originals.extend((0..1500).map(|number| number.to_string()));
    let others = objects(&originals);
    assert_eq!(others.iter().collect::<BTreeSet<_>>().len(), originals.iter().collect::<BTreeSet<_>>().len());
    let tokens: BTreeSet<&str> = originals.iter().map(String::as_str).collect();
    for other in &others {
        let parts = (0..other.len()).flat_map(|from| (from + 3..=other.len()).map(move |to| &other[from..to]));
        assert_eq!(parts.filter(|part| tokens.contains(part)).collect::<Vec<_>>(), <[&str; 0]>::default(), "{other}");
    }
}

/// Whoever records what somebody else can write must not be stopped by it.
#[tokio::test]
async fn long_originals_take_no_long_time() {
    let long = ["1:", "1.", "a@", "@", "12ab", "::", "9", "a", "-", "é", "A1b.", "1.2.3.4/"]
        .map(|part| part.repeat(size(30_000, 5_000)));
    let started = std::time::Instant::now();
    assert_eq!(objects(&long).iter().collect::<BTreeSet<_>>().len(), long.len());
    assert!(started.elapsed() < std::time::Duration::from_secs(60), "{:?}", started.elapsed());
}

/// Values of many shapes, from so few letters that they often meet.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ab1-]{1,4}",
        "[a-c]{1,3}[-_ .:/][a-c0-2]{1,4}([-_ .:/][A-C]{0,3})?",
        "(ada|bob|Eve)([.+_-](lovelace|marley|Bob)){0,2}@(mail\\.)?(brightwave|acme|b)(\\.(io|com|example)){0,2}",
        "[a-z]{1,9}-[a-z]{1,9}[0-9]{0,4}",
        "[A-Z][a-z]{2,6}( [a-z]{1,6}){0,4} [0-9]{1,3}",
        "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{7,12}",
        "[0-9]{1,12}",
        "[^0-9:.]{1,8}",
        "\\PC{1,4}",
        glued(),
    ]
}

/// Words, numbers and both, in every case, glued to letters of other scripts: the pieces are such as pseudonyms are
/// made of, so that what is not looked for is soon left.
fn glued() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z]{1,3}[0-9]{1,2}[a-z]{1,3}",
        "(ka|vo|ri|be){1,2}[0-9](ka|vo|ri|be)",
        "[0-9]{3,4}",
        "(harbor|Falcon|quartz|Vector|example|Adams|emu|Owl)",
        "(é|ß|Ω|王|İ|ſ|\u{212a}|\u{301}|-|_|@)",
    ];
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

fn shared(a: &[u8], b: &[u8]) -> u32 {
    let differ = a.iter().zip(b).position(|(a, b)| a != b);
    differ.map_or(8 * u32::try_from(a.len()).unwrap(), |place| {
        8 * u32::try_from(place).unwrap() + (a[place] ^ b[place]).leading_zeros()
    })
}

proptest! {
    #![proptest_config(crate::support::cases(256))]

    #[test]
    fn of_no_recording_anything_is_left(originals in prop::collection::vec(value(), 1..40), key in any::<[u8; 4]>()) {
        let others = objects_by(&originals, &Secret::new(None, &key));
        let texts = |of: &[String]| -> BTreeSet<String> { of.iter().filter(|one| !is_network(one)).cloned().collect() };
        let (before, after) = (texts(&originals), texts(&others));
        let strs = |of: &BTreeSet<String>| -> Vec<String> { of.iter().cloned().collect() };
        let (before_list, after_list) = (strs(&before), strs(&after));
        let before_list: Vec<&str> = before_list.iter().map(String::as_str).collect();
        let after_list: Vec<&str> = after_list.iter().map(String::as_str).collect();
        prop_assert_eq!(left(&before_list, &after_list), vec![]);
        prop_assert_eq!(before.len(), after.len(), "{:?} {:?}", before, after);
        let backwards: Vec<&String> = originals.iter().rev().collect();
        let again = objects_by(&backwards, &Secret::new(None, &key));
        prop_assert_eq!(again.into_iter().rev().collect::<Vec<_>>(), others);
    }

    #[test]
    fn addresses_share_as_many_bits_as_before(
        v4 in prop::collection::vec(prop_oneof![any::<u32>(), 0xc633_6400..0xc633_6500_u32], 2..20),
        v6 in prop::collection::vec(prop_oneof![any::<u128>(), (any::<u64>().prop_map(|low| 0x2001_0db8_u128 << 96 | u128::from(low)))], 2..8),
        key in any::<[u8; 4]>(),
    ) {
        let v4: Vec<IpAddr> = v4.into_iter().map(|bits| Ipv4Addr::from_bits(bits).into()).collect();
        let v6: Vec<IpAddr> = v6.into_iter().map(|bits| Ipv6Addr::from_bits(bits).into()).collect();
        let all: Vec<String> = v4.iter().chain(&v6).map(ToString::to_string).collect();
        let others: Vec<IpAddr> = objects_by(&all, &Secret::new(None, &key)).iter().map(|text| text.parse().unwrap()).collect();
        for (old, new) in [(&v4[..], &others[..v4.len()]), (&v6[..], &others[v4.len()..])] {
            for (place, (a, new_a)) in old.iter().zip(new).enumerate() {
                prop_assert!(!old.contains(new_a), "{} {}", a, new_a);
                for (b, new_b) in old[..place].iter().zip(new) {
                    prop_assert_eq!(shared(&bytes(*a), &bytes(*b)), shared(&bytes(*new_a), &bytes(*new_b)), "{} {}", a, b);
                }
            }
        }
    }

    #[test]
    fn no_value_makes_it_panic(originals in prop::collection::vec("\\PC{0,20}|[0-9a-f:./@-]{0,50}|[a-zA-Zéß@.+ ]{0,20}", 0..6)) {
        prop_assert_eq!(objects(&originals).len(), originals.len());
    }
}

fn bytes(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

/// The examples of the document are what comes out.
#[test]
fn the_document_shows_what_comes_out() {
    let document = include_str!("../../docs/pseudonyms.md");
    let rows = document.lines().filter(|line| line.starts_with("| `")).map(|line| {
        let cells: Vec<&str> = line.split('`').collect();
        (cells[1].to_owned(), cells[3].to_owned())
    });
    let (before, after): (Vec<String>, Vec<String>) = rows.unzip();
    assert!(before.len() > 10);
    assert_eq!(objects_by(&before, &Secret::new(Some(42), b"an example")), after);
}
