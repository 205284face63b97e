"""Leaving the window its share of the cores while a network trains; no torch: it is called before that is loaded."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from typing import Literal

Cores = Literal["auto", "all", "spare"]
"""The cores that training takes. spare: all but one. auto: as `training_threads` says."""

_FEW = 2


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


def training_threads(cores: Cores, threads: int) -> int:
    """How many threads train, beside a window that shall stay alive.

    "auto" takes all where a thread can have a priority of its own, so that the window goes first (Linux), and on two
    cores, where one less would take twice as long; else it spares one.

    Args:
        cores: what the user chose.
        threads: that torch would take.
    """
    spare = cores == "spare" or (cores == "auto" and not sys.platform.startswith("linux") and threads > _FEW)
    return max(1, threads - 1) if spare else threads
