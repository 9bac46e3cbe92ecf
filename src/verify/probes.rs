//! The probe of each rule of the fidelity table. With one too few or too many no verification starts.

mod errors;
mod filters;
mod lists;
mod paging;
mod request;
mod response;
mod several_values;
mod times;
mod values;

use super::context::{Probe, inconclusive};

/// The probe of each rule, in the order of the table.
pub const PROBES: &[(&str, Probe)] = &[
    ("REQ-OPERATION", request::operation),
    ("REQ-PERMISSION", request::permission),
    ("REQ-RATE", request::rate),
    ("REQ-BODY", |_| inconclusive("it would take a GET with a body of more than 2 MB, which this does not send")),
    ("TIME-FORMAT", times::format),
    ("TIME-OFFSET", times::offset),
    ("TIME-ZONELESS", times::zoneless),
    ("TIME-FORMS", times::forms),
    ("TIME-RANGE", times::range),
    ("PAGE-BOUNDS", paging::bounds),
    ("PARAM-INVALID", paging::invalid),
    ("LIST-ACTIONS", lists::actions),
    ("LIST-ACTOR-TYPES", lists::actor_types),
    ("LIST-REQUEST-TYPES", lists::request_types),
    ("LIST-OBJECT-TYPES", lists::object_types),
    ("LIST-OBJECT-TYPES-KNOWN", several_values::known_object_types),
    ("LIST-STRINGS", lists::strings),
    ("LIST-SEVERAL", several_values::several),
    ("LIST-FORMS", several_values::forms),
    ("FILTER-LOGIC", filters::logic),
    ("FILTER-EXACT", filters::exact),
    ("FILTER-ANONYMOUS", lists::anonymous),
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
    ("ERR-401", request::unauthorized),
    ("ERR-403", request::forbidden),
    ("CATALOG-EMPTY", request::catalog),
    ("KEY-ROLES", |_| inconclusive("an answer does not show the roles of a key")),
    ("KEY-DEFAULT-ROLES", |_| {
        inconclusive("it would take a key of each role, and an answer does not show which one a key has")
    }),
    ("KEY-LOWEST-ROLE", |_| {
        inconclusive("it would take a key of the role Viewer, and an answer does not show which one a key has")
    }),
    ("KEY-CUSTOM-ROLES", |_| inconclusive("an answer does not show the roles of a key and what they grant")),
    ("KEY-PERSONAL", |_| inconclusive("it would take a personal token, and an answer does not show whether one is")),
];
