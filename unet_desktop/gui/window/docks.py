"""Docks: where the panels are in the window."""

from __future__ import annotations

from dataclasses import astuple
from itertools import pairwise

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from unet_desktop.gui.settings.settings import PanelSizes
from unet_desktop.gui.window.dock_titles import TAB_HANDLE, DockTitles
from unet_desktop.gui.window.panels import Panels

_LEFT, _RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
_WIDTHS = (250, 330)
_SETTLE_AFTER = 100
"""Milliseconds after the window got its size: before, Qt still lays it out and forgets sizes that docks are given."""
_TITLE = 28
"""Height of a dock's title bar, in pixels."""
_TAB_PADDING = 27
"""Pixels beside the title on a tab."""
_CASES_SHARE = 0.4
"""Of the left side's height, what the cases have at least where the measurements could use it."""


class _WindowWatch(QObject):
    """Tells when the window got another size, and when the mouse let go of a border between its parts.

    Signals:
        resized, released: this happened.
    """

    resized = Signal()
    released = Signal()

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.resized.emit()
        elif event.type() == QEvent.Type.MouseButtonRelease:
            QTimer.singleShot(0, self.released.emit)  # the window itself handles it first
        return super().eventFilter(watched, event)


class Docks:
    """Cases, measurements, history and grades at the left; the rest at the right, one behind the other."""

    def __init__(self, window: QMainWindow, panels: Panels) -> None:
        """Put each panel into its own dock."""
        self._window = window
        self._hidden_layout: QByteArray | None = None  # while no project is open: the layout to come back to
        self._panels = panels
        self.chosen = PanelSizes()
        self._settled = PanelSizes()  # as they are since `_settle`
        self.cases = _dock("Cases", panels.cases, window)
        self.measure = _dock("Measure", panels.measure, window)
        self.history = _dock("History", panels.history, window)
        self.grading = _dock("Grade", panels.grading, window)
        self.tools = _dock("Correct", panels.tools, window)
        self.view = _dock("View", panels.view, window)
        self.training = _dock("Train", panels.training, window)
        self.models = _dock("Models", panels.models, window)
        self.comparison = _dock("Compare", panels.comparison, window)
        self.readers = _dock("Readers", panels.readers, window)
        self._has_readers = False
        for area in (_LEFT, _RIGHT):
            window.setTabPosition(area, QTabWidget.TabPosition.North)
        DockTitles(window, self.all)  # it lives with the window
        self._timer = QTimer(window, singleShot=True, interval=_SETTLE_AFTER)
        self._timer.timeout.connect(self._settle)
        self._watch = _WindowWatch(window)
        self._watch.resized.connect(self._timer.start)
        self._watch.released.connect(self.note_sizes)
        self.reset()

    @property
    def all(self) -> tuple[QDockWidget, ...]:
        left = (self.cases, self.measure, self.history, self.grading)
        return (*left, *self._at_the_right)

    @property
    def _at_the_right(self) -> tuple[QDockWidget, ...]:
        return (self.tools, self.view, self.training, self.models, self.comparison, self.readers)

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
        for dock in (self.cases, self.measure, self.history, self.grading):
            window.addDockWidget(_LEFT, dock)
        window.tabifyDockWidget(self.measure, self.history)
        window.tabifyDockWidget(self.history, self.grading)
        for dock in self._at_the_right:
            window.addDockWidget(_RIGHT, dock)
        for front, behind in pairwise(self._at_the_right):
            window.tabifyDockWidget(front, behind)
        for dock in self.all:
            dock.setFloating(False)
            dock.setVisible(dock is not self.readers or self._has_readers)
        self.tools.raise_()
        self.measure.raise_()
        self.chosen = PanelSizes()
        self._settle()
        if not is_open:
            self.set_project_open(False)

    def restore(self, layout: QByteArray, chosen: PanelSizes) -> None:
        """Arrange them as the user left them, as soon as a project is open: only then has the window its size.

        Args:
            layout: where they are.
            chosen: the sizes that the user gave them; the others are chosen for the window of today.
        """
        self.set_project_open(False)
        self._hidden_layout, self.chosen = layout, chosen

    def set_project_open(self, is_open: bool) -> None:
        """Show the panels while a project is open; without one they are empty, and the first page has the room."""
        if is_open and self._hidden_layout is not None:
            layout, self._hidden_layout = self._hidden_layout, None
            self._window.restoreState(layout)
            self.readers.setVisible(self._has_readers)
            self._timer.start()  # sizes can only be given to docks that are laid out
        elif not is_open and self._hidden_layout is None:
            self.note_sizes()
            self._hidden_layout = self._window.saveState()
            for dock in self.all:
                dock.hide()

    def show_readers(self, there: bool) -> None:
        """Show the panel of readers in projects that have some; it would only take room in the others."""
        self._has_readers = there
        if self._hidden_layout is None:
            self.readers.setVisible(there)
            self._timer.start()

    def note_sizes(self) -> None:
        """Note which sizes the user has changed since they were given."""
        if self._hidden_layout is not None or self._timer.isActive():
            return
        now, settled = self._sizes(), self._settled
        pairs = zip(astuple(self.chosen), astuple(now), astuple(settled), strict=True)
        self.chosen = PanelSizes(*(was if size is None or size == given else size for was, size, given in pairs))
        self._settled = now

    def _settle(self) -> None:
        """Give the panels their sizes: those the user chose, or what their content needs in this window.

        A window that was narrow for a while has squeezed them; here they return to their former sizes.
        """
        if self._hidden_layout is not None:
            return
        left, right = self._front(_LEFT), self._front(_RIGHT)
        wanted = ((left, self.chosen.left or self._widths[0]), (right, self.chosen.right or self._widths[1]))
        widths = {dock: max(width, dock.minimumSizeHint().width()) for dock, width in wanted if dock is not None}
        self._window.resizeDocks(list(widths), list(widths.values()), Qt.Orientation.Horizontal)
        self._share_height()
        layout = self._window.layout()
        assert layout is not None
        layout.activate()
        self._settled = self._sizes()

    def _share_height(self) -> None:
        if self._is_stacked:
            total = self.cases.height() + self.measure.height()
            measure = min(self.chosen.measure or self._measure_height(total), total)
            tabs = max(
                self.measure.y() - self.cases.geometry().bottom() - 2, 0
            )  # they count as a part of the lower one
            heights = [max(total - measure, 1), max(measure + tabs, 1)]
            self._window.resizeDocks([self.cases, self.measure], heights, Qt.Orientation.Vertical)

    def _sizes(self) -> PanelSizes:
        left, right = self._front(_LEFT), self._front(_RIGHT)
        return PanelSizes(
            None if left is None else left.width(),
            None if right is None else right.width(),
            self.measure.height() if self._is_stacked else None,
        )

    @property
    def _widths(self) -> tuple[int, int]:
        """Widths of the left and right side, so that all titles can be read on their tabs."""
        metrics = self._window.fontMetrics()
        titles = [dock.windowTitle() for dock in self._at_the_right if dock is not self.readers or self._has_readers]
        tabs = sum(metrics.horizontalAdvance(title) + _TAB_PADDING for title in titles)
        return _WIDTHS[0], max(_WIDTHS[1], tabs)

    @property
    def _is_stacked(self) -> bool:
        """Are the measurements under the cases?"""
        docks = (self.cases, self.measure)
        return (
            all(not dock.isHidden() and not dock.isFloating() for dock in docks)
            and all(self._window.dockWidgetArea(dock) is _LEFT for dock in docks)
            and self.measure not in self._window.tabifiedDockWidgets(self.cases)
        )

    def _measure_height(self, total: int) -> int:
        """All measurements, with the large plot where the cases keep their share of the height."""
        handle = TAB_HANDLE if self._window.tabifiedDockWidgets(self.measure) else _TITLE
        large, small = (self._panels.measure.needed_height(compact=compact) + handle for compact in (False, True))
        return large if large <= total * (1 - _CASES_SHARE) else small

    def _front(self, area: Qt.DockWidgetArea) -> QDockWidget | None:
        """A dock that is seen in this area, or None."""
        docks = [
            dock
            for dock in self.all
            if not dock.isHidden() and not dock.isFloating() and self._window.dockWidgetArea(dock) is area
        ]
        return next((dock for dock in docks if not dock.visibleRegion().isEmpty()), docks[0] if docks else None)

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
