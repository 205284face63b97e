"""Jobs in the window: busy disables, progress shows, results arrive; fake generators stand in for torch."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Iterator
from pathlib import Path

import pytest
from drawings import disc_mask
from models import write_header
from PySide6.QtGui import QColor, QDesktopServices
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QMessageBox, QProgressBar, QPushButton
from window_parts import part, status_text

from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.engine.config import PRESETS
from unet_desktop.engine.device.cpu_priority import Cores
from unet_desktop.engine.events import Message
from unet_desktop.errors import TrainingError
from unet_desktop.gui.jobs.project_jobs import JobReport
from unet_desktop.gui.jobs.runner import Job
from unet_desktop.gui.style.theme import DARK, LIGHT
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE, LabelSet
from unet_desktop.project.case import CaseState
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import FinishedBefore, ItemDone
from unet_desktop.tasks.import_events import MasksRead


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Holds a fake job until it is set."""
    event = threading.Event()
    yield event
    event.set()


def test_busy_disables_and_stop_ends(opened: MainWindow, gate: threading.Event, qtbot) -> None:
    ended = []

    def job() -> Iterator[object]:
        try:
            for done in range(1, 1000):
                gate.wait(0.01)
                yield ItemDone("x", done, 1000)
        finally:
            ended.append(True)

    actions, runner = opened.actions_by_id, opened.app.runner
    opened.app.session.model_in_use = Path("model")
    assert opened.app.runner.start(Job("Testing", job))
    assert not actions["project.new"].isEnabled()
    assert not actions["learn.predict"].isEnabled()
    assert actions["learn.stop"].isEnabled()
    assert actions["edit.undo"].isEnabled() == opened.app.editor.history.can_undo
    assert not opened.app.runner.start(Job("Another", job))
    assert status_text(opened, "job") == "Testing"
    qtbot.waitUntil(lambda: part(opened.panels.status, QProgressBar, "job_progress").value() > 0)
    with qtbot.waitSignal(runner.cancelled):
        actions["learn.stop"].trigger()
    assert ended
    assert actions["project.new"].isEnabled()
    assert not actions["learn.stop"].isEnabled()
    assert not part(opened.panels.status, QProgressBar, "job_progress").isVisible()


def write_model(path: Path, number: int, *, preset: str = "fast", labels: LabelSet = DISC_AND_CUP) -> None:
    """A model file without weights, which nothing but its description is read of."""
    created = f"2026-11-0{number}T12:00:00+00:00"
    header = CheckpointHeader(labels, {}, preset, {}, {}, {}, {}, created, "ab" * 32)
    write_header(path, header)


def predicting(monkeypatch: pytest.MonkeyPatch, radius: int = 20, note: str = "") -> None:
    """Stand-in for `tasks.segment_cases`, which loads torch."""

    def segment_cases(root: Path, case_ids: list[str], model: Path) -> Iterator[ItemDone]:
        project = Project.open(root)
        for done, case_id in enumerate(case_ids, 1):
            project.save_prediction(case_id, disc_mask(radius), model="beef", confidence=0.8)
            yield ItemDone(case_id, done, len(case_ids), note=note)

    module = types.ModuleType("unet_desktop.tasks.segment_cases")
    module.segment_cases = segment_cases  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "unet_desktop.tasks.segment_cases", module)


def test_predictions_become_proposals(opened: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot) -> None:
    predicting(monkeypatch)
    opened.app.session.model_in_use = Path("model")
    opened.app.session.case_updated.emit("a")
    qtbot.waitUntil(lambda: opened.actions_by_id["learn.predict"].isEnabled())
    with qtbot.waitSignal(opened.app.runner.succeeded):
        opened.actions_by_id["learn.predict"].trigger()
    assert opened.app.proposal.prediction is not None
    assert opened.app.proposal.prediction.model == "beef"
    assert not opened.app.editor.mask.any()
    with qtbot.waitSignal(opened.app.runner.succeeded):
        opened.actions_by_id["learn.predict_all"].trigger()
    project = opened.app.session.project
    assert {case.id for case in project.cases() if case.state is CaseState.PREDICTED} == {"a", "b", "c"}
    assert project.case("d").state is CaseState.CORRECTED


