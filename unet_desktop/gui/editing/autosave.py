"""Autosave: every finished step goes into a journal at once, and into the mask's file when there is time for it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from unet_desktop.errors import UserError, sentence_of
from unet_desktop.files import delete_file, move_file
from unet_desktop.gui.editing.background_writer import BackgroundWriter, WriteResult
from unet_desktop.gui.editing.editor import CaseKey, Editor
from unet_desktop.gui.session.session import Session
from unet_desktop.gui.session.unsaved_masks import Unsaved, UnsavedMasks
from unet_desktop.masks.history import Step
from unet_desktop.project.case import CaseState
from unet_desktop.project.journal import Journal, JournalHeader, LoadedJournal, checksum_of, read_journal, stamp_of
from unet_desktop.project.layout import JOURNAL_SUFFIX, Layout
from unet_desktop.project.past_journal import put_away
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.records import list_stems
from unet_desktop.project.versions import check_folders

log = logging.getLogger("unet.gui")

IDLE = 2000
"""Milliseconds without an edit after which the mask's own file is written."""
MAX_NAMED = 3
"""Reasons that are named when several masks cannot be written."""
RETRY = 5000
"""Milliseconds between attempts while something cannot be written."""


class Autosave(QObject):
    """Writes the steps of the open mask, and the masks of all cases that were edited.

    Signals:
        failed(sentence): something cannot be written; it stays in memory and is tried again.
        recovered: everything that could not be written before is on disk now.
        saved: something more is on disk.
        outside_changed(case_id, sentence): another program had changed a mask's file, which was kept, or a picture.
        approval_ended: the open mask was approved, and has been changed since.
    """

    failed = Signal(str)
    recovered = Signal()
    saved = Signal()
    outside_changed = Signal(str, str)
    approval_ended = Signal()

    def __init__(self, session: Session, editor: Editor, unsaved: UnsavedMasks, parent: QObject | None = None) -> None:
        """Watch the editor; save when the session leaves a case."""
        super().__init__(parent)
        self._session, self._editor, self._unsaved = session, editor, unsaved
        self._writer, self._journals = BackgroundWriter(self), CaseJournals(unsaved)
        self._dirty = False
        self._problems: dict[Journal | Unsaved, str] = {}  # why each cannot be written
        self._idle = QTimer(self, singleShot=True, interval=IDLE)
        self._retry = QTimer(self, singleShot=True, interval=RETRY)
        self._idle.timeout.connect(self._on_idle)
        self._retry.timeout.connect(self.save)
        self._writer.arrived.connect(self._take_results)
        editor.mask_replaced.connect(self._on_editor_mask_replaced)
        editor.edited.connect(self._on_editor_edited)
        session.leaving.connect(self._on_session_leaving)
        session.case_removed.connect(self._on_session_case_removed)
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
        """Start to write what is in no mask file yet."""
        self._idle.stop()
        self._collect(leaving=False)
        for unsaved in self._unsaved:
            self._writer.write(unsaved)

    def flush(self) -> bool:
        """Write what is in no mask file yet and wait for it; True if everything is on disk then."""
        self.save()
        self._writer.wait()
        self._take_results()
        self._writer.wait()  # for the notes in the journals of those masks
        self._take_results()
        return self.complete

    def stop(self) -> None:
        """Write nothing more; the journals of what could not be written stay for the next start."""
        self._idle.stop()
        self._retry.stop()
        self._writer.shutdown()
        self._journals.enter(None)

    def _collect(self, *, leaving: bool) -> None:
        """Put the open mask, with the journal steps that led to it, among the unsaved ones."""
        editor, project, journal = self._editor, self._session.project, self._journals.current()
        if not self._dirty or project is None or journal is None or editor.key is None or editor.mask is None:
            return
        self._dirty = False
        # A mask that is left is not edited any more and need not be copied, which is felt on 12 megapixels.
        mask = None if editor.untouched else editor.mask if leaving else editor.mask.copy()
        opened = self._session.open
        picture = None if opened is None or opened.case.id != editor.key[1] else opened.watched
        self._unsaved.put(
            Unsaved(project.writable(), editor.key[1], mask, editor.model, journal, journal.steps, picture)
        )

    def _take_results(self) -> None:
        """Record what the threads have written, or could not."""
        failing = bool(self._problems)
        results = self._writer.results()
        try:
            for result in results:
                self._take(result)
        finally:
            self._report(failing=failing, new_failure=any(result.error is not None for result in results))

    def _take(self, result: WriteResult) -> None:
        what = result.what
        self._problems.pop(what, None)
        problem = result.problem
        if not problem and isinstance(what, Unsaved) and self._unsaved.find(what.project.root, what.case_id) is what:
            problem = self._note(what)
        if isinstance(what, Unsaved) and what.noticed:
            self.outside_changed.emit(what.case_id, what.noticed)
            what.noticed = ""
        if problem:
            self._problems[what] = problem
        self.saved.emit()

    def _note(self, unsaved: Unsaved) -> str:
        """Note in the case's record that the mask's file is written; returns why that failed, or an empty string."""
        try:
            case = unsaved.update_record()
            self._unsaved.drop(unsaved)
            self._problems.pop(unsaved.journal, None)
            self._writer.flush(unsaved.journal)
            project = self._session.project
            if project is unsaved.project:
                self._session.update_case(case)
            elif project is not None and project.root == unsaved.project.root:  # the project was read again meanwhile
                self._session.update_case(project.refresh(case.id))
        except (UserError, OSError) as error:
            return sentence_of(error)
        return ""

    def _report(self, *, failing: bool, new_failure: bool) -> None:
        self._problems = {what: problem for what, problem in self._problems.items() if self._matters(what)}
        if not self._problems:
            self._retry.stop()
            if failing:
                self.recovered.emit()
            return
        if not self._retry.isActive():
            self._retry.start()
        if new_failure:
            self.failed.emit(_describe_problems(self._problems))

    def _matters(self, what: Journal | Unsaved) -> bool:
        """Is it still not on disk, and not replaced by a newer one?"""
        if isinstance(what, Unsaved):
            return self._unsaved.find(what.project.root, what.case_id) is what
        return not what.safe

    def _expect(self, project: ProjectReader, case_id: str, *, has_mask: bool, model: str) -> None:
        """Let the session show the case as it will be when its mask is written."""
        before = project.case(case_id)
        expected = project.expect(case_id, has_mask=has_mask, model=model)
        if expected != before:
            self._session.update_case(expected)
        if before.state is CaseState.APPROVED:
            self.approval_ended.emit()

    def _on_editor_mask_replaced(self) -> None:
        editor, opened = self._editor, self._session.open
        if editor.key is None or editor.mask is None or opened is None:
            self._journals.close()
            return
        height, width = editor.mask.shape
        state = checksum_of(opened.mask)  # of the file: an unsaved mask has its journal already
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

    def _on_session_case_removed(self, case_id: str) -> None:
        project = self._session.project
        if project is not None:
            self._journals.forget((project.root, case_id))

    def _on_session_project_changed(self) -> None:
        project = self._session.project
        self._journals.enter(None if project is None or project.read_only else project.root)


