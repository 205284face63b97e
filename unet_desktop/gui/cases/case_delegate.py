"""CaseDelegate: a row of the list: thumbnail, name, state as icon and word, and the sort value."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from unet_desktop.gui.cases.cases_model import CASE_ROLE, FIGURE_ROLE, OPEN_ROLE, state_text
from unet_desktop.gui.style.icons import icon
from unet_desktop.gui.style.theme import LIGHT, Colours
from unet_desktop.project.case import Case

PICTURE = QSize(56, 42)
_GAP = 8
_ICON = 16
_GROUND = QColor(28, 29, 31)


class CaseDelegate(QStyledItemDelegate):
    """Paints one row; icons are made once per theme, not per row."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._colours = LIGHT
        self._icons: dict[tuple[str, bool], QIcon] = {}

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours
        self._icons.clear()

    def _icon(self, name: str, selected: bool) -> QIcon:
        key = (name, selected)
        if key not in self._icons:
            self._icons[key] = icon(name, self._colours, self._colours.on_accent if selected else self._colours.text)
        return self._icons[key]

    def _paint_picture(self, painter: QPainter, place: QRect, picture: QPixmap | None) -> None:
        painter.fillRect(place, _GROUND)
        if picture is None or picture.isNull():
            return
        size = picture.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(place.topLeft(), size)
        target.moveCenter(place.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(target, picture)

    def _paint_name(self, painter: QPainter, line: QRect, case: Case, selected: bool, metrics: QFontMetrics) -> None:
        """Paint the name, and at the right the signs of a note and a flag."""
        room = QRect(line)
        for name, there in (("state-flagged", case.flagged), ("state-noted", bool(case.notes))):
            if there:
                sign = QRect(room.right() - _ICON + 1, line.top() + (line.height() - _ICON) // 2, _ICON, _ICON)
                self._icon(name, selected).paint(painter, sign)
                room.setRight(sign.left() - 4)
        painter.setPen(QColor(self._colours.on_accent if selected else self._colours.text))
        name = metrics.elidedText(case.id, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_state(self, painter: QPainter, line: QRect, case: Case, figure: str, selected: bool) -> None:
        """Paint the state, and at the right the sort value."""
        sign = QRect(line.left(), line.top() + (line.height() - _ICON) // 2, _ICON, _ICON)
        state, words_of_it = f"state-{case.state.value}", state_text(case)
        if case.incomplete:
            state = "state-incomplete"
        if case.damage:
            state, words_of_it = "state-damaged", "Cannot be opened"
        self._icon(state, selected).paint(painter, sign)
        painter.setPen(QColor(self._colours.on_accent if selected else self._colours.muted))
        words = line.adjusted(_ICON + 5, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, words_of_it)
        if figure:
            painter.setPen(QColor(self._colours.on_accent if selected else self._colours.text))
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, figure)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        case = index.data(CASE_ROLE)
        if not isinstance(case, Case):
            return
        state, rect, palette, metrics = option.state, option.rect, option.palette, option.fontMetrics
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(rect, palette.color(QPalette.ColorRole.Highlight))
        if index.data(OPEN_ROLE):  # of several selected ones, the one in the middle of the window
            mark = QColor(self._colours.on_accent if selected else self._colours.accent)
            painter.fillRect(QRect(rect.left() + 2, rect.top() + 4, 3, rect.height() - 8), mark)
        place = QRect(rect.left() + _GAP, rect.top() + (rect.height() - PICTURE.height()) // 2, 0, 0)
        place.setSize(PICTURE)
        self._paint_picture(painter, place, index.data(Qt.ItemDataRole.DecorationRole))
        left, height = place.right() + 1 + _GAP, metrics.height()
        name = QRect(left, rect.center().y() - height - 1, rect.right() - _GAP - left, height)
        self._paint_name(painter, name, case, selected, metrics)
        self._paint_state(painter, name.translated(0, height + 3), case, str(index.data(FIGURE_ROLE) or ""), selected)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        metrics = option.fontMetrics
        return QSize(PICTURE.width() + 140, max(PICTURE.height(), 2 * metrics.height() + 4) + 8)
