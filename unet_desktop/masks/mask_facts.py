"""Facts on a mask file that tell what its values mean: small, so that those of thousands can be held at once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from unet_desktop.images.opencv import cv2
from unet_desktop.masks.mask_content import OPAQUE, TRANSPARENT, Colours, Key, MaskContent, grey_level

MAX_KEYS = 4096
"""More different values than these are a picture's, or a map's of probabilities."""
_MAX_KEYS_IN_CONTACT = 8
_MIN_SHADES = 5
"""So many different shades at least has an edge that was smoothed."""
_NEAR_END = 0.1
"""Of the way from black to white: JPEG moves the values of a drawn mask by this at most, but at edges."""
_EDGE = 7
"""Pixels round an edge within which smoothing leaves shades."""
_BAND = 9
"""A band of a shade that is narrower than this could pass for a smoothed edge."""
_MOST_FLAT = 0.05
"""Share of the pixels in the middle of smoothed edges that may change as little as within a band."""


@dataclass(frozen=True, slots=True, eq=False)
class MaskFacts:
    """What a mask file holds.

    Attributes:
        path: the file.
        size: (height, width), upright.
        counts: pixels of each key, by number, index or colour; of MAX_KEYS keys at most.
        border: of the pixels at the picture's border.
        contacts: pairs of different keys (smaller first) that lie beside each other, and how often; empty where there
            are many keys.
        many: there are more keys than counts hold.
        smooth: numbers that are black and white with smoothed edges; of colours, one colour whose opacity is all or
            nothing, with smoothed edges or without.
        pieces: connected parts of all that is not 0, where numbers are whole, not negative and more than
            three; else 0.
        low, high: the smallest and the largest number; NaN apart.
        palette, is_colour, white, lossy, turned: as of `MaskContent`.
        wide: numbers of more than 8 bits.
        whole: all numbers are whole.
    """

    path: Path
    size: tuple[int, int]
    counts: Mapping[Key, int]
    border: Mapping[Key, int]
    contacts: Mapping[tuple[Key, Key], int] = field(default_factory=dict)
    many: bool = False
    smooth: bool = False
    pieces: int = 0
    low: float = 0.0
    high: float = 0.0
    palette: Colours | None = None
    is_colour: bool = False
    white: float = 255.0
    lossy: bool = False
    turned: bool = False
    wide: bool = False
    whole: bool = True

    @property
    def is_one_bit(self) -> bool:
        """Whether these are whole numbers of one bit, which are shades rather than numbers of labels."""
        return self.white == 1 and all(isinstance(key, int) for key in self.counts)

    @property
    def has_two_ends(self) -> bool:
        """Whether most numbers are nearly black or white, and few are between."""
        if not self.is_number or self.many or not 0 <= self.low <= self.high <= self.white:
            return False
        low, high = self.white / 4, self.white * 3 / 4
        dark = sum(count for key, count in self.counts.items() if key <= low)
        light = sum(count for key, count in self.counts.items() if key >= high)
        return sum(self.counts.values()) - dark - light <= min(dark, light) / 4

    @property
    def is_number(self) -> bool:
        """Whether keys are numbers, neither indices nor colours."""
        return not self.is_colour and self.palette is None

    def by_colour(self, keys: Mapping[Key, int]) -> Counter[int] | None:
        """The same counts by colour; None where numbers are no grey levels."""
        found: Counter[int] = Counter()
        for key, count in keys.items():
            colour = self.colour_of(key)
            if colour is None:
                return None
            found[colour] += count
        return found

    def colour_of(self, key: Key) -> int | None:
        """The colour that viewers show for a key; None for numbers that are no grey levels."""
        if self.is_colour:
            return int(key)
        if self.palette is not None:
            return int(self.palette[int(key)])
        level = grey_level(key, self.white)
        if not 0 <= level <= 255 or level != int(level):
            return None
        return OPAQUE | int(level) * 0x010101


def gather_facts(content: MaskContent) -> MaskFacts:
    """Count what the mask holds, in some tens of milliseconds for a photograph's size."""
    values = content.values
    counts = count_values(values)
    many = counts is None
    found: Mapping[Key, int] = counts or {}
    edge = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]]) if values.size else values.ravel()
    is_number = not content.is_colour and content.palette is None
    whole = bool(values.dtype.kind in "iu" or (not many and all(float(key).is_integer() for key in found)))
    low, high = _range(values) if is_number else (0.0, 0.0)
    return MaskFacts(
        content.path,
        content.size,
        found,
        count_values(edge) or {},
        _count_contacts(values) if 2 < len(found) <= _MAX_KEYS_IN_CONTACT else {},
        many=many,
        smooth=_is_smooth(content, found, many=many) if is_number else _is_alpha_smooth(content, found, many=many),
        pieces=_count_pieces(values) if is_number and whole and not many and low >= 0 and len(found) > 3 else 0,
        low=low,
        high=high,
        palette=content.palette,
        is_colour=content.is_colour,
        white=content.white,
        lossy=content.lossy,
        turned=content.turned,
        wide=values.dtype.itemsize > 1 and is_number,
        whole=whole,
    )


