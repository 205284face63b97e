"""Pairs: find out by file names which files are images, which are masks, and which belong together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

from unet_desktop.errors import MaskError
from unet_desktop.images.dicom_header import is_dicom
from unet_desktop.images.listing import find_images
from unet_desktop.labels import LabelSet
from unet_desktop.masks.foreign import read_foreign_mask

_MARKED = re.compile(r"(.+)[_\-. ](?:mask|seg|segmentation)")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Images and the masks named after them.

    Attributes:
        pictures: the image files, in order.
        stray_masks: masks found among the images although masks were not asked for from there.
    """

    pictures: tuple[Path, ...]
    stray_masks: tuple[Path, ...] = ()
    _masks: Mapping[Path, Sequence[Path]] = field(default_factory=dict)

    def has_mask(self, picture: Path) -> bool:
        """Return whether the image has one mask or several."""
        return bool(self._masks.get(picture))

    def mask_of(self, picture: Path) -> Path | None:
        """Return the mask with the image's exact name, or else the only one whose name starts with it; None if none.

        Raises:
            MaskError: there are several.
        """
        masks = self._masks.get(picture, ())
        fitting = [mask for mask in masks if _name(mask) == _name(picture)] or masks
        if len(fitting) > 1:
            names = ", ".join(mask.name for mask in fitting[:3])
            raise MaskError(f"{picture.name} has several masks ({names}); leave one for each picture in the folder.")
        return fitting[0] if fitting else None


def find_pairs(source: Path, masks: Path | None, labels: LabelSet, *, recursive: bool = False) -> Pairs:
    """Pair a folder of images (or one image) with a folder of masks, if given.

    Both may be the same folder. Then a mask may even have its image's name with another suffix; its pixel values
    decide which file is the mask.

    Raises:
        ImageError: a folder cannot be read or holds nothing.
    """
    found = [source] if source.is_file() else find_images(source, recursive=recursive)
    candidates = [] if masks is None else find_images(masks, recursive=True)
    among = find_masks_among(found)
    own = {path.resolve() for path in candidates}
    shared = {path for path in found if path.resolve() in own}
    mixed = len(shared) == len(found) or bool(find_masks_among(shared))
    # A folder of masks inside the folder of images holds no images, unless both are mixed there.
    taken = among | (_masks_with_equal_names(found, labels) if mixed and shared else shared)
    pictures = [path for path in found if path not in taken]
    no_masks = {path.resolve() for path in pictures}
    can_be = (path for path in candidates if path.resolve() not in no_masks and not is_dicom(path))
    owned = _group_by_owner(can_be, pictures)
    return Pairs(tuple(pictures), tuple(path for path in found if path in among - shared), owned)


def find_masks_among(files: Iterable[Path]) -> set[Path]:
    """Return the files named like the mask of another of these files: photo_mask.png beside photo.jpg."""
    files = list(files)
    names = {_name(path) for path in files}
    marked = {path: _MARKED.fullmatch(_name(path)) for path in files}
    return {path for path, match in marked.items() if match and match[1] in names}


def _masks_with_equal_names(files: Sequence[Path], labels: LabelSet) -> set[Path]:
    """Return, among files of one name in one folder, those that hold a mask, unless no image would remain."""
    groups: dict[tuple[Path, str], list[Path]] = {}
    for path in files:
        groups.setdefault((path.parent, _name(path)), []).append(path)
    found: set[Path] = set()
    for group in groups.values():
        masks = {path for path in group if _holds_a_mask(path, labels)} if len(group) > 1 else set()
        if len(masks) < len(group):
            found |= masks
    return found


def _holds_a_mask(path: Path, labels: LabelSet) -> bool:
    try:
        read_foreign_mask(path, labels)
    except MaskError:
        return False
    return True


def _group_by_owner(masks: Iterable[Path], pictures: Iterable[Path]) -> dict[Path, list[Path]]:
    """Map each image to its masks; a mask beside an image of its name does not belong to one elsewhere."""
    named: dict[str, list[Path]] = {}
    for picture in pictures:
        named.setdefault(_name(picture), []).append(picture)
    found: dict[Path, list[Path]] = {}
    for mask in masks:
        owners = named.get(find_owner(_name(mask), named.keys()) or "", [])
        for picture in [owner for owner in owners if owner.parent == mask.parent] or owners:
            found.setdefault(picture, []).append(mask)
    return found


def find_owner(name: str, pictures: Set[str]) -> str | None:
    """Return the image name that equals a mask's name, or else the longest one it starts with; None if there is none.

    So eye_2_mask belongs to eye_2, not to eye.
    """
    if name in pictures:
        return name
    ends = [at for at, character in enumerate(name) if character in "_-. "]
    return next((name[:end] for end in reversed(ends) if name[:end] in pictures), None)


def _name(path: Path) -> str:
    return path.stem.casefold()
