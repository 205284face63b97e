from __future__ import annotations

import math

import pytest

from unet_desktop.statistics.learning_curve import ModelError, cases_to_lower


def test_a_power_law_is_continued():
    models = [ModelError(size, 0.5 * size**-0.5, 5) for size in (10, 20, 40)]
    more = cases_to_lower(models, 0.1)
    assert more == 10  # 40 / 0.9 ** 2 - 40 = 9.4
    assert 0.5 * (40 + more) ** -0.5 < 0.9 * models[-1].error


def test_models_measured_on_few_cases_say_nothing():
    assert cases_to_lower([ModelError(10, 0.2, 5), ModelError(20, 0.1, 2)], 0.1) is None
    assert cases_to_lower([ModelError(10, 0.2, 5), ModelError(10, 0.1, 5)], 0.1) is None
    assert cases_to_lower([], 0.1) is None


@pytest.mark.parametrize("errors", [(0.1, 0.1), (0.1, 0.12), (0.1, 0.0999), (0.1, 0.1 - 1e-9)])
def test_a_flat_curve_promises_nothing(errors):
    models = [ModelError(size, error, 5) for size, error in zip((20, 40), errors, strict=True)]
    assert cases_to_lower(models, 0.1) == math.inf


def test_a_perfect_model_is_no_error():
    assert cases_to_lower([ModelError(10, 0.2, 5), ModelError(20, 0.0, 5)], 0.1) == 1
