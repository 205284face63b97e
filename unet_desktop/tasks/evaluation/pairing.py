"""Pair the masks of two readers by name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from unet_desktop.file_names import fold
from unet_desktop.images.listing import natural_key
from unet_desktop.masks.names import shorten, strip_marks
from unet_desktop.tasks.evaluation.reader import Reader, ReaderMask

Pair = tuple[ReaderMask, ReaderMask]


@dataclass(frozen=True, slots=True)
class Pairing:
    """Pairs of two readers' masks of the same pictures, and masks without a counterpart, in order of their names."""

    pairs: tuple[Pair, ...]
    first_unpaired: tuple[ReaderMask, ...]
    second_unpaired: tuple[ReaderMask, ...]


def pair_masks(first: Reader, second: Reader, *, loose: bool = False) -> Pairing:
    """Pair the masks that belong to the same picture.

    Masks match if they have the same path, with or without suffix; else the same file name; else if one name is the
    other and says that it is a mask (`eye_2_mask` and `eye_2`); with `loose`, if one only begins with the other
    (`eye_2_left` and `eye_2`). Ambiguous matches are not paired.
    """
    mine, theirs = list(first.masks), list(second.masks)
    pairs: list[Pair] = []
    for key in (_file, _path, _file_name):
        _move_matches(pairs, mine, theirs, key, key)
    for shortened in (strip_marks, shorten) if loose else (strip_marks,):
        _move_matches(pairs, mine, theirs, _shortest(shortened, theirs), _file_name)
        _move_matches(pairs, mine, theirs, _file_name, _shortest(shortened, mine))
    pairs.sort(key=lambda pair: natural_key(pair[1].name))
    return Pairing(tuple(pairs), tuple(mine), tuple(theirs))


def explain_unpaired(mask: ReaderMask, others: Iterable[ReaderMask], title: str) -> str:
    """Why a mask has no counterpart, as a sentence; `others` are the other reader's unpaired masks."""
    same = [other for other in others if _file_name(other) == _file_name(mask)]
    if same:
        names = ", ".join(other.name for other in same[:3])
        return f"{mask.path} could belong to several masks of {title} ({names}). Give each a unique name."
    mine = _file_name(mask)
    for other in others:
        theirs = _file_name(other)
        if theirs in shorten(mine) or mine in shorten(theirs):
            return f"{mask.path} is not compared: its name and that of {other.name} of {title} only begin alike."
    return f"{mask.path} has no counterpart in {title}; it is not compared."


def _shortest(shortened: Callable[[str], Iterable[str]], others: Iterable[ReaderMask]) -> Callable[[ReaderMask], str]:
    """A key: the first of the shorter names of a mask that is another mask's whole name."""
    names = {_file_name(mask) for mask in others}
    return lambda mask: next((name for name in shortened(_file_name(mask)) if name in names), "")


def _move_matches(
    pairs: list[Pair],
    mine: list[ReaderMask],
    theirs: list[ReaderMask],
    my_key: Callable[[ReaderMask], str],
    their_key: Callable[[ReaderMask], str],
) -> None:
    """Move masks with equal, unique keys into `pairs`."""
    found, others = _by_key(mine, my_key), _by_key(theirs, their_key)
    sure = [key for key in found.keys() & others.keys() if key and len(found[key]) == len(others[key]) == 1]
    pairs.extend((found[key][0], others[key][0]) for key in sure)
    taken = {id(mask) for pair in pairs for mask in pair}
    mine[:] = [mask for mask in mine if id(mask) not in taken]
    theirs[:] = [mask for mask in theirs if id(mask) not in taken]


def _by_key(masks: Iterable[ReaderMask], key: Callable[[ReaderMask], str]) -> dict[str, list[ReaderMask]]:
    found: dict[str, list[ReaderMask]] = {}
    for mask in masks:
        found.setdefault(key(mask), []).append(mask)
    return found


def _file(mask: ReaderMask) -> str:
    return fold(f"{mask.name}{mask.path.suffix}")


def _path(mask: ReaderMask) -> str:
    return fold(mask.name)


def _file_name(mask: ReaderMask) -> str:
    """The name as a project would turn it into an id, so that "photo 1" matches the case photo_1."""
    name = unicodedata.normalize("NFC", mask.name.rpartition("/")[2])
    return re.sub(r"[^\w.-]+", "_", name).strip("._").casefold()
