"""What training comes to, in the real window: curves, corrections, worst pictures, runs, and resuming."""

from __future__ import annotations

import json
import os
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from drawings import disc_mask
from image_snapshots import MIN_EQUAL, SNAPSHOTS, pixels_of
from plots import curve_names, curve_points, marks, plot_named, title
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QListWidget, QPushButton, QTabWidget, QTreeWidget, QWidget
from window_parts import part

from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.device.cpu_priority import Cores
from unet_desktop.engine.events import BatchDone, EpochDone, Finished, Message, Resumed
from unet_desktop.engine.training.state_header import TrainingHeader
from unet_desktop.gui.style.theme import DARK, LIGHT, Colours, palette
from unet_desktop.gui.train import presenter as train_presenter
from unet_desktop.gui.train.curves import REDRAW_INTERVAL, CorrectiveCurve, TrainingCurves
from unet_desktop.gui.train.panel import offer_text
from unet_desktop.gui.train.progress import CurvePoints, TrainingProgress
from unet_desktop.gui.train.run_table import RunTable
from unet_desktop.gui.widgets.plot import Plot
from unet_desktop.gui.widgets.points import moving_mean
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.corrections import Correction, read_corrections
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import ModelSaved
from unet_desktop.tasks.interrupted import Interrupted

METRICS = {"bce": 0.1, "dice": 0.93, "dice/optic disc": 0.97, "dice/optic cup": 0.9, "iou/optic disc": 0.94}
CASES = {"d": {"dice": 0.7, "dice/optic disc": 0.8, "dice/optic cup": 0.6}, "b": {"dice": 0.9, "dice/optic disc": 0.9}}


def epoch_done(epoch: int, epochs: int = 8, loss: float = 0.4) -> EpochDone:
    share = epoch / epochs
    figures = {"bce": 0.3 - 0.2 * share, "dice/optic disc": 0.8 + 0.17 * share, "dice/optic cup": 0.6 + 0.3 * share}
    figures |= {"iou/optic disc": 0.7 + 0.24 * share, "iou/optic cup": 0.5 + 0.3 * share}
    return EpochDone("segment", epoch, epochs, loss / epoch, figures, 1e-3 * share, 1.0, 9.0, saved=True)


def interrupted_training(saved: datetime, stage: str = "segment") -> Interrupted:
    past = (EpochDone(stage, 12, 32, 0.4, {"dice": 0.9312}, 1e-3, 1.0, 9.0, saved=True),)  # type: ignore[arg-type]
    header = TrainingHeader(DISC_AND_CUP, PRESETS["fast"], {}, {}, None, past, {}, saved.isoformat(), {})
    return Interrupted("model-004", Path("model-004.training"), header)


def fake_task(monkeypatch: pytest.MonkeyPatch, name: str, **functions: Callable[..., Iterator[object]]) -> None:
    """Stand-in for a module of tasks/, which would load torch."""
    module = types.ModuleType(f"unet_desktop.tasks.{name}")
    for function, made in functions.items():
        setattr(module, function, made)
    monkeypatch.setitem(sys.modules, module.__name__, module)


def write_run(root: Path, name: str, dice: float, *, cases: dict[str, object] | None = None) -> None:
    lines = ["stage,epoch,train_loss,learning_rate,seconds,dice,dice/optic disc,dice/optic cup,bce"]
    lines += [f"segment,{n},{1 / n},0.001,1,{dice},{dice + 0.01},{dice - 0.01},0.1" for n in range(1, 5)]
    (root / "runs" / f"{name}.csv").write_text("\n".join(lines) + "\n")
    metrics = {"dice": dice, "dice/optic disc": dice + 0.01, "dice/optic cup": dice - 0.01}
    record = {"preset": "fast", "train": 7, "validation": 2, "started": "2026-11-02T12:00:00+00:00", "seconds": 9}
    (root / "runs" / f"{name}.json").write_text(json.dumps(record | {"metrics": metrics, "cases": cases or {}}))