def test_training_saves_first_and_predicts_after(opened: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot) -> None:
    seen: list[bool] = []
    predicting(monkeypatch)

    def train_project(root: Path, config: object, *, from_scratch: bool, cores: Cores) -> Iterator[object]:
        seen.append(Project.open(root).load_mask("b") is not None)
        yield ItemDone("x", 1, 1)

    module = types.ModuleType("unet_desktop.tasks.train")
    module.train_project = train_project  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "unet_desktop.tasks.train", module)
    monkeypatch.setattr(
        type(opened.app.session), "refresh_models", lambda self, path=None: setattr(self, "model_in_use", Path("m"))
    )
    opened.app.session.open_case("b")
    opened.app.editor.replace_mask("Test", disc_mask())
    opened.app.session.open_case("a")
    with qtbot.waitSignal(opened.app.proposal.changed):
        opened.panels.training.train_requested.emit(PRESETS["fast"], False)
    assert seen == [True]
    assert opened.app.proposal.prediction is not None
    qtbot.waitUntil(lambda: not opened.app.runner.busy)


def test_a_failed_job_says_so_once(opened: MainWindow, qtbot) -> None:
    def job() -> Iterator[object]:
        raise TrainingError("Too few cases.")
        yield

    opened.app.runner.start(Job("Testing", job))
    qtbot.waitUntil(lambda: bool(opened.findChildren(QMessageBox)))
    (box,) = opened.findChildren(QMessageBox)
    assert box.text() == "Too few cases."
    box.close()
    assert not opened.app.runner.busy


def test_items_that_could_not_be_done_are_told(opened: MainWindow, qtbot) -> None:
    def job() -> Iterator[object]:
        yield ItemDone("x", 1, 2, problem="x.jpg is damaged.")
        yield ItemDone("y", 2, 2)

    opened.app.runner.start(Job("Testing", job))
    qtbot.waitUntil(lambda: opened.panels.banner.isVisible())
    assert opened.panels.banner.text == "x.jpg is damaged."


def test_what_had_to_be_decided_is_told_with_counts(opened: MainWindow, qtbot) -> None:
    def job() -> Iterator[object]:
        for number in range(48):
            yield ItemDone(f"{number}.jpg", number + 1, 51, note="Mask: 0 is background, 255 is optic disc.")
        yield ItemDone("x.jpg", 49, 51, problem="x.jpg is damaged.")
        yield ItemDone("<b>.jpg", 50, 51, note="There is no mask of its name.")
        yield ItemDone("z.jpg", 51, 51)

    with qtbot.waitSignal(opened.app.project_jobs.notice):
        opened.app.runner.start(Job("Testing", job, done="All pictures are in."))
    assert opened.panels.banner.isVisible()
    assert opened.panels.banner.text.splitlines() == [
        "All pictures are in.",
        "x.jpg is damaged.",
        "48 cases: Mask: 0 is background, 255 is optic disc.",
        "<b>.jpg: There is no mask of its name.",
    ]
    words = part(opened.panels.banner, QLabel, "sentence")
    assert words.height() >= words.heightForWidth(words.width())


def test_ever_new_notes_do_not_fill_the_window() -> None:
    outcome = JobReport("Done.")
    for number in range(20):
        outcome.add_item(ItemDone(f"{number}.jpg", number, 20, note=f"Mask: {number} is background."))
    lines = outcome.summary(succeeded=False).splitlines()
    assert len(lines) == 6
    assert lines[-1] == "15 more cases have other notes."


def test_a_prediction_that_found_nothing_says_so(opened: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot) -> None:
    predicting(monkeypatch, note="Nothing was found in it.")
    opened.app.session.model_in_use = Path("model")
    with qtbot.waitSignal(opened.app.project_jobs.notice):
        opened.app.project_jobs.predict_open_case()
    assert opened.panels.banner.text == "a: Nothing was found in it."
    assert opened.app.proposal.prediction is not None


def test_a_stopped_training_leaves_its_model_in_use(
    opened: MainWindow, gate: threading.Event, monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    session = opened.app.session
    write_model(session.project.layout.model("model-001"), 1)
    session.refresh_models()

    def train_project(root: Path, config: object, *, from_scratch: bool, cores: Cores) -> Iterator[object]:
        write_model(root / "models" / "model-002.safetensors", 2)
        while True:
            gate.wait(0.01)
            yield Message("saved")

    module = types.ModuleType("unet_desktop.tasks.train")
    module.train_project = train_project  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "unet_desktop.tasks.train", module)
    assert session.model_in_use.stem == "model-001"
    with qtbot.waitSignal(opened.app.runner.event_happened):
        opened.app.project_jobs.train(PRESETS["fast"], from_scratch=True)
    with qtbot.waitSignal(opened.app.runner.cancelled):
        opened.actions_by_id["learn.stop"].trigger()
    assert session.model_in_use.stem == "model-002"


