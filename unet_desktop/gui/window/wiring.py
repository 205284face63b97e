"""Wiring: which signal goes where between app_model, canvas and panels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QKeySequence

from unet_desktop.gui.canvas.pointer import Pointer
from unet_desktop.gui.cases.case_menu import CaseMenu
from unet_desktop.gui.compare.presenter import ComparePresenter
from unet_desktop.gui.correct.brush_size_hint import BrushSizeHint
from unet_desktop.gui.correct.presenter import CanvasPresenter
from unet_desktop.gui.correct.side_effects import SideEffectsPresenter
from unet_desktop.gui.folders.presenter import FolderRunPresenter
from unet_desktop.gui.history.presenter import HistoryPresenter
from unet_desktop.gui.measure.presenter import MeasurePresenter
from unet_desktop.gui.projects.access_banner import AccessBanner
from unet_desktop.gui.style.theme import Appearance, style_sheet
from unet_desktop.gui.train.presenter import TrainPresenter
from unet_desktop.gui.view.close_up import CloseUp
from unet_desktop.gui.view.presenter import ViewPresenter
from unet_desktop.gui.window import command_state
from unet_desktop.gui.window.dispatch import Groups
from unet_desktop.gui.window.pages import PagesPresenter
from unet_desktop.gui.window.panels import Panels

if TYPE_CHECKING:
    from unet_desktop.gui.window.main_window import MainWindow


_SAID_FOR = 8000
"""Milliseconds for which the status line says something."""


def wire(window: MainWindow, pointer: Pointer, groups: Groups, appearance: Appearance) -> None:
    """Connect everything and show the present state once."""
    app, panels = window.app, window.panels
    guarded = window.handlers.find
    upkeep = Upkeep(window, appearance)
    CanvasPresenter(window.canvas, pointer, app, panels.tools, panels.status)
    BrushSizeHint(window.canvas, app.options)
    ViewPresenter(window.split_view, pointer, app, panels, guarded)
    PagesPresenter(window, app, panels)
    CloseUp(window.canvas, app)
    HistoryPresenter(app.editor, panels.history)
    TrainPresenter(app, panels, guarded)
    AccessBanner(app, panels.banner, guarded)
    MeasurePresenter(app, panels)
    FolderRunPresenter(panels.folder_run, app, panels.results, guarded)
    ComparePresenter(window.canvas, window.docks, app, panels, guarded)
    SideEffectsPresenter(app, panels.status)
    panels.cases.case_chosen.connect(lambda case_id: guarded("cases.open_case")(case_id))
    panels.measure.eye_chosen.connect(lambda eye: guarded("cases.set_eye")(eye))
    panels.cases.menu_requested.connect(lambda case_id, place: _show_case_menu(window, case_id, place))
    panels.welcome.recent_chosen.connect(lambda root: guarded("project.open_root")(root))
    app.proposal.problem.connect(panels.banner.show_problem)
    app.autosave.approval_ended.connect(lambda: _say_approval_ended(window))
    app.runner.started.connect(panels.banner.hide_result)
    app.project_jobs.notice.connect(lambda *result: _say_result(panels, *result))
    app.project_jobs.problem.connect(window.problems.show)
    pointer.key_released.connect(lambda key: _end_peek(window, groups, key))
    upkeep.refresh_colours()
    upkeep.refresh()


def _show_case_menu(window: MainWindow, case_id: str, place: QPoint) -> None:
    project = window.app.session.project
    if project is not None:
        CaseMenu(project.case(case_id), window.handlers.find, window).popup(place)


def _say_approval_ended(window: MainWindow) -> None:
    keys = window.actions_by_id.keymap.text("case.approve")
    again = f"approve it again with {keys}" if keys else "approve it again"
    window.panels.status.showMessage(f"Changed after it was approved: {again}.", _SAID_FOR)


def _say_result(panels: Panels, text: str, folder: Path | None, well: bool) -> None:
    """What went well and left no folder to open needs no place over the canvas."""
    if well and folder is None:
        panels.status.showMessage(text, _SAID_FOR)
    else:
        panels.banner.show_result(text, folder, well)


def _end_peek(window: MainWindow, groups: Groups, key: int) -> None:
    """The overlay's key shows or hides it for as long as it is held, whichever key the user gave it."""
    if window.actions_by_id.keymap.holds("view.overlay", QKeySequence(key)):
        groups.view.end_peek()


class Upkeep(QObject):
    """Keeps the actions and the colours in step with everything else."""

    def __init__(self, window: MainWindow, appearance: Appearance) -> None:
        """Watch all that commands depend on; at once, so that the next key finds its command enabled."""
        super().__init__(window)
        self._window, self._appearance = window, appearance
        app = window.app
        for signal in (
            app.session.project_changed,
            app.session.case_changed,
            app.session.cases_changed,
            app.session.case_updated,
            app.session.models_changed,
            app.editor.history_changed,
            app.proposal.changed,
            app.options.changed,
            app.toolbox.changed,
            app.runner.busy_changed,
            app.view_options.changed,
        ):
            signal.connect(self.refresh)
        app.session.project_changed.connect(self._on_session_project_changed)
        appearance.changed.connect(self.refresh_colours, Qt.ConnectionType.QueuedConnection)

    def refresh(self) -> None:
        """Enable and tick the actions."""
        window = self._window
        window.actions_by_id.enable(
            command_state.have(window.app), command_state.checked(window.app, self._appearance.theme)
        )

    def refresh_colours(self) -> None:
        """Draw icons and list anew in the theme's colours.

        The style sheet is the window's, dialogs included, not the application's: taking one off the application
        and setting another crashed Qt 6.11.3.
        """
        self._window.setStyleSheet(style_sheet(self._appearance.colours))
        self._window.set_colours(self._appearance.colours)
        self._window.actions_by_id.set_colours(self._appearance.colours)
        self._window.panels.cases.set_colours(self._appearance.colours)
        self._window.panels.history.set_colours(self._appearance.colours)
        self.refresh()

    def _on_session_project_changed(self) -> None:
        project = self._window.app.session.project
        self._window.actions_by_id.set_labels(None if project is None else project.labels)
