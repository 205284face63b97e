"""Masks of other programs: look at all of them, decide once what their values mean, then read each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from unet_desktop.errors import MaskError
from unet_desktop.images.read import DECODER_ERRORS, FORMATS, describe_decoder_error, read_size
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED, Label, LabelSet
from unet_desktop.links import open_to_read
from unet_desktop.masks.decide import decide, is_own
from unet_desktop.masks.mask_content import BLACK, WHITE, MaskContent, read_content
from unet_desktop.masks.mask_facts import MaskFacts, gather_facts
from unet_desktop.masks.orientation import Placements
from unet_desktop.masks.pairs import MaskFile
from unet_desktop.masks.questions import MaskKind, Question
from unet_desktop.masks.readings import (
    ChannelReading,
    Reading,
    TableReading,
    TwoToneReading,
    describe_facts,
    read_own,
)
from unet_desktop.masks.regions import Mask
from unet_desktop.plurals import quantity

_MAX_THREADS = 4
_ALL = ""
"""Stands for the masks that hold all labels, where others are of one label each."""


@dataclass(frozen=True, slots=True)
class ForeignMask:
    """A mask in the project's labels.

    Attributes:
        mask: (H, W) uint8.
        possible_labels: names of the labels that masks of this kind can hold: one if they are black and white. None for
            an empty mask, whose kind is unknown.
        notes: what had to be decided for it, as sentences.
        problem: what of the file is not in it, as a sentence; empty if nothing.
    """

    mask: Mask
    possible_labels: frozenset[str] | None = None
    notes: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class MaskPlan:
    """How the masks of an import are read.

    Attributes:
        labels: of the project.
        readings: by the name of the label that files are of, "" for files that hold all labels.
        own: the program's own masks, which are taken as they are.
        misfits: masks that do not fit the reading of the others, and why.
        possible: names of the labels that files can hold, by the same keys as the readings.
        placements: how masks lie on turned photographs.
        decode: decodes a file.
        remarks: what had to be decided for that, as sentences.
    """

    labels: LabelSet
    readings: Mapping[str, Reading | Question] = field(default_factory=dict)
    own: frozenset[Path] = frozenset()
    misfits: Mapping[Path, str] = field(default_factory=dict)
    possible: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    placements: Placements = field(default_factory=Placements)
    decode: Callable[[Path], MaskContent] = read_content
    remarks: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What means what, and what else had to be decided."""
        found = []
        for name, reading in self.readings.items():
            if not isinstance(reading, Question):
                of = f"Masks of {name}" if name else "Masks"
                found.append(f"{of}: {reading.sentence(self.labels)}.")
        if self.own:
            count = len(self.own)
            found.append(quantity(count, "mask is", "masks are"))
            found[-1] += " this program's own, taken as written."
        return (*found, *self.remarks, *self.placements.remarks)

    @property
    def question(self) -> Question | None:
        """What has to be asked before masks can be read; None if there is nothing to ask."""
        return next((one for one in self.readings.values() if isinstance(one, Question)), None)

    @property
    def keys(self) -> tuple[tuple[str, int], ...]:
        """What occurs in the masks, as `parse_mask_values` reads it, and what it means or, unsure, may mean.

        Empty where nobody could choose: no masks, a file for each label, or objects.
        """
        reading = self.readings.get(_ALL)
        if reading is None or len(self.readings) > 1:
            return ()
        if isinstance(reading, Question):
            return reading.guess
        if isinstance(reading, TableReading):
            return reading.keys()
        if isinstance(reading, TwoToneReading):
            ends = (BACKGROUND, reading.label.value)
            return tuple(zip(("#000000", "#ffffff"), ends if reading.label_is_white else ends[::-1], strict=True))
        return ()

    def ask(self) -> None:
        """Refuse to go on where masks cannot be read surely.

        Raises:
            MaskError: it has to be asked what values mean, or how masks of turned photographs lie.
        """
        question = self.question
        if question is not None:
            raise question.error(self.labels)
        self.placements.ask()

    def read(self, files: Sequence[MaskFile]) -> ForeignMask:
        """Read a picture's mask.

        Raises:
            MaskError: a file cannot be read, does not fit the reading, or is of another size than the others.
        """
        planes = [(file.label, self._read_file(file)) for file in files]
        possible = [self._possible(file) for file in files]
        if len(planes) == 1:
            return ForeignMask(planes[0][1], possible[0])
        sizes = {mask.shape for _, mask in planes}
        if len(sizes) > 1:
            names = ", ".join(str(file.path) for file in files)
            raise MaskError(f"The masks {names} are of different sizes. Give files of one size for each label.")
        return ForeignMask(put_together(planes, self.labels), frozenset().union(*(one or () for one in possible)))

    def read_for(self, picture: Path, files: Sequence[MaskFile]) -> ForeignMask:
        """Read the mask of this picture.

        Raises:
            MaskError: as `read`, or it is of another size than the picture. ImageError: the picture cannot be read.
        """
        found = self.read(files)
        height, width = read_size(picture)
        if found.mask.shape != (height, width):
            raise MaskError(
                f"The mask {files[0].path} has {found.mask.shape[1]} x {found.mask.shape[0]} pixels but its picture "
                f"{picture.name} {width} x {height}. Choose the masks that belong to these pictures."
            )
        return found

    def _read_file(self, file: MaskFile) -> Mask:
        if file.path in self.misfits:
            raise MaskError(self.misfits[file.path])
        content = self.decode(file.path)
        if file.path in self.own:
            mask = read_own(content)
        else:
            reading = self.readings.get(_key_of(file.label))
            if reading is None or isinstance(reading, Question):
                raise (reading or Question(f"The mask {file.path} was not looked at")).error(self.labels)
            mask = reading.read(content)
        return self.placements.place(file.path, mask)

    def _possible(self, file: MaskFile) -> frozenset[str] | None:
        if file.path in self.own:
            return frozenset(label.name for label in self.labels)
        return self.possible.get(_key_of(file.label))


