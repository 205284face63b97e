"""MissingRatios: measures the cup-to-disc ratios that older versions did not record, once the list needs them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from unet_desktop.errors import UserError
from unet_desktop.gui.session.session import Session
from unet_desktop.labels import LabelSet
from unet_desktop.masks.file import read_mask
from unet_desktop.masks.measure import vertical_ratio
from unet_desktop.project.case import UNCORRECTED, Case, CaseState
from unet_desktop.project.case_query import CaseFilter, CaseOrder, CaseQuery
from unet_desktop.project.layout import Layout
from unet_desktop.project.reader import ProjectReader

_TOGETHER = 400
"""Milliseconds for which results are collected: recording thousands one by one would keep the window busy."""


class MissingRatios(QObject):
    """Reads masks one by one in a thread; a mask without a disc is read once and keeps no ratio."""

    _measured = Signal(object, str, object)  # from the thread: project folder, case id, ratio or None

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        """Follow the session's list."""
        super().__init__(parent)
        self._session = session
        self._closed = False
        self._root: Path | None = None
        self._asked: set[str] = set()
        self._found: dict[str, float] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._timer = QTimer(self, singleShot=True, interval=_TOGETHER)
        self._timer.timeout.connect(self._note)
        self._measured.connect(self._on_measured)
        session.cases.changed.connect(self._on_cases_changed)

    def shutdown(self) -> None:
        """Stop measuring."""
        self._timer.stop()
        self._closed = True
        self._stop()

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
        self._asked.clear()
        self._found.clear()

    def _on_cases_changed(self) -> None:
        cases, project = self._session.cases, self._session.project
        root = None if project is None else project.root
        if root != self._root:
            self._stop()
            self._root = root
        if self._closed or project is None or not _asks_for_ratios(cases.query):
            return
        missing = [case for case in map(project.case, cases.ids) if case.id not in self._asked and _is_missing(case)]
        if missing:
            self._pool = self._pool or ThreadPoolExecutor(1, "ratios")
            self._asked |= {case.id for case in missing}
            for case in missing:
                self._pool.submit(_measure, project, case, self._measured.emit)

    def _on_measured(self, root: Path, case_id: str, ratio: float | None) -> None:
        if root == self._root and ratio is not None:
            self._found[case_id] = ratio
            if not self._timer.isActive():
                self._timer.start()

    def _note(self) -> None:
        project, found = self._session.project, dict(self._found)
        self._found.clear()
        if project is not None and project.root == self._root:
            for case in project.note_ratios(found):
                self._session.update_case(case)


def _is_missing(case: Case) -> bool:
    if case.state is CaseState.NEW:
        return False
    return (case.predicted_vcdr if case.state in UNCORRECTED else case.vcdr) is None


def _asks_for_ratios(query: CaseQuery) -> bool:
    """Whether cases are sorted by their ratio, or the incomplete ones are wanted, whose ratio is 0."""
    return query.order is CaseOrder.VCDR or query.filter is CaseFilter.INCOMPLETE


def _measure(project: ProjectReader, case: Case, tell: Callable[[Path, str, float | None], object]) -> None:
    """Pass on the ratio of the case's mask, or of its prediction if nobody corrected it; in the thread."""
    tell(project.root, case.id, _ratio(project.layout, project.labels, case))


def _ratio(layout: Layout, labels: LabelSet, case: Case) -> float | None:
    path = layout.prediction(case.id) if case.state in UNCORRECTED else layout.mask(case.id)
    try:
        return vertical_ratio(read_mask(path, labels, (case.height, case.width)), labels)
    except UserError:  # opening the case says why
        return None
