"""The first proposal in the window: offered while there is no model, named as such, accepted like any other."""

from __future__ import annotations

from pathlib import Path

import pytest
from fundus import fundus, fundus_mask
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from unet_desktop.gui.cases.cases_model import describe
from unet_desktop.gui.commands.actions import list_commands
from unet_desktop.gui.correct.prediction_controls import PredictionControls
from unet_desktop.gui.window.command_table import COMMANDS
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE, LabelSet
from unet_desktop.masks.compare import compare_masks
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.masks.shapes.ellipse import Ellipse
from unet_desktop.project.case import CaseState
from unet_desktop.project.corrections import read_corrections
from unet_desktop.project.predictions import FIRST_PROPOSAL
from unet_desktop.project.project import Project

DISC = Ellipse(150, 230, 30, 34, 0.2)


def open_project(window: MainWindow, folder: Path, labels: LabelSet = DISC_AND_CUP) -> MainWindow:
    project = Project.create(folder / "project", labels, "Test")
    write_jpeg(folder / "eye.jpg", fundus(DISC))
    project.add_image(folder / "eye.jpg")
    window.commands.projects.open_root(project.root)
    assert window.app.session.case_id == "eye"
    QApplication.processEvents()
    return window


@pytest.fixture
def new(window: MainWindow, tmp_path: Path) -> MainWindow:
    """The window on a new project with one drawn photograph."""
    return open_project(window, tmp_path)


def controls(window: MainWindow) -> PredictionControls:
    found = window.findChild(PredictionControls)
    assert found is not None
    return found


def button(window: MainWindow, text: str) -> QToolButton:
    (found,) = [each for each in controls(window).findChildren(QToolButton) if each.text() == text]
    return found


def says(window: MainWindow) -> str:
    return " ".join(label.text() for label in controls(window).findChildren(QLabel) if label.isVisible())


def propose(window: MainWindow, qtbot) -> None:
    with qtbot.waitSignal(window.app.runner.succeeded):
        QTest.mouseClick(button(window, "First proposal (no model)"), Qt.MouseButton.LeftButton)


def test_the_button_proposes_and_the_key_accepts(new: MainWindow, qtbot) -> None:
    assert "There is no model yet. A first proposal" in says(new)
    assert not button(new, "Predict this case").isVisible()
    propose(new, qtbot)
    session, prediction = new.app.session, new.app.proposal.prediction
    assert prediction is not None
    assert prediction.is_first_proposal
    assert compare_masks(prediction.mask, fundus_mask(DISC), DISC_AND_CUP)["dice/optic disc"] > 0.9
    assert "first proposal (no model)" in says(new)
    assert "model's proposal" not in says(new)
    assert "onfidence" not in says(new)
    assert session.project.case("eye").state is CaseState.PREDICTED
    new.canvas.setFocus()
    QTest.keyClick(new.canvas, Qt.Key.Key_A)
    assert new.app.proposal.prediction is None
    assert new.app.autosave.flush()
    case = Project.open(session.project.root).case("eye")
    assert (case.state, case.model) == (CaseState.CORRECTED, FIRST_PROPOSAL)


def test_accepting_it_adds_nothing_to_the_corrective_curve(new: MainWindow, qtbot) -> None:
    propose(new, qtbot)
    QTest.mouseClick(button(new, "Accept"), Qt.MouseButton.LeftButton)
    assert new.app.autosave.flush()
    root = new.app.session.project.root
    new.commands.projects.open_root(root)  # which looks for corrections that are missing
    qtbot.wait(200)
    assert new.app.correction_log.noted == []
    assert read_corrections(new.app.session.project.layout) == []


def test_rejecting_it_offers_it_again_and_undo_restores_it(new: MainWindow, qtbot) -> None:
    propose(new, qtbot)
    QTest.mouseClick(button(new, "Reject"), Qt.MouseButton.LeftButton)
    assert new.app.proposal.prediction is None
    assert button(new, "First proposal (no model)").isVisible()
    new.canvas.setFocus()
    QTest.keyClick(new.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    restored = new.app.proposal.prediction
    assert restored is not None
    assert restored.is_first_proposal


def test_it_is_offered_by_key_only_until_there_is_a_model(new: MainWindow, qtbot) -> None:
    action = new.actions_by_id["learn.first_proposal"]
    assert action.isEnabled()
    new.app.session.model_in_use = Path("model")
    new.app.session.models_changed.emit()
    assert not action.isEnabled()
    assert not button(new, "First proposal (no model)").isVisible()
    assert button(new, "Predict this case").isVisible()
    new.app.session.refresh_models()
    assert action.isEnabled()
    with qtbot.waitSignal(new.app.runner.succeeded):
        QTest.keyClick(new, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert new.app.proposal.prediction is not None


def test_the_list_names_it_without_a_confidence(new: MainWindow, qtbot) -> None:
    propose(new, qtbot)
    case = new.app.session.project.case("eye")
    assert case.confidence is None
    assert case.has_first_proposal
    assert FIRST_PROPOSAL in describe(case, DISC_AND_CUP)


def test_where_nothing_stands_out_the_case_stays_new(opened: MainWindow, qtbot) -> None:
    with qtbot.waitSignal(opened.app.project_jobs.notice):
        QTest.mouseClick(button(opened, "First proposal (no model)"), Qt.MouseButton.LeftButton)
    assert opened.panels.banner.text.startswith("a: No disc stands out in this picture, so nothing is proposed.")
    assert opened.app.proposal.prediction is None
    assert opened.app.session.project.case("a").state is CaseState.NEW


def test_projects_without_a_disc_are_not_offered_it(window: MainWindow, tmp_path: Path) -> None:
    open_project(window, tmp_path, ONE_STRUCTURE)
    action = window.actions_by_id["learn.first_proposal"]
    assert not action.isEnabled()
    assert not action.isVisible()
    assert not button(window, "First proposal (no model)").isVisible()
    assert says(window) == "There is no model yet. Correct some cases, then train one."
    ids = {command.id for command in list_commands(COMMANDS, ONE_STRUCTURE)}
    assert "learn.first_proposal" not in ids
    assert "learn.first_proposal" in {command.id for command in list_commands(COMMANDS, DISC_AND_CUP)}
