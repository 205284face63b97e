"""Stopping long work from the terminal: the first Ctrl+C asks for it, the second insists."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import TypeVar

_ASKED = b"\nStopping after what is in hand. Ctrl+C again stops at once.\n"
Event = TypeVar("Event")


def stopping_gently(events: Iterator[Event], *, endless: bool = False) -> Iterator[Event]:
    """The same events until Ctrl+C or SIGTERM; then what is in hand is finished and the generator closed.

    Args:
        events: of the work.
        endless: the work has no other end, so this one is as good as any.

    Raises:
        KeyboardInterrupt: after the event that was in hand, unless endless, or at once when asked a second time.
    """
    asked = False

    def ask(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        # Not `print`: this may happen in the middle of another one.
        os.write(sys.__stderr__.fileno() if sys.__stderr__ is not None else 2, _ASKED)

    if threading.current_thread() is not threading.main_thread():  # which alone hears of signals
        yield from events
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for event in events:
            yield event
            if asked and endless:
                return
            if asked:
                raise KeyboardInterrupt
    finally:
        getattr(events, "close", lambda: None)()
        for number, handler in before.items():
            signal.signal(number, handler)
