from __future__ import annotations

import numpy as np
import pytest

from unet_desktop.images.appearance import measure_appearance


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (7, 2848), (2, 300)])
def test_a_strip_is_measured_however_narrow_it_is(shape):
    field = measure_appearance(np.full((*shape, 3), 90, np.uint8), None).field
    assert field.surround == 0.0
    assert field.fill == 1.0
    assert field.picture_aspect == pytest.approx(np.log(shape[1] / shape[0]))
