"""Themes: enough contrast in both, switching dresses everything, the choice is kept."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QRadioButton, QWidget

from unet_desktop.gui.settings.settings import Store, Theme
from unet_desktop.gui.style.contrast import contrast
from unet_desktop.gui.style.theme import DARK, LIGHT, Colours, palette, style_sheet
from unet_desktop.gui.window.main_window import MainWindow


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out(colours: Colours) -> None:
    for ground in (colours.window, colours.base, colours.raised, colours.chosen):
        assert contrast(colours.text, ground) >= 4.5
    for ground in (colours.window, colours.base):
        assert contrast(colours.muted, ground) >= 4.5
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    assert contrast(colours.on_warning, colours.warning) >= 4.5
    assert contrast(colours.accent, colours.window) >= 3.0


def test_contrast_of_black_and_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_switching(opened: MainWindow, qtbot) -> None:
    icon = opened.actions_by_id["edit.undo"].icon().cacheKey()
    opened.actions_by_id["theme.dark"].trigger()
    assert QApplication.palette().color(QPalette.ColorRole.Window).name() == DARK.window
    qtbot.waitUntil(lambda: opened.actions_by_id["edit.undo"].icon().cacheKey() != icon)
    qtbot.waitUntil(lambda: opened.actions_by_id["theme.dark"].isChecked())
    assert Store().settings.theme is Theme.DARK
    opened.actions_by_id["theme.light"].trigger()
    assert QApplication.palette().color(QPalette.ColorRole.Window).name() == LIGHT.window


@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_an_empty_box_can_be_seen(qtbot, kind: type[QAbstractButton], colours: Colours) -> None:
    ground = QWidget()
    qtbot.addWidget(ground)
    ground.setPalette(palette(colours))
    ground.setStyleSheet(style_sheet(colours))
    button = kind("", ground)
    button.resize(30, 24)
    ground.show()
    drawn = ground.grab(button.geometry()).toImage()
    row = {drawn.pixelColor(x, drawn.height() // 2).name() for x in range(drawn.width())}
    assert max(contrast(colour, colours.window) for colour in row) >= 3.0
