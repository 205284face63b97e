"""CasesPresenter: brings the session's cases to their list, and what is done there back."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint

from unet_desktop.gui.cases.case_menu import CaseMenu
from unet_desktop.gui.cases.commands import CaseCommands
from unet_desktop.gui.cases.panel import CasesPanel
from unet_desktop.gui.session.session import Session


class CasesPresenter(QObject):
    """Session and cases panel."""

    def __init__(self, session: Session, panel: CasesPanel, commands: CaseCommands) -> None:
        """Connect them and show the present state."""
        super().__init__(panel)
        self._session, self._panel, self._commands = session, panel, commands
        session.project_changed.connect(self._show_counts)
        session.cases_changed.connect(self._show_counts)
        session.case_changed.connect(self._on_session_case_changed)
        session.case_updated.connect(self._on_session_case_updated)
        session.cases.changed.connect(self._on_cases_changed)
        session.cases.query_changed.connect(lambda: panel.filter.set_query(session.cases.query))
        panel.filter.query_chosen.connect(session.cases.set_query)
        panel.case_chosen.connect(commands.open_case)
        panel.menu_requested.connect(self._on_panel_menu_requested)
        self._show_counts()
        self._on_session_case_changed()

    def _on_cases_changed(self) -> None:
        cases = self._session.cases
        self._panel.set_cases(self._session.project, cases.shown, cases.query, self._session.current_id)

    def _on_session_case_changed(self) -> None:
        current, broken = self._session.current_id, self._session.broken
        if current is not None:
            self._panel.set_fault(current, "" if broken is None else broken.sentence)
        self._panel.set_current(current)

    def _on_session_case_updated(self, case_id: str) -> None:
        self._panel.update_case(case_id)
        self._show_counts()

    def _show_counts(self) -> None:
        self._panel.set_counts(*self._session.counts, self._session.cases.tally)

    def _on_panel_menu_requested(self, case_id: str, place: QPoint) -> None:
        if self._session.project is not None:
            CaseMenu(self._session.project.case(case_id), self._commands, self._panel.window()).popup(place)
