"""Readings: what the numbers or colours of mask files mean. One reading holds for all masks of an import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from unet_desktop.errors import MaskError
from unet_desktop.images.opencv import cv2
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED, Label, LabelSet
from unet_desktop.masks.mask_content import (
    BLACK,
    OPAQUE,
    TRANSPARENT,
    WHITE,
    Colours,
    Key,
    MaskContent,
    grey_level,
    name_colour,
    spell_colour,
)
from unet_desktop.masks.mask_facts import MaskFacts, count_values
from unet_desktop.masks.regions import Mask, label_image
from unet_desktop.plurals import name_some

_UNKNOWN = -1
_MAX_NAMED = 8
MANY_NUMBERS = 32
"""So many different numbers are described by their range."""
_PROBABLE = (-1e-3, 1 + 1e-3)
"""Probabilities, with what rounding and smoothing add to them."""
_CHANNELS = ("red", "green", "blue")


@dataclass(frozen=True, slots=True)
class TableReading:
    """Each number, index or colour means one value of the project's masks.

    Attributes:
        table: key and value.
        by_colour: keys are colours, as of `Colours`; else numbers or indices.
        others: what all other keys mean; None if no others may occur.
    """

    table: tuple[tuple[Key, int], ...]
    by_colour: bool = False
    others: int | None = None

    def fits(self, facts: MaskFacts) -> bool:
        """Can every pixel of this file be read?"""
        if facts.many:
            return False
        if self.others is not None:
            return facts.is_colour <= self.by_colour
        known = {key for key, _ in self.table}
        if self.by_colour:
            colours = facts.by_colour(facts.counts)
            return colours is not None and colours.keys() <= known
        return not facts.is_colour and all(key in known or (_is_nan(key) and _has_nan(known)) for key in facts.counts)

    def read(self, content: MaskContent) -> Mask:
        """(H, W) uint8.

        Raises:
            MaskError: there are keys that the table does not have.
        """
        values = content.values
        if self.by_colour and not content.is_colour:
            values = _to_colours(content)
        elif not self.by_colour and content.is_colour:
            raise MaskError(f"{_holds(content)}, not numbers.")
        found = self._look_up(values)
        if self.others is not None:
            found[found == _UNKNOWN] = self.others
        elif bool((found == _UNKNOWN).any()):
            raise MaskError(f"{_holds(content)}, which do not all have a meaning.")
        return found.astype(np.uint8)

    def _look_up(self, values: NDArray[np.generic]) -> NDArray[np.int16]:
        if values.dtype == np.uint8:
            table = np.full(256, _UNKNOWN, np.int16)
            for key, value in self.table:
                if key in range(256):
                    table[int(key)] = value
            return np.asarray(cv2.LUT(values.astype(np.uint8, copy=False), table), np.int16)
        found = np.full(values.shape, _UNKNOWN, np.int16)
        for key, value in self.table:
            found[np.isnan(values) if _is_nan(key) else values == key] = value
        return found

    def sentence(self, labels: LabelSet) -> str:
        """What means what, without full stop."""
        parts = [f"{self._name(key)} is {name_value(value, labels)}" for key, value in self.table]
        if self.others is not None:
            parts.append(f"everything else is {name_value(self.others, labels)}")
        return ", ".join(parts)

    def keys(self) -> tuple[tuple[str, int], ...]:
        """The keys as text, and what they mean."""
        rest = () if self.others is None else (("others", self.others),)
        spell = (lambda key: spell_colour(int(key))) if self.by_colour else name_key
        return (*((spell(key), value) for key, value in self.table), *rest)

    def _name(self, key: Key) -> str:
        return name_colour(int(key)) if self.by_colour else name_key(key)


@dataclass(frozen=True, slots=True)
class TwoToneReading:
    """Black and white, with sharp or smooth edges: one of the two is a label.

    Attributes:
        label: what one of the two means.
        label_is_white: else it is black.
        shades: somebody said so, so that any shade is taken as the one that is nearer.
    """

    label: Label
    label_is_white: bool = True
    shades: bool = False

    def fits(self, facts: MaskFacts) -> bool:
        """Does the file hold black and white alone, perhaps with shades at edges?"""
        if facts.is_number and (facts.smooth or (self.shades and facts.has_two_ends)):
            return True
        colours = None if facts.many else facts.by_colour(facts.counts)
        return colours is not None and colours.keys() <= {BLACK, WHITE}

    def read(self, content: MaskContent) -> Mask:
        """(H, W) uint8.

        Raises:
            MaskError: the file holds colours.
        """
        if content.is_colour:
            raise MaskError(f"{_holds(content)}, not black and white.")
        if content.palette is None:
            light = np.asarray(content.values, np.float32) >= content.white / 2
        else:
            light = (content.palette & 255)[content.values] >= 128
        return np.where(light == self.label_is_white, np.uint8(self.label.value), np.uint8(BACKGROUND))

    def sentence(self, labels: LabelSet) -> str:
        """What means what, without full stop."""
        del labels
        black, white = ("background", self.label.name) if self.label_is_white else (self.label.name, "background")
        return f"black is {black}, white is {white}"


@dataclass(frozen=True, slots=True)
class ThresholdReading:
    """Probabilities from 0 to 1: a half and more is the label."""

    label: Label

    def fits(self, facts: MaskFacts) -> bool:
        """Are all numbers from 0 to 1?"""
        least, most = _PROBABLE
        return facts.is_number and not facts.lossy and least <= facts.low and facts.high <= most

    def read(self, content: MaskContent) -> Mask:
        """(H, W) uint8.

        Raises:
            MaskError: some number is no probability.
        """
        values, (least, most) = np.asarray(content.values, np.float32), _PROBABLE
        is_number = not content.is_colour and content.palette is None
        if not is_number or not bool(((values >= least) & (values <= most)).all()):
            raise MaskError(f"{_holds(content)}, not probabilities from 0 to 1.")
        return np.where(values >= 0.5, np.uint8(self.label.value), np.uint8(BACKGROUND))

    def sentence(self, labels: LabelSet) -> str:
        """What means what, without full stop."""
        del labels
        return f"numbers from 0 to 1 are probabilities, and 0.5 or more is {self.label.name}"


@dataclass(frozen=True, slots=True)
class AlphaReading:
    """The shape is in the alpha channel: what can be seen is the label."""

    label: Label

    def fits(self, facts: MaskFacts) -> bool:
        """Is there one colour at most, opaque or transparent but for its edges?"""
        return facts.is_colour and (facts.smooth or facts.counts.keys() == {TRANSPARENT})

    def read(self, content: MaskContent) -> Mask:
        """(H, W) uint8.

        Raises:
            MaskError: there is no alpha channel.
        """
        if not content.is_colour:
            raise MaskError(f"{_holds(content)} and no alpha channel.")
        alpha = np.asarray(content.values, np.uint32) >> 24
        opaque = alpha >= max(1, int(alpha.max()) / 2)
        return np.where(opaque, np.uint8(self.label.value), np.uint8(BACKGROUND))

    def sentence(self, labels: LabelSet) -> str:
        """What means what, without full stop."""
        del labels
        return f"transparent is background, opaque is {self.label.name}"


@dataclass(frozen=True, slots=True)
class ObjectReading:
    """Each number is one object; all objects are regions of one label."""

    label: Label

    def fits(self, facts: MaskFacts) -> bool:
        """Are all numbers whole, and none negative?"""
        return not facts.is_colour and not facts.many and facts.whole and facts.low >= 0

    def read(self, content: MaskContent) -> Mask:
        """(H, W) uint8.

        Raises:
            MaskError: the file holds colours.
        """
        if content.is_colour:
            raise MaskError(f"{_holds(content)}, not the numbers of objects.")
        return np.where(content.values != 0, np.uint8(self.label.value), np.uint8(BACKGROUND))

    def sentence(self, labels: LabelSet) -> str:
        """What means what, without full stop."""
        del labels
        return f"each number is an object, and all objects are {self.label.name}; 0 is background"


@dataclass(frozen=True, slots=True)
class ChannelReading:
    """A region in each channel of red, green and blue: (channel's name, label)."""

    channels: tuple[tuple[str, Label], ...]
    labels: LabelSet

    def fits(self, facts: MaskFacts) -> bool:
        """Is each channel nothing or full, and no other channel used?"""
        if facts.many:
            return False
        colours = facts.by_colour(facts.counts)
        allowed = sum(0xFF << _shift(channel) for channel, _ in self.channels)
        return colours is not None and all(
            colour >> 24 == 255
            and not colour & 0xFFFFFF & ~allowed
            and all(colour >> shift & 255 in {0, 255} for shift in (0, 8, 16))
            for colour in colours
        )

    def read(self, content: MaskContent) -> Mask:
        """(H, W) uint8."""
        colours = np.asarray(content.values, np.uint32) if content.is_colour else _to_colours(content)
        planes = np.zeros((len(self.labels), *content.size), bool)
        order = [label.name for label in self.labels]
        for channel, label in self.channels:
            planes[order.index(label.name)] = (colours >> _shift(channel) & 255) > 0
        return label_image(planes, self.labels)

    def sentence(self, labels: LabelSet) -> str:
        """What means what, without full stop."""
        del labels
        return ", ".join(f"the {channel} channel is {label.name}" for channel, label in self.channels)


Reading: TypeAlias = TableReading | TwoToneReading | ThresholdReading | AlphaReading | ObjectReading | ChannelReading


def read_own(content: MaskContent) -> Mask:
    """(H, W) uint8: the program's own mask, as it was written."""
    return np.array(content.values, np.uint8)


def name_value(value: int, labels: LabelSet) -> str:
    """A value of the project's masks, in words."""
    if value == BACKGROUND:
        return "background"
    label = labels.by_value(value)
    return "not annotated" if value == NOT_ANNOTATED or label is None else label.name


def name_key(key: Key) -> str:
    """A number for people: 300, 0.5, nan."""
    return f"{key:g}" if isinstance(key, float) else str(key)


def name_keys(counts: Mapping[Key, int], *, by_colour: bool) -> str:
    """The most frequent keys in words, in order."""
    most = sorted(counts, key=lambda key: -counts[key])[:_MAX_NAMED]
    names = [name_colour(int(key)) if by_colour else name_key(key) for key in sorted(most)]
    more = f" and {len(counts) - len(most):,} more" if len(counts) > len(most) else ""
    return ", ".join(names) + more


def describe_facts(facts: MaskFacts) -> str:
    """What a file holds, in words: "holds the colours #000000, #800000"."""
    if facts.many and facts.is_number:
        return f"holds shades from {facts.low:g} to {facts.high:g}"
    if facts.many:
        return "holds thousands of colours, as a photograph does"
    if facts.is_colour:
        return f"holds the {_plural('colour', facts.counts)} {name_keys(facts.counts, by_colour=True)}"
    if facts.palette is not None:
        numbers = sorted(facts.counts)
        shown = name_some([f"{key} ({name_colour(int(facts.palette[int(key)]))})" for key in numbers], _MAX_NAMED)
        return f"holds the {_plural('index', numbers)} {shown} of its palette"
    if len(facts.counts) > MANY_NUMBERS:
        return f"holds {describe_range(facts.counts)}"
    return f"holds the {_plural('value', facts.counts)} {name_keys(facts.counts, by_colour=False)}"


def describe_range(counts: Mapping[Key, int]) -> str:
    """Many numbers in words: "250 different values from 0 to 255"."""
    numbers = [key for key in counts if not _is_nan(key)]
    also = " and nan" if len(numbers) < len(counts) else ""
    return f"{len(numbers):,} different values from {name_key(min(numbers))} to {name_key(max(numbers))}{also}"


def _plural(word: str, things: Mapping[Key, int] | Iterable[Key]) -> str:
    several = {"index": "indices"}.get(word, f"{word}s")
    return word if len(list(things)) == 1 else several


def _holds(content: MaskContent) -> str:
    counts = count_values(content.values) or {}
    if len(counts) > MANY_NUMBERS and not content.is_colour and content.palette is None:
        return f"The mask {content.path} holds {describe_range(counts)}"
    what = "colours" if content.is_colour else "values" if content.palette is None else "indices"
    return f"The mask {content.path} holds the {what} {name_keys(counts, by_colour=content.is_colour)}"


def _to_colours(content: MaskContent) -> Colours:
    """(H, W): what viewers show for numbers or indices."""
    if content.palette is not None:
        return np.asarray(content.palette[content.values], np.uint32)
    levels = np.asarray(content.values, np.float64) * grey_level(1, content.white)
    grey = np.clip(np.nan_to_num(levels), 0, 255).astype(np.uint32)
    colours = np.uint32(OPAQUE) | grey * np.uint32(0x010101)
    return np.where(levels == grey, colours, np.uint32(TRANSPARENT + 1))  # no colour that any table has


def _shift(channel: str) -> int:
    return 16 - 8 * _CHANNELS.index(channel)


def _is_nan(key: Key) -> bool:
    return key != key


def _has_nan(keys: Iterable[Key]) -> bool:
    return any(_is_nan(key) for key in keys)
