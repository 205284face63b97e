"""CaseQuery: which cases of a project to list, and in which order."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from unet_desktop.images.laterality import Eye
from unet_desktop.project.case import UNCORRECTED, Case, CaseState

ASSIGNED = "assigned:"
"""Begins a word of a search that is about readers."""


class CaseFilter(StrEnum):
    """Which cases to list; each state has a filter of the same name.

    A corrected or approved case that is incomplete matches `INCOMPLETE` instead.
    """

    ALL = "all"
    NEW = "new"
    PREDICTED = "predicted"
    INCOMPLETE = "incomplete"
    CORRECTED = "corrected"
    APPROVED = "approved"
    FLAGGED = "flagged"
    NOTED = "noted"


class CaseOrder(StrEnum):
    """What cases are sorted by; the comments say which come first."""

    NAME = "name"  # 9 before 10
    CHANGED = "changed"  # the latest
    UNCERTAIN = "uncertain"  # the prediction of the least confidence
    VCDR = "vcdr"  # the largest


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """Which cases, in which order.

    Attributes:
        words: each must occur in the name, patient or notes; case-insensitive. "assigned:anna" finds the cases that a
            reader of this name is to read.
        filter: cases of one state, incomplete ones, flagged ones, or those with notes.
        order: what they are sorted by.
        backwards: reverse the order; cases without a value stay last.
    """

    words: str = ""
    filter: CaseFilter = CaseFilter.ALL
    order: CaseOrder = CaseOrder.NAME
    backwards: bool = False


def matching_ids(cases: Iterable[Case], query: CaseQuery) -> set[str]:
    """Return the ids of the cases that match the query."""
    words = query.words.casefold().split()
    return {
        case.id for case in cases if query.filter in filters_matching(case) and (not words or _matches(case, words))
    }


def sorted_ids(cases: Sequence[Case], query: CaseQuery) -> list[str]:
    """Return the ids of all cases, matching or not, in the query's order.

    Args:
        cases: in natural order of their names; the sort is stable.
        query: only its order is used.
    """
    if query.order is CaseOrder.NAME:
        ids = [case.id for case in cases]
        return ids[::-1] if query.backwards else ids
    if query.order is CaseOrder.CHANGED:
        dated = [case for case in cases if case.changed_at]
        dated.sort(key=lambda case: case.changed_at, reverse=not query.backwards)
        return [case.id for case in dated] + [case.id for case in cases if not case.changed_at]
    values = {case.id: value for case in cases if (value := _sort_value(case, query.order)) is not None}
    largest_first = (query.order is CaseOrder.VCDR) is not query.backwards
    known = sorted(values, key=values.__getitem__, reverse=largest_first)
    return known + [case.id for case in cases if case.id not in values]


def most_useful_first(cases: Iterable[Case]) -> list[str]:
    """Return the ids of the uncorrected cases, those most useful for training first.

    Unfamiliar ones come first, then those of lowest confidence, then those without a prediction, in the given order.
    """

    def rank(case: Case) -> tuple[bool, bool, float]:
        return case.confidence is None, not case.unfamiliar, case.confidence or 0.0

    return [
        case.id for case in sorted(cases, key=rank) if case.state in UNCORRECTED and not (case.flagged or case.damage)
    ]


def filters_matching(case: Case) -> tuple[CaseFilter, ...]:
    """Return the filters that match this case."""
    found = _INCOMPLETE if case.incomplete else _KINDS[case.state]
    if case.flagged:
        found += (CaseFilter.FLAGGED,)
    return (*found, CaseFilter.NOTED) if case.notes else found


_KINDS: dict[CaseState, tuple[CaseFilter, ...]] = {
    state: (CaseFilter.ALL, CaseFilter(state.value)) for state in CaseState
}
_INCOMPLETE = (CaseFilter.ALL, CaseFilter.INCOMPLETE)


def _matches(case: Case, words: list[str]) -> bool:
    text = f"{case.id}\n{case.patient}\n{case.notes}".casefold()
    return all(_is_assigned(case, word) if word.startswith(ASSIGNED) else word in text for word in words)


def _is_assigned(case: Case, word: str) -> bool:
    """Whether the case is assigned to a reader whose name holds what follows; "assigned:" alone finds all of them."""
    wanted = word.removeprefix(ASSIGNED)
    return any(wanted in name.casefold() for name in case.assigned_to)


def _sort_value(case: Case, order: CaseOrder) -> float | None:
    value = case.best_vcdr if order is CaseOrder.VCDR else case.confidence
    return value if value is not None and math.isfinite(value) else None


_OTHER_EYE = {Eye.RIGHT: Eye.LEFT, Eye.LEFT: Eye.RIGHT}


def other_eye_cases(cases: Iterable[Case], case: Case) -> list[Case]:
    """Return the cases of the same patient's other eye, in the order given; none if patient or eye is unknown."""
    wanted = _OTHER_EYE.get(case.eye)
    if wanted is None or not case.patient:
        return []
    return [other for other in cases if other.patient == case.patient and other.eye is wanted]
