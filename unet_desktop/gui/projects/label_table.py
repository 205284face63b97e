"""LabelTable: the labels of a new project, one per row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.projects.colour_button import ColourButton
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.labels import Label, LabelSet

_COLOURS = ("#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#0072b2", "#d55e00", "#999999")
"""Okabe and Ito's colours, told apart by people with any kind of colour vision."""
_MAX_LABELS = 254
_NAME, _COLOUR, _INSIDE, _UNIQUE, _REMOVE = range(5)


@dataclass(frozen=True, slots=True)
class _LabelRow:
    """The contents of one row of the table; `inside` is the row of the parent, -1 without one."""

    name: str
    colour: str
    inside: int = -1
    unique: bool = False


class LabelTable(QWidget):
    """Names, colours and nesting; a label can only be inside one of the rows above it, so there are no cycles.

    Signals:
        labels_changed: something in the table changed.
    """

    labels_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = with_object_name(QTableWidget(0, 5), "labels")
        self._add = with_object_name(QPushButton("Add label"), "add_label")
        self._lay_out()
        self._add.clicked.connect(self._on_add_clicked)
        self._rebuild([_LabelRow("", _COLOURS[0])])

    @property
    def all_named(self) -> bool:
        """Whether no name is empty."""
        return all(row.name.strip() for row in self._rows())

    def labels(self) -> LabelSet:
        """The current labels; a row's number is its value.

        Raises:
            LabelError: they do not fit together yet.
        """
        rows = self._rows()
        return LabelSet(
            tuple(
                Label(
                    number,
                    row.name.strip(),
                    row.colour,
                    rows[row.inside].name.strip() if row.inside >= 0 else None,
                    row.unique,
                )
                for number, row in enumerate(rows, 1)
            )
        )

    def _lay_out(self) -> None:
        self._table.setHorizontalHeaderLabels(["Name", "Colour", "Inside", "One per picture", ""])
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._table.verticalHeader().setVisible(False)
        self._table.setShowGrid(False)
        self._table.setMinimumHeight(150)
        header = self._table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((_COLOUR, 70), (_INSIDE, 130), (_UNIQUE, 118), (_REMOVE, 30)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        buttons = QHBoxLayout()
        self._add.setAutoDefault(False)
        buttons.addWidget(self._add)
        buttons.addStretch(1)
        column_layout = QVBoxLayout(self)
        column_layout.setContentsMargins(0, 0, 0, 0)
        column_layout.setSpacing(6)
        column_layout.addWidget(self._table, 1)
        column_layout.addLayout(buttons)

    def _rows(self) -> list[_LabelRow]:
        return [self._read(row) for row in range(self._table.rowCount())]

    def _read(self, row: int) -> _LabelRow:
        name, colour, inside, unique = (self._table.cellWidget(row, column) for column in range(4))
        assert isinstance(name, QLineEdit)
        assert isinstance(colour, ColourButton)
        assert isinstance(inside, QComboBox)
        assert isinstance(unique, QCheckBox)
        return _LabelRow(name.text(), colour.colour, inside.currentIndex() - 1, unique.isChecked())

    def _rebuild(self, rows: list[_LabelRow]) -> None:
        self._table.setRowCount(0)
        self._table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            name = QLineEdit(row.name)
            name.setPlaceholderText("e.g. optic disc")
            name.setFrame(False)
            colour = ColourButton(row.colour)
            colour.setFlat(True)
            inside = QComboBox()
            inside.addItems(
                ["nothing", *(above.name or f"label {index}" for index, above in enumerate(rows[:number], 1))]
            )
            inside.setCurrentIndex(row.inside + 1)
            inside.setEnabled(number > 0)
            unique = QCheckBox("at most one")
            unique.setChecked(row.unique)
            unique.setToolTip(
                "True of an optic disc, not of cell nuclei. The network can then locate it and segment a close-up."
            )
            remove = with_object_name(QToolButton(), f"remove_{number}")
            remove.setText("✕")
            remove.setAutoRaise(True)
            remove.setToolTip("Remove this label")
            remove.setEnabled(len(rows) > 1)
            remove.clicked.connect(partial(self._on_remove_clicked, number))
            for column, widget in enumerate((name, colour, inside, unique, remove)):
                self._table.setCellWidget(number, column, widget)
            name.textChanged.connect(self._on_names_changed)
            colour.colour_changed.connect(self.labels_changed)
            inside.currentIndexChanged.connect(self.labels_changed)
            unique.toggled.connect(self.labels_changed)
        self._add.setEnabled(len(rows) < _MAX_LABELS)
        self.labels_changed.emit()

    @Slot()
    def _on_names_changed(self) -> None:
        names = [row.name for row in self._rows()]
        for number in range(1, len(names)):
            inside = self._table.cellWidget(number, _INSIDE)
            assert isinstance(inside, QComboBox)
            for above in range(number):
                inside.setItemText(above + 1, names[above] or f"label {above + 1}")
        self.labels_changed.emit()

    @Slot()
    def _on_add_clicked(self) -> None:
        rows = self._rows()
        used = {row.colour for row in rows}
        colour = next((colour for colour in _COLOURS if colour not in used), _COLOURS[len(rows) % len(_COLOURS)])
        self._rebuild([*rows, _LabelRow("", colour)])
        self._table.cellWidget(len(rows), _NAME).setFocus()
        self._table.scrollToBottom()

    def _on_remove_clicked(self, gone: int) -> None:
        kept = [row for number, row in enumerate(self._rows()) if number != gone]
        self._rebuild([replace(row, inside=_without(row.inside, gone)) for row in kept])


def _without(inside: int, gone: int) -> int:
    """The parent's row after a row was removed."""
    return -1 if inside == gone else inside - (inside > gone)
