"""Journals: whatever happens between two writes, the steps that were flushed come back, and their history."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop import files
from unet_desktop.errors import ProjectError, WriteError
from unet_desktop.masks.history import History, Step, StepKind
from unet_desktop.masks.patch import Patch, SourcePatch
from unet_desktop.project.journal import (
    Journal,
    JournalHeader,
    MaskWriteStarted,
    MaskWritten,
    checksum_of,
    read_journal,
    stamp_of,
)

SIZE = (24, 30)


class Painter:
    """Edits a mask, keeps its history and the journal, as the editor does."""

    def __init__(self, path, mask=None):
        self.mask = np.zeros(SIZE, np.uint8) if mask is None else mask.copy()
        self.history, self.model = History(), ""
        self.journal = Journal(path, JournalHeader(*SIZE, checksum_of(mask), mask is None, ""))

    def paint(self, top, left, height, width, value, model=None):
        box = np.s_[top : top + height, left : left + width]
        before = self.mask[box].copy()
        after = np.full(before.shape, value, np.uint8)
        patch = Patch(f"Paint {value}", top, left, before, after)
        if model is not None:
            patch = SourcePatch(patch.name, top, left, before, after, self.model, model)
        self.history.push(patch)
        self.take(StepKind.DONE, patch)

    def undo(self):
        self.take(StepKind.UNDONE, self.history.undo())

    def redo(self):
        self.take(StepKind.REDONE, self.history.redo())

    def take(self, kind, patch):
        if patch is None:
            return
        patch.apply(self.mask)
        self.model = getattr(patch, "model", self.model)
        self.journal.add(Step(kind, patch))


MOVES = st.one_of(
    st.tuples(
        st.just("paint"),
        st.integers(0, 20),
        st.integers(0, 26),
        st.integers(1, 4),
        st.integers(1, 4),
        st.sampled_from([0, 1, 2, 255]),
        st.sampled_from([None, "", "f00d", "beef"]),
    ),
    st.just(("undo",)),
    st.just(("redo",)),
    st.just(("fold",)),
)


@given(moves=st.lists(MOVES, max_size=25), began=st.booleans(), torn=st.integers(0, 400), choose=st.integers(0, 99))
def test_any_state_of_the_mask_file_comes_to_the_same_end(tmp_path_factory, moves, began, torn, choose):
    path = tmp_path_factory.getbasetemp() / "any.journal"
    path.unlink(missing_ok=True)
    base = np.ones(SIZE, np.uint8) if began else None
    painter = Painter(path, base)
    written = [(0, base)]  # every state that the mask file had, and the steps in it
    for what, *numbers in moves:
        if what != "fold":
            getattr(painter, what)(*numbers)
        else:
            painter.journal.add(MaskWriteStarted(checksum_of(painter.mask), painter.journal.steps))
            written.append((painter.journal.steps, painter.mask.copy()))
    painter.journal.flush()
    if not moves or not path.exists():
        return
    with path.open("ab") as file:  # a step that was being written when the program was killed
        file.write(os.urandom(torn))
    recording = read_journal(path)
    assert recording.steps == painter.journal.steps
    _, mask = written[choose % len(written)]
    assert recording.steps_in(checksum_of(mask)) is not None
    found = np.zeros(SIZE, np.uint8) if mask is None else mask.copy()
    replayed = recording.replay(found)
    assert np.array_equal(found, painter.mask)
    assert replayed.history.names == painter.history.names
    assert replayed.history.undone_names == painter.history.undone_names
    assert replayed.model == painter.model
    while patch := replayed.history.undo():
        patch.apply(found)
        painter.history.undo().apply(painter.mask)
        assert np.array_equal(found, painter.mask)


@given(cut=st.integers(0, 2000))
def test_a_journal_cut_off_anywhere_gives_an_earlier_state(tmp_path_factory, cut):
    path = tmp_path_factory.getbasetemp() / "cut.journal"
    path.unlink(missing_ok=True)
    painter, states = Painter(path), [np.zeros(SIZE, np.uint8)]
    for number in range(6):
        painter.paint(number, number, 3, 4, 1 + number % 2)
        painter.journal.flush()
        states.append(painter.mask.copy())
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - cut % len(whole)])
    try:
        recording = read_journal(path)
    except ProjectError:
        assert path.stat().st_size < 150  # not even the start is whole; it was written in one piece
        return
    mask = np.zeros(SIZE, np.uint8)
    recording.replay(mask)
    assert np.array_equal(mask, states[recording.steps])
    assert not recording.damaged


def test_a_flipped_byte_in_the_middle_is_noticed(tmp_path):
    painter = Painter(tmp_path / "a.journal")
    lengths = []
    for number in range(4):
        painter.paint(number, 0, 2, 2, 1)
        painter.journal.flush()
        lengths.append(painter.journal.path.stat().st_size)
    data = bytearray(painter.journal.path.read_bytes())
    data[lengths[1] + 20] ^= 1
    painter.journal.path.write_bytes(data)
    recording = read_journal(painter.journal.path)
    assert recording.damaged
    assert recording.steps == 2
    assert recording.length == lengths[1]


def test_what_cannot_be_written_is_written_later_and_once(tmp_path, monkeypatch):
    painter = Painter(tmp_path / "a.journal")
    painter.paint(1, 1, 2, 2, 1)
    painter.journal.flush()
    painter.paint(5, 5, 2, 2, 2)
    real = files.os.fsync

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(WriteError, match="No space left"):
        painter.journal.flush()
    assert not painter.journal.safe
    painter.undo()
    monkeypatch.setattr(files.os, "fsync", real)
    painter.journal.flush()
    assert painter.journal.safe
    recording = read_journal(painter.journal.path)
    mask = np.zeros(SIZE, np.uint8)
    assert recording.steps == 3
    assert recording.replay(mask).history.undone_names == ("Paint 2",)
    assert np.array_equal(mask, painter.mask)


def test_a_journal_that_another_program_shortened_is_not_written_over(tmp_path):
    painter = Painter(tmp_path / "a.journal")
    painter.paint(1, 1, 2, 2, 1)
    painter.journal.flush()
    painter.journal.path.write_bytes(b"")
    painter.paint(5, 5, 2, 2, 2)
    with pytest.raises(WriteError, match="shorter"):
        painter.journal.flush()
    assert not painter.journal.safe


def test_a_restart_forgets_what_the_mask_file_holds(tmp_path, monkeypatch):
    painter = Painter(tmp_path / "a.journal")
    painter.paint(1, 1, 2, 2, 1)
    painter.journal.flush()
    painter.journal.path.unlink()  # so that nothing can be appended
    painter.paint(5, 5, 2, 2, 2)
    with pytest.raises(WriteError):
        painter.journal.flush()
    folded = painter.mask.copy()
    painter.journal.add(MaskWriteStarted(checksum_of(folded), 2))
    painter.journal.restart(checksum_of(folded), 2, painter.model)
    painter.journal.add(MaskWritten((7, 7), 2))
    painter.undo()
    painter.undo()
    painter.redo()
    painter.paint(9, 9, 2, 2, 1)
    painter.journal.flush()
    recording = read_journal(painter.journal.path)
    assert recording.steps == 4
    assert recording.steps_in(checksum_of(folded)) == 0
    assert not recording.is_up_to_date((7, 7))
    assert recording.replay(folded).history.names == ("Paint 1",)
    assert np.array_equal(folded, painter.mask)


def test_one_goes_on_in_a_journal_that_was_read(tmp_path):
    painter = Painter(tmp_path / "a.journal")
    painter.paint(1, 1, 2, 2, 1)
    painter.journal.flush()
    with painter.journal.path.open("ab") as file:
        file.write(b"torn")
    painter.journal = read_journal(painter.journal.path).resume()
    painter.paint(5, 5, 2, 2, 2)
    painter.journal.add(MaskWritten(stamp_of(tmp_path / "gone"), 2))
    painter.journal.flush()
    recording = read_journal(painter.journal.path)
    assert (recording.steps, recording.damaged) == (2, False)
    assert recording.is_up_to_date(None)
    assert not recording.is_up_to_date((1, 1))


@pytest.mark.parametrize("content", [b"", b"no journal at all", b"unet-desktop journal 1\n"])
def test_no_journal(tmp_path, content):
    assert read_journal(tmp_path / "absent") is None
    (tmp_path / "a.journal").write_bytes(content)
    with pytest.raises(ProjectError, match=r"a\.journal cannot be read"):
        read_journal(tmp_path / "a.journal")


def test_a_step_outside_the_mask_is_refused(tmp_path):
    painter = Painter(tmp_path / "a.journal")
    painter.journal.add(Step(StepKind.DONE, Patch("x", 23, 0, np.zeros((2, 2), np.uint8), np.ones((2, 2), np.uint8))))
    painter.journal.flush()
    with pytest.raises(ProjectError, match="outside"):
        read_journal(painter.journal.path).replay()


def test_adding_waits_for_no_disk(tmp_path, monkeypatch):
    import threading

    painter = Painter(tmp_path / "a.journal")
    entered, leave = threading.Event(), threading.Event()
    real = files.write_bytes

    def slow(path, data, **options):
        entered.set()
        assert leave.wait(10)
        real(path, data, **options)

    monkeypatch.setattr(files, "write_bytes", slow)
    painter.paint(1, 1, 2, 2, 1)
    thread = threading.Thread(target=painter.journal.flush)
    thread.start()
    assert entered.wait(10)
    painter.paint(2, 2, 2, 2, 1)  # it would never end if it waited for the flush
    assert not painter.journal.safe
    leave.set()
    thread.join()
    painter.journal.flush()
    assert painter.journal.safe
