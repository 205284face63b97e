"""Training on masks that say nothing of some labels, because these were added to the project after they were drawn.

In training masks, values that no label uses stand for "as this value, but of these labels nothing is known". Where a
label is inside another one that is known, nothing is unknown outside that one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

from unet_desktop.engine.data.missing_cup import unused_value
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED, Label, LabelSet
from unet_desktop.masks.regions import Mask


class UnknownLabels:
    """The values that stand for pixels of masks that say nothing of some labels.

    Attributes:
        bases: each such value, with the value that it stands for otherwise.
    """

    def __init__(self, labels: LabelSet, sets: Iterable[frozenset[int]]) -> None:
        """Choose values.

        Args:
            labels: of the masks.
            sets: values of the labels of which a mask says nothing, for each mask.
        """
        self._labels = labels
        perhaps_cup = unused_value(labels)
        values = [BACKGROUND, *(label.value for label in labels), *([] if perhaps_cup is None else [perhaps_cup])]
        free = [value for value in range(NOT_ANNOTATED - 1, BACKGROUND, -1) if value not in values]
        self.bases: dict[int, int] = {}
        self._silent: dict[int, tuple[int, ...]] = {}
        self._tables: dict[frozenset[int], Mask] = {}
        for unknown in sorted({frozenset(one) for one in sets if one}, key=sorted):
            table = self._tables[unknown] = np.arange(256, dtype=np.uint8)
            for base in values:
                silent = tuple(row for row, label in enumerate(labels) if self._is_unknown(label, base, unknown))
                if not silent:
                    continue
                # Without a free value, such a pixel says nothing of any label: little is lost, and nothing is wrong.
                table[base] = value = free.pop(0) if free else NOT_ANNOTATED
                if value != NOT_ANNOTATED:
                    self.bases[value], self._silent[value] = base, silent

    def mark(self, mask: Mask, unknown: Collection[int]) -> Mask:
        """Return an (H, W) uint8 mask of which these labels, by value, are unknown, with the values that say so."""
        table = self._tables.get(frozenset(unknown))
        return mask if table is None else np.asarray(table[mask], np.uint8)

    def extend(self, regions: NDArray[np.float32], annotated: NDArray[np.float32]) -> None:
        """Complete the tables of `loss`, (R, 256) float32 both, in place."""
        for value, base in self.bases.items():
            regions[:, value], annotated[:, value] = regions[:, base], annotated[:, base]
            annotated[list(self._silent[value]), value] = 0.0

    def _is_unknown(self, label: Label, base: int, unknown: frozenset[int]) -> bool:
        """Whether a pixel of this value leaves open if it is in the region of the label."""
        if label.value not in unknown or base in self._labels.region_values(label):
            return False
        around = self._labels.parent(label)
        while around is not None and around.value in unknown:
            around = self._labels.parent(around)
        return around is None or base in (*self._labels.region_values(around), unused_value(self._labels))


def find_unknown(mask: Mask, labels: LabelSet, not_annotated: Collection[int]) -> frozenset[int]:
    """Return the values of the labels of which an (H, W) uint8 mask says nothing.

    Args:
        mask: drawn by a person.
        labels: of the mask.
        not_annotated: `Case.not_annotated`; a label that was drawn since is known.
    """
    if not not_annotated:
        return frozenset()
    present = np.bincount(mask.ravel(), minlength=256)
    return frozenset(label.value for label in labels if label.value in not_annotated and not present[label.value])
