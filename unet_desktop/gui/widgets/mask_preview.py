"""MaskPreviewPanel: how masks of other programs will be understood, shown on one of them before the import."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from unet_desktop.engine.events import StopPoint
from unet_desktop.errors import UserError
from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.form_dialog import muted_label, wrapped_label
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.images.read import Pixels
from unet_desktop.plurals import name_some, quantity
from unet_desktop.tasks.import_preview import LONGEST, ImportPreview

_SETTLED = 300
"""Milliseconds without another key before the folders are read."""
_POLL = 50
_MAX_NAMES = 3


class MaskPreviewPanel(QWidget):
    """Reads in its own thread, since folders may be large and on a slow network.

    Signals:
        previewed: the ImportPreview that is shown now.
    """

    previewed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Nothing is shown yet."""
        super().__init__(parent)
        self._picture = with_object_name(PlainLabel(), "preview")
        self._mapping = with_object_name(wrapped_label(""), "mapping")
        self._counts = with_object_name(muted_label(""), "counts")
        self._pool = ThreadPoolExecutor(1, "preview")
        self._asked: Hashable = None
        self._look: Callable[[], Iterator[StopPoint | ImportPreview]] = lambda: iter(())
        self._future: Future[ImportPreview | None] | None = None
        self._stop = Event()
        self._settle = QTimer(self, singleShot=True, interval=_SETTLED)
        self._poll = QTimer(self, interval=_POLL)
        self._settle.timeout.connect(self._on_settle_timeout)
        self._poll.timeout.connect(self._on_poll_timeout)
        self._lay_out()

    def look_at(self, asked: Hashable, look: Callable[[], Iterator[StopPoint | ImportPreview]]) -> None:
        """Show a preview, unless it is shown already.

        Args:
            asked: what the preview depends on: folders, and what was chosen.
            look: makes the generator whose last event is the preview; it runs in the thread.
        """
        if self._asked != asked:
            self._forget()
            self._asked, self._look = asked, look
            self._show_text("Looking at the masks…")
            self._settle.start()

    def clear(self) -> None:
        """Show nothing."""
        self._forget()
        self._asked = None

    def shutdown(self) -> None:
        """Stop. A read in progress ends by itself: it writes nothing."""
        self.clear()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _forget(self) -> None:
        self._settle.stop()
        self._poll.stop()
        self._stop.set()
        if self._future is not None:
            self._future.cancel()
        self._future = None
        self._picture.hide()
        self._show_text("")

    def _show_text(self, counts: str, mapping: str = "") -> None:
        # While it looks, there is room for the picture, so that the form does not move much when it comes.
        self.setMinimumHeight(LONGEST if self._asked is not None and not mapping else 0)
        self._counts.setText(counts)
        self._mapping.setText(mapping)
        self._mapping.setVisible(bool(mapping))  # an empty line would move what is below it

    def _lay_out(self) -> None:
        self._picture.hide()
        text = QVBoxLayout()
        text.setSpacing(8)
        text.addWidget(self._mapping)
        text.addWidget(self._counts)
        text.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(text, 1)

    @Slot()
    def _on_settle_timeout(self) -> None:
        if self._asked is not None:
            self._stop = Event()
            self._future = self._pool.submit(_last, self._look, self._stop)
            self._poll.start()

    @Slot()
    def _on_poll_timeout(self) -> None:
        if self._future is None or not self._future.done():
            return
        self._poll.stop()
        try:
            preview = self._future.result()
            if preview is not None:
                self._show(preview)
        except UserError as error:
            self._show_text("", str(error))

    def _show(self, preview: ImportPreview) -> None:
        mask = preview.mask
        self._show_text(_counts(preview), _explain(preview))
        if mask is not None and mask.pixels is not None:
            self._picture.setPixmap(_pixmap(mask.pixels))
            self._picture.setAccessibleName(f"{mask.name}, outlined")
            self._picture.show()
            self.setMinimumHeight(self._picture.pixmap().height())  # a label would crop it
        self.previewed.emit(preview)


def _last(look: Callable[[], Iterator[StopPoint | ImportPreview]], stop: Event) -> ImportPreview | None:
    """The preview at the end of these events; None if it was stopped."""
    for event in look():
        if isinstance(event, ImportPreview):
            return event
        if stop.is_set():
            break
    return None


def _explain(preview: ImportPreview) -> str:
    """How all masks are read, or what is wrong."""
    mask = preview.mask
    if preview.question is not None:
        return preview.question.problem
    if preview.names.problem:
        return preview.names.problem
    if preview.asks_order:
        return "Each line of the contours has two numbers, and both orders fit the pictures."
    if mask is not None and mask.problem:
        return mask.problem
    sentences = " ".join(preview.sentences)
    return f"{sentences} Shown: {mask.name}." if mask is not None else sentences


def _counts(preview: ImportPreview) -> str:
    count, without = preview.pictures, preview.without
    pictures = quantity(count, "picture")
    if not without:
        return "The picture has a mask." if count == 1 else f"All {pictures} have a mask."
    if len(without) == count:
        return "The picture has no mask with its name." if count == 1 else f"None of the {pictures} has a mask."
    have = "has" if count - len(without) == 1 else "have"
    return f"{count - len(without):,} of {pictures} {have} a mask. Without one: {name_some(without, _MAX_NAMES)}."


def _pixmap(pixels: Pixels) -> QPixmap:
    height, width = pixels.shape[:2]
    return QPixmap.fromImage(QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_RGB888))
