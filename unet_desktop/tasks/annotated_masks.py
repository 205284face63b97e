"""Annotations of other programs as masks of pictures: which is whose, what labels mean, and how corners are counted."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path, PurePath

from unet_desktop.engine.events import StopPoint
from unet_desktop.errors import ImageError, MaskError
from unet_desktop.formats.annotations import Annotation, Entry, Format
from unet_desktop.formats.compose import compose_mask, refuse_other_size
from unet_desktop.formats.recognise import AnnotationFile
from unet_desktop.formats.shapes import Filling, Polygon, is_traced
from unet_desktop.images.read import read_size
from unet_desktop.labels import Label, LabelSet
from unet_desktop.masks.foreign import ForeignMask
from unet_desktop.masks.label_names import LabelNames, match_labels
from unet_desktop.masks.named_pictures import NamedPictures
from unet_desktop.masks.orientation import Placements, decide_placements, read_placement
from unet_desktop.masks.pairs import pair_files
from unet_desktop.masks.questions import Question
from unet_desktop.masks.readings import name_value
from unet_desktop.plurals import name_some, quantity
from unet_desktop.safe_text import escape_controls
from unet_desktop.tasks.events import AnnotationsLeftOut
from unet_desktop.tasks.mask_options import MaskOptions

_MAX_NAMED = 10
_SAMPLE = 40
"""Pictures whose polygons are looked at to find out how corners are counted."""


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """An entry of a picture; `label` is said by its file's name, where that says one."""

    format: Format
    entry: Entry
    label: Label | None = None

    @property
    def labels(self) -> frozenset[str]:
        return frozenset({self.label.name}) if self.label is not None else self.entry.labels

    def read(self) -> Annotation:
        """Read the entry; shapes without a name are of the label that the file's name says."""
        found = self.format.read(self.entry)
        if self.label is None:
            return found
        name = self.label.name
        return replace(
            found, drawn=tuple(replace(one, label=name if one.label is not None else None) for one in found.drawn)
        )


