"""GradingPresenter: shows the form and the grades of the open case in their panel."""

from __future__ import annotations

from PySide6.QtCore import QObject

from unet_desktop.gui.grading.commands import GradingCommands
from unet_desktop.gui.grading.panel import GradingPanel
from unet_desktop.gui.session.session import Session
from unet_desktop.project.form import NO_FORM


class GradingPresenter(QObject):
    """Connects the panel with the session."""

    def __init__(self, session: Session, panel: GradingPanel, commands: GradingCommands) -> None:
        """Connect them and show the present state."""
        super().__init__(panel)
        self._session, self._panel = session, panel
        panel.grade_given.connect(commands.give_grade)
        panel.form_requested.connect(commands.edit_form)
        session.leaving.connect(panel.commit)
        session.leaving_project.connect(panel.commit)
        session.project_changed.connect(self._show_form)
        session.form_changed.connect(self._show_form)
        session.cases_changed.connect(self._show_form)
        session.case_changed.connect(self._show_grades)
        session.case_updated.connect(self._on_session_case_updated)
        self._show_form()

    def _show_form(self) -> None:
        project = self._session.project
        writable = project is not None and not project.read_only
        self._panel.set_form(NO_FORM if project is None else project.form, writable=writable)
        self._show_grades()

    def _show_grades(self) -> None:
        project, opened = self._session.project, self._session.open
        if project is None or opened is None:
            self._panel.set_grades(None, {}, writable=False)
        else:
            self._panel.set_grades(opened.case.id, opened.case.grades, writable=not project.read_only)

    def _on_session_case_updated(self, case_id: str) -> None:
        if case_id == self._session.case_id:
            self._show_grades()
