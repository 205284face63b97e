"""Pace: pictures a second of late, and the time that is left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.gui.folders.pace import Pace


def test_nothing_is_said_before_a_few_are_done() -> None:
    pace = Pace()
    assert (pace.rate, pace.seconds_left(10)) == (None, None)
    pace.add(1, 0.0)
    pace.add(2, 1.0)
    assert pace.rate is None


def test_the_last_half_minute_counts() -> None:
    pace = Pace()
    for second in range(100):
        pace.add(second, float(second))
    for second in range(100, 200):
        pace.add(100 + (second - 99) * 10, float(second))
    assert pace.rate == pytest.approx(10.0)
    assert pace.seconds_left(1200) == pytest.approx((1200 - 1100) / 10.0)


def test_a_rest_does_not_count() -> None:
    pace = Pace()
    for second in range(10):
        pace.add(second, float(second))
    pace.restart()
    assert pace.rate is None


@given(st.floats(0.1, 100.0), st.integers(5, 500))
def test_a_steady_pace_is_found(rate: float, count: int) -> None:
    pace = Pace()
    for done in range(count):
        pace.add(done, done / rate)
    assert pace.rate == pytest.approx(rate, rel=1e-6)
