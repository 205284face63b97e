"""The import dialog shows how masks will be understood before anything is imported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dialogs import can_be_accepted, shown, type_path
from drawings import disc_mask, picture
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from window_parts import part

from unet_desktop.gui.projects.import_images import ImportImagesDialog
from unet_desktop.gui.projects.mask_preview import MaskPreviewPanel
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.file import write_mask
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.tasks.import_images import ImportPreview


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(6):
        write_jpeg(folder / f"{number}.jpg", picture(number))
    return folder


@pytest.fixture
def dialog(qtbot: QtBot, pictures: Path) -> ImportImagesDialog:
    made = ImportImagesDialog(None, DISC_AND_CUP)
    shown(qtbot, made)
    type_path(qtbot, made, "source", pictures)
    return made


def text(dialog: ImportImagesDialog, name: str) -> str:
    return part(dialog, QLabel, name).text()


def test_the_mapping_and_the_outline_are_shown(qtbot: QtBot, dialog: ImportImagesDialog, pictures: Path) -> None:
    write_mask(pictures / "2_mask.png", disc_mask(), DISC_AND_CUP)
    assert not part(dialog, QLabel, "preview").isVisible()
    type_path(qtbot, dialog, "masks", pictures)
    qtbot.waitUntil(lambda: part(dialog, QLabel, "preview").isVisible(), timeout=5000)
    assert text(dialog, "mapping") == "2_mask.png for 2.jpg: 1 is optic disc, 2 is optic cup."
    assert text(dialog, "counts") == "1 of 6 pictures has a mask. Without one: 0.jpg, 1.jpg, 3.jpg and 2 more."
    image = part(dialog, QLabel, "preview").pixmap().toImage()
    assert len({image.pixel(at, at) for at in range(min(image.width(), image.height()))}) > 4


def test_a_mask_that_cannot_be_read_shows_its_sentence(
    qtbot: QtBot, dialog: ImportImagesDialog, pictures: Path
) -> None:
    (pictures / "2_mask.png").write_bytes(b"no mask")
    type_path(qtbot, dialog, "masks", pictures)
    qtbot.waitUntil(lambda: "cannot be read" in text(dialog, "mapping"), timeout=5000)
    assert not part(dialog, QLabel, "preview").isVisible()
    assert can_be_accepted(dialog)


def test_a_folder_without_pictures_is_a_sentence(qtbot: QtBot, dialog: ImportImagesDialog, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    type_path(qtbot, dialog, "masks", tmp_path / "empty")
    qtbot.waitUntil(lambda: "holds no pictures" in text(dialog, "mapping"), timeout=5000)


def test_nothing_is_shown_without_a_folder_of_masks(qtbot: QtBot, dialog: ImportImagesDialog, pictures: Path) -> None:
    write_mask(pictures / "2_mask.png", disc_mask(), DISC_AND_CUP)
    type_path(qtbot, dialog, "masks", pictures)
    qtbot.waitUntil(lambda: text(dialog, "mapping") != "", timeout=5000)
    type_path(qtbot, dialog, "masks", "")
    assert text(dialog, "mapping") == text(dialog, "counts") == ""
    assert not part(dialog, QLabel, "preview").isVisible()


@pytest.mark.parametrize(
    ("preview", "sentence"),
    [
        (ImportPreview(1, (), None), "The picture has a mask."),
        (ImportPreview(1200, (), None), "All 1,200 pictures have a mask."),
        (ImportPreview(2, ("a.png", "b.png"), None), "There are 2 pictures, and none has a mask of its name."),
        (ImportPreview(2, ("b.png",), None), "1 of 2 pictures has a mask. Without one: b.png."),
        (ImportPreview(3, ("b.png",), None), "2 of 3 pictures have a mask. Without one: b.png."),
    ],
)
def test_what_the_pictures_have_is_a_sentence(qtbot: QtBot, preview: ImportPreview, sentence: str) -> None:
    panel = MaskPreviewPanel(DISC_AND_CUP)
    qtbot.addWidget(panel)
    panel._show(preview)
    assert text(panel, "counts") == sentence
    panel.shutdown()


def test_closing_while_it_looks_is_harmless(qtbot: QtBot, dialog: ImportImagesDialog, pictures: Path) -> None:
    for number in range(6):
        write_mask(pictures / f"{number}.png", np.zeros_like(disc_mask()), DISC_AND_CUP)
    type_path(qtbot, dialog, "masks", pictures)
    qtbot.wait(310)
    dialog.reject()
    qtbot.wait(100)
    assert text(dialog, "mapping") == ""
