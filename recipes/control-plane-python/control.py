"""Controls a session of the mock with the generated client: each part of docs/control-plane.md once."""

import datetime
import json
import os
import sys
from typing import TypeVar

import httpx

from control_plane import Client
from control_plane.api.clock import advance_clock, follow_system_clock, get_clock, set_clock
from control_plane.api.entries import (
    add_entries,
    delete_entries,
    export_entries,
    get_changes,
    get_live,
    get_scenario,
    get_summary,
    set_live,
    start_scenario,
    stop_live,
    stop_scenario,
)
from control_plane.api.faults import add_faults, clear_faults, delete_fault, list_faults
from control_plane.api.journal import clear_requests, count_requests, list_requests
from control_plane.api.server import get_control_plane_document, get_health, get_version
from control_plane.api.sessions import change_settings, delete_session, get_settings, list_sessions, reset_session
from control_plane.api.verdict import compare_delivered, get_verdict
from control_plane.models import (
    BodyFault,
    ClockAdvance,
    ClockChange,
    DripFault,
    EmptyFault,
    FaultMatch,
    FaultMatchQuery,
    FixedDelayFault,
    FixtureEntry,
    FixturePage,
    LiveChange,
    LogNormalDelayFault,
    LogNormalDelayFaultLogNormal,
    MalformedFault,
    Problem,
    ResetFault,
    ScenarioStart,
    SettingsChange,
    SinkEntry,
    SinkPage,
    StatusFault,
    TruncateFault,
    UniformDelayFault,
    UniformDelayFaultUniform,
)

T = TypeVar("T")

SESSION = "control"
URL = os.environ["CORTEX_BASE_URL"]
# With CORTEX_MOCK_ADMIN_TOKEN or --admin-token: AuthenticatedClient, which takes the token.
CLIENT = Client(base_url=URL, raise_on_unexpected_status=True)
# What the generated functions do not have: bodies with an entry a line, and the verdict as text.
HTTP = CLIENT.get_httpx_client()


def ok(answer: T | Problem | None) -> T:
    """The answer, unless it is an error."""
    if answer is None or isinstance(answer, Problem):
        sys.exit(str(answer))
    return answer


def get_logs(session: str = SESSION, query: str = "page=0&pageSize=1000") -> httpx.Response:
    """What the client under test would do."""
    key = f"{os.environ['CORTEX_API_KEY']}~{session}"
    return httpx.get(f"{URL}/api/v1/audit-logs?{query}", headers={"Authorization": f"Bearer {key}"})


def server() -> None:
    assert ok(get_health.sync(client=CLIENT)).status == "ok"
    assert ok(get_version.sync(client=CLIENT, session=SESSION)).name == "cortex-audit-mock"
    assert ok(get_control_plane_document.sync(client=CLIENT))["openapi"] == "3.0.3"


def sessions() -> None:
    assert SESSION in ok(list_sessions.sync(client=CLIENT)).sessions
    ok(delete_session.sync(SESSION, client=CLIENT))
    unknown = delete_session.sync(SESSION, client=CLIENT)
    assert isinstance(unknown, Problem) and unknown.http_status == 404, unknown
    assert ok(reset_session.sync(client=CLIENT, session=SESSION)).reset == SESSION
    # Reads the files of the server again; one without files answers 409.
    reloaded = reset_session.sync(client=CLIENT, session=SESSION, reload=True)
    assert reloaded and (not isinstance(reloaded, Problem) or reloaded.http_status == 409), reloaded
    changed = ok(change_settings.sync(client=CLIENT, session=SESSION, body=SettingsChange(rate_limit="100/s", offsets="ignored")))
    assert (changed.rate_limit, changed.offsets, changed.strict) == ("100/s", "ignored", False)
    assert ok(get_settings.sync(client=CLIENT, session=SESSION)) == changed


def clock() -> None:
    assert ok(set_clock.sync(client=CLIENT, session=SESSION, body=ClockChange(now="2025-05-20T12:00:00Z"))).frozen
    moved = ok(advance_clock.sync(client=CLIENT, session=SESSION, body=ClockAdvance(by="60s")))
    assert moved.now == datetime.datetime(2025, 5, 20, 12, 1, tzinfo=datetime.timezone.utc)
    assert ok(set_clock.sync(client=CLIENT, session=SESSION, body=ClockChange())).frozen
    assert not ok(set_clock.sync(client=CLIENT, session=SESSION, body=ClockChange(now="now-1d", frozen=False))).frozen
    assert ok(follow_system_clock.sync(client=CLIENT, session=SESSION)).system
    assert ok(get_clock.sync(client=CLIENT, session=SESSION)).system


