"""Which files are pictures, which are masks, and which masks belong to which picture: to one, or to none."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Any

from unet_desktop.errors import ImageError, MaskError
from unet_desktop.file_names import fold
from unet_desktop.images.dicom_header import is_dicom
from unet_desktop.images.file_kinds import LABEL_STUDIO, name_kind
from unet_desktop.images.listing import NO_PICTURES, Sources, list_images
from unet_desktop.images.read import KINDS
from unet_desktop.json_data import DataError, read
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.mask_content import read_content
from unet_desktop.masks.mask_facts import gather_facts
from unet_desktop.masks.named_pictures import NEAR, NamedPictures, Nearness
from unet_desktop.masks.names import (
    has_initials,
    is_label_studio,
    place_of,
    read_mask_name,
    shorten,
    strip_marks,
)

_MAX_VALUES = 64
"""A drawn mask has no more different values, unless its edges are smooth."""
_LARGEST_EXPORT = 100_000_000
_MAX_LOOKED_AT = 1000
"""Files that are looked at for annotations in other formats."""
_MAX_KINDS = 4
_VOC_CLASSES, _VOC_OBJECTS = "SegmentationClass", "SegmentationObject"


@dataclass(frozen=True, slots=True)
class MaskFile:
    """One file of a picture's mask.

    Attributes:
        path: the file.
        label: the only label that it is of, by its name or folder; None if it holds all labels.
    """

    path: Path
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pictures and their masks.

    Attributes:
        pictures: the pictures, in order.
        stray_masks: masks that lie among the pictures and are not asked for.
        loose: masks whose names only begin with a picture's, and that picture; they are not its masks.
        unused: masks that belong to none of the pictures, or to one that has a surer one.
        less_sure: those of them that a picture has a surer one than, and that picture.
    """

    pictures: tuple[Path, ...]
    stray_masks: tuple[Path, ...] = ()
    loose: tuple[tuple[Path, Path], ...] = ()
    unused: tuple[Path, ...] = ()
    less_sure: tuple[tuple[Path, Path], ...] = ()
    _masks: Mapping[Path, tuple[MaskFile, ...]] = field(default_factory=dict)
    _problems: Mapping[Path, str] = field(default_factory=dict)

    def choose(self, wanted: Callable[[Path], bool]) -> Pairs:
        """Return these with only the pictures that are wanted."""
        return replace(self, pictures=tuple(path for path in self.pictures if wanted(path)))

    def has_mask(self, picture: Path) -> bool:
        """Is there a mask for the picture, or a doubt which one?"""
        return picture in self._masks or picture in self._problems

    def masks_of(self, picture: Path) -> tuple[MaskFile, ...]:
        """The picture's mask: one file, a file for each label, or none.

        Raises:
            MaskError: there are several masks, or a mask could be another picture's as well.
        """
        if picture in self._problems:
            raise MaskError(self._problems[picture])
        return self._masks.get(picture, ())


