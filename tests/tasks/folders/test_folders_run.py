"""Runs that resume, fail, are stopped or overlap, with a real network on small photographs."""

from __future__ import annotations

import contextlib
import csv
import errno
import json
import os
import shutil
from dataclasses import replace

import pytest

from unet_desktop import files, growing_files
from unet_desktop.engine.events import Message
from unet_desktop.errors import CheckpointError, ImageError, UserError, WriteError
from unet_desktop.formats.dicom_seg import NO_DICOM
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import FailedBefore, FileWritten, FinishedBefore, ItemDone, Planned, RunDone
from unet_desktop.tasks.folders import run
from unet_desktop.tasks.folders.ledger import NAME, Entry, GrowingLedger, Ledger
from unet_desktop.tasks.folders.output_folder import LOCK, OutputFolder
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.run import segment_folder
from unet_desktop.tasks.folders.written_files import RECORD

ALL = ["a.png", "b.png", "c.png", "sub/a.png", "sub/d.png"]


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def contents(out):
    """Function that gives what lies in the output folder: place to content, the tables without their seconds."""

    def look(folder=out):
        found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for name in (NAME, RECORD):
            found.pop(name, None)
        for name in [name for name in found if name.startswith("measurements")]:
            found[name] = [{**row, "seconds": ""} for row in csv.DictReader(found[name].decode().splitlines())]
        return found

    return look


def done(events):
    return [event.name for event in events if isinstance(event, ItemDone) and not event.problem]


def failed(events):
    return [event.name for event in events if isinstance(event, ItemDone) and event.problem]


def said(events):
    return " ".join(event.text for event in events if isinstance(event, Message))


def rows(out, name="measurements.csv"):
    return list(csv.DictReader((out / name).read_text().splitlines()))


def stop_after(events, number):
    """Close a run after so many pictures."""
    for event in events:
        number -= isinstance(event, ItemDone)
        if not number:
            events.close()


def test_a_run_mirrors_its_input(segment, out, contents):
    events = segment(outputs=Outputs(overlays=True))
    assert done(events) == ALL
    stems = [name.removesuffix(".png") for name in ALL]
    assert set(contents()) == {f"masks/{stem}.png" for stem in stems} | {f"overlays/{stem}.jpg" for stem in stems} | {
        "measurements.csv"
    }
    assert [row["image"] for row in rows(out)] == ALL
    assert all((out / row["mask"]).is_file() for row in rows(out))
    assert [event.what for event in events if isinstance(event, FileWritten)] == ["masks", "overlays", "table"]
    assert events[-1] == RunDone(5, 0, failed_before=0, skipped=0)


def test_a_second_run_does_nothing_and_leaves_everything(segment, contents, out):
    segment()
    before, ledger = contents(), (out / NAME).read_bytes()
    times = {path: path.stat().st_mtime_ns for path in (out / "masks").rglob("*.png")}
    events = segment()
    assert done(events) == []
    assert FinishedBefore(5, 5) in events
    assert contents() == before
    assert (out / NAME).read_bytes() == ledger
    assert {path: path.stat().st_mtime_ns for path in times} == times


@pytest.mark.parametrize("number", [1, 3])
def test_a_stopped_run_goes_on_and_comes_to_the_same(segment, ask, contents, out, tmp_path, number):
    whole = tmp_path / "whole"
    segment(output=whole)
    stop_after(segment_folder(ask()), number)
    assert [row["image"] for row in rows(out)] == ALL[:number]
    assert done(segment()) == ALL[number:]
    assert contents() == contents(whole)


@pytest.mark.parametrize("number", [0, 1, 4])
def test_results_do_not_depend_on_the_order_in_which_they_come(segment, ask, contents, tmp_path, monkeypatch, number):
    class Backwards(run.LocalEngine):
        def outcomes(self, pictures):
            pictures = list(pictures)
            return super().outcomes(pictures[number:][::-1] + pictures[:number])

    whole = tmp_path / "whole"
    segment(output=whole)
    monkeypatch.setattr(
        run, "_engine", lambda request: Backwards(request.model, request.outputs, request.output, workers=1)
    )
    segment()
    assert contents() == contents(whole)


def test_what_changed_is_done_again(segment, photographs, out, write_picture):
    segment()
    write_picture(photographs / "b.png", seed=9)
    (out / "masks" / "c.png").unlink()
    torn = out / "masks" / "sub" / "a.png"
    torn.write_bytes(torn.read_bytes()[:-9])
    assert done(segment()) == ["b.png", "c.png", "sub/a.png"]


