"""StatusLine: pixel and label under the pointer, zoom, case, running job and device."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QSizePolicy, QStatusBar, QToolButton, QWidget

from unet_desktop.gui.commands.actions import Actions
from unet_desktop.gui.style.plain_text import PlainLabel, plain_tip
from unet_desktop.gui.widgets.object_name import with_object_name

_AROUND = 8
"""Pixels beside a text."""


class StatusLine(QStatusBar):
    """Its labels have room for their longest text, so that nothing jumps while the pointer moves.

    Signals:
        attention_clicked: show again what the user closed although it still holds.
    """

    attention_clicked = Signal()

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notice = ""
        self._opened: str | None = None
        self._pointer = self._label("pointer", "x 00000  y 00000  RGB 000 000 000")
        self._region = self._label("region", "not annotated")
        self._zoom = self._label("zoom", "00000 %")
        self._case = self._label("case", "")
        self._note = self._label("note", "")
        self._job = with_object_name(PlainLabel(), "job")
        self._bar = with_object_name(QProgressBar(), "job_progress")
        self._bar.setFixedWidth(150)
        self._bar.setMaximumHeight(14)
        self._bar.setTextVisible(False)
        self._stop = QToolButton()
        self._stop.setDefaultAction(actions["learn.stop"])
        self._stop.setAutoRaise(True)
        self._attention = with_object_name(QToolButton(), "attention")
        self._attention.setToolTip("Show the message again")
        self._attention.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._attention.clicked.connect(self.attention_clicked)
        self._attention.hide()
        self._device = PlainLabel()
        self._device.setProperty("role", "muted")
        self._device.setContentsMargins(4, 0, 8, 0)
        for label in (self._pointer, self._region, self._zoom, self._case):
            self.addWidget(label)
        self.addWidget(self._note, 1)
        self._note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # long ones are cut off
        for part in (self._attention, self._job, self._bar, self._stop, self._device):
            self.addPermanentWidget(part)
        self.setSizeGripEnabled(False)
        self.set_job("")

    def set_pointer(self, text: str, region: str) -> None:
        """Show the pointer's position with the pixel's value, and the label there; empty when it is away."""
        for label, shown in ((self._pointer, text), (self._region, region)):
            _make_room(label, shown)
            label.setText(shown)

    def set_zoom(self, zoom: float | None) -> None:
        """Show the zoom, in device pixels per image pixel; None without a picture."""
        self._zoom.setText("" if zoom is None else f"{100 * zoom:.0f} %")

    def set_case(self, text: str, note: str) -> None:
        """Show the case's state, and a note from reading its picture."""
        self._case.setText(text)
        self._note.setText(note)
        self._note.setToolTip(plain_tip(note))

    def set_device(self, text: str) -> None:
        """Show the device that computes."""
        self._device.setText(text)

    @property
    def device(self) -> str:
        """The device that computes, as text."""
        return self._device.text()

    def show_notice(self, text: str, milliseconds: int) -> None:
        """Show a message that is not about the open case."""
        self._notice = text
        self.showMessage(text, milliseconds)

    def end_case(self, opened: str | None) -> None:
        """Clear a message about a case other than the one that is open now."""
        if opened != self._opened and self.currentMessage() != self._notice:
            self.clearMessage()
        self._opened = opened

    def set_attention(self, text: str) -> None:
        """Show in a word or two what still holds although its message was closed; empty when nothing does."""
        self._attention.setText(text)
        self._attention.setVisible(bool(text))

    def end_message(self, sentence: str) -> None:
        """Clear this message if it is still shown."""
        if sentence and self.currentMessage() == sentence:
            self.clearMessage()

    def set_job(self, title: str) -> None:
        """Show the title of the running job; empty when there is none."""
        self._job.setText(title)
        self._bar.setRange(0, 0)
        for part in (self._job, self._bar, self._stop):
            part.setVisible(bool(title))

    def set_progress(self, done: int, total: int) -> None:
        """Show the job's progress; a total of 0 means unknown."""
        self._bar.setRange(0, total)
        self._bar.setValue(done)

    def _label(self, name: str, widest: str) -> QLabel:
        label = with_object_name(PlainLabel(), name)
        label.setFrameShape(QFrame.Shape.NoFrame)
        label.setMinimumWidth(label.fontMetrics().horizontalAdvance(widest) + _AROUND)
        label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        label.setIndent(6)
        return label


def _make_room(label: QLabel, text: str) -> None:
    """Fix the label's size, as wide as its longest text so far: else each text asks the window for a new layout."""
    metrics = label.fontMetrics()
    size = QSize(max(label.minimumWidth(), metrics.horizontalAdvance(text) + _AROUND), metrics.height())
    if not label.minimumSize() == label.maximumSize() == size:
        label.setFixedSize(size)
