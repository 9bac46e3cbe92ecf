//! Reference parser of query strings: the contract, sentence by sentence.

use serde_json::{Map, Value, json};

use super::date_time;

/// The closed enums of the contract.
const ACTIONS: [&str; 4] = ["CREATE", "READ", "UPDATE", "DELETE"];
const ACTOR_TYPES: [&str; 5] = ["API_KEY", "PERSONAL_API_KEY", "OAUTH2", "BACKSTAGE", "ANONYMOUS"];

pub const LISTS: [&str; 8] = [
    "actions",
    "objectIdentifiers",
    "objectTypes",
    "actorTypes",
    "actorApiKeyIdentifiers",
    "actorEmails",
    "actorIpAddresses",
    "actorRequestTypes",
];

/// Parses a query string to an object of its parameters; `None` is a 400.
///
/// `is_known` tells the known values of `objectTypes` and `actorRequestTypes`.
pub fn read(raw: &str, strict: bool, is_known: impl Fn(&str, &str) -> bool) -> Option<Value> {
    let pairs = pairs(raw, strict)?;
    let given = |name: &str| -> Vec<&str> {
        pairs.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_str()).collect()
    };
    let mut asked = Map::new();
    for name in ["startTime", "endTime"] {
        if let Some(nanos) = one(&given(name), time)? {
            asked.insert(name.to_owned(), json!(date_time::print(nanos)));
        }
    }
    let page = one(&given("page"), |text| integer(text, 0, 2_147_483_647))?;
    let page_size = one(&given("pageSize"), |text| integer(text, 1, 1000))?;
    asked.insert("page".to_owned(), json!(page.unwrap_or(0)));
    asked.insert("pageSize".to_owned(), json!(page_size.unwrap_or(250)));
    for name in LISTS {
        let mut values: Vec<&str> = Vec::new();
        for value in given(name).into_iter().flat_map(|text| text.split(',')) {
            let accepted = match name {
                _ if value.is_empty() => continue,
                "actions" => ACTIONS.contains(&value),
                "actorTypes" => ACTOR_TYPES.contains(&value),
                "objectTypes" | "actorRequestTypes" => !strict || is_known(name, value),
                _ => true,
            };
            if !accepted {
                return None;
            }
            if !values.contains(&value) {
                values.push(value);
            }
        }
        if !values.is_empty() {
            asked.insert(name.to_owned(), json!(values));
        }
    }
    Some(Value::Object(asked))
}

/// Decoded names and values of the known parameters; `None` if one cannot be decoded, or is unknown and `strict`.
fn pairs(raw: &str, strict: bool) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for pair in raw.split('&') {
        if pair.is_empty() {
            continue;
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name).unwrap_or_default();
        let known =
            LISTS.contains(&name.as_str()) || ["startTime", "endTime", "page", "pageSize"].contains(&name.as_str());
        if known {
            pairs.push((name, decode(value)?));
        } else if strict {
            return None;
        }
    }
    Some(pairs)
}

/// `+` is a space, `%XX` a byte, and all of it UTF-8.
fn decode(text: &str) -> Option<String> {
    let (mut bytes, mut decoded) = (text.bytes(), Vec::new());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => 16 * hexadecimal(bytes.next()?)? + hexadecimal(bytes.next()?)?,
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The value of all texts; the outer `None` if one is invalid or they differ.
#[expect(clippy::option_option, reason = "a parameter that is absent is not one that is wrong")]
fn one<T: PartialEq>(texts: &[&str], read: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    let values: Vec<T> = texts.iter().map(|text| read(text)).collect::<Option<_>>()?;
    let agree = values.iter().all(|value| *value == values[0]);
    agree.then(|| values.into_iter().next())
}

/// A plus that was not escaped has arrived as a space.
fn time(text: &str) -> Option<i128> {
    date_time::read(text).or_else(|| date_time::read(&text.replace(' ', "+")))
}

/// Parses digits with an optional sign, within bounds.
fn integer(text: &str, least: i64, most: i64) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let significant = digits.trim_start_matches('0');
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit()) || significant.len() > 10 {
        return None;
    }
    let size = significant.parse().unwrap_or(0);
    let number = if text.starts_with('-') { -size } else { size };
    (least..=most).contains(&number).then_some(number)
}
