"""MainWindow: puts the parts together; it decides nothing."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QMenu, QStackedWidget, QToolBar, QToolButton, QVBoxLayout, QWidget

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.canvas.pointer import Pointer
from unet_desktop.gui.canvas.split_view import SplitView
from unet_desktop.gui.cases.commands import CaseHandlers
from unet_desktop.gui.commands.actions import Actions
from unet_desktop.gui.commands.keymap import Keymap
from unet_desktop.gui.compare.commands import ComparisonHandlers
from unet_desktop.gui.correct.commands import EditHandlers
from unet_desktop.gui.correct.region_commands import RegionHandlers
from unet_desktop.gui.folders.commands import FolderHandlers
from unet_desktop.gui.messages.error_dialogs import Problems
from unet_desktop.gui.models.commands import ModelHandlers
from unet_desktop.gui.projects.commands import ProjectHandlers
from unet_desktop.gui.style.icons import icon
from unet_desktop.gui.style.theme import Appearance, Colours
from unet_desktop.gui.train.commands import LearningHandlers
from unet_desktop.gui.view.commands import ViewHandlers
from unet_desktop.gui.window.closing import Closing
from unet_desktop.gui.window.commands import WindowHandlers
from unet_desktop.gui.window.dispatch import Groups, Handlers
from unet_desktop.gui.window.docks import Docks
from unet_desktop.gui.window.menus import LABELLED, MENUS, SEPARATOR, SUBMENUS, TOOLBAR
from unet_desktop.gui.window.panels import Panels
from unet_desktop.gui.window.wiring import wire


class MainWindow(QMainWindow):
    """The window: canvas in the middle, docks round it, toolbar, menus, status line."""

    def __init__(self, app: AppModel, appearance: Appearance) -> None:
        """Assemble everything; nothing is open."""
        super().__init__()
        self.app = app
        self.problems = Problems(self)
        self.canvas = Canvas()
        self.split_view = SplitView(self.canvas)
        # Handlers need the actions' panels and actions need the handlers: each looks the other up when it is used.
        self.actions_by_id = Actions(
            self, lambda name: lambda *arguments: self.handlers.find(name)(*arguments), Keymap(app.store, self)
        )
        self.panels = Panels(self.actions_by_id)
        self.docks = Docks(self, self.panels)
        groups = Groups(
            project=ProjectHandlers(app, self),
            edit=EditHandlers(app),
            region=RegionHandlers(app),
            cases=CaseHandlers(app, self, self.docks, self.panels.cases),
            view=ViewHandlers(app, self.canvas),
            learning=LearningHandlers(app, self, self.docks),
            folder=FolderHandlers(app, self, self.panels.folder_run),
            comparison=ComparisonHandlers(app, self, self.canvas),
            models=ModelHandlers(app, self),
            window=WindowHandlers(self, self.docks, appearance, app, self.panels.status, self.actions_by_id),
        )
        self.handlers = Handlers(groups, self.problems)
        self._closing = Closing(self, app, self.docks, self.panels, self.problems)
        self.pages = QStackedWidget()
        self._lay_out()
        wire(self, Pointer(self.canvas, app.toolbox), groups, appearance)

    def _lay_out(self) -> None:
        for page in (self.panels.welcome, self.panels.no_cases, self.panels.broken, self.split_view):
            self.pages.addWidget(page)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.panels.banner)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(centre)
        self.setStatusBar(self.panels.status)
        self.panels.folder_run.setParent(self, Qt.WindowType.Window)
        self._add_menus()
        self._add_toolbar()
        self.setDockOptions(QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.AllowNestedDocks)
        self.setMinimumSize(900, 560)
        self.resize((self.screen().availableSize() * 0.92).boundedTo(QSize(1800, 1150)))
        kept = self.app.store.geometry
        if kept is not None:
            self.restoreGeometry(kept[0])
            self.docks.restore(kept[1])

    def _add_menus(self) -> None:
        menus: dict[str, QMenu] = {}
        for title, commands in MENUS.items():
            parent = menus[SUBMENUS[title]] if title in SUBMENUS else self.menuBar()
            menu = menus[title] = parent.addMenu(title)
            for command in commands:
                if command == SEPARATOR:
                    menu.addSeparator()
                else:
                    menu.addAction(self.actions_by_id[command])
        panels = menus["&View"].addMenu("Pa&nels")
        for dock in self.docks.all:
            panels.addAction(dock.toggleViewAction())

    def _add_toolbar(self) -> None:
        toolbar = QToolBar("Toolbar")
        toolbar.setObjectName("toolbar")
        toolbar.setIconSize(QSize(22, 22))
        toolbar.setMovable(False)
        for command in TOOLBAR:
            if command == SEPARATOR:
                toolbar.addSeparator()
                continue
            action = self.actions_by_id[command]
            toolbar.addAction(action)
            button = toolbar.widgetForAction(action)
            if isinstance(button, QToolButton):
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
                if command in LABELLED:
                    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.addToolBar(toolbar)

    def set_colours(self, colours: Colours) -> None:
        """Draw what is the window's own in this theme's colours: Qt's own arrow to what finds no room is black."""
        more = self.findChild(QToolButton, "qt_toolbar_ext_button")
        if more is not None:
            more.setIcon(icon("more", colours))

    def closeEvent(self, event: QCloseEvent) -> None:
        event.setAccepted(self._closing.close())
