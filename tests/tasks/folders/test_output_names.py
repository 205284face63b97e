"""Names that file systems refuse: shortened, or they fail one picture; never the run."""

from __future__ import annotations

import csv
import errno
import json
import os
from pathlib import Path, PurePosixPath

import pytest
from every_output import EVERYTHING
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop import files
from unet_desktop.errors import WriteError
from unet_desktop.file_names import MAX_NAME_BYTES, SUFFIX_BYTES, fold, limit_name
from unet_desktop.labels import Label, LabelSet
from unet_desktop.tasks.events import ItemDone, RunDone
from unet_desktop.tasks.folders.inputs import unique_names
from unet_desktop.tasks.folders.outputs import OUTPUT_SUFFIXES
from unet_desktop.tasks.folders.region_files import label_folders

LONG = st.text(st.sampled_from("aé漢😀_. "), min_size=1, max_size=300).filter(lambda name: name.strip(". "))


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def rows(path):
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {row["image"]: row for row in csv.DictReader(file)}


def ended(events):
    return next(event for event in events if isinstance(event, RunDone))


@given(LONG, LONG)
def test_a_shortened_name_fits_is_stable_and_tells_names_apart(name, other):
    short = limit_name(name)
    assert short == limit_name(name)
    assert len(os.fsencode(short)) + SUFFIX_BYTES <= MAX_NAME_BYTES
    assert (short == limit_name(other)) == (name == other)
    assert short == name or name.startswith(short.rpartition("~")[0])


def test_room_is_left_for_each_suffix():
    assert max(map(len, OUTPUT_SUFFIXES)) == SUFFIX_BYTES


@given(st.lists(st.tuples(LONG, st.sampled_from([".png", ".jpg", ""]), st.integers(0, 1)), max_size=6, unique=True))
def test_names_fit_and_differ_whatever_they_are(places):
    names = unique_names((PurePosixPath(stem + suffix), page) for stem, suffix, page in places)
    assert len({fold(name) for name in names}) == len(places)
    assert all(len(os.fsencode(name)) + SUFFIX_BYTES <= MAX_NAME_BYTES for name in names)


def test_unicode_forms_are_no_difference():
    assert unique_names([(PurePosixPath("e\u0301.jpg"), 0), (PurePosixPath("\u00e9.png"), 0)]) == [
        "e\u0301_jpg",
        "\u00e9_png",
    ]


def test_no_output_has_the_name_of_a_folder_of_another():
    places = [PurePosixPath(place) for place in ("a.jpg", "a.png/b.jpg", "c.jpg", "c.JSON/d/e.jpg")]
    assert unique_names((place, 0) for place in places) == ["a_jpg", "a.png/b", "c_jpg", "c.JSON/d/e"]


def test_folders_of_labels_fit_and_are_no_devices():
    names = ("漢" * 200, "漢" * 201, "con", "a_b", "a/b", "a:b", "a_b-2")
    folders = label_folders(LabelSet(tuple(Label(value, name, "#000000") for value, name in enumerate(names, 1))))
    assert len({folder.casefold() for folder in folders.values()}) == len(names)
    assert max(len(os.fsencode(folder)) for folder in folders.values()) <= MAX_NAME_BYTES
    assert folders["con"] == "con_"


@pytest.mark.parametrize("workers", [1, 3])
def test_pictures_with_long_names_are_segmented_and_the_table_says_their_masks(
    segment, photographs, write_picture, out, workers
):
    stems = ["x" * 251, "漢" * 83, "é" * 125, "x" * 247]
    for seed, stem in enumerate(stems):
        write_picture(photographs / "long" / f"{stem}.png", seed)
    write_picture(photographs / "long" / f"{'x' * 251}.bmp", 9)
    events = segment(outputs=EVERYTHING, workers=workers)
    assert ended(events) == RunDone(10, 0, 0, 0)
    table = rows(out / "measurements.csv")
    assert len({row["mask"] for row in table.values()}) == 10
    for image, row in table.items():
        assert (out / row["mask"]).is_file()
        is_short = "~" in row["mask"]
        assert is_short == (len(os.fsencode(Path(image).stem)) > 247)
        assert ("shortened" in row["note"]) == is_short
    assert (out / "contours" / "coco.json").is_file()
    again = segment(outputs=EVERYTHING, workers=workers)
    assert ended(again) == RunDone(0, 0, 0, 10)


