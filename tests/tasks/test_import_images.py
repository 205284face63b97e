"""Pictures and foreign masks become cases; what does not fit is reported and left out."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from unet_desktop import files
from unet_desktop.engine.events import Message
from unet_desktop.errors import ImageError, MaskError, ProjectError, Remedy, WriteError
from unet_desktop.images.read import KINDS
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.masks.mask_values import parse_mask_values
from unet_desktop.masks.synthetic import synthetic_fundus
from unet_desktop.project import case_batch
from unet_desktop.project.case import CaseState
from unet_desktop.project.project import Project
from unet_desktop.tasks.events import FileWritten, ItemDone
from unet_desktop.tasks.import_events import LeftWithoutMask, MasksLeftOut
from unet_desktop.tasks.import_images import import_images
from unet_desktop.tasks.import_preview import preview_import
from unet_desktop.tasks.mask_options import MaskOptions


@pytest.fixture
def pictures(tmp_path, write_picture):
    for seed, name in enumerate(("photo 2.png", "photo 10.png", "third.jpg"), 1):
        write_picture(tmp_path / "in" / name, seed)
    return tmp_path / "in"


@pytest.fixture
def masks(tmp_path):
    (tmp_path / "masks").mkdir()
    return tmp_path / "masks"


def draw(path, size=(96, 96), value=255):
    values = np.zeros(size, np.uint8)
    values[10:30, 20:50] = value
    path.parent.mkdir(exist_ok=True)
    Pillow.fromarray(values).save(path)
    return path


def brought_in(project, source, **options):
    """The import's events, and the project as it is found afterwards."""
    told = list(import_images(project.root, source, **options))
    events = [event for event in told if isinstance(event, ItemDone)]
    assert [event.done for event in events] == list(range(1, len(events) + 1))
    assert {event.total for event in events} == {len(events)}
    return events, Project.open(project.root)


def problems(events):
    return {event.name: event.problem for event in events if isinstance(event, ItemDone) and event.problem}


def states(project):
    return {case.id: case.state for case in project.cases()}


def test_a_folder_of_pictures_is_copied_in_natural_order(project, pictures):
    events, after = brought_in(project, pictures)
    assert [event.name for event in events] == ["photo 2.png", "photo 10.png", "third.jpg"]
    assert [case.id for case in after.cases()] == ["photo_2", "photo_10", "third"]
    assert set(states(after).values()) == {CaseState.NEW}
    assert after.image_path("third").read_bytes() == (pictures / "third.jpg").read_bytes()
    assert not any(event.problem or event.note for event in events)


def test_pictures_that_are_referred_to_stay_where_they_are(project, pictures):
    _, after = brought_in(project, pictures, copy=False)
    assert list(after.layout.images.iterdir()) == []
    assert after.image_path("third") == (pictures / "third.jpg").resolve()


def test_one_picture_alone(project, pictures):
    events, after = brought_in(project, pictures / "third.jpg")
    assert [case.id for case in after.cases()] == ["third"]
    assert len(events) == 1


def test_sub_folders_count_only_when_asked_for(project, pictures, write_picture):
    write_picture(pictures / "more" / "fourth.png", 4)
    assert "fourth" not in states(brought_in(project, pictures)[1])
    assert "fourth" in states(brought_in(project, pictures, recursive=True)[1])


def test_what_is_a_case_already_is_passed_over(project, pictures):
    brought_in(project, pictures)
    (pictures / "third.jpg").rename(pictures / "another name.jpg")
    events, after = brought_in(project, pictures)
    assert [event.note for event in events] == ["It is in the project already."] * 3
    assert len(after.cases()) == 3


def test_one_picture_twice_in_a_folder_is_one_case(project, pictures):
    (pictures / "zz.jpg").write_bytes((pictures / "third.jpg").read_bytes())
    events, after = brought_in(project, pictures)
    assert len(after.cases()) == 3
    assert events[-1].note == "It is in the project already."


