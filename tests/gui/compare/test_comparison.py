"""Two readers compared in the window: the question, the job, the panel, both outlines, and what is written."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from drawings import disc_mask
from PIL import Image
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QFileDialog, QLabel, QMessageBox, QPushButton

from unet_desktop.gui.canvas.reader_layer import COLOUR, ReaderLayer, reader_legend_place
from unet_desktop.gui.compare.agreement_plot import AgreementPlot
from unet_desktop.gui.compare.compared_cases import ComparedCases
from unet_desktop.gui.compare.dialog import CompareReadersDialog
from unet_desktop.gui.jobs.comparison import CompareRequest, Other, OtherReader
from unet_desktop.gui.widgets.mask_answers import MaskAnswers
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.file import read_mask, write_mask
from unet_desktop.project.project import Project
from unet_desktop.project.split import write_split


@pytest.fixture
def reader(root: Path, tmp_path: Path) -> Path:
    """A second reader, who draws larger cups: much larger in b, hardly in d. All three have masks."""
    project = Project.open(root)
    folder = tmp_path / "Dr. B"
    folder.mkdir()
    for name, cup in (("a", 18), ("b", 23), ("d", 16)):
        project.save_mask(name, disc_mask())
        mask = disc_mask()
        rows, columns = np.mgrid[: mask.shape[0], : mask.shape[1]]
        at = np.argwhere(mask == 2).mean(axis=0)
        mask[(np.hypot(rows - at[0], columns - at[1]) <= cup) & (mask > 0)] = 2
        write_mask(folder / f"{name}.png", mask, DISC_AND_CUP)
    return folder


@pytest.fixture
def compared(opened: MainWindow, reader: Path, qtbot) -> MainWindow:
    """The window after comparing with that reader."""
    opened.commands.projects.open_root(opened.app.session.project.root)
    with qtbot.waitSignal(opened.app.comparison.changed):
        opened.app.comparison.start(CompareRequest(Other.FOLDER, reader))
    qtbot.waitUntil(lambda: not opened.app.runner.busy)
    QApplication.processEvents()
    return opened


def names(cases: ComparedCases) -> list[str]:
    return [cases.topLevelItem(row).text(0) for row in range(cases.topLevelItemCount())]


def pink_pixels(window: MainWindow) -> int:
    """Pixels of the canvas in the other reader's colour, the legend's left out."""
    image = window.canvas.grab().toImage()
    legend = reader_legend_place(window.canvas.size())
    pink = QColor(COLOUR).rgb()
    return sum(
        image.pixel(x, y) == pink
        for y in range(image.height())
        for x in range(image.width())
        if not legend.contains(x, y)
    )


def test_from_the_menu_to_the_figures(opened: MainWindow, reader: Path, qtbot) -> None:
    opened.commands.projects.open_root(opened.app.session.project.root)

    def answer() -> None:
        dialog = opened.findChild(CompareReadersDialog)
        assert not dialog.acceptable
        qtbot.keyClicks(_line(dialog), str(reader))
        assert dialog.acceptable
        qtbot.mouseClick(dialog.findChild(QPushButton, "accept"), Qt.MouseButton.LeftButton)

    QTimer.singleShot(200, answer)
    with qtbot.waitSignal(opened.app.comparison.changed):
        opened.actions_by_id["project.compare"].trigger()
    qtbot.waitUntil(lambda: not opened.app.runner.busy)
    panel = opened.panels.comparison
    assert panel.isVisible()
    assert panel.findChild(QLabel, "comparison_title").text() == "Dr. B against masks of Test: 3 pictures"
    assert opened.app.comparison.evaluation.limits.count == 3


def _line(dialog: CompareReadersDialog):
    return dialog.findChild(object, "path").findChild(object, "line")


def test_the_worst_stand_first_and_headings_order(compared: MainWindow, qtbot) -> None:
    cases = compared.panels.comparison.findChild(ComparedCases)
    assert names(cases) == ["b", "a", "d"]
    header = cases.header()
    click_at = QPoint(header.sectionViewportPosition(0) + 5, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=click_at)
    assert names(cases) == ["a", "b", "d"]
    click_at = QPoint(header.sectionViewportPosition(3) + 5, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=click_at)
    assert names(cases) == ["d", "a", "b"]  # by the difference of the vCDR


def test_a_click_opens_the_case_with_both_outlines(compared: MainWindow, qtbot) -> None:
    cases = compared.panels.comparison.findChild(ComparedCases)
    item = cases.topLevelItem(0)
    qtbot.mouseClick(cases.viewport(), Qt.MouseButton.LeftButton, pos=cases.visualItemRect(item).center())
    assert compared.app.session.case_id == "b"
    assert compared.app.comparison.reader.name == "Dr. B"
    assert compared.app.comparison.reader.own == "masks of Test"
    assert pink_pixels(compared) > 20
    box = compared.panels.comparison.findChild(QCheckBox, "outlines")
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert compared.app.comparison.reader is None
    assert pink_pixels(compared) == 0
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert pink_pixels(compared) > 20


def test_the_key_that_hides_the_mask_hides_both(compared: MainWindow) -> None:
    compared.app.session.open_case("b")
    compared.actions_by_id["view.overlay"].trigger()
    assert pink_pixels(compared) == 0


def test_a_case_that_the_other_did_not_judge_shows_no_outlines(compared: MainWindow) -> None:
    compared.app.session.open_case("c")
    assert compared.app.comparison.reader is None
    assert compared.panels.comparison.findChild(ComparedCases).currentItem() is None


def test_a_dot_opens_its_case(compared: MainWindow, qtbot) -> None:
    plot = compared.panels.comparison.findChild(AgreementPlot)
    qtbot.waitUntil(lambda: plot.dot_position("b") is not None)
    place = plot.mapTo(compared, plot.dot_position("b").toPoint())
    target = compared.childAt(place)
    qtbot.mouseMove(target, target.mapFrom(compared, place))
    qtbot.mouseClick(target, Qt.MouseButton.LeftButton, pos=target.mapFrom(compared, place))
    qtbot.waitUntil(lambda: compared.app.session.case_id == "b")


def test_corrections_count_after_again(compared: MainWindow, reader: Path, qtbot) -> None:
    before = compared.app.comparison.evaluation.means["dice"]
    compared.app.session.open_case("b")
    compared.app.editor.replace_mask("Test", read_mask(reader / "b.png", DISC_AND_CUP))
    with qtbot.waitSignal(compared.app.comparison.changed):
        qtbot.mouseClick(compared.panels.comparison.findChild(QPushButton, "again"), Qt.MouseButton.LeftButton)
    assert compared.app.comparison.evaluation.means["dice"] > before
    assert names(compared.panels.comparison.findChild(ComparedCases))[-1] == "b"
    qtbot.waitUntil(lambda: not compared.app.runner.busy)


@pytest.mark.parametrize(("kind", "name"), [("table", "t.csv"), ("html", "r"), ("summary", "s.json")])
def test_saving(compared: MainWindow, tmp_path: Path, monkeypatch, qtbot, kind: str, name: str) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / name), ""))
    menu = compared.panels.comparison.findChild(QPushButton, "save").menu()
    action: QAction = {"html": menu.actions()[0], "table": menu.actions()[2], "summary": menu.actions()[3]}[kind]
    with qtbot.waitSignal(compared.app.runner.succeeded):
        action.trigger()
    written = tmp_path / ("r.html" if kind == "html" else name)
    assert written.stat().st_size > 100
    assert compared.panels.banner.text == f"{written.name} was written."
    if kind == "table":
        with written.open(newline="") as file:
            assert [row["mask"] for row in csv.DictReader(file)] == ["a", "b", "d"]


def test_the_table_for_europe_has_semicolons(compared: MainWindow, tmp_path: Path, monkeypatch, qtbot) -> None:
    def choose(*arguments: object) -> tuple[str, str]:
        (kind,) = [kind for kind in str(arguments[-1]).split(";;") if "semicolons" in kind]
        return str(tmp_path / "t.csv"), kind

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    menu = compared.panels.comparison.findChild(QPushButton, "save").menu()
    with qtbot.waitSignal(compared.app.runner.succeeded):
        menu.actions()[2].trigger()
    heading, *rows = (tmp_path / "t.csv").read_text("utf-8-sig").splitlines()
    assert heading.startswith("mask;dice")
    assert all("0," in row for row in rows)


def test_another_project_starts_anew(compared: MainWindow, qtbot) -> None:
    compared.app.session.close_project()
    assert compared.app.comparison.evaluation is None
    assert compared.app.comparison.request is None
    assert compared.panels.comparison.findChild(QPushButton, "compare").text() == "Compare two readers…"


def test_a_reader_whose_folder_is_gone_is_told(compared: MainWindow, reader: Path) -> None:
    (reader / "b.png").write_bytes(b"gone")
    compared.app.session.open_case("b")
    assert compared.app.comparison.reader is None
    assert "b.png cannot be read" in compared.panels.banner.text


def test_names_that_do_not_meet_are_one_dialog(opened: MainWindow, tmp_path: Path, qtbot) -> None:
    write_mask(tmp_path / "other.png", disc_mask(), DISC_AND_CUP)
    with qtbot.waitSignal(opened.app.project_jobs.problem) as caught:
        opened.app.comparison.start(CompareRequest(Other.FOLDER, tmp_path))
    assert "has the name of one in" in str(caught.args[0])
    (box,) = opened.findChildren(QMessageBox)
    assert "has the name of one in" in box.text()
    box.close()
    qtbot.waitUntil(lambda: not opened.app.runner.busy)


@pytest.fixture
def dialog(qtbot, root: Path) -> Iterator[CompareReadersDialog]:
    made = CompareReadersDialog(None, root=root, labels=DISC_AND_CUP, masks=3, predictions=2, validation=1)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def choose(dialog: CompareReadersDialog, other: Other) -> None:
    box = dialog.findChild(QComboBox, "other")
    box.setCurrentIndex(box.findData(other.value))


def test_the_dialog_says_what_is_missing(dialog: CompareReadersDialog, root: Path, tmp_path: Path, qtbot) -> None:
    assert dialog.problem() == "Choose the other reader's folder."
    qtbot.keyClicks(_line(dialog), str(tmp_path / "gone"))
    assert dialog.problem() == f"There is no folder {tmp_path / 'gone'}."
    choose(dialog, Other.PROJECT)
    _line(dialog).setText(str(tmp_path))
    assert dialog.problem() == f"{tmp_path} is not a project's folder."
    _line(dialog).setText(str(root))
    assert dialog.problem() == "That is this project itself."
    choose(dialog, Other.PREDICTIONS)
    assert not _line(dialog).isVisible()
    assert dialog.acceptable
    dialog.findChild(QCheckBox, "validation_only").setChecked(True)
    assert dialog.request() == CompareRequest(Other.PREDICTIONS, None, True)


def test_without_masks_predictions_or_a_split(qtbot, root: Path) -> None:
    bare = CompareReadersDialog(None, root=root, labels=DISC_AND_CUP, masks=0, predictions=0, validation=0)
    qtbot.addWidget(bare)
    assert "no masks yet" in bare.problem()
    some = CompareReadersDialog(None, root=root, labels=DISC_AND_CUP, masks=2, predictions=0, validation=0)
    qtbot.addWidget(some)
    some.show()
    assert not some.findChild(QCheckBox, "validation_only").isVisible()
    choose(some, Other.PREDICTIONS)
    assert some.problem() == "No case has both a mask and a prediction."
    some.close()


def test_the_models_predictions_of_validation_cases(opened: MainWindow, root: Path, qtbot) -> None:
    project = Project.open(root)
    project.save_prediction("d", disc_mask(18), model="f00d", confidence=0.9)
    write_split(project.layout.split, {"case:d": "validation"})
    with qtbot.waitSignal(opened.app.comparison.changed):
        opened.app.comparison.start(CompareRequest(Other.PREDICTIONS, validation_only=True))
    qtbot.waitUntil(lambda: not opened.app.runner.busy)
    assert [case.name for case in opened.app.comparison.evaluation.cases] == ["d"]
    assert not opened.panels.comparison.findChild(AgreementPlot).isVisible()  # one picture has no limits


def test_a_layer_without_a_reader_paints_nothing(qapp) -> None:
    layer = ReaderLayer()
    assert layer.shows == ()
    layer.set_readers([OtherReader(disc_mask(), DISC_AND_CUP, "B")])
    layer.visible = False
    assert layer.shows == ()


def test_it_is_asked_what_the_values_of_a_folder_mean(opened: MainWindow, root: Path, tmp_path: Path, qtbot) -> None:
    """The same fields as in the import; the answer is used for the comparison and for the outlines."""
    other = tmp_path / "other"
    other.mkdir()
    for name in ("a", "d"):
        Project.open(root).save_mask(name, disc_mask())
        Image.fromarray(np.array([0, 300, 600], np.uint16)[disc_mask()]).save(other / f"{name}.png")
    opened.commands.projects.open_root(root)

    def answer() -> None:
        dialog = opened.findChild(CompareReadersDialog)
        qtbot.keyClicks(_line(dialog), str(other))
        answers = dialog.findChild(MaskAnswers)
        qtbot.waitUntil(answers.isVisible)
        assert not dialog.acceptable
        assert dialog.problem() == "Choose what each value of the masks means."
        assert "300" in dialog.findChild(QLabel, "mapping").text()
        for value, name in (("0", "background"), ("300", "optic disc"), ("600", "optic cup")):
            box = dialog.findChild(QComboBox, f"value {value}")
            box.setCurrentIndex(box.findText(name))
        qtbot.waitUntil(lambda: dialog.findChild(QLabel, "preview").isVisible())
        assert dialog.acceptable
        qtbot.mouseClick(dialog.findChild(QPushButton, "accept"), Qt.MouseButton.LeftButton)

    QTimer.singleShot(200, answer)
    with qtbot.waitSignal(opened.app.comparison.changed):
        opened.actions_by_id["project.compare"].trigger()
    qtbot.waitUntil(lambda: not opened.app.runner.busy)
    evaluation = opened.app.comparison.evaluation
    assert [case.metrics["dice/optic cup"] for case in evaluation.cases] == [1.0, 1.0]
    opened.commands.cases.open_case("d")
    assert (opened.app.comparison.reader.mask == disc_mask()).all()
