"""The dialog that tells what this is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QLabel
from pytestqt.qtbot import QtBot

from unet_desktop import __version__
from unet_desktop.gui.window.about import AboutDialog


def test_about_says_version_licence_device_and_that_nothing_is_sent(qtbot: QtBot) -> None:
    dialog = AboutDialog(None, "Computing on the <CPU>.")
    qtbot.addWidget(dialog)
    dialog.show()
    label = dialog.findChild(QLabel, "about")
    assert label is not None
    for wanted in (__version__, "MIT licence", "sends nothing anywhere", "&lt;CPU&gt;", "PyTorch", "safetensors"):
        assert wanted in label.text()
    assert label.height() >= label.heightForWidth(label.width())
    buttons = dialog.findChild(QDialogButtonBox)
    assert buttons is not None
    with qtbot.waitSignal(dialog.rejected):
        qtbot.mouseClick(buttons.button(QDialogButtonBox.StandardButton.Close), Qt.MouseButton.LeftButton)
