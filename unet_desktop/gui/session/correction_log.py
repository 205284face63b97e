"""CorrectionLog: keeps the record of how much proposals were corrected up to date, in a thread."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from unet_desktop.errors import UserError
from unet_desktop.gui.session.session import Session
from unet_desktop.labels import LabelSet
from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.corrections import Correction, read_corrections, record_corrections
from unet_desktop.project.layout import Layout

log = logging.getLogger("unet.gui")


class CorrectionLog(QObject):
    """Measures how a proposal was corrected when its case is left; catches up when the project is opened.

    Signals:
        changed: `noted` was read again.
    """

    changed = Signal()
    _arrived = Signal(object, object)  # from the worker thread: project folder, list of corrections

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        """Follow the session."""
        super().__init__(parent)
        self.noted: list[Correction] = []
        self._session = session
        self._edited: set[str] = set()
        self._closed = False
        # At normal priority: a starved thread that holds Python's lock would make the window wait.
        self._pool = ThreadPoolExecutor(1, "corrections")
        self._arrived.connect(self._on_arrived)
        session.project_changed.connect(self._on_session_project_changed)
        session.case_changed.connect(self._on_session_case_changed)
        session.case_updated.connect(self._on_session_case_updated)

    def shutdown(self) -> None:
        """Finish the case that is being compared, and end the thread. The next opening notes what changes later."""
        self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _on_session_project_changed(self) -> None:
        self.noted = []
        self._edited.clear()
        self.changed.emit()
        project = self._session.project
        if project is not None:
            self._submit(project.cases(), missing_only=True)

    def _on_session_case_updated(self, case_id: str) -> None:
        self._edited.add(case_id)
        self._note_those_left()

    def _on_session_case_changed(self) -> None:
        self._note_those_left()

    def _note_those_left(self) -> None:
        """Measure the edited cases except the open one, which is still being worked on."""
        project = self._session.project
        left = self._edited - {self._session.case_id}
        self._edited -= left
        if project is not None and left:
            self._submit([project.case(case_id) for case_id in left if case_id in self._session.case_ids])

    def _submit(self, cases: list[Case], *, missing_only: bool = False) -> None:
        project = self._session.project
        if project is not None and not self._closed:
            known = {correction.case for correction in self.noted}
            wanted = [case for case in cases if missing_only or case.state not in UNCORRECTED or case.id in known]
            wanted = [] if project.read_only else wanted
            if wanted or missing_only:
                self._pool.submit(self._work, project.layout, project.labels, wanted, missing_only)

    def _work(self, layout: Layout, labels: LabelSet, cases: list[Case], missing_only: bool) -> None:
        """Run in the worker thread."""
        try:
            if missing_only:
                known = {correction.case for correction in read_corrections(layout)}
                cases = [case for case in cases if _may_be_noted(layout, case, known=case.id in known)]
            if record_corrections(layout, labels, cases) or missing_only:
                self._arrived.emit(layout.root, read_corrections(layout))
        except UserError as error:  # the next opening tries again
            log.warning("%s", error)
        except Exception:
            log.exception("corrections could not be noted")

    def _on_arrived(self, root: Path, noted: list[Correction]) -> None:
        if self._session.project is not None and self._session.project.root == root:
            self.noted = noted
            self.changed.emit()


def _may_be_noted(layout: Layout, case: Case, *, known: bool) -> bool:
    """May an entry be missing, or have to be removed? Reads nothing, because thousands of cases are asked."""
    if known or case.state in UNCORRECTED:
        return known and case.state in UNCORRECTED
    return case.confidence is not None or layout.rejected_record(case.id).exists()
