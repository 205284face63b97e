"""Pictures by name and folder: the same as by looking at each, without looking at each."""

from __future__ import annotations

from pathlib import Path, PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.named_pictures import NamedPictures, Nearness
from unet_desktop.masks.names import picture_names, place_of
from unet_desktop.masks.pairs import find_pairs

ROOT, MASKS = Path("/data/images"), Path("/data/masks")
FOLDERS = st.lists(st.sampled_from(["P1", "P2", "left", "images", "masks"]), max_size=3).map("/".join)
FILES = st.builds(PurePath, FOLDERS, st.sampled_from(["image.jpg", "image.png", "other.png"]))


def nearness_of(picture: Path, mask: Path, relative: PurePath) -> int:
    """By comparing the two."""
    if mask.parent == picture.parent or relative.parent == picture.relative_to(ROOT).parent:
        return 0
    one, other = place_of(relative, DISC_AND_CUP), place_of(picture.relative_to(ROOT), DISC_AND_CUP)
    if one == other:
        return 1
    if not one or not other:
        return 3
    short, long = sorted((one, other), key=len)
    return 2 if long[-len(short) :] == short else 9


@given(st.lists(FILES, max_size=8, unique=True), FILES, st.sampled_from(Nearness), st.booleans())
def test_it_finds_what_a_look_at_each_picture_finds(files, relative, nearness, beside):
    pictures = [ROOT / file for file in files]
    mask = (ROOT if beside else MASKS) / relative
    found = NamedPictures(pictures, ROOT, DISC_AND_CUP).near(
        "image", mask, relative, place_of(relative, DISC_AND_CUP), nearness
    )
    assert found == [
        (form, picture)
        for picture in pictures
        for form, name in enumerate(picture_names(picture))
        if name == "image" and nearness_of(picture, mask, relative) <= nearness
    ]


@pytest.mark.parametrize("count", [200])
def test_a_folder_for_each_picture_does_not_compare_all_with_all(tmp_path, monkeypatch, count):
    for number in range(count):
        for folder in ("images", "masks"):
            path = tmp_path / folder / f"P{number:03d}" / "image.png"
            path.parent.mkdir(parents=True)
            path.touch()
    seen: list[int] = []
    near = NamedPictures.near

    def counting(*arguments):
        found = near(*arguments)
        seen.append(len(found))
        return found

    monkeypatch.setattr(NamedPictures, "near", counting)
    pairs = find_pairs(tmp_path / "images", tmp_path / "masks", DISC_AND_CUP, recursive=True)
    assert all(pairs.masks_of(picture)[0].path.parent.name == picture.parent.name for picture in pairs.pictures)
    assert len(pairs.pictures) == count
    assert sum(seen) == count
