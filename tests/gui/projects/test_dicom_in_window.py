"""A DICOM photograph in the window: imported by the dialog, shown, measured in millimetres, corrected as any other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dicom_files import SECRETS, write, write_jpeg
from drawings import picture
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLabel, QWidget
from pytestqt.qtbot import QtBot
from window_parts import part

from unet_desktop.gui.projects.import_images import ImportImagesDialog
from unet_desktop.gui.widgets.output_choice import OutputChoice
from unet_desktop.gui.widgets.path_field import PathField
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.images.laterality import Eye
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.project import Project


def texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel)]


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "from the camera"
    folder.mkdir()
    write_jpeg(folder / "first.dcm", picture(1), PixelSpacing=[0.005, 0.005], ImageLaterality="L")
    grey = picture(2)[..., 1].astype(np.uint16) * 16
    write(folder / "IM000002", grey, BitsStored=12, HighBit=11, PixelSpacing=[0.005, 0.005])
    return folder


def test_a_folder_is_imported_and_shown(
    qtbot: QtBot, window: MainWindow, photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(dialog: ImportImagesDialog) -> bool:
        dialog.findChildren(PathField)[0].set_path(photographs)
        assert "2 pictures." in texts(dialog)
        return True

    monkeypatch.setattr(ImportImagesDialog, "exec", answer)
    Project.create(tmp_path / "project", DISC_AND_CUP)
    window.commands.projects.open_root(tmp_path / "project")
    window.actions_by_id["project.import_images"].trigger()
    session = window.app.session
    qtbot.waitUntil(lambda: session.case_id == "first")
    assert session.open is not None
    assert session.open.image.pixels.shape == picture(1).shape
    assert session.open.case.eye is Eye.LEFT
    assert session.project is not None
    qtbot.waitUntil(lambda: not window.app.runner.busy)  # the scale is known when all pictures are
    assert session.project.mm_per_pixel == pytest.approx(0.005)
    assert part(window.panels.view, QDoubleSpinBox, "scale").value() == pytest.approx(5.0)
    session.open_case("IM000002")
    assert session.open.image.note.startswith("Its values from ")
    assert any(session.open.image.note in text for text in texts(window))
    log = "".join(path.read_text("utf-8") for path in tmp_path.rglob("*.json"))
    assert not any(secret in log for secret in SECRETS)


def test_segmentations_and_patients_can_be_chosen(qtbot: QtBot) -> None:
    choice = OutputChoice()
    qtbot.addWidget(choice)
    choice.show()
    assert (choice.outputs().dicom_seg, choice.outputs().identifiers) == (False, "omit")
    box, patients = choice.findChild(QCheckBox, "output_dicom_seg"), choice.findChild(QComboBox, "identifiers")
    with qtbot.waitSignal(choice.outputs_changed):
        box.click()
    with qtbot.waitSignal(choice.outputs_changed):
        qtbot.keyClick(patients, Qt.Key.Key_Down)
    chosen = choice.outputs()
    assert (chosen.dicom_seg, chosen.identifiers) == (True, "hash")
    dialects = choice.findChild(QComboBox, "csv_dialect")
    for dialect in ("excel", "excel-eu"):
        with qtbot.waitSignal(choice.outputs_changed):
            qtbot.keyClick(dialects, Qt.Key.Key_Down)
        assert choice.outputs().csv_dialect == dialect
    chosen = choice.outputs()
    again = OutputChoice()
    qtbot.addWidget(again)
    again.set_outputs(chosen)
    assert again.outputs() == chosen
