"""Where readers differ most: all cases of a project with masks of two readers or more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from unet_desktop.errors import ProjectError
from unet_desktop.images.box import bounding_box
from unet_desktop.labels import LabelSet
from unet_desktop.masks.compare import dice
from unet_desktop.masks.measure import vertical_ratio
from unet_desktop.masks.regions import Mask, region
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.reader_masks import ReaderMask, reader_masks
from unet_desktop.project.workbooks import list_workbooks
from unet_desktop.tasks.events import CaseDisagreement, DisagreementEvent, ItemDone, ReadersCompared


def find_disagreements(root: Path) -> Iterator[DisagreementEvent]:
    """Compare the readers' masks of each case; the last event lists the cases, those that differ most first.

    Raises:
        ProjectError: not a project, or no case has masks of two readers.
    """
    project = ProjectReader.open(root)
    workbooks = list_workbooks(project.layout)
    cases = [case for case in project.cases() if not case.damage]
    found, problems = [], dict[str, None]()
    for done, case in enumerate(cases, 1):
        drawn, problem = [], ""
        for read in reader_masks(project, workbooks, case.id):
            if isinstance(read, ReaderMask):
                drawn += [] if read.mask is None else [read.mask]
            else:
                problem = str(read)
                problems[problem] = None
        if len(drawn) > 1:
            found.append(compare_readers(case.id, drawn, project.labels))
        yield ItemDone(case.id, done, len(cases), problem=problem)
    if not found:
        reason = next(iter(problems), "No case has been read by two readers yet.")
        raise ProjectError(reason)
    yield ReadersCompared(tuple(sorted(found, key=lambda one: (one.dice, -(one.ratio_range or 0.0)))))


def compare_readers(name: str, masks: Sequence[Mask], labels: LabelSet) -> CaseDisagreement:
    """Compare at least two readers' masks, (H, W) uint8, of one case."""
    return CaseDisagreement(name, len(masks), least_dice(masks, labels), _ratio_range(masks, labels))


def least_dice(masks: Sequence[Mask], labels: LabelSet) -> float:
    """Return the Dice, mean over the labels, of the two masks that agree least; a label that both lack counts 1."""
    box = bounding_box(np.logical_or.reduce([mask != 0 for mask in masks]))
    if box.empty:
        return 1.0
    parts = [np.ascontiguousarray(mask[box.slices]) for mask in masks]
    planes = [[region(part, labels, label) for label in labels] for part in parts]
    return min(
        float(np.mean([dice(one, other) for one, other in zip(first, second, strict=True)]))
        for first, second in combinations(planes, 2)
    )


def _ratio_range(masks: Sequence[Mask], labels: LabelSet) -> float | None:
    ratios = [ratio for mask in masks if (ratio := vertical_ratio(mask, labels)) is not None]
    return max(ratios) - min(ratios) if len(ratios) > 1 else None
