"""Leaving the cores to the window while a network trains; no torch, so that it can be called before it loads."""

from __future__ import annotations

import contextlib
import os
import threading


def lower_priority(nice: int = 10) -> None:
    """Let everything else go first, from now on, in the calling thread and the threads it starts.

    Call it in a worker thread before its first tensor operation: torch's pool inherits the priority. It cannot
    be raised again. Only Linux knows a thread's own priority; elsewhere nothing happens.
    """
    if not hasattr(os, "setpriority") or os.uname().sysname != "Linux":
        return
    with contextlib.suppress(OSError):  # a sandbox may forbid it: then training is merely less polite
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(nice, os.getpriority(os.PRIO_PROCESS, thread)))
