"""The Measure panel in the window: figures, change, eye, empty states, other labels, narrow and in both themes."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest
from drawings import disc_mask
from gestures import LEFT, drag
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from unet_desktop.gui.measure.panel import MeasurePanel
from unet_desktop.gui.measure.wording import TIPS, change_text, hour_text, length_text, size_texts
from unet_desktop.gui.style.contrast import contrast
from unet_desktop.gui.style.theme import DARK, LIGHT
from unet_desktop.gui.widgets.figure_table import FigureTable
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.images.laterality import Eye
from unet_desktop.labels import DISC_AND_CUP, Label, LabelSet
from unet_desktop.masks.ddls import rate_disc
from unet_desktop.masks.measure import Extent, measure_mask


@pytest.fixture
def panel(opened: MainWindow) -> MeasurePanel:
    opened.app.session.open_case("d")
    return opened.panels.measure


def text(panel: QWidget, name: str) -> str:
    return panel.findChild(QLabel, name).text()


def table(panel: QWidget, name: str) -> FigureTable:
    return next(table for table in panel.findChildren(FigureTable) if table.accessibleName() == name)


def click(panel: QWidget, name: str) -> None:
    QTest.mouseClick(panel.findChild(QAbstractButton, name), LEFT)


def test_the_figures(panel: MeasurePanel) -> None:
    assert text(panel, "vertical") == "0.49"
    sizes = table(panel, "Sizes")
    # A radius of 30 covers 59 rows, one of 15 covers 29.
    assert [sizes.text(1, column) for column in range(4)] == ["Height", "29", "59", "0.49"]
    assert sizes.text(3, 3) == f"{(disc_mask() == 2).sum() / (disc_mask() > 0).sum():.2f}"
    rules = table(panel, "Rim")
    assert rules.text(1, 1).startswith("0.2")
    assert rules.text(2, 1) == "choose the eye above"


def test_the_change_since_opening(opened: MainWindow, panel: MeasurePanel, qtbot) -> None:
    assert text(panel, "changes") == "±0.00 since opened"
    larger = disc_mask()
    larger[50:90, 70:90][larger[50:90, 70:90] > 0] = 2
    opened.app.editor.replace_mask("Test", larger)
    qtbot.waitUntil(lambda: text(panel, "changes").startswith("+0."))
    opened.app.editor.undo()
    qtbot.waitUntil(lambda: text(panel, "changes") == "±0.00 since opened")


def test_the_change_is_that_of_the_figures_shown() -> None:
    before, now = measure_mask(disc_mask(), DISC_AND_CUP), disc_mask()
    now[now == 2] = 1
    now[58:62, 78:82] = 2
    after = measure_mask(now, DISC_AND_CUP)
    assert change_text(after, before, "opened") == "−0.42 since opened"  # 0.07 from 0.49
    assert change_text(after, None, "opened") == ""
    assert change_text(after, measure_mask(now * 0, DISC_AND_CUP), "opened") == ""


def test_the_eye_is_set_by_one_click_and_stored(opened: MainWindow, panel: MeasurePanel, qtbot) -> None:
    assert text(panel, "eye") == "Eye not known"
    click(panel, "eye.right")
    assert opened.app.session.open.case.eye is Eye.RIGHT
    assert opened.app.session.project.case("d").eye is Eye.RIGHT
    assert text(panel, "eye") == "Right eye (OD)"
    assert table(panel, "Rim").text(2, 1) == "satisfied"
    click(panel, "eye.left")
    assert opened.app.session.open.case.eye is Eye.LEFT
    click(panel, "eye.unknown")
    assert opened.app.session.open.case.eye is Eye.UNKNOWN
    assert table(panel, "Rim").text(2, 1) == "choose the eye above"


def test_a_guess_is_shown_as_one_and_gives_way(qtbot) -> None:
    panel = MeasurePanel()
    qtbot.addWidget(panel)
    found = measure_mask(disc_mask(), DISC_AND_CUP)
    panel.set_eye(Eye.UNKNOWN, Eye.LEFT)
    panel.set_measurement(found, found, None, DISC_AND_CUP)
    assert text(panel, "eye") == "Left eye (guessed)"
    assert table(panel, "Rim").text(2, 1) == "satisfied (eye guessed)"
    assert table(panel, "Rim width by quadrant").text(0, 3) == "N?"
    assert panel.findChild(QAbstractButton, "eye.unknown").isChecked()
    panel.set_eye(Eye.RIGHT, Eye.LEFT)
    panel.set_measurement(found, found, None, DISC_AND_CUP)
    assert text(panel, "eye") == "Right eye (OD)"
    assert table(panel, "Rim").text(2, 1) == "satisfied"
    assert table(panel, "Rim width by quadrant").text(0, 3) == "N"


def test_a_cup_that_covers_the_disc_has_no_rim_and_is_pointed_out(qtbot) -> None:
    panel = MeasurePanel()
    qtbot.addWidget(panel)
    mask = np.where(disc_mask() > 0, 2, 0).astype(np.uint8)
    panel.set_eye(Eye.RIGHT, Eye.UNKNOWN)
    panel.set_measurement(measure_mask(mask, DISC_AND_CUP), None, None, DISC_AND_CUP)
    assert [table(panel, "Rim").text(row, 1) for row in (1, 2, 3)] == ["no rim"] * 3
    note = panel.findChild(QLabel, "covered")
    assert note.isVisibleTo(panel)
    assert note.text().startswith("The optic cup covers the optic disc: everything is painted as optic cup.")
    assert "choose optic disc (1)" in note.text()
    panel.set_measurement(measure_mask(disc_mask(), DISC_AND_CUP), None, None, DISC_AND_CUP)
    assert not note.isVisibleTo(panel)


def test_the_eye_is_guessed_once_there_is_a_disc_and_not_stored(opened: MainWindow, qtbot) -> None:
    session, editor = opened.app.session, opened.app.editor
    pixels = session.open.image.pixels.copy()
    pixels[30:90, 50:80, 1] = 250  # the left half of the disc is bright: temporal in a right eye
    session.open = replace(session.open, image=replace(session.open.image, pixels=pixels))
    assert text(opened.panels.measure, "eye") == "Eye not known"
    editor.replace_mask("Test", disc_mask())
    qtbot.waitUntil(lambda: text(opened.panels.measure, "eye") == "Right eye (guessed)")
    assert session.project.case("a").eye is Eye.UNKNOWN
    click(opened.panels.measure, "eye.left")
    assert text(opened.panels.measure, "eye") == "Left eye (OS)"
    session.open_case("d")
    assert text(opened.panels.measure, "eye") == "Eye not known"


def test_the_eye_by_key(opened: MainWindow, panel: MeasurePanel) -> None:
    seen = []
    for _ in range(3):
        QTest.keyClick(opened, Qt.Key.Key_E, Qt.KeyboardModifier.ShiftModifier)
        seen.append(opened.app.session.open.case.eye)
    assert seen == [Eye.RIGHT, Eye.LEFT, Eye.UNKNOWN]
    assert text(panel, "eye") == "Eye not known"


def test_the_key_takes_the_guess_first(opened: MainWindow, panel: MeasurePanel) -> None:
    opened.app.eye_guess._case_id, opened.app.eye_guess._eye = "d", Eye.LEFT
    QTest.keyClick(opened, Qt.Key.Key_E, Qt.KeyboardModifier.ShiftModifier)
    assert opened.app.session.open.case.eye is Eye.LEFT


def test_a_broken_rule_is_told_in_words(qtbot) -> None:
    panel = MeasurePanel()
    qtbot.addWidget(panel)
    mask = disc_mask()
    mask[80:88, 75:85] = 2
    panel.set_eye(Eye.RIGHT, Eye.UNKNOWN)
    panel.set_measurement(measure_mask(mask, DISC_AND_CUP), None, None, DISC_AND_CUP)
    assert table(panel, "Rim").text(2, 1) == "violated: S > I"
    assert table(panel, "Rim").text(1, 1).endswith("at 6 o’clock")


def test_empty_states_say_what_to_do(opened: MainWindow, qtbot) -> None:
    panel = opened.panels.measure
    assert text(panel, "empty") == "Draw disc and cup to measure them."
    editor = opened.app.editor
    disc = disc_mask()
    disc[disc == 2] = 1
    editor.replace_mask("Test", disc)
    qtbot.waitUntil(lambda: text(panel, "empty") == "Draw the cup to measure the rim.")
    opened.app.session.open_case("d")
    assert panel.findChild(QLabel, "empty").isHidden()
    panel.set_measurement(None, None, None, None)
    assert text(panel, "empty") == "Open a case to measure it."


def test_stray_pieces_are_told_and_gone_when_they_are_gone(opened: MainWindow, panel: MeasurePanel, qtbot) -> None:
    assert text(panel, "torn") == ""
    before = opened.app.live_measurement.shown
    opened.app.options.set_diameter(6)
    drag(opened.canvas, [(20, 20), (24, 20)])
    qtbot.waitUntil(lambda: text(panel, "torn").startswith("In pieces (optic disc in 2)"))
    assert not panel.findChild(QLabel, "torn").isHidden()
    live_measurement = opened.app.live_measurement
    assert live_measurement.now.extents != before.extents
    assert live_measurement.shown.extents == before.extents, "only the largest piece is measured"
    opened.app.editor.undo()
    qtbot.waitUntil(lambda: text(panel, "torn") == "")
    assert panel.findChild(QLabel, "torn").isHidden()


def test_millimetres_where_a_scale_is_known(qtbot) -> None:
    panel = MeasurePanel()
    qtbot.addWidget(panel)
    panel.set_scale(0.01)
    found = measure_mask(disc_mask(), DISC_AND_CUP)
    panel.set_measurement(found, found, None, DISC_AND_CUP)
    sizes = table(panel, "Sizes")
    assert sizes.text(0, 0) == "mm, mm²"
    assert [sizes.text(1, column) for column in (1, 2)] == ["0.29", "0.59"]
    assert size_texts(Extent(0, 0, 200, 100, 20000), 0.01) == ("1.00", "2.00", "2.00")
    assert length_text(150.4, None) == "150"
    assert hour_text(found.rim, 12, 0.01).startswith("12 o’clock: rim 0.1")


def test_a_scale_that_is_set_meanwhile_is_used(opened: MainWindow, panel: MeasurePanel) -> None:
    assert table(panel, "Sizes").text(0, 0) == "px, px²"
    opened.commands.view.set_scale(0.02)
    assert table(panel, "Sizes").text(1, 2) == "1.18"
    opened.commands.view.set_scale(None)
    assert table(panel, "Sizes").text(1, 2) == "59"


def test_a_thin_hour_says_so() -> None:
    mask = disc_mask()
    mask[80:90, 70:90][mask[80:90, 70:90] > 0] = 2
    rim = measure_mask(mask, DISC_AND_CUP).rim
    assert hour_text(rim, 6, None).endswith("of the disc’s diameter, thin (below 0.1)")
    assert hour_text(rim, 12, None).endswith("of the disc’s diameter")


def test_labels_without_a_cup_in_a_disc(qtbot) -> None:
    labels = LabelSet((Label(1, "nucleus of a very large cell", "#0072b2"), Label(2, "debris", "#d55e00")))
    panel = MeasurePanel()
    qtbot.addWidget(panel)
    mask = disc_mask() * 0
    panel.set_measurement(measure_mask(mask, labels), None, None, labels)
    assert text(panel, "empty") == "Draw something to measure it."
    mask[10:20, 10:40] = 1
    panel.set_measurement(measure_mask(mask, labels), None, None, labels)
    sizes = table(panel, "Sizes")
    assert sizes.text(1, 0).startswith("nucleus")
    assert [sizes.text(1, column) for column in range(1, 4)] == ["10", "30", "300"]
    assert "nucleus of a very large cell" in {cell.toolTip() for cell in sizes.findChildren(QLabel)}
    assert [sizes.text(2, column) for column in range(4)] == ["debris", "–", "–", "–"]
    assert table(panel, "Rim").isHidden()
    assert panel.findChild(QLabel, "vertical").parentWidget().isHidden()
    panel.set_measurement(measure_mask(disc_mask(), DISC_AND_CUP), None, None, DISC_AND_CUP)
    assert not table(panel, "Rim").isHidden()


def wide_mask() -> np.ndarray:
    """Figures as long as they come, and a rim that breaks both rules in every place."""
    rows, columns = np.mgrid[:2848, :4288]
    mask = (np.hypot(rows - 1400, columns - 2100) < 1350).astype(np.uint8)
    mask[np.hypot((rows - 1900) / 0.8, columns - 2500) < 900] *= 2
    return mask


@pytest.mark.parametrize(("theme", "colours"), [("theme.light", LIGHT), ("theme.dark", DARK)])
@pytest.mark.parametrize("case", ["opened", "no cup before", "no cup now", "in pieces"])
def test_everything_fits_in_250_pixels_and_can_be_read(
    opened: MainWindow, panel: MeasurePanel, theme, colours, case
) -> None:
    opened.actions_by_id[theme].trigger()
    opened.resizeDocks([opened.docks.cases], [250], Qt.Orientation.Horizontal)
    opened.app.live_measurement.blockSignals(True)  # the figures shown are these, not the open mask's
    now, before = measure_mask(wide_mask(), DISC_AND_CUP), measure_mask(disc_mask(), DISC_AND_CUP)
    bare = measure_mask((wide_mask() > 0).astype(np.uint8), DISC_AND_CUP)
    panel.set_eye(Eye.UNKNOWN, Eye.RIGHT)
    if case == "in pieces":
        panel.set_fragmented(((DISC_AND_CUP.labels[0], 12), (DISC_AND_CUP.labels[1], 12)))
        panel.set_scale(0.0042)
    panel.set_measurement(
        bare if case == "no cup now" else now,
        bare if case == "no cup before" else before,
        before if case == "opened" else None,
        DISC_AND_CUP,
    )
    for _ in range(3):  # wrapped words are laid out in several passes
        QApplication.processEvents()
    assert panel.width() <= 250
    assert panel.widget().width() <= panel.viewport().width()
    for child in panel.widget().findChildren(QWidget):
        if child.isVisible():
            right = child.mapTo(panel.viewport(), child.rect().topRight()).x()
            assert right < panel.viewport().width(), child
    for label in panel.findChildren(QLabel):
        if not label.isVisible() or not label.text():
            continue
        if not label.wordWrap():
            assert label.width() >= label.sizeHint().width(), label.text()
        else:
            assert label.height() >= label.heightForWidth(label.width()), label.text()
        colour = label.palette().color(label.foregroundRole()).name()
        assert contrast(colour, colours.window) >= 4.5, label.text()


def test_without_a_cup_there_is_no_ratio(opened: MainWindow, panel: MeasurePanel, qtbot) -> None:
    disc = (disc_mask() > 0).astype(np.uint8)
    opened.app.editor.replace_mask("Test", disc)
    qtbot.waitUntil(lambda: text(panel, "changes") == "no cup drawn")
    assert text(panel, "vertical") == "–"
    assert [table(panel, "Sizes").text(row, 3) for row in (1, 2, 3)] == ["–"] * 3


def test_every_figure_explains_itself(panel: MeasurePanel) -> None:
    for name in ("Rim", "Sizes", "Rim width by quadrant"):
        for cell in table(panel, name).findChildren(QLabel):
            assert cell.accessibleName() or not cell.toolTip()
    assert TIPS["vertical"] in {widget.toolTip() for widget in panel.findChildren(QWidget)}
    assert table(panel, "Sizes").findChildren(QLabel)[5].accessibleName() == "Height, cup: 29"


def test_the_dock_can_be_hidden_and_is_under_the_cases(opened: MainWindow) -> None:
    docks = opened.docks
    assert opened.dockWidgetArea(docks.measure) is Qt.DockWidgetArea.LeftDockWidgetArea
    assert docks.measure.y() > docks.cases.y()
    docks.measure.toggleViewAction().trigger()
    assert docks.measure.isHidden()


def test_a_guess_is_not_taken_from_another_projects_case(opened: MainWindow, qtbot, tmp_path, pattern) -> None:
    session, editor = opened.app.session, opened.app.editor
    other = shutil.copytree(pattern, tmp_path / "other")
    pixels = session.open.image.pixels.copy()
    pixels[30:90, 50:80, 1] = 250
    session.open = replace(session.open, image=replace(session.open.image, pixels=pixels))
    editor.replace_mask("Test", disc_mask())
    qtbot.waitUntil(lambda: text(opened.panels.measure, "eye") == "Right eye (guessed)")
    opened.commands.projects.open_root(other)
    assert session.case_id == "a"
    assert text(opened.panels.measure, "eye") == "Eye not known"


@pytest.fixture
def rim_panel(qtbot) -> MeasurePanel:
    panel = MeasurePanel()
    qtbot.addWidget(panel)
    panel.set_eye(Eye.LEFT, Eye.UNKNOWN)
    return panel


@pytest.mark.parametrize(
    ("known", "stage"),
    [
        ({}, "2 to 4: disc size not known"),
        ({"mm_per_pixel": 0.03}, "3 of 10 (average disc, 1.77 mm)"),
        ({"axial_length_mm": 24.0, "degrees_per_pixel": 0.05}, "4 of 10 (small disc, 0.85 mm)"),
        ({"fovea": (220.0, 80.0)}, "3 of 10, a guess (average disc, about 1.99 mm)"),
    ],
)
def test_the_stage_says_on_which_size_it_rests(rim_panel: MeasurePanel, known, stage: str) -> None:
    found = measure_mask(disc_mask(), DISC_AND_CUP)
    rim_panel.set_measurement(found, found, None, DISC_AND_CUP, rate_disc(found, **known))
    shown = rim_panel.findChild(QLabel, "ddls")
    assert shown.isVisibleTo(rim_panel)
    assert shown.accessibleName() == f"Disc damage likelihood scale: {stage}"
    assert shown.text().startswith(f"DDLS {stage[:1]}")
    assert ("guess" in shown.text()) is ("guess" in stage)


def test_a_fovea_turns_the_quadrants_and_says_so(rim_panel: MeasurePanel) -> None:
    mask = disc_mask()
    mask[mask == 2] = 1
    mask[58:86, 78:90] = 2  # the cup lies below the middle
    found = measure_mask(mask, DISC_AND_CUP)
    rim_panel.set_measurement(found, found, None, DISC_AND_CUP, rate_disc(found))
    quadrants = table(rim_panel, "Rim width by quadrant")
    upright = [quadrants.text(1, column) for column in range(1, 5)]
    fovea = (found.rim.x + 100.0, found.rim.y + 60.0)
    rim_panel.set_measurement(found, found, None, DISC_AND_CUP, rate_disc(found, fovea=fovea))
    assert [quadrants.text(0, column) for column in range(1, 5)] == list("ISNT")
    assert [quadrants.text(1, column) for column in range(1, 5)] != upright
    rim = table(rim_panel, "Rim")
    assert (rim.text(4, 0), rim.text(4, 1)) == ("Fovea", "117 px, 31° below; quadrants turned")
    rim_panel.set_eye(Eye.RIGHT, Eye.UNKNOWN)
    rim_panel.set_measurement(found, found, None, DISC_AND_CUP, rate_disc(found, fovea=fovea))
    assert rim.text(4, 1) == "117 px, on the nasal side of a right eye: check eye and fovea"


def test_the_fovea_tells_the_eye(opened: MainWindow, panel: MeasurePanel) -> None:
    opened.app.session.grade(fovea=(10.0, 62.0))
    assert text(panel, "eye") == "Right eye (guessed)"
    opened.app.session.grade(fovea=(150.0, 62.0))
    assert text(panel, "eye") == "Left eye (guessed)"
    opened.app.session.grade(fovea=None)
    assert text(panel, "eye") == "Eye not known"


def test_an_axial_length_gives_millimetres(opened: MainWindow, panel: MeasurePanel) -> None:
    sizes = table(panel, "Sizes")
    assert sizes.text(0, 0) == "px, px²"
    opened.commands.view.set_camera_factor(0.1)
    assert sizes.text(0, 0) == "px, px²"
    opened.app.session.grade(axial_length_mm=24.0)
    assert sizes.text(0, 0) == "mm, mm²"
    assert float(sizes.text(1, 2)) == pytest.approx(59 * 0.1 * 0.28967, abs=0.01)
    assert opened.app.session.project.reopen().degrees_per_pixel == 0.1
