"""The pytest plugin: `cortex_audit_server`, one server for a run, and `cortex_audit`, a session of it for each test.

Under `cortex-audit-mock run -- pytest` it is the server of that command, unless `--cortex-audit-flags` asks for one with flags.

A session is judged when its test has passed, by the marker `@pytest.mark.cortex_audit(expect="complete,polite")`, or else by
the option `--cortex-audit-expect`, or else by `cortex_audit_expect` of the configuration file.
"""

from __future__ import annotations

import os
import re
import shlex
import uuid
from typing import Any, Generator, Iterator, List, Optional

import pytest

from .errors import MockServerError
from .mock_server import URL_VARIABLE, MockServer
from .session import Session

SESSION = pytest.StashKey[Session]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("cortex-audit-mock")
    expect = "what clients are expected to be in tests with the fixture cortex_audit, such as complete,polite"
    flags = "flags of the server of the fixture cortex_audit_server, such as '--generate 2500 --strict'"
    group.addoption("--cortex-audit-expect", metavar="NAMES", help=expect)
    group.addoption("--cortex-audit-flags", metavar="FLAGS", help=flags)
    parser.addini("cortex_audit_expect", expect, default=None)
    parser.addini("cortex_audit_flags", flags, default=None)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "cortex_audit(expect, overlap=None, …): judge the clients of the test's session by these expectations, such as "
        '"complete,polite"; None judges nothing. The other arguments are those of Session.verdict.',
    )


@pytest.fixture(scope="session")
def cortex_audit_server(pytestconfig: pytest.Config) -> Iterator[MockServer]:
    """The server that `CORTEX_AUDIT_MOCK_URL` names, or else one of the run, or with pytest-xdist of the worker."""
    try:
        flags = _words(_setting(pytestconfig, "flags") or "")
        server = MockServer.connect() if os.environ.get(URL_VARIABLE) and not flags else MockServer(args=flags)
    except MockServerError as error:
        pytest.fail(str(error), pytrace=False)
    with server:
        yield server


@pytest.fixture
def cortex_audit(cortex_audit_server: MockServer, request: pytest.FixtureRequest) -> Iterator[Session]:
    """A session for the test alone, with `url` and `token` for the client under test."""
    # Without the parameters of the test, which may be API keys: a session must not be named after one.
    name: str = getattr(request.node, "originalname", None) or request.node.name
    name = re.sub("[^A-Za-z0-9._-]", "-", name)[:50]
    with cortex_audit_server.session(f"{name}-{uuid.uuid4().hex[:8]}") as session:
        request.node.stash[SESSION] = session
        yield session


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Judges the session of a test that has passed. In this phase a broken expectation is a failure, not an error, of the test."""
    result = yield
    marker = item.get_closest_marker("cortex_audit")
    arguments: dict[str, Any] = {"expect": _setting(item.config, "expect")}
    if marker is not None:
        arguments.update(zip(["expect"], marker.args), **marker.kwargs)
    session = item.stash.get(SESSION, None)
    problem = None
    if session is None and marker in item.own_markers:
        problem = "the marker cortex_audit judges the fixture cortex_audit, which this test does not use"
    elif session is not None and arguments["expect"] is not None:
        try:
            session.verdict(**arguments)
        except (AssertionError, MockServerError) as error:
            problem = str(error)
    if problem is not None:
        pytest.fail(problem, pytrace=False)
    return result


def _words(text: str) -> List[str]:
    """The words of a text. Quotes group; a backslash is one, because paths of Windows have it."""
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace_split, lexer.commenters, lexer.escape = True, "", ""
    try:
        return list(lexer)
    except ValueError:
        raise MockServerError(f"the flags of the server are `{text}`, where a quote does not end") from None


def _setting(config: pytest.Config, name: str) -> Optional[str]:
    """The option, or else the setting of the configuration file."""
    option: Optional[str] = config.getoption(f"--cortex-audit-{name}")
    setting: Optional[str] = config.getini(f"cortex_audit_{name}")
    return setting if option is None else option
