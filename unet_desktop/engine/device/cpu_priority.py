"""Leave the window its share of the CPU while a network trains. No torch: this is called before torch is loaded."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from typing import Literal

Cores = Literal["auto", "all", "spare"]
"""The cores that training uses. spare: all but one. auto: see `training_threads`."""

_FEW_THREADS = 2


def lower_priority(nice: int = 10) -> None:
    """Lower the priority of the calling thread, and of the threads it starts from now on.

    Call it in a worker thread before its first tensor operation: torch's pool inherits the priority. It cannot be
    raised again. Only Linux has priorities per thread; elsewhere nothing happens.
    """
    if not hasattr(os, "setpriority") or os.uname().sysname != "Linux":
        return
    with contextlib.suppress(OSError):  # a sandbox may forbid it: then training is merely less polite
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(nice, os.getpriority(os.PRIO_PROCESS, thread)))


def training_threads(cores: Cores, threads: int) -> int:
    """How many threads train, so that the window stays responsive.

    "auto" uses all of them on Linux, where training threads have a lower priority, and on two cores, where one core
    less would take twice as long; otherwise it spares one.

    Args:
        cores: what the user chose.
        threads: that torch would use.
    """
    spare = cores == "spare" or (cores == "auto" and not sys.platform.startswith("linux") and threads > _FEW_THREADS)
    return max(1, threads - 1) if spare else threads