def _describe_problems(problems: Mapping[Journal | Unsaved, str]) -> str:
    """Say why masks cannot be saved, each reason once; without masks, why their steps cannot."""
    masks = [problem for what, problem in problems.items() if isinstance(what, Unsaved)]
    reasons = list(dict.fromkeys(masks or problems.values()))
    more = len(reasons) - MAX_NAMED
    rest = [f"… and {more} more."] if more > 0 else []
    count = [f"{len(masks)} masks cannot be saved."] if len(masks) > 1 else []
    return " ".join(count + reasons[:MAX_NAMED] + rest)


class CaseJournals:
    """The journals of the cases that were edited since their project was opened.

    A project's journals are put away when it is left and everything in them is in the masks' files; the next session
    goes on with them, so that undo reaches back into this one.
    """

    def __init__(self, unsaved: UnsavedMasks) -> None:
        self._journals: dict[CaseKey, Journal] = {}
        self._root: Path | None = None
        self._key: CaseKey | None = None  # of the open case
        self._header: JournalHeader | None = None  # of a new journal of it
        self._unsaved = unsaved

    @property
    def safe(self) -> bool:
        """Is every step that was ever finished on disk?"""
        return all(journal.safe for journal in self._journals.values())

    def open(self, key: CaseKey, header: JournalHeader) -> None:
        """A case was opened, and its mask file is as the header says; its journal is made by the first edit."""
        known = self._journals.get(key)
        if known is not None and known.state != header.state and self._unsaved.find(*key) is None:
            del self._journals[key]  # another program wrote a mask meanwhile
        self._key, self._header = key, header

    def current(self) -> Journal | None:
        """The open case's journal, or None if no case is open."""
        key, header = self._key, self._header
        if key is None or header is None:
            return None
        if key not in self._journals:
            self._journals[key] = _open_journal(Layout(key[0]), key[1], header)
        return self._journals[key]

    def forget(self, key: CaseKey) -> None:
        """A case was removed, with its journal, whose steps were all in its mask."""
        self._journals.pop(key, None)

    def close(self) -> None:
        """No case is open."""
        self._key = self._header = None

    def enter(self, root: Path | None) -> None:
        """A project was opened, or none is open: put away the journals of the one that was left.

        Journals with steps that are not in the masks' files stay.
        """
        if self._root is not None and self._root != root:
            _put_away_finished(Layout(self._root))
            for key in [key for key in self._journals if key[0] == self._root]:
                if self._unsaved.find(*key) is None:
                    del self._journals[key]
        self._root = root


def _put_away_finished(layout: Layout) -> None:
    try:
        for case_id in list_stems(layout.masks, JOURNAL_SUFFIX):
            journal = read_journal(layout.journal(case_id))
            if journal is not None and journal.is_up_to_date(stamp_of(layout.mask(case_id))):
                _put_away(layout, case_id, journal)
    except (UserError, OSError) as error:  # they are put away when the project is opened again
        log.warning("journals were left in %s: %s", layout.root, error)


def _put_away(layout: Layout, case_id: str, journal: LoadedJournal) -> None:
    """Keep a journal for the next session, or delete it if it cannot be kept: versions hold its masks."""
    try:
        put_away(layout, case_id, journal)
    except UserError as error:
        log.warning("the steps of %s cannot be undone later: %s", case_id, error)
        delete_file(journal.path)


def _open_journal(layout: Layout, case_id: str, header: JournalHeader) -> Journal:
    """The journal of an earlier run if the mask is as it left it, otherwise a new one."""
    path, past = layout.journal(case_id), layout.past_journal(case_id)
    for place in (path, past):
        try:
            left = read_journal(place)
            if left is None or left.damaged or left.steps_in(header.state) != left.steps:
                continue
            if place == past:
                check_folders(layout, case_id)
                move_file(past, path)
                left = replace(left, path=path)
            return left.resume()
        except UserError as error:
            log.warning("%s", error)
    return Journal(path, header)
