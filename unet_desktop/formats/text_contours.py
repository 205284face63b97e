"""Contours as text: two numbers a line, the corners of one polygon; a file for each picture and label.

Drishti-GS1's "NAME_ODAvgBoundary.txt" and "NAME_CupAvgBoundary.txt" have row and column. Others mostly have x and y; as
files do not say it, the order is asked unless the sizes of the pictures tell. Corners are pixels' centres.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from unet_desktop.errors import MaskError, reason_of
from unet_desktop.formats.annotations import UNNAMED, Annotation, Drawn, Entry, Format
from unet_desktop.formats.shapes import Filling, Polygon, make_ring
from unet_desktop.json_data import DataError, read_bytes

_LARGEST = 64 << 20
_DRISHTI = re.compile(r"(.+?)[_-]?(OD|Cup)AvgBoundary", re.IGNORECASE)
_NAMES = {"od": "disc", "cup": "cup"}


def look_at_contour(path: Path) -> Iterator[Entry]:
    """Yield the picture of a contour, which the file's name says.

    Raises:
        MaskError: as a part of a sentence.
    """
    points = read_points(path)
    drishti = _DRISHTI.fullmatch(path.stem)
    if drishti is None:
        yield Entry(path, labels=frozenset({UNNAMED}), reach=_reach(points))
    else:
        name = PurePath(f"{drishti[1]}_{_NAMES[drishti[2].lower()]}.txt")
        yield Entry(path, labels=frozenset({UNNAMED}), key="yx", paired_as=name)


def read_contour(entry: Entry) -> Annotation:
    """Read a contour; the entry's key is the order of the numbers of a line.

    Raises:
        MaskError: as a part of a sentence.
    """
    points = read_points(entry.path)
    if entry.key == "yx":
        points = points[:, ::-1]
    return Annotation((Drawn(UNNAMED, Polygon((make_ring(points, "the contour"),), Filling.CENTRES)),))


def read_points(path: Path) -> NDArray[np.float64]:
    """(N, 2) float64: the pairs of numbers of a text file, as they stand.

    Raises:
        MaskError: as a part of a sentence.
    """
    try:
        lines = read_bytes(path, _LARGEST).decode("utf-8-sig").splitlines()
        rows = [re.split(r"[\s,;]+", line.strip(" \t,;")) for line in lines if line.strip(" \t,;")]
        points = np.array(rows, np.float64)
    except (DataError, OSError) as error:
        raise MaskError(f"it cannot be read ({reason_of(error)})") from error
    except ValueError as error:
        raise MaskError("a line is not two numbers") from error
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise MaskError("a line is not two numbers")
    return points


def _reach(points: NDArray[np.float64]) -> tuple[float, float]:
    """The largest of the first numbers and of the second."""
    return float(points[:, 0].max()), float(points[:, 1].max())


CONTOUR_FORMAT = Format("the points of a contour, as text", look_at_contour, read_contour)
