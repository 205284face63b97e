"""Pictures, masks, and which belongs to which, by names; content is asked only where the names are the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from unet_desktop.errors import ImageError, MaskError
from unet_desktop.labels import DISC_AND_CUP, LabelSet
from unet_desktop.masks.pairs import Pairs, find_masks_among, find_pairs, list_annotations


@pytest.fixture
def place(tmp_path, write_picture):
    """Function of names to a folder: names with "mask", "seg" or "drawn" in them hold a mask, others a photograph."""

    def make(*names):
        for seed, name in enumerate(names, 1):
            path = tmp_path / name
            if any(word in name.casefold() for word in ("mask", "seg", "drawn")):
                path.parent.mkdir(parents=True, exist_ok=True)
                Pillow.fromarray(np.eye(96, dtype=np.uint8) * 255).save(path)
            else:
                write_picture(path, seed)
        return tmp_path

    return make


def sorted_out(folder, source, masks=None, recursive=False):
    """Pictures to their masks, and the masks beside them, by their paths in the folder."""
    pairs = find_pairs(folder / source, None if masks is None else folder / masks, DISC_AND_CUP, recursive=recursive)

    def short(path):
        return None if path is None else path.relative_to(folder).as_posix()

    def mask_of(picture):
        files = pairs.masks_of(picture)
        assert len(files) <= 1
        return short(files[0].path) if files else None

    return {short(path): mask_of(path) for path in pairs.pictures}, [short(path) for path in pairs.stray_masks]


@pytest.mark.parametrize("name", ["x_mask.png", "x-mask.png", "X_SEG.tif", "x_segmentation.png", "x.mask.bmp"])
def test_a_mask_beside_its_picture_is_known_by_its_name(place, name):
    folder = place("x.jpg", "y.jpg", name)
    assert sorted_out(folder, "") == ({"x.jpg": None, "y.jpg": None}, [name])
    assert sorted_out(folder, "", "") == ({"x.jpg": name, "y.jpg": None}, [])


def test_names_of_masks_without_a_picture_are_pictures(place):
    folder = place("lung_mask.png", "seg.png", "xmask.png", "x.jpg")
    assert find_masks_among(folder.iterdir()) == set()
    assert sorted_out(folder, "")[0].keys() == {"lung_mask.png", "seg.png", "xmask.png", "x.jpg"}


def test_of_two_files_of_one_name_the_content_says_which_is_the_mask(place):
    folder = place("x.jpg", "y.jpg", "y.tif")
    Pillow.fromarray(np.eye(96, dtype=np.uint8)).save(folder / "x.png")
    assert sorted_out(folder, "", "") == ({"x.jpg": "x.png", "y.jpg": None, "y.tif": None}, [])
    assert sorted_out(folder, "") == ({"x.jpg": None, "x.png": None, "y.jpg": None, "y.tif": None}, [])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("images/x.jpg", "masks/x.png"), {"images/x.jpg": "masks/x.png"}),
        (("v1/images/x.jpg", "v1/masks/x.png", "v2/images/x.jpg"),
         {"v1/images/x.jpg": "v1/masks/x.png", "v2/images/x.jpg": None}),
        (("x.jpg", "drawn/x_disc.png"), {"x.jpg": None, "drawn/x_disc.png": None}),
    ],
)  # fmt: skip
def test_one_folder_that_holds_both_in_sub_folders(place, names, expected):
    assert sorted_out(place(*names), "", "", recursive=True)[0] == expected


def test_files_of_labels_beside_their_picture_are_its_mask(place):
    folder = place("x.jpg", "y.jpg", "y_disc.jpg")
    for name in ("x_disc.png", "x_cup.png"):
        Pillow.fromarray(np.eye(96, dtype=np.uint8)).save(folder / name)
    pairs = find_pairs(folder, folder, DISC_AND_CUP)
    assert {path.name for path in pairs.pictures} == {"x.jpg", "y.jpg", "y_disc.jpg"}  # it holds a photograph
    files = pairs.masks_of(folder / "x.jpg")
    assert [(file.path.name, file.label.name) for file in files] == [
        ("x_cup.png", "optic cup"),
        ("x_disc.png", "optic disc"),
    ]


def test_where_both_could_be_masks_both_stay_pictures(place):
    folder = place("drawn.png", "drawn.bmp")
    assert sorted_out(folder, "", "")[0] == {"drawn.bmp": None, "drawn.png": None}


def test_a_mask_belongs_to_the_longest_name_that_it_goes_on_after(place):
    folder = place("eye.jpg", "eye_2.jpg", "eye_2_mask.png", "eye_mask.png")
    assert sorted_out(folder, "", "")[0] == {"eye.jpg": "eye_mask.png", "eye_2.jpg": "eye_2_mask.png"}


def test_the_same_names_in_other_folders_do_not_meet(place):
    folder = place("p1/x.jpg", "p1/x_mask.png", "p2/x.jpg", "p2/x_seg.png", "p3/x.jpg")
    pictures, _ = sorted_out(folder, "", "", recursive=True)
    assert pictures == {"p1/x.jpg": "p1/x_mask.png", "p2/x.jpg": "p2/x_seg.png", "p3/x.jpg": None}


def test_a_folder_of_masks_inside_that_of_the_pictures_holds_no_pictures(place):
    folder = place("in/x.jpg", "in/masks/x.png", "in/masks/y.png")
    assert sorted_out(folder, "in", "in/masks", recursive=True) == ({"in/x.jpg": "in/masks/x.png"}, [])


def test_pictures_that_lie_with_the_masks_are_not_lost(place):
    folder = place("in/x.jpg", "in/more/y.jpg", "in/more/y_mask.png")
    pictures, _ = sorted_out(folder, "in", "in/more", recursive=True)
    assert pictures == {"in/x.jpg": None, "in/more/y.jpg": "in/more/y_mask.png"}


def test_the_folder_of_masks_may_hold_that_of_the_pictures(place):
    folder = place("images/x.jpg", "masks/x.png")
    assert sorted_out(folder, "images", "") == ({"images/x.jpg": "masks/x.png"}, [])


def test_masks_beside_the_pictures_are_no_cases_when_others_are_asked_for(place):
    folder = place("in/x.jpg", "in/x_mask.png", "masks/x.png")
    assert sorted_out(folder, "in", "masks") == ({"in/x.jpg": "masks/x.png"}, ["in/x_mask.png"])


def test_one_picture_with_the_folder_that_it_lies_in(place):
    folder = place("x.jpg", "x_mask.png", "y.jpg")
    assert sorted_out(folder, "x.jpg", "") == ({"x.jpg": "x_mask.png"}, [])


def test_several_masks_of_one_picture_are_named(place):
    folder = place("x.jpg", "x_mask.png", "x_seg.png")
    with pytest.raises(MaskError, match=r"x\.jpg has several masks"):
        sorted_out(folder, "", "")


def paired(folder: Path, *, loose: bool = False, labels: LabelSet = DISC_AND_CUP) -> tuple[dict[str, object], Pairs]:
    """Pictures in `images` to the names of their masks in `masks`, with the label if there is one, or the problem."""
    pairs = find_pairs(folder / "images", folder / "masks", labels, recursive=True, loose=loose)
    found: dict[str, object] = {}
    for picture in pairs.pictures:
        try:
            files = pairs.masks_of(picture)
        except MaskError as error:
            found[picture.relative_to(folder / "images").as_posix()] = str(error)
            continue
        names = [
            file.path.relative_to(folder / "masks").as_posix() + (f" ({file.label.name})" if file.label else "")
            for file in files
        ]
        found[picture.relative_to(folder / "images").as_posix()] = " + ".join(names) or None
    return found, pairs


@pytest.fixture
def lay(tmp_path):
    """Function of names of pictures and of masks to their folder; nothing looks into these files."""

    def make(pictures: str, masks: str) -> Path:
        for part, names in (("images", pictures), ("masks", masks)):
            for name in names.split(","):
                path = tmp_path / part / name.strip()
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"")
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("pictures", "masks", "expected"),
    [
        ("a.jpg", "a.png", {"a.jpg": "a.png"}),
        ("a.jpg, a.png", "a.jpg.png, a.png.png", {"a.jpg": "a.jpg.png", "a.png": "a.png.png"}),
        ("a.jpg, a.png", "a_jpg.png, a_png.png", {"a.jpg": "a_jpg.png", "a.png": "a_png.png"}),
        ("a.jpg, a_jpg.tif", "a_jpg.png", {"a.jpg": None, "a_jpg.tif": "a_jpg.png"}),
        ("x_0000.png", "x.png", {"x_0000.png": "x.png"}),
        ("x_0000.png, x.png", "x.png", {"x_0000.png": None, "x.png": "x.png"}),
        ("a.jpg", "a_masks.png", {"a.jpg": "a_masks.png"}),
        ("a.jpg", "a_cp_masks.png", {"a.jpg": "a_cp_masks.png"}),
        ("a.jpg", "a_seg.npy.png", {"a.jpg": None}),
        ("a.jpg", "a-mask.png", {"a.jpg": "a-mask.png"}),
        ("a b.jpg", "a b mask.png", {"a b.jpg": "a b mask.png"}),
        ("a.jpg", "mask_a.png", {"a.jpg": "mask_a.png"}),
        ("a.jpg", "A_SEGMENTATION.TIF", {"a.jpg": "A_SEGMENTATION.TIF"}),
        ("A\u0308.jpg", "\u00e4_mask.png", {"A\u0308.jpg": "\u00e4_mask.png"}),
        ("eye_1.jpg, eye.jpg", "eye_1.png", {"eye_1.jpg": "eye_1.png", "eye.jpg": None}),
        ("v1/OD.jpg, v2/OD.jpg", "v1/OD.png, v2/OD.png", {"v1/OD.jpg": "v1/OD.png", "v2/OD.jpg": "v2/OD.png"}),
        ("v1/OD.jpg, v2/OD.jpg", "v2/OD.png", {"v1/OD.jpg": None, "v2/OD.jpg": "v2/OD.png"}),
        ("v1/img/a.jpg, v2/img/a.jpg", "v1/masks/a.png", {"v1/img/a.jpg": "v1/masks/a.png", "v2/img/a.jpg": None}),
        ("s/v1/a.jpg, s/v2/a.jpg", "v1/a.png, v2/a.png", {"s/v1/a.jpg": "v1/a.png", "s/v2/a.jpg": "v2/a.png"}),
        ("v1/a.jpg", "a.png", {"v1/a.jpg": "a.png"}),
        ("v1/a.jpg", "v2/a.png", {"v1/a.jpg": None}),
        ("a.jpg", "a_disc.png, a_cup.png", {"a.jpg": "a_cup.png (optic cup) + a_disc.png (optic disc)"}),
        ("a.jpg", "a_optic disc.png, a-Cup.png", {"a.jpg": "a-Cup.png (optic cup) + a_optic disc.png (optic disc)"}),
        ("a.jpg", "a_disc_mask.png", {"a.jpg": "a_disc_mask.png (optic disc)"}),
        ("a.jpg", "disc_a.png", {"a.jpg": "disc_a.png (optic disc)"}),
        ("a.jpg", "optic_disc/a.png, cup/a.png", {"a.jpg": "cup/a.png (optic cup) + optic_disc/a.png (optic disc)"}),
        (
            "v1/a.jpg, v2/a.jpg",
            "v1/disc/a.png, v2/disc/a.png",
            {"v1/a.jpg": "v1/disc/a.png (optic disc)", "v2/a.jpg": "v2/disc/a.png (optic disc)"},
        ),
        ("a_disc.jpg", "a_disc.png", {"a_disc.jpg": "a_disc.png"}),
        ("a.jpg", "a_discs.png, a_cups.png", {"a.jpg": "a_cups.png (optic cup) + a_discs.png (optic disc)"}),
        ("a.jpg", "a_opticdisc.png", {"a.jpg": "a_opticdisc.png (optic disc)"}),
        ("a.jpg", "a_OD.png, a_OC.png", {"a.jpg": "a_OC.png (optic cup) + a_OD.png (optic disc)"}),
        ("a.jpg", "OD/a.png, OC/a.png", {"a.jpg": "OC/a.png (optic cup) + OD/a.png (optic disc)"}),
        ("a.jpg", "OC/a.png", {"a.jpg": "OC/a.png (optic cup)"}),
        ("a.jpg", "a.nii.gz", {"a.jpg": "a.nii.gz"}),
        ("OD/a.jpg, OS/a.jpg", "OD/a.png, OS/a.png", {"OD/a.jpg": "OD/a.png", "OS/a.jpg": "OS/a.png"}),
        ("a_OD.jpg", "a_OD.png", {"a_OD.jpg": "a_OD.png"}),
        ("a.jpg", "a_OD.png", {"a.jpg": None}),
        ("a.jpg", "Cup_Masks/a.png", {"a.jpg": "Cup_Masks/a.png (optic cup)"}),
        ("a.jpg", "masks_cup/a.png", {"a.jpg": "masks_cup/a.png (optic cup)"}),
        ("a.jpg", "2. Optic Cup/a.png", {"a.jpg": "2. Optic Cup/a.png (optic cup)"}),
        ("a.jpg", "a/disc.png, a/cup.png", {"a.jpg": "a/cup.png (optic cup) + a/disc.png (optic disc)"}),
        ("P1.jpg", "P1_L-mask.png", {"P1.jpg": None}),
        ("P1.jpg", "P10.png", {"P1.jpg": None}),
        ("a.jpg, b.jpg", "b.png, a.png, c.png", {"a.jpg": "a.png", "b.jpg": "b.png"}),
    ],
)
def test_a_mask_goes_to_its_own_picture_or_to_none(lay, pictures, masks, expected):
    assert paired(lay(pictures, masks))[0] == expected


@pytest.mark.parametrize(
    ("pictures", "masks", "named"),
    [
        ("p1/eye.jpg, p2/eye.jpg", "eye.png", "could belong to p1/eye.jpg or p2/eye.jpg"),
        ("a.jpg, a.png", "a.tif", "could belong to a.jpg or a.png"),
        ("a.jpg", "one/a.png, two/a.png", r"several masks \(one/a.png, two/a.png\)"),
        ("a.jpg", "a_mask.png, a-mask.png", "several masks"),
        ("a.jpg", "a_disc.png, a-disc.png, a_cup.png", "several masks"),
        ("a.jpg", "a.png, a_disc.png, a_cup.png", "several masks"),
    ],
)
def test_ambiguity_is_refused_with_the_folders(lay, pictures, masks, named):
    found, _ = paired(lay(pictures, masks))
    assert all(problem is not None and re.search(named, str(problem)) for problem in found.values())


def test_a_name_that_only_begins_alike_is_listed_and_taken_when_asked_for(lay):
    folder = lay("P1.jpg, P2.jpg", "P1_L.png, P2_seg.png, Q.png")
    found, pairs = paired(folder)
    assert found == {"P1.jpg": None, "P2.jpg": "P2_seg.png"}
    assert [(mask.name, picture.name) for mask, picture in pairs.loose] == [("P1_L.png", "P1.jpg")]
    assert [mask.name for mask in pairs.unused] == ["Q.png"]
    assert paired(folder, loose=True)[0]["P1.jpg"] == "P1_L.png"


def test_a_less_sure_mask_is_not_used_and_listed(lay):
    found, pairs = paired(lay("a.jpg", "a.png, a_seg.png"))
    assert found == {"a.jpg": "a.png"}
    assert [mask.name for mask in pairs.unused] == ["a_seg.png"]


def test_label_studios_masks_find_their_pictures_by_its_export(lay):
    masks = "task-7-annotation-3-by-1-tag-optic disc-0.png, task-7-annotation-3-by-1-tag-optic cup-0.png"
    folder = lay("scan.jpg", masks)
    found, pairs = paired(folder)
    assert found == {"scan.jpg": None}
    assert len(pairs.unused) == 2
    export = [{"id": 7, "data": {"image": "/data/upload/1/1a2b3c4d-scan.jpg"}, "annotations": []}, {"id": 8}, 9]
    (folder / "masks" / "export.json").write_text(json.dumps(export))
    assert str(paired(folder)[0]["scan.jpg"]).count("optic") == 4
    assert list_annotations(folder / "masks") == []  # it was read


MASKS = ["a", "b", "a_mask", "a_b", "p/a", "q/a", "p/a_disc", "disc/a"]
PICTURES = ["a", "b", "p/a", "q/a", "a_b"]


@given(
    st.lists(st.sampled_from(MASKS), unique=True, min_size=1),
    st.lists(st.sampled_from(PICTURES), unique=True, min_size=1),
)
def test_one_mask_never_goes_to_two_pictures(tmp_path_factory, masks, pictures):
    folder = tmp_path_factory.mktemp("pairs")
    for part, names, suffix in (("images", pictures, ".jpg"), ("masks", masks, ".png")):
        for name in names:
            path = folder / part / f"{name}{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
    for loose in (False, True):
        _, pairs = paired(folder, loose=loose)
        given_away = [file.path for files in pairs._masks.values() for file in files]
        assert len(given_away) == len(set(given_away))


def test_a_folder_of_other_files_is_named_by_what_it_holds(lay):
    folder = lay("a.jpg", "a.json, b.json, c.xml")
    with pytest.raises(ImageError, match=r"only files of \.json, \.xml"):
        paired(folder)
