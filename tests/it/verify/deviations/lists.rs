//! Deviations of lists and filters.

use cortex_audit_mock::World;
use cortex_audit_mock::contract::{FilterField, Filters, Query};
use serde_json::Value;

use super::super::deviating_server::{Deviation, reads, responds};
use super::super::intercepted::{InterceptedRequest, InterceptedResponse, NOBODY, all_entries};

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

pub const ALL: &[Deviation] = &[
    reads("LIST-ACTIONS", "READ is refused", |_, request| refuse(request, "actions", "READ")),
    reads("LIST-ACTIONS", "UPDATE is refused", |_, request| refuse(request, "actions", "UPDATE")),
    reads("LIST-ACTIONS", "DELETE is ignored", |_, request| ignore(request, "actions", "DELETE")),
    reads("LIST-ACTOR-TYPES", "BACKSTAGE is refused", |_, request| refuse(request, "actorTypes", "BACKSTAGE")),
    reads("LIST-ACTOR-TYPES", "they are ignored", |_, request| ignore_all_but(request, "actorTypes", "oauth2")),
    reads("LIST-REQUEST-TYPES", "SLACK_COMMAND is refused", |_, request| {
        refuse(request, "actorRequestTypes", "SLACK_COMMAND");
    }),
    reads("LIST-REQUEST-TYPES", "they are ignored", |_, request| request.remove("actorRequestTypes")),
    reads("LIST-OBJECT-TYPES", "SCORECARD is refused", |_, request| refuse(request, "objectTypes", "SCORECARD")),
    reads("LIST-OBJECT-TYPES", "TEAM is ignored", |_, request| ignore(request, "objectTypes", "TEAM")),
    reads("LIST-OBJECT-TYPES", "they are ignored", |_, request| request.remove("objectTypes")),
    reads("LIST-OBJECT-TYPES-KNOWN", "WORKFLOW is refused", |_, request| refuse(request, "objectTypes", "WORKFLOW")),
    reads("LIST-OBJECT-TYPES-KNOWN", "SECRET chooses nothing", |_, request| {
        let rest: Vec<String> = request.list("objectTypes").into_iter().filter(|kind| kind != "SECRET").collect();
        if !rest.is_empty() {
            request.set("objectTypes", &rest.join(","));
        }
    }),
    reads("LIST-STRINGS", "objectIdentifiers are ignored", |_, request| request.remove("objectIdentifiers")),
    reads("LIST-STRINGS", "actorEmails are ignored", |_, request| request.remove("actorEmails")),
    reads("LIST-STRINGS", "actorEmails choose nothing", |_, request| nothing(request, "actorEmails")),
    reads("LIST-STRINGS", "actorApiKeyIdentifiers are ignored", |_, request| request.remove("actorApiKeyIdentifiers")),
    reads("LIST-STRINGS", "actorApiKeyIdentifiers choose nothing", |_, request| {
        nothing(request, "actorApiKeyIdentifiers");
    }),
    reads("LIST-STRINGS", "actorIpAddresses are ignored", |_, request| request.remove("actorIpAddresses")),
    reads("LIST-SEVERAL", "one object type alone", |_, request| only_last(request, &["objectTypes"])),
    reads("LIST-SEVERAL", "several object types are refused", |_, request| {
        let wrong = request.list("objectTypes").len() > 1;
        request.refuse_if(wrong);
    }),
    reads("LIST-SEVERAL", "several request types are refused", |_, request| {
        let wrong = request.list("actorRequestTypes").len() > 1;
        request.refuse_if(wrong);
    }),
    reads("LIST-SEVERAL", "one request type alone", |_, request| only_last(request, &["actorRequestTypes"])),
    reads("LIST-FORMS", "the last of repeated ones", |_, request| {
        for name in KNOWN {
            if let [_, .., last] = request.raw(name).as_slice() {
                let last = last.clone();
                request.remove(name);
                request.pairs.push((name.to_owned(), last));
            }
        }
    }),
    reads("LIST-FORMS", "commas are part of a value", |_, request| {
        request.change(&KNOWN, |value| {
            if value.contains(',') || value.contains("%2C") { NOBODY } else { value }.to_owned()
        });
    }),
    reads("LIST-FORMS", "encoded commas are part of a value", |_, request| {
        request.change(&KNOWN, |value| if value.contains("%2C") { NOBODY } else { value }.to_owned());
    }),
    reads("LIST-FORMS", "no mix", |_, request| {
        let is_mix = |name: &str| matches!(request.raw(name).as_slice(), [first, _, ..] if first.contains(','));
        let wrong = KNOWN.into_iter().any(is_mix);
        request.refuse_if(wrong);
    }),
    reads("FILTER-LOGIC", "all values at once", |_, request| {
        for name in KNOWN {
            if request.list(name).len() > 1 {
                request.set("objectIdentifiers", NOBODY);
            }
        }
    }),
    responds("FILTER-LOGIC", "one filter is enough", |world, request, response| {
        let Some(query) = request.parse(world).filter(|_| response.is_page()) else { return };
        let [actions, types] =
            [FilterField::Actions, FilterField::ObjectTypes].map(|field| query.filters.values(field));
        if actions.is_empty() || types.is_empty() {
            return;
        }
        choose(world, &query, response, |entry| {
            actions.iter().any(|action| entry["action"] == *action)
                || types.iter().any(|kind| entry["objectType"] == *kind)
        });
    }),
    responds("FILTER-LOGIC", "the last filter alone", |world, request, response| {
        let Some(query) = request.parse(world).filter(|_| response.is_page()) else { return };
        let [actions, types] =
            [FilterField::Actions, FilterField::ObjectTypes].map(|field| query.filters.values(field));
        if !actions.is_empty() && !types.is_empty() {
            choose(world, &query, response, |entry| actions.iter().any(|action| entry["action"] == *action));
        }
    }),
    responds("FILTER-EXACT", "beginnings match", |world, request, response| {
        by_name(world, request, response, |found, given| found.starts_with(given));
    }),
    responds("FILTER-EXACT", "parts match", |world, request, response| {
        by_name(world, request, response, |found, given| found.contains(given));
    }),
    responds("FILTER-EXACT", "case does not count", |world, request, response| {
        by_name(world, request, response, str::eq_ignore_ascii_case);
    }),
    reads("FILTER-ANONYMOUS", "Backstage has request types", |_, request| {
        request.change(&["actorTypes"], |value| match value {
            "ANONYMOUS" => "BACKSTAGE".to_owned(),
            "BACKSTAGE" => "ANONYMOUS".to_owned(),
            other => other.to_owned(),
        });
    }),
    reads("FILTER-EMPTY", "an empty list is refused", |_, request| {
        let wrong = request.any(&KNOWN, str::is_empty);
        request.refuse_if(wrong);
    }),
    reads("FILTER-EMPTY", "an empty list matches nothing", |_, request| {
        if request.any(&KNOWN, str::is_empty) {
            request.set("objectIdentifiers", NOBODY);
        }
    }),
    reads("ENUM-CLOSED", "an unknown action matches nothing", |_, request| {
        if request.raw("actions") == ["REMOVED"] {
            request.remove("actions");
            request.set("objectIdentifiers", NOBODY);
        }
    }),
    reads("ENUM-CLOSED", "case does not count", |_, request| {
        request.change(&["actorTypes"], str::to_uppercase);
    }),
    responds("ENUM-CLOSED", "the words are not told", |_, request, response| {
        if response.is_error() && request.any(&["actions", "actorTypes"], |_| true) {
            response.set("details", "A parameter is wrong.");
        }
    }),
    reads("ENUM-CLOSED", "READ matches everything", |_, request| ignore(request, "actions", "READ")),
    reads("ENUM-OPEN", "an unlisted object type is refused", |_, request| {
        refuse(request, "objectTypes", "VERIFY_UNLISTED");
    }),
    reads("ENUM-OPEN", "an unlisted object type is ignored", |_, request| {
        ignore(request, "objectTypes", "VERIFY_UNLISTED");
    }),
    reads("ENUM-OPEN", "an unlisted request type is refused", |_, request| {
        refuse(request, "actorRequestTypes", "VERIFY_UNLISTED");
    }),
    reads("LIST-SPLIT", "a plus sign is one", |_, request| {
        request.change(&["objectIdentifiers"], |value| if value.contains('+') { NOBODY } else { value }.to_owned());
    }),
    responds("LIST-SPLIT", "a value with a comma can be request for", |world, request, response| {
        if let Some(value) = request.first("objectIdentifiers").filter(|value| value == "red, green")
            && let Some(query) = request.parse(world)
        {
            choose(world, &query, response, |entry| entry["objectIdentifier"] == *value);
        }
    }),
    reads("PARAM-UNKNOWN", "an unknown parameter is refused", |_, request| {
        let wrong = request.pairs.iter().any(|(name, _)| name == "quiet");
        request.refuse_if(wrong);
    }),
    reads("PARAM-UNKNOWN", "case does not count in names", |_, request| {
        for (name, _) in &mut request.pairs {
            if name == "objectidentifiers" {
                name.replace_range(.., "objectIdentifiers");
            }
        }
    }),
];

