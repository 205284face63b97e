"""A run overwrites nothing but what runs wrote into its output folder before."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from every_output import EVERYTHING

from unet_desktop.__main__ import main
from unet_desktop.engine.events import Message
from unet_desktop.errors import Remedy, UserError, WriteError
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.tasks.events import ItemDone
from unet_desktop.tasks.folders.ledger import NAME, Ledger
from unet_desktop.tasks.folders.output_folder import OutputFolder
from unet_desktop.tasks.folders.outputs import Outputs
from unet_desktop.tasks.folders.run import segment_folder
from unet_desktop.tasks.folders.written_files import RECORD, ForeignFileError, picture_files, summary_files

MINE = b"hours of somebody's work"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def one(segment, photographs) -> Callable[..., list[object]]:
    """Function that segments one picture."""
    return lambda **changes: segment(sources=(photographs / "a.png",), **changes)


def write(path: Path, content: bytes = MINE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def problems(events: list[object]) -> list[str]:
    return [event.problem for event in events if isinstance(event, ItemDone) and event.problem]


def test_the_files_that_are_looked_at_are_those_that_are_written(one, out):
    one(outputs=EVERYTHING)
    written = {*picture_files("a", EVERYTHING, DISC_AND_CUP), *summary_files(EVERYTHING)} - {"errors.csv"}
    assert written | {NAME, RECORD} == tree(out).keys()


@pytest.mark.parametrize("place", sorted({*picture_files("a", EVERYTHING, DISC_AND_CUP), *summary_files(EVERYTHING)}))
def test_somebody_elses_file_is_refused_before_anything_is_written(one, ask, photographs, out, place):
    write(out / place)
    before = tree(out)
    with pytest.raises(ForeignFileError) as refused:
        segment_folder(ask(sources=(photographs / "a.png",), outputs=EVERYTHING))
    assert str(out / place) in str(refused.value)
    assert "was not written by a run into this folder. Nothing was overwritten." in str(refused.value)
    assert refused.value.remedy is Remedy.REPLACE
    assert tree(out) == before


def test_whoever_agrees_has_it_replaced(one, out):
    mask, table = write(out / "masks" / "a.png"), write(out / "measurements.csv")
    assert problems(one(replace=True)) == []
    assert MINE not in (mask.read_bytes(), table.read_bytes())
    assert not list(out.glob("*changed*"))


def test_results_of_another_folder_with_the_same_names_are_refused(segment, photographs, out, tmp_path, write_picture):
    segment(recursive=False)
    before = tree(out)
    other = write_picture(tmp_path / "other" / "a.png", 77).parent
    with pytest.raises(ForeignFileError, match="another picture with the same name"):
        segment(sources=(other,))
    assert tree(out) == before


def test_not_even_a_row_of_the_table_is_replaced(segment, photographs, out, tmp_path, write_picture):
    only_table = Outputs(masks=False)
    segment(sources=(photographs / "a.png",), outputs=only_table)
    with pytest.raises(ForeignFileError, match="another picture with the same name"):
        segment(sources=(write_picture(tmp_path / "other" / "a.png", 77),), outputs=only_table)


def test_a_mask_of_another_picture_whose_suffix_differs_is_refused(one, segment, out, tmp_path, write_picture):
    one()
    other = write_picture(tmp_path / "other" / "a.png", 77).rename(tmp_path / "other" / "a.jpg")
    with pytest.raises(ForeignFileError, match=r"masks/a\.png is the result of another picture, .*in/a\.png"):
        segment(sources=(other,))


def test_pictures_that_moved_are_the_same_pictures(one, segment, photographs, out, tmp_path):
    one()
    photographs.rename(tmp_path / "moved")
    again = segment(sources=(tmp_path / "moved" / "a.png",), outputs=Outputs(overlays=True))
    assert problems(again) == []
    assert (out / "overlays" / "a.jpg").is_file()


@pytest.mark.parametrize("changes", [{"anew": True}, {"outputs": Outputs(overlays=True)}])
def test_a_mask_that_was_changed_since_is_refused(one, out, changes):
    one()
    content = (out / "masks" / "a.png").read_bytes()
    mask = write(out / "masks" / "a.png", content[:-20] + b"x" + content[-19:])  # of the same length
    with pytest.raises(ForeignFileError, match=r"masks/a\.png was changed after the run had written it"):
        one(**changes)
    assert mask.read_bytes() != content


@pytest.mark.parametrize("name", ["measurements.csv", "report.html"])
def test_a_table_or_report_that_was_changed_since_is_refused(one, out, name):
    outputs = Outputs(reports=("html",))
    one(outputs=outputs)
    with (out / name).open("ab") as file:
        file.write(MINE)
    before = tree(out)
    with pytest.raises(ForeignFileError, match="was changed after the run had written it"):
        one(outputs=outputs)
    assert tree(out) == before


def test_a_table_that_is_changed_during_the_run_is_put_aside(segment, ask, out):
    segment(limit=1)
    run = segment_folder(ask())
    for event in run:
        if isinstance(event, ItemDone):
            write(out / "measurements.csv")
            break
    said = [event.text for event in run if isinstance(event, Message)]
    assert any("is kept as measurements.changed-1.csv" in text for text in said)
    assert (out / "measurements.changed-1.csv").read_bytes() == MINE


def test_what_comes_into_the_way_during_the_run_is_a_row(segment, ask, out):
    run = segment_folder(ask(recursive=False))
    for event in run:
        if isinstance(event, ItemDone):
            mask = write(out / "masks" / "c.png")
            break
    assert [str(mask) in text and "It is left as it is" in text for text in problems(list(run))] == [True]
    assert mask.read_bytes() == MINE


def test_errors_of_somebody_else_are_not_deleted(one, out):
    errors = write(out / "errors.csv")
    with pytest.raises(ForeignFileError):
        one()
    assert errors.read_bytes() == MINE


def test_a_ledger_of_somebody_else_is_not_discarded(one, out):
    ledger = write(out / NAME)
    with pytest.raises(UserError, match="is not a list of results"):
        one(anew=True)
    assert ledger.read_bytes() == MINE


def test_results_that_were_discarded_vouch_for_their_files(segment, out):
    """Killed after it had discarded all results, a run resumes without being asked about its own files."""
    segment(recursive=False)
    OutputFolder.take(out, anew=True).close()
    with contextlib.closing(Ledger(out / NAME)) as ledger:
        assert ledger.images() == []
    assert [event.problem for event in segment(recursive=False) if isinstance(event, ItemDone)] == ["", "", ""]
    OutputFolder.take(out, anew=True).close()
    OutputFolder.take(out, anew=True).close()
    assert len((out / NAME).read_text().splitlines()) == 3


def test_a_run_that_was_killed_between_its_files_and_its_ledger_resumes(segment, out):
    """As `SIGKILL` leaves it: the record names the picture that was being written, the ledger does not."""
    segment(recursive=False, limit=1)
    lines = (out / NAME).read_text()
    segment(recursive=False, limit=1)
    entry = json.loads((out / NAME).read_text().splitlines()[-1])
    record = json.loads((out / RECORD).read_text())
    (out / NAME).write_text(lines)
    (out / RECORD).write_text(json.dumps(record | {"writing": entry["digests"]}))
    assert problems(segment(recursive=False)) == []


def test_folders_of_older_programs_resume(segment, out):
    """Their ledgers have no digests, and there is no record; a killed one left a mask without a line."""
    segment(recursive=False)
    lines = [json.loads(line) for line in (out / NAME).read_text().splitlines()]
    old = [{name: value for name, value in line.items() if name != "digests"} for line in lines[:-1]]
    (out / NAME).write_text("".join(json.dumps(line) + "\n" for line in old))
    (out / RECORD).unlink()
    assert problems(segment(recursive=False)) == []
    (out / RECORD).unlink()
    write(out / "measurements.csv")
    with pytest.raises(ForeignFileError):
        segment(recursive=False)


def test_the_terminal_says_what_to_do(photographs, small_model, out, capsys):
    mask = write(out / "masks" / "a.png")
    words = ["segment", str(photographs / "a.png"), "--model", str(small_model), "--out", str(out)]
    assert main(words) == 2
    assert main([*words, "--dry-run"]) == 2
    said = capsys.readouterr().err.replace("\n", " ")
    assert "Or overwrite it with --replace." in said
    assert mask.read_bytes() == MINE
    assert main([*words, "--replace"]) == 0
    assert mask.read_bytes() != MINE


@pytest.mark.parametrize("target", ["nowhere", "measurements.csv"])
def test_a_table_that_is_a_broken_link_is_refused(one, out, target):
    out.mkdir()
    (out / "measurements.csv").symlink_to(target)
    with pytest.raises(ForeignFileError, match=r"measurements\.csv was not written by a run"):
        one()
    assert (out / "measurements.csv").is_symlink()


@pytest.mark.parametrize("place", ["masks", "regions", "contours/geojson"])
@pytest.mark.parametrize("replace", [False, True])
def test_a_file_in_the_place_of_a_folder_is_refused_and_no_row(one, out, place, replace):
    write(out / place)
    with pytest.raises(WriteError, match="is not a folder, but results have to be written"):
        one(outputs=EVERYTHING, replace=replace)
    assert tree(out) == {place: MINE}


@pytest.mark.parametrize("place", [NAME, RECORD, *summary_files(EVERYTHING)])
@pytest.mark.parametrize("replace", [False, True])
def test_a_folder_in_the_place_of_a_run_s_file_is_refused_before_hours_of_work(ask, out, place, replace):
    (out / place).mkdir(parents=True)
    with pytest.raises(WriteError, match="is a folder, but a file of that name has to be written"):
        segment_folder(ask(outputs=EVERYTHING, replace=replace))


def test_a_folder_in_the_place_of_a_picture_s_file_is_one_row(one, out):
    (out / "masks" / "a.png").mkdir(parents=True)
    (problem,) = problems(one())
    assert "masks/a.png is a folder" in problem
    assert "Rename" not in problem


def test_a_folder_that_becomes_a_file_during_a_run_ends_it(one, ask, out):
    one()  # which loads the model once
    shutil.rmtree(out)
    events = segment_folder(ask())
    next(event for event in events if isinstance(event, ItemDone))
    shutil.rmtree(out / "masks")
    write(out / "masks")
    with pytest.raises(WriteError, match="masks is not a folder"):
        list(events)
