"""ORIGA(-light): MATLAB files as first published, and the repackaged layout with Masks.

Zhang et al. 2010, "ORIGA-light: An online retinal fundus image database for glaucoma analysis and research", EMBC,
pp. 3065-3068.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from unet_desktop.errors import MaskError
from unet_desktop.formats.matlab import read_matrix
from unet_desktop.images.laterality import Eye
from unet_desktop.tasks.public_sets.masks import SetMask, check_size, read_table, translate
from unet_desktop.tasks.public_sets.picture import Diagnosis, Found, Option, Part, PublicSet, SetPicture
from unet_desktop.tasks.public_sets.tables import number, read_all_facts
from unet_desktop.tasks.public_sets.tree import File, Tree, pair

_NAME = re.compile(r"\d{3}")
_MASK_FOLDERS = ("masks", "semi-automatic-annotations", "mask", "manual marking", "manualmarking")
_VALUES = {0: 0, 1: 1, 2: 2}
_PARTS: Mapping[str, Part] = {"a": "train", "b": "test"}
_EYES = {"od": Eye.RIGHT, "os": Eye.LEFT}


def find(tree: Tree, chosen: Mapping[Option, str]) -> Found:
    """Find photographs 001 to 650 with a mask in Masks, or else a MATLAB file."""
    # Three digits are a name that photographs of others have, too.
    has_list = any(file.stem in {"origalist", "origa_info"} for file in tree.files)
    named = [file for file in tree.files if _NAME.fullmatch(file.stem) and (has_list or file.is_below("origa"))]
    masks = [file for file in named if file.is_in(*_MASK_FOLDERS) and (file.is_picture or file.suffix == ".mat")]
    pictures = [file for file in named if file.is_picture and file.is_whole and not file.is_in(*_MASK_FOLDERS)]
    paired, without = pair(pictures, masks, lambda file: file.stem, lambda mask: mask.suffix == ".mat")
    if not paired:
        return Found()
    facts, unread = read_all_facts(
        tree.tables("origalist"), _key_of, name="filename", eye="^eye$", part="^set$", label="^glaucoma$"
    )
    return Found(
        tuple(_picture(picture, mask, facts.get(picture.stem, {})) for picture, mask in paired),
        tuple(file.path.name for file in without),
        tuple(unread),
    )


def read_mask(path: Path, image: Path) -> SetMask:
    """Read a mask of 0 background, 1 rim, 2 cup.

    Raises:
        MaskError: it is damaged, or holds other values.
    """
    if path.suffix.lower() != ".mat":
        return SetMask(check_size(read_table(path, _VALUES), path, image))
    try:
        values = read_matrix(path, "mask")
    except MaskError as error:
        raise MaskError(f"The mask {path} was not read: {error}.") from error
    return SetMask(check_size(translate(values, path, _VALUES), path, image))


def _picture(picture: File, mask: File, facts: Mapping[str, str]) -> SetPicture:
    diagnoses: Mapping[float | None, Diagnosis] = {0.0: "normal", 1.0: "glaucoma"}
    return SetPicture(
        picture.path,
        partial(read_mask, mask.path, picture.path),
        _PARTS.get(facts.get("part", "").casefold()),
        eye=_EYES.get(facts.get("eye", "").casefold()),
        diagnosis=diagnoses.get(number(facts.get("label"))),
    )


def _key_of(text: str) -> str | None:
    stem = Path(text).stem.casefold()
    return stem if _NAME.fullmatch(stem) else None


ORIGA = PublicSet(
    "origa",
    "ORIGA",
    "650 photographs with disc and cup; glaucoma in 168",
    "for research, on request; no licence is stated with the repackaged copies",
    "https://doi.org/10.1109/IEMBS.2010.5626137",
    "photographs named 001 to 650, and masks of the same names in Masks (PNG) or Semi-automatic-annotations (MATLAB), "
    "with OrigaList.csv beside them or below a folder named ORIGA",
    find,
)
