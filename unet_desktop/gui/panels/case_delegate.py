"""How a case looks in the list: thumbnail, name, and its state as icon and word."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from unet_desktop.gui.icons import icon
from unet_desktop.gui.panels.cases_model import CASE_ROLE, STATE_TEXT
from unet_desktop.gui.theme import LIGHT, Colours
from unet_desktop.project.case import Case

PICTURE = QSize(72, 52)
_GAP = 8
_ICON = 16


class CaseDelegate(QStyledItemDelegate):
    """Paints one row; icons are made once a theme, not once a row."""

    def __init__(self, parent: QObject | None = None) -> None:
        """Dressed for the light theme until told otherwise."""
        super().__init__(parent)
        self._colours = LIGHT
        self._icons: dict[tuple[str, bool], QIcon] = {}

    def set_colours(self, colours: Colours) -> None:
        """Use this theme's colours."""
        self._colours = colours
        self._icons.clear()

    def _icon(self, name: str, selected: bool) -> QIcon:
        key = (name, selected)
        if key not in self._icons:
            self._icons[key] = icon(name, self._colours, self._colours.on_accent if selected else self._colours.text)
        return self._icons[key]

    def _paint_picture(self, painter: QPainter, place: QRect, picture: QPixmap | None) -> None:
        painter.fillRect(place, QColor(28, 29, 31))
        if picture is None or picture.isNull():
            return
        size = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(place.topLeft(), size)
        target.moveCenter(place.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(target, picture)

    def _paint_texts(self, painter: QPainter, place: QRect, case: Case, selected: bool, metrics: QFontMetrics) -> None:
        colours, line = self._colours, metrics.height()
        top = place.center().y() - line - 1
        flag = _ICON + 4 if case.flagged else 0
        painter.setPen(QColor(colours.on_accent if selected else colours.text))
        name = metrics.elidedText(case.id, Qt.TextElideMode.ElideMiddle, place.width() - flag)
        painter.drawText(QRect(place.left(), top, place.width() - flag, line), Qt.AlignmentFlag.AlignVCenter, name)
        if case.flagged:
            corner = QRect(place.right() - _ICON, top, _ICON, _ICON)
            self._icon("state-flagged", selected).paint(painter, corner)
        below = top + line + 4
        state = QRect(place.left(), below, _ICON, line)
        self._icon(f"state-{case.state.value}", selected).paint(painter, state)
        painter.setPen(QColor(colours.on_accent if selected else colours.muted))
        words = QRect(place.left() + _ICON + 5, below, place.width() - _ICON - 5, line)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, STATE_TEXT[case.state])

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        case = index.data(CASE_ROLE)
        if not isinstance(case, Case):
            return
        state, rect, palette = option.state, option.rect, option.palette
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(rect, palette.color(QPalette.ColorRole.Highlight))
        place = QRect(rect.left() + _GAP, rect.top() + (rect.height() - PICTURE.height()) // 2, 0, 0)
        place.setSize(PICTURE)
        self._paint_picture(painter, place, index.data(Qt.ItemDataRole.DecorationRole))
        left = place.right() + 1 + _GAP
        words = QRect(left, rect.top(), rect.right() - _GAP - left, rect.height())
        metrics = option.fontMetrics
        self._paint_texts(painter, words, case, selected, metrics)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        metrics = option.fontMetrics
        return QSize(PICTURE.width() + 140, max(PICTURE.height(), 2 * metrics.height() + 6) + 12)
