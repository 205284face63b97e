"""Labels of a project that has masks: what changes in its files, that it can be undone, and what a kill leaves."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image as Pillow

from unet_desktop import label_edits as edits
from unet_desktop.errors import LabelError, UserError, WriteError
from unet_desktop.labels import DISC_AND_CUP, LabelSet
from unet_desktop.masks.history import Step, StepKind
from unet_desktop.masks.patch import patch_between
from unet_desktop.project import lease
from unet_desktop.project.case import CaseState
from unet_desktop.project.check import Finding, check
from unet_desktop.project.journal import Journal, JournalHeader, checksum_of
from unet_desktop.project.label_changes import find_undoable, read_changes
from unet_desktop.project.lease import lease_exclusively
from unet_desktop.project.project import Project
from unet_desktop.project.reader import ProjectReader
from unet_desktop.project.relabel import finish_relabel, relabel, undo_relabel
from unet_desktop.project.trail import read as read_trail
from unet_desktop.project.versions import VersionStep, load_version, read_versions


def change(project: Project, labels: LabelSet) -> list[str]:
    return [step.problem for step in relabel(project, labels) if step.problem]


def undo(project: Project) -> list[str]:
    return [step.problem for step in undo_relabel(project) if step.problem]


def with_vessel(labels: LabelSet = DISC_AND_CUP) -> LabelSet:
    return edits.add(labels, "vessel", "#e69f00")


@pytest.fixture
def masks() -> list[np.ndarray]:
    """Three masks of 12 x 16 pixels: disc, cup and vessel; disc and cup; disc alone."""
    full = np.zeros((12, 16), np.uint8)
    full[2:10, 2:12] = 1
    full[4:8, 4:9] = 2
    without = full.copy()
    full[0:2] = 3
    return [full, without, np.where(without == 2, 1, without).astype(np.uint8)]


@pytest.fixture
def worked_on(tmp_path, masks) -> Project:
    """Disc, cup and vessel; three cases with a mask, the first one approved, one predicted and one new."""
    project = Project.create(tmp_path / "project", with_vessel())
    for number in range(5):
        Pillow.new("RGB", (16, 12), (number * 40, 50, 60)).save(tmp_path / f"p{number}.png")
        project.add_image(tmp_path / f"p{number}.png")
    for number, mask in enumerate(masks):
        project.save_mask(f"p{number}", mask)
    project.mark("p0", approved=True)
    project.save_prediction("p3", masks[0], model="f00d", confidence=0.5)
    return project


def contents(project: Project) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in project.layout.masks.iterdir()}


def test_names_colours_order_and_nesting_leave_every_mask_file_as_it_is(worked_on):
    before = contents(worked_on)
    labels = edits.rename(worked_on.labels, "optic cup", "excavation")
    labels = edits.recolour(labels, "vessel", "#102030")
    labels = edits.reorder(edits.move_inside(labels, "vessel", "optic disc"), ["optic disc", "vessel"])
    assert change(worked_on, labels) == []
    again = ProjectReader.open(worked_on.root)
    assert again.labels == worked_on.labels == labels
    assert contents(worked_on) == before
    mask = again.load_mask("p0")
    worked_on.save_mask("p0", mask)  # the palette follows
    with Pillow.open(worked_on.layout.mask("p0")) as saved:
        assert tuple(saved.getpalette()[9:12]) == (0x10, 0x20, 0x30)
        assert np.array_equal(np.array(saved), mask)


def test_a_new_label_is_not_annotated_where_somebody_or_a_model_has_worked(worked_on):
    worked_on.layout.record("p1").write_text(
        json.dumps(json.loads(worked_on.layout.record("p1").read_text()) | {"newer": [1]})
    )
    change(worked_on, edits.add(worked_on.labels, "fovea"))
    again = Project.open(worked_on.root)
    assert [case.not_annotated for case in again.cases()] == [(4,), (4,), (4,), (4,), ()]
    assert again.case("p0").state is CaseState.APPROVED
    assert json.loads(again.layout.record("p1").read_text())["newer"] == [1]
    again.mark("p1", not_annotated=())
    assert Project.open(worked_on.root).case("p1").not_annotated == ()
    assert read_trail(again.layout).entries[-1].detail == "not_annotated"
    again.delete_mask("p2")  # drawn again, it is drawn with all labels at hand
    assert again.case("p2").not_annotated == ()


def test_merging_rewrites_masks_keeps_them_as_versions_and_can_be_undone(worked_on, masks):
    before = contents(worked_on)
    assert change(worked_on, edits.merge(worked_on.labels, "vessel", "optic disc")) == []
    assert np.array_equal(worked_on.load_mask("p0"), np.where(masks[0] == 3, 1, masks[0]))
    assert contents(worked_on)["p1.png"] == before["p1.png"]
    case = worked_on.case("p0")
    assert case.state is CaseState.APPROVED
    version = next(one for one in read_versions(worked_on.layout, "p0").versions if one.step is VersionStep.FOUND)
    restored = load_version(worked_on.layout, worked_on.labels, case, version)
    assert np.array_equal(restored, np.where(masks[0] == 3, 1, masks[0]))  # what it means now
    assert worked_on.load_prediction("p3").mask.max() == 2
    assert read_trail(worked_on.layout).entries[-2].detail == 'change 1: "vessel" merged into "optic disc"'
    assert not [found for found in check(worked_on, is_alone=True) if isinstance(found, Finding)]
    drawn = worked_on.load_mask("p0")
    drawn[11, :] = 2  # work of afterwards stays
    worked_on.save_mask("p0", drawn)
    assert undo(worked_on) == []
    assert worked_on.labels == with_vessel()
    expected = masks[0].copy()
    expected[11, :] = 2
    assert np.array_equal(worked_on.load_mask("p0"), expected)
    assert worked_on.load_prediction("p3").mask.max() == 3
    assert find_undoable(worked_on.layout) is None
    with pytest.raises(LabelError, match="No change"):
        undo_relabel(worked_on)


def test_several_changes_are_undone_one_after_the_other(worked_on, masks):
    change(worked_on, edits.remove(worked_on.labels, "optic cup"))
    assert worked_on.case("p0").vcdr is None
    change(worked_on, edits.add(worked_on.labels, "fovea"))
    drawn = worked_on.load_mask("p1")
    drawn[0, 0] = 4
    worked_on.save_mask("p1", drawn)
    change(worked_on, edits.remove(worked_on.labels, "optic disc"))
    assert set(np.unique(worked_on.load_mask("p1"))) == {0, 4}
    for _ in range(2):
        assert undo(worked_on) == []
    assert worked_on.load_mask("p1")[0, 0] == 0  # the label is gone; a version holds it
    assert undo(worked_on) == []
    assert worked_on.labels == with_vessel()
    for number, mask in enumerate(masks):
        assert np.array_equal(worked_on.load_mask(f"p{number}"), mask)
    assert [one.undoes for one in read_changes(worked_on.layout)] == [0, 0, 0, 3, 2, 1]
    assert [label.value for label in edits.add(worked_on.labels, "another")][-1] == 5


def test_steps_that_would_bring_back_the_label_are_forgotten(worked_on, masks):
    layout = worked_on.layout
    journal = Journal(layout.journal("p1"), JournalHeader(12, 16, checksum_of(masks[1]), False, ""))
    journal.add(Step(StepKind.DONE, patch_between("Brush vessel", masks[1], masks[0])))
    journal.flush()
    (layout.versions("p2")).mkdir(parents=True, exist_ok=True)
    layout.past_journal("p2").write_bytes(layout.journal("p1").read_bytes())
    change(worked_on, edits.remove(worked_on.labels, "vessel"))
    assert not layout.past_journal("p2").exists()
    assert not layout.journal("p1").exists()
    assert layout.journal_aside("p1", 1).exists()  # its step is in no mask


def test_a_mask_that_cannot_be_read_is_named_and_keeps_nothing_from_changing(worked_on):
    worked_on.layout.mask("p1").write_bytes(b"no PNG")
    problems = change(worked_on, edits.remove(worked_on.labels, "vessel"))
    assert len(problems) == 1
    assert "p1.png" in problems[0]
    assert worked_on.load_mask("p0").max() == 2


def test_a_version_that_is_gone_is_named_when_a_change_is_undone(worked_on):
    change(worked_on, edits.remove(worked_on.labels, "vessel"))
    for path in worked_on.layout.versions("p0").iterdir():
        path.unlink()
    (problem,) = undo(worked_on)
    assert problem.startswith("p0 keeps its mask")


def test_the_same_labels_change_nothing(worked_on):
    assert change(worked_on, worked_on.labels) == []
    assert not worked_on.layout.label_changes.exists()


def test_a_full_disk_leaves_the_old_labels(worked_on, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = contents(worked_on)
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(WriteError, match="No space left"):
        change(worked_on, edits.remove(worked_on.labels, "vessel"))
    monkeypatch.undo()
    again = Project.open(worked_on.root)
    assert again.labels == with_vessel()
    assert contents(again) == before


def test_damaged_changes_are_left_out(worked_on):
    change(worked_on, edits.remove(worked_on.labels, "vessel"))
    worked_on.layout.label_change(1).write_text("{}")
    assert read_changes(worked_on.layout) == []
    with pytest.raises(UserError):
        undo_relabel(worked_on)


class Killed(BaseException):
    """The program was killed."""


EDITS: dict[str, Callable[[LabelSet], LabelSet]] = {
    "rename": lambda labels: edits.rename(labels, "vessel", "artery"),
    "add": lambda labels: edits.add(labels, "fovea"),
    "merge": lambda labels: edits.merge(labels, "optic cup", "vessel"),
    "remove": lambda labels: edits.remove(labels, "vessel"),
}


@pytest.mark.parametrize("name", [*EDITS, "undo"])
def test_killed_at_each_write_it_opens_with_old_or_new_labels_and_finishes(
    worked_on, masks, monkeypatch, name, tmp_path
):
    if name == "undo":
        change(worked_on, EDITS["merge"](worked_on.labels))
    old, new = worked_on.labels, with_vessel() if name == "undo" else EDITS[name](worked_on.labels)
    seen, number = set(), 0
    while True:
        root, was_killed = tmp_path / f"copy-{number}", False
        shutil.copytree(worked_on.root, root)
        with lease_exclusively(root) as held, killing_at_write(number, monkeypatch):
            project = held.project.writable()
            try:
                list(undo_relabel(project) if name == "undo" else relabel(project, new))
            except Killed:
                was_killed = True
        reading = ProjectReader.open(root)  # before anything is finished
        assert reading.labels in (old, new)
        is_new = reading.labels == new
        seen.add(is_new)
        for case, mask in enumerate(masks):
            _as_expected(reading.load_mask(f"p{case}"), mask, name, is_new=is_new)
        with lease_exclusively(root) as held:
            assert held.recovered == []
            project = held.project.writable()
            for case, mask in enumerate(masks):
                _as_expected(project.load_mask(f"p{case}"), mask, name, is_new=is_new, exact=True)
            if is_new:
                assert list(finish_relabel(project)) == []
                marked = [4 in case.not_annotated for case in project.cases()]
                assert marked == [name == "add"] * 4 + [False]
                if name != "undo":
                    assert undo(project) == []
                    assert project.labels == old
                    for case, mask in enumerate(masks):
                        assert np.array_equal(project.load_mask(f"p{case}"), mask)
        if not was_killed:
            break
        number += 1
    assert seen == {False, True}
    assert number > 3


def _as_expected(found: np.ndarray, mask: np.ndarray, name: str, *, is_new: bool, exact: bool = False) -> None:
    merged, removed = np.where(mask == 2, 3, mask), np.where(mask == 3, 0, mask)
    if name == "undo":
        expected = [mask] if is_new and exact else [mask, merged] if is_new else [merged]
    elif name == "merge":
        expected = [merged if is_new else mask]
    elif name == "remove":
        expected = [removed if is_new else mask]
    else:
        expected = [mask]
    assert any(np.array_equal(found, one) for one in expected)


@contextmanager
def killing_at_write(number: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """End the program when it opens, replaces or removes a file for the last of so many times, and any time after."""
    done, real = 0, {name: getattr(os, name) for name in ("replace", "open", "unlink")}

    def counted(name: str) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            nonlocal done
            if name != "open" or int(str(arguments[1])) & (os.O_WRONLY | os.O_RDWR):
                if done >= number:
                    raise Killed
                done += 1
            return real[name](*arguments, **options)

        return call

    with monkeypatch.context() as patched:
        for name in real:
            patched.setattr(os, name, counted(name))
        yield


def test_a_readers_workbook_gets_the_labels_of_its_project_when_it_is_opened(worked_on, masks):
    from unet_desktop.project.workbooks import make_workbook

    found = make_workbook(worked_on, "Ada")
    with lease_exclusively(found.root) as held:
        held.project.writable().save_mask("p0", masks[0])
    change(worked_on, edits.rename(worked_on.labels, "optic cup", "excavation"))
    change(worked_on, edits.merge(worked_on.labels, "vessel", "optic disc"))
    change(worked_on, edits.add(worked_on.labels, "fovea"))
    with lease_exclusively(found.root) as held:
        assert held.recovered == ["The labels are those that the project got meanwhile."]
        workbook = held.project
        assert workbook.labels == worked_on.labels
        assert workbook.case("p0").not_annotated == (4,)
        assert np.array_equal(workbook.load_mask("p0"), np.where(masks[0] == 3, 1, masks[0]))
    with lease_exclusively(found.root) as held:
        assert held.recovered == []


def test_opening_a_project_does_not_wait_for_thousands_of_masks(worked_on, masks, monkeypatch):
    steps = relabel(worked_on, edits.remove(worked_on.labels, "optic cup"))
    next(steps)
    steps.close()
    monkeypatch.setattr(lease, "_PATIENCE", 0.0)
    with lease_exclusively(worked_on.root) as held:
        assert held.project.has_unfinished_labels
        assert np.array_equal(held.project.load_mask("p1"), np.minimum(masks[1], 1))
    monkeypatch.undo()
    with lease_exclusively(worked_on.root) as held:
        assert not held.project.has_unfinished_labels


def test_a_change_finishes_the_one_before_first_so_that_both_can_be_undone(worked_on, masks):
    steps = relabel(worked_on, edits.remove(worked_on.labels, "vessel"))
    next(steps)
    steps.close()
    assert worked_on.has_unfinished_labels
    change(worked_on, edits.remove(worked_on.labels, "optic cup"))
    assert not worked_on.has_unfinished_labels
    assert undo(worked_on) == undo(worked_on) == []
    for number, mask in enumerate(masks):
        assert np.array_equal(worked_on.load_mask(f"p{number}"), mask)