def test_a_file_that_was_only_touched_is_finished(segment, photographs):
    segment()
    os.utime(photographs / "a.png", (1, 1))
    assert done(segment()) == []


def test_another_content_under_an_old_name_is_not_taken_for_it(segment, photographs):
    segment()
    a, b, between = (photographs / name for name in ("a.png", "b.png", "x.png"))
    a.rename(between)
    b.rename(a)
    between.rename(b)
    assert done(segment()) == ["a.png", "b.png"]


def test_another_model_does_all_again(segment, out, small_model, tmp_path, monkeypatch):
    segment()
    real = run.read_header
    monkeypatch.setattr(run, "read_header", lambda path: replace(real(path), weights_sha256="f" * 64))
    events = segment()
    assert done(events) == ALL
    assert "5 were segmented by another model" in said(events)


def test_more_outputs_do_all_again_but_other_tables_do_not(segment, out):
    segment()
    assert done(segment(outputs=Outputs(tables=()))) == []
    assert done(segment(outputs=Outputs(overlays=True))) == ALL
    assert (out / "overlays" / "a.jpg").is_file()


def test_anew_does_all_again(segment):
    segment()
    assert done(segment(anew=True)) == ALL


def test_a_limit_leaves_the_rest_for_later(segment, out):
    events = segment(limit=2)
    assert done(events) == ALL[:2]
    assert "3 are left" in said(events)
    assert done(segment(limit=2)) == ALL[2:4]
    assert [row["image"] for row in rows(out)] == ALL[:4]


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(segment, out, photographs, write_picture):
    events = segment(dry_run=True, limit=4)
    assert [event for event in events if isinstance(event, Planned)] == [Planned(name, name != ALL[4]) for name in ALL]
    assert "4 would be segmented now, 1 later" in said(events)
    assert not out.exists()
    segment()
    write_picture(photographs / "b.png", seed=9)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert [event.name for event in segment(dry_run=True) if isinstance(event, Planned) and event.to_do] == ["b.png"]
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_failures_are_rows_and_are_tried_again_when_asked(segment, photographs, out, write_picture):
    (photographs / "bad.jpg").write_bytes(b"no picture")
    events = segment()
    assert (len(done(events)), failed(events)) == (5, ["bad.jpg"])
    assert [row["image"] for row in rows(out, "errors.csv")] == ["bad.jpg"]
    assert "bad.jpg is not an image" in rows(out, "errors.csv")[0]["problem"]
    again = segment()
    assert (done(again), failed(again)) == ([], [])
    assert again[-1] == RunDone(0, 0, failed_before=1, skipped=6)
    assert FailedBefore(1) in again
    assert rows(out, "errors.csv")
    assert failed(segment(retry_failed=True)) == ["bad.jpg"]
    write_picture(photographs / "bad.png").rename(photographs / "bad.jpg")
    assert done(segment()) == ["bad.jpg"]
    assert not (out / "errors.csv").exists()


def test_a_failure_of_a_file_that_is_gone_is_forgotten(segment, photographs, out):
    (photographs / "bad.jpg").write_bytes(b"no picture")
    segment()
    (photographs / "bad.jpg").unlink()
    segment()
    assert not (out / "errors.csv").exists()


def test_a_bug_with_one_picture_is_a_row_and_in_the_log(segment, out, monkeypatch, caplog):
    from unet_desktop.tasks.folders import one_picture

    real = one_picture.segment_picture

    def broken(segmenter, picture, *rest):
        if picture.name == "b":
            raise RuntimeError("a bug")
        return real(segmenter, picture, *rest)

    monkeypatch.setattr(one_picture, "segment_picture", broken)
    assert failed(segment()) == ["b.png"]
    assert "RuntimeError: a bug" in rows(out, "errors.csv")[0]["problem"]
    assert "RuntimeError: a bug" in caplog.text


def test_several_runs_into_one_folder_share_its_table(segment, photographs, out):
    for name in ALL[2::-1]:
        segment(sources=(photographs / name,))
    assert [row["image"] for row in rows(out)] == ["a.png", "c.png", "b.png"]


