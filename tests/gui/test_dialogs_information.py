"""The dialogs that tell: shortcuts and about."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QLineEdit, QTreeWidget
from pytestqt.qtbot import QtBot

from unet_desktop import __version__
from unet_desktop.gui.dialogs.about import AboutDialog
from unet_desktop.gui.dialogs.shortcuts import ShortcutsDialog

ROWS = [
    ("File", "New project", "Ctrl+N"),
    ("Tools", "Brush", "B"),
    ("Tools", "Larger brush", "]"),
    ("Edit", "Undo", "Ctrl+Z"),
]


def visible(tree: QTreeWidget) -> list[str]:
    texts = []
    for index in range(tree.topLevelItemCount()):
        group = tree.topLevelItem(index)
        assert group is not None
        rows = [group.child(number) for number in range(group.childCount())]
        texts += [row.text(0) for row in rows if row is not None and not row.isHidden() and not group.isHidden()]
    return texts


def test_shortcuts_are_listed_by_group_and_found_by_text_key_or_group(qtbot: QtBot) -> None:
    dialog = ShortcutsDialog(None, ROWS)
    qtbot.addWidget(dialog)
    dialog.show()
    tree, search = dialog.findChild(QTreeWidget), dialog.findChild(QLineEdit)
    nothing = dialog.findChild(QLabel, "nothing")
    assert tree is not None
    assert search is not None
    assert nothing is not None
    assert tree.topLevelItemCount() == 3
    assert len(visible(tree)) == 4
    for typed, expected in (
        ("brush", ["Brush", "Larger brush"]),
        ("ctrl", ["New project", "Undo"]),
        ("tools larg", ["Larger brush"]),
    ):
        search.clear()
        qtbot.keyClicks(search, typed)
        assert visible(tree) == expected
        assert not nothing.isVisible()
    search.clear()
    qtbot.keyClicks(search, "xyz")
    assert visible(tree) == []
    assert nothing.isVisible()


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
