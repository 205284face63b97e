"""The list of labels shows any name, in the room that the panel has."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from unet_desktop.gui.correct.label_list import LabelList
from unet_desktop.labels import Label, LabelSet


def test_an_ampersand_is_shown_and_a_long_name_does_not_widen_the_panel(qtbot):
    shown = LabelList()
    qtbot.addWidget(shown)
    shown.set_labels(LabelSet((Label(1, "rim & cup", "#56b4e9"), Label(2, "<h1>disc</h1>" * 20, "#009e73"))))
    plain, long = shown.findChildren(QPushButton)
    assert plain.text() == "1   rim && cup"
    assert long.text().startswith("2   <h1>disc</h1>")
    assert shown.minimumSizeHint().width() <= 330
    assert "&lt;h1&gt;disc" in long.toolTip()
