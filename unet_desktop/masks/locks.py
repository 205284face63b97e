"""Locks: labels whose regions nothing may change, with any tool or command."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.patch import Patch
from unet_desktop.masks.regions import Mask

_UNDECIDED = -1


@dataclass(frozen=True)
class Locks:
    """No pixel enters or leaves the region of a locked label.

    So a cup can be painted in a locked disc, and erasing a disc leaves its locked cup. A pixel that must not become
    what was asked becomes the nearest label around that which it may: in a mask with a locked cup, an accepted
    proposal's cup is disc.

    Attributes:
        labels: of the masks.
        locked: pixel values of the locked labels, at least one.
    """

    labels: LabelSet
    locked: frozenset[int]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the locked labels, in order."""
        return tuple(label.name for label in self.labels if label.value in self.locked)

    @cached_property
    def outcomes(self) -> Mask:
        """(256, 256) uint8: what a pixel of the first value becomes when it is given the second one."""
        groups = self._groups()
        found = np.full((groups.max() + 1, 256), _UNDECIDED, np.int16)
        for value in range(256):
            for becomes in self._chain(value):
                row = groups[becomes]
                if found[row, value] == _UNDECIDED:
                    found[row, value] = becomes
        asked = found[groups]
        itself = np.arange(256, dtype=np.int16)[:, np.newaxis]
        return np.where(asked == _UNDECIDED, itself, asked).astype(np.uint8)

    def restrict_table(self, table: Mask) -> Mask:
        """Return a table of `paint_tables`, (256,) uint8, without what is not allowed."""
        result: Mask = self.outcomes[np.arange(256), table]
        return result

    def restrict(self, before: Mask, after: Mask) -> Mask:
        """Return what (h, w) uint8 pixels become that are asked to become others."""
        result: Mask = self.outcomes[before, after]
        return result

    def restrict_patch(self, patch: Patch) -> Patch:
        """Return a patch without what is not allowed; the same object if all of it is allowed."""
        after = self.restrict(patch.before, patch.after)
        return patch if np.array_equal(after, patch.after) else replace(patch, after=after)

    def _groups(self) -> NDArray[np.intp]:
        """(256,): the number of the set of locked regions that each pixel value is in."""
        numbers: dict[tuple[bool, ...], int] = {}
        regions = [self.labels.region_values(label) for label in self.labels if label.value in self.locked]
        groups = np.zeros(256, np.intp)
        for value in range(256):
            inside = tuple(value in region for region in regions)
            groups[value] = numbers.setdefault(inside, len(numbers))
        return groups

    def _chain(self, value: int) -> list[int]:
        """A value, and the values of the labels around it."""
        chain, label = [value], self.labels.by_value(value)
        while label is not None and (label := self.labels.parent(label)) is not None:
            chain.append(label.value)
        return chain


def locks_of(labels: LabelSet | None, locked: Collection[int]) -> Locks | None:
    """Return the locks of these pixel values; None if no label has one of them."""
    values = frozenset() if labels is None else frozenset(locked) & {label.value for label in labels}
    return Locks(labels, values) if labels is not None and values else None


def is_locked(locks: Locks | None, label: Label | None) -> bool:
    """Whether a label is locked."""
    return locks is not None and label is not None and label.value in locks.locked
