"""Autosave: every finished step is in a journal at once and in the mask's file when there is time for it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from unet_desktop.errors import UserError
from unet_desktop.gui.editing.background_writer import BackgroundWriter, WriteResult
from unet_desktop.gui.editing.case_journals import CaseJournals
from unet_desktop.gui.editing.editor import Editor
from unet_desktop.gui.session.session import Session
from unet_desktop.gui.session.unsaved_masks import Unsaved, UnsavedMasks
from unet_desktop.masks.history import Step
from unet_desktop.project.case import CaseState
from unet_desktop.project.journal import Journal, JournalHeader, state_of
from unet_desktop.project.project import ProjectReader

IDLE = 2000
"""Milliseconds without an edit after which the mask's own file is written."""
RETRY = 5000
"""Milliseconds between attempts while something cannot be written."""


class Autosave(QObject):
    """Writes the steps of the open mask, and the masks of all cases that were edited.

    Signals:
        failed(sentence): something cannot be written; it stays in memory and is tried again.
        recovered: everything that could not be written before is on disk now.
        saved: there is less that is not on disk than before.
        approval_ended: the open mask was approved, and is another one now.
    """

    failed = Signal(str)
    recovered = Signal()
    saved = Signal()
    approval_ended = Signal()

    def __init__(self, session: Session, editor: Editor, unsaved: UnsavedMasks, parent: QObject | None = None) -> None:
        """Watch the editor; save when the session leaves a case."""
        super().__init__(parent)
        self._session, self._editor, self._unsaved = session, editor, unsaved
        self._writer, self._journals = BackgroundWriter(self), CaseJournals(unsaved)
        self._dirty = False
        self._problems: dict[Journal | Unsaved, str] = {}
        self._idle = QTimer(self, singleShot=True, interval=IDLE)
        self._retry = QTimer(self, singleShot=True, interval=RETRY)
        self._idle.timeout.connect(self._on_idle)
        self._retry.timeout.connect(self.save)
        self._writer.arrived.connect(self._take_results)
        editor.mask_replaced.connect(self._on_editor_mask_replaced)
        editor.edited.connect(self._on_editor_edited)
        session.leaving.connect(self._on_session_leaving)
        session.leaving_project.connect(self._on_session_leaving_project)
        session.project_changed.connect(self._on_session_project_changed)
        session.case_updated.connect(self._on_session_case_updated)

    @property
    def complete(self) -> bool:
        """Is everything in the masks' files, where training and other programs find it?"""
        return not self._dirty and not self._unsaved

    @property
    def safe(self) -> bool:
        """Is every finished step on disk, in its case's journal or its mask?"""
        return self._journals.safe

    def save(self) -> None:
        """Write what is in no mask file yet, and return at once."""
        self._idle.stop()
        self._collect(leaving=False)
        for unsaved in self._unsaved:
            self._writer.write(unsaved)

    def flush(self) -> bool:
        """Write what is in no mask file yet, as far as that is possible; True when everything is now."""
        self.save()
        self._writer.wait()
        self._take_results()
        self._writer.wait()  # what is noted in the journals of the masks that were written
        self._take_results()
        return self.complete

    def stop(self) -> None:
        """Write no more; the journals of what could not be written stay for the next start."""
        self._idle.stop()
        self._retry.stop()
        self._writer.shutdown()
        self._journals.enter(None)

    def _collect(self, *, leaving: bool) -> None:
        """Note the open mask as unsaved; what the history holds afterwards belongs to this very mask."""
        editor, project, journal = self._editor, self._session.project, self._journals.current()
        if not self._dirty or project is None or journal is None or editor.key is None or editor.mask is None:
            return
        self._dirty = False
        # Who leaves the case edits this mask no more, so it need not be copied; that is felt on 12 megapixels.
        mask = None if editor.untouched else editor.mask if leaving else editor.mask.copy()
        self._unsaved.put(Unsaved(project.writable(), editor.key[1], mask, editor.model, journal, journal.steps))

    def _take_results(self) -> None:
        """Take in what the threads have done."""
        failing = bool(self._problems)
        results = self._writer.results()
        try:
            for result in results:
                self._take(result)
        finally:
            self._report(failing=failing, anew=any(result.error is not None for result in results))

    def _take(self, result: WriteResult) -> None:
        what = result.what
        self._problems.pop(what, None)
        problem = result.problem
        if not problem and isinstance(what, Unsaved) and self._unsaved.find(what.project.root, what.case_id) is what:
            problem = self._note(what)
        if problem:
            self._problems[what] = problem
        self.saved.emit()

    def _note(self, unsaved: Unsaved) -> str:
        """The mask's file is written: note that, and show it; returns why that is not possible, or nothing."""
        try:
            case = unsaved.note()
            self._unsaved.drop(unsaved)
            self._problems.pop(unsaved.journal, None)
            self._writer.flush(unsaved.journal)
            project = self._session.project
            if project is unsaved.project:
                self._session.take(case)
            elif project is not None and project.root == unsaved.project.root:  # it was read again meanwhile
                self._session.take(project.refresh(case.id))
        except (UserError, OSError) as error:
            return str(error)
        return ""

    def _report(self, *, failing: bool, anew: bool) -> None:
        self._problems = {what: problem for what, problem in self._problems.items() if self._matters(what)}
        if not self._problems:
            self._retry.stop()
            if failing:
                self.recovered.emit()
            return
        if not self._retry.isActive():
            self._retry.start()
        if anew:
            masks = sum(isinstance(what, Unsaved) for what in self._problems)
            self.failed.emit(
                (f"{masks} masks cannot be saved. " if masks > 1 else "") + next(iter(self._problems.values()))
            )

    def _matters(self, what: Journal | Unsaved) -> bool:
        """Is it still the newest of its kind that is not on disk?"""
        if isinstance(what, Unsaved):
            return self._unsaved.find(what.project.root, what.case_id) is what
        return not what.safe

    def _expect(self, project: ProjectReader, case_id: str, *, has_mask: bool, model: str) -> None:
        """Show the case as it will be when its mask is written."""
        before = project.case(case_id)
        expected = project.expect(case_id, has_mask=has_mask, model=model)
        if expected != before:
            self._session.take(expected)
        if before.state is CaseState.APPROVED:
            self.approval_ended.emit()

    def _on_editor_mask_replaced(self) -> None:
        editor, opened = self._editor, self._session.open
        if editor.key is None or editor.mask is None or opened is None:
            self._journals.close()
            return
        height, width = editor.mask.shape
        state = state_of(opened.mask)  # of the file, for an unsaved mask has its journal already
        self._journals.open(editor.key, JournalHeader(height, width, state, editor.began_empty, editor.model))

    def _on_editor_edited(self, step: Step) -> None:
        project, key, journal = self._session.project, self._editor.key, self._journals.current()
        if project is None or project.read_only or key is None or journal is None:
            return
        journal.add(step)
        self._writer.flush(journal)
        self._dirty = True
        self._idle.start()
        self._expect(project, key[1], has_mask=not self._editor.untouched, model=self._editor.model)

    def _on_session_case_updated(self, case_id: str) -> None:
        """A job read the case's state from files that are older than what is in memory."""
        project, editor = self._session.project, self._editor
        if project is None or project.read_only:
            return
        unsaved = self._unsaved.find(project.root, case_id)
        if self._dirty and editor.key == (project.root, case_id):
            self._expect(project, case_id, has_mask=not editor.untouched, model=editor.model)
        elif unsaved is not None:
            self._expect(project, case_id, has_mask=unsaved.mask is not None, model=unsaved.model)

    def _on_idle(self) -> None:
        if self._editor.drawing:
            self._idle.start()
        else:
            self.save()

    def _on_session_leaving(self) -> None:
        self._editor.leave()
        self._collect(leaving=True)
        self.save()

    def _on_session_leaving_project(self) -> None:
        self._editor.leave()
        self.flush()

    def _on_session_project_changed(self) -> None:
        project = self._session.project
        self._journals.enter(None if project is None or project.read_only else project.root)
