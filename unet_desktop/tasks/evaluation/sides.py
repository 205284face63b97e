"""Sides: who is compared with whom, from what a person named: folders, projects, or one project alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from unet_desktop.errors import LabelError, UserError
from unet_desktop.labels import DISC_AND_CUP, LabelSet
from unet_desktop.project.layout import Layout
from unet_desktop.project.project import Project
from unet_desktop.tasks.evaluation.reader import (
    Reader,
    accepted_masks,
    bias_remarks,
    folder_reader,
    held_out_only,
    predictions,
    with_distinct_titles,
)


@dataclass(frozen=True, slots=True)
class Sides:
    """Two readers.

    Attributes:
        first, second: the readers.
        labels: of both.
        whole: is each mask of the second supposed to have a counterpart? Of a project's many masks it is not.
        remarks: what a reader of the metrics must know, a sentence each.
    """

    first: Reader
    second: Reader
    labels: LabelSet
    whole: bool = True
    remarks: tuple[str, ...] = ()


def resolve_sides(
    first: Path | None, second: Path | None, root: Path | None, wanted: LabelSet | None, *, held_out: bool = False
) -> Sides:
    """The two readers that these stand for.

    Args:
        first, second: folders of masks, or of projects, which stand for their accepted masks.
        root: a project. It is the second reader where no second is given, and its predictions are the first where
            no first is given either.
        wanted: the labels, or None for those of the projects, or disc and cup.
        held_out: of the second reader's project only validation cases.

    Raises:
        UserError: too little was named, labels differ, or there are no masks.
    """
    if first is None and root is None:
        raise UserError("Say what to compare: two folders of masks, or --project for its predictions and masks.")
    if second is None and root is None:
        raise UserError("Give a second folder, or the project whose masks the first is compared with: --project.")
    project = None if root is None else Project.open(root)
    opened = [_project_at(path) for path in (first, second)]
    labels = _labels(wanted, [one for one in (project, *opened) if one is not None])
    if first is None and project is not None:
        sides = against_predictions(project)
    else:
        judged = project if second is None else opened[1]
        sides = replace(_named(first, second, opened[0], judged), labels=labels)
    return validation_cases(sides, project or opened[1]) if held_out else sides


def against_predictions(project: Project) -> Sides:
    """A project's predictions and its accepted masks.

    Raises:
        MaskError: it lacks either.
    """
    ours, theirs = predictions(project), accepted_masks(project)
    predicted = {mask.name for mask in ours.masks}
    cases = [mask.case for mask in theirs.masks if mask.case is not None and mask.name in predicted]
    return Sides(ours, theirs, project.labels, whole=False, remarks=tuple(bias_remarks(project, cases)))


def validation_cases(sides: Sides, project: Project | None) -> Sides:
    """The same of validation cases alone.

    Raises:
        UserError: the second reader is no project, nothing was split, or there is no mask of such a case.
    """
    if project is None or sides.second.masks[0].case is None:
        raise UserError("Only a project knows its validation cases: name one as the second, or with --project.")
    second = held_out_only(project, sides.second)
    kept = {mask.name for mask in second.masks}
    first = sides.first
    if first.masks[0].case is not None:  # or each other case would be told to have no counterpart
        first = replace(first, masks=tuple(mask for mask in first.masks if mask.name in kept))
        if not first.masks:
            raise UserError(f"{sides.first.title} has nothing for the validation cases. Predict them first.")
    cases = [mask.case for mask in second.masks if mask.case is not None]
    remarks = tuple(bias_remarks(project, cases)) if sides.remarks else ()
    return replace(sides, first=first, second=second, remarks=remarks)


def _named(first: Path | None, second: Path | None, ours: Project | None, theirs: Project | None) -> Sides:
    assert first is not None
    one = folder_reader(first) if ours is None else accepted_masks(ours)
    if second is None or theirs is not None:
        assert theirs is not None
        return Sides(
            *with_distinct_titles(one, accepted_masks(theirs), (first, theirs.root)), theirs.labels, whole=False
        )
    return Sides(*with_distinct_titles(one, folder_reader(second), (first, second)), DISC_AND_CUP)


def _project_at(path: Path | None) -> Project | None:
    return Project.open(path) if path is not None and Layout(path).manifest.is_file() else None


def _labels(wanted: LabelSet | None, projects: Sequence[Project]) -> LabelSet:
    """The labels of all of them.

    Raises:
        LabelError: they differ.
    """
    found = wanted
    for project in projects:
        if found is not None and found != project.labels:
            other = "--labels gives" if wanted is not None else f"{projects[0].root} has"
            raise LabelError(f"The project {project.root} has other labels than {other}. Compare masks of one kind.")
        found = project.labels
    return found or DISC_AND_CUP
