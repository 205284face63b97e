"""JobRunner: one job at a time, and a clean end with the window."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from unet_desktop.errors import TrainingError
from unet_desktop.gui.jobs.runner import Job, JobRunner


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    runner = JobRunner()
    yield runner
    runner.shutdown()


def short() -> Iterator[object]:
    yield "one"
    yield "two"


class Endless:
    """A job that goes on until it is closed."""

    def __init__(self) -> None:
        self.running, self.cleaned = threading.Event(), threading.Event()

    def __call__(self) -> Iterator[object]:
        try:
            while True:
                self.running.set()
                time.sleep(0.002)
                yield "again"
        finally:
            self.cleaned.set()


def test_a_job_is_told_from_start_to_end(qtbot: QtBot, runner: JobRunner) -> None:
    told: list[object] = []
    runner.started.connect(lambda title: told.append(("started", title)))
    runner.busy_changed.connect(lambda busy: told.append(("busy", busy)))
    runner.event_happened.connect(told.append)
    with qtbot.waitSignal(runner.succeeded) as ended:
        assert runner.start(Job("Training", short))
        assert (runner.busy, runner.title) == (True, "Training")
    assert ended.args == ["Training"]
    assert told == [("busy", True), ("started", "Training"), "one", "two", ("busy", False)]
    assert (runner.busy, runner.title) == (False, "")


def test_a_second_job_is_refused_while_one_runs(qtbot: QtBot, runner: JobRunner) -> None:
    endless = Endless()
    assert runner.start(Job("Training", endless))
    assert not runner.start(Job("Segmenting", short))
    assert runner.title == "Training"
    qtbot.waitUntil(endless.running.is_set)
    with qtbot.waitSignal(runner.cancelled) as ended:
        runner.cancel()
    assert ended.args == ["Training"]
    assert endless.cleaned.is_set()


def test_the_next_job_can_start_from_the_end_of_the_last(qtbot: QtBot, runner: JobRunner) -> None:
    answers: list[bool] = []

    def go_on(title: str) -> None:
        if title == "Training":
            answers.append(runner.start(Job("Segmenting", short)))

    runner.succeeded.connect(go_on)
    runner.start(Job("Training", short))
    qtbot.waitUntil(lambda: bool(answers) and not runner.busy)
    assert answers == [True]


def test_a_failure_carries_its_exception(qtbot: QtBot, runner: JobRunner) -> None:
    def job() -> Iterator[object]:
        yield "one"
        raise TrainingError("Training needs at least 2 corrected cases.")

    with qtbot.waitSignal(runner.failed) as ended:
        runner.start(Job("Training", job))
    assert ended.args is not None
    assert ended.args[0] == "Training"
    assert isinstance(ended.args[1], TrainingError)
    assert not runner.busy


def test_shutdown_waits_for_the_jobs_finally_and_starts_nothing_more(qtbot: QtBot, runner: JobRunner) -> None:
    endless = Endless()
    runner.start(Job("Training", endless))
    qtbot.waitUntil(endless.running.is_set)
    runner.shutdown()
    assert endless.cleaned.is_set()
    assert not runner.busy
    assert not runner.start(Job("Segmenting", short))
    runner.shutdown()


def test_nothing_is_told_after_shutdown(qtbot: QtBot, runner: JobRunner) -> None:
    told: list[object] = []
    runner.event_happened.connect(told.append)
    runner.cancelled.connect(told.append)
    endless = Endless()
    runner.start(Job("Training", endless))
    endless.running.wait(5)
    runner.shutdown()
    told.clear()
    qtbot.wait(50)
    assert told == []


def test_cancelling_nothing_does_nothing(runner: JobRunner) -> None:
    runner.cancel()
    assert not runner.busy


def test_a_paused_job_rests_and_goes_on(qtbot: QtBot, runner: JobRunner) -> None:
    told: list[object] = []
    paused: list[bool] = []
    runner.event_happened.connect(told.append)
    runner.paused_changed.connect(paused.append)
    runner.start(Job("Segmenting", Endless()))
    qtbot.waitUntil(lambda: len(told) > 3)
    runner.set_paused(True)
    qtbot.wait(200)  # the event in hand, and those that were queued
    before = len(told)
    qtbot.wait(200)
    assert len(told) == before
    runner.set_paused(False)
    qtbot.waitUntil(lambda: len(told) > before)
    assert paused == [True, False]


def test_a_paused_job_can_be_stopped_and_the_next_one_runs(qtbot: QtBot, runner: JobRunner) -> None:
    endless = Endless()
    runner.start(Job("Segmenting", endless))
    qtbot.waitUntil(endless.running.is_set)
    runner.set_paused(True)
    with qtbot.waitSignal(runner.cancelled):
        runner.cancel()
    assert endless.cleaned.is_set()
    assert not runner.paused
    with qtbot.waitSignal(runner.succeeded):
        runner.start(Job("Training", short))
