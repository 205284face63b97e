"""PagesPresenter: case list, pages, title and the case's part of the status line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from unet_desktop.gui.app_model import AppModel
from unet_desktop.gui.cases.cases_model import STATE_TEXT
from unet_desktop.gui.window.panels import Panels

if TYPE_CHECKING:
    from unet_desktop.gui.window.main_window import MainWindow


class PagesPresenter(QObject):
    """Case list, pages, title and the case's part of the status line."""

    def __init__(self, window: MainWindow, app: AppModel, panels: Panels) -> None:
        """Connect them."""
        super().__init__(window)
        self._window, self._app, self._panels = window, app, panels
        session = app.session
        session.project_changed.connect(self._on_session_project_changed)
        session.cases_changed.connect(self._on_session_cases_changed)
        session.case_changed.connect(self._on_session_case_changed)
        session.case_updated.connect(self._on_session_case_updated)
        session.cases.changed.connect(self._on_cases_changed)
        session.cases.query_changed.connect(lambda: panels.cases.filter.set_query(session.cases.query))
        for signal, handler in (
            (panels.broken.locate_requested, "cases.locate_picture"),
            (panels.broken.empty_mask_requested, "cases.start_with_empty_mask"),
            (panels.broken.retry_requested, "cases.retry"),
        ):
            signal.connect(window.handlers.find(handler))
        panels.cases.filter.query_chosen.connect(session.cases.set_query)
        panels.cases.filter.left.connect(window.canvas.setFocus)
        app.runner.started.connect(panels.no_cases.set_job)
        app.runner.busy_changed.connect(lambda: panels.no_cases.set_job(app.runner.title))
        self._on_session_project_changed()
        self._on_session_case_changed()

    def _on_session_project_changed(self) -> None:
        self._panels.banner.hide()
        self._panels.welcome.set_recent(self._app.store.settings.recent)
        self._window.docks.set_project_open(self._app.session.project is not None)
        self._on_session_cases_changed()

    def _on_session_cases_changed(self) -> None:
        self._show_counts()
        self._show_page()

    def _on_cases_changed(self) -> None:
        session = self._app.session
        cases = session.cases
        self._panels.cases.set_cases(session.project, cases.shown, cases.query, session.current_id)

    def _on_session_case_changed(self) -> None:
        session, panels = self._app.session, self._panels
        opened, project, broken = session.open, session.project, session.broken
        if session.current_id is not None:
            panels.cases.set_fault(session.current_id, "" if broken is None else broken.sentence)
        panels.broken.set_broken(broken, writable=project is not None and not project.read_only)
        self._window.split_view.set_image(None if opened is None else opened.image.pixels)
        panels.cases.set_current(session.current_id)
        self._show_case()
        self._show_page()

    def _on_session_case_updated(self, case_id: str) -> None:
        self._panels.cases.update_case(case_id)
        self._show_counts()
        if case_id == self._app.session.case_id:
            self._show_case()

    def _show_page(self) -> None:
        session, panels = self._app.session, self._panels
        page: QWidget = panels.welcome
        if session.project is not None:
            page = self._window.split_view if session.case_ids else panels.no_cases
            page = page if session.broken is None else panels.broken
        changed = page is not self._window.pages.currentWidget()
        self._window.pages.setCurrentWidget(page)
        if changed and page is self._window.split_view:
            self._window.canvas.setFocus()  # or the search field would take the keys of the commands

    def _show_counts(self) -> None:
        corrected, total = self._app.session.counts
        self._panels.cases.set_counts(corrected, total, self._app.session.cases.tally)
        project = self._app.session.project
        self._panels.training.set_case_counts(corrected, total, read_only=project is not None and project.read_only)

    def _show_case(self) -> None:
        project, opened = self._app.session.project, self._app.session.open
        names = [] if opened is None else [opened.case.id]
        names += [] if project is None else [project.name]
        self._window.setWindowTitle(" – ".join([*names, "U-Net Desktop"]))
        if opened is None:
            self._panels.status.set_case("", "")
            return
        state = STATE_TEXT[opened.case.state] + (", flagged" if opened.case.flagged else "")
        self._panels.status.set_case(state, opened.image.note)