def test_a_row_whose_mask_belongs_to_another_picture_now_is_left_out(segment, photographs, out):
    segment()
    (photographs / "a.png").rename(photographs / "a.jpg")
    assert done(segment()) == ["a.jpg"]
    assert [row["image"] for row in rows(out)] == ["a.jpg", *ALL[1:]]


def test_two_runs_exclude_each_other(segment, ask, out):
    first = segment_folder(ask())
    for event in first:
        if isinstance(event, ItemDone):
            break
    before = {path: path.read_bytes() for path in out.rglob("*.png")}
    with pytest.raises(WriteError, match=rf"Another run is writing to .*process {os.getpid()}, since"):
        segment(anew=True)
    assert {path: path.read_bytes() for path in out.rglob("*.png")} == before
    first.close()
    assert len(done(segment())) == 4
    assert not (out / LOCK).exists()


def test_a_torn_last_line_is_cut_off_and_done_again(segment, out, contents):
    segment()
    before = contents()
    whole = (out / NAME).read_bytes()
    (out / NAME).write_bytes(whole[:-20])
    assert done(segment()) == ALL[-1:]
    assert contents() == before
    assert all(json.loads(line) for line in (out / NAME).read_text().splitlines())


def test_a_line_that_was_damaged_costs_one_picture(segment, out):
    segment()
    lines = (out / NAME).read_text().splitlines(keepends=True)
    (out / NAME).write_text("".join([lines[0], lines[1].replace("{", "x"), *lines[2:]]))
    assert done(segment()) == ["b.png"]


@pytest.mark.parametrize("notes", ["my own notes\n", "my own notes", '{"images": []}'])
def test_something_else_of_the_ledgers_name_is_left_alone(segment, out, notes):
    out.mkdir()
    (out / NAME).write_text(notes)
    with pytest.raises(WriteError, match="is not a list of results"):
        segment()
    assert (out / NAME).read_text() == notes
    assert not (out / LOCK).exists()


@pytest.mark.parametrize("length", [1, 5, 40])
def test_a_torn_first_line_is_cut_off(segment, out, length):
    segment(limit=1)
    (out / NAME).write_bytes((out / NAME).read_bytes()[:length])
    assert done(segment(limit=1)) == ALL[:1]


def test_what_a_killed_run_left_half_written_is_cleared_away(segment, out):
    strays = [
        out / where / f".{name}.xyz{files.TEMPORARY_SUFFIX}"
        for where, name in (
            ("masks/sub", "a.png"),
            ("dicom_seg", "a.dcm"),
            ("", "measurements.csv"),
            ("", "errors.csv"),
            ("", "report.pdf"),
        )
    ]
    for stray in strays:
        stray.parent.mkdir(parents=True, exist_ok=True)
        stray.write_bytes(b"half")
    segment()
    assert [stray for stray in strays if stray.exists()] == []


def test_that_pictures_are_no_dicom_files_is_said_once_and_not_in_each_row(segment, out):
    pytest.importorskip("highdicom")
    events = segment(outputs=Outputs(dicom_seg=True))
    assert [event.text for event in events if isinstance(event, Message)] == [NO_DICOM]
    assert {row["note"] for row in rows(out)} == {""}
    assert NO_DICOM not in said(segment(anew=True))


def test_it_is_said_with_the_first_that_is_none(segment, monkeypatch):
    pytest.importorskip("highdicom")
    monkeypatch.setattr(run, "is_dicom", lambda path: path.name != ALL[2].rpartition("/")[2])
    events = segment(outputs=Outputs(dicom_seg=True))
    shown = [
        event.name if isinstance(event, ItemDone) else event.text
        for event in events
        if isinstance(event, ItemDone | Message)
    ]
    assert NO_DICOM in shown
    assert shown[shown.index(NO_DICOM) + 1] == ALL[2]


def test_what_others_write_in_and_below_the_folder_is_left_alone(segment, out):
    Project.create(out / "masks" / "project", DISC_AND_CUP)
    others = [
        out / where / f".{name}.xyz{files.TEMPORARY_SUFFIX}"
        for where, name in (
            ("", "notes.txt"),
            ("project/masks", "a.png"),
            ("other run/masks", "a.png"),
            ("masks/project/masks", "a.png"),
        )
    ]
    for other in others:
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_bytes(b"half")
    segment()
    assert [other for other in others if not other.exists()] == []


