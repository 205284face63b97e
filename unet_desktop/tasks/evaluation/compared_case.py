"""Comparison of two readers' masks of one picture."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from unet_desktop.engine.data.missing_cup import labels_in_cup
from unet_desktop.errors import MaskError
from unet_desktop.images.box import bounding_box
from unet_desktop.labels import LabelSet
from unet_desktop.masks.anatomy import tidy
from unet_desktop.masks.compare import compare_masks, drop_labels, mean_over_labels
from unet_desktop.masks.measure import cup_and_disc, cup_to_disc
from unet_desktop.masks.regions import Mask, is_annotated
from unet_desktop.tasks.evaluation.pairing import Pair
from unet_desktop.tasks.evaluation.reader import ReaderMask

PossibleLabels = frozenset[str] | None
"""See `ForeignMask.possible_labels`."""


@dataclass(frozen=True, slots=True)
class ComparedCase:
    """A picture that both readers annotated.

    Attributes:
        name: the picture's, as the second reader has it.
        first, second: the masks.
        metrics: see `masks.compare`.
        first_vcdr, second_vcdr: vertical cup-to-disc ratios; NaN where a mask has none.
    """

    name: str
    first: ReaderMask
    second: ReaderMask
    metrics: Mapping[str, float]
    first_vcdr: float = math.nan
    second_vcdr: float = math.nan

    @property
    def difference(self) -> float:
        """First vCDR minus second; NaN where either is."""
        return self.first_vcdr - self.second_vcdr

    @property
    def group(self) -> str:
        """The patient where a reader's project knows it, else the picture."""
        case = self.second.case or self.first.case
        return f"case:{self.name}" if case is None else case.group

    @property
    def picture(self) -> Path | None:
        """The photograph, where known."""
        return self.second.picture or self.first.picture

    def only(self, labels: frozenset[str]) -> ComparedCase:
        """Keep the metrics of these labels only, and average over them."""
        kept = {name: value for name, value in self.metrics.items() if name.partition("/")[2] in labels}
        return replace(self, metrics=kept | mean_over_labels(kept), first_vcdr=math.nan, second_vcdr=math.nan)


@dataclass(frozen=True, slots=True)
class PairResult:
    """The result of one pair: its metrics, the labels that each mask can hold, and whether one lacks its cup."""

    compared: ComparedCase
    possible_labels: tuple[PossibleLabels, PossibleLabels]
    incomplete: bool


def compare_pair(pair: Pair, labels: LabelSet, *, boundaries: bool, max_distance: bool) -> PairResult:
    """Read both masks and measure how they agree; of a cup that a project's people have not drawn yet, nothing.

    Args:
        pair: the first and the second reader's mask.
        labels: of both.
        boundaries: measure the distance between boundaries. max_distance: also the maximum (Hausdorff).

    Raises:
        MaskError: a mask cannot be read, or the two are of different sizes.
    """
    first, second = pair
    read = first.read(labels), second.read(labels)
    ours, theirs = read[0].mask, read[1].mask
    if ours.shape != theirs.shape:
        raise MaskError(
            f"{first.path} has {_size(ours)} pixels but {second.path} {_size(theirs)}. Compare masks of one size."
        )
    metrics = compare_masks(ours, theirs, labels, boundaries=boundaries, max_distance=max_distance)
    silent = (*first.unknown_labels(ours, labels), *second.unknown_labels(theirs, labels))
    metrics = drop_labels(metrics, silent, labels) if silent else metrics
    possible = (read[0].possible_labels, read[1].possible_labels)
    if first.lacks_cup(ours, labels) or second.lacks_cup(theirs, labels):
        compared = ComparedCase(second.name, first, second, drop_labels(metrics, labels_in_cup(labels), labels))
        return PairResult(compared, possible, incomplete=True)
    compared = ComparedCase(second.name, first, second, metrics, _vertical(ours, labels), _vertical(theirs, labels))
    return PairResult(compared, possible, incomplete=False)


def _vertical(mask: Mask, labels: LabelSet) -> float:
    """Measure the vCDR of the largest disc and its largest cup; NaN without a disc or with pixels not annotated."""
    if cup_and_disc(labels) is None or not is_annotated(mask).all():
        return math.nan
    box = bounding_box(mask)
    if box.empty:
        return math.nan
    found = cup_to_disc(tidy(mask[box.slices], labels, fill=False), labels)
    return math.nan if found is None else found.vertical


def _size(mask: Mask) -> str:
    return f"{mask.shape[1]} x {mask.shape[0]}"
