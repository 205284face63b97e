"""How much of an array the program reads or writes, whatever reads it: numpy, OpenCV or Qt. Linux says so by pages."""

from __future__ import annotations

import mmap
import re
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

_SMAPS, _CLEAR = Path("/proc/self/smaps"), Path("/proc/self/clear_refs")


class WatchedArray:
    """A (H, W) uint8 array in memory of its own."""

    def __init__(self, pixels: np.ndarray) -> None:
        """Copy these."""
        memory = mmap.mmap(-1, pixels.nbytes)
        if hasattr(mmap, "MADV_NOHUGEPAGE"):
            memory.madvise(mmap.MADV_NOHUGEPAGE)  # or one pixel would count for two megabytes
        self.pixels: np.ndarray = np.frombuffer(memory, np.uint8).reshape(pixels.shape)
        self.pixels[...] = pixels

    def touched(self) -> float:
        """Share of it, 0..1, that was read or written since `forget`."""
        address, here = self.pixels.ctypes.data, False
        for line in _SMAPS.read_text().splitlines():
            place = re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line)
            if place:
                here = int(place[1], 16) <= address < int(place[2], 16)
            elif here and line.startswith("Referenced:"):
                return int(line.split()[1]) * 1024 / self.pixels.nbytes
        raise AssertionError("the array's memory is not listed")

    @staticmethod
    def forget() -> None:
        """Count from now on."""
        _CLEAR.write_text("1")

    @classmethod
    def works_here(cls) -> bool:
        """Does this system tell which pages were touched?"""
        if not (_SMAPS.exists() and _CLEAR.exists()):
            return False
        array = cls(np.zeros((64, 4096), np.uint8))
        try:
            array.forget()
            array.pixels[:16].any()
            return array.touched() == 0.25
        except (OSError, AssertionError):
            return False


@contextmanager
def traced_allocations() -> Iterator[None]:
    """Trace what is allocated, once around all threads that allocate.

    Python before 3.12.9 crashes where `tracemalloc` stops while a thread without the interpreter's lock allocates.
    """
    tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()


@contextmanager
def largest_allocation() -> Iterator[list[int]]:
    """Bytes that were allocated at once, beyond those at the beginning, are in the list at the end.

    Use it within `traced_allocations`.
    """
    found: list[int] = []
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    yield found
    found.append(tracemalloc.get_traced_memory()[1] - before)
