"""Region commands: one step each, on the label in use; masks taken over from other cases, or a sentence why not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawings import SIZE, disc_mask, picture
from gestures import drag, press
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.images.laterality import Eye
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project.case_query import CaseFilter

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def mask_of(window: MainWindow) -> np.ndarray:
    mask = window.app.editor.mask
    assert mask is not None
    return mask


def sentence(window: MainWindow) -> str:
    """What the dialog says that is open; it is closed."""
    (box,) = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    text = box.text()
    box.accept()
    return text


@pytest.mark.parametrize(
    ("key", "modifiers", "change"),
    [
        (Qt.Key.Key_Up, SHIFT, 2),
        (Qt.Key.Key_Down, SHIFT, -2),
        (Qt.Key.Key_Up, SHIFT | CTRL, 10),
        (Qt.Key.Key_Down, SHIFT | CTRL, -10),
    ],
)
def test_grow_and_shrink_by_keys(opened: MainWindow, key, modifiers, change: int) -> None:
    opened.app.session.open_case("d")
    width = int((mask_of(opened)[60] > 0).sum())
    QTest.keyClick(opened, key, modifiers)
    assert int((mask_of(opened)[60] > 0).sum()) == width + change
    assert len(opened.app.editor.history.names) == 1
    np.testing.assert_array_equal(mask_of(opened)[50:70, 75:85], disc_mask()[50:70, 75:85])
    QTest.keyClick(opened, Qt.Key.Key_Z, CTRL)
    np.testing.assert_array_equal(mask_of(opened), disc_mask())


def test_the_label_in_use_is_meant(opened: MainWindow) -> None:
    opened.app.session.open_case("d")
    QTest.keyClick(opened, Qt.Key.Key_2)
    QTest.keyClick(opened, Qt.Key.Key_Up, SHIFT)
    np.testing.assert_array_equal(mask_of(opened) > 0, disc_mask() > 0)
    assert (mask_of(opened) == 2).sum() > (disc_mask() == 2).sum()
    assert opened.app.editor.history.names == ("Grow optic cup",)


def test_smooth_and_keep_largest(opened: MainWindow) -> None:
    opened.app.session.open_case("d")
    spoilt = disc_mask()
    spoilt[10:14, 10:14] = 1
    spoilt[60, 110:118] = 1
    opened.app.editor.replace_mask("Test", spoilt)
    QTest.keyClick(opened, Qt.Key.Key_L, SHIFT)
    assert not mask_of(opened)[:20, :20].any()
    QTest.keyClick(opened, Qt.Key.Key_S, SHIFT)
    assert not mask_of(opened)[60, 114:].any()
    assert opened.app.editor.history.names == ("Test", "Keep largest piece of optic disc", "Smooth optic disc")


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (Qt.Key.Key_Up, "No optic disc to grow."),
        (Qt.Key.Key_Down, "No optic disc to shrink."),
        (Qt.Key.Key_S, "No optic disc to smooth."),
        (Qt.Key.Key_L, "The optic disc is already in one piece."),
        (Qt.Key.Key_R, "There are no holes in optic disc."),
    ],
)
def test_nothing_there_is_no_step_and_says_so(opened: MainWindow, key, says: str) -> None:
    QTest.keyClick(opened, key, SHIFT)
    assert not opened.app.editor.history.can_undo
    assert opened.panels.status.currentMessage() == says


def test_a_polygon_that_waits_is_closed_before_its_region_grows(opened: MainWindow) -> None:
    QTest.keyClick(opened, Qt.Key.Key_G)
    for corner in ((40, 40), (80, 40), (80, 80), (40, 80)):
        drag(opened.canvas, [corner])
    QTest.keyClick(opened, Qt.Key.Key_Up, SHIFT)
    assert opened.app.editor.history.names == ("Polygon optic disc", "Grow optic disc")
    assert not opened.app.toolbox.current.pending


def test_a_stroke_in_progress_is_a_step_of_its_own(opened: MainWindow) -> None:
    press(opened.canvas, (80, 60))
    QTest.keyClick(opened, Qt.Key.Key_Up, SHIFT)
    assert opened.app.editor.history.names == ("Brush optic disc", "Grow optic disc")


def test_copying_the_previous_cases_mask(opened: MainWindow) -> None:
    project = opened.app.session.project
    project.save_mask("c", disc_mask(20))
    opened.app.session.open_case("d")
    QTest.keyClick(opened, Qt.Key.Key_P, SHIFT)
    np.testing.assert_array_equal(mask_of(opened), disc_mask(20))
    assert opened.app.editor.history.names == ("Copy mask of c",)
    QTest.keyClick(opened, Qt.Key.Key_Z, CTRL)
    np.testing.assert_array_equal(mask_of(opened), disc_mask())


def test_the_previous_case_is_the_one_before_it_in_the_list(opened: MainWindow) -> None:
    session = opened.app.session
    session.project.save_mask("a", disc_mask(20))
    session.open_case("d")
    session.cases.set_query(replace(session.cases.query, filter=CaseFilter.CORRECTED))
    session.cases.reload(session.project)
    assert session.cases.shown == ["a", "d"]
    QTest.keyClick(opened, Qt.Key.Key_P, SHIFT)
    np.testing.assert_array_equal(mask_of(opened), disc_mask(20))
    assert opened.app.editor.history.names == ("Copy mask of a",)


def test_what_was_just_painted_there_is_copied(opened: MainWindow) -> None:
    press(opened.canvas, (80, 60))
    opened.app.editor.finish()
    painted = mask_of(opened).copy()
    opened.app.session.open_case("b")
    QTest.keyClick(opened, Qt.Key.Key_P, SHIFT)
    np.testing.assert_array_equal(mask_of(opened), painted)


def test_why_the_previous_mask_cannot_be_copied(opened: MainWindow, tmp_path) -> None:
    QTest.keyClick(opened, Qt.Key.Key_P, SHIFT)
    assert "first case" in opened.panels.status.currentMessage()
    opened.app.session.open_case("b")
    QTest.keyClick(opened, Qt.Key.Key_P, SHIFT)
    assert "a, has no mask to copy" in sentence(opened)
    small = tmp_path / "e.jpg"
    write_jpeg(small, picture(1)[:100, :100])
    opened.app.session.project.add_image(small)
    opened.app.session.reload_cases()
    opened.app.session.open_case("e")
    QTest.keyClick(opened, Qt.Key.Key_P, SHIFT)
    assert "160 x 120 pixels, this one 100 x 100" in sentence(opened)
    assert not opened.app.editor.history.can_undo


def test_mirroring_the_other_eye(opened: MainWindow) -> None:
    session = opened.app.session
    lopsided = disc_mask()
    lopsided[:, 80:] = 0
    session.project.save_mask("d", lopsided)
    session.project.mark("d", patient="P1", eye=Eye.LEFT)
    session.project.mark("b", patient="P1", eye=Eye.RIGHT)
    session.project.mark("c", patient="P2", eye=Eye.LEFT)
    session.open_case("b")
    QTest.keyClick(opened, Qt.Key.Key_M, SHIFT)
    np.testing.assert_array_equal(mask_of(opened), lopsided[:, ::-1])
    assert opened.app.editor.history.names == ("Mirror mask of d",)


def test_mirroring_to_another_size(opened: MainWindow, tmp_path) -> None:
    session = opened.app.session
    small = tmp_path / "e.jpg"
    write_jpeg(small, picture(1)[::2, ::2])
    session.project.add_image(small, patient="P1", eye=Eye.RIGHT)
    session.project.mark("d", patient="P1", eye=Eye.LEFT)
    session.reload_cases()
    session.open_case("e")
    QTest.keyClick(opened, Qt.Key.Key_M, SHIFT)
    assert mask_of(opened).shape == (SIZE[0] // 2, SIZE[1] // 2)
    assert abs(4 * int((mask_of(opened) > 0).sum()) - int((disc_mask() > 0).sum())) < 60


def test_why_the_other_eye_cannot_be_mirrored(opened: MainWindow) -> None:
    session = opened.app.session
    QTest.keyClick(opened, Qt.Key.Key_M, SHIFT)
    assert "patient and the eye" in sentence(opened)
    session.mark(patient="P1", eye=Eye.RIGHT)
    QTest.keyClick(opened, Qt.Key.Key_M, SHIFT)
    assert "patient P1" in sentence(opened)
    assert not opened.app.editor.history.can_undo
