"""Uses everything of the package once, and prints each call of the control plane as a line of JSON: the test that runs this
compares them with the OpenAPI document, and mypy checks that the types fit.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Optional
from unittest import mock
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

from cortex_audit_mock import MockServer, MockServerError, Session, types
from cortex_audit_mock.control_plane import ControlPlane

EXCHANGE = ControlPlane._exchange


def print_and_exchange(
    self: ControlPlane, method: str, path: str, headers: dict[str, str], body: Optional[bytes]
) -> tuple[int, str]:
    url = urlsplit(path)
    query = parse_qs(url.query, keep_blank_values=True)
    # Text is no JSON document: records, one per line.
    value = None if body is None or b"\n" in body else json.loads(body)
    print(json.dumps({"method": method, "path": url.path, "query": query, "body": value}))
    return EXCHANGE(self, method, path, headers, body)


def read(session: Session) -> list[dict[str, object]]:
    url = f"{session.url}/api/v1/audit-logs?page=0&pageSize=1000"
    with urlopen(Request(url, headers={"Authorization": f"Bearer {session.token}"})) as answer:
        logs: list[dict[str, object]] = json.load(answer)["logs"]
    return logs


def use_the_server(server: MockServer) -> None:
    assert server.clock.get()["system"]
    assert server.sessions() == []


def use_the_clock(session: Session) -> None:
    noon = datetime(2025, 5, 20, 12, tzinfo=timezone.utc)
    assert session.clock.freeze(noon)["frozen"]
    session.clock.advance(timedelta(days=30, milliseconds=1500))
    session.clock.advance("PT1M")
    assert session.clock.now == noon + timedelta(days=30, minutes=1, milliseconds=1500)
    assert not session.clock.run("now-1d")["frozen"]
    assert session.clock.set(frozen=True)["frozen"]
    assert session.clock.follow_system()["system"]


def use_the_entries(session: Session) -> None:
    session.entries.clear()
    team: types.FixtureEntry = {
        "action": "DELETE",
        "objectType": "TEAM",
        "objectIdentifier": "sre",
        "timestamp": "now-5m",
        "actorIdentifier": "ada@example.com",
        "actorType": "OAUTH2",
    }
    assert session.entries.add(team)["added"] == 1
    assert session.entries.add([team, team])["entries"] == 3
    exported = session.entries.export()
    session.entries.clear()
    lines = "".join(json.dumps(entry) + "\n" for entry in exported)
    assert session.entries.add(lines)["added"] == 3
    filters: types.EntryFilter = {
        "actions": ["CREATE", "DELETE"],
        "object_identifiers": "sre",
        "object_types": ["TEAM"],
        "actor_types": "OAUTH2",
        "actor_emails": ["ada@example.com"],
        "actor_api_key_identifiers": [],
        "actor_ip_addresses": [],
        "actor_request_types": [],
    }
    assert session.summary(start_time="2025-01-01T00:00:00Z", end_time=session.clock.now, **filters)["total"] == 3
    assert session.summary(contains="no such value")["values"]["objectIdentifiers"] == []
    assert session.changes()["arrivals"] == session.version()["entries"] == 3


def use_the_faults(session: Session) -> None:
    unavailable: types.FaultRule = {"type": "status", "status": 503, "times": 1, "match": {"page": 7}}
    (added,) = session.faults.add(unavailable)
    assert added["fired"] == 0
    session.faults.add(
        [
            {"type": "delay", "uniform": {"min": "1ms", "max": "2ms"}, "probability": 0.5},
            {"type": "truncate", "bytes": 100, "after": 1, "times": 1, "cycle": 3},
            {"type": "status", "status": 502, "body": "<h1>502</h1>", "contentType": "text/html", "times": 1},
        ]
    )
    assert session.faults.remove(added["id"]) == 1
    assert len([rule for rule in session.faults.list() if not rule["ofKey"]]) == 3
    assert session.faults.clear() == 3


def use_the_journal(session: Session) -> None:
    read(session)
    assert session.requests.count(status=200, page=0, page_size=1000, start_time="", actions="") == 1
    (record,) = session.requests.list(limit=10, status="2xx", since="now-1h", until="now")
    assert record["key"] is not None and record["key"]["name"] == "Admin"
    no_such: types.RequestFilter = {
        "method": "GET",
        "path": "/api/v1/audit-logs",
        "key": "Admin",
        "status": 429,
        "answered_by": "limit",
        "rule": "PARAM-UNKNOWN",
        "since": session.clock.now,
        "until": "now",
        "from_page": False,
        "user_agent": "python",
        "traceparent": "4bf92f3577b34da6a3ce929d0e0e4736",
        "start_time": "2025-01-01T00:00:00Z",
        "end_time": session.clock.now,
        "page": 3,
        "page_size": 50,
        "actions": ["DELETE", "CREATE"],
        "object_identifiers": "sre",
        "object_types": ["TEAM", "SERVICE"],
        "actor_types": "OAUTH2",
        "actor_emails": "ada@example.com",
        "actor_api_key_identifiers": "ci",
        "actor_ip_addresses": "192.0.2.7",
        "actor_request_types": "SLACK_COMMAND",
    }
    assert session.requests.count(**no_such) == 0
    assert session.requests.list(**no_such) == []
    assert session.requests.clear() == 1


def use_the_activity(session: Session) -> None:
    assert session.live.set("6/min", lateness=timedelta(seconds=30), burst=3)["rate"] == "6/min"
    assert session.live.get()["burst"] == 3
    assert session.live.stop()["rate"] == "off"
    assert session.scenario.start("flaky", seed=7)["seed"] == 7
    assert session.scenario.get()["pages"] == 0
    assert session.scenario.stop()["name"] == "off"
    assert session.settings.change(rate_limit="100/s", strict=True, offsets="ignored")["strict"]
    assert session.settings.get()["rateLimit"] == "100/s"


def use_the_verdict(session: Session) -> None:
    session.reset()
    logs = read(session)
    verdict = session.verdict(expect=["complete", "no-rereads"], overlap="2m")
    assert verdict["clients"][0]["coverage"]["once"] == len(logs)
    assert session.delivered(logs, expect="delivered")["missing"]["count"] == 0
    session.verdict(expect="complete, polite, delivered")
    scope: types.VerdictScope = {
        "from_": "now-30d",
        "to": session.clock.now,
        "overlap": timedelta(minutes=2),
        "actions": ["CREATE", "UPDATE", "DELETE"],
        "object_types": "TEAM",
        "object_identifiers": [],
        "actor_types": [],
        "actor_emails": [],
        "actor_api_key_identifiers": [],
        "actor_ip_addresses": [],
        "actor_request_types": [],
    }
    assert session.verdict(**scope)["outside"] > 0
    assert session.delivered(iter(logs), **scope)["records"] == len(logs)


with mock.patch.object(ControlPlane, "_exchange", print_and_exchange), MockServer(generate=50, seed=7) as server:
    use_the_server(MockServer.connect(server.url, token=server.token))
    with server.session("every-call") as session:
        use_the_clock(session)
        use_the_entries(session)
        use_the_faults(session)
        use_the_journal(session)
        use_the_activity(session)
        use_the_verdict(session)
    try:
        server.reset(reload=True)
    except MockServerError as error:
        # It has no files.
        assert "409" in str(error), error