def test_the_same_name_with_another_suffix_is_another_case(project, pictures, write_picture):
    write_picture(pictures / "third.png", 7)
    _, after = brought_in(project, pictures)
    assert len(after.cases()) == 4
    assert len({case.image for case in after.cases()}) == 4


class TestMasks:
    @pytest.mark.parametrize("name", ["third.png", "THIRD.bmp", "third_seg.tif", "third-mask.png", "third.manual.png"])
    def test_a_mask_belongs_to_the_picture_whose_name_it_bears(self, project, pictures, masks, name):
        draw(masks / name)
        events, after = brought_in(project, pictures, masks=masks)
        assert states(after) == {"photo_2": "new", "photo_10": "new", "third": "corrected"}
        assert np.flatnonzero(after.load_mask("third")).size == 20 * 30
        assert not any(event.problem or event.note for event in events)

    def test_names_that_only_begin_alike_are_no_pair(self, project, pictures, masks):
        draw(masks / "thirdly.png")
        draw(masks / "thir.png")
        assert CaseState.CORRECTED not in states(brought_in(project, pictures, masks=masks)[1]).values()

    def test_another_pictures_mask_is_not_taken(self, project, tmp_path, write_picture, masks):
        for seed, name in enumerate(("eye.png", "eye_2.png"), 1):
            write_picture(tmp_path / "eyes" / name, seed)
        draw(masks / "eye_2.png")
        _, after = brought_in(project, tmp_path / "eyes", masks=masks)
        assert states(after) == {"eye": "new", "eye_2": "corrected"}

    def test_the_exact_name_goes_before_a_longer_one(self, project, pictures, masks):
        draw(masks / "third.png", value=1)
        draw(masks / "third_old.png", value=0)
        _, after = brought_in(project, pictures, masks=masks)
        assert after.load_mask("third").any()

    def test_two_masks_for_one_picture_are_a_problem(self, project, pictures, masks):
        draw(masks / "third_mask.png")
        draw(masks / "third-mask.png")
        events, after = brought_in(project, pictures, masks=masks)
        assert problems(events).keys() == {"third.jpg"}
        assert "third.jpg has several masks" in problems(events)["third.jpg"]
        assert states(after).keys() == {"photo_2", "photo_10"}

    def test_a_mask_of_another_size_keeps_its_picture_out(self, project, pictures, masks):
        draw(masks / "third.png", size=(96, 95))
        events, after = brought_in(project, pictures, masks=masks)
        assert "95 x 96 pixels but its picture third.jpg 96 x 96" in problems(events)["third.jpg"]
        assert states(after).keys() == {"photo_2", "photo_10"}
        assert list(after.layout.masks.iterdir()) == []
        assert not (after.layout.images / "third.jpg").exists()

    @pytest.mark.parametrize("content", [b"", b"no mask at all"])
    def test_a_damaged_mask_keeps_its_picture_out(self, project, pictures, masks, content):
        (masks / "third.png").write_bytes(content)
        events, after = brought_in(project, pictures, masks=masks)
        assert "third.png cannot be read" in problems(events)["third.jpg"]
        assert states(after).keys() == {"photo_2", "photo_10"}

    def test_values_that_are_no_labels_are_asked_before_anything_is_imported(self, project, pictures, masks):
        draw(masks / "third.png", value=77)
        with pytest.raises(MaskError, match="the values 0, 77") as caught:
            list(import_images(project.root, pictures, masks=masks))
        assert caught.value.remedy is Remedy.MASK_VALUES
        assert states(Project.open(project.root)) == {}

    def test_a_mask_can_follow_later(self, project, pictures, masks):
        brought_in(project, pictures)
        draw(masks / "third.png")
        _, after = brought_in(project, pictures, masks=masks)
        assert states(after) == {"photo_2": "new", "photo_10": "new", "third": "corrected"}

    def test_a_mask_that_somebody_drew_is_not_replaced(self, project, pictures, masks, disc_mask):
        brought_in(project, pictures)
        project.refresh("third")
        project.save_mask("third", disc_mask)
        draw(masks / "third.png")
        events, after = brought_in(project, pictures, masks=masks)
        assert np.array_equal(after.load_mask("third"), disc_mask)
        assert events[2].problem.startswith("third.jpg is in the project already, with a mask that differs from ")
        assert str(masks / "third.png") in events[2].problem

    def test_a_mask_of_another_size_for_a_case_that_is_there_is_refused(self, project, pictures, masks):
        brought_in(project, pictures)
        draw(masks / "third.png", size=(50, 96))
        events, after = brought_in(project, pictures, masks=masks)
        assert problems(events).keys() == {"third.jpg"}
        assert after.load_mask("third") is None

    def test_a_folder_without_masks_is_one_sentence(self, project, pictures, masks):
        with pytest.raises(ImageError, match="holds no pictures"):
            next(import_images(project.root, pictures, masks=masks))
        assert Project.open(project.root).cases() == []