fn refuse(request: &mut InterceptedRequest, name: &str, value: &str) {
    let wrong = request.list(name).iter().any(|given| given == value);
    request.refuse_if(wrong);
}

fn ignore(request: &mut InterceptedRequest, name: &str, value: &str) {
    if request.list(name) == [value] {
        request.remove(name);
    }
}

fn ignore_all_but(request: &mut InterceptedRequest, name: &str, value: &str) {
    if request.list(name) != [value] {
        request.remove(name);
    }
}

fn nothing(request: &mut InterceptedRequest, name: &str) {
    if !request.raw(name).is_empty() {
        request.set("objectIdentifiers", NOBODY);
    }
}

fn only_last(request: &mut InterceptedRequest, names: &[&str]) {
    for name in names {
        if let [_, .., last] = request.list(name).as_slice() {
            let last = last.clone();
            request.set(name, &last);
        }
    }
}

/// Answers with the entries of the range that are chosen, whatever the filters say.
fn choose(world: &World, query: &Query, response: &mut InterceptedResponse, chosen: impl Fn(&Value) -> bool) {
    let mut everything = all_entries(world, &Query { filters: Filters::default(), ..query.clone() });
    everything.retain(|entry| chosen(entry));
    response.becomes_page_of(query, &everything);
}

/// Compares identifiers otherwise.
fn by_name(
    world: &World,
    request: &InterceptedRequest,
    response: &mut InterceptedResponse,
    same: fn(&str, &str) -> bool,
) {
    let Some(query) = request.parse(world).filter(|_| response.is_page()) else { return };
    let names = query.filters.values(FilterField::ObjectIdentifiers);
    if !names.is_empty() {
        choose(world, &query, response, |entry| {
            names.iter().any(|name| same(entry["objectIdentifier"].as_str().unwrap(), name))
        });
    }
}
