"""Sides: the two readers to compare, given as folders, projects or a single project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from unet_desktop.errors import LabelError, UserError
from unet_desktop.labels import DISC_AND_CUP, LabelSet
from unet_desktop.project.layout import Layout
from unet_desktop.project.reader import ProjectReader
from unet_desktop.tasks.evaluation.reader import (
    Reader,
    accepted_masks,
    bias_remarks,
    folder_reader,
    keep_validation_set,
    predictions,
    with_distinct_titles,
)


@dataclass(frozen=True, slots=True)
class Sides:
    """Two readers.

    Attributes:
        first, second: the readers.
        labels: of both.
        all_expected: whether each of the second reader's masks should have a counterpart; not so for a project's masks.
        remarks: what a reader of the metrics must know, a sentence each.
    """

    first: Reader
    second: Reader
    labels: LabelSet
    all_expected: bool = True
    remarks: tuple[str, ...] = ()


def find_sides(
    first: Path | None,
    second: Path | None,
    root: Path | None,
    wanted: LabelSet | None,
    *,
    validation_only: bool = False,
) -> Sides:
    """Find the two readers.

    Args:
        first, second: folders of masks, or projects, of which the accepted masks are taken.
        root: a project. It is the second reader if no second is given, and its predictions are the first if no first is
            given either.
        wanted: the labels; None for those of the projects, or disc and cup.
        validation_only: compare only validation cases of the second reader's project.

    Raises:
        UserError: a reader is missing, labels differ, or there are no masks.
    """
    if first is None and root is None:
        raise UserError("There is nothing to compare. Give two folders of masks, or a project.")
    if second is None and root is None:
        raise UserError("The first masks have nothing to be compared with. Give a second folder, or a project.")
    project = None if root is None else ProjectReader.open(root)
    opened = [_project_at(path) for path in (first, second)]
    labels = _labels(wanted, [one for one in (project, *opened) if one is not None])
    if first is None and project is not None:
        sides = against_predictions(project)
    else:
        owner = project if second is None else opened[1]
        sides = replace(_name_sides(first, second, opened[0], owner, labels), labels=labels)
    return validation_cases(sides, project or opened[1]) if validation_only else sides


def against_predictions(project: ProjectReader) -> Sides:
    """Compare a project's predictions with its accepted masks.

    Raises:
        MaskError: it lacks either.
    """
    ours, theirs = predictions(project), accepted_masks(project)
    predicted = {mask.name for mask in ours.masks}
    cases = [mask.case for mask in theirs.masks if mask.case is not None and mask.name in predicted]
    return Sides(ours, theirs, project.labels, all_expected=False, remarks=tuple(bias_remarks(project, cases)))


def validation_cases(sides: Sides, project: ProjectReader | None) -> Sides:
    """Keep only the validation cases.

    Raises:
        UserError: the second reader is not a project, nothing was split, or there is no mask of such a case.
    """
    if project is None or sides.second.masks[0].case is None:
        raise UserError("Only a project knows which cases are for validation. Compare with a project.")
    second = keep_validation_set(project, sides.second)
    kept = {mask.name for mask in second.masks}
    first = sides.first
    if first.masks[0].case is not None:  # otherwise each other case would be reported as unpaired
        first = replace(first, masks=tuple(mask for mask in first.masks if mask.name in kept))
        if not first.masks:
            raise UserError(f"{sides.first.title} has nothing for the validation cases. Predict them first.")
    cases = [mask.case for mask in second.masks if mask.case is not None]
    remarks = tuple(bias_remarks(project, cases)) if sides.remarks else ()
    return replace(sides, first=first, second=second, remarks=remarks)


def _name_sides(
    first: Path | None, second: Path | None, ours: ProjectReader | None, theirs: ProjectReader | None, labels: LabelSet
) -> Sides:
    assert first is not None
    one = folder_reader(first, labels=labels) if ours is None else accepted_masks(ours)
    if second is None or theirs is not None:
        assert theirs is not None
        return Sides(
            *with_distinct_titles(one, accepted_masks(theirs), (first, theirs.root)), theirs.labels, all_expected=False
        )
    return Sides(*with_distinct_titles(one, folder_reader(second, labels=labels), (first, second)), DISC_AND_CUP)


def _project_at(path: Path | None) -> ProjectReader | None:
    return ProjectReader.open(path) if path is not None and Layout(path).manifest.is_file() else None


def _labels(wanted: LabelSet | None, projects: Sequence[ProjectReader]) -> LabelSet:
    """The common labels.

    Raises:
        LabelError: they differ.
    """
    found = wanted
    for project in projects:
        if found is not None and not found.same_structures(project.labels):
            other = "the given ones" if wanted is not None else f"those of {projects[0].root}"
            changes = project.labels.contrast(found)
            raise LabelError(
                f"The labels of {project.root} differ from {other} ({changes}). Compare masks of the same labels."
            )
        found = project.labels
    return found or DISC_AND_CUP
