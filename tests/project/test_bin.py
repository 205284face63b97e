"""What is removed goes to the bin with all of its files, and comes back as it was."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import numpy as np
import pytest

from unet_desktop import files
from unet_desktop.errors import ProjectError, WriteError
from unet_desktop.project import bin as bin_module
from unet_desktop.project.bin import empty_bin, list_bin
from unet_desktop.project.case import CaseState
from unet_desktop.project.lease import lease_project
from unet_desktop.project.models import free_model_name, next_model_name, remove_model
from unet_desktop.project.project import Project
from unet_desktop.project.trail import read


def files_in(project: Project) -> dict[str, bytes]:
    return {
        path.relative_to(project.root).as_posix(): path.read_bytes()
        for path in sorted(project.root.rglob("*"))
        if path.is_file() and path.name not in {"trail.jsonl", ".trail.end"}
    }


@pytest.fixture
def filled(project, picture, disc_mask) -> Project:
    project.add_image(picture)
    project.save_prediction("photo", disc_mask, model="f00d", confidence=0.5)
    project.save_mask("photo", disc_mask)
    project.mark("photo", approved=True, notes="kept")
    return project


def test_a_case_goes_with_all_of_its_files_and_comes_back_as_it_was(filled: Project) -> None:
    before, on_disk = filled.case("photo"), files_in(filled)
    removed = filled.remove_case("photo")
    assert filled.cases() == Project.open(filled.root).cases() == []
    assert {path for path in files_in(filled) if not path.startswith("bin/")} == {"project.json"}
    assert [found.name for found in list_bin(filled.layout)] == ["photo"]
    filled.restore_removed(removed)
    assert filled.case("photo") == Project.open(filled.root).case("photo") == before
    assert files_in(filled) == on_disk
    assert list_bin(filled.layout) == []


def test_another_picture_of_that_name_gets_another_id_until_the_bin_is_emptied(filled, picture) -> None:
    filled.remove_case("photo")
    assert filled.add_image(picture).id == "photo-2"
    with filled.adding_many():
        assert filled.add_image(picture).id == "photo-3"
    assert empty_bin(filled.layout) == 1
    assert list_bin(filled.layout) == []
    assert Project.open(filled.root).add_image(picture).id == "photo"


@pytest.mark.parametrize(
    "orphan",
    ["masks/photo.png", "masks/PHOTO.png", "masks/photo.journal", "masks/photo.png.bad-1", "predictions/photo.png",
     "predictions/.photo.rejected.png", "images/photo.tif", "uncertainty/photo.png", "history/photo/000001.png"],
)  # fmt: skip
@pytest.mark.parametrize("many", [False, True])
def test_files_of_a_deleted_record_never_become_another_pictures(project, picture, disc_mask, orphan, many) -> None:
    path = project.root / orphan
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"what a person drew")
    if many:
        with project.adding_many():
            case = project.add_image(picture)
    else:
        case = project.add_image(picture)
    assert case.id == "photo-2"
    assert project.case(case.id).state is CaseState.NEW
    assert path.read_bytes() == b"what a person drew"


def test_a_killed_import_that_is_repeated_goes_on_with_its_own_files(project, picture) -> None:
    project.add_image(picture)
    project.layout.record("photo").unlink()
    assert Project.open(project.root).add_image(picture).id == "photo"


def test_names_with_dots(project, write_picture, tmp_path) -> None:
    (project.layout.masks / "eye.left.png").write_bytes(b"x")
    assert project.add_image(write_picture(tmp_path / "in" / "eye.left.png")).id == "eye.left-2"


def test_a_picture_that_two_cases_share_stays(filled: Project, picture: Path) -> None:
    other = filled.add_image(picture)
    record = json.loads(filled.layout.record(other.id).read_text())
    filled.layout.record(other.id).write_text(json.dumps(record | {"image": filled.case("photo").image}))
    again = Project.open(filled.root)
    again.remove_case("photo")
    assert again.image_path(other.id).exists()


def test_a_case_with_a_damaged_record_can_be_removed_and_comes_back(filled: Project) -> None:
    filled.layout.record("photo").write_text("{")
    damaged = Project.open(filled.root)
    removed = damaged.remove_case("photo")
    assert "images/photo.png" in removed.paths
    damaged.restore_removed(removed)
    assert damaged.case("photo").damage


def test_nothing_that_is_in_the_way_is_overwritten(filled: Project) -> None:
    removed = filled.remove_case("photo")
    filled.layout.mask("photo").write_bytes(b"drawn elsewhere")
    with pytest.raises(ProjectError, match="Move that file away"):
        filled.restore_removed(removed)
    assert filled.layout.mask("photo").read_bytes() == b"drawn elsewhere"
    assert [found.name for found in list_bin(filled.layout)] == ["photo"]


@pytest.mark.parametrize("restoring", [False, True])
def test_wherever_a_kill_came_the_case_is_whole_in_one_place(filled, monkeypatch, restoring) -> None:
    whole, moves = files_in(filled), 0
    real = files.move_file

    def killed(source: Path, target: Path) -> None:
        nonlocal moves
        if moves == 0:
            raise KeyboardInterrupt
        moves -= 1
        real(source, target)

    for kill in range(8):
        removed = filled.remove_case("photo") if restoring else None
        moves = kill
        monkeypatch.setattr(files, "move_file", killed)
        with contextlib.suppress(KeyboardInterrupt):
            filled.restore_removed(removed) if restoring else filled.remove_case("photo")
        monkeypatch.setattr(files, "move_file", real)
        with lease_project(filled.root) as lease:
            again = lease.project
            for entry in list_bin(again.layout):
                assert again.cases() == []
                assert not [path for path in files_in(again) if path.startswith(("masks", "images", "pred"))]
                again.restore_removed(entry)
        filled = Project.open(filled.root)
        assert {path: data for path, data in files_in(filled).items() if not path.startswith("bin/")} == whole


def test_a_full_disk_leaves_the_case_where_it_was(filled: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    on_disk, real, moves = files_in(filled), files.move_file, []

    def full(source: Path, target: Path) -> None:
        moves.append(source)
        if len(moves) == 3:
            raise WriteError("The disk is full.")
        real(source, target)

    monkeypatch.setattr(files, "move_file", full)
    with pytest.raises(WriteError, match="full"):
        filled.remove_case("photo")
    assert files_in(filled) == on_disk
    assert Project.open(filled.root).case("photo").notes == "kept"


@pytest.mark.parametrize("path", ["../outside.txt", "/etc/passwd", "masks/../../x", "project.json", "masks", 5, ""])
def test_a_crafted_list_moves_nothing_elsewhere(filled: Project, path: object) -> None:
    removed = filled.remove_case("photo")
    data = json.loads((removed.folder / "removed.json").read_text())
    (removed.folder / "removed.json").write_text(json.dumps(data | {"paths": [path]}))
    assert list_bin(filled.layout) == []
    with lease_project(filled.root):
        pass
    assert (removed.folder / "masks" / "photo.png").exists()


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_bin_that_is_a_link_is_not_used(filled: Project, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    filled.layout.bin.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WriteError, match="link"):
        filled.remove_case("photo")
    assert filled.layout.mask("photo").exists()
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_model_goes_to_the_bin_with_its_notes(project: Project) -> None:
    project.layout.model("model-001").write_bytes(b"weights")
    project.layout.model_notes("model-001").write_text("good")
    removed = remove_model(project.layout, "model-001")
    assert not list(project.layout.models.iterdir())
    assert next_model_name(project.layout) == "model-002"
    assert free_model_name(project.layout, "Model-001") == "Model-001-2"
    project.restore_removed(removed)
    assert project.layout.model("model-001").read_bytes() == b"weights"
    assert project.layout.model_notes("model-001").read_text() == "good"


def test_the_trail_notes_what_people_do(project: Project, picture: Path, disc_mask) -> None:
    case = project.add_image(picture)
    project.save_prediction(case.id, disc_mask, model="f00d", confidence=0.5)
    project.save_mask(case.id, disc_mask, model="f00d")
    digest = files.sha256(project.layout.mask(case.id))
    project.save_mask(case.id, np.minimum(disc_mask, 1))
    project.mark(case.id, approved=True)
    project.mark(case.id, flagged=True, patient="7")
    project.mark(case.id, approved=False, flagged=False)
    project.mark(case.id)
    project.discard_prediction(case.id)
    project.delete_mask(case.id)
    project.restore_removed(project.remove_case(case.id))
    project.remove_case(case.id)
    empty_bin(project.layout)
    trail = read(project.layout)
    assert not trail.problems
    assert [entry.act for entry in trail.entries] == [
        "created", "accepted", "changed", "approved", "flagged", "described", "approval withdrawn", "flag removed",
        "rejected", "mask removed", "removed", "restored", "removed", "bin emptied",
    ]  # fmt: skip
    accepted = trail.entries[1]
    assert (accepted.case, accepted.source, accepted.mask) == (case.id, "f00d", digest)
    assert trail.entries[5].detail == "patient"


def test_an_import_notes_its_cases_together(project: Project, write_picture, tmp_path, disc_mask, monkeypatch) -> None:
    flushed = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (flushed.append(handle), real(handle)))
    with project.adding_many():
        for number in range(5):
            case = project.add_image(write_picture(tmp_path / "in" / f"{number}.png", number))
            project.save_mask(case.id, disc_mask)
    assert [entry.act for entry in read(project.layout).entries] == ["created", "changed"] * 5


def test_damaged_entries_are_left_out(filled: Project) -> None:
    removed = filled.remove_case("photo")
    (removed.folder / "removed.json").write_text("[" * 1000)
    assert list_bin(filled.layout) == []
    assert bin_module.empty_bin(filled.layout) == 0


def test_a_case_that_is_not_there(project: Project) -> None:
    with pytest.raises(ProjectError, match="no case"):
        project.remove_case("x")


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_nothing_is_taken_from_elsewhere_through_a_link_in_the_bin(filled: Project, tmp_path: Path) -> None:
    removed = filled.remove_case("photo")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "photo.png").write_bytes(b"precious")
    (removed.folder / "masks" / "photo.png").unlink()
    (removed.folder / "masks").rmdir()
    (removed.folder / "masks").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WriteError, match="link"):
        filled.restore_removed(removed)
    assert not filled.layout.record("photo").exists()
    assert (removed.folder / "cases" / "photo.json").exists()
    assert (removed.folder / "images" / "photo.png").exists()
    empty_bin(filled.layout)
    assert (tmp_path / "elsewhere" / "photo.png").read_bytes() == b"precious"


@pytest.mark.parametrize("left", [(), (f".removed.json.x{files.TEMPORARY_SUFFIX}",)])
def test_a_folder_that_a_kill_left_empty_is_no_entry_and_goes(filled: Project, left, caplog) -> None:
    folder = filled.layout.bin / "000001-photo"
    folder.mkdir(parents=True)
    for name in left:
        (folder / name).write_bytes(b"half")
    assert list_bin(filled.layout) == []
    assert not caplog.records
    with lease_project(filled.root):
        assert not folder.exists()


def test_a_file_in_the_bins_folder_keeps_the_project_from_nothing(filled: Project) -> None:
    filled.layout.bin.mkdir()
    (filled.layout.bin / "000001-x").write_text("not an entry")
    with lease_project(filled.root) as lease:
        assert list_bin(lease.project.layout) == []
        assert lease.project.writable().remove_case("photo").number == 1
    assert (filled.layout.bin / "000001-x").read_text() == "not an entry"


def test_a_folder_with_a_huge_number_hides_nothing_that_is_removed_later(filled: Project) -> None:
    (filled.layout.bin / f"{'9' * 12}-x").mkdir(parents=True)
    filled.remove_case("photo")
    assert [found.name for found in list_bin(filled.layout)] == ["photo"]


def test_what_cannot_be_noted_is_neither_removed_nor_put_back(filled: Project) -> None:
    def block(*, blocked: bool) -> None:
        aside = filled.layout.trail.with_suffix(".aside")
        if blocked:
            filled.layout.trail.rename(aside)
            filled.layout.trail.mkdir()
        else:
            filled.layout.trail.rmdir()
            aside.rename(filled.layout.trail)

    before = files_in(filled)
    block(blocked=True)
    with pytest.raises(WriteError, match="trail"):
        filled.remove_case("photo")
    block(blocked=False)
    assert files_in(filled) == before
    assert filled.case("photo").state is CaseState.APPROVED
    removed = filled.remove_case("photo")
    in_bin = files_in(filled)
    block(blocked=True)
    with pytest.raises(WriteError, match="trail"):
        filled.restore_removed(removed)
    block(blocked=False)
    assert files_in(filled) == in_bin
    filled.restore_removed(removed)
    assert files_in(filled) == before
