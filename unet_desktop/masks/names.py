"""What the names of mask files say: of which picture they are, and of which label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from unet_desktop.file_names import fold, limit_name
from unet_desktop.images.read import SUFFIXES
from unet_desktop.labels import Label, LabelSet

_SEPARATORS = "_-. "
_MARKS = (
    "cp_masks", "cp_mask", "masks", "mask", "segmentations", "segmentation", "seg", "labels", "label", "labelled",
    "labeled", "annotation", "annotations", "manual", "groundtruth", "ground_truth", "gt", "pred", "prediction",
)  # fmt: skip
"""What programs put after a picture's name to name its mask."""
_FOLDERS_OF_MASKS = frozenset(
    {
        "mask",
        "masks",
        "label",
        "labels",
        "annotation",
        "annotations",
        "segmentation",
        "segmentations",
        "seg",
        "gt",
        "groundtruth",
        "ground truth",
        "segmentationclass",
        "predictions",
        "labelstr",
    }
)
_SAY_NOTHING = _FOLDERS_OF_MASKS | frozenset(
    {
        "results",
        "train",
        "image",
        "images",
        "img",
        "imgs",
        "picture",
        "pictures",
        "photo",
        "photos",
        "jpegimages",
        "imagestr",
    }
)
"""Folders that many have, so that they tell no pictures apart."""
_LABEL_STUDIO = re.compile(r"(task-\d+)-annotation-\d+-by-\d+-tag-(.+)-\d+", re.IGNORECASE)
_CHANNEL = re.compile(r"(.+)_\d{4}")
_NUMBERED = re.compile(r"\d+\s*[._\- ]\s*(.+)")
"""A folder's name behind its number: "2. Optic Cup"."""
EYES = frozenset({"od", "os", "ou", "re", "le", "l", "r"})
"""Names of eyes, which are not read as a label's initials unless another label's initials occur too."""


@dataclass(frozen=True, slots=True)
class MaskName:
    """One way to understand a mask's name.

    Attributes:
        picture: the name that its picture would have, as `fold` makes it.
        label: the label that the file is of; None if it holds all.
    """

    picture: str
    label: Label | None = None


def picture_names(path: PurePath) -> list[str]:
    """The names that a mask of this picture may bear, the most usual first: a, a.jpg, a_jpg; a for a_0000.

    Results of a folder run bear the first or the third, shortened where file systems would refuse them.
    """
    stem = limit_name(path.stem)
    names = [fold(path.stem), fold(path.name)] + ([] if stem == path.stem else [fold(stem)])
    if path.suffix:
        names.append(fold(limit_name(f"{path.stem}_{path.suffix[1:]}")))
    channel = _CHANNEL.fullmatch(fold(path.stem))
    if channel:
        names.append(channel[1])
    return names


def read_mask_name(path: PurePath, labels: LabelSet, *, initials: bool = False) -> list[MaskName]:
    """The ways to understand a mask's name, the surest first.

    Args:
        path: below the folder of masks; a folder may be named for a label.
        labels: of the project.
        initials: labels are also named by their initials, see `has_initials`.
    """
    stem = fold(path.with_suffix("").stem if path.suffix.lower() == ".gz" else path.stem)
    folders = (find_folder_label(part, labels, initials=initials) for part in path.parts[:-1])
    folder = next((label for label in folders if label), None)
    task = _LABEL_STUDIO.fullmatch(stem)
    if task:
        return [MaskName(task[1], find_label(task[2], labels) or folder)]
    found = [MaskName(stem, folder)]
    found += [MaskName(name, folder) for name in (*strip_marks(stem), *_strip_number(stem))]
    if folder is None:
        for name in [stem, *strip_marks(stem)]:
            stripped = list(_strip_label(name, labels, initials=initials))
            found += [MaskName(rest, label) for rest, label in stripped]
            found += [MaskName(bare, label) for rest, label in stripped for bare in strip_marks(rest)]
        label = find_folder_label(path.stem, labels, initials=initials)
        if label is not None and len(path.parts) > 1:  # a folder for each picture, with a file for each label
            found.append(MaskName(fold(path.parts[-2]), label))
    return list(dict.fromkeys(found))


def is_mask_folder(name: str) -> bool:
    """Whether a folder is named for masks: "masks", "labels", "ground_truth"."""
    return fold(name).replace("_", " ") in _FOLDERS_OF_MASKS


def has_initials(paths: Iterable[PurePath], labels: LabelSet) -> bool:
    """Whether files or folders are named by labels' initials, such as OC for optic cup; OD alone may be an eye."""
    known = {_initials(label.name) for label in labels} - EYES - {""}
    names = {part for path in paths for part in (*path.parent.parts, path.stem)}
    return any(fold(name) in known or (_split(name)[-1:] and _split(name)[-1] in known) for name in names)


