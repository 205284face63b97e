"""Measure how closely the ellipse and contour tools can match the experts' discs and cups.

    python benchmarks/ellipse.py ../shared/data/drishti_gs1/Training

For each photograph: clicks spaced evenly on the edge of the region that 3 of 4 experts marked; Dice of the ellipse
through them, placed exactly and with a normal error of 2 and 4 % of the region's radius; the ellipse of the region's
moments; and the contour with few handles, with the number of handles.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from unet_desktop.images.box import Box
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.compare import dice
from unet_desktop.masks.foreign import read_soft_map
from unet_desktop.masks.regions import Region
from unet_desktop.masks.shapes.contour_fit import fit_contour
from unet_desktop.masks.shapes.ellipse import Ellipse
from unet_desktop.masks.shapes.ellipse_fit import fit_ellipse, fit_ellipse_to_region
from unet_desktop.masks.shapes.piece import largest_piece, smooth_edge
from unet_desktop.masks.shapes.polygon import fill_polygons

THREE_OF_FOUR_EXPERTS = 191
NOISE = (0.0, 0.02, 0.04)
CLICKS = (4, 5, 6, 8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with GT/ in it")
    data = parser.parse_args().data
    for label, name in (("disc", "OD"), ("cup", "cup")):
        paths = sorted(data.glob(f"GT/*/SoftMap/*_{name}segSoftmap.png"))
        found: dict[str, list[float]] = {}
        for number, path in enumerate(paths):
            measure(read_soft_map(path) >= THREE_OF_FOUR_EXPERTS, np.random.default_rng(number), found)
        print(f"{label}, {len(paths)} photographs")
        for row, values in found.items():
            print(f"  {row:32s} mean {np.mean(values):.4f}  worst {np.min(values):.4f}")


def measure(plane: Region, generator: np.random.Generator, found: dict[str, list[float]]) -> None:
    """Add this region's results."""
    piece = largest_piece(plane.astype(np.uint8), DISC_AND_CUP, DISC_AND_CUP.labels[0])
    assert piece is not None
    truth = drawn(piece.box, piece.plane, plane.shape)
    edge = smooth_edge(piece)
    radius = np.sqrt(truth.sum() / np.pi)
    for clicks in CLICKS:
        for noise in NOISE if clicks == 6 else NOISE[:1]:
            start = generator.integers(len(edge))
            places = (start + np.arange(clicks) * len(edge) // clicks) % len(edge)
            points = edge[places] + generator.normal(0, 1, (clicks, 2)) * noise * radius
            add(found, f"ellipse, {clicks} clicks, error {noise:.0%}", fit_ellipse(points), truth)
    add(found, "ellipse of the region", fit_ellipse_to_region(piece.box, piece.plane), truth)
    contour = fit_contour(piece)
    found.setdefault("contour", []).append(
        dice(drawn(*fill_polygons([contour.outline()], plane.shape), plane.shape), truth)
    )
    found.setdefault("contour, handles", []).append(len(contour.knots))


def add(found: dict[str, list[float]], row: str, ellipse: Ellipse | None, truth: Region) -> None:
    """Add the ellipse's Dice to a row."""
    assert ellipse is not None
    found.setdefault(row, []).append(dice(drawn(*ellipse.pixels(truth.shape), truth.shape), truth))


def drawn(box: Box, plane: Region, size: tuple[int, int]) -> Region:
    """Place the plane in a picture of this size."""
    whole = np.zeros(size, bool)
    whole[box.slices] = plane
    return whole


if __name__ == "__main__":
    main()
