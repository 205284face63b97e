"""Watched folders: new pictures are segmented once they have settled."""

from __future__ import annotations

import csv
import time

import pytest

from unet_desktop.errors import ImageError, UserError
from unet_desktop.tasks.events import ItemDone, RunDone
from unet_desktop.tasks.folders import watch
from unet_desktop.tasks.folders.inputs import STANDARD_INPUT, InputSelection
from unet_desktop.tasks.folders.run import segment_folder
from unet_desktop.tasks.folders.watch import Arrivals


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(watch, "time", clock)
    return clock


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "watched").mkdir()
    return tmp_path / "watched"


def told(arrivals):
    return [(picture.relative, picture.name) for picture in arrivals.poll()]


def test_a_file_is_told_of_once_it_has_settled(folder, clock):
    arrivals = Arrivals(InputSelection((folder,)))
    (folder / "a.jpg").write_bytes(b"half")
    assert told(arrivals) == []
    clock.sleep(watch.SETTLED - 0.1)
    (folder / "a.jpg").write_bytes(b"half and more")
    assert told(arrivals) == []
    clock.sleep(watch.SETTLED - 0.1)
    assert told(arrivals) == []
    clock.sleep(0.2)
    assert told(arrivals) == [("a.jpg", "a")]
    clock.sleep(100)
    assert told(arrivals) == []


def test_a_file_that_changed_is_told_of_again_under_its_name(folder, clock):
    arrivals = Arrivals(InputSelection((folder,)))
    for content in (b"one", b"two, longer"):
        (folder / "a.jpg").write_bytes(content)
        assert told(arrivals) == []
        clock.sleep(watch.SETTLED)
        assert told(arrivals) == [("a.jpg", "a")]


def test_who_comes_later_makes_way_for_who_was_there(folder, clock):
    arrivals = Arrivals(InputSelection((folder,)))
    for name, expected in (("a.jpg", "a"), ("a.png", "a_png"), ("b.png", "b")):
        (folder / name).write_bytes(b"x")
        arrivals.poll()
        clock.sleep(watch.SETTLED)
        assert told(arrivals) == [(name, expected)]


def test_masks_and_what_does_not_fit_are_passed_over(folder, clock):
    arrivals = Arrivals(InputSelection((folder,), exclude=("x*",)))
    for name in ("a.jpg", "a_mask.png", "x.jpg", "notes.txt"):
        (folder / name).write_bytes(b"x")
    arrivals.poll()
    clock.sleep(watch.SETTLED)
    assert told(arrivals) == [("a.jpg", "a")]


def test_a_folder_that_is_away_for_a_while_holds_nothing_new(folder, clock, tmp_path):
    arrivals = Arrivals(InputSelection((folder,)))
    (folder / "a.jpg").write_bytes(b"x")
    arrivals.poll()
    folder.rename(tmp_path / "away")
    clock.sleep(watch.SETTLED)
    assert told(arrivals) == []
    (tmp_path / "away").rename(folder)
    assert told(arrivals) == [("a.jpg", "a")]


def test_only_folders_can_be_watched(folder):
    (folder / "a.jpg").write_bytes(b"x")
    with pytest.raises(UserError, match="Only folders can be watched"):
        Arrivals(InputSelection((folder / "a.jpg",)))


def test_a_list_that_can_be_read_but_once_is_not_watched(folder):
    with pytest.raises(UserError, match="Standard input cannot be watched"):
        Arrivals(InputSelection((folder,), list_file=STANDARD_INPUT))


def test_a_run_segments_what_arrives_and_keeps_its_table_up_to_date(
    ask, segment, photographs, tmp_path, write_picture, monkeypatch
):
    monkeypatch.setattr(watch, "PAUSE", 0.02)
    monkeypatch.setattr(watch, "SETTLED", 0.05)
    out = tmp_path / "out"
    events = segment_folder(ask(watch=True))
    done, until = [], time.monotonic() + 60
    for event in events:
        if isinstance(event, ItemDone):
            done.append(event.name)
        elif len(done) == 5 and not (photographs / "new.png").exists():
            write_picture(photographs / "new.png", seed=8)
        elif len(done) == 6 and (out / "measurements.csv").exists():
            break
        assert time.monotonic() < until
    assert done == ["a.png", "b.png", "c.png", "sub/a.png", "sub/d.png", "new.png"]
    events.close()
    rows = list(csv.DictReader((out / "measurements.csv").read_text().splitlines()))
    assert [row["image"] for row in rows] == ["a.png", "b.png", "c.png", "new.png", "sub/a.png", "sub/d.png"]
    again = segment(watch=True, limit=6, anew=True)
    assert again[-1] == RunDone(6, 0, failed_before=0, skipped=0)


def test_a_watched_folder_may_be_empty_but_must_be_there(ask, tmp_path, folder):
    events = segment_folder(ask(sources=(folder,), watch=True))
    next(events)
    events.close()
    (heading,) = (tmp_path / "out" / "measurements.csv").read_text().splitlines()
    assert heading.startswith("image,")
    with pytest.raises((ImageError, UserError)):
        segment_folder(ask(sources=(tmp_path / "gone",), watch=True))
