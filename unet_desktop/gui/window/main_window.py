"""MainWindow: puts the parts together; it decides nothing."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.canvas.pointer import Pointer
from unet_desktop.gui.canvas.split_view import SplitView
from unet_desktop.gui.commands.actions import Actions
from unet_desktop.gui.commands.keyboard import Keyboard
from unet_desktop.gui.commands.keymap import Keymap
from unet_desktop.gui.messages.error_dialogs import ErrorDialogs
from unet_desktop.gui.style.theme import Appearance, Colours, style_sheet
from unet_desktop.gui.window.command_state import CommandState
from unet_desktop.gui.window.command_table import COMMANDS, make_command_sets
from unet_desktop.gui.window.docks import Docks
from unet_desktop.gui.window.drop_target import DropTarget
from unet_desktop.gui.window.menus import add_menus, add_toolbar, colour_toolbar_arrow
from unet_desktop.gui.window.pages import PagesPresenter
from unet_desktop.gui.window.panels import Panels
from unet_desktop.gui.window.shutdown import shut_down
from unet_desktop.gui.window.tab_order import TabOrderedWindow
from unet_desktop.gui.window.wiring import (
    connect_features,
    connect_messages,
    connect_peek,
    connect_resume,
    make_presenters,
)

_MIN_PICTURE = 300
"""Pixels that the picture keeps in a narrow window."""


class MainWindow(TabOrderedWindow):
    """The window: canvas in the middle, docks around it, toolbar, menus, status line."""

    def __init__(self, app: AppModel, appearance: Appearance) -> None:
        """Assemble everything; nothing is open."""
        super().__init__()
        self.app = app
        self.errors = ErrorDialogs(self)
        self.canvas = Canvas()
        self.split_view = SplitView(self.canvas)
        self.pages = QStackedWidget()
        self.actions_by_id = Actions(self, Keymap(COMMANDS, app.store, self))
        self.panels = Panels(self.actions_by_id)
        self.docks = Docks(self, self.panels)
        self.commands = make_command_sets(
            app,
            self,
            self.canvas,
            self.docks,
            self.panels,
            self.actions_by_id,
            appearance,
            self.errors,
            self._close_message,
        )
        self._lay_out()
        self._wire()
        CommandState(app, appearance, self.actions_by_id, self)
        self._appearance = appearance
        appearance.changed.connect(self._on_appearance_changed, Qt.ConnectionType.QueuedConnection)
        self._on_appearance_changed()

    def _wire(self) -> None:
        app, panels, commands, keymap = self.app, self.panels, self.commands, self.actions_by_id.keymap
        pointer = Pointer(self.canvas, app.toolbox)
        make_presenters(app, panels, commands, self.docks, self.split_view, self.canvas, pointer)
        PagesPresenter(app, self.pages, self.split_view, panels, self.docks, self)
        connect_features(panels, commands, self.canvas)
        connect_resume(app, panels, commands, self.docks)
        connect_messages(app, panels, self.errors, keymap)
        DropTarget(self, app, commands, panels.banner)
        connect_peek(Keyboard(self, self.actions_by_id), commands)

    def _lay_out(self) -> None:
        for page in (self.panels.welcome, self.panels.no_cases, self.panels.broken, self.split_view):
            self.pages.addWidget(page)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.pages)
        self.panels.banner.float_over(centre)
        self.pages.setMinimumWidth(_MIN_PICTURE)  # the first page needs more, but has the whole window
        self.setCentralWidget(centre)
        self.setStatusBar(self.panels.status)
        self.panels.folder_run.setParent(self, Qt.WindowType.Window)
        add_menus(self, self.actions_by_id, self.docks)
        add_toolbar(self, self.actions_by_id)
        self.setDockOptions(QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.AllowNestedDocks)
        self.setMinimumSize(900, 560)
        self.resize((self.screen().availableSize() * 0.92).boundedTo(QSize(1800, 1150)))
        kept = self.app.store.geometry
        if kept is not None:
            self.restoreGeometry(kept[0])
            self.docks.restore(kept[1], self.app.store.panel_sizes)

    def _close_message(self) -> None:
        if not self.panels.banner.dismiss():
            self.panels.status.clearMessage()

    def _on_appearance_changed(self) -> None:
        self.set_colours(self._appearance.colours)

    def set_colours(self, colours: Colours) -> None:
        """Draw everything in this theme's colours.

        The style sheet is the window's, dialogs included, not the application's: taking one off the application
        and setting another crashed Qt 6.11.3.
        """
        self.setStyleSheet(style_sheet(colours))
        self.actions_by_id.set_colours(colours)
        self.panels.cases.set_colours(colours)
        self.panels.tools.label_list.set_colours(colours)
        self.panels.history.set_colours(colours)
        colour_toolbar_arrow(self, colours)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close a message by Escape while no case is open; otherwise "edit.cancel" has the key."""
        if event.key() == Qt.Key.Key_Escape:
            self._close_message()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        event.setAccepted(shut_down(self, self.app, self.docks, self.panels, self.errors))
