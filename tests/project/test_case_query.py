"""Which cases are wanted, in which order."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.masks.trust import Unfamiliar
from unet_desktop.project.case import Case, CaseState
from unet_desktop.project.case_query import (
    CaseFilter,
    CaseOrder,
    CaseQuery,
    filters_matching,
    matching_ids,
    most_useful_first,
    sorted_ids,
)

FIRST = Case("photo-1", "a.jpg", "00", 10, 10)
CASES = [
    FIRST,
    replace(FIRST, id="photo-2", state=CaseState.PREDICTED, confidence=0.9, predicted_vcdr=0.4, patient="Anna"),
    replace(FIRST, id="photo-9", state=CaseState.CORRECTED, vcdr=0.7, changed_at="2026-01-02", notes="Haemorrhage"),
    replace(FIRST, id="photo-10", state=CaseState.APPROVED, vcdr=0.3, changed_at="2026-01-03", flagged=True),
    replace(FIRST, id="photo-11", state=CaseState.PREDICTED, confidence=0.2, predicted_vcdr=0.6, flagged=True),
]


def ids(query: CaseQuery) -> list[str]:
    kept = matching_ids(CASES, query)
    return [case_id.removeprefix("photo-") for case_id in sorted_ids(CASES, query) if case_id in kept]


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (CaseFilter.ALL, ["1", "2", "9", "10", "11"]),
        (CaseFilter.NEW, ["1"]),
        (CaseFilter.PREDICTED, ["2", "11"]),
        (CaseFilter.CORRECTED, ["9"]),
        (CaseFilter.APPROVED, ["10"]),
        (CaseFilter.FLAGGED, ["10", "11"]),
        (CaseFilter.NOTED, ["9"]),
    ],
)
def test_states_flags_and_notes(kept, expected):
    assert ids(CaseQuery(filter=kept)) == expected


def test_an_incomplete_case_counts_neither_as_corrected_nor_as_approved():
    incomplete = replace(FIRST, state=CaseState.APPROVED, vcdr=0.0, notes="x")
    assert filters_matching(incomplete) == (CaseFilter.ALL, CaseFilter.INCOMPLETE, CaseFilter.NOTED)
    assert filters_matching(replace(incomplete, no_cup=True))[1] is CaseFilter.APPROVED


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("PHOTO-1", ["1", "10", "11"]),
        ("anna", ["2"]),
        ("photo haem", ["9"]),
        ("haemorrhage anna", []),
        ("  ", ["1", "2", "9", "10", "11"]),
        ("%", []),
    ],
)
def test_words_are_found_in_name_patient_and_notes(words, expected):
    assert ids(CaseQuery(words=words)) == expected


@pytest.mark.parametrize(
    ("order", "forwards", "backwards"),
    [
        (CaseOrder.NAME, ["1", "2", "9", "10", "11"], ["11", "10", "9", "2", "1"]),
        (CaseOrder.CHANGED, ["10", "9", "1", "2", "11"], ["9", "10", "1", "2", "11"]),
        (CaseOrder.UNCERTAIN, ["11", "2", "1", "9", "10"], ["2", "11", "1", "9", "10"]),
        (CaseOrder.VCDR, ["9", "11", "2", "10", "1"], ["10", "2", "11", "9", "1"]),
    ],
)
def test_orders_and_what_is_not_known_stays_last(order, forwards, backwards):
    assert ids(CaseQuery(order=order)) == forwards
    assert ids(CaseQuery(order=order, backwards=True)) == backwards


@given(
    st.lists(st.tuples(st.sampled_from(CaseState), st.none() | st.floats(0, 1) | st.just(math.nan)), max_size=20),
    st.sampled_from(CaseOrder),
    st.booleans(),
)
def test_every_case_has_one_place(figures, order, backwards):
    cases = [replace(FIRST, id=str(n), state=s, vcdr=f, confidence=f) for n, (s, f) in enumerate(figures)]
    found = sorted_ids(cases, CaseQuery(order=order, backwards=backwards))
    assert sorted(found) == sorted(case.id for case in cases)
    assert all(
        filters_matching(case)
        == (CaseFilter.ALL, CaseFilter.INCOMPLETE if case.incomplete else CaseFilter(case.state.value))
        for case in cases
    )


def test_the_most_useful_case_is_unfamiliar_then_uncertain_then_not_predicted():
    predicted = replace(FIRST, state=CaseState.PREDICTED)
    cases = [
        replace(FIRST, id="new"),
        replace(predicted, id="sure", confidence=0.9),
        replace(predicted, id="unsure", confidence=0.4),
        replace(predicted, id="other camera", confidence=0.95, unfamiliar=Unfamiliar.CAMERA),
        replace(predicted, id="flagged", confidence=0.1, flagged=True),
        replace(FIRST, id="corrected", state=CaseState.CORRECTED, confidence=0.1),
    ]
    assert most_useful_first(cases) == ["other camera", "unsure", "sure", "new"]
