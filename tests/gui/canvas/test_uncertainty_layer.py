"""Where to look: the heat over the picture, what the panel says, and the command that opens the most useful case."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from drawings import SIZE, disc_mask, picture
from image_snapshots import assert_as_stored, rendered
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from unet_desktop.gui.canvas.canvas import Canvas
from unet_desktop.gui.canvas.uncertainty_layer import UncertaintyLayer, colour_ramp
from unet_desktop.gui.correct.prediction_controls import describe
from unet_desktop.gui.settings.view_options import View, view_from_json
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.trust import Trust, UncertaintyMap, Unfamiliar
from unet_desktop.project.predictions import StoredPrediction

SHIFT = Qt.KeyboardModifier.ShiftModifier


def ring() -> UncertaintyMap:
    """Uncertain in a ring round the disc of the test pictures, most of all on its right; it reaches over the border."""
    rows, columns = np.mgrid[:32, :32] * 5.0 + 2.5
    away = np.abs(np.hypot(rows - 80, columns - 80) - 30)
    level = np.clip(255 - 25 * away, 0, 255) * np.where(columns > 80, 1.0, 0.6)
    return UncertaintyMap(level.astype(np.uint8), 0.0, -20.0, 160.0, 160.0)


def predict(window: MainWindow, case_id: str, confidence: float, trust: Trust | None = None) -> None:
    project = window.app.session.project
    project.save_prediction(case_id, disc_mask(), model="f00d", confidence=confidence, trust=trust or Trust())


@pytest.fixture
def canvas(qtbot) -> Canvas:
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(400, 320)
    made.set_image(picture(1))
    made.set_proposal(disc_mask(), DISC_AND_CUP)
    made.set_uncertainty(ring())
    made.set_view(View(scale_bar=False, uncertainty=True))
    return made


def test_the_heat_looks_as_stored(canvas: Canvas) -> None:
    assert_as_stored(canvas, "uncertainty")


def test_it_is_hidden_with_the_mask_and_without_its_option(canvas: Canvas) -> None:
    shown = rendered(canvas)
    canvas.set_view(View(scale_bar=False))
    plain = rendered(canvas)
    assert (shown != plain).any()
    canvas.set_view(View(scale_bar=False, visible=False, uncertainty=True))
    hidden = rendered(canvas)
    canvas.set_uncertainty(None)
    assert (rendered(canvas) == hidden).all()


def test_a_part_repaints_as_the_whole(canvas: Canvas) -> None:
    canvas.zoom_to(3.3)
    whole = rendered(canvas)
    image = QImage(canvas.size(), QImage.Format.Format_RGB32)
    for left in range(0, canvas.width(), 57):
        strip = canvas.rect().adjusted(left, 0, left + 57 - canvas.width(), 0).intersected(canvas.rect())
        canvas.render(image, strip.topLeft(), strip)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    assert (np.abs(rows[:, :, 2::-1].astype(int) - whole).max(axis=2) <= 3).mean() > 0.999


def test_the_more_uncertain_the_lighter_and_the_certain_shows_the_picture() -> None:
    layer = UncertaintyLayer()
    assert not layer.shows
    layer.visible = True
    levels = np.arange(256, dtype=np.uint8)[None]
    layer.set_map(UncertaintyMap(levels, 0.0, 0.0, 256.0, 1.0))
    assert layer.shows
    colours = [QColor(*level) for level in colour_ramp().round().astype(int).tolist()]
    opacity = [colour.alpha() for colour in colours]
    assert opacity[:20] == [0] * 20
    assert opacity == sorted(opacity)
    assert opacity[-1] > 230
    lightness = [colour.lightness() for colour in colours[64:]]
    assert all(later >= earlier - 3 for earlier, later in pairwise(lightness))


def test_the_key_shows_it_and_the_choice_is_kept(opened: MainWindow) -> None:
    predict(opened, "c", 0.9, Trust(uncertainty=ring()))
    opened.app.session.open_case("c")
    before = rendered(opened.canvas)
    QTest.keyClick(opened, Qt.Key.Key_H, SHIFT)
    assert opened.actions_by_id["view.uncertainty"].isChecked()
    assert (rendered(opened.canvas) != before).any()
    assert view_from_json(opened.app.view_options.view.to_json()).uncertainty
    QTest.keyClick(opened, Qt.Key.Key_G, SHIFT)
    assert (rendered(opened.canvas) == before).all()


def test_it_stays_while_an_accepted_mask_is_corrected_and_goes_with_the_case(opened: MainWindow) -> None:
    predict(opened, "c", 0.9, Trust(uncertainty=ring()))
    opened.app.session.open_case("c")
    QTest.keyClick(opened, Qt.Key.Key_A)
    assert opened.app.proposal.prediction is None
    assert opened.app.proposal.trust.uncertainty is not None
    QTest.keyClick(opened, Qt.Key.Key_H, SHIFT)
    with_heat = rendered(opened.canvas)
    opened.app.session.open_case("b")
    assert opened.app.proposal.trust.uncertainty is None
    opened.canvas.set_mask(opened.app.editor.mask, DISC_AND_CUP)
    assert (rendered(opened.canvas) != with_heat).any()


def test_a_rejected_one_leaves_nothing(opened: MainWindow) -> None:
    predict(opened, "c", 0.9, Trust(uncertainty=ring()))
    opened.app.session.open_case("c")
    QTest.keyClick(opened, Qt.Key.Key_X)
    assert opened.app.proposal.trust.uncertainty is None


def test_the_panel_says_what_is_likely_and_what_is_unfamiliar(opened: MainWindow) -> None:
    predict(opened, "c", 0.9, Trust({"optic disc": 0.97, "optic cup": 0.91}, (0.41, 0.58)))
    opened.app.session.open_case("c")
    panel = opened.panels.tools.prediction
    warning = panel.findChild(QLabel, "unfamiliar")
    text = " ".join(label.text() for label in panel.findChildren(QLabel))
    assert "likely 0.41 to 0.58" in text
    assert "optic cup 0.91" in text
    assert not warning.isVisibleTo(panel)
    predict(opened, "c", 0.9, Trust({"optic disc": 0.97}, (0.41, 0.58), unfamiliar=Unfamiliar.CAMERA))
    opened.app.proposal.show_prediction()
    assert warning.isVisibleTo(panel)
    assert "from another camera" in warning.text()
    assert "Correct five such pictures" in warning.text()
    assert "likely" not in " ".join(label.text() for label in panel.findChildren(QLabel) if label is not warning)


def test_an_older_prediction_is_described_by_what_is_known() -> None:
    mask = np.zeros(SIZE, np.uint8)
    assert describe(StoredPrediction(mask, "", 0.5)) == ""
    assert describe(StoredPrediction(mask, "", 0.5, vcdr=0.6249)) == "Cup-to-disc ratio 0.62."


def test_the_most_useful_case_is_the_least_certain_uncorrected_one(opened: MainWindow) -> None:
    """From wherever one is: b was predicted least surely, then c; nobody predicted a; d is corrected."""
    predict(opened, "b", 0.3)
    predict(opened, "d", 0.1)
    opened.app.session.reload_cases()
    opened.app.session.open_case("c")
    QTest.keyClick(opened, Qt.Key.Key_J)
    assert opened.app.session.case_id == "b"


def test_cases_that_were_looked_at_wait_for_the_next_round(opened: MainWindow) -> None:
    predict(opened, "b", 0.3)
    opened.app.session.reload_cases()
    opened.app.session.open_case("d")
    visited = []
    for _ in range(5):
        QTest.keyClick(opened, Qt.Key.Key_J)
        visited.append(opened.app.session.case_id)
    assert visited == ["b", "c", "a", "b", "c"]
    opened.app.session.open_case("d")
    predict(opened, "b", 0.2)  # another prediction has not been looked at
    opened.app.session.reload_cases()
    QTest.keyClick(opened, Qt.Key.Key_J)
    assert opened.app.session.case_id == "b"


def test_an_unfamiliar_case_comes_first_and_a_flagged_one_never(opened: MainWindow) -> None:
    predict(opened, "b", 0.3)
    predict(opened, "c", 0.8, Trust(unfamiliar=Unfamiliar.CAMERA))
    opened.app.session.reload_cases()
    QTest.keyClick(opened, Qt.Key.Key_W, SHIFT)
    assert opened.app.session.case_id == "c"
    opened.app.session.mark("b", flagged=True)
    QTest.keyClick(opened, Qt.Key.Key_W, SHIFT)
    assert opened.app.session.case_id == "a"


def test_one_that_cannot_be_opened_is_passed(opened: MainWindow) -> None:
    session = opened.app.session
    predict(opened, "b", 0.3)
    session.reload_cases()
    session.project.image_path("b").unlink()
    QTest.keyClick(opened, Qt.Key.Key_J)
    assert (session.case_id, session.current_id) == (None, "b")
    QTest.keyClick(opened, Qt.Key.Key_J)
    assert session.case_id == "c"
