"""Following long work: each event has its line, problems count, and Ctrl+C ends it cleanly."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from unet_desktop.cli import progress
from unet_desktop.cli.progress import Followed, follow, metrics_line
from unet_desktop.engine.events import BatchDone, EpochDone, Finished, Message
from unet_desktop.errors import MaskError
from unet_desktop.tasks.events import FileWritten, FinishedBefore, ItemDone, ModelSaved, RunDone

METRICS = {"bce": 0.25, "dice": 0.9, "dice/optic disc": 0.95, "iou/optic cup": 0.8, "vcdr_error": 0.031}


def shown_by(capsys, *events):
    """What following these events comes to, and what is seen of it on the output and the error output."""
    followed = follow(iter(events), "StopPoint")
    captured = capsys.readouterr()
    return followed, captured.out, captured.err


def epoch(**changes):
    values = {"stage": "segment", "epoch": 2, "epochs": 9, "train_loss": 0.5, "metrics": METRICS, "learning_rate": 1e-3}
    return EpochDone(**(values | {"seconds": 1.5, "seconds_left": 12.0, "saved": True} | changes))


def test_work_without_a_problem_is_done(capsys):
    followed, _, err = shown_by(capsys, ItemDone("a", 1, 2), ItemDone("b", 2, 2))
    assert (followed.code, followed.failed, followed.stopped) == (0, 0, False)
    assert "2/2" in err


def test_no_empty_bar_is_left_where_there_was_nothing_to_do(capsys):
    _, _, err = shown_by(capsys, FinishedBefore(10, 10))
    assert "10 of 10" in err
    assert "0/?" not in err


def test_each_problem_is_a_line_and_counts(capsys):
    followed, out, err = shown_by(
        capsys, ItemDone("a", 1, 3, problem="a is torn."), ItemDone("b", 2, 3), ItemDone("c", 3, 3, problem="c is [/].")
    )
    assert (followed.code, followed.failed, out) == (1, 2, "")
    assert [line for line in err.splitlines() if line.startswith("error:")] == ["error: a is torn.", "error: c is [/]."]


def test_what_had_to_be_decided_is_said_once_with_its_number(capsys):
    followed, _, err = shown_by(capsys, *(ItemDone(name, 1, 3, note="Seen in [red].") for name in "ab"))
    assert followed.code == 0
    assert err.splitlines()[-1] == "2 items: Seen in [red]."


def test_an_epoch_is_one_line_with_its_dice(capsys):
    _, out, err = shown_by(capsys, epoch())
    line = next(line for line in err.splitlines() if line.startswith("Learning to segment, epoch 2 of 9: loss 0.5000,"))
    assert "dice optic disc 0.950, vcdr error 0.031; 1.5 s, kept" in line
    assert out == ""


@pytest.mark.parametrize("metrics", [{}, {"dice/optic disc": math.nan, "bce": math.inf}])
def test_figures_that_are_missing_or_no_number_do_no_harm(capsys, metrics):
    nothing = math.nan
    followed, out, err = shown_by(
        capsys,
        BatchDone("read", 0, 0, 1, 4, nothing, nothing),
        BatchDone("locate", 1, 2, 1, 4, nothing, 3700.0),
        BatchDone("measure", 0, 0, 4, 4, nothing, 0.0),
        epoch(train_loss=nothing, metrics=metrics, seconds=0.0, saved=False),
        Finished(Path("model"), metrics, {}, 0.2),
    )
    assert followed.code == 0
    assert "loss nan" in err
    assert "Trained in 0 s." in out


def test_the_time_left_is_said_where_it_is_known(capsys):
    assert "61 min 40 s left" in shown_by(capsys, BatchDone("locate", 1, 2, 1, 4, 0.5, 3700.0))[2]
    assert "left" not in shown_by(capsys, BatchDone("locate", 1, 2, 1, 4, 0.5, math.nan))[2]


def test_results_go_to_the_output_and_messages_to_the_other(capsys):
    _, out, err = shown_by(
        capsys,
        Message("No [bold] weights are installed."),
        Finished(Path("model"), METRICS, {}, 75.0),
        ModelSaved("model-001", Path("models") / "[a]" / "model-001.safetensors"),
        FileWritten("table", Path("out") / "table.csv"),
    )
    assert "No [bold] weights are installed." in err
    assert out.splitlines() == [
        "Trained in 1 min 15 s. On the validation pictures: "
        "dice optic disc 0.950, iou optic cup 0.800, vcdr error 0.031",
        f"Model: {Path('models') / '[a]' / 'model-001.safetensors'}",
        f"Table: {Path('out') / 'table.csv'}",
    ]


@pytest.mark.parametrize("name", ["cup [left]", "[/]", "[bold]"])
def test_label_names_with_square_brackets_are_shown_as_they_are(capsys, name):
    metrics = {f"dice/{name}": 0.5}
    _, out, err = shown_by(capsys, epoch(metrics=metrics), Finished(Path("model"), metrics, {}, 1.0))
    assert f"dice {name} 0.500" in out
    assert f"dice {name} 0.500" in err


def test_figures_in_one_line_leave_out_what_is_of_no_label():
    assert metrics_line(METRICS) == "dice optic disc 0.950, iou optic cup 0.800, vcdr error 0.031"
    assert metrics_line({}) == ""


def test_events_that_need_more_than_a_line_are_handed_on(capsys):
    event = RunDone(1, 0, 0, 0)
    assert shown_by(capsys, event, ItemDone("a", 1, 1))[0].rest == [event]


def endless(log):
    try:
        number = 0
        while True:
            number += 1
            yield ItemDone(str(number), number, 100)
    finally:
        log.append("closed")


def test_ctrl_c_between_two_events_closes_the_work(capsys, monkeypatch):
    log = []

    def interrupted(event, *_rest):
        log.append(event.done)
        if event.done == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(progress, "_show", interrupted)
    followed = follow(endless(log), "StopPoint")
    assert log == [1, 2, "closed"]
    assert (followed.stopped, followed.code) == (True, 1)
    assert "error: Stopped. Everything done so far is kept." in capsys.readouterr().err


def test_work_that_keeps_nothing_says_so_alone(capsys, monkeypatch):
    def interrupted(*_rest):
        raise KeyboardInterrupt

    monkeypatch.setattr(progress, "_show", interrupted)
    assert follow(endless([]), "StopPoint", if_stopped="No model was saved.").stopped
    assert "error: Stopped. No model was saved.\n" in capsys.readouterr().err


def test_ctrl_c_within_the_work_ends_it(capsys):
    log = []

    def interrupted():
        try:
            yield ItemDone("a", 1, 2)
            raise KeyboardInterrupt
        finally:
            log.append("closed")

    followed = follow(interrupted(), "StopPoint")
    assert (log, followed.stopped, followed.failed) == (["closed"], True, 0)


def test_an_error_of_the_work_is_passed_on_and_the_work_closed(capsys, monkeypatch):
    log = []

    def full(_event, *_rest):
        raise MaskError("no room")

    monkeypatch.setattr(progress, "_show", full)
    with pytest.raises(MaskError, match="no room"):
        follow(endless(log), "StopPoint")
    assert log == ["closed"]


@pytest.mark.parametrize(
    ("followed", "code"),
    [(Followed(), 0), (Followed(failed=1), 1), (Followed(stopped=True), 1), (Followed(2, True), 1)],
)
def test_exit_codes(followed, code):
    assert followed.code == code


def test_no_bar_stands_above_the_sentence_that_says_why_nothing_was_done(capsys):
    def events():
        raise MaskError("No.")
        yield

    with pytest.raises(MaskError):
        follow(events(), "StopPoint")
    assert "StopPoint" not in capsys.readouterr().err
