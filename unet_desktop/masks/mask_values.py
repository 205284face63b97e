"""What people say that the numbers and colours of mask files mean: in a line, or in a labelmap.txt beside the masks."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path

from unet_desktop.errors import LabelError
from unet_desktop.file_names import fold
from unet_desktop.json_data import read_bytes
from unet_desktop.labels import BACKGROUND, NOT_ANNOTATED, LabelSet
from unet_desktop.masks.mask_content import TRANSPARENT, Key, pack
from unet_desktop.masks.names import find_label
from unet_desktop.masks.readings import TableReading

_PAIR = re.compile(
    r"\s*(#[0-9a-fA-F]{8}|#[0-9a-fA-F]{6}|transparent|others|nan|[-+]?[0-9.]+(?:e[-+]?[0-9]+)?)\s*=\s*", re.IGNORECASE
)
_EXAMPLE = '"0=background,1=optic disc,255=not annotated" or "#800000=optic disc,others=background"'
_BACKGROUND = frozenset({"background", "unlabelled", "unlabeled", "none", "_background_"})
_NOT_ANNOTATED = frozenset({"not annotated", "ignore", "ignored", "void", "unknown", "__ignore__"})


def parse_mask_values(text: str, labels: LabelSet) -> TableReading:
    """Read a line such as "0=background,1=optic disc,255=not annotated,#800000=optic cup,others=background".

    Raises:
        LabelError: it is not of this form, or names no label.
    """
    places = [match for match in _PAIR.finditer(text) if match.start() == 0 or text[match.start() - 1] == ","]
    if not places or places[0].start() != 0:
        raise LabelError(f'"{text}" does not say what the values of masks mean. Write for example {_EXAMPLE}.')
    table: dict[Key, int] = {}
    others: int | None = None
    by_colour = None
    for match, after in zip(places, [*places[1:], None], strict=True):
        key = match[1].lower()
        name = text[match.end() : after.start() if after else len(text)].strip().rstrip(",").strip()
        value = find_value(name, labels)
        if value is None:
            names = ", ".join(label.name for label in labels)
            raise LabelError(f'"{name}" is no label of this project. There are: background, {names}, not annotated.')
        if key == "others":
            others = value
            continue
        is_colour = key.startswith("#") or key == "transparent"
        if by_colour is not None and is_colour != by_colour:
            raise LabelError(f'"{text}" mixes numbers and colours. Write for example {_EXAMPLE}.')
        by_colour = is_colour
        number = _key(key)
        if number in table and table[number] != value:
            raise LabelError(f'"{text}" gives {match[1]} two meanings.')
        table[number] = value
    return TableReading(tuple(table.items()), by_colour=bool(by_colour), others=others)


def make_table(keys: Iterable[tuple[str, int]]) -> TableReading:
    """The reading that gives these keys these meanings; keys as in `parse_mask_values`, all numbers or all colours."""
    pairs = dict(keys)
    others = pairs.pop("others", None)
    by_colour = any(key.startswith("#") or key == "transparent" for key in pairs)
    return TableReading(tuple((_key(key), value) for key, value in pairs.items()), by_colour=by_colour, others=others)


def find_value(name: str, labels: LabelSet) -> int | None:
    """The value in the project's masks that a name stands for; None if it names nothing."""
    plain = fold(name).replace("_", " ").strip()
    if plain in _BACKGROUND or fold(name) in _BACKGROUND:
        return BACKGROUND
    if plain in _NOT_ANNOTATED or fold(name) in _NOT_ANNOTATED:
        return NOT_ANNOTATED
    label = find_label(name, labels)
    return None if label is None else label.value


def read_colour_names(folder: Path, labels: LabelSet) -> tuple[tuple[int, int], ...]:
    """The colours that CVAT's labelmap.txt in the folder or the one above names: (colour, value). Empty without one.

    Lines read "name:red,green,blue:parts:actions"; names that are no labels of the project are left out.
    """
    for place in (folder, folder.parent):
        try:
            lines = read_bytes(place / "labelmap.txt").decode("utf-8-sig").splitlines()
        except (OSError, ValueError):
            continue
        return tuple(pair for line in lines if (pair := _parse_colour_name(line, labels)) is not None)
    return ()


def _parse_colour_name(line: str, labels: LabelSet) -> tuple[int, int] | None:
    name, _, rest = line.partition(":")
    numbers = re.match(r"\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})", rest)
    value = find_value(name, labels)
    if line.startswith("#") or numbers is None or value is None:
        return None
    red, green, blue = (int(number) for number in numbers.groups())
    return (pack(red, green, blue), value) if max(red, green, blue) <= 255 else None


def _key(text: str) -> Key:
    if text == "transparent":
        return TRANSPARENT
    if text.startswith("#"):
        red, green, blue, *alpha = bytes.fromhex(text[1:])
        return pack(red, green, blue) & 0xFFFFFF | alpha[0] << 24 if alpha else pack(red, green, blue)
    if text == "nan":
        return math.nan
    number = float(text)
    return int(number) if number.is_integer() else number
