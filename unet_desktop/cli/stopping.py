"""Stop long work from the terminal: the first Ctrl+C finishes the current item, the second stops at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import TypeVar

_ASKED = b"\nStopping after the current pictures. Press Ctrl+C again to stop at once.\n"
Event = TypeVar("Event")


def until_stopped(events: Iterator[Event], *, endless: bool = False) -> Iterator[Event]:
    """Pass on the events until Ctrl+C or SIGTERM; then wait for the current event and close the generator.

    Args:
        events: of the work.
        endless: the work has no other end, so stopping it is not an interruption.

    Raises:
        KeyboardInterrupt: after the current event, unless endless; at once when asked a second time.
    """
    asked = False

    def ask(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        # Not `print`: the signal may arrive in the middle of another one.
        os.write(sys.__stderr__.fileno() if sys.__stderr__ is not None else 2, _ASKED)

    if threading.current_thread() is not threading.main_thread():  # only the main thread receives signals
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