def test_a_picture_beside_a_folder_of_its_outputs_name_is_segmented(segment, write_picture, tmp_path, out):
    source = tmp_path / "odd"
    for seed, name in enumerate(("a.jpg.png", "s.bmp", "s.png/b.bmp")):
        write_picture(source / name, seed)
    assert ended(segment(sources=(source,), outputs=EVERYTHING)) == RunDone(3, 0, 0, 0)
    assert {row["mask"] for row in rows(out / "measurements.csv").values()} == {
        "masks/a.jpg.png",
        "masks/s_bmp.png",
        "masks/s.png/b.png",
    }


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_in_the_way_of_one_picture_fails_it_alone(segment, out, workers):
    (out / "overlays" / "b.jpg" / "kept").mkdir(parents=True)
    (out / "regions" / "optic_disc").mkdir(parents=True)
    (out / "regions" / "optic_disc" / "sub").write_bytes(b"foreign")
    events = segment(outputs=EVERYTHING, workers=workers)
    assert ended(events) == RunDone(2, 3, 0, 0)
    problems = rows(out / "errors.csv")
    assert list(problems) == ["b.png", "sub/a.png", "sub/d.png"]
    assert "overlays/b.jpg is a folder" in problems["b.png"]["problem"]
    assert (out / "regions" / "optic_disc" / "sub").read_bytes() == b"foreign"
    assert not (out / "masks" / "b.png").exists(), "what was written of a failed picture is not left"
    assert list(rows(out / "measurements.csv")) == ["a.png", "c.png"]
    assert ended(segment(outputs=EVERYTHING)) == RunDone(0, 0, 3, 5)
    (out / "overlays" / "b.jpg" / "kept").rmdir()
    (out / "overlays" / "b.jpg").rmdir()
    (out / "regions" / "optic_disc" / "sub").unlink()
    assert ended(segment(outputs=EVERYTHING, retry_failed=True)) == RunDone(3, 0, 0, 2)


@pytest.mark.parametrize("code", [errno.EINVAL, errno.EILSEQ, errno.ENAMETOOLONG, errno.ENOENT])
def test_a_name_that_the_file_system_refuses_fails_its_picture_alone(segment, out, monkeypatch, code):
    replace = os.replace

    def refuse(source, target):
        if Path(target).name == "b.png":
            raise OSError(code, os.strerror(code))
        replace(source, target)

    monkeypatch.setattr(files.os, "replace", refuse)
    events = segment()
    assert [event.name for event in events if isinstance(event, ItemDone) and event.problem] == ["b.png"]
    assert list(rows(out / "errors.csv")) == ["b.png"]
    assert not list(out.rglob("*.unet-tmp"))


def test_letters_that_the_file_system_cannot_express_fail_their_picture_alone(segment, out, monkeypatch):
    write = files.write_bytes

    def refuse(path, data):
        if path.name == "b.png":
            "\udcff".encode()
        write(path, data)

    monkeypatch.setattr(files, "write_bytes", refuse)
    assert ended(segment()) == RunDone(4, 1, 0, 0)
    assert list(rows(out / "errors.csv")) == ["b.png"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_takes_nothing_still_ends_the_run(segment, monkeypatch, code):
    replace = os.replace

    def refuse(source, target):
        if Path(target).name == "b.png":
            raise OSError(code, os.strerror(code))
        replace(source, target)

    monkeypatch.setattr(files.os, "replace", refuse)
    with pytest.raises(WriteError, match="Finished pictures are kept"):
        segment()


@pytest.mark.skipif(os.name == "nt", reason="a path of 4096 bytes cannot be made there")
def test_a_path_that_is_too_long_fails_its_picture_alone(segment, write_picture, photographs, tmp_path):
    """The folders' names fit, but not all of them together below a deep output folder."""
    out = tmp_path / "/".join(["d" * 200] * 17)
    place = photographs / "/".join(["p" * 200] * 5)
    write_picture(place / "deep.png", 1)
    events = segment(output=out)
    assert ended(events) == RunDone(5, 1, 0, 0)
    (problem,) = rows(out / "errors.csv").values()
    assert "File name too long" in problem["problem"]


def test_a_long_name_in_a_list_is_a_row(segment, photographs, tmp_path, out):
    listed = tmp_path / "list.txt"
    listed.write_text("in/a.png\n" + "b" * 5000 + ".png\n", "utf-8")
    assert ended(segment(sources=(), list_file=listed)) == RunDone(1, 1, 0, 0)
    assert len(rows(out / "errors.csv")) == 1


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_that_are_not_utf_8_are_written_as_they_are(segment, write_picture, photographs, out):
    name = os.fsdecode(b"\xff\xfe")
    write_picture(photographs / "plain.png", 1)
    (photographs / "plain.png").rename(photographs / f"{name}.png")
    assert ended(segment(outputs=EVERYTHING)) == RunDone(6, 0, 0, 0)
    assert (out / "masks" / f"{name}.png").is_file()
    data = json.loads((out / "contours" / "labelme" / f"{name}.json").read_bytes())
    assert Path(out, "contours", "labelme", data["imagePath"]).is_file()
