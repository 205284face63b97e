"""PAPILA: contours of disc and cup by two experts, both eyes of each patient, clinical data.

Kovalyk et al. 2022, "PAPILA: Dataset with fundus images and clinical data of both eyes of the same patient for glaucoma
assessment", Scientific Data 9, 291.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from unet_desktop.errors import MaskError
from unet_desktop.formats.shapes import Filling, Polygon, Size, make_ring
from unet_desktop.formats.text_contours import read_points
from unet_desktop.images.laterality import Eye
from unet_desktop.images.read import read_size
from unet_desktop.masks.regions import Region
from unet_desktop.tasks.public_sets.masks import SetMask, join_regions, keep_agreement
from unet_desktop.tasks.public_sets.picture import Diagnosis, Found, Option, PublicSet, SetPicture
from unet_desktop.tasks.public_sets.tables import number, read_all_facts
from unet_desktop.tasks.public_sets.tree import File, Tree

_NAME = re.compile(r"ret(?P<patient>\d{2,4})(?P<eye>od|os)")
_CONTOUR = re.compile(r"(?P<name>ret\d{2,4}o[ds])_(?P<kind>disc|cup)_exp(?P<expert>[12])")
_BOTH = "both"
_EYES = {"od": Eye.RIGHT, "os": Eye.LEFT}
_DIAGNOSES: Mapping[float | None, Diagnosis] = {0.0: "normal", 1.0: "glaucoma", 2.0: "suspect"}
_Contours = Mapping[tuple[str, str, str], Path]


def find(tree: Tree, chosen: Mapping[Option, str]) -> Found:
    """Find photographs RET002OD with the chosen experts' contours of the disc."""
    contours: dict[tuple[str, str, str], Path] = {}
    pictures: dict[str, File] = {}
    for file in tree.files:
        if file.suffix == ".txt" and (named := _CONTOUR.fullmatch(file.stem)):
            contours.setdefault((named["name"], named["expert"], named["kind"]), file.path)
        elif file.is_picture and _NAME.fullmatch(file.stem):
            pictures.setdefault(file.stem, file)
    wanted = chosen[Option.EXPERT]
    experts = ("1", "2") if wanted == _BOTH else (wanted,)
    complete = [stem for stem in pictures if all((stem, expert, "disc") in contours for expert in experts)]
    if not complete:
        return Found()
    facts, unread = _read_clinical(tree)
    return Found(
        tuple(_picture(pictures[stem], contours, experts, facts.get(stem, {})) for stem in complete),
        tuple(file.path.name for stem, file in pictures.items() if stem not in complete),
        tuple(unread),
    )


def read_mask(image: Path, drawn: Sequence[tuple[Path, Path | None]]) -> SetMask:
    """Read contours as a mask; of two experts, pixels on which they disagree are not annotated.

    Args:
        image: the photograph.
        drawn: each expert's contours of disc and cup, as x and y of corners that are pixels' centres.

    Raises:
        MaskError: a contour is damaged.
    """
    size = read_size(image)
    masks = []
    for disc, cup in drawn:
        masks.append(join_regions(_fill(disc, size), np.zeros(size, bool) if cup is None else _fill(cup, size)))
    return masks[0] if len(masks) == 1 else keep_agreement(masks)


def _fill(path: Path, size: Size) -> Region:
    try:
        cover = Polygon((make_ring(read_points(path), "the contour"),), Filling.CENTRES).cover(size)
    except MaskError as error:
        raise MaskError(f"The contour {path} was not read: {error}.") from error
    plane = np.zeros(size, bool)
    plane[cover.box.slices] = cover.pixels
    return plane


def _picture(file: File, contours: _Contours, experts: Sequence[str], facts: Mapping[str, str]) -> SetPicture:
    named = _NAME.fullmatch(file.stem)
    assert named is not None  # the caller compared it
    drawn = tuple((contours[file.stem, expert, "disc"], contours.get((file.stem, expert, "cup"))) for expert in experts)
    return SetPicture(
        file.path,
        partial(read_mask, file.path, drawn),
        patient=named["patient"],
        eye=_EYES[named["eye"]],
        diagnosis=_DIAGNOSES.get(number(facts.get("diagnosis"))),
        axial_length_mm=number(facts.get("length")),
    )


def _read_clinical(tree: Tree) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Read the clinical tables, one for each eye; their first column, below two rows of headings, is "#002"."""
    facts: dict[str, dict[str, str]] = {}
    unread: list[str] = []
    for eye in _EYES:
        key_of, tables = partial(_key_of, eye=eye), tree.tables(f"patient_data_{eye}")
        found, problems = read_all_facts(tables, key_of, 0, diagnosis="^diagnosis$", length="axial.?length")
        facts |= found
        unread += problems
    return facts, unread


def _key_of(text: str, eye: str) -> str | None:
    found = re.fullmatch(r"#?(\d{1,4})(\.0)?", text)
    return f"ret{int(found[1]):03d}{eye}" if found else None


PAPILA = PublicSet(
    "papila",
    "PAPILA",
    "488 photographs of both eyes of 244 patients with disc and cup by two experts; axial length; diagnosis",
    "CC BY 4.0",
    "https://doi.org/10.6084/m9.figshare.14798004",
    "FundusImages/RET002OD.jpg and ExpertsSegmentations/Contours/RET002OD_disc_exp1.txt, ..._cup_exp1.txt",
    find,
    {Option.EXPERT: ("1", "2", _BOTH)},
)