def last_values(plot: Plot) -> list[float]:
    return [heights[-1] for _, heights in curve_points(plot)]


def training_epochs(widget: QWidget) -> list[float]:
    """Epochs at which the plot of the loss shows the training's mean; empty while it is not drawn."""
    loss = plot_named(widget, "Loss")
    if "training" not in curve_names(loss):
        return []
    named = curve_points(loss)[-len(curve_names(loss)) :]  # the faint curve of the batches has no name
    return named[curve_names(loss).index("training")][0]


def click_row(qtbot, rows: QListWidget, row: int) -> None:
    place = rows.visualItemRect(rows.item(row)).center()
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)


def page(window: MainWindow, number: int) -> None:
    window.docks.bring_forward(window.docks.training)
    part(window.panels.training, QTabWidget, "results").setCurrentIndex(number)


def test_a_training_leaves_curves_and_worst_pictures_and_a_click_opens_one(
    opened: MainWindow, root: Path, monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    def train_project(root: Path, config: object, *, from_scratch: bool, cores: Cores) -> Iterator[object]:
        for number in range(1, 5):
            yield epoch_done(number)
        write_run(root, "model-001", 0.9, cases=CASES)
        yield Finished(root / "models" / "model-001.safetensors", METRICS, CASES, 9.0)

    fake_task(monkeypatch, "train", train_project=train_project)
    with qtbot.waitSignal(opened.app.runner.succeeded):
        opened.panels.training.train_requested.emit(PRESETS["fast"], True)
    page(opened, 2)
    worst = part(opened.panels.training, QListWidget, "worst")
    assert [worst.item(row).text() for row in range(2)] == [
        "d\noptic disc 0.800\noptic cup 0.600",
        "b\noptic disc 0.900",
    ]
    assert "model-001" in part(opened.panels.training, QLabel, "worst_heading").text()
    qtbot.waitUntil(lambda: not worst.item(0).icon().pixmap(52).toImage().allGray())  # the thumbnail, not its place
    click_row(qtbot, worst, 0)
    assert opened.app.session.case_id == "d"
    opened.commands.projects.close()
    opened.commands.projects.open_root(root)  # as after a restart
    assert worst.item(0).text().startswith("d\n")


def test_runs_are_compared(window: MainWindow, root: Path, qtbot) -> None:
    for number, dice in enumerate((0.7, 0.8, 0.9), 1):
        write_run(root, f"model-00{number}", dice)
    window.commands.projects.open_root(root)
    page(window, 3)
    table = part(window.panels.training, QTreeWidget, "runs")
    assert [table.topLevelItem(row).text(0) for row in range(3)] == [
        f"model-00{number}\nFast, 2 Nov" for number in (3, 2, 1)
    ]
    assert [table.topLevelItem(0).text(column) for column in (1, 2, 3)] == ["7", "4", "0.910 / 0.890"]
    plot = part(window.panels.training.findChild(RunTable), Plot)
    assert curve_names(plot) == ["model-003", "model-002"]
    for row, modifier in ((0, Qt.KeyboardModifier.NoModifier), (2, Qt.KeyboardModifier.ControlModifier)):
        place = table.visualItemRect(table.topLevelItem(row)).center()
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifier, QPoint(20, place.y()))
    assert dict(zip(curve_names(plot), last_values(plot), strict=True)) == {"model-003": 0.9, "model-001": 0.7}
    figure = part(window.panels.training, QComboBox, "run_metric")
    figure.setCurrentIndex(figure.findData("train_loss"))
    assert set(last_values(plot)) == {0.25}


