"""How a step looks in the history: its name, and muted at the right how large a change it is."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from unet_desktop.gui.history.history_model import SIZE_ROLE
from unet_desktop.gui.style.theme import LIGHT, Colours

_Index = QModelIndex | QPersistentModelIndex
_MARGIN = 8
_GAP = 10


class HistoryDelegate(QStyledItemDelegate):
    """Paints one row; a long name is cut short before its size is."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Dressed for the light theme until told otherwise."""
        super().__init__(parent)
        self._colours = LIGHT

    def set_colours(self, colours: Colours) -> None:
        """Use this theme's colours."""
        self._colours = colours

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        size = str(index.data(SIZE_ROLE) or "")
        if size:
            room = option.rect.width() - option.fontMetrics.horizontalAdvance(size) - 2 * _MARGIN - _GAP
            option.text = option.fontMetrics.elidedText(option.text, Qt.TextElideMode.ElideRight, room)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        super().paint(painter, option, index)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setFont(option.font)
        painter.setPen(QColor(self._colours.on_accent if chosen else self._colours.muted))
        painter.drawText(
            option.rect.adjusted(0, 0, -_MARGIN, 0),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            str(index.data(SIZE_ROLE) or ""),
        )
        painter.restore()
