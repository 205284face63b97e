"""FigureTable: a small table of figures whose rows and columns change with what is measured."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from unet_desktop.gui.style.plain_text import PlainLabel, plain_tip


class FigureTable(QWidget):
    """Headings above, names at the left, figures at the right; unchanged cells are not laid out again."""

    def __init__(self, name: str, parent: QWidget | None = None, *, wraps: bool = False) -> None:
        """Make an empty table.

        Args:
            name: what it holds, to be read aloud.
            parent: the widget it is in.
            wraps: its figures are words, wrapped where there is no room for them.
        """
        super().__init__(parent)
        self.setAccessibleName(name)
        self._wraps = wraps
        self._cells: dict[tuple[int, int], QLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1 if wraps else 0, 1)

    def set_rows(self, headings: Sequence[str], rows: Sequence[Sequence[str]], tips: Sequence[str] = ()) -> None:
        """Show these rows.

        Args:
            headings: one for each column, the names' first; without any, their row is left out.
            rows: the name first, then its figures.
            tips: tooltips, one for each row.
        """
        texts = {
            (row, column): text for row, cells in enumerate([headings, *rows]) for column, text in enumerate(cells)
        }
        for place in [place for place in self._cells if place not in texts]:
            gone = self._cells.pop(place)
            self._grid.removeWidget(gone)
            gone.hide()  # it is only deleted later
            gone.deleteLater()
        for (row, column), text in texts.items():
            cell = self._cell(row, column)
            cell.setText(text)
            if row:
                heading = f", {headings[column]}" if headings else ""
                cell.setAccessibleName(f"{rows[row - 1][0]}{heading}: {text}" if column else text)
                tip = tips[row - 1] if row <= len(tips) else ""
                tip = plain_tip(tip)
                if cell.toolTip() != tip:  # Qt tells the window of each, also of the same
                    cell.setToolTip(tip)

    def text(self, row: int, column: int) -> str:
        """Text of a cell; row 0 holds the headings, column 0 the names."""
        return self._cells[row, column].text()

    def _cell(self, row: int, column: int) -> QLabel:
        cell = self._cells.get((row, column))
        if cell is None:
            cell = self._cells[row, column] = PlainLabel()
            if not row or not column:
                cell.setProperty("role", "muted")
            cell.setWordWrap(self._wraps and column > 0)
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            cell.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(cell, row, column)
        return cell
