"""CaseNoteDialog: a quick note on a case."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from unet_desktop.gui.widgets.form_dialog import FormDialog
from unet_desktop.gui.widgets.object_name import with_object_name
from unet_desktop.project.case import Case


class CaseNoteDialog(FormDialog):
    """The note alone; Ctrl+Return keeps it."""

    def __init__(self, parent: QWidget | None, case: Case) -> None:
        """Show this case's note."""
        super().__init__(parent, f"Note on {case.id}", "Save")
        self._notes = with_object_name(QPlainTextEdit(case.notes), "notes")
        self._notes.setTabChangesFocus(True)
        self._notes.setAccessibleName("Note")
        self._notes.setMinimumHeight(4 * self.fontMetrics().lineSpacing())
        self._notes.moveCursor(QTextCursor.MoveOperation.End)
        self.form.addRow("&Note", self._notes)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.accept)
        self._notes.setFocus()
        self.check()

    def notes(self) -> str:
        """What the field says."""
        return self._notes.toPlainText().strip()