@dataclass(frozen=True, slots=True, eq=False)
class AnnotatedMasks:
    """How the annotations of an import are read; the counterpart of `foreign.MaskPlan`.

    Attributes:
        labels: of the project.
        kinds: formats that occur, and how many files of each.
        names: what labels' names mean.
        filling: of polygons, where they are not as their format has them.
        placements: how annotations lie on turned photographs.
        unread: files that could not be used, and why, as sentences.
        strangers: pictures that annotations name and that are not there.
        undrawn: pictures for which nothing was drawn.
    """

    labels: LabelSet
    kinds: Mapping[str, int] = field(default_factory=dict)
    names: LabelNames = field(default_factory=LabelNames)
    filling: Filling | None = None
    placements: Placements = field(default_factory=Placements)
    unread: tuple[tuple[Path, str], ...] = ()
    strangers: tuple[str, ...] = ()
    undrawn: tuple[str, ...] = ()
    _parts: Mapping[Path, tuple[_Part, ...]] = field(default_factory=dict)
    _problems: Mapping[Path, str] = field(default_factory=dict)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What means what, and what else had to be decided."""
        kinds = " and ".join(f"{kind} ({quantity(count, 'file')})" for kind, count in self.kinds.items())
        meanings = [
            f'"{escape_controls(name)}" is {name_value(value, self.labels)}' if name else self._describe_unnamed(value)
            for name, value in self.names.values.items()
            if value is not None
        ]
        left = [f'"{escape_controls(name)}"' for name, value in self.names.values.items() if value is None]
        found = [f"Masks are read from {kinds}: {', '.join(meanings)}."] if meanings else []
        if left:
            found.append(f"Left out: {', '.join(left)}.")
        if self.filling is Filling.BORDER:
            found.append("Outlines run through the centres of border pixels, as OpenCV traces them; these are inside.")
        return (*found, *self.placements.remarks)

    @property
    def question(self) -> Question | None:
        """None: what has to be asked is in `names`."""
        return None

    @property
    def keys(self) -> tuple[tuple[str, int], ...]:
        """Empty: annotations have no values."""
        return ()

    def ask(self) -> None:
        """Refuse to go on where annotations cannot be read surely.

        Raises:
            MaskError: it is not known what a label means, or how annotations of turned photographs lie.
        """
        self.names.ask(self.labels)
        self.placements.ask()

    def has_mask(self, picture: Path) -> bool:
        """Is there an annotation of the picture, or a doubt which one?"""
        return picture in self._parts or picture in self._problems

    def files_of(self, picture: Path) -> tuple[Path, ...]:
        """The files that hold the picture's annotation."""
        return tuple(dict.fromkeys(part.entry.path for part in self._parts.get(picture, ())))

    def read_for(self, picture: Path) -> ForeignMask | None:
        """Read the mask of this picture; None if there is none.

        Raises:
            MaskError: it does not fit the picture, or is damaged. ImageError: the picture cannot be read.
        """
        if picture in self._problems:
            raise MaskError(self._problems[picture])
        parts = self._parts.get(picture)
        if not parts:
            return None
        height, width = read_size(picture)
        stored = self.placements.stored.get(picture, 1) > 4  # sides are swapped
        size = (width, height) if stored else (height, width)
        path = parts[0].entry.path
        try:
            annotations = []
            for part in parts:
                if part.entry.size is not None:
                    refuse_other_size(part.entry.size, size)
                annotations.append(part.read())
            found = compose_mask(annotations, self.names.values, self.labels, size, self.filling)
        except MaskError as error:
            raise MaskError(f"The annotation of {picture.name} in {path} was not imported: {error}.") from error
        skipped = [kind for annotation in annotations for kind in annotation.skipped]
        if not found.drawn and not any(annotation.unknown for annotation in annotations):
            what = f" but {_describe_skipped(skipped)}, no regions" if skipped else ""
            raise MaskError(
                f"The annotation of {picture.name} in {path} was not imported: nothing is drawn in the picture{what}."
            )
        labels = {self.names.values.get(name) for part in parts for name in part.labels}
        possible = frozenset(label.name for label in self.labels if label.value in labels)
        problem = f"{picture.name}: passed over {_describe_skipped(skipped)}, which are no regions." if skipped else ""
        mask = self.placements.place(picture, found.mask)
        return ForeignMask(mask, possible, found.notes, problem)

    def _describe_unnamed(self, value: int | None) -> str:
        label = self.labels.by_value(value or 0)
        return f"the one region is {label.name}" if label else "the one region is background"


def plan_annotations(
    files: Sequence[AnnotationFile], pictures: Sequence[Path], root: Path, labels: LabelSet, options: MaskOptions
) -> Generator[StopPoint, None, AnnotatedMasks]:
    """Look at all annotations of an import and decide how they are read.

    Args:
        files: the files.
        pictures: the pictures, below `root`.
        root: their folder.
        labels: of the project.
        options: what somebody said.

    Yields:
        an event for each file, so that it can be stopped.

    Raises:
        MaskError: none of the files can be used.
    """
    found: list[_Part] = []
    unread = [(one.path, f"{one.path} ({one.kind}) was not read: {one.problem}.") for one in files if one.problem]
    kinds: dict[str, int] = {}
    for one in files:
        yield StopPoint("read")
        if one.format is None:
            continue
        try:
            found += [_Part(one.format, entry) for entry in one.format.look(one.path)]
            kinds[one.kind] = kinds.get(one.kind, 0) + 1
        except MaskError as error:
            unread.append((one.path, f"{one.path} ({one.kind}) was not read: {error}."))
    if not found and unread:
        raise MaskError(AnnotationsLeftOut(tuple(problem for _, problem in unread)).sentence)
    pairing = _pair(found, pictures, root, labels, loose=options.loose)
    names = match_labels(
        {name for parts in pairing.parts.values() for part in parts for name in part.labels}, labels, options.names
    )
    plan = AnnotatedMasks(
        labels,
        kinds,
        names,
        unread=tuple(unread),
        strangers=tuple(pairing.strangers),
        undrawn=tuple(pairing.undrawn),
        _parts={picture: tuple(parts) for picture, parts in pairing.parts.items()},
        _problems=pairing.problems,
    )
    return _decide(plan, options)


