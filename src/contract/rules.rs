//! The fidelity table: every rule of the contract that this mock keeps, with its source.

use crate::text::word_enum;

word_enum! {
    /// The source of a rule, with its word in the fidelity table.
    pub enum Source {
        /// The published reference page or OpenAPI document says so.
        Documented = "documented",
        /// The official client behaves so, and its own tests rely on it.
        Client = "client",
        /// Partly documented, partly seen in the official client.
        DocumentedAndClient = "documented, client",
        /// Partly seen in the official client, partly assumed.
        ClientAndAssumed = "client, assumed",
        /// Neither says; the most likely choice.
        Assumed = "assumed",
    }
}

/// A rule of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Identifier in messages, tests and documentation, such as `PAGE-BOUNDS`.
    pub id: &'static str,
    /// Source of the rule.
    pub source: Source,
    /// Text of the rule, in Markdown.
    pub text: &'static str,
}

/// Every rule, in the order of a request and its answer.
pub const RULES: &[Rule] = &[
    rule(
        "REQ-OPERATION",
        Source::Documented,
        "`GET /api/v1/audit-logs` with `Authorization: Bearer <token>`; the token is an API key or a personal token",
    ),
    rule("REQ-PERMISSION", Source::Documented, "the key must have the `View audit logs` permission"),
    rule("REQ-RATE", Source::Documented, "at most 1000 requests a minute per client"),
    rule("REQ-BODY", Source::Documented, "a request body of at most 2 MB"),
    rule("TIME-FORMAT", Source::Documented, "`startTime` and `endTime` are date-times (RFC 3339)"),
    rule("TIME-ZONELESS", Source::Client, "a date-time without an offset means UTC; its seconds may be left out"),
    rule(
        "TIME-FORMS",
        Source::Client,
        "fractions of 1 to 9 digits, offsets without a colon, `z` and `t` in lower case; an unescaped `+`, which arrives as a space, is read as `+` and reported",
    ),
    rule(
        "TIME-RANGE",
        Source::Assumed,
        "both ends of the range are inclusive; `startTime` after `endTime` matches nothing (200) and is reported",
    ),
    rule(
        "PAGE-BOUNDS",
        Source::Documented,
        "`page` is an int32 from 0, default 0; `pageSize` from 1 to 1000, default 250; published as required, absent means the default",
    ),
    rule(
        "PARAM-INVALID",
        Source::Assumed,
        "a page, size or date-time that is out of range, unreadable, empty, or given twice with different values is a 400",
    ),
    rule("LIST-ACTIONS", Source::Documented, "`actions` takes `CREATE`, `READ`, `UPDATE`, `DELETE`"),
    rule(
        "LIST-ACTOR-TYPES",
        Source::Documented,
        "`actorTypes` takes `API_KEY`, `PERSONAL_API_KEY`, `OAUTH2`, `BACKSTAGE`, `ANONYMOUS`",
    ),
    rule(
        "LIST-REQUEST-TYPES",
        Source::Documented,
        "`actorRequestTypes` takes `API_KEY_ENTITY`, `ATLASSIAN_WEBHOOK`, `SCORECARD_BADGES`, `SLACK_COMMAND`",
    ),
    rule(
        "LIST-OBJECT-TYPES",
        Source::Documented,
        "`objectTypes` takes `CATALOG`, `TEAM`, `AWS_CONFIGURATION`, `BITBUCKET_CONFIGURATION`, `SERVICE`, `SCORECARD` and more",
    ),
    rule("LIST-OBJECT-TYPES-KNOWN", Source::Client, "the further object types that Cortex is known to use"),
    rule(
        "LIST-STRINGS",
        Source::Documented,
        "`objectIdentifiers`, `actorApiKeyIdentifiers`, `actorEmails`, `actorIpAddresses` are arrays of strings",
    ),
    rule(
        "LIST-SEVERAL",
        Source::Client,
        "`objectTypes` and `actorRequestTypes` take several values too, though published as one string",
    ),
    rule(
        "LIST-FORMS",
        Source::DocumentedAndClient,
        "a list is a repeated parameter, one comma-separated parameter (the comma percent-encoded or not), or a mix",
    ),
    rule(
        "FILTER-LOGIC",
        Source::Assumed,
        "values of one filter are alternatives, filters combine; matching is exact and case-sensitive",
    ),
    rule("FILTER-EMPTY", Source::Assumed, "an empty list value is the same as no filter"),
    rule(
        "ENUM-CLOSED",
        Source::Assumed,
        "an unknown value of `actions` or `actorTypes` is a 400 that names it, the allowed ones and the nearest; `actions=READ` matches nothing",
    ),
    rule(
        "ENUM-OPEN",
        Source::Assumed,
        "an unlisted value of `objectTypes` or `actorRequestTypes` matches nothing and is reported with the nearest known one; with `--strict` it is a 400",
    ),
    rule(
        "LIST-SPLIT",
        Source::Client,
        "a list is split at commas after percent-decoding, `+` is a space; a value with a comma in it cannot be asked for",
    ),
    rule(
        "PARAM-UNKNOWN",
        Source::ClientAndAssumed,
        "an unknown query parameter is ignored and reported with the nearest known one; with `--strict` it is a 400",
    ),
    rule(
        "REQ-LENIENT",
        Source::Client,
        "a trailing slash is the same operation; `Bearer` in any case; any `Content-Type` on a GET",
    ),
    rule(
        "REQ-ORDER",
        Source::Assumed,
        "checks run in the order token (401), permission (403), parameters (400); a 429 may come before any",
    ),
    rule(
        "RES-PAGE",
        Source::Documented,
        "the body is `logs`, `page`, `total`, `totalPages`, all present, and no second array",
    ),
    rule(
        "RES-ENTRY",
        Source::Documented,
        "an entry has `action`, `objectIdentifier`, `objectType`, `timestamp` always; `actorIdentifier` and `ipAddress` are absent, never null, when unknown",
    ),
    rule(
        "RES-ACTOR",
        Source::Documented,
        "`actorIdentifier` is the readable identifier of the actor: e-mail address, API key identifier, webhook",
    ),
    rule("RES-TIMESTAMP", Source::Documented, "`timestamp` is RFC 3339 in UTC with `Z`"),
    rule(
        "RES-FRACTION",
        Source::Assumed,
        "its fraction has 0, 3, 6 or 9 digits as needed; entries keep the precision that they came with, and comparisons use all of it",
    ),
    rule("RES-ORDER", Source::Assumed, "newest first; entries of the same instant keep one stable order"),
    rule(
        "RES-TOTALS",
        Source::DocumentedAndClient,
        "`total` counts all matches, `totalPages` is `total / pageSize` rounded up, 0 when nothing matches; a page past the end is empty with the true totals",
    ),
    rule(
        "ERR-429",
        Source::Documented,
        "429 is `application/problem+json` with `type`, `title`, `status`; `Retry-After` in whole seconds equals `retryAfter` and is never too early",
    ),
    rule("ERR-RETRY-AFTER", Source::Client, "`Retry-After` is a whole number of at least 1"),
    rule(
        "ERR-SHAPE",
        Source::Documented,
        "other errors are `application/json` with `type` and `message`, and `details`, `requestId`, `httpStatus`",
    ),
    rule(
        "ERR-PRINTED",
        Source::Client,
        "`message`, `details` and `requestId` are always filled and hold no square brackets",
    ),
    rule("ERR-WORDS", Source::Client, "`message` is the reason phrase, `details` the explanation; no null members"),
    rule(
        "ERR-401",
        Source::Assumed,
        "401 for a missing, malformed, unknown, revoked or expired token, with `WWW-Authenticate: Bearer` (and `error=\"invalid_token\"` when one was sent), `type` `UNCATEGORIZED`",
    ),
    rule("ERR-403", Source::Documented, "403 for a valid token whose roles lack the permission"),
    rule(
        "CATALOG-EMPTY",
        Source::Client,
        "`GET /api/v1/catalog` answers an empty page to a valid token and 401 otherwise, for `cortex login`",
    ),
    rule(
        "KEY-ROLES",
        Source::Documented,
        "a key has roles, `DEFAULT` (`READ_ONLY`, `USER`, `ADMIN`) or `CUSTOM` with a tag; several give the union of their permissions",
    ),
    rule(
        "KEY-DEFAULT-ROLES",
        Source::Documented,
        "every default role grants `View audit logs`; a custom role grants what it lists",
    ),
    rule(
        "KEY-PERSONAL",
        Source::Documented,
        "a personal token mirrors its user's permissions; a call outside them is a 403",
    ),
];

const fn rule(id: &'static str, source: Source, text: &'static str) -> Rule {
    Rule { id, source, text }
}
