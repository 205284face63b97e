"""Chákṣu: three cameras, five experts, and four ways of merging what they drew.

Kumar et al. 2023, "Chákṣu: A glaucoma specific fundus image database", Scientific Data 10, 70.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np

from unet_desktop.errors import MaskError
from unet_desktop.tasks.public_sets.masks import CUP, DISC, SetMask, check_size, keep_agreement, read_values
from unet_desktop.tasks.public_sets.picture import Diagnosis, Found, Option, Part, PublicSet, SetPicture
from unet_desktop.tasks.public_sets.tables import TableError, read_facts
from unet_desktop.tasks.public_sets.tree import File, Tree, part_of

_CAMERAS = {"bosch": "bosch", "forus": "forus", "remidio": "remidio", "remedio": "remidio"}
"""Of folders; the published test part has one with a slip of the pen."""
_EXPERTS = ("1", "2", "3", "4", "5")
_MERGED = ("majority", "staple", "mean", "median")
_ALL = "all"
_RIM, _CUP = 64, 192
"""Above which grey levels are rim and cup, published as about 127 and 255, some of them as JPEG."""
_Key = tuple[str, str, str]
"""Part, camera and folded name of a photograph."""


def find(tree: Tree, chosen: Mapping[Option, str]) -> Found:
    """Find photographs below 1.0_Original_Fundus_Images with masks below 4.0_OD_CO_Fusion_Images."""
    pictures: dict[_Key, File] = {}
    masks: dict[tuple[str, _Key], Path] = {}
    for file in tree.pictures():
        camera = _camera_of(file)
        key = (part_of(file) or "", camera, file.stem)
        if file.is_below("original_fundus"):
            pictures.setdefault(key, file)
        elif file.is_below("fusion_images") and (who := _expert_of(file)):
            masks.setdefault((who, (*key[:2], file.stem.removesuffix("glsusp"))), file.path)
    wanted = chosen[Option.EXPERT]
    experts = _EXPERTS if wanted == _ALL else (wanted,)
    complete = [key for key in pictures if all((expert, key) in masks for expert in experts)]
    if not complete:
        return Found()
    decisions, unread = _read_decisions(tree)
    return Found(
        tuple(
            _picture(pictures[key], [masks[expert, key] for expert in experts], decisions.get(key)) for key in complete
        ),
        tuple(file.path.name for key, file in pictures.items() if key not in complete),
        tuple(unread),
    )


def read_mask(paths: Sequence[Path], image: Path) -> SetMask:
    """Read a mask of about 0, 127 and 255; of several experts, pixels on which they disagree are not annotated.

    Raises:
        MaskError: it is damaged, or of another size.
    """
    masks = []
    for path in paths:
        values = read_values(path)
        mask = np.where(values >= _CUP, CUP, np.where(values >= _RIM, DISC, 0)).astype(np.uint8)
        if mask.size and mask[[0, 0, -1, -1], [0, -1, 0, -1]].all():
            raise MaskError(
                f"The mask {path} is light in its corners, where the background must be. Download it again."
            )
        masks.append(SetMask(check_size(mask, path, image)))
    return masks[0] if len(masks) == 1 else keep_agreement(masks)


def _camera_of(file: File) -> str:
    return next((_CAMERAS[folder] for folder in reversed(file.folders) if folder in _CAMERAS), "")


def _expert_of(file: File) -> str:
    """Whose mask a file is: an expert's number, or how it was merged."""
    for folder in reversed(file.folders):
        if expert := re.fullmatch(r"expert[ _]?([1-5])", folder):
            return expert[1]
        if folder in _MERGED:
            return folder
    return ""


def _picture(file: File, masks: Sequence[Path], decision: Diagnosis | None) -> SetPicture:
    patient = re.search(r"(?<![a-z])p(\d+)(?!\d)", file.stem)
    return SetPicture(
        file.path,
        partial(read_mask, masks, file.path),
        cast("Part | None", part_of(file)),
        patient=f"{_camera_of(file)} P{patient[1]}".strip() if patient else "",
        diagnosis=decision,
    )


def _read_decisions(tree: Tree) -> tuple[dict[_Key, Diagnosis], list[str]]:
    """Read what most of the experts decided; "Image101.jpg-Image101-1.jpg" stands for Image101.jpg."""
    decisions: dict[_Key, Diagnosis] = {}
    unread = []
    for file in tree.files:
        camera = next((_CAMERAS[name] for name in _CAMERAS if name in file.stem), "")
        if file.suffix != ".csv" or not camera or "majority" not in file.stem or "decision" not in file.stem:
            continue
        try:
            facts = read_facts(file.path, _key_of, name="^images$", decision="majority decision|glaucoma decision")
        except TableError as error:
            unread.append(str(error))
            continue
        for stem, cells in facts.items():
            said = cells.get("decision", "").casefold()
            if said.startswith(("normal", "glaucoma")):
                decisions[part_of(file) or "", camera, stem] = "normal" if said.startswith("normal") else "suspect"
    return decisions, unread


def _key_of(text: str) -> str | None:
    return Path(text.casefold().split("-")[0]).stem or None


CHAKSU = PublicSet(
    "chaksu",
    "Chaksu",
    "1,345 photographs of three cameras with disc and cup by five experts; suspected glaucoma",
    "CC BY-SA 4.0",
    "https://doi.org/10.6084/m9.figshare.20123135",
    "Train and Test with 1.0_Original_Fundus_Images/Bosch, Forus, Remidio and 4.0_OD_CO_Fusion_Images",
    find,
    {Option.EXPERT: (*_MERGED, *_EXPERTS, _ALL)},
)
