"""RIM-ONE DL: two partitions of the same photographs, and a mask for each structure.

Fumero Batista et al. 2020, "RIM-ONE DL: A unified retinal image database for assessing glaucoma using deep learning",
Image Analysis & Stereology 39, pp. 161-167.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import cast

from unet_desktop.tasks.public_sets.masks import SetMask, check_size, read_disc_and_cup
from unet_desktop.tasks.public_sets.picture import Diagnosis, Found, Option, Part, PublicSet, SetPicture
from unet_desktop.tasks.public_sets.tree import File, Tree, part_of

_NAME = re.compile(r"r[123]_im\d{3}")
_MASK = re.compile(r"(?P<name>r[123]_im\d{3})(-\d+)?[-_](?P<kind>disc|cup)(-t)?")
_BY_HOSPITAL, _RANDOMLY = "by_hospital", "randomly"


def find(tree: Tree, chosen: Mapping[Option, str]) -> Found:
    """Find photographs r1_Im001 of the chosen partition, and r1_Im001-1-Disc-T.png, r1_Im001-1-Cup-T.png."""
    masks: dict[tuple[str, str], Path] = {}
    pictures: dict[str, File] = {}
    unwanted = f"partitioned_{_RANDOMLY if chosen[Option.PARTITION] == _BY_HOSPITAL else _BY_HOSPITAL}"
    for file in tree.pictures():
        if named := _MASK.fullmatch(file.stem):
            masks.setdefault((named["name"], named["kind"]), file.path)
        elif _NAME.fullmatch(file.stem) and not file.is_in(unwanted):
            pictures.setdefault(file.stem, file)
    paired = [file for file in pictures.values() if (file.stem, "disc") in masks]
    return Found(
        tuple(_picture(file, masks[file.stem, "disc"], masks.get((file.stem, "cup"))) for file in paired),
        tuple(file.path.name for file in pictures.values() if (file.stem, "disc") not in masks) if paired else (),
    )


def read_mask(disc: Path, cup: Path | None, image: Path) -> SetMask:
    """Read the masks of disc and cup together.

    Raises:
        MaskError: one is damaged, or of another size.
    """
    found = read_disc_and_cup(disc, cup)
    check_size(found.mask, disc, image)
    return found


def _picture(file: File, disc: Path, cup: Path | None) -> SetPicture:
    diagnosis = next((folder for folder in reversed(file.folders) if folder in {"glaucoma", "normal"}), None)
    part = part_of(file)
    return SetPicture(
        file.path,
        partial(read_mask, disc, cup, file.path),
        cast("Part | None", part),
        diagnosis=cast("Diagnosis | None", diagnosis),
    )


RIM_ONE = PublicSet(
    "rim-one-dl",
    "RIM-ONE DL",
    "485 crops around the disc with disc and cup; glaucoma in 172",
    "for research and education only, free of charge; no copies, no redistribution, no commercial use",
    "https://github.com/miag-ull/rim-one-dl",
    "photographs named r1_Im001 in partitioned_by_hospital or partitioned_randomly, and masks named "
    "r1_Im001-1-Disc-T.png and r1_Im001-1-Cup-T.png, as in RIM-ONE_DL_reference_segmentations",
    find,
    {Option.PARTITION: (_BY_HOSPITAL, _RANDOMLY)},
)
