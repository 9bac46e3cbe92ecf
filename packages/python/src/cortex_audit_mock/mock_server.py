"""`MockServer`: the server, as a process that ends with this one, or one that runs already."""

from __future__ import annotations

import atexit
import json
import os
import re
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Iterator, List, Mapping, Optional, Sequence, Tuple

from . import types
from .binary import find_binary
from .control_plane import ControlPlane, wire_text
from .errors import MockServerError, StartError, StopError
from .session import Session, World

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

# Where a command of `cortex-audit-mock run` finds the server.
URL_VARIABLE = "CORTEX_AUDIT_MOCK_URL"
ADMIN_TOKEN_VARIABLE = "CORTEX_MOCK_ADMIN_TOKEN"

# A server without requests in progress ends within a second.
STOP_SECONDS = 30

# The command around which the server runs (`cortex-audit-mock run -- COMMAND`). It prints where the server is, and ends when
# nobody holds the other end of its input any more: when this process closes that, or is killed.
HOLDER = """\
import json, os, sys
print(json.dumps([os.environ["CORTEX_BASE_URL"], os.environ.get("CORTEX_API_KEY")]), flush=True)
sys.stdin.read()
"""


class MockServer(World):
    """A server on a free port of 127.0.0.1. Its own parts are those of the default session.

        with MockServer(generate=2500, seed=7) as server:
            run_your_client(server.url, server.token)
            server.verdict(expect="complete,polite")

    It is ready when the constructor returns. It stops at the end of the `with` block, with `stop()`, or with this process,
    even if that is killed. The keyword arguments are the flags of the server, with underscores; `args` are further ones, as
    on its command line.
    """

    def __init__(self, *, args: Sequence[str] = (), **flags: Unpack[types.Flags]) -> None:
        environment = dict(os.environ)
        admin_token = flags.get("admin_token") or environment.get(ADMIN_TOKEN_VARIABLE)
        if admin_token:
            # Not an argument: others on the machine see those.
            environment[ADMIN_TOKEN_VARIABLE] = admin_token
        self._process: Optional[_Process] = _Process([*_arguments(flags), *args], flags.get("tls_write_cert"), environment)
        url, token = self._process.started()
        super().__init__(ControlPlane(url, admin_token), url, token)

    @classmethod
    def connect(
        cls, url: Optional[str] = None, *, token: Optional[str] = None, admin_token: Optional[str] = None
    ) -> MockServer:
        """The server that `cortex-audit-mock run -- COMMAND` has started around this process, or the one at a URL.

        What is not given comes from `CORTEX_AUDIT_MOCK_URL`, `CORTEX_API_KEY` and `CORTEX_MOCK_ADMIN_TOKEN`. `stop()` does not
        stop it.
        """
        url = (url or os.environ.get(URL_VARIABLE, "")).rstrip("/")
        if not url:
            raise MockServerError(
                f"{URL_VARIABLE} is not set, so there is no server to connect to: give its URL, or put "
                "`cortex-audit-mock run --` before the command"
            )
        if not re.match("https?://[^/]", url):
            raise MockServerError(f'the URL of the server is "{url}"; expected: one such as http://127.0.0.1:8080')
        admin_token = admin_token or os.environ.get(ADMIN_TOKEN_VARIABLE)
        server = cls.__new__(cls)
        server._process = None
        World.__init__(server, ControlPlane(url, admin_token), url, token or os.environ.get("CORTEX_API_KEY"))
        server.version()
        return server

    def session(self, name: Optional[str] = None) -> Session:
        """A session of this name, or of a new one: a world of its own, which its token selects. The first use creates it."""
        name = f"session-{uuid.uuid4().hex[:12]}" if name is None else name
        return Session(self._control_plane, self.url, self._token, name)

    def sessions(self) -> List[str]:
        """The names of the sessions in use."""
        return self._control_plane.call(types.SessionList, "GET", "/sessions")["sessions"]

    @property
    def certificate(self) -> Optional[str]:
        """The path of the certificate that a client has to trust, of a server started with `tls_self_signed`."""
        return self._process.certificate if self._process else None

    @property
    def log(self) -> str:
        """What the server has logged; empty after `connect`, because the log goes to those who started it."""
        return self._process.log if self._process else ""

    def stop(self) -> None:
        """Stops the server; `StopError` if it ends with an error. A further call does nothing, nor does one after `connect`."""
        if self._process:
            self._process.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()


class _Process:
    """The process of a server, which ends with this one."""

    def __init__(self, arguments: Sequence[str], tls_write_cert: Optional[types.Path], environment: Mapping[str, str]) -> None:
        command = [str(find_binary()), "run", *arguments]
        self._folder = tempfile.TemporaryDirectory(prefix="cortex-audit-mock-")
        self.certificate: Optional[str] = None
        if "--tls-self-signed" in command:
            self.certificate = os.fspath(tls_write_cert or Path(self._folder.name, "certificate.pem"))
            if not tls_write_cert:
                command.append(f"--tls-write-cert={self.certificate}")
        # The log goes to a file: a pipe that nobody reads would fill up.
        self._log_file = Path(self._folder.name, "server.log")
        self._last_log: Optional[str] = None
        with self._log_file.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--", sys.executable, "-I", "-S", "-c", HOLDER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                # Ctrl-C is for this process, which then stops the server.
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        atexit.register(self.stop)

    def started(self) -> Tuple[str, Optional[str]]:
        """Waits for the server; returns its base URL and the token of a client, if there is one."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._end()
            raise StartError(f"cortex-audit-mock did not start (exit code {code}):\n{self.log}")
        url, token = json.loads(line)
        return url, token

    @property
    def log(self) -> str:
        """What the server has logged."""
        if self._last_log is not None:
            return self._last_log
        return self._log_file.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """Stops the server; `StopError` if it ends with an error. A further call does nothing."""
        if self._last_log is None:
            code = self._end()
            if code != 0:
                raise StopError(f"cortex-audit-mock ended with exit code {code}:\n{self.log}")

    def _end(self) -> int:
        """Lets the process end, keeps its log and returns its exit code."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            code = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._process.stdout.close()
        self._last_log = self.log
        self._folder.cleanup()
        atexit.unregister(self.stop)
        return code


def _arguments(flags: Mapping[str, object]) -> Iterator[str]:
    """The flags as arguments: `--rate-limit=5/s` of `rate_limit="5/s"`."""
    for name, value in flags.items():
        if name == "admin_token":
            continue
        flag = "--" + name.replace("_", "-")
        if value is True:
            yield flag
        elif value is not None and value is not False:
            values = value if isinstance(value, (list, tuple)) else [value]
            yield from (f"{flag}={wire_text(value)}" for value in values)
