"""RunReport: the last figures of a training run and what it had to tell."""

from __future__ import annotations

import html
from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from unet_desktop.engine.events import EpochDone, Finished, Message, Resumed
from unet_desktop.gui.style.colours import readable
from unet_desktop.gui.widgets.durations import duration
from unet_desktop.gui.widgets.named import named
from unet_desktop.labels import DISC_AND_CUP, LabelSet
from unet_desktop.tasks.events import FailedBefore, FileWritten, FinishedBefore, ModelSaved

_MOST_NOTES = 4


class RunReport(QWidget):
    """Figures (Dice of each label, vCDR error), the last few sentences that a job told, and what computes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Empty."""
        super().__init__(parent)
        self._labels = DISC_AND_CUP
        self._metrics: Mapping[str, float] = {}
        self._heading = ""
        self._sentences: list[str] = []
        self._figures = named(QLabel(), "figures")
        self._notes = named(QLabel(), "notes")
        self._device = named(QLabel(), "device")
        self._notes.setTextFormat(Qt.TextFormat.PlainText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for label in (self._figures, self._notes, self._device):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(label)
        self._device.setProperty("role", "muted")
        self._device.hide()
        self._show()

    def set_labels(self, labels: LabelSet) -> None:
        """Show figures in the labels' order and colours."""
        self._labels = labels
        self._show()

    def set_device(self, text: str) -> None:
        """One sentence on what computes."""
        self._device.setText(text)
        self._device.setVisible(bool(text))

    def reset(self) -> None:
        """Forget the last run."""
        self._metrics, self._heading, self._sentences = {}, "", []
        self._show()

    def add_event(self, event: object) -> None:
        """Take in an event; others are passed over."""
        if isinstance(event, EpochDone) and event.metrics:
            kept = ", kept" if event.saved else ""
            self._metrics, self._heading = event.metrics, f"Validation after epoch {event.epoch}{kept}"
        elif isinstance(event, Finished):
            self._metrics = event.metrics
            self._heading = f"Validation at full resolution, after {duration(event.seconds)}"
        elif isinstance(event, Message):
            self._note(event.text)
        elif isinstance(event, FinishedBefore | FailedBefore):
            self._note(event.sentence)
        elif isinstance(event, ModelSaved):
            self._note(f"Saved as {event.name}.")
        elif isinstance(event, FileWritten):
            self._note(f"{event.path.name}: {event.what}.")
        elif isinstance(event, Resumed):
            for sentence in event.changes:
                self._note(sentence)
        else:
            return
        self._show()

    def _note(self, text: str) -> None:
        self._sentences = [*self._sentences, text][-_MOST_NOTES:]

    def _show(self) -> None:
        rows = []
        for label in self._labels:
            value = self._metrics.get(f"dice/{label.name}")
            if value is not None:
                colour = readable(QColor(label.colour), self.palette()).name()
                mark = f'<span style="color:{colour}">●</span>'
                rows.append(_row(f"{mark} Dice, {html.escape(label.name)}", f"{value:.3f}"))
        if "vcdr_error" in self._metrics:
            rows.append(_row("vCDR error", f"{self._metrics['vcdr_error']:.3f}"))
        table = f'<table cellspacing="0" cellpadding="1">{"".join(rows)}</table>'
        self._figures.setText(f"<b>{html.escape(self._heading)}</b>{table}" if rows else "")
        self._figures.setVisible(bool(rows))
        self._notes.setText("\n".join(self._sentences))
        self._notes.setVisible(bool(self._sentences))

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show()


def _row(name: str, value: str) -> str:
    return f'<tr><td>{name}</td><td align="right" style="padding-left:14px">{value}</td></tr>'
