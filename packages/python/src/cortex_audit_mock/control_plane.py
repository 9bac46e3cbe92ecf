"""The HTTP client of the control plane (`/__admin`): one method sends every call."""

from __future__ import annotations

import http.client
import json
import re
import ssl
from datetime import datetime, timedelta, timezone
from typing import Any, Iterable, Mapping, Optional, TypeVar, Union, cast
from urllib.parse import quote, urlencode, urlsplit

from .errors import ControlPlaneError, MockServerError

T = TypeVar("T")

Time = Union[str, datetime]
"""An instant: RFC 3339, relative to the clock of the session such as `now-5m`, or a `datetime` with a time zone."""

Duration = Union[str, timedelta]
"""A length of time, such as `90s`, `2d3h` or `PT1M30S`, or a `timedelta`."""

# A verdict over a million entries takes seconds.
TIMEOUT_SECONDS = 60


class ControlPlane:
    """The control plane of one server, about one session."""

    def __init__(self, url: str, token: Optional[str], session: Optional[str] = None) -> None:
        self._url = url
        self._token = token
        self._session = session

    def for_session(self, name: str) -> ControlPlane:
        return ControlPlane(self._url, self._token, name)

    def call(self, result: type[T], method: str, path: str, /, *, body: object = None, **query: object) -> T:
        """Calls `/__admin` and the path, and returns the JSON of the answer, which is of the type `result`.

        A body that is text is sent as it is, any other as JSON.
        """
        return cast(T, json.loads(self._send(method, path, query, body, "application/json")))

    def text(self, path: str, /, **query: object) -> str:
        """Gets an answer as text for people."""
        return self._send("GET", path, query, None, "text/plain")

    def _send(self, method: str, path: str, query: Mapping[str, object], body: object, accept: str) -> str:
        values = {"session": self._session, **query}
        parameters = urlencode({wire_name(name): wire_text(value) for name, value in values.items() if value is not None})
        headers = {"Accept": accept}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        status, text = self._exchange(method, f"/__admin{path}?{parameters}".rstrip("?"), headers, _encode(body))
        if status >= 400:
            raise ControlPlaneError(f"{method} /__admin{path}", _problem(status, text))
        return text

    def _exchange(self, method: str, path: str, headers: dict[str, str], body: Optional[bytes]) -> tuple[int, str]:
        """One request on a connection of its own: no proxy of the environment has a part in it, and threads share nothing."""
        url = urlsplit(self._url)
        connection: http.client.HTTPConnection
        if url.scheme == "https":
            # The certificate of a mock is one that nobody else trusts.
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            connection = http.client.HTTPSConnection(url.netloc, timeout=TIMEOUT_SECONDS, context=context)
        else:
            connection = http.client.HTTPConnection(url.netloc, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, url.path + path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise MockServerError(f"{self._url} does not answer ({error!r}); the server may have been stopped") from error
        finally:
            connection.close()


def wire_name(name: str) -> str:
    """The name on the wire: `objectTypes` of `object_types`, `from` of `from_`."""
    return re.sub("_([a-z])", lambda letter: letter[1].upper(), name.rstrip("_"))


def wire_text(value: object) -> str:
    """A value in a query or behind a flag; a list has commas between its values."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; give it one, such as {value!r}.replace(tzinfo=timezone.utc)")
        return value.isoformat()
    if isinstance(value, timedelta):
        milliseconds = value // timedelta(milliseconds=1)
        return f"{milliseconds // 1000}s{milliseconds % 1000}ms"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ",".join(map(wire_text, value))
    return str(value)


def wire_object(**members: object) -> dict[str, object]:
    """A JSON object of those members that are not None."""
    texts = (datetime, timedelta)
    given = {name: value for name, value in members.items() if value is not None}
    return {wire_name(name): wire_text(value) if isinstance(value, texts) else value for name, value in given.items()}


def path_segment(name: str) -> str:
    return quote(name, safe="")


def parse_time(text: str) -> datetime:
    """An instant that the server printed, to the microsecond: it may have nine digits of a fraction."""
    seconds, _, fraction = text.rstrip("Z").partition(".")
    whole = datetime.strptime(seconds, "%Y-%m-%dT%H:%M:%S")
    return whole.replace(microsecond=int(fraction[:6].ljust(6, "0")), tzinfo=timezone.utc)


def _encode(body: object) -> Optional[bytes]:
    if body is None or isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()


def _problem(status: int, text: str) -> Mapping[str, Any]:
    """The error in a body. Only what stands between this process and the server answers with anything else than JSON."""
    try:
        return cast(Mapping[str, Any], json.loads(text))
    except ValueError:
        return {"httpStatus": status, "message": http.client.responses.get(status, ""), "details": text, "requestId": None}
