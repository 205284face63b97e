"""The table of measurements: one row a picture, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from unet_desktop.images.box import bounds
from unet_desktop.labels import LabelSet
from unet_desktop.masks.measure import cup_to_disc, extent
from unet_desktop.masks.regions import Mask, region
from unet_desktop.masks.trust import Trust

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def measurements(mask: Mask, labels: LabelSet) -> dict[str, object]:
    """Each region's area, height and width in pixels, and the cup-to-disc ratios where there are such labels."""
    row: dict[str, object] = {}
    mask = mask[bounds(mask).slices]  # what all sizes are of; most of a photograph is background
    ratios = cup_to_disc(mask, labels)
    if ratios is not None:
        for name in ("vertical", "horizontal", "area"):
            row[f"{name}_cup_to_disc_ratio"] = _rounded(getattr(ratios, name))
    for label in labels:
        size = extent(region(mask, labels, label))
        name = label.name.replace(" ", "_")
        row |= {f"{name}_height_px": size.height, f"{name}_width_px": size.width, f"{name}_area_px": size.area}
    return row


def trust_columns(trust: Trust) -> dict[str, object]:
    """The ends of the likely vertical cup-to-disc ratio, and each region's expected Dice, as far as they are known."""
    row: dict[str, object] = {}
    if trust.vcdr is not None:
        low, high = trust.vcdr
        row |= {"vertical_cup_to_disc_ratio_low": _rounded(low), "vertical_cup_to_disc_ratio_high": _rounded(high)}
    expected = trust.expected_dice.items()
    return row | {f"{name.replace(' ', '_')}_expected_dice": _rounded(dice) for name, dice in expected}


def table_text(rows: Sequence[Mapping[str, object]]) -> str:
    """The rows as CSV, see `table_lines`."""
    return "".join(table_lines(lambda: iter(rows)))


def table_lines(rows: Callable[[], Iterator[Mapping[str, object]]]) -> Iterator[str]:
    """CSV, a line at a time: the columns in the order in which they first occur, then the rows.

    Text that a spreadsheet would run as a formula, headings too, gets an apostrophe before it. The rows are gone
    through twice, so that they need not all be held.
    """
    names = list(dict.fromkeys(name for row in rows() for name in row))
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    body: Iterator[list[object]] = ([row.get(name, "") for name in names] for row in rows())
    for cells in itertools.chain([list[object](names)], body):
        line.seek(0)
        line.truncate()
        writer.writerow([_harmless(cell) for cell in cells])
        yield line.getvalue()


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _rounded(value: float) -> object:
    return "" if math.isnan(value) else round(value, 4)
