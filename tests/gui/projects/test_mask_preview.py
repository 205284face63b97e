"""The import dialog shows how masks will be understood before anything is imported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dialogs import can_be_accepted, problem, shown, texts, type_path
from drawings import disc_mask, picture
from foreign_annotations import write_json
from PIL import Image as Pillow
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel
from pytestqt.qtbot import QtBot
from window_parts import part

from unet_desktop.gui.projects.import_images import ImportImagesDialog
from unet_desktop.gui.widgets.mask_answers import name_row
from unet_desktop.gui.widgets.mask_preview import MaskPreviewPanel
from unet_desktop.labels import DISC_AND_CUP, Label, LabelSet
from unet_desktop.masks.file import write_mask
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.tasks.import_preview import ImportPreview
from unet_desktop.tasks.mask_options import MaskOptions


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
    qtbot.waitUntil(lambda: part(dialog, QLabel, "preview").isVisible())
    assert text(dialog, "mapping") == "1 mask is this program's own, taken as written. Shown: 2_mask.png for 2.jpg."
    assert text(dialog, "counts") == "1 of 6 pictures has a mask. Without one: 0.jpg, 1.jpg, 3.jpg and 2 more."
    image = part(dialog, QLabel, "preview").pixmap().toImage()
    assert len({image.pixel(at, at) for at in range(min(image.width(), image.height()))}) > 4


def test_a_mask_that_cannot_be_read_shows_its_sentence(
    qtbot: QtBot, dialog: ImportImagesDialog, pictures: Path
) -> None:
    (pictures / "2_mask.png").write_bytes(b"no mask")
    type_path(qtbot, dialog, "masks", pictures)
    qtbot.waitUntil(lambda: "cannot be read" in text(dialog, "mapping"))
    assert not part(dialog, QLabel, "preview").isVisible()
    assert can_be_accepted(dialog)


def test_a_folder_without_pictures_is_a_sentence(qtbot: QtBot, dialog: ImportImagesDialog, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    type_path(qtbot, dialog, "masks", tmp_path / "empty")
    qtbot.waitUntil(lambda: "holds no pictures" in text(dialog, "mapping"))


def test_nothing_is_shown_without_a_folder_of_masks(qtbot: QtBot, dialog: ImportImagesDialog, pictures: Path) -> None:
    write_mask(pictures / "2_mask.png", disc_mask(), DISC_AND_CUP)
    type_path(qtbot, dialog, "masks", pictures)
    qtbot.waitUntil(lambda: text(dialog, "mapping") != "")
    type_path(qtbot, dialog, "masks", "")
    assert text(dialog, "mapping") == text(dialog, "counts") == ""
    assert not part(dialog, QLabel, "preview").isVisible()


@pytest.mark.parametrize(
    ("preview", "sentence"),
    [
        (ImportPreview(1, (), None), "The picture has a mask."),
        (ImportPreview(1200, (), None), "All 1,200 pictures have a mask."),
        (ImportPreview(2, ("a.png", "b.png"), None), "None of the 2 pictures has a mask."),
        (ImportPreview(2, ("b.png",), None), "1 of 2 pictures has a mask. Without one: b.png."),
        (ImportPreview(3, ("b.png",), None), "2 of 3 pictures have a mask. Without one: b.png."),
    ],
)
def test_what_the_pictures_have_is_a_sentence(qtbot: QtBot, preview: ImportPreview, sentence: str) -> None:
    panel = MaskPreviewPanel()
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


def save(path: Path, *values: int) -> None:
    Pillow.fromarray(np.array(values, np.uint8)[disc_mask()]).save(path)


class TestAnswers:
    """What the files do not say is asked in the dialog, and the import waits for the answer."""

    def looked(self, qtbot: QtBot, dialog: ImportImagesDialog, said: str) -> None:
        qtbot.waitUntil(lambda: said in text(dialog, "mapping"))

    def test_values_without_a_meaning_are_asked(
        self, qtbot: QtBot, dialog: ImportImagesDialog, pictures: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "masks").mkdir()
        for number in range(6):
            save(tmp_path / "masks" / f"{number}.png", 0, 30, 60)
        type_path(qtbot, dialog, "masks", tmp_path / "masks")
        self.looked(qtbot, dialog, "the values 0, 30, 60")
        assert problem(dialog) == "Choose what each value of the masks means."
        assert not can_be_accepted(dialog)
        for key, meaning in (("0", "background"), ("30", "optic disc"), ("60", "optic cup")):
            part(dialog, QComboBox, f"value {key}").setCurrentText(meaning)
        self.looked(qtbot, dialog, "0 is background, 30 is optic disc, 60 is optic cup.")
        assert can_be_accepted(dialog)
        values = dialog.request().options.values
        assert values is not None
        assert values.table == ((0, 0), (30, 1), (60, 2))

    def test_a_reading_can_be_changed(
        self, qtbot: QtBot, dialog: ImportImagesDialog, pictures: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "masks").mkdir()
        save(tmp_path / "masks" / "3.png", 0, 255, 255)
        type_path(qtbot, dialog, "masks", tmp_path / "masks")
        self.looked(qtbot, dialog, "255 is optic disc")
        assert can_be_accepted(dialog)
        assert dialog.request().options.values is None
        part(dialog, QComboBox, "value 255").setCurrentText("optic cup")
        self.looked(qtbot, dialog, "255 is optic cup")
        values = dialog.request().options.values
        assert values is not None
        assert values.table == ((0, 0), (255, 2))

    def test_names_that_go_on_are_taken_when_ticked(
        self, qtbot: QtBot, dialog: ImportImagesDialog, pictures: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "masks").mkdir()
        save(tmp_path / "masks" / "3_left.png", 0, 1, 2)
        type_path(qtbot, dialog, "masks", tmp_path / "masks")
        loose = part(dialog, QCheckBox, "loose")
        qtbot.waitUntil(loose.isVisible)
        assert text(dialog, "loose names") == "3_left.png for 3.jpg"
        loose.setChecked(True)
        self.looked(qtbot, dialog, "Shown: 3_left.png for 3.jpg")
        assert dialog.request().options.loose

    def test_the_orientation_is_asked(
        self, qtbot: QtBot, dialog: ImportImagesDialog, pictures: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "masks").mkdir()
        with Pillow.open(pictures / "3.jpg") as picture:
            exif = picture.getexif()
            exif[274] = 2
            picture.save(pictures / "3.jpg", exif=exif)
        save(tmp_path / "masks" / "3.png", 0, 1, 2)
        type_path(qtbot, dialog, "masks", tmp_path / "masks")
        stored = part(dialog, QComboBox, "stored")
        qtbot.waitUntil(stored.isVisible)
        assert problem(dialog) == "Choose on which photographs the masks were drawn."
        stored.setCurrentIndex(2)
        self.looked(qtbot, dialog, "drawn on photographs as their files store them")
        assert can_be_accepted(dialog)
        assert dialog.request().options.as_stored is True

    def test_other_folders_forget_the_answers(
        self, qtbot: QtBot, dialog: ImportImagesDialog, pictures: Path, tmp_path: Path
    ) -> None:
        for folder, values in (("one", (0, 30, 60)), ("two", (0, 1, 2))):
            (tmp_path / folder).mkdir()
            save(tmp_path / folder / "3.png", *values)
        type_path(qtbot, dialog, "masks", tmp_path / "one")
        self.looked(qtbot, dialog, "the values 0, 30, 60")
        type_path(qtbot, dialog, "masks", tmp_path / "two")
        self.looked(qtbot, dialog, "2 is optic cup")
        assert can_be_accepted(dialog)
        assert dialog.request().options == MaskOptions()


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("300", "Value 300"),
        ("0.5", "Value 0.5"),
        ("#ff0000", "Colour #ff0000"),
        ("#ff0000b4", "Colour #ff0000 (71 % opaque)"),
        ("transparent", "Transparent"),
        ("others", "All else"),
    ],
)
def test_rows_are_named_by_what_the_masks_hold(key: str, name: str) -> None:
    assert name_row(key) == name


def test_many_labels_leave_room_for_the_form(qtbot: QtBot) -> None:
    labels = LabelSet(tuple(Label(value, f"structure {value}", f"#0000{value:02x}") for value in range(1, 41)))
    made = shown(qtbot, ImportImagesDialog(None, labels))
    [explained] = [text for text in texts(made) if text.startswith("A mask has its picture's name")]
    assert "structure 3 or one of 37 more labels." in explained
    assert "structure 4" not in explained
    made.close()


def test_the_picture_of_the_preview_is_whole(qtbot: QtBot, dialog: ImportImagesDialog, pictures: Path) -> None:
    write_mask(pictures / "2_mask.png", disc_mask(), DISC_AND_CUP)
    type_path(qtbot, dialog, "masks", pictures)
    preview = part(dialog, QLabel, "preview")
    qtbot.waitUntil(preview.isVisible)
    qtbot.waitUntil(lambda: preview.height() >= preview.pixmap().height())


def test_annotations_are_previewed_and_unknown_labels_are_chosen(
    qtbot: QtBot, dialog: ImportImagesDialog, pictures: Path
) -> None:
    height, width = picture(0).shape[:2]
    square = [20.0, 20.0, 50.0, 20.0, 50.0, 50.0, 20.0, 50.0]
    data = {
        "images": [{"id": 1, "file_name": "2.jpg", "width": width, "height": height}],
        "categories": [{"id": 1, "name": "Disc"}, {"id": 2, "name": "<b>spot & more"}],
        "annotations": [{"id": n, "image_id": 1, "category_id": n, "segmentation": [square]} for n in (1, 2)],
    }
    path = write_json(pictures.parent / "coco.json", data)
    type_path(qtbot, dialog, "masks", path)
    qtbot.waitUntil(lambda: problem(dialog) == "Choose what each label of the annotations means.")
    assert text(dialog, "mapping") == 'It is not known what "<b>spot & more" means here.'
    assert not can_be_accepted(dialog)
    box = part(dialog, QComboBox, "name <b>spot & more")
    assert "“<b>spot && more”" in texts(dialog)  # a single "&" would underline the next letter
    box.setCurrentIndex(box.findText("Leave out"))
    qtbot.waitUntil(lambda: part(dialog, QLabel, "preview").isVisible())
    assert can_be_accepted(dialog)
    assert dialog.request().options.names == (("<b>spot & more", None), ("Disc", 1))
    assert '"Disc" is optic disc' in text(dialog, "mapping")
