"""The dialog for public sets: the set is recognised while somebody types, and says what would be imported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dialogs import can_be_accepted, problem, shown, texts, type_path
from public_sets import eye_mask, photograph, save
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QPushButton
from pytestqt.qtbot import QtBot
from window_parts import part

from unet_desktop.gui.projects.import_set import ImportSetDialog
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.project.project import Project
from unet_desktop.tasks.public_sets.picture import Option
from unet_desktop.tasks.public_sets.recognise import PARTS, SetRequest


@pytest.fixture
def rim_one(tmp_path: Path) -> Path:
    for seed, (part_name, name) in enumerate((("training_set", "r1_Im001"), ("test_set", "r1_Im002"))):
        photograph(tmp_path / "rim/partitioned_by_hospital" / part_name / "normal" / f"{name}.png", seed)
        for kind, plane in (("Disc", eye_mask() > 0), ("Cup", eye_mask() == 2)):
            save(tmp_path / "rim/segmentations" / f"{name}-1-{kind}-T.png", np.where(plane, 0, 255).astype(np.uint8))
    return tmp_path / "rim"


@pytest.fixture
def dialog(qtbot: QtBot) -> ImportSetDialog:
    made = shown(qtbot, ImportSetDialog())
    assert isinstance(made, ImportSetDialog)
    return made


def test_a_set_is_recognised_and_its_options_come(
    qtbot: QtBot, dialog: ImportSetDialog, rim_one: Path, tmp_path: Path
) -> None:
    assert problem(dialog) == "Choose the folder of the set."
    type_path(qtbot, dialog, "source", rim_one)
    assert problem(dialog) == "Looking at the folder…"
    qtbot.waitUntil(lambda: any(text.startswith("RIM-ONE DL: 1 photograph") for text in texts(dialog)))
    assert any("1 photograph is left out: 1 of the test part." in text for text in texts(dialog))
    assert any("no commercial use" in text for text in texts(dialog))
    partition = part(dialog, QComboBox, "partition")
    assert partition.isVisible()
    assert not part(dialog, QComboBox, "expert").isVisible()
    qtbot.keyClick(part(dialog, QComboBox, "parts"), Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: any(text.startswith("RIM-ONE DL: 2 photographs") for text in texts(dialog)))
    qtbot.mouseClick(part(dialog, QCheckBox, "split"), Qt.MouseButton.LeftButton)
    type_path(qtbot, dialog, "root", tmp_path / "project")
    assert can_be_accepted(dialog)
    options = {Option.PARTITION: "by_hospital"}
    everything = frozenset(PARTS)
    assert dialog.request() == SetRequest(rim_one, tmp_path / "project", "auto", options, everything, use_split=False)


def test_a_folder_without_a_set_says_what_is_in_it(qtbot: QtBot, dialog: ImportSetDialog, tmp_path: Path) -> None:
    photograph(tmp_path / "mine/a.jpg", 1)
    type_path(qtbot, dialog, "source", tmp_path / "mine")
    qtbot.waitUntil(lambda: "is not laid out like any of the sets" in problem(dialog))
    assert "a.jpg" in problem(dialog)
    assert not can_be_accepted(dialog)
    box = part(dialog, QComboBox, "set")
    box.setFocus()
    qtbot.keyClicks(box, "ref")
    qtbot.waitUntil(lambda: "is not laid out like REFUGE: looked for photographs named g0001" in problem(dialog))


def test_a_project_is_proposed_until_somebody_names_one(
    qtbot: QtBot, dialog: ImportSetDialog, rim_one: Path, tmp_path: Path
) -> None:
    type_path(qtbot, dialog, "source", rim_one)
    qtbot.waitUntil(lambda: dialog.request().root.name == "RIM-ONE DL")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").touch()
    type_path(qtbot, dialog, "root", tmp_path / "full")
    assert "is not empty" in problem(dialog)
    (tmp_path / "full/project.json").touch()  # an existing project may get more
    type_path(qtbot, dialog, "root", tmp_path / "full")
    assert can_be_accepted(dialog)
    type_path(qtbot, dialog, "root", "")
    assert problem(dialog) == "Choose a folder for the project."


def test_the_set_is_imported_and_opened(
    window: MainWindow, qtbot: QtBot, rim_one: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(dialog: ImportSetDialog) -> int:
        dialog.show()
        type_path(qtbot, dialog, "source", rim_one)
        type_path(qtbot, dialog, "root", tmp_path / "project")
        qtbot.waitUntil(lambda: can_be_accepted(dialog))
        qtbot.mouseClick(part(dialog, QPushButton, "accept"), Qt.MouseButton.LeftButton)
        return dialog.result()

    monkeypatch.setattr(ImportSetDialog, "exec", answer)
    QTest.keyClick(window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: window.app.session.project is not None and not window.app.runner.busy)
    assert window.app.session.case_id == "r1_Im001"
    assert Project.open(tmp_path / "project").case("r1_Im001").notes.startswith("RIM-ONE DL, training part")
