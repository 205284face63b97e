"""DICOM photographs become cases like others; eye and pixel size are read from them, the patient is not."""

from __future__ import annotations

import numpy as np
import pytest
from dicom_files import SECRETS, colours, write, write_jpeg
from PIL import Image as Pillow

from unet_desktop.engine.events import Message
from unet_desktop.images.laterality import Eye
from unet_desktop.images.read import read_image, read_reduced
from unet_desktop.project.case import CaseState
from unet_desktop.project.project import Project
from unet_desktop.tasks.changed_cases import CasesWritten
from unet_desktop.tasks.events import ItemDone
from unet_desktop.tasks.import_images import import_images


@pytest.fixture
def source(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def brought_in(project, source, **options):
    events = list(import_images(project.root, source, **options))
    return events, Project.open(project.root)


def test_files_of_each_name_become_cases(project, source, fundus):
    write_jpeg(source / "a.dcm", fundus(1, 96).pixels)
    write(source / "IM000001", colours())
    write(source / "1.2.840.10008.42", colours()[::-1])
    events, after = brought_in(project, source)
    assert [event.problem for event in events if isinstance(event, ItemDone)] == ["", "", ""]
    assert len(after.cases()) == 3
    for case in after.cases():
        image = read_image(case.image_path(after.root))
        assert image.pixels.shape[:2] == (case.height, case.width)
        assert read_reduced(case.image_path(after.root), 10).shape[1] <= 10


def test_the_eye_that_the_file_states_is_noted(project, source):
    write(source / "OD_1.dcm", colours(), ImageLaterality="L")
    write(source / "OD_2.dcm", colours()[::-1])
    write(source / "3.dcm", colours()[:, ::-1], Laterality="R")
    _, after = brought_in(project, source)
    assert [case.eye for case in after.cases()] == [Eye.RIGHT, Eye.LEFT, Eye.RIGHT]


def test_whose_picture_it_is_is_not_noted(project, source):
    write(source / "a.dcm", colours())
    events, after = brought_in(project, source)
    noted = "".join(path.read_text("utf-8") for path in after.layout.cases.iterdir())
    for secret in SECRETS:
        assert secret not in noted
        assert secret not in str(events)


def test_first_pictures_of_one_scale_make_the_project_s(project, source):
    write(source / "a.dcm", colours(), PixelSpacing=[0.005, 0.005])
    write(source / "b.dcm", colours()[::-1], PixelSpacing=[0.00501, 0.005])
    events, after = brought_in(project, source)
    assert after.mm_per_pixel == pytest.approx(0.0050025)
    assert [event.text for event in events if isinstance(event, Message)] == [
        "All pictures state that a pixel is 5.003 µm, so sizes are in millimetres."
    ]


@pytest.mark.parametrize("spacing", [None, [0.005, 0.01], [0.01, 0.01]])
def test_otherwise_nobody_has_said_the_scale(project, source, spacing):
    write(source / "a.dcm", colours(), PixelSpacing=[0.005, 0.005])
    write(source / "b.dcm", colours()[::-1], **({} if spacing is None else {"PixelSpacing": spacing}))
    events, after = brought_in(project, source)
    assert after.mm_per_pixel is None
    assert all(isinstance(event, ItemDone | CasesWritten) for event in events)


def test_later_pictures_do_not_change_the_scale(project, source):
    write(source / "a.dcm", colours())
    brought_in(project, source)
    write(source / "b.dcm", colours()[::-1], PixelSpacing=[0.005, 0.005])
    _, after = brought_in(project, source / "b.dcm")
    assert after.mm_per_pixel is None


def test_masks_beside_dicom_pictures(project, source):
    write(source / "a.dcm", colours(40, 50))
    mask = np.zeros((40, 50), np.uint8)
    mask[5:20, 10:30] = 255
    Pillow.fromarray(mask).save(source / "a.png")
    events, after = brought_in(project, source, masks=source)
    assert [(event.name, event.problem) for event in events if isinstance(event, ItemDone)] == [("a.dcm", "")]
    (case,) = after.cases()
    assert case.state is CaseState.CORRECTED


def test_dicom_files_among_the_masks_are_none(project, source, tmp_path):
    write(source / "a.dcm", colours(40, 50))
    (tmp_path / "masks").mkdir()
    write(tmp_path / "masks" / "a.dcm", colours(40, 50)[..., 0])
    Pillow.fromarray(np.eye(40, 50, dtype=np.uint8) * 255).save(tmp_path / "masks" / "a.png")
    events, after = brought_in(project, source, masks=tmp_path / "masks")
    assert [event.problem for event in events if isinstance(event, ItemDone)] == [""]
    assert after.cases()[0].state is CaseState.CORRECTED


def test_a_folder_of_dicom_masks_is_refused_by_that_name(project, source, tmp_path):
    write(source / "a.dcm", colours(40, 50))
    (tmp_path / "masks").mkdir()
    write(tmp_path / "masks" / "a.dcm", colours(40, 50)[..., 0])
    events, after = brought_in(project, source, masks=tmp_path / "masks")
    (problem,) = [event.problem for event in events if isinstance(event, ItemDone)]
    assert "a.dcm is DICOM, which this program does not read as a mask" in problem
    assert after.cases() == []


def test_what_holds_no_picture_is_named_and_the_rest_goes_on(project, source):
    write(source / "a.dcm", colours(), Rows=0)
    write(source / "b.dcm", colours(), PhotometricInterpretation="HSV")
    write(source / "c.dcm", colours())
    events, after = brought_in(project, source)
    assert [bool(event.problem) for event in events if isinstance(event, ItemDone)] == [True, True, False]
    assert [case.id for case in after.cases()] == ["c"]
