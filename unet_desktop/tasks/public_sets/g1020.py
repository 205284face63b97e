"""G1020: labelme files beside the photographs, or masks.

Bajwa et al. 2020, "G1020: A benchmark retinal fundus image dataset for computer-aided glaucoma detection", IJCNN.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from unet_desktop.errors import MaskError
from unet_desktop.formats.compose import compose_mask
from unet_desktop.formats.labelme import look_at_labelme, read_labelme
from unet_desktop.images.read import read_size
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.tasks.public_sets.masks import CUP, DISC, SetMask, check_size, read_table
from unet_desktop.tasks.public_sets.picture import Diagnosis, Found, Option, PublicSet, SetPicture
from unet_desktop.tasks.public_sets.tables import number, read_all_facts
from unet_desktop.tasks.public_sets.tree import File, Tree, pair

_NAME = re.compile(r"image_\d{1,4}")
_MASK_FOLDERS = ("masks", "mask")
_VALUES = {0: 0, 1: 1, 2: 2}
_LABELS = {"disc": DISC, "od": DISC, "optic disc": DISC, "cup": CUP, "oc": CUP, "optic cup": CUP}


def find(tree: Tree, chosen: Mapping[Option, str]) -> Found:
    """Find photographs image_0 with a labelme file, or else a mask in Masks."""
    named = [file for file in tree.files if _NAME.fullmatch(file.stem)]
    masks = [file for file in named if file.suffix == ".json" or (file.is_in(*_MASK_FOLDERS) and file.is_picture)]
    pictures = [file for file in tree.pictures() if _NAME.fullmatch(file.stem) and not file.is_in(*_MASK_FOLDERS)]
    paired, without = pair(pictures, masks, lambda file: file.stem, lambda mask: mask.suffix != ".json")
    if not paired:
        return Found()
    facts, unread = read_all_facts(tree.tables("g1020"), _key_of, name="imageid", label="binarylabels")
    return Found(
        tuple(_picture(picture, mask, facts.get(picture.stem, {})) for picture, mask in paired),
        tuple(file.path.name for file in without),
        tuple(unread),
    )


def read_mask(path: Path, image: Path) -> SetMask:
    """Read a labelme file's disc and cup, or a mask of 0, 1, 2. In 230 of the photographs no cup could be drawn.

    Raises:
        MaskError: it is damaged, or names neither.
    """
    if path.suffix.lower() != ".json":
        return SetMask(check_size(read_table(path, _VALUES), path, image))
    try:
        (entry,) = look_at_labelme(path)
        values = {name: _LABELS.get(name.strip().casefold().replace("_", " ")) for name in entry.labels}
        if DISC not in values.values():
            raise MaskError(f"it draws no disc, only {', '.join(sorted(entry.labels)) or 'nothing'}")
        return SetMask(compose_mask([read_labelme(entry)], values, DISC_AND_CUP, read_size(image)).mask)
    except MaskError as error:
        raise MaskError(f"The mask {path} was not read: {error}.") from error


def _picture(picture: File, mask: File, facts: Mapping[str, str]) -> SetPicture:
    diagnoses: Mapping[float | None, Diagnosis] = {0.0: "normal", 1.0: "glaucoma"}
    return SetPicture(
        picture.path,
        partial(read_mask, mask.path, picture.path),
        diagnosis=diagnoses.get(number(facts.get("label"))),
    )


def _key_of(text: str) -> str | None:
    stem = Path(text).stem.casefold()
    return stem if _NAME.fullmatch(stem) else None


G1020 = PublicSet(
    "g1020",
    "G1020",
    "1,020 photographs with disc, 790 of them with cup; glaucoma in 296",
    "not stated with the data; see the paper",
    "https://arxiv.org/abs/2006.09158",
    "Images/image_0.jpg with labelme files image_0.json beside them or masks of the same names in Masks",
    find,
)
