"""Syncs of a framework in sessions of a server, and everything that came of them, as JSON.

A framework waits and reads the time by a clock of its own. Here that clock is moved with the one of the session, so that a
wait for a squeezed quota takes no time.
"""

import json
import sys
import time
import traceback
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone

import requests
import time_machine

SYNCS = 3
# Longer than entries come late, and than the quota of a request takes to come back.
PAUSE = 90
real_sleep = time.sleep
real_send = requests.Session.send


class Session:
    def __init__(self, url, name):
        self.url, self.name = url, name
        # `documented-burst`: in the settings of the framework's documents; `clean-burst`: in those of recipes/collectors.
        settings, _, self.scenario = name.partition("-")
        self.clean = settings == "clean"
        self.token = f"mock-admin~{name}"
        self.pages = []
        self.failures = []

    def call(self, method, path, body=None):
        request = urllib.request.Request(f"{self.url}/__admin/{path}", method=method)
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        with urllib.request.urlopen(request, data) as answer:
            return json.load(answer)

    def wait(self, seconds):
        self.call("POST", f"clock/advance?session={self.name}", {"by": f"{max(1, round(seconds * 1000))}ms"})
        self.clock.shift(seconds)

    def sleep(self, seconds):
        # Threads that look at each other sleep shorter.
        if seconds < 0.5:
            real_sleep(seconds)
        else:
            self.wait(seconds)

    def receive(self, session, request, **options):
        """Sends a request, and keeps what arrived whole."""
        response = real_send(session, request, **options)
        if response.status_code == 200:
            try:
                logs = response.json()["logs"]
            except ValueError:
                return response
            query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(response.url).query))
            self.pages.append({"query": query, "logs": logs})
        return response

    def end(self):
        """The end of the ranges of a clean client: longer ago than entries come late."""
        return (datetime.now(timezone.utc) - timedelta(seconds=60)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def try_to(self, sync, add):
        """A sync that fails is tried again the next time."""
        try:
            sync(add)
        except Exception:
            self.failures.append(traceback.format_exc())

    def all_entries(self):
        entries, page = [], 0
        while True:
            query = f"page={page}&pageSize=1000"
            request = urllib.request.Request(f"{self.url}/api/v1/audit-logs?{query}")
            request.add_header("Authorization", f"Bearer {self.token}")
            with urllib.request.urlopen(request) as answer:
                answer = json.load(answer)
            entries += answer["logs"]
            page += 1
            if page >= answer["totalPages"]:
                return entries


def is_page(response):
    try:
        return "logs" in response.json()
    except ValueError:
        return False


def merged(rows):
    """What a destination has that merges by all fields."""
    return list({json.dumps(row, sort_keys=True): row for row in rows}.values())


def run(framework, as_text=str, merges=False):
    """Runs `framework(session)`, which returns a function that syncs and hands over each row, in each session that the command
    line names. `merges`: a clean destination of this framework does."""
    url, file, *names = sys.argv[1:]
    results = {}
    for name in names:
        session = Session(url, name)
        if session.scenario != "calm":
            session.call("PUT", f"scenario?session={name}", {"name": session.scenario, "seed": 1})
        sink = []
        time.sleep = session.sleep
        requests.Session.send = lambda self, request, **options: session.receive(self, request, **options)
        with time_machine.travel(time.time(), tick=True) as session.clock:
            sync = framework(session)
            for _ in range(SYNCS):
                session.try_to(sync, sink.append)
                session.wait(PAUSE)
            if session.scenario != "calm":
                session.call("DELETE", f"scenario?session={name}")
            if session.clean and merges:
                sink = merged(sink)
            rows = "".join(json.dumps(row, default=as_text) + "\n" for row in sink)
            delivered = session.call("POST", f"verdict/delivered?session={name}", rows.encode())
            verdict = session.call("GET", f"verdict?session={name}")
            count = len(session.pages)
            # What is pending is read next time; what is lost is not.
            session.wait(PAUSE)
            session.try_to(sync, lambda row: None)
        time.sleep, requests.Session.send = real_sleep, real_send
        results[name] = {
            "verdict": verdict,
            "delivered": delivered,
            "sink": json.loads(json.dumps(sink, default=as_text)),
            "pages": session.pages[:count],
            "next": session.pages[count:],
            "entries": session.all_entries(),
            "failures": session.failures,
        }
    with open(file, "w", encoding="utf-8") as file:
        json.dump(results, file)
