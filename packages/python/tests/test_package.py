"""The package against the binary: `python3 -m unittest test_package`, with the package on the path; nothing else is needed."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import get_args
from unittest import mock
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from cortex_audit_mock import BinaryNotFoundError, ControlPlaneError, MockServer, MockServerError, StartError, StopError
from cortex_audit_mock import types
from cortex_audit_mock.binary import VARIABLE, find_binary

README = Path(__file__).parents[1] / "README.md"
# The classes that are no schemas: keyword arguments, and members that the document does not name.
OF_THIS_PACKAGE = {"EntryFilter", "Query", "VerdictScope", "RequestFilter", "Flags", "Differences"}


def get(world, query="page=0&pageSize=1000"):
    """What a client under test reads."""
    request = Request(f"{world.url}/api/v1/audit-logs?{query}", headers={"Authorization": f"Bearer {world.token}"})
    with urlopen(request) as answer:
        return json.load(answer)


def schema_members(document, name):
    """The members of a schema, and those of them that it requires; of a choice, the members of all and the common ones."""
    schema = document["components"]["schemas"][name]
    if "oneOf" in schema:
        each = [schema_members(document, choice["$ref"].rsplit("/", 1)[1]) for choice in schema["oneOf"]]
        return set().union(*(members for members, _ in each)), set.intersection(*(required for _, required in each))
    return set(schema["properties"]), set(schema.get("required", ()))


def class_members(declared):
    """The members of a class, and those of them that are required. They are unevaluated: a checker knows `NotRequired`."""
    members = {name: annotation.__forward_arg__ for name, annotation in declared.__annotations__.items()}
    return set(members), {name for name, annotation in members.items() if not annotation.startswith("NotRequired[")}


class OneServer(unittest.TestCase):
    """One server, and a session for each test."""

    @classmethod
    def setUpClass(cls):
        cls.server = MockServer(seed=7, rate_limit="off")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def setUp(self):
        self.session = self.server.session()

    def test_a_client_that_reads_everything_passes(self):
        page = get(self.session)
        verdict = self.session.verdict(expect="complete, polite")
        self.assertEqual(verdict["clients"][0]["coverage"]["once"], page["total"])
        self.session.delivered(page, expect="delivered")

    def test_a_client_that_stops_early_fails_with_the_reasons_and_the_verdict(self):
        get(self.session, "page=0&pageSize=100")
        with self.assertRaises(AssertionError) as raised:
            self.session.verdict(expect=["complete"])
        self.assertRegex(str(raised.exception), r"(?s)not complete: .* were never served.*\n\nAdmin .*complete: NO")
        self.assertFalse(self.session.verdict()["expectations"]["complete"]["kept"])

    def test_a_sink_that_lost_an_entry_fails_with_the_reason(self):
        logs = get(self.session)["logs"]
        with self.assertRaisesRegex(AssertionError, "1 entry was served and is not in the sink"):
            self.session.delivered(logs[1:], expect="delivered")
        self.assertEqual(self.session.delivered(logs[1:])["missing"]["count"], 1)

    def test_an_empty_expectation_is_an_error(self):
        with self.assertRaisesRegex(ControlPlaneError, "expect"):
            self.session.verdict(expect="")

    def test_sessions_see_nothing_of_each_other(self):
        other = self.server.session()
        other.entries.clear()
        self.assertEqual(get(other)["total"], 0)
        self.assertGreater(get(self.session)["total"], 0)
        self.assertNotEqual(other.token, self.session.token)
        self.assertIn(other.name, self.server.sessions())
        with other:
            pass
        self.assertNotIn(other.name, self.server.sessions())
        # It is gone already, which is no error here.
        with other:
            pass

    def test_times_are_datetimes_or_text(self):
        noon = datetime(2025, 5, 20, 12, tzinfo=timezone(timedelta(hours=2)))
        self.session.clock.freeze(noon)
        self.session.clock.advance(timedelta(days=20, milliseconds=250))
        self.assertEqual(self.session.clock.now, noon + timedelta(days=20, milliseconds=250))
        self.session.clock.set("2025-05-20T12:00:00.123456789Z")
        self.assertEqual(self.session.clock.now.microsecond, 123456)
        with self.assertRaisesRegex(ValueError, "has no time zone"):
            self.session.clock.freeze(datetime(2025, 5, 20, 12))
        with self.assertRaisesRegex(ControlPlaneError, "-"):
            self.session.clock.advance(timedelta(seconds=-1))

    def test_a_refused_call_says_what_is_accepted(self):
        with self.assertRaises(ControlPlaneError) as raised:
            self.session.faults.add({"type": "statsu"})
        self.assertEqual(raised.exception.status, 400)
        self.assertIn('did you mean "status"', raised.exception.details)
        self.assertIn("POST /__admin/faults: 400 Bad Request: ", str(raised.exception))

    def test_the_types_are_those_of_the_document(self):
        with urlopen(f"{self.server.url}/__admin/openapi.json") as answer:
            document = json.load(answer)
        declared = {name: value for name, value in vars(types).items() if hasattr(value, "__required_keys__")}
        self.assertLessEqual(OF_THIS_PACKAGE, set(declared))
        for name in set(declared) - OF_THIS_PACKAGE:
            with self.subTest(name):
                self.assertEqual(class_members(declared[name]), schema_members(document, name))
        schemas = document["components"]["schemas"]
        for words, schema in [
            (types.FaultType, schemas["FaultRuleState"]["properties"]["type"]),
            (types.Offsets, schemas["Offsets"]),
            (types.Scenario, schemas["ScenarioName"]),
        ]:
            self.assertEqual(set(get_args(words)), set(schema["enum"]))


class Life(unittest.TestCase):
    """Start and end of a server."""

    def test_every_flag_is_a_keyword_argument(self):
        command = [str(find_binary()), "serve", "--help"]
        help_text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        flags = set(re.findall(r"^ *(?:-\w, )?--([a-z-]+)", help_text, re.MULTILINE)) - {"help"}
        self.assertEqual({name.replace("_", "-") for name in types.Flags.__annotations__}, flags)

    def test_flags_reach_the_server(self):
        with MockServer(generate=250, strict=True, now="2025-05-20T12:00:00Z", args=["--rate-limit", "5/s"]) as server:
            self.assertEqual(get(server)["total"], 250)
            self.assertEqual(server.settings.get(), {"offsets": "honoured", "rateLimit": "5/s", "strict": True})
            self.assertEqual(server.clock.now, datetime(2025, 5, 20, 12, tzinfo=timezone.utc))

    def test_a_server_that_does_not_start_says_why(self):
        for flags, reason in [
            ({"rate_limit": "5/x"}, "5/x"),
            ({"generat": 5}, "--generat"),
            ({"fixtures": "no-such.json"}, "no-such.json"),
        ]:
            with self.subTest(reason), self.assertRaisesRegex(StartError, f"(?s)did not start.*{reason}"):
                MockServer(**flags)

    def test_a_stopped_server_is_gone_and_its_log_is_kept(self):
        server = MockServer()
        get(server, "page=0&pageSize=1000&objectType=TEAM")
        server.stop()
        server.stop()
        self.assertIn("objectType", server.log)
        with self.assertRaisesRegex(MockServerError, "does not answer"):
            server.clock.get()

    def test_a_server_that_ends_with_an_error_says_so(self):
        server = MockServer(args=["--expect", "complete"])
        with self.assertRaisesRegex(StopError, "(?s)exit code 1.*complete"):
            server.stop()

    def test_the_server_ends_when_this_process_is_killed(self):
        start = "import sys\nfrom cortex_audit_mock import MockServer\nserver = MockServer()"
        script = f"{start}\nprint(server.url, flush=True)\nsys.stdin.read()"
        with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            url = urlsplit(process.stdout.readline().decode().strip())
            with socket.create_connection((url.hostname, url.port), timeout=20) as connection:
                process.kill()
                # Blocks until the server closes the connection.
                self.assertEqual(connection.recv(1), b"")
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection((url.hostname, url.port), timeout=20)

    def test_the_server_ends_with_a_process_that_forgets_it(self):
        script = "from cortex_audit_mock import MockServer\nprint(MockServer().url)"
        run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        url = urlsplit(run.stdout.strip())
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection((url.hostname, url.port), timeout=20)

    def test_a_guarded_control_plane_is_called_with_its_token(self):
        with MockServer(admin_token="guard-4711", base_path="/cortex") as server:
            self.assertTrue(server.url.endswith("/cortex"))
            self.assertFalse(server.clock.get()["frozen"])
            with self.assertRaises(HTTPError) as raised:
                urlopen(f"{server.url}/__admin/clock")
            raised.exception.close()
            self.assertEqual(raised.exception.code, 401)

    def test_https_works_with_a_certificate_made_at_start(self):
        with MockServer(tls_self_signed=True) as server:
            self.assertTrue(server.url.startswith("https://127.0.0.1:"))
            self.assertIn("BEGIN CERTIFICATE", Path(server.certificate).read_text())
            self.assertFalse(server.clock.get()["frozen"])

    def test_the_token_is_that_of_the_first_key_that_may_view(self):
        role = {"type": "DEFAULT", "role": "ADMIN"}
        with tempfile.TemporaryDirectory() as folder:
            keys = Path(folder, "keys.json")
            keys.write_text(json.dumps({"keys": [{"token": "first-token", "name": "Export", "roles": [role]}]}))
            with MockServer(keys=keys) as server:
                self.assertEqual(server.token, "first-token")
                self.assertEqual(server.session("one").token, "first-token~one")
            keys.write_text(json.dumps({"keys": [{"token": "no-roles", "name": "Nobody", "roles": []}]}))
            with MockServer(keys=keys) as server, self.assertRaisesRegex(LookupError, "no key of the server may view"):
                server.session("one").token


class Connected(unittest.TestCase):
    """A server that somebody else has started, such as `cortex-audit-mock run`."""

    def setUp(self):
        self.started = MockServer(admin_token="guard-4711")
        self.addCleanup(self.started.stop)
        self.environment = {
            "CORTEX_AUDIT_MOCK_URL": self.started.url,
            "CORTEX_API_KEY": self.started.token,
            "CORTEX_MOCK_ADMIN_TOKEN": "guard-4711",
        }

    def connect(self, *, without=(), **arguments):
        variables = {name: value for name, value in self.environment.items() if name not in without}
        with mock.patch.dict(os.environ, variables):
            return MockServer.connect(**arguments)

    def test_it_is_the_server_of_the_environment_and_goes_on(self):
        with self.connect() as server:
            self.assertEqual((server.url, server.token), (self.started.url, "mock-admin"))
            with server.session() as session:
                get(session)
                session.verdict(expect="complete")
                self.assertEqual(self.started.sessions(), [session.name])
            self.assertEqual((server.log, server.certificate), ("", None))
        self.assertFalse(self.started.clock.get()["frozen"])

    def test_arguments_override_the_environment(self):
        with MockServer() as other:
            server = self.connect(url=f"{other.url}/", token="mock-auditor")
            self.assertEqual((server.url, server.token), (other.url, "mock-auditor"))
        server = self.connect(without=["CORTEX_API_KEY", "CORTEX_MOCK_ADMIN_TOKEN"], admin_token="guard-4711")
        with self.assertRaisesRegex(LookupError, "CORTEX_API_KEY is not set"):
            server.session().token

    def test_without_a_server_a_sentence_says_what_to_do(self):
        for arguments, message in [
            ({"without": ["CORTEX_AUDIT_MOCK_URL"]}, "CORTEX_AUDIT_MOCK_URL is not set.* `cortex-audit-mock run --`"),
            ({"url": "127.0.0.1:8080"}, 'is "127.0.0.1:8080"; expected: one such as http://127.0.0.1:8080'),
            ({"url": "http://127.0.0.1:1"}, "does not answer"),
            ({"without": ["CORTEX_MOCK_ADMIN_TOKEN"]}, "401 .*CORTEX_MOCK_ADMIN_TOKEN"),
        ]:
            with self.subTest(message), self.assertRaisesRegex(MockServerError, message):
                self.connect(**arguments)


class Binary(unittest.TestCase):
    """Where the binary is looked for."""

    def test_the_variable_wins_and_must_name_a_program(self):
        self.assertEqual(str(find_binary()), os.environ[VARIABLE])
        with mock.patch.dict(os.environ, {VARIABLE: "/no/such"}), self.assertRaisesRegex(BinaryNotFoundError, "/no/such"):
            find_binary()

    def test_it_is_found_on_the_path(self):
        binary = os.environ[VARIABLE]
        with mock.patch.dict(os.environ, {VARIABLE: "", "PATH": os.path.dirname(binary)}):
            self.assertEqual(str(find_binary()), binary)

    def test_without_one_a_sentence_says_what_to_do(self):
        environment = {**os.environ, VARIABLE: "", "PATH": ""}
        command = [sys.executable, "-m", "cortex_audit_mock", "--version"]
        run = subprocess.run(command, env=environment, capture_output=True, text=True)
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stderr, r"^error: cortex-audit-mock was installed without a binary for .*CORTEX_AUDIT_MOCK_BINARY\n$")

    def test_the_module_is_the_command(self):
        command = [sys.executable, "-m", "cortex_audit_mock", "--version"]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        self.assertRegex(run.stdout, r"^cortex-audit-mock \d+\.\d+\.\d+\n$")


class Readme(unittest.TestCase):
    """The README of the package."""

    def test_its_first_example_runs(self):
        example = README.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run([sys.executable, "-c", example], cwd=folder, capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
