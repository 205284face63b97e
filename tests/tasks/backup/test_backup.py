"""A project as one file and back: nothing lost, nothing written elsewhere, nothing that only looks complete."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from unet_desktop import files
from unet_desktop.errors import UserError, WriteError
from unet_desktop.labels import DISC_AND_CUP
from unet_desktop.project.project import Project
from unet_desktop.project.workbooks import list_workbooks, make_workbook
from unet_desktop.tasks.backup import write
from unet_desktop.tasks.backup.archive import LIST
from unet_desktop.tasks.backup.restore import check_backup, restore_backup
from unet_desktop.tasks.backup.write import back_up
from unet_desktop.tasks.check_project import check_project
from unet_desktop.tasks.events import CheckFinding, ItemDone

NOT_PACKED = {".lock", ".thumbnails"}


@pytest.fixture
def project(tmp_path) -> Project:
    """Three small cases: one approved, one drawn, one whose picture is outside the project."""
    made = Project.create(tmp_path / "project", DISC_AND_CUP, "Ward 3")
    for number, name in enumerate(("ä b.png", "two.png", "outside.png")):
        path = tmp_path / "pictures" / name
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.full((60, 80, 3), 40 * number, np.uint8)).save(path)
        case = made.add_image(path, copy=name != "outside.png")
        if number < 2:
            mask = np.zeros((60, 80), np.uint8)
            mask[10 : 30 + number, 20:50] = 1
            made.save_mask(case.id, mask)
            mask[12:20, 25:35] = 2
            made.save_mask(case.id, mask)
    made.mark("two", approved=True, notes="a note")
    return made


def content(root: Path) -> dict[str, bytes]:
    paths = [path for path in root.rglob("*") if path.is_file() and not NOT_PACKED & set(path.relative_to(root).parts)]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def run(events) -> list[str]:
    return [event.problem for event in events if isinstance(event, ItemDone) and event.problem]


def rewrite(path: Path, change) -> None:
    """Write a backup again, with its entries and its list changed."""
    with zipfile.ZipFile(path) as archive:
        entries = {info.filename: (info, archive.read(info)) for info in archive.infolist()}
    held = json.loads(entries.pop(LIST)[1])
    change(entries, held)
    with zipfile.ZipFile(path, "w") as archive:
        for info, data in entries.values():
            archive.writestr(info, data)
        archive.writestr(LIST, json.dumps(held))


def test_a_project_comes_back_as_it_was(project, tmp_path):
    target, again = tmp_path / "out" / "ward.zip", tmp_path / "again"
    assert run(back_up(project.root, target)) == []
    assert run(restore_backup(target, again)) == []
    before, after = content(project.root), content(again)
    record = "cases/outside.json"
    assert after.pop("images/outside.png") == (tmp_path / "pictures" / "outside.png").read_bytes()
    assert json.loads(after.pop(record))["image"] == "images/outside.png" != json.loads(before.pop(record))["image"]
    assert after == before
    assert not [event for event in check_project(again) if isinstance(event, CheckFinding)]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    restored = Project.open(again)
    assert restored.identity == project.identity != ""
    assert [case.state for case in restored.cases()] == [case.state for case in project.cases()]


def test_a_record_brings_no_other_file_into_a_backup(project, tmp_path):
    """A project from somebody else may name any file as a picture."""
    secret = tmp_path / "keys"
    secret.write_text("secret")
    record = project.layout.record("outside")
    record.write_text(json.dumps(json.loads(record.read_text()) | {"image": str(secret)}))
    (problem,) = run(back_up(project.root, tmp_path / "ward.zip"))
    assert problem == f"outside refers to {secret}, which is no picture and not in the backup."
    with zipfile.ZipFile(tmp_path / "ward.zip") as archive:
        assert all(b"secret" not in archive.read(name) for name in archive.namelist() if name != LIST)


def test_without_pictures_they_are_found_by_their_content(project, tmp_path):
    project.remove_case("ä_b")
    target, elsewhere = tmp_path / "ward.zip", tmp_path / "archive" / "2024"
    assert run(back_up(project.root, target, pictures=False)) == []
    with zipfile.ZipFile(target) as archive:
        assert not [name for name in archive.namelist() if name.startswith(("images/", "bin/"))]
    elsewhere.mkdir(parents=True)
    (tmp_path / "pictures" / "two.png").rename(elsewhere / "other name.png")
    (tmp_path / "pictures" / "outside.png").unlink()
    problems = run(restore_backup(target, tmp_path / "again", pictures=elsewhere.parent))
    assert len(problems) == 1
    assert problems[0].startswith("1 picture not in the backup and not found: outside.")
    assert (tmp_path / "again" / "images" / "two.png").read_bytes() == (elsewhere / "other name.png").read_bytes()


def test_what_changes_meanwhile_is_packed_as_it_was_last(project, tmp_path, monkeypatch):
    target = tmp_path / "ward.zip"
    mask = np.zeros((60, 80), np.uint8)
    mask[5:50, 10:70] = 1
    changed = []
    for event in back_up(project.root, target):
        if isinstance(event, ItemDone) and event.name == "trail.jsonl" and not changed:
            changed.append(project.save_mask("two", mask))
            project.remove_case("ä_b")
    assert run(restore_backup(target, tmp_path / "again")) == []
    assert content(tmp_path / "again")["masks/two.png"] == content(project.root)["masks/two.png"]
    assert [case.id for case in Project.open(tmp_path / "again").cases()] == ["outside", "two"]
    assert not [event for event in check_project(tmp_path / "again") if isinstance(event, CheckFinding)]


def test_a_file_that_keeps_changing_is_a_problem(project, tmp_path):
    notes, problems = project.root / "notes.txt", []
    notes.write_text("a")
    for event in back_up(project.root, tmp_path / "ward.zip"):
        if isinstance(event, ItemDone) and event.name == "notes.txt":
            notes.write_text(notes.read_text() + "a")
            problems += [event.problem] if event.problem else []
    assert problems == ["notes.txt kept changing while the backup was written. Make another one when nobody works."]


def test_readers_work_comes_back_with_pictures_from_elsewhere(project, tmp_path):
    found = make_workbook(project, "Anna")
    Project.open(found.root).save_mask("outside", np.ones((60, 80), np.uint8))
    run(back_up(project.root, tmp_path / "ward.zip"))
    (tmp_path / "pictures").rename(tmp_path / "gone")
    assert run(restore_backup(tmp_path / "ward.zip", tmp_path / "again")) == []
    (workbook,) = list_workbooks(Project.open(tmp_path / "again").layout)
    opened = Project.open(workbook.root)
    assert opened.case("outside").image == "../../images/outside.png"
    assert all(opened.image_path(case.id).is_file() for case in opened.cases())
    assert not [event for event in check_project(tmp_path / "again") if isinstance(event, CheckFinding)]


def test_what_cannot_be_read_is_named(project, tmp_path):
    (tmp_path / "pictures" / "outside.png").unlink()
    (project.root / "notes").symlink_to(tmp_path)
    problems = run(back_up(project.root, tmp_path / "ward.zip"))
    assert len(problems) == 2
    assert "notes is a link, so it is not in the backup." in problems[0]
    assert "outside.png cannot be read (No such file or directory), so it is not in the backup." in problems[1]


def test_a_stopped_backup_leaves_the_former_one(project, tmp_path):
    target = tmp_path / "ward.zip"
    target.write_bytes(b"")
    with pytest.raises(WriteError, match="exists and is not a backup of this project"):
        next(back_up(project.root, target))
    events = back_up(project.root, target, replace_other=True)
    next(event for event in events if isinstance(event, ItemDone))
    events.close()
    assert target.read_bytes() == b""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pictures", "project", "ward.zip"]


def test_a_project_that_vanishes_gives_one_sentence(project, tmp_path):
    target = tmp_path / "ward.zip"
    events = back_up(project.root, target)
    next(event for event in events if isinstance(event, ItemDone))
    project.root.rename(tmp_path / "gone")
    with pytest.raises(UserError, match="its drive is not connected, so no backup was written"):
        run(events)
    assert not target.exists()


def test_places_where_no_backup_goes(project, tmp_path):
    for place, words in ((project.root / "bin" / "a.zip", "is in the project itself"), (tmp_path, "is a folder")):
        with pytest.raises(WriteError, match=words):
            next(back_up(project.root, place))
    other = Project.create(tmp_path / "other", DISC_AND_CUP)
    run(back_up(other.root, tmp_path / "ward.zip"))
    with pytest.raises(WriteError, match="is a backup of another project, other"):
        next(back_up(project.root, tmp_path / "ward.zip"))
    run(back_up(other.root, tmp_path / "ward.zip"))


def test_nothing_is_restored_from_a_damaged_backup(project, tmp_path):
    target, again = tmp_path / "ward.zip", tmp_path / "again"
    run(back_up(project.root, target))
    whole = target.read_bytes()
    with zipfile.ZipFile(target) as archive:
        info = archive.getinfo("images/two.png")
    data = bytearray(whole)
    data[info.header_offset + 80] ^= 1
    for damaged in (bytes(data), whole[: len(whole) // 2], b"PK", b""):
        target.write_bytes(damaged)
        with pytest.raises(UserError):
            run(restore_backup(target, again))
        assert sorted(path.name for path in tmp_path.iterdir()) == ["pictures", "project", "ward.zip"]
    target.write_bytes(data)
    assert [problem.split(":")[1] for problem in run(check_backup(target))] == [
        " images/two.png cannot be restored (Bad CRC-32 for file 'images/two.png'). Use another copy of the backup."
    ]


@pytest.mark.parametrize("path", ["../evil", "/etc/evil", "a/../../evil", "", "masks//x", "./x", "x\0y"])
def test_no_file_leaves_the_folder(project, tmp_path, path):
    target = tmp_path / "ward.zip"
    run(back_up(project.root, target))

    def add(entries, held):
        held["files"].append(held["files"][0] | {"path": path, "name": held["files"][0]["path"]})

    rewrite(target, add)
    with pytest.raises(UserError, match="would be written outside the project's folder"):
        run(restore_backup(target, tmp_path / "again"))
    assert not (tmp_path / "again").exists()


def test_links_doubles_and_bombs_are_refused(project, tmp_path):
    target, again = tmp_path / "ward.zip", tmp_path / "again"
    run(back_up(project.root, target))
    whole = target.read_bytes()

    def make_link(entries, held):
        entries["images/two.png"][0].external_attr = (stat.S_IFLNK | 0o777) << 16

    def list_twice(entries, held):
        held["files"].append(held["files"][0])

    def claim_more(entries, held):
        held["files"][0]["size"] = 1 << 50

    def hold_more(entries, held):
        info, data = entries["images/two.png"]
        entries["images/two.png"] = info, data + bytes(5_000_000)

    def nest(entries, held):
        held["files"].append(held["files"][0] | {"path": "project.json/x", "name": held["files"][0]["path"]})

    def come_later(entries, held):
        held["format"] = 2

    for change, words in (
        (make_link, "is a link"),
        (list_twice, "lists 'bin|lists 'images|twice"),
        (claim_more, "the drive has less space"),
        (hold_more, "its content is not what was written"),
        (nest, "a file and a folder of the same name"),
        (come_later, "was written by a newer U-Net Desktop"),
    ):
        target.write_bytes(whole)
        rewrite(target, change)
        with pytest.raises(UserError, match=words):
            run(restore_backup(target, again))
        assert not again.exists()


def test_the_target_must_be_free(project, tmp_path):
    target, again = tmp_path / "ward.zip", tmp_path / "again"
    run(back_up(project.root, target))
    again.mkdir()
    run(restore_backup(target, again))
    with pytest.raises(UserError, match="is not empty"):
        run(restore_backup(target, again))
    with pytest.raises(UserError, match="is not a file"):
        run(restore_backup(tmp_path / "none.zip", tmp_path / "x"))
    (tmp_path / "plain.zip").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "plain.zip", "w") as archive:
        archive.writestr("a", "b")
    with pytest.raises(UserError, match="is not a backup of this program"):
        run(restore_backup(tmp_path / "plain.zip", tmp_path / "x"))


def test_a_full_drive_is_noticed_before_writing(project, tmp_path, monkeypatch):
    monkeypatch.setattr(write.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 10}))
    with pytest.raises(WriteError, match="the drive has less space"):
        run(back_up(project.root, tmp_path / "ward.zip"))
    assert not (tmp_path / "ward.zip").exists()


def test_names_that_are_no_text_come_back(project, tmp_path):
    odd = os.fsdecode(b"notes \xff.txt")
    files.write_bytes(project.root / odd, b"kept")
    run(back_up(project.root, tmp_path / "ward.zip"))
    run(restore_backup(tmp_path / "ward.zip", tmp_path / "again"))
    assert (tmp_path / "again" / odd).read_bytes() == b"kept"


@pytest.mark.slow
def test_a_killed_backup_leaves_nothing_that_looks_complete(project, tmp_path):
    with (project.root / "images" / "large.bin").open("wb") as file:
        file.truncate(1 << 30)  # takes no room, and a second to read
    target = tmp_path / "ward.zip"
    program = subprocess.Popen(
        [sys.executable, "-m", "unet_desktop", "backup", project.root, "--out", target],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while program.poll() is None and not any(
        path.stat().st_size > 1 << 20 for path in tmp_path.glob(".ward.zip.*.unet-tmp")
    ):
        time.sleep(0.005)
    program.kill()
    program.wait()
    assert not target.exists()
    (left,) = tmp_path.glob(".ward.zip.*")
    with pytest.raises(UserError, match="is not a backup, or only a part of one"):
        run(restore_backup(left, tmp_path / "again"))
    (project.root / "images" / "large.bin").unlink()
    assert run(back_up(project.root, target)) == []
    assert run(check_backup(target)) == []
