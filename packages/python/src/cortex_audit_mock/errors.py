"""The errors of this package. What clients did wrong is an `AssertionError`."""

from __future__ import annotations

from typing import Any, Mapping, Optional


class MockServerError(Exception):
    """Any error of this package."""


class BinaryNotFoundError(MockServerError):
    """The binary `cortex-audit-mock` is nowhere to be found."""


class StartError(MockServerError):
    """The server did not start; the message has its log."""


class StopError(MockServerError):
    """The server ended with an error, such as a report that it could not write; the message has its log."""


class ControlPlaneError(MockServerError):
    """The control plane refused a call, and nothing was changed.

    `details` says what is wrong, the value received, and what is accepted.
    """

    def __init__(self, call: str, problem: Mapping[str, Any]) -> None:
        self.status: int = problem["httpStatus"]
        self.details: str = problem["details"]
        self.request_id: Optional[str] = problem["requestId"]
        super().__init__(f"{call}: {self.status} {problem['message']}: {self.details}")
