"""PagesPresenter: which page is in the middle of the window, its title, and the case's part of the status line."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.cases.cases_model import full_state_text
from unet_desktop.gui.jobs.runner import FolderRunToResume, TrainingToResume
from unet_desktop.gui.window.docks import Docks
from unet_desktop.gui.window.panels import Panels
from unet_desktop.person import read_name
from unet_desktop.project.reader import ProjectReader


class PagesPresenter(QObject):
    """Welcome, no cases, a case that cannot be opened, or the picture."""

    def __init__(
        self, app: AppModel, pages: QStackedWidget, picture: QWidget, panels: Panels, docks: Docks, window: QMainWindow
    ) -> None:
        """Connect them and show the present state.

        Args:
            app: what is behind the window.
            pages: holds the pages.
            picture: the page with the canvas; it has the keyboard whenever it comes up.
            panels: the other pages and the status line.
            docks: hidden while no project is open.
            window: gets the title.
        """
        super().__init__(window)
        self._app, self._pages, self._picture, self._panels, self._docks = app, pages, picture, panels, docks
        self._window = window
        session = app.session
        session.project_changed.connect(self._on_session_project_changed)
        session.cases_changed.connect(self._show_page)
        session.case_changed.connect(self._on_session_case_changed)
        session.case_updated.connect(self._on_session_case_updated)
        app.person_changed.connect(self._show_case)
        panels.welcome.forget_requested.connect(self._on_welcome_forget_requested)
        app.runner.started.connect(panels.no_cases.set_job)
        app.runner.busy_changed.connect(lambda: panels.no_cases.set_job(app.runner.title))
        app.runner.busy_changed.connect(lambda: panels.welcome.set_interrupted(self._name_interrupted()))
        self._on_session_project_changed()
        self._on_session_case_changed()

    def _on_session_project_changed(self) -> None:
        self._panels.welcome.set_recent(self._app.store.settings.recent)
        self._panels.welcome.set_interrupted(self._name_interrupted())
        self._docks.set_project_open(self._app.session.project is not None)
        self._show_page()

    def _on_welcome_forget_requested(self, root: Path) -> None:
        self._app.store.forget_recent(root)
        self._panels.welcome.set_recent(self._app.store.settings.recent)

    def _name_interrupted(self) -> str:
        if self._app.session.project is not None or self._app.runner.busy:
            return ""
        match self._app.interrupted_job.find():
            case TrainingToResume(root):
                return f"training in {root.name}"
            case FolderRunToResume(_, title):
                return f"segmenting {title}"
            case None:
                return ""

    def _on_session_case_changed(self) -> None:
        project, broken = self._app.session.project, self._app.session.broken
        self._panels.broken.set_broken(broken, writable=project is not None and not project.read_only)
        self._show_case()
        self._show_page()

    def _on_session_case_updated(self, case_id: str) -> None:
        if case_id == self._app.session.case_id:
            self._show_case()

    def _show_page(self) -> None:
        session, panels = self._app.session, self._panels
        page: QWidget = panels.welcome
        if session.project is not None:
            page = self._picture if session.case_ids else panels.no_cases
            page = page if session.broken is None else panels.broken
        if page is not self._pages.currentWidget():
            self._pages.setCurrentWidget(page)
            if page is self._picture:
                page.setFocus()  # or the search field would take the keys of the commands

    def _show_case(self) -> None:
        project, opened = self._app.session.project, self._app.session.open
        names = [] if opened is None else [opened.case.id]
        names += [] if project is None else _name_project(project)
        self._window.setWindowTitle(" – ".join([*names, "U-Net Desktop"]))
        if opened is None:
            self._panels.status.set_case("", "")
            return
        labels = None if project is None else project.labels
        state = full_state_text(opened.case, labels) + (", flagged" if opened.case.flagged else "")
        self._panels.status.set_case(state, opened.image.note)


def _name_project(project: ProjectReader) -> list[str]:
    """The project, and under which name work is noted in it."""
    workbook = project.workbook
    if workbook is None:
        return [project.name, name] if (name := read_name()) else [project.name]
    masked = "" if workbook.from_project else ", masked"
    return [workbook.project_name, f"reading: {workbook.title}{masked}"]
