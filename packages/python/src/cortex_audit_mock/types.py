"""What the control plane takes and returns, with the names of its OpenAPI document (`/__admin/openapi.json`).

A test compares each class with the schema of its name. `docs/control-plane.md` and `docs/verdict.md` describe the members.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, Any, Dict, List, Literal, Optional, Sequence, TypedDict, Union

from .control_plane import Duration, Time

if TYPE_CHECKING:
    # Type checkers bring it along; nothing is imported when a program runs.
    from typing_extensions import NotRequired

Texts = Union[str, Sequence[str]]
"""Values of a list: a text with commas between them, or a sequence."""

Path = Union[str, "os.PathLike[str]"]
Paths = Union[Path, Sequence[Path]]
FaultType = Literal["status", "delay", "reset", "truncate", "malformed", "empty", "drip"]
Offsets = Literal["honoured", "ignored", "refused"]
Scenario = Literal["insert-between-pages", "late-arrivals", "same-millisecond", "burst", "quota-squeeze", "flaky"]


class Clock(TypedDict):
    now: str
    frozen: bool
    system: bool


class FaultRule(TypedDict):
    """A fault rule to add: its `type`, the fields of that type, and when it fires."""

    type: FaultType
    status: NotRequired[int]
    retryAfter: NotRequired[int]
    retryAfterDate: NotRequired[bool]
    message: NotRequired[str]
    body: NotRequired[str]
    contentType: NotRequired[str]
    fixed: NotRequired[str]
    uniform: NotRequired[Dict[str, str]]
    logNormal: NotRequired[Dict[str, Any]]
    bytes: NotRequired[int]
    every: NotRequired[str]
    match: NotRequired[FaultMatch]
    after: NotRequired[int]
    times: NotRequired[int]
    cycle: NotRequired[int]
    probability: NotRequired[float]


class FaultMatch(TypedDict):
    key: NotRequired[str]
    page: NotRequired[int]
    query: NotRequired[Dict[str, str]]


class FaultRuleState(FaultRule):
    """A rule of the server: what was added, and its counters."""

    id: int
    ofKey: bool
    matched: int
    fired: int


class FaultList(TypedDict):
    faults: List[FaultRuleState]


class Entry(TypedDict):
    action: str
    objectIdentifier: str
    objectType: str
    timestamp: str
    actorIdentifier: NotRequired[str]
    ipAddress: NotRequired[str]


class FixtureEntry(TypedDict):
    action: str
    objectIdentifier: str
    objectType: str
    timestamp: str
    actorIdentifier: NotRequired[Optional[str]]
    ipAddress: NotRequired[Optional[str]]
    actorType: NotRequired[Optional[str]]
    actorRequestType: NotRequired[Optional[str]]
    actorEmail: NotRequired[Optional[str]]
    actorApiKeyIdentifier: NotRequired[Optional[str]]


class EntriesAdded(TypedDict):
    added: int
    entries: int
    ignoredFields: Dict[str, int]


class Removed(TypedDict):
    removed: int


class LiveActivity(TypedDict):
    rate: str
    lateness: NotRequired[str]
    burst: NotRequired[int]


class ScenarioState(TypedDict):
    name: str
    seed: NotRequired[int]
    pages: NotRequired[int]
    added: NotRequired[int]
    refused: NotRequired[int]
    failed: NotRequired[int]


class Settings(TypedDict):
    rateLimit: str
    strict: bool
    offsets: str


class Version(TypedDict):
    name: str
    version: str
    entries: int
    keys: int
    now: str


class SessionList(TypedDict):
    sessions: List[str]
    most: int
    evicted: int


class SessionReset(TypedDict):
    reset: Optional[str]
    reloaded: NotRequired[Dict[str, Any]]


class Changes(TypedDict):
    world: int
    now: str
    frozen: bool
    system: bool
    entries: int
    arrivals: int
    requests: int
    live: bool
    scenario: Optional[str]
    faults: int
    rateLimit: str


class Summary(TypedDict):
    total: int
    first: Optional[str]
    last: Optional[str]
    values: Dict[str, List[ValueCount]]
    actors: List[Dict[str, Any]]
    timeline: Dict[str, Any]


class ValueCount(TypedDict):
    value: str
    count: int


class JournalRecord(TypedDict):
    id: str
    time: str
    method: str
    path: str
    query: str
    parsedQuery: Optional[ParsedQuery]
    address: str
    httpVersion: str
    headers: Dict[str, str]
    key: Optional[JournalKey]
    status: int
    durationMicroseconds: int
    responseBytes: Optional[int]
    findings: List[QueryIssue]
    problem: Optional[str]
    answeredBy: Optional[str]
    faults: List[int]
    fromPage: bool


class JournalKey(TypedDict):
    name: str
    lastFour: str


class QueryIssue(TypedDict):
    rule: str
    severity: str
    parameter: str
    value: str
    message: str
    nearest: NotRequired[str]


class ParsedQuery(TypedDict):
    page: int
    pageSize: int
    startTime: NotRequired[str]
    endTime: NotRequired[str]
    actions: NotRequired[List[str]]
    objectIdentifiers: NotRequired[List[str]]
    objectTypes: NotRequired[List[str]]
    actorTypes: NotRequired[List[str]]
    actorApiKeyIdentifiers: NotRequired[List[str]]
    actorEmails: NotRequired[List[str]]
    actorIpAddresses: NotRequired[List[str]]
    actorRequestTypes: NotRequired[List[str]]


class RequestList(TypedDict):
    requests: List[JournalRecord]
    count: int
    dropped: int


class RequestCount(TypedDict):
    count: int
    dropped: int


class Verdict(TypedDict):
    scope: Dict[str, Any]
    notJudged: int
    unknownKey: int
    unknownKeyLast: NotRequired[str]
    outside: int
    expectations: Dict[str, ExpectationVerdict]
    delivered: NotRequired[Delivered]
    clients: List[ClientVerdict]


class ExpectationVerdict(TypedDict):
    kept: bool
    reasons: List[str]


class ClientVerdict(TypedDict):
    key: str
    requests: int
    coverage: Coverage
    paging: Paging
    rereads: Rereads
    windows: Windows
    manners: Manners
    findings: List[Finding]


class Coverage(TypedDict):
    entries: int
    once: int
    several: int
    doubled: int
    never: int
    pending: int
    otherKeys: int
    behindSeconds: NotRequired[float]
    neverExamples: List[CoverageExample]
    doubledExamples: List[CoverageExample]


class CoverageExample(TypedDict):
    entry: Entry
    requests: List[str]


class Paging(TypedDict):
    queries: int
    crawls: int
    finished: int
    pages: int
    repeated: int
    retried: int
    probes: int
    skipped: int
    perQuery: List[Dict[str, Any]]
    furtherQueries: int


class Rereads(TypedDict):
    entries: int
    share: float
    beyondOverlap: NotRequired[int]
    largest: NotRequired[Dict[str, Any]]


class Windows(TypedDict):
    count: int
    gapCount: int
    gaps: List[Dict[str, Any]]
    future: int
    lateArrivalsMissed: int


class Manners(TypedDict):
    statuses: Dict[str, int]
    throttled: int
    tooEarly: int
    refusedAgain: int
    nothingNew: int
    inAHurry: int
    peakPerMinute: int


class Finding(TypedDict):
    bug: str
    rule: NotRequired[str]
    count: int
    message: str
    advice: NotRequired[str]
    requests: List[str]


class Delivered(TypedDict):
    scope: Dict[str, Any]
    records: int
    served: int
    neverRead: int
    missing: Differences
    doubled: Differences
    altered: Differences
    truncated: Differences
    neverServed: Differences


class Differences(TypedDict):
    """How many records differ in one way, and some of them."""

    count: int
    examples: List[Dict[str, Any]]


class EntryFilter(TypedDict, total=False):
    """The list filters of the API."""

    actions: Texts
    object_identifiers: Texts
    object_types: Texts
    actor_types: Texts
    actor_api_key_identifiers: Texts
    actor_emails: Texts
    actor_ip_addresses: Texts
    actor_request_types: Texts


class Query(EntryFilter, total=False):
    """Which entries a summary counts."""

    start_time: Union[str, datetime]
    end_time: Union[str, datetime]


class VerdictScope(EntryFilter, total=False):
    """Over which entries clients are judged, and how far back they mean to read again."""

    from_: Time
    to: Time
    overlap: Duration


class RequestFilter(EntryFilter, total=False):
    """Which requests of the journal count. A list or time that is empty text selects the requests without it."""

    method: str
    path: str
    key: str
    status: Union[int, str]
    answered_by: Literal["limit", "prefer", "fault", "scenario"]
    rule: str
    since: Time
    until: Time
    from_page: bool
    user_agent: str
    traceparent: str
    start_time: Union[str, datetime]
    end_time: Union[str, datetime]
    page: int
    page_size: int


class Flags(TypedDict, total=False):
    """The flags of the server, as `docs/command-line.md` describes them."""

    listen: str
    fixtures: Paths
    generate: int
    keys: Path
    now: Time
    rate_limit: str
    strict: bool
    offsets: Offsets
    object_types: Path
    live: str
    max_entries: int
    scenario: Scenario
    faults: Path
    seed: int
    admin_token: str
    no_admin: bool
    allow_host: Texts
    cors: Texts
    base_path: str
    report: Path
    tls_cert: Path
    tls_key: Path
    tls_self_signed: bool
    tls_name: Texts
    tls_write_cert: Path
    log: Literal["text", "json", "off"]