def look_at_masks(
    paths: Sequence[Path], read: Callable[[Path], MaskContent] = read_content
) -> Iterator[tuple[Path, MaskFacts | MaskError]]:
    """Gather facts on mask files, several at a time, in order; `read` decodes one."""
    with ThreadPoolExecutor(min(_MAX_THREADS, os.cpu_count() or 1), "masks") as pool:
        try:
            yield from zip(paths, pool.map(partial(_look_at, read=read), paths), strict=True)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def plan_masks(
    files: Sequence[tuple[MaskFile, MaskFacts | MaskError]],
    labels: LabelSet,
    *,
    values: TableReading | None = None,
    colour_names: tuple[tuple[int, int], ...] = (),
    likely: Label | None = None,
) -> MaskPlan:
    """Decide how to read these masks.

    Args:
        files: the masks and what is in them.
        labels: of the project.
        values: what somebody said that values mean, for all masks.
        colour_names: see `mask_values.read_colour_names`.
        likely: the label that the folder of masks is named for.
    """
    groups: dict[str, list[MaskFacts]] = {}
    known = {label.name: label for label in labels}
    own: set[Path] = set()
    misfits: dict[Path, str] = {}
    for file, facts in files:
        if isinstance(facts, MaskError):
            misfits[file.path] = str(facts)
        elif file.label is None and is_own(facts, labels, exact=values is not None):
            own.add(file.path)
        else:
            groups.setdefault(_key_of(file.label), []).append(facts)
    readings: dict[str, Reading | Question] = {}
    possible: dict[str, frozenset[str] | None] = {}
    for name, masks in groups.items():
        kind = MaskKind(labels, known.get(name), likely, colour_names)
        reading = decide(masks, kind) if values is None else _fit_said_values(values, masks, kind)
        readings[name] = reading
        if not isinstance(reading, Question):
            possible[name] = _possible_labels(reading, masks, kind)
            misfits |= {
                facts.path: _describe_misfit(facts, reading, labels) for facts in masks if not reading.fits(facts)
            }
    return MaskPlan(labels, readings, frozenset(own), misfits, possible)


