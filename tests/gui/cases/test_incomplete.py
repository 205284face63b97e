"""A disc without a cup is incomplete until the cup is drawn, or someone says that there is none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from drawings import disc_mask, picture
from gestures import drag
from image_snapshots import pixels_of
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel
from window_parts import case_counts, case_rows, part, status_text

from unet_desktop.gui.cases.filter_bar import FILTER_TEXT
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import ONE_STRUCTURE, Label, LabelSet
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project.case import CaseState
from unet_desktop.project.case_query import CaseFilter
from unet_desktop.project.project import Project

NO_CUP = (Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier)


@pytest.fixture
def bare(window: MainWindow, root: Path) -> MainWindow:
    """The window on case d, whose mask is a disc without a cup."""
    Project.open(root).save_mask("d", np.minimum(disc_mask(), 1))
    window.commands.projects.open_root(root)
    window.commands.cases.open_case("d")
    QApplication.processEvents()
    return window


def record(root: Path, case_id: str) -> dict[str, object]:
    return json.loads((root / "cases" / f"{case_id}.json").read_text("utf-8"))


def test_it_is_shown_counted_and_found(bare: MainWindow) -> None:
    assert status_text(bare, "case") == "Incomplete: no optic cup is drawn"
    assert case_counts(bare) == "0 of 4 corrected, 1 incomplete"
    box = part(bare.panels.cases, QComboBox, "case_filter")
    place = box.findData(CaseFilter.INCOMPLETE)
    assert box.itemText(place) == "Incomplete (1)"
    box.setCurrentIndex(place)
    model = case_rows(bare).model()
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["d"]
    tip = model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "Incomplete: no optic cup is drawn" in tip
    assert "vCDR" not in tip
    text = part(bare.panels.training, QLabel, "cases").text()
    assert text == "0 of 4 cases corrected, 1 incomplete; training needs at least 2."


def test_the_key_says_that_there_is_none_and_undo_takes_it_back(bare: MainWindow, root: Path) -> None:
    QTest.keyClick(bare, *NO_CUP)
    assert status_text(bare, "case") == "Corrected: there is no optic cup"
    assert case_counts(bare) == "1 of 4 corrected"
    assert bare.actions_by_id["case.no_cup"].isChecked()
    assert bare.actions_by_id["case.no_cup"].text() == "No optic cup &here"
    assert record(root, "d")["no_cup"] is True
    assert not Project.open(root).case("d").incomplete
    QTest.keyClick(bare, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert record(root, "d")["no_cup"] is False
    assert case_counts(bare) == "0 of 4 corrected, 1 incomplete"
    assert not bare.actions_by_id["case.no_cup"].isChecked()
    QTest.keyClick(bare, *NO_CUP)
    QTest.keyClick(bare, *NO_CUP)  # the same key takes it back too
    assert record(root, "d")["no_cup"] is False


def test_a_mask_that_was_saved_without_its_ratio_is_measured(bare: MainWindow, root: Path) -> None:
    bare.commands.projects.close()
    path = root / "cases" / "d.json"
    path.write_text(json.dumps(record(root, "d") | {"vcdr": None}), "utf-8")
    bare.commands.projects.open_root(root)
    bare.commands.cases.open_case("d")
    QTest.keyClick(bare, *NO_CUP)
    assert status_text(bare, "case") == "Corrected: there is no optic cup"
    assert (record(root, "d")["no_cup"], record(root, "d")["vcdr"]) == (True, 0)


def test_undo_first_undoes_what_was_drawn_since(bare: MainWindow, root: Path) -> None:
    QTest.keyClick(bare, *NO_CUP)
    drag(bare.canvas, [(80, 60), (84, 60)])
    QTest.keyClick(bare, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert bare.app.autosave.flush()
    assert record(root, "d")["no_cup"] is True


def test_a_cup_that_is_drawn_completes_the_case(bare: MainWindow, root: Path) -> None:
    QTest.keyClick(bare, Qt.Key.Key_2)
    QTest.keyClick(bare, Qt.Key.Key_B)
    drag(bare.canvas, [(75, 60), (85, 60)])
    assert bare.app.autosave.flush()
    assert status_text(bare, "case") == "Corrected"
    assert not bare.actions_by_id["case.no_cup"].isChecked()


def test_no_cup_is_refused_while_one_is_drawn_or_no_disc(opened: MainWindow, monkeypatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(opened.errors, "show", lambda error: said.append(str(error)))
    opened.actions_by_id["case.no_cup"].trigger()
    assert said == ["The outline of the optic disc of a is not complete. Draw the optic disc first."]
    opened.commands.cases.open_case("d")
    opened.actions_by_id["case.no_cup"].trigger()
    assert said[1] == "The optic cup of d is drawn already. If the picture has none, erase it first."


def test_no_cup_is_refused_before_a_proposal_with_one_is_accepted(
    opened: MainWindow, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(opened.errors, "show", lambda error: said.append(str(error)))
    opened.commands.cases.open_case("c")
    opened.actions_by_id["case.no_cup"].trigger()
    assert said == ["The optic cup of c is drawn already. If the picture has none, erase it first."]
    assert opened.app.proposal.prediction is not None
    assert Project.open(root).case("c").state is CaseState.PREDICTED


def test_no_cup_speaks_of_the_human_mask_where_a_prediction_is_shown_over_it(bare: MainWindow, root: Path) -> None:
    bare.app.session.project.writable().save_prediction("d", disc_mask(), model="f00d", confidence=0.9)
    bare.app.proposal.show_prediction()
    QTest.keyClick(bare, *NO_CUP)
    case = Project.open(root).case("d")
    assert (case.no_cup, case.vcdr) == (True, 0)
    assert bare.app.editor.mask is not None
    assert bare.app.editor.mask.max() == 1
    assert bare.app.proposal.prediction is not None


def test_a_proposal_without_a_cup_is_accepted_by_saying_so(window: MainWindow, root: Path) -> None:
    Project.open(root).save_prediction("c", np.minimum(disc_mask(), 1), model="f00d", confidence=0.9)
    window.commands.projects.open_root(root)
    window.commands.cases.open_case("c")
    QTest.keyClick(window, *NO_CUP)
    case = Project.open(root).case("c")
    assert case.state is CaseState.CORRECTED
    assert case.no_cup
    assert not case.incomplete


def test_an_incomplete_case_is_not_approved(bare: MainWindow, root: Path, monkeypatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(bare.errors, "show", lambda error: said.append(str(error)))
    bare.actions_by_id["case.approve"].trigger()
    assert said == [
        "d is incomplete: the optic disc is drawn, but no optic cup. Draw the optic cup, or choose Case > No optic "
        "cup here. Then approve the case."
    ]
    assert Project.open(root).case("d").state is CaseState.CORRECTED
    QTest.keyClick(bare, *NO_CUP)
    bare.actions_by_id["case.approve"].trigger()
    assert Project.open(root).case("d").state is CaseState.APPROVED


def test_records_of_earlier_versions_are_read(bare: MainWindow, root: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(root, old)
    path = old / "cases" / "d.json"
    path.write_text(json.dumps({name: value for name, value in record(old, "d").items() if name != "no_cup"}))
    assert Project.open(old).case("d").incomplete


def test_the_next_uncorrected_case_is_an_incomplete_one_too(bare: MainWindow) -> None:
    for case_id in "abc":
        bare.commands.cases.open_case(case_id)
        bare.app.editor.replace_mask("Drawn", disc_mask(), model="")
    assert bare.app.autosave.flush()
    QTest.keyClick(bare, Qt.Key.Key_U)
    assert bare.app.session.case_id == "d"


def test_its_row_is_drawn_as_incomplete(bare: MainWindow) -> None:
    rows = case_rows(bare)
    rows.scrollTo(rows.model().index(3, 0))
    place = rows.visualRect(rows.model().index(3, 0))
    before = pixels_of(rows.viewport().grab(place).toImage()).copy()
    QTest.keyClick(bare, *NO_CUP)
    assert not np.array_equal(before, pixels_of(rows.viewport().grab(place).toImage()))


@pytest.mark.parametrize(
    "labels",
    [
        ONE_STRUCTURE,
        LabelSet((Label(1, "cell", "#0072b2"), Label(2, "nucleus", "#d55e00", inside="cell"))),
        LabelSet((Label(1, "liver", "#0072b2", unique=True), Label(2, "tumour", "#d55e00", inside="liver"))),
    ],
)
def test_where_no_label_must_be_inside_another_there_is_no_such_thing(
    window: MainWindow, tmp_path: Path, labels: LabelSet
) -> None:
    project = Project.create(tmp_path / "other", labels)
    write_jpeg(tmp_path / "a.jpg", picture(1))
    project.add_image(tmp_path / "a.jpg")
    project.save_mask("a", np.minimum(disc_mask(), 1))
    window.commands.projects.open_root(project.root)
    assert not project.case("a").incomplete
    assert case_counts(window) == "1 of 1 corrected"
    assert not window.actions_by_id["case.no_cup"].isVisible()
    box = part(window.panels.cases, QComboBox, "case_filter")
    place = box.findData(CaseFilter.INCOMPLETE)
    assert box.view().isRowHidden(place)
    assert box.itemText(place).startswith(FILTER_TEXT[CaseFilter.INCOMPLETE])


def test_other_labels_of_the_kind_are_named(window: MainWindow, tmp_path: Path) -> None:
    labels = LabelSet(
        (Label(3, "iris", "#0072b2", unique=True), Label(7, "pupil", "#d55e00", inside="iris", unique=True))
    )
    project = Project.create(tmp_path / "other", labels)
    write_jpeg(tmp_path / "a.jpg", picture(1))
    project.add_image(tmp_path / "a.jpg")
    project.save_mask("a", 3 * np.minimum(disc_mask(), 1))
    window.commands.projects.open_root(project.root)
    assert status_text(window, "case") == "Incomplete: no pupil is drawn"
    assert window.actions_by_id["case.no_cup"].text() == "No pupil &here"
