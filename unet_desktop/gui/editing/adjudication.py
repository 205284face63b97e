"""Adjudication: the readers' masks of the open case, and taking one of them, or their consensus, as the mask."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

from PySide6.QtCore import QObject, Signal

from unet_desktop.errors import UserError, sentence_of
from unet_desktop.gui.editing.editor import CaseKey, Editor
from unet_desktop.gui.editing.version_keeper import VersionKeeper
from unet_desktop.gui.session.session import Session
from unet_desktop.labels import LabelSet
from unet_desktop.masks.consensus import majority, staple
from unet_desktop.masks.regions import Mask
from unet_desktop.project.layout import Layout
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.reader_masks import ReaderMask, reader_masks
from unet_desktop.project.trail import Act, Event, append
from unet_desktop.project.versions import VersionStep
from unet_desktop.project.workbooks import FoundWorkbook, damaged_workbooks, list_workbooks

log = logging.getLogger("unet.gui")

LEAST_FOR_CONSENSUS = 3
"""Readers without which there is no majority."""


class Adjudication(QObject):
    """Reads the readers' masks of each case that is opened, in the thread that writes versions.

    Signals:
        readers_changed: the project has other readers.
        masks_changed: `masks` is of another case, or was read again.
        adjudicated(sentence): a reader's mask, or a consensus, is the mask now.
        problem(sentence): a reader's mask cannot be read.

    Attributes:
        workbooks: of the readers of the project; none in a workbook itself.
        masks: of the open case, by reader.
    """

    readers_changed = Signal()
    masks_changed = Signal()
    adjudicated = Signal(str)
    problem = Signal(str)
    _arrived = Signal()

    def __init__(self, session: Session, editor: Editor, keeper: VersionKeeper, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._editor, self._keeper = session, editor, keeper
        self.workbooks: list[FoundWorkbook] = []
        self.masks: tuple[ReaderMask, ...] = ()
        self._results: SimpleQueue[tuple[CaseKey, list[ReaderMask], list[str]]] = SimpleQueue()
        self._told: dict[str, CaseKey] = {}
        """Problems that were told since the readers were listed, and with which case."""
        self._arrived.connect(self._take_results)
        session.project_changed.connect(self.look_again)
        session.cases_changed.connect(self._on_session_cases_changed)
        session.case_changed.connect(self._on_session_case_changed)

    @property
    def drawn(self) -> list[ReaderMask]:
        """The masks that there are of the open case."""
        return [read for read in self.masks if read.mask is not None]

    @property
    def can_agree(self) -> bool:
        """Have enough readers drawn the open case for a majority or STAPLE?"""
        return len(self.drawn) >= LEAST_FOR_CONSENSUS

    def look_again(self) -> None:
        """List the readers again, after some were added, and read their masks."""
        project = self._session.project
        self._told.clear()
        self.workbooks = [] if project is None or project.workbook is not None else list_workbooks(project.layout)
        if self.workbooks and project is not None:
            for sentence in damaged_workbooks(project.layout)[:1]:
                self.problem.emit(sentence)
        self.readers_changed.emit()
        self._on_session_case_changed()

    def use(self, key: str) -> None:
        """Make a reader's mask the mask, in one step that can be undone."""
        read = next((read for read in self.drawn if read.found.key == key), None)
        if read is not None and read.mask is not None:
            self._adjudicate(read.mask, f"from {read.title}", f"The mask of {read.title}", read.case.model)
            opened = self._session.open
            if read.case.no_cup:
                self._session.mark(no_cup=True)
            if opened is not None and opened.case.not_annotated != read.case.not_annotated:
                self._session.mark(not_annotated=read.case.not_annotated)  # of which the mask says nothing

    def use_majority(self) -> None:
        """Make what more than half of the readers drew the mask."""
        self._use_consensus(majority, "majority")

    def use_staple(self) -> None:
        """Make what STAPLE holds for likely the mask."""
        self._use_consensus(staple, "STAPLE")

    def _use_consensus(self, combine: Callable[[Sequence[Mask], LabelSet], Mask], name: str) -> None:
        drawn, labels = self.drawn, self._editor.labels
        if labels is None or len(drawn) < LEAST_FOR_CONSENSUS:
            return
        mask = combine([read.mask for read in drawn if read.mask is not None], labels)
        titles = ", ".join(read.title for read in drawn)
        self._adjudicate(mask, f"{name} of {titles}", f"The {name} of {len(drawn)} readers", "")

    def _adjudicate(self, mask: Mask, source: str, subject: str, model: str) -> None:
        editor, project = self._editor, self._session.project
        if project is None or editor.mask is None or editor.key is None or editor.refuse():
            return
        editor.leave()  # tools end what they have begun
        self._keeper.keep_changes()
        editor.replace_mask(f"Adjudicate {source}", mask, model=model)
        self._keeper.keep(VersionStep.ADJUDICATED)
        self._keeper.run(_note, project.layout, Event(Act.ADJUDICATED, editor.key[1], source=model, detail=source))
        kept = "" if editor.locks is None else f" without the locked {' and '.join(editor.locks.names)}"
        self.adjudicated.emit(f"{subject} is the mask now{kept}; undo brings back what was there.")

    def _on_session_cases_changed(self) -> None:
        """Read again what readers have drawn meanwhile; what is shown stays until then."""
        self._begin_reading()

    def _on_session_case_changed(self) -> None:
        if self.masks:
            self.masks = ()
            self.masks_changed.emit()
        self._begin_reading()

    def _begin_reading(self) -> None:
        project, key = self._session.project, self._editor.key
        if project is not None and key is not None and self.workbooks:
            self._keeper.run(self._read, project, list(self.workbooks), key)

    def _read(self, project: ProjectReader, workbooks: list[FoundWorkbook], key: CaseKey) -> None:
        """Run in the thread."""
        masks: list[ReaderMask] = []
        problems: list[str] = []
        try:
            for read in reader_masks(project, workbooks, key[1]):
                if isinstance(read, ReaderMask):
                    masks.append(read)
                else:
                    problems.append(str(read))
        except (UserError, OSError) as error:
            problems.append(sentence_of(error))
        except Exception as error:  # the thread's boundary
            log.exception("readers' masks of %s", key[1])
            problems.append(str(error))
        self._results.put((key, masks, problems))
        self._arrived.emit()

    def _take_results(self) -> None:
        while True:
            try:
                key, masks, problems = self._results.get_nowait()
            except Empty:
                return
            if key != self._editor.key:
                continue
            self.masks = tuple(masks)
            self.masks_changed.emit()
            # What is wrong with a whole reading is told once: at each case it would cover other messages.
            new = [sentence for sentence in problems if self._told.setdefault(sentence, key) == key]
            if new:
                self.problem.emit(new[0])


def _note(layout: Layout, event: Event) -> None:
    """Run in the thread."""
    try:
        append(layout, event)
    except (UserError, OSError) as error:
        log.warning("%s", error)