def is_label_studio(path: PurePath) -> bool:
    """Is the file named after a task of Label Studio, which says nothing of the picture's name?"""
    return _LABEL_STUDIO.fullmatch(fold(path.stem)) is not None


def strip_marks(name: str) -> Iterator[str]:
    """The name without what says that it is a mask: photo_mask, photo_cp_masks, mask_photo."""
    for mark in _MARKS:
        for between in _SEPARATORS:
            if name.endswith(between + mark) and len(name) > len(mark) + 1:
                yield name[: -len(mark) - 1]
    for mark in ("mask", "masks", "seg", "label", "labels", "gt"):
        for between in _SEPARATORS:
            if name.startswith(mark + between) and len(name) > len(mark) + 1:
                yield name[len(mark) + 1 :]


def _strip_number(name: str) -> Iterator[str]:
    """The name without the number that a folder run gives the second of names that differ in case: a_jpg-2."""
    bare, _, number = name.rpartition("-")
    if number.isdecimal() and f".{bare.rpartition('_')[2]}" in SUFFIXES:
        yield bare


def shorten(name: str) -> Iterator[str]:
    """The name up to each separator, the longest first."""
    for at in range(len(name) - 1, 0, -1):
        if name[at] in _SEPARATORS:
            yield name[:at]


def find_label(text: str, labels: LabelSet, *, initials: bool = False) -> Label | None:
    """The label that a text names, in full or by the last word of its name: "optic_disc", "OpticDisc", "Disc", "cups".

    A name that a label had before names it too.

    Args:
        text: a name, or a part of one.
        labels: of the project.
        initials: labels are also named by their initials: OD and OC.
    """
    wanted = _words(text)
    for label in labels:
        if "".join(wanted) == "".join(_words(label.name)):
            return label
    former = [label for label in labels for name in label.formerly if "".join(wanted) == "".join(_words(name))]
    if len(former) == 1:
        return former[0]
    last = [label for label in labels if wanted == _words(label.name)[-1:]]
    if not last and initials:
        last = [label for label in labels if fold(text) == _initials(label.name)]
    return last[0] if len(last) == 1 else None


def find_last_label(text: str, labels: LabelSet) -> Label | None:
    """The label that the last words of a name say: "clinic_2024_optic_cup"."""
    words = _split(text)
    found = (find_label(" ".join(words[at:]), labels) for at in range(len(words)))
    return next((label for label in found if label is not None), None)


def find_folder_label(text: str, labels: LabelSet, *, initials: bool = False) -> Label | None:
    """The label that a folder is named for, perhaps with a number and what says that it holds masks: "2_cup_masks"."""
    plain = fold(text).strip()
    numbered = _NUMBERED.fullmatch(plain)
    for name in (plain, *([numbered[1]] if numbered else [])):
        for bare in (name, *strip_marks(name)):
            label = find_label(bare, labels, initials=initials)
            if label is not None:
                return label
    return None


def place_of(path: PurePath, labels: LabelSet, *, initials: bool = False) -> tuple[str, ...]:
    """The folders of a path that tell pictures apart: without those named for masks, pictures or a label."""
    folded = [(part, fold(part).replace("_", " ")) for part in path.parts[:-1]]
    return tuple(
        fold(part)
        for part, plain in folded
        if plain not in _SAY_NOTHING and find_folder_label(part, labels, initials=initials) is None
    )


def _split(text: str) -> list[str]:
    return [word for word in re.split(r"[\s_\-.]+", fold(text)) if word]


def _words(text: str) -> list[str]:
    """The words of a name, in the singular."""
    singular = [word[:-1] if len(word) > 3 and word.endswith("s") else word for word in _split(text)]
    return ["disc" if word == "disk" else word for word in singular]


def _initials(name: str) -> str:
    """The first letters of a name of several words; else nothing."""
    words = _split(name)
    return "".join(word[0] for word in words) if len(words) > 1 else ""


def _strip_label(name: str, labels: LabelSet, *, initials: bool) -> Iterator[tuple[str, Label]]:
    """The name without a label that stands at its end or its beginning, by the longest name of a label first."""
    for at, letter in enumerate(name):
        if letter in _SEPARATORS and 0 < at < len(name) - 1:
            label = find_label(name[at + 1 :], labels, initials=initials)
            if label is not None:
                yield name[:at], label
    for at in range(len(name) - 1, 0, -1):
        if name[at] in _SEPARATORS and at < len(name) - 1:
            label = find_label(name[:at], labels, initials=initials)
            if label is not None:
                yield name[at + 1 :], label
