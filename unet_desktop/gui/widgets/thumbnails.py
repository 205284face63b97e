"""Thumbnails: small pictures of the cases, made in the background and kept on disk."""

from __future__ import annotations

import contextlib
import logging
from collections import OrderedDict, deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPixmap

from unet_desktop import files
from unet_desktop.errors import ImageError, UserError
from unet_desktop.images.read import Pixels, read_reduced
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project.reader import ProjectReader

log = logging.getLogger("unet.gui")

LONGEST = 144
"""Pixels of the longer side: sharp at 72 logical pixels on a screen of double density."""
_MAX_KEPT = 600
_MAX_REQUESTS = 64
"""More than fit on a tall screen: what is in sight must not be forgotten."""


class Thumbnails(QObject):
    """Returns a thumbnail when there is one, and makes it in the background when there is none.

    Signals:
        loaded(case_id): `find` has an answer now.
    """

    loaded = Signal(str)
    _arrived = Signal(object, str, object)  # from the worker thread: project folder, case id, QImage or None

    def __init__(self, parent: QObject | None = None) -> None:
        """Start with no project."""
        super().__init__(parent)
        self._project: ProjectReader | None = None
        self._cached_pixels: OrderedDict[str, QPixmap] = OrderedDict()
        self._asked: deque[str] = deque(maxlen=_MAX_REQUESTS)  # who scrolls on does not wait for what went by
        # Of ordinary priority: a starved thread that holds Python's lock would make the window wait.
        self._pool = ThreadPoolExecutor(1, "thumbnails")
        self._arrived.connect(self._on_arrived)

    def set_project(self, project: ProjectReader | None) -> None:
        """Give the thumbnails of this project from now on."""
        self._project = project
        self._cached_pixels.clear()
        self._asked.clear()

    def find(self, case_id: str) -> QPixmap | None:
        """The case's thumbnail; None while it is being made (an empty one when it cannot be)."""
        if case_id in self._cached_pixels:
            self._cached_pixels.move_to_end(case_id)
            return self._cached_pixels[case_id]
        if self._project is not None and case_id not in self._asked:
            self._asked.append(case_id)
            self._pool.submit(self._make_next, self._project.root)
        return None

    def shutdown(self) -> None:
        """Wait for the one being made and make no more."""
        self.set_project(None)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _make_next(self, root: Path) -> None:
        """In the worker thread: a deque is safe to read from here."""
        project = self._project
        asked = tuple(self._asked)
        if not asked or project is None or project.root != root:
            return
        case_id = asked[-1]  # the last one asked for is in sight
        image = None
        try:
            image = _image(project, case_id)
        except (UserError, OSError) as error:  # the list shows a blank; opening the case says why
            log.info("no thumbnail of %s: %s", case_id, error)
        finally:
            self._arrived.emit(root, case_id, image)
            with contextlib.suppress(ValueError):  # the list was cleared meanwhile
                self._asked.remove(case_id)

    def _on_arrived(self, root: Path, case_id: str, image: QImage | None) -> None:
        if self._project is None or self._project.root != root:
            return
        self._cached_pixels[case_id] = QPixmap() if image is None else QPixmap.fromImage(image)
        while len(self._cached_pixels) > _MAX_KEPT:
            self._cached_pixels.popitem(last=False)
        self.loaded.emit(case_id)


def _image(project: ProjectReader, case_id: str) -> QImage:
    """The thumbnail from disk, or made from the picture and kept there where the project can be written."""
    source, kept = project.image_path(case_id), project.layout.thumbnail(case_id)
    pixels = _cached_pixels(kept, source)
    if pixels is None:
        pixels = np.ascontiguousarray(read_reduced(source, LONGEST))
        try:
            if not project.read_only:
                files.make_folder(kept.parent)
                write_jpeg(kept, pixels, quality=85)
        except UserError as error:
            log.info("%s", error)
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_RGB888).copy()


def _cached_pixels(kept: Path, source: Path) -> Pixels | None:
    """The thumbnail on disk; None where there is none, or an older one than the picture, or a damaged one."""
    try:
        if kept.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            return read_reduced(kept, LONGEST)
    except FileNotFoundError:
        if not source.exists():
            raise
    except ImageError as error:
        log.info("read again: %s", error)
    return None
