"""Annotations of other programs as masks of pictures: which is whose, what labels mean, and how corners are counted."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from unet_desktop.engine.events import StopPoint
from unet_desktop.errors import ImageError, MaskError, Remedy
from unet_desktop.formats.annotations import Annotation
from unet_desktop.formats.compose import compose_mask, refuse_other_size
from unet_desktop.formats.recognise import AnnotationFile
from unet_desktop.formats.shapes import Filling, Polygon, is_traced
from unet_desktop.images.read import read_size
from unet_desktop.labels import LabelSet
from unet_desktop.masks.foreign import ForeignMask
from unet_desktop.masks.label_names import LabelNames, match_labels
from unet_desktop.masks.names import find_last_label
from unet_desktop.masks.orientation import Placements, decide_placements, read_placement
from unet_desktop.masks.questions import Question
from unet_desktop.masks.readings import name_value
from unet_desktop.plurals import quantity
from unet_desktop.safe_text import escape_controls
from unet_desktop.tasks.annotation_pairs import AnnotationPart, pair_annotations
from unet_desktop.tasks.import_events import AnnotationsLeftOut
from unet_desktop.tasks.mask_options import MaskOptions

_MAX_NAMED = 10
_ORDERS = {"xy": "x and y", "yx": "row and column (y and x)"}
_SAMPLE = 40
"""Pictures whose polygons are looked at to find out how corners are counted."""


@dataclass(frozen=True, slots=True, eq=False)
class AnnotatedMasks:
    """How the annotations of an import are read; the counterpart of `foreign.MaskPlan`.

    Attributes:
        labels: of the project. kinds: formats that occur, and how many files of each. names: what labels' names mean.
        filling: of polygons, where they are not as their format has them. placements: how annotations lie on turned
        photographs. unread: files that could not be used, and why, as sentences. strangers: pictures that annotations
        name and that are not there. undrawn: pictures for which nothing was drawn. order: of the two numbers of a line
        of text contours, "xy" or "yx"; empty if there are none that need it, None if
            it is unknown.
    """

    labels: LabelSet
    kinds: Mapping[str, int] = field(default_factory=dict)
    names: LabelNames = field(default_factory=LabelNames)
    filling: Filling | None = None
    placements: Placements = field(default_factory=Placements)
    unread: tuple[tuple[Path, str], ...] = ()
    strangers: tuple[str, ...] = ()
    undrawn: tuple[str, ...] = ()
    order: str | None = ""
    _parts: Mapping[Path, tuple[AnnotationPart, ...]] = field(default_factory=dict)
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
        if self.order:
            found.append(f"Lines of the contours hold {_ORDERS[self.order]}.")
        return (*found, *self.placements.remarks)

    @property
    def question(self) -> Question | None:
        """None: what has to be asked is in `names`."""
        return None

    @property
    def keys(self) -> tuple[tuple[str, int], ...]:
        """Empty: annotations have no values."""
        return ()

    @property
    def asks_order(self) -> bool:
        """Whether it is unknown which of the two numbers of a contour's corners is x."""
        return self.order is None

    def ask(self) -> None:
        """Refuse to go on where annotations cannot be read surely.

        Raises:
            MaskError: it is not known what a label means, or how annotations of turned photographs lie.
        """
        self.names.ask(self.labels)
        if self.order is None:
            raise MaskError(
                "Each line of the contours has two numbers, and it is unclear which is x: both fit the pictures.",
                Remedy.AXIS_ORDER,
            )
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
                annotations.append(part.read(self.order or "xy"))
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
        what = "is no region" if len(skipped) == 1 else "are no regions"
        problem = f"{picture.name}: passed over {_describe_skipped(skipped)}, which {what}." if skipped else ""
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
    found: list[AnnotationPart] = []
    unread = [(one.path, one.sentence) for one in files if one.problem]
    kinds: dict[str, int] = {}
    for one in files:
        yield StopPoint("read")
        if one.format is None:
            continue
        try:
            label = find_last_label(one.path.name, labels) if one.path.is_dir() else None
            found += [AnnotationPart(one.format, entry, label) for entry in one.format.look(one.path)]
            kinds[one.kind] = kinds.get(one.kind, 0) + 1
        except MaskError as error:
            unread.append((one.path, f"{one.path} ({one.kind}) was not read: {error}."))
    if not found and unread:
        raise MaskError(AnnotationsLeftOut(tuple(problem for _, problem in unread)).sentence)
    pairing = pair_annotations(found, pictures, root, labels, loose=options.loose)
    names = match_labels(
        {name for parts in pairing.parts.values() for part in parts for name in part.labels}, labels, options.names
    )
    left_out = {name for name, value in names.values.items() if value is None}
    bare = {
        picture
        for picture, parts in pairing.parts.items()
        if all(part.labels <= left_out for part in parts) and picture not in pairing.problems
    }
    plan = AnnotatedMasks(
        labels,
        kinds,
        names,
        unread=tuple(unread),
        strangers=tuple(pairing.strangers),
        undrawn=(*pairing.undrawn, *sorted(picture.name for picture in bare)),
        _parts={picture: tuple(parts) for picture, parts in pairing.parts.items() if picture not in bare},
        _problems=pairing.problems,
    )
    return _decide(plan, options)


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
    plan = replace(plan, order=options.axes or _find_order(plan))
    filling = Filling.BORDER if _is_traced(plan) else None
    return replace(plan, filling=filling, placements=decide_placements(placements, options.as_stored))


def _find_order(plan: AnnotatedMasks) -> str | None:
    """Which of the two numbers of a contour's corners is x, if the pictures' sizes tell; see `AnnotatedMasks.order`."""
    fits: set[str] = set()
    asked = False
    for picture, parts in plan._parts.items():
        for first, second in (part.entry.reach for part in parts if part.entry.reach is not None):
            asked = True
            try:
                height, width = read_size(picture)
            except ImageError:  # said when that picture is imported
                continue
            is_xy, is_yx = first <= width and second <= height, first <= height and second <= width
            if is_xy != is_yx:
                fits.add("xy" if is_xy else "yx")
    if not asked:
        return ""
    return fits.pop() if len(fits) == 1 else None


def _is_traced(plan: AnnotatedMasks) -> bool:
    """Whether all polygons that can tell were traced through the centres of border pixels."""
    told = []
    for picture, parts in islice(plan._parts.items(), _SAMPLE):
        try:
            size = parts[0].entry.size or read_size(picture)
            annotations = [part.read(plan.order or "xy") for part in parts]
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