def count_values(values: NDArray[np.generic]) -> dict[Key, int] | None:
    """Pixels of each value; None if there are more than MAX_KEYS. NaN is one value."""
    flat = values.ravel()
    if flat.dtype == np.uint8:
        histogram = Pillow.fromarray(np.atleast_2d(values)).histogram()  # numpy's is several times as slow
        return {value: count for value, count in enumerate(histogram) if count}
    if flat.dtype == np.uint16:
        counts = np.bincount(flat)
        present = np.flatnonzero(counts)
        if len(present) > MAX_KEYS:
            return None
        return {int(value): int(counts[value]) for value in present}
    # Masks are runs of one value: far fewer than pixels have to be sorted.
    starts = np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]) + 1])
    lengths = np.diff(np.append(starts, flat.size))
    distinct, where = np.unique(flat[starts], return_inverse=True)
    if len(distinct) > MAX_KEYS:
        return None
    sums = np.bincount(where, weights=lengths)
    make: Callable[[np.generic], Key] = _make_float if flat.dtype.kind == "f" else int
    return {make(value): int(count) for value, count in zip(distinct, sums, strict=True)}


def _make_float(value: np.generic) -> float:
    """The number; NaN as `math.nan`, which dictionaries find by its identity."""
    number = float(value)
    return math.nan if math.isnan(number) else number


def add_counts(all_facts: Iterable[Mapping[Key, int]]) -> Counter[Key]:
    """The sums of counts of several masks."""
    found: Counter[Key] = Counter()
    for counts in all_facts:
        found.update(counts)
    return found


def add_colours(all_facts: Iterable[MaskFacts], *, border: bool = False) -> Counter[int] | None:
    """The sums of counts by colour; None where a mask has too many, or numbers that are no grey levels."""
    found: Counter[int] = Counter()
    for facts in all_facts:
        counts = None if facts.many else facts.by_colour(facts.border if border else facts.counts)
        if counts is None:
            return None
        found.update(counts)
    return found


def add_contacts(all_facts: Iterable[MaskFacts], *, by_colour: bool = False) -> Counter[tuple[Key, Key]]:
    """How often keys, or the colours that viewers show for them, lie beside each other in several masks."""
    found: Counter[tuple[Key, Key]] = Counter()
    for facts in all_facts:
        if not by_colour:
            found.update(facts.contacts)
            continue
        for (one, other), count in facts.contacts.items():
            first, second = facts.colour_of(one), facts.colour_of(other)
            if first is not None and second is not None:
                found[min(first, second), max(first, second)] += count
    return found


def _range(values: NDArray[np.generic]) -> tuple[float, float]:
    if values.dtype.kind == "f":
        numbers = values[~np.isnan(values)]
        return (float(numbers.min()), float(numbers.max())) if numbers.size else (0.0, 0.0)
    return float(values.min()), float(values.max())


