"""What is drawn of a mask: fills, outlines and stripes, the same in parts as in one, and nowhere else."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from unet_desktop.images.screen import Grid, sample_nearest
from unet_desktop.labels import DISC_AND_CUP, Label, LabelSet
from unet_desktop.masks.drawing import MaskStyle, Palette, Pen, dash_outlines, render_codes

PALETTE = Palette(DISC_AND_CUP)
DISC, CUP = DISC_AND_CUP.labels
MASKS = arrays.arrays(np.uint8, (11, 14), elements=st.sampled_from([0, 0, 1, 2, 255]))
PLAIN = Pen()
PENS = st.builds(Pen, st.integers(1, 3), st.integers(1, 4), st.sampled_from([None, DISC, CUP]), st.integers(2, 4))


def whole(mask: np.ndarray, zoom: float) -> Grid:
    return Grid(zoom, 0, 0, round(mask.shape[1] * zoom), round(mask.shape[0] * zoom))


def codes_of(
    mask: np.ndarray, grid: Grid, style: MaskStyle, pen: Pen = PLAIN, palette: Palette = PALETTE
) -> np.ndarray:
    """All of the grid, 0 where nothing is drawn."""
    codes = np.zeros((grid.height, grid.width), int)
    found = render_codes(mask, palette, grid, style, pen)
    if found is not None:
        part, shown = found
        top, left = part.top - grid.top, part.left - grid.left
        codes[top : top + part.height, left : left + part.width] = shown
    return codes


@given(MASKS, st.floats(0.4, 9), st.sampled_from(MaskStyle), PENS, st.data())
def test_a_part_is_drawn_as_in_the_whole(mask: np.ndarray, zoom: float, style: MaskStyle, pen: Pen, data) -> None:
    grid = whole(mask, zoom)
    left, top = data.draw(st.integers(0, grid.width - 1)), data.draw(st.integers(0, grid.height - 1))
    width, height = data.draw(st.integers(1, grid.width - left)), data.draw(st.integers(1, grid.height - top))
    part = Grid(zoom, left, top, width, height)
    expected = codes_of(mask, grid, style, pen)[top : top + height, left : left + width]
    assert (codes_of(mask, part, style, pen) == expected).all()


@given(MASKS, st.floats(0.4, 9))
def test_fills_are_the_pixels_themselves(mask: np.ndarray, zoom: float) -> None:
    grid = whole(mask, zoom)
    values, codes = sample_nearest(mask, grid), codes_of(mask, grid, MaskStyle.FILL)
    assert (codes[values == DISC.value] == 1).all()
    assert (codes[values == CUP.value] == 2).all()
    assert (codes[values == 0] == 0).all()
    assert set(np.unique(codes[values == 255])) <= {PALETTE.stripes, PALETTE.stripes + 1}


@given(MASKS, st.integers(1, 3))
def test_lines_lie_in_their_region_and_hairlines_outside(mask: np.ndarray, width: int) -> None:
    grid = whole(mask, 8.0)
    values = sample_nearest(mask, grid)
    codes = codes_of(mask, grid, MaskStyle.OUTLINE, Pen(width, width))
    assert (values[codes == 2 + 1] == DISC.value).all()
    assert (values[codes == 2 + 2] == CUP.value).all()
    assert (values[codes == PALETTE.hairline] != CUP.value).all()


def test_an_outline_follows_the_pixels_of_the_screen_exactly() -> None:
    mask = np.zeros((8, 8), np.uint8)
    mask[2:6, 2:6] = 1
    codes = codes_of(mask, whole(mask, 10.0), MaskStyle.OUTLINE, Pen(1, 1))
    ring = np.zeros((80, 80), bool)
    ring[20:60, 20:60] = True
    ring[21:59, 21:59] = False
    assert ((codes == 3) == ring).all()


def test_an_outline_is_as_wide_on_the_screen_at_any_zoom() -> None:
    mask = np.zeros((60, 60), np.uint8)
    mask[10:50, 10:50] = 1
    for zoom in (0.5, 1.0, 3.3, 12.0):
        grid = whole(mask, zoom)
        row = codes_of(mask, grid, MaskStyle.BOTH, Pen(2, 2))[grid.height // 2]
        assert (row == 3).sum() == 4
        assert (row == 1).sum() == (sample_nearest(mask, grid)[grid.height // 2] == 1).sum() - 4


def test_the_label_in_use_is_stronger_and_lies_on_top() -> None:
    mask = np.zeros((40, 40), np.uint8)
    mask[5:35, 5:35] = 1
    mask[12:28, 12:28] = 2
    row = codes_of(mask, whole(mask, 1.0), MaskStyle.OUTLINE, Pen(1, 3, DISC))[20]
    assert (row == PALETTE.in_use).sum() == 6
    assert (row == 2 + 2).sum() == 2
    assert PALETTE.colours(MaskStyle.OUTLINE, 0.4, DISC)[PALETTE.in_use] == 0xFF56B4E9


def test_colours() -> None:
    table = PALETTE.colours(MaskStyle.BOTH, 0.5, None)
    assert table[0] == 0
    assert table[1] >> 24 == 128
    assert table[3] == 0xFF56B4E9
    assert PALETTE.colours(MaskStyle.OUTLINE, 0.5, None)[1] == 0
    assert not PALETTE.colours(MaskStyle.BOTH, 0.0, None).any()
    alphas = table >> 24
    for shift in (0, 8, 16):
        assert ((table >> shift & 255) <= alphas).all()  # premultiplied


def test_stripes_move_with_the_picture() -> None:
    mask = np.full((20, 20), 255, np.uint8)
    codes = codes_of(mask, whole(mask, 4.0), MaskStyle.OUTLINE)
    moved = codes_of(mask, Grid(4.0, 13, 9, 40, 40), MaskStyle.OUTLINE)
    assert (moved == codes[9:49, 13:53]).all()
    assert len(np.unique(codes)) == 2


def test_254_labels() -> None:
    labels = LabelSet(tuple(Label(value, f"l{value}", "#123456") for value in range(1, 255)))
    mask = np.zeros((20, 300), np.uint8)
    mask[5:15, 10:264] = np.arange(1, 255)
    palette = Palette(labels)
    codes = codes_of(mask, whole(mask, 1.0), MaskStyle.FILL, palette=palette)
    assert (codes[10, 10:264] == np.arange(1, 255)).all()
    assert len(palette.colours(MaskStyle.BOTH, 0.5, None)) == palette.stripes + 2
    lines = codes_of(mask, whole(mask, 1.0), MaskStyle.OUTLINE, Pen(1, 1), palette)
    assert lines[5, 263] == 254 + 254


def test_nothing_to_draw() -> None:
    assert render_codes(np.zeros((9, 9), np.uint8), PALETTE, Grid(1.0, 0, 0, 9, 9), MaskStyle.BOTH, Pen()) is None
    assert render_codes(np.ones((9, 9), np.uint8), PALETTE, Grid(1.0, 20, 0, 9, 9), MaskStyle.BOTH, Pen()) is None


def test_lines_of_every_direction_are_dashed() -> None:
    grid = Grid(1.0, 7, 3, 90, 90)
    for step in ((0, 1), (1, 0), (1, 1), (1, -1)):
        codes = np.zeros((90, 90), np.uint8)
        at = np.arange(80)
        rows, columns = 5 + step[0] * at, (5 if step[1] >= 0 else 85) + step[1] * at
        codes[rows, columns] = 3
        dash_outlines(codes, PALETTE, grid, 4)
        shown = codes[rows, columns] == 3
        assert 0.4 < shown.mean() < 0.8
        assert set(np.unique(codes)) == {0, 3, PALETTE.hairline}
