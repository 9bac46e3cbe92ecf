"""The pytest plugin, in runs of pytest of their own: `pytest -p pytester`, with pytest-xdist and pytest-asyncio."""

import sys
from xml.etree import ElementTree

import pytest

from cortex_audit_mock.binary import find_binary

# Reads all entries, or the first page only.
CLIENT = '''
import json
from urllib.request import Request, urlopen

def read(session, page_size=1000):
    url = f"{session.url}/api/v1/audit-logs?page=0&pageSize={page_size}"
    with urlopen(Request(url, headers={"Authorization": f"Bearer {session.token}"})) as answer:
        return json.load(answer)["logs"]
'''


@pytest.fixture
def run(pytester: pytest.Pytester):
    pytester.makepyfile(client=CLIENT)

    def run(tests: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(test_it="import pytest\nfrom client import read\n" + tests)
        return pytester.runpytest("-p", "no:cacheprovider", *options)

    return run


def test_a_session_of_its_own_for_each_test(run):
    result = run(
        """
def test_one(cortex_audit, cortex_audit_server):
    cortex_audit.entries.clear()
    assert read(cortex_audit) == []
    assert cortex_audit_server.sessions() == [cortex_audit.name]
    assert cortex_audit.name.startswith("test_one-")

def test_other(cortex_audit, cortex_audit_server):
    assert read(cortex_audit)
    assert cortex_audit_server.sessions() == [cortex_audit.name]
"""
    )
    result.assert_outcomes(passed=2)


def test_the_marker_judges_a_test_that_has_passed(run):
    result = run(
        """
@pytest.mark.cortex_audit(expect="complete,polite")
def test_reads_everything(cortex_audit):
    read(cortex_audit)

@pytest.mark.cortex_audit("complete")
def test_stops_early(cortex_audit):
    read(cortex_audit, 100)

@pytest.mark.cortex_audit(expect="complete")
def test_fails_itself(cortex_audit):
    assert False, "for a reason of its own"

@pytest.mark.cortex_audit(expect="complet")
def test_misspells(cortex_audit):
    read(cortex_audit)

def test_is_not_judged(cortex_audit):
    read(cortex_audit, 100)
"""
    )
    result.assert_outcomes(passed=2, failed=3)
    result.stdout.fnmatch_lines(["*test_stops_early*", "not complete: *were never served*", "complete: NO"])
    result.stdout.fnmatch_lines(["*for a reason of its own*"])
    result.stdout.fnmatch_lines(['*Did you mean "complete"*'])


def test_the_setting_judges_all_tests_and_the_option_overrides_it(run, pytester):
    pytester.makeini("[pytest]\ncortex_audit_expect = complete,polite\ncortex_audit_flags = --generate 250 --strict")
    tests = """
def test_stops_early(cortex_audit):
    read(cortex_audit, 100)

@pytest.mark.cortex_audit(expect=None)
def test_is_not_judged(cortex_audit):
    assert len(read(cortex_audit)) == 250
    assert cortex_audit.settings.get()["strict"]

def test_without_the_fixture():
    pass
"""
    run(tests).assert_outcomes(passed=2, failed=1)
    run(tests, "--cortex-audit-expect", "polite").assert_outcomes(passed=3)


def test_a_session_of_another_fixture_is_judged(run):
    result = run(
        """
@pytest.fixture
def client(request):
    session = request.getfixturevalue("cortex_audit")
    return lambda: read(session, 100)

def test_stops_early(client):
    client()
""",
        "--cortex-audit-expect=complete",
    )
    result.assert_outcomes(failed=1)


def test_a_marker_without_the_fixture_is_a_failure(run):
    result = run('@pytest.mark.cortex_audit(expect="complete")\ndef test_it():\n    pass\n')
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the marker cortex_audit judges the fixture cortex_audit, which this test does not use*"])


def test_parameters_may_be_tokens_and_names_of_any_kind(run):
    result = run(
        """
@pytest.mark.parametrize("key", ["mock-admin", "mock-auditor", "a/b c~d", "ü" * 100])
@pytest.mark.cortex_audit(expect="complete")
def test_größe(cortex_audit, key):
    read(cortex_audit)
"""
    )
    result.assert_outcomes(passed=4)


def test_async_tests_are_judged(run):
    result = run(
        """
import asyncio

@pytest.mark.asyncio
async def test_reads_everything(cortex_audit):
    await asyncio.to_thread(read, cortex_audit)

@pytest.mark.asyncio
async def test_stops_early(cortex_audit):
    await asyncio.to_thread(read, cortex_audit, 100)
""",
        "--cortex-audit-expect=complete",
    )
    result.assert_outcomes(passed=1, failed=1)


def test_each_worker_of_xdist_has_a_server(run):
    result = run(
        """
@pytest.mark.parametrize("number", range(6))
def test_it(cortex_audit, cortex_audit_server, number):
    cortex_audit.entries.clear()
    assert cortex_audit_server.sessions() == [cortex_audit.name]
""",
        "-n2",
    )
    result.assert_outcomes(passed=6)


def test_a_server_that_does_not_start_fails_with_its_message(run):
    result = run("def test_it(cortex_audit):\n    pass\n", "--cortex-audit-flags=--rate-limit 5/x")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*did not start*", "*5/x*"])


STOPS_EARLY = """
from client import read

def test_stops_early(cortex_audit, cortex_audit_server):
    read(cortex_audit, 100)
    print("its server:", cortex_audit_server.url)
"""


def test_under_run_its_server_is_used_and_judges_the_sessions(pytester):
    pytester.makepyfile(client=CLIENT, test_it=STOPS_EARLY)

    def run(*options):
        run = [str(find_binary()), "run", "--expect=complete", "--report=verdict.xml", "--"]
        result = pytester.run(*run, sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider", *options)
        result.assert_outcomes(passed=1)
        assert result.ret == 1
        result.stderr.fnmatch_lines(["*not complete: *"])
        (server,) = {line.split()[-1] for line in result.outlines if "its server: " in line}
        return server, result.stderr.str()

    server, log = run()
    assert f"listening on {server} " in log and "were never served" in log
    # A session that was deleted is judged all the same.
    cases = ElementTree.parse("verdict.xml").getroot().iter("testcase")
    assert any("test_stops_early" in case.get("classname", "") + case.get("name", "") for case in cases)
    # Another server is asked for: that of `run` gets no request.
    server, log = run("--cortex-audit-flags=--strict")
    assert f"listening on {server} " not in log and "were never served" not in log


def test_a_server_of_the_environment_that_is_gone_fails_with_its_address(run, monkeypatch):
    monkeypatch.setenv("CORTEX_AUDIT_MOCK_URL", "http://127.0.0.1:1")
    result = run("def test_it(cortex_audit):\n    pass\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*http://127.0.0.1:1 does not answer*"])


def test_quotes_group_the_words_of_flags_and_backslashes_stay(run, pytester):
    path = pytester.path / "my back\\slash.json"
    path.write_text("[]")
    tests = "def test_it(cortex_audit):\n    assert read(cortex_audit) == []\n"
    run(tests, f"--cortex-audit-flags=--strict --fixtures '{path}'").assert_outcomes(passed=1)
    result = run(tests, "--cortex-audit-flags=--fixtures 'logs.json")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*--fixtures 'logs.json`, where a quote does not end*"])
