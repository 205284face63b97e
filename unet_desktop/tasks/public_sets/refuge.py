"""REFUGE: the challenge's own layout, and the repackaged one with Images, Masks and index.json.

Orlando et al. 2020, "REFUGE Challenge: A unified framework for evaluating automated methods for glaucoma assessment
from fundus photographs", Medical Image Analysis 59, 101570.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from unet_desktop.errors import reason_of
from unet_desktop.json_data import DataError, read
from unet_desktop.tasks.public_sets.masks import SetMask, check_size, read_table
from unet_desktop.tasks.public_sets.picture import Diagnosis, Found, Option, Part, PublicSet, SetPicture
from unet_desktop.tasks.public_sets.tables import number, read_all_facts
from unet_desktop.tasks.public_sets.tree import File, Tree, pair

_NAME = re.compile(r"[gnvt]\d{4}")
_OF_PALM = re.compile(r"[hp]\d{4}")
"""PALM, of the same makers, has such names beside N0001; its masks have no cup."""
_MASK_FOLDERS = ("disc_cup_masks", "gts", "masks", "mask")
_AS_PUBLISHED = {255: 0, 128: 1, 0: 2}
_REPACKAGED = {0: 0, 1: 1, 2: 2}
_PARTS: Mapping[str, Part] = {"g": "train", "n": "train", "v": "validation", "t": "test"}


def find(tree: Tree, chosen: Mapping[Option, str]) -> Found:
    """Find photographs g0001, n0001 (training), V0001 (validation) and T0001 (test) with their masks."""
    named = [file for file in tree.pictures() if _NAME.fullmatch(file.stem)]
    masks = [file for file in named if file.is_in(*_MASK_FOLDERS)]
    pictures = [file for file in named if not file.is_in(*_MASK_FOLDERS)]
    paired, without = pair(pictures, masks, lambda file: file.stem, _rank)
    if not paired or any(_OF_PALM.fullmatch(file.stem) for file in tree.pictures()):
        return Found()
    facts, unread = _read_tables(tree)
    return Found(
        tuple(_picture(picture, mask, facts.get(picture.stem, {})) for picture, mask in paired),
        tuple(file.path.name for file in without),
        tuple(unread),
    )


def read_mask(path: Path, image: Path) -> SetMask:
    """Read a mask: 0 cup, 128 rim, 255 background as published, or 0, 1, 2 as repackaged.

    Raises:
        MaskError: it is damaged, or holds other values.
    """
    return SetMask(check_size(read_table(path, _REPACKAGED, _AS_PUBLISHED), path, image))


def _rank(mask: File) -> int:
    return next(rank for rank, folder in enumerate(_MASK_FOLDERS) if folder in mask.folders)


def _picture(picture: File, mask: File, facts: Mapping[str, str]) -> SetPicture:
    x, y = (number(facts.get(axis)) for axis in ("x", "y"))
    return SetPicture(
        picture.path,
        partial(read_mask, mask.path, picture.path),
        _PARTS[picture.stem[0]],
        diagnosis=_diagnosis(picture, facts.get("label", "")),
        fovea=None if not x or not y else (x, y),
    )


def _diagnosis(picture: File, label: str) -> Diagnosis | None:
    if picture.stem[0] in "gn":
        return "glaucoma" if picture.stem[0] == "g" else "normal"
    return {0.0: "normal", 1.0: "glaucoma"}.get(number(label))  # type: ignore[return-value,arg-type]


def _read_tables(tree: Tree) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Read the fovea's place and the diagnosis, by the pictures' folded names."""
    tables = tree.tables("fovea_location", "glaucoma_label")
    facts, unread = read_all_facts(tables, _key_of, name="imgname", label="label", x="fovea_x", y="fovea_y")
    for file in tree.files:
        if (file.stem, file.suffix) == ("index", ".json"):
            try:
                facts |= _read_index(file.path)
            except (DataError, OSError) as error:
                unread.append(f"{file.path} was not read ({reason_of(error)}).")
    return facts, unread


def _read_index(path: Path) -> dict[str, dict[str, str]]:
    names = {"Label": "label", "Fovea_X": "x", "Fovea_Y": "y"}
    return {
        Path(str(entry.get("ImgName", ""))).stem.casefold(): {
            names[name]: str(value) for name, value in entry.items() if name in names
        }
        for entry in read(path, dict[str, dict[str, object]]).values()
    }


def _key_of(text: str) -> str | None:
    stem = Path(text).stem.casefold()
    return stem if _NAME.fullmatch(stem) else None


REFUGE = PublicSet(
    "refuge",
    "REFUGE",
    "1,200 photographs with disc and cup; glaucoma in 120",
    "for those who registered at the challenge, see its page",
    "https://refuge.grand-challenge.org",
    "photographs named g0001, n0001, V0001 or T0001, and masks of the same names in folders Disc_Cup_Masks (or gts, "
    "Masks)",
    find,
)
