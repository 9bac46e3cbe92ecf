"""`Session`: what one test sees of the server, and the parts by which it is controlled."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Iterable, List, Mapping, Optional, Union

from . import types
from .control_plane import ControlPlane, Duration, Time, parse_time, path_segment, wire_object
from .errors import ControlPlaneError

if TYPE_CHECKING:
    from typing_extensions import Unpack

Records = Union[str, bytes, Mapping[str, object], Iterable[Mapping[str, object]]]
"""Entries or records of a sink: one, several, a whole response of the API, or text with JSON or with one record per line."""


class World:
    """The state of one session: entries, clock, faults, journal, and the verdict on its clients."""

    def __init__(self, control_plane: ControlPlane, url: str, token: Optional[str]) -> None:
        self._control_plane = control_plane
        self._token = token
        self.url = url
        """The base URL for the client under test, without a slash at its end."""
        self.clock = ClockControl(control_plane)
        self.entries = EntryControl(control_plane)
        self.faults = FaultControl(control_plane)
        self.live = LiveControl(control_plane)
        self.requests = Journal(control_plane)
        self.scenario = ScenarioControl(control_plane)
        self.settings = SettingsControl(control_plane)

    @property
    def token(self) -> str:
        """The API key for the client under test, of the first key that may view audit logs."""
        if self._token is None:
            raise LookupError(
                "there is no token: no key of the server may view audit logs (change the file of `keys`), or `connect` was "
                "not given one and CORTEX_API_KEY is not set"
            )
        return self._token

    def verdict(self, expect: Optional[types.Texts] = None, **scope: Unpack[types.VerdictScope]) -> types.Verdict:
        """The verdict on the clients.

        `expect` names what they are expected to be, such as `complete,polite`; `AssertionError` with the reasons if they were
        not. The scope selects the entries over which they are judged.
        """
        try:
            return self._control_plane.call(types.Verdict, "GET", "/verdict", expect=_names(expect), **scope)
        except ControlPlaneError as error:
            if error.status != 409:
                raise
            text = self._control_plane.text("/verdict", **scope)
            raise AssertionError(f"{error.details}\n\n{text}") from None

    def delivered(
        self, sink: Records, expect: Optional[types.Texts] = None, **scope: Unpack[types.VerdictScope]
    ) -> types.Delivered:
        """Compares what a client has in its sink with what it was served.

        With `expect="delivered"` `AssertionError` with the reasons if they differ.
        """
        path = "/verdict/delivered"
        try:
            return self._control_plane.call(
                types.Delivered, "POST", path, body=_records(sink), expect=_names(expect), **scope
            )
        except ControlPlaneError as error:
            if error.status != 409:
                raise
            raise AssertionError(error.details) from None

    def summary(self, *, contains: Optional[str] = None, **query: Unpack[types.Query]) -> types.Summary:
        """Counts over the entries of a query; with `contains`, only of the values that contain this text."""
        return self._control_plane.call(types.Summary, "GET", "/summary", contains=contains, **query)

    def changes(self) -> types.Changes:
        """Numbers that change when the session does, at little cost."""
        return self._control_plane.call(types.Changes, "GET", "/changes")

    def version(self) -> types.Version:
        """Name and version of the server, with the numbers of entries and keys."""
        return self._control_plane.call(types.Version, "GET", "/version")

    def reset(self, *, reload: bool = False) -> types.SessionReset:
        """Resets the session to its initial state; with `reload`, reads the files of the server again before."""
        return self._control_plane.call(types.SessionReset, "POST", "/reset", reload=reload or None)


class Session(World):
    """A named session. As a context manager it is deleted at the end."""

    def __init__(self, control_plane: ControlPlane, url: str, token: Optional[str], name: str) -> None:
        super().__init__(control_plane.for_session(name), url, token and f"{token}~{name}")
        self.name = name

    def delete(self) -> int:
        """Deletes the session; its next use creates it anew. Returns how many were deleted."""
        path = f"/sessions/{path_segment(self.name)}"
        return self._control_plane.call(types.Removed, "DELETE", path)["removed"]

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self.delete()
        except ControlPlaneError as refused:
            # It was never used, or there is no control plane.
            if refused.status != 404:
                raise


class ClockControl:
    """The clock of a session: timestamps, rate limits, key expiry and live activity all use it."""

    def __init__(self, control_plane: ControlPlane) -> None:
        self._control_plane = control_plane

    @property
    def now(self) -> datetime:
        """The time that it shows, to the microsecond; `get()` has all digits."""
        return parse_time(self.get()["now"])

    def get(self) -> types.Clock:
        """The time that it shows, and whether it stands still."""
        return self._control_plane.call(types.Clock, "GET", "/clock")

    def set(self, now: Optional[Time] = None, *, frozen: bool = True) -> types.Clock:
        """Sets the clock; without a time it stays at the one that it shows. It stands still from then on unless `frozen` is false."""
        return self._control_plane.call(types.Clock, "PUT", "/clock", body=wire_object(now=now, frozen=frozen))

    def freeze(self, now: Optional[Time] = None) -> types.Clock:
        """Stops the clock, at a time if one is given."""
        return self.set(now, frozen=True)

    def run(self, now: Optional[Time] = None) -> types.Clock:
        """Lets the clock run, from a time if one is given."""
        return self.set(now, frozen=False)

    def advance(self, by: Duration) -> types.Clock:
        """Moves the clock forward: a frozen one stays frozen, a running one goes on."""
        return self._control_plane.call(types.Clock, "POST", "/clock/advance", body=wire_object(by=by))

    def follow_system(self) -> types.Clock:
        """Returns to the clock of the system."""
        return self._control_plane.call(types.Clock, "DELETE", "/clock")


class EntryControl:
    """The entries of a session."""

    def __init__(self, control_plane: ControlPlane) -> None:
        self._control_plane = control_plane

    def add(self, entries: Records) -> types.EntriesAdded:
        """Adds entries, all or, if one is invalid, none."""
        return self._control_plane.call(types.EntriesAdded, "POST", "/audit-logs", body=_records(entries))

    def clear(self) -> int:
        """Removes all entries; returns how many there were."""
        return self._control_plane.call(types.Removed, "DELETE", "/audit-logs")["removed"]

    def export(self) -> List[types.FixtureEntry]:
        """The entries, newest first, with the fields that only filters compare."""
        return self._control_plane.call(List[types.FixtureEntry], "GET", "/audit-logs")


class FaultControl:
    """The fault rules of a session: what goes wrong, for which requests, and how often."""

    def __init__(self, control_plane: ControlPlane) -> None:
        self._control_plane = control_plane

    def add(self, rules: Union[types.FaultRule, Iterable[types.FaultRule]]) -> List[types.FaultRuleState]:
        """Adds one rule or several, all or, if one is invalid, none."""
        body = rules if isinstance(rules, Mapping) else list(rules)
        return self._control_plane.call(types.FaultList, "POST", "/faults", body=body)["faults"]

    def remove(self, number: int) -> int:
        """Removes the rule with this `id`."""
        return self._control_plane.call(types.Removed, "DELETE", f"/faults/{number}")["removed"]

    def clear(self) -> int:
        """Removes all rules but those of keys; returns how many there were."""
        return self._control_plane.call(types.Removed, "DELETE", "/faults")["removed"]

    def list(self) -> List[types.FaultRuleState]:
        """The rules in the order in which they apply, with the number of times that each fired."""
        return self._control_plane.call(types.FaultList, "GET", "/faults")["faults"]


class Journal:
    """The requests that a session received, and how each ended."""

    def __init__(self, control_plane: ControlPlane) -> None:
        self._control_plane = control_plane

    def count(self, **filter: Unpack[types.RequestFilter]) -> int:
        """The number of matching requests, such as `count(status=429)`."""
        return self._control_plane.call(types.RequestCount, "GET", "/requests/count", **filter)["count"]

    def clear(self) -> int:
        """Clears the journal; returns how many requests it had."""
        return self._control_plane.call(types.Removed, "DELETE", "/requests")["removed"]

    def list(self, limit: Optional[int] = None, **filter: Unpack[types.RequestFilter]) -> List[types.JournalRecord]:
        """The matching requests, the last one answered first; at most `limit`."""
        return self._control_plane.call(types.RequestList, "GET", "/requests", limit=limit, **filter)["requests"]


class LiveControl:
    """New entries over time."""

    def __init__(self, control_plane: ControlPlane) -> None:
        self._control_plane = control_plane

    def get(self) -> types.LiveActivity:
        """The rate of new entries; `off` if there are none."""
        return self._control_plane.call(types.LiveActivity, "GET", "/live")

    def set(self, rate: str, *, lateness: Optional[Duration] = None, burst: Optional[int] = None) -> types.LiveActivity:
        """Adds entries at a rate such as `6/min`, up to `lateness` after their timestamp, `burst` at a time."""
        body = wire_object(rate=rate, lateness=lateness, burst=burst)
        return self._control_plane.call(types.LiveActivity, "PUT", "/live", body=body)

    def stop(self) -> types.LiveActivity:
        """Adds no more entries."""
        return self._control_plane.call(types.LiveActivity, "DELETE", "/live")


class ScenarioControl:
    """Data that changes while a client reads it."""

    def __init__(self, control_plane: ControlPlane) -> None:
        self._control_plane = control_plane

    def get(self) -> types.ScenarioState:
        """The running scenario with its counters; its name is `off` if there is none."""
        return self._control_plane.call(types.ScenarioState, "GET", "/scenario")

    def start(self, name: types.Scenario, *, seed: Optional[int] = None) -> types.ScenarioState:
        """Starts a scenario, by the seed of the server unless one is given."""
        return self._control_plane.call(types.ScenarioState, "PUT", "/scenario", body=wire_object(name=name, seed=seed))

    def stop(self) -> types.ScenarioState:
        """Ends the scenario; what it added stays."""
        return self._control_plane.call(types.ScenarioState, "DELETE", "/scenario")


class SettingsControl:
    """Rate limit, strictness, and the reading of date-times with an offset."""

    def __init__(self, control_plane: ControlPlane) -> None:
        self._control_plane = control_plane

    def get(self) -> types.Settings:
        """The settings of the session."""
        return self._control_plane.call(types.Settings, "GET", "/settings")

    def change(
        self,
        *,
        rate_limit: Optional[str] = None,
        strict: Optional[bool] = None,
        offsets: Optional[types.Offsets] = None,
    ) -> types.Settings:
        """Changes the settings that are given, and keeps the others."""
        body = wire_object(rate_limit=rate_limit, strict=strict, offsets=offsets)
        return self._control_plane.call(types.Settings, "PATCH", "/settings", body=body)


def _names(expect: Optional[types.Texts]) -> Optional[str]:
    """Expectations with commas between them, without the blanks that people put behind commas."""
    return expect if expect is None else (expect if isinstance(expect, str) else ",".join(expect)).replace(" ", "")


def _records(records: Records) -> object:
    return records if isinstance(records, (str, bytes, Mapping)) else list(records)
