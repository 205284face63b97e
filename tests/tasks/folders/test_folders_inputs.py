from __future__ import annotations

import io
import os
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from unet_desktop.errors import ImageError
from unet_desktop.tasks.folders.inputs import (
    STANDARD_INPUT,
    InputSelection,
    find_pictures,
    refuse_empty,
    refuse_overlap,
    refuse_results,
    unique_names,
)

PARTS = st.sampled_from(["a", "A", "b", "a_png", "a_page2", "a_png-2"])
PLACES = st.lists(
    st.tuples(
        st.builds(
            lambda folder, stem, suffix: PurePosixPath(folder, stem + suffix),
            st.sampled_from(["", "x"]),
            PARTS,
            st.sampled_from([".png", ".PNG", ".jpg", ""]),
        ),
        st.integers(0, 2),
    ),
    unique=True,
    max_size=20,
)


@pytest.fixture
def files(tmp_path):
    """Function that makes files below a folder and returns the folder."""

    def make(*names, folder="in"):
        for name in names:
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"is not looked into")
        return tmp_path / folder

    return make


def pairs(found):
    return [(picture.relative, picture.name) for picture in found.pictures]


def test_a_folder_is_taken_in_the_order_of_its_names(files):
    found = find_pictures(
        InputSelection((files("eye 10.jpg", "eye 9.jpg", "notes.txt", ".hidden.jpg", "sub/eye 1.jpg"),))
    )
    assert pairs(found) == [("eye 9.jpg", "eye 9"), ("eye 10.jpg", "eye 10")]


def test_sub_folders_are_mirrored(files):
    found = find_pictures(InputSelection((files("b.jpg", "left/b.jpg", "left/deep/c.png"),), recursive=True))
    assert pairs(found) == [("b.jpg", "b"), ("left/b.jpg", "left/b"), ("left/deep/c.png", "left/deep/c")]


def test_patterns_are_of_names_or_places_and_know_no_case(files):
    folder = files("1_OD.JPG", "1_OS.jpg", "small/2_od.jpg", "small/2_os.jpg")
    chosen = InputSelection((folder,), recursive=True, include=("*_od.jpg",), exclude=("small/*",))
    assert pairs(find_pictures(chosen)) == [("1_OD.JPG", "1_OD")]


def test_a_file_that_is_named_is_taken_whatever_the_patterns(files):
    folder = files("a.jpg", "b.jpg", "odd.bin")
    chosen = InputSelection((folder / "odd.bin", folder), include=("b*",))
    assert [relative for relative, _ in pairs(find_pictures(chosen))] == ["odd.bin", "b.jpg"]


def test_several_sources_are_named_below_the_folder_they_share(files):
    first, second = files("a.jpg", folder="study/one"), files("a.jpg", folder="study/two/images")
    found = find_pictures(InputSelection((first, second)))
    assert pairs(found) == [("one/a.jpg", "one/a"), ("two/images/a.jpg", "two/images/a")]


def test_what_is_chosen_twice_is_taken_once(files):
    folder = files("a.jpg", "b.jpg")
    assert len(find_pictures(InputSelection((folder / "a.jpg", folder, folder))).pictures) == 2


def test_a_list_is_relative_to_itself_and_may_name_what_is_gone(files):
    folder = files("a.jpg", "sub/b.jpg")
    (folder / "list.txt").write_text("\ufeffsub/b.jpg\n\na.jpg\r\ngone.jpg\n", "utf-8")
    found = find_pictures(InputSelection(list_file=folder / "list.txt"))
    assert [relative for relative, _ in pairs(found)] == ["sub/b.jpg", "a.jpg", "gone.jpg"]


def test_a_list_may_name_folders(files):
    folder = files("a.jpg", "sub/b.jpg", "sub/c.jpg")
    (folder / "list.txt").write_text("sub\n")
    found = find_pictures(InputSelection(list_file=folder / "list.txt", exclude=("c*",)))
    assert pairs(found) == [("b.jpg", "b")]


