"""One server for the whole run, a session of its own for each test.

    pip install -r requirements.txt
    pytest

`cortex-audit-mock` must be on the PATH. With pytest-xdist each worker starts its own, in milliseconds.
"""

import json
import re
import subprocess
import urllib.error
import urllib.request
import uuid

import pytest


@pytest.fixture(scope="session")
def server_url(tmp_path_factory):
    """The URL of a server on a free port, stopped after the last test."""
    log = tmp_path_factory.mktemp("cortex-audit-mock") / "server.log"
    command = ["cortex-audit-mock", "--listen", "127.0.0.1:0", "--log", "json"]
    # The log goes to a file: a pipe that nobody reads would fill up and stop the server.
    with log.open("w") as stderr, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True) as process:
        # The one line on standard output comes when the server can answer, so there is nothing to wait for.
        line = process.stdout.readline()
        if not line:
            pytest.fail(f"cortex-audit-mock did not start: {log.read_text()}")
        yield json.loads(line)["url"]
        process.terminate()


class Session:
    """The world of one test: its entries, clock, faults, journal and verdict are seen by no other test."""

    def __init__(self, url, name):
        self.url = url
        self.name = name
        self.token = f"mock-admin~{name}"

    def admin(self, method, path, body=None):
        """A call of the control plane, about this session."""
        separator = "&" if "?" in path else "?"
        request = urllib.request.Request(f"{self.url}/__admin{path}{separator}session={self.name}", method=method)
        request.data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(json.load(error)["details"]) from None

    def expect(self, *expectations):
        """Fails, with the reasons, unless the client has kept them."""
        self.admin("GET", f"/verdict?expect={','.join(expectations)}")


@pytest.fixture
def cortex(server_url, request):
    """A session that is named after the test."""
    name = re.sub(r"[^A-Za-z0-9._-]", "-", request.node.name)[:50]
    session = Session(server_url, f"{name}-{uuid.uuid4().hex[:8]}")
    yield session
    session.admin("DELETE", f"/sessions/{session.name}")