def read_foreign_mask(path: Path, labels: LabelSet) -> ForeignMask:
    """Read one mask by itself; of several, use `plan_masks`.

    Raises:
        MaskError: unreadable, or it is not sure what its values mean.
    """
    file = MaskFile(path)
    return plan_masks([(file, _look_at(path))], labels).read([file])


def put_together(planes: Sequence[tuple[Label | None, Mask]], labels: LabelSet) -> Mask:
    """(H, W) uint8 of a mask for each label: what lies in several is of the innermost one."""
    whole = np.full(planes[0][1].shape, BACKGROUND, np.uint8)
    for _, mask in planes:
        whole[mask == NOT_ANNOTATED] = NOT_ANNOTATED
    for label in labels:  # a parent before its children
        for _, mask in planes:
            whole[mask == label.value] = label.value
    return whole


def read_soft_map(path: Path) -> Mask:
    """(H, W) uint8: how many experts marked a pixel, as published with Drishti-GS1 (0, 64, 128, 191, 255 of 4).

    Raises:
        MaskError: it cannot be read.
    """
    try:
        with open_to_read(path) as file, Pillow.open(file, formats=FORMATS) as opened:
            return np.array(opened.convert("L"), dtype=np.uint8)
    except DECODER_ERRORS as error:
        raise MaskError(f"The soft map {path} cannot be read ({describe_decoder_error(error)}).") from error


def _look_at(path: Path, read: Callable[[Path], MaskContent] = read_content) -> MaskFacts | MaskError:
    try:
        return gather_facts(read(path))
    except MaskError as error:
        return error


def _key_of(label: Label | None) -> str:
    return _ALL if label is None else label.name


def _fit_said_values(values: TableReading, masks: Sequence[MaskFacts], kind: MaskKind) -> Reading:
    """What somebody said, where a file for each label holds that label alone."""
    only = kind.only
    if only is not None:
        names = {label.value for label in kind.labels}
        table = tuple((key, only.value if value in names else value) for key, value in values.table)
        values = replace(values, table=table)
    black, white = (BLACK, WHITE) if values.by_colour else (0, 255)
    ends = dict(values.table)
    shades = any(facts.is_number and (facts.smooth or facts.lossy) for facts in masks)
    if shades and ends.keys() == {black, white}:
        named = {key: kind.labels.by_value(value) for key, value in ends.items() if value != BACKGROUND}
        for key, label in named.items():
            if label is not None and len(named) == 1:
                lossy = any(facts.lossy for facts in masks)
                return TwoToneReading(label, label_is_white=key == white, shades=lossy)
    return values


def _describe_misfit(facts: MaskFacts, reading: Reading, labels: LabelSet) -> str:
    return f"The mask {facts.path} {describe_facts(facts)}, but masks are read so: {reading.sentence(labels)}."


def _possible_labels(reading: Reading, masks: Sequence[MaskFacts], kind: MaskKind) -> frozenset[str] | None:
    """See `ForeignMask.possible_labels`.

    Masks of 0 and 1 count as black and white unless they are indexed with a palette that shows every label.
    """
    everything = frozenset(label.name for label in kind.wanted)
    if isinstance(reading, ChannelReading):
        return frozenset(label.name for _, label in reading.channels)
    if not isinstance(reading, TableReading):
        return frozenset({reading.label.name})
    found = {value for _, value in reading.table}
    if found <= {BACKGROUND}:
        return None
    if reading.by_colour or any(_shows_all(facts, kind.labels) for facts in masks):
        return everything
    return frozenset({kind.first.name}) if found <= {BACKGROUND, NOT_ANNOTATED, kind.first.value} else everything


def _shows_all(facts: MaskFacts, labels: LabelSet) -> bool:
    """Whether an indexed mask's palette can show each label: the background's colour shows none."""
    palette = facts.palette
    return palette is not None and all(palette[label.value] != palette[BACKGROUND] for label in labels)
