"""The small plots: where their ticks stand."""

from __future__ import annotations

import pytest
from plots import bottom_axis
from pytestqt.qtbot import QtBot

from unet_desktop.gui.widgets.curve import Curve
from unet_desktop.gui.widgets.plot import Plot
from unet_desktop.gui.widgets.points import Points


@pytest.mark.parametrize("epochs", [1, 2, 5, 60, 1000])
def test_epochs_are_counted_in_whole_numbers(qtbot: QtBot, epochs: int) -> None:
    plot = Plot("Loss")
    qtbot.addWidget(plot)
    plot.resize(300, 150)
    plot.set_range(0.0, 1.0, epochs)
    plot.set_curves({Curve("training", None): Points([1.0, float(epochs)], [0.5, 0.4])})
    with qtbot.waitExposed(plot):
        plot.show()
    axis = bottom_axis(plot)
    levels = axis.tickValues(*axis.range, axis.width())
    ticks = [tick for _, values in levels for tick in values]
    assert ticks
    assert all(float(tick).is_integer() for tick in ticks)
    assert 0.0 in ticks
