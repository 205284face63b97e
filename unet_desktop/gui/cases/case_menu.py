"""CaseMenu: what can be done with a case in the list without opening it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from unet_desktop.project.case import Case


class CaseMenu(QMenu):
    """Open, flag, note, details of one case."""

    def __init__(self, case: Case, find: Callable[[str], Callable[..., object]], parent: QWidget | None = None) -> None:
        """Offer them.

        Args:
            case: which.
            find: the handler of a name, such as "cases.flag".
            parent: the window.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, handler in (
            ("&Open", "cases.open_case"),
            ("Take the &flag away" if case.flagged else "&Flag: leave it out of training", "cases.toggle_flag_of"),
            ("Edit &note…" if case.notes else "Add &note…", "cases.edit_note_of"),
            ("Case &details…", "cases.show_details_of"),
        ):
            self._add(text, find(handler), case.id)

    def _add(self, text: str, handler: Callable[..., object], case_id: str) -> None:
        self.addAction(text).triggered.connect(lambda: handler(case_id))
