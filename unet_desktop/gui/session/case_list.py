"""CaseList: the project's cases as they are shown, filtered and sorted, and which case comes next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from unet_desktop.images.listing import natural_key
from unet_desktop.project.case import UNCORRECTED, Case
from unet_desktop.project.case_query import CaseFilter, CaseQuery, filters_matching, matching_ids, sorted_ids
from unet_desktop.project.reader import ProjectReader

_DELAY = 250
"""Milliseconds for which changes of many cases, such as those of a prediction job, are collected."""


class CaseList(QObject):
    """All cases in order, and which of them are shown.

    The open case stays where it is, whatever changes; it moves to its new place when it is left.

    Signals:
        changed: other cases are shown, or in another order.
        query_changed: the query was changed, but not by the panel.
        selection_changed: other cases are selected.

    Attributes:
        query: which cases are shown, in which order.
        shown: their ids.
        selected: ids of the selected cases in the order of the list; commands act on them if they are several.
    """

    changed = Signal()
    selection_changed = Signal()
    query_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.query = CaseQuery()
        self.shown: list[str] = []
        self.selected: tuple[str, ...] = ()
        self._keys: dict[str, list[tuple[int, int, str]]] = {}  # for the natural order
        self._project: ProjectReader | None = None
        self._ids: list[str] = []  # all ids in natural order
        self._ordered: list[str] = []  # all ids in the query's order
        self._current: str | None = None
        self._stale = False
        self._kinds: dict[str, tuple[CaseFilter, ...]] = {}
        self._tally: Counter[CaseFilter] = Counter()
        self._timer = QTimer(self, singleShot=True, interval=_DELAY)
        self._timer.timeout.connect(self.settle)

    @property
    def ids(self) -> list[str]:
        """All ids in natural order."""
        return self._ids

    @property
    def tally(self) -> Mapping[CaseFilter, int]:
        """How many cases of each kind there are."""
        return self._tally

    @property
    def counts(self) -> tuple[int, int]:
        """(corrected, all) cases of the project."""
        return self._tally[CaseFilter.CORRECTED] + self._tally[CaseFilter.APPROVED], len(self._ids)

    def set_project(self, project: ProjectReader | None) -> None:
        """Show all cases of this project, in the order chosen before."""
        self._current = None
        self.query = replace(self.query, words="", filter=CaseFilter.ALL)
        self.reload(project)
        self.query_changed.emit()

    def reload(self, project: ProjectReader | None) -> None:
        """Read the list of the project's cases again."""
        self._project = project
        cases = [] if project is None else project.cases()
        self._ids = [case.id for case in cases]
        self._keys = {case_id: natural_key(case_id) for case_id in self._ids}
        self._kinds = {case.id: filters_matching(case) for case in cases}
        self._tally = Counter(kind for found in self._kinds.values() for kind in found)
        self._arrange(keeping=self._current)

    def take_in(self, cases: Iterable[Case]) -> None:
        """Add cases, or update what is known of them; new ones are shown soon, in batches."""
        before = len(self._ids)
        for case in cases:
            if case.id not in self._kinds:
                self._ids.append(case.id)
                self._keys[case.id] = natural_key(case.id)
            self._note(case)
        if len(self._ids) > before:
            self._ids.sort(key=self._keys.__getitem__)
        if not self._timer.isActive():
            self._timer.start()

    def select(self, ids: Iterable[str]) -> None:
        """Select these cases, as far as they are in the project."""
        wanted = set(ids)
        selected = tuple(case_id for case_id in self.shown if case_id in wanted) if wanted else ()
        if selected != self.selected:
            self.selected = selected
            self.selection_changed.emit()

    def set_query(self, query: CaseQuery) -> None:
        """Show these cases in this order."""
        if query != self.query:
            self.query = query
            self._arrange()

    def note(self, case: Case) -> None:
        """Update what is known of a case."""
        self._note(case)
        if case.id != self._current:
            self._timer.start()

    def _note(self, case: Case) -> None:
        self._stale = True
        self._tally.subtract(self._kinds.get(case.id, ()))
        self._kinds[case.id] = filters_matching(case)
        self._tally.update(self._kinds[case.id])

    def set_current(self, case_id: str | None) -> None:
        """Set the case that is being worked on; the one before moves to its new place."""
        self._current = case_id
        if self._stale:
            self._arrange(keeping=case_id)

    def settle(self) -> None:
        """Move the changed cases, except the open one, to their new places."""
        if self._stale:
            self._arrange(keeping=self._current)

    def step(self, start: str | None, offset: int) -> str | None:
        """Id of the case that many places after `start` among those shown, or None beyond the end.

        A start that is not shown still has its place in the order.
        """
        if start is None or start not in self._ordered:
            return self.shown[0] if self.shown else None
        if offset == 0:
            return start
        place, shown = self._ordered.index(start), set(self.shown)
        following = self._ordered[place + 1 :] if offset > 0 else self._ordered[:place][::-1]
        found = [case_id for case_id in following if case_id in shown]
        return found[abs(offset) - 1] if len(found) >= abs(offset) else None

    def next_uncorrected(self, start: str | None) -> str | None:
        """Id of the next case that is untouched or incomplete, first among those shown, then the others; or None."""
        place = self._ordered.index(start) if start in self._ordered else -1
        shown, project = set(self.shown), self._project
        round_trip = self._ordered[place + 1 :] + self._ordered[: max(place, 0)]
        if project is None:
            return None
        cases = [project.case(case_id) for case_id in round_trip]
        waiting = [case.id for case in cases if (case.state in UNCORRECTED or case.incomplete) and not case.damage]
        return next((case_id for case_id in waiting if case_id in shown), waiting[0] if waiting else None)

    def _cases(self) -> list[Case]:
        project = self._project
        return [] if project is None else [project.case(case_id) for case_id in self._ids]

    def _arrange(self, *, keeping: str | None = None) -> None:
        """Sort and filter again; the case to keep stays shown if it is shown."""
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
        if self.selected:
            self.select(self.selected)  # nothing is done to cases that are not in sight