def test_accepting_a_proposal_adds_to_the_corrective_curve(opened: MainWindow, root: Path, qtbot) -> None:
    text = part(opened.panels.training, QLabel, "corrections_text")
    assert text.text().startswith("Correct or accept")
    opened.app.session.open_case("c")
    opened.app.proposal.accept()
    opened.app.editor.replace_mask("Test", disc_mask(26))
    opened.app.autosave.flush()
    assert opened.app.correction_log.noted == []  # it is still being worked on
    opened.app.session.open_case("a")
    qtbot.waitUntil(lambda: len(opened.app.correction_log.noted) == 1)
    (noted,) = opened.app.correction_log.noted
    assert (noted.case, noted.model) == ("c", "f00d")
    assert 0.8 < noted.figures["dice/optic disc"] < 0.9
    assert text.text().startswith("1 proposal corrected or accepted. Mean Dice of the last 1: optic disc 0.8")
    again = Project.open(root)
    (root / "corrections.jsonl").unlink()
    opened.commands.projects.open_root(again.root)
    qtbot.waitUntil(lambda: [row.case for row in opened.app.correction_log.noted] == ["c"])
    opened.app.session.open_case("c")
    while opened.app.editor.history.can_undo:
        opened.app.editor.undo()
    opened.commands.projects.close()  # the case was not left before, so this is made up for at the next opening
    opened.commands.projects.open_root(root)
    qtbot.waitUntil(lambda: read_corrections(opened.app.session.project.layout) == [])


