"""What is read ahead is what is on disk, or it is read again; memory stays bounded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from drawings import SIZE, disc_mask, picture
from gestures import drag
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_parts import timer_of

from unet_desktop.errors import ImageError, MaskError
from unet_desktop.gui.session import case_reader
from unet_desktop.gui.session.case_reader import CaseReader
from unet_desktop.gui.session.open_case import read_case
from unet_desktop.gui.window.main_window import MainWindow
from unet_desktop.masks.overlay import write_jpeg
from unet_desktop.project.project import Project
from unet_desktop.project.repair import relocate

BYTES = 3 * SIZE[0] * SIZE[1]
"""Of one picture."""


@pytest.fixture
def project(root: Path) -> Project:
    return Project.open(root)


@pytest.fixture
def reader() -> Iterator[CaseReader]:
    made = CaseReader()
    yield made
    made.shutdown()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the cases that are read from disk, as they are read; with a star where the picture was known."""
    seen: list[str] = []

    def counted(project: Project, case_id: str, **options):
        seen.append(case_id + ("" if options.get("image") is None else "*"))
        return read_case(project, case_id, **options)

    monkeypatch.setattr(case_reader, "read_case", counted)
    return seen


def ahead_of(reader: CaseReader) -> set[str]:
    """Ids of the cases that are read ahead."""
    return {case_id for _, case_id in reader._ahead}


def reader_of(window: MainWindow) -> CaseReader:
    """The reader that only the window's session uses."""
    return window.app.session._reader


def settled(reader: CaseReader) -> None:
    for future in list(reader._ahead.values()):
        future.exception()


def test_what_was_read_ahead_is_not_read_again(reader: CaseReader, project: Project, reads: list[str]) -> None:
    reader.prepare(project, ["c", "d", "c"])
    settled(reader)
    assert reads == ["c", "d"]
    predicted, corrected = reader.read(project, "c"), reader.read(project, "d")
    assert reads == ["c", "d"]
    np.testing.assert_array_equal(predicted.prediction.mask, disc_mask())
    np.testing.assert_array_equal(corrected.mask, disc_mask())
    assert (predicted.mask, corrected.prediction) == (None, None)
    assert np.abs(predicted.image.pixels.astype(int) - picture(2)).mean() < 5


def test_a_mask_is_given_away_once(reader: CaseReader, project: Project, reads: list[str]) -> None:
    reader.prepare(project, ["d"])
    first = reader.read(project, "d")
    first.mask[:] = 1
    second = reader.read(project, "d")
    np.testing.assert_array_equal(second.mask, disc_mask())
    assert reads == ["d", "d*"]
    assert second.image is first.image


def test_a_mask_that_changed_meanwhile_is_read_again(reader: CaseReader, project: Project) -> None:
    reader.prepare(project, ["d", "a"])
    settled(reader)
    project.save_mask("d", disc_mask(20))
    project.save_mask("a", disc_mask(10))
    np.testing.assert_array_equal(reader.read(project, "d").mask, disc_mask(20))
    np.testing.assert_array_equal(reader.read(project, "a").mask, disc_mask(10))


def test_a_picture_that_changed_meanwhile_is_read_again(reader: CaseReader, project: Project) -> None:
    reader.read(project, "a")
    reader.prepare(project, ["a"])
    settled(reader)
    path, before = project.image_path("a"), project.image_path("a").stat()
    write_jpeg(path, picture(7))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    with pytest.raises(ImageError, match="replaced or changed"):
        reader.read(project, "a")
    relocate(project, "a", path)
    assert np.abs(reader.read(project, "a").image.pixels.astype(int) - picture(7)).mean() < 5


def test_a_decision_meanwhile_is_known(reader: CaseReader, project: Project) -> None:
    reader.prepare(project, ["c", "a"])
    settled(reader)
    project.discard_prediction("c")
    project.save_prediction("a", disc_mask(), model="x", confidence=0.5)
    assert reader.read(project, "c").prediction is None
    assert reader.read(project, "a").prediction.model == "x"


def test_what_could_not_be_read_ahead_is_tried_again(reader: CaseReader, project: Project) -> None:
    picture_file, mask = project.image_path("a"), project.layout.mask("d")
    hidden, good = picture_file.rename(picture_file.with_suffix(".hidden")), mask.read_bytes()
    mask.write_bytes(b"damaged")
    reader.prepare(project, ["a", "d"])
    settled(reader)
    with pytest.raises(ImageError, match="does not exist"):
        reader.read(project, "a")
    with pytest.raises(MaskError, match="cannot be read"):
        reader.read(project, "d")
    reader.prepare(project, ["a", "d"])
    settled(reader)
    hidden.rename(picture_file)
    mask.write_bytes(good)
    assert reader.read(project, "a").mask is None
    np.testing.assert_array_equal(reader.read(project, "d").mask, disc_mask())


def test_pictures_are_kept_within_the_budget(project: Project, reads: list[str]) -> None:
    reader = CaseReader(2 * BYTES)
    reader.prepare(project, ["a", "b", "c", "d"])
    settled(reader)
    assert reads == ["a", "b"]
    for case_id in "abcd":
        reader.read(project, case_id)
    assert sum(image.pixels.nbytes for image in reader._pictures._kept.values()) <= 2 * BYTES
    assert not ahead_of(reader)
    reader.shutdown()


def test_at_most_three_are_read_ahead_and_others_are_forgotten(reader: CaseReader, project: Project) -> None:
    reader.prepare(project, ["a", "b", "c", "d"])
    assert ahead_of(reader) == {"a", "b", "c"}
    reader.prepare(project, ["d"])
    assert ahead_of(reader) == {"d"}


def test_what_is_not_begun_is_read_at_once(
    reader: CaseReader, project: Project, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = Event()
    reader._pool.submit(hold.wait)
    reader.prepare(project, ["a"])
    assert reader.read(project, "a").case.id == "a"
    hold.set()
    assert reads == ["a"]


def test_nothing_is_read_after_the_end(project: Project, reads: list[str]) -> None:
    reader = CaseReader()
    reader.shutdown()
    reader.prepare(project, ["a"])
    assert reads == []
    assert reader.read(project, "a").case.id == "a"


def test_the_window_reads_its_neighbours_ahead(opened: MainWindow, qtbot) -> None:
    qtbot.waitUntil(lambda: ahead_of(reader_of(opened)) == {"b"})
    QTest.keyClick(opened.canvas, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: ahead_of(reader_of(opened)) == {"a", "c"})


def test_a_mask_that_was_just_painted_is_never_an_older_one(opened: MainWindow, qtbot) -> None:
    session, editor = opened.app.session, opened.app.editor
    QTest.keyClick(opened.canvas, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: "a" in ahead_of(reader_of(opened)))
    settled(reader_of(opened))
    QTest.keyClick(opened.canvas, Qt.Key.Key_P)
    drag(opened.canvas, [(40, 40), (60, 60)])
    painted = editor.mask.copy()
    for key in (Qt.Key.Key_N, Qt.Key.Key_P):  # faster than anything is read
        QTest.keyClick(opened.canvas, key)
    assert session.case_id == "a"
    np.testing.assert_array_equal(editor.mask, painted)
    QTest.keyClick(opened.canvas, Qt.Key.Key_N)
    opened.app.autosave.flush()
    timer_of(opened.app.read_ahead).timeout.emit()
    settled(reader_of(opened))
    QTest.keyClick(opened.canvas, Qt.Key.Key_P)
    np.testing.assert_array_equal(editor.mask, painted)