def test_a_full_disk_ends_the_run_with_a_sentence_and_keeps_what_is_done(segment, out, contents, tmp_path, monkeypatch):
    whole = tmp_path / "whole"
    segment(output=whole)
    real = files.write_bytes

    def full(path, data, **options):
        if path.name == "c.png":
            raise WriteError(f"{path} could not be written (No space left on device). Check free space.")
        real(path, data, **options)

    with monkeypatch.context() as patch:
        patch.setattr(files, "write_bytes", full)
        with pytest.raises(WriteError, match=r"c\.png could not be written .*Finished pictures are kept"):
            segment()
    assert [row["image"] for row in rows(out)] == ALL[:2]
    assert done(segment()) == ALL[2:]
    assert contents() == contents(whole)


def test_a_ledger_that_cannot_grow_keeps_its_whole_lines(tmp_path, monkeypatch):
    grown = growing_files.AppendOnlyFile(tmp_path / "a", 0)
    grown.append(b"one\n")

    class Full:
        closed = False

        def __init__(self, file):
            self.file = file

        def __getattr__(self, name):
            return getattr(self.file, name)

        def write(self, data):
            self.file.write(data[:2])
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(grown, "_file", Full(grown._file))
    with pytest.raises(WriteError, match="No space left"):
        grown.append(b"two\n")
    monkeypatch.undo()
    assert (tmp_path / "a").read_bytes() == b"one\n"
    assert grown.append(b"three\n") == 4
    grown.close()
    grown.close()
    assert (tmp_path / "a").read_bytes() == b"one\nthree\n"


def test_the_memory_of_a_ledger_holds_places_only(segment, out):
    segment()
    ledger = Ledger(out / NAME)
    assert len(ledger) == 5
    assert [entry.image for entry in ledger.entries(["c.png", "gone", "a.png"])] == ["c.png", "a.png"]
    ledger.close()


def test_nothing_is_written_where_nothing_can_be_done(segment, ask, tmp_path, photographs, out, small_model):
    torn = tmp_path / "torn.safetensors"
    torn.write_bytes(small_model.read_bytes()[:-1000])
    for error, changes in (
        (CheckpointError, {"model": tmp_path / "gone"}),
        (CheckpointError, {"model": photographs / "a.png"}),
        (CheckpointError, {"model": torn}),
        (ImageError, {"sources": (tmp_path / "gone",)}),
        (ImageError, {"include": ("*.jpg",)}),
        (ImageError, {"output": photographs / "out"}),
        (UserError, {"device": "abacus"}),
    ):
        with pytest.raises(error):
            segment(**changes)
        assert not out.exists()
        assert not (photographs / "out").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_the_right_to_write_is_a_sentence(segment, out):
    out.mkdir(mode=0o500)
    with pytest.raises(WriteError):
        segment()


def test_an_output_that_is_a_file_is_a_sentence(segment, out):
    out.write_text("in the way")
    with pytest.raises(WriteError, match="could not be created"):
        segment()
    assert out.read_text() == "in the way"


def test_pages_of_a_tiff_are_rows(segment, photographs, out):
    from PIL import Image

    pages = [Image.open(photographs / name) for name in ALL[:3]]
    pages[0].save(photographs / "scan.tif", save_all=True, append_images=pages[1:])
    (photographs / "sub").rename(photographs / ".sub")
    segment()
    assert [row["image"] for row in rows(out)] == [*ALL[:3], "scan.tif", "scan.tif#2", "scan.tif#3"]
    for name, page in zip("abc", ("scan", "scan_page2", "scan_page3"), strict=True):
        assert (out / "masks" / f"{name}.png").read_bytes() == (out / "masks" / f"{page}.png").read_bytes()
    shutil.rmtree(out / "masks")
    assert len(done(segment())) == 6


def test_an_output_folder_is_free_again_when_it_cannot_be_used(out):
    out.mkdir()
    (out / NAME).mkdir()
    with pytest.raises(WriteError):
        OutputFolder.take(out)
    assert not (out / LOCK).exists()


def test_names_that_are_no_text_are_kept(tmp_path):
    name = "auge\udcff\ud800.jpg"
    with contextlib.closing(GrowingLedger(tmp_path / NAME)) as ledger:
        ledger.add(Entry(image=name, name="x", path=name, model="m", outputs="", problem="unreadable"))
    with contextlib.closing(Ledger(tmp_path / NAME)) as again:
        assert again.images() == [name]
