"""Every dialog of the window, one after the other, each shown as people get it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from models import model
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox

from unet_desktop.gui.folders.dialog import SegmentFolderDialog
from unet_desktop.gui.folders.import_results import ImportResultsDialog
from unet_desktop.gui.messages.confirm import confirm
from unet_desktop.gui.projects.check_dialog import CheckDialog
from unet_desktop.gui.train.augmentation import AugmentationDialog
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.gui.window.shutdown import accepts_loss
from unet_desktop.tasks.events import CheckFinding
from unet_desktop.tasks.folders.outputs import Outputs

COMMANDS = (
    "project.new",
    "project.import_images",
    "project.import_drishti",
    "project.compare",
    "project.export",
    "project.back_up",
    "readers.read_masked",
    "readers.assign",
    "readers.copy",
    "case.note",
    "case.details",
    "case.version_limits",
    "help.palette",
    "project.bin",
    "project.labels",
    "app.name",
    "help.shortcuts",
    "help.about",
)


def show_every_dialog(
    window: MainWindow, folder: Path, monkeypatch: pytest.MonkeyPatch, look: Callable[[QDialog], None]
) -> list[str]:
    """Show each dialog, let `look` see it and close it.

    Args:
        window: with a case open.
        folder: of results, for the dialog that imports them.
        monkeypatch: `exec` shows and closes instead of waiting for a person.
        look: called with each dialog while it is shown.

    Returns:
        The classes of the dialogs that were shown.
    """
    seen: list[str] = []

    def exec_(dialog: QDialog) -> int:
        dialog.show()
        dialog.activateWindow()
        QApplication.processEvents()
        look(dialog)
        seen.append(type(dialog).__name__)
        dialog.reject()
        return 0

    monkeypatch.setattr(QDialog, "exec", exec_)
    monkeypatch.setattr(QMessageBox, "exec", exec_)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args, **_named: "")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args, **_named: ("", ""))
    for command in COMMANDS:
        action = window.actions_by_id[command]
        assert action.isEnabled(), command
        action.trigger()
    for dialog in (
        SegmentFolderDialog(window, [model(1), model(2)], outputs=Outputs()),
        ImportResultsDialog(window, folder, None),
        ImportResultsDialog(window, folder, folder),
        CheckDialog(window, [CheckFinding("<b>a.png</b> is damaged.", "It goes to the bin.")], writable=True),
        AugmentationDialog(window, np.zeros((200, 300, 3), np.uint8)),
    ):
        dialog.exec()
        dialog.deleteLater()
    confirm(window, "Discard it?", "It is lost.", "Discard")
    accepts_loss(window)
    return seen
