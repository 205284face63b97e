"""Autosave: every finished edit goes to disk soon after, and stays in memory when it cannot."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from unet_desktop.errors import UserError
from unet_desktop.gui.editor import Editor
from unet_desktop.gui.session import Session
from unet_desktop.gui.unsaved import Unsaved, UnsavedMasks

DELAY = 300
"""Milliseconds from an edit to its file; short, but long enough to take a burst of undo steps together."""
RETRY = 5000
"""Milliseconds between attempts while a file cannot be written."""


class Autosave(QObject):
    """Writes the open mask after each edit, and those that could not be written before.

    Signals:
        failed(sentence): masks cannot be written; they stay in memory and are tried again.
        recovered: everything that could not be written before is on disk now.
    """

    failed = Signal(str)
    recovered = Signal()

    def __init__(self, session: Session, editor: Editor, unsaved: UnsavedMasks, parent: QObject | None = None) -> None:
        """Watch the editor; save before the session leaves a case."""
        super().__init__(parent)
        self._session, self._editor, self._unsaved = session, editor, unsaved
        self._dirty = self._failing = False
        self._timer = QTimer(self, singleShot=True, interval=DELAY)
        self._timer.timeout.connect(self.flush)
        editor.edited.connect(self._on_editor_edited)
        session.leaving.connect(self._on_session_leaving)

    @property
    def complete(self) -> bool:
        """Is everything on disk?"""
        return not self._dirty and not self._unsaved

    def flush(self) -> bool:
        """Write what is not on disk yet, as far as that is possible; True when everything is now."""
        self._timer.stop()
        self._collect()
        problems = [problem for unsaved in self._unsaved if (problem := self._write(unsaved))]
        if problems:
            self._failing = True
            self._timer.start(RETRY)
            several = f"{len(problems)} masks cannot be saved. " if len(problems) > 1 else ""
            self.failed.emit(several + problems[0])
            return False
        if self._failing:
            self._failing = False
            self.recovered.emit()
        return True

    def stop(self) -> None:
        """Try no more."""
        self._timer.stop()

    def _write(self, unsaved: Unsaved) -> str:
        """Write one; returns why that is not possible, or nothing."""
        try:
            case = unsaved.write()
            self._unsaved.drop(unsaved)
            project = self._session.project
            if project is unsaved.project:
                self._session.take(case)
            elif project is not None and project.root == unsaved.project.root:  # it was read again meanwhile
                self._session.take(project.refresh(case.id))
        except (UserError, OSError) as error:
            return str(error)
        return ""

    def _collect(self) -> None:
        """Note the open mask as unsaved; what the history holds afterwards belongs to this very mask."""
        if not self._dirty:
            return
        self._dirty = False
        editor, project = self._editor, self._session.project
        if project is None or editor.key is None or editor.mask is None:
            return
        mask = None if editor.untouched else editor.mask.copy()
        self._unsaved.put(Unsaved(project, editor.key[1], mask, editor.model))

    def _on_editor_edited(self) -> None:
        self._dirty = True
        self._timer.start(DELAY)

    def _on_session_leaving(self) -> None:
        self._editor.finish()
        self.flush()
