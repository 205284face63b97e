"""DockTitles: a tabbed dock has its title on the tab, so its own title bar becomes a slim handle."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPointF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

TAB_HANDLE = 10
"""Height of the bar of a tabbed dock, in pixels."""
_DOTS = 5
_DOT_SPACING = 6
_RETRY_MS = 100
"""Milliseconds until the next check while a mouse button is down: a bar must not vanish during a drag."""


class DockHandle(QWidget):
    """The slim bar: like a title bar it can be dragged and double-clicked, as its dots suggest."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        self.setToolTip("Drag to move this panel; double-click to detach it as a window")
        self.setAccessibleName(f"Handle of the panel {dock.windowTitle()}")
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(_DOTS * _DOT_SPACING, TAB_HANDLE)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().placeholderText())
        centre = self.rect().toRectF().center()
        for dot in range(_DOTS):
            painter.drawEllipse(centre + QPointF((dot - _DOTS // 2) * _DOT_SPACING, 0), 1.25, 1.25)


class DockTitles(QObject):
    """Gives each dock the right bar for its place, also after it was moved."""

    def __init__(self, window: QMainWindow, docks: Sequence[QDockWidget]) -> None:
        super().__init__(window)
        self._window, self._docks = window, tuple(docks)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._fit)
        for dock in docks:
            dock.dockLocationChanged.connect(self._on_dock_moved)
            dock.topLevelChanged.connect(self._on_dock_moved)
            dock.visibilityChanged.connect(self._on_dock_moved)

    @Slot()
    def _on_dock_moved(self) -> None:
        self._timer.start(0)  # one move is several signals, and only after the last one it is known who is a tab

    @Slot()
    def _fit(self) -> None:
        if QGuiApplication.mouseButtons():
            self._timer.start(_RETRY_MS)
            return
        for dock in self._docks:
            handle: QWidget | None = dock.titleBarWidget()
            tabbed = self._is_tabbed(dock)
            if tabbed and handle is None:
                dock.setTitleBarWidget(DockHandle(dock))
            elif not tabbed and handle is not None:
                dock.setTitleBarWidget(None)  # type: ignore[arg-type]  # None brings Qt's own bar back
                handle.deleteLater()

    def _is_tabbed(self, dock: QDockWidget) -> bool:
        others = self._window.tabifiedDockWidgets(dock)
        return not dock.isFloating() and any(not other.isHidden() and not other.isFloating() for other in others)
