"""EnhancedImage: the picture and its reductions with the local part of a look; what takes long is computed in a thread.

OpenCV releases Python's lock, so the window stays responsive; until a level is ready, a coarser one is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, QTimer

from unet_desktop.images.display import NEUTRAL, DisplayPixels, Look, apply_local
from unet_desktop.images.opencv import cv2
from unet_desktop.images.read import Pixels

AT_ONCE = 800_000
"""Pixels up to which a level is computed at once, not in the thread: about 5 ms of CLAHE in colour."""
_COARSEST = 6
_POLL = 8
"""Milliseconds between checks of the thread; a signal from it could reach an object that is deleted."""


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    """A level that the thread computes."""

    level: int
    look: Look
    picture: Pixels
    result: Future[DisplayPixels]


class EnhancedImage(QObject):
    """Levels of one picture, level n being reduced by 2**n, each computed when it is first needed."""

    def __init__(self, ready: Callable[[], None]) -> None:
        """Start with no picture; `ready` is called when the thread has computed a level that was asked for."""
        super().__init__()
        self._ready = ready
        self._look = NEUTRAL
        self._plain: dict[int, Pixels] = {}
        self._shown: dict[int, DisplayPixels] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._request: _Request | None = None
        self._timer = QTimer(self, interval=_POLL)
        self._timer.timeout.connect(self._on_timer_timeout)

    @property
    def pixels(self) -> Pixels | None:
        """The picture without any look, or None."""
        return self._plain.get(0)

    def set_pixels(self, pixels: Pixels | None) -> None:
        """Enhance this picture, (H, W, 3) uint8 RGB, or none."""
        self._plain = {} if pixels is None else {0: pixels}
        self._shown = {}

    def set_look(self, look: Look) -> None:
        """Use the local part of this look."""
        if look != self._look:
            self._look = look
            self._shown = {}

    def level(self, wanted: int) -> DisplayPixels:
        """The picture reduced by 2**wanted, or for a moment a coarser one; there must be a picture."""
        if self._look == NEUTRAL:
            return self._reduce(wanted)
        if wanted not in self._shown and not self._is_quick(wanted):
            self._request_level(wanted)
            coarser = (
                other for other in range(wanted + 1, _COARSEST + 1) if other in self._shown or self._is_quick(other)
            )
            wanted = next(coarser, _COARSEST)
        if wanted not in self._shown:
            self._shown[wanted] = apply_local(self._reduce(wanted), self._look, wanted)
        return self._shown[wanted]

    def _is_quick(self, level: int) -> bool:
        height, width = self._plain[0].shape[:2]
        return self._look.is_pointwise or (height >> level) * (width >> level) <= AT_ONCE

    def _reduce(self, level: int) -> Pixels:
        """Reduce by areas, because painting the whole picture bilinearly at a small scale skips pixels."""
        if level not in self._plain:
            height, width = (max(1, length >> level) for length in self._plain[0].shape[:2])
            finer = self._plain[max(other for other in self._plain if other < level)]
            reduced = cv2.resize(finer, (width, height), interpolation=cv2.INTER_AREA)
            self._plain[level] = np.asarray(reduced, np.uint8)
        return self._plain[level]

    def _request_level(self, level: int) -> None:
        """Let the thread compute it, unless it is busy; the next repaint asks again then."""
        if self._request is None:
            self._pool = self._pool or ThreadPoolExecutor(1, "enhance")
            pixels = self._reduce(level)
            made = self._pool.submit(apply_local, pixels, self._look, level)
            self._request = _Request(level, self._look, self._plain[0], made)
            self._timer.start()

    def _on_timer_timeout(self) -> None:
        request = self._request
        if request is None:
            self._timer.stop()
        elif request.result.done():
            self._request = None
            self._timer.stop()
            if request.look == self._look and request.picture is self._plain.get(0):
                self._shown[request.level] = request.result.result()
            self._ready()