def _count_contacts(values: NDArray[np.generic]) -> dict[tuple[Key, Key], int]:
    found: Counter[tuple[Key, Key]] = Counter()
    left, top, width, height = cv2.boundingRect((values != values[0, 0]).astype(np.uint8))
    values = values[max(0, top - 1) : top + height + 1, max(0, left - 1) : left + width + 1]  # round it, all is one key
    for one, other in ((values[:, :-1], values[:, 1:]), (values[:-1], values[1:])):
        differ = np.nonzero(one != other)  # few pixels of a mask
        pairs = np.stack([one[differ], other[differ]])
        pairs.sort(axis=0)
        distinct, counts = np.unique(pairs, axis=1, return_counts=True)
        for (first, second), count in zip(distinct.T.tolist(), counts.tolist(), strict=True):
            found[first, second] += count
    return dict(found)


def _is_smooth(content: MaskContent, counts: Mapping[Key, int], *, many: bool) -> bool:
    """Are these black and white, with shades between them only where the two meet?"""
    values, white = content.values, content.white
    if len(counts) == 2 or (many and values.dtype.kind != "f"):
        return False
    part = np.asarray(values, np.float32) * np.float32(1 / white)
    if not bool(np.isfinite(part).all()) or float(part.min()) < 0 or float(part.max()) > 1:
        return False
    shades = {key: count for key, count in counts.items() if key not in {0, white}}
    is_level = len(shades) < _MIN_SHADES or max(shades.values()) > sum(shades.values()) / 2
    if is_level and not many and not content.lossy:  # a shade with a meaning; a lossy file has noise near black
        return False
    between = (part > _NEAR_END) & (part < 1 - _NEAR_END)
    light = (part >= 0.5).astype(np.uint8)
    if not bool((part >= 1 - _NEAR_END).any()):
        return False
    kernel = np.ones((_EDGE, _EDGE), np.uint8)
    edge = cv2.dilate(light, kernel) != cv2.erode(light, kernel)
    return int((between & ~edge).sum()) <= int(edge.sum()) // 100 and not _has_plateau(part)


def _has_plateau(part: NDArray[np.float32]) -> bool:
    """Does a narrow band of one shade lie between black and white, as a thin rim does?

    On the way across a smoothed edge, the shades in the middle change fastest; within a band they hardly change.
    """
    kernel = np.ones((_BAND, _BAND), np.uint8)
    zone = (cv2.erode(part, kernel) < _NEAR_END) & (cv2.dilate(part, kernel) > 1 - _NEAR_END)
    middle = zone & (part > 0.25) & (part < 0.75)
    if int(middle.sum()) * _BAND * 10 <= int(zone.sum()):  # none, or fewer than one for ten pixels of the edge's length
        return False
    slope = np.hypot(cv2.Sobel(part, cv2.CV_32F, 1, 0, ksize=1), cv2.Sobel(part, cv2.CV_32F, 0, 1, ksize=1))
    steep = np.percentile(slope[zone & (part > 0.02) & (part < 0.98)], 90)
    return float((slope[middle] < 0.6 * steep).mean()) > _MOST_FLAT


def _is_alpha_smooth(content: MaskContent, counts: Mapping[Key, int], *, many: bool) -> bool:
    """Is there one colour, wholly transparent or opaque but for smoothed edges?"""
    drawn = [int(key) for key in counts if int(key) != TRANSPARENT]
    if content.palette is not None or many or len({key & 0xFFFFFF for key in drawn}) != 1:
        return False
    alpha: dict[Key, int] = {int(key) >> 24: count for key, count in counts.items()}
    most = max(alpha)
    if alpha.keys() <= {0, most}:
        return True
    opacity = (np.asarray(content.values, np.uint32) >> 24).astype(np.uint8)
    return _is_smooth(MaskContent(content.path, opacity, white=float(most)), alpha, many=False)


def _count_pieces(values: NDArray[np.generic]) -> int:
    """Connected parts of what is not 0, where two values that touch are two parts."""
    inside = values != 0
    alone = inside.copy()
    alone[:, :-1] &= (values[:, :-1] == values[:, 1:]) | ~inside[:, 1:]
    alone[:-1] &= (values[:-1] == values[1:]) | ~inside[1:]
    count, _ = cv2.connectedComponents(alone.astype(np.uint8), connectivity=8)
    return int(count) - 1