def faults() -> None:
    first_page = FaultMatch(page=0)
    unavailable = StatusFault(type_="status", status=503, retry_after=2, times=1, match=first_page)
    slow = FixedDelayFault(type_="delay", fixed="1ms")
    added = ok(add_faults.sync(client=CLIENT, session=SESSION, body=[unavailable, slow])).faults
    assert get_logs().status_code == 503
    assert get_logs().status_code == 200
    fired = {rule.id: rule.fired for rule in ok(list_faults.sync(client=CLIENT, session=SESSION)).faults}
    assert (fired[added[0].id], fired[added[1].id]) == (1, 2), fired
    assert ok(delete_fault.sync(added[0].id, client=CLIENT, session=SESSION)).removed == 1
    assert ok(clear_faults.sync(client=CLIENT, session=SESSION)).removed == 1
    others = add_faults.sync(
        client=CLIENT,
        session=SESSION,
        body=[
            StatusFault(type_="status", status=403, message="No access", match=FaultMatch(key="Auditor")),
            StatusFault(type_="status", status=503, retry_after=30, retry_after_date=True, times=1),
            BodyFault(type_="status", status=502, body="<h1>502 Bad Gateway</h1>", content_type="text/html", times=1),
            UniformDelayFault(type_="delay", uniform=UniformDelayFaultUniform(min_="100ms", max_="2s")),
            LogNormalDelayFault(type_="delay", log_normal=LogNormalDelayFaultLogNormal(median="200ms", sigma=0.5)),
            ResetFault(type_="reset", after=2, times=1, cycle=3),
            EmptyFault(type_="empty", probability=0.1),
            MalformedFault(type_="malformed", times=1),
            DripFault(type_="drip", bytes_=512, every="100ms"),
        ],
    )
    assert len(ok(others).faults) == 9
    small_pages = FaultMatch(query=FaultMatchQuery.from_dict({"objectTypes": "SERVICE", "pageSize": "50"}))
    cut = TruncateFault(type_="truncate", bytes_=100, match=small_pages)
    assert ok(add_faults.sync(client=CLIENT, session=SESSION, body=cut)).faults[0].type_ == "truncate"
    ok(clear_faults.sync(client=CLIENT, session=SESSION))
    wrong = add_faults.sync(client=CLIENT, session=SESSION, body=StatusFault(type_="status", status=302))
    assert isinstance(wrong, Problem) and "status: 302 is not an integer from 400 to 599" in wrong.details, wrong


def journal() -> None:
    assert ok(count_requests.sync(client=CLIENT, session=SESSION, status="503", answered_by="fault")).count == 1
    latest = ok(list_requests.sync(client=CLIENT, session=SESSION, since="now-1h", limit=1)).requests[0]
    assert latest.status == 200 and latest.key and latest.parsed_query
    assert (latest.key.name, latest.parsed_query.page_size) == ("Admin", 1000)
    assert ok(clear_requests.sync(client=CLIENT, session=SESSION)).removed == 2

    get_logs(query="objectTypes=SERVICE,TEAM&startTime=2025-05-20T00:00:00Z")
    get_logs(query="page=1&pagesize=50")
    # A list has the same values in any order, a default counts as given.
    services = ok(count_requests.sync(client=CLIENT, session=SESSION, object_types="TEAM,SERVICE", page=0))
    assert services.count == 1
    assert ok(count_requests.sync(client=CLIENT, session=SESSION, start_time="2025-05-20T00:00:00Z", page_size=250)).count == 1
    # Empty texts find the requests that gave none.
    rest = ok(
        list_requests.sync(
            client=CLIENT,
            session=SESSION,
            start_time="",
            end_time="",
            actions="",
            object_types="",
            object_identifiers="",
            actor_types="",
            actor_request_types="",
            actor_emails="",
            actor_api_key_identifiers="",
            actor_ip_addresses="",
        )
    )
    assert [request.query for request in rest.requests] == ["page=1&pagesize=50"]
    misspelt = ok(list_requests.sync(client=CLIENT, session=SESSION, rule="PARAM-UNKNOWN", until="now")).requests[0]
    assert misspelt.findings[0].nearest == "pageSize"
    by_client = ok(count_requests.sync(client=CLIENT, session=SESSION, user_agent="python-httpx", from_page=False))
    assert by_client.count == 2
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    assert ok(count_requests.sync(client=CLIENT, session=SESSION, traceparent=trace)).count == 0
    path = "/api/v1/audit-logs"
    assert ok(count_requests.sync(client=CLIENT, session=SESSION, method="GET", path=path, key="Admin")).count == 2


