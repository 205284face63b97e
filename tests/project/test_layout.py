from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unet_desktop.project.layout import CaseIds, Layout, case_id_for


@given(st.lists(st.text(max_size=30), max_size=12))
def test_ids_are_unique_whatever_the_files_are_called(names):
    taken: set[str] = set()
    for name in names:
        case_id = case_id_for(name, taken)
        assert case_id.casefold() not in {other.casefold() for other in taken}
        taken.add(case_id)
    assert len(taken) == len(names)


@given(st.text(max_size=200))
def test_an_id_stays_in_its_folder(name):
    layout = Layout(Path("/projects/eyes"))
    case_id = case_id_for(name, set())
    for path, folder in (
        (layout.mask(case_id), layout.masks),
        (layout.record(case_id), layout.cases),
        (layout.prediction(case_id), layout.predictions),
        (layout.thumbnail(case_id), layout.thumbnails),
    ):
        assert path.parent == folder
        assert not path.name.startswith(".")


@given(st.text(max_size=300), st.sets(st.text(max_size=5), max_size=3))
def test_an_id_fits_into_a_file_name_with_room_for_a_temporary(name, taken):
    case_id = case_id_for(name, taken)
    assert 0 < len(f"{case_id}.json".encode()) <= 255


@pytest.mark.parametrize(
    ("name", "case_id"),
    [
        ("photo.jpg", "photo"),
        ("eye 12 (left).png", "eye_12_left"),
        ("../../etc/passwd", "passwd"),
        ("..", "image"),
        (".hidden", "hidden"),
        ("___.png", "image"),
        ("眼底.tif", "眼底"),
        ("a.b.c.jpg", "a.b.c"),
        ("x" * 200 + ".jpg", "x" * 80),
        ("\N{CJK UNIFIED IDEOGRAPH-20000}" * 90 + ".jpg", "\N{CJK UNIFIED IDEOGRAPH-20000}" * 50),
        ("e\N{COMBINING ACUTE ACCENT}.png", "é"),
    ],
)
def test_ids_of_known_names(name, case_id):
    assert case_id_for(name, set()) == case_id


@pytest.mark.parametrize("name", ["CON.png", "nul.jpg", "com1.tif", "LPT9.jpeg", "aux.b.png"])
def test_windows_devices_are_no_ids(name):
    case_id = case_id_for(name, set())
    assert case_id.split(".")[0].casefold() not in {"con", "nul", "com1", "lpt9", "aux"}


def test_a_taken_id_gets_a_number_whatever_its_case():
    assert case_id_for("Photo.jpg", {"photo"}) == "Photo-2"
    assert case_id_for("photo.jpg", {"PHOTO", "photo-2", "photo-3"}) == "photo-4"


@given(st.lists(st.sampled_from(["a.png", "A.jpg", "a-2.png", "b.png", "a-3.png", "ß.png", "SS.png"]), max_size=25))
def test_ids_of_many_files_are_those_of_one_after_the_other(names):
    ids, taken = CaseIds({"B"}), {"B"}
    for name in names:
        case_id = ids.find(name)
        assert case_id == case_id_for(name, taken)
        ids.add(case_id)
        taken.add(case_id)


class CountingSet(set):
    """Counts how often it is asked."""

    asked = 0

    def __contains__(self, item):
        self.asked += 1
        return super().__contains__(item)


def test_the_thousandth_file_of_a_name_takes_no_longer_than_the_second():
    ids = CaseIds(f"case {number}" for number in range(1000))
    ids._taken = CountingSet(ids._taken)
    for number in range(1, 1001):
        before, case_id = ids._taken.asked, ids.find("image.jpg")
        assert case_id == ("image" if number == 1 else f"image-{number}")
        assert ids._taken.asked <= before + 3
        ids.add(case_id)


def test_every_path_lies_in_the_project(tmp_path):
    layout = Layout(tmp_path)
    paths = [layout.manifest, layout.trail, layout.split, layout.model("m"), layout.run("r"), *layout.folders]
    assert all(tmp_path in path.parents for path in paths)
    assert len(set(paths)) == len(paths)
    assert layout.model("m").suffix == ".safetensors"
    assert layout.prediction_record("a") == layout.predictions / "a.json"
