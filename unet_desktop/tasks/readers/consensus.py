"""Masks for the cases of a project that have none, from its readers."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import numpy as np

from unet_desktop.labels import LabelSet
from unet_desktop.masks.consensus import majority, staple
from unet_desktop.masks.regions import Mask
from unet_desktop.project.case import UNCORRECTED
from unet_desktop.project.marks import Annotations
from unet_desktop.project.project import Project
from unet_desktop.project.reader_masks import ReaderMask, reader_masks
from unet_desktop.project.trail import Act, Event, append
from unet_desktop.project.versions import VersionStep
from unet_desktop.project.workbooks import list_workbooks
from unet_desktop.tasks.events import ConsensusEvent, ItemDone


class Method(StrEnum):
    """How a mask is made of several readers' masks."""

    SINGLE = "single"  # only where one reader has drawn the case, or all have drawn the same
    MAJORITY = "majority"
    STAPLE = "staple"


LEAST_READERS = 3
"""Of a majority or STAPLE."""


def make_consensus(root: Path, method: Method) -> Iterator[ConsensusEvent]:
    """Give each case without a mask one from the readers; a mask that is there is never changed.

    Args:
        root: folder of the project, which this program must hold.
        method: of making one mask of several.

    Raises:
        ProjectError: not a project, or damaged.
    """
    project = Project.open(root)
    workbooks = list_workbooks(project.layout)
    cases = [case for case in project.cases() if not case.damage and case.state in UNCORRECTED]
    for done, case in enumerate(cases, 1):
        drawn, problem, note = list[ReaderMask](), "", ""
        for read in reader_masks(project, workbooks, case.id):
            if not isinstance(read, ReaderMask):
                problem = str(read)
            elif read.mask is not None:
                drawn.append(read)
        if not problem and drawn:
            mask, source = _combine(drawn, project.labels, method)
            if mask is None:
                note = source
            else:
                model = drawn[0].case.model if len(drawn) == 1 else ""
                project.save_mask(case.id, mask, model=model, step=VersionStep.ADJUDICATED)
                append(project.layout, Event(Act.ADJUDICATED, case.id, source=model, detail=source))
                if said := _what_is_absent(drawn):
                    project.mark(case.id, **said)
        elif not problem:
            note = "No reader has drawn it yet."
        yield ItemDone(case.id, done, len(cases), problem=problem, note=note)


def _combine(drawn: list[ReaderMask], labels: LabelSet, method: Method) -> tuple[Mask | None, str]:
    """Return the mask with where it came from, or None with why there is none."""
    masks = [read.mask for read in drawn if read.mask is not None]
    titles = ", ".join(read.title for read in drawn)
    if all(np.array_equal(mask, masks[0]) for mask in masks):
        return masks[0], f"from {titles}"
    if method is Method.SINGLE:
        return None, "Readers differ; adjudicate it."
    if len(masks) < LEAST_READERS:
        return None, "Two readers differ, and there is no majority of two; adjudicate it."
    mask = majority(masks, labels) if method is Method.MAJORITY else staple(masks, labels)
    return mask, f"{'STAPLE' if method is Method.STAPLE else 'majority'} of {titles}"


def _what_is_absent(drawn: list[ReaderMask]) -> Annotations:
    """Return what the mask does not say itself, if all readers noted it: that there is no cup, labels not annotated."""
    said: Annotations = {}
    if all(read.case.no_cup for read in drawn):
        said["no_cup"] = True
    if silent := set[int].intersection(*(set(read.case.not_annotated) for read in drawn)):
        said["not_annotated"] = tuple(sorted(silent))
    return said
