"""ResumeOffer: a training was interrupted; go on with it or give it up."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from unet_desktop.gui.widgets.named import named
from unet_desktop.tasks.interrupted import Interrupted


class ResumeOffer(QWidget):
    """A sentence and two buttons; hidden while there is nothing to go on with.

    Signals:
        resume_requested, discard_requested: what the user decided.
    """

    resume_requested = Signal()
    discard_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        """Nothing to offer."""
        super().__init__(parent)
        self._text = named(QLabel(wordWrap=True), "interrupted")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        resume, discard = named(QPushButton("Resume"), "resume"), named(QPushButton("Discard"), "discard")
        resume.setToolTip("Go on after the last epoch, with the settings and cases that it had")
        discard.setToolTip("Give it up; the model of its best epoch until then stays")
        resume.clicked.connect(self.resume_requested)
        discard.clicked.connect(self.discard_requested)
        row = QHBoxLayout()
        row.addWidget(resume, 1)
        row.addWidget(discard)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(6)
        column.addWidget(self._text)
        column.addLayout(row)
        self.hide()

    def set_interrupted(self, found: Interrupted | None, now: datetime | None = None) -> None:
        """Offer to go on with this, or offer nothing."""
        self.setVisible(found is not None)
        if found is not None:
            self._text.setText(sentence(found, now or datetime.now().astimezone()))


def sentence(found: Interrupted, now: datetime) -> str:
    """What was interrupted, when and where, and what a new training does to it."""
    last = found.header.past[-1]
    what = " while it learned to locate," if found.header.stage == "locate" else ""
    dice = f", Dice {found.metrics['dice']:.3f}" if "dice" in found.metrics else ""
    return (
        f"A training of {_day(found.saved, now)} stopped{what} at epoch {last.epoch} of {last.epochs} "
        f"({found.header.config.title}{dice}). A new training gives it up."
    )


def _day(then: datetime, now: datetime) -> str:
    days = (now.date() - then.date()).days
    return {0: "today", 1: "yesterday"}.get(days, f"{then.day} {then:%B}")
