//! A probe for each rule of the fidelity table: one that is forgotten, or for a rule that is not there, does not compile.

mod errors;
mod filters;
mod keys;
mod lists;
mod paging;
mod request;
mod response;
mod several_values;
mod times;
mod unauthorized;

use super::probe_result::Probe;
use crate::contract::RULES;

/// The probe of each rule, in the order of the table.
pub const PROBES: [(&str, Probe); RULES.len()] = [
    ("REQ-OPERATION", request::operation),
    ("REQ-PERMISSION", request::permission),
    ("REQ-RATE", request::rate),
    ("REQ-BODY", request::body),
    ("TIME-FORMAT", times::format),
    ("TIME-ZONELESS", times::zoneless),
    ("TIME-FORMS", times::forms),
    ("TIME-RANGE", times::range),
    ("PAGE-BOUNDS", paging::bounds),
    ("PARAM-INVALID", paging::invalid),
    ("LIST-ACTIONS", lists::actions),
    ("LIST-ACTOR-TYPES", lists::actor_types),
    ("LIST-REQUEST-TYPES", lists::request_types),
    ("LIST-OBJECT-TYPES", lists::object_types),
    ("LIST-OBJECT-TYPES-KNOWN", lists::known_object_types),
    ("LIST-STRINGS", lists::strings),
    ("LIST-SEVERAL", several_values::several),
    ("LIST-FORMS", several_values::forms),
    ("FILTER-LOGIC", filters::logic),
    ("FILTER-EMPTY", filters::empty),
    ("ENUM-CLOSED", filters::closed),
    ("ENUM-OPEN", filters::open),
    ("LIST-SPLIT", several_values::split),
    ("PARAM-UNKNOWN", filters::unknown),
    ("REQ-LENIENT", request::lenient),
    ("REQ-ORDER", request::order),
    ("RES-PAGE", response::page),
    ("RES-ENTRY", response::entry),
    ("RES-ACTOR", response::actor),
    ("RES-TIMESTAMP", response::timestamp),
    ("RES-FRACTION", times::fraction),
    ("RES-ORDER", response::order),
    ("RES-TOTALS", paging::totals),
    ("ERR-429", errors::too_many),
    ("ERR-RETRY-AFTER", errors::retry_after),
    ("ERR-SHAPE", errors::shape),
    ("ERR-PRINTED", errors::printed),
    ("ERR-WORDS", errors::words),
    ("ERR-401", unauthorized::unauthorized),
    ("ERR-403", unauthorized::forbidden),
    ("CATALOG-EMPTY", unauthorized::catalog),
    ("KEY-ROLES", keys::roles),
    ("KEY-DEFAULT-ROLES", keys::default_roles),
    ("KEY-PERSONAL", keys::personal),
];

const _: () = {
    let mut index = 0;
    while index < RULES.len() {
        assert!(same(RULES[index].id, PROBES[index].0), "each rule has its probe, in the same order");
        index += 1;
    }
};

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}
