"""Docks: where the panels are in the window."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from unet_desktop.gui.window.dock_titles import DockTitles
from unet_desktop.gui.window.panels import Panels

_LEFT, _RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
_WIDTHS = (250, 330)
_MEASURE_SHARE = 0.5
"""Share of the left side's height: a small screen then shows the whole polar plot and six cases."""


class Docks:
    """Cases, measurements and history at the left; the rest at the right, one behind the other."""

    def __init__(self, window: QMainWindow, panels: Panels) -> None:
        """Put each panel into its own dock."""
        self._window = window
        self._hidden_layout: QByteArray | None = None  # while no project is open: the layout to come back to
        self._is_default = True  # nobody has arranged them yet
        self.cases = _dock("Cases", panels.cases, window)
        self.measure = _dock("Measure", panels.measure, window)
        self.history = _dock("History", panels.history, window)
        self.tools = _dock("Correct", panels.tools, window)
        self.view = _dock("View", panels.view, window)
        self.training = _dock("Train", panels.training, window)
        self.models = _dock("Models", panels.models, window)
        self.comparison = _dock("Compare", panels.comparison, window)
        for area in (_LEFT, _RIGHT):
            window.setTabPosition(area, QTabWidget.TabPosition.North)
        DockTitles(window, self.all)  # it lives with the window
        self.reset()

    @property
    def all(self) -> tuple[QDockWidget, ...]:
        left = (self.cases, self.measure, self.history)
        return (*left, self.tools, self.view, self.training, self.models, self.comparison)

    @property
    def layout(self) -> QByteArray:
        """The layout of the panels, also while no project is open and they are hidden."""
        return self._window.saveState() if self._hidden_layout is None else self._hidden_layout

    def reset(self) -> None:
        """Arrange them as in a new window."""
        is_open, self._hidden_layout = self._hidden_layout is None, None
        window = self._window
        for dock in self.all:
            window.removeDockWidget(dock)
        for dock in (self.cases, self.measure, self.history):
            window.addDockWidget(_LEFT, dock)
        window.tabifyDockWidget(self.measure, self.history)
        at_the_right = (self.tools, self.view, self.training, self.models, self.comparison)
        for dock in at_the_right:
            window.addDockWidget(_RIGHT, dock)
        for front, behind in pairwise(at_the_right):
            window.tabifyDockWidget(front, behind)
        for dock in self.all:
            dock.setFloating(False)
            dock.show()
        self.tools.raise_()
        self.measure.raise_()
        window.resizeDocks([self.cases, self.tools], list(_WIDTHS), Qt.Orientation.Horizontal)
        self._is_default = True
        self._share_height()
        if not is_open:
            self.set_project_open(False)

    def restore(self, layout: QByteArray) -> None:
        """Arrange them as the user left them, as soon as a project is open: only then has the window its size."""
        self.set_project_open(False)
        self._hidden_layout, self._is_default = layout, False

    def set_project_open(self, is_open: bool) -> None:
        """Show the panels while a project is open; without one they are empty, and the first page has the room."""
        if is_open and self._hidden_layout is not None:
            layout, self._hidden_layout = self._hidden_layout, None
            self._window.restoreState(layout)
            if self._is_default:  # heights can only be shared by docks that are laid out
                QTimer.singleShot(0, self._window, self._share_height)
        elif not is_open and self._hidden_layout is None:
            self._hidden_layout = self._window.saveState()
            for dock in self.all:
                dock.hide()

    def _share_height(self) -> None:
        height = self.cases.height() + self.measure.height()
        heights = [round(height * (1 - _MEASURE_SHARE)), round(height * _MEASURE_SHARE)]
        self._window.resizeDocks([self.cases, self.measure], heights, Qt.Orientation.Vertical)

    def bring_forward(self, dock: QDockWidget) -> None:
        """Show a panel and give it the keyboard."""
        dock.show()
        dock.raise_()
        dock.widget().setFocus(Qt.FocusReason.ShortcutFocusReason)


def _dock(title: str, panel: QWidget, window: QMainWindow) -> QDockWidget:
    dock = QDockWidget(title, window)
    dock.setObjectName(f"dock.{title.lower()}")  # saveState() finds docks by this name
    dock.setWidget(panel)
    dock.setAllowedAreas(_LEFT | _RIGHT)
    return dock