def test_going_on_is_offered_for_models_of_these_labels(opened: MainWindow) -> None:
    session = opened.app.session
    write_model(session.project.layout.model("model-001"), 1, labels=ONE_STRUCTURE)
    write_model(session.project.layout.model("model-002"), 2, preset="article")
    session.refresh_models()
    box = opened.panels.training.findChild(QCheckBox, "continue_from_last")
    preset = opened.panels.training.findChild(QComboBox, "preset")
    assert not box.isChecked()
    preset.setCurrentIndex(preset.findData("article"))
    assert box.isChecked()
    assert box.isEnabled()


def test_a_segmented_folder_is_summed_up_and_can_be_opened(
    opened: MainWindow, qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def job() -> Iterator[object]:
        yield Message("Skipped 1 mask found beside their pictures.")
        yield ItemDone("x", 1, 3, problem="x.jpg is damaged.")
        yield ItemDone("y", 2, 3)
        yield ItemDone("z", 3, 3, problem="z.jpg is empty.")

    with qtbot.waitSignal(opened.app.project_jobs.notice):
        opened.app.runner.start(Job("Segmenting", job, done="All is there.", folder=tmp_path, says_messages=True))
    assert opened.panels.banner.text.splitlines() == [
        "1 of 3 pictures is done.",
        "All is there.",
        "Skipped 1 mask found beside their pictures.",
        "2 could not be done. x.jpg is damaged.",
        "z.jpg is empty.",
    ]
    assert not [label for label in opened.panels.training.findChildren(QLabel) if "damaged" in label.text()]
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    button = next(one for one in opened.panels.banner.findChildren(QPushButton) if one.text() == "Open folder")
    assert button.isVisible()
    button.click()
    assert shown == [str(tmp_path)]
    opened.panels.banner.show_problem("Something else.")
    assert not button.isVisible()


def test_what_went_well_stays_out_of_the_canvas(opened: MainWindow, qtbot) -> None:
    with qtbot.waitSignal(opened.app.project_jobs.notice):
        opened.app.runner.start(Job("Testing", lambda: iter(()), done="The model was imported."))
    assert not opened.panels.banner.isVisible()
    assert opened.panels.status.currentMessage() == "The model was imported."


def test_a_folder_without_problems_is_told_calmly(opened: MainWindow, qtbot, tmp_path: Path) -> None:
    def grounds(problem: str) -> QColor:
        events = [FinishedBefore(5, 6), ItemDone("x", 1, 1, problem=problem)]
        with qtbot.waitSignal(opened.app.project_jobs.notice):
            opened.app.runner.start(Job("Testing", lambda: iter(events), folder=tmp_path))
        banner = opened.panels.banner
        assert banner.isVisible()
        return banner.grab().toImage().pixelColor(2, banner.height() // 2)

    calm, alarming = grounds(""), grounds("x.jpg is damaged.")
    assert (calm, alarming) in [(QColor(colours.chosen), QColor(colours.warning)) for colours in (LIGHT, DARK)]


def test_what_came_of_a_job_goes_when_the_next_begins_and_what_is_wrong_stays(opened: MainWindow, qtbot) -> None:
    banner = opened.panels.banner
    banner.show_result("x.jpg is damaged.", None, False)
    with qtbot.waitSignal(opened.app.runner.succeeded):
        opened.app.runner.start(Job("Testing", lambda: iter(())))
    assert not banner.isVisible()
    banner.show_problem("The disk is full.")
    with qtbot.waitSignal(opened.app.runner.succeeded):
        opened.app.runner.start(Job("Testing", lambda: iter(())))
    assert banner.isVisible()


def test_the_summary_of_an_import_says_how_masks_were_read(opened: MainWindow, qtbot) -> None:
    sentence = "Masks: 0 is background, 255 is optic disc."

    def job() -> Iterator[object]:
        yield MasksRead(sentence)
        yield ItemDone("x", 1, 1)

    done = "The pictures were imported."
    with qtbot.waitSignal(opened.app.project_jobs.notice):
        opened.app.runner.start(Job("Importing pictures", job, done=done, says_messages=True))
    assert opened.panels.banner.isVisible()
    assert opened.panels.banner.text == f"{done}\n{sentence}"
