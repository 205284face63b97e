from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from dataclasses import replace

import numpy as np
import pytest
from PIL import ExifTags
from PIL import Image as Pillow

from unet_desktop import files
from unet_desktop.errors import ImageError, MaskError, ProjectError, WriteError
from unet_desktop.images.laterality import Eye
from unet_desktop.labels import DISC_AND_CUP, ONE_STRUCTURE, Label, LabelSet
from unet_desktop.project.case import CaseState
from unet_desktop.project.project import Project


def files_in(folder):
    """Every file of the folder with its content, but for the trail, which grows, and the note of its end."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {"trail.jsonl", ".trail.end"}
    }


def full_disk(*_arguments):
    raise OSError(28, "No space left on device")


@pytest.fixture
def case(project, picture):
    return project.add_image(picture)


class TestFolder:
    @pytest.mark.skipif(os.name == "nt", reason="names are text there")
    def test_a_project_whose_folder_has_a_name_that_is_no_text_opens_again(self, tmp_path):
        root = tmp_path / os.fsdecode(b"eyes\xff")
        Project.create(root, ONE_STRUCTURE)
        assert Project.open(root).name == r"eyes\xff"

    def test_a_new_project_opens_again(self, tmp_path):
        made = Project.create(tmp_path / "a" / "eyes", ONE_STRUCTURE, name="My eyes")
        opened = Project.open(tmp_path / "a" / "eyes")
        assert (opened.name, opened.labels, opened.root) == ("My eyes", ONE_STRUCTURE, made.root)
        assert opened.cases() == []
        assert {path.name for path in opened.root.iterdir() if path.is_dir()} == {
            "cases",
            "images",
            "masks",
            "predictions",
            "uncertainty",
            "models",
            "runs",
        }

    def test_an_empty_folder_is_taken_and_named(self, tmp_path):
        (tmp_path / "eyes").mkdir()
        assert Project.create(tmp_path / "eyes", DISC_AND_CUP).name == "eyes"

    def test_a_folder_with_something_in_it_is_left_alone(self, tmp_path, project):
        for root, reason in (
            (tmp_path, "is not empty"),
            (project.root, "is not empty"),
            (project.layout.manifest, "is a file, not a folder"),
        ):
            before = sorted(tmp_path.rglob("*"))
            with pytest.raises(ProjectError, match=reason):
                Project.create(root, DISC_AND_CUP)
            assert sorted(tmp_path.rglob("*")) == before

    def test_what_is_no_project_is_one_sentence(self, tmp_path, picture):
        for root in (tmp_path, tmp_path / "gone", picture):
            with pytest.raises(ProjectError, match="is not a project"):
                Project.open(root)
        assert not (tmp_path / "gone").exists()

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "[]",
            "null",
            "5",
            "{}",
            '{"format": 1}',
            '{"format": 1, "name": "a", "labels": []}',
            '{"format": 1, "name": "a", "labels": 3}',
            '{"format": "1", "name": "a", "labels": []}',
            "\x00\x00\x00",
        ],
    )
    def test_a_damaged_manifest_is_one_sentence(self, project, text):
        project.layout.manifest.write_text(text)
        with pytest.raises(ProjectError) as caught:
            Project.open(project.root)
        assert str(project.root) in str(caught.value)
        assert project.layout.manifest.read_text() == text

    def test_a_manifest_of_other_bytes_is_one_sentence(self, project):
        project.layout.manifest.write_bytes(b"\xff\xfe{}")
        with pytest.raises(ProjectError, match="cannot be read"):
            Project.open(project.root)

    def test_a_newer_project_asks_for_an_update(self, project):
        data = json.loads(project.layout.manifest.read_text())
        project.layout.manifest.write_text(json.dumps(data | {"format": 99}))
        with pytest.raises(ProjectError, match="newer U-Net Desktop"):
            Project.open(project.root)

    def test_empty_folders_that_a_backup_left_out_are_made_again(self, project):
        for folder in project.layout.folders:
            folder.rmdir()
        assert Project.open(project.root).cases() == []
        assert project.layout.masks.is_dir()

    def test_temporaries_of_a_killed_program_are_swept(self, project, case, disc_mask, monkeypatch):
        with monkeypatch.context() as patched:
            patched.setattr(files.os, "replace", full_disk)
            patched.setattr(files.os, "unlink", full_disk)
            with pytest.raises(WriteError):
                project.save_mask(case.id, disc_mask)
        (stray,) = project.layout.masks.iterdir()
        Project.open(project.root)
        assert stray.exists()  # another program may still be writing it
        os.utime(stray, (0, 0))
        Project.open(project.root)
        assert not stray.exists()

    def test_a_disk_that_is_full_is_one_sentence(self, tmp_path, monkeypatch):
        monkeypatch.setattr(files.os, "replace", full_disk)
        with pytest.raises(WriteError, match="No space left"):
            Project.create(tmp_path / "eyes", DISC_AND_CUP)


class TestPictures:
    def test_a_copied_picture_is_the_projects_own(self, project, picture):
        data = picture.read_bytes()
        case = project.add_image(picture)
        picture.unlink()
        assert case.image == "images/photo.png"
        assert project.image_path(case.id).read_bytes() == data
        assert (case.height, case.width, case.state) == (96, 96, CaseState.NEW)
        assert Project.open(project.root).case(case.id) == case

    def test_a_picture_that_is_referred_to_stays_where_it_is(self, project, picture, monkeypatch):
        monkeypatch.chdir(picture.parent)
        case = project.add_image(picture.relative_to(picture.parent), copy=False)
        assert list(project.layout.images.iterdir()) == []
        assert project.image_path(case.id) == picture.resolve()

    def test_the_fingerprint_is_of_the_file(self, project, picture):
        assert project.add_image(picture).sha256 == files.sha256(picture)
        assert project.cases_by_hash().keys() == {files.sha256(picture)}

    def test_eye_and_patient(self, project, write_picture, tmp_path):
        guessed = project.add_image(write_picture(tmp_path / "in" / "7_OS.png"))
        told = project.add_image(write_picture(tmp_path / "in" / "8_OS.png"), patient="8", eye=Eye.RIGHT)
        assert (guessed.eye, guessed.patient) == (Eye.LEFT, "")
        assert (told.eye, told.patient) == (Eye.RIGHT, "8")

    def test_pictures_of_one_name_become_cases_of_their_own(self, project, write_picture, tmp_path):
        for seed, folder in enumerate(("a", "b", "c")):
            project.add_image(write_picture(tmp_path / folder / "photo.png", seed))
        assert [case.id for case in project.cases()] == ["photo", "photo-2", "photo-3"]
        assert len({project.image_path(case.id).read_bytes() for case in project.cases()}) == 3

    def test_cases_stand_in_natural_order(self, project, write_picture, tmp_path):
        for name in ("photo10", "photo9", "Photo1"):
            project.add_image(write_picture(tmp_path / "in" / f"{name}.png"))
        assert [case.id for case in project.cases()] == ["Photo1", "photo9", "photo10"]

    def test_the_size_is_that_of_the_upright_picture(self, project, tmp_path):
        exif = Pillow.Exif()
        exif[ExifTags.Base.Orientation] = 6
        Pillow.new("RGB", (30, 20)).save(tmp_path / "turned.jpg", exif=exif)
        case = project.add_image(tmp_path / "turned.jpg")
        assert (case.height, case.width) == (30, 20)

    def test_what_is_no_picture_adds_nothing(self, project, tmp_path):
        (tmp_path / "text.png").write_text("text")
        before = files_in(project.root)
        for path in (tmp_path / "text.png", tmp_path / "gone.png", tmp_path):
            with pytest.raises(ImageError):
                project.add_image(path)
        assert files_in(project.root) == before
        assert project.cases() == []

    def test_a_copy_that_fails_adds_nothing(self, project, picture, monkeypatch):
        before = files_in(project.root)
        with monkeypatch.context() as patched:
            patched.setattr(files.os, "fsync", full_disk)
            with pytest.raises(WriteError, match="could not be written"):
                project.add_image(picture)
        assert files_in(project.root) == before
        assert project.cases() == []

    def test_a_record_that_cannot_be_written_adds_no_case(self, project, picture, monkeypatch):
        with monkeypatch.context() as patched:
            patched.setattr(files, "write_json", full_disk_sentence)
            with pytest.raises(WriteError):
                project.add_image(picture)
        assert project.cases() == []
        assert list(project.layout.images.iterdir()) == []

    def test_an_unknown_case_is_one_sentence(self, project):
        with pytest.raises(ProjectError, match='no case "nobody"'):
            project.image_path("nobody")


def full_disk_sentence(*_arguments):
    raise WriteError("no room")


class TestMasks:
    def test_a_saved_mask_comes_back_and_the_case_is_corrected(self, project, case, disc_mask):
        assert project.load_mask(case.id) is None
        saved = project.save_mask(case.id, disc_mask, model="00ff")
        assert (saved.state, saved.model) == (CaseState.CORRECTED, "00ff")
        assert saved.changed_at
        again = Project.open(project.root)
        np.testing.assert_array_equal(again.load_mask(case.id), disc_mask)
        assert again.case(case.id) == saved

    def test_where_a_mask_came_from_is_kept(self, project, case, disc_mask):
        project.save_mask(case.id, disc_mask, model="00ff")
        assert project.save_mask(case.id, disc_mask).model == "00ff"

    @pytest.mark.parametrize("shape", [(96, 95), (48, 48), (192, 48)])
    def test_a_mask_of_another_size_is_refused_and_nothing_is_written(self, project, case, disc_mask, shape):
        project.save_mask(case.id, disc_mask)
        before = files_in(project.root)
        with pytest.raises(MaskError, match=f"{shape[1]} x {shape[0]} pixels but its picture 96 x 96"):
            project.save_mask(case.id, np.zeros(shape, np.uint8))
        assert files_in(project.root) == before

    def test_a_mask_file_of_another_size_is_an_error(self, project, case):
        Pillow.new("L", (10, 10)).save(project.layout.mask(case.id))
        with pytest.raises(MaskError, match="10 x 10 pixels but its picture 96 x 96"):
            project.load_mask(case.id)

    def test_a_damaged_mask_is_an_error_and_stays(self, project, case, disc_mask):
        project.save_mask(case.id, disc_mask)
        path = project.layout.mask(case.id)
        path.write_bytes(path.read_bytes()[:60])
        with pytest.raises(MaskError, match="cannot be read"):
            project.load_mask(case.id)
        assert path.stat().st_size == 60

    def test_a_full_disk_keeps_the_old_mask(self, project, case, disc_mask, monkeypatch):
        project.save_mask(case.id, disc_mask)
        before = files_in(project.root)
        with monkeypatch.context() as patched:
            patched.setattr(files.os, "replace", full_disk)
            with pytest.raises(WriteError, match="No space left"):
                project.save_mask(case.id, np.zeros_like(disc_mask))
        assert files_in(project.root) == before

    def test_a_deleted_mask_leaves_the_case_new_or_predicted(self, project, case, disc_mask):
        project.save_mask(case.id, disc_mask)
        assert project.delete_mask(case.id).state is CaseState.NEW
        assert project.load_mask(case.id) is None
        project.save_mask(case.id, disc_mask)
        project.save_prediction(case.id, disc_mask, model="a", confidence=0.5)
        assert project.delete_mask(case.id).state is CaseState.PREDICTED
        assert project.delete_mask(case.id).state is CaseState.PREDICTED


class TestPredictions:
    def test_a_prediction_is_a_proposal_beside_the_human_mask(self, project, case, disc_mask):
        predicted = project.save_prediction(case.id, disc_mask, model="00ff", confidence=0.75)
        assert predicted.state is CaseState.PREDICTED
        assert project.load_mask(case.id) is None
        stored = project.load_prediction(case.id)
        np.testing.assert_array_equal(stored.mask, disc_mask)
        assert (stored.model, stored.confidence) == ("00ff", 0.75)

    def test_a_prediction_never_touches_a_human_mask(self, project, case, disc_mask):
        project.save_mask(case.id, disc_mask)
        written = project.layout.mask(case.id).read_bytes()
        corrected = project.save_prediction(case.id, np.zeros_like(disc_mask), model="a", confidence=0.1)
        assert corrected.state is CaseState.CORRECTED
        assert project.layout.mask(case.id).read_bytes() == written

    def test_a_prediction_of_another_size_is_refused_and_nothing_is_written(self, project, case):
        before = files_in(project.root)
        with pytest.raises(MaskError, match="10 x 12 pixels but its picture 96 x 96"):
            project.save_prediction(case.id, np.zeros((12, 10), np.uint8), model="a", confidence=0.1)
        assert files_in(project.root) == before

    def test_a_discarded_prediction_leaves_only_what_is_put_aside_to_compare(self, project, case, disc_mask):
        before = files_in(project.root)
        project.save_prediction(case.id, disc_mask, model="a", confidence=0.5)
        assert project.discard_prediction(case.id).state is CaseState.NEW
        assert project.load_prediction(case.id) is None
        aside = {f"predictions/.{case.id}.rejected.{kind}" for kind in ("json", "png")}
        after = files_in(project.root)
        assert after.keys() - before.keys() == aside
        assert {name: content for name, content in after.items() if name not in aside} == before
        assert project.discard_prediction(case.id).state is CaseState.NEW

    def test_a_damaged_prediction_is_an_error(self, project, case, disc_mask):
        project.save_prediction(case.id, disc_mask, model="a", confidence=0.5)
        project.layout.prediction(case.id).write_bytes(b"broken")
        with pytest.raises(MaskError):
            project.load_prediction(case.id)

    @pytest.mark.parametrize("text", ["{", "[]", '{"confidence": "high"}', '{"confidence": null}'])
    def test_a_damaged_prediction_record_is_one_sentence(self, project, case, disc_mask, text):
        project.save_prediction(case.id, disc_mask, model="a", confidence=0.5)
        project.layout.prediction_record(case.id).write_text(text)
        with pytest.raises(ProjectError, match=r"photo\.json"):
            project.load_prediction(case.id)


class TestMarks:
    def test_only_a_corrected_case_can_be_approved(self, project, case, disc_mask):
        for ready in (False, True):
            with pytest.raises(ProjectError, match="has no mask yet"):
                project.mark(case.id, approved=ready)
        project.save_mask(case.id, disc_mask)
        assert project.mark(case.id, approved=True).state is CaseState.APPROVED
        assert Project.open(project.root).case(case.id).state is CaseState.APPROVED
        assert project.mark(case.id, approved=False).state is CaseState.CORRECTED

    def test_approval_ends_with_the_mask(self, project, case, disc_mask):
        project.save_mask(case.id, disc_mask)
        project.mark(case.id, approved=True)
        assert project.delete_mask(case.id).state is CaseState.NEW
        assert project.save_mask(case.id, disc_mask).state is CaseState.CORRECTED

    def test_approval_ends_when_the_mask_changes(self, project, case, disc_mask):
        project.save_mask(case.id, disc_mask)
        project.mark(case.id, approved=True)
        assert project.expect(case.id, has_mask=True, model="").state is CaseState.CORRECTED
        project.mark(case.id, approved=True)
        assert project.save_mask(case.id, disc_mask).state is CaseState.CORRECTED
        assert Project.open(project.root).case(case.id).state is CaseState.CORRECTED

    def test_what_is_not_named_stays(self, project, case):
        project.mark(case.id, flagged=True, notes="blurred", patient="7", eye=Eye.RIGHT)
        marked = project.mark(case.id, flagged=False)
        assert (marked.flagged, marked.notes, marked.patient, marked.eye) == (False, "blurred", "7", Eye.RIGHT)
        assert project.mark(case.id, notes="").notes == ""
        assert Project.open(project.root).case(case.id) == project.case(case.id)


class TestStates:
    def test_states_follow_the_files(self, project, case, disc_mask):
        project.save_mask(case.id, disc_mask)
        mask = project.layout.mask(case.id).read_bytes()
        project.layout.mask(case.id).rename(project.layout.prediction(case.id))
        assert Project.open(project.root).case(case.id).state is CaseState.PREDICTED
        project.layout.prediction(case.id).unlink()
        assert Project.open(project.root).case(case.id).state is CaseState.NEW
        project.layout.mask(case.id).write_bytes(mask)
        assert Project.open(project.root).case(case.id).state is CaseState.CORRECTED

    def test_refresh_sees_what_another_program_wrote(self, project, case, disc_mask):
        Project.open(project.root).save_prediction(case.id, disc_mask, model="a", confidence=0.5)
        assert project.case(case.id).state is CaseState.NEW
        assert project.refresh(case.id).state is CaseState.PREDICTED


class TestRecords:
    @pytest.fixture
    def filled(self, project, write_picture, tmp_path, disc_mask):
        for seed, name in enumerate(("a_OD", "b_OS", "c")):
            project.add_image(write_picture(tmp_path / "in" / f"{name}.png", seed))
        project.save_mask("a_OD", disc_mask, model="00ff")
        project.mark("a_OD", approved=True, notes="good", patient="7")
        project.save_mask("b_OS", disc_mask)
        project.mark("b_OS", flagged=True)
        project.save_prediction("c", disc_mask, model="00ff", confidence=0.5)
        return project

    def test_an_index_of_an_earlier_version_never_counts(self, filled):
        """It held the patient, by which cases are split; a changed byte, or a backup of it, must not change that."""
        before = filled.cases()
        with contextlib.closing(sqlite3.connect(filled.root / "catalog.sqlite")) as index, index:
            index.execute("CREATE TABLE cases (id TEXT, patient TEXT)")
            index.execute("INSERT INTO cases VALUES ('a_OD', '8')")
            index.execute("PRAGMA user_version = 6")
        assert Project.open(filled.root).cases() == before
        (filled.root / "catalog.sqlite").unlink(missing_ok=True)
        (filled.root / "catalog.sqlite").mkdir()
        assert Project.open(filled.root).cases() == before

    def test_a_record_of_equal_length_and_time_counts(self, filled):
        path = filled.layout.record("a_OD")
        times = path.stat()
        path.write_text(path.read_text().replace('"patient": "7"', '"patient": "9"'))
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert Project.open(filled.root).case("a_OD").patient == "9"

    def test_cases_that_came_or_went_are_seen(self, filled):
        filled.layout.record("c").rename(filled.layout.record("d"))
        (filled.layout.prediction("c")).rename(filled.layout.prediction("d"))
        assert [case.id for case in Project.open(filled.root).cases()] == ["a_OD", "b_OS", "d"]
        filled.layout.record("d").unlink()
        assert [case.id for case in Project.open(filled.root).cases()] == ["a_OD", "b_OS"]

    def test_a_record_that_another_computer_changed_is_seen(self, filled):
        path = filled.layout.record("a_OD")
        data = json.loads(path.read_text())
        path.write_text(json.dumps(data | {"notes": "changed elsewhere"}))
        os.utime(path, (path.stat().st_atime + 5, path.stat().st_mtime + 5))
        assert Project.open(filled.root).case("a_OD").notes == "changed elsewhere"

    def test_reading_again_changes_nothing(self, filled):
        before, on_disk = filled.cases(), files_in(filled.root)
        filled.read_again()
        assert filled.cases() == before
        assert files_in(filled.root) == on_disk
        assert Project.open(filled.root).cases() == before

    def test_states_are_not_believed_from_a_record(self, filled):
        path = filled.layout.record("c")
        path.write_text(json.dumps(json.loads(path.read_text()) | {"state": "approved"}))
        filled.read_again()
        assert filled.case("c").state is CaseState.PREDICTED

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"id": "c"}', '{"id": 5}'])
    def test_a_damaged_record_keeps_nobody_from_the_other_cases(self, filled, text):
        others = [case for case in filled.cases() if case.id != "c"]
        filled.layout.record("c").write_text(text)
        project = Project.open(filled.root)
        assert [case for case in project.cases() if not case.damage] == others
        assert "c.json" in project.case("c").damage
        project.read_again()
        assert "c.json" in project.case("c").damage
        assert Project.open(filled.root).case("c").damage

    def test_nothing_of_a_damaged_case_is_written(self, filled, disc_mask):
        filled.layout.record("c").write_text("{")
        project, before = Project.open(filled.root), files_in(filled.root)
        for change in (
            lambda: project.save_mask("c", disc_mask),
            lambda: project.delete_mask("c"),
            lambda: project.mark("c", flagged=True),
            lambda: project.save_prediction("c", disc_mask, model="a", confidence=0.5),
            lambda: project.load_mask("c"),
            lambda: project.image_path("c"),
        ):
            with pytest.raises(ProjectError, match=r"c\.json"):
                change()
        assert files_in(filled.root) == before

    def test_a_record_that_was_restored_is_sound_again(self, filled):
        path = filled.layout.record("c")
        whole, before = path.read_bytes(), filled.case("c")
        path.write_bytes(whole[: len(whole) // 2])
        assert Project.open(filled.root).case("c").damage
        path.write_bytes(whole)
        assert Project.open(filled.root).case("c") == before

    def test_a_ratio_that_an_earlier_version_recorded_of_other_labels_is_ignored(self, tmp_path, picture, disc_mask):
        labels = LabelSet((Label(1, "cell", "#56b4e9", None, True), Label(2, "nucleus", "#009e73", "cell", True)))
        project = Project.create(tmp_path / "cells", labels)
        case = project.save_mask(project.add_image(picture).id, np.minimum(disc_mask, 1))
        record = json.loads(project.layout.record(case.id).read_text())
        project.layout.record(case.id).write_text(json.dumps(record | {"vcdr": 0.0}))
        opened = Project.open(project.root).case(case.id)
        assert (opened.vcdr, opened.incomplete) == (None, False)

    def test_other_files_in_the_folders_are_no_cases(self, filled):
        for folder in (filled.layout.cases, filled.layout.masks):
            (folder / "readme.txt").write_text("hello")
            (folder / ".DS_Store").write_text("x")
            (folder / "._a_OD.json").write_text("x")
            (folder / "._a_OD.png").write_text("x")
        assert Project.open(filled.root).cases() == filled.cases()

    def test_two_openings_see_each_others_cases_on_the_next_opening(self, filled, write_picture, tmp_path):
        second = Project.open(filled.root)
        second.add_image(write_picture(tmp_path / "in" / "z.png", 9))
        filled.mark("a_OD", notes="from the first")
        third = Project.open(filled.root)
        assert [case.id for case in third.cases()] == ["a_OD", "b_OS", "c", "z"]
        assert third.case("a_OD") == replace(filled.case("a_OD"))