@dataclass(slots=True)
class _Pairing:
    parts: dict[Path, list[_Part]] = field(default_factory=dict)
    problems: dict[Path, str] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)
    undrawn: list[str] = field(default_factory=list)


def _pair(found: Sequence[_Part], pictures: Sequence[Path], root: Path, labels: LabelSet, *, loose: bool) -> _Pairing:
    """Give each picture its entries: by the names that they state, or by the names of their files."""
    pairing = _Pairing()
    named = NamedPictures(pictures, root, labels)
    by_file: dict[Path, list[_Part]] = {}
    for part in found:
        entry = part.entry
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
        else:
            pairing.strangers.append(entry.picture)
    _pair_by_file(pairing, by_file, pictures, root, labels, loose=loose)
    for picture, parts in pairing.parts.items():
        _refuse_several(pairing, picture, parts)
    return pairing


def _pair_by_file(
    pairing: _Pairing,
    by_file: Mapping[Path, list[_Part]],
    pictures: Sequence[Path],
    root: Path,
    labels: LabelSet,
    *,
    loose: bool,
) -> None:
    if not by_file:
        return
    top = _common_folder(by_file)
    pairs = pair_files(pictures, root, labels, [(path, _name_of(path, top)) for path in by_file], loose=loose)
    for picture in pictures:
        try:
            for file in pairs.masks_of(picture):
                for part in by_file[file.path]:
                    _give(pairing, picture, _Part(part.format, part.entry, file.label))
        except MaskError as error:
            pairing.problems[picture] = str(error)
    pairing.strangers += [path.name for path in pairs.unused]


def _give(pairing: _Pairing, picture: Path, part: _Part) -> None:
    if part.entry.labels:
        pairing.parts.setdefault(picture, []).append(part)
    else:
        pairing.undrawn.append(picture.name)


def _refuse_several(pairing: _Pairing, picture: Path, parts: Sequence[_Part]) -> None:
    """Annotations of one picture may be of different labels, in one file or several; otherwise one is too many."""
    seen: set[str] = set()
    for part in parts:
        if seen & part.labels:
            names = name_some(list(dict.fromkeys(one.entry.path.name for one in parts)), 3)
            pairing.problems[picture] = (
                f"{picture.name} has several annotations of the same label ({names}). Leave one for each picture."
            )
        seen |= part.labels


def _decide(plan: AnnotatedMasks, options: MaskOptions) -> AnnotatedMasks:
    """Find how corners are counted, and how annotations of turned photographs lie."""
    placements = []
    for picture, parts in plan._parts.items():
        entry = parts[0].entry
        try:
            size = entry.size or read_size(picture)
            placement = read_placement(picture, picture, size, is_upright=entry.upright)
        except ImageError:  # the picture is not imported, and says why then
            continue
        if placement is not None:
            placements.append(placement)
    filling = Filling.BORDER if _is_traced(plan) else None
    return replace(plan, filling=filling, placements=decide_placements(placements, options.as_stored))


def _is_traced(plan: AnnotatedMasks) -> bool:
    """Whether all polygons that can tell were traced through the centres of border pixels."""
    told = []
    for picture, parts in islice(plan._parts.items(), _SAMPLE):
        try:
            size = parts[0].entry.size or read_size(picture)
            annotations = [part.read() for part in parts]
        except (MaskError, ImageError):  # said when that picture is imported
            continue
        told += [is_traced(polygon.rings_in(size)) for polygon in _polygons(annotations)]
    sure = [one for one in told if one is not None]
    return bool(sure) and all(sure)


def _polygons(annotations: Iterable[Annotation]) -> Iterable[Polygon]:
    for annotation in annotations:
        for drawn in annotation.drawn:
            if isinstance(drawn.shape, Polygon):
                yield drawn.shape


def _describe_skipped(kinds: Sequence[str]) -> str:
    counts = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    return ", ".join(
        quantity(count, escape_controls(kind), escape_controls(_plural(kind))) for kind, count in counts.items()
    )


def _plural(kind: str) -> str:
    return f"{kind}es" if kind.endswith("x") else f"{kind}s"


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


def _name_of(path: Path, top: Path) -> PurePath:
    return PurePath(path.relative_to(top))