def find_pairs(
    source: Path | Sequence[Path],
    masks: Path | None,
    labels: LabelSet,
    *,
    recursive: bool = False,
    loose: bool = False,
    only: Collection[Path] = (),
) -> Pairs:
    """Sort out folders of pictures or single pictures and, where there is one, a folder of masks.

    The folder of masks may be that of the pictures. Then a mask may also have its picture's very name with another
    suffix, and what it holds tells the two apart.

    Args:
        source: the folder of pictures, or one picture, or several of both.
        masks: the folder of masks, or None.
        labels: of the project; masks may have a file for each.
        recursive: look for pictures in subfolders.
        loose: a mask also belongs to the picture with whose name its own begins: P1_left.png to P1.jpg.
        only: the masks of that folder to use; all if empty.

    Raises:
        ImageError: a folder cannot be read or holds nothing.
    """
    sources = Sources.of(source)
    found = sources.find(recursive=recursive)
    among = find_masks_among(found)
    if masks is None:
        return Pairs(tuple(path for path in found if path not in among), tuple(path for path in found if path in among))
    candidates = [path for path in list_masks(masks) if not only or path in only]
    own = {os.path.realpath(path) for path in candidates}  # unlike Path.resolve no error where links lead in a circle
    shared = {path for path in found if os.path.realpath(path) in own}
    mixed = len(shared) == len(found) or bool(find_masks_among(shared))
    # A folder inside the pictures' folder that is named for masks holds no pictures, unless both lie there.
    taken = among | (_masks_of_the_same_name(found, sources.root, labels) if mixed and shared else shared)
    pictures = [path for path in found if path not in taken]
    no_masks = {os.path.realpath(path) for path in pictures}
    can_be = [path for path in candidates if os.path.realpath(path) not in no_masks]
    can_be = [path for path in can_be if not is_dicom(path)] or ([] if shared else can_be)  # DICOM alone is refused
    initials = has_initials([path.relative_to(masks) for path in can_be], labels)
    pairing = _Pairing(pictures, sources.root, labels, _read_tasks(masks), initials=initials)
    for mask in can_be:
        pairing.claim(mask, mask.relative_to(masks), loose=loose)
    return pairing.settle(tuple(path for path in found if path in among - shared))


def pair_files(
    pictures: Sequence[Path],
    root: Path,
    labels: LabelSet,
    files: Sequence[tuple[Path, PurePath]],
    *,
    loose: bool = False,
) -> Pairs:
    """Find the pictures that files belong to whose own names say it, as masks' names do.

    Args:
        pictures: the pictures.
        root: the folder in which they lie.
        labels: of the project; a picture may have a file for each.
        files: each file, and the name by which it is paired, below the folder of files.
        loose: as for `find_pairs`.
    """
    initials = has_initials([name for _, name in files], labels)
    pairing = _Pairing(pictures, root, labels, {}, initials=initials)
    for path, name in files:
        pairing.claim(path, name, loose=loose)
    return pairing.settle(())


def list_masks(folder: Path) -> list[Path]:
    """The files of a folder and its subfolders that can be masks.

    Raises:
        ImageError: the folder cannot be read, or holds none; then it names what the folder holds.
    """
    found = list_images(_find_own_masks(folder), recursive=True, others=True)
    classes = {path.parent.parent for path in found if path.parent.name == _VOC_CLASSES}
    # Of Pascal VOC, the masks of classes; those of objects number each object.
    found = [path for path in found if path.parent.name != _VOC_OBJECTS or path.parent.parent not in classes]
    if found:
        return found
    kinds = "; ".join(f"{path.name} is {kind}" for path, kind in list_annotations(folder)[:_MAX_KINDS])
    suffixes = sorted({path.suffix.lower() for path in folder.rglob("*") if path.is_file() and path.suffix})
    only = f", only files of {', '.join(suffixes[:6])}" if suffixes else ""
    if kinds:
        raise ImageError(
            f"{folder} holds no pictures that could be masks ({KINDS}): {kinds}. This program does not read that yet; "
            "export the masks as PNG, one for each picture, and choose their folder."
        )
    raise ImageError(
        f"{folder} holds no pictures that could be masks ({KINDS}){only}. Export the masks as PNG, one for each "
        "picture, and choose their folder."
    )


def _find_own_masks(folder: Path) -> Path:
    """The masks of a folder run, where the folder is one; it also holds overlays and contours."""
    masks = folder / "masks"
    return masks if (folder / "results.jsonl").is_file() and masks.is_dir() else folder


