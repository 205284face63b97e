"""Preview of a comparison: how the masks of another reader's folder would be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from unet_desktop.engine.events import StopPoint
from unet_desktop.errors import MaskError, UserError
from unet_desktop.masks.foreign import MaskPlan
from unet_desktop.masks.overlay import draw_thumbnail
from unet_desktop.tasks.evaluation.pairing import Pair, pair_masks
from unet_desktop.tasks.evaluation.sides import find_sides
from unet_desktop.tasks.import_preview import LONGEST, ImportPreview, MaskPreview
from unet_desktop.tasks.mask_import import plan_files
from unet_desktop.tasks.mask_options import FIND_OUT, MaskOptions


def preview_comparison(
    root: Path, masks: Path, *, validation_only: bool = False, options: MaskOptions = FIND_OUT
) -> Iterator[StopPoint | ImportPreview]:
    """Pair a project's masks with those of a folder, look at all of the folder's masks and read the first.

    Args:
        root: the project's folder.
        masks: the folder of the other reader, or another project, whose masks need no preview.
        validation_only: compare validation cases only.
        options: what somebody said about the masks.

    Yields:
        an event for each mask, so that it can be stopped; the preview is the last.

    Raises:
        UserError: there are no masks, or none has the name of a case.
    """
    sides = find_sides(masks, None, root, None, validation_only=validation_only)
    first, second, labels = sides.first, sides.second, sides.labels
    strict, wide = pair_masks(first, second), pair_masks(first, second, loose=True)
    pairing = wide if options.loose else strict
    sure = {pair[1].name for pair in strict.pairs}
    loose = tuple((pair[0].path.name, pair[1].name) for pair in wide.pairs if pair[1].name not in sure)
    if not wide.pairs:
        raise MaskError(f"No mask of {first.title} has the name of one in {second.title}. Choose matching masks.")
    files = [(file, theirs.picture) for mine, theirs in pairing.pairs for file in mine.mask_files]
    plan = yield from plan_files(files, masks, labels, options)
    yield ImportPreview(
        len(second.masks),
        tuple(mask.name for mask in pairing.second_unpaired),
        _preview(pairing.pairs[0], plan) if pairing.pairs else None,
        plan.sentences,
        plan.question,
        plan.keys,
        loose=loose,
        doubtful=len(plan.placements.doubtful),
    )


def _preview(pair: Pair, plan: MaskPlan) -> MaskPreview:
    mine, theirs = pair
    name = f"{' and '.join(file.path.name for file in mine.mask_files)} for {theirs.name}"
    picture = theirs.picture
    if picture is None:
        return MaskPreview(name)
    try:
        foreign = plan.read_for(picture, mine.mask_files)
        return MaskPreview(name, pixels=draw_thumbnail(picture, foreign.mask, plan.labels, LONGEST))
    except UserError as error:
        return MaskPreview(name, problem=str(error))