def test_an_interrupted_training_is_offered_and_resumed(
    opened: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    training = opened.panels.training
    offer, resume = part(training, QLabel, "interrupted"), part(training, QPushButton, "resume")
    opened.docks.bring_forward(opened.docks.training)
    assert not offer.isVisible()
    states: list[Interrupted] = [interrupted_training(datetime.now().astimezone())]
    monkeypatch.setattr(train_presenter, "find_interrupted", lambda root: states[0] if states else None)
    monkeypatch.setattr("unet_desktop.gui.train.commands.find_interrupted", lambda root: states[0])

    def resume_project(root: Path, *, cores: Cores) -> Iterator[object]:
        yield Resumed((epoch_done(1), epoch_done(2)))
        yield epoch_done(3)
        states.clear()
        yield ModelSaved("model-004", root / "models" / "model-004.safetensors")

    fake_task(monkeypatch, "train", resume_project=resume_project)
    opened.app.session.refresh_models()
    assert offer.isVisible()
    assert "A training run of today stopped at epoch 12 of 32 (Fast, Dice 0.931)." in offer.text()
    with qtbot.waitSignal(opened.app.runner.succeeded):
        qtbot.mouseClick(resume, Qt.MouseButton.LeftButton)
        assert not offer.isVisible()
    qtbot.waitUntil(lambda: training_epochs(training) == [1, 2, 3])
    assert not offer.isVisible()


def test_an_interrupted_training_is_given_up_when_the_user_means_it(
    opened: MainWindow, root: Path, monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    state = root / "runs" / "model-004.training"
    state.write_bytes(b"state")
    monkeypatch.setattr(
        train_presenter,
        "find_interrupted",
        lambda root: interrupted_training(datetime.now().astimezone()) if state.exists() else None,
    )
    opened.app.session.refresh_models()
    opened.docks.bring_forward(opened.docks.training)
    discard = part(opened.panels.training, QPushButton, "discard")
    for answer in (False, True):
        monkeypatch.setattr("unet_desktop.gui.train.commands.confirm", lambda *words, answer=answer: answer)
        qtbot.mouseClick(discard, Qt.MouseButton.LeftButton)
        assert state.exists() is not answer
        assert part(opened.panels.training, QLabel, "interrupted").isVisible() is not answer


def test_a_new_training_asks_before_it_gives_up_an_interrupted_one(
    opened: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    begun: list[object] = []

    def train_project(root: Path, config: object, *, from_scratch: bool, cores: Cores) -> Iterator[object]:
        begun.append(config)
        yield epoch_done(1)

    fake_task(monkeypatch, "train", train_project=train_project)
    found = interrupted_training(datetime.now().astimezone())
    asked: list[str] = []
    monkeypatch.setattr("unet_desktop.gui.train.commands.find_interrupted", lambda root: found)
    opened.docks.bring_forward(opened.docks.training)
    curves = opened.panels.training.findChild(TrainingCurves)
    curves.set_points(CurvePoints.of([epoch_done(2)]))
    qtbot.waitUntil(lambda: training_epochs(curves) == [2])
    for answer in (False, True):
        monkeypatch.setattr(
            "unet_desktop.gui.train.commands.confirm",
            lambda window, title, question, yes, answer=answer: asked.append(question) or answer,
        )
        opened.panels.training.train_requested.emit(PRESETS["fast"], True)
        assert (training_epochs(curves) == [2]) is not answer  # what was shown goes only with a training that begins
        qtbot.waitUntil(lambda: not opened.app.runner.busy)
        assert bool(begun) is answer
    assert "model-004 (Fast), learning to segment, epoch 12 of 32 done, Dice 0.931" in asked[0]


def test_a_resumed_training_shows_its_own_settings(opened: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot) -> None:
    found = interrupted_training(datetime.now().astimezone())
    config = replace(PRESETS["fast"], learning_rate=0.004, batch_size=7)
    found = replace(found, header=replace(found.header, config=config))
    monkeypatch.setattr("unet_desktop.gui.train.commands.find_interrupted", lambda root: found)
    said: list[str] = []

    def resume_project(root: Path, *, cores: Cores) -> Iterator[object]:
        yield epoch_done(13)
        yield Message("shown")

    fake_task(monkeypatch, "train", resume_project=resume_project)
    explanation = part(opened.panels.training, QLabel, "explanation")
    opened.app.runner.event_happened.connect(lambda event: said.append(explanation.text()))
    with qtbot.waitSignal(opened.app.runner.succeeded):
        opened.panels.training.resume_requested.emit()
    assert said[-1] == "Fast, learning rate 0.004, batch size 7."


def test_who_only_looks_is_not_offered_to_resume(opened: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    found = interrupted_training(datetime.now().astimezone())
    monkeypatch.setattr(train_presenter, "find_interrupted", lambda root: found)
    monkeypatch.setattr(opened.app.session.project, "read_only", True)
    opened.app.session.refresh_models()
    opened.docks.bring_forward(opened.docks.training)
    assert not part(opened.panels.training, QLabel, "interrupted").isVisible()


@pytest.mark.parametrize(("days", "day"), [(0, "today"), (1, "yesterday"), (24, "1 November")])
def test_the_offer_says_when(days: int, day: str) -> None:
    now = datetime(2026, 11, 25, 0, 30).astimezone()
    text = offer_text(interrupted_training(now - timedelta(days=days), "locate"), now)
    assert text.startswith(f"A training run of {day} stopped while it learned to locate, at epoch 12 of 32")


def test_the_moving_mean_is_over_what_there_is() -> None:
    assert moving_mean([1.0, 0.0, 0.5, 1.0], 2) == [1.0, 0.5, 0.25, 0.75]
    assert moving_mean([], 5) == []


def test_what_is_drawn_is_chosen(qtbot) -> None:
    curves = TrainingCurves()
    qtbot.addWidget(curves)
    curves.resize(310, 400)
    curves.show()
    curves.set_points(CurvePoints.of([epoch_done(1), epoch_done(2)]))
    qtbot.wait(2 * REDRAW_INTERVAL)
    shown = [plot for plot in curves.findChildren(Plot) if plot.isVisible()]
    assert [title(plot) for plot in shown] == ["Loss", "Validation Dice"]
    assert curve_points(plot_named(curves, "Learning rate")) == []
    part(curves, QCheckBox, "show_rate").click()
    part(curves, QCheckBox, "show_loss").click()
    part(curves, QCheckBox, "show_iou").click()
    shown = [plot for plot in curves.findChildren(Plot) if plot.isVisible()]
    assert [title(plot) for plot in shown] == ["Validation Dice", "Validation IoU", "Learning rate"]
    ((_, rates),) = curve_points(plot_named(curves, "Learning rate"))
    assert rates == [0.000125, 0.00025]
    assert curve_names(plot_named(curves, "Validation IoU")) == ["optic disc", "optic cup"]


def test_boundaries_of_models_are_marked_and_what_they_learned_from_is_left_out(qtbot) -> None:
    panel = corrective_curve(qtbot)
    assert marks(part(panel, Plot)) == {0.5: "model-001", 10.5: "0123abcd"}
    text = part(panel, QLabel, "corrections_text").text()
    assert text.startswith("19 proposals corrected or accepted.")
    assert text.endswith("Not shown: 1 whose model had learned from the case.")


def test_it_is_said_how_many_more_corrections_are_likely_to_help(qtbot) -> None:
    panel = CorrectiveCurve()
    qtbot.addWidget(panel)
    text = part(panel, QLabel, "corrections_text")

    def corrections(*changes: float) -> list[Correction]:
        return [
            Correction(f"case{model}{number}", f"model{model}", {"dice": 1.0 - change}, f"{model}{number}")
            for model, change in enumerate(changes)
            for number in range(4)
        ]

    panel.set_corrections(corrections(0.2, 0.1), {}, {"model0": 10, "model1": 20})
    assert text.text().endswith("About 3 more corrections are likely to reduce it by a tenth.")
    panel.set_corrections(corrections(0.1, 0.1), {}, {"model0": 10, "model1": 20})
    assert text.text().endswith("More corrections like these are not likely to reduce what has to be changed.")
    panel.set_corrections(corrections(0.2), {}, {"model0": 10})
    assert "likely" not in text.text()


def corrective_curve(qtbot) -> CorrectiveCurve:
    rows = [
        Correction(
            f"case{number}",
            "f00d" if number < 10 else "0123abcd4567",
            {"dice/optic disc": 0.9 + 0.004 * number, "dice/optic cup": 0.7 + 0.01 * number + 0.05 * (number % 3)},
            f"{number:02d}",
            seen=number == 15,
        )
        for number in range(20)
    ]
    panel = CorrectiveCurve()
    qtbot.addWidget(panel)
    panel.resize(310, 330)
    panel.set_labels(DISC_AND_CUP)
    panel.set_corrections(rows, {"f00d": "model-001"})
    return panel


def training_curves(qtbot) -> TrainingCurves:
    curves = TrainingCurves()
    qtbot.addWidget(curves)
    curves.resize(310, 330)
    progress = TrainingProgress()
    for epoch in range(1, 6):
        for step in range(1, 5):
            progress.update(BatchDone("segment", epoch, 8, step, 4, 0.5 / epoch + 0.02 * (step % 2), 9.0))
        progress.update(epoch_done(epoch))
    curves.set_points(progress.curves)
    qtbot.wait(2 * REDRAW_INTERVAL)
    return curves


@pytest.mark.parametrize(("theme", "colours"), [("light", LIGHT), ("dark", DARK)])
@pytest.mark.parametrize(("name", "make"), [("curves", training_curves), ("corrections", corrective_curve)])
def test_as_stored(qtbot, name: str, make: Callable[..., QWidget], theme: str, colours: Colours) -> None:
    widget = make(qtbot)
    widget.setPalette(palette(colours))
    widget.show()
    qtbot.waitExposed(widget)
    qtbot.wait(50)
    image = QImage(widget.size(), QImage.Format.Format_RGB32)
    image.fill(QColor(colours.window))
    widget.render(image)
    shown = pixels_of(image)
    path = Path(SNAPSHOTS) / f"training-{name}-{theme}.png"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        image.save(str(path))
    close = (np.abs(pixels_of(QImage(str(path))).astype(int) - shown).max(axis=2) <= 2).mean()
    assert close >= MIN_EQUAL, f"{path.name}: only {close:.1%} of the pixels are as stored"
    assert widget.palette().color(QPalette.ColorRole.Base).name() == colours.base
