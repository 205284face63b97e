"""Which annotations are of which picture: by names that they state, by their files, or by DICOM identifiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from unet_desktop.errors import ImageError, MaskError
from unet_desktop.formats.annotations import Annotation, Entry, Format
from unet_desktop.images.dicom_header import is_dicom, read_attributes
from unet_desktop.labels import Label, LabelSet
from unet_desktop.links import open_to_read
from unet_desktop.masks.named_pictures import NamedPictures
from unet_desktop.masks.pairs import pair_files
from unet_desktop.plurals import name_some
from unet_desktop.safe_text import escape_controls


@dataclass(frozen=True, slots=True, eq=False)
class AnnotationPart:
    """An entry of a picture; `label` is said by its file's name, where that says one."""

    format: Format
    entry: Entry
    label: Label | None = None

    @property
    def labels(self) -> frozenset[str]:
        """Names of the labels that are drawn."""
        return frozenset({self.label.name}) if self.label is not None else self.entry.labels

    def read(self, order: str) -> Annotation:
        """Read the entry; shapes without a name are of the label that the file's name says.

        Args:
            order: "xy" or "yx", where the format does not say it.
        """
        entry = self.entry if self.entry.reach is None else replace(self.entry, key=order)
        found = self.format.read(entry)
        if self.label is None:
            return found
        name = self.label.name
        return replace(
            found, drawn=tuple(replace(one, label=name if one.label is not None else None) for one in found.drawn)
        )


@dataclass(slots=True)
class AnnotationPairs:
    """Pictures and their annotations.

    Attributes:
        parts: each picture's.
        problems: why a picture's annotation cannot be taken, as a sentence.
        strangers: pictures on which something is drawn and that are not there.
        undrawn: pictures for which nothing was drawn.
    """

    parts: dict[Path, list[AnnotationPart]] = field(default_factory=dict)
    problems: dict[Path, str] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)
    undrawn: list[str] = field(default_factory=list)


def pair_annotations(
    found: Sequence[AnnotationPart], pictures: Sequence[Path], root: Path, labels: LabelSet, *, loose: bool
) -> AnnotationPairs:
    """Give each picture its entries: by the names that they state, or by the names of their files."""
    pairing = AnnotationPairs()
    named = NamedPictures(pictures, root, labels)
    by_file: dict[Path, list[AnnotationPart]] = {}
    instances = _dicom_instances(pictures) if any(part.entry.refers_to for part in found) else {}
    for part in found:
        entry = part.entry
        if entry.refers_to in instances:
            _give(pairing, instances[entry.refers_to], part)
            continue
        if not entry.picture:
            by_file.setdefault(entry.path, []).append(part)
            continue
        stated = _relative(entry.picture)
        owners = named.find_stated(stated, entry.path.parent)
        if len(owners) == 1:
            _give(pairing, owners[0], part)
        elif owners:
            which = " or ".join(str(path.relative_to(root)) for path in owners[:3])
            for owner in owners:
                pairing.problems[owner] = (
                    f'"{escape_controls(entry.picture)}" in {entry.path} could be {which}. Let it state the folder.'
                )
        elif entry.labels:
            pairing.strangers.append(entry.picture)
    _pair_by_file(pairing, by_file, pictures, root, labels, loose=loose)
    for picture, parts in pairing.parts.items():
        _refuse_several(pairing, picture, parts)
    return pairing


def _dicom_instances(pictures: Iterable[Path]) -> dict[str, Path]:
    """The DICOM pictures by their SOPInstanceUID."""
    found = {}
    for picture in pictures:
        if is_dicom(picture):
            with suppress(ImageError, OSError), open_to_read(picture) as file:
                found[str(read_attributes(file, picture, ("SOPInstanceUID",)).get("SOPInstanceUID", ""))] = picture
    return found


def _pair_by_file(
    pairing: AnnotationPairs,
    by_file: Mapping[Path, list[AnnotationPart]],
    pictures: Sequence[Path],
    root: Path,
    labels: LabelSet,
    *,
    loose: bool,
) -> None:
    if not by_file:
        return
    top = _common_folder(by_file)
    names = [(path, _name_of(parts[0].entry, top)) for path, parts in by_file.items()]
    pairs = pair_files(pictures, root, labels, names, loose=loose)
    for picture in pictures:
        try:
            for file in pairs.masks_of(picture):
                for part in by_file[file.path]:
                    _give(pairing, picture, AnnotationPart(part.format, part.entry, file.label))
        except MaskError as error:
            pairing.problems[picture] = str(error)
    pairing.strangers += [path.name for path in pairs.unused if any(part.labels for part in by_file[path])]


def _give(pairing: AnnotationPairs, picture: Path, part: AnnotationPart) -> None:
    if part.entry.labels:
        pairing.parts.setdefault(picture, []).append(part)
    else:
        pairing.undrawn.append(picture.name)


def _refuse_several(pairing: AnnotationPairs, picture: Path, parts: Sequence[AnnotationPart]) -> None:
    """Annotations of one picture may be of different labels, in one file or several; otherwise one is too many."""
    seen: set[str] = set()
    for part in parts:
        if seen & part.labels:
            names = name_some(list(dict.fromkeys(one.entry.path.name for one in parts)), 3)
            pairing.problems[picture] = (
                f"{picture.name} has several annotations of the same label ({names}). Leave one for each picture."
            )
        seen |= part.labels


def _relative(stated: str) -> PurePath:
    """A stated path without drive, root and steps upwards."""
    path = PurePath(stated.replace("\\", "/"))
    parts = [part for part in path.parts if part not in {path.anchor, "..", "/"} and not part.endswith(":")]
    return PurePath(*parts) if parts else PurePath("unnamed")


def _common_folder(paths: Iterable[Path]) -> Path:
    folders = [path.parent for path in paths]
    common = folders[0]
    while not all(folder.is_relative_to(common) for folder in folders):
        common = common.parent
    return common


def _name_of(entry: Entry, top: Path) -> PurePath:
    """The name by which a file is paired with a picture, below the folder of all."""
    path = PurePath(entry.path.relative_to(top))
    return path if entry.paired_as is None else path.parent / entry.paired_as
