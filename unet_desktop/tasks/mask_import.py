"""What an import of masks asks for, and the look at all of them that comes before the first is read."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from unet_desktop.engine.events import StopPoint
from unet_desktop.errors import ImageError, MaskError
from unet_desktop.file_names import fold
from unet_desktop.labels import LabelSet
from unet_desktop.masks.foreign import MaskPlan, look_at_masks, plan_masks
from unet_desktop.masks.mask_facts import MaskFacts
from unet_desktop.masks.mask_values import read_colour_names
from unet_desktop.masks.names import EYES, find_folder_label
from unet_desktop.masks.orientation import Placement, decide_placements, read_placement
from unet_desktop.masks.pairs import MaskFile, Pairs
from unet_desktop.masks.readings import TableReading


@dataclass(frozen=True, slots=True)
class MaskOptions:
    """What somebody said about masks, where the files do not say it themselves.

    Attributes:
        values: what numbers or colours mean, for all masks; None to find out.
        loose: a mask also belongs to the picture with whose name its own begins.
        as_stored: masks of turned photographs were drawn on them as stored, or on the upright ones; None to find out.
    """

    values: TableReading | None = None
    loose: bool = False
    as_stored: bool | None = None


FIND_OUT = MaskOptions()


def plan_import(
    pairs: Pairs, folder: Path, labels: LabelSet, options: MaskOptions
) -> Generator[StopPoint, None, MaskPlan]:
    """Look at all masks of an import and decide how they are read; see `plan_files`."""
    files: list[tuple[MaskFile, Path | None]] = []
    for picture in pairs.pictures:
        try:
            files += [(file, picture) for file in pairs.masks_of(picture)]
        except MaskError:
            continue
    return (yield from plan_files(files, folder, labels, options))


def plan_files(
    files: Sequence[tuple[MaskFile, Path | None]], folder: Path, labels: LabelSet, options: MaskOptions
) -> Generator[StopPoint, None, MaskPlan]:
    """Look at mask files and decide how they are read.

    Args:
        files: the masks, and their pictures where they are known.
        folder: in which the masks lie, and perhaps a labelmap.txt.
        labels: of the project.
        options: what somebody said.

    Yields:
        an event for each mask, so that it can be stopped.
    """
    found: list[tuple[MaskFile, MaskFacts | MaskError]] = []
    looks = look_at_masks([file.path for file, _ in files])
    for (file, _), (_, facts) in zip(files, looks, strict=True):
        found.append((file, facts))
        yield StopPoint("read")
    names, likely = read_colour_names(folder, labels), find_folder_label(folder.name, labels, initials=True)
    if likely is not None and fold(folder.name) in EYES:
        likely = None
    plan = plan_masks(found, labels, values=options.values, colour_names=names, likely=likely)
    placements: list[Placement] = []
    for (_, picture), (file, facts) in zip(files, found, strict=True):
        if picture is None or isinstance(facts, MaskError):
            continue
        placement = _placement(picture, file, facts, plan)
        if placement is not None:
            placements.append(placement)
    return replace(plan, placements=decide_placements(placements, options.as_stored))


def _placement(picture: Path, file: MaskFile, facts: MaskFacts, plan: MaskPlan) -> Placement | None:
    try:
        is_upright = facts.turned or file.path in plan.own
        return read_placement(picture, file.path, facts.size, is_upright=is_upright)
    except ImageError:  # the picture is not imported, and says why then
        return None
