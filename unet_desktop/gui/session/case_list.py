"""CaseList: the project's cases as they are shown, filtered and sorted; the order in which one goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.case_query import CaseFilter, CaseQuery, filters_matching, matching_ids, sorted_ids
from unet_desktop.project.project import ProjectReader

_SOON = 250
"""Milliseconds within which changes of many cases, such as those of a prediction job, count as one."""


class CaseList(QObject):
    """All cases in order, and which of them are shown.

    A case that is being worked on stays where it is, whatever becomes of it; it takes its new place when it is left.

    Signals:
        changed: others are shown, or in another order.
        query_changed: the query is another without anybody having asked for it in the panel.
    """

    changed = Signal()
    query_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        """Start without a project."""
        super().__init__(parent)
        self.query = CaseQuery()
        self.shown: list[str] = []
        self._project: ProjectReader | None = None
        self._named: list[str] = []  # all ids in natural order
        self._ordered: list[str] = []  # all ids in the query's order
        self._current: str | None = None
        self._stale = False
        self._kinds: dict[str, tuple[CaseFilter, ...]] = {}
        self._tally: Counter[CaseFilter] = Counter()
        self._timer = QTimer(self, singleShot=True, interval=_SOON)
        self._timer.timeout.connect(self.settle)

    @property
    def ids(self) -> list[str]:
        """All ids in natural order."""
        return self._named

    @property
    def tally(self) -> Mapping[CaseFilter, int]:
        """How many cases of each kind there are."""
        return self._tally

    @property
    def counts(self) -> tuple[int, int]:
        """(corrected, all) cases of the project."""
        return self._tally[CaseFilter.CORRECTED] + self._tally[CaseFilter.APPROVED], len(self._named)

    def set_project(self, project: ProjectReader | None) -> None:
        """Show all cases of this project, in the order that was chosen before."""
        self._current = None
        self.query = replace(self.query, words="", filter=CaseFilter.ALL)
        self.reload(project)
        self.query_changed.emit()

    def reload(self, project: ProjectReader | None) -> None:
        """Take in which cases the project has now."""
        self._project = project
        cases = [] if project is None else project.cases()
        self._named = [case.id for case in cases]
        self._kinds = {case.id: filters_matching(case) for case in cases}
        self._tally = Counter(kind for found in self._kinds.values() for kind in found)
        self._arrange(keeping=self._current)

    def set_query(self, query: CaseQuery) -> None:
        """Show these cases in this order."""
        if query != self.query:
            self.query = query
            self._arrange()

    def note(self, case: Case) -> None:
        """What is known of a case changed."""
        self._stale = True
        self._tally.subtract(self._kinds.get(case.id, ()))
        self._kinds[case.id] = filters_matching(case)
        self._tally.update(self._kinds[case.id])
        if case.id != self._current:
            self._timer.start()

    def set_current(self, case_id: str | None) -> None:
        """Another case is being worked on; what was left takes the place it has come to deserve."""
        self._current = case_id
        if self._stale:
            self._arrange(keeping=case_id)

    def settle(self) -> None:
        """Take in what became of the cases that are not open."""
        if self._stale:
            self._arrange(keeping=self._current)

    def step(self, start: str | None, offset: int) -> str | None:
        """Id of the case that many places on from `start` among those shown, or None at the end.

        A start that is not shown has its place among the others all the same.
        """
        if start is None or start not in self._ordered:
            return self.shown[0] if self.shown else None
        if offset == 0:
            return start
        place, shown = self._ordered.index(start), set(self.shown)
        ahead = self._ordered[place + 1 :] if offset > 0 else self._ordered[:place][::-1]
        found = [case_id for case_id in ahead if case_id in shown]
        return found[abs(offset) - 1] if len(found) >= abs(offset) else None

    def next_uncorrected(self, start: str | None) -> str | None:
        """Id of the next case that no human has worked on, going round those shown, then the others; None without."""
        place = self._ordered.index(start) if start in self._ordered else -1
        shown, project = set(self.shown), self._project
        round_trip = self._ordered[place + 1 :] + self._ordered[: max(place, 0)]
        if project is None:
            return None
        cases = [project.case(case_id) for case_id in round_trip]
        waiting = [case.id for case in cases if case.state in UNCORRECTED and not case.damage]
        return next((case_id for case_id in waiting if case_id in shown), waiting[0] if waiting else None)

    def _cases(self) -> list[Case]:
        project = self._project
        return [] if project is None else [project.case(case_id) for case_id in self._named]

    def _arrange(self, *, keeping: str | None = None) -> None:
        """Sort and filter anew; the case to keep stays shown if it is shown."""
        self._timer.stop()
        cases = self._cases()
        kept = matching_ids(cases, self.query)
        misfit = keeping is not None and keeping not in kept and keeping in self.shown
        if keeping is not None and misfit:
            kept.add(keeping)
        self._stale = misfit
        self._ordered = sorted_ids(cases, self.query)
        self.shown = [case_id for case_id in self._ordered if case_id in kept]
        self.changed.emit()
