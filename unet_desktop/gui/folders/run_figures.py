"""RunFigures: how many pictures of a run are done, failed and worth a look."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from unet_desktop.gui.widgets.named import named
from unet_desktop.tasks.events import ItemDone


class RunFigures(QWidget):
    """Three large figures with a word below each, and a sentence on the pace at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """All 0."""
        super().__init__(parent)
        self._counts = {"done": 0, "failed": 0, "flagged": 0}
        self._figures = {name: named(QLabel("0"), f"run_{name}") for name in self._counts}
        self._pace = named(QLabel(), "run_pace")
        self._far, self._last = "", ""
        self._pace.setProperty("role", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(28)
        for name, word in (("done", "done"), ("failed", "failed"), ("flagged", "worth a look")):
            self._figures[name].setProperty("role", "figure")
            column, label = QVBoxLayout(), QLabel(word)
            label.setProperty("role", "muted")
            column.setSpacing(0)
            column.addWidget(self._figures[name])
            column.addWidget(label)
            row.addLayout(column)
        row.addStretch(1)
        row.addWidget(self._pace)

    def clear(self, last: str) -> None:
        """A new run; `last` says what it does when all pictures are done."""
        self._last = last
        self._counts = dict.fromkeys(self._counts, 0)
        self._show()

    def add(self, item: ItemDone) -> None:
        """Count one picture."""
        if item.problem:
            self._counts["failed"] += 1
        else:
            self._counts["done"] = item.done - self._counts["failed"]
            self._counts["flagged"] += bool(item.note)
        self._show()

    def set_progress(self, done: int, total: int, pace: str) -> None:
        """How far it is, and how fast it goes."""
        self._far = f"{done:,} of {total:,}" if total else ""
        self.set_pace(self._last if total and done >= total else pace)

    def set_pace(self, pace: str) -> None:
        """How fast it goes, or nothing."""
        self._pace.setText("\n".join(part for part in (self._far, pace) if part))

    def _show(self) -> None:
        for name, count in self._counts.items():
            self._figures[name].setText(f"{count:,}")
