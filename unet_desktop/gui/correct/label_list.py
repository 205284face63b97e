"""LabelList: which label is painted, and which are hidden or locked."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from unet_desktop.gui.style.icons import icon
from unet_desktop.gui.style.plain_text import plain_tip
from unet_desktop.gui.style.theme import LIGHT, Colours
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.labels import Label, LabelSet

_NUMBERED = 9
_WIDEST_NAME = 170
"""Pixels; a longer name would widen the panel beyond its dock. The tool tip says it whole."""


class LabelList(QWidget):
    """A row for each label: its colour, its name and the key that chooses it; an eye and a lock.

    Signals:
        label_chosen(index): counted from 0.
        hide_toggled(index): its eye was clicked.
        lock_toggled(index): its lock was clicked.
        menu_requested(index, QPoint): of commands on that label, at this place of the screen.
    """

    label_chosen = Signal(int)
    hide_toggled = Signal(int)
    lock_toggled = Signal(int)
    menu_requested = Signal(int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels: LabelSet | None = None
        self._rows: list[_Row] = []
        self._colours = LIGHT
        self._hidden: frozenset[int] = frozenset()
        self._locked: frozenset[int] = frozenset()
        self._group = QButtonGroup(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._group.idClicked.connect(self.label_chosen)

    def set_labels(self, labels: LabelSet | None) -> None:
        """Offer these labels."""
        if labels == self._labels:
            return
        self._labels = labels
        for row in self._rows:
            self._group.removeButton(row.button)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        for index, label in enumerate(labels or ()):
            row = _Row(index, label)
            row.eye.clicked.connect(partial(self.hide_toggled.emit, index))
            row.lock.clicked.connect(partial(self.lock_toggled.emit, index))
            row.button.customContextMenuRequested.connect(partial(self._ask_for_menu, index, row.button))
            self._group.addButton(row.button, index)
            self._column.addWidget(row)
            self._rows.append(row)
        self._show_marks()

    def name_of(self, index: int) -> str:
        """The name of the label with this index."""
        return self._rows[index].label.name

    def set_current(self, label: Label | None) -> None:
        """Mark this label as the one in use."""
        if label is not None and self._labels is not None and label in self._labels.labels:
            self._rows[self._labels.labels.index(label)].button.setChecked(True)

    def set_marks(self, hidden: Collection[int], locked: Collection[int]) -> None:
        """Show which labels are hidden and which are locked, by their pixel values."""
        marks = frozenset(hidden), frozenset(locked)
        if marks != (self._hidden, self._locked):
            self._hidden, self._locked = marks
            self._show_marks()

    def set_colours(self, colours: Colours) -> None:
        """Draw the icons in this theme's colours."""
        self._colours = colours
        self._show_marks()

    def _show_marks(self) -> None:
        for row in self._rows:
            value = row.label.value
            row.show_marks(self._colours, hidden=value in self._hidden, locked=value in self._locked)

    def _ask_for_menu(self, index: int, button: QPushButton, at: QPoint) -> None:
        self.label_chosen.emit(index)
        self.menu_requested.emit(index, button.mapToGlobal(at))


class _Row(QWidget):
    """A label's button, eye and lock."""

    def __init__(self, index: int, label: Label) -> None:
        super().__init__()
        self.label = label
        self.button = _choice(index, label)
        self.eye = with_object_name(_mark(), f"eye_{index}")
        self.lock = with_object_name(_mark(), f"lock_{index}")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        line.addWidget(self.button, 1)
        line.addWidget(self.eye)
        line.addWidget(self.lock)

    def show_marks(self, colours: Colours, *, hidden: bool, locked: bool) -> None:
        """Show whether the label is hidden, and whether it is locked; what is usual steps back."""
        name = self.label.name
        self.eye.setIcon(icon("hidden" if hidden else "shown", colours, colours.text if hidden else colours.muted))
        self.lock.setIcon(icon("locked" if locked else "unlocked", colours, colours.text if locked else colours.muted))
        for button, is_on, to_set, to_clear in (
            (self.eye, hidden, f"Hide {name}", f"Show {name}"),
            (self.lock, locked, f"Lock {name}: no tool or command changes it", f"Unlock {name}"),
        ):
            button.setChecked(is_on)
            button.setToolTip(plain_tip(to_clear if is_on else to_set))
            button.setAccessibleName(to_clear if is_on else to_set)


def _choice(index: int, label: Label) -> QPushButton:
    key = f"{index + 1}   " if index < _NUMBERED else ""
    button = QPushButton(swatch(label.colour), "")
    name = button.fontMetrics().elidedText(label.name, Qt.TextElideMode.ElideRight, _WIDEST_NAME)
    button.setText(f"{key}{name}".replace("&", "&&"))  # Qt takes one for the mark of a key
    button.setProperty("role", "choice")
    button.setCheckable(True)
    button.setIconSize(QSize(16, 16))
    button.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    within = f", inside {label.inside}" if label.inside else ""
    where = f"\nIt lies inside {label.inside}" if label.inside else ""
    more = "\nRight-click: hide, lock, clear, say that there is none"
    button.setToolTip(plain_tip(f"Paint {label.name}" + (f" ({index + 1})" if key else "") + where + more))
    button.setAccessibleName(f"Label {label.name}{within}")
    return button


def _mark() -> QToolButton:
    button = QToolButton()
    button.setCheckable(True)
    button.setAutoRaise(True)
    button.setIconSize(QSize(16, 16))
    button.setFixedWidth(26)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button


def swatch(colour: str) -> QIcon:
    """A square of that colour."""
    pixmap = QPixmap(32, 32)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(pixmap.rect().adjusted(2, 2, -2, -2), 6, 6)
    painter.end()
    return QIcon(pixmap)
