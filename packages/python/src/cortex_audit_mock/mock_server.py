"""`MockServer`: the server, as a process that ends with this one."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Iterator, List, Mapping, Optional, Sequence

from . import types
from .binary import find_binary
from .control_plane import ControlPlane, wire_text
from .errors import StartError, StopError
from .session import Session, World

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

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
        command = [str(find_binary()), "run", *_arguments(flags), *args]
        self._folder = tempfile.TemporaryDirectory(prefix="cortex-audit-mock-")
        self.certificate: Optional[str] = None
        """The path of the certificate that a client has to trust, with `tls_self_signed`."""
        if "--tls-self-signed" in command:
            named = flags.get("tls_write_cert")
            self.certificate = os.fspath(named or Path(self._folder.name, "certificate.pem"))
            if not named:
                command.append(f"--tls-write-cert={self.certificate}")
        environment = dict(os.environ)
        admin_token = flags.get("admin_token") or environment.get("CORTEX_MOCK_ADMIN_TOKEN")
        if admin_token:
            # Not an argument: others on the machine see those.
            environment["CORTEX_MOCK_ADMIN_TOKEN"] = admin_token
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
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._end()
            raise StartError(f"cortex-audit-mock did not start (exit code {code}):\n{self.log}")
        url, token = json.loads(line)
        super().__init__(ControlPlane(url, admin_token), url, token)

    def session(self, name: Optional[str] = None) -> Session:
        """A session of this name, or of a new one: a world of its own, which its token selects. The first use creates it."""
        name = f"session-{uuid.uuid4().hex[:12]}" if name is None else name
        return Session(self._control_plane, self.url, self._token, name)

    def sessions(self) -> List[str]:
        """The names of the sessions in use."""
        return self._control_plane.call(types.SessionList, "GET", "/sessions")["sessions"]

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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()


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
