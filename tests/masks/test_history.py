from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from unet_desktop.masks.history import History
from unet_desktop.masks.patch import Patch, patch_between

SHAPE = (6, 7)


class HistoryAgainstSnapshots(RuleBasedStateMachine):
    """The mask after any steps equals the snapshot that a full-copy history would show."""

    def __init__(self) -> None:
        super().__init__()
        self.history = History()
        self.mask = np.zeros(SHAPE, np.uint8)
        self.snapshots = [self.mask.copy()]
        self.at = 0

    @rule(top=st.integers(0, 5), left=st.integers(0, 6), value=st.integers(0, 3), side=st.integers(1, 4))
    def paint(self, top, left, value, side):
        after = self.mask.copy()
        after[top : top + side, left : left + side] = value
        patch = patch_between(f"paint {value}", self.mask, after)
        if patch is None:
            return
        patch.apply(self.mask)
        self.history.push(patch)
        self.snapshots = [*self.snapshots[: self.at + 1], self.mask.copy()]
        self.at += 1

    @rule()
    def undo(self):
        patch = self.history.undo()
        assert (patch is None) == (self.at == 0)
        if patch is not None:
            patch.apply(self.mask)
            self.at -= 1

    @rule()
    def redo(self):
        patch = self.history.redo()
        assert (patch is None) == (self.at == len(self.snapshots) - 1)
        if patch is not None:
            patch.apply(self.mask)
            self.at += 1

    @precondition(lambda self: self.at > 0)
    @rule()
    def undo_all(self):
        while (patch := self.history.undo()) is not None:
            patch.apply(self.mask)
        self.at = 0

    @invariant()
    def the_mask_is_the_snapshot(self):
        np.testing.assert_array_equal(self.mask, self.snapshots[self.at])
        assert self.history.can_undo == (self.at > 0)
        assert self.history.can_redo == (self.at < len(self.snapshots) - 1)
        assert len(self.history.names) == self.at
        assert len(self.history.undone_names) == len(self.snapshots) - 1 - self.at


TestHistoryAgainstSnapshots = HistoryAgainstSnapshots.TestCase


def patch_of(size, name="edit"):
    return Patch(name, 0, 0, np.zeros((1, size), np.uint8), np.ones((1, size), np.uint8))


@given(st.lists(st.integers(1, 60), min_size=1), st.integers(1, 200))
def test_the_budget_is_kept_and_the_newest_never_goes(sizes, budget):
    history = History(budget)
    for index, size in enumerate(sizes):
        history.push(patch_of(size, str(index)))
        assert history.size <= budget or history.names == (str(index),)
        assert history.names[-1] == str(index)
    kept = len(history.names)
    assert history.names == tuple(str(index) for index in range(len(sizes) - kept, len(sizes)))
    if kept < len(sizes):
        assert 2 * sum(sizes[-kept - 1 :]) > budget


def test_pushing_forgets_what_was_undone():
    history = History()
    for name in ("one", "two"):
        history.push(patch_of(3, name))
    history.undo()
    assert history.undone_names == ("two",)
    history.push(patch_of(3, "three"))
    assert (history.names, history.undone_names, history.redo()) == (("one", "three"), (), None)


def test_names_stand_in_the_order_of_use():
    history = History()
    for name in ("one", "two", "three"):
        history.push(patch_of(3, name))
    history.undo()
    history.undo()
    assert history.names == ("one",)
    assert history.undone_names == ("two", "three")
    assert history.redo().name == "two"
    assert history.size == 18
