//! What differs about lists and filters.

use cortex_audit_mock::World;
use cortex_audit_mock::contract::{FilterField, Filters, Query};
use serde_json::Value;

use super::super::exchange::{Answer, Asked, NOBODY, all};
use super::super::other::{Difference, answered, asked};

const KNOWN: [&str; 8] = [
    "actions",
    "objectIdentifiers",
    "objectTypes",
    "actorTypes",
    "actorApiKeyIdentifiers",
    "actorEmails",
    "actorIpAddresses",
    "actorRequestTypes",
];

pub const ALL: &[Difference] = &[
    asked("LIST-ACTIONS", "READ is refused", |_, asked| refuse(asked, "actions", "READ")),
    asked("LIST-ACTIONS", "UPDATE is refused", |_, asked| refuse(asked, "actions", "UPDATE")),
    asked("LIST-ACTIONS", "DELETE is ignored", |_, asked| ignore(asked, "actions", "DELETE")),
    asked("LIST-ACTOR-TYPES", "BACKSTAGE is refused", |_, asked| refuse(asked, "actorTypes", "BACKSTAGE")),
    asked("LIST-ACTOR-TYPES", "they are ignored", |_, asked| ignore_all_but(asked, "actorTypes", "oauth2")),
    asked("LIST-REQUEST-TYPES", "SLACK_COMMAND is refused", |_, asked| {
        refuse(asked, "actorRequestTypes", "SLACK_COMMAND");
    }),
    asked("LIST-REQUEST-TYPES", "they are ignored", |_, asked| asked.remove("actorRequestTypes")),
    asked("LIST-OBJECT-TYPES", "SCORECARD is refused", |_, asked| refuse(asked, "objectTypes", "SCORECARD")),
    asked("LIST-OBJECT-TYPES", "TEAM is ignored", |_, asked| ignore(asked, "objectTypes", "TEAM")),
    asked("LIST-OBJECT-TYPES", "they are ignored", |_, asked| asked.remove("objectTypes")),
    asked("LIST-OBJECT-TYPES-KNOWN", "WORKFLOW is refused", |_, asked| refuse(asked, "objectTypes", "WORKFLOW")),
    asked("LIST-OBJECT-TYPES-KNOWN", "SECRET chooses nothing", |_, asked| {
        let rest: Vec<String> = asked.list("objectTypes").into_iter().filter(|kind| kind != "SECRET").collect();
        if !rest.is_empty() {
            asked.set("objectTypes", &rest.join(","));
        }
    }),
    asked("LIST-STRINGS", "objectIdentifiers are ignored", |_, asked| asked.remove("objectIdentifiers")),
    asked("LIST-STRINGS", "actorEmails are ignored", |_, asked| asked.remove("actorEmails")),
    asked("LIST-STRINGS", "actorEmails choose nothing", |_, asked| nothing(asked, "actorEmails")),
    asked("LIST-STRINGS", "actorApiKeyIdentifiers are ignored", |_, asked| asked.remove("actorApiKeyIdentifiers")),
    asked("LIST-STRINGS", "actorApiKeyIdentifiers choose nothing", |_, asked| {
        nothing(asked, "actorApiKeyIdentifiers");
    }),
    asked("LIST-STRINGS", "actorIpAddresses are ignored", |_, asked| asked.remove("actorIpAddresses")),
    asked("LIST-SEVERAL", "one object type alone", |_, asked| only_last(asked, &["objectTypes"])),
    asked("LIST-SEVERAL", "several object types are refused", |_, asked| {
        let wrong = asked.list("objectTypes").len() > 1;
        asked.refuse_if(wrong);
    }),
    asked("LIST-SEVERAL", "several request types are refused", |_, asked| {
        let wrong = asked.list("actorRequestTypes").len() > 1;
        asked.refuse_if(wrong);
    }),
    asked("LIST-SEVERAL", "one request type alone", |_, asked| only_last(asked, &["actorRequestTypes"])),
    asked("LIST-FORMS", "the last of repeated ones", |_, asked| {
        for name in KNOWN {
            if let [_, .., last] = asked.raw(name).as_slice() {
                let last = last.clone();
                asked.remove(name);
                asked.pairs.push((name.to_owned(), last));
            }
        }
    }),
    asked("LIST-FORMS", "commas are part of a value", |_, asked| {
        asked.change(&KNOWN, |value| {
            if value.contains(',') || value.contains("%2C") { NOBODY } else { value }.to_owned()
        });
    }),
    asked("LIST-FORMS", "encoded commas are part of a value", |_, asked| {
        asked.change(&KNOWN, |value| if value.contains("%2C") { NOBODY } else { value }.to_owned());
    }),
    asked("LIST-FORMS", "no mix", |_, asked| {
        let is_mix = |name: &str| matches!(asked.raw(name).as_slice(), [first, _, ..] if first.contains(','));
        let wrong = KNOWN.into_iter().any(is_mix);
        asked.refuse_if(wrong);
    }),
    asked("FILTER-LOGIC", "all values at once", |_, asked| {
        for name in KNOWN {
            if asked.list(name).len() > 1 {
                asked.set("objectIdentifiers", NOBODY);
            }
        }
    }),
    answered("FILTER-LOGIC", "one filter is enough", |world, asked, answer| {
        let Some(query) = asked.read(world).filter(|_| answer.is_page()) else { return };
        let [actions, types] =
            [FilterField::Actions, FilterField::ObjectTypes].map(|field| query.filters.values(field));
        if actions.is_empty() || types.is_empty() {
            return;
        }
        choose(world, &query, answer, |entry| {
            actions.iter().any(|action| entry["action"] == *action)
                || types.iter().any(|kind| entry["objectType"] == *kind)
        });
    }),
    answered("FILTER-LOGIC", "the last filter alone", |world, asked, answer| {
        let Some(query) = asked.read(world).filter(|_| answer.is_page()) else { return };
        let [actions, types] =
            [FilterField::Actions, FilterField::ObjectTypes].map(|field| query.filters.values(field));
        if !actions.is_empty() && !types.is_empty() {
            choose(world, &query, answer, |entry| actions.iter().any(|action| entry["action"] == *action));
        }
    }),
    answered("FILTER-LOGIC", "beginnings match", |world, asked, answer| {
        by_name(world, asked, answer, |found, given| found.starts_with(given));
    }),
    answered("FILTER-LOGIC", "parts match", |world, asked, answer| {
        by_name(world, asked, answer, |found, given| found.contains(given));
    }),
    answered("FILTER-LOGIC", "case does not count", |world, asked, answer| {
        by_name(world, asked, answer, str::eq_ignore_ascii_case);
    }),
    asked("FILTER-EMPTY", "an empty list is refused", |_, asked| {
        let wrong = asked.any(&KNOWN, str::is_empty);
        asked.refuse_if(wrong);
    }),
    asked("FILTER-EMPTY", "an empty list matches nothing", |_, asked| {
        if asked.any(&KNOWN, str::is_empty) {
            asked.set("objectIdentifiers", NOBODY);
        }
    }),
    asked("ENUM-CLOSED", "an unknown action matches nothing", |_, asked| {
        if asked.raw("actions") == ["REMOVED"] {
            asked.remove("actions");
            asked.set("objectIdentifiers", NOBODY);
        }
    }),
    asked("ENUM-CLOSED", "case does not count", |_, asked| {
        asked.change(&["actorTypes"], str::to_uppercase);
    }),
    answered("ENUM-CLOSED", "the words are not told", |_, asked, answer| {
        if answer.is_error() && asked.any(&["actions", "actorTypes"], |_| true) {
            answer.set("details", "A parameter is wrong.");
        }
    }),
    asked("ENUM-CLOSED", "READ matches everything", |_, asked| ignore(asked, "actions", "READ")),
    asked("ENUM-OPEN", "an unlisted object type is refused", |_, asked| {
        refuse(asked, "objectTypes", "VERIFY_UNLISTED");
    }),
    asked("ENUM-OPEN", "an unlisted object type is ignored", |_, asked| {
        ignore(asked, "objectTypes", "VERIFY_UNLISTED");
    }),
    asked("ENUM-OPEN", "an unlisted request type is refused", |_, asked| {
        refuse(asked, "actorRequestTypes", "VERIFY_UNLISTED");
    }),
    asked("LIST-SPLIT", "a plus sign is one", |_, asked| {
        asked.change(&["objectIdentifiers"], |value| if value.contains('+') { NOBODY } else { value }.to_owned());
    }),
    answered("LIST-SPLIT", "a value with a comma can be asked for", |world, asked, answer| {
        if let Some(value) = asked.first("objectIdentifiers").filter(|value| value == "red, green")
            && let Some(query) = asked.read(world)
        {
            choose(world, &query, answer, |entry| entry["objectIdentifier"] == *value);
        }
    }),
    asked("PARAM-UNKNOWN", "an unknown parameter is refused", |_, asked| {
        let wrong = asked.pairs.iter().any(|(name, _)| name == "quiet");
        asked.refuse_if(wrong);
    }),
    asked("PARAM-UNKNOWN", "case does not count in names", |_, asked| {
        for (name, _) in &mut asked.pairs {
            if name == "objectidentifiers" {
                name.replace_range(.., "objectIdentifiers");
            }
        }
    }),
];

