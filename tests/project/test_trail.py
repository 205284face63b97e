"""The trail: it only grows, and whoever changes it is found out."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from unet_desktop import person
from unet_desktop.errors import ProjectError, WriteError
from unet_desktop.project.layout import Layout
from unet_desktop.project.trail import MISSING_NOTED, Act, Event, append, read


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path)


def _write(layout: Layout, count: int = 3) -> list[bytes]:
    for number in range(count):
        append(layout, Event(Act.CHANGED, f"case-{number}", mask="ab" * 32, detail='a "quoted", détail\n'))
    return layout.trail.read_bytes().splitlines()


def test_each_line_carries_the_digest_of_the_one_before(layout: Layout) -> None:
    first, second, third = _write(layout)
    assert json.loads(first)["previous"] == ""
    assert json.loads(second)["previous"] == hashlib.sha256(first).hexdigest()
    assert json.loads(third)["previous"] == hashlib.sha256(second).hexdigest()
    found = read(layout)
    assert [entry.number for entry in found.entries] == [1, 2, 3]
    assert found.entries[0].detail == 'a "quoted", détail\n'
    assert not found.problems


def test_a_project_without_one(layout: Layout) -> None:
    assert read(layout).entries == []


@pytest.mark.parametrize("line", [0, 1, 2])
def test_every_changed_byte_is_found(layout: Layout, line: int) -> None:
    lines = _write(layout)
    for at in range(0, len(lines[line]), 7):
        changed = bytearray(lines[line])
        changed[at] ^= 1
        layout.trail.write_bytes(b"\n".join([*lines[:line], bytes(changed), *lines[line + 1 :]]) + b"\n")
        assert read(layout).problems, (line, at)


@pytest.mark.parametrize("line", [0, 1])
def test_a_line_that_is_gone_or_put_in_twice_is_found(layout: Layout, line: int) -> None:
    lines = _write(layout)
    layout.trail.write_bytes(b"\n".join([*lines[:line], *lines[line + 1 :]]) + b"\n")
    assert read(layout).problems
    layout.trail.write_bytes(b"\n".join([*lines[: line + 1], *lines[line:]]) + b"\n")
    assert read(layout).problems


def test_a_torn_last_line_is_closed_off_wherever_the_kill_came(layout: Layout) -> None:
    _write(layout, 2)
    noted_end = layout.trail_end.read_bytes()
    _write(layout, 1)
    whole = layout.trail.read_bytes()
    start = whole[:-1].rindex(b"\n") + 1
    for end in range(start + 1, len(whole)):
        layout.trail.write_bytes(whole[:end])
        layout.trail_end.write_bytes(noted_end)
        before = read(layout)
        complete = end == len(whole) - 1  # only the line break is missing
        assert not before.problems
        assert (before.unfinished, len(before.entries)) == ((False, 3) if complete else (True, 2))
        append(layout, Event(Act.FLAGGED, "x"))
        after = read(layout)
        assert layout.trail.read_bytes().startswith(whole[:end])  # it only grows
        assert not after.problems
        assert after.torn == (not complete)
        assert [entry.number for entry in after.entries] == list(range(1, 5 if complete else 4))
        append(layout, Event(Act.UNFLAGGED, "x"))
        assert not read(layout).problems


def test_a_torn_line_that_was_changed_later_is_found(layout: Layout) -> None:
    _write(layout)
    layout.trail.write_bytes(layout.trail.read_bytes()[:-20])
    append(layout, Event(Act.FLAGGED, "x"))
    layout.trail.write_bytes(layout.trail.read_bytes().replace(b"case-2", b"case-7"))
    assert read(layout).problems


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_it_is_never_written_through_a_link(layout: Layout, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text("precious")
    layout.trail.symlink_to(elsewhere)
    with pytest.raises(WriteError, match=r"trail\.jsonl"):
        append(layout, Event(Act.FLAGGED, "x"))
    assert elsewhere.read_text() == "precious"
    layout.trail.unlink()
    os.mkfifo(layout.trail)
    with pytest.raises(WriteError, match=r"trail\.jsonl"):
        append(layout, Event(Act.FLAGGED, "x"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_reading_a_pipe_does_not_wait(layout: Layout) -> None:
    os.mkfifo(layout.trail)
    with pytest.raises(ProjectError, match=r"trail\.jsonl cannot be read"):
        read(layout)


def test_a_line_without_end_hides_nothing_after_it(layout: Layout) -> None:
    _write(layout)
    with layout.trail.open("ab") as file:
        file.write(b'{"number": 4, "x": "' + b"x" * (1 << 20) + b'"}\n')
    assert len(read(layout).problems) == 1
    append(layout, Event(Act.FLAGGED, "late"))
    found = read(layout)
    assert found.entries[-1].case == "late"
    assert "Line 4" in found.problems[0]


@pytest.mark.parametrize("left", [0, 1, 2])
def test_an_end_that_was_cut_off_is_noticed_and_stays_noted(layout: Layout, left: int) -> None:
    lines = _write(layout, 4)
    layout.trail.write_bytes(b"".join(line + b"\n" for line in lines[:left]))
    (problem,) = read(layout).problems
    assert f"{4 - left} lines are missing" in problem
    append(layout, Event(Act.FLAGGED, "case-1"))  # the end is known again, and the gap stays
    (problem,) = read(layout).problems
    assert f"Before line {left + 1} of the trail, {4 - left} lines are missing" in problem
    append(layout, Event(Act.NOTICED, detail=MISSING_NOTED))
    assert not read(layout).problems


def test_a_trail_of_another_making_is_noticed(layout: Layout, tmp_path: Path) -> None:
    _write(layout, 2)
    other = Layout(tmp_path / "other")
    other.root.mkdir()
    _write(other, 3)
    layout.trail.write_bytes(other.trail.read_bytes())
    assert read(layout).problems == ["Line 2 of the trail is not the one that was written: it was replaced."]


@pytest.mark.parametrize("content", [b"", b"{", b'{"number": -1, "digest": ""}', b'{"number": 1, "digest": "x"'])
def test_without_the_note_of_its_end_a_trail_is_read(layout: Layout, content: bytes) -> None:
    _write(layout)
    layout.trail_end.write_bytes(content)
    assert not read(layout).problems
    layout.trail_end.unlink()
    assert not read(layout).problems


def test_programs_that_do_not_note_the_end_may_append(layout: Layout) -> None:
    _write(layout, 2)
    older = layout.trail_end.read_bytes()
    append(layout, Event(Act.FLAGGED, "case-1"))
    layout.trail_end.write_bytes(older)
    assert not read(layout).problems


def test_two_programs_at_once(layout: Layout) -> None:
    program = (
        "import sys; from pathlib import Path; from unet_desktop.project.layout import Layout\n"
        "from unet_desktop.project.trail import MISSING_NOTED, Act, Event, append\n"
        "for number in range(40): append(Layout(Path(sys.argv[1])), Event(Act.CHANGED, f'{sys.argv[2]}-{number}'))"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(layout.root), who]) for who in "ab"]
    assert [process.wait() for process in running] == [0, 0]
    found = read(layout)
    assert not found.problems
    assert len({entry.case for entry in found.entries}) == 80


def test_a_full_disk_leaves_what_was_there(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(layout)
    before = layout.trail.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteError, match="No space left"):
        append(layout, Event(Act.FLAGGED, "x"))
    assert layout.trail.read_bytes() == before


def test_who_is_the_name_that_was_given_and_never_the_accounts(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(person.VARIABLE)
    monkeypatch.setenv("USER", "account")
    monkeypatch.setenv("LOGNAME", "account")
    append(layout, Event(Act.FLAGGED, "x"))
    person.keep_name("  Anna\tGrün\x1b[31m ")
    append(layout, Event(Act.FLAGGED, "x"))
    monkeypatch.setenv(person.VARIABLE, "Night job")
    append(layout, Event(Act.FLAGGED, "x"))
    assert [entry.who for entry in read(layout).entries] == ["", "Anna Grün [31m", "Night job"]


def test_lines_of_other_shapes_are_problems_not_errors(layout: Layout) -> None:
    for line in (b"[" * 5000, b'{"number": 1e400}', b"null", b"\xff\xfe", b"{}", b"9" * 5000, b""):
        layout.trail.write_bytes(line + b"\n")
        assert read(layout).problems
        append(layout, Event(Act.FLAGGED, "x"))
        assert read(layout).problems
        layout.trail.unlink()
    layout.trail.write_bytes(b"x" * 300_000)
    assert read(layout).problems
