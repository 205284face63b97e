"""TrainingProgress: what a training's events add up to, without a window."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import pytest

from unet_desktop.engine.events import BatchDone, EpochDone, Finished, Message, Resumed, Stage, StopPoint
from unet_desktop.gui.train.progress import CurvePoints, TrainingProgress
from unet_desktop.gui.widgets.points import Points
from unet_desktop.tasks.events import FileWritten, FinishedBefore, ItemDone, ModelSaved

METRICS = {"bce": 0.12, "dice": 0.93, "dice/optic disc": 0.971, "iou/optic cup": 0.8}


def batch(epoch: int, step: int = 1, *, stage: Stage = "segment", loss: float = 0.5) -> BatchDone:
    return BatchDone(stage, epoch, 40, step, 8, loss, 130.0)


def epoch_done(epoch: int, *, stage: Stage = "segment", metrics: dict[str, float] | None = None) -> EpochDone:
    metrics = METRICS if metrics is None else metrics
    return EpochDone(stage, epoch, 40, 0.4, metrics, 1e-3, 5.0, 100.0, saved=True)


def after(*events) -> TrainingProgress:
    progress = TrainingProgress()
    for event in events:
        progress.update(event)
    return progress


def test_it_needs_no_qt() -> None:
    script = "import sys, unet_desktop.gui.train.progress; sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 0


@pytest.mark.parametrize(
    ("event", "share", "seconds_left"),
    [
        (BatchDone("read", 0, 0, 5, 10, math.nan, math.nan), 0.5, math.nan),
        (BatchDone("measure", 0, 0, 3, 12, math.nan, math.nan), 0.25, math.nan),
        (batch(3, 8), 3 / 40, 130.0),
        (epoch_done(20), 0.5, 100.0),
        (ItemDone("a", 2, 50), 0.04, math.nan),
        (ItemDone("a", 3, 2), 1.0, math.nan),
    ],
)
def test_how_far_it_is(event, share: float, seconds_left: float) -> None:
    progress = after(event)
    assert progress.share == pytest.approx(share)
    assert progress.seconds_left == pytest.approx(seconds_left, nan_ok=True)
    assert progress.is_training is not isinstance(event, ItemDone)


def test_nothing_is_known_before_the_first_event() -> None:
    progress = TrainingProgress()
    assert (progress.share, progress.is_training, progress.metrics, progress.curves.stage) == (0.0, False, {}, None)
    assert math.isnan(progress.seconds_left)


def test_a_new_stage_has_its_own_curves() -> None:
    progress = after(
        batch(1, stage="locate"), epoch_done(1, stage="locate", metrics={"dice/disc": 0.8, "bce": math.nan})
    )
    assert progress.curves.dice == {"disc": Points([1], [0.8])}
    assert progress.curves.validation == Points()
    located = progress.curves
    progress.update(BatchDone("read", 0, 1, 1, 2, math.nan, math.nan))
    assert progress.curves is located
    progress.update(epoch_done(1))
    assert progress.curves == CurvePoints.of([epoch_done(1)])
    assert progress.curves.iou == {"optic cup": Points([1], [0.8])}
    assert progress.curves.rate == Points([1], [1e-3])


def test_many_batches_stay_quick_to_draw() -> None:
    progress = after(*(batch(1 + step // 8, step % 8) for step in range(10_000)))
    batches = progress.curves.batches
    assert 1000 <= len(batches.x) == len(batches.y) <= 2000
    assert batches.x == sorted(batches.x)


def test_a_resumed_training_has_the_curves_of_before() -> None:
    progress = after(Resumed((epoch_done(1, stage="locate"), epoch_done(1), epoch_done(2)), ("Other threads.",)))
    progress.update(epoch_done(3))
    assert progress.curves.train.x == [1, 2, 3]
    assert list(progress.messages) == ["Other threads."]


def test_the_last_metrics_are_those_of_the_finished_model() -> None:
    progress = after(epoch_done(1), epoch_done(2, metrics={}))
    assert progress.measured == epoch_done(1)
    progress.update(Finished(Path("m"), {"dice": 0.9}, {}, 200.0))
    assert progress.metrics == {"dice": 0.9}
    assert progress.ending == "Training finished in 3 min 20 s."


def test_a_job_begins_without_the_ending_of_the_last_one() -> None:
    progress = after(epoch_done(1))
    progress.stop()
    assert progress.ending == "Stopped."
    progress.start_job()
    assert (progress.ending, progress.is_training) == ("", False)
    assert progress.metrics == METRICS


def test_the_last_messages_are_kept() -> None:
    progress = after(
        Message("one"),
        StopPoint("read"),
        ModelSaved("model-002", Path("m")),
        FileWritten("table", Path("out") / "table.csv"),
        FinishedBefore(1, 3),
    )
    assert list(progress.messages) == [
        "one",
        "Saved as model-002.",
        "table.csv: table.",
        "1 of 3 pictures was finished by an earlier run.",
    ]
    progress.update(Message("two"))
    assert progress.messages[0] == "Saved as model-002."
