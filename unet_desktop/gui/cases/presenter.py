"""CasesPresenter: brings the session's cases to their list, and what is done there back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from unet_desktop.gui.cases.commands import CaseCommands
from unet_desktop.gui.cases.panel import CasesPanel
from unet_desktop.gui.session.session import Session
from unet_desktop.masks.measure import cup_and_disc
from unet_desktop.project.case import Case
from unet_desktop.project.case_query import CaseOrder


class CasesPresenter(QObject):
    """Session and cases panel."""

    def __init__(self, session: Session, panel: CasesPanel, commands: CaseCommands) -> None:
        """Connect them and show the present state."""
        super().__init__(panel)
        self._session, self._panel, self._commands = session, panel, commands
        session.project_changed.connect(self._on_session_project_changed)
        session.cases_changed.connect(self._show_counts)
        session.case_changed.connect(self._on_session_case_changed)
        session.case_updated.connect(self._on_session_case_updated)
        session.cases.changed.connect(self._on_cases_changed)
        session.cases.query_changed.connect(lambda: panel.filter.set_query(session.cases.query))
        panel.filter.query_chosen.connect(session.cases.set_query)
        panel.case_chosen.connect(commands.open_case)
        panel.cases_selected.connect(session.cases.select)
        session.cases.selection_changed.connect(lambda: panel.set_selected(session.cases.selected))
        panel.menu_requested.connect(self._on_panel_menu_requested)
        self._on_session_project_changed()
        self._on_session_case_changed()

    def _on_cases_changed(self) -> None:
        cases = self._session.cases
        self._panel.set_cases(self._session.project, cases.shown, cases.query, self._session.current_id)

    def _on_session_project_changed(self) -> None:
        project = self._session.project
        nested = project is not None and cup_and_disc(project.labels) is not None
        self._panel.filter.set_nested(nested)
        cases = self._session.cases
        if project is not None and not nested and cases.query.order is CaseOrder.VCDR:  # as another project was sorted
            cases.set_query(replace(cases.query, order=CaseOrder.NAME))
            self._panel.filter.set_query(cases.query)
        self._show_counts()

    def _on_session_case_changed(self) -> None:
        current, broken = self._session.current_id, self._session.broken
        if current is not None:
            self._panel.set_fault(current, "" if broken is None else broken.sentence)
        if current not in self._session.cases.selected:
            self._session.cases.select([] if current is None else [current])
        self._panel.set_current(current)

    def _on_session_case_updated(self, case_id: str) -> None:
        self._panel.update_case(case_id)
        self._show_counts()

    def _show_counts(self) -> None:
        self._panel.set_counts(*self._session.counts, self._session.cases.tally)

    def _on_panel_menu_requested(self, case_id: str, place: QPoint) -> None:
        if self._session.project is not None:
            several = self._session.cases.selected
            menu: QMenu
            if len(several) > 1 and case_id in several:
                menu = several_menu(self._panel.window())
            else:
                case = self._session.project.case(case_id)
                menu = CaseMenu(case, self._commands, self._panel.window(), self._remove_one)
            menu.popup(place)

    def _remove_one(self, case_id: str) -> None:
        self._panel.remove_requested.emit((case_id,))


def several_menu(parent: QWidget) -> QMenu:
    """Return a menu of what can be done to the selected cases; it deletes itself when it closes."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for command_id in (
        "case.approve",
        "case.flag",
        "case.details",
        "",
        "learn.predict",
        "project.export",
        "",
        "case.remove",
    ):
        action = parent.findChild(QAction, command_id) if command_id else None
        if action is not None:
            menu.addAction(action)
        else:
            menu.addSeparator()
    return menu


class CaseMenu(QMenu):
    """Open, flag, note, details of one case; remove it."""

    def __init__(
        self, case: Case, commands: CaseCommands, parent: QWidget | None, remove: Callable[[str], object]
    ) -> None:
        """Offer these commands for the case; the menu deletes itself when it closes."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._case_id = case.id
        self._add("&Open", commands.open_case)
        self._add("Remove the &flag" if case.flagged else "&Flag: leave it out of training", commands.toggle_flag_of)
        self._add("Edit &note…" if case.notes else "Add &note…", commands.edit_note_of)
        self._add("Case &details…", commands.show_details_of)
        self.addSeparator()
        self._add("&Remove", remove)

    def _add(self, text: str, call: Callable[[str], object]) -> None:
        case_id = self._case_id
        self.addAction(text).triggered.connect(lambda: call(case_id))
