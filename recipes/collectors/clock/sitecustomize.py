"""Moves the clock of a collector in Python with that of its session; Python imports this file first.

The process starts at the time of the session. When it sleeps, the clock of the session advances in its place, so a sleep takes no time.
The package time-machine moves every clock of Python. Where it is not installed `time.time` is replaced, which is enough for a program
that takes the time from there.
"""

import math
import os
import time
from datetime import timedelta

from cortex_audit_mock.control_plane import ControlPlane
from cortex_audit_mock.session import ClockControl

SESSION = ClockControl(ControlPlane(os.environ["COLLECTORS_URL"], None, os.environ["COLLECTORS_SESSION"]))
# Threads that look at each other sleep shorter.
SHORTEST_SLEEP = 0.5
real_time, real_sleep = time.time, time.sleep


def travel():
    """Moves the clock of the process to that of the session; returns the function that moves it on."""
    now = SESSION.now.timestamp()
    try:
        import time_machine
    except ImportError:
        offset = now - real_time()

        def shift(seconds):
            nonlocal offset
            offset += seconds

        time.time = lambda: real_time() + offset
        return shift
    return time_machine.travel(now, tick=True).start().shift


def sleep(seconds):
    if seconds < SHORTEST_SLEEP:
        real_sleep(seconds)
        return
    milliseconds = math.ceil(seconds * 1000)
    SESSION.advance(timedelta(milliseconds=milliseconds))
    shift(milliseconds / 1000)


shift = travel()
time.sleep = sleep
