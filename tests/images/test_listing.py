from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.errors import ImageError
from unet_desktop.images.listing import find_images, list_images, list_others, natural_key
from unet_desktop.images.read import SUFFIXES


def make(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def names_of(found, folder):
    return [path.relative_to(folder).as_posix() for path in found]


def test_pictures_come_in_natural_order(tmp_path):
    make(tmp_path, "photo 10.png", "photo 9.JPG", "Photo 1.tif", "a.webp")
    assert names_of(find_images(tmp_path), tmp_path) == ["a.webp", "Photo 1.tif", "photo 9.JPG", "photo 10.png"]


def test_every_suffix_counts_whatever_its_case(tmp_path):
    make(tmp_path, *(f"a{suffix}" for suffix in SUFFIXES), *(f"b{suffix.upper()}" for suffix in SUFFIXES))
    assert len(find_images(tmp_path)) == 2 * len(SUFFIXES)


def test_other_hidden_and_nested_files_are_passed_over(tmp_path):
    make(tmp_path, "a.png", ".b.png", "c.txt", "d.psd", "png", "sub/e.png", ".hidden/f.png")
    assert names_of(find_images(tmp_path), tmp_path) == ["a.png"]
    assert names_of(find_images(tmp_path, recursive=True), tmp_path) == ["a.png", "sub/e.png"]


def test_a_folder_called_like_a_picture_is_none(tmp_path):
    make(tmp_path, "a.png", "b.png/c.jpg")
    assert names_of(find_images(tmp_path), tmp_path) == ["a.png"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_to_folders_are_not_followed_and_broken_links_are_listed_to_be_reported(tmp_path):
    make(tmp_path, "a.png", "sub/b.png")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "broken.png").symlink_to(tmp_path / "gone.png")
    (tmp_path / "circle.png").symlink_to(tmp_path / "circle.png")
    (tmp_path / "no picture").symlink_to(tmp_path / "gone")
    (tmp_path / "linked.png").symlink_to(tmp_path / "a.png")
    found = names_of(find_images(tmp_path, recursive=True), tmp_path)
    assert found == ["a.png", "broken.png", "circle.png", "linked.png", "sub/b.png"]


def test_an_empty_folder_and_a_missing_one_are_one_sentence(tmp_path):
    with pytest.raises(ImageError, match="holds no pictures"):
        find_images(tmp_path)
    with pytest.raises(ImageError, match="cannot be read"):
        find_images(tmp_path / "gone")
    make(tmp_path, "sub/a.png")
    with pytest.raises(ImageError, match=r"holds no pictures, but its subfolders do: sub\. Choose its subfolder, or"):
        find_images(tmp_path)
    make(tmp_path, *(f"sub{number}/deep/{number}.png" for number in range(2, 6)), "texts/a.txt")
    where = r"sub, sub2/deep, sub3/deep and 2 more\. Choose one of its subfolders, or"
    with pytest.raises(ImageError, match=f"holds no pictures, but its subfolders do: {where}"):
        find_images(tmp_path)


def test_what_is_no_picture_is_told_apart_from_what_may_be_one(tmp_path):
    make(tmp_path, "a.png", "b.heic", "noext", "c.jpeg_large", "notes.txt", "d.JSON", "e.tmp", ".hidden", "sub/f.xyz")
    others, texts = list_others(tmp_path)
    assert names_of(others, tmp_path) == ["b.heic", "c.jpeg_large", "noext"]
    assert names_of(texts, tmp_path) == ["d.JSON", "e.tmp", "notes.txt"]
    assert names_of(list_others(tmp_path, recursive=True)[0], tmp_path)[-1] == "sub/f.xyz"
    assert names_of(list_images(tmp_path, others=True), tmp_path) == ["a.png", "b.heic", "c.jpeg_large", "noext"]


@pytest.mark.parametrize(
    ("first", "second"), [("9", "10"), ("a2b", "a10b"), ("A", "b"), ("a", "B"), ("x", "x1"), ("1a", "a")]
)
def test_natural_order_of_pairs(first, second):
    assert natural_key(first) < natural_key(second)


@given(st.lists(st.text(), max_size=8))
def test_any_names_can_be_sorted(names):
    assert sorted(sorted(names, key=natural_key)) == sorted(names)
