"""Drishti-GS1: soft maps of four experts; a pixel is labelled where three of them marked it.

Sivaswamy et al. 2014, "Drishti-GS: retinal image dataset for optic nerve head segmentation", ISBI, pp. 53-56.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from unet_desktop.errors import MaskError
from unet_desktop.images.read import read_size
from unet_desktop.masks.foreign import read_soft_map
from unet_desktop.tasks.public_sets.masks import SetMask, join_regions
from unet_desktop.tasks.public_sets.picture import Diagnosis, Found, Option, PublicSet, SetPicture
from unet_desktop.tasks.public_sets.tables import read_all_facts
from unet_desktop.tasks.public_sets.tree import File, Tree, part_of

THREE_OF_FOUR_EXPERTS = 191
"""Soft map level of pixels that at least 3 of 4 experts marked (0, 64, 128, 191, 255 stand for 0 to 4)."""
_MAP = re.compile(r"(?P<name>.+)_(?P<kind>od|cup)segsoftmap")
_NAME = re.compile(r"drishtigs_\d+")


def find(tree: Tree, chosen: Mapping[Option, str]) -> Found:
    """Find the photographs below Images whose two soft maps are there."""
    maps: dict[tuple[str, str, str], Path] = {}
    for file in tree.pictures():
        if file.is_in("softmap") and (named := _MAP.fullmatch(file.stem)):
            maps[part_of(file) or "", named["name"], named["kind"]] = file.path
    if not maps:
        return Found()
    tables = tree.tables("diagnosis")
    facts, unread = read_all_facts(tables, _key_of, name="drishti-gs file", patient="patient", diagnosis="^total$")
    pictures, without = [], []
    for file in tree.pictures():
        if not file.is_in("images"):
            continue
        disc, cup = (maps.get((part_of(file) or "", file.stem, kind)) for kind in ("od", "cup"))
        if disc is None or cup is None:
            without.append(file.path.name)
        else:
            pictures.append(_picture(file, disc, cup, facts.get(file.stem, {})))
    return Found(tuple(pictures), tuple(without), tuple(unread))


def read_mask(disc: Path, cup: Path, image: Path) -> SetMask:
    """Read the mask of pixels that at least 3 of 4 experts marked.

    Raises:
        MaskError: a soft map cannot be read, or its size differs from the photograph's.
    """
    maps = [read_soft_map(path) for path in (disc, cup)]
    height, width = read_size(image)
    for path, levels in zip((disc, cup), maps, strict=True):
        if levels.shape != (height, width):
            raise MaskError(
                f"The soft map {path} has {levels.shape[1]} x {levels.shape[0]} pixels, but its photograph has "
                f"{width} x {height}. Restore the matching files."
            )
    return join_regions(*(levels >= THREE_OF_FOUR_EXPERTS for levels in maps))


def _picture(file: File, disc: Path, cup: Path, facts: Mapping[str, str]) -> SetPicture:
    part = part_of(file)
    diagnosis: Diagnosis | None = None
    if said := facts.get("diagnosis", "").casefold():
        diagnosis = "glaucoma" if said.startswith("glaucoma") else "normal" if said.startswith("normal") else None
    elif file.folders[-1] in {"glaucoma", "normal"}:
        diagnosis = "glaucoma" if file.folders[-1] == "glaucoma" else "normal"
    return SetPicture(
        file.path,
        partial(read_mask, disc, cup, file.path),
        "test" if part == "test" else "train" if part == "train" else None,
        patient=facts.get("patient", ""),
        diagnosis=diagnosis,
    )


def _key_of(text: str) -> str | None:
    found = _NAME.match(text.casefold())  # the published table ends names with a quotation mark
    return None if found is None else found[0]


DRISHTI = PublicSet(
    "drishti",
    "Drishti-GS1",
    "101 photographs with soft maps of four experts; a pixel counts where 3 of 4 marked it",
    "for research, citing the authors",
    "https://cvit.iiit.ac.in/projects/mip/drishti-gs/mip-dataset2/Home.php",
    "Images with GT/<name>/SoftMap/<name>_ODsegSoftmap.png and _cupsegSoftmap.png beside them",
    find,
)
