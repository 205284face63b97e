"""Six clicks on the edge that experts drew: the ellipse through them is the disc, and nearly the cup."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unet_desktop.labels import ONE_STRUCTURE
from unet_desktop.masks.compare import dice
from unet_desktop.masks.foreign import read_soft_map
from unet_desktop.masks.shapes.contour_fit import fit_contour
from unet_desktop.masks.shapes.ellipse_fit import fit_ellipse, fit_ellipse_to_region
from unet_desktop.masks.shapes.piece import largest_piece, smooth_edge
from unet_desktop.masks.shapes.polygon import fill_polygons


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "least"), [("OD", 0.98), ("cup", 0.97)])
def test_six_clicks_on_real_edges(drishti: Path, name: str, least: float) -> None:
    clicked, fitted, followed = [], [], []
    for path in sorted(drishti.glob(f"Training/GT/*/SoftMap/*_{name}segSoftmap.png"))[::5]:
        mask = (read_soft_map(path) >= 191).astype(np.uint8)
        piece = largest_piece(mask, ONE_STRUCTURE, ONE_STRUCTURE.labels[0])
        assert piece is not None
        edge, contour = smooth_edge(piece), fit_contour(piece)
        six = fit_ellipse(edge[np.arange(6) * len(edge) // 6])
        for shape, found in ((six, clicked), (fit_ellipse_to_region(piece.box, piece.plane), fitted)):
            assert shape is not None
            found.append(agreement(mask, *shape.pixels(mask.shape)))
        followed.append(agreement(mask, *fill_polygons([contour.outline()], mask.shape)))
        assert 8 <= len(contour.knots) <= 16
    assert len(clicked) == 10
    assert np.mean(clicked) > least
    assert np.mean(fitted) > least
    assert np.min(followed) > 0.985


def agreement(mask: np.ndarray, box, plane) -> float:
    drawn = np.zeros(mask.shape, bool)
    drawn[box.slices] = plane
    return dice(drawn, mask == 1)
