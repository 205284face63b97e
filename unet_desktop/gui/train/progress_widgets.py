"""JobProgress and RunReport: how far the running job is, and what a training run has come to so far."""

from __future__ import annotations

import html
from typing import assert_never

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from unet_desktop.engine.events import BatchDone, EpochDone, Finished
from unet_desktop.gui.style.contrast import readable
from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.train.progress import TrainingProgress
from unet_desktop.gui.widgets.durations import duration, time_left
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.labels import DISC_AND_CUP, LabelSet
from unet_desktop.tasks.events import ItemDone

_STEPS = 1000


class JobProgress(QWidget):
    """A sentence over a bar; empty and flat while nothing runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = with_object_name(PlainLabel(), "progress_text")
        self._text.setWordWrap(True)
        self._bar = with_object_name(QProgressBar(), "progress_bar")
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._text)
        layout.addWidget(self._bar)
        self.set_labels(DISC_AND_CUP)
        self.set_idle("")

    def set_labels(self, labels: LabelSet) -> None:
        """Name what a locating network looks for."""
        located = labels.location_label()
        self._located = "structure" if located is None else located.name

    def set_idle(self, text: str) -> None:
        """Nothing runs; the text says how the last job ended, or nothing."""
        self._text.setText(text)
        self._bar.setRange(0, _STEPS)  # an endless bar keeps a timer running
        self._bar.hide()
        self.setVisible(bool(text))

    def set_working(self, text: str) -> None:
        """Something runs and cannot say yet how far it is."""
        self._text.setText(text)
        self._bar.setRange(0, 0)
        self._bar.show()
        self.show()

    def set_progress(self, progress: TrainingProgress) -> None:
        """Show how far the running job is, if it has said so."""
        if progress.latest is None:
            return
        doing = self._doing(progress.latest)
        left = time_left(progress.seconds_left).replace(" ", "\N{NO-BREAK SPACE}")  # keeps "2 min" on one line
        self._text.setText(f"{doing}, {left}" if left else doing)
        self._bar.setRange(0, _STEPS)
        self._bar.setValue(round(_STEPS * progress.share))
        self._bar.show()
        self.show()

    def _doing(self, event: BatchDone | EpochDone | ItemDone) -> str:
        match event:
            case ItemDone():
                return f"{event.done} of {event.total}: {event.name}"
            case BatchDone(stage="read"):
                return f"Reading pictures, {event.step} of {event.steps}"
            case BatchDone(stage="measure"):
                return f"Measuring on the validation pictures, {event.step} of {event.steps}"
            case BatchDone() | EpochDone():
                doing = f"Learning to locate the {self._located}" if event.stage == "locate" else "Learning to segment"
                return f"{doing}, epoch {event.epoch} of {event.epochs}"
            case _:
                assert_never(event)


class RunReport(QWidget):
    """Metrics (Dice of each label, vCDR error), the last few messages of jobs, and what computes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels = DISC_AND_CUP
        self._progress = TrainingProgress()
        self._metrics = with_object_name(QLabel(), "metrics")
        self._notes = with_object_name(PlainLabel(), "notes")
        self._device = with_object_name(PlainLabel(), "device")
        self._notes.setTextFormat(Qt.TextFormat.PlainText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for label in (self._metrics, self._notes, self._device):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(label)
        self._device.setProperty("role", "muted")
        self._device.hide()
        self._show()

    def set_labels(self, labels: LabelSet) -> None:
        """Show metrics in the labels' order and colours."""
        self._labels = labels
        self._show()

    def set_device(self, text: str) -> None:
        """One sentence on what computes."""
        self._device.setText(text)
        self._device.setVisible(bool(text))

    def set_progress(self, progress: TrainingProgress) -> None:
        """Show the last metrics and messages."""
        self._progress = progress
        self._show()

    def _show(self) -> None:
        metrics, messages = self._progress.metrics, self._progress.messages
        rows = []
        for label in self._labels:
            value = metrics.get(f"dice/{label.name}")
            if value is not None:
                colour = readable(QColor(label.colour), self.palette()).name()
                mark = f'<span style="color:{colour}">●</span>'
                rows.append(_row(f"{mark} Dice, {html.escape(label.name)}", f"{value:.3f}"))
        if "vcdr_error" in metrics:
            rows.append(_row("vCDR error", f"{metrics['vcdr_error']:.3f}"))
        table = f'<table cellspacing="0" cellpadding="1">{"".join(rows)}</table>'
        self._metrics.setText(f"<b>{html.escape(_heading(self._progress.measured))}</b>{table}" if rows else "")
        self._metrics.setVisible(bool(rows))
        self._notes.setText("\n".join(messages))
        self._notes.setVisible(bool(messages))

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show()


def _row(name: str, value: str) -> str:
    return f'<tr><td>{name}</td><td align="right" style="padding-left:14px">{value}</td></tr>'


def _heading(measured: EpochDone | Finished | None) -> str:
    match measured:
        case EpochDone():
            return f"Validation after epoch {measured.epoch}{', kept' if measured.saved else ''}"
        case Finished():
            return f"Validation at full resolution, after {duration(measured.seconds)}"
        case None:
            return ""
        case _:
            assert_never(measured)
