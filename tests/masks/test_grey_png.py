from __future__ import annotations

import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image as Pillow

from unet_desktop.masks.indexed_png import grey_png


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=20), elements=st.sampled_from([0, 0, 7, 255])))
def test_values_come_back_as_grey(values):
    with Pillow.open(io.BytesIO(grey_png(values))) as opened:
        opened.load()
        assert opened.mode == "L"
        assert np.array_equal(np.array(opened), values)
