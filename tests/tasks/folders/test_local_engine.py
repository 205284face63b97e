"""The engine on this computer: the same results for any number of workers, few pictures in memory, a clean end."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import pytest
import torch

from unet_desktop.checkpoint_header import CheckpointHeader
from unet_desktop.engine.files.checkpoint import save
from unet_desktop.engine.inference.segmenter import Segmenter
from unet_desktop.engine.networks.specs import NetworkSpec, build
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.tasks.folders import local_engine
from unet_desktop.tasks.folders.inputs import Picture
from unet_desktop.tasks.folders.local_engine import LocalEngine
from unet_desktop.tasks.folders.one_picture import segment_picture
from unet_desktop.tasks.folders.outcome import Problem, Segmented
from unet_desktop.tasks.folders.outputs import Outputs

OUTPUTS = Outputs(overlays=True)
FOLDER = Path("out")


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    """A complete model that has learned nothing: its masks are shapeless, and that is enough to compare them."""
    torch.manual_seed(5)
    specs = {
        "locate": NetworkSpec("lite0", 8, 1, "whole", 64, 1.9, 1024),
        "segment": NetworkSpec("lite0", 8, 2, "crop", 96, 1.9, 1024),
    }
    header = CheckpointHeader(
        DISC_AND_CUP, {name: spec.to_json() for name, spec in specs.items()}, "fast", {}, {}, {}, {}, "2026", ""
    )
    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    save(path, header, {name: build(spec) for name, spec in specs.items()})
    return path


@pytest.fixture
def pictures(tmp_path, write_picture) -> list[Picture]:
    paths = [write_picture(tmp_path / "in" / f"{seed}.png", seed, 120 + 7 * seed) for seed in range(6)]
    return [Picture(path, 0, path.name, path.stem) for path in paths]


@contextlib.contextmanager
def opened(model, workers):
    with contextlib.closing(LocalEngine(model, OUTPUTS, FOLDER, "cpu", workers)) as engine:
        yield engine


def comparable(outcome):
    assert isinstance(outcome, Segmented)
    return {name: value for name, value in outcome.row.items() if name != "seconds"}, outcome.files


def numbered(count: int):
    for number in range(count):
        yield Picture(Path(f"{number}.png"), 0, f"{number}.png", str(number))


def test_answers_are_the_same_for_any_number_of_workers_and_in_any_order(model, pictures):
    segmenter = Segmenter.open(model, "cpu")
    wanted = {picture: comparable(segment_picture(segmenter, picture, OUTPUTS, FOLDER)) for picture in pictures}
    assert len({files for _, files in wanted.values()}) == len(pictures)  # six different masks
    for workers, order in ((1, pictures), (2, pictures[::-1]), (3, pictures[3:] + pictures[:3])):
        with opened(model, workers) as engine:
            found = {picture: comparable(outcome) for picture, outcome in engine.outcomes(order)}
        assert found == wanted


def test_a_bad_file_is_a_problem_and_the_others_go_on(model, pictures):
    pictures[2].path.write_bytes(b"no picture")
    with opened(model, 2) as engine:
        outcomes = dict(engine.outcomes(pictures))
    assert [picture for picture in pictures if isinstance(outcomes[picture], Problem)] == [pictures[2]]
    assert "not an image" in outcomes[pictures[2]].sentence
    assert len(outcomes) == 6


def test_few_pictures_are_taken_before_they_are_needed(model, monkeypatch):
    taken = []
    monkeypatch.setattr(local_engine, "try_picture", lambda *_: Problem("quick"))

    def coming():
        for picture in numbered(200):
            taken.append(picture)
            yield picture

    with opened(model, 2) as engine:
        for done, _ in enumerate(engine.outcomes(coming()), 1):
            assert len(taken) < done + 2 * local_engine._AHEAD
    assert len(taken) == 200


def test_few_results_are_held_at_once(model, monkeypatch):
    lock, alive, most = threading.Lock(), [0], [0]

    class Result(Problem):
        """Counts how many of it there are."""

        def __init__(self) -> None:
            super().__init__("counted")
            with lock:
                alive[0] += 1
                most[0] = max(most[0], alive[0])

        def __del__(self) -> None:
            with lock:
                alive[0] -= 1

    monkeypatch.setattr(local_engine, "try_picture", lambda *_: Result())
    with opened(model, 3) as engine:
        assert sum(1 for _ in engine.outcomes(numbered(300))) == 300
    assert 1 <= most[0] <= 3 * local_engine._AHEAD + 1  # those held, and the one that is looked at
    assert alive[0] == 0


def test_a_bug_in_a_worker_is_raised_where_the_run_sees_it(model, monkeypatch):
    def broken(_, picture, *__):
        if picture.name == "3":
            raise AssertionError("a bug")
        return Problem("fine")

    monkeypatch.setattr(local_engine, "try_picture", broken)
    with opened(model, 2) as engine, pytest.raises(AssertionError, match="a bug"):
        list(engine.outcomes(numbered(10)))


def test_stopping_leaves_no_thread_and_starts_nothing_more(model, monkeypatch):
    started, go = [], threading.Event()

    def slow(_, picture, *__):
        started.append(picture)
        if len(started) > 1:
            assert go.wait(30)
        return Problem("slow")

    monkeypatch.setattr(local_engine, "try_picture", slow)
    with opened(model, 1) as engine:
        outcomes = engine.outcomes(numbered(1000))
        next(outcomes)
        outcomes.close()
        go.set()
    assert len(started) <= 2  # the first, and what was in hand
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("segment")]
    engine.close()  # a second time


def test_it_goes_on_after_it_was_asked_once(model, pictures):
    with opened(model, 2) as engine:
        first = dict(engine.outcomes(pictures[:3]))
        second = dict(engine.outcomes(pictures[3:]))
    assert set(first | second) == set(pictures)


def test_the_machine_has_as_many_cores_after_a_run_as_before(model, pictures):
    from unet_desktop.engine.device.device import choose

    before = choose("cpu").threads
    with opened(model, 4) as engine:
        list(engine.outcomes(pictures[:2]))
        assert choose("cpu").threads == before
    assert choose("cpu").threads == before


def test_large_pictures_are_worked_on_one_at_a_time(model, monkeypatch):
    lock, at_once, most = threading.Lock(), [0], [0]

    def counted(*_):
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        threading.Event().wait(0.002)  # long enough for others to come in
        with lock:
            at_once[0] -= 1
        return Problem("counted")

    monkeypatch.setattr(local_engine, "try_picture", counted)
    monkeypatch.setattr(local_engine, "read_size", lambda _: (10_000, 10_000))
    with opened(model, 3) as engine:
        assert sum(1 for _ in engine.outcomes(numbered(30))) == 30
    assert most[0] == 1
