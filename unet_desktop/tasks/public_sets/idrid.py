"""IDRiD: the optic discs of its part A, segmentation.

Porwal et al. 2018, "Indian Diabetic Retinopathy Image Dataset (IDRiD)", Data 3(3), 25.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import cast

from unet_desktop.tasks.public_sets.masks import SetMask, check_size, read_disc_and_cup
from unet_desktop.tasks.public_sets.picture import Found, Option, Part, PublicSet, SetPicture
from unet_desktop.tasks.public_sets.tree import Tree, pair, part_of

_NAME = re.compile(r"(idrid_\d{2})(_od)?")
_OTHER_PARTS = ("disease grading", "localization")
"""Their photographs have names of three digits, and are other ones."""


def find(tree: Tree, chosen: Mapping[Option, str]) -> Found:
    """Find photographs IDRiD_01 with IDRiD_01_OD.tif."""
    named = [file for file in tree.pictures() if _NAME.fullmatch(file.stem) and not file.is_below(*_OTHER_PARTS)]
    masks = [file for file in named if file.stem.endswith("_od")]
    pictures = [file for file in named if not file.stem.endswith("_od")]
    paired, without = pair(pictures, masks, lambda file: file.stem[:8], lambda mask: 0)
    return Found(
        tuple(
            SetPicture(picture.path, partial(read_mask, mask.path, picture.path), cast("Part | None", part_of(picture)))
            for picture, mask in paired
        ),
        tuple(file.path.name for file in without) if paired else (),
        remarks=("IDRiD has no cups: a disc without a cup is incomplete, and training learns nothing about its cup.",),
    )


def read_mask(path: Path, image: Path) -> SetMask:
    """Read a mask of the disc.

    Raises:
        MaskError: it is damaged, or of another size.
    """
    found = read_disc_and_cup(path, None)
    check_size(found.mask, path, image)
    return found


IDRID = PublicSet(
    "idrid",
    "IDRiD",
    "81 photographs with the disc, without cups; diabetic retinopathy",
    "CC BY 4.0",
    "https://doi.org/10.21227/H25W98",
    "photographs named IDRiD_01 and masks named IDRiD_01_OD, as in A. Segmentation",
    find,
)
