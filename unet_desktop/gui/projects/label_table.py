"""LabelTable: the labels of a project, one per row, to be filled in or changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QPushButton,
    QTableWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from unet_desktop.gui.projects.colour_button import ColourButton
from unet_desktop.gui.style.plain_text import plain_tip
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.label_edits import COLOURS, LabelRow, drop_row, edit_labels, free_colour, rows_of, sort_rows
from unet_desktop.labels import Label, LabelSet

_MAX_LABELS = 254
_NAME, _COLOUR, _INSIDE, _UNIQUE, _BUTTONS = range(5)


class LabelTable(QWidget):
    """Names, colours, nesting and order; a label can only be inside one of the rows above it, so there are no cycles.

    Labels that a project has already can be merged into another one instead of being removed.

    Attributes:
        button_row: the row of buttons under the table, for more of them.

    Signals:
        labels_changed: something in the table changed.
    """

    labels_changed = Signal()

    def __init__(self, labels: LabelSet | None = None, parent: QWidget | None = None) -> None:
        """Start with these labels of a project, or with one that has no name yet."""
        super().__init__(parent)
        self._labels = labels
        self._values: list[int | None] = []
        self._merged: dict[int, int] = {}
        self._table = with_object_name(QTableWidget(0, 5), "labels")
        self._add = with_object_name(QPushButton("Add label"), "add_label")
        self.button_row = QHBoxLayout()
        self._lay_out()
        self._add.clicked.connect(self._on_add_clicked)
        self._rebuild([LabelRow(None, "", COLOURS[0])] if labels is None else rows_of(labels))

    @property
    def all_named(self) -> bool:
        """Whether no name is empty."""
        return all(row.name.strip() for row in self._rows())

    def labels(self) -> LabelSet:
        """The labels; without any to begin with, a row's number is its value.

        Raises:
            LabelError: they do not fit together yet.
        """
        rows = self._rows()
        if self._labels is not None:
            return edit_labels(self._labels, rows, self._merged)
        return LabelSet(
            tuple(
                Label(
                    number,
                    row.name.strip(),
                    row.colour,
                    None if row.inside is None else rows[row.inside].name.strip(),
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
        self._table.setMinimumSize(600, 150)  # room for a name beside the other columns
        header = self._table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((_COLOUR, 70), (_INSIDE, 130), (_UNIQUE, 118), (_BUTTONS, 92)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        self._add.setAutoDefault(False)
        self.button_row.addWidget(self._add)
        self.button_row.addStretch(1)
        column_layout = QVBoxLayout(self)
        column_layout.setContentsMargins(0, 0, 0, 0)
        column_layout.setSpacing(6)
        column_layout.addWidget(self._table, 1)
        column_layout.addLayout(self.button_row)

    def _rows(self) -> list[LabelRow]:
        return [self._read(row) for row in range(self._table.rowCount())]

    def _read(self, row: int) -> LabelRow:
        name, colour, inside, unique = (self._table.cellWidget(row, column) for column in range(4))
        assert isinstance(name, QLineEdit)
        assert isinstance(colour, ColourButton)
        assert isinstance(inside, QComboBox)
        assert isinstance(unique, QCheckBox)
        parent = inside.currentIndex() - 1
        return LabelRow(
            self._values[row], name.text(), colour.colour, None if parent < 0 else parent, unique.isChecked()
        )

    def _rebuild(self, rows: Sequence[LabelRow]) -> None:
        self._values = [row.value for row in rows]
        self._table.setRowCount(0)
        self._table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            name = QLineEdit(row.name)
            name.setPlaceholderText("e.g. optic disc")
            name.setFrame(False)
            name.setAccessibleName(f"Name of label {number + 1}")
            colour = ColourButton(row.colour)
            colour.setFlat(True)
            inside = QComboBox()
            inside.setAccessibleName(f"Label around label {number + 1}")
            inside.addItems(
                ["nothing", *(above.name or f"label {index}" for index, above in enumerate(rows[:number], 1))]
            )
            inside.setCurrentIndex(0 if row.inside is None else row.inside + 1)
            inside.setEnabled(number > 0)
            unique = QCheckBox("at most one")
            unique.setChecked(row.unique)
            unique.setToolTip(
                "True of an optic disc, not of cell nuclei. The network can then locate it and segment a close-up."
            )
            for column, widget in enumerate((name, colour, inside, unique, self._buttons(rows, number))):
                self._table.setCellWidget(number, column, widget)
            name.textChanged.connect(self._on_names_changed)
            colour.colour_changed.connect(self.labels_changed)
            inside.currentIndexChanged.connect(self._on_nesting_changed)
            unique.toggled.connect(self.labels_changed)
        self._add.setEnabled(len(rows) < _MAX_LABELS)
        self.labels_changed.emit()

    def _buttons(self, rows: Sequence[LabelRow], number: int) -> QWidget:
        """The buttons at the end of a row: up, down, remove."""
        cell = QWidget()
        line = QHBoxLayout(cell)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        name = rows[number].name or f"label {number + 1}"
        up = _button(f"up_{number}", "▲", f"Move {name} up", enabled=_can_move_up(rows, number))
        down = _button(f"down_{number}", "▼", f"Move {name} down", enabled=_can_move_up(rows, number + 1))
        remove = _button(f"remove_{number}", "✕", f"Remove {name}", enabled=len(rows) > 1)
        up.clicked.connect(partial(self._move_up, number, "up", number - 1))
        down.clicked.connect(partial(self._move_up, number + 1, "down", number + 1))
        if rows[number].value is None:
            remove.clicked.connect(partial(self._drop, number))
        else:
            remove.setToolTip(plain_tip(f"Remove {name}, or merge it into another label"))
            remove.setMenu(self._removing_menu(number, remove))
            remove.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            remove.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        for button in (up, down, remove):
            line.addWidget(button)
        line.addStretch(1)
        return cell

    def _removing_menu(self, number: int, parent: QWidget) -> QMenu:
        menu = with_object_name(QMenu(parent), f"removing_{number}")
        menu.aboutToShow.connect(partial(self._fill_removing_menu, menu, number))
        return menu

    def _fill_removing_menu(self, menu: QMenu, number: int) -> None:
        rows = self._rows()
        around = rows[number].inside
        becomes = "background" if around is None else _escape(rows[around].name)
        menu.clear()
        menu.addAction(f"Remove: its pixels become {becomes}").triggered.connect(lambda: self._drop(number))
        menu.addSeparator()
        for row in rows:
            if row.value is not None and row.value != rows[number].value:
                merging = menu.addAction(f"Merge into {_escape(row.name)}")
                merging.triggered.connect(partial(lambda value, *_: self._drop(number, value), row.value))

    def _button(self, name: str, number: int) -> QToolButton | None:
        cell: QWidget | None = self._table.cellWidget(number, _BUTTONS)
        return None if cell is None else cell.findChild(QToolButton, f"{name}_{number}")

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
    def _on_nesting_changed(self) -> None:
        """Which rows can move up depends on what is inside what."""
        rows = self._rows()
        for number in range(len(rows)):
            for name, at in (("up", number), ("down", number + 1)):
                button = self._button(name, number)
                if button is not None:
                    button.setEnabled(_can_move_up(rows, at))
        self.labels_changed.emit()

    @Slot()
    def _on_add_clicked(self) -> None:
        rows = self._rows()
        self._rebuild([*rows, LabelRow(None, "", free_colour(rows))])
        self._table.cellWidget(len(rows), _NAME).setFocus()
        self._table.scrollToBottom()

    def _move_up(self, number: int, button: str, then: int) -> None:
        """Swap a row with the one above it; the button that was clicked keeps the keyboard."""
        rows = self._rows()
        order = [*range(number - 1), number, number - 1, *range(number + 1, len(rows))]
        places = {old: new for new, old in enumerate(order)}
        self._rebuild(
            [
                replace(rows[old], inside=None if rows[old].inside is None else places[rows[old].inside or 0])
                for old in order
            ]
        )
        moved = self._button(button, then)
        if moved is not None:
            moved.setFocus()

    def _drop(self, number: int, into: int | None = None) -> None:
        """Take a row away; its pixels become another label's, or what is around it."""
        rows = self._rows()
        gone = rows[number]
        if gone.value is None:
            around = gone.inside

            def parent(row: LabelRow) -> int | None:
                inside = around if row.inside == number else row.inside
                return None if inside is None else inside - (inside > number)

            kept = [replace(row, inside=parent(row)) for row in rows if row is not gone]
        else:
            kept = sort_rows(drop_row(rows, gone.value, into))
            if into is not None:
                self._merged[gone.value] = into
        self._rebuild(kept)


def _button(name: str, text: str, tip: str, *, enabled: bool) -> QToolButton:
    button = with_object_name(QToolButton(), name)
    button.setText(text)
    button.setAutoRaise(True)
    button.setToolTip(plain_tip(tip))
    button.setAccessibleName(tip)
    button.setEnabled(enabled)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setForegroundRole(QPalette.ColorRole.ButtonText)
    return button


def _can_move_up(rows: Sequence[LabelRow], number: int) -> bool:
    """Whether a row can change places with the one above it: not with the label that it is inside."""
    return 0 < number < len(rows) and rows[number].inside != number - 1


def _escape(name: str) -> str:
    return name.replace("&", "&&")
