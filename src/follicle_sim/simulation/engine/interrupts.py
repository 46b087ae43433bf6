"""Ctrl-C while threads work: noted where it comes, answered where nothing is half done.

Python raises KeyboardInterrupt between any two steps of the main thread, also in the midst of
handing work to a pool, whose threads may then find something they cannot run.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPS = ("SIGINT", "SIGTERM")


@contextmanager
def noted() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C or a polite stop sets, in place of raising KeyboardInterrupt.

    Only in the main thread, and only where the signal would raise it: handlers of others, as in a
    notebook's kernel, stay as they are.
    """
    event = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        event.set()

    replaced = {}
    if threading.current_thread() is threading.main_thread():
        for name in STOPS:
            number = getattr(signal, name)
            handler = signal.getsignal(number)
            home = getattr(handler, "__module__", "") or ""
            if handler is signal.default_int_handler or home.startswith("follicle_sim."):
                replaced[number] = signal.signal(number, note)
    try:
        yield event
    finally:
        for number, handler in replaced.items():
            signal.signal(number, handler)
