"""ResultPictures: small pictures of a folder run's results, made in the background, as many as people can follow."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from unet_desktop.errors import UserError
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.overlay import draw_close_up

log = logging.getLogger("unet.gui")

LONGEST = 216
"""Pixels of the longer side: sharp at 108 logical pixels on a screen of double density."""
_MIN_SECONDS = 0.7
"""Between two pictures: a run makes fifteen a second, and each that is shown costs the run some of its time."""


class ResultPictures(QObject):
    """Makes a small picture of a result, unless one is being made or was shown just before.

    Signals:
        made(name, pixmap): a picture is ready.
    """

    made = Signal(str, object)
    _arrived = Signal(str, object)  # from the worker thread: name, QImage

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, "results")
        self._busy = False
        self._last = -_MIN_SECONDS
        self._arrived.connect(self._on_arrived)

    def show(self, name: str, picture: Path, mask: Path, labels: LabelSet) -> bool:
        """Make the picture, if there is time; return whether there is."""
        now = time.monotonic()
        if self._busy or now - self._last < _MIN_SECONDS:
            return False
        self._busy, self._last = True, now
        self._pool.submit(self._make, name, picture, mask, labels)
        return True

    def shutdown(self) -> None:
        """Wait for the picture that is being made, and make no more."""
        self._busy = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _make(self, name: str, picture: Path, mask: Path, labels: LabelSet) -> None:
        """In the worker thread."""
        image = None
        try:
            pixels = draw_close_up(picture, read_mask(mask, labels), labels, LONGEST)
            height, width = pixels.shape[:2]
            image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        except UserError as error:  # moved away in the meantime; the table has the numbers
            log.info("no picture of %s: %s", name, error)
        finally:
            self._arrived.emit(name, image)

    def _on_arrived(self, name: str, image: QImage | None) -> None:
        self._busy = False
        if image is not None:
            self.made.emit(name, QPixmap.fromImage(image))
