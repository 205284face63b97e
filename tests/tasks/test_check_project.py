"""`check` finds what is wrong with a project, in sentences, and repairs what can be repaired without losing work."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest

from unet_desktop import person
from unet_desktop.__main__ import main
from unet_desktop.masks.file import write_mask
from unet_desktop.project.bin import empty_bin, list_bin
from unet_desktop.project.project import Project
from unet_desktop.project.trail import Act, Event, append, read
from unet_desktop.tasks.check_project import check_project
from unet_desktop.tasks.events import CheckFinding


@pytest.fixture
def filled(project, write_picture, tmp_path, disc_mask) -> Project:
    for seed, name in enumerate("abc"):
        project.add_image(write_picture(tmp_path / "in" / f"{name}.png", seed))
    project.save_mask("a", disc_mask)
    project.mark("a", approved=True)
    project.save_prediction("b", disc_mask, model="f00d", confidence=0.5)
    return project


def findings(project: Project, *, repair: bool = False) -> list[CheckFinding]:
    return [event for event in check_project(project.root, repair=repair) if isinstance(event, CheckFinding)]


def _cut_trail(project: Project) -> None:
    append(project.layout, Event(Act.REJECTED, "b"))
    project.layout.trail.write_bytes(project.layout.trail.read_bytes()[:-30])


def _lose_trail(project: Project) -> None:
    project.save_mask("a", np.ones((96, 96), np.uint8))  # the one before is kept
    project.layout.trail.unlink()


def _orphan(project: Project) -> None:
    project.layout.mask("gone").write_bytes(project.layout.mask("a").read_bytes())
    (project.layout.predictions / ".gone.rejected.json").write_text("{}")


def _edit_record(project: Project) -> None:
    record = json.loads(project.layout.record("a").read_text())
    project.layout.record("a").write_text(json.dumps(record | {"state": "corrected"}))


def _cut_off_lines(project: Project) -> None:
    """Take the line off in which the approval is noted; what is left is a whole chain , without a noted end."""
    lines = project.layout.trail.read_bytes().splitlines(keepends=True)
    project.layout.trail.write_bytes(b"".join(lines[:-1]))
    project.layout.trail_end.unlink()


def _other_prediction(project: Project) -> None:
    write_mask(project.layout.prediction("b"), np.zeros((96, 96), np.uint8), project.labels)


def _lose_last_line(project: Project) -> None:
    append(project.layout, Event(Act.DESCRIBED, "a"))
    lines = project.layout.trail.read_bytes().splitlines(keepends=True)
    project.layout.trail.write_bytes(b"".join(lines[:-1]))


REPAIRABLE = {
    "unfinished": _cut_trail,
    "trail.jsonl is gone": _lose_trail,
    "is gone": lambda project: project.layout.mask("a").unlink(),
    "another program changed it": lambda project: write_mask(
        project.layout.mask("a"), np.zeros((96, 96), np.uint8), project.labels
    ),
    "cannot be read": lambda project: project.layout.mask("a").write_bytes(b"\x89PNG damaged"),
    "not the one that its record describes": _other_prediction,
    "its mask": lambda project: project.layout.prediction("b").unlink(),
    "b.json cannot be read": lambda project: project.layout.prediction_record("b").write_text("{"),
    "2 files belong to no case": _orphan,
    "images/x.png": lambda project: (project.layout.images / "x.png").write_bytes(b"?"),
    "history/gone": lambda project: (project.layout.history / "gone").mkdir(parents=True),
    "not approved in its record and approved in the trail": _edit_record,
    "is approved in its record and not approved in the trail": _cut_off_lines,
    "line is missing": _lose_last_line,
    "first proposals were corrected": lambda project: project.layout.corrections.write_bytes(b'{"case": "a", "mod'),
    "left behind": lambda project: (project.layout.masks / ".a.png.x.unet-tmp").write_bytes(b"half"),
}


@pytest.mark.parametrize("words", REPAIRABLE)
def test_what_can_be_repaired_is_repaired_and_nothing_drawn_is_lost(filled: Project, words: str) -> None:
    assert findings(filled) == []
    REPAIRABLE[words](filled)
    drawn = {path.read_bytes() for path in filled.layout.masks.iterdir() if path.suffix == ".png"}
    before = {path: path.stat().st_mtime_ns for path in filled.root.rglob("*")}
    (found,) = findings(filled)
    assert words in found.sentence
    assert found.remedy
    assert {path: path.stat().st_mtime_ns for path in filled.root.rglob("*")} == before  # checking changes nothing
    assert main(["check", str(filled.root)]) == 1
    (repaired,) = findings(filled, repair=True)
    assert repaired.repaired
    assert findings(filled) == []
    assert main(["check", str(filled.root)]) == 0
    kept = {path.read_bytes() for path in filled.root.rglob("*.png")}
    assert drawn <= kept


def _replace_picture(project: Project) -> None:
    data = (project.layout.images / "b.png").read_bytes()
    (project.layout.images / "a.png").write_bytes(data)


def _change_trail(project: Project) -> None:
    project.layout.trail.write_bytes(project.layout.trail.read_bytes().replace(b'"a"', b'"b"', 1))


def _picture_is_a_device(project: Project) -> None:
    (project.layout.images / "a.png").unlink()
    (project.layout.images / "a.png").symlink_to("/dev/zero")


UNREPAIRABLE = {
    "it is no file": _picture_is_a_device,
    "not the file that was imported": _replace_picture,
    "a.png of a cannot be read": lambda project: (project.layout.images / "a.png").unlink(),
    "c.json": lambda project: project.layout.record("c").write_text("{"),
    "trail": _change_trail,
    "corrections.jsonl": lambda project: project.layout.corrections.mkdir(),
    "split.json": lambda project: project.layout.split.write_text("["),
    "model-001": lambda project: project.layout.model("model-001").write_bytes(b"damaged"),
}


@pytest.mark.parametrize("words", UNREPAIRABLE)
def test_what_cannot_be_repaired_is_said(filled: Project, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    UNREPAIRABLE[words](filled)
    found = findings(filled)
    assert found
    assert words in found[0].sentence
    assert not any(finding.remedy for finding in found)
    assert main(["check", str(filled.root), "--repair"]) == 1
    assert words in capsys.readouterr().out


def test_a_link_that_leads_nowhere_is_put_away(filled: Project) -> None:
    filled.layout.prediction_record("c").symlink_to("/nowhere")
    (found,) = findings(filled, repair=True)
    assert found.repaired
    assert findings(filled) == []
    assert (list_bin(filled.layout)[0].folder / "predictions" / "c.json").is_symlink()


def test_a_folder_that_is_a_link_is_said(filled: Project, capsys: pytest.CaptureFixture[str]) -> None:
    runs = filled.layout.runs
    runs.symlink_to(runs.rename(runs.with_name("elsewhere")))
    assert main(["check", str(filled.root)]) == 1
    assert "runs is a link" in capsys.readouterr().out
    assert main(["check", str(filled.root), "--repair"]) == 2
    assert "runs is a link" in capsys.readouterr().err


def test_an_older_project_without_a_trail_is_all_right(filled: Project) -> None:
    filled.layout.trail.unlink()
    filled.layout.trail_end.unlink()
    assert findings(filled) == []
    append(filled.layout, Event(Act.DESCRIBED, "a"))
    assert findings(filled) == []


def test_masks_from_the_bin_are_as_the_trail_noted_them(filled: Project) -> None:
    filled.restore_removed(filled.remove_case("a"))
    assert findings(filled) == []
    filled.delete_mask("a")
    assert findings(filled) == []


def test_what_is_no_project_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("check", "trail", "bin"):
        assert main([command, str(tmp_path)]) == 2
        assert "is not a project" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_trail_as_a_table_starts_no_formula(filled: Project, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv(person.VARIABLE, "=cmd|' /C calc'!A0;=1+1")
    append(filled.layout, Event(Act.DESCRIBED, "a", detail="\x1b[31mnotes\n"))
    target = tmp_path / "trail.csv"
    assert main(["trail", str(filled.root), "--csv", str(target)]) == 0
    assert main(["trail", str(filled.root), "--csv", str(target)]) == 0  # its own file may be written again
    with target.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["trail_number"]) for row in rows] == [entry.number for entry in read(filled.layout).entries]
    assert rows[-1]["who"].startswith("'=cmd")
    assert ";'=1+1" in rows[-1]["who"]
    assert rows[-1]["detail"] == "\\x1b[31mnotes\\n"
    other = tmp_path / "other.csv"
    other.write_text("name,value\nx,1\n")
    assert main(["trail", str(filled.root), "--csv", str(other)]) == 2
    assert other.read_text() == "name,value\nx,1\n"


def test_the_trail_is_shown(filled: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trail", str(filled.root)]) == 0
    assert "not named: approved a" in capsys.readouterr().out
    _change_trail(filled)
    assert main(["trail", str(filled.root)]) == 1
    assert "was changed" in capsys.readouterr().err


def test_remove_restore_and_empty_in_the_terminal(filled: Project, capsys: pytest.CaptureFixture[str]) -> None:
    root, mask = str(filled.root), filled.layout.mask("a").read_bytes()
    assert main(["bin", root, "--remove", "a", "--remove", "b"]) == 0
    assert [removed.name for removed in list_bin(filled.layout)] == ["b", "a"]
    assert main(["bin", root]) == 0
    assert "case a, removed by: not named" in capsys.readouterr().out
    assert main(["bin", root, "--restore", "a"]) == 0
    assert filled.layout.mask("a").read_bytes() == mask
    assert main(["bin", root, "--restore", "nothing"]) == 2
    assert main(["bin", root, "--empty"]) == 0
    assert list_bin(filled.layout) == []
    assert json.loads(filled.layout.record("a").read_text())["id"] == "a"


def test_a_mask_of_a_case_that_is_called_rejected_stays(filled: Project, write_picture, tmp_path, disc_mask) -> None:
    case = filled.add_image(write_picture(tmp_path / "in" / "d.rejected.png", 7))
    filled.save_mask(case.id, disc_mask)
    assert case.id == "d.rejected"
    assert findings(filled, repair=True) == []
    assert filled.layout.mask(case.id).exists()


def test_a_picture_that_is_referred_to_inside_the_project_stays(filled: Project, write_picture) -> None:
    used = write_picture(filled.layout.images / "mine" / "e.png", 8)
    beside = write_picture(filled.layout.images / "f.png", 9)
    filled.add_image(used, copy=False)
    filled.add_image(beside, copy=False)
    (filled.layout.images / "loop.png").symlink_to("loop.png")
    assert [finding.sentence.partition(":")[2] for finding in findings(filled, repair=True)] == [" images/loop.png."]
    assert used.exists()
    assert beside.exists()


def test_a_second_picture_beside_that_of_a_case_is_found(filled: Project) -> None:
    (filled.layout.images / "a.jpg").write_bytes(b"left by an older copy")
    assert ["images/a.jpg" in finding.sentence for finding in findings(filled)] == [True]


def test_a_case_that_was_removed_for_good_says_nothing_about_a_new_one(
    filled: Project, write_picture, tmp_path
) -> None:
    filled.mark("a", flagged=True)
    filled.remove_case("a")
    empty_bin(filled.layout)
    assert filled.add_image(write_picture(tmp_path / "in" / "a.png", 0)).id == "a"
    assert findings(filled) == []


@pytest.mark.parametrize("name", [b"x\xff.png", b"two\nlines.png", b"n" * 250 + b".png"])
def test_a_stray_with_an_odd_name_comes_back_from_the_bin(filled: Project, name: bytes) -> None:
    """It must neither vanish from the list of the bin nor break the trail."""
    path = filled.layout.images / os.fsdecode(name)
    path.write_bytes(b"somebody's")
    assert [finding.repaired for finding in findings(filled, repair=True)] == [True]
    assert not path.exists()
    assert read(filled.layout).problems == findings(filled) == []
    (removed,) = list_bin(filled.layout)
    filled.restore_removed(removed)
    assert path.read_bytes() == b"somebody's"
    assert read(filled.layout).problems == []


def test_a_trail_or_versions_that_cannot_be_read_do_not_end_the_check(filled: Project) -> None:
    filled.layout.trail.unlink()
    filled.layout.trail.mkdir()
    filled.layout.history.mkdir(exist_ok=True)
    filled.layout.versions("b").write_text("a file in the place of its folder")
    (filled.layout.images / "stray.png").write_bytes(b"")
    found = [finding.sentence for finding in findings(filled)]
    assert [name for name in ("trail.jsonl", "history", "stray.png") if any(name in one for one in found)] == [
        "trail.jsonl",
        "history",
        "stray.png",
    ]
