"""A case renamed in the window, and its picture replaced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawings import picture
from gestures import drag
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from unet_desktop.gui.cases.case_file_commands import RenameDialog
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project.project import Project


def test_a_case_is_renamed_with_what_was_just_painted(
    qtbot: QtBot, opened: MainWindow, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(dialog: RenameDialog) -> bool:
        assert not dialog.acceptable
        dialog._name.selectAll()
        qtbot.keyClicks(dialog._name, "b")
        assert dialog.problem() == "There is a case b already. Choose another name."
        qtbot.keyClicks(dialog._name, "-left")
        return dialog.acceptable

    drag(opened.canvas, [(20, 20), (40, 30)])
    painted = opened.app.editor.mask.copy()
    assert painted.any()
    monkeypatch.setattr(RenameDialog, "exec", fill)
    opened.actions_by_id["case.rename"].trigger()
    assert opened.app.session.case_id == "b-left"
    assert list(opened.app.session.case_ids) == ["b", "b-left", "c", "d"]
    assert np.array_equal(opened.app.editor.mask, painted)
    assert np.array_equal(Project.open(root).load_mask("b-left"), painted)
    assert opened.actions_by_id["edit.undo"].isEnabled(), "its steps went along"
    opened.actions_by_id["edit.undo"].trigger()
    assert not opened.app.editor.mask.any()
    assert opened.app.autosave.flush()
    assert not list(root.glob("masks/a.*"))


def test_a_picture_is_replaced(opened: MainWindow, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    better = tmp_path / "better.jpg"
    write_jpeg(better, picture(77))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(better), ""))
    opened.app.session.open_case("d")
    before = opened.app.session.pixels.copy()
    opened.actions_by_id["case.replace_picture"].trigger()
    assert opened.app.session.case_id == "d"
    assert not np.array_equal(opened.app.session.pixels, before)
    assert Project.open(root).load_mask("d") is not None
