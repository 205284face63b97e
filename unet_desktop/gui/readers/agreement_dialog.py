"""AgreementDialog: how well the readers of a project agree, as a table to look at and to save."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.style.plain_text import PlainLabel
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.safe_text import escape_controls
from unet_desktop.tasks.events import AgreementRow, ReadersAgreement

_SIZE = (760, 520)
_HEADINGS = ("Measure", "Period", "Cases", "Value", "From", "To")
_NOTE = (
    "From and to: 95 % confidence interval, or limits of agreement. Differences are first minus second. Only cases "
    "that both have read count."
)


class AgreementDialog(QDialog):
    """A table with a group for each pair of readers.

    Signals:
        save_requested: write the table to a file.
    """

    save_requested = Signal()

    def __init__(self, parent: QWidget | None, found: ReadersAgreement) -> None:
        """Show the table."""
        super().__init__(parent)
        self.setWindowTitle("Agreement of readers")
        self.resize(*_SIZE)
        self._table = with_object_name(QTreeWidget(), "agreement")
        self._table.setHeaderLabels(list(_HEADINGS))
        self._table.setAccessibleName("Agreement of readers")
        self._table.setUniformRowHeights(True)
        self._table.setAlternatingRowColors(True)
        header = self._table.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        groups: dict[str, QTreeWidgetItem] = {}
        for row in found.rows:
            title = _title(row)
            if title not in groups:
                groups[title] = QTreeWidgetItem([escape_controls(title)])
                self._table.addTopLevelItem(groups[title])
                groups[title].setFirstColumnSpanned(True)
                groups[title].setExpanded(True)
            groups[title].addChild(_item(row))
        note = PlainLabel(_NOTE, wrap=True)
        note.setProperty("role", "muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        save = with_object_name(QPushButton("&Save table…"), "save_agreement")
        buttons.addButton(save, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        save.clicked.connect(self.save_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 18, 14)
        column.setSpacing(12)
        for part in (self._table, note, buttons):
            column.addWidget(part)


def _title(row: AgreementRow) -> str:
    names = f"{row.first} and {row.second}" if row.second else row.first
    return f"{names} ({row.kind})"


def _item(row: AgreementRow) -> QTreeWidgetItem:
    numbers = ["" if one is None else f"{one:.3f}".replace("-", "−") for one in (row.value, row.low, row.high)]
    item = QTreeWidgetItem([escape_controls(row.measure), row.period, f"{row.cases:,}", *numbers])
    for column in range(2, len(_HEADINGS)):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item
