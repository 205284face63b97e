"""JobThread: events thinned, cancelled between events, exactly one ending."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot

from unet_desktop.engine.events import Transient
from unet_desktop.gui.jobs.thread import JobThread, StartJob


@dataclass(frozen=True)
class Passing(Transient):
    number: int


@dataclass(frozen=True)
class Lasting:
    number: int


class Record:
    """What a thread told, and in which Python thread its slots ran."""

    def __init__(self, thread: JobThread) -> None:
        self.events: list[object] = []
        self.endings: list[object] = []
        self.threads: set[int] = set()
        thread.event.connect(self._on_event)
        thread.succeeded.connect(lambda: self.endings.append("succeeded"))
        thread.cancelled.connect(lambda: self.endings.append("cancelled"))
        thread.failed.connect(self.endings.append)

    def _on_event(self, event: object) -> None:
        self.events.append(event)
        self.threads.add(threading.get_ident())


def run(qtbot: QtBot, start_job: StartJob) -> Record:
    thread = JobThread(start_job)
    record = Record(thread)
    with qtbot.waitSignal(thread.finished):
        thread.start()
    qtbot.waitUntil(lambda: bool(record.endings))
    thread.wait()
    return record


def test_passing_events_are_thinned_and_every_other_one_arrives(qtbot: QtBot) -> None:
    def job() -> Iterator[object]:
        for number in range(100_000):
            yield Passing(number)
            if number % 10_000 == 0:
                yield Lasting(number)

    begun = time.monotonic()
    record = run(qtbot, job)
    allowed = 2 + (time.monotonic() - begun) / 0.05
    assert record.endings == ["succeeded"]
    assert [event for event in record.events if isinstance(event, Lasting)] == [
        Lasting(number) for number in range(0, 100_000, 10_000)
    ]
    assert 1 <= sum(isinstance(event, Passing) for event in record.events) <= allowed


def test_the_slots_run_in_the_thread_of_the_window(qtbot: QtBot) -> None:
    worker: list[int] = []

    def job() -> Iterator[object]:
        worker.append(threading.get_ident())
        yield Lasting(1)

    record = run(qtbot, job)
    assert record.threads == {threading.get_ident()}
    assert worker != [threading.get_ident()]


def test_cancelling_runs_the_jobs_finally_in_the_worker_thread(qtbot: QtBot) -> None:
    running, cleaned = threading.Event(), []

    def job() -> Iterator[object]:
        try:
            while True:
                running.set()
                time.sleep(0.002)
                yield Passing(1)
        finally:
            cleaned.append(threading.get_ident())

    thread = JobThread(job)
    record = Record(thread)
    thread.start()
    qtbot.waitUntil(running.is_set)
    with qtbot.waitSignal(thread.finished):
        thread.requestInterruption()
    qtbot.waitUntil(lambda: bool(record.endings))
    thread.wait()
    assert record.endings == ["cancelled"]
    assert len(cleaned) == 1
    assert cleaned != [threading.get_ident()]


@pytest.mark.parametrize("before", [0, 3])
def test_an_exception_becomes_one_signal(qtbot: QtBot, before: int) -> None:
    def job() -> Iterator[object]:
        for number in range(before):
            yield Lasting(number)
        raise ValueError("no room")

    record = run(qtbot, job)
    assert len(record.events) == before
    (error,) = record.endings
    assert isinstance(error, ValueError)
    assert str(error) == "no room"


def test_an_exception_before_the_generator_is_made_becomes_the_same_signal(qtbot: QtBot) -> None:
    def start() -> Iterator[object]:
        raise ImportError("torch is not here")

    (error,) = run(qtbot, start).endings
    assert isinstance(error, ImportError)


def test_a_failing_finally_is_not_lost(qtbot: QtBot) -> None:
    running = threading.Event()

    def job() -> Iterator[object]:
        try:
            while True:
                running.set()
                time.sleep(0.002)
                yield Passing(1)
        finally:
            raise OSError("disk full")

    thread = JobThread(job)
    record = Record(thread)
    thread.start()
    qtbot.waitUntil(running.is_set)
    thread.requestInterruption()
    qtbot.waitUntil(lambda: bool(record.endings))
    thread.wait()
    assert [type(ending) for ending in record.endings] == [OSError]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows a thread's own priority")
def test_only_the_worker_gives_way(qtbot: QtBot) -> None:
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    nice: list[int] = []

    def job() -> Iterator[object]:
        nice.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        yield Lasting(1)

    run(qtbot, job)
    assert nice[0] > before or before >= 10
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


def test_signals_do_not_wear_out_true() -> None:
    """PySide6 6.12.0 on Python 3.11 drops a reference to True at each emission and aborts after some hundred."""
    script = (
        "from PySide6.QtCore import QObject, Signal\n"
        "class Sender(QObject):\n"
        "    happened = Signal(object, bool)\n"
        "sender = Sender()\n"
        "sender.happened.connect(lambda value, flag: None)\n"
        "for _ in range(1000):\n"
        "    sender.happened.emit(True, True)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