class TestAsking:
    """What masks mean and whose they are is decided for all of them, said, or asked."""

    def events(self, project, pictures, masks, **options):
        return list(import_images(project.root, pictures, masks=masks, options=MaskOptions(**options)))

    def test_one_sentence_says_how_all_masks_are_read(self, project, pictures, masks):
        for name in ("photo 2", "photo 10", "third"):
            draw(masks / f"{name}.png")
        events = self.events(project, pictures, masks)
        said = [event.text for event in events if isinstance(event, Message)]
        assert said == [
            "Masks: 0 is background, 255 is optic disc.",
            "3 cases are incomplete: the optic disc is drawn, but no optic cup: photo_2, photo_10, third.",
        ]
        assert not any(isinstance(event, LeftWithoutMask) for event in events)

    def test_what_was_said_is_used(self, project, pictures, masks):
        draw(masks / "third.png", value=77)
        self.events(project, pictures, masks, values=parse_mask_values("0=background,77=optic cup", DISC_AND_CUP))
        assert np.unique(Project.open(project.root).load_mask("third")).tolist() == [0, 2]

    def test_pictures_without_a_mask_are_named(self, project, pictures, masks):
        draw(masks / "third.png")
        draw(masks / "photo 2_left.png")
        (left,) = [event for event in self.events(project, pictures, masks) if isinstance(event, LeftWithoutMask)]
        assert left.sentence == (
            "2 of 3 pictures have no mask: photo 2.png, photo 10.png. Masks whose names only begin with a picture's "
            "name were not used: photo 2_left.png for photo 2.png."
        )

    def test_many_are_listed_in_a_file_beside_the_project(self, project, tmp_path, write_picture, masks):
        for number in range(12):
            write_picture(tmp_path / "many" / "sub" / f"{number}.png", number)
        draw(masks / "3.png")
        events = list(import_images(project.root, tmp_path / "many", masks=masks, recursive=True))
        (written,) = [event.path for event in events if isinstance(event, FileWritten)]
        assert written == tmp_path / "project-without-masks.txt"
        assert written.read_text().splitlines() == [f"sub/{number}.png" for number in range(12) if number != 3]

    def test_a_name_that_goes_on_is_taken_when_asked_for(self, project, pictures, masks):
        draw(masks / "third_left.png")
        self.events(project, pictures, masks)
        assert CaseState.CORRECTED not in states(Project.open(project.root)).values()
        self.events(project, pictures, masks, loose=True)
        assert states(Project.open(project.root))["third"] == CaseState.CORRECTED

    def test_files_of_labels_are_put_together(self, project, pictures, masks):
        mask = np.zeros((96, 96), np.uint8)
        mask[10:60, 20:70], mask[30:50, 30:40] = 1, 2
        for name, region in (("third_disc.png", mask > 0), ("third_cup.png", mask > 1)):
            Pillow.fromarray(region * np.uint8(255)).save(masks / name)
        self.events(project, pictures, masks)
        assert np.array_equal(Project.open(project.root).load_mask("third"), mask)

    def test_another_mask_for_a_picture_that_has_one_is_reported(self, project, pictures, masks):
        draw(masks / "third.png")
        self.events(project, pictures, masks)
        (pictures / "copy.jpg").write_bytes((pictures / "third.jpg").read_bytes())
        draw(masks / "copy.png", value=0)
        events = self.events(project, pictures, masks)
        assert problems(events).keys() == {"copy.jpg"}
        assert "copy.png. The project's mask was kept; correct it in the case third" in problems(events)["copy.jpg"]
        assert Project.open(project.root).load_mask("third").any()

    def test_annotations_among_the_masks_are_named(self, project, pictures, masks):
        draw(masks / "third.png")
        (masks / "all.json").write_text('{"images": [], "annotations": [], "categories": []}')
        said = [event.text for event in self.events(project, pictures, masks) if isinstance(event, Message)]
        assert "Of the folder of masks, only pictures are read: all.json is COCO annotations." in said

    def test_masks_that_were_not_taken_are_named_also_where_no_picture_lacks_one(self, project, pictures, masks):
        for name in ("third", "third_mask", "third_left", "photo 2", "photo 10"):
            draw(masks / f"{name}.png")
        events = self.events(project, pictures, masks)
        (left,) = [event for event in events if isinstance(event, MasksLeftOut)]
        assert left.masks == (("third_mask.png", "third.jpg"), ("third_left.png", "third.jpg"))

    def test_a_folder_named_for_a_label_says_what_is_white(self, project, pictures, tmp_path):
        for name in ("optic_cup", "2. Cup masks", "OC"):
            for value in (1, 255):
                (tmp_path / name).mkdir(exist_ok=True)
                draw(tmp_path / name / "third.png", value=value)
                events = self.events(project, pictures, tmp_path / name)
                said = [event.text for event in events if isinstance(event, Message)]
                assert f"Masks: 0 is background, {value} is optic cup." in said
        assert np.unique(Project.open(project.root).load_mask("third")).tolist() == [0, 2]

    @pytest.mark.parametrize("orientation", [3, 6])
    def test_a_mask_of_the_stored_photograph_is_turned_or_asked_for(
        self, project, tmp_path, write_picture, masks, orientation
    ):
        source = write_picture(tmp_path / "turned" / "a.jpg", 3)
        with Pillow.open(source) as picture:
            wide = picture.crop((0, 0, 96, 60))
        exif = wide.getexif()
        exif[274] = orientation
        wide.save(source, exif=exif)
        draw(masks / "a.png", size=(60, 96))
        drawn = np.array(Pillow.open(masks / "a.png")) > 0
        if orientation == 3:
            with pytest.raises(MaskError) as caught:
                self.events(project, source, masks)
            assert caught.value.remedy is Remedy.MASK_ORIENTATION
            self.events(project, source, masks, as_stored=True)
            expected = drawn[::-1, ::-1]
        else:
            self.events(project, source, masks)
            expected = np.rot90(drawn, -1)
        assert np.array_equal(Project.open(project.root).load_mask("a"), expected)

    @pytest.mark.parametrize("name", ["masks_upright", "masks_as_stored"])
    def test_all_orientations(self, project, name):
        given = Path(__file__).parent.parent / "data" / "masks" / "orientation"
        self.events(project, given / "images", given / name)
        after = Project.open(project.root)
        for number in range(1, 9):
            upright = np.array(Pillow.open(given / "masks_upright" / f"o{number}.png"))
            assert np.array_equal(after.load_mask(f"o{number}"), upright)

    def test_a_preview_says_the_same(self, project, pictures, masks):
        draw(masks / "third.png", value=77)
        *_, preview = preview_import(pictures, masks, project.labels)
        assert "the values 0, 77" in preview.question.problem
        assert preview.keys == (("0", 0), ("77", 1))
        said = MaskOptions(parse_mask_values("0=background,77=optic cup", project.labels))
        *_, preview = preview_import(pictures, masks, project.labels, options=said)
        assert preview.question is None
        assert preview.sentences == ("Masks: 0 is background, 77 is optic cup.",)
        assert preview.mask.name == "third.png for third.jpg"
        assert preview.mask.pixels is not None


