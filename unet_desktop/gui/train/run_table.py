"""RunTable: the project's training runs side by side, and the curves of the selected ones in one plot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.engine.config import PRESETS
from unet_desktop.gui.style.plain_text import PlainLabel, plain_tip
from unet_desktop.gui.widgets.curve import Curve
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.gui.widgets.plot import Plot
from unet_desktop.gui.widgets.points import Points
from unet_desktop.labels import DISC_AND_CUP, LabelSet
from unet_desktop.plurals import quantity
from unet_desktop.tasks.runs import Run

COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""Distinct to colour-blind people too: Okabe and Ito 2008, "Color Universal Design", palette."""
_HEADS = ("Run", "Cases", "Epochs", "Dice")
_EMPTY = "There are no training runs yet. When there are two or more, they can be compared here."


class RunTable(QWidget):
    """A row for each run, newest first; select two or more (Ctrl or Shift) to compare their curves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: list[Run] = []
        self._labels = DISC_AND_CUP
        self._empty = with_object_name(PlainLabel(_EMPTY, wrap=True), "no_runs")
        self._table = with_object_name(QTreeWidget(), "runs")
        self._metric = with_object_name(QComboBox(), "run_metric")
        self._plot = Plot("")
        self._lay_out()
        self._table.itemSelectionChanged.connect(self._draw)
        self._metric.currentIndexChanged.connect(self._draw)
        self.set_labels(DISC_AND_CUP)
        self.set_runs([])

    def set_labels(self, labels: LabelSet) -> None:
        """Offer the metrics of these labels."""
        self._labels = labels
        with QSignalBlocker(self._metric):
            self._metric.clear()
            for name, key in (
                ("Validation Dice, mean", "dice"),
                *((f"Validation Dice, {label.name}", f"dice/{label.name}") for label in labels),
                ("Validation IoU, mean", "iou"),
                ("Validation loss (BCE)", "bce"),
                ("Training loss", "train_loss"),
            ):
                self._metric.addItem(name, key)

    def set_runs(self, runs: Sequence[Run]) -> None:
        """Show these and keep the selection; without one, select the two newest."""
        selected = {item.text(0).partition("\n")[0] for item in self._table.selectedItems()}
        self._runs = list(runs)
        with QSignalBlocker(self._table):
            self._table.clear()
            items = [QTreeWidgetItem(self._cells(run)) for run in self._runs]
            for run, item in zip(self._runs, items, strict=True):
                item.setToolTip(0, plain_tip(_tip(run)))
                item.setSizeHint(0, QSize(0, 2 * self._table.fontMetrics().lineSpacing() + 8))
                for column in range(1, len(_HEADS)):
                    item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self._table.addTopLevelItem(item)
                item.setSelected(run.name in selected)
            if not self._table.selectedItems():
                for item in items[:2]:
                    item.setSelected(True)
        for part in (self._table, self._metric, self._plot):
            part.setVisible(bool(runs))
        self._empty.setVisible(not runs)
        self._draw()

    def _cells(self, run: Run) -> list[str]:
        preset = PRESETS[run.preset].title if run.preset in PRESETS else run.preset or "–"
        preset = preset.partition(" ")[0]  # the column is narrow, and the first word is enough
        dice = [run.metrics.get(f"dice/{label.name}") for label in self._labels]
        metrics = " / ".join("–" if value is None else f"{value:.3f}" for value in dice)
        cases = "–" if run.train is None else str(run.train)
        return [
            f"{run.name}\n{preset}, {_day(run.started).rpartition(' ')[0]}",
            cases,
            str(len(run.segmenting)),
            metrics,
        ]

    def _draw(self) -> None:
        chosen = [self._table.indexOfTopLevelItem(item) for item in self._table.selectedItems()]
        key = str(self._metric.currentData())
        curves = {
            Curve(self._runs[row].name, COLOURS[place % len(COLOURS)], dashed=place >= len(COLOURS)): _points(
                self._runs[row], key
            )
            for place, row in enumerate(sorted(chosen))
        }
        values = [value for points in curves.values() for value in points.y]
        last = max((points.x[-1] for points in curves.values() if points.x), default=1)
        self._plot.set_curves(curves)
        if key.partition("/")[0] in ("dice", "iou"):
            self._plot.set_range(0.0 if min(values, default=0.0) < 0.5 else 0.5, 1.0, last)
        else:
            self._plot.set_range(None, None, last)

    def _lay_out(self) -> None:
        table = self._table
        table.setAccessibleName("Training runs")
        table.setHeaderLabels(_HEADS)
        table.setRootIsDecorated(False)
        table.setUniformRowHeights(True)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.header().setStretchLastSection(False)
        table.header().setSectionsMovable(False)
        table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setMinimumHeight(90)
        for column in range(1, len(_HEADS)):
            table.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._metric.setAccessibleName("Metric that is drawn")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._empty)
        layout.addWidget(table, 1)
        layout.addWidget(self._metric)
        layout.addWidget(self._plot, 1)
        layout.addStretch(0)


def _points(run: Run, key: str) -> Points:
    points = Points()
    for epoch in run.segmenting:
        points.add(epoch.epoch, epoch.train_loss if key == "train_loss" else epoch.metrics.get(key, math.nan))
    return points


def _tip(run: Run) -> str:
    lines = [f"Started {_day(run.started)}", f"Started from {run.parent}" if run.parent else "Started from new weights"]
    if run.validation is not None:
        lines.append(f"Validated on {quantity(run.validation, 'case')}")
    if "vcdr_error" in run.metrics:
        lines.append(f"vCDR error {run.metrics['vcdr_error']:.3f}")
    return "\n".join(lines + ([] if run.seconds else ["Not finished; metrics of its last epoch"]))


def _day(started: str) -> str:
    try:
        moment = datetime.fromisoformat(started).astimezone()
    except ValueError:
        return started
    return f"{moment.day} {moment:%b %Y}"