fn refuse(asked: &mut Asked, name: &str, value: &str) {
    let wrong = asked.list(name).iter().any(|given| given == value);
    asked.refuse_if(wrong);
}

fn ignore(asked: &mut Asked, name: &str, value: &str) {
    if asked.list(name) == [value] {
        asked.remove(name);
    }
}

fn ignore_all_but(asked: &mut Asked, name: &str, value: &str) {
    if asked.list(name) != [value] {
        asked.remove(name);
    }
}

fn nothing(asked: &mut Asked, name: &str) {
    if !asked.raw(name).is_empty() {
        asked.set("objectIdentifiers", NOBODY);
    }
}

fn only_last(asked: &mut Asked, names: &[&str]) {
    for name in names {
        if let [_, .., last] = asked.list(name).as_slice() {
            let last = last.clone();
            asked.set(name, &last);
        }
    }
}

/// Answers with the entries of the range that are chosen, whatever the filters say.
fn choose(world: &World, query: &Query, answer: &mut Answer, chosen: impl Fn(&Value) -> bool) {
    let mut everything = all(world, &Query { filters: Filters::default(), ..query.clone() });
    everything.retain(|entry| chosen(entry));
    answer.becomes_page_of(query, &everything);
}

/// Compares identifiers otherwise.
fn by_name(world: &World, asked: &Asked, answer: &mut Answer, same: fn(&str, &str) -> bool) {
    let Some(query) = asked.read(world).filter(|_| answer.is_page()) else { return };
    let names = query.filters.values(FilterField::ObjectIdentifiers);
    if !names.is_empty() {
        choose(world, &query, answer, |entry| {
            names.iter().any(|name| same(entry["objectIdentifier"].as_str().unwrap(), name))
        });
    }
}
