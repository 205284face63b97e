"""Tab order of the main window: what can be seen, as it is read.

Qt steps in the order in which widgets were made, and counts a panel behind another tab as visible although it lies
outside the window. Here the order follows the screen: toolbar, left panels, picture, right panels, status line; inside
each from top to bottom, and from left to right in a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QScrollArea, QStatusBar, QTabBar, QToolBar, QWidget

Block = tuple[int, int, int]


class _Side(IntEnum):
    TOOLBAR, LEFT, CENTRE, RIGHT, STATUS = range(5)


class TabOrderedWindow(QMainWindow):
    """A window through which Tab and Shift+Tab step as it is read; text editors that use Tab keep it."""

    def focusNextPrevChild(self, forwards: bool) -> bool:
        return step_focus(self, forwards=forwards)


def tab_order(window: QMainWindow) -> list[QWidget]:
    """The widgets that Tab reaches, in their order."""
    return _put_in_order(window, (widget for widget in window.findChildren(QWidget) if _takes_tab(widget, window)))


def step_focus(window: QMainWindow, *, forwards: bool) -> bool:
    """Give the keyboard to the next widget of the window, or to the one before; False if there is none."""
    stops = tab_order(window)
    if not stops:
        return False
    step = 1 if forwards else -1
    now = window.focusWidget()
    if now is None or not _is_seen(now, window):
        target = stops[0 if forwards else -1]
    else:
        order = stops if now in stops else _put_in_order(window, (*stops, now))
        target = order[(order.index(now) + step) % len(order)]
    window.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)  # or no style draws a frame around it
    target.setFocus(Qt.FocusReason.TabFocusReason if forwards else Qt.FocusReason.BacktabFocusReason)
    area = _scroll_area(target)
    if area is not None:
        area.ensureWidgetVisible(target)
    return True


def _takes_tab(widget: QWidget, window: QMainWindow) -> bool:
    tabbed = widget.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus
    return tabbed and widget.focusProxy() is None and widget.isEnabled() and _is_seen(widget, window)


def _is_seen(widget: QWidget, window: QMainWindow) -> bool:
    """Is it in the window, or could it be scrolled there?"""
    if widget.window() is not window or not widget.isVisible():
        return False
    area = _scroll_area(widget)
    if area is not None:
        return _is_seen(area, window)
    rect, parent = widget.rect(), widget.parentWidget()
    while parent is not None:  # no `visibleRegion`: it lacks what opaque children cover, such as a list's rows
        rect = rect.translated(widget.pos()) & parent.rect()
        if rect.isEmpty():
            return False
        widget, parent = parent, None if parent is window else parent.parentWidget()
    return True


def _scroll_area(widget: QWidget) -> QScrollArea | None:
    """What scrolls this widget, or None."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            return parent if parent.viewport().isAncestorOf(widget) else _scroll_area(parent)
        parent = parent.parentWidget()
    return None


def _put_in_order(window: QMainWindow, widgets: Iterable[QWidget]) -> list[QWidget]:
    blocks: dict[Block, list[QWidget]] = {}
    for widget in widgets:
        blocks.setdefault(_block(widget, window), []).append(widget)
    return [widget for block in sorted(blocks) for widget in _order_by_rows(blocks[block], window)]


def _block(widget: QWidget, window: QMainWindow) -> Block:
    """The part of the window that a widget belongs to: its side, then its y and x."""
    part, parent = widget, widget.parentWidget()
    while parent is not None and parent is not window:
        part, parent = parent, parent.parentWidget()
    if isinstance(part, QToolBar):
        return _Side.TOOLBAR, part.y(), part.x()
    if isinstance(part, QStatusBar):
        return _Side.STATUS, 0, 0
    if isinstance(part, QDockWidget | QTabBar):
        centre = window.centralWidget()
        left = centre is not None and part.geometry().center().x() < centre.geometry().center().x()
        return _Side.LEFT if left else _Side.RIGHT, part.y(), part.x()
    return _Side.CENTRE, 0, 0


def _order_by_rows(widgets: list[QWidget], window: QMainWindow) -> list[QWidget]:
    """Row by row; a row is what has its middle at the height of the row's first widget, and the other way round."""
    places = {widget: _place(widget, window) for widget in widgets}
    rows: list[list[QWidget]] = []
    for widget in sorted(widgets, key=lambda one: (places[one].y(), places[one].x())):
        first = rows[-1][0] if rows else None
        if first is not None and not first.isAncestorOf(widget) and _is_beside(places[first], places[widget]):
            rows[-1].append(widget)
        else:
            rows.append([widget])
    return [widget for row in rows for widget in sorted(row, key=lambda one: places[one].x())]


def _place(widget: QWidget, window: QMainWindow) -> QRect:
    """Where a widget is in the window, as if nothing were scrolled: the order must not depend on that."""
    place, area = QRect(widget.mapTo(window, QPoint()), QSize(widget.size())), _scroll_area(widget)
    while area is not None:
        place.translate(area.horizontalScrollBar().value(), area.verticalScrollBar().value())
        area = _scroll_area(area)
    return place


def _is_beside(one: QRect, other: QRect) -> bool:
    return abs(one.center().y() - other.center().y()) < min(one.height(), other.height()) / 2
