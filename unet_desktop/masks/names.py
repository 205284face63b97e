"""What the names of mask files say: of which picture they are, and of which label."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from unet_desktop.file_names import fold, limit_name
from unet_desktop.labels import Label, LabelSet

_SEPARATORS = "_-. "
_MARKS = (
    "cp_masks", "cp_mask", "masks", "mask", "segmentations", "segmentation", "seg", "labels", "label", "labelled",
    "labeled", "annotation", "annotations", "manual", "groundtruth", "ground_truth", "gt", "pred", "prediction",
)  # fmt: skip
"""What programs put after a picture's name to name its mask."""
_SAY_NOTHING = frozenset(
    {
        "mask", "masks", "label", "labels", "annotation", "annotations", "segmentation", "segmentations", "seg", "gt",
        "groundtruth", "ground truth", "segmentationclass", "predictions", "results", "train", "image", "images", "img",
        "imgs", "picture", "pictures", "photo", "photos", "jpegimages", "imagestr", "labelstr",
    }
)  # fmt: skip
"""Folders that many have, so that they tell no pictures apart."""
_LABEL_STUDIO = re.compile(r"(task-\d+)-annotation-\d+-by-\d+-tag-(.+)-\d+", re.IGNORECASE)
_CHANNEL = re.compile(r"(.+)_\d{4}")


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


def read_mask_name(path: PurePath, labels: LabelSet) -> list[MaskName]:
    """The ways to understand a mask's name, the surest first.

    Args:
        path: below the folder of masks; a folder may be named for a label.
        labels: of the project.
    """
    stem = fold(path.stem)
    folder = next((label for part in path.parts[:-1] if (label := find_label(part, labels))), None)
    task = _LABEL_STUDIO.fullmatch(stem)
    if task:
        return [MaskName(task[1], find_label(task[2], labels) or folder)]
    found = [MaskName(stem, folder)]
    found += [MaskName(name, folder) for name in strip_marks(stem)]
    if folder is None:
        for name in [stem, *strip_marks(stem)]:
            found += [MaskName(rest, label) for rest, label in _strip_label(name, labels)]
            found += [MaskName(bare, label) for rest, label in _strip_label(name, labels) for bare in strip_marks(rest)]
    return list(dict.fromkeys(found))


def is_label_studio(path: PurePath) -> bool:
    """Is the file named after a task of Label Studio, which says nothing of the picture's name?"""
    return _LABEL_STUDIO.fullmatch(fold(path.stem)) is not None


def strip_marks(name: str) -> Iterator[str]:
    """The name without what says that it is a mask: photo_mask, photo_cp_masks, mask_photo."""
    for mark in _MARKS:
        for between in _SEPARATORS:
            if name.endswith(between + mark) and len(name) > len(mark) + 1:
                yield name[: -len(mark) - 1]
    for mark in ("mask", "seg", "label"):
        for between in _SEPARATORS:
            if name.startswith(mark + between) and len(name) > len(mark) + 1:
                yield name[len(mark) + 1 :]


def shorten(name: str) -> Iterator[str]:
    """The name up to each separator, the longest first."""
    for at in range(len(name) - 1, 0, -1):
        if name[at] in _SEPARATORS:
            yield name[:at]


def find_label(text: str, labels: LabelSet) -> Label | None:
    """The label that a text names, in full or by the last word of its name: "optic_disc", "Disc", "cups"."""
    wanted = _words(text)
    for label in labels:
        if wanted == _words(label.name):
            return label
    last = [label for label in labels if wanted == _words(label.name)[-1:]]
    return last[0] if len(last) == 1 else None


def place_of(path: PurePath, labels: LabelSet) -> tuple[str, ...]:
    """The folders of a path that tell pictures apart: without those named for masks, pictures or a label."""
    folded = [(part, fold(part).replace("_", " ")) for part in path.parts[:-1]]
    return tuple(fold(part) for part, plain in folded if plain not in _SAY_NOTHING and find_label(part, labels) is None)


def _words(text: str) -> list[str]:
    words = [word for word in re.split(r"[\s_\-.]+", fold(text)) if word]
    return [{"disk": "disc", "discs": "disc", "disks": "disc"}.get(word, word) for word in words]


def _strip_label(name: str, labels: LabelSet) -> Iterator[tuple[str, Label]]:
    """The name without a label that stands at its end or its beginning, by the longest name of a label first."""
    for at, letter in enumerate(name):
        if letter in _SEPARATORS and 0 < at < len(name) - 1:
            label = find_label(name[at + 1 :], labels)
            if label is not None:
                yield name[:at], label
    for at in range(len(name) - 1, 0, -1):
        if name[at] in _SEPARATORS and at < len(name) - 1:
            label = find_label(name[:at], labels)
            if label is not None:
                yield name[at + 1 :], label
