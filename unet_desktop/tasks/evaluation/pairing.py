"""Which mask of one reader belongs to which of another: by their names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from unet_desktop.images.listing import natural_key
from unet_desktop.masks.pairs import find_owner
from unet_desktop.tasks.evaluation.reader import Reader, ReaderMask

Pair = tuple[ReaderMask, ReaderMask]


@dataclass(frozen=True, slots=True)
class Pairing:
    """Masks of two readers of the same pictures, and those that have no counterpart, in order of their names."""

    pairs: tuple[Pair, ...]
    first_unpaired: tuple[ReaderMask, ...]
    second_unpaired: tuple[ReaderMask, ...]


def pair_masks(first: Reader, second: Reader) -> Pairing:
    """Bring the masks together that are of one picture.

    Of the same path, with or without suffix; else of the same file name; else where one name goes on after the other
    (`eye_2_mask` after `eye_2`). Where several could be meant, none is.
    """
    mine, theirs = list(first.masks), list(second.masks)
    pairs: list[Pair] = []
    for key in (_file, _path, _file_name):
        _take(pairs, mine, theirs, key, key)
    names = {_file_name(mask) for mask in theirs}
    _take(pairs, mine, theirs, lambda mask: find_owner(_file_name(mask), names) or "", _file_name)
    names = {_file_name(mask) for mask in mine}
    _take(pairs, mine, theirs, _file_name, lambda mask: find_owner(_file_name(mask), names) or "")
    pairs.sort(key=lambda pair: natural_key(pair[1].name))
    return Pairing(tuple(pairs), tuple(mine), tuple(theirs))


def explain_unpaired(mask: ReaderMask, others: Iterable[ReaderMask], title: str) -> str:
    """Why a mask has no counterpart among those of the other reader that have none either, as a sentence."""
    same = [other for other in others if _file_name(other) == _file_name(mask)]
    if same:
        names = ", ".join(other.name for other in same[:3])
        return f"{mask.path} could belong to several masks of {title} ({names}); give each a name of its own."
    return f"{mask.path} has no counterpart in {title}; it is not compared."


def _take(
    pairs: list[Pair],
    mine: list[ReaderMask],
    theirs: list[ReaderMask],
    my_key: Callable[[ReaderMask], str],
    their_key: Callable[[ReaderMask], str],
) -> None:
    """Move those into `pairs` whose keys are equal and are no other's."""
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
    return f"{mask.name}{mask.path.suffix}".casefold()


def _path(mask: ReaderMask) -> str:
    return mask.name.casefold()


def _file_name(mask: ReaderMask) -> str:
    """As a project would make an id of it, so that "photo 1" meets the case photo_1."""
    name = unicodedata.normalize("NFC", mask.name.rpartition("/")[2])
    return re.sub(r"[^\w.-]+", "_", name).strip("._").casefold()
