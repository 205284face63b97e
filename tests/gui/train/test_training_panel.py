"""TrainingPanel: what can be asked for, and what a running training shows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from plots import plot_named
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QPalette, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot
from window_parts import part

from unet_desktop.engine.config import PRESETS, TrainConfig, fine_tuning_config
from unet_desktop.engine.events import BatchDone, EpochDone, Finished, Message
from unet_desktop.gui.train.curves import REDRAW_INTERVAL, TrainingCurves
from unet_desktop.gui.train.panel import TrainingPanel
from unet_desktop.gui.train.progress import CurvePoints, TrainingProgress
from unet_desktop.gui.train.progress_widgets import JobProgress
from unet_desktop.gui.widgets.durations import duration, time_left
from unet_desktop.gui.widgets.thumbnails import Thumbnails
from unet_desktop.labels import ONE_STRUCTURE
from unet_desktop.tasks.events import ItemDone, ModelSaved

METRICS = {"bce": 0.12, "dice": 0.93, "dice/optic disc": 0.971, "dice/optic cup": 0.902, "vcdr_error": 0.048}


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[TrainingPanel]:
    thumbnails = Thumbnails()
    panel = TrainingPanel(thumbnails)
    qtbot.addWidget(panel)
    panel.resize(300, 600)
    panel.show()
    yield panel
    thumbnails.shutdown()


def click(qtbot: QtBot, panel: QWidget, name: str) -> None:
    qtbot.mouseClick(part(panel, QPushButton, name), Qt.MouseButton.LeftButton)


def batch(epoch: int, step: int = 1, *, stage: str = "segment", left: float = 130.0) -> BatchDone:
    return BatchDone(stage, epoch, 40, step, 8, 0.5, left)  # type: ignore[arg-type]


def epoch_done(epoch: int, *, stage: str = "segment", metrics: dict[str, float] | None = None) -> EpochDone:
    metrics = METRICS if metrics is None else metrics
    return EpochDone(stage, epoch, 40, 0.4, metrics, 1e-3, 5.0, 130.0, True)  # type: ignore[arg-type]


def test_training_needs_two_corrected_cases(qtbot: QtBot, panel: TrainingPanel) -> None:
    cases, start = part(panel, QLabel, "cases"), part(panel, QPushButton, "start")
    assert not start.isEnabled()
    assert "import pictures" in cases.text()
    panel.set_case_counts(1, 50)
    assert cases.text() == "1 of 50 cases corrected; training needs at least 2."
    assert not start.isEnabled()
    panel.set_case_counts(2, 50)
    assert cases.text() == "2 of 50 cases corrected."
    assert start.isEnabled()


def test_start_asks_for_what_the_form_shows(qtbot: QtBot, panel: TrainingPanel) -> None:
    panel.set_case_counts(12, 50)
    epochs = part(panel, QSpinBox, "epochs")
    epochs.setFocus()
    epochs.selectAll()
    qtbot.keyClicks(epochs, "7")
    with qtbot.waitSignal(panel.train_requested) as asked:
        click(qtbot, panel, "start")
    config, from_scratch = asked.args or (None, None)
    assert isinstance(config, TrainConfig)
    assert config == replace(PRESETS["fast"], epochs=7)
    assert from_scratch is True


@pytest.mark.parametrize("preset", list(PRESETS))
def test_the_fields_follow_the_preset_and_every_preset_is_explained(panel: TrainingPanel, preset: str) -> None:
    box = part(panel, QComboBox, "preset")
    box.setCurrentIndex(box.findData(preset))
    config = PRESETS[preset]
    assert box.currentText() == config.title
    assert part(panel, QSpinBox, "epochs").value() == config.epochs
    assert part(panel, QDoubleSpinBox, "learning_rate").value() == config.learning_rate
    assert part(panel, QSpinBox, "batch_size").value() == config.batch_size
    assert part(panel, QLabel, "explanation").text()


def test_an_unchanged_preset_is_asked_for_exactly(qtbot: QtBot, panel: TrainingPanel) -> None:
    panel.set_case_counts(12, 50)
    box = part(panel, QComboBox, "preset")
    box.setCurrentIndex(box.findData("article"))
    with qtbot.waitSignal(panel.train_requested) as asked:
        click(qtbot, panel, "start")
    assert (asked.args or [None])[0] == PRESETS["article"]


def test_learning_rate_steps_by_factors_and_is_written_shortly(qtbot: QtBot, panel: TrainingPanel) -> None:
    rate = part(panel, QDoubleSpinBox, "learning_rate")
    texts = [rate.text()]
    for _ in range(3):
        qtbot.keyClick(rate, Qt.Key.Key_Down)
        texts.append(rate.text())
    assert texts == ["0.001", "0.00046", "0.00021", "0.000097"]
    for _ in range(30):
        qtbot.keyClick(rate, Qt.Key.Key_Down)
    assert rate.value() == 1e-6
    for _ in range(30):
        qtbot.keyClick(rate, Qt.Key.Key_Up)
    assert rate.value() == 0.1


def test_continuing_is_offered_when_there_is_a_model(qtbot: QtBot, panel: TrainingPanel) -> None:
    box = part(panel, QCheckBox, "continue_from_last")
    assert not box.isEnabled()
    assert not box.isChecked()
    assert "no model" in box.toolTip()
    panel.set_case_counts(5, 5)
    panel.set_presets_with_models(frozenset({"fast"}))
    assert box.isEnabled()
    assert box.isChecked()
    epochs = f"{fine_tuning_config(PRESETS['fast']).epochs} epochs"
    assert epochs in part(panel, QLabel, "explanation").text()
    with qtbot.waitSignal(panel.train_requested) as asked:
        click(qtbot, panel, "start")
    assert (asked.args or [None, None])[1] is False
    box.click()
    panel.set_presets_with_models(frozenset({"fast"}))  # after each training; what the user chose stays
    assert not box.isChecked()
    assert epochs not in part(panel, QLabel, "explanation").text()


def test_continuing_follows_the_preset(qtbot: QtBot, panel: TrainingPanel) -> None:
    box, preset = part(panel, QCheckBox, "continue_from_last"), part(panel, QComboBox, "preset")
    panel.set_case_counts(5, 5)
    panel.set_presets_with_models(frozenset({"fast"}))
    preset.setFocus()
    preset.setCurrentIndex(preset.findData("article"))
    assert not box.isEnabled()
    assert not box.isChecked()
    assert "no model with this preset" in box.toolTip()
    with qtbot.waitSignal(panel.train_requested) as asked:
        click(qtbot, panel, "start")
    assert (asked.args or [None, None])[1] is True
    panel.set_presets_with_models(frozenset({"fast", "article"}))
    assert box.isEnabled()
    assert box.isChecked()
    panel.set_busy(True, "Training")
    assert not box.isEnabled()
    panel.set_busy(False, "")
    assert box.isEnabled()
    panel.set_presets_with_models(frozenset())  # another project
    assert not box.isEnabled()
    assert not box.isChecked()


def test_while_a_job_runs_nothing_can_be_started_and_it_can_be_stopped(qtbot: QtBot, panel: TrainingPanel) -> None:
    panel.set_case_counts(12, 50)
    start, stop = part(panel, QPushButton, "start"), part(panel, QPushButton, "stop")
    assert not stop.isEnabled()
    panel.set_busy(True, "Segmenting")
    assert not start.isEnabled()
    assert not part(panel, QComboBox, "preset").isEnabled()
    assert part(panel, QLabel, "progress_text").text() == "Segmenting …"
    with qtbot.waitSignal(panel.stop_requested):
        click(qtbot, panel, "stop")
    assert not stop.isEnabled()
    assert "Stopping" in part(panel, QLabel, "progress_text").text()
    panel.set_busy(False, "")
    assert start.isEnabled()
    assert part(panel, QLabel, "progress_text").text() == "Stopped."
    assert not part(panel, QProgressBar, "progress_bar").isVisible()


def test_progress_says_stage_epoch_and_time_left(panel: TrainingPanel) -> None:
    text, bar = part(panel, QLabel, "progress_text"), part(panel, QProgressBar, "progress_bar")
    panel.set_busy(True, "Training")
    panel.follow(BatchDone("read", 0, 0, 5, 10, math.nan, math.nan))
    assert text.text() == "Reading pictures, 5 of 10"
    assert bar.value() / bar.maximum() == 0.5
    panel.follow(BatchDone("measure", 0, 0, 3, 12, math.nan, math.nan))
    assert text.text() == "Measuring on the validation pictures, 3 of 12"
    assert bar.value() / bar.maximum() == 0.25
    panel.follow(batch(3, 8, stage="locate"))
    assert (
        text.text().replace("\N{NO-BREAK SPACE}", " ")
        == "Learning to locate the optic disc, epoch 3 of 40, about 2 min left"
    )
    assert bar.value() / bar.maximum() == pytest.approx(3 / 40, abs=0.001)
    panel.follow(ItemDone("drishtiGS_002.png", 2, 50))
    assert text.text() == "2 of 50: drishtiGS_002.png"


def test_the_last_figures_and_sentences_are_shown(panel: TrainingPanel) -> None:
    figures, notes = part(panel, QLabel, "metrics"), part(panel, QLabel, "notes")
    panel.set_busy(True, "Training")
    panel.follow(Message("Training continues from <model-001>."))
    panel.follow(epoch_done(23))
    for wanted in ("epoch 23", "0.971", "0.902", "0.048"):
        assert wanted in figures.text()
    panel.follow(Finished(Path("m.safetensors"), METRICS | {"dice/optic cup": 0.911}, {}, 200.0))
    panel.follow(ModelSaved("model-002", Path("m.safetensors")))
    panel.set_busy(False, "")
    assert "0.911" in figures.text()
    assert notes.text() == "Training continues from <model-001>.\nSaved as model-002."
    assert part(panel, QLabel, "progress_text").text() == "Training finished in 3 min 20 s."
    panel.reset()
    assert not figures.isVisible()
    assert not notes.isVisible()


def test_other_labels_give_other_names(panel: TrainingPanel) -> None:
    assert "Finds the optic disc first" in part(panel, QLabel, "explanation").text()
    panel.set_labels(ONE_STRUCTURE)
    assert "pieces of the pictures" in part(panel, QLabel, "explanation").text()
    panel.follow(epoch_done(1, metrics={"dice/structure": 0.5}))
    assert "structure" in part(panel, QLabel, "metrics").text()
    panel.follow(batch(1, stage="locate"))
    assert "Learning to locate the structure" in part(panel, QLabel, "progress_text").text()


def test_a_running_training_fits_a_low_narrow_dock(qtbot: QtBot, panel: TrainingPanel) -> None:
    panel.set_case_counts(12, 50)
    panel.set_device("Computing on the CPU (x86_64) with 2 threads and bfloat16.")
    panel.set_busy(True, "Training")
    panel.begin(PRESETS["fast"], from_scratch=True)
    panel.follow(epoch_done(1))
    panel.follow(batch(2))
    qtbot.wait(2 * REDRAW_INTERVAL)
    area = panel.findChild(QScrollArea)
    assert area is not None
    assert not area.horizontalScrollBar().isVisible()
    assert not area.verticalScrollBar().isVisible()


def test_the_wheel_changes_no_setting_that_has_not_the_focus(panel: TrainingPanel) -> None:
    epochs = part(panel, QSpinBox, "epochs")
    epochs.clearFocus()
    place = QPointF(5, 5)
    wheel = QWheelEvent(
        place,
        epochs.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(epochs, wheel)
    assert epochs.value() == PRESETS["fast"].epochs


def test_curves_are_redrawn_at_most_ten_times_a_second(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[object] = []
    curves = TrainingCurves()
    qtbot.addWidget(curves)
    curves.show()
    monkeypatch.setattr(plot_named(curves, "Loss"), "set_curves", drawn.append)
    progress = TrainingProgress()
    for step in range(500):
        progress.update(batch(1 + step // 8, step % 8))
        curves.set_points(progress.curves)
        if step % 100 == 0:
            qtbot.wait(20)
    qtbot.wait(2 * REDRAW_INTERVAL)
    assert 1 <= len(drawn) <= 4


def test_curves_follow_the_theme(qtbot: QtBot) -> None:
    curves = TrainingCurves()
    qtbot.addWidget(curves)
    curves.resize(300, 300)
    curves.show()
    curves.set_points(CurvePoints.of([epoch_done(number) for number in range(1, 5)]))
    palette = QPalette(curves.palette())
    palette.setColor(QPalette.ColorRole.Base, QColor("#101010"))
    curves.setPalette(palette)
    qtbot.wait(2 * REDRAW_INTERVAL)
    picture = curves.grab().toImage()
    assert picture.pixelColor(picture.width() - 20, picture.height() // 2 - 60).lightness() < 60


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (math.nan, ""),
        (math.inf, ""),
        (3, "a few seconds left"),
        (44, "about 40 s left"),
        (130, "about 2 min left"),
        (7000, "about 1.9 h left"),
    ],
)
def test_time_left_is_as_rough_as_it_is_known(seconds: float, text: str) -> None:
    assert time_left(seconds) == text


def test_durations_are_exact() -> None:
    assert [duration(seconds) for seconds in (7.4, 200, 7260)] == ["7 s", "3 min 20 s", "2 h 1 min"]


def test_progress_takes_no_room_while_there_is_nothing_to_say(qtbot: QtBot) -> None:
    progress = JobProgress()
    qtbot.addWidget(progress)
    assert progress.isHidden()
    progress.set_working("Predicting …")
    assert not progress.isHidden()
    progress.set_idle("")
    assert progress.isHidden()