def list_annotations(folder: Path) -> list[tuple[Path, str]]:
    """Files of annotations in other formats than pictures (COCO, labelme, ...), one of each kind, and their kinds.

    The export of Label Studio's masks is not among them: it is read, for the pictures' names.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*"))[:_MAX_LOOKED_AT]:
        if path.suffix.lower() in NO_PICTURES and path.is_file() and (kind := name_kind(path)) is not None:
            found.setdefault(kind, path)
    if LABEL_STUDIO in found and any(is_label_studio(path) for path in folder.rglob("*.png")):
        del found[LABEL_STUDIO]
    return [(path, kind) for kind, path in found.items()]


def find_masks_among(files: Iterable[Path]) -> set[Path]:
    """Those that are called like the mask of another one of these files: photo_mask.png beside photo.jpg."""
    files = list(files)
    names = {fold(path.stem) for path in files}
    return {path for path in files if any(name in names for name in strip_marks(fold(path.stem)))}


@dataclass(frozen=True, slots=True)
class _Claim:
    """A mask that could be a picture's; a smaller rank is surer."""

    mask: Path
    rank: tuple[int, int, int]
    label: Label | None


class _Pairing:
    """Collects which masks claim which pictures."""

    def __init__(
        self, pictures: Sequence[Path], root: Path, labels: LabelSet, tasks: Mapping[str, str], *, initials: bool
    ) -> None:
        self._pictures, self._root, self._labels, self._tasks = pictures, root, labels, tasks
        self._initials = initials
        self._named = NamedPictures(pictures, root, labels)
        self._claims: dict[Path, list[_Claim]] = {}
        self._doubts: dict[Path, str] = {}
        self._loose: list[tuple[Path, Path]] = []
        self._unused: list[Path] = []
        self._surer: list[tuple[Path, Path]] = []

    def claim(self, mask: Path, relative: PurePath, *, loose: bool) -> None:
        """Find the picture that the mask belongs to, or those that it could belong to."""
        names = read_mask_name(relative, self._labels, initials=self._initials)
        place = place_of(relative, self._labels, initials=self._initials)
        for nearness in NEAR:
            for rank, name in enumerate(names):
                meant = self._tasks.get(name.picture, name.picture)
                near = self._named.near(meant, mask, relative, place, nearness)
                if near:
                    form = min(form for form, _ in near)
                    of_form = [picture for one, picture in near if one == form]
                    self._give(mask, of_form, _Claim(mask, (nearness, rank, form), name.label))
                    return
        owners = self._loosely(mask, relative, place)
        if len(owners) == 1 and loose:
            self._give(mask, owners, _Claim(mask, (9, 0, 0), None))
        elif owners:
            self._loose += [(mask, owner) for owner in owners]
        else:
            self._unused.append(mask)

    def settle(self, stray_masks: tuple[Path, ...]) -> Pairs:
        """Give each picture its surest mask, or the files of its labels."""
        masks: dict[Path, tuple[MaskFile, ...]] = {}
        problems = dict(self._doubts)
        for picture, claims in self._claims.items():
            surest = min(claims, key=lambda claim: claim.rank)
            nearness = surest.rank[0]
            labelled = [claim for claim in claims if claim.label is not None and claim.rank[0] == nearness]
            if surest.label is None:
                best = [claim for claim in claims if claim.rank == surest.rank] + labelled
            else:
                best = labelled
            left = [claim.mask for claim in claims if claim not in best]
            self._unused += left
            self._surer += [(mask, picture) for mask in left]
            problem = _find_several(picture, best)
            if problem:
                problems[picture] = problem
            else:
                problems.pop(picture, None)
                masks[picture] = tuple(MaskFile(claim.mask, claim.label) for claim in best)
        return Pairs(
            tuple(self._pictures),
            stray_masks,
            tuple(self._loose),
            tuple(self._unused),
            tuple(self._surer),
            masks,
            problems,
        )

    def _give(self, mask: Path, pictures: Sequence[Path], claim: _Claim) -> None:
        if len(pictures) > 1:  # names that differ in case alone are two pictures on some disks
            stem = unicodedata.normalize("NFC", mask.stem)
            same = [path for path in pictures if unicodedata.normalize("NFC", path.stem) in stem]
            pictures = same if len(same) == 1 else pictures
        if len(pictures) == 1:
            self._claims.setdefault(pictures[0], []).append(claim)
            return
        names = " or ".join(str(path.relative_to(self._root)) for path in pictures[:3])
        for picture in pictures:
            self._doubts[picture] = (
                f"The mask {mask} could belong to {names}. Put the masks into folders like those of the pictures, or "
                "give each its picture's whole name, such as photo.jpg.png."
            )

    def _loosely(self, mask: Path, relative: PurePath, place: tuple[str, ...]) -> list[Path]:
        for name in shorten(fold(mask.stem)):
            for nearness in Nearness:
                near = self._named.near(name, mask, relative, place, nearness)
                owners = [picture for form, picture in near if form == 0]
                if owners:
                    return owners
        return []


