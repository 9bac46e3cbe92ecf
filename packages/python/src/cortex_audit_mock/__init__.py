"""A mock of Cortex's audit-log API (`GET /api/v1/audit-logs`) for tests: starts the server, controls it, judges its clients.

    from cortex_audit_mock import MockServer

    with MockServer(generate=2500, seed=7) as server:
        run_your_client(server.url, server.token)
        server.verdict(expect="complete,polite")
"""

from .errors import BinaryNotFoundError, ControlPlaneError, MockServerError, StartError, StopError
from .mock_server import MockServer
from .session import Session

__all__ = [
    "BinaryNotFoundError",
    "ControlPlaneError",
    "MockServer",
    "MockServerError",
    "Session",
    "StartError",
    "StopError",
]