class TestMasksBesideThePictures:
    def test_they_become_no_cases_and_it_is_said_how_to_use_them(self, project, pictures):
        draw(pictures / "third_mask.png")
        events, after = brought_in(project, pictures)
        assert states(after).keys() == {"photo_2", "photo_10", "third"}
        assert events[-1].name == "third_mask.png"
        assert "it was not imported as a picture" in events[-1].note
        assert "folder of masks too" in events[-1].note

    @pytest.mark.parametrize("name", ["third_mask.png", "third.png"])
    def test_they_are_used_when_the_folder_is_named_for_masks_too(self, project, pictures, name):
        draw(pictures / name)
        brought_in(project, pictures / "third.jpg")
        events, after = brought_in(project, pictures, masks=pictures)
        assert states(after) == {"photo_2": "new", "photo_10": "new", "third": "corrected"}
        assert len(events) == 3


class TestBadInput:
    @pytest.mark.parametrize("content", [b"", b"no picture", None])
    def test_an_unreadable_picture_does_not_stop_the_rest(self, project, pictures, content):
        whole = (pictures / "third.jpg").read_bytes()
        (pictures / "bad.jpg").write_bytes(whole[: len(whole) // 2] if content is None else content)
        events, after = brought_in(project, pictures)
        assert problems(events).keys() == {"bad.jpg"}
        assert "bad.jpg" in problems(events)["bad.jpg"]
        assert len(after.cases()) == 3
        assert not (after.layout.images / "bad.jpg").exists()

    def test_a_picture_that_vanishes_meanwhile_is_a_problem(self, project, pictures):
        events = import_images(project.root, pictures)
        next(events)
        (pictures / "third.jpg").unlink()
        assert problems(events).keys() == {"third.jpg"}
        assert len(Project.open(project.root).cases()) == 2

    @pytest.mark.parametrize("name", ["empty", "gone"])
    def test_a_folder_without_pictures_is_one_sentence(self, project, tmp_path, name):
        (tmp_path / "empty").mkdir()
        with pytest.raises(ImageError, match=name):
            next(import_images(project.root, tmp_path / name))

    def test_a_folder_that_is_no_project_is_one_sentence(self, tmp_path, pictures):
        with pytest.raises(ProjectError, match="is not a project"):
            next(import_images(tmp_path, pictures))

    def test_a_full_disk_ends_the_import_and_leaves_nothing_half_made(self, project, pictures, monkeypatch):
        def full(*_arguments):
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(files.os, "replace", full)
            with pytest.raises(WriteError, match="No space left"):
                list(import_images(project.root, pictures))
        assert Project.open(project.root).cases() == []
        assert list(project.layout.images.iterdir()) == []

    def test_what_was_brought_in_before_a_stop_is_kept(self, project, pictures):
        events = import_images(project.root, pictures)
        next(events)
        events.close()
        assert [case.id for case in Project.open(project.root).cases()] == ["photo_2"]


GIVEN = Path(__file__).parents[1] / "data" / "other_picture_suffixes"


def test_pictures_with_rare_suffixes_or_none_are_imported_and_what_is_passed_over_is_named(project, tmp_path):
    folder = tmp_path / "given"
    shutil.copytree(GIVEN, folder)
    for path in (folder / "h.jpeg_large", folder / "noext"):
        with path.open("ab") as file:  # so that they are no copies of a
            file.write(path.name.encode())
    (folder / "other").write_bytes(b"no picture")
    (folder / "scan.mha").write_bytes(b"ObjectType = Image\n")
    events, after = brought_in(project, folder)
    assert [case.id for case in after.cases()] == ["a", "b", "c", "e", "h", "i", "noext"]  # d, f and g are copies of a
    assert problems(events) == {
        "other": f"{folder / 'other'} was passed over: it is not a picture of a kind that this program reads "
        f"({KINDS}). Convert it.",
        "scan.mha": f"{folder / 'scan.mha'} was passed over: it is MetaImage, which this program does not read as a "
        f"picture ({KINDS}).",
    }


def test_texts_beside_pictures_are_named_but_no_problem(project, pictures):
    (pictures / "notes.txt").touch()
    (pictures / "table.csv").touch()
    *events, message = import_images(project.root, pictures)
    assert message == Message("Not pictures, so passed over: notes.txt, table.csv.")
    assert not problems(events)


def test_pages_that_are_left_out_are_said(project, tmp_path):
    pages = [Pillow.new("L", (40, 40), value) for value in (0, 100, 200)]
    (tmp_path / "in").mkdir()
    for name in ("a.tif", "b.gif"):
        pages[0].save(tmp_path / "in" / name, save_all=True, append_images=pages[1:])
    events, after = brought_in(project, tmp_path / "in")
    assert len(after.cases()) == 2
    assert "a.tif: only the first of its 3 pages was imported" in problems(events)["a.tif"]
    assert "b.gif: only the first of its 3 frames was imported" in problems(events)["b.gif"]


def test_files_are_flushed_together(project, tmp_path, write_picture, monkeypatch):
    for seed in range(12):
        write_picture(tmp_path / "in" / f"p{seed}.png", seed)
    folders, fsync = [], os.fsync

    def watched(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            folders.append(handle)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    monkeypatch.setattr(case_batch, "_MAX_SECONDS", 60.0)
    brought_in(project, tmp_path / "in")
    assert len(folders) <= 4


def test_an_import_that_is_stopped_keeps_what_it_has(project, pictures):
    events = import_images(project.root, pictures)
    next(events)
    next(events)
    events.close()
    assert [case.id for case in Project.open(project.root).cases()] == ["photo_2", "photo_10"]


def test_a_full_disk_leaves_no_picture_without_a_record(project, pictures, monkeypatch):
    def full(contents):
        raise WriteError("No space left.")

    monkeypatch.setattr(files, "write_together", full)
    with pytest.raises(WriteError, match="No space left"):
        list(import_images(project.root, pictures))
    assert not list(project.layout.images.iterdir())
    assert not Project.open(project.root).cases()


def test_a_killed_import_is_repeated(project, tmp_path, write_picture):
    for seed in range(40):
        write_picture(tmp_path / "in" / f"p{seed}.png", seed)
    code = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from unet_desktop.tasks.import_images import import_images\n"
        f"for event in import_images(Path({str(project.root)!r}), Path({str(tmp_path / 'in')!r})):\n"
        "    if event.done == 25:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    assert killed.returncode != 0
    _, after = brought_in(project, tmp_path / "in")
    assert len(after.cases()) == 40
    assert not any(case.damage for case in after.cases())
    assert len(list(after.layout.images.iterdir())) == 40


def test_pictures_of_two_photographs_are_named(project, tmp_path, write_picture):
    folder = tmp_path / "stereo"
    write_picture(folder / "one.png", 1, 240)
    eye = synthetic_fundus(1, 240).pixels
    Pillow.fromarray(np.hstack([eye[:, :220], eye[:, 20:]])).save(folder / "pair.png")
    said = [event.text for event in import_images(project.root, folder) if isinstance(event, Message)]
    assert said == [
        "1 picture shows two photographs, such as a stereo pair: pair.png. Each is one case, and a model marks its "
        "clearer half. To correct both halves, save them as two files and import those instead."
    ]