def entries() -> None:
    ok(delete_entries.sync(client=CLIENT, session=SESSION))
    assert ok(export_entries.sync(client=CLIENT, session=SESSION, format_="ndjson")) == "[]\n"
    team = FixtureEntry(action="DELETE", object_type="TEAM", object_identifier="sre", timestamp="now-5m")
    team.actor_type, team.actor_request_type = "ANONYMOUS", "SLACK_COMMAND"
    team.actor_identifier, team.ip_address = "Slack command", "192.0.2.7"
    assert ok(add_entries.sync(client=CLIENT, session=SESSION, body=team)).entries == 1
    service = FixtureEntry(action="CREATE", object_type="SERVICE", object_identifier="api", timestamp="now-1m")
    service.actor_identifier = service.actor_api_key_identifier = "ci-deploy"
    service.actor_email = "ada@example.com"
    assert ok(add_entries.sync(client=CLIENT, session=SESSION, body=FixturePage(logs=[service]))).entries == 2

    exported = [FixtureEntry.from_dict(entry) for entry in json.loads(ok(export_entries.sync(client=CLIENT, session=SESSION)))]
    assert exported[1].actor_request_type == "SLACK_COMMAND"
    ok(delete_entries.sync(client=CLIENT, session="copy"))
    assert ok(add_entries.sync(client=CLIENT, session="copy", body=exported)).added == 2
    assert get_logs("copy").text == get_logs().text
    lines = ok(export_entries.sync(client=CLIENT, session=SESSION, format_="ndjson"))
    ok(delete_entries.sync(client=CLIENT, session="copy"))
    assert HTTP.post("/__admin/audit-logs", params={"session": "copy"}, content=lines).json()["added"] == 2
    assert get_logs("copy").text == get_logs().text

    an_hour_ago = ok(get_clock.sync(client=CLIENT, session=SESSION)).now - datetime.timedelta(hours=1)
    summary = ok(get_summary.sync(client=CLIENT, session=SESSION, object_types=["TEAM"], start_time=an_hour_ago))
    assert summary.total == 1 and summary.values.actor_request_types[0].value == "SLACK_COMMAND"
    matching = ok(get_summary.sync(client=CLIENT, session=SESSION, contains="SR")).values.object_identifiers
    assert [(each.value, each.count) for each in matching] == [("sre", 1)]
    assert ok(get_changes.sync(client=CLIENT, session=SESSION)).arrivals == 2


def activity() -> None:
    body = LiveChange(rate="6/min", lateness="30s", burst=3)
    assert ok(set_live.sync(client=CLIENT, session=SESSION, body=body)).rate == "6/min"
    assert ok(get_live.sync(client=CLIENT, session=SESSION)).burst == 3
    assert ok(stop_live.sync(client=CLIENT, session=SESSION)).rate == "off"
    started = ok(start_scenario.sync(client=CLIENT, session=SESSION, body=ScenarioStart(name="flaky", seed=7)))
    assert ok(get_scenario.sync(client=CLIENT, session=SESSION)) == started
    assert ok(stop_scenario.sync(client=CLIENT, session=SESSION)).name == "off"


def verdict() -> None:
    ok(reset_session.sync(client=CLIENT, session=SESSION))
    incomplete = get_verdict.sync(client=CLIENT, session=SESSION, expect=["complete", "polite"])
    assert isinstance(incomplete, Problem) and incomplete.expectations, incomplete
    assert incomplete.expectations.complete and not incomplete.expectations.complete.kept
    page = get_logs().json()["logs"]
    sink = [SinkEntry.from_dict(entry) for entry in page]
    assert ok(compare_delivered.sync(client=CLIENT, session=SESSION, body=sink, expect=["delivered"])).records == len(page)
    lost = compare_delivered.sync(client=CLIENT, session=SESSION, body=sink[1:], expect=["delivered"])
    assert isinstance(lost, Problem) and "1 entry was served and is not in the sink" in lost.details, lost
    assert ok(compare_delivered.sync(client=CLIENT, session=SESSION, body=SinkPage(logs=sink))).missing.count == 0
    text = HTTP.get("/__admin/verdict", params={"session": SESSION}, headers={"Accept": "text/plain"}).text
    assert "complete: yes" in text, text
    part = ok(get_verdict.sync(client=CLIENT, session=SESSION, object_types=["TEAM"], from_="now-30d", to="now", overlap="2m"))
    assert part.scope.object_types == ["TEAM"] and part.expectations.no_rereads
    kept = ok(get_verdict.sync(client=CLIENT, session=SESSION, expect=["complete", "no-duplicates", "polite", "contract"]))
    assert kept.clients[0].coverage.once == len(page) and kept.clients[0].findings == []


ok(get_clock.sync(client=CLIENT, session=SESSION))
parts = [server, sessions, clock, faults, journal, entries, activity, verdict]
for part in parts:
    part()
    print(f"{part.__name__}: ok")
