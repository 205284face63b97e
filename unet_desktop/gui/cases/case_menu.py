"""CaseMenu: what can be done with a case in the list without opening it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from unet_desktop.gui.cases.commands import CaseCommands
from unet_desktop.project.case import Case


class CaseMenu(QMenu):
    """Open, flag, note, details of one case."""

    def __init__(self, case: Case, commands: CaseCommands, parent: QWidget | None = None) -> None:
        """Offer these commands for the case; the menu deletes itself when it closes."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._case_id = case.id
        self._add("&Open", commands.open_case)
        self._add("Take the &flag away" if case.flagged else "&Flag: leave it out of training", commands.toggle_flag_of)
        self._add("Edit &note…" if case.notes else "Add &note…", commands.edit_note_of)
        self._add("Case &details…", commands.show_details_of)

    def _add(self, text: str, call: Callable[[str], None]) -> None:
        case_id = self._case_id
        self.addAction(text).triggered.connect(lambda: call(case_id))