def test_a_list_may_come_from_the_standard_input(files, monkeypatch):
    monkeypatch.chdir(files("a.jpg"))
    monkeypatch.setattr("sys.stdin", io.StringIO("a.jpg\n"))
    assert pairs(find_pictures(InputSelection(list_file=STANDARD_INPUT))) == [("a.jpg", "a")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"\n \n", "is empty"), (b"\xff\xfe\x00", "not UTF-8"), (b"a\0b.jpg\n", "is not text"), (None, "cannot be read")],
)
def test_a_list_that_is_none_is_a_sentence(tmp_path, content, sentence):
    path = tmp_path / "list.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ImageError, match=sentence):
        find_pictures(InputSelection(list_file=path))


def test_each_page_of_a_tiff_is_a_picture(files):
    folder = files("a.jpg")
    pages = [Image.new("L", (8, 8))] * 3
    pages[0].save(folder / "scan.tif", save_all=True, append_images=pages[1:])
    assert [
        (picture.page, picture.relative, picture.name) for picture in find_pictures(InputSelection((folder,))).pictures
    ] == [
        (0, "a.jpg", "a"),
        (0, "scan.tif", "scan"),
        (1, "scan.tif#2", "scan_page2"),
        (2, "scan.tif#3", "scan_page3"),
    ]


def test_masks_beside_their_pictures_are_left_out(files):
    found = find_pictures(InputSelection((files("a.jpg", "a_mask.png", "b_mask.png"),)))
    assert (pairs(found), found.masks) == ([("a.jpg", "a"), ("b_mask.png", "b_mask")], 1)


def test_nothing_found_says_why(files, tmp_path):
    folder = files("notes.txt", "sub/a.jpg")
    for chosen, sentence in (
        (InputSelection((folder,)), "subfolders"),
        (InputSelection((folder,), include=("x*",)), "patterns"),
    ):
        with pytest.raises(ImageError, match=f"holds no pictures.*{sentence}"):
            refuse_empty(find_pictures(chosen), chosen)
    with pytest.raises(ImageError, match="does not exist"):
        find_pictures(InputSelection((tmp_path / "gone",)))


def test_pictures_and_output_do_not_meet(files, tmp_path):
    folder = files("a.jpg")
    for source, output in ((folder, folder), (folder, folder / "out"), (folder / "a.jpg", folder), (folder, tmp_path)):
        with pytest.raises(ImageError, match="is inside"):
            refuse_overlap(InputSelection((source,)), output)
    refuse_overlap(InputSelection((folder,)), tmp_path / "in2")


def test_a_project_is_no_output(files, tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "project.json").write_text("{}")
    with pytest.raises(ImageError, match="is a project, whose masks would be overwritten"):
        refuse_overlap(InputSelection((files("a.jpg"),)), project)


def test_a_list_names_nothing_of_the_output(files, tmp_path):
    folder = files("a.jpg", "out/masks/a.png", "outer/b.png")
    found = find_pictures(InputSelection((folder,), recursive=True))
    with pytest.raises(ImageError, match=r"a\.png is in the output"):
        refuse_results(found, folder / "out")
    refuse_results(found, folder / "oute")


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_an_output_that_is_a_link_into_the_pictures_is_refused(files, tmp_path):
    folder = files("a.jpg")
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(ImageError, match="is inside"):
        refuse_overlap(InputSelection((folder,)), tmp_path / "link" / "out")


def test_a_name_that_is_the_only_one_has_no_suffix():
    places = [(PurePosixPath(name), 0) for name in ("a.jpg", "a.png", "a_jpg.tif", "b.png")]
    assert unique_names(places) == ["a_jpg-2", "a_png", "a_jpg", "b"]


@given(PLACES, st.sets(st.sampled_from(["a", "a_png", "x/b"])))
def test_names_differ_also_where_case_is_lost(places, taken):
    names = [name.casefold() for name in unique_names(places, taken)]
    assert len(set(names)) == len(places)
    assert not taken & set(names)


@given(PLACES)
def test_names_stay_in_their_folder(places):
    for (where, _), name in zip(places, unique_names(places), strict=True):
        assert PurePosixPath(name).parent == where.parent
        assert ".." not in Path(name).parts