def _find_several(picture: Path, claims: Sequence[_Claim]) -> str:
    """What is wrong if there are several masks, several of one label, or both kinds; else nothing."""
    seen: set[str | None] = set()
    for claim in claims:
        key = None if claim.label is None else claim.label.name
        mixed = bool(seen) and (key is None) != (None in seen)
        if mixed or (key in seen and not is_label_studio(claim.mask)):
            names = ", ".join(f"{one.mask.parent.name}/{one.mask.name}" for one in claims[:3])
            return f"{picture.name} has several masks ({names}); leave one for each picture in the folder."
        seen.add(key)
    return ""


def _masks_of_the_same_name(files: Sequence[Path], root: Path, labels: LabelSet) -> set[Path]:
    """Of files that could be one another's mask by their names, those that hold a mask, if one does not.

    Files are of one name in one folder, or in folders that tell no pictures apart (images/a.jpg, masks/a.png), or one
    is named for a label of the other (a_disc.png, disc/a.png).
    """
    places = {path: place_of(path.relative_to(root), labels) for path in files}
    by_name: dict[tuple[tuple[str, ...], str], list[Path]] = {}
    for path in files:
        by_name.setdefault((places[path], fold(path.stem)), []).append(path)
    look = lru_cache(None)(holds_a_mask)
    found: set[Path] = set()
    for path in files:
        names = {name.picture for name in read_mask_name(path.relative_to(root), labels)}
        others = [other for name in names for other in by_name.get((places[path], name), ()) if other != path]
        if others and look(path) and not all(look(other) for other in others):
            found.add(path)
    return found


def holds_a_mask(path: Path) -> bool:
    """Whether a picture's values are those of a mask: few, or with smooth edges."""
    try:
        facts = gather_facts(read_content(path))
    except MaskError:
        return False
    return facts.smooth or (not facts.many and len(facts.counts) <= _MAX_VALUES)


def _read_tasks(folder: Path) -> dict[str, str]:
    """The names of pictures that a Label Studio export (JSON) beside the masks tells, by task: "task-7"."""
    found: dict[str, str] = {}
    if not any(is_label_studio(path) for path in folder.rglob("*.png")):
        return found
    for path in [*folder.glob("*.json"), *folder.parent.glob("*.json")]:
        try:
            tasks = read(path, list[Any], limit=_LARGEST_EXPORT)
        except (OSError, DataError):
            continue
        for task in tasks:
            name = _picture_of(task) if isinstance(task, dict) else None
            if name and isinstance(task.get("id"), int):
                found[f"task-{task['id']}"] = fold(name)
    return found


def _picture_of(task: Mapping[str, object]) -> str | None:
    data = task.get("data")
    places = [task.get("file_upload"), *(data.values() if isinstance(data, dict) else ())]
    place = next((text for text in places if isinstance(text, str) and "." in text), None)
    if place is None:
        return None
    stem = PurePath(place.replace("\\", "/")).stem
    uploaded, _, rest = stem.partition("-")  # an upload's name begins with eight digits of its own
    return rest if len(uploaded) == 8 and rest else stem
